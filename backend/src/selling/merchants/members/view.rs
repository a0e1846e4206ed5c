//! The people of a merchant, as the API and the feed show them.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Invitation, Member};
use crate::{
    selling::merchants::{Merchant, role::Role},
    words::{id::PersonId, time::Time},
};

/// Somebody who belongs to a store.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberView {
    #[schema(example = "usr_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    pub id: String,
    pub first_name: String,
    pub username: Option<String>,
    pub role: Role,
    /// Whether it is you.
    pub you: bool,
    #[schema(value_type = String, format = DateTime)]
    pub since: Time,
}

impl MemberView {
    pub fn new(member: &Member, you: Option<PersonId>) -> Self {
        Self {
            id: member.person_id.to_string(),
            first_name: member.first_name.clone(),
            username: member.username.clone(),
            role: member.role,
            you: you == Some(member.person_id),
            since: member.created_at,
        }
    }
}

/// An offer to belong to a store.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Invitation)]
pub struct InvitationView {
    #[schema(example = "ivt_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    pub id: String,
    pub role: Role,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Time,
    /// From when whoever takes it is an owner; until then they read along as support, and any owner can
    /// stop it. `null`: it does not wait.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub effective_at: Option<Time>,
}

impl From<&Invitation> for InvitationView {
    fn from(invitation: &Invitation) -> Self {
        Self {
            id: invitation.id.to_string(),
            role: invitation.role,
            created_at: invitation.created_at,
            expires_at: invitation.expires_at,
            effective_at: invitation.effective_at,
        }
    }
}

/// Who belongs to a store, as an event tells it.
#[derive(Debug, Serialize)]
pub struct MembershipView {
    pub merchant: Named,
    /// `null`: the operator has named somebody who has not come yet.
    pub id: Option<String>,
    pub role: Role,
}

#[derive(Debug, Serialize)]
pub struct Named {
    pub id: String,
    pub name: String,
}

impl MembershipView {
    pub fn new(merchant: &Merchant, id: Option<PersonId>, role: Role) -> Self {
        let merchant = Named { id: merchant.id.to_string(), name: merchant.name.clone() };
        Self { merchant, id: id.as_ref().map(PersonId::to_string), role }
    }
}

/// The people of a store, and those who may still come.
#[derive(Debug, Serialize, ToSchema)]
pub struct MembersView {
    pub data: Vec<MemberView>,
    /// Invitations that can still be taken.
    pub invitations: Vec<InvitationView>,
}

/// An invitation, this once with its link.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewInvitationView {
    /// Opens the Mini App. It makes one person a member, so give it to that person only; it cannot be
    /// shown again.
    #[schema(example = "https://t.me/your_bot?startapp=join_…")]
    pub link: String,
    #[serde(flatten)]
    pub about: InvitationView,
}

/// What somebody is invited to.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfferView {
    /// The store's name.
    pub name: String,
    pub role: Role,
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Time,
    /// From when you are an owner; until then you read along as support. `null`: it does not wait.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub effective_at: Option<Time>,
}
