//! Reading a page of a list: where it begins, from one moment, and one row more than is shown.

use std::str::FromStr;

use crate::{
    base::{
        db::{Db, Tx},
        web::problem::{Problem, Result},
    },
    words::page::{Page, PageQuery},
};

/// A list that is being read.
pub struct Listing<C> {
    pub tx: Tx,
    /// The page begins after this one, if it is not the first.
    pub after: Option<C>,
    /// How many rows to read: the last one only says that there is more.
    pub probe: i64,
    size: u32,
}

impl PageQuery {
    /// Begins to read. `missing` says that nothing has the id that was named.
    pub async fn open<C: FromStr>(
        &self,
        db: &Db,
        missing: impl FnOnce(&str) -> Problem,
    ) -> Result<Listing<C>> {
        let after = match self.starting_after.as_deref() {
            Some(id) => Some(id.parse().map_err(|_| missing(id))?),
            None => None,
        };
        let tx = db.snapshot().await?;
        let size = self.size();
        Ok(Listing { tx, after, probe: i64::from(size) + 1, size })
    }
}

impl<C> Listing<C> {
    /// What was read, as the page that was asked for.
    pub fn page<T>(&self, rows: Vec<T>) -> Page<T> {
        Page::from_probe(rows, self.size)
    }
}
