//! People with wallets on a chain whose blocks are made by hand, and an indexer to ask.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use ed25519_dalek::SigningKey;
use sandbox::chain::{Accepted, Chain, Injection, Options, Refused, Transaction};
use sandbox::clock::Clock;
use sandbox::toncenter::{self, Faults};
use serde_json::Value;
use tonlib_core::cell::{ArcCell, BagOfCells};
use tonlib_core::wallet::mnemonic::KeyPair;
use tonlib_core::wallet::ton_wallet::TonWallet;
pub use tonlib_core::wallet::wallet_version::WalletVersion;
use tower::ServiceExt;
use tycho_types::boc::Boc;
use tycho_types::cell::{Cell, CellBuilder, HashBytes};
use tycho_types::models::{RelaxedIntMsgInfo, RelaxedMessage, RelaxedMsgInfo, StateInit, StdAddr};

pub const NETWORK: i32 = -217;
pub const GRAM: u128 = 1_000_000_000;
const START_MS: i64 = 1_790_000_000_000;

/// W5's wallet id is the network's id xor its context, which is all ones for subwallet 0.
pub const V5R1_WALLET_ID: i32 = 2_147_483_431;
const V4R2_WALLET_ID: i32 = 698_983_191;

pub struct Person {
    pub wallet: TonWallet,
}

/// An internal message a wallet is asked to send.
pub struct Payment {
    pub to: StdAddr,
    pub value: u128,
    pub bounce: bool,
    pub body: Cell,
    pub init: Option<StateInit>,
}

impl Payment {
    pub fn new(to: &StdAddr, value: u128) -> Self {
        Self { to: to.clone(), value, bounce: false, body: Cell::default(), init: None }
    }

    pub fn with_body(self, body: Cell) -> Self {
        Self { body, ..self }
    }

    pub fn bouncing(self) -> Self {
        Self { bounce: true, ..self }
    }

    fn cell(self) -> ArcCell {
        let info = RelaxedMsgInfo::Int(RelaxedIntMsgInfo {
            ihr_disabled: true,
            bounce: self.bounce,
            dst: self.to.into(),
            value: tycho_types::models::CurrencyCollection::new(self.value),
            ..RelaxedIntMsgInfo::default()
        });
        let body = self.body.as_slice_allow_exotic();
        let message = RelaxedMessage { info, init: self.init, body, layout: None };
        let boc = Boc::encode(CellBuilder::build_from(message).unwrap());
        BagOfCells::parse(&boc).unwrap().single_root().unwrap()
    }
}

impl Person {
    pub fn new(version: WalletVersion, seed: u8) -> Self {
        let key = SigningKey::from_bytes(&[seed; 32]);
        let key_pair = KeyPair {
            public_key: key.verifying_key().to_bytes().to_vec(),
            secret_key: key.to_keypair_bytes().to_vec(),
        };
        let wallet_id = match version {
            WalletVersion::V5R1 => V5R1_WALLET_ID,
            _ => V4R2_WALLET_ID,
        };
        Self { wallet: TonWallet::new_with_params(version, key_pair, 0, wallet_id).unwrap() }
    }

    pub fn address(&self) -> StdAddr {
        let address = &self.wallet.address;
        let workchain = i8::try_from(address.workchain).unwrap();
        StdAddr::new(workchain, HashBytes::from_slice(address.hash_part.as_slice()))
    }

    /// As the wallet contract counts; 0 before it is deployed.
    pub fn seqno(&self, chain: &Chain) -> u32 {
        let answer = chain.run_get_method(&self.address(), "seqno", &[]).unwrap();
        let number = answer.stack.first().and_then(|item| item.as_number());
        number.map_or(0, |number| number.try_into().unwrap())
    }

    /// A signed external message, deploying the wallet when it is not there yet.
    pub fn signs(&self, chain: &Chain, payments: Vec<Payment>) -> Vec<u8> {
        let deploy = !chain.account(&self.address()).is_active();
        self.signs_numbered(chain, self.seqno(chain), deploy, payments)
    }

    pub fn signs_numbered(
        &self,
        chain: &Chain,
        seqno: u32,
        deploy: bool,
        payments: Vec<Payment>,
    ) -> Vec<u8> {
        let until = chain.clock().now() + 60;
        let messages: Vec<ArcCell> = payments.into_iter().map(Payment::cell).collect();
        let message = self.wallet.create_external_msg(until, seqno, deploy, &messages).unwrap();
        BagOfCells::from_root(message).serialize(true).unwrap()
    }

    pub fn sends(&self, chain: &Chain, payment: Payment) -> Result<Accepted, Refused> {
        chain.send_external(&self.signs(chain, vec![payment]))
    }
}

/// In memory, with a clock that stands still and no blocks but those asked for.
pub fn options() -> Options {
    let clock = Clock::manual(START_MS);
    Options { network: NETWORK, store: None, clock, block_time: None }
}

pub async fn chain() -> Chain {
    Chain::open(options()).await.unwrap()
}

/// Asks the toncenter-shaped server as a client would, without a socket.
pub struct Indexer {
    router: Router,
    pub faults: Faults,
}

impl Indexer {
    pub fn new(chain: &Chain) -> Self {
        let faults = Faults::default();
        let router = toncenter::router(chain.clone(), faults.clone());
        Self { router, faults }
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, body) = self.try_get(path).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub async fn try_get(&self, path: &str) -> (u16, Value) {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let request = Request::post(path).header("content-type", "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// A body that is not JSON is answered as a string.
    pub async fn send(&self, request: Request<Body>) -> (u16, Value) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }
}

/// A chain with two people on it, V5R1 and V4R2, of `GRAM`s each 10.
pub async fn alice_and_bob() -> (Chain, Person, Person) {
    let chain = chain().await;
    let alice = Person::new(WalletVersion::V5R1, 1);
    let bob = Person::new(WalletVersion::V4R2, 2);
    for person in [&alice, &bob] {
        gift(&chain, &person.address(), 10 * GRAM);
    }
    chain.produce(2).await.unwrap();
    (chain, alice, bob)
}

pub fn gift(chain: &Chain, to: &StdAddr, value: u128) -> HashBytes {
    let injection = Injection {
        source: StdAddr::ZERO,
        destination: to.clone(),
        value,
        bounce: false,
        body: None,
        init: None,
    };
    chain.inject(injection).unwrap().hash
}

pub fn comment(text: &str) -> Cell {
    let mut builder = CellBuilder::new();
    builder.store_u32(0).unwrap();
    builder.store_raw(text.as_bytes(), u16::try_from(text.len() * 8).unwrap()).unwrap();
    builder.build().unwrap()
}

/// All transactions of the trace that a message started, in order of logical time.
pub fn trace(chain: &Chain, message: &HashBytes) -> Vec<Arc<Transaction>> {
    chain.read(|ledger| {
        let id = ledger.with_message(message).next().expect("not on the chain").trace.id;
        ledger.of_trace(&id).cloned().collect()
    })
}
