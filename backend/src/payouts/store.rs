//! The statements of moves to another wallet.

use ton::address::Address;

use super::{Change, ChangeStatus};
use crate::{
    db::{Result, Text, Tx, execute, rows},
    id::{MerchantId, PayoutChangeId, PersonId},
    time::Time,
};

#[derive(sqlx::FromRow)]
struct Row {
    id: PayoutChangeId,
    merchant_id: MerchantId,
    from_address: Text<Address>,
    to_address: Text<Address>,
    asked_by: PersonId,
    status: ChangeStatus,
    created_at: Time,
    due_at: Time,
    ended_at: Option<Time>,
}

impl From<Row> for Change {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            merchant: row.merchant_id,
            from: row.from_address.0,
            to: row.to_address.0,
            asked_by: row.asked_by,
            status: row.status,
            created_at: row.created_at,
            due_at: row.due_at,
            ended_at: row.ended_at,
        }
    }
}

/// `false`: another one of this merchant waits already.
pub async fn insert(tx: &mut Tx, change: &Change) -> Result<bool> {
    let touched = execute!(
        tx,
        "insert into payout_changes
            (id, merchant_id, from_address, to_address, asked_by, status, created_at, due_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict do nothing",
        change.id,
        change.merchant,
        Text(change.from),
        Text(change.to),
        change.asked_by,
        change.status,
        change.created_at,
        change.due_at
    )?;
    Ok(touched == 1)
}

/// Writes the new state, unless somebody else was first.
pub async fn save(tx: &mut Tx, before: &Change, after: &Change) -> Result<bool> {
    let touched = execute!(
        tx,
        "update payout_changes set status = $2, ended_at = $3 where id = $1 and status = $4",
        after.id,
        after.status,
        after.ended_at,
        before.status
    )?;
    Ok(touched == 1)
}

pub async fn find(tx: &mut Tx, merchant: MerchantId, id: PayoutChangeId) -> Result<Option<Change>> {
    let row = rows!(
        tx,
        optional Row,
        "select * from payout_changes where id = $1 and merchant_id = $2",
        id,
        merchant
    )?;
    Ok(row.map(Change::from))
}

/// The newest first.
pub async fn of(tx: &mut Tx, merchant: MerchantId, limit: i64) -> Result<Vec<Change>> {
    let rows = rows!(
        tx,
        all Row,
        "select * from payout_changes where merchant_id = $1 order by id desc limit $2",
        merchant,
        limit
    )?;
    Ok(rows.into_iter().map(Change::from).collect())
}

pub async fn due(tx: &mut Tx, passed: Time, limit: i64) -> Result<Vec<Change>> {
    let rows = rows!(
        tx,
        all Row,
        "select * from payout_changes where status = 'waiting' and due_at <= $1
          order by due_at limit $2",
        passed,
        limit
    )?;
    Ok(rows.into_iter().map(Change::from).collect())
}
