//! Which invoice a piece of money may have been meant for: clues and what they weigh. Pure, and never
//! more than a suggestion: the merchant decides.

use std::time::Duration;

use serde::Serialize;
use ton::reference::{Folded, Reference};
use utoipa::ToSchema;

use crate::{
    invoices::{Invoice, InvoiceStatus},
    payments::Arrival,
    time::Time,
};

/// What speaks for an invoice, or against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Clue {
    /// The invoice's reference stands in the comment.
    Reference,
    /// Its reference stands there with a few wrong digits.
    ReferenceMistyped,
    /// A part of its reference stands there.
    ReferencePart,
    /// The comment names the invoice's id or your own name for it.
    Named,
    /// The sender has paid this invoice before, or began to.
    KnownPayer,
    /// It is exactly what was missing.
    ExactAmount,
    /// It came while the invoice was open.
    InTime,
    /// It came within an hour of the invoice's end.
    ShortlyAfter,
    /// The invoice asks for another asset, so it cannot be attached.
    OtherAsset,
    /// The invoice is paid already, or was voided.
    Over,
}

impl Clue {
    const fn weight(self) -> i32 {
        match self {
            Self::Reference => 70,
            Self::ReferenceMistyped => 60,
            Self::Named => 50,
            Self::ReferencePart => 40,
            Self::KnownPayer => 30,
            Self::ExactAmount => 20,
            Self::InTime => 10,
            Self::ShortlyAfter => 5,
            Self::Over => -15,
            Self::OtherAsset => -40,
        }
    }
}

/// Below this an invoice is not worth showing.
const LEAST: u8 = 20;
/// So many wrong, missing or surplus digits are still a slip of the finger. Twenty digits that agree so
/// far by chance do not happen.
const SLIPS: usize = 4;
/// The shortest name of a merchant's own that is looked for in a comment.
const NAME: usize = 4;
/// How far our clock may be from the chain's.
const SKEW: Duration = Duration::from_secs(60);
const SHORTLY: Duration = Duration::from_secs(3600);

/// An invoice with what is known of its payers.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub invoice: Invoice,
    pub references: Vec<Reference>,
    pub known_payer: bool,
}

/// 0 to 100, and why. `None`: nothing speaks for it.
pub fn score(arrival: &Arrival, comment: &Folded, of: &Candidate) -> Option<(u8, Vec<Clue>)> {
    let Candidate { invoice, references, known_payer } = of;
    if invoice.created_at > arrival.at.after(SKEW) {
        return None;
    }
    let mut clues = Vec::new();
    clues.extend(by_reference(comment, references));
    if arrival.text().is_some_and(|text| names(text, invoice)) {
        clues.push(Clue::Named);
    }
    if *known_payer {
        clues.push(Clue::KnownPayer);
    }
    let same_asset = invoice.terms.asset == arrival.asset;
    let due = if invoice.remaining().is_zero() { invoice.terms.due } else { invoice.remaining() };
    if same_asset && arrival.amount() == Some(due) {
        clues.push(Clue::ExactAmount);
    }
    clues.extend(by_time(arrival.at, invoice));
    if matches!(invoice.status.word(), InvoiceStatus::Paid | InvoiceStatus::Void) {
        clues.push(Clue::Over);
    }
    if !same_asset {
        clues.push(Clue::OtherAsset);
    }
    let sum: i32 = clues.iter().map(|clue| clue.weight()).sum();
    let score = u8::try_from(sum.clamp(0, 100)).unwrap_or_default();
    (score >= LEAST).then_some((score, clues))
}

fn by_reference(comment: &Folded, references: &[Reference]) -> Option<Clue> {
    let slips = references.iter().map(|reference| reference.slips_in(comment)).min()?;
    if slips == 0 {
        Some(Clue::Reference)
    } else if slips <= SLIPS {
        Some(Clue::ReferenceMistyped)
    } else if references.iter().any(|reference| reference.half_is_in(comment)) {
        Some(Clue::ReferencePart)
    } else {
        None
    }
}

fn names(text: &str, invoice: &Invoice) -> bool {
    let text = text.to_lowercase();
    let own = invoice.terms.external_id.as_deref().filter(|name| name.chars().count() >= NAME);
    text.contains(&invoice.id.to_string())
        || own.is_some_and(|name| text.contains(&name.to_lowercase()))
}

fn by_time(at: Time, invoice: &Invoice) -> Option<Clue> {
    if at <= invoice.expires_at {
        Some(Clue::InTime)
    } else if at.since(invoice.expires_at) <= SHORTLY {
        Some(Clue::ShortlyAfter)
    } else {
        None
    }
}
