//! What is remembered of the chain itself: how far it has been read.

use crate::{
    db::{Result, Tx, execute},
    time::Time,
};

pub async fn remember_head(tx: &mut Tx, block: u32, time: Time) -> Result<()> {
    execute!(
        tx,
        "update chain set block = $1, time = $2 where id = 1 and block < $1",
        i64::from(block),
        time
    )?;
    Ok(())
}
