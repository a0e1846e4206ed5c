//! What was seen of an invoice and what was decided, for the merchant and whoever supports them.

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Change, Input, Invoice,
    held::Counting,
    view::{InvoicePayment, InvoiceStarPayment, payment, star_payment},
};
use crate::{
    money::{payments::Transfer, stars::StarPayment},
    words::{
        id::{StarPaymentId, TransferId},
        money::Assets,
        text::text_enum,
        time::Time,
    },
};

text_enum! {
    /// A kind of line in an invoice's timeline.
    pub enum Mark {
        Created = "created",
        /// The price in fiat was reckoned anew.
        RateRenewed = "rate_renewed",
        /// A transfer that names it is pending in the network.
        Seen = "seen",
        /// What was pending has gone away again.
        Gone = "gone",
        /// Final money in a block before the end.
        Received = "received",
        /// Final money in a block after the end.
        Late = "late",
        /// Final money for which no rate was held or trusted.
        Unpriced = "unpriced",
        /// Final money that names it but cannot pay it.
        Unmatched = "unmatched",
        /// Stars that came before the end.
        Stars = "stars",
        /// Stars that came after the end.
        StarsLate = "stars_late",
        Paid = "paid",
        Expired = "expired",
        Void = "void",
        Accepted = "accepted",
    }
}

impl Mark {
    /// The rule that was applied, in words.
    pub const fn rule(self) -> &'static str {
        match self {
            Self::Created => "Its reference is watched for from now on, without an end.",
            Self::RateRenewed => {
                "The rate before was over: what is still missing of the price was reckoned at the rate of that moment. What had come keeps its worth."
            }
            Self::Seen => "A pending transfer is only a hint: it moves the progress, no money.",
            Self::Gone => "What was pending did not become final.",
            Self::Received => "Final, with the reference, in a block before the end: it counts.",
            Self::Late => {
                "Final, with the reference, but in a block after the end: it is recorded and does not complete the invoice."
            }
            Self::Unpriced => {
                "Final, with the reference, but in a block for which no rate was held and none could be trusted: it is recorded and does not complete the invoice. Accept it, or pay it back."
            }
            Self::Unmatched => {
                "Final, with the reference, but it cannot pay this invoice: it is recorded as unmatched."
            }
            Self::Stars => "Telegram has taken the whole price in Stars before the end: it counts.",
            Self::StarsLate => {
                "Telegram has taken the price in Stars, but after the end: it is recorded and does not complete the invoice."
            }
            Self::Paid => {
                "What came in time is what is due, money of each asset by its share of it, or as near as the tolerance allows."
            }
            Self::Expired => {
                "Every block up to the end has been read, and not enough came in them."
            }
            Self::Void => "The merchant took it back. Money that still comes is late.",
            Self::Accepted => "The merchant took what had come as enough.",
        }
    }
}

/// The money that a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Transfer(TransferId),
    Stars(StarPaymentId),
}

/// What a line says.
#[derive(Debug, Clone)]
pub struct Observation {
    pub mark: Mark,
    pub source: Option<Source>,
    pub note: Option<String>,
}

impl Observation {
    pub fn of(mark: Mark) -> Self {
        Self { mark, source: None, note: None }
    }
}

/// What an input that changed `before` adds to its timeline.
pub fn marks(before: &Invoice, input: Input, change: Option<Change>) -> Vec<Mark> {
    match input {
        Input::Hint { pending: true } => vec![Mark::Seen],
        Input::Hint { pending: false } => vec![Mark::Gone],
        Input::Deadline { .. } => vec![Mark::Expired],
        Input::Void { .. } => vec![Mark::Void],
        Input::Accept { .. } => vec![Mark::Accepted],
        Input::Arrived { at, .. } if before.is_late(at) => came(Mark::Late, change),
        Input::Arrived { by: Counting::Unpriced, .. } => came(Mark::Unpriced, change),
        Input::Arrived { .. } => came(Mark::Received, change),
        Input::Starred { at, .. } => {
            came(if before.is_late(at) { Mark::StarsLate } else { Mark::Stars }, change)
        }
    }
}

fn came(money: Mark, change: Option<Change>) -> Vec<Mark> {
    match change {
        Some(Change::Paid | Change::PaidAndOverpaid) => vec![money, Mark::Paid],
        _ => vec![money],
    }
}

/// One line of an invoice's timeline.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TimelineEntry {
    /// Counts the lines of this invoice from 1.
    pub n: i64,
    pub kind: Mark,
    /// The rule that was applied, in words.
    pub rule: String,
    /// Why money could not pay it.
    pub reason: Option<String>,
    /// Of a rate: what one whole unit was worth, and until when that is held.
    #[schema(example = "1 GRAM = 2.5 USD until 2026-11-18T11:21:40.000Z")]
    pub rate: Option<String>,
    /// The transfer it is about, with its block, logical time and hash.
    pub payment: Option<InvoicePayment>,
    /// The payment in Stars it is about.
    pub star_payment: Option<InvoiceStarPayment>,
    /// When we saw or decided it. The chain's own time is the payment's.
    #[schema(value_type = String, format = DateTime)]
    pub at: Time,
}

/// A line that was written.
pub struct Line {
    pub n: i64,
    pub seen: Observation,
    pub at: Time,
    pub transfer: Option<Transfer>,
    pub stars: Option<StarPayment>,
}

pub fn entry(assets: &Assets, invoice: &Invoice, line: &Line) -> TimelineEntry {
    let is_rate = matches!(line.seen.mark, Mark::Created | Mark::RateRenewed);
    let note = line.seen.note.clone();
    TimelineEntry {
        n: line.n,
        kind: line.seen.mark,
        rule: line.seen.mark.rule().to_owned(),
        reason: note.clone().filter(|_| !is_rate),
        rate: note.filter(|_| is_rate),
        payment: line.transfer.as_ref().map(|transfer| payment(assets, invoice, transfer)),
        star_payment: line.stars.as_ref().map(|paid| star_payment(invoice, paid)),
        at: line.at,
    }
}
