//! The heart: is this transaction money for us, how much, and from whom? Pure; decides nothing
//! about invoices.
//!
//! *Aborted is not unpaid.* A message's coins are credited before its code runs, and stay unless
//! the bounce phase sends them back; so for GRAM only credit and bounce count, not whether the
//! receiver's code ran. The minimal jetton notification carries one nanogram, which cannot buy
//! gas, and is always "aborted". For jettons it is the other way round: the balance is data of
//! our own jetton wallet, and a failed run rolls it back. There success is required.
//!
//! Whether a transaction is final is told by [`Received::mc_seqno`]; only final ones are money.

use crate::{
    address::Address,
    comment::{self, Comment},
    jetton,
    toncenter::{Hash, Message, Transaction},
};

/// Money that arrived. `(network, account, lt, hash)` identifies it: one transaction has one
/// incoming message, so it is at most one payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Where the transaction happened: the payee for GRAM, the payee's jetton wallet for jettons.
    pub account: Address,
    pub payee: Address,
    pub lt: u64,
    pub hash: Hash,
    /// Unix seconds of the block; decisions about lateness use this and no other clock.
    pub now: u32,
    /// The masterchain block that made it final; none while it is a hint.
    pub mc_seqno: Option<u32>,
    /// The payer: for jettons the previous owner, nobody when they were minted.
    pub source: Option<Address>,
    /// Nanograms, or smallest units of the jetton.
    pub units: u128,
    pub comment: Comment,
    pub sent: Sent,
    /// The operation code of the message, if its body has one.
    pub op: Option<u32>,
    /// Payer and payee are the same: real, but nobody was paid.
    pub self_payment: bool,
}

/// What tells one transfer from another that looks the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    /// The logical time at which the message was sent: later than everything its sender did before.
    pub lt: u64,
    /// The number a jetton transfer was given by whoever prepared it.
    pub query_id: Option<u64>,
}

impl Received {
    /// GRAM that came along with something else: change from a jetton transfer of ours, or the
    /// coins under a jetton notification. Income, but nothing to tell a person about.
    pub fn is_by_product(&self) -> bool {
        self.account == self.payee
            && matches!(self.op, Some(jetton::OP_EXCESSES | jetton::OP_TRANSFER_NOTIFICATION))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "one per transaction, and taken apart at once")]
pub enum Verdict {
    Received(Received),
    Not(Reason),
}

impl Verdict {
    pub fn received(self) -> Option<Received> {
        match self {
            Self::Received(received) => Some(received),
            Self::Not(_) => None,
        }
    }
}

/// Why a transaction is not money for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Another account's transaction.
    OtherAccount,
    /// A tick, a split, a merge: no message caused it.
    NotOrdinary,
    /// Caused from outside the chain: the owner sends.
    NoInternalMessage,
    /// Our own failed message, coming back.
    BouncedToUs,
    /// We sent the value back.
    BouncedByUs,
    /// No coins, or none left after the account's debt.
    NothingCredited,
    /// Nothing but native currencies other than GRAM.
    OnlyExtraCurrencies,
    /// A jetton wallet's transaction that is not an `internal_transfer`.
    NotJettonCredit,
    /// The jetton wallet's run failed, so its balance is what it was.
    RolledBack,
    /// The wallet tells its owner something else than it was told: not the code we know.
    NotificationDisagrees,
    /// The indexer's answer contradicts itself.
    Malformed,
}

/// A jetton wallet of ours: `address` is what the allow-listed master computed for `owner`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OwnJettonWallet {
    pub address: Address,
    pub owner: Address,
}

/// Did `tx`'s account receive GRAM?
pub fn received_gram(tx: &Transaction) -> Verdict {
    gram(tx).map_or_else(Verdict::Not, Verdict::Received)
}

/// Did the owner of `wallet` receive jettons by `tx`?
pub fn received_jetton(tx: &Transaction, wallet: &OwnJettonWallet) -> Verdict {
    jettons(tx, wallet).map_or_else(Verdict::Not, Verdict::Received)
}

fn gram(tx: &Transaction) -> Result<Received, Reason> {
    let message = incoming(tx)?;
    match tx.description.bounce.as_ref().map(|bounce| bounce.kind.as_str()) {
        // Without funds for the way back, the value stays.
        None | Some("nofunds" | "negfunds") => {}
        Some("ok") => return Err(Reason::BouncedByUs),
        Some(_) => return Err(Reason::Malformed),
    }
    let units = message.value.unwrap_or_default();
    let credited = tx.description.credit_ph.as_ref().and_then(|phase| phase.credit);
    if units == 0 && !message.value_extra_currencies.is_empty() {
        return Err(Reason::OnlyExtraCurrencies);
    }
    if units == 0 || credited.unwrap_or_default() == 0 {
        return Err(Reason::NothingCredited);
    }
    let body = message.body();
    Ok(Received {
        account: tx.account,
        payee: tx.account,
        lt: tx.lt,
        hash: tx.hash,
        now: tx.now,
        mc_seqno: tx.final_in(),
        source: message.source,
        units,
        comment: body.as_ref().map_or_else(|| unread(message), comment::decode),
        sent: Sent { lt: message.created_lt.unwrap_or(tx.lt), query_id: None },
        op: body.as_ref().and_then(jetton::op),
        self_payment: message.source == Some(tx.account),
    })
}

fn jettons(tx: &Transaction, wallet: &OwnJettonWallet) -> Result<Received, Reason> {
    if tx.account != wallet.address {
        return Err(Reason::OtherAccount);
    }
    let message = incoming(tx)?;
    let body = message.body().ok_or(Reason::NotJettonCredit)?;
    let Some(jetton::Message::InternalTransfer { query_id, units, from, comment, .. }) =
        jetton::read(&body)
    else {
        return Err(Reason::NotJettonCredit);
    };
    if !ran(tx) {
        return Err(Reason::RolledBack);
    }
    if units == 0 {
        return Err(Reason::NothingCredited);
    }
    if !notifications_agree(tx, units, from) {
        return Err(Reason::NotificationDisagrees);
    }
    Ok(Received {
        account: tx.account,
        payee: wallet.owner,
        lt: tx.lt,
        hash: tx.hash,
        now: tx.now,
        mc_seqno: tx.final_in(),
        source: from,
        units,
        comment,
        sent: Sent { lt: message.created_lt.unwrap_or(tx.lt), query_id: Some(query_id) },
        op: Some(jetton::OP_INTERNAL_TRANSFER),
        self_payment: from == Some(wallet.owner),
    })
}

/// The internal message that caused the transaction.
fn incoming(tx: &Transaction) -> Result<&Message, Reason> {
    if tx.description.kind != "ord" {
        return Err(Reason::NotOrdinary);
    }
    // Only internal messages carry a value.
    let message = tx
        .in_msg
        .as_ref()
        .filter(|message| message.value.is_some())
        .ok_or(Reason::NoInternalMessage)?;
    if message.bounced {
        return Err(Reason::BouncedToUs);
    }
    if message.destination != Some(tx.account) {
        return Err(Reason::Malformed);
    }
    Ok(message)
}

/// Computed and acted to the end, so the new data was kept.
fn ran(tx: &Transaction) -> bool {
    let description = &tx.description;
    let computed = description.compute_ph.as_ref().is_some_and(|ph| ph.success && !ph.skipped);
    let acted = description.action.as_ref().is_some_and(|ph| ph.success);
    computed && acted && !description.aborted
}

fn notifications_agree(tx: &Transaction, units: u128, from: Option<Address>) -> bool {
    tx.out_msgs
        .iter()
        .filter_map(Message::body)
        .filter(|body| jetton::op(body) == Some(jetton::OP_TRANSFER_NOTIFICATION))
        .all(|body| match jetton::read(&body) {
            Some(jetton::Message::TransferNotification { units: told, from: who, .. }) => {
                told == units && who == from
            }
            _ => false,
        })
}

/// A body that is absent says nothing; one that does not pass the gate is no text.
fn unread(message: &Message) -> Comment {
    let body = message.message_content.as_ref().and_then(|content| content.body.as_deref());
    if body.is_some_and(|body| !body.is_empty()) { Comment::Binary } else { Comment::None }
}
