//! The accounts whose transactions are followed, each with its own cursor.
//!
//! Wallets and payments say whom to follow; the watcher reads, and moves the cursors in the same
//! transaction as the money it found.

pub mod progress;
pub mod store;

use std::time::Duration;

use ton::address::Address;

use crate::{
    base::db::{self, Tx},
    words::{money::Assets, time::Time},
};

pub use progress::Progress;
pub use store::{Behind, Cursor, Watched};

/// How far before the first sight of an account its history is read, so that nothing slips between.
pub const BEFOREHAND: Duration = Duration::from_secs(60);

/// How far the newest block that was read may lie behind our own clock, for both to agree.
const AGREES: Duration = Duration::from_secs(120);

/// How long an address is still followed when the reason for it has gone.
pub const AFTERWARDS: Duration = Duration::from_secs(24 * 3600);

/// Follows every accepted asset of an address: until a moment, or for ever.
pub async fn follow(
    tx: &mut Tx,
    assets: &Assets,
    owner: Address,
    now: Time,
    until: Option<Time>,
) -> db::Result<()> {
    let from = Beginning::of(tx, now).await?;
    for listed in assets.iter() {
        store::watch(tx, owner, listed.asset, from, until).await?;
    }
    Ok(())
}

/// Follows newly accepted assets, from now on, wherever the coin is followed already.
pub async fn widen(tx: &mut Tx, assets: &Assets, now: Time) -> db::Result<()> {
    let from = Beginning::of(tx, now).await?;
    for listed in assets.iter() {
        store::widen(tx, listed.asset, from).await?;
    }
    Ok(())
}

/// From where an account that is followed from now on is read. It is held against the chain's clock: by our
/// own, an hour fast, the first hour's money would lie before it. Where the two seem to agree, the earlier one
/// counts: nobody knows whether the other is fast or the newest block late.
#[derive(Debug, Clone, Copy)]
pub struct Beginning {
    pub since: Time,
    /// This is by our own clock, which is not known to agree with the chain's: [`place`] puts it right.
    pub unplaced: bool,
}

impl Beginning {
    async fn of(tx: &mut Tx, now: Time) -> db::Result<Self> {
        let chain = db::chain_time(tx).await?.filter(|chain| agree(*chain, now));
        // Blocks are dated to the second: the newest one's is over.
        let from = chain.map_or(now, |chain| now.min(chain.after(Duration::from_secs(1))));
        Ok(Self { since: from.before(BEFOREHAND), unplaced: chain.is_none() })
    }
}

/// Whether our own clock may be right, by the newest block there is. A block is always somewhat late.
fn agree(chain: Time, own: Time) -> bool {
    chain <= own && own.since(chain) <= AGREES
}

/// Moves what was taken from our own clock to the chain's, where `chain` and `own` are the same moment.
/// Nobody is followed only from later on: another process may have had another clock.
pub async fn place(tx: &mut Tx, chain: Time, own: Time) -> db::Result<()> {
    let (by, moment) =
        if agree(chain, own) { (0, own) } else { (chain.millis() - own.millis(), chain) };
    store::place(tx, by, moment.before(BEFOREHAND)).await
}

/// Lets go of addresses that no wallet and no merchant holds any more.
pub async fn release(tx: &mut Tx, now: Time) -> db::Result<()> {
    store::release(tx, now.after(AFTERWARDS)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::db::tests::memory,
        words::money::{Asset, Listed},
    };

    async fn chain_says(tx: &mut Tx, time: Time) {
        db::remember_network(tx, ton::network::Network::SANDBOX).await.unwrap();
        db::remember_head(tx, u32::try_from(time.seconds()).unwrap(), time).await.unwrap();
    }

    fn usdt() -> Assets {
        let asset = Asset::Jetton(Address { workchain: 0, hash: [9; 32] });
        Assets::new([Listed { asset, code: "USDT".into(), name: "Tether USD".into(), decimals: 6 }])
    }

    #[tokio::test]
    async fn an_asset_accepted_later_is_followed_where_the_coin_is() {
        let db = memory().await;
        let owner = Address { workchain: 0, hash: [7; 32] };
        let now = Time::from_millis(900_000_000);
        let mut tx = db.begin().await.unwrap();
        follow(&mut tx, &Assets::new([]), owner, now, None).await.unwrap();
        for _ in 0..2 {
            widen(&mut tx, &usdt(), now).await.unwrap();
            let followed = store::watched(&mut tx, now).await.unwrap();
            assert_eq!(followed.len(), 2, "{followed:?}");
        }
    }

    #[tokio::test]
    async fn whom_nobody_holds_is_let_go() {
        let db = memory().await;
        let owner = Address { workchain: 0, hash: [7; 32] };
        let now = Time::from_millis(900_000_000);
        let mut tx = db.begin().await.unwrap();
        follow(&mut tx, &usdt(), owner, now, None).await.unwrap();
        release(&mut tx, now).await.unwrap();
        assert_eq!(store::watched(&mut tx, now).await.unwrap().len(), 2);
        assert!(store::watched(&mut tx, now.after(AFTERWARDS)).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_wrong_clock_moves_no_beginning() {
        const HOUR: Duration = Duration::from_secs(3600);
        let then = Time::from_millis(900_000_000);
        for own in [then.after(HOUR), then.before(HOUR), then] {
            let db = memory().await;
            let owner = Address { workchain: 0, hash: [7; 32] };
            let mut tx = db.begin().await.unwrap();
            follow(&mut tx, &Assets::new([]), owner, own, None).await.unwrap();
            widen(&mut tx, &usdt(), own).await.unwrap();
            // The chain is heard for the first time ten seconds later; the second time changes nothing.
            let after = Duration::from_secs(10);
            for more in [after, 3 * after] {
                place(&mut tx, then.after(more), own.after(after)).await.unwrap();
            }
            assert!(!store::is_any_unplaced(&mut tx).await.unwrap());
            for watched in store::watched(&mut tx, then).await.unwrap() {
                assert_eq!(watched.since, then.before(BEFOREHAND), "{watched:?}");
            }
        }
    }

    #[tokio::test]
    async fn a_clock_that_is_a_little_fast_moves_no_beginning_past_the_chain() {
        let then = Time::from_millis(900_000_000);
        for fast in [0, 29, 61, 90, 119, 120, 121] {
            let db = memory().await;
            let owner = Address { workchain: 0, hash: [7; 32] };
            let own = then.after(Duration::from_secs(fast));
            let mut tx = db.begin().await.unwrap();
            chain_says(&mut tx, then).await;
            follow(&mut tx, &usdt(), owner, own, None).await.unwrap();
            place(&mut tx, then, own).await.unwrap();
            for watched in store::watched(&mut tx, then).await.unwrap() {
                let latest = then.after(Duration::from_secs(1)).before(BEFOREHAND);
                assert!(watched.since <= latest, "{fast} s: {watched:?}");
            }
        }
    }

    #[tokio::test]
    async fn what_lapsed_begins_anew() {
        let db = memory().await;
        let assets = Assets::new([]);
        let owner = Address { workchain: 0, hash: [7; 32] };
        let (then, later) = (Time::from_millis(1_000_000), Time::from_millis(900_000_000));
        let mut tx = db.begin().await.unwrap();
        chain_says(&mut tx, then).await;
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

        chain_says(&mut tx, later).await;
        // Our own clock is an hour ahead, and that changes nothing.
        let ours = later.after(Duration::from_secs(3600));
        follow(&mut tx, &assets, owner, ours, None).await.unwrap();
        place(&mut tx, later, ours).await.unwrap();
        let anew = &store::watched(&mut tx, later).await.unwrap()[0];
        assert_eq!((anew.cursor, anew.asset), (None, Asset::Gram));
        assert_eq!(anew.since, later.before(BEFOREHAND), "its past is no news");
    }
}
