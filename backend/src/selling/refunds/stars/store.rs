//! The statements of refunds of Stars.

use super::state::{LEASE, StarRefund};
use crate::{
    base::db::{One, Result, Tx, execute, over_ids, rows},
    selling::refunds::{RefundStatus, store::Filter},
    words::{
        id::{InvoiceId, MerchantId, RefundId, StarPaymentId},
        money::Amount,
        time::Time,
    },
};

#[derive(sqlx::FromRow)]
struct Row {
    id: RefundId,
    merchant_id: MerchantId,
    payment_id: StarPaymentId,
    invoice_id: InvoiceId,
    amount: Amount,
    reason: Option<String>,
    status: RefundStatus,
    failure: Option<String>,
    attempt: i64,
    due_at: Option<Time>,
    status_at: Time,
    created_at: Time,
}

impl From<Row> for StarRefund {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            merchant: row.merchant_id,
            payment: row.payment_id,
            invoice: row.invoice_id,
            amount: row.amount,
            reason: row.reason,
            status: row.status,
            failure: row.failure,
            attempt: row.attempt,
            due: row.due_at,
            status_at: row.status_at,
            created_at: row.created_at,
        }
    }
}

fn refunds(rows: Vec<Row>) -> Vec<StarRefund> {
    rows.into_iter().map(StarRefund::from).collect()
}

/// `false`: these Stars have gone back, or are about to.
pub async fn insert(tx: &mut Tx, refund: &StarRefund) -> Result<bool> {
    let touched = execute!(
        tx,
        "insert into star_refunds
            (id, merchant_id, payment_id, invoice_id, amount, reason, status, failure, attempt,
             due_at, status_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict (payment_id) where status <> 'failed' do nothing",
        refund.id,
        refund.merchant,
        refund.payment,
        refund.invoice,
        refund.amount,
        refund.reason.as_deref(),
        refund.status,
        refund.failure.as_deref(),
        refund.attempt,
        refund.due,
        refund.status_at,
        refund.created_at
    )?;
    Ok(touched == 1)
}

/// Writes the new state, unless somebody else has changed it since `before` was read.
pub async fn save(tx: &mut Tx, before: &StarRefund, after: &StarRefund) -> Result<bool> {
    let touched = execute!(
        tx,
        "update star_refunds set status = $2, status_at = $3, failure = $4, due_at = $5
          where id = $1 and status = $6 and attempt = $7",
        after.id,
        after.status,
        after.status_at,
        after.failure.as_deref(),
        after.due,
        before.status,
        before.attempt
    )?;
    Ok(touched == 1)
}

pub async fn find(tx: &mut Tx, id: RefundId) -> Result<Option<StarRefund>> {
    let row = rows!(tx, optional Row, "select * from star_refunds where id = $1", id)?;
    Ok(row.map(StarRefund::from))
}

/// The refund, if it is this merchant's.
pub async fn own(tx: &mut Tx, merchant: MerchantId, id: RefundId) -> Result<Option<StarRefund>> {
    let row = rows!(
        tx,
        optional Row,
        "select * from star_refunds where id = $1 and merchant_id = $2",
        id,
        merchant
    )?;
    Ok(row.map(StarRefund::from))
}

/// The refund of a payment that lives, or else the last one that has failed.
pub async fn newest_of(tx: &mut Tx, payment: StarPaymentId) -> Result<Option<StarRefund>> {
    let row = rows!(
        tx,
        optional Row,
        "select * from star_refunds where payment_id = $1
          order by case when status = 'failed' then 1 else 0 end, created_at desc, id desc limit 1",
        payment
    )?;
    Ok(row.map(StarRefund::from))
}

/// A merchant's refunds, newest first.
pub async fn list(
    tx: &mut Tx,
    merchant: MerchantId,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<StarRefund>> {
    let rows = rows!(
        tx,
        all Row,
        "select * from star_refunds
          where merchant_id = $1
            and (cast($2 as text) is null or status = $2)
            and (cast($3 as text) is null or invoice_id = $3)
            and (cast($4 as text) is null or payment_id = $4)
            and (cast($5 as text) is null or id < $5)
          order by id desc limit $6",
        merchant,
        filter.status,
        filter.invoice.as_deref(),
        filter.payment.as_deref(),
        filter.before,
        limit
    )?;
    Ok(refunds(rows))
}

/// The first hundred refunds of what has paid each of many invoices, oldest first.
pub async fn of_invoices(tx: &mut Tx, ids: &str) -> Result<Vec<StarRefund>> {
    let rows = rows!(
        tx,
        all Row,
        over_ids!(
            "select * from (
                 select r.*, row_number() over (partition by r.invoice_id order by r.id) as place
                   from ids cross join star_refunds r where r.invoice_id = ids.id) as found
              where place <= 100 order by id"
        ),
        ids
    )?;
    Ok(refunds(rows))
}

/// Takes the refund that has been due longest, for as long as a call to Telegram may take.
pub async fn take(tx: &mut Tx, now: Time) -> Result<Option<StarRefund>> {
    let row = rows!(
        tx,
        optional Row,
        "update star_refunds set due_at = $2, attempt = attempt + 1
          where id = (select id from star_refunds where due_at <= $1 order by due_at limit 1)
            and due_at <= $1
         returning *",
        now,
        now.after(LEASE)
    )?;
    Ok(row.map(StarRefund::from))
}

pub async fn merchant_of(tx: &mut Tx, invoice: InvoiceId) -> Result<MerchantId> {
    let (merchant,) = rows!(
        tx,
        one One<MerchantId>,
        "select merchant_id from invoices where id = $1",
        invoice
    )?;
    Ok(merchant)
}
