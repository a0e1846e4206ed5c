//! Routes for changes that wait: `/v1/rights_changes`.

use axum::{
    Json,
    extract::{FromRequestParts, State},
    http::request::Parts,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Change, ChangeKind, ChangeStatus, Error, store,
    view::{ChangeView, Listed},
};
use crate::{
    base::{
        app::App,
        events::Hand,
        web::{
            extract::Path,
            problem::{Kind, Problem, Refusals, Result},
        },
    },
    people::identity::{
        SESSION_PREFIX,
        http::{Caller, credential},
    },
    selling::merchants::{Merchant, find, http::acting::Acting, members, store as merchants},
    words::{id::ChangeId, page::Page},
};

/// How many of the last ones are shown.
const SHOWN: i64 = 100;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(cancel))
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(id) => Self::not_found(format_args!("change {id}")),
            Error::Pending => Self::new(
                Kind::ChangePending,
                "Nothing was changed. Stop the other change first, or wait for it: \
                 GET /v1/rights_changes lists what waits.",
            ),
            Error::Refused(_) => Self::new(
                Kind::PayoutOver,
                "It was stopped before, or has taken place. To go back, ask for the opposite.",
            ),
            Error::Merchant(error) => Self::internal(error),
            Error::Db(error) => error.into(),
        }
    }
}

/// List the changes of your store that wait or have waited, newest first
///
/// Who becomes an owner or is one no longer, a key that is to change keys or people, another wallet: each
/// waits until `due_at`, by the chain's clock.
#[utoipa::path(
    get, path = "/v1/rights_changes", tag = "Members", security(("key" = [])),
    responses((status = 200, body = Page<Listed>), Refusals)
)]
async fn list(State(app): State<App>, merchant: Merchant) -> Result<Json<Page<Listed>>> {
    let mut tx = app.db.snapshot().await?;
    let changes = store::of(&mut tx, merchant.id, SHOWN).await?;
    let people = members::store::of(&mut tx, merchant.id).await?;
    let keys = merchants::keys_of(&mut tx, merchant.id).await?;
    let name = |id: &str| {
        let person = people.iter().find(|member| member.person_id.to_string() == id);
        let key = || keys.iter().find(|key| key.id.to_string() == id);
        person.map(|p| p.first_name.clone()).or_else(|| key().and_then(|key| key.name.clone()))
    };
    let listed = |change: &Change| Listed {
        asked_by_name: name(&change.asked_by),
        person_name: change.matter.person().and_then(|person| name(&person.to_string())),
        change: ChangeView::new(&merchant, change),
    };
    Ok(Json(Page { data: changes.iter().map(listed).collect(), has_more: false }))
}

/// Stop a change that waits
///
/// Everything stays as it was. Any owner can, and whoever was one when it was asked for, also if they belong
/// to the store no longer: with a session, or with a key without limits.
#[utoipa::path(
    post, path = "/v1/rights_changes/{id}/cancel", tag = "Members",
    security(("key" = []), ("session" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = ChangeView), Refusals)
)]
async fn cancel(
    State(app): State<App>,
    stopping: Stopping,
    Path(id): Path<ChangeId>,
) -> Result<Json<ChangeView>> {
    let (merchant, change) = stopping.stop(&app, id, |_| true).await?;
    Ok(Json(ChangeView::new(&merchant, &change)))
}

/// Whoever wants to stop a change. A person need not belong to the store any more, nor say which it is.
#[derive(Debug)]
pub enum Stopping {
    Person(Box<Caller>),
    Key(Box<Acting>),
}

impl FromRequestParts<App> for Stopping {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        match credential(&parts.headers, "Bearer") {
            Some(token) if token.starts_with(SESSION_PREFIX) => {
                Ok(Self::Person(Box::new(Caller::from_request_parts(parts, app).await?)))
            }
            _ => Ok(Self::Key(Box::new(Acting::from_request_parts(parts, app).await?))),
        }
    }
}

impl Stopping {
    /// Stops it, if it is of a kind that is meant and theirs to stop.
    pub async fn stop(
        self,
        app: &App,
        id: ChangeId,
        is_meant: impl Fn(ChangeKind) -> bool,
    ) -> Result<(Merchant, Change)> {
        let mut tx = app.db.begin().await?;
        let found = store::find(&mut tx, id).await?;
        let found =
            found.filter(|change| is_meant(change.matter.kind())).ok_or(Error::NotFound(id))?;
        let merchant = find(&mut tx, found.merchant).await.map_err(Error::from)?;
        let hand;
        let now = match &self {
            Self::Key(acting) if acting.merchant.id == merchant.id => acting.now(app),
            Self::Key(_) => return Err(Error::NotFound(id).into()),
            Self::Person(caller) => {
                let person = &caller.person;
                if !super::may_stop(&mut tx, &found, person.telegram_id).await? {
                    return Err(not_theirs(&mut tx, &found, caller).await?);
                }
                hand = Hand::new(merchant.id, person.id);
                caller.now(app).by(&hand)
            }
        };
        // Whoever comes second reads that it is over, not that somebody was faster.
        if found.status != ChangeStatus::Waiting {
            return Err(Error::Refused(super::Refused::Over).into());
        }
        let change = super::cancel(&mut tx, found, now).await?;
        tx.commit().await?;
        Ok((merchant, change))
    }
}

/// Others of the store learn that it is for an owner; whoever does not belong to it learns nothing.
async fn not_theirs(
    tx: &mut crate::base::db::Tx,
    change: &Change,
    caller: &Caller,
) -> Result<Problem> {
    let role = members::store::role_of(tx, change.merchant, caller.person.id).await?;
    Ok(match role {
        Some((_, role)) => Problem::new(
            Kind::RoleMissing,
            format!("You are this store's {role}. Nothing was changed; an owner can stop it."),
        ),
        None => Error::NotFound(change.id).into(),
    })
}
