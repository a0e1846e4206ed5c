//! The statements of what is sent to webhooks: the queue, and the log of attempts.

use std::{collections::HashMap, time::Duration};

use super::state::{Delivery, DeliveryState};
use crate::{
    base::db::{Result, Tx, execute, joined, over_ids, rows},
    words::{
        id::{DeliveryId, EventId, KeyId, MerchantId, WebhookId},
        time::Time,
    },
};

/// A lane with something due, and how often its first delivery has been tried in vain.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Waiting {
    pub lane: String,
    pub due_at: Time,
    pub step: i64,
}

/// Every lane with something due, longest waiting first. It steps from lane to lane along the index, so
/// the cost is that of the lanes with something open, however much each of them holds.
pub async fn waiting(tx: &mut Tx, now: Time) -> Result<Vec<Waiting>> {
    rows!(
        tx,
        all Waiting,
        "with recursive lanes (lane) as (
             select min(lane) from webhook_deliveries where state = 'due'
             union all
             select (select min(d.lane) from webhook_deliveries d
                      where d.state = 'due' and d.lane > lanes.lane)
               from lanes where lanes.lane is not null
         )
         select d.lane, d.due_at, d.step
           from lanes join webhook_deliveries d
             on d.id = (select f.id from webhook_deliveries f
                         where f.state = 'due' and f.lane = lanes.lane order by f.due_at limit 1)
          where d.due_at <= $1
          order by d.due_at",
        now
    )
}

/// Takes up to `count` deliveries of a lane into hand. Says how many.
pub async fn lease(
    tx: &mut Tx,
    lane: &str,
    lease: &str,
    now: Time,
    until: Time,
    count: i64,
) -> Result<u64> {
    execute!(
        tx,
        "update webhook_deliveries set lease = $2, due_at = $4, attempts = attempts + 1
          where lane = $1 and state = 'due' and due_at <= $3
            and id in (select id from webhook_deliveries
                        where lane = $1 and state = 'due' and due_at <= $3
                        order by due_at, seq limit $5)",
        lane,
        lease,
        now,
        until,
        count
    )
}

/// Something in hand, with what it tells and where it goes.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct InHand {
    pub id: DeliveryId,
    pub webhook_id: WebhookId,
    pub lane: String,
    pub step: i64,
    pub attempts: i64,
    /// An invoice's own address.
    pub url: Option<String>,
    /// Nothing: the webhook was deleted meanwhile.
    pub webhook_url: Option<String>,
    pub webhook_status: Option<String>,
    pub webhook_failing: bool,
    /// The key that signs in CryptoBot's way; nothing: it is spoken to as the standard says.
    pub webhook_key: Option<KeyId>,
    pub seq: i64,
    pub event_id: EventId,
    #[sqlx(rename = "type")]
    pub kind: String,
    pub data: String,
    pub created_at: Time,
}

pub async fn in_hand(tx: &mut Tx, lease: &str) -> Result<Vec<InHand>> {
    rows!(
        tx,
        all InHand,
        "select d.id, d.webhook_id, d.lane, d.step, d.attempts, d.url, d.seq,
                w.url as webhook_url, w.status as webhook_status,
                w.failing_since is not null as webhook_failing, w.key_id as webhook_key,
                e.id as event_id, e.type, e.data, e.created_at
           from webhook_deliveries d
           join events e on e.account_id = d.account_id and e.seq = d.seq
           left join webhooks w on w.id = d.webhook_id
          where d.lease = $1",
        lease
    )
}

/// One attempt, for the log.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Attempt {
    pub number: i64,
    pub at: Time,
    pub millis: i64,
    pub status: Option<i64>,
    pub note: Option<String>,
    pub body: Option<String>,
}

pub async fn log(tx: &mut Tx, id: DeliveryId, attempt: &Attempt) -> Result<()> {
    execute!(
        tx,
        "insert into webhook_attempts (delivery_id, number, at, millis, status, note, body)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (delivery_id, number) do nothing",
        id,
        attempt.number,
        attempt.at,
        attempt.millis,
        attempt.status,
        attempt.note.as_deref(),
        attempt.body.as_deref()
    )?;
    Ok(())
}

/// It was taken. `false`: the lease had run out, and somebody else has it.
pub async fn delivered(
    tx: &mut Tx,
    id: DeliveryId,
    lease: &str,
    status: i64,
    millis: i64,
    now: Time,
) -> Result<bool> {
    let touched = execute!(
        tx,
        "update webhook_deliveries
            set state = 'delivered', note = null, lease = null, done_at = $3, status = $4, millis = $5
          where id = $1 and lease = $2",
        id,
        lease,
        now,
        status,
        millis
    )?;
    Ok(touched == 1)
}

/// Moves the attempt that succeeded from the delivery to the log, before the delivery is made again.
async fn keep_success(tx: &mut Tx, webhook: WebhookId, seq: i64) -> Result<()> {
    execute!(
        tx,
        "insert into webhook_attempts (delivery_id, number, at, millis, status)
         select id, attempts, done_at - millis, millis, status from webhook_deliveries
          where webhook_id = $1 and seq = $2 and state = 'delivered' and millis is not null
         on conflict (delivery_id, number) do nothing",
        webhook,
        seq
    )?;
    Ok(())
}

/// It was not taken, or may not be sent: it comes later, or never. `false`: the lease had run out, and
/// somebody else has it.
pub async fn settle(
    tx: &mut Tx,
    id: DeliveryId,
    lease: &str,
    later: Option<(usize, Time)>,
    note: Option<&str>,
    now: Time,
) -> Result<bool> {
    let (state, step, due_at, done_at) = match later {
        None => (DeliveryState::Dead, None, None, Some(now)),
        Some((step, at)) => (DeliveryState::Due, i64::try_from(step).ok(), Some(at), None),
    };
    let touched = execute!(
        tx,
        "update webhook_deliveries
            set state = $3, step = coalesce($4, step), due_at = coalesce($5, due_at), note = $6,
                done_at = $7, lease = null
          where id = $1 and lease = $2",
        id,
        lease,
        state,
        step,
        due_at,
        note,
        done_at
    )?;
    Ok(touched == 1)
}

/// Gives up whatever waits for a webhook. What is in hand is left to whoever has it.
pub async fn bury_all(tx: &mut Tx, webhook: WebhookId, note: &str, now: Time) -> Result<u64> {
    execute!(
        tx,
        "update webhook_deliveries set state = 'dead', note = $2, done_at = $3
          where webhook_id = $1 and state = 'due' and lease is null",
        webhook,
        note,
        now
    )
}

pub async fn forget(tx: &mut Tx, id: DeliveryId) -> Result<()> {
    execute!(tx, "delete from webhook_deliveries where id = $1", id)?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    id: DeliveryId,
    webhook_id: WebhookId,
    account_id: MerchantId,
    seq: i64,
    #[sqlx(rename = "type")]
    kind: String,
    url: Option<String>,
    state: DeliveryState,
    attempts: i64,
    due_at: Time,
    lease: Option<String>,
    note: Option<String>,
    created_at: Time,
    done_at: Option<Time>,
    status: Option<i64>,
    millis: Option<i64>,
}

impl From<Row> for Delivery {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            webhook: row.webhook_id,
            account: row.account_id,
            seq: row.seq,
            kind: row.kind,
            url: row.url,
            state: row.state,
            attempts: row.attempts,
            due_at: row.due_at,
            in_hand: row.lease.is_some(),
            note: row.note,
            created_at: row.created_at,
            done_at: row.done_at,
            taken: row.status.zip(row.millis),
        }
    }
}

/// The delivery, if it is this merchant's.
pub async fn own(tx: &mut Tx, account: MerchantId, id: DeliveryId) -> Result<Option<Delivery>> {
    let row = rows!(
        tx,
        optional Row,
        "select * from webhook_deliveries where id = $1 and account_id = $2",
        id,
        account
    )?;
    Ok(row.map(Delivery::from))
}

pub async fn by_seq(tx: &mut Tx, webhook: WebhookId, seq: i64) -> Result<Option<Delivery>> {
    let row = rows!(
        tx,
        optional Row,
        "select * from webhook_deliveries where webhook_id = $1 and seq = $2",
        webhook,
        seq
    )?;
    Ok(row.map(Delivery::from))
}

/// Which deliveries a merchant wants to see.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub webhook: Option<WebhookId>,
    pub state: Option<DeliveryState>,
    pub before: Option<DeliveryId>,
}

/// A merchant's deliveries, newest first.
pub async fn list(
    tx: &mut Tx,
    account: MerchantId,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<Delivery>> {
    let rows = rows!(
        tx,
        all Row,
        "select * from webhook_deliveries
          where account_id = $1
            and (cast($2 as text) is null or webhook_id = $2)
            and (cast($3 as text) is null or state = $3)
            and (cast($4 as text) is null or id < $4)
          order by id desc limit $5",
        account,
        filter.webhook,
        filter.state,
        filter.before,
        limit
    )?;
    Ok(rows.into_iter().map(Delivery::from).collect())
}

/// The attempts of a delivery, oldest first.
pub async fn attempts(tx: &mut Tx, of: &[Delivery]) -> Result<HashMap<DeliveryId, Vec<Attempt>>> {
    #[derive(sqlx::FromRow)]
    struct Of {
        delivery_id: DeliveryId,
        #[sqlx(flatten)]
        attempt: Attempt,
    }
    let rows: Vec<Of> = rows!(
        tx,
        all Of,
        over_ids!(
            "select a.delivery_id, a.number, a.at, a.millis, a.status, a.note, a.body
               from ids cross join webhook_attempts a where a.delivery_id = ids.id
              order by a.number"
        ),
        joined(of.iter().map(|delivery| delivery.id))
    )?;
    let mut by: HashMap<DeliveryId, Vec<Attempt>> = HashMap::new();
    for Of { delivery_id, attempt } in rows {
        by.entry(delivery_id).or_default().push(attempt);
    }
    for delivery in of {
        if let Some(((status, millis), done_at)) = delivery.taken.zip(delivery.done_at) {
            by.entry(delivery.id).or_default().push(Attempt {
                number: delivery.attempts,
                at: done_at.before(Duration::from_millis(millis.unsigned_abs())),
                millis,
                status: Some(status),
                note: None,
                body: None,
            });
        }
    }
    Ok(by)
}

/// Puts a delivery at the beginning of the schedule again. `false`: it is being made this moment.
pub async fn again(tx: &mut Tx, delivery: &Delivery, now: Time) -> Result<bool> {
    keep_success(tx, delivery.webhook, delivery.seq).await?;
    let touched = execute!(
        tx,
        "update webhook_deliveries
            set state = 'due', step = 0, due_at = $2, lease = null, note = null, done_at = null,
                status = null, millis = null
          where id = $1 and (lease is null or due_at <= $2)",
        delivery.id,
        now
    )?;
    Ok(touched == 1)
}

/// An event of the past, as far as sending it again needs it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Past {
    pub seq: i64,
    #[sqlx(rename = "type")]
    pub kind: String,
    /// Where its delivery to the webhook stands, if there is one.
    pub state: Option<DeliveryState>,
}

/// A part of a feed, by number and by time, both bounds inclusive but for `after_seq`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    pub after_seq: i64,
    pub until_seq: Option<i64>,
    pub since: Option<Time>,
    pub until: Option<Time>,
}

pub async fn past(
    tx: &mut Tx,
    account: MerchantId,
    webhook: WebhookId,
    span: Span,
    limit: i64,
) -> Result<Vec<Past>> {
    rows!(
        tx,
        all Past,
        "select e.seq, e.type, d.state
           from events e left join webhook_deliveries d on d.webhook_id = $2 and d.seq = e.seq
          where e.account_id = $1 and e.seq > $3
            and e.seq <= coalesce($4, e.seq)
            and e.created_at >= coalesce($5, e.created_at)
            and e.created_at <= coalesce($6, e.created_at)
          order by e.seq limit $7",
        account,
        webhook,
        span.after_seq,
        span.until_seq,
        span.since,
        span.until,
        limit
    )
}

/// Puts an event of the past into the queue of a webhook, at the beginning of the schedule.
pub async fn enqueue(
    tx: &mut Tx,
    id: DeliveryId,
    account: MerchantId,
    webhook: WebhookId,
    past: &Past,
    now: Time,
) -> Result<bool> {
    keep_success(tx, webhook, past.seq).await?;
    let touched = execute!(
        tx,
        "insert into webhook_deliveries
            (id, webhook_id, account_id, seq, type, lane, state, step, attempts, due_at, created_at)
         values ($1, $2, $3, $4, $5, $2, 'due', 0, 0, $6, $6)
         on conflict (webhook_id, seq) do update
            set state = 'due', step = 0, due_at = $6, lease = null, note = null, done_at = null,
                status = null, millis = null
          where webhook_deliveries.lease is null or webhook_deliveries.due_at <= $6",
        id,
        webhook,
        account,
        past.seq,
        &past.kind,
        now
    )?;
    Ok(touched == 1)
}

/// Forgets what was done with before a moment. Says how many deliveries.
pub async fn purge(tx: &mut Tx, before: Time) -> Result<u64> {
    execute!(
        tx,
        "delete from webhook_attempts
          where delivery_id in (select id from webhook_deliveries where done_at < $1)",
        before
    )?;
    execute!(tx, "delete from webhook_deliveries where done_at < $1", before)
}
