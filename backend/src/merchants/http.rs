//! Who calls with a key, and what every account may read: `/v1/merchant` and the feed, `/v1/events`.

use axum::{
    Json,
    extract::{FromRequestParts, State},
    http::request::Parts,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Merchant;
use crate::{
    app::App,
    events::{self, EventView},
    extract::Query,
    identity::http::{Caller, credential},
    page::Page,
    payments::view::friendly,
    problem::{Kind, Problem, ProblemBody, Result},
    wait::{self, Look},
};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(read)).routes(routes!(feed))
}

/// A handler that takes a `Merchant` answers whoever holds one of its keys.
impl FromRequestParts<App> for Merchant {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let key = credential(&parts.headers, "Bearer").ok_or_else(|| {
            Problem::new(Kind::KeyInvalid, "Send `Authorization: Bearer sk_…` with your API key.")
        })?;
        let mut tx = app.db.snapshot().await?;
        super::by_key(&mut tx, key)
            .await?
            .ok_or_else(|| Problem::new(Kind::KeyInvalid, unknown(key, app)))
    }
}

/// Most wrong keys are right keys in the wrong place.
fn unknown(key: &str, app: &App) -> &'static str {
    match (key.starts_with("sk_live_"), key.starts_with("sk_test_"), app.livemode()) {
        (true, _, false) => "This is a live key, and this service runs on a test network.",
        (_, true, true) => "This is a test key, and this service runs on the real network.",
        _ => "Check the key, or ask the operator of this service for a new one.",
    }
}

/// Whoever has a feed: a merchant by its key, or a person by the session.
#[derive(Debug, Clone)]
pub struct Account {
    pub id: String,
}

impl FromRequestParts<App> for Account {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        if credential(&parts.headers, "Bearer").is_some_and(|token| token.starts_with("sk_")) {
            let merchant = Merchant::from_request_parts(parts, app).await?;
            return Ok(Self { id: merchant.id.to_string() });
        }
        let caller = Caller::from_request_parts(parts, app).await?;
        Ok(Self { id: caller.person.id.to_string() })
    }
}

/// A merchant's account.
#[derive(Debug, Serialize, ToSchema)]
struct MerchantView {
    #[schema(example = "acc_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    id: String,
    name: String,
    /// The wallet that is paid.
    address: String,
    /// Whether the money is real.
    livemode: bool,
    /// The number of the newest event in your feed; 0 before the first one.
    last_seq: i64,
}

/// Read your account
#[utoipa::path(
    get, path = "/v1/merchant", tag = "Merchants", security(("key" = [])),
    responses(
        (status = 200, body = MerchantView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
async fn read(State(app): State<App>, merchant: Merchant) -> Result<Json<MerchantView>> {
    let mut tx = app.db.snapshot().await?;
    let last_seq = events::store::last_seq(&mut tx, &merchant.id.to_string()).await?;
    Ok(Json(MerchantView {
        id: merchant.id.to_string(),
        name: merchant.name,
        address: friendly(merchant.payout),
        livemode: merchant.livemode,
        last_seq,
    }))
}

/// Which part of the feed.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct FeedQuery {
    /// The `seq` of the last event already handled. Without it the feed is read from its beginning.
    after: Option<i64>,
    /// How many, 1 to 100. Default 100.
    limit: Option<u32>,
    /// Seconds to wait when there is nothing new, at most 50.
    wait: Option<u64>,
    /// Only these types, separated by commas: `invoice.paid,invoice.paid_late`.
    types: Option<String>,
}

impl FeedQuery {
    fn kinds(&self) -> Vec<String> {
        let types = self.types.iter().flat_map(|types| types.split(','));
        types.map(str::trim).filter(|kind| !kind.is_empty()).map(str::to_owned).collect()
    }
}

/// Read what happened, or wait for it
///
/// Remember the `seq` of the last event you handled and send it as `after`: that is the whole
/// integration. Numbers have no gaps and appear in order, so nothing is missed and nothing comes
/// twice. Events are kept. A merchant reads with an API key, a person with a session.
#[utoipa::path(
    get, path = "/v1/events", tag = "Merchants", security(("key" = []), ("session" = [])),
    params(FeedQuery),
    responses(
        (status = 200, body = Page<EventView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json")
    )
)]
async fn feed(
    State(app): State<App>,
    account: Account,
    Query(query): Query<FeedQuery>,
) -> Result<Json<Page<EventView>>> {
    let (after, kinds) = (query.after.unwrap_or(0), query.kinds());
    let limit = query.limit.unwrap_or(100).clamp(1, 100);
    let page = wait::until(&app, query.wait, || async {
        let mut tx = app.db.snapshot().await?;
        let found = events::after(&mut tx, &account.id, after, &kinds, limit + 1).await?;
        Ok(Look { news: !found.is_empty(), found: Page::from_probe(found, limit) })
    })
    .await?;
    let livemode = app.livemode();
    Ok(Json(page.map(|event| event.view(livemode))))
}

#[cfg(test)]
mod tests;
