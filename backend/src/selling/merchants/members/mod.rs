//! The people of a merchant: who belongs, as what, and how others come in.
//!
//! ```text
//! invite ──link──▶ invitation ──accept──▶ member ──change role──▶ member ──remove, leave──▶ nothing
//!                       └──take back, a week later──▶ nothing
//! ```
//!
//! A link makes one person a member, once. There is always an owner, as long as there was one. Who is an
//! owner changes slowly: see [`changes`](super::changes).

pub mod http;
pub mod store;
pub mod view;

use std::time::Duration;

use super::{
    Merchant,
    changes::{self, Change, ChangeStatus, Matter},
    role::Role,
};
use crate::{
    base::{
        db::{self, Tx},
        events::{self, Audience, Hand, Now, kind},
    },
    people::identity::{self, Person},
    words::id::{InvitationId, MerchantId, PersonId},
};

pub use store::{Invitation, Member};

/// How long a link can be taken.
pub const VALID: Duration = Duration::from_secs(7 * 24 * 3600);
/// Members and open invitations of one merchant.
pub const MOST: usize = 50;
/// Whose hand it is when the operator acts.
pub const OPERATOR: &str = "operator";
/// What somebody is who is to be an owner, as long as that waits: they read along.
pub const UNTIL_DUE: Role = Role::Support;

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
    #[error("nobody of that Telegram id owns it")]
    NoOwner,
    #[error("it is the last owner")]
    LastOwner,
    #[error("there are {MOST} members and invitations")]
    TooMany,
    #[error(transparent)]
    Change(#[from] changes::Error),
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

/// How a change of people went.
#[derive(Debug)]
pub enum Done {
    /// It holds.
    AtOnce,
    /// It is about an owner, so it waits.
    Waits(Box<Change>),
}

/// Whoever asks for a change of people, and how long it waits if it is about an owner.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    pub by: &'a str,
    pub wait: Duration,
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
    asking: Asking<'_>,
    now: Now<'_>,
) -> Result<(Invitation, String), Error> {
    super::store::hold(tx, merchant.id).await?;
    let members = store::of(tx, merchant.id).await?.len();
    let offered = store::invitations(tx, merchant.id, now.at).await?.len();
    if members + offered >= MOST {
        return Err(Error::TooMany);
    }
    let token = now.dice.secret();
    let mut invitation = Invitation {
        id: InvitationId::new(now.at, now.dice),
        merchant_id: merchant.id,
        role,
        created_at: now.at,
        expires_at: now.at.after(VALID),
        effective_at: None,
    };
    store::insert_invitation(tx, &invitation, &identity::hash(&token)).await?;
    if role.grant().is_guarded() {
        let matter = Matter::OwnerInvited { invitation: invitation.id, taken_by: None };
        let change = changes::begin(tx, merchant, matter, asking.by, asking.wait, now).await?;
        invitation.effective_at = Some(change.due_at);
    }
    let audience = Audience::quiet(merchant.id);
    let view = view::InvitationView::from(&invitation);
    events::append(tx, &audience, kind::MEMBER_INVITED, &view, now);
    Ok((invitation, token))
}

/// The invitation of that token, if it can still be taken.
pub async fn offered(tx: &mut Tx, token: &str, now: Now<'_>) -> Result<Invitation, Error> {
    store::by_hash(tx, &identity::hash(token), now.at).await?.ok_or(Error::Over)
}

/// Makes a person a member, and ends the link. Says as what: whoever is to be an owner reads along until
/// the owners have had their time to stop it.
pub async fn accept(
    tx: &mut Tx,
    person: &Person,
    token: &str,
    wait: Duration,
    now: Now<'_>,
) -> Result<(MerchantId, Role), Error> {
    let invitation = offered(tx, token, now).await?;
    super::store::hold(tx, invitation.merchant_id).await?;
    if let Some((_, role)) = store::role_of(tx, invitation.merchant_id, person.id).await? {
        return Err(Error::Already(role));
    }
    if !store::end_invitation(tx, invitation.merchant_id, invitation.id, now.at).await? {
        return Err(Error::Over);
    }
    let role = role_now(tx, &invitation, person.id, wait, now).await?;
    store::insert(tx, invitation.merchant_id, person.id, role, now.at).await?;
    tell(tx, invitation.merchant_id, kind::MEMBER_JOINED, person.id, role, now).await?;
    Ok((invitation.merchant_id, role))
}

/// What an invitation makes of somebody now.
async fn role_now(
    tx: &mut Tx,
    invitation: &Invitation,
    person: PersonId,
    wait: Duration,
    now: Now<'_>,
) -> Result<Role, Error> {
    if !invitation.role.grant().is_guarded() {
        return Ok(invitation.role);
    }
    let about = invitation.id.to_string();
    match changes::store::about(tx, invitation.merchant_id, &about).await? {
        Some(change) if change.status == ChangeStatus::Waiting => {
            changes::store::set_person(tx, change.id, person).await?;
            Ok(UNTIL_DUE)
        }
        // The owners had their time before anybody took it.
        Some(_) => Ok(invitation.role),
        // It was made when invitations did not wait.
        None => {
            let merchant =
                super::find(tx, invitation.merchant_id).await.map_err(changes::Error::from)?;
            let matter = Matter::OwnerInvited { invitation: invitation.id, taken_by: Some(person) };
            changes::begin(tx, &merchant, matter, &person.to_string(), wait, now).await?;
            Ok(UNTIL_DUE)
        }
    }
}

/// Takes an invitation back.
pub async fn take_back(
    tx: &mut Tx,
    merchant: &Merchant,
    id: InvitationId,
    now: Now<'_>,
) -> Result<(), Error> {
    if !store::end_invitation(tx, merchant.id, id, now.at).await? {
        return Err(Error::NoInvitation(id));
    }
    let its = |matter: &Matter| matches!(matter, Matter::OwnerInvited { invitation, .. } if *invitation == id);
    Ok(changes::withdraw(tx, merchant, its, now).await?)
}

/// Gives a member another role. Whoever becomes an owner, or is one and becomes less, does so when the
/// owners have had their time to stop it.
pub async fn change(
    tx: &mut Tx,
    merchant: &Merchant,
    id: PersonId,
    role: Role,
    asking: Asking<'_>,
    now: Now<'_>,
) -> Result<Done, Error> {
    let known = held(tx, merchant, id).await?;
    match (known, role) {
        _ if known == role => Ok(Done::AtOnce),
        (Role::Owner, to) => {
            waits(tx, merchant, Matter::OwnerLowered { person: id, to }, asking, now).await
        }
        (from, Role::Owner) => {
            waits(tx, merchant, Matter::OwnerMade { person: id, from }, asking, now).await
        }
        _ => {
            no_longer_rises(tx, merchant, id, now).await?;
            tell(tx, merchant.id, kind::MEMBER_CHANGED, id, role, now).await?;
            store::set_role(tx, merchant.id, id, role).await?;
            Ok(Done::AtOnce)
        }
    }
}

/// Ends a membership: at once, or an owner's when the owners have had their time to stop it.
pub async fn remove(
    tx: &mut Tx,
    merchant: &Merchant,
    id: PersonId,
    asking: Asking<'_>,
    now: Now<'_>,
) -> Result<Done, Error> {
    let role = held(tx, merchant, id).await?;
    if role == Role::Owner {
        return waits(tx, merchant, Matter::OwnerRemoved { person: id }, asking, now).await;
    }
    no_longer_rises(tx, merchant, id, now).await?;
    tell(tx, merchant.id, kind::MEMBER_REMOVED, id, role, now).await?;
    store::delete(tx, merchant.id, id).await?;
    Ok(Done::AtOnce)
}

async fn waits(
    tx: &mut Tx,
    merchant: &Merchant,
    matter: Matter,
    asking: Asking<'_>,
    now: Now<'_>,
) -> Result<Done, Error> {
    let waiting = changes::store::waiting(tx, merchant.id).await?;
    let same = |change: &Change| change.matter.person() == matter.person();
    if waiting.iter().any(same) {
        return Err(changes::Error::Pending.into());
    }
    if matches!(matter, Matter::OwnerLowered { .. } | Matter::OwnerRemoved { .. }) {
        keep_an_owner(tx, merchant, &waiting).await?;
    }
    let change = changes::begin(tx, merchant, matter, asking.by, asking.wait, now).await?;
    Ok(Done::Waits(Box::new(change)))
}

/// Whoever was to be an owner and is given something else is not any more: the last word counts.
async fn no_longer_rises(
    tx: &mut Tx,
    merchant: &Merchant,
    id: PersonId,
    now: Now<'_>,
) -> Result<(), Error> {
    let theirs = |matter: &Matter| matter.person() == Some(id);
    Ok(changes::withdraw(tx, merchant, theirs, now).await?)
}

/// The operator's word: somebody owns the merchant at once. `None`: they have not come yet, and are an owner
/// when they do. Everybody who owns it or ever did hears of it.
pub async fn appoint(
    tx: &mut Tx,
    merchant: &Merchant,
    telegram_id: i64,
    now: Now<'_>,
) -> Result<Option<PersonId>, Error> {
    let hand = Hand::new(merchant.id, OPERATOR);
    let now = now.by(&hand);
    super::store::hold(tx, merchant.id).await?;
    let mut told = super::owners(tx, merchant).await?;
    told.extend(changes::store::once_owners(tx, merchant.id).await?);
    told.push(telegram_id);
    let person = identity::store::by_telegram(tx, telegram_id).await?.map(|person| person.id);
    match person {
        Some(id) => {
            no_longer_rises(tx, merchant, id, now).await?;
            store::insert(tx, merchant.id, id, Role::Owner, now.at).await?;
            store::set_role(tx, merchant.id, id, Role::Owner).await?;
        }
        None => super::store::set_owner(tx, merchant.id, Some(telegram_id)).await?,
    }
    let audience = changes::alarm(tx, merchant, told).await?;
    let data = view::MembershipView::new(merchant, person, Role::Owner);
    events::append(tx, &audience, kind::MEMBER_APPOINTED, &data, now);
    Ok(person)
}

/// The operator's word: somebody owns the merchant no longer, if another owner stays.
pub async fn dismiss(
    tx: &mut Tx,
    merchant: &Merchant,
    telegram_id: i64,
    now: Now<'_>,
) -> Result<(), Error> {
    let hand = Hand::new(merchant.id, OPERATOR);
    let now = now.by(&hand);
    super::store::hold(tx, merchant.id).await?;
    let owners = store::owners(tx, merchant.id).await?;
    let person = owners.iter().find(|owner| owner.telegram_id == telegram_id);
    let person = person.map(|owner| owner.id).ok_or(Error::NoOwner)?;
    keep_an_owner(tx, merchant, &[]).await?;
    no_longer_rises(tx, merchant, person, now).await?;
    let told = super::owners(tx, merchant).await?;
    let audience = changes::alarm(tx, merchant, told).await?;
    let data = view::MembershipView::new(merchant, Some(person), Role::Owner);
    events::append(tx, &audience, kind::MEMBER_REMOVED, &data, now);
    Ok(store::delete(tx, merchant.id, person).await?)
}

/// What a member is, while nobody else changes the merchant's people.
async fn held(tx: &mut Tx, merchant: &Merchant, id: PersonId) -> Result<Role, Error> {
    super::store::hold(tx, merchant.id).await?;
    let found = store::role_of(tx, merchant.id, id).await?;
    found.map(|(_, role)| role).ok_or(Error::NoMember(id))
}

/// An owner goes only if another stays: one who is not about to go as well.
async fn keep_an_owner(tx: &mut Tx, merchant: &Merchant, waiting: &[Change]) -> Result<(), Error> {
    let going = |change: &&Change| {
        matches!(change.matter, Matter::OwnerLowered { .. } | Matter::OwnerRemoved { .. })
    };
    let owners = store::owners(tx, merchant.id).await?.len();
    if owners < 2 + waiting.iter().filter(going).count() { Err(Error::LastOwner) } else { Ok(()) }
}

/// Tells the feed and every owner, also those who have muted the bot. Names stay out of it: the list of members has them.
async fn tell(
    tx: &mut Tx,
    merchant: MerchantId,
    kind: &'static str,
    id: PersonId,
    role: Role,
    now: Now<'_>,
) -> Result<(), Error> {
    let Some(merchant) = super::store::find(tx, merchant).await? else { return Ok(()) };
    let owners = super::owners(tx, &merchant).await?;
    let audience = changes::alarm(tx, &merchant, owners).await?;
    let change = view::MembershipView::new(&merchant, Some(id), role);
    events::append(tx, &audience, kind, &change, now);
    Ok(())
}
