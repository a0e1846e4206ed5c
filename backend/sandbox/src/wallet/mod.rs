//! Everybody's wallet: a real contract on the chain, a key, and TON Connect sessions with apps.
//!
//! [`account`] is the key and what it signs, [`link`] and [`manifest`] how an app introduces
//! itself, [`session`] the sealed channel to it, [`connect`] the conversation over the bridge,
//! [`transfer`] what an app may ask to send, and [`sign`] the way to the chain.

pub mod account;
mod connect;
pub mod link;
pub mod manifest;
mod session;
mod sign;
#[cfg(test)]
mod tests;
pub mod transfer;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;
use tycho_types::cell::Load;
use tycho_types::models::StdAddr;
use tycho_types::num::Tokens;
use utoipa::ToSchema;

use self::account::Account;
use self::link::{BadLink, Connect, Item};
use self::manifest::{App, BadManifest};
use self::session::Session;
use self::transfer::{BadRequest, MessageSummary, Names, TransactionRequest};
use crate::assets::Asset;
use crate::bridge::{self, Bridge};
use crate::cast::{Person, WalletVersion};
use crate::chain::{self, Chain};
use crate::clock::Clock;
use crate::feed::Feed;
use crate::keep::Keep;
use crate::tasks::Tasks;
use crate::{usdt, world};

pub use self::sign::{Payment, Proven, Signed};

/// The wallet's name in the list of wallets; an app finds itself connected to this.
pub const APP_NAME: &str = "sandboxwallet";

/// How long [`Wallets::approve_next`] waits for something to happen.
const PATIENCE: Duration = Duration::from_secs(10);

/// A handle; clones are the same wallets.
#[derive(Clone)]
pub struct Wallets {
    inner: Arc<Inner>,
}

struct Inner {
    accounts: BTreeMap<Person, Account>,
    names: Names,
    /// By the addresses of wallets and of USDT wallets.
    owners: HashMap<StdAddr, Person>,
    chain: Chain,
    bridge: Bridge,
    keep: Keep,
    feed: Feed,
    tasks: Tasks,
    http: reqwest::Client,
    state: Mutex<State>,
    /// The newest revision; wakes phones.
    revision: watch::Sender<u64>,
    /// One wallet signs one transaction at a time, or both would get the same number.
    signing: BTreeMap<Person, tokio::sync::Mutex<()>>,
}

#[derive(Default)]
struct State {
    sessions: BTreeMap<String, Session>,
    requests: BTreeMap<u64, Pending>,
    revisions: BTreeMap<Person, u64>,
    last_request: u64,
}

impl State {
    fn revision(&self, person: Person) -> u64 {
        self.revisions.get(&person).copied().unwrap_or(0)
    }
}

/// Something that waits for the person's decision.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Pending {
    id: u64,
    person: Person,
    app: App,
    /// Unix seconds.
    created_at: u32,
    ask: Ask,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Ask {
    Connect(Connect),
    Transaction {
        session: String,
        /// The app's own id of the request.
        call: connect::CallId,
        request: TransactionRequest,
    },
}

/// A wallet as its owner's phone shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WalletView {
    /// User-friendly, non-bounceable.
    pub address: String,
    pub raw: String,
    pub version: WalletVersion,
    pub balances: Vec<Balance>,
    pub connections: Vec<Connection>,
    pub requests: Vec<WalletRequest>,
    /// Pass it as `after` to wait for the next change.
    pub revision: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Balance {
    pub asset: Asset,
    pub amount: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Connection {
    pub app: String,
    pub url: String,
    pub icon: String,
    /// Unix seconds.
    pub connected_at: u32,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WalletRequest {
    pub id: String,
    pub kind: RequestKind,
    pub app: App,
    /// For a connection: what the app wants to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Vec<&'static str>>,
    /// For a transaction: Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messages: Option<Vec<MessageSummary>>,
    /// Unix seconds.
    pub created_at: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequestKind {
    Connect,
    Transaction,
}

/// Why a wallet did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("no such request waits in this wallet")]
    NoSuchRequest,
    #[error(transparent)]
    Link(#[from] BadLink),
    #[error(transparent)]
    Manifest(#[from] BadManifest),
    #[error(transparent)]
    Request(#[from] BadRequest),
    #[error("the wallet's last transfer still waits for a block")]
    Busy,
    #[error("the chain refused: {0}")]
    Chain(#[from] chain::Refused),
    #[error("the bridge refused: {0}")]
    Bridge(#[from] bridge::Refused),
    #[error("{0}")]
    Payment(String),
}

/// What wallets are made of.
pub struct Setup<'a> {
    pub seed: &'a [u8; 32],
    pub chain: Chain,
    pub bridge: Bridge,
    pub keep: Keep,
    pub feed: Feed,
    pub tasks: Tasks,
}

impl Wallets {
    /// Opens everybody's wallet and starts to read what comes over the bridge.
    pub async fn open(setup: Setup<'_>) -> anyhow::Result<Self> {
        let Setup { seed, chain, bridge, keep, feed, tasks } = setup;
        let accounts: BTreeMap<Person, Account> = Person::ALL
            .into_iter()
            .map(|person| {
                let secret = world::derive(seed, &format!("wallet of {person}"));
                (person, Account::new(person, secret))
            })
            .collect();
        let names = accounts.values().map(|account| (account.address.clone(), account.person));
        let names = Names(names.collect());
        let owners = names.0.iter().flat_map(|(address, person)| {
            [(address.clone(), *person), (usdt::wallet_of(address), *person)]
        });
        let inner = Inner {
            owners: owners.collect(),
            names,
            accounts,
            state: Mutex::new(recall(&keep).await?),
            chain,
            bridge,
            keep,
            feed,
            tasks,
            http: manifest::client()?,
            revision: watch::channel(0).0,
            signing: Person::ALL.into_iter().map(|person| (person, Default::default())).collect(),
        };
        let wallets = Self { inner: Arc::new(inner) };
        wallets.inner.tasks.spawn(wallets.clone().listen());
        Ok(wallets)
    }

    pub fn account(&self, person: Person) -> &Account {
        self.inner.accounts.get(&person).expect("everybody in the cast has a wallet")
    }

    /// Whose wallet, or whose jetton wallet, is at this address.
    pub fn owner_of(&self, address: &StdAddr) -> Option<Person> {
        self.inner.owners.get(address).copied()
    }

    pub fn names(&self) -> &Names {
        &self.inner.names
    }

    /// In smallest units, as of the newest block.
    pub fn balance(&self, person: Person, asset: Asset) -> u128 {
        balance(&self.inner.chain, &self.account(person).address, asset)
    }

    /// The wallet as it is now.
    pub fn view(&self, person: Person) -> WalletView {
        let account = self.account(person);
        let balances = [Asset::Gram, Asset::Usdt]
            .map(|asset| Balance { asset, amount: asset.decimal(self.balance(person, asset)) });
        let state = self.state();
        let requests = state.requests.values().filter(|pending| pending.person == person);
        let sessions = state.sessions.values().filter(|session| session.person == person);
        WalletView {
            address: account.friendly(),
            raw: account.raw(),
            version: person.wallet_version(),
            balances: balances.into(),
            connections: sessions.map(Session::to_connection).collect(),
            requests: requests.map(|pending| self.show(account, pending)).collect(),
            revision: state.revision(person),
        }
    }

    /// Waits for a request and approves it, as a test's person does.
    pub async fn approve_next(&self, person: Person) -> Result<Value, Refused> {
        let mut view = self.view(person);
        while view.requests.is_empty() {
            let seen = view.revision;
            view = self.view_after(person, seen, PATIENCE).await;
            if view.revision == seen {
                return Err(Refused::NoSuchRequest);
            }
        }
        self.approve(person, &view.requests[0].id).await
    }

    /// The wallet as soon as its revision is another than `revision`, or after `wait`. Revisions
    /// begin anew when the world is restarted, so another may be a lower one.
    pub async fn view_after(&self, person: Person, revision: u64, wait: Duration) -> WalletView {
        let changed = || self.state().revision(person) != revision;
        self.inner.tasks.wait_until(self.inner.revision.subscribe(), changed, wait).await;
        self.view(person)
    }

    /// Tells whoever looks that a wallet has changed.
    pub(crate) fn touch(&self, person: Person) {
        let mut state = self.state();
        self.touch_in(&mut state, person);
    }

    fn touch_in(&self, state: &mut State, person: Person) {
        let revision = *self.inner.revision.borrow() + 1;
        state.revisions.insert(person, revision);
        self.inner.revision.send_replace(revision);
        self.inner.feed.publish("wallet", json!({ "person": person, "revision": revision }));
    }

    fn show(&self, account: &Account, pending: &Pending) -> WalletRequest {
        let mut shown = WalletRequest {
            id: pending.id.to_string(),
            kind: RequestKind::Connect,
            app: pending.app.clone(),
            items: None,
            valid_until: None,
            messages: None,
            created_at: pending.created_at,
        };
        match &pending.ask {
            Ask::Connect(connect) => {
                shown.items = Some(connect.request.items.iter().map(Item::name).collect());
            }
            Ask::Transaction { request, .. } => {
                shown.kind = RequestKind::Transaction;
                shown.valid_until = request.valid_until;
                // Checked when it came; only its time may have run out since.
                let outgoing = request.check(account, 0).unwrap_or_default();
                let words =
                    |message: &transfer::Outgoing| message.summary(&account.address, self.names());
                shown.messages = Some(outgoing.iter().map(words).collect());
            }
        }
        shown
    }

    fn ask(&self, person: Person, app: App, ask: Ask) -> u64 {
        let mut state = self.state();
        state.last_request += 1;
        let id = state.last_request;
        let pending = Pending { id, person, app, created_at: self.clock().now(), ask };
        self.inner.keep.put("request", format!("{id:015}"), &pending);
        self.inner.keep.put("world", "last_request", &id);
        state.requests.insert(id, pending);
        self.touch_in(&mut state, person);
        id
    }

    /// Takes a request away, so that nobody else decides on it too.
    fn take(&self, person: Person, id: &str) -> Result<Pending, Refused> {
        let mut state = self.state();
        let id: u64 = id.parse().map_err(|_| Refused::NoSuchRequest)?;
        if state.requests.get(&id).is_none_or(|pending| pending.person != person) {
            return Err(Refused::NoSuchRequest);
        }
        let pending = state.requests.remove(&id).ok_or(Refused::NoSuchRequest)?;
        self.touch_in(&mut state, person);
        Ok(pending)
    }

    /// The request has been answered.
    async fn close(&self, pending: &Pending) {
        self.inner.keep.remove("request", format!("{:015}", pending.id));
        self.inner.keep.settle().await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn clock(&self) -> &Clock {
        self.inner.chain.clock()
    }
}

/// What an address holds, in smallest units, as of the newest block.
pub fn balance(chain: &Chain, owner: &StdAddr, asset: Asset) -> u128 {
    match asset {
        Asset::Gram => chain.balance(owner),
        // A jetton wallet's data begins with its balance.
        Asset::Usdt => chain
            .account(&usdt::wallet_of(owner))
            .data
            .and_then(|data| Tokens::load_from(&mut data.as_slice().ok()?).ok())
            .map_or(0, Tokens::into_inner),
    }
}

async fn recall(keep: &Keep) -> anyhow::Result<State> {
    let requests: Vec<(String, Pending)> = keep.all("request").await?;
    Ok(State {
        sessions: keep.all("session").await?.into_iter().collect(),
        requests: requests.into_iter().map(|(_, pending)| (pending.id, pending)).collect(),
        revisions: BTreeMap::new(),
        last_request: keep.one("world", "last_request").await?.unwrap_or(0),
    })
}

/// What the wallet tells of itself to an app.
fn device(most_messages: usize) -> Value {
    json!({
        "platform": "browser",
        "appName": APP_NAME,
        "appVersion": env!("CARGO_PKG_VERSION"),
        "maxProtocolVersion": 2,
        "features": [
            "SendTransaction",
            { "name": "SendTransaction", "maxMessages": most_messages },
        ],
    })
}
