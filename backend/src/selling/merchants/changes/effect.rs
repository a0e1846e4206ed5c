//! What a change does when its time has come, and what is taken back when it is stopped.

use super::{
    super::{Merchant, keys, members, role::Role, store as merchants},
    Change, Error,
    state::Matter,
};
use crate::{
    base::{
        db::{self, Tx},
        events::Now,
        follow,
    },
    words::{id::PersonId, money::Assets, time::Time},
};

/// Whether what was asked for can still be done.
pub async fn is_possible(
    tx: &mut Tx,
    merchant: &Merchant,
    change: &Change,
    now: Time,
) -> db::Result<bool> {
    Ok(match &change.matter {
        Matter::Payout { .. } => true,
        Matter::Key { key, .. } => merchants::own_key(tx, merchant.id, *key).await?.is_some(),
        Matter::OwnerInvited { taken_by: Some(person), .. } | Matter::OwnerMade { person, .. } => {
            role(tx, merchant, *person).await?.is_some()
        }
        Matter::OwnerInvited { invitation, taken_by: None } => {
            let open = members::store::invitations(tx, merchant.id, now).await?;
            open.iter().any(|open| open.id == *invitation)
        }
        Matter::OwnerLowered { person, .. } | Matter::OwnerRemoved { person } => {
            role(tx, merchant, *person).await? == Some(Role::Owner)
                && members::store::owners(tx, merchant.id).await?.len() > 1
        }
    })
}

async fn role(tx: &mut Tx, merchant: &Merchant, person: PersonId) -> db::Result<Option<Role>> {
    let found = members::store::role_of(tx, merchant.id, person).await?;
    Ok(found.map(|(_, role)| role))
}

/// Does what was asked for.
pub async fn take(
    tx: &mut Tx,
    assets: &Assets,
    merchant: &Merchant,
    change: &Change,
    passed: Time,
    now: Now<'_>,
) -> Result<(), Error> {
    match &change.matter {
        Matter::Payout { to, .. } => {
            merchants::set_payout(tx, merchant.id, *to, passed).await?;
            follow::follow(tx, assets, *to, now.at, None).await?;
        }
        Matter::OwnerInvited { taken_by: Some(person), .. } | Matter::OwnerMade { person, .. } => {
            members::store::set_role(tx, merchant.id, *person, Role::Owner).await?;
        }
        Matter::OwnerLowered { person, to } => {
            members::store::set_role(tx, merchant.id, *person, *to).await?;
        }
        Matter::OwnerRemoved { person } => {
            members::store::delete(tx, merchant.id, *person).await?;
        }
        // Whoever takes the invitation now is an owner at once; the key's wait was this change.
        Matter::OwnerInvited { taken_by: None, .. } | Matter::Key { .. } => {}
    }
    Ok(())
}

/// Takes back what has been given for the time being.
pub async fn undo(
    tx: &mut Tx,
    merchant: &Merchant,
    change: &Change,
    now: Now<'_>,
) -> Result<(), Error> {
    match &change.matter {
        Matter::Key { key, .. } => {
            if let Some(known) = merchants::own_key(tx, merchant.id, *key).await? {
                merchants::revoke(tx, merchant.id, *key, now.at).await?;
                keys::announce_revoked(tx, merchant, known, now);
            }
        }
        Matter::OwnerInvited { invitation, taken_by } => {
            members::store::end_invitation(tx, merchant.id, *invitation, now.at).await?;
            if let Some(person) = taken_by
                && role(tx, merchant, *person).await? == Some(members::UNTIL_DUE)
            {
                members::store::delete(tx, merchant.id, *person).await?;
            }
        }
        Matter::Payout { .. }
        | Matter::OwnerMade { .. }
        | Matter::OwnerLowered { .. }
        | Matter::OwnerRemoved { .. } => {}
    }
    Ok(())
}
