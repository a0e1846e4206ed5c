//! The test stablecoin: mint, transfer, notification, and who is believed.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use num_bigint::BigInt;
use sandbox::chain::{Chain, Injection, Item, address};
use serde_json::Value;
use tycho_types::boc::Boc;
use tycho_types::cell::{Cell, CellBuilder, CellFamily, HashBytes, Store};
use tycho_types::models::{ComputePhase, ComputePhaseSkipReason, StateInit, StdAddr, TxInfo};
use tycho_types::num::Tokens;

use crate::support::{GRAM, Indexer, Payment, Person, alice_and_bob, comment, trace};

const MINT: u32 = 0x345e_6b4f;
const TRANSFER: u32 = 0x0f8a_7ea5;
const NOTIFICATION: u32 = 0x7362_d09c;
const ADMIN: StdAddr = StdAddr::new(0, HashBytes([0xAD; 32]));

fn code(build: &str) -> Cell {
    let build: Value = serde_json::from_str(build).unwrap();
    Boc::decode(BASE64_STANDARD.decode(build["code"].as_str().unwrap()).unwrap()).unwrap()
}

fn wallet_code() -> Cell {
    code(include_str!("../../../../contracts/build/jetton-wallet.json"))
}

fn build(write: impl FnOnce(&mut CellBuilder)) -> Cell {
    let mut builder = CellBuilder::new();
    write(&mut builder);
    builder.build().unwrap()
}

fn put(builder: &mut CellBuilder, value: impl Store) {
    value.store_into(builder, Cell::empty_context()).unwrap();
}

fn text(text: &str) -> Cell {
    build(|it| it.store_raw(text.as_bytes(), u16::try_from(text.len() * 8).unwrap()).unwrap())
}

fn state_init(code: Cell, data: Cell) -> Cell {
    let init = StateInit { code: Some(code), data: Some(data), ..StateInit::default() };
    CellBuilder::build_from(init).unwrap()
}

fn minter() -> Cell {
    let metadata = build(|it| {
        put(it, 6u8);
        put(it, text("Tether of the tests"));
        put(it, text("USDT"));
        put(it, text("worth nothing"));
        put(it, false);
    });
    let data = build(|it| {
        put(it, Tokens::ZERO);
        put(it, ADMIN);
        put(it, wallet_code());
        put(it, metadata);
    });
    state_init(code(include_str!("../../../../contracts/build/jetton-minter.json")), data)
}

fn master() -> StdAddr {
    StdAddr::new(0, *minter().repr_hash())
}

/// Whether in place, in a reference, or nothing.
fn payload(builder: &mut CellBuilder, payload: Option<&Cell>) {
    put(builder, payload.is_some());
    if let Some(payload) = payload {
        put(builder, payload.clone());
    }
}

async fn mint(chain: &Chain, to: &Person, units: u128) {
    let body = build(|it| {
        put(it, MINT);
        put(it, 0u64);
        put(it, to.address());
        put(it, Tokens::new(units));
        put(it, Tokens::ZERO);
        payload(it, None);
    });
    let (source, destination, init) = (ADMIN, master(), Some(minter()));
    let injection =
        Injection { source, destination, value: GRAM, bounce: true, body: Some(body), init };
    chain.inject(injection).unwrap();
    chain.produce(2).await.unwrap();
}

fn transfer(from: &Person, to: &StdAddr, units: u128, forward: u128, note: &str) -> Payment {
    let body = build(|it| {
        put(it, TRANSFER);
        put(it, 42u64);
        put(it, Tokens::new(units));
        put(it, to.clone());
        put(it, from.address());
        put(it, false);
        put(it, Tokens::new(forward));
        payload(it, Some(&comment(note)));
    });
    Payment::new(&wallet_of(&from.address()), GRAM / 10).bouncing().with_body(body)
}

fn wallet_of(owner: &StdAddr) -> StdAddr {
    let data = build(|it| {
        put(it, Tokens::ZERO);
        put(it, owner.clone());
        put(it, master());
    });
    StdAddr::new(0, *state_init(wallet_code(), data).repr_hash())
}

fn jettons(chain: &Chain, owner: &StdAddr) -> BigInt {
    let answer = chain.run_get_method(&wallet_of(owner), "get_wallet_data", &[]).unwrap();
    answer.stack.first().and_then(Item::as_number).cloned().unwrap_or_default()
}

#[tokio::test]
async fn the_master_knows_every_wallet() {
    let (chain, alice, _) = alice_and_bob().await;
    mint(&chain, &alice, 5_000_000).await;
    let owner = Item::address(&alice.address());
    let answer = chain.run_get_method(&master(), "get_wallet_address", &[owner]).unwrap();
    assert_eq!(answer.stack[0].as_address(), Some(wallet_of(&alice.address())));
    assert_eq!(jettons(&chain, &alice.address()), BigInt::from(5_000_000));
}

#[tokio::test]
async fn one_nano_notifies_and_its_failure_takes_nothing_back() {
    let (chain, alice, bob) = alice_and_bob().await;
    // Bob's wallet must be deployed: a contract is what runs out of gas.
    bob.sends(&chain, Payment::new(&alice.address(), 1)).unwrap();
    mint(&chain, &alice, 5_000_000).await;

    let sent =
        alice.sends(&chain, transfer(&alice, &bob.address(), 2_000_000, 1, "inv_1")).unwrap();
    chain.produce(2).await.unwrap();

    let notified = trace(&chain, &sent.hash)
        .into_iter()
        .find(|it| it.in_msg.as_ref().and_then(|message| message.opcode()) == Some(NOTIFICATION))
        .expect("a notification");
    assert_eq!(notified.account, bob.address());
    assert_eq!(notified.in_msg.as_ref().unwrap().value(), 1);
    assert!(notified.is_aborted());
    let TxInfo::Ordinary(info) = &notified.info else { panic!("not an ordinary transaction") };
    let ComputePhase::Skipped(skipped) = &info.compute_phase else { panic!("it had gas") };
    assert_eq!(skipped.reason, ComputePhaseSkipReason::NoGas);
    assert!(!notified.has_bounced());
    assert_eq!(jettons(&chain, &bob.address()), BigInt::from(2_000_000));
    assert_eq!(jettons(&chain, &alice.address()), BigInt::from(3_000_000));
}

#[tokio::test]
async fn more_than_one_has_bounces() {
    let (chain, alice, bob) = alice_and_bob().await;
    mint(&chain, &alice, 5_000_000).await;
    let sent = alice.sends(&chain, transfer(&alice, &bob.address(), 5_000_001, 1, "")).unwrap();
    chain.produce(2).await.unwrap();
    let trace = trace(&chain, &sent.hash);
    assert_eq!(trace[1].exit_code(), Some(706));
    assert!(trace[1].has_bounced());
    assert_eq!(jettons(&chain, &alice.address()), BigInt::from(5_000_000));
}

#[tokio::test]
async fn the_indexer_finds_jettons_by_asking_them() {
    let (chain, alice, bob) = alice_and_bob().await;
    let indexer = Indexer::new(&chain);
    mint(&chain, &alice, 5_000_000).await;
    let sent =
        alice.sends(&chain, transfer(&alice, &bob.address(), 2_000_000, 1, "inv_1")).unwrap();
    chain.produce(2).await.unwrap();

    let masters = indexer.get("/jetton/masters").await;
    let [found] = masters["jetton_masters"].as_array().unwrap().as_slice() else { panic!() };
    assert_eq!(found["address"], address::raw(&master()));
    assert_eq!(found["total_supply"], "5000000");
    assert_eq!(found["admin_address"], address::raw(&ADMIN));
    assert_eq!(found["jetton_content"]["symbol"], "USDT");
    assert_eq!(found["jetton_content"]["decimals"], "6");

    let bob_raw = address::raw(&bob.address());
    let wallets = indexer.get(&format!("/jetton/wallets?owner_address={bob_raw}")).await;
    let [found] = wallets["jetton_wallets"].as_array().unwrap().as_slice() else { panic!() };
    assert_eq!(found["address"], address::raw(&wallet_of(&bob.address())));
    assert_eq!(found["jetton"], address::raw(&master()));
    assert_eq!(found["balance"], "2000000");

    let transfers =
        indexer.get(&format!("/jetton/transfers?owner_address={bob_raw}&direction=in")).await;
    let [found] = transfers["jetton_transfers"].as_array().unwrap().as_slice() else { panic!() };
    assert_eq!(found["amount"], "2000000");
    assert_eq!(found["query_id"], "42");
    assert_eq!(found["source"], address::raw(&alice.address()));
    assert_eq!(found["forward_ton_amount"], "1");
    let payload = Boc::decode_base64(found["forward_payload"].as_str().unwrap()).unwrap();
    assert_eq!(payload, comment("inv_1"));
    let trace_id = trace(&chain, &sent.hash)[0].trace.id;
    assert_eq!(found["trace_id"], BASE64_STANDARD.encode(trace_id.as_slice()));
}

/// The code of a real wallet with data that lies: it names the real master, and an owner for whom
/// the master computes another address.
#[tokio::test]
async fn a_wallet_its_master_does_not_know_is_not_listed() {
    let (chain, alice, bob) = alice_and_bob().await;
    let indexer = Indexer::new(&chain);
    mint(&chain, &alice, 5_000_000).await;
    let data = build(|it| {
        put(it, Tokens::new(1_000_000_000));
        put(it, bob.address());
        put(it, master());
    });
    let init = state_init(wallet_code(), data);
    let fake = StdAddr::new(0, *init.repr_hash());
    let injection = Injection {
        source: ADMIN,
        destination: fake.clone(),
        value: GRAM,
        bounce: false,
        body: None,
        init: Some(init),
    };
    chain.inject(injection).unwrap();
    chain.produce(2).await.unwrap();

    assert!(chain.account(&fake).is_active());
    let claims = chain.run_get_method(&fake, "get_wallet_data", &[]).unwrap();
    assert_eq!(claims.stack[2].as_address(), Some(master()));
    let owner = address::raw(&bob.address());
    let wallets = indexer.get(&format!("/jetton/wallets?owner_address={owner}")).await;
    assert_eq!(wallets["jetton_wallets"].as_array().unwrap().len(), 0);
    let all = indexer.get("/jetton/wallets").await;
    assert_eq!(all["jetton_wallets"].as_array().unwrap().len(), 1, "Alice's alone");
}
