//! The statements of what CryptoBot's API knows of invoices.

use super::{Button, Card, Filter};
use crate::{
    db::{One, Result, Tx, execute, rows},
    id::{InvoiceId, MerchantId},
    money::Amount,
    time::Time,
};

/// `false`: the invoice has a number already, or another has this one.
pub async fn insert(tx: &mut Tx, id: InvoiceId, number: i64, card: &Card) -> Result<bool> {
    let (button, url) = card.button.clone().unzip();
    let touched = execute!(
        tx,
        "insert into cryptobot_invoices
            (invoice_id, number, description, payload, button, button_url, allow_comments,
             allow_anonymous)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict do nothing",
        id,
        number,
        card.description.as_deref(),
        card.payload.as_deref(),
        button,
        url.as_deref(),
        card.allow_comments,
        card.allow_anonymous
    )?;
    Ok(touched == 1)
}

#[derive(sqlx::FromRow)]
struct Row {
    number: i64,
    description: Option<String>,
    payload: Option<String>,
    button: Option<Button>,
    button_url: Option<String>,
    allow_comments: bool,
    allow_anonymous: bool,
}

pub async fn card(tx: &mut Tx, id: InvoiceId) -> Result<Option<(i64, Card)>> {
    let row = rows!(
        tx,
        optional Row,
        "select number, description, payload, button, button_url, allow_comments, allow_anonymous
           from cryptobot_invoices where invoice_id = $1",
        id
    )?;
    Ok(row.map(|row| {
        let card = Card {
            description: row.description,
            payload: row.payload,
            button: row.button.zip(row.button_url),
            allow_comments: row.allow_comments,
            allow_anonymous: row.allow_anonymous,
        };
        (row.number, card)
    }))
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

/// Those of a merchant's invoices whose numbers are asked for, newest first.
pub async fn numbered(
    tx: &mut Tx,
    merchant: MerchantId,
    filter: &Filter,
) -> Result<Vec<InvoiceId>> {
    let mut found = Vec::new();
    for number in &filter.numbers {
        let one: Option<One<InvoiceId>> = rows!(
            tx,
            optional One<InvoiceId>,
            "select i.id from cryptobot_invoices c join invoices i on i.id = c.invoice_id
              where c.number = $1 and i.merchant_id = $2 and c.deleted_at is null
                and (cast($3 as text) is null or $3 like '%,' || i.asset || ',%')
                and (cast($4 as text) is null or i.fiat_currency = $4)
                and (cast($5 as text) is null or $5 = case i.status
                         when 'open' then 'active' when 'processing' then 'active'
                         when 'paid' then 'paid' else 'expired' end)",
            *number,
            merchant,
            between_commas(&filter.assets),
            filter.fiat.as_deref(),
            filter.status.map(|status| status.as_str())
        )?;
        found.extend(one.map(|(id,)| id));
    }
    found.sort_unstable();
    found.dedup();
    let (offset, count) = (usize::try_from(filter.offset), usize::try_from(filter.count));
    let page = found.into_iter().rev().skip(offset.unwrap_or(0)).take(count.unwrap_or(0));
    Ok(page.collect())
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
