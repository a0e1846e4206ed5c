//! Changes that wait, as the API and the feed show them.

use serde::Serialize;
use utoipa::ToSchema;

use super::state::{Change, ChangeKind, ChangeStatus, Matter};
use crate::{
    money::payments::view::friendly,
    selling::merchants::{Merchant, role::Role},
    words::{id::PersonId, time::Time},
};

/// A change of who may do what, or of where the store is paid. It waits, so that whoever owned the store
/// when it was asked for can stop it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = RightsChange)]
pub struct ChangeView {
    #[schema(example = "pch_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    id: String,
    kind: ChangeKind,
    status: ChangeStatus,
    /// The store, `acc_…`.
    merchant: String,
    /// Its name.
    shop: String,
    /// Whose role changes, `usr_…`. Of an invitation: whoever has taken it.
    person: Option<String>,
    /// What that person is afterwards; `null`: nothing, or it is about no person.
    role: Option<Role>,
    /// The invitation, `ivt_…`.
    invitation: Option<String>,
    /// The API key, `key_…`, which until then cannot change keys or people.
    key: Option<String>,
    /// The key's first characters.
    key_hint: Option<String>,
    /// The wallet that is paid until then.
    from: Option<String>,
    /// The wallet that is paid from then on.
    to: Option<String>,
    /// Who has asked: a person, `usr_…`, or a key, `key_…`.
    asked_by: String,
    /// When it takes place by the chain's clock, unless it is stopped.
    #[schema(value_type = String, format = DateTime)]
    due_at: Time,
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// When it took place, or was stopped.
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Time>,
    /// Who has stopped it; `null`: nobody, or what it was about is no more.
    ended_by: Option<String>,
}

impl ChangeView {
    pub fn new(merchant: &Merchant, change: &Change) -> Self {
        let matter = &change.matter;
        let mut view = Self {
            id: change.id.to_string(),
            kind: matter.kind(),
            status: change.status,
            merchant: merchant.id.to_string(),
            shop: merchant.name.clone(),
            person: matter.person().as_ref().map(PersonId::to_string),
            role: matter.role(),
            invitation: None,
            key: None,
            key_hint: None,
            from: None,
            to: None,
            asked_by: change.asked_by.clone(),
            due_at: change.due_at,
            created_at: change.created_at,
            ended_at: change.ended_at,
            ended_by: change.ended_by.clone(),
        };
        match matter {
            Matter::Payout { from, to } => {
                (view.from, view.to) = (Some(friendly(*from)), Some(friendly(*to)));
            }
            Matter::OwnerInvited { invitation, .. } => {
                view.invitation = Some(invitation.to_string());
            }
            Matter::Key { key, hint } => {
                (view.key, view.key_hint) = (Some(key.to_string()), Some(hint.clone()));
            }
            Matter::OwnerMade { .. }
            | Matter::OwnerLowered { .. }
            | Matter::OwnerRemoved { .. } => {}
        }
        view
    }
}

/// A store's move to another wallet.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PayoutChange)]
pub struct PayoutView {
    #[schema(example = "pch_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    id: String,
    status: ChangeStatus,
    /// The store, `acc_…`.
    merchant: String,
    /// Its name.
    shop: String,
    /// The wallet that is paid until then.
    from: String,
    /// The wallet that is paid from then on.
    to: String,
    /// The person who has asked, `usr_…`.
    asked_by: String,
    /// When it takes place by the chain's clock, unless an owner cancels it.
    #[schema(value_type = String, format = DateTime)]
    due_at: Time,
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// When it took place, or was canceled.
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Time>,
}

impl PayoutView {
    /// `None`: it is a change of something else.
    pub fn new(merchant: &Merchant, change: &Change) -> Option<Self> {
        let Matter::Payout { from, to } = &change.matter else { return None };
        Some(Self {
            id: change.id.to_string(),
            status: change.status,
            merchant: merchant.id.to_string(),
            shop: merchant.name.clone(),
            from: friendly(*from),
            to: friendly(*to),
            asked_by: change.asked_by.clone(),
            due_at: change.due_at,
            created_at: change.created_at,
            ended_at: change.ended_at,
        })
    }
}

/// A change, with the names of those who still belong to the store.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedRightsChange)]
pub struct Listed {
    #[serde(flatten)]
    pub change: ChangeView,
    /// The person's name, or the key's.
    pub asked_by_name: Option<String>,
    /// The name of whose role changes.
    pub person_name: Option<String>,
}
