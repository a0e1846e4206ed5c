//! Long-polling: look, and if there is nothing new, look again when something may have happened.
//!
//! Waiting costs a connection and a look at the database at each commit, so places to wait are few: a
//! number for each caller, and one for all callers of a kind. Whoever finds none is answered at once
//! with what there is, as if it had not asked to wait.

use std::{
    collections::HashMap,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::Deserialize;
use tokio::{sync::Semaphore, time::Instant};
use utoipa::IntoParams;

use crate::{app::App, problem::Result};

/// The longest a caller may wait, in seconds.
pub const LONGEST: u64 = 50;
/// Another process may have written: look again this often even when nobody here was woken.
const ANYWAY: Duration = Duration::from_secs(1);
/// One waiter looks no more often than this, however much is committed.
const PACE: Duration = Duration::from_millis(20);
/// Looks of those who wait, at the same time: the database has other readers to serve.
const LOOKS: usize = 4;

/// Places to wait: for each caller, and for all of them.
const KNOWN: (usize, usize) = (50, 400);
const STRANGERS: (usize, usize) = (50, 200);

/// How a caller waits for a change of one object.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WaitQuery {
    /// Seconds to wait for a change, at most 50. Without it the answer comes at once; so it does when
    /// 50 calls of yours are waiting already, or too many altogether.
    pub wait: Option<u64>,
    /// The status already known: the answer comes as soon as it is another one.
    pub after: Option<String>,
}

/// Who wants to wait.
#[derive(Debug, Clone)]
pub enum Waiter {
    /// An account we know, a person's or a merchant's, by its id.
    Known(String),
    /// Anybody, by the network address: see [`crate::client::Client`].
    Stranger(String),
}

/// The places to wait, of a whole service.
pub struct Places {
    known: Arc<Room>,
    strangers: Arc<Room>,
    looks: Semaphore,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            known: Room::new(KNOWN),
            strangers: Room::new(STRANGERS),
            looks: Semaphore::new(LOOKS),
        }
    }
}

impl Places {
    /// A place that is free again when it is dropped; `None` if there is none left.
    fn take(&self, waiter: &Waiter) -> Option<Place> {
        match waiter {
            Waiter::Known(who) => self.known.clone().take(who),
            Waiter::Stranger(who) => self.strangers.clone().take(who),
        }
    }
}

/// Callers of one kind, so that strangers cannot take the places of those we know.
struct Room {
    each: usize,
    all: usize,
    taken: Mutex<HashMap<String, usize>>,
}

impl Room {
    fn new((each, all): (usize, usize)) -> Arc<Self> {
        Arc::new(Self { each, all, taken: Mutex::default() })
    }

    fn take(self: Arc<Self>, who: &str) -> Option<Place> {
        let mut taken = self.taken();
        let (own, all) = (taken.get(who).copied().unwrap_or(0), taken.values().sum::<usize>());
        if own >= self.each || all >= self.all {
            return None;
        }
        taken.insert(who.to_owned(), own + 1);
        drop(taken);
        Some(Place { who: who.to_owned(), room: self })
    }

    fn taken(&self) -> std::sync::MutexGuard<'_, HashMap<String, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Place {
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

/// What a look found, and whether it is worth answering at once.
pub struct Look<T> {
    pub found: T,
    pub news: bool,
}

/// Looks until there is news, `wait` seconds are over, or the service stops; answers what it saw last.
/// Without a free place it looks once.
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
    let Some(_place) = app.places.take(&waiter) else {
        metrics::counter!("waits_refused_total").increment(1);
        return Ok(found);
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::merchants::harness::Api;

    fn somebody(name: &str) -> Waiter {
        Waiter::Known(name.to_owned())
    }

    /// Waits for news that never come; says how often it looked.
    async fn waits(app: &App, waiter: Waiter, seconds: u64) -> usize {
        let looks = AtomicUsize::new(0);
        let look = || async {
            looks.fetch_add(1, Ordering::Relaxed);
            Ok(Look { found: (), news: false })
        };
        until(app, waiter, Some(seconds), look).await.unwrap();
        looks.into_inner()
    }

    #[test]
    fn places_are_few_and_free_again() {
        let places = Places::default();
        let take = |who: &str| places.take(&somebody(who));
        let mut held: Vec<_> = (0..50).map(|_| take("alice").unwrap()).collect();
        assert!(take("alice").is_none(), "fifty are enough for one");
        held.extend(
            (0..7).flat_map(|n| (0..50).map(move |_| n)).filter_map(|n| take(&n.to_string())),
        );
        assert_eq!(held.len(), 400);
        assert!(take("bob").is_none(), "four hundred are enough for all");
        let stranger = places.take(&Waiter::Stranger("192.0.2.1".to_owned()));
        assert!(stranger.is_some(), "strangers wait in a room of their own");
        held.truncate(49);
        assert!(take("alice").is_some() && take("bob").is_some());
        held.clear();
        assert!(places.known.taken().is_empty());
    }

    #[tokio::test]
    async fn whoever_finds_no_place_is_answered_at_once() {
        let api = Api::open().await;
        let held: Vec<_> =
            (0..50).map(|_| api.app.places.take(&somebody("alice")).unwrap()).collect();
        let started = Instant::now();
        assert_eq!(waits(&api.app, somebody("alice"), 50).await, 1);
        assert!(started.elapsed() < Duration::from_secs(10), "it did not wait");
        drop(held);
        assert!(waits(&api.app, somebody("alice"), 1).await > 1, "now there is a place");
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
            looks = waits(&api.app, somebody("alice"), 1) => looks,
            () = storm => unreachable!("a storm does not end"),
        };
        // One a second would be too few, one a commit too many.
        assert!((10..=52).contains(&looks), "{looks}");
    }
}
