//! The statements of reports. Each begins with the same lines, so a sum is a sum of what is listed.

use super::{Filter, Group, Line, LineKind, OnChain, Sum, days::Day};
use crate::{
    base::db::{One, Result, Tx, rows},
    money::rates::{Currency, Fiat, Rate, Worth},
    words::{
        id::{InvoiceId, MerchantId, RefundId, TransferId},
        money::{Amount, Asset},
        time::Time,
    },
};

/// Every transfer that paid an invoice of the merchant $1 or was sent by a refund, from $2 until $3, of
/// the asset $4, the kind $5, the status $6, the currency $7, with the words $8 in it.
macro_rules! from_lines {
    ($columns:literal, $rest:literal) => {
        concat!(
            "with moved as (
                 select 'payment' as kind, v.status, v.id as invoice_id, null as refund_id,
                        v.external_id, v.description, n.reference, t.*
                   from invoices v
                   join intents n on n.purpose_id = v.id
                   join transfers t on t.intent_id = n.id
                  where v.merchant_id = $1
                 union all
                 select 'refund' as kind, r.status, r.invoice_id, r.id as refund_id,
                        v.external_id, v.description, n.reference, t.*
                   from refunds r
                   join intents n on n.purpose_id = r.id
                   join transfers t on t.intent_id = n.id
                   left join invoices v on v.id = r.invoice_id
                  where r.merchant_id = $1
             ), lines as (
                 select * from moved
                  where reason is null and amount is not null and at >= $2 and at < $3
                    and (cast($4 as text) is null or asset = $4)
                    and (cast($5 as text) is null or kind = $5)
                    and (cast($6 as text) is null or status = $6)
                    and (cast($7 as text) is null or fiat_currency = $7)
                    and (cast($8 as text) is null
                         or lower(coalesce(description, '')) like lower($8) escape '!'
                         or lower(coalesce(external_id, '')) like lower($8) escape '!'
                         or lower(reference) like lower($8) escape '!')
             ) select ",
            $columns,
            " from lines ",
            $rest
        )
    };
}

/// Text to look for, wherever it stands; nothing in it means anything to SQL.
fn anywhere(text: &str) -> String {
    let text = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{text}%")
}

#[derive(sqlx::FromRow)]
struct LineRow {
    id: TransferId,
    kind: LineKind,
    at: Time,
    status: String,
    asset: Asset,
    amount: Amount,
    fiat_value: Option<Amount>,
    fiat_currency: Option<Currency>,
    fiat_rate: Option<Rate>,
    fee: Option<Amount>,
    reference: String,
    invoice_id: Option<InvoiceId>,
    external_id: Option<String>,
    description: Option<String>,
    refund_id: Option<RefundId>,
    sender: Option<String>,
    owner: String,
    hash: String,
    lt: i64,
    block: i64,
}

impl From<LineRow> for Line {
    fn from(row: LineRow) -> Self {
        let value = row.fiat_currency.zip(row.fiat_value);
        let worth = value
            .zip(row.fiat_rate)
            .map(|((currency, minor), rate)| Worth { value: Fiat { currency, minor }, rate });
        Self {
            id: row.id,
            kind: row.kind,
            at: row.at,
            status: row.status,
            asset: row.asset,
            amount: row.amount,
            worth,
            fee: row.fee,
            reference: row.reference,
            invoice: row.invoice_id,
            external_id: row.external_id,
            description: row.description,
            refund: row.refund_id,
            chain: OnChain {
                from: row.sender,
                to: row.owner,
                hash: row.hash,
                lt: row.lt,
                block: row.block,
            },
        }
    }
}

/// A page of lines, newest first.
pub async fn lines(
    tx: &mut Tx,
    merchant: MerchantId,
    filter: &Filter,
    after: Option<(Time, TransferId)>,
    limit: i64,
) -> Result<Vec<Line>> {
    let (at, id) = after.unzip();
    let rows = rows!(
        tx,
        all LineRow,
        from_lines!(
            "id, kind, at, status, asset, amount, fiat_value, fiat_currency, fiat_rate, fee, reference,
             invoice_id, external_id, description, refund_id, sender, owner, hash, lt, block",
            "where cast($9 as bigint) is null or at < $9 or (at = $9 and id < $10)
             order by at desc, id desc limit $11"
        ),
        merchant,
        filter.span.from(),
        filter.span.until(),
        filter.asset,
        filter.kind,
        filter.status.as_deref(),
        filter.currency,
        filter.text.as_deref().map(anywhere),
        at,
        id,
        limit
    )?;
    Ok(rows.into_iter().map(Line::from).collect())
}

/// When a transfer was, to go on from it.
pub async fn at(tx: &mut Tx, id: TransferId) -> Result<Option<Time>> {
    let row: Option<One<Time>> =
        rows!(tx, optional One<Time>, "select at from transfers where id = $1", id)?;
    Ok(row.map(|(at,)| at))
}

/// Sums of 2⁶³ each would not fit, so they come in two parts: thousands of millions, and the rest.
#[derive(sqlx::FromRow)]
struct SumRow {
    day: i64,
    kind: LineKind,
    asset: Asset,
    fiat_currency: Option<Currency>,
    count: i64,
    units_high: i64,
    units_low: i64,
    worth_high: i64,
    worth_low: i64,
    fees_high: i64,
    fees_low: i64,
}

fn joined(high: i64, low: i64) -> u128 {
    u128::from(high.unsigned_abs()) * 1_000_000_000 + u128::from(low.unsigned_abs())
}

impl From<SumRow> for (Group, Sum) {
    fn from(row: SumRow) -> Self {
        let group = Group {
            day: Day::new(row.day),
            kind: row.kind,
            asset: row.asset,
            currency: row.fiat_currency,
        };
        let sum = Sum {
            count: row.count.unsigned_abs(),
            units: joined(row.units_high, row.units_low),
            worth: joined(row.worth_high, row.worth_low),
            fees: joined(row.fees_high, row.fees_low),
        };
        (group, sum)
    }
}

/// What the lines of each day come to, oldest day first.
pub async fn sums(tx: &mut Tx, merchant: MerchantId, filter: &Filter) -> Result<Vec<(Group, Sum)>> {
    let rows = rows!(
        tx,
        all SumRow,
        from_lines!(
            "(at + $9) / 86400000 as day, kind, asset, fiat_currency, count(*) as count,
             cast(coalesce(sum(amount / 1000000000), 0) as bigint) as units_high,
             cast(coalesce(sum(amount % 1000000000), 0) as bigint) as units_low,
             cast(coalesce(sum(fiat_value / 1000000000), 0) as bigint) as worth_high,
             cast(coalesce(sum(fiat_value % 1000000000), 0) as bigint) as worth_low,
             cast(coalesce(sum(fee / 1000000000), 0) as bigint) as fees_high,
             cast(coalesce(sum(fee % 1000000000), 0) as bigint) as fees_low",
            "group by 1, kind, asset, fiat_currency order by 1, kind, asset, coalesce(fiat_currency, '')"
        ),
        merchant,
        filter.span.from(),
        filter.span.until(),
        filter.asset,
        filter.kind,
        filter.status.as_deref(),
        filter.currency,
        filter.text.as_deref().map(anywhere),
        filter.span.offset.millis()
    )?;
    Ok(rows.into_iter().map(Into::into).collect())
}
