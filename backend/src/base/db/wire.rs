//! How a statement meets an engine: what is bound to it, and what it answers.
//!
//! Only binding a value and reading a row know types; sending and waiting are compiled once, and not once
//! for each statement and engine.

use sqlx::{
    Arguments, Encode, FromRow, Postgres, Sqlite, Type,
    error::BoxDynError,
    postgres::{PgArguments, PgRow},
    query_with,
    sqlite::{SqliteArguments, SqliteRow},
};

use super::{Engine, Result, Tx};

/// The values of a statement's parameters, in order.
#[doc(hidden)]
pub enum Bound {
    Sqlite(Result<SqliteArguments, BoxDynError>),
    Postgres(Result<PgArguments, BoxDynError>),
}

impl Bound {
    /// A value that cannot be encoded is an error of the statement.
    pub fn add<'t, T>(&mut self, value: T)
    where
        T: Encode<'t, Sqlite> + Type<Sqlite> + Encode<'t, Postgres> + Type<Postgres>,
    {
        fn onto<'t, A: Arguments, T: Encode<'t, A::Database> + Type<A::Database>>(
            bound: &mut Result<A, BoxDynError>,
            value: T,
        ) {
            if let Ok(arguments) = bound
                && let Err(error) = arguments.add(value)
            {
                *bound = Err(error);
            }
        }
        match self {
            Self::Sqlite(bound) => onto(bound, value),
            Self::Postgres(bound) => onto(bound, value),
        }
    }
}

/// What a statement has answered.
#[doc(hidden)]
pub enum Rows {
    Sqlite(Vec<SqliteRow>),
    Postgres(Vec<PgRow>),
}

/// What can be read from a row, whichever engine it comes from.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> {}
impl<T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>> Row for T {}

impl Rows {
    pub fn all<T: Row>(self) -> Result<Vec<T>> {
        match self {
            Self::Sqlite(rows) => rows.iter().map(T::from_row).collect(),
            Self::Postgres(rows) => rows.iter().map(T::from_row).collect(),
        }
    }

    pub fn optional<T: Row>(self) -> Result<Option<T>> {
        match self {
            Self::Sqlite(rows) => rows.first().map(T::from_row).transpose(),
            Self::Postgres(rows) => rows.first().map(T::from_row).transpose(),
        }
    }

    pub fn one<T: Row>(self) -> Result<T> {
        self.optional()?.ok_or(sqlx::Error::RowNotFound)
    }
}

impl Tx {
    #[doc(hidden)]
    pub fn bound(&self) -> Bound {
        match self.engine {
            Engine::Sqlite(_) => Bound::Sqlite(Ok(SqliteArguments::default())),
            Engine::Postgres(_) => Bound::Postgres(Ok(PgArguments::default())),
        }
    }

    /// All rows, or the first one only.
    #[doc(hidden)]
    pub async fn answered(&mut self, sql: &'static str, bound: Bound, all: bool) -> Result<Rows> {
        self.tally.statement();
        match (&mut self.engine, bound) {
            (Engine::Sqlite(tx), Bound::Sqlite(bound)) => {
                let query = query_with(sql, bound.map_err(sqlx::Error::Encode)?);
                let rows = match all {
                    true => query.fetch_all(&mut **tx).await?,
                    false => query.fetch_optional(&mut **tx).await?.into_iter().collect(),
                };
                Ok(Rows::Sqlite(rows))
            }
            (Engine::Postgres(tx), Bound::Postgres(bound)) => {
                let query = query_with(sql, bound.map_err(sqlx::Error::Encode)?);
                let rows = match all {
                    true => query.fetch_all(&mut **tx).await?,
                    false => query.fetch_optional(&mut **tx).await?.into_iter().collect(),
                };
                Ok(Rows::Postgres(rows))
            }
            _ => Err(other_engine()),
        }
    }

    /// The number of rows touched.
    #[doc(hidden)]
    pub async fn executed(&mut self, sql: &'static str, bound: Bound) -> Result<u64> {
        self.tally.statement();
        match (&mut self.engine, bound) {
            (Engine::Sqlite(tx), Bound::Sqlite(bound)) => {
                let query = query_with(sql, bound.map_err(sqlx::Error::Encode)?);
                Ok(query.execute(&mut **tx).await?.rows_affected())
            }
            (Engine::Postgres(tx), Bound::Postgres(bound)) => {
                let query = query_with(sql, bound.map_err(sqlx::Error::Encode)?);
                Ok(query.execute(&mut **tx).await?.rows_affected())
            }
            _ => Err(other_engine()),
        }
    }
}

/// What is bound by a transaction is sent by it, so this comes to nobody.
fn other_engine() -> sqlx::Error {
    sqlx::Error::InvalidArgument("values were bound for another engine".to_owned())
}
