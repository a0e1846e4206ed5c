//! The statements of merchants and their keys.

use ton::address::Address;

use super::grant::{Grant, Scope};
use crate::{
    base::db::{One, Result, Text, Tx, execute, rows},
    words::{
        id::{KeyId, MerchantId},
        time::Time,
    },
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merchant {
    pub id: MerchantId,
    pub name: String,
    pub owner_telegram: Option<i64>,
    pub payout: Address,
    /// Whether the money is real.
    pub livemode: bool,
    /// Since when it is paid at that wallet.
    pub payout_since: Time,
    pub created_at: Time,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: MerchantId,
    name: String,
    owner_telegram: Option<i64>,
    payout_address: Text<Address>,
    livemode: bool,
    payout_since: Option<Time>,
    created_at: Time,
}

impl From<Row> for Merchant {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            owner_telegram: row.owner_telegram,
            payout: row.payout_address.0,
            livemode: row.livemode,
            payout_since: row.payout_since.unwrap_or(row.created_at),
            created_at: row.created_at,
        }
    }
}

/// An API key, of which only the beginning can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub id: KeyId,
    pub merchant_id: MerchantId,
    pub name: Option<String>,
    pub hint: String,
    pub grant: Grant,
    pub created_at: Time,
    pub revoked_at: Option<Time>,
    /// To the minute.
    pub last_used_at: Option<Time>,
    /// Until then it has no power over keys and people; `None`: it has all that its grant says.
    pub waits_until: Option<Time>,
}

impl Key {
    /// What it may do now.
    pub fn grant_now(&self) -> Grant {
        match self.waits_until {
            Some(_) => self.grant.unguarded(),
            None => self.grant.clone(),
        }
    }

    pub fn works(&self, now: Time) -> bool {
        self.revoked_at.is_none() && self.grant.expires_at.is_none_or(|end| now < end)
    }
}

#[derive(sqlx::FromRow)]
struct KeyRow {
    id: KeyId,
    merchant_id: MerchantId,
    name: Option<String>,
    hint: String,
    scopes: Option<String>,
    allowed_ips: Option<String>,
    expires_at: Option<Time>,
    created_at: Time,
    revoked_at: Option<Time>,
    last_used_at: Option<Time>,
    waits_until: Option<Time>,
}

impl TryFrom<KeyRow> for Key {
    type Error = sqlx::Error;

    /// A limit that cannot be read is an error: it must not become none.
    fn try_from(row: KeyRow) -> Result<Self> {
        let scope = |text: &str| {
            text.parse::<Scope>().map_err(|()| sqlx::Error::Decode("a key's scope".into()))
        };
        let network =
            |text: &str| text.parse().map_err(|_| sqlx::Error::Decode("a key's network".into()));
        let scopes = row.scopes.map(|text| text.split_whitespace().map(scope).collect());
        let networks = row.allowed_ips.unwrap_or_default();
        Ok(Self {
            id: row.id,
            merchant_id: row.merchant_id,
            name: row.name,
            hint: row.hint,
            grant: Grant {
                scopes: scopes.transpose()?,
                allowed_ips: networks.split_whitespace().map(network).collect::<Result<_>>()?,
                expires_at: row.expires_at,
            },
            created_at: row.created_at,
            revoked_at: row.revoked_at,
            last_used_at: row.last_used_at,
            waits_until: row.waits_until,
        })
    }
}

/// Words in one column.
fn words<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(" ")
}

pub async fn insert(tx: &mut Tx, merchant: &Merchant) -> Result<()> {
    execute!(
        tx,
        "insert into merchants (id, name, owner_telegram, payout_address, livemode, created_at)
         values ($1, $2, $3, $4, $5, $6)",
        merchant.id,
        &merchant.name,
        merchant.owner_telegram,
        Text(merchant.payout),
        merchant.livemode,
        merchant.created_at
    )?;
    set_payout(tx, merchant.id, merchant.payout, merchant.created_at).await
}

pub async fn find(tx: &mut Tx, id: MerchantId) -> Result<Option<Merchant>> {
    let row = rows!(tx, optional Row, "select * from merchants where id = $1", id)?;
    Ok(row.map(Merchant::from))
}

pub async fn all(tx: &mut Tx) -> Result<Vec<Merchant>> {
    let rows = rows!(tx, all Row, "select * from merchants order by id")?;
    Ok(rows.into_iter().map(Merchant::from).collect())
}

pub async fn by_name(tx: &mut Tx, name: &str, payout: Address) -> Result<Option<Merchant>> {
    let row = rows!(
        tx,
        optional Row,
        "select * from merchants where name = $1 and payout_address = $2 order by id limit 1",
        name,
        Text(payout)
    )?;
    Ok(row.map(Merchant::from))
}

/// Every merchant who is or was paid at this address.
pub async fn by_address(tx: &mut Tx, payout: Address) -> Result<Vec<Merchant>> {
    let rows = rows!(
        tx,
        all Row,
        "select m.* from payout_wallets w join merchants m on m.id = w.merchant_id
          where w.address = $1 order by m.id",
        Text(payout)
    )?;
    Ok(rows.into_iter().map(Merchant::from).collect())
}

/// Notes that from now on this is the wallet that is paid.
pub async fn set_payout(
    tx: &mut Tx,
    merchant: MerchantId,
    payout: Address,
    now: Time,
) -> Result<()> {
    execute!(
        tx,
        "update merchants set payout_address = $2, payout_since = $3 where id = $1",
        merchant,
        Text(payout),
        now
    )?;
    execute!(
        tx,
        "insert into payout_wallets (merchant_id, address, since) values ($1, $2, $3)
         on conflict (merchant_id, address) do update set since = excluded.since",
        merchant,
        Text(payout),
        now
    )?;
    Ok(())
}

/// Whom the operator names as the owner: they become one when they come.
pub async fn set_owner(tx: &mut Tx, merchant: MerchantId, telegram_id: Option<i64>) -> Result<()> {
    execute!(tx, "update merchants set owner_telegram = $2 where id = $1", merchant, telegram_id)?;
    Ok(())
}

/// Whoever else holds this merchant waits until the transaction ends: what is counted meanwhile stays
/// as it was counted.
pub async fn hold(tx: &mut Tx, merchant: MerchantId) -> Result<()> {
    execute!(tx, "update merchants set name = name where id = $1", merchant)?;
    Ok(())
}

/// Every wallet the merchant is or was paid at, the last one first.
pub async fn wallets(tx: &mut Tx, merchant: MerchantId) -> Result<Vec<Address>> {
    let rows = rows!(
        tx,
        all One<Text<Address>>,
        "select address from payout_wallets where merchant_id = $1 order by since desc, address",
        merchant
    )?;
    Ok(rows.into_iter().map(|(address,)| address.0).collect())
}

/// The key of that hash, unless it is revoked.
pub async fn key(tx: &mut Tx, hash: &str) -> Result<Option<Key>> {
    rows!(
        tx,
        optional KeyRow,
        "select k.*, c.due_at as waits_until
           from api_keys k
           left join changes c
                  on c.merchant_id = k.merchant_id and c.subject = k.id and c.status = 'waiting'
          where k.hash = $1 and k.revoked_at is null",
        hash
    )?
    .map(Key::try_from)
    .transpose()
}

/// The hash of a key that works now.
pub async fn hash_of(tx: &mut Tx, id: KeyId, now: Time) -> Result<Option<String>> {
    let row: Option<One<String>> = rows!(
        tx,
        optional One<String>,
        "select hash from api_keys
          where id = $1 and revoked_at is null and (expires_at is null or expires_at > $2)",
        id,
        now
    )?;
    Ok(row.map(|(hash,)| hash))
}

/// The key, if it is this merchant's and not revoked.
pub async fn own_key(tx: &mut Tx, merchant: MerchantId, id: KeyId) -> Result<Option<Key>> {
    rows!(
        tx,
        optional KeyRow,
        "select k.*, c.due_at as waits_until
           from api_keys k
           left join changes c
                  on c.merchant_id = k.merchant_id and c.subject = k.id and c.status = 'waiting'
          where k.id = $1 and k.merchant_id = $2 and k.revoked_at is null",
        id,
        merchant
    )?
    .map(Key::try_from)
    .transpose()
}

/// Keeps a key by its hash. One that is known already, even a revoked one, stays as it is.
pub async fn insert_key(tx: &mut Tx, key: &Key, hash: &str) -> Result<()> {
    let Grant { scopes, allowed_ips, expires_at } = &key.grant;
    execute!(
        tx,
        "insert into api_keys
            (id, merchant_id, hash, hint, created_at, name, scopes, allowed_ips, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (hash) do nothing",
        key.id,
        key.merchant_id,
        hash,
        &key.hint,
        key.created_at,
        key.name.as_deref(),
        scopes.as_ref().map(words),
        (!allowed_ips.is_empty()).then(|| words(allowed_ips)),
        *expires_at
    )?;
    Ok(())
}

/// The last two hundred, oldest first.
pub async fn keys_of(tx: &mut Tx, merchant: MerchantId) -> Result<Vec<Key>> {
    let rows = rows!(
        tx,
        all KeyRow,
        "select k.*, c.due_at as waits_until
           from api_keys k
           left join changes c
                  on c.merchant_id = k.merchant_id and c.subject = k.id and c.status = 'waiting'
          where k.merchant_id = $1 order by k.id desc limit 200",
        merchant
    )?;
    rows.into_iter().rev().map(Key::try_from).collect()
}

/// Sets when a key ends.
pub async fn end_key(tx: &mut Tx, merchant: MerchantId, id: KeyId, end: Time) -> Result<()> {
    execute!(
        tx,
        "update api_keys set expires_at = $3
          where id = $1 and merchant_id = $2 and revoked_at is null",
        id,
        merchant,
        end
    )?;
    Ok(())
}

/// Notes that a key was used. One note a minute is enough for those who look for forgotten keys.
pub async fn used(tx: &mut Tx, id: KeyId, now: Time) -> Result<()> {
    execute!(tx, "update api_keys set last_used_at = $2 where id = $1", id, now)?;
    Ok(())
}

/// `false`: no such key of this merchant, or revoked before.
pub async fn revoke(tx: &mut Tx, merchant: MerchantId, id: KeyId, now: Time) -> Result<bool> {
    let touched = execute!(
        tx,
        "update api_keys set revoked_at = $3
          where id = $1 and merchant_id = $2 and revoked_at is null",
        id,
        merchant,
        now
    )?;
    Ok(touched == 1)
}
