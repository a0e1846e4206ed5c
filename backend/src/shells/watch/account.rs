//! One account's history: an unbroken chain of transactions, taken in order.
//!
//! A cursor is only ever a transaction that was read. Where there is none yet, the last transaction from
//! before the account was followed is looked for; the way from there to the account's newest must be
//! closed, link by link, before the account counts as read.

use std::time::{Duration, Instant};

use ton::{
    toncenter::{Sort, Transaction, TransactionQuery},
    transfer::{OwnJettonWallet, Reason, Received, Verdict, received_gram, received_jetton},
};

use super::{Error, WORK, head::Head, is_jetton, page};
use crate::{
    base::{
        app::App,
        follow::{self, BEFOREHAND, Cursor, Watched},
    },
    money::payments::{Arrival, Nature},
    subjects::settle,
    words::time::Time,
};

/// Transactions taken in one database transaction at most.
const AT_ONCE: usize = 200;
/// How often in a row the service may contradict a cursor before the account is read from an earlier one.
const STRIKES: u32 = 3;
/// How many of the service's rows are held against what is known, to find where both agree.
const LOOKED_THROUGH: u32 = 200;

/// What keeps an account from being read further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// Something between two transactions was left out.
    Hole { after: u64 },
    /// The service's history goes past our cursor as if it were not there.
    Astray { cursor: u64 },
    /// A row that is not filled in yet.
    Partial { lt: u64 },
    /// The account has a later transaction than the service shows.
    Short { until: u64 },
    /// Another reader has moved the cursor; nothing is wrong.
    Overtaken,
}

impl std::fmt::Display for Obstacle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Hole { after } => {
                write!(f, "the chain service leaves out what comes after {after}")
            }
            Self::Astray { cursor } => {
                write!(f, "the chain service does not know the transaction {cursor}, read before")
            }
            Self::Partial { lt } => {
                write!(f, "the chain service shows the transaction {lt} in part")
            }
            Self::Short { until } => {
                write!(f, "the chain service does not show the transaction {until} yet")
            }
            Self::Overtaken => write!(f, "another reader reads it"),
        }
    }
}

/// How far an account has been read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Read {
    pub cursor: Option<Cursor>,
    pub obstacle: Option<Obstacle>,
}

/// Takes transactions of an account that are newer than its cursor. Where they do not join on, the
/// account is read again by itself.
pub(super) async fn take(
    app: &App,
    watched: &Watched,
    rows: &[&Transaction],
    head: Head,
) -> Result<Read, Error> {
    let joined = joined(watched.cursor, rows, head);
    match joined.obstacle {
        None => store_all(app, watched, &joined.new).await,
        Some(_) => walk(app, watched, head).await,
    }
}

/// Reads an account from its cursor on, a page at a time, so that a long history fills no memory.
pub(super) async fn walk(app: &App, watched: &Watched, head: Head) -> Result<Read, Error> {
    let mut from = watched.clone();
    let Some(account) = watched.account else { return Ok(Read { cursor: None, obstacle: None }) };
    let accounts = [account];
    loop {
        let query = TransactionQuery {
            start_lt: from.cursor.map(|cursor| cursor.lt.saturating_add(1)),
            ..TransactionQuery::of(&accounts)
        };
        let (rows, more) = page(app, query).await?;
        let joined = joined(from.cursor, &rows.iter().collect::<Vec<_>>(), head);
        let read = store_all(app, &from, &joined.new).await?;
        from.cursor = read.cursor;
        let obstacle = read.obstacle.or(joined.obstacle);
        if obstacle.is_some() || !more || joined.new.is_empty() {
            return Ok(Read { cursor: from.cursor, obstacle });
        }
    }
}

/// Begins an account's history: at its last transaction from before it is followed, or where its own
/// begins. `last` is the newest that the chain service says there is.
pub(super) async fn begin(
    app: &App,
    watched: &Watched,
    last: Cursor,
    head: Head,
) -> Result<Read, Error> {
    let mut from = watched.clone();
    if let Some(before) = before(app, watched, head).await? {
        let mut tx = app.db.begin().await?;
        if !follow::store::advance(&mut tx, watched, before).await? {
            return Ok(Read { cursor: None, obstacle: Some(Obstacle::Overtaken) });
        }
        // Whether it belongs to the history that goes on from here, the next links tell.
        let trouble = "its history is being read for the first time";
        follow::store::set_behind(&mut tx, watched, trouble, app.time()).await?;
        tx.commit().await?;
        from.cursor = Some(before);
    }
    let read = walk(app, &from, head).await?;
    Ok(reaches(read, last))
}

/// A way that ends before the account's last transaction is not closed.
pub(super) fn reaches(read: Read, last: Cursor) -> Read {
    let arrived = read.cursor.is_some_and(|cursor| {
        cursor.lt > last.lt || (cursor.lt == last.lt && cursor.hash == last.hash)
    });
    let short = (!arrived).then_some(Obstacle::Short { until: last.lt });
    Read { obstacle: read.obstacle.or(short), ..read }
}

/// The newest transaction from before the moment from which an account is followed. An older one would do
/// as well: what lies between is read, and is no news.
async fn before(app: &App, watched: &Watched, head: Head) -> Result<Option<Cursor>, Error> {
    let Some(account) = watched.account else { return Ok(None) };
    let Some(end) = watched.since.seconds().checked_sub(1) else { return Ok(None) };
    let accounts = [account];
    let query = TransactionQuery {
        end_utime: Some(end),
        limit: 1,
        sort: Sort::Descending,
        ..TransactionQuery::of(&accounts)
    };
    let rows = app.chain.transactions(&query).await?;
    let known = rows.iter().find(|row| is_final(row, head) && u64::from(row.now) <= end);
    Ok(known.map(|row| Cursor { lt: row.lt, hash: row.hash }))
}

/// What contradicts a cursor must do so again and again, and the service must not know it when asked for
/// it by name; then the account is read again from the newest transaction that both sides know, or from
/// where it began. What is read twice is recorded once, so nothing is lost and nothing doubles.
pub(super) async fn put_right(
    app: &App,
    watched: &Watched,
    strikes: &mut u32,
    head: Head,
) -> Result<Option<Read>, Error> {
    let (Some(account), Some(cursor)) = (watched.account, watched.cursor) else { return Ok(None) };
    let accounts = [account];
    let named = TransactionQuery {
        start_lt: Some(cursor.lt),
        end_lt: Some(cursor.lt),
        ..TransactionQuery::of(&accounts)
    };
    let rows = app.chain.transactions(&named).await?;
    if rows.iter().any(|row| row.lt == cursor.lt && row.hash == cursor.hash) {
        *strikes = 0;
        return Ok(None);
    }
    *strikes += 1;
    if *strikes < STRIKES {
        return Ok(None);
    }
    *strikes = 0;
    let to = known_to_both(app, watched, cursor).await?;
    let mut tx = app.db.begin().await?;
    let moved = follow::store::put_back(&mut tx, watched, to).await?;
    tx.commit().await?;
    if !moved {
        return Ok(None);
    }
    metrics::counter!("watch_reanchored_total").increment(1);
    tracing::error!(
        owner = %watched.owner, lt = cursor.lt, from = to.map(|to| to.lt),
        "the chain service does not know the last transaction read of this account; \
         it is read again from the last one that both know"
    );
    // Without a cursor it is begun again, in its turn.
    let Some(to) = to else { return Ok(None) };
    let from = Watched { cursor: Some(to), ..watched.clone() };
    walk(app, &from, head).await.map(Some)
}

/// The newest transaction before `cursor` that has brought money and that the service still knows.
async fn known_to_both(
    app: &App,
    watched: &Watched,
    cursor: Cursor,
) -> Result<Option<Cursor>, Error> {
    let Some(account) = watched.account else { return Ok(None) };
    let accounts = [account];
    let query = TransactionQuery {
        limit: LOOKED_THROUGH,
        sort: Sort::Descending,
        ..TransactionQuery::of(&accounts)
    };
    let rows = app.chain.transactions(&query).await?;
    let mut tx = app.db.snapshot().await?;
    for row in rows.iter().filter(|row| row.lt < cursor.lt) {
        if payments_knows(&mut tx, watched, row).await? {
            return Ok(Some(Cursor { lt: row.lt, hash: row.hash }));
        }
    }
    Ok(None)
}

async fn payments_knows(
    tx: &mut crate::base::db::Tx,
    watched: &Watched,
    row: &Transaction,
) -> Result<bool, Error> {
    let known =
        crate::money::payments::store::hash_of(tx, row.account, watched.asset, row.lt).await?;
    Ok(known == Some(row.hash))
}

/// Final by the head of this round: what names a later block may still turn out otherwise.
fn is_final(row: &Transaction, head: Head) -> bool {
    row.final_in().is_some_and(|seqno| seqno <= head.seqno)
}

/// What joins on to a cursor, and what stands in the way of more.
struct Joined<'a> {
    new: Vec<&'a Transaction>,
    obstacle: Option<Obstacle>,
}

/// The new transactions in order, as far as each names the one before it. Final ones only.
fn joined<'a>(cursor: Option<Cursor>, rows: &[&'a Transaction], head: Head) -> Joined<'a> {
    let mut rows: Vec<&Transaction> = rows.to_vec();
    rows.retain(|row| cursor.is_none_or(|c| row.lt > c.lt));
    rows.sort_by_key(|row| (row.lt, row.hash));
    rows.dedup_by_key(|row| row.hash);
    let (mut new, mut last) = (Vec::with_capacity(rows.len()), cursor);
    for row in rows {
        // Not final yet: that comes in a later round, and is no obstacle.
        if !is_final(row, head) {
            break;
        }
        if !row.is_whole() {
            return Joined { new, obstacle: Some(Obstacle::Partial { lt: row.lt }) };
        }
        // An account that was deleted and made again starts from nothing, later than before.
        let follows = row.is_first() || row.prev() == last.map(|last| (last.lt, last.hash));
        if !follows {
            let after = last.map_or(0, |last| last.lt);
            let past = row.prev().is_some_and(|(lt, _)| lt <= after);
            let obstacle = match last {
                Some(last) if past && Some(last) == cursor => Obstacle::Astray { cursor: last.lt },
                // One of the two is told wrongly, so neither is taken.
                Some(last) if past => {
                    new.pop();
                    Obstacle::Hole { after: last.lt - 1 }
                }
                _ => Obstacle::Hole { after },
            };
            return Joined { new, obstacle: Some(obstacle) };
        }
        last = Some(Cursor { lt: row.lt, hash: row.hash });
        new.push(row);
    }
    Joined { new, obstacle: None }
}

async fn store_all(app: &App, watched: &Watched, rows: &[&Transaction]) -> Result<Read, Error> {
    let (mut from, mut rest) = (watched.clone(), rows);
    while !rest.is_empty() {
        let (mut tx, begun, mut taken) = (app.db.begin().await?, Instant::now(), 0);
        for row in rest {
            if let Some(arrival) = arrival(&from, row) {
                settle::settle(&mut tx, app, arrival, app.now()).await?;
            }
            taken += 1;
            if is_enough(taken, begun.elapsed()) {
                break;
            }
        }
        let Some(last) = rest.get(taken - 1) else { break };
        let to = Cursor { lt: last.lt, hash: last.hash };
        if !follow::store::advance(&mut tx, &from, to).await? {
            tracing::debug!("another reader has moved this cursor");
            return Ok(Read { cursor: from.cursor, obstacle: Some(Obstacle::Overtaken) });
        }
        tx.commit().await?;
        (from.cursor, rest) = (Some(to), &rest[taken..]);
    }
    Ok(Read { cursor: from.cursor, obstacle: None })
}

/// Whether a database transaction has gone on for long enough.
fn is_enough(taken: usize, took: Duration) -> bool {
    taken >= AT_ONCE || took >= WORK
}

fn arrival(watched: &Watched, tx: &Transaction) -> Option<Arrival> {
    let received = received(watched, tx)?;
    received.mc_seqno.map(|block| arrived(watched, received, block))
}

/// What was received, as money of the account's owner.
pub(super) fn arrived(watched: &Watched, received: Received, block: u32) -> Arrival {
    let at = Time::from_seconds(received.now);
    let nature = match () {
        () if received.is_by_product() => Nature::ByProduct,
        () if at < watched.since.after(BEFOREHAND) => Nature::Earlier,
        () => Nature::Plain,
    };
    Arrival {
        account: received.account,
        lt: received.lt,
        hash: received.hash,
        owner: watched.owner,
        sender: received.source,
        asset: watched.asset,
        units: received.units,
        comment: received.comment,
        sent: received.sent,
        nature,
        block,
        at,
    }
}

/// What a transaction of a watched account brought its owner, final or not.
pub(super) fn received(watched: &Watched, tx: &Transaction) -> Option<Received> {
    let verdict = if is_jetton(watched.asset) {
        received_jetton(tx, &OwnJettonWallet { address: watched.account?, owner: watched.owner })
    } else {
        received_gram(tx)
    };
    match verdict {
        Verdict::Received(received) => Some(received),
        Verdict::Not(reason @ (Reason::Malformed | Reason::NotificationDisagrees)) => {
            metrics::counter!("watch_odd_rows_total").increment(1);
            tracing::warn!(owner = %watched.owner, lt = tx.lt, ?reason, "a row that contradicts itself");
            None
        }
        Verdict::Not(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use proptest::{prelude::*, sample::subsequence};

    use super::*;

    const HEAD: Head = Head { seqno: 100, time: Time::from_millis(1_795_000_000_000) };

    /// A transaction as the chain service tells it: its place, the one before it, and the masterchain block
    /// that has it.
    fn row(lt: u64, before: u64, block: u32) -> Transaction {
        let of = |lt: u64| [u8::try_from(lt).unwrap(); 32];
        let hash = |lt: u64| STANDARD.encode(of(lt));
        let json = serde_json::json!({
            "account": format!("0:{}", hex::encode(of(7))), "hash": hash(lt), "lt": lt.to_string(), "now": 1_795_000_000,
            "prev_trans_lt": before.to_string(), "prev_trans_hash": hash(before),
            "orig_status": if before == 0 { "nonexist" } else { "active" }, "end_status": "active",
            "mc_block_seqno": block, "description": { "type": "tick_tock" },
        });
        serde_json::from_value(json).unwrap()
    }

    /// An account's history: the first is its first, and each names the one before it.
    fn history(length: u64, block: impl Fn(u64) -> u32) -> Vec<Transaction> {
        (1..=length).map(|n| row(n * 2, (n - 1) * 2, block(n))).collect()
    }

    fn cursor(row: &Transaction) -> Cursor {
        Cursor { lt: row.lt, hash: row.hash }
    }

    proptest! {
        /// Whatever is left out, in whatever order and however often it is told: what is taken goes on from
        /// the cursor without a gap, and where something is missing in between, that is said.
        #[test]
        fn only_what_joins_on_is_taken(
            told in (1usize..20).prop_flat_map(|n| {
                (subsequence((0..n).collect::<Vec<_>>(), 1..=n).prop_shuffle(), 0..n)
            }),
            twice in any::<bool>(),
        ) {
            let (told, read) = told;
            let history = history(20, |_| 50);
            let from = cursor(&history[read]);
            let mut rows: Vec<&Transaction> = told.iter().map(|n| &history[*n]).collect();
            if twice {
                rows.extend(rows.clone());
            }
            let Joined { new, obstacle } = joined(Some(from), &rows, HEAD);
            let next = |n: &usize| told.contains(n);
            let whole: Vec<_> = (read + 1..20).take_while(next).map(|n| history[n].link()).collect();
            prop_assert_eq!(new.iter().map(|row| row.link()).collect::<Vec<_>>(), whole.clone());
            let is_more = told.iter().any(|n| *n > read + whole.len());
            let hole = Obstacle::Hole { after: history[read + whole.len()].lt };
            prop_assert_eq!(obstacle, is_more.then_some(hole));
        }

        /// What the head of the round does not reach is for a later round, and no fault of the service's.
        #[test]
        fn what_is_not_final_waits(final_ones in 0usize..10) {
            let until = u64::try_from(final_ones).unwrap();
            let history = history(10, |n| if n <= until { 100 } else { 101 });
            let rows: Vec<&Transaction> = history.iter().collect();
            let Joined { new, obstacle } = joined(None, &rows, HEAD);
            prop_assert_eq!((new.len(), obstacle), (final_ones, None));
        }
    }

    #[test]
    fn a_cursor_that_the_service_does_not_know_is_told() {
        let history = history(5, |_| 50);
        let rows: Vec<&Transaction> = history.iter().collect();
        let never = Cursor { lt: 5, hash: [99; 32] };
        let Joined { new, obstacle } = joined(Some(never), &rows, HEAD);
        assert!(new.is_empty());
        assert_eq!(obstacle, Some(Obstacle::Astray { cursor: 5 }));
    }

    #[test]
    fn two_that_contradict_each_other_are_both_left() {
        let (mut history, forged) = (history(4, |_| 50), row(7, 4, 50));
        history.push(forged);
        let rows: Vec<&Transaction> = history.iter().collect();
        let Joined { new, obstacle } = joined(Some(cursor(&history[0])), &rows, HEAD);
        // After 4 come both 6 and 7: which of them is true is not known yet.
        assert_eq!(new.iter().map(|row| row.lt).collect::<Vec<_>>(), [4]);
        assert_eq!(obstacle, Some(Obstacle::Hole { after: 5 }));
    }

    #[test]
    fn a_row_in_part_stands_in_the_way() {
        let mut history = history(3, |_| 50);
        history[1].prev_trans_hash = None;
        let rows: Vec<&Transaction> = history.iter().collect();
        let Joined { new, obstacle } = joined(None, &rows, HEAD);
        assert_eq!((new.len(), obstacle), (1, Some(Obstacle::Partial { lt: 4 })));
    }

    #[test]
    fn a_slow_database_is_given_little_at_a_time() {
        assert!(!is_enough(199, Duration::from_millis(499)));
        assert!(is_enough(1, Duration::from_millis(500)), "25 ms a statement is a few at a time");
        assert!(is_enough(200, Duration::ZERO));
    }
}
