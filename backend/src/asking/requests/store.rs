//! The statements of requests.

use ton::address::Address;

use super::state::Request;
use crate::{
    base::db::{One, Result, Text, Tx, execute, rows},
    words::{
        id::{PersonId, RequestId},
        money::{Amount, Asset},
        time::Time,
    },
};

#[derive(sqlx::FromRow)]
struct Row {
    id: RequestId,
    person_id: PersonId,
    address: Text<Address>,
    asset: Asset,
    amount: Option<Amount>,
    note: Option<String>,
    link: String,
    closed_at: Option<Time>,
    paid_count: i64,
    created_at: Time,
    expires_at: Option<Time>,
}

impl From<Row> for Request {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            owner: row.person_id,
            address: row.address.0,
            asset: row.asset,
            amount: row.amount,
            note: row.note,
            link: row.link,
            closed_at: row.closed_at,
            paid_count: row.paid_count,
            created_at: row.created_at,
            expires_at: row.expires_at,
        }
    }
}

pub async fn insert(tx: &mut Tx, request: &Request) -> Result<()> {
    execute!(
        tx,
        "insert into requests (id, person_id, address, asset, amount, note, link, closed_at,
                               paid_count, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        request.id,
        request.owner,
        Text(request.address),
        request.asset,
        request.amount,
        request.note.as_deref(),
        &request.link,
        request.closed_at,
        request.paid_count,
        request.created_at,
        request.expires_at
    )?;
    Ok(())
}

pub async fn find(tx: &mut Tx, id: RequestId) -> Result<Option<Request>> {
    let row = rows!(tx, optional Row, "select * from requests where id = $1", id)?;
    Ok(row.map(Request::from))
}

/// Somebody's requests, newest first.
pub async fn list(
    tx: &mut Tx,
    owner: PersonId,
    before: Option<RequestId>,
    limit: i64,
) -> Result<Vec<Request>> {
    let rows = rows!(
        tx,
        all Row,
        "select * from requests
          where person_id = $1 and (cast($2 as text) is null or id < $2)
          order by id desc limit $3",
        owner,
        before,
        limit
    )?;
    Ok(rows.into_iter().map(Request::from).collect())
}

/// How many of somebody's requests take money at a moment.
pub async fn open(tx: &mut Tx, owner: PersonId, now: Time) -> Result<i64> {
    let (count,) = rows!(
        tx,
        one One<i64>,
        "select count(*) from requests
          where person_id = $1 and closed_at is null and (expires_at is null or expires_at > $2)",
        owner,
        now
    )?;
    Ok(count)
}

/// Closes a request of this person; one that is closed keeps its time.
pub async fn close(
    tx: &mut Tx,
    owner: PersonId,
    id: RequestId,
    now: Time,
) -> Result<Option<Request>> {
    let row = rows!(
        tx,
        optional Row,
        "update requests set closed_at = coalesce(closed_at, $3)
          where id = $1 and person_id = $2 returning *",
        id,
        owner,
        now
    )?;
    Ok(row.map(Request::from))
}

/// Counts a payment. `None`: its owner has left, and the request with them.
pub async fn count(tx: &mut Tx, id: RequestId) -> Result<Option<Request>> {
    let row = rows!(
        tx,
        optional Row,
        "update requests set paid_count = paid_count + 1 where id = $1 returning *",
        id
    )?;
    Ok(row.map(Request::from))
}

/// Takes away what a person has asked for.
pub async fn forget(tx: &mut Tx, person: PersonId) -> Result<()> {
    execute!(tx, "delete from requests where person_id = $1", person)?;
    Ok(())
}
