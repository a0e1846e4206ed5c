//! The people of a merchant: who belongs, as what, and how others come in.
//!
//! ```text
//! invite ──link──▶ invitation ──accept──▶ member ──change role──▶ member ──remove, leave──▶ nothing
//!                       └──take back, a week later──▶ nothing
//! ```
//!
//! A link makes one person a member, once. There is always an owner, as long as there was one.

pub mod http;
pub mod store;

use std::time::Duration;

use super::{Merchant, role::Role};
use crate::{
    db::{self, Tx},
    events::{self, Audience, Now, kind},
    id::{InvitationId, MerchantId, PersonId},
    identity::{self, Person},
};

pub use store::{Invitation, Member};

/// How long a link can be taken.
pub const VALID: Duration = Duration::from_secs(7 * 24 * 3600);
/// Members and open invitations of one merchant.
pub const MOST: usize = 50;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0} is no member")]
    NoMember(PersonId),
    #[error("there is no open invitation {0}")]
    NoInvitation(InvitationId),
    #[error("the invitation is unknown, used, taken back or too old")]
    Over,
    #[error("this person is a member already, as {0}")]
    Already(Role),
    #[error("it is the last owner")]
    LastOwner,
    #[error("there are {MOST} members and invitations")]
    TooMany,
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

/// Whoever the operator named as a merchant's owner becomes one when they come.
pub async fn claim(tx: &mut Tx, person: &Person, now: Now<'_>) -> db::Result<()> {
    store::claim(tx, person.id, person.telegram_id, now.at).await
}

/// Offers membership to whoever is given the token, and gives the token, this once.
pub async fn invite(
    tx: &mut Tx,
    merchant: &Merchant,
    role: Role,
    now: Now<'_>,
) -> Result<(Invitation, String), Error> {
    super::store::hold(tx, merchant.id).await?;
    let members = store::of(tx, merchant.id).await?.len();
    let offered = store::invitations(tx, merchant.id, now.at).await?.len();
    if members + offered >= MOST {
        return Err(Error::TooMany);
    }
    let token = now.dice.secret();
    let invitation = Invitation {
        id: InvitationId::new(now.at, now.dice),
        merchant_id: merchant.id,
        role,
        created_at: now.at,
        expires_at: now.at.after(VALID),
    };
    store::insert_invitation(tx, &invitation, &identity::hash(&token)).await?;
    let audience = Audience::quiet(merchant.id);
    let view = http::InvitationView::from(&invitation);
    events::append(tx, &audience, kind::MEMBER_INVITED, &view, now);
    Ok((invitation, token))
}

/// The invitation of that token, if it can still be taken.
pub async fn offered(tx: &mut Tx, token: &str, now: Now<'_>) -> Result<Invitation, Error> {
    store::by_hash(tx, &identity::hash(token), now.at).await?.ok_or(Error::Over)
}

/// Makes a person a member, and ends the link.
pub async fn accept(
    tx: &mut Tx,
    person: &Person,
    token: &str,
    now: Now<'_>,
) -> Result<Invitation, Error> {
    let invitation = offered(tx, token, now).await?;
    if let Some((_, role)) = store::role_of(tx, invitation.merchant_id, person.id).await? {
        return Err(Error::Already(role));
    }
    if !store::end_invitation(tx, invitation.merchant_id, invitation.id, now.at).await? {
        return Err(Error::Over);
    }
    store::insert(tx, invitation.merchant_id, person.id, invitation.role, now.at).await?;
    tell(tx, invitation.merchant_id, kind::MEMBER_JOINED, person.id, invitation.role, now).await?;
    Ok(invitation)
}

/// Takes an invitation back.
pub async fn take_back(
    tx: &mut Tx,
    merchant: &Merchant,
    id: InvitationId,
    now: Now<'_>,
) -> Result<(), Error> {
    let ended = store::end_invitation(tx, merchant.id, id, now.at).await?;
    if ended { Ok(()) } else { Err(Error::NoInvitation(id)) }
}

/// Gives a member another role.
pub async fn change(
    tx: &mut Tx,
    merchant: &Merchant,
    id: PersonId,
    role: Role,
    now: Now<'_>,
) -> Result<(), Error> {
    let known = held(tx, merchant, id).await?;
    if known == role {
        return Ok(());
    }
    keep_an_owner(tx, merchant, known).await?;
    // First, so that an owner who becomes less hears of it too.
    tell(tx, merchant.id, kind::MEMBER_CHANGED, id, role, now).await?;
    store::set_role(tx, merchant.id, id, role).await?;
    Ok(())
}

/// Ends a membership, at once.
pub async fn remove(
    tx: &mut Tx,
    merchant: &Merchant,
    id: PersonId,
    now: Now<'_>,
) -> Result<(), Error> {
    let role = held(tx, merchant, id).await?;
    keep_an_owner(tx, merchant, role).await?;
    tell(tx, merchant.id, kind::MEMBER_REMOVED, id, role, now).await?;
    store::delete(tx, merchant.id, id).await?;
    Ok(())
}

/// What a member is, while nobody else changes the merchant's people.
async fn held(tx: &mut Tx, merchant: &Merchant, id: PersonId) -> Result<Role, Error> {
    super::store::hold(tx, merchant.id).await?;
    let found = store::role_of(tx, merchant.id, id).await?;
    found.map(|(_, role)| role).ok_or(Error::NoMember(id))
}

async fn keep_an_owner(tx: &mut Tx, merchant: &Merchant, leaving: Role) -> Result<(), Error> {
    let owners = store::of(tx, merchant.id).await?;
    let owners = owners.iter().filter(|member| member.role == Role::Owner).count();
    if leaving == Role::Owner && owners < 2 { Err(Error::LastOwner) } else { Ok(()) }
}

/// Tells the feed and every owner. Names stay out of it: the list of members has them.
async fn tell(
    tx: &mut Tx,
    merchant: MerchantId,
    kind: &'static str,
    id: PersonId,
    role: Role,
    now: Now<'_>,
) -> Result<(), Error> {
    let Some(merchant) = super::store::find(tx, merchant).await? else { return Ok(()) };
    let audience = super::audience(tx, &merchant).await?;
    let change = http::MembershipView::new(&merchant, id, role);
    events::append(tx, &audience, kind, &change, now);
    Ok(())
}
