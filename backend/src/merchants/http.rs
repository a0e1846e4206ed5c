//! Who calls with a key, and what every account may read: `/v1/merchant` and the feed, `/v1/events`.

use std::time::Duration;

use axum::{
    Json,
    extract::{FromRequestParts, State},
    http::{Method, request::Parts},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Key, Merchant,
    grant::{self, Denied},
    keys, store,
};
use crate::{
    app::App,
    client::Client,
    events::{self, EventView, kind},
    extract::Query,
    identity::http::{Caller, credential},
    page::Page,
    payments::view::friendly,
    problem::{Kind, Problem, Refusals, Result},
    wait::{self, Look, Waiter},
};

/// How often the use of a key is noted.
const NOTED: Duration = Duration::from_secs(60);

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(read)).routes(routes!(feed)).merge(keys::router())
}

/// Somebody with an API key that may do what is being asked.
#[derive(Debug, Clone)]
pub struct KeyHolder {
    pub merchant: Merchant,
    pub key: Key,
}

impl FromRequestParts<App> for KeyHolder {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let key = credential(&parts.headers, "Bearer").ok_or_else(|| {
            Problem::new(Kind::KeyInvalid, "Send `Authorization: Bearer sk_…` with your API key.")
        })?;
        Self::admit(parts, app, key).await
    }
}

impl KeyHolder {
    /// Whoever shows this key, if the key may do what is being asked.
    pub async fn admit(parts: &Parts, app: &App, key: &str) -> Result<Self> {
        let mut tx = app.db.snapshot().await?;
        let (merchant, key) = super::by_key(&mut tx, key, app.livemode())
            .await?
            .ok_or_else(|| Problem::new(Kind::KeyInvalid, unknown(key, app)))?;
        drop(tx);
        let reads = matches!(parts.method, Method::GET | Method::HEAD);
        let need = grant::need(parts.uri.path(), reads);
        let from = Client::of(&parts.extensions, &parts.headers, &app.settings.trusted_proxies);
        let now = app.time();
        key.grant.allows(need, from.ip, now).map_err(denied)?;
        if key.last_used_at.is_none_or(|at| now.since(at) >= NOTED) {
            let mut tx = app.db.begin().await?;
            store::used(&mut tx, key.id, now).await?;
            tx.commit().await?;
        }
        Ok(Self { merchant, key })
    }
}

fn denied(denied: Denied) -> Problem {
    match denied {
        Denied::Expired => Problem::new(
            Kind::KeyInvalid,
            "This key has come to its end. Make a new one at POST /v1/keys, or ask the operator.",
        ),
        Denied::Address => Problem::new(
            Kind::KeyAddress,
            "This key may be used only from the addresses it was made for. Nothing was changed.",
        ),
        Denied::Scope(Some(scope)) => Problem::new(
            Kind::KeyScope,
            format!("It would need the scope {scope}. Nothing was changed."),
        ),
        Denied::Scope(None) => Problem::new(
            Kind::KeyScope,
            "Only a key without limits may do this. Nothing was changed.",
        ),
    }
}

/// A handler that takes a `Merchant` answers whoever holds one of its keys, if the key may do it.
impl FromRequestParts<App> for Merchant {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        Ok(KeyHolder::from_request_parts(parts, app).await?.merchant)
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
    responses((status = 200, body = MerchantView), Refusals)
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
    /// Seconds to wait when there is nothing new, at most 50. When 50 calls of yours are waiting
    /// already, or too many altogether, the answer comes at once.
    wait: Option<u64>,
    /// Only these types, separated by commas: `invoice.paid,invoice.paid_late`. A name that no event
    /// has is refused.
    types: Option<String>,
}

impl FeedQuery {
    /// The kinds asked for, each once.
    fn kinds(&self) -> Result<Vec<&'static str>> {
        let mut kinds = Vec::new();
        let types = self.types.iter().flat_map(|types| types.split(','));
        for name in types.map(str::trim).filter(|name| !name.is_empty()) {
            let known = kind::ALL.iter().find(|kind| **kind == name);
            let known = known.ok_or_else(|| unknown_type(name))?;
            if !kinds.contains(known) {
                kinds.push(*known);
            }
        }
        Ok(kinds)
    }
}

fn unknown_type(name: &str) -> Problem {
    let all = kind::ALL.join(", ");
    Problem::new(Kind::BadRequest, format!("No event is called {name:?}. There are: {all}."))
}

/// Read what happened, or wait for it
///
/// Remember the `seq` of the last event you handled and send it as `after`: that is the whole
/// integration. Numbers have no gaps and appear in order, so nothing is missed and nothing comes
/// twice. Events are kept. A merchant reads with an API key, a person with a session.
#[utoipa::path(
    get, path = "/v1/events", tag = "Merchants", security(("key" = []), ("session" = [])),
    params(FeedQuery),
    responses((status = 200, body = Page<EventView>), Refusals)
)]
async fn feed(
    State(app): State<App>,
    account: Account,
    Query(query): Query<FeedQuery>,
) -> Result<Json<Page<EventView>>> {
    let (after, kinds) = (query.after.unwrap_or(0), query.kinds()?);
    let limit = query.limit.unwrap_or(100).clamp(1, 100);
    let waiter = Waiter::Known(account.id.clone());
    let page = wait::until(&app, waiter, query.wait, || async {
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
