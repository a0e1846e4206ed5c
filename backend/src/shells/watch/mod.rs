//! The chain, read into payments: one visible loop.
//!
//! Each round asks for the chain's head and, when it has moved, for the transactions of every watched
//! account. An account's transactions are a hash chain, so a hole in an indexer's answer shows, and
//! the account is then read again from its cursor. What arrived is recorded, matched, settled and
//! announced in the transaction that moves the cursor: a crash anywhere only repeats harmlessly.
//!
//! Only final transactions are money. Pending ones ([`hints`]) move a progress bar and nothing else.

mod account;
pub mod command;
mod deadlines;
mod head;
mod hints;
pub mod report;
mod rota;

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use tokio_util::sync::CancellationToken;
use ton::{
    address::Address,
    toncenter::{self, AccountState, Transaction, TransactionQuery},
};

use crate::{
    base::{
        app::App,
        db,
        follow::{self, Cursor, Watched},
        tasks::Heartbeat,
    },
    money::payments,
    subjects,
    words::{money::Asset, time::Time},
};

use account::{Obstacle, Read};
use head::{Head, Newest};
use rota::{Rota, Share, key};

/// Accounts in one question to the chain.
const BATCH: usize = 50;
/// How far behind the last time an account was read each round looks again: a slow shard's block may be
/// committed after a faster one's, and one of the service's machines be some blocks behind another.
const OVERLAP: Duration = Duration::from_secs(12);
/// How often every cursor is compared with the account's own last transaction.
const RECONCILE: Duration = Duration::from_secs(12);
/// Whoever has not been read for so long is compared before being read again.
const READ_LATELY: Duration = Duration::from_secs(120);
/// The longest wait for a chain that does not answer.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How long one database transaction goes on: a slow database gets on between crashes, and holds up nobody
/// else.
const WORK: Duration = Duration::from_millis(500);
/// Fees are looked up for payments as young as this; older ones go without.
const FEES_FOR: Duration = Duration::from_secs(600);

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Chain(#[from] toncenter::Error),
    #[error(transparent)]
    Subjects(#[from] subjects::Error),
    #[error(transparent)]
    Changes(#[from] crate::selling::merchants::changes::Error),
    #[error(transparent)]
    Db(#[from] sqlx::Error),
    #[error("the chain is network {found}, but this service is set up for network {wanted}")]
    WrongNetwork { found: ton::network::Network, wanted: ton::network::Network },
}

impl Error {
    /// It is about everything, and not about one account.
    fn is_outage(&self) -> bool {
        match self {
            Self::Chain(error) => error.is_outage(),
            Self::Db(_) | Self::WrongNetwork { .. } => true,
            // What keeps one statement from its end, or one row from being read, is one account's trouble.
            Self::Subjects(error) => matches!(
                error.database().and_then(db::Outage::of),
                Some(db::Outage::Away | db::Outage::Full | db::Outage::ReadOnly)
            ),
            Self::Changes(_) => false,
        }
    }
}

/// What the loop remembers between rounds. Nothing here is needed to be right, only to be quick.
#[derive(Default)]
struct Memory {
    /// The chain has been found to be the configured one.
    same_network: bool,
    newest: Newest,
    /// A round has gone through since the start.
    swept: bool,
    /// When everybody was compared, by the chain's clock and by one that only counts.
    reconciled: Option<(Time, Instant)>,
    rota: Rota,
    /// How much passes in one database transaction.
    portion: deadlines::Portion,
    hints: hints::Memory,
}

impl Memory {
    /// Whether everybody is to be compared again. Our own clock may jump, so it is not asked.
    fn is_due(&self, head: Head) -> bool {
        self.reconciled.is_none_or(|(time, at)| {
            head.time.since(time) >= RECONCILE || at.elapsed() >= RECONCILE
        })
    }
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
                app.progress.misses(error.to_string());
                beat.missed(error.to_string());
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

/// Puts right from where those are followed whom somebody asked for when our own clock was not known to
/// agree with the chain's.
async fn place(app: &App, head: Head, own: Time) -> Result<(), Error> {
    if follow::store::is_any_unplaced(&mut app.db.snapshot().await?).await? {
        let mut tx = app.db.begin().await?;
        follow::place(&mut tx, head.time, own).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn round(app: &App, memory: &mut Memory) -> Result<(), Error> {
    if !memory.same_network {
        right_network(app).await?;
        memory.same_network = true;
    }
    let (head, moved) = memory.newest.ask(app).await?;
    // Before this block moves it.
    let own = app.time();
    app.clock.hears(head.time);
    app.progress.hears(head.seqno, head.time);
    app.questions.block(head.seqno);
    // Hints are for the eye: without them money is counted all the same.
    if let Err(error) = hints::look(app, &mut memory.hints, &mut memory.rota).await {
        tracing::debug!(%error, "no look at what is pending");
    }
    if memory.swept && !moved && !memory.is_due(head) {
        return Ok(());
    }
    place(app, head, own).await?;
    sweep(app, memory, head).await?;
    memory.swept = true;
    deadlines::pass(app, &mut memory.portion, &mut memory.rota, head).await?;
    if let Err(error) = look_up_fees(app).await {
        tracing::debug!(%error, "no fee for a receipt yet");
    }
    Ok(())
}

/// Reads what is new on every watched account. Those that cannot be read are marked as behind, and are
/// tried again one by one.
async fn sweep(app: &App, memory: &mut Memory, head: Head) -> Result<(), Error> {
    let mut tx = app.db.snapshot().await?;
    let mut watched = follow::store::watched(&mut tx, head.time).await?;
    let share = Share::of(app.chain.pace());
    watched.retain(|w| app.assets.get(w.asset).is_some());
    let awaited: HashSet<Address> = match share.holds(watched.len()) {
        true => HashSet::new(),
        false => payments::store::awaited(&mut tx, head.time).await?.into_iter().collect(),
    };
    drop(tx);
    memory.rota.keep(head.time.before(READ_LATELY));
    name_some(app, &mut memory.rota, &mut watched, &awaited, share).await?;
    watched.retain(|w| w.account.is_some());

    let due = memory.is_due(head);
    let plan = memory.rota.plan(watched, &awaited, share, due);
    for batch in plan.rows.chunks(BATCH) {
        read_batch(app, &mut memory.rota, batch, head).await?;
    }
    for batch in plan.compared.chunks(BATCH) {
        compare(app, &mut memory.rota, batch, head).await?;
    }
    for watched in &plan.behind {
        retry(app, &mut memory.rota, watched, head).await?;
    }
    if due {
        memory.reconciled = Some((head.time, Instant::now()));
    }
    Ok(())
}

/// Asks the chain for the names of some jetton wallets that it has not told us yet.
async fn name_some(
    app: &App,
    rota: &mut Rota,
    watched: &mut [Watched],
    awaited: &HashSet<Address>,
    share: Share,
) -> Result<(), Error> {
    for unnamed in rota.unnamed(watched, awaited, share) {
        let address = match name(app, rota, &unnamed).await {
            Ok(Some(address)) => address,
            Ok(None) => continue,
            Err(error) => {
                tried(app, rota, &unnamed, Err(error)).await?;
                continue;
            }
        };
        let known = watched.iter_mut().find(|w| key(w) == key(&unnamed));
        if let Some(known) = known {
            known.account = Some(address);
        }
    }
    Ok(())
}

/// The account on which an owner's money of an asset lives. `None`: its master knows no wallets, so there
/// can be none of it.
async fn name(app: &App, rota: &mut Rota, watched: &Watched) -> Result<Option<Address>, Error> {
    let address = match app.account_of(watched.owner, watched.asset).await {
        Ok(address) => {
            rota.heard_from(watched.asset);
            address
        }
        Err(toncenter::Error::GetMethod { exit_code }) => {
            rota.unheard_from(watched.asset, exit_code);
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    let mut tx = app.db.begin().await?;
    follow::store::set_account(&mut tx, watched.owner, watched.asset, address).await?;
    tx.commit().await?;
    Ok(Some(address))
}

/// Reads what has happened on a batch of accounts since each was read last.
async fn read_batch(
    app: &App,
    rota: &mut Rota,
    batch: &[Watched],
    head: Head,
) -> Result<(), Error> {
    let addresses: Vec<Address> = batch.iter().filter_map(|w| w.account).collect();
    let since = batch.iter().filter_map(|w| rota.read.get(&key(w))).min().copied();
    let since = since.unwrap_or(head.time).before(OVERLAP).seconds();
    let query = TransactionQuery { start_utime: Some(since), ..TransactionQuery::of(&addresses) };
    let rows = match pages(app, query).await {
        Ok(rows) => rows,
        // Something of one account cannot be read; the others must not wait for it.
        Err(error) if !error.is_outage() => {
            for watched in batch {
                retry(app, rota, watched, head).await?;
            }
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    for watched in batch {
        let own = rows.iter().filter(|tx| Some(tx.account) == watched.account);
        let own: Vec<&Transaction> = own.collect();
        let read = match own.is_empty() {
            true => true,
            false => {
                let outcome = account::take(app, watched, &own, head).await;
                settled(app, rota, watched, outcome, head).await?
            }
        };
        if read {
            rota.read.insert(key(watched), head.time);
        }
    }
    Ok(())
}

/// Compares accounts with their own last transactions, and reads whatever is missing.
async fn compare(app: &App, rota: &mut Rota, batch: &[Watched], head: Head) -> Result<(), Error> {
    let addresses: Vec<Address> = batch.iter().filter_map(|w| w.account).collect();
    let states = app.chain.account_states(&addresses).await?;
    for watched in batch {
        let state = states.iter().find(|state| Some(state.address) == watched.account);
        compare_one(app, rota, watched, state, head).await?;
    }
    Ok(())
}

/// `true`: everything that the chain service knows of the account has been read.
async fn compare_one(
    app: &App,
    rota: &mut Rota,
    watched: &Watched,
    state: Option<&AccountState>,
    head: Head,
) -> Result<bool, Error> {
    let last = state.and_then(|s| s.last_transaction_lt.zip(s.last_transaction_hash));
    let last = last.filter(|(lt, _)| *lt > 0).map(|(lt, hash)| Cursor { lt, hash });
    let outcome = match (watched.cursor, last) {
        // No transaction yet, or none that is left: there is nothing to read.
        (None, None) if !watched.behind => return Ok(true),
        (_, None) => Ok(Read { cursor: watched.cursor, obstacle: None }),
        (None, Some(last)) => account::begin(app, watched, last, head).await,
        (Some(cursor), Some(last)) if last.lt > cursor.lt => {
            let walked = account::walk(app, watched, head).await;
            walked.map(|read| account::reaches(read, last))
        }
        (Some(cursor), Some(last)) if last.lt == cursor.lt && last.hash != cursor.hash => {
            let obstacle = Some(Obstacle::Astray { cursor: cursor.lt });
            Ok(Read { cursor: Some(cursor), obstacle })
        }
        (Some(cursor), Some(last)) if last.lt < cursor.lt => {
            // A machine of the service that is behind, most likely; but a cursor that the service does
            // not know would hide everything before it.
            let strikes = rota.strikes.entry(key(watched)).or_default();
            let put_right = account::put_right(app, watched, strikes, head).await;
            return match put_right.transpose() {
                Some(outcome) => tried(app, rota, watched, outcome).await,
                None => Ok(false),
            };
        }
        (cursor, Some(_)) => Ok(Read { cursor, obstacle: None }),
    };
    // A beginning has marked itself as behind, until it is closed.
    let began = watched.cursor.is_none() && last.is_some();
    let watched = &Watched { behind: watched.behind || began, ..watched.clone() };
    let read = settled(app, rota, watched, outcome, head).await?;
    if read {
        rota.read.insert(key(watched), head.time);
    }
    Ok(read)
}

/// Tries an account again by itself.
async fn retry(app: &App, rota: &mut Rota, watched: &Watched, head: Head) -> Result<bool, Error> {
    let Some(account) = watched.account else { return Ok(false) };
    let states = match app.chain.account_states(&[account]).await {
        Ok(states) => states,
        Err(error) => return tried(app, rota, watched, Err(error.into())).await,
    };
    let state = states.iter().find(|state| state.address == account);
    match watched.cursor.is_some() && state.is_some() {
        // Where the service says that there is nothing new, the rows are asked all the same.
        true => {
            let mut outcome = account::walk(app, watched, head).await;
            let last = state.and_then(|s| s.last_transaction_lt.zip(s.last_transaction_hash));
            if let (Ok(read), Some((lt, hash))) = (&outcome, last)
                && read.cursor.is_none_or(|cursor| cursor.lt < lt)
            {
                outcome = Ok(account::reaches(*read, Cursor { lt, hash }));
            }
            settled(app, rota, watched, outcome, head).await
        }
        false => compare_one(app, rota, watched, state, head).await,
    }
}

/// What came of reading an account: where the service contradicts its cursor, that is put right.
async fn settled(
    app: &App,
    rota: &mut Rota,
    watched: &Watched,
    outcome: Result<Read, Error>,
    head: Head,
) -> Result<bool, Error> {
    let astray = match &outcome {
        Ok(Read { obstacle: Some(Obstacle::Astray { .. }), cursor }) => *cursor,
        _ => None,
    };
    if let Some(cursor) = astray {
        let at = Watched { cursor: Some(cursor), ..watched.clone() };
        let strikes = rota.strikes.entry(key(watched)).or_default();
        match account::put_right(app, &at, strikes, head).await {
            Ok(Some(read)) => return tried(app, rota, watched, Ok(read)).await,
            Ok(None) => {}
            Err(error) => return tried(app, rota, watched, Err(error)).await,
        }
    }
    tried(app, rota, watched, outcome).await
}

/// One account that cannot be read must not keep the others waiting: its cursor stays, it is tried
/// again each round, its owner's deadlines wait, and the operator is told. Only an outage of the
/// chain service, or of the database, ends the round. `true`: it has been read to its end.
async fn tried(
    app: &App,
    rota: &mut Rota,
    watched: &Watched,
    outcome: Result<Read, Error>,
) -> Result<bool, Error> {
    let trouble = match outcome {
        Err(error) if error.is_outage() => return Err(error),
        Err(error) => error.to_string(),
        Ok(Read { obstacle: Some(Obstacle::Overtaken), .. }) => return Ok(false),
        Ok(Read { obstacle: Some(obstacle), .. }) => {
            metrics::counter!("watch_holes_total").increment(1);
            obstacle.to_string()
        }
        Ok(Read { obstacle: None, .. }) => {
            rota.strikes.remove(&key(watched));
            if watched.behind {
                let mut tx = app.db.begin().await?;
                follow::store::set_read(&mut tx, watched).await?;
                tx.commit().await?;
            }
            return Ok(true);
        }
    };
    rota.read.remove(&key(watched));
    if !watched.behind {
        metrics::counter!("watch_stuck_total").increment(1);
        tracing::warn!(owner = %watched.owner, trouble, "an account could not be read to its end");
    }
    let mut tx = app.db.begin().await?;
    follow::store::set_behind(&mut tx, watched, &trouble, app.time()).await?;
    tx.commit().await?;
    Ok(false)
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
        if let Ok(fee) = crate::words::money::Amount::new(fees.sum()) {
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
