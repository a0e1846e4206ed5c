//! A merchant's own servers, told of events by signed HTTP requests (Standard Webhooks 1.0).
//!
//! ```text
//! delivery   due ──2xx──▶ delivered ◀──┐
//!             │ ├─ else ─▶ due, later   │ redeliver: from the beginning of the schedule
//!             │ └─ 410, ten attempts, disabled ─▶ dead
//! webhook    enabled ──410, or five days of only failures, or its merchant──▶ disabled
//!               ▲────────────────────────── its merchant ─────────────────────────┘
//! ```
//!
//! The rows to be sent are written in the transaction of their event (`base/db/announce.rs`); here is what
//! a merchant can do, and what an attempt leads to. `shells/deliver` makes the attempts. They are not the
//! chat's outbox: a chat is told in order by one messenger, a webhook out of order by many, each on its own
//! schedule, and it keeps a log.

pub mod guard;
pub mod http;
pub mod jobs;
pub mod keys;
pub mod new;
pub mod outbox;
pub mod state;
pub mod store;
pub mod view;

use std::time::Duration;

use crate::{
    base::{
        db::{Hooks, Tx},
        events::{self, Now, kind},
    },
    selling::merchants,
    words::{
        id::{DeliveryId, KeyId, MerchantId, WebhookId},
        time::Time,
    },
};
use keys::Keys;
use outbox::{Attempt, InHand, Span};
use state::{
    Change, Delivery, DeliveryState, Dialect, DisabledReason, Fate, Health, Outcome, Status,
    WebhookKind,
};

pub use new::{Draft, Patch, Speech};
pub use state::Webhook;

/// Endpoints that one merchant may have.
const MOST: i64 = 20;
/// Events that one call sends again at most.
pub const RANGE: i64 = 1000;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no webhook endpoint {0}")]
    NotFound(WebhookId),
    #[error("there is no delivery {0}")]
    NoDelivery(DeliveryId),
    #[error("there is no key {0}, or it is revoked")]
    NoKey(KeyId),
    /// An endpoint is spoken to in one way, from its beginning.
    #[error("{0}")]
    Dialect(&'static str),
    #[error("the webhook is disabled")]
    Disabled,
    #[error("there are {MOST} endpoints already")]
    TooMany,
    #[error("somebody else changed the webhook at the same moment")]
    Raced,
    #[error(transparent)]
    Merchant(#[from] merchants::Error),
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

/// A new endpoint, and its keys, whose secret is shown this once. `by` is the key that asks for it.
pub async fn create(
    tx: &mut Tx,
    account: MerchantId,
    by: Option<KeyId>,
    draft: Draft,
    now: Now<'_>,
) -> Result<(Webhook, Keys), Error> {
    if store::list(tx, account, None, MOST).await?.len() >= usize::try_from(MOST).unwrap_or(0) {
        return Err(Error::TooMany);
    }
    let dialect = match draft.speech {
        Speech::Standard => Dialect::Standard,
        Speech::Cryptobot(named) => {
            let key = named.or(by).ok_or(Error::Dialect("name the key that signs, in `key`"))?;
            signed_with(tx, account, key).await?
        }
    };
    let webhook = Webhook {
        id: WebhookId::new(now.at, now.dice),
        account,
        kind: WebhookKind::Endpoint,
        url: draft.url,
        description: draft.description,
        types: draft.types,
        dialect,
        status: Status::Enabled,
        health: Health::Well,
        created_at: now.at,
    };
    let keys = Keys::roll(now.dice);
    store::insert(tx, &webhook).await?;
    store::insert_keys(tx, webhook.id, &keys, now.at).await?;
    warn(tx, &webhook, kind::WEBHOOK_CREATED, now).await?;
    Ok((webhook, keys))
}

/// Every owner hears where the feed is sent from now on. The endpoint itself has no need to.
async fn warn(
    tx: &mut Tx,
    webhook: &Webhook,
    kind: &'static str,
    now: Now<'_>,
) -> Result<(), Error> {
    let merchant = merchants::find(tx, webhook.account).await?;
    let owners = merchants::owners(tx, &merchant).await?;
    let audience = merchants::changes::alarm(tx, &merchant, owners).await?;
    let keys = store::keys_of(tx, webhook.id, now.at).await?;
    let data = view::endpoint(webhook, &keys, &merchant);
    events::append_to(tx, &audience, Hooks::Except(webhook.id), kind, &data, now);
    Ok(())
}

/// CryptoBot's dialect, signed with this key of the merchant's.
async fn signed_with(tx: &mut Tx, account: MerchantId, key: KeyId) -> Result<Dialect, Error> {
    let key = merchants::store::own_key(tx, account, key).await?.ok_or(Error::NoKey(key))?;
    Ok(Dialect::Cryptobot { key: key.id })
}

/// The endpoint, if it is this merchant's.
pub async fn own(tx: &mut Tx, account: MerchantId, id: WebhookId) -> Result<Webhook, Error> {
    store::own(tx, account, id).await?.ok_or(Error::NotFound(id))
}

/// What an endpoint's merchant changes. Enabling it forgives what has failed; disabling it gives up
/// whatever still waits.
pub async fn change(
    tx: &mut Tx,
    account: MerchantId,
    id: WebhookId,
    patch: Patch,
    now: Now<'_>,
) -> Result<Webhook, Error> {
    let before = own(tx, account, id).await?;
    let mut after = before.clone();
    if let Some(url) = patch.url {
        after.url = url;
    }
    if let Some(description) = patch.description {
        after.description = description;
    }
    if let Some(types) = patch.types {
        if before.dialect != Dialect::Standard && types != before.types {
            return Err(Error::Dialect("A `cryptobot` endpoint is sent invoice.paid alone."));
        }
        after.types = types;
    }
    if let Some(key) = patch.key {
        if before.dialect == Dialect::Standard {
            return Err(Error::Dialect("Only a `cryptobot` endpoint is signed with an API key."));
        }
        after.dialect = signed_with(tx, account, key).await?;
    }
    match patch.enabled {
        Some(true) => (after.status, after.health) = (Status::Enabled, Health::Well),
        Some(false) if before.status == Status::Enabled => {
            after.status = Status::Disabled(DisabledReason::Merchant);
        }
        _ => {}
    }
    if !store::save(tx, &before, &after).await? {
        return Err(Error::Raced);
    }
    if after.status != Status::Enabled {
        outbox::bury_all(tx, id, DISABLED, now.at).await?;
    }
    if after.url != before.url {
        warn(tx, &after, kind::WEBHOOK_MOVED, now).await?;
    } else if (&after.types, &after.dialect, &after.status)
        != (&before.types, &before.dialect, &before.status)
    {
        warn(tx, &after, kind::WEBHOOK_CHANGED, now).await?;
    }
    Ok(after)
}

pub const DISABLED: &str = "the endpoint is disabled";

pub async fn delete(
    tx: &mut Tx,
    account: MerchantId,
    id: WebhookId,
    now: Now<'_>,
) -> Result<(), Error> {
    let webhook = own(tx, account, id).await?;
    warn(tx, &webhook, kind::WEBHOOK_DELETED, now).await?;
    Ok(store::delete(tx, id).await?)
}

/// New keys. The old ones sign beside them for `overlap`, so that nothing is refused while the receiver
/// learns the new secret.
pub async fn rotate(
    tx: &mut Tx,
    webhook: &Webhook,
    overlap: Duration,
    now: Now<'_>,
) -> Result<Keys, Error> {
    let keys = Keys::roll(now.dice);
    store::retire_keys(tx, webhook.id, now.at.after(overlap)).await?;
    store::insert_keys(tx, webhook.id, &keys, now.at).await?;
    warn(tx, webhook, kind::WEBHOOK_SECRET_ROTATED, now).await?;
    Ok(keys)
}

/// New keys for the addresses that invoices bring along; the first ones make that possible.
pub async fn rotate_for_invoices(
    tx: &mut Tx,
    account: MerchantId,
    overlap: Duration,
    now: Now<'_>,
) -> Result<(Webhook, Keys), Error> {
    if let Some(webhook) = store::for_invoices(tx, account).await? {
        let keys = rotate(tx, &webhook, overlap, now).await?;
        return Ok((webhook, keys));
    }
    let webhook = Webhook {
        id: WebhookId::new(now.at, now.dice),
        account,
        kind: WebhookKind::Invoices,
        url: String::new(),
        description: None,
        types: Vec::new(),
        dialect: Dialect::Standard,
        status: Status::Enabled,
        health: Health::Well,
        created_at: now.at,
    };
    if !store::insert(tx, &webhook).await? {
        return Err(Error::Raced);
    }
    let keys = Keys::roll(now.dice);
    store::insert_keys(tx, webhook.id, &keys, now.at).await?;
    warn(tx, &webhook, kind::WEBHOOK_SECRET_ROTATED, now).await?;
    Ok((webhook, keys))
}

/// Sends a `webhook.ping` to this endpoint alone.
pub async fn ping(tx: &mut Tx, webhook: &Webhook, now: Now<'_>) -> Result<(), Error> {
    if webhook.status != Status::Enabled {
        return Err(Error::Disabled);
    }
    if webhook.dialect != Dialect::Standard {
        return Err(Error::Dialect(
            "CryptoBot's format has no word for a test. Pay an invoice in the sandbox instead.",
        ));
    }
    let merchant = merchants::find(tx, webhook.account).await?;
    let audience = events::Audience::quiet(webhook.account);
    let keys = store::keys_of(tx, webhook.id, now.at).await?;
    let data = view::endpoint(webhook, &keys, &merchant);
    events::append_to(tx, &audience, Hooks::Only(webhook.id), kind::WEBHOOK_PING, &data, now);
    Ok(())
}

/// Sends one event again, from the beginning of the schedule. What is on its way this moment stays so.
pub async fn redeliver(
    tx: &mut Tx,
    account: MerchantId,
    id: DeliveryId,
    now: Now<'_>,
) -> Result<Delivery, Error> {
    let delivery = outbox::own(tx, account, id).await?.ok_or(Error::NoDelivery(id))?;
    let webhook = store::find(tx, delivery.webhook).await?.ok_or(Error::NoDelivery(id))?;
    if webhook.status != Status::Enabled {
        return Err(Error::Disabled);
    }
    outbox::again(tx, &delivery, now.at).await?;
    tx.nudge();
    outbox::own(tx, account, id).await?.ok_or(Error::NoDelivery(id))
}

/// What sending a part of the feed again came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resent {
    pub count: u64,
    /// The last event looked at.
    pub last_seq: i64,
    pub has_more: bool,
}

/// Sends a part of the feed again: whatever the endpoint asks for and has not taken, or all of it.
pub async fn redeliver_range(
    tx: &mut Tx,
    webhook: &Webhook,
    span: Span,
    include_delivered: bool,
    now: Now<'_>,
) -> Result<Resent, Error> {
    if webhook.status != Status::Enabled {
        return Err(Error::Disabled);
    }
    let found = outbox::past(tx, webhook.account, webhook.id, span, RANGE + 1).await?;
    let wanted = usize::try_from(RANGE).unwrap_or(usize::MAX);
    let has_more = found.len() > wanted;
    let mut resent = Resent { count: 0, last_seq: span.after_seq, has_more };
    for past in found.into_iter().take(wanted) {
        resent.last_seq = past.seq;
        // A ping was for whoever it was sent to.
        let asked = webhook.types.is_empty() || webhook.types.contains(&past.kind);
        let meant = past.state.is_some() || (asked && past.kind != kind::WEBHOOK_PING);
        let taken = past.state == Some(DeliveryState::Delivered);
        if !meant || (taken && !include_delivered) {
            continue;
        }
        let id = DeliveryId::new(now.at, now.dice);
        let account = webhook.account;
        if outbox::enqueue(tx, id, account, webhook.id, &past, now.at).await? {
            resent.count += 1;
        }
    }
    tx.nudge();
    Ok(resent)
}

/// One attempt that was made.
#[derive(Debug, Clone)]
pub struct Made {
    pub delivery: InHand,
    pub lease: String,
    pub outcome: Outcome,
    pub at: Time,
    pub took: Duration,
}

/// Writes down what came of an attempt, for the delivery, the log and the webhook's health.
pub async fn record(tx: &mut Tx, made: &Made, now: Now<'_>) -> Result<Fate, Error> {
    let Made { delivery, outcome, .. } = made;
    let [jitter] = now.dice.bytes();
    let step = usize::try_from(delivery.step).unwrap_or(usize::MAX);
    let fate = state::fate(step, outcome, jitter, now.at);
    let attempt = made.attempt();
    let held = match fate {
        Fate::Delivered => {
            let (status, millis) = (attempt.status.unwrap_or_default(), attempt.millis);
            outbox::delivered(tx, delivery.id, &made.lease, status, millis, now.at).await?
        }
        Fate::Later { .. } | Fate::Dead => {
            outbox::log(tx, delivery.id, &attempt).await?;
            let note = attempt.note.as_deref();
            outbox::settle(tx, delivery.id, &made.lease, fate.later(), note, now.at).await?
        }
    };
    if !held {
        return Ok(fate);
    }
    // While all goes well there is nothing to be read or written.
    if outcome.is_success() && !delivery.webhook_failing {
        return Ok(fate);
    }
    let Some(before) = store::find(tx, delivery.webhook_id).await? else { return Ok(fate) };
    let Some((after, change)) = state::judge(&before, outcome, now.at) else { return Ok(fate) };
    // Zero rows: another attempt was judged at the same moment.
    if store::save(tx, &before, &after).await? {
        tell(tx, &after, change, now).await?;
    }
    Ok(fate)
}

impl Made {
    fn attempt(&self) -> Attempt {
        let body = match &self.outcome {
            Outcome::Answered { body, .. } if !body.is_empty() => Some(body.clone()),
            _ => None,
        };
        Attempt {
            number: self.delivery.attempts,
            at: self.at,
            millis: i64::try_from(self.took.as_millis()).unwrap_or(i64::MAX),
            status: self.outcome.status().map(i64::from),
            note: self.outcome.note(),
            body,
        }
    }
}

/// The owner hears of a warning and of the end, in the feed and in the chat.
async fn tell(tx: &mut Tx, webhook: &Webhook, change: Change, now: Now<'_>) -> Result<(), Error> {
    let kind = match change {
        Change::Warned => kind::WEBHOOK_FAILING,
        Change::Disabled(_) => {
            outbox::bury_all(tx, webhook.id, DISABLED, now.at).await?;
            kind::WEBHOOK_DISABLED
        }
        Change::Recovered | Change::BeganToFail => return Ok(()),
    };
    let merchant = merchants::find(tx, webhook.account).await?;
    let audience = merchants::audience(tx, &merchant).await?;
    let keys = store::keys_of(tx, webhook.id, now.at).await?;
    events::append(tx, &audience, kind, &view::endpoint(webhook, &keys, &merchant), now);
    Ok(())
}

/// The key that signs for a webhook does not work any more: nothing can be sent, and the owners hear of it.
pub async fn lost_its_key(
    tx: &mut Tx,
    delivery: &InHand,
    lease: &str,
    why: &str,
    now: Now<'_>,
) -> Result<(), Error> {
    put_aside(tx, delivery, lease, why, now.at).await?;
    let found = store::find(tx, delivery.webhook_id).await?;
    // Said once; what is sent with success ends it.
    let Some(before) = found.filter(|webhook| webhook.health == Health::Well) else {
        return Ok(());
    };
    let health = Health::Failing { since: now.at, warned: Some(now.at) };
    let after = Webhook { health, ..before.clone() };
    if store::save(tx, &before, &after).await? {
        warn(tx, &after, kind::WEBHOOK_KEY_ENDED, now).await?;
    }
    Ok(())
}

/// What is in hand but may not be sent, and why. What belongs to a webhook that is gone is forgotten.
pub async fn put_aside(
    tx: &mut Tx,
    delivery: &InHand,
    lease: &str,
    why: &str,
    now: Time,
) -> Result<(), Error> {
    if delivery.webhook_status.is_none() {
        return Ok(outbox::forget(tx, delivery.id).await?);
    }
    outbox::settle(tx, delivery.id, lease, None, Some(why), now).await?;
    Ok(())
}
