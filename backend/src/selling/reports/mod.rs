//! What came in and what went back, for whoever keeps the books. It only reads.
//!
//! A line is a transfer on the chain: a payment of an invoice, or money that a refund sent back. A
//! summary adds lines up, by day, kind, asset and fiat currency; it is reckoned from the same rows, and
//! its sums are exact however large they are.

mod csv;
mod days;
pub mod http;
mod store;
#[cfg(test)]
mod tests;
mod view;

use std::collections::BTreeMap;

use crate::{
    base::db::{self, Tx},
    money::rates::{Currency, Worth},
    words::{
        id::{InvoiceId, MerchantId, RefundId, TransferId},
        money::{Amount, Asset},
        time::Time,
    },
};

use days::{Day, Span};

crate::words::text::text_enum! {
    /// Which way the money went.
    pub enum LineKind {
        /// It paid an invoice of yours.
        Payment = "payment",
        /// You sent it back.
        Refund = "refund",
    }
}

/// A transfer, with what it was for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub id: TransferId,
    pub kind: LineKind,
    /// Block time.
    pub at: Time,
    /// Of the invoice, or of the refund.
    pub status: String,
    pub asset: Asset,
    pub amount: Amount,
    /// What it was worth when it came, where a rate could be trusted.
    pub worth: Option<Worth>,
    /// What its sender paid the network, in nano, where that is known.
    pub fee: Option<Amount>,
    pub reference: String,
    pub invoice: Option<InvoiceId>,
    pub external_id: Option<String>,
    pub description: Option<String>,
    pub refund: Option<RefundId>,
    pub chain: OnChain,
}

/// Where a transfer stands on the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnChain {
    pub from: Option<String>,
    pub to: String,
    pub hash: String,
    pub lt: i64,
    pub block: i64,
}

/// Which lines.
#[derive(Debug, Clone)]
pub struct Filter {
    pub span: Span,
    pub asset: Option<Asset>,
    pub kind: Option<LineKind>,
    pub status: Option<String>,
    /// Only what has a worth in this currency.
    pub currency: Option<Currency>,
    /// Looked for in description, external id and reference.
    pub text: Option<String>,
}

/// What is added up together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    pub day: Day,
    pub kind: LineKind,
    pub asset: Asset,
    /// `None`: nobody knew what it was worth.
    pub currency: Option<Currency>,
}

/// What some lines come to, in smallest units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    pub count: u64,
    pub units: u128,
    /// In minor units of the currency.
    pub worth: u128,
    /// In nano.
    pub fees: u128,
}

impl Sum {
    /// A sum of 2⁶⁴ amounts still fits.
    #[must_use]
    fn and(self, other: Self) -> Self {
        Self {
            count: self.count.saturating_add(other.count),
            units: self.units.saturating_add(other.units),
            worth: self.worth.saturating_add(other.worth),
            fees: self.fees.saturating_add(other.fees),
        }
    }
}

/// What the lines of each day come to, oldest day first, and what they come to altogether.
struct Summary {
    days: Vec<(Group, Sum)>,
    totals: Vec<(Group, Sum)>,
}

async fn summary(tx: &mut Tx, merchant: MerchantId, filter: &Filter) -> db::Result<Summary> {
    let days = store::sums(tx, merchant, filter).await?;
    let mut totals: BTreeMap<String, (Group, Sum)> = BTreeMap::new();
    for (group, sum) in &days {
        let currency = group.currency.map(Currency::code).unwrap_or_default();
        let key = format!("{} {} {currency}", group.kind, group.asset);
        let total = totals.entry(key).or_insert((*group, Sum::default()));
        total.1 = total.1.and(*sum);
    }
    Ok(Summary { days, totals: totals.into_values().collect() })
}
