//! Deadlines pass by the chain's clock, and only where nobody can have paid in time without our knowing:
//! each account is first compared with its own last transaction, by a service that has filled in its
//! rows beyond the deadline.

use std::time::{Duration, Instant};

use ton::{address::Address, toncenter::AccountState};

use super::{
    BATCH, Error, WORK,
    head::{Filled, Head, Witness, filled_in},
    rota::{Place, Rota, Share, key},
};
use crate::{
    base::{
        app::App,
        db,
        follow::{self, Watched},
    },
    selling::merchants::changes,
    subjects,
    words::time::Time,
};

/// How far the chain's clock must be past a deadline before we say that nobody paid in time.
const GRACE: Duration = Duration::from_secs(10);
/// Owners whose accounts are compared in one round.
const OWNERS: usize = 50;
/// How often in a row an account is left out of an answer before it counts as one that is not there.
const LEFT_OUT: usize = 3;

/// How much passes in one database transaction: less where the database is slow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Portion(i64);

impl Default for Portion {
    fn default() -> Self {
        Self(50)
    }
}

impl Portion {
    fn learns(&mut self, took: Duration) {
        if took > WORK {
            self.0 = (self.0 / 4).max(1);
        } else if took < WORK / 4 {
            self.0 = (self.0 * 2).min(200);
        }
    }
}

/// Whatever nobody paid in time. What is owed to an account that could not be read or compared waits.
pub(super) async fn pass(
    app: &App,
    portion: &mut Portion,
    rota: &mut Rota,
    head: Head,
) -> Result<(), Error> {
    let passed = head.time.before(GRACE);
    compare(app, rota, head, passed).await?;
    let begun = Instant::now();
    while some(app, portion, passed).await? && begun.elapsed() < WORK {}
    // Who owns a store and where it is paid does not hang on one answer: its rows bear the time out.
    let mut proven = passed;
    if changes::is_any_due(&mut app.db.snapshot().await?, passed).await? {
        proven = filled_in(app, head).await?.until.min(passed);
    }
    let mut tx = app.db.begin().await?;
    changes::pass(&mut tx, &app.assets, proven, app.now()).await?;
    db::remember_head(&mut tx, head.seqno, head.time).await?;
    tx.commit().await?;
    Ok(())
}

/// One portion of what is due; `true`: there may be more.
async fn some(app: &App, portion: &mut Portion, passed: Time) -> Result<bool, Error> {
    let begun = Instant::now();
    let limit = portion.0;
    let mut tx = app.db.begin().await?;
    let more = subjects::pass(&mut tx, app, passed, limit, app.now()).await?;
    tx.commit().await?;
    portion.learns(begun.elapsed());
    Ok(more)
}

/// Compares the accounts to which something was due.
async fn compare(app: &App, rota: &mut Rota, head: Head, passed: Time) -> Result<(), Error> {
    let mut tx = app.db.snapshot().await?;
    let owners = subjects::due_payees(&mut tx, passed).await?;
    let owners = rota.due(owners, OWNERS);
    let mut accounts = Vec::new();
    for owner in owners {
        accounts.extend(follow::store::of(&mut tx, owner).await?);
    }
    drop(tx);
    accounts.retain(|w| !w.behind && w.compared < passed);
    if accounts.is_empty() {
        return Ok(());
    }
    let Filled { until, witness } = filled_in(app, head).await?;
    let known = until.before(GRACE).min(passed);
    let accounts = named(app, rota, accounts).await?;
    let (lives, none): (Vec<_>, Vec<_>) = accounts.into_iter().partition(|w| w.account.is_some());
    for batch in lives.chunks(BATCH - 1) {
        let mut addresses: Vec<Address> = batch.iter().filter_map(|w| w.account).collect();
        addresses.extend(witness.map(|witness| witness.account));
        addresses.sort_unstable();
        addresses.dedup();
        let Some(states) = states(app, &addresses, witness).await? else { continue };
        let agreed = batch.iter().filter(|w| {
            let state = states.iter().find(|state| Some(state.address) == w.account);
            agrees(w, state)
        });
        keep(app, agreed, known).await?;
    }
    keep(app, none.iter(), known).await
}

/// The states of accounts, by a machine that knows the newest transaction: one that is behind knows nothing of
/// what may have come in time. A service leaves out accounts that it does not know, and now and then one that
/// it should: only who is left out again and again is not there.
async fn states(
    app: &App,
    addresses: &[Address],
    witness: Option<Witness>,
) -> Result<Option<Vec<AccountState>>, Error> {
    let mut known: Vec<AccountState> = Vec::new();
    for _ in 0..LEFT_OUT {
        let states = app.chain.account_states(addresses).await?;
        if witness.is_some_and(|witness| !witness.is_in(&states)) {
            return Ok(None);
        }
        known.extend(states);
        if addresses.iter().all(|address| known.iter().any(|state| state.address == *address)) {
            break;
        }
    }
    Ok(Some(known))
}

/// Finds out where the money of each would be. Left without an account are those for whom there can be
/// none; those who could not be asked about are left out.
async fn named(app: &App, rota: &mut Rota, accounts: Vec<Watched>) -> Result<Vec<Watched>, Error> {
    let mut named = Vec::with_capacity(accounts.len());
    let mut budget = Share::of(app.chain.pace()).names();
    for mut watched in accounts {
        let accepted = app.assets.get(watched.asset).is_some();
        if watched.account.is_none() && accepted {
            match rota.place(app, key(&watched), &mut budget).await? {
                Place::At(address) => watched.account = Some(address),
                Place::Nowhere => {}
                Place::Later => continue,
            }
        }
        if !accepted {
            // Nobody looks for an asset that is not accepted any more.
            watched.account = None;
        }
        named.push(watched);
    }
    Ok(named)
}

/// Whether everything that the account knows of itself has been read.
fn agrees(watched: &Watched, state: Option<&AccountState>) -> bool {
    let last = state.and_then(|state| state.last_transaction_lt).unwrap_or_default();
    match watched.cursor {
        None => last == 0,
        Some(cursor) => {
            let gone = state.is_some_and(|state| state.status == "nonexist");
            last == cursor.lt || (last == 0 && gone)
        }
    }
}

async fn keep(
    app: &App,
    accounts: impl Iterator<Item = &Watched>,
    until: Time,
) -> Result<(), Error> {
    let mut tx = app.db.begin().await?;
    for watched in accounts {
        follow::store::set_compared(&mut tx, watched, until).await?;
    }
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// However slow a database is, and whatever it was before, its transactions soon keep to their time,
        /// or take one thing at a time.
        #[test]
        fn a_portion_comes_down_to_what_a_database_can_do(each in 0u32..2_000, before in 1i64..=200) {
            let each = Duration::from_millis(each.into());
            let mut portion = Portion(before);
            for _ in 0..20 {
                portion.learns(each * u32::try_from(portion.0).unwrap());
                prop_assert!((1..=200).contains(&portion.0));
            }
            for _ in 0..4 {
                let takes = each * u32::try_from(portion.0).unwrap();
                prop_assert!(takes <= WORK * 2 || portion.0 == 1, "{takes:?}");
                portion.learns(takes);
            }
        }
    }

    #[test]
    fn a_quick_database_takes_much_at_once() {
        let mut portion = Portion::default();
        (0..3).for_each(|_| portion.learns(Duration::from_millis(5)));
        assert_eq!(portion.0, 200);
    }
}
