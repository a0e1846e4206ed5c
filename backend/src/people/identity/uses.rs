//! Which sessions have been used. Kept in memory and written down by `jobs`: a call that only reads
//! waits for no writer, and fails for none.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::Notify;

use super::{lasts_until, store::Seat};
use crate::words::time::Time;

/// How often the use of a session is written down.
const NOTED: Duration = Duration::from_secs(300);

#[derive(Debug, Default)]
pub struct Uses {
    noted: Mutex<HashMap<String, Use>>,
    news: Notify,
}

/// A use of a session, and until when it lasts for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    pub at: Time,
    pub until: Time,
}

impl Uses {
    /// A session is being used now.
    pub fn note(&self, session_hash: &str, seat: &Seat, now: Time) {
        if now.since(seat.used_at) < NOTED {
            return;
        }
        let noted = Use { at: now, until: lasts_until(seat.opened_at, now) };
        self.noted().insert(session_hash.to_owned(), noted);
        self.news.notify_one();
    }

    /// Returns when there is something to write down.
    pub async fn news(&self) {
        self.news.notified().await;
    }

    pub fn take(&self) -> HashMap<String, Use> {
        std::mem::take(&mut *self.noted())
    }

    fn noted(&self) -> std::sync::MutexGuard<'_, HashMap<String, Use>> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
