//! Changes that wait: of who may decide at a merchant, and of where it is paid. The states stand in
//! [`state`].
//!
//! Whoever steals an owner's phone or a key could take the store: first its people, then its income. So
//! whatever would lower the owners' power to see or to stop another wallet waits as that wallet does, by
//! the chain's clock. Every owner is told at once, with one button, and whoever owned the store at that
//! moment can stop it until it takes place. What raises safety never waits.

pub mod effect;
pub mod http;
pub mod state;
pub mod store;
#[cfg(test)]
mod tests;
pub mod view;

use std::time::Duration;

use super::{Merchant, find};
use crate::{
    base::{
        db::{self, Tx},
        events::{self, Audience, Now, kind},
    },
    people::identity,
    words::{
        id::{ChangeId, MerchantId, PersonId},
        money::Assets,
        time::Time,
    },
};

use state::Input;
pub use state::{Change, ChangeKind, ChangeStatus, Matter, Refused};

/// Changes that take place in one transaction at most; the rest follows in the next.
const CHUNK: i64 = 100;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no change {0}")]
    NotFound(ChangeId),
    #[error("another change of this is waiting")]
    Pending,
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error(transparent)]
    Merchant(#[from] super::Error),
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

/// Asks for a change. It takes place when `wait` has passed on the chain; until then all stays as it is.
pub async fn begin(
    tx: &mut Tx,
    merchant: &Merchant,
    matter: Matter,
    by: &str,
    wait: Duration,
    now: Now<'_>,
) -> Result<Change, Error> {
    // A machine's clock that is behind shortens nothing, nor does a chain that was read long ago.
    let from = db::chain_time(tx).await?.unwrap_or(now.at).max(now.at);
    let change = Change {
        id: ChangeId::new(now.at, now.dice),
        merchant: merchant.id,
        matter,
        asked_by: by.to_owned(),
        status: ChangeStatus::Waiting,
        created_at: now.at,
        wait,
        due_at: from.after(wait),
        ended_at: None,
        ended_by: None,
    };
    if !store::insert(tx, &change).await? {
        return Err(Error::Pending);
    }
    for owner in super::owners(tx, merchant).await? {
        store::insert_witness(tx, change.id, owner).await?;
    }
    let hand = change.hand();
    tell(tx, merchant, &change, Step::Asked, now.by(&hand)).await?;
    Ok(change)
}

/// Stops a change that waits. Whether whoever acts may do so is for the caller to know.
pub async fn cancel(tx: &mut Tx, before: Change, now: Now<'_>) -> Result<Change, Error> {
    let input = Input::Cancel { at: now.at, by: now.whose(before.merchant) };
    let after = before.clone().apply(input)?;
    if !store::save(tx, &before, &after).await? {
        return Err(Refused::Over.into());
    }
    let merchant = find(tx, after.merchant).await?;
    effect::undo(tx, &merchant, &after, now).await?;
    tell(tx, &merchant, &after, Step::Canceled, now).await?;
    Ok(after)
}

/// Ends what still waits for a person or a key that is no longer what it was: the last word counts.
pub async fn withdraw(
    tx: &mut Tx,
    merchant: &Merchant,
    is_about: impl Fn(&Matter) -> bool,
    now: Now<'_>,
) -> Result<(), Error> {
    for before in store::waiting(tx, merchant.id).await? {
        if !is_about(&before.matter) {
            continue;
        }
        let input = Input::Cancel { at: now.at, by: now.whose(merchant.id) };
        let after = before.clone().apply(input)?;
        if store::save(tx, &before, &after).await? {
            tell(tx, merchant, &after, Step::Canceled, now).await?;
        }
    }
    Ok(())
}

/// Whether this person owned the merchant when the change was asked for, or does so now.
pub async fn may_stop(tx: &mut Tx, change: &Change, telegram_id: i64) -> db::Result<bool> {
    if store::witnesses(tx, change.id).await?.contains(&telegram_id) {
        return Ok(true);
    }
    let owners = super::members::store::owners(tx, change.merchant).await?;
    Ok(owners.iter().any(|owner| owner.telegram_id == telegram_id))
}

/// What a change of this person's role waits for, if one does.
pub async fn of_person(
    tx: &mut Tx,
    merchant: MerchantId,
    person: PersonId,
) -> db::Result<Option<Change>> {
    let waiting = store::waiting(tx, merchant).await?;
    Ok(waiting.into_iter().find(|change| change.matter.person() == Some(person)))
}

/// Lets take place whose time has come, and says once more what comes soon. `passed` is the chain's
/// clock. Says how many took place: there may be more.
pub async fn pass(
    tx: &mut Tx,
    assets: &Assets,
    passed: Time,
    now: Now<'_>,
) -> Result<usize, Error> {
    let due = store::due(tx, passed, CHUNK).await?;
    let count = due.len();
    for before in due {
        complete(tx, assets, before, passed, now).await?;
    }
    for change in store::due_soon(tx, passed, CHUNK).await? {
        // What is due and did not fit in takes place next time.
        if change.due_at > passed {
            store::set_reminded(tx, change.id).await?;
            let merchant = find(tx, change.merchant).await?;
            let hand = change.hand();
            tell(tx, &merchant, &change, Step::DueSoon, now.by(&hand)).await?;
        }
    }
    Ok(count)
}

/// Whether a change takes place, or is announced once more, by this moment.
pub async fn is_any_due(tx: &mut Tx, passed: Time) -> db::Result<bool> {
    let due = store::due(tx, passed, 1).await?;
    Ok(!due.is_empty() || !store::due_soon(tx, passed, 1).await?.is_empty())
}

async fn complete(
    tx: &mut Tx,
    assets: &Assets,
    before: Change,
    passed: Time,
    now: Now<'_>,
) -> Result<(), Error> {
    let merchant = find(tx, before.merchant).await?;
    super::store::hold(tx, merchant.id).await?;
    let possible = effect::is_possible(tx, &merchant, &before, now.at).await?;
    let input = match possible {
        true => Input::Passed { at: passed },
        // What it was about is no more, or the store would lose its last owner.
        false => Input::Cancel { at: passed, by: None },
    };
    let after = before.clone().apply(input)?;
    if !store::save(tx, &before, &after).await? {
        return Ok(());
    }
    let hand = after.hand();
    let now = now.by(&hand);
    // First, so that an owner who becomes less hears of it too.
    tell(tx, &merchant, &after, if possible { Step::Done } else { Step::Canceled }, now).await?;
    match possible {
        true => effect::take(tx, assets, &merchant, &after, passed, now).await,
        false => effect::undo(tx, &merchant, &after, now).await,
    }
}

/// What is told of a change.
#[derive(Debug, Clone, Copy)]
enum Step {
    Asked,
    DueSoon,
    Canceled,
    Done,
}

impl Step {
    const fn kind(self, matter: &Matter) -> &'static str {
        match (matter, self) {
            (Matter::Payout { .. }, Self::Asked) => kind::PAYOUT_CHANGE_REQUESTED,
            (Matter::Payout { .. }, Self::DueSoon) => kind::PAYOUT_CHANGE_DUE_SOON,
            (Matter::Payout { .. }, Self::Canceled) => kind::PAYOUT_CHANGE_CANCELED,
            (Matter::Payout { .. }, Self::Done) => kind::PAYOUT_CHANGED,
            (_, Self::Asked) => kind::RIGHTS_CHANGE_CREATED,
            (_, Self::DueSoon) => kind::RIGHTS_CHANGE_DUE_SOON,
            (_, Self::Canceled) => kind::RIGHTS_CHANGE_CANCELED,
            (_, Self::Done) => kind::RIGHTS_CHANGE_COMPLETED,
        }
    }
}

/// Tells the feed, every owner, and whoever owned the store when the change was asked for.
async fn tell(
    tx: &mut Tx,
    merchant: &Merchant,
    change: &Change,
    step: Step,
    now: Now<'_>,
) -> Result<(), Error> {
    let mut people = super::owners(tx, merchant).await?;
    people.extend(store::witnesses(tx, change.id).await?);
    let audience = alarm(tx, merchant, people).await?;
    let kind = step.kind(&change.matter);
    match view::PayoutView::new(merchant, change) {
        Some(view) => events::append(tx, &audience, kind, &view, now),
        None => {
            let view = view::ChangeView::new(merchant, change);
            events::append(tx, &audience, kind, &view, now);
        }
    }
    Ok(())
}

/// The feed and these people's chats. Whoever has muted the bot hears of this all the same: a thief with
/// their session could have muted it.
pub async fn alarm(tx: &mut Tx, merchant: &Merchant, mut people: Vec<i64>) -> db::Result<Audience> {
    people.sort_unstable();
    people.dedup();
    let mut chats = Vec::with_capacity(people.len());
    for telegram_id in people {
        let person = identity::store::by_telegram(tx, telegram_id).await?;
        if person.is_none_or(|person| person.chat != identity::Chat::Blocked) {
            chats.push(telegram_id);
        }
    }
    Ok(Audience { account: merchant.id.to_string(), chats })
}
