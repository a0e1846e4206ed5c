//! The statements of keys and their answers.

use super::Answer;
use crate::{
    base::db::{Result, Tx, execute, rows},
    words::time::Time,
};

/// What is kept of the first request with a key.
#[derive(Debug, sqlx::FromRow)]
pub struct First {
    pub request: String,
    status: Option<i64>,
    response: Option<String>,
}

impl First {
    pub fn answer(self) -> Option<Answer> {
        let status = u16::try_from(self.status?).ok()?;
        Some(Answer { status, body: self.response? })
    }
}

/// `false`: the key is taken. While another transaction holds it, this waits for its end.
pub async fn claim(
    tx: &mut Tx,
    account: &str,
    key: &str,
    request: &str,
    now: Time,
) -> Result<bool> {
    let touched = execute!(
        tx,
        "insert into idempotency (account_id, key, request, created_at) values ($1, $2, $3, $4)
         on conflict (account_id, key) do nothing",
        account,
        key,
        request,
        now
    )?;
    Ok(touched == 1)
}

pub async fn find(tx: &mut Tx, account: &str, key: &str) -> Result<Option<First>> {
    rows!(
        tx,
        optional First,
        "select request, status, response from idempotency where account_id = $1 and key = $2",
        account,
        key
    )
}

pub async fn answer(tx: &mut Tx, account: &str, key: &str, answer: &Answer) -> Result<()> {
    execute!(
        tx,
        "update idempotency set status = $3, response = $4 where account_id = $1 and key = $2",
        account,
        key,
        i64::from(answer.status),
        &answer.body
    )?;
    Ok(())
}

pub async fn purge(tx: &mut Tx, before: Time) -> Result<u64> {
    execute!(tx, "delete from idempotency where created_at < $1", before)
}
