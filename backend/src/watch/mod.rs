//! The chain, read into payments: one visible loop.
//!
//! Each round asks for the chain's head and, when it has moved, for the transactions of every watched
//! account. An account's transactions are a hash chain, so a hole in an indexer's answer shows, and
//! the account is then read again from its cursor. What arrived is recorded, matched, settled and
//! announced in the transaction that moves the cursor: a crash anywhere only repeats harmlessly.
//!
//! Only final transactions are money. Pending ones ([`hints`]) move a progress bar and nothing else.

mod account;
mod hints;
mod store;

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use ton::{
    address::Address,
    toncenter::{self, Transaction, TransactionQuery},
};

use crate::{
    app::App,
    db,
    follow::{self, Cursor, Watched},
    invoices,
    merchants::changes,
    money::Asset,
    payments::{self, Input},
    refunds,
    tasks::Heartbeat,
    time::Time,
};

/// Accounts in one question to the chain.
const BATCH: usize = 50;
/// How far behind the last clean round each round looks again: a slow shard's block may be committed
/// after a faster one's.
const OVERLAP: Duration = Duration::from_secs(5);
/// How often every cursor is compared with the account's own last transaction.
const RECONCILE: Duration = Duration::from_secs(30);
/// How far the chain's clock must be past a deadline before we say that nobody paid in time.
const GRACE: Duration = Duration::from_secs(10);
/// The longest wait for a chain that does not answer.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Fees are looked up for payments as young as this; older ones go without.
const FEES_FOR: Duration = Duration::from_secs(600);

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Chain(#[from] toncenter::Error),
    #[error(transparent)]
    Settle(#[from] crate::settle::Error),
    #[error(transparent)]
    Changes(#[from] changes::Error),
    #[error(transparent)]
    Db(#[from] sqlx::Error),
    #[error("the chain is network {found}, but this service is set up for network {wanted}")]
    WrongNetwork { found: ton::network::Network, wanted: ton::network::Network },
    #[error("an account's history has a hole after {lt}")]
    Hole { lt: u64 },
}

/// What the loop remembers between rounds. Nothing here is needed to be right, only to be quick.
#[derive(Default)]
struct Memory {
    /// The chain has been found to be the configured one.
    same_network: bool,
    /// The head up to which every account was read, but for those that are marked as behind.
    clean: Option<Head>,
    reconciled_at: Option<Time>,
    hints: hints::Memory,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Head {
    seqno: u32,
    time: Time,
}

/// Reads the chain until it is told to stop. When the chain does not answer we wait for it, longer each
/// time, and say so by not beating: nothing is lost, because every cursor stays where it is.
pub async fn run(app: App, stop: CancellationToken, beat: Heartbeat) -> anyhow::Result<()> {
    let mut memory = Memory::default();
    let mut pause = app.settings.poll;
    while !stop.is_cancelled() {
        match round(&app, &mut memory).await {
            Ok(()) => {
                beat.beat();
                pause = app.settings.poll;
            }
            Err(Error::Chain(error)) => {
                pause = (pause * 2).clamp(Duration::from_millis(200), LONGEST_PAUSE);
                metrics::counter!("chain_errors_total").increment(1);
                tracing::warn!(%error, ?pause, "the chain does not answer; waiting for it");
            }
            Err(error) => return Err(error.into()),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
    Ok(())
}

/// Refuses a chain that is not the configured one, and a database that belongs to another. On the right
/// one, whoever is followed is followed for every asset accepted now.
async fn right_network(app: &App) -> Result<(), Error> {
    let wanted = app.network;
    let found = app.chain.network().await?;
    if found != wanted {
        return Err(Error::WrongNetwork { found, wanted });
    }
    let mut tx = app.db.begin().await?;
    let remembered = db::remember_network(&mut tx, wanted).await?;
    if remembered == wanted {
        follow::widen(&mut tx, &app.assets, app.time()).await?;
    }
    tx.commit().await?;
    if remembered != wanted {
        return Err(Error::WrongNetwork { found: remembered, wanted });
    }
    Ok(())
}

async fn round(app: &App, memory: &mut Memory) -> Result<(), Error> {
    if !memory.same_network {
        right_network(app).await?;
        memory.same_network = true;
    }
    let head = head(app).await?;
    app.questions.block(head.seqno);
    metrics::gauge!("chain_block").set(f64::from(head.seqno));
    let lag = app.time().since(head.time);
    metrics::gauge!("watch_lag_seconds").set(lag.as_secs_f64());
    // Hints are for the eye: without them money is counted all the same.
    if let Err(error) = hints::look(app, &mut memory.hints).await {
        tracing::debug!(%error, "no look at what is pending");
    }
    if memory.clean.is_some_and(|clean| clean.seqno == head.seqno) {
        return Ok(());
    }
    sweep(app, memory).await?;
    memory.clean = Some(head);
    pass_deadlines(app, head).await?;
    if let Err(error) = look_up_fees(app).await {
        tracing::debug!(%error, "no fee for a receipt yet");
    }
    Ok(())
}

async fn head(app: &App) -> Result<Head, Error> {
    let last = app.chain.masterchain_info().await?.last;
    let seconds = last.gen_utime.and_then(|time| u32::try_from(time).ok()).unwrap_or_default();
    Ok(Head { seqno: last.seqno, time: Time::from_seconds(seconds) })
}

/// Reads what is new on every watched account. Those that cannot be read are marked as behind, and are
/// tried again one by one.
async fn sweep(app: &App, memory: &mut Memory) -> Result<(), Error> {
    let mut tx = app.db.snapshot().await?;
    let mut watched = follow::store::watched(&mut tx, app.time()).await?;
    drop(tx);
    watched.retain(|w| app.assets.get(w.asset).is_some());
    let watched = named(app, watched).await?;
    let behind = watched.iter().filter(|w| w.behind).count();
    metrics::gauge!("watch_behind").set(u32::try_from(behind).unwrap_or(u32::MAX));
    let (followed, fresh): (Vec<_>, Vec<_>) = watched.into_iter().partition(|w| w.cursor.is_some());
    let (behind, followed): (Vec<_>, Vec<_>) = followed.into_iter().partition(|w| w.behind);

    let due = memory.reconciled_at.is_none_or(|at| app.time().since(at) >= RECONCILE);
    match memory.clean {
        Some(clean) if !due => {
            let from = clean.time.before(OVERLAP).seconds();
            for batch in followed.chunks(BATCH) {
                read_batch(app, batch, from).await?;
            }
        }
        _ => {
            reconcile(app, &followed).await?;
            memory.reconciled_at = Some(app.time());
        }
    }
    walk_each(app, &behind).await?;
    for batch in fresh.chunks(BATCH) {
        begin(app, batch).await?;
    }
    Ok(())
}

/// Begins to follow accounts: what came since we were asked to is read, what came before is history.
async fn begin(app: &App, fresh: &[Watched]) -> Result<(), Error> {
    let addresses: Vec<Address> = fresh.iter().filter_map(|w| w.account).collect();
    let states = app.chain.account_states(&addresses).await?;
    for watched in fresh {
        let state = states.iter().find(|state| Some(state.address) == watched.account);
        let last = state.and_then(|s| s.last_transaction_lt.zip(s.last_transaction_hash));
        // An account that has no transaction yet is looked at again next time.
        let Some((lt, hash)) = last.filter(|(lt, _)| *lt > 0) else { continue };
        let outcome = account::walk(app, watched).await;
        if tried(app, watched, outcome).await? {
            account::anchor(app, watched, Cursor { lt, hash }).await?;
        }
    }
    Ok(())
}

/// Asks the chain for the names of jetton wallets it has not told us yet.
async fn named(app: &App, watched: Vec<Watched>) -> Result<Vec<Watched>, Error> {
    let mut known = Vec::with_capacity(watched.len());
    for mut account in watched {
        if account.account.is_none() {
            let address = match app.account_of(account.owner, account.asset).await {
                Ok(address) => address,
                // The master knows no wallets, so no money of it can be there either.
                Err(toncenter::Error::GetMethod { .. }) => continue,
                Err(error) => {
                    tried(app, &account, Err(error.into())).await?;
                    continue;
                }
            };
            let mut tx = app.db.begin().await?;
            follow::store::set_account(&mut tx, account.owner, account.asset, address).await?;
            tx.commit().await?;
            account.account = Some(address);
        }
        known.push(account);
    }
    Ok(known)
}

/// Reads what has happened on a batch of accounts since a moment.
async fn read_batch(app: &App, batch: &[Watched], since: u64) -> Result<(), Error> {
    let addresses: Vec<Address> = batch.iter().filter_map(|w| w.account).collect();
    let query = TransactionQuery { start_utime: Some(since), ..TransactionQuery::of(&addresses) };
    let rows = match pages(app, query).await {
        // Something of one account cannot be read; the others must not wait for it.
        Err(Error::Chain(error)) if !error.is_outage() => return walk_each(app, batch).await,
        rows => rows?,
    };
    for watched in batch {
        let own = rows.iter().filter(|tx| Some(tx.account) == watched.account);
        let own: Vec<&Transaction> = own.collect();
        if !own.is_empty() {
            tried(app, watched, account::take(app, watched, &own).await).await?;
        }
    }
    Ok(())
}

/// Compares every cursor with the account's own last transaction, and reads whatever is missing.
async fn reconcile(app: &App, followed: &[Watched]) -> Result<(), Error> {
    for batch in followed.chunks(BATCH) {
        let addresses: Vec<Address> = batch.iter().filter_map(|w| w.account).collect();
        let states = app.chain.account_states(&addresses).await?;
        for watched in batch {
            let state = states.iter().find(|state| Some(state.address) == watched.account);
            let last = state.and_then(|state| state.last_transaction_lt).unwrap_or_default();
            if watched.cursor.is_some_and(|cursor| last > cursor.lt) {
                tried(app, watched, account::walk(app, watched).await).await?;
            }
        }
    }
    Ok(())
}

/// Reads accounts one by one, each from its own cursor.
async fn walk_each(app: &App, accounts: &[Watched]) -> Result<(), Error> {
    for watched in accounts {
        tried(app, watched, account::walk(app, watched).await).await?;
    }
    Ok(())
}

/// One account that cannot be read must not keep the others waiting: its cursor stays, it is tried
/// again each round, its owner's deadlines wait, and the operator is told. Only an outage of the
/// chain service, or of the database, ends the round. `true`: it has been read to its end.
async fn tried(app: &App, watched: &Watched, outcome: Result<bool, Error>) -> Result<bool, Error> {
    let read = match outcome {
        Err(Error::Chain(error)) if error.is_outage() => return Err(error.into()),
        Err(error) => {
            metrics::counter!("watch_stuck_total").increment(1);
            if !watched.behind {
                tracing::error!(owner = %watched.owner, %error, "an account could not be taken");
            }
            false
        }
        Ok(read) => read,
    };
    if watched.behind == read {
        let mut tx = app.db.begin().await?;
        follow::store::set_behind(&mut tx, watched, !read).await?;
        tx.commit().await?;
    }
    Ok(read)
}

/// Every page of an answer, oldest first.
async fn pages(app: &App, query: TransactionQuery<'_>) -> Result<Vec<Transaction>, Error> {
    let mut rows = Vec::new();
    loop {
        let offset = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let (some, more) = page(app, TransactionQuery { offset, ..query }).await?;
        rows.extend(some);
        if !more {
            return Ok(rows);
        }
    }
}

/// One page, and whether another follows. Rows too large for one answer come in smaller pages; so do
/// those before a row that cannot be read.
async fn page(
    app: &App,
    mut query: TransactionQuery<'_>,
) -> Result<(Vec<Transaction>, bool), Error> {
    loop {
        match app.chain.transactions(&query).await {
            Ok(rows) => {
                let more = rows.len() >= usize::try_from(query.limit).unwrap_or(usize::MAX);
                return Ok((rows, more));
            }
            Err(toncenter::Error::TooLarge | toncenter::Error::BadAnswer(_)) if query.limit > 1 => {
                query.limit /= 2;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Whatever nobody paid in time, by the chain's clock, now that every block up to it has been read.
/// What is owed to an account that is behind waits.
async fn pass_deadlines(app: &App, head: Head) -> Result<(), Error> {
    let passed = head.time.before(GRACE);
    let mut tx = app.db.begin().await?;
    for intent in payments::store::due(&mut tx, passed, 200).await? {
        match payments::advance(&mut tx, intent.id, Input::Deadline).await {
            Ok(_) | Err(payments::Error::Refused(_)) => {}
            Err(error) => return Err(crate::settle::Error::from(error).into()),
        }
    }
    invoices::expire_due(&mut tx, &app.assets, passed, app.now())
        .await
        .map_err(crate::settle::Error::from)?;
    refunds::lapse_due(&mut tx, &app.assets, passed, app.now())
        .await
        .map_err(crate::settle::Error::from)?;
    changes::pass(&mut tx, &app.assets, passed, app.now()).await?;
    store::remember_head(&mut tx, head.seqno, head.time).await?;
    tx.commit().await?;
    Ok(())
}

/// What payers paid the network, for their receipts. Nothing waits for it.
async fn look_up_fees(app: &App) -> Result<(), Error> {
    let mut tx = app.db.snapshot().await?;
    let transfers = payments::store::without_fee(&mut tx, app.time().before(FEES_FOR)).await?;
    drop(tx);
    for transfer in transfers {
        let hash = toncenter::TraceOf::Transaction(&transfer.arrival.hash);
        let Some(trace) = app.chain.traces(hash).await?.into_iter().next() else { continue };
        if trace.is_incomplete {
            continue;
        }
        let fees = trace.transactions().map(|tx| {
            let forwarding = tx.in_msg.as_ref().and_then(|message| message.fwd_fee);
            tx.total_fees.unwrap_or_default() + forwarding.unwrap_or_default()
        });
        if let Ok(fee) = crate::money::Amount::new(fees.sum()) {
            let mut tx = app.db.begin().await?;
            payments::store::set_fee(&mut tx, transfer.id, fee).await?;
            tx.nudge();
            tx.commit().await?;
        }
    }
    Ok(())
}

/// Whether an asset's transfers happen on an account of their own.
fn is_jetton(asset: Asset) -> bool {
    matches!(asset, Asset::Jetton(_))
}
