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
//! * Migrations only add. What must differ between the engines stands in this folder, nowhere else.

mod announce;
mod network;
mod tally;
mod text;

use std::{str::FromStr, time::Duration};

use sqlx::{
    Postgres, Sqlite, SqlitePool,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::watch;

pub use announce::{Announcement, Hooks};
pub use network::{block_read, chain_time, remember_head, remember_network};
pub(crate) use tally::over_ids;
pub use tally::{Tally, joined};
pub use text::Text;
pub(crate) use text::{as_text, text_enum};

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
    wake: watch::Sender<u64>,
    nudge: bool,
    tally: Tally,
}

#[doc(hidden)]
pub enum Engine {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl Db {
    /// Opens `postgres://…` or `sqlite:…` and brings the schema up to date. A file's folder is made if
    /// it is missing.
    pub async fn open(url: &str) -> Result<Self> {
        let (wake, _) = watch::channel(0);
        if url.starts_with("postgres") {
            let pool = PgPoolOptions::new().max_connections(16).connect(url).await?;
            sqlx::migrate!().run(&pool).await?;
            return Ok(Self { pool: Pool::Postgres(pool), wake, tally: Tally::default() });
        }
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5));
        if let Some(folder) = options.get_filename().parent() {
            std::fs::create_dir_all(folder)?;
        }
        let write =
            SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        sqlx::migrate!().run(&write).await?;
        let read = SqlitePoolOptions::new()
            .max_connections(8)
            .connect_with(options.read_only(true))
            .await?;
        Ok(Self { pool: Pool::Sqlite { read, write }, wake, tally: Tally::default() })
    }

    /// The engine's name, for people.
    pub fn engine(&self) -> &'static str {
        match self.pool {
            Pool::Sqlite { .. } => "SQLite",
            Pool::Postgres(_) => "Postgres",
        }
    }

    /// A transaction that may write. SQLite has one writer, so it takes its turn here.
    pub async fn begin(&self) -> Result<Tx> {
        self.tally.writer();
        let engine = match &self.pool {
            Pool::Sqlite { write, .. } => {
                Engine::Sqlite(write.begin_with("begin immediate").await?)
            }
            Pool::Postgres(pool) => Engine::Postgres(pool.begin().await?),
        };
        Ok(self.tx(engine))
    }

    /// A transaction that only reads, from one consistent moment.
    pub async fn snapshot(&self) -> Result<Tx> {
        let engine = match &self.pool {
            Pool::Sqlite { read, .. } => Engine::Sqlite(read.begin().await?),
            Pool::Postgres(pool) => Engine::Postgres(
                pool.begin_with("begin isolation level repeatable read read only").await?,
            ),
        };
        Ok(self.tx(engine))
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
        let (wake, tally) = (self.wake.clone(), self.tally.clone());
        Tx { engine, announcements: Vec::new(), wake, nudge: false, tally }
    }
}

impl Tx {
    /// Says that something happened. It gets its number at commit, in the order of accounts, so that
    /// two transactions that speak to the same two accounts cannot wait for each other in a ring.
    pub fn announce(&mut self, announcement: Announcement) {
        self.announcements.push(announcement);
    }

    pub(crate) fn counted(&mut self) -> &mut Engine {
        self.tally.statement();
        &mut self.engine
    }

    /// Wakes whoever waits for news, although no event is announced.
    pub fn nudge(&mut self) {
        self.nudge = true;
    }

    pub async fn commit(mut self) -> Result<()> {
        let announcements = std::mem::take(&mut self.announcements);
        let nudge = self.nudge || !announcements.is_empty();
        announce::flush(&mut self, announcements).await?;
        match self.engine {
            Engine::Sqlite(tx) => tx.commit().await?,
            Engine::Postgres(tx) => tx.commit().await?,
        }
        if nudge {
            self.wake.send_modify(|count| *count = count.wrapping_add(1));
        }
        Ok(())
    }
}

/// Whether a statement was refused because the row is already there.
pub fn is_duplicate(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|e| e.is_unique_violation())
}

/// `rows!(tx, optional Invoice, "select …", a, b)`: the one place where a statement that answers
/// meets an engine. `one`, `optional` or `all`.
macro_rules! rows {
    ($tx:expr, one $T:ty, $sql:expr $(, $a:expr)* $(,)?) => {
        $crate::db::rows!(@ fetch_one $tx, $T, $sql $(, $a)*)
    };
    ($tx:expr, optional $T:ty, $sql:expr $(, $a:expr)* $(,)?) => {
        $crate::db::rows!(@ fetch_optional $tx, $T, $sql $(, $a)*)
    };
    ($tx:expr, all $T:ty, $sql:expr $(, $a:expr)* $(,)?) => {
        $crate::db::rows!(@ fetch_all $tx, $T, $sql $(, $a)*)
    };
    (@ $fetch:ident $tx:expr, $T:ty, $sql:expr $(, $a:expr)*) => {{
        $crate::db::statement!($sql);
        match { let tx: &mut $crate::db::Tx = $tx; tx.counted() } {
            $crate::db::Engine::Sqlite(c) => {
                sqlx::query_as::<_, $T>($sql)$(.bind($a))*.$fetch(&mut **c).await
            }
            $crate::db::Engine::Postgres(c) => {
                sqlx::query_as::<_, $T>($sql)$(.bind($a))*.$fetch(&mut **c).await
            }
        }
    }};
}

/// `execute!(tx, "update …", a)`: a statement without an answer; gives the number of rows touched.
macro_rules! execute {
    ($tx:expr, $sql:expr $(, $a:expr)* $(,)?) => {{
        $crate::db::statement!($sql);
        match { let tx: &mut $crate::db::Tx = $tx; tx.counted() } {
            $crate::db::Engine::Sqlite(c) => {
                sqlx::query($sql)$(.bind($a))*.execute(&mut **c).await.map(|r| r.rows_affected())
            }
            $crate::db::Engine::Postgres(c) => {
                sqlx::query($sql)$(.bind($a))*.execute(&mut **c).await.map(|r| r.rows_affected())
            }
        }
    }};
}

/// In unit tests every statement registers itself, so that one test can prepare them all.
macro_rules! statement {
    ($sql:expr) => {
        #[cfg(test)]
        const _: () = {
            inventory::submit! {
                $crate::db::Statement { at: concat!(file!(), ":", line!()), sql: $sql }
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
    use sqlx::{Executor, SqlSafeStr};

    use super::*;

    /// A fresh, empty database in memory.
    pub async fn memory() -> Db {
        let (wake, _) = watch::channel(0);
        let options = SqliteConnectOptions::from_str("sqlite::memory:").unwrap().foreign_keys(true);
        let write =
            SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
        sqlx::migrate!().run(&write).await.unwrap();
        Db { pool: Pool::Sqlite { read: write.clone(), write }, wake, tally: Tally::default() }
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
