//! The statements of what CryptoBot's API knows of invoices.

use std::collections::HashMap;

use super::{Button, Card, Filter};
use crate::{
    base::db::{One, Result, Tx, execute, joined, over_ids, rows},
    words::{
        id::{InvoiceId, MerchantId},
        money::Amount,
        time::Time,
    },
};

/// Writes on an invoice's card what was said of it here. Its number is given back.
pub async fn keep(tx: &mut Tx, id: InvoiceId, card: &Card) -> Result<i64> {
    let (button, url) = card.button.clone().unzip();
    let (number,) = rows!(
        tx,
        one One<i64>,
        "update cryptobot_invoices
            set description = $2, payload = $3, button = $4, button_url = $5, allow_comments = $6,
                allow_anonymous = $7
          where invoice_id = $1 returning number",
        id,
        card.description.as_deref(),
        card.payload.as_deref(),
        button,
        url.as_deref(),
        card.allow_comments,
        card.allow_anonymous
    )?;
    Ok(number)
}

#[derive(sqlx::FromRow)]
struct Row {
    invoice_id: InvoiceId,
    number: i64,
    description: Option<String>,
    payload: Option<String>,
    button: Option<Button>,
    button_url: Option<String>,
    allow_comments: bool,
    allow_anonymous: bool,
}

/// The numbers and cards of many invoices.
pub async fn cards(tx: &mut Tx, ids: &[InvoiceId]) -> Result<HashMap<InvoiceId, (i64, Card)>> {
    let rows: Vec<Row> = rows!(
        tx,
        all Row,
        over_ids!(
            "select c.invoice_id, c.number, c.description, c.payload, c.button, c.button_url,
                    c.allow_comments, c.allow_anonymous
               from ids cross join cryptobot_invoices c where c.invoice_id = ids.id"
        ),
        joined(ids)
    )?;
    let card = |row: Row| {
        let card = Card {
            description: row.description,
            payload: row.payload,
            button: row.button.zip(row.button_url),
            allow_comments: row.allow_comments,
            allow_anonymous: row.allow_anonymous,
        };
        (row.invoice_id, (row.number, card))
    };
    Ok(rows.into_iter().map(card).collect())
}

/// The invoice of that number, if it is this merchant's and was not deleted.
pub async fn by_number(
    tx: &mut Tx,
    merchant: MerchantId,
    number: i64,
) -> Result<Option<InvoiceId>> {
    let row: Option<One<InvoiceId>> = rows!(
        tx,
        optional One<InvoiceId>,
        "select i.id from cryptobot_invoices c join invoices i on i.id = c.invoice_id
          where c.number = $1 and i.merchant_id = $2 and c.deleted_at is null",
        number,
        merchant
    )?;
    Ok(row.map(|(id,)| id))
}

/// Takes an invoice out of every list here.
pub async fn delete(tx: &mut Tx, id: InvoiceId, now: Time) -> Result<()> {
    execute!(tx, "update cryptobot_invoices set deleted_at = $2 where invoice_id = $1", id, now)?;
    Ok(())
}

/// Words between commas, so that each can be looked for.
fn between_commas(words: &[String]) -> Option<String> {
    (!words.is_empty()).then(|| format!(",{},", words.join(",")))
}

/// A merchant's invoices, newest first, also those that have no number yet.
pub async fn list(tx: &mut Tx, merchant: MerchantId, filter: &Filter) -> Result<Vec<InvoiceId>> {
    let found: Vec<One<InvoiceId>> = rows!(
        tx,
        all One<InvoiceId>,
        "select i.id from invoices i left join cryptobot_invoices c on c.invoice_id = i.id
          where i.merchant_id = $1 and c.deleted_at is null
            and (cast($2 as text) is null or $2 like '%,' || i.asset || ',%')
            and (cast($3 as text) is null or i.fiat_currency = $3)
            and (cast($4 as text) is null or $4 = case i.status
                     when 'open' then 'active' when 'processing' then 'active'
                     when 'paid' then 'paid' else 'expired' end)
          order by i.id desc limit $5 offset $6",
        merchant,
        between_commas(&filter.assets),
        filter.fiat.as_deref(),
        filter.status.map(|status| status.as_str()),
        filter.count,
        filter.offset
    )?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// Digits of a number among others in one text: so many hold every `bigint`.
const DIGITS: usize = 19;

/// Those of a merchant's invoices whose numbers are asked for, newest first.
pub async fn numbered(
    tx: &mut Tx,
    merchant: MerchantId,
    filter: &Filter,
) -> Result<Vec<InvoiceId>> {
    let numbers = filter.numbers.iter().filter(|number| **number > 0);
    let numbers: String = numbers.map(|number| format!("{number:0DIGITS$}")).collect();
    let found: Vec<One<InvoiceId>> = rows!(
        tx,
        all One<InvoiceId>,
        "with recursive places (n) as (
             select 1 union all
             select n + 19 from places where n + 19 < length(cast($1 as text))
         ), numbers (number) as (
             select cast(substr(cast($1 as text), n, 19) as bigint) from places
              where length(cast($1 as text)) > 0
         )
         select distinct i.id from numbers cross join cryptobot_invoices c cross join invoices i
          where c.number = numbers.number and i.id = c.invoice_id and i.merchant_id = $2
            and c.deleted_at is null
            and (cast($3 as text) is null or $3 like '%,' || i.asset || ',%')
            and (cast($4 as text) is null or i.fiat_currency = $4)
            and (cast($5 as text) is null or $5 = case i.status
                     when 'open' then 'active' when 'processing' then 'active'
                     when 'paid' then 'paid' else 'expired' end)
          order by i.id desc limit $6 offset $7",
        numbers,
        merchant,
        between_commas(&filter.assets),
        filter.fiat.as_deref(),
        filter.status.map(|status| status.as_str()),
        filter.count,
        filter.offset
    )?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// How many were made in a span of time, how many of those are paid by now, and how many were paid in it.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct Counts {
    pub created: i64,
    pub created_and_paid: i64,
    pub paid: i64,
}

pub async fn counts(tx: &mut Tx, merchant: MerchantId, from: Time, to: Time) -> Result<Counts> {
    rows!(
        tx,
        one Counts,
        "select cast(coalesce(sum(case when created_at >= $2 and created_at <= $3 then 1 else 0 end), 0)
                     as bigint) as created,
                cast(coalesce(sum(case when created_at >= $2 and created_at <= $3 and status = 'paid'
                                       then 1 else 0 end), 0) as bigint) as created_and_paid,
                cast(coalesce(sum(case when paid_at >= $2 and paid_at <= $3 then 1 else 0 end), 0)
                     as bigint) as paid
           from invoices where merchant_id = $1",
        merchant,
        from,
        to
    )
}

/// What the money was worth that paid invoices in a span of time, and how many wallets it came from.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct Takings {
    /// In minor units of the currency.
    pub worth: Amount,
    pub senders: i64,
}

pub async fn takings(
    tx: &mut Tx,
    merchant: MerchantId,
    (from, to): (Time, Time),
    currency: &str,
) -> Result<Takings> {
    rows!(
        tx,
        one Takings,
        "select cast(coalesce(sum(case when t.fiat_currency = $4 then t.fiat_value else 0 end), 0)
                     as bigint) as worth,
                count(distinct t.sender) as senders
           from invoices v
           join intents n on n.purpose_id = v.id
           join transfers t on t.intent_id = n.id and t.reason is null
          where v.merchant_id = $1 and v.status = 'paid' and v.paid_at >= $2 and v.paid_at <= $3",
        merchant,
        from,
        to,
        currency
    )
}
