//! Who is asked about in a round. A chain service grants so many questions a second; with few accounts
//! everybody is asked about in every round, with many those who are awaited come first and the others
//! in turn, a few a round. Whoever is new waits for their turn too, and keeps nobody waiting.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use ton::{
    address::Address,
    toncenter::{self, Pace},
};

use super::BATCH;
use crate::{
    base::{app::App, follow::Watched},
    words::{money::Asset, time::Time},
};

/// Names asked for in a round where the service sets no pace.
const NAMES: usize = 200;
/// A master that knows no wallets is asked again after so long.
const DEAF: Duration = Duration::from_secs(60);
/// And has no wallets when it has not named one for so long.
const FOR_CERTAIN: Duration = Duration::from_secs(300);

type Key = (Address, Asset);

pub(super) fn key(watched: &Watched) -> Key {
    (watched.owner, watched.asset)
}

/// Where an asset of an owner's lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    At(Address),
    /// Its master names no wallets, so there can be none of it.
    Nowhere,
    /// It is asked for in a later round.
    Later,
}

/// A master that answers with an error where its wallets are asked for.
#[derive(Debug, Clone, Copy)]
struct Deaf {
    since: Instant,
    asked: Instant,
}

impl Deaf {
    /// One wrong answer may be the service's: only who stays deaf has no wallets.
    fn place(self) -> Place {
        if self.asked.duration_since(self.since) >= FOR_CERTAIN {
            Place::Nowhere
        } else {
            Place::Later
        }
    }
}

/// What is remembered between rounds. Nothing here is needed to be right, only to be quick.
#[derive(Default)]
pub(super) struct Rota {
    /// The block up to whose time each account has been read by its rows.
    pub read: HashMap<Key, Time>,
    /// Where each circle goes on.
    names: usize,
    others_names: usize,
    due: usize,
    fresh: usize,
    others: usize,
    behind: usize,
    /// Masters that had no answer, and when.
    deaf: HashMap<Address, Deaf>,
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
    fn turn<T: Clone>(at: &mut usize, all: Vec<T>, count: usize) -> Vec<T> {
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
        let unnamed = all.iter().filter(|w| w.account.is_none());
        let unnamed = unnamed.filter(|w| match w.asset {
            Asset::Jetton(master) => {
                self.deaf.get(&master).is_none_or(|deaf| deaf.asked.elapsed() >= DEAF)
            }
            Asset::Gram => true,
        });
        let (first, others): (Vec<_>, Vec<_>) =
            unnamed.cloned().partition(|w| awaited.contains(&w.owner));
        let mut turn = Self::turn(&mut self.names, first, share.names());
        let rest = share.names() - turn.len();
        turn.extend(Self::turn(&mut self.others_names, others, rest));
        turn
    }

    /// Some of those to whom something was due. Whoever cannot be compared keeps nobody from their turn.
    pub fn due(&mut self, owners: Vec<Address>, count: usize) -> Vec<Address> {
        Self::turn(&mut self.due, owners, count)
    }

    /// Notes that the asset's master has named a wallet: it is not deaf any more.
    pub fn heard_from(&mut self, asset: Asset) {
        if let Asset::Jetton(master) = asset {
            self.deaf.remove(&master);
        }
    }

    /// Notes that the asset's master names no wallets, which is no outage.
    pub fn unheard_from(&mut self, asset: Asset, exit_code: i32) -> Place {
        let Asset::Jetton(master) = asset else { return Place::Later };
        let now = Instant::now();
        let deaf = self.deaf.entry(master).or_insert_with(|| {
            tracing::warn!(%master, exit_code, "this jetton's master names no wallets");
            Deaf { since: now, asked: now }
        });
        deaf.asked = now;
        deaf.place()
    }

    /// Where an asset of an owner's lies. What is not known yet is asked for as long as `budget` lasts.
    pub async fn place(
        &mut self,
        app: &App,
        (owner, asset): Key,
        budget: &mut usize,
    ) -> Result<Place, toncenter::Error> {
        let Asset::Jetton(master) = asset else { return Ok(Place::At(owner)) };
        if let Some(known) = app.known_account(owner, asset) {
            return Ok(Place::At(known));
        }
        if let Some(deaf) = self.deaf.get(&master).copied()
            && deaf.asked.elapsed() < DEAF
        {
            return Ok(deaf.place());
        }
        if *budget == 0 {
            return Ok(Place::Later);
        }
        *budget -= 1;
        match app.account_of(owner, asset).await {
            Ok(account) => {
                self.heard_from(asset);
                Ok(Place::At(account))
            }
            Err(toncenter::Error::GetMethod { exit_code }) => {
                Ok(self.unheard_from(asset, exit_code))
            }
            Err(error) if error.is_outage() => Err(error),
            Err(error) => {
                tracing::debug!(%error, %owner, "no name of a jetton wallet yet");
                Ok(Place::Later)
            }
        }
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
            cursor: cursor.map(|lt| crate::base::follow::Cursor { lt, hash: [1; 32] }),
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
    fn whoever_has_no_name_for_long_keeps_nobody_from_theirs() {
        let nameless = |n| Watched { account: None, ..account(n, None) };
        let all: Vec<Watched> = (0..30).map(nameless).collect();
        let mut rota = Rota::default();
        let mut asked = HashSet::new();
        for _ in 0..15 {
            asked.extend(rota.unnamed(&all, &HashSet::new(), share(10)).iter().map(key));
        }
        assert_eq!(asked.len(), 30);
    }

    #[test]
    fn one_wrong_answer_of_a_master_is_no_word() {
        let (mut rota, asset) = (Rota::default(), Asset::Jetton(account(1, None).owner));
        let Asset::Jetton(master) = asset else { unreachable!() };
        assert_eq!(rota.unheard_from(asset, -13), Place::Later);
        rota.deaf.get_mut(&master).unwrap().since -= FOR_CERTAIN;
        assert_eq!(rota.unheard_from(asset, -13), Place::Nowhere);
        // Whoever has named a wallet in between begins anew.
        rota.heard_from(asset);
        assert_eq!(rota.unheard_from(asset, -13), Place::Later);
    }

    #[test]
    fn owners_who_never_agree_keep_nobodys_deadline() {
        let owners: Vec<Address> = (0..120).map(|n| account(n, None).owner).collect();
        let mut rota = Rota::default();
        let mut compared = HashSet::new();
        for _ in 0..3 {
            compared.extend(rota.due(owners.clone(), 50));
        }
        assert_eq!(compared.len(), 120);
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
