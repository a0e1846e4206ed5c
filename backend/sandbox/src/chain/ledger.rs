//! Everything the chain knows, in memory: accounts, transactions in order, what waits, and the
//! indexes to find them by. It only changes a whole block at a time.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use tycho_types::cell::HashBytes;
use tycho_types::models::{ShardAccount, StdAddr};

use super::execute::{LT_STEP, Outcome, Queued};
use super::message::Message;
use super::transaction::{Account, Status, Transaction, nothing};

/// The newest block. Shard block and masterchain block of one tick have the same number: shard
/// block `n` is committed by masterchain block `n + 1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub seqno: u32,
    /// Unix seconds.
    pub utime: u32,
}

impl Head {
    #[must_use]
    pub fn start_lt(self) -> u64 {
        u64::from(self.seqno) * LT_STEP
    }
}

/// A shard block. Only blocks with transactions are remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    pub seqno: u32,
    pub utime: u32,
    /// Where its transactions begin in the ledger's order, and how many there are.
    first: usize,
    pub transactions: usize,
}

/// A message in the mempool and what it will probably do.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub message: Message,
    pub emulated: Vec<Arc<Transaction>>,
}

/// Transactions of the ledger, oldest first.
pub trait Rows<'a>: DoubleEndedIterator<Item = &'a Arc<Transaction>> {}

impl<'a, T: DoubleEndedIterator<Item = &'a Arc<Transaction>>> Rows<'a> for T {}

/// Empty blocks whose time is remembered exactly.
const EMPTY_BLOCKS: usize = 1_000;

#[derive(Debug)]
pub struct Ledger {
    head: Head,
    accounts: HashMap<StdAddr, ShardAccount>,
    /// How the accounts that the newest block changed were before it, since it is not final.
    settled: HashMap<StdAddr, Option<ShardAccount>>,
    /// By logical time, then address.
    transactions: Vec<Arc<Transaction>>,
    blocks: BTreeMap<u32, Block>,
    /// When blocks were made: those with transactions, and the newest empty ones.
    times: BTreeMap<u32, u32>,
    newest_empty: VecDeque<u32>,
    by_hash: HashMap<HashBytes, usize>,
    by_account: HashMap<StdAddr, Vec<usize>>,
    by_message: HashMap<HashBytes, Vec<usize>>,
    by_trace: HashMap<HashBytes, Vec<usize>>,
    mempool: VecDeque<Waiting>,
    /// Internal messages that did not fit the last block.
    rest: VecDeque<Queued>,
}

impl Ledger {
    pub(super) fn new(head: Head) -> Self {
        Self {
            head,
            accounts: HashMap::new(),
            settled: HashMap::new(),
            transactions: Vec::new(),
            blocks: BTreeMap::new(),
            times: BTreeMap::from([(head.seqno, head.utime)]),
            newest_empty: VecDeque::new(),
            by_hash: HashMap::new(),
            by_account: HashMap::new(),
            by_message: HashMap::new(),
            by_trace: HashMap::new(),
            mempool: VecDeque::new(),
            rest: VecDeque::new(),
        }
    }

    /// As it was stored. Everything stored is final by now.
    pub(super) fn restore(
        head: Head,
        accounts: HashMap<StdAddr, ShardAccount>,
        transactions: Vec<Transaction>,
        rest: VecDeque<Queued>,
    ) -> Self {
        let mut ledger = Self { accounts, rest, ..Self::new(head) };
        let mut blocks: BTreeMap<u32, Vec<Transaction>> = BTreeMap::new();
        for transaction in transactions {
            blocks.entry(transaction.seqno).or_default().push(transaction);
        }
        for (seqno, transactions) in blocks {
            let utime = transactions.first().map_or(0, Transaction::now);
            ledger.record(Head { seqno, utime }, transactions);
        }
        ledger
    }

    #[must_use]
    pub fn head(&self) -> Head {
        self.head
    }

    #[must_use]
    pub fn status(&self, transaction: &Transaction) -> Status {
        if transaction.emulated {
            Status::Pending
        } else if transaction.seqno < self.head.seqno {
            Status::Final { mc_seqno: transaction.seqno + 1 }
        } else {
            Status::Confirmed
        }
    }

    /// All transactions that are final, oldest first.
    #[must_use]
    pub fn finalized(&self) -> &[Arc<Transaction>] {
        &self.transactions[..self.transactions.len() - self.confirmed().len()]
    }

    /// Those of the newest block, which no masterchain block refers to yet.
    #[must_use]
    pub fn confirmed(&self) -> &[Arc<Transaction>] {
        self.block(self.head.seqno).map_or(&[], |block| self.in_block(&block))
    }

    #[must_use]
    pub fn block(&self, seqno: u32) -> Option<Block> {
        self.blocks.get(&seqno).copied()
    }

    /// When a block was made, Unix seconds. Empty blocks of long ago are not remembered; their time
    /// lies between their neighbours'.
    #[must_use]
    pub fn utime(&self, seqno: u32) -> u32 {
        let before = self.times.range(..=seqno).next_back();
        let after = self.times.range(seqno..).next();
        match (before, after) {
            (Some((&first, &from)), Some((&last, &to))) if first < last => {
                let (passed, blocks) = (u64::from(seqno - first), u64::from(last - first));
                let seconds = u64::from(to.saturating_sub(from)) * passed / blocks;
                from.saturating_add(u32::try_from(seconds).unwrap_or(0))
            }
            (Some((_, &utime)), _) | (None, Some((_, &utime))) => utime,
            (None, None) => self.head.utime,
        }
    }

    #[must_use]
    pub fn in_block(&self, block: &Block) -> &[Arc<Transaction>] {
        &self.transactions[block.first..block.first + block.transactions]
    }

    #[must_use]
    pub fn transaction(&self, hash: &HashBytes) -> Option<&Arc<Transaction>> {
        self.by_hash.get(hash).map(|&at| &self.transactions[at])
    }

    /// Of one account from a logical time on, oldest first, final or not.
    pub fn of_account_since<'a>(&'a self, address: &StdAddr, lt: u64) -> impl Rows<'a> + use<'a> {
        let all = self.by_account.get(address).map_or(&[][..], Vec::as_slice);
        self.pick(&all[all.partition_point(|&at| self.transactions[at].lt < lt)..])
    }

    /// Those that received or sent a message with this hash, plain or normalized.
    pub fn with_message<'a>(&'a self, hash: &HashBytes) -> impl Rows<'a> + use<'a> {
        self.pick(self.by_message.get(hash).map_or(&[], Vec::as_slice))
    }

    pub fn of_trace<'a>(&'a self, id: &HashBytes) -> impl Rows<'a> + use<'a> {
        self.pick(self.by_trace.get(id).map_or(&[], Vec::as_slice))
    }

    /// Addresses of all accounts that exist.
    pub fn addresses(&self) -> impl Iterator<Item = &StdAddr> {
        self.accounts.keys()
    }

    #[must_use]
    pub fn mempool(&self) -> &VecDeque<Waiting> {
        &self.mempool
    }

    #[must_use]
    pub fn is_waiting(&self, message: &HashBytes) -> bool {
        self.mempool.iter().any(|waiting| waiting.message.hash() == *message)
    }

    /// As of the newest shard block.
    #[must_use]
    pub fn account(&self, address: &StdAddr) -> Account {
        full(address, self.shard_account(address))
    }

    /// As of the newest masterchain block: what indexers and nodes answer.
    #[must_use]
    pub fn final_account(&self, address: &StdAddr) -> Account {
        let settled = self.settled.get(address).cloned();
        full(address, settled.unwrap_or_else(|| self.shard_account(address)))
    }

    pub(super) fn shard_account(&self, address: &StdAddr) -> Option<ShardAccount> {
        self.accounts.get(address).cloned()
    }

    /// What the next block has to do, and how many of it come from the mempool.
    pub(super) fn due(&self) -> (VecDeque<Queued>, usize) {
        let waiting = self.mempool.iter().map(|waiting| waiting.message.clone());
        let fresh = waiting.map(|message| Queued { message, trace: None });
        (self.rest.iter().cloned().chain(fresh).collect(), self.mempool.len())
    }

    pub(super) fn wait(&mut self, waiting: Waiting) {
        self.mempool.push_back(waiting);
    }

    /// Adds a block that has been stored. `taken` messages leave the mempool with it.
    pub(super) fn append(&mut self, head: Head, outcome: Outcome, taken: usize) {
        self.head = head;
        self.mempool.drain(..taken);
        self.rest = outcome.rest;
        self.settled.clear();
        for (address, state) in outcome.accounts {
            let before = match state {
                Some(state) => self.accounts.insert(address.clone(), state),
                None => self.accounts.remove(&address),
            };
            self.settled.insert(address, before);
        }
        self.record(head, outcome.transactions);
    }

    fn record(&mut self, head: Head, mut transactions: Vec<Transaction>) {
        self.times.insert(head.seqno, head.utime);
        if transactions.is_empty() {
            self.newest_empty.push_back(head.seqno);
            if self.newest_empty.len() > EMPTY_BLOCKS {
                self.newest_empty.pop_front().map(|seqno| self.times.remove(&seqno));
            }
            return;
        }
        transactions.sort_by_key(|it| (it.lt, it.account.address));
        let (first, count) = (self.transactions.len(), transactions.len());
        let Head { seqno, utime } = head;
        self.blocks.insert(seqno, Block { seqno, utime, first, transactions: count });
        for transaction in transactions {
            self.index(self.transactions.len(), &transaction);
            self.transactions.push(Arc::new(transaction));
        }
    }

    fn index(&mut self, at: usize, transaction: &Transaction) {
        self.by_hash.insert(transaction.hash, at);
        self.by_account.entry(transaction.account.clone()).or_default().push(at);
        self.by_trace.entry(transaction.trace.id).or_default().push(at);
        for message in transaction.in_msg.iter().chain(&transaction.out_msgs) {
            let (hash, normalized) = (message.hash(), message.normalized_hash());
            self.by_message.entry(hash).or_default().push(at);
            if normalized != hash {
                self.by_message.entry(normalized).or_default().push(at);
            }
        }
    }

    fn pick<'a>(&'a self, at: &'a [usize]) -> impl Rows<'a> + use<'a> {
        at.iter().map(|&at| &self.transactions[at])
    }
}

fn full(address: &StdAddr, state: Option<ShardAccount>) -> Account {
    Account::read(address.clone(), state.unwrap_or_else(nothing))
        .expect("the executor wrote this account")
}
