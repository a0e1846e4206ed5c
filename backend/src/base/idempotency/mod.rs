//! The same request sent twice happens once: `Idempotency-Key`.
//!
//! ```text
//! begin ──first──▶ effect ──▶ remember ──▶ commit
//!   ├──again────▶ the first answer, byte for byte
//!   ├──other body▶ Mismatch
//!   ├──first one takes too long▶ Running
//!   └──no turn at the database in time▶ Db
//! ```
//!
//! The key is claimed by the insert that opens the effect's own transaction, so claim, effect and answer
//! commit together or not at all. Whoever comes second waits for that transaction, not for a lock of
//! ours. An answer that is an error commits nothing and leaves the key free.
//!
//! A route says all of it with [`Call::once`]. Whoever has to look around first asks [`Call::known`].

pub mod http;
pub mod store;

use std::time::Duration;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    base::db::{Db, Tx},
    words::time::Time,
};

/// How long an answer is kept at least.
const KEPT: Duration = Duration::from_secs(48 * 3600);
/// How long the second request waits for the first one.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the first request with this key is still running")]
    Running,
    #[error("this key was used with another request")]
    Mismatch,
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

/// One request: whose it is, what it asks for, and its key if it has one.
#[derive(Debug, Clone)]
pub struct Call {
    account: String,
    key: Option<String>,
    /// SHA-256 of route and body.
    request: String,
}

/// What was answered the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// JSON.
    pub body: String,
}

/// Where a request stands when it begins.
pub enum Begun {
    /// Nobody has asked for this before. The effect belongs into this transaction.
    First(Tx),
    Again(Answer),
}

impl Call {
    /// `route` is method and path. The body is compared as it was understood, not as it was spelled.
    pub fn new(account: String, key: Option<String>, route: &str, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("a body that was JSON can be JSON again");
        let digest = Sha256::new().chain_update(route).chain_update([0]).chain_update(body);
        Self { account, key, request: hex::encode(digest.finalize()) }
    }

    /// Opens the transaction of the effect, unless the effect has happened already.
    pub async fn begin(&self, db: &Db, now: Time) -> Result<Begun, Error> {
        // Whoever gets no turn has been in nobody's way who has the same key: the database is busy.
        let tx = db.begin().await?;
        let Some(key) = &self.key else { return Ok(Begun::First(tx)) };
        match tokio::time::timeout(PATIENCE, self.claim(tx, key, now)).await {
            Ok(begun) => begun,
            Err(_) => Err(Error::Running),
        }
    }

    /// The first answer, if there is one: for those who have to look around before they begin.
    pub async fn known(&self, tx: &mut Tx) -> Result<Option<Answer>, Error> {
        let Some(key) = &self.key else { return Ok(None) };
        match store::find(tx, &self.account, key).await? {
            Some(first) if first.request != self.request => Err(Error::Mismatch),
            first => Ok(first.and_then(store::First::answer)),
        }
    }

    async fn claim(&self, mut tx: Tx, key: &str, now: Time) -> Result<Begun, Error> {
        if store::claim(&mut tx, &self.account, key, &self.request, now).await? {
            return Ok(Begun::First(tx));
        }
        // The first request has committed, or we would still be waiting for its row.
        match store::find(&mut tx, &self.account, key).await? {
            Some(first) if first.request != self.request => Err(Error::Mismatch),
            Some(first) => first.answer().map(Begun::Again).ok_or(Error::Running),
            None => Err(Error::Running),
        }
    }

    /// Keeps the answer with its effect. Without a key there is nothing to keep.
    pub async fn remember(&self, tx: &mut Tx, answer: &Answer) -> Result<(), Error> {
        match &self.key {
            Some(key) => Ok(store::answer(tx, &self.account, key, answer).await?),
            None => Ok(()),
        }
    }
}

/// Forgets answers that nobody can ask for any more. Says how many.
pub async fn purge(tx: &mut Tx, now: Time) -> Result<u64, Error> {
    Ok(store::purge(tx, now.before(KEPT)).await?)
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;
    use crate::base::{db::tests::memory, events};

    const NOW: Time = Time::from_millis(1_795_000_000_000);

    async fn with_account(db: &Db, account: &str) {
        let mut tx = db.begin().await.unwrap();
        events::store::open_account(&mut tx, account, "merchant", NOW).await.unwrap();
        tx.commit().await.unwrap();
    }

    fn call(account: &str, key: &str, body: &str) -> Call {
        Call::new(account.into(), Some(key.into()), "POST /v1/things", &body)
    }

    /// Opens an account, which fails the second time: an effect that must happen once.
    async fn effect(db: &Db, call: &Call, name: &str) -> Result<Answer, Error> {
        let mut tx = match call.begin(db, NOW).await? {
            Begun::First(tx) => tx,
            Begun::Again(answer) => return Ok(answer),
        };
        events::store::open_account(&mut tx, name, "person", NOW).await?;
        let answer = Answer { status: 201, body: format!("{{\"made\":\"{name}\"}}") };
        call.remember(&mut tx, &answer).await?;
        tx.commit().await?;
        Ok(answer)
    }

    async fn parallel_duplicates_happen_once(db: Db, account: &str) {
        with_account(&db, account).await;
        let made = format!("{account}-made");
        let first = call(account, "k", "body");
        let calls = (0..20).map(|_| {
            let (db, call, made) = (db.clone(), first.clone(), made.clone());
            async move { effect(&db, &call, &made).await }
        });
        for answer in join_all(calls).await {
            assert_eq!(answer.unwrap().body, format!("{{\"made\":\"{made}\"}}"));
        }
    }

    #[tokio::test]
    async fn parallel_duplicates_happen_once_on_sqlite() {
        parallel_duplicates_happen_once(memory().await, "acc").await;
    }

    /// Runs where `TEST_DATABASE_URL` names a Postgres.
    #[tokio::test(flavor = "multi_thread")]
    async fn parallel_duplicates_happen_once_on_postgres() {
        let Ok(url) = std::env::var("TEST_DATABASE_URL") else { return };
        let db = Db::open(&url).await.unwrap();
        let account = format!("acc_{}", crate::words::dice::Dice::system().secret());
        parallel_duplicates_happen_once(db, &account).await;
    }

    #[tokio::test]
    async fn another_body_under_the_same_key_is_refused() {
        let db = memory().await;
        with_account(&db, "acc").await;
        effect(&db, &call("acc", "k", "one"), "a").await.unwrap();
        let other = effect(&db, &call("acc", "k", "two"), "b").await;
        assert!(matches!(other, Err(Error::Mismatch)));
        let mut tx = db.begin().await.unwrap();
        let known = call("acc", "k", "one").known(&mut tx).await.unwrap();
        assert_eq!(known.unwrap().body, r#"{"made":"a"}"#);
        assert_eq!(call("acc", "new", "one").known(&mut tx).await.unwrap(), None);
        let other = call("acc", "k", "two").known(&mut tx).await;
        assert!(matches!(other, Err(Error::Mismatch)));
    }

    #[tokio::test]
    async fn keys_belong_to_their_account() {
        let db = memory().await;
        with_account(&db, "acc").await;
        with_account(&db, "other").await;
        effect(&db, &call("acc", "k", "body"), "a").await.unwrap();
        let theirs = effect(&db, &call("other", "k", "body"), "b").await.unwrap();
        assert_eq!(theirs.body, r#"{"made":"b"}"#);
    }

    #[tokio::test]
    async fn a_failure_leaves_the_key_free() {
        let db = memory().await;
        with_account(&db, "acc").await;
        let call = call("acc", "k", "body");
        assert!(effect(&db, &call, "acc").await.is_err(), "this account is there already");
        assert_eq!(effect(&db, &call, "a").await.unwrap().status, 201);
    }

    #[tokio::test]
    async fn without_a_key_every_request_is_new() {
        let db = memory().await;
        let call = Call::new("acc".into(), None, "POST /v1/things", &"body");
        effect(&db, &call, "a").await.unwrap();
        assert!(effect(&db, &call, "a").await.is_err(), "it was tried again");
    }

    /// On Postgres the second one waits for the first one's row. Runs where `TEST_DATABASE_URL` names one.
    #[tokio::test(flavor = "multi_thread")]
    async fn whoever_waits_too_long_is_told_that_the_first_is_running() {
        let Ok(url) = std::env::var("TEST_DATABASE_URL") else { return };
        let db = Db::open(&url).await.unwrap();
        let account = format!("acc_{}", crate::words::dice::Dice::system().secret());
        with_account(&db, &account).await;
        let call = call(&account, "k", "body");
        let Begun::First(running) = call.begin(&db, NOW).await.unwrap() else { unreachable!() };
        assert!(matches!(call.begin(&db, NOW).await, Err(Error::Running)));
        drop(running);
    }

    /// On SQLite nobody knows what the writer is busy with: it need not be this key, nor any.
    #[tokio::test]
    async fn whoever_gets_no_turn_to_write_is_told_that_the_database_is_busy() {
        let db = memory().await;
        with_account(&db, "acc").await;
        let writer = db.begin().await.unwrap();
        tokio::time::pause();
        for key in [None, Some("k".to_owned())] {
            let call = Call::new("acc".into(), key, "POST /v1/things", &"body");
            let Err(Error::Db(error)) = call.begin(&db, NOW).await else { unreachable!() };
            let problem = crate::base::web::problem::Problem::from(error);
            assert_eq!(problem.kind.slug(), "database-unavailable");
            assert!(problem.retry_after.is_some());
        }
        drop(writer);
    }

    #[tokio::test]
    async fn answers_are_kept_for_two_days() {
        let db = memory().await;
        with_account(&db, "acc").await;
        effect(&db, &call("acc", "k", "body"), "a").await.unwrap();
        let mut tx = db.begin().await.unwrap();
        assert_eq!(purge(&mut tx, NOW.after(KEPT)).await.unwrap(), 0);
        let later = NOW.after(KEPT + Duration::from_millis(1));
        assert_eq!(purge(&mut tx, later).await.unwrap(), 1);
    }
}
