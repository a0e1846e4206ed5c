//! One account's history: an unbroken chain of transactions, taken in order.

use ton::{
    toncenter::{Transaction, TransactionQuery},
    transfer::{OwnJettonWallet, Received, Verdict, received_gram, received_jetton},
};

use super::{Error, is_jetton, page};
use crate::{
    app::App,
    follow::{self, BEFOREHAND, Cursor, Watched},
    payments::{Arrival, Nature},
    settle,
    time::Time,
};

/// Transactions taken in one database transaction.
const AT_ONCE: usize = 200;

/// Takes transactions of an account that are newer than its cursor. Where they do not join on, the
/// account is read again by itself. `true`: everything that was given is taken.
pub(super) async fn take(
    app: &App,
    watched: &Watched,
    rows: &[&Transaction],
) -> Result<bool, Error> {
    match joined(watched.cursor, rows) {
        Ok(new) => store_all(app, watched, &new).await,
        Err(_) => walk(app, watched).await,
    }
}

/// Reads an account from its cursor on, a page at a time, so that a long history fills no memory.
/// `false`: there is a hole even so; the account then waits.
pub(super) async fn walk(app: &App, watched: &Watched) -> Result<bool, Error> {
    let Some(account) = watched.account else { return Ok(false) };
    let (accounts, mut from) = ([account], watched.clone());
    loop {
        let query = TransactionQuery {
            start_lt: from.cursor.map(|cursor| cursor.lt + 1),
            start_utime: from.cursor.is_none().then(|| from.since.seconds()),
            ..TransactionQuery::of(&accounts)
        };
        let (rows, more) = page(app, query).await?;
        let new = match joined(from.cursor, &rows.iter().collect::<Vec<_>>()) {
            Ok(new) => new,
            Err(error) => {
                metrics::counter!("watch_holes_total").increment(1);
                tracing::error!(%account, %error, "the chain service left something out; waiting for it");
                return Ok(false);
            }
        };
        if !store_all(app, &from, &new).await? {
            return Ok(false);
        }
        match new.last() {
            Some(last) if more => from.cursor = Some(Cursor { lt: last.lt, hash: last.hash }),
            _ => return Ok(true),
        }
    }
}

/// Begins a history at the account's last transaction, if nothing newer has been taken meanwhile.
pub(super) async fn anchor(app: &App, watched: &Watched, last: Cursor) -> Result<(), Error> {
    let mut tx = app.db.begin().await?;
    follow::store::advance(&mut tx, watched, last).await?;
    tx.commit().await?;
    Ok(())
}

/// The new transactions in order, if each names the one before it. Final ones only.
fn joined<'a>(
    cursor: Option<Cursor>,
    rows: &[&'a Transaction],
) -> Result<Vec<&'a Transaction>, Error> {
    let mut new: Vec<&Transaction> = rows.to_vec();
    new.retain(|tx| tx.final_in().is_some() && cursor.is_none_or(|c| tx.lt > c.lt));
    new.sort_by_key(|tx| (tx.lt, tx.hash));
    new.dedup_by_key(|tx| tx.hash);
    let mut last = cursor;
    for tx in &new {
        let (prev_lt, prev_hash) = tx.prev();
        // An account that was deleted and made again starts from nothing, later than before.
        let anew = prev_lt == 0;
        if let Some(last) = last
            && !anew
            && (prev_lt, prev_hash) != (last.lt, last.hash)
        {
            return Err(Error::Hole { lt: last.lt });
        }
        last = Some(Cursor { lt: tx.lt, hash: tx.hash });
    }
    Ok(new)
}

async fn store_all(app: &App, watched: &Watched, rows: &[&Transaction]) -> Result<bool, Error> {
    let mut from = watched.clone();
    for chunk in rows.chunks(AT_ONCE) {
        let Some(last) = chunk.last() else { break };
        let to = Cursor { lt: last.lt, hash: last.hash };
        let mut tx = app.db.begin().await?;
        for row in chunk {
            if let Some(arrival) = arrival(&from, row) {
                settle::settle(&mut tx, app, arrival, app.now()).await?;
            }
        }
        if !follow::store::advance(&mut tx, &from, to).await? {
            tracing::debug!("another reader has moved this cursor");
            return Ok(false);
        }
        tx.commit().await?;
        from.cursor = Some(to);
    }
    Ok(true)
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
        Verdict::Not(_) => None,
    }
}
