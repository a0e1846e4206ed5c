//! The ground gives way, and what the handle on the database does then.

use std::time::Duration;

use sqlx::AssertSqlSafe;

use super::*;
use crate::{base::events::store::open_account, words::time::Time};

const NOW: Time = Time::from_millis(1_795_000_000_000);

async fn on_a_disk() -> (tempfile::TempDir, Db) {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open_file(&folder.path().join("remit.sqlite")).await.unwrap();
    (folder, db)
}

async fn on_postgres() -> Option<Db> {
    let url = std::env::var("TEST_DATABASE_URL").ok()?;
    Some(Db::open(&url).await.unwrap())
}

/// A name that nobody has yet.
fn name() -> String {
    format!("acc_{}", crate::words::dice::Dice::system().secret())
}

async fn opens(db: &Db, name: &str) -> Result<()> {
    let mut tx = db.begin().await?;
    open_account(&mut tx, name, "merchant", NOW).await?;
    tx.commit().await
}

async fn is_there(db: &Db, name: &str) -> bool {
    let mut tx = db.snapshot().await.unwrap();
    let found: Option<One<String>> =
        rows!(&mut tx, optional One<String>, "select id from accounts where id = $1", name)
            .unwrap();
    found.is_some()
}

async fn pragma(db: &Db, text: &str) {
    let Pool::Sqlite { write, .. } = &db.pool else { unreachable!() };
    sqlx::query(AssertSqlSafe(format!("pragma {text}"))).execute(write).await.unwrap();
}

/// SQLite ends the transaction by itself, and the connection goes on believing in it.
#[tokio::test]
async fn a_full_database_is_written_again_when_there_is_room() {
    let (_folder, db) = on_a_disk().await;
    pragma(&db, "max_page_count = 1").await; // as many as there are
    let mut kept = Vec::new();
    let error = loop {
        let name = format!("{}{}", name(), "x".repeat(5000));
        match opens(&db, &name).await {
            Ok(()) => kept.push(name),
            Err(error) => break error,
        }
    };
    assert_eq!(Outage::of(&error), Some(Outage::Full), "{error}");
    assert_eq!(db.trouble().await, Some(Outage::Full));
    // The next connection has no such bound: there is room again.
    let after = name();
    opens(&db, &after).await.unwrap();
    assert_eq!(db.trouble().await, None);
    for name in kept.iter().chain([&after]) {
        assert!(is_there(&db, name).await);
    }
}

#[tokio::test]
async fn a_database_that_can_only_be_read_says_so() {
    let (_folder, db) = on_a_disk().await;
    pragma(&db, "query_only = on").await;
    let error = opens(&db, &name()).await.unwrap_err();
    assert_eq!(Outage::of(&error), Some(Outage::ReadOnly), "{error}");
    assert_eq!(db.trouble().await, Some(Outage::ReadOnly));
    pragma(&db, "query_only = off").await;
    opens(&db, &name()).await.unwrap();
    assert_eq!(db.trouble().await, None);
}

#[tokio::test]
async fn a_killed_connection_is_replaced_on_postgres() {
    let Some(db) = on_postgres().await else { return };
    let Pool::Postgres(pool) = &db.pool else { unreachable!() };
    let mut tx = db.begin().await.unwrap();
    let Engine::Postgres(connection) = &mut tx.engine else { unreachable!() };
    let pid = sqlx::query_scalar::<_, i32>("select pg_backend_pid()").fetch_one(&mut **connection);
    let pid = pid.await.unwrap();
    sqlx::query("select pg_terminate_backend($1)").bind(pid).execute(pool).await.unwrap();
    let name = name();
    let error = open_account(&mut tx, &name, "merchant", NOW).await.unwrap_err();
    assert_eq!(Outage::of(&error), Some(Outage::Away), "{error}");
    drop(tx);
    opens(&db, &name).await.unwrap();
    assert_eq!(db.trouble().await, None);
}

/// Postgres would answer the commit with success.
async fn nothing_is_committed_after_a_failure(db: Db) {
    let (first, second) = (name(), name());
    opens(&db, &first).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    open_account(&mut tx, &second, "merchant", NOW).await.unwrap();
    open_account(&mut tx, &first, "merchant", NOW).await.unwrap_err();
    tx.commit().await.unwrap_err();
    assert!(!is_there(&db, &second).await);
    opens(&db, &second).await.unwrap();
}

#[tokio::test]
async fn nothing_is_committed_after_a_failure_on_sqlite() {
    nothing_is_committed_after_a_failure(on_a_disk().await.1).await;
}

#[tokio::test]
async fn nothing_is_committed_after_a_failure_on_postgres() {
    if let Some(db) = on_postgres().await {
        nothing_is_committed_after_a_failure(db).await;
    }
}

/// A caller hangs up anywhere in the middle.
async fn whoever_hangs_up_leaves_nothing_behind(db: Db) {
    for micros in (0..3000).step_by(150) {
        let gone = tokio::time::timeout(Duration::from_micros(micros), async {
            let mut tx = db.begin().await?;
            open_account(&mut tx, &name(), "merchant", NOW).await?;
            std::future::pending::<()>().await;
            tx.commit().await
        });
        gone.await.unwrap_err();
    }
    opens(&db, &name()).await.unwrap();
    assert_eq!(db.trouble().await, None);
}

#[tokio::test]
async fn whoever_hangs_up_leaves_nothing_behind_on_sqlite() {
    let (_folder, db) = on_a_disk().await;
    whoever_hangs_up_leaves_nothing_behind(db).await;
}

#[tokio::test]
async fn whoever_hangs_up_leaves_nothing_behind_on_postgres() {
    if let Some(db) = on_postgres().await {
        whoever_hangs_up_leaves_nothing_behind(db).await;
    }
}
