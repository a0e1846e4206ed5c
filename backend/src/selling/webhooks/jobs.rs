//! Forgetting: the log is for finding out what went wrong lately; the feed keeps everything.

use std::time::Duration;

use super::{outbox, store};
use crate::{
    base::db::{Result, Tx},
    words::time::Time,
};

/// How long a delivery that is done with stays in the log.
pub const KEPT: Duration = Duration::from_secs(30 * 24 * 3600);

pub async fn purge(tx: &mut Tx, now: Time) -> Result<()> {
    outbox::purge(tx, now.before(KEPT)).await?;
    store::purge_keys(tx, now).await?;
    Ok(())
}
