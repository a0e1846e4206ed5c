//! Reports as the API shows them, and as tables.

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Group, Line, LineKind, Sum, Summary,
    csv::{Cell, Shape},
    days::Span,
};
use crate::{
    money::{
        payments::view::friendly,
        rates::{Currency, FiatValue},
    },
    words::{
        money::{Asset, Assets, Money, decimal},
        time::Time,
    },
};

/// A transfer, with what it was for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportLine)]
pub struct LineView {
    #[schema(example = "trf_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    pub id: String,
    pub kind: LineKind,
    /// Block time.
    #[schema(value_type = String, format = DateTime)]
    pub at: Time,
    /// Of the invoice, or of the refund.
    pub status: String,
    /// Never negative: the kind says which way it went.
    pub money: Money,
    /// What it was worth when it came, if a rate could be trusted then.
    pub fiat_value: Option<FiatValue>,
    /// What its sender paid the network, where that is known: your customer for a payment, you for a
    /// refund.
    pub fee: Option<Money>,
    pub reference: String,
    pub invoice: Option<String>,
    pub external_id: Option<String>,
    pub description: Option<String>,
    pub refund: Option<String>,
    pub from: Option<String>,
    pub to: String,
    /// Hash of the receiving transaction, hex.
    pub hash: String,
    /// Its logical time.
    pub lt: String,
    /// Masterchain block.
    pub block: i64,
}

/// An address as people know it; what cannot be read stays as it is.
fn address(raw: &str) -> String {
    raw.parse().map_or_else(|_| raw.to_owned(), friendly)
}

pub fn line(assets: &Assets, line: &Line) -> LineView {
    LineView {
        id: line.id.to_string(),
        kind: line.kind,
        at: line.at,
        status: line.status.clone(),
        money: assets.money(line.asset, line.amount),
        fiat_value: line.worth.map(FiatValue::from),
        fee: line.fee.map(|fee| assets.money(Asset::Gram, fee)),
        reference: line.reference.clone(),
        invoice: line.invoice.map(|id| id.to_string()),
        external_id: line.external_id.clone(),
        description: line.description.clone(),
        refund: line.refund.map(|id| id.to_string()),
        from: line.chain.from.as_deref().map(address),
        to: address(&line.chain.to),
        hash: line.chain.hash.clone(),
        lt: line.chain.lt.to_string(),
        block: line.chain.block,
    }
}

/// Some days, and what came and went in them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportSummary)]
pub struct SummaryView {
    #[schema(example = "2026-11-01")]
    pub from: String,
    /// Included.
    #[schema(example = "2026-11-30")]
    pub to: String,
    /// How far the midnight between two days is from that of UTC.
    #[schema(example = "+00:00")]
    pub utc_offset: String,
    /// Oldest first: one for each day, kind, asset and currency in which there was something.
    pub days: Vec<DayView>,
    /// The same without the days.
    pub totals: Vec<SumView>,
}

/// What came or went on one day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportDay)]
pub struct DayView {
    #[schema(example = "2026-11-18")]
    pub day: String,
    #[serde(flatten)]
    pub sum: SumView,
}

/// What some lines come to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportSum)]
pub struct SumView {
    pub kind: LineKind,
    /// How many lines.
    pub count: u64,
    pub money: Money,
    /// What they were worth when they came. `null`: for these no rate could be trusted.
    pub fiat: Option<ReportFiat>,
    /// What their senders paid the network, as far as it is known.
    pub fees: Money,
}

/// An amount of fiat.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportFiat {
    #[schema(example = "125.00")]
    pub amount: String,
    #[schema(example = "USD")]
    pub currency: String,
}

fn money(assets: &Assets, asset: Asset, units: u128) -> Money {
    let (code, decimals) = match assets.get(asset) {
        Some(listed) => (listed.code.clone(), listed.decimals),
        None => (asset.to_string(), 0),
    };
    Money { amount: decimal(units, decimals), asset: code, units: units.to_string(), decimals }
}

/// With all the digits that people are used to.
fn fiat(minor: u128, currency: Currency) -> ReportFiat {
    let places = usize::from(currency.decimals());
    let text = format!("{minor:0>width$}", width = places + 1);
    let amount = match text.split_at(text.len() - places) {
        (whole, "") => whole.to_owned(),
        (whole, fraction) => format!("{whole}.{fraction}"),
    };
    ReportFiat { amount, currency: currency.to_string() }
}

fn sum(assets: &Assets, (group, sum): &(Group, Sum)) -> SumView {
    SumView {
        kind: group.kind,
        count: sum.count,
        money: money(assets, group.asset, sum.units),
        fiat: group.currency.map(|currency| fiat(sum.worth, currency)),
        fees: money(assets, Asset::Gram, sum.fees),
    }
}

pub fn summary(assets: &Assets, span: Span, of: &Summary) -> SummaryView {
    let day = |row: &(Group, Sum)| DayView { day: row.0.day.to_string(), sum: sum(assets, row) };
    SummaryView {
        from: span.first.to_string(),
        to: span.last.to_string(),
        utc_offset: span.offset.to_string(),
        days: of.days.iter().map(day).collect(),
        totals: of.totals.iter().map(|row| sum(assets, row)).collect(),
    }
}

pub const LINE_HEADER: [&str; 21] = [
    "at",
    "kind",
    "status",
    "asset",
    "amount",
    "fiat_value",
    "fiat_currency",
    "fiat_rate",
    "fee",
    "fee_asset",
    "invoice",
    "external_id",
    "description",
    "reference",
    "refund",
    "payment",
    "from",
    "to",
    "hash",
    "lt",
    "block",
];

/// Adds a line to the table of lines.
pub fn write_line(shape: Shape, out: &mut String, line: &LineView) {
    use Cell::{Figure, Nothing, Text};
    let (at, kind, block) = (line.at.to_string(), line.kind.as_str(), line.block.to_string());
    let fiat = line.fiat_value.as_ref();
    let fee = line.fee.as_ref();
    shape.row(
        out,
        &[
            Text(&at),
            Text(kind),
            Text(&line.status),
            Text(&line.money.asset),
            Figure(&line.money.amount),
            fiat.map_or(Nothing, |fiat| Figure(&fiat.amount)),
            fiat.map_or(Nothing, |fiat| Text(&fiat.currency)),
            fiat.map_or(Nothing, |fiat| Figure(&fiat.rate)),
            fee.map_or(Nothing, |fee| Figure(&fee.amount)),
            fee.map_or(Nothing, |fee| Text(&fee.asset)),
            Cell::from(&line.invoice),
            Cell::from(&line.external_id),
            Cell::from(&line.description),
            Text(&line.reference),
            Cell::from(&line.refund),
            Text(&line.id),
            Cell::from(&line.from),
            Text(&line.to),
            Text(&line.hash),
            Figure(&line.lt),
            Figure(&block),
        ],
    );
}

const SUMMARY_HEADER: [&str; 9] = [
    "day",
    "kind",
    "asset",
    "count",
    "amount",
    "fiat_value",
    "fiat_currency",
    "fees",
    "fees_asset",
];

/// The days of a summary as a table.
pub fn table(shape: Shape, summary: &SummaryView) -> String {
    use Cell::{Figure, Nothing, Text};
    let mut out = shape.head(&SUMMARY_HEADER);
    for DayView { day, sum } in &summary.days {
        let fiat = sum.fiat.as_ref();
        shape.row(
            &mut out,
            &[
                Text(day),
                Text(sum.kind.as_str()),
                Text(&sum.money.asset),
                Figure(&sum.count.to_string()),
                Figure(&sum.money.amount),
                fiat.map_or(Nothing, |fiat| Figure(&fiat.amount)),
                fiat.map_or(Nothing, |fiat| Text(&fiat.currency)),
                Figure(&sum.fees.amount),
                Text(&sum.fees.asset),
            ],
        );
    }
    out
}
