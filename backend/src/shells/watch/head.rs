//! How far the chain is, and how far its service has really come.

use std::time::{Duration, Instant};

use ton::{
    address::Address,
    toncenter::{self, AccountState, MOST_ROWS, Sort, Transaction, TransactionQuery},
};

use super::Error;
use crate::{
    base::{app::App, db},
    words::time::Time,
};

/// A block cannot lie further in the future than that, by our clock and by the blocks before it.
const AHEAD: Duration = Duration::from_secs(60);
/// Unless the service says so for as long as this: then it is our own clock that stood still.
const INSISTED: Duration = Duration::from_secs(5);
/// Pages of blocks that are looked through for one that is not empty.
const PAGES: u32 = 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub seqno: u32,
    pub time: Time,
}

/// The newest block there was, and when it was heard. It never goes back: a service of several machines
/// answers with one that is behind, now and then.
#[derive(Debug, Default)]
pub(super) struct Newest {
    head: Option<(Head, Instant)>,
    answered: u32,
    /// Since when it answers with a future that we do not believe in.
    doubted: Option<Instant>,
}

impl Newest {
    /// Asks for the head. The second value says whether the answer is another than the last one.
    pub async fn ask(&mut self, app: &App) -> Result<(Head, bool), Error> {
        let last = app.chain.masterchain_info().await?.last;
        let seconds = last.gen_utime.and_then(|time| u32::try_from(time).ok()).filter(|it| *it > 0);
        let seconds = seconds
            .ok_or_else(|| toncenter::Error::BadAnswer("a block without its time".to_owned()))?;
        let answered = Head { seqno: last.seqno, time: Time::from_seconds(seconds) };
        if self.head.is_none() {
            // After a start, what was read before says as much as our own clock does.
            let mut tx = app.db.snapshot().await?;
            let (seqno, time) = (db::block_read(&mut tx).await?, db::chain_time(&mut tx).await?);
            self.head = time.map(|time| (Head { seqno, time }, Instant::now()));
        }
        self.believable(&answered, app.time())?;
        let moved = answered.seqno != self.answered;
        self.answered = answered.seqno;
        let head = match self.head {
            Some((known, _)) if known.seqno >= answered.seqno => known,
            _ => {
                self.head = Some((answered, Instant::now()));
                answered
            }
        };
        Ok((head, moved))
    }

    /// Deadlines hang on this, so it must not come from a future that neither clock knows of.
    fn believable(&mut self, answered: &Head, now: Time) -> Result<(), Error> {
        let known = self.head.map(|(known, heard)| known.time.after(heard.elapsed() + AHEAD));
        let latest = now.after(AHEAD).max(known.unwrap_or(now));
        let since = *self.doubted.get_or_insert_with(Instant::now);
        if answered.time <= latest || since.elapsed() >= INSISTED {
            self.doubted = None;
            return Ok(());
        }
        let text = format!("block {} says it is of {}", answered.seqno, answered.time);
        Err(toncenter::Error::BadAnswer(text).into())
    }
}

/// How far the service has filled in its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Filled {
    pub until: Time,
    /// The newest transaction there is up to then: whoever does not know it is behind.
    pub witness: Option<Witness>,
}

/// A transaction by which a machine of the service shows how far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Witness {
    pub account: Address,
    lt: u64,
    /// It ended its account, which tells nothing of it any more.
    is_last: bool,
}

impl Witness {
    /// Whether states were answered by a machine that knows this transaction.
    pub fn is_in(&self, states: &[AccountState]) -> bool {
        let state = states.iter().find(|state| state.address == self.account);
        let last = state.and_then(|state| state.last_transaction_lt).unwrap_or_default();
        last >= self.lt || (self.is_last && state.is_none_or(|state| state.status == "nonexist"))
    }
}

/// Up to which moment the service has filled in its rows, as far as it can be told. What it says of the
/// head may run ahead of them: its newest row, and the newest block that is not empty, tell how far.
pub(super) async fn filled_in(app: &App, head: Head) -> Result<Filled, Error> {
    let query = TransactionQuery { limit: 1, sort: Sort::Descending, ..TransactionQuery::of(&[]) };
    let newest = app.chain.transactions(&query).await?.into_iter().next();
    let Some(newest) = newest else {
        return Ok(Filled { until: Time::from_seconds(0), witness: None });
    };
    let witness = Some(Witness {
        account: newest.account,
        lt: newest.lt,
        is_last: newest.end_status.as_deref() == Some("nonexist"),
    });
    Ok(Filled { until: until(app, head, &newest).await?, witness })
}

async fn until(app: &App, head: Head, newest: &Transaction) -> Result<Time, Error> {
    // What a block says of its time is believed where a transaction bears it out.
    let (row, block) = (Time::from_seconds(newest.now), newest.mc_block_seqno.unwrap_or_default());
    if block >= head.seqno {
        return Ok(row.min(head.time));
    }
    // A quiet chain: there are no newer rows only if all newer blocks are empty.
    let mut latest = None;
    for page in 0..PAGES {
        let offset = page * MOST_ROWS;
        let blocks = app.chain.shard_blocks(u64::from(newest.now), offset).await?;
        for it in &blocks {
            let time = it.gen_utime.and_then(|time| u32::try_from(time).ok()).unwrap_or_default();
            latest = latest.max(Some(Time::from_seconds(time)));
            let by = it.masterchain_block_ref.map(|block| block.seqno);
            let committed = by.is_none_or(|by| by <= head.seqno);
            if it.tx_count != Some(0) && committed && by.is_none_or(|by| by > block) {
                return Ok(row);
            }
        }
        if blocks.len() < usize::try_from(MOST_ROWS).unwrap_or(usize::MAX) {
            break;
        }
    }
    Ok(latest.unwrap_or(row).min(head.time))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(account: Address, lt: Option<u64>, status: &str) -> AccountState {
        let json = serde_json::json!({
            "address": account.to_string(), "balance": "1", "status": status,
            "last_transaction_lt": lt.map(|lt| lt.to_string()),
        });
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn whoever_does_not_know_the_newest_transaction_is_behind() {
        let account = Address { workchain: 0, hash: [1; 32] };
        let other = state(Address { workchain: 0, hash: [2; 32] }, Some(99), "active");
        let witness = Witness { account, lt: 40, is_last: false };
        for (lt, knows) in [(None, false), (Some(0), false), (Some(39), false), (Some(40), true)] {
            let states = [other.clone(), state(account, lt, "active")];
            assert_eq!(witness.is_in(&states), knows, "{lt:?}");
        }
        assert!(!witness.is_in(std::slice::from_ref(&other)));
        // An account that is gone tells nothing: then there is no better word to be had.
        let witness = Witness { is_last: true, ..witness };
        assert!(witness.is_in(&[other, state(account, None, "nonexist")]));
        assert!(!witness.is_in(&[state(account, Some(39), "active")]));
    }
}
