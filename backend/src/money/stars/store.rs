//! The statements of Stars: what was asked, and what came.

use super::StarPayment;
use crate::{
    base::db::{One, Result, Tx, execute, over_ids, rows},
    words::{
        id::{InvoiceId, StarPaymentId},
        money::Amount,
        time::Time,
    },
};

#[derive(sqlx::FromRow)]
struct Row {
    id: StarPaymentId,
    charge_id: String,
    telegram_id: i64,
    invoice_id: Option<InvoiceId>,
    amount: Amount,
    at: Time,
}

impl From<Row> for StarPayment {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            charge_id: row.charge_id,
            telegram_id: row.telegram_id,
            invoice: row.invoice_id,
            amount: row.amount,
            at: row.at,
        }
    }
}

/// `false`: this charge is known already.
pub async fn insert(
    tx: &mut Tx,
    payment: &StarPayment,
    payload: &str,
    created_at: Time,
) -> Result<bool> {
    let touched = execute!(
        tx,
        "insert into star_payments
            (id, charge_id, telegram_id, payload, invoice_id, amount, at, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (charge_id) do nothing",
        payment.id,
        &payment.charge_id,
        payment.telegram_id,
        payload,
        payment.invoice,
        payment.amount,
        payment.at,
        created_at
    )?;
    Ok(touched == 1)
}

pub async fn find(tx: &mut Tx, id: StarPaymentId) -> Result<Option<StarPayment>> {
    let row = rows!(
        tx,
        optional Row,
        "select id, charge_id, telegram_id, invoice_id, amount, at from star_payments where id = $1",
        id
    )?;
    Ok(row.map(StarPayment::from))
}

/// By Telegram's name for it.
pub async fn by_charge(tx: &mut Tx, charge_id: &str) -> Result<Option<StarPayment>> {
    let row = rows!(
        tx,
        optional Row,
        "select id, charge_id, telegram_id, invoice_id, amount, at from star_payments
          where charge_id = $1",
        charge_id
    )?;
    Ok(row.map(StarPayment::from))
}

/// What has paid an invoice, oldest first.
pub async fn of_invoice(tx: &mut Tx, invoice: InvoiceId) -> Result<Vec<StarPayment>> {
    let rows = rows!(
        tx,
        all Row,
        "select id, charge_id, telegram_id, invoice_id, amount, at from star_payments
          where invoice_id = $1 order by at, created_at, charge_id limit 100",
        invoice
    )?;
    Ok(rows.into_iter().map(StarPayment::from).collect())
}

/// What has paid each of many invoices, the first hundred of each, oldest first.
pub async fn of_invoices(tx: &mut Tx, ids: &str) -> Result<Vec<StarPayment>> {
    let rows = rows!(
        tx,
        all Row,
        over_ids!(
            "select * from (
                 select s.*, row_number() over (
                            partition by s.invoice_id order by s.at, s.created_at, s.charge_id)
                        as place
                   from ids cross join star_payments s where s.invoice_id = ids.id) as found
              where place <= 100 order by at, created_at, charge_id"
        ),
        ids
    )?;
    Ok(rows.into_iter().map(StarPayment::from).collect())
}

/// Many of them, in no particular order.
pub async fn of_ids(tx: &mut Tx, ids: &str) -> Result<Vec<StarPayment>> {
    let rows = rows!(
        tx,
        all Row,
        over_ids!("select s.* from ids cross join star_payments s where s.id = ids.id"),
        ids
    )?;
    Ok(rows.into_iter().map(StarPayment::from).collect())
}

/// A question of Telegram that waits for its answer.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Checkout {
    pub id: String,
    /// What the payer reads; `None`: it may be paid.
    pub refusal: Option<String>,
}

/// Keeps a question with what was decided, once.
pub async fn insert_checkout(
    tx: &mut Tx,
    id: &str,
    invoice: Option<InvoiceId>,
    refusal: Option<&str>,
    asked_at: Time,
) -> Result<()> {
    execute!(
        tx,
        "insert into star_checkouts (id, invoice_id, refusal, asked_at) values ($1, $2, $3, $4)
         on conflict (id) do nothing",
        id,
        invoice,
        refusal,
        asked_at
    )?;
    Ok(())
}

/// Whether somebody was told since then that they may pay this invoice.
pub async fn is_promised(tx: &mut Tx, invoice: InvoiceId, since: Time) -> Result<bool> {
    let (count,): One<i64> = rows!(
        tx,
        one One<i64>,
        "select count(*) from star_checkouts
          where invoice_id = $1 and asked_at > $2 and refusal is null",
        invoice,
        since
    )?;
    Ok(count > 0)
}

/// Questions asked since then that have no answer yet, oldest first.
pub async fn unanswered(tx: &mut Tx, since: Time) -> Result<Vec<Checkout>> {
    rows!(
        tx,
        all Checkout,
        "select id, refusal from star_checkouts
          where answered_at is null and asked_at > $1 order by asked_at limit 100",
        since
    )
}

pub async fn answered(tx: &mut Tx, id: &str, at: Time) -> Result<()> {
    execute!(
        tx,
        "update star_checkouts set answered_at = $2 where id = $1 and answered_at is null",
        id,
        at
    )?;
    Ok(())
}

/// Nothing comes of what was answered: Telegram no longer waits. What was promised is free again.
pub async fn lapse(tx: &mut Tx, id: &str, at: Time) -> Result<()> {
    execute!(
        tx,
        "update star_checkouts set answered_at = $2, refusal = coalesce(refusal, 'too late')
          where id = $1 and answered_at is null",
        id,
        at
    )?;
    Ok(())
}

/// Drops questions that nobody waits for any more.
pub async fn purge_checkouts(tx: &mut Tx, before: Time) -> Result<()> {
    execute!(tx, "delete from star_checkouts where asked_at < $1", before)?;
    Ok(())
}
