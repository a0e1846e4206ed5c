//! The statements of linked wallets and of the challenges that prove them.

use ton::address::Address;

use crate::{
    base::db::{Result, Text, Tx, execute, rows},
    people::identity::Person,
    words::{
        id::{PersonId, WalletId},
        time::Time,
    },
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wallet {
    pub id: WalletId,
    pub person: PersonId,
    pub address: Address,
    pub version: String,
    pub public_key: String,
    pub is_default: bool,
    pub linked_at: Time,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: WalletId,
    person_id: PersonId,
    address: Text<Address>,
    version: String,
    public_key: String,
    is_default: bool,
    linked_at: Time,
}

impl From<Row> for Wallet {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            person: row.person_id,
            address: row.address.0,
            version: row.version,
            public_key: row.public_key,
            is_default: row.is_default,
            linked_at: row.linked_at,
        }
    }
}

pub async fn insert_challenge(
    tx: &mut Tx,
    payload: &str,
    session_hash: &str,
    person: PersonId,
    now: Time,
    expires_at: Time,
) -> Result<()> {
    execute!(tx, "delete from challenges where expires_at <= $1", now)?;
    execute!(
        tx,
        "insert into challenges (payload, session_hash, person_id, expires_at)
         values ($1, $2, $3, $4)",
        payload,
        session_hash,
        person,
        expires_at
    )?;
    Ok(())
}

/// Uses a challenge up. `false`: unknown, of another session or person, too old, or used before.
pub async fn spend_challenge(
    tx: &mut Tx,
    payload: &str,
    session_hash: &str,
    person: PersonId,
    now: Time,
) -> Result<bool> {
    let touched = execute!(
        tx,
        "update challenges set used_at = $4
          where payload = $1 and session_hash = $2 and person_id = $3
            and used_at is null and expires_at > $4",
        payload,
        session_hash,
        person,
        now
    )?;
    Ok(touched == 1)
}

/// Links a wallet. `false` if this person has linked it before.
pub async fn insert(tx: &mut Tx, wallet: &Wallet) -> Result<bool> {
    let touched = execute!(
        tx,
        "insert into wallets (id, person_id, address, version, public_key, is_default, linked_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (person_id, address) do nothing",
        wallet.id,
        wallet.person,
        Text(wallet.address),
        &wallet.version,
        &wallet.public_key,
        wallet.is_default,
        wallet.linked_at
    )?;
    Ok(touched == 1)
}

/// A key may have been rotated since the wallet was first linked.
pub async fn set_key(tx: &mut Tx, id: WalletId, public_key: &str) -> Result<()> {
    execute!(tx, "update wallets set public_key = $2 where id = $1", id, public_key)?;
    Ok(())
}

/// The default first, then the oldest.
pub async fn of(tx: &mut Tx, person: PersonId) -> Result<Vec<Wallet>> {
    let rows = rows!(
        tx,
        all Row,
        "select * from wallets where person_id = $1 order by is_default desc, id",
        person
    )?;
    Ok(rows.into_iter().map(Wallet::from).collect())
}

pub async fn set_default(tx: &mut Tx, person: PersonId, id: WalletId) -> Result<()> {
    execute!(tx, "update wallets set is_default = (id = $2) where person_id = $1", person, id)?;
    Ok(())
}

pub async fn delete(tx: &mut Tx, person: PersonId, id: WalletId) -> Result<bool> {
    let touched = execute!(tx, "delete from wallets where id = $2 and person_id = $1", person, id)?;
    Ok(touched == 1)
}

/// Everybody who has proven this address. More than one account may hold the same wallet.
pub async fn people_of(tx: &mut Tx, address: Address) -> Result<Vec<Person>> {
    rows!(
        tx,
        all Person,
        "select p.id, p.telegram_id, p.first_name, p.username, p.language, p.notifications, p.chat
           from wallets w join people p on p.id = w.person_id
          where w.address = $1 order by p.id",
        Text(address)
    )
}

/// Takes a person's wallets away, and what they were proven by.
pub async fn forget(tx: &mut Tx, person: PersonId) -> Result<()> {
    execute!(tx, "delete from challenges where person_id = $1", person)?;
    execute!(tx, "delete from wallets where person_id = $1", person)?;
    Ok(())
}
