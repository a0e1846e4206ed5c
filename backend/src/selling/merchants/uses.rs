//! When keys were used last. Noted in memory and written down by a task of its own: whoever only reads
//! must not wait for the one writer.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio_util::sync::CancellationToken;

use super::{Key, store};
use crate::{
    base::{app::App, tasks::Heartbeat},
    words::{id::KeyId, time::Time},
};

/// How often the use of a key is noted.
const NOTED: Duration = Duration::from_secs(60);
/// How often what was noted is written down.
const WRITTEN: Duration = Duration::from_secs(5);

/// Uses that are not written down yet.
#[derive(Default)]
pub struct Uses(Mutex<HashMap<KeyId, Time>>);

impl Uses {
    pub fn note(&self, key: &Key, now: Time) {
        let known = self.last(key);
        if known.is_none_or(|at| now.since(at) >= NOTED) {
            self.notes().insert(key.id, now);
        }
    }

    /// When a key was used last, as far as anybody here knows.
    pub fn last(&self, key: &Key) -> Option<Time> {
        self.notes().get(&key.id).copied().max(key.last_used_at)
    }

    fn notes(&self) -> std::sync::MutexGuard<'_, HashMap<KeyId, Time>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn write(&self, app: &App) -> crate::base::db::Result<()> {
        let notes: Vec<(KeyId, Time)> = self.notes().iter().map(|(key, at)| (*key, *at)).collect();
        if notes.is_empty() {
            return Ok(());
        }
        let mut tx = app.db.begin().await?;
        for (key, at) in &notes {
            store::used(&mut tx, *key, *at).await?;
        }
        tx.commit().await?;
        for (key, at) in notes {
            let mut left = self.notes();
            if left.get(&key) == Some(&at) {
                left.remove(&key);
            }
        }
        Ok(())
    }
}

/// Writes down what was noted until it is told to stop, and once more then.
pub async fn run(app: App, stop: CancellationToken, beat: Heartbeat) -> anyhow::Result<()> {
    while !stop.is_cancelled() {
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(WRITTEN) => {}
        }
        app.key_uses.write(&app).await?;
        beat.beat();
    }
    Ok(())
}
