//! The life of a payment intent, with no clock, no database and no network in it.
//!
//! ```text
//! created ──▶ submitted ──▶ seen ──▶ confirmed ──▶ final
//!    │            │  ▲────────┴──────────┘ (the network dropped it)
//!    ├── cancel ──┼─▶ cancelled ─┐
//!    └── deadline ┴─▶ expired ───┴─ money came after all ─▶ final
//! ```
//!
//! Only `final` is money. Everything between is a hint for the eye and may be taken back.

use std::borrow::Cow;

use ton::{address::Address, reference::Reference, transfer::Sent};

use crate::{
    money::rates::Worth,
    words::{
        id::{PaymentId, PersonId, TransferId},
        money::{Amount, Asset},
        text::text_enum,
        time::Time,
    },
};

/// What somebody means to pay, and to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    pub id: PaymentId,
    pub purpose: Purpose,
    pub payer: Side,
    pub payer_address: Option<Address>,
    pub payee: Side,
    pub payee_address: Address,
    pub asset: Asset,
    /// Other assets that pay it as well: one reference is the door for all of them.
    pub also: Vec<Asset>,
    /// In `asset`. `None`: whatever arrives is right.
    pub amount: Option<Amount>,
    pub reference: Reference,
    pub note: Option<String>,
    /// The whole comment, where the payee wants one of its own; the reference then stays with us.
    pub memo: Option<Memo>,
    pub description: Option<String>,
    /// The TON Connect transaction to sign, as JSON.
    pub request: Option<String>,
    /// Hex of the signed message's hash, once the wallet has told us.
    pub message_hash: Option<String>,
    pub stage: Stage,
    pub marks: Marks,
    pub created_at: Time,
    pub expires_at: Time,
}

/// What an exchange or a service knows its customer by: it goes onto the chain as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memo {
    pub text: String,
    /// Whatever the payer's wallet sent up to this logical time was sent before the payment was made.
    pub after: u64,
}

/// What a payment is for, in its owner's words: payments keep them, and know of them what stands in
/// [`Manner`]. What they mean is known in `subjects`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purpose {
    pub kind: Cow<'static, str>,
    /// The id of what is paid, if it has one.
    pub id: Option<String>,
    pub manner: Manner,
}

/// What a payment does differently for what it is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Manner {
    /// Several transfers may make up the amount.
    pub takes_parts: bool,
    /// Which side is a shop, if one is.
    pub shop: Option<End>,
    /// What its money was worth in fiat is kept, whoever receives it.
    pub keeps_worth: bool,
}

text_enum! {
    /// One end of a payment.
    pub enum End {
        Payer = "payer",
        Payee = "payee",
    }
}

/// Money that is sent for its own sake.
pub const SEND: &str = "send";

impl Purpose {
    pub fn send() -> Self {
        Self { kind: SEND.into(), id: None, manner: Manner::default() }
    }

    pub fn of(kind: &'static str, id: impl ToString, manner: Manner) -> Self {
        Self { kind: kind.into(), id: Some(id.to_string()), manner }
    }
}

/// One side of a payment, by the name it had at that moment. All empty: only an address is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Side {
    pub person: Option<PersonId>,
    pub name: Option<String>,
    pub username: Option<String>,
}

text_enum! {
    /// How far a payment has come.
    pub enum Stage {
        /// Waiting for the payer's wallet.
        Created = "created",
        /// The wallet says it has signed.
        Submitted = "submitted",
        /// Pending in the network.
        Seen = "seen",
        /// In a shard block.
        Confirmed = "confirmed",
        /// In a shard block that a masterchain block refers to: money.
        Final = "final",
        /// Nobody paid in time. Money that comes later still counts.
        Expired = "expired",
        /// The payer changed their mind before signing.
        Cancelled = "cancelled",
    }
}

/// When each stage was first reached, as far as we have seen: the chain's own time, in whole seconds,
/// is the transfer's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marks {
    pub submitted: Option<Time>,
    pub seen: Option<Time>,
    pub confirmed: Option<Time>,
    pub settled: Option<Time>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// The wallet handed over a signed message.
    Submitted { at: Time },
    /// The transfer is pending in the network.
    Seen { at: Time },
    /// The transfer is in a shard block.
    Confirmed { at: Time },
    /// The transfer is final.
    Settled { at: Time },
    /// A pending transfer has gone away again.
    Vanished,
    /// The chain's clock has passed the deadline, and we have seen every block up to it.
    Deadline,
    /// The payer does not want it any more.
    Cancelled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the payment is already on its way")]
    Started,
}

impl Intent {
    /// The assets whose money pays it, the one it was made out in first.
    pub fn assets(&self) -> impl Iterator<Item = Asset> {
        std::iter::once(self.asset).chain(self.also.iter().copied())
    }

    /// The next state, or the same one when the input says nothing new.
    pub fn apply(mut self, input: Input) -> Result<Self, Refused> {
        use Stage::{Cancelled, Confirmed, Created, Expired, Final, Seen, Submitted};
        let marks = &mut self.marks;
        self.stage = match (self.stage, input) {
            (Final, Input::Cancelled) | (Submitted | Seen | Confirmed, Input::Cancelled) => {
                return Err(Refused::Started);
            }
            (Final, _) => Final,
            (_, Input::Settled { at }) => {
                marks.settled = Some(at);
                Final
            }
            (Created | Expired | Cancelled, Input::Submitted { at }) => {
                marks.submitted.get_or_insert(at);
                Submitted
            }
            (stage @ (Submitted | Seen | Confirmed), Input::Submitted { at }) => {
                marks.submitted.get_or_insert(at);
                stage
            }
            (Confirmed, Input::Seen { .. }) => Confirmed,
            (_, Input::Seen { at }) => {
                marks.seen.get_or_insert(at);
                Seen
            }
            (_, Input::Confirmed { at }) => {
                marks.seen.get_or_insert(at);
                marks.confirmed.get_or_insert(at);
                Confirmed
            }
            (Seen | Confirmed, Input::Vanished) => {
                marks.seen = None;
                marks.confirmed = None;
                Submitted
            }
            (stage, Input::Vanished) => stage,
            (Created | Submitted, Input::Deadline) => Expired,
            (stage, Input::Deadline) => stage,
            (Created, Input::Cancelled) => Cancelled,
            (stage @ (Expired | Cancelled), Input::Cancelled) => stage,
        };
        Ok(self)
    }
}

/// Money that arrived on a watched account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    pub id: TransferId,
    pub arrival: Arrival,
    pub outcome: Outcome,
    /// What the payer paid the network, nano, once known.
    pub fee: Option<Amount>,
    /// What it was worth in fiat when it settled, if it came to a merchant and a rate could be trusted.
    pub worth: Option<Worth>,
}

/// The facts of a transfer as the chain tells them. `(account, asset, lt, hash)` names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    pub account: Address,
    pub lt: u64,
    pub hash: [u8; 32],
    /// The watched wallet that received.
    pub owner: Address,
    /// Whoever sent it: for a jetton, the owner of the sending jetton wallet.
    pub sender: Option<Address>,
    pub asset: Asset,
    pub units: u128,
    pub comment: ton::comment::Comment,
    pub sent: Sent,
    pub nature: Nature,
    /// The masterchain block that made it final.
    pub block: u32,
    pub at: Time,
}

/// What can be said of an arrival before anybody asks what it pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// Somebody meant to send it, while we were looking.
    Plain,
    /// Sent by a program for its own reasons: income, but nobody's payment.
    ByProduct,
    /// It came before this service followed the address, and is no news.
    Earlier,
}

impl Arrival {
    pub fn amount(&self) -> Option<Amount> {
        Amount::new(self.units).ok()
    }

    /// The comment, if it counts.
    pub fn text(&self) -> Option<&str> {
        self.comment.text()
    }

    /// The comment as far as anybody can read it. What is only readable never matches anything.
    pub fn readable(&self) -> Option<&str> {
        self.comment.readable()
    }

    pub fn reference(&self) -> Option<Reference> {
        self.text().and_then(Reference::find)
    }
}

/// What a transfer turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It pays this intent, for the first time or again.
    Matched(PaymentId),
    /// It is real money that pays nothing we know of; with the intent it may have been meant for.
    Unmatched(Reason, Option<PaymentId>),
}

impl Outcome {
    /// The intent it pays, or may have been meant for.
    pub fn intent(self) -> Option<PaymentId> {
        match self {
            Self::Matched(id) => Some(id),
            Self::Unmatched(_, meant) => meant,
        }
    }
}

text_enum! {
    /// Why money is unmatched. It is recorded and announced all the same.
    pub enum Reason {
        NoReference = "no_reference",
        UnknownReference = "unknown_reference",
        EncryptedComment = "encrypted_comment",
        UnreadableComment = "unreadable_comment",
        WrongAsset = "wrong_asset",
        SelfPayment = "self_payment",
        TooLarge = "too_large",
        /// Less than the payment was for. An invoice adds up; a payment between people does not.
        Underpaid = "underpaid",
        /// Change from another contract, such as what is left of a jetton transfer's gas.
        ByProduct = "by_product",
        /// It came before this service followed the address.
        Earlier = "earlier",
    }
}

impl Reason {
    /// Recorded, but told to nobody.
    pub fn is_silent(self) -> bool {
        matches!(self, Self::ByProduct | Self::Earlier)
    }
}

/// Decides what an arrival is, given the intent its reference names at that payee, if any.
pub fn judge(arrival: &Arrival, intent: Option<&Intent>) -> Outcome {
    use ton::comment::Comment;
    let meant = intent.map(|intent| intent.id);
    let Some(intent) = intent else {
        let reason = match &arrival.comment {
            _ if arrival.nature == Nature::ByProduct => Reason::ByProduct,
            _ if arrival.nature == Nature::Earlier => Reason::Earlier,
            Comment::None => Reason::NoReference,
            Comment::Encrypted => Reason::EncryptedComment,
            Comment::Text(_) if arrival.reference().is_some() => Reason::UnknownReference,
            Comment::Text(_) => Reason::NoReference,
            Comment::Irregular(_) | Comment::Binary | Comment::Truncated => {
                Reason::UnreadableComment
            }
        };
        return Outcome::Unmatched(reason, None);
    };
    if !intent.assets().any(|asset| asset == arrival.asset) {
        Outcome::Unmatched(Reason::WrongAsset, meant)
    } else if arrival.sender == Some(arrival.owner) {
        Outcome::Unmatched(Reason::SelfPayment, meant)
    } else if arrival.amount().is_none() {
        Outcome::Unmatched(Reason::TooLarge, meant)
    } else if !intent.purpose.manner.takes_parts && intent.amount > arrival.amount() {
        Outcome::Unmatched(Reason::Underpaid, meant)
    } else {
        Outcome::Matched(intent.id)
    }
}
