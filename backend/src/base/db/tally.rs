//! How much is asked of the database, and how to ask about many things at once.
//!
//! A list must cost a number of statements that does not grow with its length, and whoever only reads
//! must not take the one writer: tests hold both against these counts.

use std::{
    fmt::Display,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// Cheap to clone; clones count together.
#[derive(Debug, Clone, Default)]
pub struct Tally(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    writers: AtomicU64,
    statements: AtomicU64,
}

impl Tally {
    pub(super) fn writer(&self) {
        self.0.writers.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn statement(&self) {
        self.0.statements.fetch_add(1, Ordering::Relaxed);
    }

    /// Transactions that may write, so far.
    pub fn writers(&self) -> u64 {
        self.0.writers.load(Ordering::Relaxed)
    }

    /// Statements, so far.
    pub fn statements(&self) -> u64 {
        self.0.statements.load(Ordering::Relaxed)
    }
}

/// Characters of an id: see [`crate::words::id`].
const ID: usize = 30;

/// Ids as one parameter: one after the other, for a statement made by `over_ids!`.
pub fn joined<T: Display>(ids: impl IntoIterator<Item = T>) -> String {
    let mut text = String::new();
    for id in ids {
        let id = id.to_string();
        debug_assert_eq!(id.len(), ID, "{id} is not an id");
        text.push_str(&id);
    }
    text
}

/// A statement about many ids at once. They come in `$1`, [`joined`], and stand in the table `ids (id)`.
/// Name it first, and join by `cross join … where`: then SQLite looks each id up instead of walking
/// through the other table.
macro_rules! over_ids {
    ($sql:literal) => {
        concat!(
            "with recursive places (n) as (
                 select 1 union all
                 select n + 30 from places where n + 30 < length(cast($1 as text))
             ), ids (id) as (select substr(cast($1 as text), n, 30) from places) ",
            $sql
        )
    };
}

pub(crate) use over_ids;
