//! What the chain remembers of one executed message: the transaction itself, the account after it,
//! the block it is in and the trace it belongs to.

use tycho_types::cell::{Cell, CellBuilder, HashBytes, Lazy};
use tycho_types::error::Error;
use tycho_types::models::{
    AccountState, AccountStatus, ComputePhase, ShardAccount, StdAddr, Transaction as Raw, TxInfo,
};

use super::message::Message;

/// How sure one may be of a transaction. Only `Final` is money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Not in a block yet; what was emulated when the message came.
    Pending,
    /// In a shard block that no masterchain block refers to yet.
    Confirmed,
    /// In a shard block committed by the masterchain block `mc_seqno`.
    Final { mc_seqno: u32 },
}

/// The message that started it all, and what it set off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Trace {
    /// Hash of the first transaction.
    pub id: HashBytes,
    /// Hash of the message that started the trace, as it came.
    pub external_hash: HashBytes,
    /// The same, normalized (TEP-467): the name by which a wallet's message is followed.
    pub external_hash_norm: HashBytes,
}

/// An account as one transaction left it (or found it).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    pub hash: HashBytes,
    pub status: AccountStatus,
    /// Nanograms.
    pub balance: u128,
    pub code_hash: Option<HashBytes>,
    pub data_hash: Option<HashBytes>,
    pub frozen_hash: Option<HashBytes>,
}

/// An account in full.
#[derive(Debug, Clone)]
pub struct Account {
    pub address: StdAddr,
    pub state: State,
    pub code: Option<Cell>,
    pub data: Option<Cell>,
    /// Of its last transaction; zero when it has none.
    pub last_lt: u64,
    pub last_hash: HashBytes,
    pub(super) shard: ShardAccount,
}

/// One executed message.
#[derive(Debug, Clone)]
pub struct Transaction {
    pub account: StdAddr,
    pub hash: HashBytes,
    pub lt: u64,
    /// Shard block, or the block it would be in while it is only emulated.
    pub seqno: u32,
    pub cell: Cell,
    pub raw: Raw,
    pub info: TxInfo,
    pub in_msg: Option<Message>,
    pub out_msgs: Vec<Message>,
    pub trace: Trace,
    pub before: State,
    pub after: State,
    pub emulated: bool,
}

/// Where an executed message stands among the others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub seqno: u32,
    pub trace: Trace,
    pub emulated: bool,
}

impl Transaction {
    pub(super) fn read(
        account: StdAddr,
        cell: Cell,
        before: State,
        after: State,
        place: Place,
    ) -> Result<Self, Error> {
        let raw = cell.parse::<Raw>()?;
        let in_msg = raw.in_msg.as_ref().map(Message::parse).transpose()?;
        let mut out_msgs = Vec::with_capacity(usize::from(raw.out_msg_count.into_inner()));
        for message in raw.out_msgs.values() {
            out_msgs.push(Message::parse(&message?)?);
        }
        let Place { seqno, trace, emulated } = place;
        Ok(Self {
            account,
            hash: *cell.repr_hash(),
            lt: raw.lt,
            seqno,
            info: raw.load_info()?,
            cell,
            raw,
            in_msg,
            out_msgs,
            trace,
            before,
            after,
            emulated,
        })
    }

    /// Unix seconds of the block.
    #[must_use]
    pub fn now(&self) -> u32 {
        self.raw.now
    }

    #[must_use]
    pub fn is_aborted(&self) -> bool {
        match &self.info {
            TxInfo::Ordinary(info) => info.aborted,
            TxInfo::TickTock(info) => info.aborted,
        }
    }

    /// Of the compute phase; `None` when it was skipped.
    #[must_use]
    pub fn exit_code(&self) -> Option<i32> {
        let phase = match &self.info {
            TxInfo::Ordinary(info) => &info.compute_phase,
            TxInfo::TickTock(info) => &info.compute_phase,
        };
        match phase {
            ComputePhase::Executed(phase) => Some(phase.exit_code),
            ComputePhase::Skipped(_) => None,
        }
    }

    /// Whether it sent its message back.
    #[must_use]
    pub fn has_bounced(&self) -> bool {
        matches!(&self.info, TxInfo::Ordinary(info) if info.bounce_phase.is_some())
    }
}

impl State {
    pub(super) fn read(shard: &ShardAccount) -> Result<Self, Error> {
        let Some(account) = shard.load_account()? else { return Ok(Self::absent()) };
        let hash = |cell: &Cell| *cell.repr_hash();
        let (mut code_hash, mut data_hash, mut frozen_hash) = (None, None, None);
        match &account.state {
            AccountState::Active(init) => {
                (code_hash, data_hash) =
                    (init.code.as_ref().map(hash), init.data.as_ref().map(hash));
            }
            AccountState::Frozen(hash) => frozen_hash = Some(*hash),
            AccountState::Uninit => {}
        }
        Ok(Self {
            hash: *shard.account.repr_hash(),
            status: account.state.status(),
            balance: account.balance.tokens.into_inner(),
            code_hash,
            data_hash,
            frozen_hash,
        })
    }

    /// An account nobody has ever touched.
    pub(super) fn absent() -> Self {
        Self {
            hash: *nothing().account.repr_hash(),
            status: AccountStatus::NotExists,
            balance: 0,
            code_hash: None,
            data_hash: None,
            frozen_hash: None,
        }
    }
}

impl Account {
    pub(super) fn read(address: StdAddr, shard: ShardAccount) -> Result<Self, Error> {
        let state = State::read(&shard)?;
        let (code, data) = match shard.load_account()?.map(|account| account.state) {
            Some(AccountState::Active(init)) => (init.code, init.data),
            Some(AccountState::Frozen(_) | AccountState::Uninit) | None => (None, None),
        };
        let (last_lt, last_hash) = (shard.last_trans_lt, shard.last_trans_hash);
        Ok(Self { address, state, code, data, last_lt, last_hash, shard })
    }

    #[must_use]
    pub fn is_active(&self) -> bool {
        self.state.status == AccountStatus::Active
    }
}

/// The state of an account that does not exist.
pub(super) fn nothing() -> ShardAccount {
    let mut none = CellBuilder::new();
    none.store_bit_zero().expect("an empty builder has room for a bit");
    let none = none.build().expect("one bit makes a cell");
    ShardAccount {
        account: Lazy::from_raw(none).expect("an ordinary cell"),
        last_trans_hash: HashBytes::ZERO,
        last_trans_lt: 0,
    }
}
