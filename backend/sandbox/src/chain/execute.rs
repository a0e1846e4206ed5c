//! Runs messages through the TVM: one at a time, or a queue of them to the end of their traces.

use std::collections::{HashMap, VecDeque};

use tycho_executor::{Executor, ExecutorInspector, ExecutorParams, ParsedConfig, TxError};
use tycho_types::cell::HashBytes;
use tycho_types::models::{AccountStatus, MsgInfo, ShardAccount, StdAddr};

use super::config;
use super::message::{Message, Refused};
use super::transaction::{Place, State, Trace, Transaction, nothing};

/// Logical time advances by this much a block, so it is known from the block's number alone.
pub const LT_STEP: u64 = 1_000_000;

/// More than this waits for the next block. With at most 255 messages out of each, a block's
/// logical times stay in the lower half of its step.
const MAX_TRANSACTIONS: usize = 1500;

/// A message on its way to its destination.
#[derive(Debug, Clone)]
pub(super) struct Queued {
    pub message: Message,
    /// `None` for a message that starts a trace of its own.
    pub trace: Option<Trace>,
}

/// The block in which messages are executed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub seqno: u32,
    pub utime: u32,
    pub rand_seed: HashBytes,
    pub emulated: bool,
    /// To estimate what a message will cost once it is signed.
    pub ignores_signatures: bool,
}

/// What a queue of messages did.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// In the order of execution.
    pub transactions: Vec<Transaction>,
    /// New states; one that no longer exists is `None`.
    pub accounts: HashMap<StdAddr, Option<ShardAccount>>,
    /// Did not fit; goes first in the next block.
    pub rest: VecDeque<Queued>,
    /// External messages nobody wanted any more.
    pub dropped: Vec<Refused>,
}

impl Frame {
    pub fn start_lt(&self) -> u64 {
        u64::from(self.seqno) * LT_STEP
    }
}

/// An account within a block. One that has ceased to exist still has a history until the block's
/// end, as on TON.
#[derive(Debug, Clone)]
struct Touched {
    shard: ShardAccount,
    exists: bool,
    /// Its next transaction cannot be earlier.
    end_lt: u64,
}

/// Executes `queue` first in, first out, over the accounts `lookup` knows, without touching them.
pub(super) fn run(
    config: &ParsedConfig,
    frame: Frame,
    mut queue: VecDeque<Queued>,
    lookup: impl Fn(&StdAddr) -> Option<ShardAccount>,
) -> Outcome {
    let params = config::block_params(frame);
    let mut outcome = Outcome::default();
    let mut touched: HashMap<StdAddr, Touched> = HashMap::new();
    while let Some(next) = queue.pop_front() {
        if outcome.transactions.len() >= MAX_TRANSACTIONS {
            queue.push_front(next);
            break;
        }
        let Some(address) = next.message.destination().cloned() else { continue };
        let before = touched.get(&address).cloned().unwrap_or_else(|| {
            let found = lookup(&address);
            Touched { exists: found.is_some(), shard: found.unwrap_or_else(nothing), end_lt: 0 }
        });
        match step(config, &params, frame, &address, next, before) {
            Ok((transaction, after)) => {
                queue.extend(deliveries(&transaction));
                outcome.transactions.push(transaction);
                touched.insert(address, after);
            }
            Err(refused) => outcome.dropped.push(refused),
        }
    }
    outcome.rest = queue;
    let after = touched.into_iter().map(|(it, after)| (it, after.exists.then_some(after.shard)));
    outcome.accounts = after.collect();
    outcome
}

/// The internal messages a transaction sent. Those to the outside world are only logged.
fn deliveries(transaction: &Transaction) -> impl Iterator<Item = Queued> + '_ {
    let internal = transaction.out_msgs.iter().filter(|message| message.internal().is_some());
    internal.map(|message| Queued { message: message.clone(), trace: Some(transaction.trace) })
}

fn step(
    config: &ParsedConfig,
    params: &ExecutorParams,
    frame: Frame,
    address: &StdAddr,
    Queued { message, trace }: Queued,
    Touched { shard, end_lt, .. }: Touched,
) -> Result<(Transaction, Touched), Refused> {
    let external = matches!(message.info, MsgInfo::ExtIn(_));
    let mut inspector = ExecutorInspector::default();
    let output = Executor::new(params, config)
        .with_min_lt(end_lt.max(frame.start_lt() + 1))
        .begin_ordinary_ext(address, external, message.cell.clone(), &shard, Some(&mut inspector))
        .map_err(|error| match error {
            TxError::Skipped => refusal(address, &shard, inspector.exit_code),
            TxError::Fatal(error) => failed(&format!("{error:#}")),
        })?
        .commit()
        .map_err(|error| failed(&format!("{error:#}")))?;
    let cell = output.transaction.inner().clone();
    let trace = trace.unwrap_or_else(|| Trace {
        id: *cell.repr_hash(),
        external_hash: message.hash(),
        external_hash_norm: message.normalized_hash(),
    });
    let place = Place { seqno: frame.seqno, trace, emulated: frame.emulated };
    let before = State::read(&shard).map_err(|error| failed(&error))?;
    let after = State::read(&output.new_state).map_err(|error| failed(&error))?;
    let exists = after.status != AccountStatus::NotExists;
    let transaction = Transaction::read(address.clone(), cell, before, after, place)
        .map_err(|error| failed(&error))?;
    let end_lt = output.transaction_meta.next_lt;
    Ok((transaction, Touched { shard: output.new_state, exists, end_lt }))
}

fn failed(error: &dyn std::fmt::Display) -> Refused {
    Refused::Failed(error.to_string())
}

fn refusal(address: &StdAddr, state: &ShardAccount, exit_code: Option<i32>) -> Refused {
    let account = address.clone();
    match exit_code {
        Some(exit_code) => Refused::NotAccepted { account, exit_code },
        None if state.last_trans_lt == 0 => Refused::NoState { account },
        None => Refused::NotAccepted { account, exit_code: 0 },
    }
}
