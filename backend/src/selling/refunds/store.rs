//! The statements of refunds.

use std::collections::HashMap;

use ton::address::Address;

use super::state::{Refund, RefundStatus};
use crate::{
    base::db::{One, Result, Text, Tx, execute, joined, over_ids, rows},
    words::{
        id::{InvoiceId, MerchantId, RefundId, TransferId},
        money::{Amount, Asset},
        time::Time,
    },
};

#[derive(sqlx::FromRow)]
struct Row {
    id: RefundId,
    merchant_id: MerchantId,
    transfer_id: TransferId,
    invoice_id: Option<InvoiceId>,
    asset: Asset,
    amount: Amount,
    sent: Amount,
    to_address: Text<Address>,
    reason: Option<String>,
    warnings: String,
    status: RefundStatus,
    status_at: Time,
    awaited_until: Option<Time>,
    created_at: Time,
}

impl TryFrom<Row> for Refund {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self> {
        let warnings = serde_json::from_str(&row.warnings);
        Ok(Self {
            id: row.id,
            merchant: row.merchant_id,
            transfer: row.transfer_id,
            invoice: row.invoice_id,
            asset: row.asset,
            amount: row.amount,
            sent: row.sent,
            to: row.to_address.0,
            reason: row.reason,
            warnings: warnings.map_err(|e| sqlx::Error::Decode(e.into()))?,
            status: row.status,
            status_at: row.status_at,
            awaited: row.awaited_until,
            created_at: row.created_at,
        })
    }
}

fn refunds(rows: Vec<Row>) -> Result<Vec<Refund>> {
    rows.into_iter().map(Refund::try_from).collect()
}

/// Opens a refund, unless less than its amount is left of what was `received`. The caller holds the
/// transfer, so nobody takes of it in between.
pub async fn insert(tx: &mut Tx, refund: &Refund, received: Amount) -> Result<bool> {
    let warnings = serde_json::to_string(&refund.warnings);
    let touched = execute!(
        tx,
        "insert into refunds
            (id, merchant_id, transfer_id, invoice_id, asset, amount, sent, to_address, reason,
             warnings, status, status_at, created_at)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13
          where $6 <= $14 - (select cast(coalesce(sum(
                    case when status in ('requires_signature', 'submitted', 'succeeded')
                              or (status = 'canceled' and awaited_until is not null)
                         then case when sent > amount then sent else amount end
                         else sent end), 0) as bigint)
                  from refunds where transfer_id = $3)",
        refund.id,
        refund.merchant,
        refund.transfer,
        refund.invoice,
        refund.asset,
        refund.amount,
        refund.sent,
        Text(refund.to),
        refund.reason.as_deref(),
        warnings.map_err(|e| sqlx::Error::Encode(e.into()))?,
        refund.status,
        refund.status_at,
        refund.created_at,
        received
    )?;
    Ok(touched == 1)
}

/// What the refunds of a transfer have taken or may still take of it: see [`Refund::takes`].
pub async fn taken(tx: &mut Tx, transfer: TransferId) -> Result<Amount> {
    let (taken,) = rows!(
        tx,
        one One<Amount>,
        "select cast(coalesce(sum(
                    case when status in ('requires_signature', 'submitted', 'succeeded')
                              or (status = 'canceled' and awaited_until is not null)
                         then case when sent > amount then sent else amount end
                         else sent end), 0) as bigint)
           from refunds where transfer_id = $1",
        transfer
    )?;
    Ok(taken)
}

/// Writes the new state, unless somebody else has changed it since `before` was read.
pub async fn save(tx: &mut Tx, before: &Refund, after: &Refund) -> Result<bool> {
    let touched = execute!(
        tx,
        "update refunds set status = $2, status_at = $3, sent = $4, awaited_until = $5
          where id = $1 and status = $6 and sent = $7
            and coalesce(awaited_until, 0) = coalesce(cast($8 as bigint), 0)",
        after.id,
        after.status,
        after.status_at,
        after.sent,
        after.awaited,
        before.status,
        before.sent,
        before.awaited
    )?;
    Ok(touched == 1)
}

pub async fn find(tx: &mut Tx, id: RefundId) -> Result<Option<Refund>> {
    rows!(tx, optional Row, "select * from refunds where id = $1", id)?
        .map(Refund::try_from)
        .transpose()
}

/// The refund, if it is this merchant's.
pub async fn own(tx: &mut Tx, merchant: MerchantId, id: RefundId) -> Result<Option<Refund>> {
    rows!(
        tx,
        optional Row,
        "select * from refunds where id = $1 and merchant_id = $2",
        id,
        merchant
    )?
    .map(Refund::try_from)
    .transpose()
}

/// Takes a refund until the transaction ends: two who ask for its message get the same one.
pub async fn hold(tx: &mut Tx, merchant: MerchantId, id: RefundId) -> Result<Option<Refund>> {
    rows!(
        tx,
        optional Row,
        "update refunds set sent = sent where id = $1 and merchant_id = $2 returning *",
        id,
        merchant
    )?
    .map(Refund::try_from)
    .transpose()
}

/// Which refunds a merchant wants to see.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub status: Option<RefundStatus>,
    pub invoice: Option<String>,
    pub payment: Option<String>,
    pub before: Option<RefundId>,
}

/// A merchant's refunds, newest first.
pub async fn list(
    tx: &mut Tx,
    merchant: MerchantId,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<Refund>> {
    refunds(rows!(
        tx,
        all Row,
        "select * from refunds
          where merchant_id = $1
            and (cast($2 as text) is null or status = $2)
            and (cast($3 as text) is null or invoice_id = $3)
            and (cast($4 as text) is null or transfer_id = $4)
            and (cast($5 as text) is null or id < $5)
          order by id desc limit $6",
        merchant,
        filter.status,
        filter.invoice.as_deref(),
        filter.payment.as_deref(),
        filter.before,
        limit
    )?)
}

/// The first hundred refunds of what has paid each of many invoices, oldest first.
pub async fn of_invoices(tx: &mut Tx, ids: &str) -> Result<Vec<Refund>> {
    refunds(rows!(
        tx,
        all Row,
        over_ids!(
            "select * from (
                 select r.*, row_number() over (partition by r.invoice_id order by r.id) as place
                   from ids cross join refunds r where r.invoice_id = ids.id) as found
              where place <= 100 order by id"
        ),
        ids
    )?)
}

/// A merchant's refunds of each of many transfers, the first hundred of each, oldest first.
pub async fn of_transfers(
    tx: &mut Tx,
    merchant: MerchantId,
    of: &[TransferId],
) -> Result<Vec<Refund>> {
    refunds(rows!(
        tx,
        all Row,
        over_ids!(
            "select * from (
                 select r.*, row_number() over (partition by r.transfer_id order by r.id) as place
                   from ids cross join refunds r
                  where r.transfer_id = ids.id and r.merchant_id = $2) as found
              where place <= 100 order by id"
        ),
        joined(of),
        merchant
    )?)
}

/// What has arrived back at somebody of each transfer's money, whichever merchant sent it. Those of
/// which nothing went back are left out.
pub async fn sent_back(tx: &mut Tx, of: &[TransferId]) -> Result<HashMap<TransferId, Amount>> {
    let found: Vec<(TransferId, i64)> = rows!(
        tx,
        all(TransferId, i64),
        over_ids!(
            "select r.transfer_id, cast(sum(r.sent) as bigint) from ids cross join refunds r
              where r.transfer_id = ids.id group by r.transfer_id"
        ),
        joined(of)
    )?;
    let amount = |sent: i64| Amount::new(u128::from(sent.unsigned_abs())).unwrap_or(Amount::MAX);
    Ok(found.into_iter().map(|(id, sent)| (id, amount(sent))).collect())
}

/// To whom refunds go whose last message has ended before a moment of the chain's clock, where the account
/// has not been compared so far.
pub async fn due_payees(tx: &mut Tx, passed: Time) -> Result<Vec<Address>> {
    let rows = rows!(
        tx,
        all One<Text<Address>>,
        "select distinct to_address from refunds
          where awaited_until < $1
            and exists (select 1 from watched
                         where owner = refunds.to_address and not behind
                           and compared < refunds.awaited_until)",
        passed
    )?;
    Ok(rows.into_iter().map(|(payee,)| payee.0).collect())
}

/// Refunds whose last message has ended before a moment of the chain's clock. Where the payee's account
/// has not been read and compared so far, the money may be there: those wait.
pub async fn lapsing(tx: &mut Tx, passed: Time, limit: i64) -> Result<Vec<Refund>> {
    refunds(rows!(
        tx,
        all Row,
        "select * from refunds
          where awaited_until < $1
            and not exists (select 1 from watched
                             where owner = refunds.to_address
                               and (behind or compared < refunds.awaited_until))
          order by awaited_until limit $2",
        passed,
        limit
    )?)
}

/// What of a merchant's money a transfer is: the invoice it has paid, or none for unmatched money.
/// Outer `None`: it is not this merchant's.
pub async fn paid_by(
    tx: &mut Tx,
    merchant: MerchantId,
    transfer: TransferId,
) -> Result<Option<Option<InvoiceId>>> {
    let row = rows!(
        tx,
        optional One<Option<InvoiceId>>,
        "select i.id from transfers t
           left join intents n on n.id = t.intent_id and t.reason is null
           left join invoices i on i.id = n.purpose_id and i.merchant_id = $2
          where t.id = $1
            and (i.id is not null
                 or (t.reason is not null
                     and t.owner in (select address from payout_wallets where merchant_id = $2)))",
        transfer,
        merchant
    )?;
    Ok(row.map(|(invoice,)| invoice))
}

/// Whether an invoice is this merchant's.
pub async fn owns_invoice(tx: &mut Tx, merchant: MerchantId, id: InvoiceId) -> Result<bool> {
    let (count,): (i64,) = rows!(
        tx,
        one One<i64>,
        "select count(*) from invoices where id = $1 and merchant_id = $2",
        id,
        merchant
    )?;
    Ok(count > 0)
}

/// Whether an address is or was somebody's wallet here: linked now, or used for a payment of theirs.
pub async fn is_known_wallet(tx: &mut Tx, address: Address) -> Result<bool> {
    let (known,): (i64,) = rows!(
        tx,
        one One<i64>,
        "select (select count(*) from wallets where address = $1)
              + (select count(*) from intents where payer_address = $1 and payer_id is not null)",
        Text(address)
    )?;
    Ok(known > 0)
}
