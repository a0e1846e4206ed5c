//! The statements of preparing a payment.

use crate::{
    db::{One, Result, Tx, rows},
    id::PersonId,
    time::Time,
};

/// How many payments of a person wait for a signature.
pub async fn unsigned(tx: &mut Tx, payer: PersonId, now: Time) -> Result<i64> {
    let (count,): (i64,) = rows!(
        tx,
        one One<i64>,
        "select count(*) from intents
          where payer_id = $1 and status = 'created' and expires_at > $2",
        payer,
        now
    )?;
    Ok(count)
}
