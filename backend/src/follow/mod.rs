//! The accounts whose transactions are followed, each with its own cursor.
//!
//! Wallets and payments say whom to follow; the watcher reads, and moves the cursors in the same
//! transaction as the money it found.

pub mod progress;
pub mod store;

use std::time::Duration;

use ton::address::Address;

use crate::{
    db::{self, Tx},
    money::Assets,
    time::Time,
};

pub use progress::Progress;
pub use store::{Behind, Cursor, Watched};

/// How far before the first sight of an account its history is read, so that nothing slips between.
pub const BEFOREHAND: Duration = Duration::from_secs(60);

/// How long an address is still followed when the reason for it has gone.
pub const AFTERWARDS: Duration = Duration::from_secs(24 * 3600);

/// Before the chain has told its time we only have our own clock, which may be wrong by so much.
const UNSURE: Duration = Duration::from_secs(24 * 3600);

/// Follows every accepted asset of an address: until a moment, or for ever.
pub async fn follow(
    tx: &mut Tx,
    assets: &Assets,
    owner: Address,
    now: Time,
    until: Option<Time>,
) -> db::Result<()> {
    let since = moment(tx, now).await?;
    for listed in assets.iter() {
        store::watch(tx, owner, listed.asset, since, until).await?;
    }
    Ok(())
}

/// Follows newly accepted assets, from now on, wherever the coin is followed already.
pub async fn widen(tx: &mut Tx, assets: &Assets, now: Time) -> db::Result<()> {
    let since = moment(tx, now).await?;
    for listed in assets.iter() {
        store::widen(tx, listed.asset, since).await?;
    }
    Ok(())
}

/// From where an account that is followed from now on is read. It is held against the chain's clock, so
/// it is taken from there: with our own, an hour fast, the first hour's money would lie before it.
async fn moment(tx: &mut Tx, now: Time) -> db::Result<Time> {
    let chain = db::chain_time(tx).await?;
    Ok(chain.unwrap_or_else(|| now.before(UNSURE)).before(BEFOREHAND))
}

/// Lets go of addresses that no wallet and no merchant holds any more.
pub async fn release(tx: &mut Tx, now: Time) -> db::Result<()> {
    store::release(tx, now.after(AFTERWARDS)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::tests::memory,
        money::{Asset, Listed},
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
        let anew = &store::watched(&mut tx, later).await.unwrap()[0];
        assert_eq!((anew.cursor, anew.asset), (None, Asset::Gram));
        assert_eq!(anew.since, later.before(BEFOREHAND), "its past is no news");
    }
}
