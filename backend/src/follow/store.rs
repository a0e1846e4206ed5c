//! The statements of followed accounts and their cursors.

use ton::address::Address;

use crate::{
    db::{Result, Text, Tx, execute, rows},
    money::Asset,
    time::Time,
};

/// An account whose transactions are followed, and how far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    pub owner: Address,
    pub asset: Asset,
    /// Where the asset lives: the owner itself, or its jetton wallet once the chain has named it.
    pub account: Option<Address>,
    pub cursor: Option<Cursor>,
    /// Where to begin as long as there is no cursor.
    pub since: Time,
    /// It could not be read as far as the others.
    pub behind: bool,
}

/// The last transaction of an account that has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub lt: u64,
    pub hash: [u8; 32],
}

#[derive(sqlx::FromRow)]
struct WatchedRow {
    owner: Text<Address>,
    asset: Asset,
    account: Option<Text<Address>>,
    lt: Option<i64>,
    hash: Option<String>,
    since: Time,
    behind: bool,
}

impl From<WatchedRow> for Watched {
    fn from(row: WatchedRow) -> Self {
        let hash = row.hash.and_then(|h| hex::decode(h).ok()).and_then(|h| h.try_into().ok());
        Self {
            owner: row.owner.0,
            asset: row.asset,
            account: row.account.map(|a| a.0),
            cursor: row.lt.zip(hash).map(|(lt, hash)| Cursor { lt: lt.unsigned_abs(), hash }),
            since: row.since,
            behind: row.behind,
        }
    }
}

/// Follows an account, or follows it for longer. `until` empty: for ever.
pub async fn watch(
    tx: &mut Tx,
    owner: Address,
    asset: Asset,
    since: Time,
    until: Option<Time>,
) -> Result<()> {
    let account = match asset {
        Asset::Gram => Some(Text(owner)),
        Asset::Jetton(_) => None,
    };
    execute!(
        tx,
        "insert into watched (owner, asset, account, since, until) values ($1, $2, $3, $4, $5)
         on conflict (owner, asset) do update set
             -- What lapsed begins anew: its past is no news.
             lt = case when watched.until <= excluded.since then null else watched.lt end,
             hash = case when watched.until <= excluded.since then null else watched.hash end,
             since = case when watched.until <= excluded.since then excluded.since
                          else watched.since end,
             until = case
             when watched.until is null or excluded.until is null then null
             when watched.until > excluded.until then watched.until
             else excluded.until end",
        Text(owner),
        asset,
        account,
        since,
        until
    )?;
    Ok(())
}

pub async fn watched(tx: &mut Tx, now: Time) -> Result<Vec<Watched>> {
    let rows = rows!(
        tx,
        all WatchedRow,
        "select owner, asset, account, lt, hash, since, behind from watched
          where until is null or until > $1 order by owner, asset",
        now
    )?;
    Ok(rows.into_iter().map(Watched::from).collect())
}

pub async fn set_account(tx: &mut Tx, owner: Address, asset: Asset, at: Address) -> Result<()> {
    execute!(
        tx,
        "update watched set account = $3 where owner = $1 and asset = $2 and account is null",
        Text(owner),
        asset,
        Text(at)
    )?;
    Ok(())
}

/// Notes whether an account could be read as far as the others. While it could not, no deadline of
/// its owner passes.
pub async fn set_behind(tx: &mut Tx, of: &Watched, behind: bool) -> Result<()> {
    execute!(
        tx,
        "update watched set behind = $3 where owner = $1 and asset = $2",
        Text(of.owner),
        of.asset,
        behind
    )?;
    Ok(())
}

/// Follows an asset that is newly accepted wherever GRAM is followed.
pub async fn widen(tx: &mut Tx, asset: Asset, since: Time) -> Result<()> {
    execute!(
        tx,
        "insert into watched (owner, asset, since, until)
         select owner, $1, $2, until from watched
          where asset = $3 and (until is null or until > $2)
         on conflict (owner, asset) do nothing",
        asset,
        since,
        Asset::Gram
    )?;
    Ok(())
}

/// Owners whom nobody holds any more are followed until a moment, for what is still on its way.
pub async fn release(tx: &mut Tx, until: Time) -> Result<()> {
    execute!(
        tx,
        "update watched set until = $1
          where until is null
            and not exists (select 1 from wallets where address = watched.owner)
            and not exists (select 1 from payout_wallets where address = watched.owner)",
        until
    )?;
    Ok(())
}

/// Moves a cursor forward from where we read it. `false`: another reader has moved it.
pub async fn advance(tx: &mut Tx, from: &Watched, to: Cursor) -> Result<bool> {
    let before = from.cursor.map_or(-1, |c| i64::try_from(c.lt).unwrap_or(i64::MAX));
    let touched = execute!(
        tx,
        "update watched set lt = $3, hash = $4
          where owner = $1 and asset = $2 and coalesce(lt, -1) = $5",
        Text(from.owner),
        from.asset,
        i64::try_from(to.lt).unwrap_or(i64::MAX),
        hex::encode(to.hash),
        before
    )?;
    Ok(touched == 1)
}
