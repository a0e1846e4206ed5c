//! The statements of stored updates, and of the replies to them.

use crate::{
    base::{
        db::{Result, Tx, execute, rows},
        events::Now,
    },
    words::time::Time,
};

/// Whose "feed" a reply is told from. Its number is the update's, so one update has one reply.
const REPLIES: &str = "bot";

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Stored {
    pub update_id: i64,
    pub body: String,
    pub attempt: i64,
}

/// Keeps an update, once.
pub async fn insert(tx: &mut Tx, update_id: i64, body: &str, now: Time) -> Result<()> {
    execute!(
        tx,
        "insert into updates (update_id, body, received_at, attempt, due_at)
         values ($1, $2, $3, 0, $3)
         on conflict (update_id) do nothing",
        update_id,
        body,
        now
    )?;
    Ok(())
}

/// The next update to handle. One that has failed lets others pass while it waits.
pub async fn next(tx: &mut Tx, now: Time) -> Result<Option<Stored>> {
    rows!(
        tx,
        optional Stored,
        "select update_id, body, attempt from updates
          where handled_at is null and due_at is not null and due_at <= $1
          order by update_id limit 1",
        now
    )
}

/// Marks an update handled and forgets what it said. `false`: somebody else was faster.
pub async fn handled(tx: &mut Tx, update_id: i64, now: Time) -> Result<bool> {
    let touched = execute!(
        tx,
        "update updates set handled_at = $2, body = '' where update_id = $1 and handled_at is null",
        update_id,
        now
    )?;
    Ok(touched == 1)
}

/// Notes a failure. Without another time the update is parked: kept, for somebody to look at.
pub async fn put_off(tx: &mut Tx, update_id: i64, due_at: Option<Time>) -> Result<()> {
    execute!(
        tx,
        "update updates set attempt = attempt + 1, due_at = $2
          where update_id = $1 and handled_at is null",
        update_id,
        due_at
    )?;
    Ok(())
}

/// Drops handled updates that Telegram cannot send again, and the replies to them.
pub async fn purge(tx: &mut Tx, before: Time) -> Result<()> {
    execute!(tx, "delete from updates where handled_at < $1", before)?;
    execute!(tx, "delete from deliveries where account_id = $1 and done_at < $2", REPLIES, before)?;
    execute!(tx, "delete from taps where tapped_at < $1", before)?;
    Ok(())
}

/// A press on a button that waits for its answer.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Tapped {
    pub id: String,
    /// What the presser reads.
    pub answer: String,
}

/// Keeps what is to be answered to a press, once.
pub async fn insert_tap(tx: &mut Tx, id: &str, answer: &str, now: Time) -> Result<()> {
    execute!(
        tx,
        "insert into taps (id, answer, tapped_at) values ($1, $2, $3) on conflict (id) do nothing",
        id,
        answer,
        now
    )?;
    Ok(())
}

/// Presses since then that have no answer yet, oldest first.
pub async fn unanswered_taps(tx: &mut Tx, since: Time) -> Result<Vec<Tapped>> {
    rows!(
        tx,
        all Tapped,
        "select id, answer from taps
          where answered_at is null and tapped_at > $1 order by tapped_at limit 100",
        since
    )
}

pub async fn tap_answered(tx: &mut Tx, id: &str, at: Time) -> Result<()> {
    execute!(tx, "update taps set answered_at = $2 where id = $1 and answered_at is null", id, at)?;
    Ok(())
}

/// Puts a reply into the outbox. `message` is JSON.
pub async fn reply(
    tx: &mut Tx,
    update_id: i64,
    chat: i64,
    message: &str,
    now: Now<'_>,
) -> Result<()> {
    execute!(
        tx,
        "insert into deliveries
            (id, account_id, seq, channel, target, state, attempt, due_at, message, created_at)
         values ($1, $2, $3, 'telegram', $4, 'due', 0, $5, $6, $5)
         on conflict (account_id, seq, channel, target) do nothing",
        crate::words::id::DeliveryId::new(now.at, now.dice),
        REPLIES,
        update_id,
        chat.to_string(),
        now.at,
        message
    )?;
    Ok(())
}
