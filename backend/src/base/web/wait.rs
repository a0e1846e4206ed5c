//! Long-polling: look, and if there is nothing new, look again when something may have happened.
//!
//! Waiting costs a connection and a look at the database at each commit, so places to wait are few: a
//! number for each account, for each person with all their stores, and for all callers of a kind. Whoever
//! has taken all of their own is told so. Where others have taken them all, a caller is held for a
//! moment, looked at once more and answered: at once would only make it ask again at once.

use std::{
    collections::HashMap,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::Deserialize;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};
use utoipa::IntoParams;

use crate::base::{
    app::App,
    web::{
        client::Client,
        problem::{Kind, Problem, Result},
    },
};

/// The longest a caller may wait, in seconds.
pub const LONGEST: u64 = 50;
/// Another process may have written: look again this often even when nobody here was woken.
const ANYWAY: Duration = Duration::from_secs(1);
/// One waiter looks no more often than this, however much is committed.
const PACE: Duration = Duration::from_millis(20);
/// Looks of those who wait, at the same time: the database has other readers to serve.
const LOOKS: usize = 4;

/// Places to wait: of one account, of one person with all their stores, and of everybody we know.
const ACCOUNT: usize = 50;
const PERSON: usize = 100;
const KNOWN: usize = 400;
/// The same of one address, and of everybody we do not know.
const ADDRESS: usize = 50;
const STRANGERS: usize = 200;
/// Long lists of one caller that are read at the same time.
const TURNS: usize = 2;
/// A table of callers larger than this is cleared of those who ask for nothing just now.
const MANY: usize = 10_000;
/// How long somebody is held for whom there is no place.
const MOMENT: Duration = Duration::from_secs(2);
/// Seconds after which it is worth trying for a place again.
const AGAIN: u64 = 5;

/// How a caller waits for a change of one object.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WaitQuery {
    /// Seconds to wait for a change, at most 50; more is taken as 50. Without it the answer comes at
    /// once. When 50 calls of yours are waiting already, it is refused with 429; when too many are
    /// waiting altogether, the answer comes after two seconds.
    #[serde(default, deserialize_with = "seconds")]
    pub wait: Option<u64>,
    /// The status already known: the answer comes as soon as it is another one.
    pub after: Option<String>,
}

/// A number of seconds as the description has it: what no `int64` holds is refused.
pub fn seconds<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    let seconds = Option::<u64>::deserialize(from)?;
    match seconds {
        Some(many) if i64::try_from(many).is_err() => {
            Err(serde::de::Error::custom("wait is a number of seconds, at most 50"))
        }
        seconds => Ok(seconds),
    }
}

/// Who wants to wait.
#[derive(Debug, Clone)]
pub enum Waiter {
    /// An account we know by its id, and whoever answers for it.
    Known { account: String, keeper: String },
    /// Anybody, by the network address.
    Stranger(String),
}

impl From<Client> for Waiter {
    fn from(client: Client) -> Self {
        Self::Stranger(client.name)
    }
}

/// The places to wait, of a whole service.
pub struct Places {
    accounts: Arc<Room>,
    people: Arc<Room>,
    strangers: Arc<Room>,
    looks: Semaphore,
    turns: Turns,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            accounts: Room::new(ACCOUNT, KNOWN),
            people: Room::new(PERSON, KNOWN),
            strangers: Room::new(ADDRESS, STRANGERS),
            looks: Semaphore::new(LOOKS),
            turns: Turns::default(),
        }
    }
}

impl Places {
    /// Reads a long list when it is the caller's turn: whoever asks for much at once waits for themselves, and
    /// nobody else does.
    pub async fn in_turn<T>(&self, who: &str, answer: impl Future<Output = T>) -> T {
        let _turn = self.turns.take(who).await;
        answer.await
    }

    /// Places that are free again when they are dropped.
    fn take(&self, waiter: &Waiter) -> Result<Vec<Place>, Full> {
        match waiter {
            Waiter::Known { account, keeper } => {
                let place = self.accounts.clone().take(account)?;
                Ok(vec![place, self.people.clone().take(keeper)?])
            }
            Waiter::Stranger(who) => Ok(vec![self.strangers.clone().take(who)?]),
        }
    }
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Full {
    /// The caller has taken all of their own.
    Own,
    /// Others have taken them all.
    All,
}

/// Places for callers of one kind: so many for each, so many for all.
pub(crate) struct Room {
    each: usize,
    all: usize,
    taken: Mutex<HashMap<String, usize>>,
}

impl Room {
    pub(crate) fn new(each: usize, all: usize) -> Arc<Self> {
        Arc::new(Self { each, all, taken: Mutex::default() })
    }

    pub(crate) fn take(self: Arc<Self>, who: &str) -> Result<Place, Full> {
        let mut taken = self.taken();
        let (own, all) = (taken.get(who).copied().unwrap_or(0), taken.values().sum::<usize>());
        if own >= self.each {
            return Err(Full::Own);
        }
        if all >= self.all {
            return Err(Full::All);
        }
        taken.insert(who.to_owned(), own + 1);
        drop(taken);
        Ok(Place { who: who.to_owned(), room: self })
    }

    fn taken(&self) -> std::sync::MutexGuard<'_, HashMap<String, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) struct Place {
    who: String,
    room: Arc<Room>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.room.taken();
        if let Some(own) = taken.get_mut(&self.who) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.who);
            }
        }
    }
}

/// Whose turn it is to read, caller by caller, in the order of their asking.
#[derive(Default)]
struct Turns(Mutex<HashMap<String, Arc<Semaphore>>>);

impl Turns {
    /// A turn, which is over when it is dropped.
    async fn take(&self, who: &str) -> Option<OwnedSemaphorePermit> {
        let own = {
            let mut callers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if callers.len() > MANY {
                callers.retain(|_, turns| Arc::strong_count(turns) > 1);
            }
            callers.entry(who.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(TURNS))).clone()
        };
        // A permit holds its semaphore: a caller who has turns is never forgotten.
        own.acquire_owned().await.ok()
    }
}

/// What a look found, and whether it is worth answering at once.
pub struct Look<T> {
    pub found: T,
    pub news: bool,
}

/// Looks until there is news, `wait` seconds are over, or the service stops; answers what it saw last.
pub async fn until<T, F, Fut>(
    app: &App,
    waiter: Waiter,
    wait: Option<u64>,
    mut look: F,
) -> Result<T>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<Look<T>>>,
{
    let mut woken = app.db.watch();
    woken.mark_unchanged();
    let Look { mut found, mut news } = look().await?;
    let wait = Duration::from_secs(wait.unwrap_or(0).min(LONGEST));
    if news || wait.is_zero() {
        return Ok(found);
    }
    let _places = match app.places.take(&waiter) {
        Ok(places) => places,
        Err(Full::Own) => return Err(too_many(&waiter)),
        Err(Full::All) => {
            metrics::counter!("waits_refused_total").increment(1);
            tokio::select! {
                () = tokio::time::sleep(wait.min(MOMENT)) => {}
                () = app.stop.cancelled() => {}
            }
            return Ok(look().await?.found);
        }
    };
    let deadline = Instant::now() + wait;
    while !news && Instant::now() < deadline && !app.stop.is_cancelled() {
        let looked = Instant::now();
        tokio::select! {
            _ = woken.changed() => tokio::time::sleep_until(looked + PACE).await,
            () = tokio::time::sleep_until(deadline.min(looked + ANYWAY)) => {}
            () = app.stop.cancelled() => {}
        }
        // A semaphore that nobody closes always gives.
        let _turn = app.places.looks.acquire().await;
        woken.mark_unchanged();
        Look { found, news } = look().await?;
    }
    Ok(found)
}

fn too_many(waiter: &Waiter) -> Problem {
    metrics::counter!("waits_refused_total").increment(1);
    let whose = match waiter {
        Waiter::Known { .. } => {
            format!("{ACCOUNT} calls of one account, or {PERSON} of one owner's stores")
        }
        Waiter::Stranger(_) => format!("{ADDRESS} calls from one address"),
    };
    let detail = format!(
        "{whose} may wait at the same time, and so many are waiting already. Nothing was missed: call \
         again in {AGAIN} s, or without `wait`."
    );
    let problem = Problem::new(Kind::TooManyRequests, detail);
    Problem { retry_after: Some(AGAIN), ..problem }
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        sync::atomic::{AtomicUsize, Ordering},
    };

    use futures_util::poll;

    use super::*;
    use crate::selling::merchants::harness::Api;

    fn store_of(keeper: &str, account: &str) -> Waiter {
        Waiter::Known { account: account.to_owned(), keeper: keeper.to_owned() }
    }

    fn somebody(name: &str) -> Waiter {
        store_of(name, name)
    }

    /// Waits for news that never come; says how often it looked.
    async fn waits(app: &App, waiter: Waiter, seconds: u64) -> Result<usize> {
        let looks = AtomicUsize::new(0);
        let look = || async {
            looks.fetch_add(1, Ordering::Relaxed);
            Ok(Look { found: (), news: false })
        };
        until(app, waiter, Some(seconds), look).await?;
        Ok(looks.into_inner())
    }

    fn take_all(places: &Places, waiter: &Waiter) -> Vec<Vec<Place>> {
        (0..KNOWN * 2).map_while(|_| places.take(waiter).ok()).collect()
    }

    #[test]
    fn places_are_few_and_free_again() {
        let places = Places::default();
        let mut held = take_all(&places, &somebody("alice"));
        assert_eq!(held.len(), 50, "fifty are enough for one");
        assert_eq!(places.take(&somebody("alice")).err(), Some(Full::Own));
        held.extend((0..7).flat_map(|n| take_all(&places, &somebody(&n.to_string()))));
        assert_eq!(held.len(), 400);
        assert_eq!(places.take(&somebody("bob")).err(), Some(Full::All), "enough for all");
        let stranger = places.take(&Waiter::Stranger("192.0.2.1".to_owned()));
        assert!(stranger.is_ok(), "strangers wait in a room of their own");
        held.truncate(49);
        assert!(places.take(&somebody("alice")).is_ok() && places.take(&somebody("bob")).is_ok());
        held.clear();
        assert!(places.accounts.taken().is_empty() && places.people.taken().is_empty());
    }

    #[tokio::test]
    async fn whoever_reads_much_at_once_waits_for_themselves_alone() {
        let places = Places::default();
        let idle = || std::future::pending::<()>();
        let (mut first, mut second) = (
            Box::pin(places.in_turn("greedy", idle())),
            Box::pin(places.in_turn("greedy", idle())),
        );
        let mut third = pin!(places.in_turn("greedy", async {}));
        assert!(poll!(&mut first).is_pending() && poll!(&mut second).is_pending());
        assert!(poll!(&mut third).is_pending(), "two at a time");
        assert!(
            poll!(pin!(places.in_turn("modest", async {}))).is_ready(),
            "nobody waits for them"
        );
        drop(first);
        assert!(poll!(&mut third).is_ready(), "and then it is their turn");
    }

    #[test]
    fn ten_stores_of_one_person_are_one_person() {
        let places = Places::default();
        let stores = (0..10).map(|n| store_of("mallory", &format!("store {n}")));
        let held: Vec<_> = stores.flat_map(|store| take_all(&places, &store)).collect();
        assert_eq!(held.len(), 100);
        assert_eq!(places.take(&store_of("mallory", "store 9")).err(), Some(Full::Own));
        assert!(places.take(&store_of("olga", "a shop")).is_ok());
    }

    #[tokio::test]
    async fn whoever_has_taken_every_place_of_theirs_is_told_so() {
        let api = Api::open().await;
        let held = take_all(&api.app.places, &somebody("alice"));
        let refused = waits(&api.app, somebody("alice"), 50).await.unwrap_err();
        assert_eq!((refused.kind, refused.retry_after), (Kind::TooManyRequests, Some(5)));
        drop(held);
        assert!(waits(&api.app, somebody("alice"), 1).await.unwrap() > 1, "now there is a place");
    }

    #[tokio::test]
    async fn where_others_have_taken_every_place_nobody_is_answered_at_once() {
        let api = Api::open().await;
        let others = (0..8).map(|n| somebody(&n.to_string()));
        let held: Vec<_> = others.flat_map(|one| take_all(&api.app.places, &one)).collect();
        let started = Instant::now();
        assert_eq!(waits(&api.app, somebody("alice"), 1).await.unwrap(), 2);
        assert!(started.elapsed() >= Duration::from_secs(1), "it was held for a moment");
        drop(held);
    }

    #[tokio::test]
    async fn a_storm_of_commits_is_not_a_storm_of_looks() {
        let api = Api::open().await;
        let storm = async {
            loop {
                let mut tx = api.app.db.begin().await.unwrap();
                tx.nudge();
                tx.commit().await.unwrap();
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let looks = tokio::select! {
            looks = waits(&api.app, somebody("alice"), 1) => looks.unwrap(),
            () = storm => unreachable!("a storm does not end"),
        };
        // One a second would be too few, one a commit too many.
        assert!((10..=52).contains(&looks), "{looks}");
    }
}
