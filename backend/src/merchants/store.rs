//! The statements of merchants and their keys.

use ton::address::Address;

use crate::{
    db::{Result, Text, Tx, execute, rows},
    id::{KeyId, MerchantId},
    time::Time,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merchant {
    pub id: MerchantId,
    pub name: String,
    pub owner_telegram: Option<i64>,
    pub payout: Address,
    /// Whether the money is real.
    pub livemode: bool,
    pub created_at: Time,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: MerchantId,
    name: String,
    owner_telegram: Option<i64>,
    payout_address: Text<Address>,
    livemode: bool,
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
            created_at: row.created_at,
        }
    }
}

/// An API key, of which only the beginning can be shown.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Key {
    pub id: KeyId,
    pub merchant_id: MerchantId,
    pub hint: String,
    pub created_at: Time,
    pub revoked_at: Option<Time>,
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
    Ok(())
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

pub async fn by_address(tx: &mut Tx, payout: Address) -> Result<Vec<Merchant>> {
    let rows = rows!(
        tx,
        all Row,
        "select * from merchants where payout_address = $1 order by id",
        Text(payout)
    )?;
    Ok(rows.into_iter().map(Merchant::from).collect())
}

pub async fn by_key(tx: &mut Tx, hash: &str, livemode: bool) -> Result<Option<Merchant>> {
    let row = rows!(
        tx,
        optional Row,
        "select m.* from api_keys k join merchants m on m.id = k.merchant_id
          where k.hash = $1 and k.revoked_at is null and m.livemode = $2",
        hash,
        livemode
    )?;
    Ok(row.map(Merchant::from))
}

/// Keeps a key by its hash. One that is known already, even a revoked one, stays as it is.
pub async fn insert_key(tx: &mut Tx, key: &Key, hash: &str) -> Result<()> {
    execute!(
        tx,
        "insert into api_keys (id, merchant_id, hash, hint, created_at) values ($1, $2, $3, $4, $5)
         on conflict (hash) do nothing",
        key.id,
        key.merchant_id,
        hash,
        &key.hint,
        key.created_at
    )?;
    Ok(())
}

pub async fn keys_of(tx: &mut Tx, merchant: MerchantId) -> Result<Vec<Key>> {
    rows!(
        tx,
        all Key,
        "select id, merchant_id, hint, created_at, revoked_at from api_keys
          where merchant_id = $1 order by id",
        merchant
    )
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
