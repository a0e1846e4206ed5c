//! The accounts whose transactions are followed, each with its own cursor.
//!
//! Wallets and payments say whom to follow; the watcher reads, and moves the cursors in the same
//! transaction as the money it found.

pub mod store;

use std::time::Duration;

use ton::address::Address;

use crate::{
    db::{self, Tx},
    money::Assets,
    time::Time,
};

pub use store::{Cursor, Watched};

/// How far before the first sight of an account its history is read, so that nothing slips between.
pub const BEFOREHAND: Duration = Duration::from_secs(60);

/// Follows every accepted asset of an address: until a moment, or for ever.
pub async fn follow(
    tx: &mut Tx,
    assets: &Assets,
    owner: Address,
    now: Time,
    until: Option<Time>,
) -> db::Result<()> {
    for listed in assets.iter() {
        store::watch(tx, owner, listed.asset, now.before(BEFOREHAND), until).await?;
    }
    Ok(())
}
