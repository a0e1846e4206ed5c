//! The statements of followed accounts and their cursors.

use ton::address::Address;

use super::Beginning;
use crate::{
    base::db::{One, Result, Text, Tx, execute, rows},
    words::{money::Asset, time::Time},
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
    /// How far by the chain's clock it has been compared with its own last transaction.
    pub compared: Time,
}

/// An account that could not be read, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behind {
    pub owner: Address,
    pub asset: Asset,
    /// `None`: longer than is remembered.
    pub since: Option<Time>,
    pub trouble: String,
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
    compared: Time,
}

#[derive(sqlx::FromRow)]
struct BehindRow {
    owner: Text<Address>,
    asset: Asset,
    behind_at: Option<Time>,
    trouble: Option<String>,
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
            compared: row.compared,
        }
    }
}

/// Follows an account, or follows it for longer. `until` empty: for ever.
pub async fn watch(
    tx: &mut Tx,
    owner: Address,
    asset: Asset,
    from: Beginning,
    until: Option<Time>,
) -> Result<()> {
    let account = match asset {
        Asset::Gram => Some(Text(owner)),
        Asset::Jetton(_) => None,
    };
    execute!(
        tx,
        "insert into watched (owner, asset, account, since, until, unplaced)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (owner, asset) do update set
             -- What lapsed begins anew: its past is no news.
             lt = case when watched.until <= excluded.since then null else watched.lt end,
             hash = case when watched.until <= excluded.since then null else watched.hash end,
             since = case when watched.until <= excluded.since then excluded.since
                          else watched.since end,
             unplaced = case when watched.until <= excluded.since then excluded.unplaced
                             else watched.unplaced end,
             until = case
             when watched.until is null or excluded.until is null then null
             when watched.until > excluded.until then watched.until
             else excluded.until end",
        Text(owner),
        asset,
        account,
        from.since,
        until,
        from.unplaced
    )?;
    Ok(())
}

/// Whoever is followed at a moment of the chain's clock. What could not be read is followed until it has
/// been.
pub async fn watched(tx: &mut Tx, now: Time) -> Result<Vec<Watched>> {
    let rows = rows!(
        tx,
        all WatchedRow,
        "select owner, asset, account, lt, hash, since, behind, compared from watched
          where until is null or until > $1 or behind order by owner, asset",
        now
    )?;
    Ok(rows.into_iter().map(Watched::from).collect())
}

/// The accounts of an owner, whether or not they are followed just now.
pub async fn of(tx: &mut Tx, owner: Address) -> Result<Vec<Watched>> {
    let rows = rows!(
        tx,
        all WatchedRow,
        "select owner, asset, account, lt, hash, since, behind, compared from watched
          where owner = $1 order by asset",
        Text(owner)
    )?;
    Ok(rows.into_iter().map(Watched::from).collect())
}

/// Accounts that could not be read, those that wait longest first.
pub async fn behind(tx: &mut Tx, limit: i64) -> Result<Vec<Behind>> {
    let rows = rows!(
        tx,
        all BehindRow,
        "select owner, asset, behind_at, trouble from watched
          where behind order by behind_at, owner, asset limit $1",
        limit
    )?;
    let behind = rows.into_iter().map(|row| Behind {
        owner: row.owner.0,
        asset: row.asset,
        since: row.behind_at,
        trouble: row.trouble.unwrap_or_default(),
    });
    Ok(behind.collect())
}

/// How many accounts there are in all, how many of them could not be read, and how many have no history
/// yet.
pub async fn count(tx: &mut Tx) -> Result<(i64, i64, i64)> {
    rows!(
        tx,
        one (i64, i64, i64),
        "select count(*), count(case when behind then 1 end), count(case when lt is null then 1 end)
           from watched"
    )
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

/// Notes that an account could not be read as far as the others, and why. Until it has been, no deadline
/// of its owner passes. It keeps the moment at which that began.
pub async fn set_behind(tx: &mut Tx, of: &Watched, trouble: &str, now: Time) -> Result<()> {
    execute!(
        tx,
        "update watched set trouble = $3, behind = true,
                            behind_at = case when behind then behind_at else $4 end
          where owner = $1 and asset = $2",
        Text(of.owner),
        of.asset,
        trouble,
        now
    )?;
    Ok(())
}

/// Notes that an account has been read as far as the others.
pub async fn set_read(tx: &mut Tx, of: &Watched) -> Result<()> {
    execute!(
        tx,
        "update watched set behind = false, behind_at = null, trouble = null
          where owner = $1 and asset = $2",
        Text(of.owner),
        of.asset
    )?;
    Ok(())
}

/// Notes how far an account has been compared with its own last transaction, by the chain's clock.
pub async fn set_compared(tx: &mut Tx, of: &Watched, until: Time) -> Result<()> {
    execute!(
        tx,
        "update watched set compared = $3 where owner = $1 and asset = $2 and compared < $3",
        Text(of.owner),
        of.asset,
        until
    )?;
    Ok(())
}

/// Puts an account's cursor back, to a transaction that is known or to where its history begins, so that
/// it is read again. `false`: another reader has moved it.
pub async fn put_back(tx: &mut Tx, of: &Watched, to: Option<Cursor>) -> Result<bool> {
    let before = of.cursor.map_or(-1, |c| i64::try_from(c.lt).unwrap_or(i64::MAX));
    let touched = execute!(
        tx,
        "update watched set lt = $3, hash = $4
          where owner = $1 and asset = $2 and coalesce(lt, -1) = $5",
        Text(of.owner),
        of.asset,
        to.map(|c| i64::try_from(c.lt).unwrap_or(i64::MAX)),
        to.map(|c| hex::encode(c.hash)),
        before
    )?;
    Ok(touched == 1)
}

/// Has an account's history read again from a moment on, by hand; where its jettons lie is asked for again as
/// well. Says how many accounts that are.
pub async fn rescan(
    tx: &mut Tx,
    owner: Address,
    since: Time,
    until: Time,
    now: Time,
) -> Result<u64> {
    execute!(
        tx,
        "update watched set lt = null, hash = null, since = $2, behind = true, unplaced = false,
                            account = case when asset = $5 then account else null end,
                            behind_at = case when behind then behind_at else $4 end,
                            trouble = 'it is to be read again',
                            until = case when until < $3 then $3 else until end
          where owner = $1",
        Text(owner),
        since,
        until,
        now,
        Asset::Gram
    )
}

/// Follows an asset that is newly accepted wherever GRAM is followed.
pub async fn widen(tx: &mut Tx, asset: Asset, from: Beginning) -> Result<()> {
    execute!(
        tx,
        "insert into watched (owner, asset, since, until, unplaced)
         select owner, $1, $2, until, $4 from watched
          where asset = $3 and (until is null or until > $2)
         on conflict (owner, asset) do nothing",
        asset,
        from.since,
        Asset::Gram,
        from.unplaced
    )?;
    Ok(())
}

/// Whether somebody is followed from a moment of our own clock.
pub async fn is_any_unplaced(tx: &mut Tx) -> Result<bool> {
    let found: Option<One<i64>> =
        rows!(tx, optional One<i64>, "select since from watched where unplaced limit 1")?;
    Ok(found.is_some())
}

/// Moves such beginnings by so many milliseconds, once, and to `latest` at most.
pub async fn place(tx: &mut Tx, by: i64, latest: Time) -> Result<()> {
    execute!(
        tx,
        "update watched
            set since = case when since + $1 < $2 then since + $1 else $2 end, unplaced = false
          where unplaced",
        by,
        latest
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

/// Everybody has been compared up to a moment: what the watcher does, for tests that have none.
#[cfg(test)]
pub async fn compare_all(tx: &mut Tx, until: Time) {
    execute!(tx, "update watched set compared = $1", until).unwrap();
}
