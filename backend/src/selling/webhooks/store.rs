//! The statements of webhooks and their keys. Those of deliveries stand in [`super::outbox`].

use super::{
    keys::Keys,
    state::{Dialect, DisabledReason, Health, Status, Webhook, WebhookKind},
};
use crate::{
    base::db::{Result, Tx, execute, rows},
    words::{
        id::{KeyId, MerchantId, WebhookId},
        time::Time,
    },
};

#[derive(sqlx::FromRow)]
struct Row {
    id: WebhookId,
    account_id: MerchantId,
    kind: WebhookKind,
    url: String,
    description: Option<String>,
    types: String,
    key_id: Option<KeyId>,
    reason: Option<DisabledReason>,
    failing_since: Option<Time>,
    warned_at: Option<Time>,
    created_at: Time,
}

impl From<Row> for Webhook {
    fn from(row: Row) -> Self {
        let types = row.types.split(',').filter(|kind| !kind.is_empty());
        Self {
            id: row.id,
            account: row.account_id,
            kind: row.kind,
            url: row.url,
            description: row.description,
            types: types.map(str::to_owned).collect(),
            dialect: row.key_id.map_or(Dialect::Standard, |key| Dialect::Cryptobot { key }),
            status: row.reason.map_or(Status::Enabled, Status::Disabled),
            health: match row.failing_since {
                Some(since) => Health::Failing { since, warned: row.warned_at },
                None => Health::Well,
            },
            created_at: row.created_at,
        }
    }
}

impl Status {
    /// `(status, reason)`
    fn columns(self) -> (&'static str, Option<DisabledReason>) {
        match self {
            Self::Enabled => ("enabled", None),
            Self::Disabled(reason) => ("disabled", Some(reason)),
        }
    }
}

impl Health {
    /// `(failing_since, warned_at)`
    fn columns(self) -> (Option<Time>, Option<Time>) {
        match self {
            Self::Well => (None, None),
            Self::Failing { since, warned } => (Some(since), warned),
        }
    }
}

/// `false`: the account has its webhook for invoices already.
pub async fn insert(tx: &mut Tx, webhook: &Webhook) -> Result<bool> {
    let (status, reason) = webhook.status.columns();
    let touched = execute!(
        tx,
        "insert into webhooks
            (id, account_id, kind, url, description, types, status, reason, created_at, key_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (account_id) where kind = 'invoices' do nothing",
        webhook.id,
        webhook.account,
        webhook.kind,
        &webhook.url,
        webhook.description.as_deref(),
        webhook.types.join(","),
        status,
        reason,
        webhook.created_at,
        webhook.dialect.key()
    )?;
    Ok(touched == 1)
}

/// Writes what has changed, unless somebody else has changed status or health since `before` was read.
pub async fn save(tx: &mut Tx, before: &Webhook, after: &Webhook) -> Result<bool> {
    let (status, reason) = after.status.columns();
    let (failing_since, warned_at) = after.health.columns();
    let (was, _) = before.status.columns();
    let (was_failing_since, was_warned_at) = before.health.columns();
    let touched = execute!(
        tx,
        "update webhooks set url = $2, description = $3, types = $4, status = $5, reason = $6,
                failing_since = $7, warned_at = $8, key_id = $12
          where id = $1 and status = $9 and coalesce(failing_since, 0) = coalesce(cast($10 as bigint), 0)
            and coalesce(warned_at, 0) = coalesce(cast($11 as bigint), 0)",
        after.id,
        &after.url,
        after.description.as_deref(),
        after.types.join(","),
        status,
        reason,
        failing_since,
        warned_at,
        was,
        was_failing_since,
        was_warned_at,
        after.dialect.key()
    )?;
    Ok(touched == 1)
}

pub async fn find(tx: &mut Tx, id: WebhookId) -> Result<Option<Webhook>> {
    let row = rows!(tx, optional Row, "select * from webhooks where id = $1", id)?;
    Ok(row.map(Webhook::from))
}

/// The endpoint, if it is this merchant's.
pub async fn own(tx: &mut Tx, account: MerchantId, id: WebhookId) -> Result<Option<Webhook>> {
    let row = rows!(
        tx,
        optional Row,
        "select * from webhooks where id = $1 and account_id = $2 and kind = 'endpoint'",
        id,
        account
    )?;
    Ok(row.map(Webhook::from))
}

/// The webhook that stands for the addresses of a merchant's invoices.
pub async fn for_invoices(tx: &mut Tx, account: MerchantId) -> Result<Option<Webhook>> {
    let row = rows!(
        tx,
        optional Row,
        "select * from webhooks where account_id = $1 and kind = 'invoices'",
        account
    )?;
    Ok(row.map(Webhook::from))
}

/// A merchant's endpoints, newest first.
pub async fn list(
    tx: &mut Tx,
    account: MerchantId,
    before: Option<WebhookId>,
    limit: i64,
) -> Result<Vec<Webhook>> {
    let rows = rows!(
        tx,
        all Row,
        "select * from webhooks
          where account_id = $1 and kind = 'endpoint' and (cast($2 as text) is null or id < $2)
          order by id desc limit $3",
        account,
        before,
        limit
    )?;
    Ok(rows.into_iter().map(Webhook::from).collect())
}

/// Takes an endpoint away, with its keys and everything that was sent to it.
pub async fn delete(tx: &mut Tx, id: WebhookId) -> Result<()> {
    execute!(tx, "delete from webhook_secrets where webhook_id = $1", id)?;
    execute!(
        tx,
        "delete from webhook_attempts
          where delivery_id in (select id from webhook_deliveries where webhook_id = $1)",
        id
    )?;
    execute!(tx, "delete from webhook_deliveries where webhook_id = $1", id)?;
    execute!(tx, "delete from webhooks where id = $1", id)?;
    Ok(())
}

/// One generation of keys, and until when it signs.
#[derive(Debug, Clone)]
pub struct Generation {
    pub webhook: WebhookId,
    pub keys: Keys,
    pub until: Option<Time>,
}

#[derive(sqlx::FromRow)]
struct KeyRow {
    webhook_id: WebhookId,
    secret: String,
    private_key: String,
    until: Option<Time>,
}

impl TryFrom<KeyRow> for Generation {
    type Error = sqlx::Error;

    fn try_from(row: KeyRow) -> Result<Self> {
        let keys = Keys::read(&row.secret, &row.private_key)
            .ok_or_else(|| sqlx::Error::Decode("the keys of a webhook".into()))?;
        Ok(Self { webhook: row.webhook_id, keys, until: row.until })
    }
}

pub async fn insert_keys(tx: &mut Tx, id: WebhookId, keys: &Keys, now: Time) -> Result<()> {
    execute!(
        tx,
        "insert into webhook_secrets (webhook_id, secret, private_key, public_key, created_at)
         values ($1, $2, $3, $4, $5)",
        id,
        keys.secret(),
        keys.private_key(),
        keys.public_key(),
        now
    )?;
    Ok(())
}

/// The keys in force end at `until`; whatever was ending already is forgotten now.
pub async fn retire_keys(tx: &mut Tx, id: WebhookId, until: Time) -> Result<()> {
    execute!(tx, "delete from webhook_secrets where webhook_id = $1 and until is not null", id)?;
    execute!(tx, "update webhook_secrets set until = $2 where webhook_id = $1", id, until)?;
    Ok(())
}

/// Every generation of a webhook that still signs, the newest first.
pub async fn keys_of(tx: &mut Tx, id: WebhookId, now: Time) -> Result<Vec<Generation>> {
    let rows = rows!(
        tx,
        all KeyRow,
        "select webhook_id, secret, private_key, until from webhook_secrets
          where webhook_id = $1 and (until is null or until > $2)
          order by coalesce(until, 0)",
        id,
        now
    )?;
    rows.into_iter().map(Generation::try_from).collect()
}

/// The keys for everything that is held under a lease.
pub async fn keys_for(tx: &mut Tx, lease: &str, now: Time) -> Result<Vec<Generation>> {
    let rows = rows!(
        tx,
        all KeyRow,
        "select webhook_id, secret, private_key, until from webhook_secrets
          where webhook_id in (select webhook_id from webhook_deliveries where lease = $1)
            and (until is null or until > $2)
          order by webhook_id, coalesce(until, 0)",
        lease,
        now
    )?;
    rows.into_iter().map(Generation::try_from).collect()
}

/// Forgets keys whose time is over.
pub async fn purge_keys(tx: &mut Tx, now: Time) -> Result<u64> {
    execute!(tx, "delete from webhook_secrets where until <= $1", now)
}
