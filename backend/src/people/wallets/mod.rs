//! Which addresses a person has proven to hold.
//!
//! ```text
//! challenge ──ton_proof──▶ linked ──▶ default │ unlinked
//! ```
//!
//! A proof links an address to the person whose session asked for it, and does nothing else: nothing
//! private hangs on a wallet alone, and one wallet may be linked by several people.

pub mod http;
pub mod store;
pub mod view;

use std::time::Duration;

use ton::address::Address;

use crate::{
    base::{
        db::Tx,
        events::{self, Now},
        follow,
    },
    people::identity::{self, Person},
    words::{
        id::{PersonId, WalletId},
        money::Assets,
        time::Time,
    },
};

pub use store::Wallet;

/// How long a wallet may take to answer a challenge.
const CHALLENGE: Duration = Duration::from_secs(15 * 60);

/// Wallets that one person may link: each is followed for ever.
pub const MOST: usize = 10;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no wallet {0}")]
    NotFound(WalletId),
    #[error("the challenge is unknown, used or too old")]
    ChallengeSpent,
    #[error("as many wallets are linked as can be")]
    TooMany,
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

/// A nonce to be signed by a wallet: 32 random bytes as hex, for one session, for one use.
pub async fn challenge(
    tx: &mut Tx,
    session_hash: &str,
    person: PersonId,
    now: Now<'_>,
) -> Result<(String, Time), Error> {
    let (payload, expires_at) = (now.dice.secret(), now.at.after(CHALLENGE));
    store::insert_challenge(tx, &payload, session_hash, person, now.at, expires_at).await?;
    Ok((payload, expires_at))
}

/// Uses a challenge up before its proof is looked at: a failed proof cannot be tried again.
pub async fn spend(
    tx: &mut Tx,
    payload: &str,
    session_hash: &str,
    person: PersonId,
    now: Time,
) -> Result<(), Error> {
    if store::spend_challenge(tx, payload, session_hash, person, now).await? {
        Ok(())
    } else {
        Err(Error::ChallengeSpent)
    }
}

/// A wallet whose proof held.
#[derive(Debug, Clone)]
pub struct Proven {
    pub address: Address,
    pub version: String,
    pub public_key: [u8; 32],
}

/// Links a proven wallet, follows its accounts, and tells everybody who holds it already.
pub async fn link(
    tx: &mut Tx,
    assets: &Assets,
    person: &Person,
    proven: Proven,
    now: Now<'_>,
) -> Result<Wallet, Error> {
    identity::store::hold(tx, person.id).await?;
    let existing = store::of(tx, person.id).await?;
    if let Some(known) = existing.iter().find(|wallet| wallet.address == proven.address) {
        store::set_key(tx, known.id, &hex::encode(proven.public_key)).await?;
        return Ok(known.clone());
    }
    if existing.len() >= MOST {
        return Err(Error::TooMany);
    }
    let others = store::people_of(tx, proven.address).await?;
    let wallet = Wallet {
        id: WalletId::new(now.at, now.dice),
        person: person.id,
        address: proven.address,
        version: proven.version,
        public_key: hex::encode(proven.public_key),
        is_default: existing.is_empty(),
        linked_at: now.at,
    };
    store::insert(tx, &wallet).await?;
    follow::follow(tx, assets, wallet.address, now.at, None).await?;
    let told = |by_you| view::LinkedView { wallet: view::WalletView::from(&wallet), by_you };
    events::append(tx, &person.alarm(), events::kind::WALLET_LINKED, &told(true), now);
    for other in others {
        events::append(tx, &other.alarm(), events::kind::WALLET_LINKED, &told(false), now);
    }
    Ok(wallet)
}

/// Makes one wallet the one that others pay to, and says so to whoever will not be paid where they were.
pub async fn choose(
    tx: &mut Tx,
    person: &Person,
    id: WalletId,
    now: Now<'_>,
) -> Result<Wallet, Error> {
    let mut wallet = own(tx, person.id, id).await?;
    if wallet.is_default {
        return Ok(wallet);
    }
    store::set_default(tx, person.id, id).await?;
    wallet.is_default = true;
    let view = view::WalletView::from(&wallet);
    events::append(tx, &person.alarm(), events::kind::WALLET_CHOSEN, &view, now);
    Ok(wallet)
}

/// Takes a wallet off a person's list. Its past stays in the activity.
pub async fn unlink(tx: &mut Tx, person: &Person, id: WalletId, now: Now<'_>) -> Result<(), Error> {
    let wallet = own(tx, person.id, id).await?;
    store::delete(tx, person.id, id).await?;
    follow::release(tx, now.at).await?;
    let view = view::WalletView::from(&wallet);
    events::append(tx, &person.alarm(), events::kind::WALLET_UNLINKED, &view, now);
    let next = store::of(tx, person.id).await?.first().map(|next| next.id);
    if let Some(next) = next.filter(|_| wallet.is_default) {
        choose(tx, person, next, now).await?;
    }
    Ok(())
}

/// The wallet others pay to, if there is one.
pub async fn default_of(tx: &mut Tx, person: PersonId) -> Result<Option<Wallet>, sqlx::Error> {
    Ok(store::of(tx, person).await?.into_iter().next())
}

async fn own(tx: &mut Tx, person: PersonId, id: WalletId) -> Result<Wallet, Error> {
    let wallets = store::of(tx, person).await?;
    wallets.into_iter().find(|wallet| wallet.id == id).ok_or(Error::NotFound(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::db::tests::memory,
        people::identity::{Chat, Seen, meet},
        words::dice::Dice,
    };

    #[tokio::test]
    async fn ten_wallets_are_enough_for_anybody() {
        let (db, dice) = (memory().await, Dice::seeded([8; 32]));
        let mut tx = db.begin().await.unwrap();
        let at = Time::from_millis(1);
        let (now, chat) = (Now { at, dice: &dice, hand: None }, Chat::Open);
        let alice =
            Seen { telegram_id: 1, first_name: "A", username: None, language: None, chat, at };
        let alice = meet(&mut tx, alice, now).await.unwrap();
        let proven = |n| Proven {
            address: Address::new(0, [n; 32]),
            version: "v5r1".into(),
            public_key: [n; 32],
        };
        let assets = Assets::new([]);
        let first = link(&mut tx, &assets, &alice, proven(0), now).await.unwrap();
        for n in 1..10 {
            link(&mut tx, &assets, &alice, proven(n), now).await.unwrap();
        }
        let refused = link(&mut tx, &assets, &alice, proven(10), now).await;
        assert!(matches!(refused, Err(Error::TooMany)));
        link(&mut tx, &assets, &alice, proven(3), now).await.expect("it is linked already");
        unlink(&mut tx, &alice, first.id, now).await.unwrap();
        link(&mut tx, &assets, &alice, proven(10), now).await.expect("there is room again");
    }
}
