//! The way to a database: its address, its pools, and words on why it does not open.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use sqlx::{
    Connection, Database,
    migrate::MigrateError,
    pool::PoolOptions,
    postgres::{PgConnectOptions, PgConnection},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tokio::time::Instant;

use super::{Db, Outage, Pool, Result, newest::Newest};

/// How long somebody waits for a connection, or for a turn to write. Whoever waits longer is told that
/// the database is busy, and asks again.
pub(super) const PATIENCE: Duration = Duration::from_secs(4);
/// How long a server may take to answer when we first knock.
const KNOCK: Duration = Duration::from_secs(8);
/// Between two tries of a database that is not there yet.
const PAUSE: Duration = Duration::from_secs(3);
/// What our connections call themselves: by it we know whether a service runs on the database.
pub(super) const NAME: &str = "remit";

/// Where a database is. It shows the place, and never the password.
#[derive(Clone)]
pub enum Address {
    Sqlite(SqliteConnectOptions),
    Postgres(PgConnectOptions),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    #[error("{0} is no database of ours. Begin it with postgres:// or sqlite:, or leave it unset")]
    Unknown(String),
    #[error("it cannot be read: {0}. It looks like {1}")]
    Unreadable(String, &'static str),
}

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(url: &str) -> Result<Self, BadAddress> {
        let unreadable =
            |like| move |error: sqlx::Error| BadAddress::Unreadable(plain(&error), like);
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let options =
                url.parse().map_err(unreadable("postgres://name:password@host:5432/remit"))?;
            let options: PgConnectOptions = options;
            return Ok(Self::Postgres(options.application_name(NAME)));
        }
        if url.starts_with("sqlite:") {
            return Ok(Self::Sqlite(
                url.parse().map_err(unreadable("sqlite:./data/remit.sqlite"))?,
            ));
        }
        Err(BadAddress::Unknown(scheme(url)))
    }
}

/// What stands before the first colon. The rest may hold a password.
fn scheme(url: &str) -> String {
    match url.split_once(':') {
        Some((scheme, _)) if scheme.len() < 20 && scheme.chars().all(char::is_alphanumeric) => {
            format!("`{scheme}:`")
        }
        _ => "what stands there".to_owned(),
    }
}

/// The parser's complaint without its prefix.
fn plain(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Configuration(cause) => cause.to_string(),
        error => error.to_string(),
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(options) => write!(f, "SQLite in {}", options.get_filename().display()),
            Self::Postgres(options) => {
                match options.get_socket() {
                    Some(socket) => write!(f, "Postgres at {}", socket.display())?,
                    None => write!(f, "Postgres at {}:{}", options.get_host(), options.get_port())?,
                }
                let name = options.get_database().unwrap_or_else(|| options.get_username());
                write!(f, ", database {name}")
            }
        }
    }
}

impl Address {
    /// The file, if it is one on a disk.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(options) => {
                let file = options.get_filename();
                let in_memory = file.to_string_lossy().starts_with("file:sqlx-in-memory");
                (!in_memory).then_some(file)
            }
            Self::Postgres(_) => None,
        }
    }
}

/// A database that does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("DATABASE_URL: {0}")]
    Address(#[from] BadAddress),
    #[error("{place}: {why}")]
    Closed {
        place: String,
        why: String,
        /// It may open by itself in a moment.
        may_pass: bool,
    },
}

impl OpenError {
    pub(super) fn new(address: &Address, error: &sqlx::Error) -> Self {
        let refused = |code: &str| code.starts_with("28") || code == "3D000";
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        let final_word = code.is_some_and(|code| refused(&code));
        let damaged = Outage::of(error) == Some(Outage::Damaged);
        Self::Closed {
            place: address.to_string(),
            why: why(error),
            may_pass: Outage::of(error).is_some() && !final_word && !damaged,
        }
    }

    fn may_pass(&self) -> bool {
        matches!(self, Self::Closed { may_pass: true, .. })
    }
}

fn why(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Io(cause) if cause.kind() == io::ErrorKind::ConnectionRefused => {
            format!("nobody answers there ({cause})")
        }
        sqlx::Error::Io(cause) => format!("it cannot be reached ({cause})"),
        sqlx::Error::PoolTimedOut => "it does not answer in time".to_owned(),
        sqlx::Error::Migrate(cause) => match **cause {
            MigrateError::VersionMissing(version) => format!(
                "it was opened by a newer Remit (migration {version}); run that one, or restore a copy \
                 made by this one"
            ),
            ref cause => format!("it cannot be brought up to date: {cause}"),
        },
        sqlx::Error::Database(cause) => cause.message().to_owned(),
        error => error.to_string(),
    }
}

impl Db {
    /// Opens `postgres://…` or `sqlite:…` and brings the schema up to date. A file's folder is made if
    /// it is missing.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        Self::open_at(&url.parse()?).await
    }

    pub async fn open_at(address: &Address) -> Result<Self, OpenError> {
        let opened = match address {
            Address::Postgres(options) => open_postgres(options).await,
            Address::Sqlite(options) => open_sqlite(address, options).await,
        };
        opened.map_err(|error| OpenError::new(address, &error))
    }

    /// The same, for as long as `patience` where it may still come: a machine that starts brings its
    /// services up in any order. Says each time what is in the way.
    pub async fn open_patiently(url: &str, patience: Duration) -> Result<Self, OpenError> {
        let (address, end) = (url.parse()?, Instant::now() + patience);
        loop {
            match Self::open_at(&address).await {
                Err(error) if error.may_pass() && Instant::now() + PAUSE < end => {
                    let left = (end - Instant::now()).as_secs();
                    tracing::warn!(%error, "the database does not open; trying for {left} s more");
                    tokio::time::sleep(PAUSE).await;
                }
                opened => return opened,
            }
        }
    }
}

async fn open_postgres(options: &PgConnectOptions) -> Result<Db> {
    // A pool keeps to itself why nobody could connect.
    let knock = tokio::time::timeout(KNOCK, PgConnection::connect_with(options)).await;
    knock.map_err(|_| sqlx::Error::PoolTimedOut)??.close().await?;
    let pool = pool().max_connections(16).connect_with(options.clone()).await?;
    sqlx::migrate!().run(&pool).await?;
    Ok(Db::new(Pool::Postgres(pool), None))
}

async fn open_sqlite(address: &Address, options: &SqliteConnectOptions) -> Result<Db> {
    let options = options
        .clone()
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(PATIENCE);
    let mut newest = None;
    if let Some(file) = address.file() {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        newest = Some(Newest::beside(&beside(file))?);
    }
    let write = pool().max_connections(1).connect_with(options.clone()).await?;
    sqlx::migrate!().run(&write).await?;
    let read = pool().max_connections(8).connect_with(options.read_only(true)).await?;
    Ok(Db::new(Pool::Sqlite { read, write }, newest.map(Arc::new)))
}

/// The note that is kept beside a database's file.
pub(super) fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".newest");
    name.into()
}

/// A pool that waits a few seconds and hands out no connection that has been left in the middle of
/// something: when the disk is full or fails, SQLite ends a transaction by itself, and the connection
/// goes on believing in it. Such a one is closed, and another is opened.
pub(super) fn pool<DB>() -> PoolOptions<DB>
where
    DB: Database,
    for<'c> &'c mut DB::Connection: Send,
{
    PoolOptions::new().acquire_timeout(PATIENCE).before_acquire(
        |connection: &mut DB::Connection, _| {
            let free = !connection.is_in_transaction();
            Box::pin(async move { Ok(free) })
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(url: &str) -> String {
        url.parse::<Address>().map(|address| address.to_string()).unwrap_err().to_string()
    }

    #[test]
    fn only_databases_we_know_are_opened_and_no_password_is_shown() {
        for url in [
            "mysql://me:hidden@db/remit",
            "postgresx://me:hidden@db/remit",
            "postgres:me:hidden@db",
            "mongodb+srv://me:hidden@db",
            "hidden",
            "./hidden.sqlite",
            "",
            "SQLITE:hidden",
        ] {
            let said = refused(url);
            assert!(!said.contains("hidden") && said.contains("postgres://"), "{url}: {said}");
        }
        assert!(refused("mysql://db/x").contains("`mysql:`"));
        let said = refused("postgres://me:hidden@db:port/x");
        assert!(!said.contains("hidden") && said.contains("port"), "{said}");
    }

    #[test]
    fn an_address_shows_where_and_not_with_what() {
        for (url, place) in [
            (
                "postgres://me:hidden@db.example:5433/shop",
                "Postgres at db.example:5433, database shop",
            ),
            (
                "postgresql://me:hidden@db.example/shop",
                "Postgres at db.example:5432, database shop",
            ),
            ("sqlite:./data/remit.sqlite", "SQLite in ./data/remit.sqlite"),
            ("sqlite:///var/remit.sqlite", "SQLite in /var/remit.sqlite"),
        ] {
            let address: Address = url.parse().unwrap();
            assert_eq!(address.to_string(), place);
        }
        let memory: Address = "sqlite::memory:".parse().unwrap();
        assert_eq!(memory.file(), None);
    }

    #[tokio::test]
    async fn whoever_does_not_answer_is_named_at_once() {
        let error = Db::open("postgres://me:hidden@127.0.0.1:1/shop").await.err().unwrap();
        let said = error.to_string();
        assert!(
            said.starts_with("Postgres at 127.0.0.1:1, database shop: nobody answers"),
            "{said}"
        );
        assert!(error.may_pass() && !said.contains("hidden"));
    }

    #[tokio::test]
    async fn a_file_that_is_no_database_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("remit.sqlite");
        std::fs::write(&file, vec![b'x'; 8192]).unwrap();
        let url = format!("sqlite:{}", file.display());
        let error = Db::open_patiently(&url, Duration::from_secs(60)).await.err().unwrap();
        assert!(!error.may_pass(), "{error}");
    }
}
