//! When the database itself is in the way: which trouble it is, in words for people, and how writing
//! has fared lately. What is said here names no address and no secret.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
};

use sqlx::{postgres::PgDatabaseError, sqlite::SqliteError};

use super::Result;

/// Why the database cannot be used just now. None of it is the caller's fault, and none of it loses
/// what was committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outage {
    /// Nobody answers, or the connection has broken.
    Away,
    /// It answers, but not in time: somebody else is writing, or too many ask at once.
    Busy,
    /// Its disk is full.
    Full,
    /// It can be read and not written.
    ReadOnly,
    /// Its file cannot be read or written.
    Unreadable,
    /// Its file is no longer what it was.
    Damaged,
}

impl fmt::Display for Outage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Away => "it does not answer",
            Self::Busy => "it does not answer in time",
            Self::Full => "its disk is full",
            Self::ReadOnly => "it can be read but not written",
            Self::Unreadable => "its files cannot be read or written",
            Self::Damaged => "its file is damaged",
        })
    }
}

impl Outage {
    /// `None`: the database is well; it was the statement that was wrong.
    pub fn of(error: &sqlx::Error) -> Option<Self> {
        match error {
            sqlx::Error::PoolTimedOut => Some(Self::Busy),
            // Whoever is in between has closed the connection: half an answer is no answer.
            sqlx::Error::Protocol(_)
            | sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed
            | sqlx::Error::InvalidSavePointStatement => Some(Self::Away),
            sqlx::Error::Database(error) => {
                let code = error.code().unwrap_or_default();
                if error.try_downcast_ref::<SqliteError>().is_some() {
                    Self::of_sqlite(code.parse().ok()?)
                } else if error.try_downcast_ref::<PgDatabaseError>().is_some() {
                    Self::of_postgres(&code)
                } else {
                    None
                }
            }
            _ => None,
        }
    }

    /// <https://sqlite.org/rescode.html>: the lower byte of an extended code is its family.
    fn of_sqlite(code: i32) -> Option<Self> {
        match code & 0xff {
            5 | 6 => Some(Self::Busy),
            8 => Some(Self::ReadOnly),
            7 | 10 | 14 | 15 | 23 => Some(Self::Unreadable),
            11 | 26 => Some(Self::Damaged),
            13 => Some(Self::Full),
            _ => None,
        }
    }

    /// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
    fn of_postgres(code: &str) -> Option<Self> {
        match code {
            "25006" => Some(Self::ReadOnly),
            "53100" => Some(Self::Full),
            "40001" | "40P01" | "55P03" | "57014" => Some(Self::Busy),
            "XX001" | "XX002" => Some(Self::Damaged),
            // Its name, its password or the database itself was changed under us.
            "3D000" => Some(Self::Away),
            _ => match code.get(..2)? {
                "08" | "28" | "57" => Some(Self::Away),
                "53" => Some(Self::Busy),
                "58" => Some(Self::Unreadable),
                _ => None,
            },
        }
    }

    /// Over as soon as somebody gets through; the others are over when something has been written.
    fn is_of_the_way(self) -> bool {
        matches!(self, Self::Away | Self::Busy)
    }
}

/// How writing has fared lately: what was last in the way, until something has been written again.
#[derive(Default)]
pub(super) struct Writing(Mutex<Option<Outage>>);

impl Writing {
    pub(super) fn trouble(&self) -> Option<Outage> {
        *self.state()
    }

    /// Notes what has come of an attempt to begin.
    pub(super) fn begun<T>(&self, outcome: &Result<T>) {
        match outcome {
            Err(error) => self.failed(error),
            Ok(_) => {
                let mut state = self.state();
                if state.is_some_and(Outage::is_of_the_way) {
                    *state = None;
                }
            }
        }
    }

    pub(super) fn failed(&self, error: &sqlx::Error) {
        if let Some(outage) = Outage::of(error) {
            *self.state() = Some(outage);
        }
    }

    pub(super) fn committed(&self) {
        *self.state() = None;
    }

    fn state(&self) -> std::sync::MutexGuard<'_, Option<Outage>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether nothing can be done any more in the transaction in which this happened: SQLite may have
/// ended it by itself, and Postgres takes nothing but its end.
pub(super) fn ends_the_transaction(error: &sqlx::Error) -> bool {
    matches!(
        error,
        sqlx::Error::Database(_)
            | sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::WorkerCrashed
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_by_their_family() {
        for (code, found) in [
            (5, Some(Outage::Busy)),
            (13, Some(Outage::Full)),
            (778, Some(Outage::Unreadable)),
            (1032, Some(Outage::ReadOnly)),
            (2067, None),
            (787, None),
        ] {
            assert_eq!(Outage::of_sqlite(code), found, "{code}");
        }
        for (code, found) in [
            ("57P01", Some(Outage::Away)),
            ("57P03", Some(Outage::Away)),
            ("08006", Some(Outage::Away)),
            ("53100", Some(Outage::Full)),
            ("53300", Some(Outage::Busy)),
            ("25006", Some(Outage::ReadOnly)),
            ("23505", None),
            ("42601", None),
            ("", None),
        ] {
            assert_eq!(Outage::of_postgres(code), found, "{code}");
        }
    }

    #[test]
    fn a_full_disk_is_over_when_something_was_written_and_not_before() {
        let writing = Writing::default();
        *writing.state() = Some(Outage::Full);
        writing.begun(&Ok(()));
        assert_eq!(writing.trouble(), Some(Outage::Full));
        writing.committed();
        assert_eq!(writing.trouble(), None);
        writing.begun(&Err::<(), _>(sqlx::Error::PoolTimedOut));
        assert_eq!(writing.trouble(), Some(Outage::Busy));
        writing.begun(&Ok(()));
        assert_eq!(writing.trouble(), None);
    }
}
