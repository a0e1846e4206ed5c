//! The statements by which a list is filled: as many for a hundred lines as for one.

use std::collections::HashMap;

use super::{
    Intent, Transfer,
    store::{IntentRow, TransferRow, intents, transfers},
};
use crate::{
    base::db::{Result, Tx, joined, over_ids, rows},
    words::id::{PaymentId, TransferId},
};

/// What belongs to each of many things, by their ids.
pub type By<T> = HashMap<String, Vec<T>>;

/// A transfer with the id of what it came for.
#[derive(sqlx::FromRow)]
struct For {
    purpose_id: String,
    #[sqlx(flatten)]
    row: TransferRow,
}

fn grouped(rows: Vec<For>) -> Result<By<Transfer>> {
    let mut by = By::new();
    for For { purpose_id, row } in rows {
        by.entry(purpose_id).or_default().push(Transfer::try_from(row)?);
    }
    Ok(by)
}

pub async fn of_ids(tx: &mut Tx, ids: &[PaymentId]) -> Result<HashMap<PaymentId, Intent>> {
    let found = intents(rows!(
        tx,
        all IntentRow,
        over_ids!("select i.* from ids cross join intents i where i.id = ids.id"),
        joined(ids)
    )?)?;
    Ok(found.into_iter().map(|intent| (intent.id, intent)).collect())
}

pub async fn transfers_of_ids(
    tx: &mut Tx,
    ids: &[TransferId],
) -> Result<HashMap<TransferId, Transfer>> {
    let found = transfers(rows!(
        tx,
        all TransferRow,
        over_ids!("select t.* from ids cross join transfers t where t.id = ids.id"),
        joined(ids)
    )?)?;
    Ok(found.into_iter().map(|transfer| (transfer.id, transfer)).collect())
}

/// What has paid each of these intents first.
pub async fn first_transfers_of(
    tx: &mut Tx,
    ids: &[PaymentId],
) -> Result<HashMap<PaymentId, Transfer>> {
    let found: Vec<TransferRow> = rows!(
        tx,
        all TransferRow,
        over_ids!(
            "select * from (
                 select t.*, row_number() over (partition by t.intent_id order by t.at, t.lt, t.hash)
                        as place
                   from ids cross join transfers t
                  where t.intent_id = ids.id and t.reason is null) as found
              where place = 1"
        ),
        joined(ids)
    )?;
    let mut by = HashMap::new();
    for transfer in transfers(found)? {
        if let Some(intent) = transfer.outcome.intent() {
            by.insert(intent, transfer);
        }
    }
    Ok(by)
}

/// Intents that belong to each of these things, by their ids, the newest hundred of each, newest first.
pub async fn by_purposes(tx: &mut Tx, ids: &str) -> Result<By<Intent>> {
    let found = intents(rows!(
        tx,
        all IntentRow,
        over_ids!(
            "select * from (
                 select i.*, row_number() over (partition by i.purpose_id order by i.id desc) as place
                   from ids cross join intents i where i.purpose_id = ids.id) as found
              where place <= 100 order by id desc"
        ),
        ids
    )?)?;
    let mut by = By::new();
    for intent in found {
        if let Some(id) = &intent.purpose.id {
            by.entry(id.clone()).or_default().push(intent);
        }
    }
    Ok(by)
}

/// What has paid each of these things, the first hundred of each, oldest first.
/// Sums are kept elsewhere: dust cannot make an answer long.
pub async fn transfers_for(tx: &mut Tx, ids: &str) -> Result<By<Transfer>> {
    grouped(rows!(
        tx,
        all For,
        over_ids!(
            "select * from (
                 select t.*, i.purpose_id, row_number() over (
                            partition by i.purpose_id order by t.at, t.lt, t.hash) as place
                   from ids cross join intents i cross join transfers t
                  where i.purpose_id = ids.id and t.intent_id = i.id and t.reason is null) as found
              where place <= 100 order by at, lt, hash"
        ),
        ids
    )?)
}

/// Money that names each of these things and cannot pay it, the first twenty of each, oldest first.
pub async fn astray_for(tx: &mut Tx, ids: &str) -> Result<By<Transfer>> {
    grouped(rows!(
        tx,
        all For,
        over_ids!(
            "select * from (
                 select t.*, i.purpose_id, row_number() over (
                            partition by i.purpose_id order by t.at, t.lt, t.hash) as place
                   from ids cross join intents i cross join transfers t
                  where i.purpose_id = ids.id and t.intent_id = i.id and t.reason is not null)
                  as found
              where place <= 20 order by at, lt, hash"
        ),
        ids
    )?)
}
