//! Requests, as the API and the feed show them.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Request, RequestStatus};
use crate::{
    money::payments::{
        Paid,
        view::{Party, PartyKind, Settlement, friendly, settlement},
    },
    people::identity::Person,
    words::{
        id::PersonId,
        money::{Assets, Money},
        time::Time,
    },
};

/// A request for money.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Request)]
pub struct RequestView {
    #[schema(example = "req_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    pub id: String,
    pub status: RequestStatus,
    /// What to pay; the payer decides if there is nothing here.
    pub money: Option<Money>,
    #[schema(example = "GRAM")]
    pub asset: String,
    pub note: Option<String>,
    /// Who asks, and where the money goes.
    pub to: Party,
    /// Share this: it opens the request inside Telegram.
    pub link: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Time>,
    pub paid_count: i64,
}

/// What the feed says when somebody has paid a request.
#[derive(Debug, Serialize)]
pub struct RequestPaid {
    #[serde(flatten)]
    pub request: RequestView,
    /// The payment that paid it.
    pub payment: Option<String>,
    pub settlement: Settlement,
}

pub fn paid(
    assets: &Assets,
    request: &Request,
    owner: &Person,
    paid: &Paid,
    now: Time,
) -> RequestPaid {
    RequestPaid {
        request: self::request(assets, request, owner, Some(owner.id), now),
        payment: Some(paid.intent.id.to_string()),
        settlement: settlement(assets, &paid.transfer),
    }
}

pub fn request(
    assets: &Assets,
    request: &Request,
    owner: &Person,
    viewer: Option<PersonId>,
    now: Time,
) -> RequestView {
    let code = assets.get(request.asset).map(|listed| listed.code.clone());
    RequestView {
        id: request.id.to_string(),
        status: request.status(now),
        money: request.amount.map(|amount| assets.money(request.asset, amount)),
        asset: code.unwrap_or_else(|| request.asset.to_string()),
        note: request.note.clone(),
        to: Party {
            kind: PartyKind::Person,
            name: owner.first_name.clone(),
            username: owner.username.clone(),
            address: Some(friendly(request.address)),
            me: viewer == Some(owner.id),
        },
        link: request.link.clone(),
        created_at: request.created_at,
        expires_at: request.expires_at,
        paid_count: request.paid_count,
    }
}
