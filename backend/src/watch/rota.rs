//! Who is asked about in a round. A chain service grants so many questions a second; with few accounts
//! everybody is asked about in every round, with many those who are awaited come first and the others
//! in turn, a few a round. Whoever is new waits for their turn too, and keeps nobody waiting.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use ton::{address::Address, toncenter::Pace};

use super::BATCH;
use crate::{follow::Watched, money::Asset, time::Time};

/// Names asked for in a round where the service sets no pace.
const NAMES: usize = 200;
/// A master that knows no wallets is asked again after so long.
const DEAF: Duration = Duration::from_secs(60);

type Key = (Address, Asset);

pub(super) fn key(watched: &Watched) -> Key {
    (watched.owner, watched.asset)
}

/// What is remembered between rounds. Nothing here is needed to be right, only to be quick.
#[derive(Default)]
pub(super) struct Rota {
    /// The block up to whose time each account has been read by its rows.
    pub read: HashMap<Key, Time>,
    /// Where each circle goes on.
    names: usize,
    fresh: usize,
    others: usize,
    behind: usize,
    /// Masters that had no answer, and when.
    pub deaf: HashMap<Address, Instant>,
    /// How often in a row each account's cursor has been contradicted.
    pub strikes: HashMap<Key, u32>,
}

/// How many questions of each kind a round may hold. `None`: as many as there are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    per_second: Option<usize>,
}

impl Share {
    pub fn of(pace: Pace) -> Self {
        let per_second = match pace {
            Pace::Unlimited => None,
            Pace::PerSecond(times) => usize::try_from(times.get()).ok(),
        };
        Self { per_second }
    }

    pub fn names(self) -> usize {
        self.per_second.map_or(NAMES, |n| (n / 4).max(1))
    }

    /// Whether so many accounts can be asked about in every round.
    pub fn holds(self, accounts: usize) -> bool {
        self.per_second.is_none_or(|n| accounts.div_ceil(BATCH) <= (n / 2).max(2))
    }

    fn batches(self, of: usize) -> usize {
        self.per_second.map_or(usize::MAX, |n| (n / of).max(1))
    }
}

/// What one round does.
#[derive(Default)]
pub(super) struct Plan {
    /// Read by their rows.
    pub rows: Vec<Watched>,
    /// Compared with their own last transaction.
    pub compared: Vec<Watched>,
    /// Walked one by one.
    pub behind: Vec<Watched>,
}

impl Rota {
    /// The next few of a circle.
    fn turn(at: &mut usize, all: Vec<Watched>, count: usize) -> Vec<Watched> {
        if all.len() <= count {
            return all;
        }
        let from = *at % all.len();
        *at = (from + count) % all.len();
        all.iter().cycle().skip(from).take(count).cloned().collect()
    }

    /// Those whose jetton wallet is to be asked for now.
    pub fn unnamed(
        &mut self,
        all: &[Watched],
        awaited: &HashSet<Address>,
        share: Share,
    ) -> Vec<Watched> {
        self.deaf.retain(|_, at| at.elapsed() < DEAF);
        let unnamed = all.iter().filter(|w| w.account.is_none());
        let unnamed = unnamed.filter(|w| match w.asset {
            Asset::Jetton(master) => !self.deaf.contains_key(&master),
            Asset::Gram => true,
        });
        let (first, others): (Vec<_>, Vec<_>) =
            unnamed.cloned().partition(|w| awaited.contains(&w.owner));
        let mut turn = Self::turn(&mut self.names, first, share.names());
        let rest = share.names() - turn.len();
        turn.extend(others.into_iter().take(rest));
        turn
    }

    /// Divides the accounts. `all` is everybody whose account has a name; `due` says that everybody is to
    /// be compared again.
    pub fn plan(
        &mut self,
        all: Vec<Watched>,
        awaited: &HashSet<Address>,
        share: Share,
        due: bool,
    ) -> Plan {
        let everyone = share.holds(all.len());
        let (behind, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|w| w.behind);
        if everyone {
            let can_read =
                |w: &Watched| !due && w.cursor.is_some() && self.read.contains_key(&key(w));
            let (rows, compared) = rest.into_iter().partition(can_read);
            return Plan { rows, compared, behind };
        }
        let (hot, others): (Vec<_>, Vec<_>) =
            rest.into_iter().partition(|w| awaited.contains(&w.owner));
        let (fresh, hot): (Vec<_>, Vec<_>) = hot.into_iter().partition(|w| w.cursor.is_none());
        let (rows, mut compared): (Vec<_>, Vec<_>) =
            hot.into_iter().partition(|w| self.read.contains_key(&key(w)));
        // Those read by their rows are compared in their turn as well: a row may have come late.
        let circle = [others, rows.clone()].concat();
        compared.extend(Self::turn(&mut self.fresh, fresh, BATCH * share.batches(5)));
        compared.extend(Self::turn(&mut self.others, circle, BATCH * share.batches(5)));
        let behind = Self::turn(&mut self.behind, behind, share.batches(4));
        Plan { rows, compared, behind }
    }

    /// Whoever is not followed any more is forgotten, and whoever was not read lately is compared first.
    pub fn keep(&mut self, since: Time) {
        self.read.retain(|_, at| *at >= since);
        if self.strikes.len() > BATCH * BATCH {
            self.strikes.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    fn account(n: u16, cursor: Option<u64>) -> Watched {
        let mut hash = [0; 32];
        hash[..2].copy_from_slice(&n.to_be_bytes());
        let owner = Address { workchain: 0, hash };
        Watched {
            owner,
            asset: Asset::Gram,
            account: Some(owner),
            cursor: cursor.map(|lt| crate::follow::Cursor { lt, hash: [1; 32] }),
            since: Time::from_millis(0),
            behind: false,
            compared: Time::from_millis(0),
        }
    }

    fn share(n: u32) -> Share {
        Share::of(Pace::PerSecond(NonZeroU32::new(n).unwrap()))
    }

    #[test]
    fn two_thousand_new_accounts_keep_an_awaited_one_from_nothing() {
        let old = account(9999, Some(5));
        let awaited = HashSet::from([old.owner]);
        let mut all: Vec<Watched> = (0..2000).map(|n| account(n, None)).collect();
        all.push(old.clone());
        let mut rota = Rota::default();
        rota.read.insert(key(&old), Time::from_millis(0));
        let mut seen = HashSet::new();
        for round in 0..40 {
            let plan = rota.plan(all.clone(), &awaited, share(10), false);
            assert!(plan.rows.contains(&old), "round {round}");
            assert!(plan.compared.len() <= 4 * BATCH, "{}", plan.compared.len());
            seen.extend(plan.compared.iter().map(key));
        }
        assert_eq!(seen.len(), 2001, "everybody has had a turn");
    }

    #[test]
    fn names_are_asked_for_a_few_at_a_time_and_the_awaited_come_first() {
        let nameless = |n| Watched { account: None, ..account(n, None) };
        let all: Vec<Watched> = (0..2000).map(nameless).collect();
        let awaited = HashSet::from([all[1999].owner]);
        let turn = Rota::default().unnamed(&all, &awaited, share(10));
        assert_eq!(turn.len(), 2);
        assert_eq!(turn[0].owner, all[1999].owner);
    }

    #[test]
    fn where_nobody_sets_a_pace_everybody_is_read_in_every_round() {
        let all: Vec<Watched> = (0..2000).map(|n| account(n, Some(1))).collect();
        let mut rota = Rota::default();
        let shares = Share::of(Pace::Unlimited);
        let plan = rota.plan(all.clone(), &HashSet::new(), shares, false);
        assert_eq!(plan.compared.len(), 2000, "nobody has been read yet");
        rota.read.extend(all.iter().map(|w| (key(w), Time::from_millis(0))));
        let plan = rota.plan(all.clone(), &HashSet::new(), shares, false);
        assert_eq!((plan.rows.len(), plan.compared.len()), (2000, 0));
        assert_eq!(rota.plan(all, &HashSet::new(), shares, true).compared.len(), 2000);
    }
}
