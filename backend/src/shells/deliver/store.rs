//! The statements of the outbox.

use crate::{
    base::db::{Result, Tx, execute, rows},
    words::{id::DeliveryId, time::Time},
};

/// A chat that waits to be told something.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Waiting {
    pub target: String,
    pub oldest: Time,
}

/// Chats with something to tell, longest waiting first. As long as one message of a chat is leased or
/// put off, the others wait behind it: that keeps them in order.
pub async fn waiting(tx: &mut Tx, now: Time, limit: i64) -> Result<Vec<Waiting>> {
    rows!(
        tx,
        all Waiting,
        "select target, min(created_at) as oldest from deliveries
          where state = 'due'
          group by target
         having max(due_at) <= $1 and max(coalesce(lease_until, 0)) <= $1
          order by min(created_at), target limit $2",
        now,
        limit
    )
}

/// A message that is due, with what it tells of.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Due {
    pub id: DeliveryId,
    pub attempt: i64,
    pub created_at: Time,
    /// A reply, JSON. Otherwise there is an event.
    pub message: Option<String>,
    #[sqlx(rename = "type")]
    pub kind: Option<String>,
    pub data: Option<String>,
}

/// What waits for a chat, in the order in which it is to be told.
pub async fn of_chat(tx: &mut Tx, target: &str, limit: i64) -> Result<Vec<Due>> {
    rows!(
        tx,
        all Due,
        "select d.id, d.attempt, d.created_at, d.message, e.type, e.data
           from deliveries d left join events e on e.account_id = d.account_id and e.seq = d.seq
          where d.target = $1 and d.state = 'due'
          order by d.created_at, d.account_id, d.seq limit $2",
        target,
        limit
    )
}

/// Takes a message into hand for a while. `false`: somebody else has it.
pub async fn lease(tx: &mut Tx, id: DeliveryId, now: Time, until: Time) -> Result<bool> {
    let touched = execute!(
        tx,
        "update deliveries set lease_until = $3, attempt = attempt + 1
          where id = $1 and state = 'due' and due_at <= $2
            and (lease_until is null or lease_until <= $2)",
        id,
        now,
        until
    )?;
    Ok(touched == 1)
}

pub async fn delivered(tx: &mut Tx, id: DeliveryId, now: Time) -> Result<()> {
    execute!(
        tx,
        "update deliveries set state = 'delivered', done_at = $2, lease_until = null, note = null,
                message = null
          where id = $1 and state = 'due'",
        id,
        now
    )?;
    Ok(())
}

/// Gives a message up.
pub async fn bury(tx: &mut Tx, id: DeliveryId, note: &str, now: Time) -> Result<()> {
    execute!(
        tx,
        "update deliveries set state = 'dead', done_at = $3, lease_until = null, note = $2,
                message = null
          where id = $1 and state = 'due'",
        id,
        note,
        now
    )?;
    Ok(())
}

/// Gives up everything that waits for a chat.
pub async fn bury_chat(tx: &mut Tx, target: &str, note: &str, now: Time) -> Result<u64> {
    execute!(
        tx,
        "update deliveries set state = 'dead', done_at = $3, lease_until = null, note = $2,
                message = null
          where target = $1 and state = 'due'",
        target,
        note,
        now
    )
}

pub async fn put_off(tx: &mut Tx, id: DeliveryId, note: &str, due_at: Time) -> Result<()> {
    execute!(
        tx,
        "update deliveries set due_at = $3, lease_until = null, note = $2
          where id = $1 and state = 'due'",
        id,
        note,
        due_at
    )?;
    Ok(())
}
