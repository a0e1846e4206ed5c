//! One database layer over SQLite and Postgres: a handle, a transaction, two macros.
//!
//! Every statement is plain SQL, written once, in the subset both engines share, and a test prepares
//! all of them on both. The subset:
//!
//! * Types are `text`, `bigint`, `boolean`. Ids, addresses and enums are text, times are `bigint`
//!   milliseconds, amounts are `bigint` units, JSON is text.
//! * Parameters are `$1 …`. Sums are `cast(coalesce(sum(x), 0) as bigint)`; an optional filter is
//!   `cast($1 as text) is null or column = $1`.
//! * `on conflict … do`, `returning`, row values and partial indexes work on both. There is no
//!   `for update`: the guard stands in the `where`, and zero rows means somebody was faster.
//! * Migrations only go forward, and a merged one never changes. What must differ between the engines
//!   stands in this folder, nowhere else.

mod announce;
pub mod copy;
mod network;
mod newest;
mod open;
mod outage;
#[cfg(test)]
mod tables;
mod tally;
#[cfg(test)]
mod trials;
mod wire;

use std::{path::Path, sync::Arc, time::Duration};

use sqlx::{Postgres, Sqlite, SqlitePool};
use tokio::sync::watch;

pub use crate::words::text::Text;
pub use announce::{Announcement, Hooks};
pub use network::{block_read, chain_time, remember_head, remember_network};
pub use newest::GivenOut;
pub use open::{Address, BadAddress, OpenError};
pub use outage::Outage;
pub(crate) use tally::over_ids;
pub use tally::{Tally, joined};
pub(crate) use wire::Rows;

use newest::Newest;
use outage::Writing;

/// How long a look at the database's health may take.
const PROBE: Duration = Duration::from_secs(2);

pub type Result<T, E = sqlx::Error> = std::result::Result<T, E>;

/// A row of one column.
pub type One<T> = (T,);

/// One handle, two engines. Nobody outside this folder matches on it.
#[derive(Clone)]
pub struct Db {
    pool: Pool,
    /// Nudged after each commit that announced something; only ever a hint to look again.
    wake: watch::Sender<u64>,
    /// What has been asked of it so far.
    pub tally: Tally,
    writing: Arc<Writing>,
    newest: Option<Arc<Newest>>,
}

#[derive(Clone)]
enum Pool {
    Sqlite { read: SqlitePool, write: SqlitePool },
    Postgres(sqlx::PgPool),
}

/// A transaction. What is announced in it becomes visible with it, and is forgotten with it.
pub struct Tx {
    pub(crate) engine: Engine,
    announcements: Vec<Announcement>,
    nudge: bool,
    tally: Tally,
    /// A statement has failed: nothing of this may be committed.
    broken: bool,
    wake: watch::Sender<u64>,
    writing: Arc<Writing>,
    newest: Option<Arc<Newest>>,
}

#[doc(hidden)]
pub enum Engine {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl Db {
    fn new(pool: Pool, newest: Option<Arc<Newest>>) -> Self {
        let (wake, _) = watch::channel(0);
        Self { pool, wake, tally: Tally::default(), writing: Arc::default(), newest }
    }

    /// The engine's name, for people.
    pub fn engine(&self) -> &'static str {
        match self.pool {
            Pool::Sqlite { .. } => "SQLite",
            Pool::Postgres(_) => "Postgres",
        }
    }

    /// A transaction that may write. SQLite has one writer, so it takes its turn here; whoever has not
    /// got it after a few seconds is told that the database is busy.
    pub async fn begin(&self) -> Result<Tx> {
        self.tally.writer();
        let begun = in_time(async {
            Ok(match &self.pool {
                Pool::Sqlite { write, .. } => {
                    Engine::Sqlite(write.begin_with("begin immediate").await?)
                }
                Pool::Postgres(pool) => Engine::Postgres(pool.begin().await?),
            })
        });
        let begun = begun.await;
        self.writing.begun(&begun);
        Ok(self.tx(begun?))
    }

    /// A transaction that only reads, from one consistent moment.
    pub async fn snapshot(&self) -> Result<Tx> {
        let engine = in_time(async {
            Ok(match &self.pool {
                Pool::Sqlite { read, .. } => Engine::Sqlite(read.begin().await?),
                Pool::Postgres(pool) => Engine::Postgres(
                    pool.begin_with("begin isolation level repeatable read read only").await?,
                ),
            })
        });
        Ok(self.tx(engine.await?))
    }

    /// What keeps the database from being read, or kept it from being written the last time somebody
    /// tried. It writes nothing itself.
    pub async fn trouble(&self) -> Option<Outage> {
        let look = async {
            let mut tx = self.snapshot().await?;
            block_read(&mut tx).await
        };
        match tokio::time::timeout(PROBE, look).await {
            Err(_) => Some(Outage::Busy),
            Ok(Err(error)) => Some(Outage::of(&error).unwrap_or(Outage::Unreadable)),
            Ok(Ok(_)) => self.writing.trouble(),
        }
    }

    /// What this database had given out when it was last used, by the note that is kept beside it.
    pub fn given_out(&self) -> Option<GivenOut> {
        self.newest.as_ref()?.given_out()
    }

    /// Keeps the note of the newest event in this folder, for a database that is not a file.
    pub fn keep_note_in(&mut self, folder: &Path) {
        if self.newest.is_some() {
            return;
        }
        let note = std::fs::create_dir_all(folder)
            .and_then(|()| Newest::beside(&folder.join("postgres.newest")));
        match note {
            Ok(note) => self.newest = Some(Arc::new(note)),
            Err(error) => tracing::warn!(
                %error,
                "no note of the newest event can be kept: after a restore run `remit restore`"
            ),
        }
    }

    /// Changes whenever something may have happened. Look first, then wait for it.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.wake.subscribe()
    }

    pub async fn close(&self) {
        match &self.pool {
            Pool::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Pool::Postgres(pool) => pool.close().await,
        }
    }

    fn tx(&self, engine: Engine) -> Tx {
        Tx {
            engine,
            announcements: Vec::new(),
            nudge: false,
            tally: self.tally.clone(),
            broken: false,
            wake: self.wake.clone(),
            writing: self.writing.clone(),
            newest: self.newest.clone(),
        }
    }
}

/// A pool bounds the wait for a connection, and nobody the wait for a server that has fallen silent.
async fn in_time<T>(begin: impl Future<Output = Result<T>>) -> Result<T> {
    let patience = open::PATIENCE + Duration::from_secs(1);
    tokio::time::timeout(patience, begin).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

impl Tx {
    /// Says that something happened. It gets its number at commit, in the order of accounts, so that
    /// two transactions that speak to the same two accounts cannot wait for each other in a ring.
    pub fn announce(&mut self, announcement: Announcement) {
        self.announcements.push(announcement);
    }

    /// Wakes whoever waits for news, although no event is announced.
    pub fn nudge(&mut self) {
        self.nudge = true;
    }

    /// All of it, or nothing: a transaction in which a statement has failed is refused. Postgres would
    /// answer such a commit with success, and do nothing.
    pub async fn commit(mut self) -> Result<()> {
        let announcements = std::mem::take(&mut self.announcements);
        let nudge = self.nudge || !announcements.is_empty();
        let given = announce::flush(&mut self, announcements).await?;
        if self.broken {
            // A fault of ours, and no outage: whoever failed has been told why.
            let text = "a statement of this transaction has failed".to_owned();
            return Err(sqlx::Error::InvalidArgument(text));
        }
        let committed = match self.engine {
            Engine::Sqlite(tx) => tx.commit().await,
            Engine::Postgres(tx) => tx.commit().await,
        };
        if let Err(error) = committed {
            self.writing.failed(&error);
            return Err(error);
        }
        self.writing.committed();
        if let Some((newest, given)) = self.newest.zip(given) {
            newest.note(given);
        }
        if nudge {
            self.wake.send_modify(|count| *count = count.wrapping_add(1));
        }
        Ok(())
    }

    /// Looks at what has come of a statement.
    #[doc(hidden)]
    pub(crate) fn after<T>(&mut self, outcome: Result<T>) -> Result<T> {
        if let Err(error) = &outcome {
            self.broken |= outage::ends_the_transaction(error);
            self.writing.failed(error);
        }
        outcome
    }
}

/// `rows!(tx, optional Invoice, "select …", a, b)`: the one place where a statement that answers
/// meets an engine. `one`, `optional` or `all`.
macro_rules! rows {
    ($tx:expr, one $T:ty, $sql:expr $(, $a:expr)* $(,)?) => {
        $crate::base::db::rows!(@ one false $tx, $T, $sql $(, $a)*)
    };
    ($tx:expr, optional $T:ty, $sql:expr $(, $a:expr)* $(,)?) => {
        $crate::base::db::rows!(@ optional false $tx, $T, $sql $(, $a)*)
    };
    ($tx:expr, all $T:ty, $sql:expr $(, $a:expr)* $(,)?) => {
        $crate::base::db::rows!(@ all true $tx, $T, $sql $(, $a)*)
    };
    (@ $read:ident $all:literal $tx:expr, $T:ty, $sql:expr $(, $a:expr)*) => {{
        $crate::base::db::statement!($sql);
        let tx: &mut $crate::base::db::Tx = $tx;
        #[allow(unused_mut)]
        let mut bound = tx.bound();
        $(bound.add($a);)*
        let outcome = tx.answered($sql, bound, $all).await;
        tx.after(outcome.and_then($crate::base::db::Rows::$read::<$T>))
    }};
}

/// `execute!(tx, "update …", a)`: a statement without an answer; gives the number of rows touched.
macro_rules! execute {
    ($tx:expr, $sql:expr $(, $a:expr)* $(,)?) => {{
        $crate::base::db::statement!($sql);
        let tx: &mut $crate::base::db::Tx = $tx;
        #[allow(unused_mut)]
        let mut bound = tx.bound();
        $(bound.add($a);)*
        let outcome = tx.executed($sql, bound).await;
        tx.after(outcome)
    }};
}

/// In unit tests every statement registers itself, so that one test can prepare them all.
macro_rules! statement {
    ($sql:expr) => {
        #[cfg(test)]
        const _: () = {
            inventory::submit! {
                $crate::base::db::Statement { at: concat!(file!(), ":", line!()), sql: $sql }
            }
        };
    };
}

pub(crate) use {execute, rows, statement};

#[cfg(test)]
pub struct Statement {
    pub at: &'static str,
    pub sql: &'static str,
}
#[cfg(test)]
inventory::collect!(Statement);

/// Databases for unit tests: SQLite always, Postgres when `TEST_DATABASE_URL` names one.
#[cfg(test)]
pub mod tests {
    use std::str::FromStr;

    use sqlx::{Executor, SqlSafeStr, sqlite::SqliteConnectOptions};

    use super::*;

    /// A fresh, empty database in memory.
    pub async fn memory() -> Db {
        let options = SqliteConnectOptions::from_str("sqlite::memory:").unwrap().foreign_keys(true);
        let write = open::pool().max_connections(1).connect_with(options).await.unwrap();
        sqlx::migrate!().run(&write).await.unwrap();
        Db::new(Pool::Sqlite { read: write.clone(), write }, None)
    }

    #[tokio::test]
    async fn a_first_start_makes_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("not/yet/remit.db");
        let db = Db::open(&format!("sqlite:{}", file.display())).await.unwrap();
        db.begin().await.unwrap().commit().await.unwrap();
        assert!(file.exists());
    }

    #[tokio::test]
    async fn what_a_failed_statement_leaves_is_no_outage() {
        let db = memory().await;
        let mut tx = db.begin().await.unwrap();
        let twice =
            "insert into accounts (id, kind, next_seq, created_at) values ('acc', 'person', 0, 0)";
        for _ in 0..2 {
            let Engine::Sqlite(c) = &mut tx.engine else { unreachable!() };
            let outcome = sqlx::query(twice).execute(&mut **c).await;
            drop(tx.after(outcome));
        }
        let refused = tx.commit().await.unwrap_err();
        assert_eq!(Outage::of(&refused), None, "{refused}");
        assert_eq!(db.trouble().await, None);
    }

    #[tokio::test]
    async fn every_statement_prepares_on_both_engines() {
        let Pool::Sqlite { write, .. } = memory().await.pool else { unreachable!() };
        let postgres = match std::env::var("TEST_DATABASE_URL") {
            Ok(url) => match Db::open(&url).await.unwrap().pool {
                Pool::Postgres(pool) => Some(pool),
                Pool::Sqlite { .. } => panic!("TEST_DATABASE_URL is not a Postgres address"),
            },
            Err(_) => None,
        };
        let (mut count, mut refused) = (0, vec![]);
        for statement in inventory::iter::<Statement> {
            count += 1;
            if let Err(e) = write.prepare(statement.sql.into_sql_str()).await {
                refused.push(format!("{} SQLite: {e}", statement.at));
            }
            if let Some(postgres) = &postgres
                && let Err(e) = postgres.prepare(statement.sql.into_sql_str()).await
            {
                refused.push(format!("{} Postgres: {e}", statement.at));
            }
        }
        assert!(count > 20, "only {count} statements registered");
        assert!(refused.is_empty(), "{refused:#?}");
    }
}
