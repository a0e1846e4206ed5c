//! A TON chain in this process: one shard, the real TVM, real fees, real finality.
//!
//! A message is *pending* when it is accepted, *confirmed* when the next tick has put it into a
//! shard block, and *final* when the tick after that has made a masterchain block referring to it.
//! `execute` runs messages, `ledger` remembers, `store` keeps it over a restart.

pub mod address;
mod config;
mod execute;
mod getter;
mod ledger;
mod message;
mod store;
mod transaction;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, broadcast};
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tycho_executor::ParsedConfig;
use tycho_types::cell::{Cell, HashBytes};
use tycho_types::models::{StateInit, StdAddr};

pub use self::execute::LT_STEP;
use self::execute::{Frame, Outcome, Queued};
pub use self::getter::{Answer, Item, Method, NO_CODE};
pub use self::ledger::{Block, Head, Ledger, Waiting};
pub(crate) use self::message::snake;
pub use self::message::{Injection, Message, Refused};
use self::store::Store;
pub use self::transaction::{Account, State, Status, Trace, Transaction};
use crate::clock::Clock;

/// Messages that may wait for a block.
const MEMPOOL_LIMIT: usize = 5_000;
/// Events a slow subscriber may lag behind before it misses some.
const EVENT_BUFFER: usize = 16_384;
/// Blocks without transactions are not stored, so after a restart up to this many numbers are
/// skipped rather than given twice.
const HEAD_STRIDE: u32 = 25;

/// How to set up a chain.
#[derive(Debug, Clone)]
pub struct Options {
    /// `global_id`: -239 mainnet, -3 testnet, anything else a network of one's own.
    pub network: i32,
    /// An SQLite file; `None` forgets everything when dropped.
    pub store: Option<PathBuf>,
    pub clock: Clock,
    /// `None`: blocks are made by `produce` only.
    pub block_time: Option<Duration>,
}

/// A handle to the chain; clones are the same chain.
#[derive(Debug, Clone)]
pub struct Chain(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    network: i32,
    config: ParsedConfig,
    clock: Clock,
    block_time: Option<Duration>,
    ledger: RwLock<Ledger>,
    /// Whoever makes a block holds it from reading the mempool to announcing the block.
    producer: Mutex<Option<Store>>,
    injected: AtomicU64,
    events: broadcast::Sender<Event>,
}

/// What happens on the chain, in order.
#[derive(Debug, Clone)]
pub enum Event {
    /// A transaction was emulated, put into a block, or became final.
    Transaction { transaction: Arc<Transaction>, status: Status },
    /// A masterchain block, and how many transactions it made final.
    Block { head: Head, transactions: usize },
}

/// An external message in the mempool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    pub hash: HashBytes,
    /// TEP-467.
    pub hash_norm: HashBytes,
}

/// An internal message in the mempool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Injected {
    pub hash: HashBytes,
    pub lt: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the chain's store: {0}")]
    Store(#[from] sqlx::Error),
    #[error("a cell that cannot be: {0}")]
    Cell(#[from] tycho_types::error::Error),
    #[error("the chain's store is damaged: {0}")]
    Damaged(String),
    #[error("the store belongs to network {found}, not {wanted}")]
    OtherNetwork { found: i32, wanted: i32 },
}

impl Chain {
    /// Opens the chain kept in `store`, or begins a new one.
    pub async fn open(options: Options) -> Result<Self, Error> {
        let Options { network, store, clock, block_time } = options;
        let mut store = match store {
            Some(path) => Some(Store::open(&path, network).await?),
            None => None,
        };
        let stored = match &mut store {
            Some(store) => store.load().await?,
            None => None,
        };
        let ledger = match stored {
            Some(ledger) => ledger,
            None => Ledger::new(Head { seqno: 1, utime: clock.now() }),
        };
        // A clock that was moved forward before the restart goes on from there.
        let behind = i64::from(ledger.head().utime) * 1000 - clock.now_ms();
        clock.advance(behind);
        Ok(Self(Arc::new(Inner {
            network,
            config: config::network(network)?,
            clock,
            block_time,
            ledger: RwLock::new(ledger),
            producer: Mutex::new(store),
            injected: AtomicU64::new(0),
            events: broadcast::channel(EVENT_BUFFER).0,
        })))
    }

    /// Makes blocks until `stop`; does nothing but wait when there is no block time.
    pub async fn run(&self, stop: CancellationToken) -> Result<(), Error> {
        let Some(block_time) = self.0.block_time else {
            stop.cancelled().await;
            return Ok(());
        };
        let mut ticks = interval(block_time);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            self.produce_block().await?;
        }
        Ok(())
    }

    /// Makes `count` blocks now.
    pub async fn produce(&self, count: u32) -> Result<Head, Error> {
        for _ in 0..count {
            self.produce_block().await?;
        }
        Ok(self.head())
    }

    #[must_use]
    pub fn network(&self) -> i32 {
        self.0.network
    }

    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    #[must_use]
    pub fn block_time(&self) -> Option<Duration> {
        self.0.block_time
    }

    #[must_use]
    pub fn head(&self) -> Head {
        self.read(Ledger::head)
    }

    /// Looks at the ledger. Blocks wait meanwhile, so be short.
    pub fn read<T>(&self, look: impl FnOnce(&Ledger) -> T) -> T {
        look(&self.0.ledger.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// As of the newest shard block.
    #[must_use]
    pub fn account(&self, address: &StdAddr) -> Account {
        self.read(|ledger| ledger.account(address))
    }

    /// Nanograms, as of the newest shard block.
    #[must_use]
    pub fn balance(&self, address: &StdAddr) -> u128 {
        self.account(address).state.balance
    }

    /// A transaction by its hash, once it is in a block.
    #[must_use]
    pub fn transaction(&self, hash: &HashBytes) -> Option<(Arc<Transaction>, Status)> {
        self.read(|ledger| {
            let transaction = ledger.transaction(hash)?;
            Some((transaction.clone(), ledger.status(transaction)))
        })
    }

    /// Calls a get-method as of the newest shard block.
    pub fn run_get_method(
        &self,
        address: &StdAddr,
        method: impl Into<Method>,
        stack: &[Item],
    ) -> Result<Answer, Error> {
        self.call(&self.account(address), &method.into(), stack)
    }

    /// Calls a get-method of an account as it was read.
    pub fn call(
        &self,
        account: &Account,
        method: &Method,
        stack: &[Item],
    ) -> Result<Answer, Error> {
        Ok(getter::run(&self.0.config, self.0.clock.now(), account, method, stack)?)
    }

    /// From now on; subscribers that lag too far behind lose the oldest.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.0.events.subscribe()
    }

    /// Takes an external message as a node does: it must be well-formed, and its account must
    /// accept it in the newest state. The same message again is not an error until it is executed.
    pub fn send_external(&self, boc: &[u8]) -> Result<Accepted, Refused> {
        let (message, _) = message::read_external(boc)?;
        let accepted = Accepted { hash: message.hash(), hash_norm: message.normalized_hash() };
        if !self.read(|ledger| ledger.is_waiting(&accepted.hash)) {
            self.enqueue(message)?;
        }
        Ok(accepted)
    }

    /// Puts an internal message on the chain that no account has sent.
    pub fn inject(&self, injection: Injection) -> Result<Injected, Refused> {
        let head = self.head();
        let nth = self.0.injected.fetch_add(1, Ordering::Relaxed) % (LT_STEP / 2);
        let lt = head.start_lt() + LT_STEP / 2 + nth;
        let message = injection
            .build(lt, head.utime)
            .map_err(|error| Refused::Malformed(error.to_string()))?;
        let hash = message.hash();
        self.enqueue(message)?;
        Ok(Injected { hash, lt })
    }

    /// What a message would do in the next block.
    pub fn emulate(&self, message: Message) -> Result<Vec<Transaction>, Refused> {
        self.emulate_in(self.frame(true), message)
    }

    /// The transaction that an external message with this body would cause.
    pub fn estimate(
        &self,
        account: &StdAddr,
        body: Cell,
        code_and_data: Option<(Cell, Cell)>,
        ignores_signatures: bool,
    ) -> Result<Transaction, Refused> {
        let malformed = |error: tycho_types::error::Error| Refused::Malformed(error.to_string());
        let init = code_and_data.map(|(code, data)| StateInit {
            code: Some(code),
            data: Some(data),
            ..StateInit::default()
        });
        let message = Message::external(account, body, init).map_err(malformed)?;
        let frame = Frame { ignores_signatures, ..self.frame(true) };
        let mut trace = self.emulate_in(frame, message)?;
        Ok(trace.swap_remove(0))
    }

    /// At least one transaction, or why there is none.
    fn emulate_in(&self, frame: Frame, message: Message) -> Result<Vec<Transaction>, Refused> {
        let queue = VecDeque::from([Queued { message, trace: None }]);
        let Outcome { transactions, mut dropped, .. } = self.execute(frame, queue);
        match dropped.pop() {
            _ if !transactions.is_empty() => Ok(transactions),
            Some(refused) => Err(refused),
            None => Err(Refused::WrongWorkchain),
        }
    }

    fn enqueue(&self, message: Message) -> Result<(), Refused> {
        if self.read(|ledger| ledger.mempool().len()) >= MEMPOOL_LIMIT {
            return Err(Refused::Crowded);
        }
        let emulated: Vec<_> = self.emulate(message.clone())?.into_iter().map(Arc::new).collect();
        self.write(|ledger| ledger.wait(Waiting { message, emulated: emulated.clone() }));
        for transaction in emulated {
            self.announce(Event::Transaction { transaction, status: Status::Pending });
        }
        Ok(())
    }

    /// On a thread of its own: whoever waits for the block may go away, but a block that is stored
    /// must be seen.
    async fn produce_block(&self) -> Result<(), Error> {
        let (chain, runtime) = (self.clone(), Handle::current());
        let work = spawn_blocking(move || runtime.block_on(chain.make_block()));
        work.await.unwrap_or_else(|crash| std::panic::resume_unwind(crash.into_panic()))
    }

    async fn make_block(&self) -> Result<(), Error> {
        let mut store = self.0.producer.lock().await;
        let frame = self.frame(false);
        let (queue, taken) = self.read(Ledger::due);
        let outcome = self.execute(frame, queue);
        for refused in &outcome.dropped {
            tracing::debug!(%refused, seqno = frame.seqno, "message dropped");
        }
        let head = Head { seqno: frame.seqno, utime: frame.utime };
        if let Some(store) = store.as_mut() {
            store.save(head, &outcome).await?;
        }
        self.write(|ledger| ledger.append(head, outcome, taken));
        self.announce_block(head);
        Ok(())
    }

    fn announce_block(&self, head: Head) {
        let (committed, confirmed) = self.read(|ledger| {
            let committed =
                ledger.block(head.seqno - 1).map(|block| ledger.in_block(&block).to_vec());
            (committed.unwrap_or_default(), ledger.confirmed().to_vec())
        });
        let transactions = committed.len();
        let status = Status::Final { mc_seqno: head.seqno };
        for transaction in committed {
            self.announce(Event::Transaction { transaction, status });
        }
        self.announce(Event::Block { head, transactions });
        for transaction in confirmed {
            self.announce(Event::Transaction { transaction, status: Status::Confirmed });
        }
    }

    /// Nobody listening is not a failure.
    fn announce(&self, event: Event) {
        drop(self.0.events.send(event));
    }

    fn execute(&self, frame: Frame, queue: VecDeque<Queued>) -> Outcome {
        let lookup = |address: &StdAddr| self.read(|ledger| ledger.shard_account(address));
        execute::run(&self.0.config, frame, queue, lookup)
    }

    fn frame(&self, emulated: bool) -> Frame {
        let Head { seqno, utime } = self.head();
        let seqno = seqno + 1;
        let utime = utime.max(self.0.clock.now());
        let rand_seed = rand_seed(self.0.network, seqno);
        Frame { seqno, utime, rand_seed, emulated, ignores_signatures: false }
    }

    fn write<T>(&self, change: impl FnOnce(&mut Ledger) -> T) -> T {
        change(&mut self.0.ledger.write().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Contracts that roll dice see the same ones on every run.
fn rand_seed(network: i32, seqno: u32) -> HashBytes {
    let mut hash = Sha256::new();
    hash.update(b"remit sandbox block seed");
    hash.update(network.to_be_bytes());
    hash.update(seqno.to_be_bytes());
    HashBytes(hash.finalize().into())
}
