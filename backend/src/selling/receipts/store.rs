//! The statements of receipt keys.

use super::keys::ReceiptKey;
use crate::{
    base::db::{Result, Tx, execute, rows},
    words::time::Time,
};

#[derive(sqlx::FromRow)]
struct Row {
    private_key: String,
    created_at: Time,
}

/// Every key there has been, the one that signs first.
pub async fn keys(tx: &mut Tx) -> Result<Vec<(ReceiptKey, Time)>> {
    let rows = rows!(
        tx,
        all Row,
        "select private_key, created_at from receipt_keys order by number desc"
    )?;
    let read = |row: Row| match ReceiptKey::read(&row.private_key) {
        Some(key) => Ok((key, row.created_at)),
        None => Err(sqlx::Error::Decode("a receipt key".into())),
    };
    rows.into_iter().map(read).collect()
}

/// Keeps the first key. Where somebody else was faster, theirs stays.
pub async fn insert_first(tx: &mut Tx, key: &ReceiptKey, now: Time) -> Result<()> {
    execute!(
        tx,
        "insert into receipt_keys (number, private_key, public_key, created_at)
         values (1, $1, $2, $3) on conflict (number) do nothing",
        key.private(),
        key.public().to_string(),
        now
    )?;
    Ok(())
}
