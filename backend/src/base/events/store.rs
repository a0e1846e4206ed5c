//! The statements of the feed. Appending is part of the commit: see `db/announce.rs`.

use crate::{
    base::db::{One, Result, Tx, execute, rows},
    words::{id::EventId, time::Time},
};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Event {
    pub account_id: String,
    pub seq: i64,
    pub id: EventId,
    #[sqlx(rename = "type")]
    pub kind: String,
    pub data: String,
    pub created_at: Time,
    /// The key or the person whose doing it was; `None`: the chain's, the clock's or the operator's.
    pub hand: Option<String>,
}

/// Opens a feed. `kind` is `person` or `merchant`.
pub async fn open_account(tx: &mut Tx, id: &str, kind: &str, now: Time) -> Result<()> {
    execute!(
        tx,
        "insert into accounts (id, kind, next_seq, created_at) values ($1, $2, 0, $3)",
        id,
        kind,
        now
    )?;
    Ok(())
}

pub async fn after(tx: &mut Tx, account: &str, seq: i64, limit: i64) -> Result<Vec<Event>> {
    rows!(
        tx,
        all Event,
        "select * from events where account_id = $1 and seq > $2 order by seq limit $3",
        account,
        seq,
        limit
    )
}

pub async fn after_of_kind(
    tx: &mut Tx,
    account: &str,
    kind: &str,
    seq: i64,
    limit: i64,
) -> Result<Vec<Event>> {
    rows!(
        tx,
        all Event,
        "select * from events where account_id = $1 and type = $2 and seq > $3
          order by seq limit $4",
        account,
        kind,
        seq,
        limit
    )
}

/// The number of an account's newest event.
pub async fn last_seq(tx: &mut Tx, account: &str) -> Result<i64> {
    let row = rows!(tx, optional One<i64>, "select next_seq from accounts where id = $1", account);
    Ok(row?.map_or(0, |(seq,)| seq))
}

/// The number of the newest event at or before `seq`.
pub async fn last_until(tx: &mut Tx, account: &str, seq: i64) -> Result<Option<i64>> {
    let (last,) = rows!(
        tx,
        one One<Option<i64>>,
        "select max(seq) from events where account_id = $1 and seq <= $2",
        account,
        seq
    )?;
    Ok(last)
}

/// The number of the oldest event after `seq`.
pub async fn first_after(tx: &mut Tx, account: &str, seq: i64) -> Result<Option<i64>> {
    let (first,) = rows!(
        tx,
        one One<Option<i64>>,
        "select min(seq) from events where account_id = $1 and seq > $2",
        account,
        seq
    )?;
    Ok(first)
}

/// Whether an event of this id has ever been written here.
pub async fn knows(tx: &mut Tx, id: EventId) -> Result<bool> {
    let row = rows!(tx, optional One<i64>, "select seq from events where id = $1", id)?;
    Ok(row.is_some())
}

/// Every account with the number of its newest event.
pub async fn all_accounts(tx: &mut Tx) -> Result<Vec<(String, i64)>> {
    rows!(tx, all(String, i64), "select id, next_seq from accounts order by id")
}

/// Lets an account's numbers go on from another one.
pub async fn go_on_from(tx: &mut Tx, account: &str, seq: i64) -> Result<()> {
    execute!(tx, "update accounts set next_seq = $2 where id = $1", account, seq)?;
    Ok(())
}

pub async fn note_restore(tx: &mut Tx, now: Time) -> Result<()> {
    execute!(tx, "insert into restores (at) values ($1) on conflict (at) do nothing", now)?;
    Ok(())
}

/// When this database was last found to be an older copy.
pub async fn last_restore(tx: &mut Tx) -> Result<Option<Time>> {
    let (at,) = rows!(tx, one One<Option<Time>>, "select max(at) from restores")?;
    Ok(at)
}

pub async fn find(tx: &mut Tx, account: &str, seq: i64) -> Result<Option<Event>> {
    rows!(
        tx,
        optional Event,
        "select * from events where account_id = $1 and seq = $2",
        account,
        seq
    )
}

/// What people and keys did, newest first.
pub async fn by_hands(tx: &mut Tx, account: &str, before: i64, limit: i64) -> Result<Vec<Event>> {
    rows!(
        tx,
        all Event,
        "select * from events where account_id = $1 and seq < $2 and hand is not null
          order by seq desc limit $3",
        account,
        before,
        limit
    )
}

/// Takes away what a feed has told, and what was still to be told of it. Its own row stays, so that its
/// numbers are never given out again.
pub async fn forget(tx: &mut Tx, account: &str, now: Time) -> Result<()> {
    execute!(tx, "delete from deliveries where account_id = $1", account)?;
    execute!(tx, "delete from events where account_id = $1", account)?;
    execute!(tx, "update accounts set created_at = $2 where id = $1", account, now)?;
    Ok(())
}
