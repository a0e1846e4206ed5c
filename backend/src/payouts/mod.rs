//! A merchant moves to another wallet. The states stand in [`state`].
//!
//! Whoever steals an owner's phone could turn all later income to a wallet of theirs. So the new wallet
//! must be proven by the one who asks, every owner is told at once, and it waits, by the chain's clock,
//! long enough for any of them to stop it. What was asked for before still names the old wallet, and
//! what arrives there is still the merchant's.

pub mod http;
pub mod state;
pub mod store;

use std::time::Duration;

use ton::address::Address;

use crate::{
    db::Tx,
    events::{self, Now, kind},
    follow,
    id::{PayoutChangeId, PersonId},
    merchants::{self, Merchant},
    money::Assets,
    time::Time,
};

pub use state::{Change, ChangeStatus, Input, Refused};

/// Moves in one transaction at most; the rest follows in the next.
const CHUNK: i64 = 100;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no change {0}")]
    NotFound(PayoutChangeId),
    #[error("the merchant is paid there already")]
    SameWallet,
    #[error("another change is waiting")]
    Pending,
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error(transparent)]
    Merchant(#[from] merchants::Error),
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

/// Asks for another wallet, which `by` has proven.
pub async fn ask(
    tx: &mut Tx,
    merchant: &Merchant,
    to: Address,
    by: PersonId,
    delay: Duration,
    now: Now<'_>,
) -> Result<Change, Error> {
    if to == merchant.payout {
        return Err(Error::SameWallet);
    }
    let change = Change {
        id: PayoutChangeId::new(now.at, now.dice),
        merchant: merchant.id,
        from: merchant.payout,
        to,
        asked_by: by,
        status: ChangeStatus::Waiting,
        created_at: now.at,
        due_at: now.at.after(delay),
        ended_at: None,
    };
    if !store::insert(tx, &change).await? {
        return Err(Error::Pending);
    }
    tell(tx, merchant, &change, kind::PAYOUT_CHANGE_REQUESTED, now).await?;
    Ok(change)
}

/// Stops a change that waits.
pub async fn cancel(
    tx: &mut Tx,
    merchant: &Merchant,
    id: PayoutChangeId,
    now: Now<'_>,
) -> Result<Change, Error> {
    let found = store::find(tx, merchant.id, id).await?;
    let before = found.ok_or(Error::NotFound(id))?;
    let after = before.clone().apply(Input::Cancel { at: now.at })?;
    if !store::save(tx, &before, &after).await? {
        return Err(Refused::Over.into());
    }
    tell(tx, merchant, &after, kind::PAYOUT_CHANGE_CANCELED, now).await?;
    Ok(after)
}

/// Moves everybody whose time has come. `passed` is the chain's clock. Says how many: there may be more.
pub async fn complete_due(
    tx: &mut Tx,
    assets: &Assets,
    passed: Time,
    now: Now<'_>,
) -> Result<usize, Error> {
    let due = store::due(tx, passed, CHUNK).await?;
    for before in &due {
        let after = before.clone().apply(Input::Passed { at: passed })?;
        if !store::save(tx, before, &after).await? {
            continue;
        }
        merchants::store::set_payout(tx, after.merchant, after.to, passed).await?;
        follow::follow(tx, assets, after.to, now.at, None).await?;
        let merchant = merchants::find(tx, after.merchant).await?;
        tell(tx, &merchant, &after, kind::PAYOUT_CHANGED, now).await?;
    }
    Ok(due.len())
}

/// Tells the feed and every owner.
async fn tell(
    tx: &mut Tx,
    merchant: &Merchant,
    change: &Change,
    kind: &'static str,
    now: Now<'_>,
) -> Result<(), Error> {
    let audience = merchants::audience(tx, merchant).await?;
    events::append(tx, &audience, kind, &http::ChangeView::new(merchant, change), now);
    Ok(())
}
