//! Copies of a database that is one file: made while it is written, looked through, put in place.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use sqlx::{
    ConnectOptions, Connection, Row,
    postgres::PgConnection,
    sqlite::{SqliteConnectOptions, SqliteConnection},
};

use super::{
    Address, Db, OpenError, Outage, Result,
    newest::Newest,
    open::{NAME, PATIENCE, beside},
};

/// Why a copy was not made or not taken.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error("{0}")]
    File(#[from] io::Error),
    #[error(transparent)]
    Db(#[from] sqlx::Error),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("it is damaged: {0}")]
    Damaged(String),
    #[error("it is no database of Remit's")]
    Foreign,
}

/// A database that nobody else has open, for as long as this lives.
pub struct Alone {
    file: PathBuf,
    note: Newest,
}

/// Makes `to`, a new file, into a copy of the database at `from` as it is at this moment. The other
/// goes on being read and written meanwhile.
pub async fn copy(from: &Path, to: &Path) -> Result<(), CopyError> {
    create(to)?;
    let mut connection = reading(from).await?;
    let name = to.to_string_lossy().into_owned();
    sqlx::query("vacuum into $1").bind(name).execute(&mut connection).await?;
    connection.close().await?;
    File::open(to)?.sync_all()?;
    Ok(())
}

/// Whether the file at `path` is a whole database of ours.
pub async fn look_through(path: &Path) -> Result<(), CopyError> {
    let mut connection = reading(path).await?;
    let rows = sqlx::query("pragma integrity_check(3)").fetch_all(&mut connection).await?;
    let said: Vec<String> = rows.iter().map(|row| row.try_get(0)).collect::<Result<_>>()?;
    if said != ["ok"] {
        return Err(CopyError::Damaged(said.join("; ")));
    }
    let ours = "select count(*) from sqlite_schema where name in ('accounts', '_sqlx_migrations')";
    let count: i64 = sqlx::query_scalar(ours).fetch_one(&mut connection).await?;
    connection.close().await?;
    if count == 2 { Ok(()) } else { Err(CopyError::Foreign) }
}

/// Brings everything into the one file, for good. It only works while nobody else has it open.
pub async fn settle(file: &Path) -> Result<(), CopyError> {
    let options = SqliteConnectOptions::new().filename(file).busy_timeout(PATIENCE);
    let mut connection = options.connect().await?;
    sqlx::query("pragma journal_mode = delete").fetch_all(&mut connection).await?;
    connection.close().await?;
    File::open(file)?.sync_all()?;
    Ok(())
}

async fn reading(path: &Path) -> Result<SqliteConnection> {
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    options.busy_timeout(PATIENCE).connect().await
}

/// A file that was not there before, readable by nobody else: a database holds secrets.
fn create(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Gives a finished file its name, if nobody has it yet, and makes that last.
pub fn name(finished: &Path, path: &Path) -> io::Result<()> {
    // A link is refused where something stands; a rename would replace it.
    match fs::hard_link(finished, path) {
        Ok(()) => fs::remove_file(finished)?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
        Err(_) if path.try_exists()? => return Err(io::ErrorKind::AlreadyExists.into()),
        Err(_) => fs::rename(finished, path)?,
    }
    sync_folder(path)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// The database's file with something behind its name.
fn named(file: &Path, behind: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(behind);
    name.into()
}

impl Alone {
    /// `None`: somebody has the database open, a service most likely.
    pub async fn with(file: &Path) -> Result<Option<Self>, CopyError> {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        let Some(note) = Newest::alone(&beside(file))? else { return Ok(None) };
        let alone = Self { file: file.to_owned(), note };
        Ok(alone.settle().await?.then_some(alone))
    }

    /// `false`: somebody else has it open. What is damaged stays as it is: it is about to be replaced.
    async fn settle(&self) -> Result<bool, CopyError> {
        if !self.file.exists() {
            return Ok(true);
        }
        match settle(&self.file).await {
            Err(CopyError::Db(error)) if Outage::of(&error) == Some(Outage::Busy) => Ok(false),
            Err(error) => {
                tracing::warn!(%error, "the replaced database cannot be tidied up; it is kept as it is");
                Ok(true)
            }
            Ok(()) => Ok(true),
        }
    }

    /// A place beside the database, on the same disk, for a copy that is not finished.
    pub fn workbench(&self) -> PathBuf {
        named(&self.file, &format!(".restoring-{}", std::process::id()))
    }

    /// What the database that is replaced has given out.
    pub fn given_out(&self) -> Option<super::GivenOut> {
        self.note.given_out()
    }

    /// Puts a finished copy in the database's place. What stood there is kept under the name that is
    /// answered.
    pub fn put(self, finished: &Path, aside: &str) -> io::Result<Option<PathBuf>> {
        let kept = named(&self.file, aside);
        // Only what is damaged has any of these left, and they must not be taken for the copy's.
        for tail in ["-wal", "-shm"] {
            let old = named(&self.file, tail);
            if old.exists() {
                fs::rename(&old, named(&kept, tail))?;
            }
        }
        let there = self.file.exists();
        // With a second name the old file gives way in one step; some file systems need two.
        if there && fs::hard_link(&self.file, &kept).is_err() {
            fs::rename(&self.file, &kept)?;
        }
        fs::rename(finished, &self.file)?;
        sync_folder(&self.file)?;
        let theirs = beside(finished);
        if let Some(given) = Newest::beside(&theirs)?.given_out() {
            self.note.note(given);
        }
        fs::remove_file(theirs)?;
        Ok(there.then_some(kept))
    }
}

/// Takes away what an unfinished copy has left.
pub fn sweep(unfinished: &Path) {
    for tail in ["", "-wal", "-shm", ".newest"] {
        // It may be there or not; either way it is in nobody's way.
        let _ = fs::remove_file(named(unfinished, tail));
    }
}

impl Db {
    /// Opens the database in this file, whatever signs are in its name.
    pub async fn open_file(file: &Path) -> Result<Self, OpenError> {
        Self::open_at(&Address::Sqlite(SqliteConnectOptions::new().filename(file))).await
    }
}

impl Address {
    /// Whether a service has this database open.
    pub async fn is_in_use(&self) -> Result<bool, CopyError> {
        match self {
            Self::Sqlite(_) => match self.file() {
                Some(file) => Ok(Alone::with(file).await?.is_none()),
                None => Ok(false),
            },
            Self::Postgres(options) => {
                let connected = PgConnection::connect_with(options).await;
                let mut connection = connected.map_err(|error| OpenError::new(self, &error))?;
                let others = "select count(*) from pg_stat_activity
                     where datname = current_database() and application_name = $1
                       and pid <> pg_backend_pid()";
                let others: i64 =
                    sqlx::query_scalar(others).bind(NAME).fetch_one(&mut connection).await?;
                connection.close().await?;
                Ok(others > 0)
            }
        }
    }
}
