//! Lists are read a page at a time, newest first, each page starting after an id.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which page: at most `limit` objects, after the one named.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many, 1 to 100; more is taken as 100. Default 20.
    #[serde(default, deserialize_with = "count")]
    pub limit: Option<u32>,
    /// The id of the last object already seen.
    pub starting_after: Option<String>,
}

impl PageQuery {
    pub fn size(&self) -> u32 {
        self.limit.unwrap_or(20).clamp(1, 100)
    }
}

/// A number of rows as the description has it: what no `int32` holds is refused.
pub fn count<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    let count = Option::<u32>::deserialize(from)?;
    match count {
        Some(many) if i32::try_from(many).is_err() => {
            Err(serde::de::Error::custom("limit is a whole number, 1 to 100"))
        }
        count => Ok(count),
    }
}

/// A page of a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    pub data: Vec<T>,
    /// Whether another page follows.
    pub has_more: bool,
}

impl<T> Page<T> {
    /// From one row more than was asked for, which only says that there is more.
    pub fn from_probe(mut rows: Vec<T>, size: u32) -> Self {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let has_more = rows.len() > size;
        rows.truncate(size);
        Self { data: rows, has_more }
    }

    pub fn map<U>(self, view: impl FnMut(T) -> U) -> Page<U> {
        Page { data: self.data.into_iter().map(view).collect(), has_more: self.has_more }
    }
}
