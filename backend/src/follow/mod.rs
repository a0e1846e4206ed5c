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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{db::tests::memory, money::Asset};

    #[tokio::test]
    async fn what_lapsed_begins_anew() {
        let db = memory().await;
        let assets = Assets::new([]);
        let owner = Address { workchain: 0, hash: [7; 32] };
        let (then, later) = (Time::from_millis(1_000_000), Time::from_millis(900_000_000));
        let mut tx = db.begin().await.unwrap();
        let until = then.after(Duration::from_secs(3600));
        follow(&mut tx, &assets, owner, then, Some(until)).await.unwrap();
        let [first] = &store::watched(&mut tx, then).await.unwrap()[..] else {
            panic!("one account")
        };
        let read = Cursor { lt: 5, hash: [1; 32] };
        assert!(store::advance(&mut tx, first, read).await.unwrap());

        follow(&mut tx, &assets, owner, then, Some(until)).await.unwrap();
        let still = &store::watched(&mut tx, then).await.unwrap()[0];
        assert_eq!(still.cursor, Some(read), "followed longer, it goes on where it was");

        follow(&mut tx, &assets, owner, later, None).await.unwrap();
        let anew = &store::watched(&mut tx, later).await.unwrap()[0];
        assert_eq!((anew.cursor, anew.asset), (None, Asset::Gram));
        assert_eq!(anew.since, later.before(BEFOREHAND), "its past is no news");
    }
}
