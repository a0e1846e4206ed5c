//! What the world remembers over a restart: JSON notes in one SQLite file.
//!
//! Why not one snapshot file: a Bot API update and a bridge message must be on disk before they
//! are acknowledged, and rewriting the whole world for each would grow with its age.
//! Writes are queued while the caller holds its own lock, so they land in the order in which
//! things happened; one writer puts whatever has gathered into one transaction.

use std::path::Path;

use anyhow::Context;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use tokio::sync::{mpsc, oneshot};

use crate::tasks::Tasks;

/// Most notes written in one transaction.
const BATCH: usize = 512;

/// Cheap to clone. Without a file it forgets everything, which is what tests want.
#[derive(Clone)]
pub struct Keep {
    file: Option<File>,
}

#[derive(Clone)]
struct File {
    pool: SqlitePool,
    queue: mpsc::UnboundedSender<Job>,
}

enum Job {
    Put { kind: &'static str, key: String, body: String },
    Remove { kind: &'static str, key: String },
    Settle(oneshot::Sender<()>),
}

impl Keep {
    /// Remembers nothing.
    pub fn nothing() -> Self {
        Self { file: None }
    }

    /// Opens or creates the file and starts its writer.
    pub async fn open(path: &Path, tasks: &Tasks) -> anyhow::Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal);
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options)
            .await
            .with_context(|| format!("cannot open the world's memory at {}", path.display()))?;
        sqlx::query(
            "create table if not exists notes (
                kind text not null, key text not null, body text not null,
                primary key (kind, key)
            ) without rowid",
        )
        .execute(&pool)
        .await?;
        let (queue, jobs) = mpsc::unbounded_channel();
        tasks.spawn_to_end(write_until_stopped(pool.clone(), jobs, tasks.clone()));
        Ok(Self { file: Some(File { pool, queue }) })
    }

    /// Every note of one kind, by key.
    pub async fn all<T: DeserializeOwned>(&self, kind: &str) -> anyhow::Result<Vec<(String, T)>> {
        let Some(file) = &self.file else { return Ok(Vec::new()) };
        let rows: Vec<(String, String)> =
            sqlx::query_as("select key, body from notes where kind = $1 order by key")
                .bind(kind.to_owned())
                .fetch_all(&file.pool)
                .await?;
        rows.into_iter().map(|(key, body)| Ok((key.clone(), read(kind, &key, &body)?))).collect()
    }

    /// One note, if it was ever written.
    pub async fn one<T: DeserializeOwned>(
        &self,
        kind: &str,
        key: &str,
    ) -> anyhow::Result<Option<T>> {
        let Some(file) = &self.file else { return Ok(None) };
        let row: Option<(String,)> =
            sqlx::query_as("select body from notes where kind = $1 and key = $2")
                .bind(kind.to_owned())
                .bind(key.to_owned())
                .fetch_optional(&file.pool)
                .await?;
        row.map(|(body,)| read(kind, key, &body)).transpose()
    }

    /// Queues a note; a later [`Keep::settle`] waits for it.
    pub fn put(&self, kind: &'static str, key: impl Into<String>, note: &impl Serialize) {
        let Some(file) = &self.file else { return };
        let body = serde_json::to_string(note).expect("notes are plain data");
        self.queue(file, Job::Put { kind, key: key.into(), body });
    }

    /// Queues the removal of a note.
    pub fn remove(&self, kind: &'static str, key: impl Into<String>) {
        let Some(file) = &self.file else { return };
        self.queue(file, Job::Remove { kind, key: key.into() });
    }

    /// Waits until everything queued so far is on disk.
    pub async fn settle(&self) {
        let Some(file) = &self.file else { return };
        let (done, written) = oneshot::channel();
        self.queue(file, Job::Settle(done));
        // An error means the writer has already stopped, with nothing left in its queue.
        let _ = written.await;
    }

    fn queue(&self, file: &File, job: Job) {
        if file.queue.send(job).is_err() {
            tracing::warn!("a note came after the world had stopped");
        }
    }
}

fn read<T: DeserializeOwned>(kind: &str, key: &str, body: &str) -> anyhow::Result<T> {
    serde_json::from_str(body).with_context(|| format!("the note {kind}/{key} is not readable"))
}

async fn write_until_stopped(
    pool: SqlitePool,
    mut jobs: mpsc::UnboundedReceiver<Job>,
    tasks: Tasks,
) {
    let mut batch = Vec::new();
    loop {
        let received = tokio::select! {
            received = jobs.recv_many(&mut batch, BATCH) => received,
            () = tasks.stopping() => break,
        };
        if received == 0 {
            break;
        }
        write(&pool, &mut batch).await;
    }
    jobs.close();
    while jobs.recv_many(&mut batch, BATCH).await > 0 {
        write(&pool, &mut batch).await;
    }
    pool.close().await;
}

/// Writes a batch, then releases whoever waits for it.
async fn write(pool: &SqlitePool, batch: &mut Vec<Job>) {
    let mut waiting = Vec::new();
    if let Err(error) = commit(pool, batch, &mut waiting).await {
        tracing::error!(%error, "the world could not write its memory");
    }
    for done in waiting {
        // Whoever asked may have gone away.
        let _ = done.send(());
    }
}

async fn commit(
    pool: &SqlitePool,
    batch: &mut Vec<Job>,
    waiting: &mut Vec<oneshot::Sender<()>>,
) -> sqlx::Result<()> {
    let mut tx = pool.begin().await?;
    for job in batch.drain(..) {
        match job {
            Job::Put { kind, key, body } => {
                sqlx::query(
                    "insert into notes (kind, key, body) values ($1, $2, $3)
                     on conflict (kind, key) do update set body = excluded.body",
                )
                .bind(kind)
                .bind(key)
                .bind(body)
                .execute(&mut *tx)
                .await?;
            }
            Job::Remove { kind, key } => {
                sqlx::query("delete from notes where kind = $1 and key = $2")
                    .bind(kind)
                    .bind(key)
                    .execute(&mut *tx)
                    .await?;
            }
            Job::Settle(done) => waiting.push(done),
        }
    }
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn notes_survive_a_restart_in_the_order_they_were_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("world.sqlite");

        let tasks = Tasks::default();
        let keep = Keep::open(&path, &tasks).await.unwrap();
        for n in 0..1_000u32 {
            keep.put("count", "last", &n);
        }
        keep.put("name", "gone", &"soon");
        keep.remove("name", "gone");
        tasks.stop().await;

        let keep = Keep::open(&path, &Tasks::default()).await.unwrap();
        assert_eq!(keep.one::<u32>("count", "last").await.unwrap(), Some(999));
        assert_eq!(keep.one::<String>("name", "gone").await.unwrap(), None);
    }
}
