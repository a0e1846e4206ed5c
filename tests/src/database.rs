//! A database of its own for each story.

use std::{
    env,
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
};

use sqlx::{Connection, Executor, PgConnection};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

const SERVER: &str = "TEST_DATABASE_URL";
static COUNT: AtomicU32 = AtomicU32::new(0);

impl Engine {
    pub fn is_there(self) -> bool {
        self == Self::Sqlite || env::var(SERVER).is_ok()
    }

    /// A statement for the server on which the databases of stories are.
    pub async fn on_the_server(statement: String) {
        let server = env::var(SERVER).expect("the story asks is_there first");
        let mut connection = PgConnection::connect(&server).await.expect("Postgres answers");
        connection.execute(sqlx::AssertSqlSafe(statement)).await.expect("the statement is right");
    }

    /// The server's `host:port`.
    pub fn server() -> String {
        let server = env::var(SERVER).expect("the story asks is_there first");
        let url: url::Url = server.parse().expect("it is an address");
        format!("{}:{}", url.host_str().unwrap_or("localhost"), url.port().unwrap_or(5432))
    }

    /// The address of a new, empty database.
    pub async fn fresh(self, folder: &Path) -> String {
        match self {
            Self::Sqlite => format!("sqlite:{}", folder.join("remit.sqlite").display()),
            Self::Postgres => {
                let server = env::var(SERVER).expect("the story asks is_there first");
                let count = COUNT.fetch_add(1, Ordering::Relaxed);
                let name = format!("story_{}_{count}", std::process::id());
                let mut connection =
                    PgConnection::connect(&server).await.expect("Postgres answers");
                let statement =
                    sqlx::AssertSqlSafe(format!("create database {name} template template0"));
                connection.execute(statement).await.expect("a new database");
                let (base, _) = server.rsplit_once('/').expect("the address ends with a database");
                format!("{base}/{name}")
            }
        }
    }
}
