//! Unmatched money as the API shows it.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Standing, Suggestion, UnmatchedStatus, Whole, score::Clue};
use crate::{
    money::payments::{
        Reason,
        view::{self, Settlement},
    },
    selling::{
        invoices::{self, InvoiceStatus},
        refunds::view::{RefundBrief, brief, sum},
    },
    words::{
        money::{Assets, Money},
        time::Time,
    },
};

/// Money that reached your wallet and pays nothing we know of.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Unmatched)]
pub struct UnmatchedMoney {
    #[schema(example = "unmatched")]
    pub object: &'static str,
    /// The transfer's id.
    #[schema(example = "trf_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    pub id: String,
    pub status: UnmatchedStatus,
    /// Why it was unmatched.
    pub reason: Reason,
    /// What came. An amount too large for us to count shows as zero here; see `units`.
    pub money: Money,
    /// Verbatim, however large.
    pub units: String,
    /// Who sent it. An exchange's wallet is nobody to pay back to.
    pub from: Option<String>,
    pub to: String,
    /// The comment as far as it can be read.
    pub comment: Option<String>,
    /// Whether it could have named a payment. A comment that is not written as the standard says (without
    /// its prefix, in UTF-16, with zeros behind it) is shown, and never counts.
    pub comment_counts: bool,
    /// The invoice that its reference names, or that it is attached to.
    pub invoice: Option<String>,
    /// Block, logical time, hash and moment of the transfer.
    pub settlement: Settlement,
    pub decision: Option<DecisionView>,
    /// What goes back of it, oldest first.
    pub refunds: Vec<RefundBrief>,
    /// What has gone back so far.
    pub refunded: Money,
}

/// Who has decided about it, and when.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DecisionView {
    pub note: Option<String>,
    /// The API key that was used.
    #[schema(example = "key_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    pub by: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Time,
}

/// Unmatched money with the invoices it may have been meant for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UnmatchedDetail {
    #[serde(flatten)]
    pub unmatched: UnmatchedMoney,
    /// The likeliest first, five at most. Nothing is attached until you say so.
    pub suggestions: Vec<SuggestionView>,
}

/// An invoice that the money may have been meant for.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Suggestion)]
pub struct SuggestionView {
    pub invoice: String,
    /// 0 to 100.
    pub score: u8,
    /// What speaks for it, and against it.
    pub clues: Vec<Clue>,
    /// Whether it can be attached: it asks for the same asset.
    pub attachable: bool,
    pub status: InvoiceStatus,
    pub remaining: Money,
    pub description: Option<String>,
    pub external_id: Option<String>,
}

pub fn unmatched(assets: &Assets, whole: &Whole) -> UnmatchedMoney {
    let Whole { entry, transfer, intent, refunds } = whole;
    let told = view::unmatched(assets, transfer, intent.as_ref());
    let named = told.purpose.filter(|purpose| purpose.kind.0 == invoices::KIND);
    let attached = match entry.standing {
        Standing::Attached(invoice) => Some(invoice.to_string()),
        _ => None,
    };
    UnmatchedMoney {
        object: "unmatched",
        id: told.id,
        status: entry.standing.word(),
        reason: entry.reason,
        money: told.settlement.received.clone(),
        units: told.units,
        from: told.from,
        to: told.to,
        comment: told.comment,
        comment_counts: told.comment_counts,
        invoice: attached.or(named.and_then(|purpose| purpose.id)),
        settlement: told.settlement,
        decision: entry.decision.as_ref().map(|decision| DecisionView {
            note: decision.note.clone(),
            by: decision.by.clone(),
            at: decision.at,
        }),
        refunds: refunds.iter().map(|refund| brief(assets, refund)).collect(),
        refunded: sum(assets, transfer.arrival.asset, refunds),
    }
}

pub fn suggestion(assets: &Assets, of: &Suggestion) -> SuggestionView {
    let invoice = &of.invoice;
    SuggestionView {
        invoice: invoice.id.to_string(),
        score: of.score,
        clues: of.clues.clone(),
        attachable: !of.clues.contains(&Clue::OtherAsset),
        status: invoice.status.word(),
        remaining: assets.money(invoice.terms.asset, invoice.remaining()),
        description: invoice.terms.description.clone(),
        external_id: invoice.terms.external_id.clone(),
    }
}
