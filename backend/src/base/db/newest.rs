//! A note beside the database: the newest event that it has given out. An older copy that is put in its
//! place does not know that event, and by this it is found out, whoever has put it there and however.
//!
//! Whoever has the database open holds the note, so it also says whether somebody has. It is a help and
//! not a truth: without it, or where it cannot be written, everything else goes on.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
    sync::{Mutex, PoisonError},
};

use crate::words::{id::EventId, time::Time};

/// What was given out last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GivenOut {
    pub event: EventId,
    pub at: Time,
    /// The highest number any feed has reached.
    pub highest: i64,
}

pub(super) struct Newest(Mutex<File>);

impl Newest {
    /// The note at `path`, held together with everybody else who has the database open.
    pub(super) fn beside(path: &Path) -> io::Result<Self> {
        let file = open(path)?;
        match file.try_lock_shared() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::other("a copy is being put in its place just now"));
            }
            // Some file systems know no locks. Then nobody can be warned, and nothing else is lost.
            Err(TryLockError::Error(error)) => {
                tracing::warn!(%error, "whether somebody uses the database cannot be known here");
            }
        }
        Ok(Self(Mutex::new(file)))
    }

    /// The same for one alone. `None`: somebody has the database open.
    pub(super) fn alone(path: &Path) -> io::Result<Option<Self>> {
        let file = open(path)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Ok(None),
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Some(Self(Mutex::new(file)))),
        }
    }

    /// Always as long as before, so that a full disk takes it too, and never torn between two lines.
    pub(super) fn note(&self, given: GivenOut) {
        let GivenOut { event, at, highest } = given;
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Another process may have written since.
        let highest = read(&mut file).map_or(highest, |known| known.highest.max(highest));
        let line = format!("{event} {:020} {highest:020}\n", at.millis());
        let written = file.seek(SeekFrom::Start(0)).and_then(|_| file.write_all(line.as_bytes()));
        if let Err(error) = written {
            tracing::warn!(%error, "the note of the newest event cannot be written");
        }
    }

    /// `None`: nothing was noted yet, or it cannot be read.
    pub(super) fn given_out(&self) -> Option<GivenOut> {
        read(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn read(file: &mut File) -> Option<GivenOut> {
    let mut text = String::new();
    file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_string(&mut text)).ok()?;
    let mut words = text.split_whitespace();
    let event = words.next()?.parse().ok()?;
    let at = Time::from_millis(words.next()?.parse().ok()?);
    Some(GivenOut { event, at, highest: words.next()?.parse().ok()? })
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::dice::Dice;

    #[test]
    fn what_was_noted_last_is_known_and_one_alone_knows_of_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("remit.sqlite.newest");
        let note = Newest::beside(&path).unwrap();
        assert_eq!(note.given_out(), None);
        for (millis, highest) in [(1_795_000_000_000, 70), (1_795_000_000_001, 7)] {
            let at = Time::from_millis(millis);
            let given = GivenOut { event: EventId::new(at, &Dice::system()), at, highest };
            note.note(given);
            // The highest number is that of all feeds, and never comes down.
            assert_eq!(note.given_out(), Some(GivenOut { highest: 70, ..given }));
        }
        let other = Newest::beside(&path).unwrap();
        assert!(Newest::alone(&path).unwrap().is_none());
        drop((note, other));
        let alone = Newest::alone(&path).unwrap().unwrap();
        assert!(Newest::beside(&path).is_err());
        assert!(alone.given_out().is_some());
    }
}
