//! What every account may read, `/v1/merchant` and the feed, `/v1/events`; and the stores of a person,
//! `/v1/merchants`.

pub mod acting;
mod audit;
mod keys;

use axum::{Json, extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use self::acting::Account;
use super::{
    Merchant, NewMerchant, changes, members,
    role::Role,
    view::{MerchantView, StoreView},
};
use crate::{
    base::{
        app::App,
        config::Opening,
        db::Tx,
        events::{self, kind, view::EventView},
        idempotency::http::IdempotencyKey,
        web::{
            extract::{Body, Query},
            problem::{Kind, Problem, Refusals, Result},
            wait::{self, Look},
        },
    },
    money::payments::view::friendly,
    people::{identity::http::Caller, wallets},
    words::{
        id::{PersonId, WalletId},
        page::{self, Page},
    },
};

/// The longest name of a store, in characters.
const NAME: usize = 64;
/// Stores that one person may open.
const MOST: usize = 10;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(read))
        .routes(routes!(stores, open))
        .routes(routes!(feed))
        .merge(keys::router())
        .merge(members::http::router())
        .merge(audit::router())
        .merge(changes::http::router())
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
        payout_since: merchant.payout_since,
        name: merchant.name,
        address: friendly(merchant.payout),
        livemode: merchant.livemode,
        last_seq,
    }))
}

/// A store as this person sees it, who may be about to own it.
pub async fn as_member(
    tx: &mut Tx,
    merchant: &Merchant,
    person: PersonId,
    role: Role,
) -> Result<StoreView> {
    let owner_from = match role {
        Role::Owner => None,
        _ => changes::store::owner_from(tx, merchant.id, person).await?,
    };
    Ok(StoreView { owner_from, ..StoreView::new(merchant, role) })
}

/// List the stores you belong to
///
/// To act for one, send its id as `Remit-Account` with your session: every route of a merchant answers
/// you as far as your role goes.
#[utoipa::path(
    get, path = "/v1/merchants", tag = "Members", security(("session" = [])),
    responses((status = 200, body = Page<StoreView>), Refusals)
)]
async fn stores(State(app): State<App>, caller: Caller) -> Result<Json<Page<StoreView>>> {
    let mut tx = app.db.snapshot().await?;
    let found = members::store::merchants_of(&mut tx, caller.person.id).await?;
    let here = found.iter().filter(|(merchant, _)| merchant.livemode == app.livemode());
    let mut data = Vec::new();
    for (merchant, role) in here {
        data.push(as_member(&mut tx, merchant, caller.person.id, *role).await?);
    }
    Ok(Json(Page { data, has_more: false }))
}

/// A store to be opened.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewStore {
    /// What payers read: 1 to 64 characters on one line.
    #[schema(example = "Olga's Books")]
    name: String,
    /// The wallet that is paid: one that you have linked.
    #[schema(example = "wal_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    wallet: String,
}

/// Open a store
///
/// You are its owner. It is paid at a wallet that you have proven to be yours.
#[utoipa::path(
    post, path = "/v1/merchants", tag = "Members", security(("session" = [])),
    params((
        "Idempotency-Key" = Option<String>, Header,
        description = "Up to 255 characters. The same key and body give the first answer again."
    )),
    request_body = NewStore,
    responses((status = 201, body = StoreView), Refusals)
)]
async fn open(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    Body(new): Body<NewStore>,
) -> Result<Response> {
    let call = key.call(caller.person.id, "POST /v1/merchants", &new);
    if app.settings.stores == Opening::Operator {
        let detail =
            "Ask the operator of this service to open a store for you. Nothing was opened.";
        return Err(Problem::new(Kind::MerchantsClosed, detail));
    }
    let name = clean_name(&new.name)?;
    let now = caller.now(&app);
    call.once(&app.db, now.at, async |tx| {
        let wallet = own_wallet(tx, caller.person.id, &new.wallet).await?;
        crate::people::identity::store::hold(tx, caller.person.id).await?;
        let known = members::store::merchants_of(tx, caller.person.id).await?;
        if known.iter().filter(|(_, role)| *role == Role::Owner).count() >= MOST {
            let detail = format!("You own {MOST} stores already. Nothing was opened.");
            return Err(Problem::new(Kind::TooManyMerchants, detail));
        }
        let new = NewMerchant {
            name,
            payout: wallet.address,
            owner_telegram: None,
            livemode: app.livemode(),
        };
        let merchant = super::create(tx, &app.assets, new, now).await?;
        members::store::insert(tx, merchant.id, caller.person.id, Role::Owner, now.at).await?;
        let view = StoreView::new(&merchant, Role::Owner);
        Ok((StatusCode::CREATED, view))
    })
    .await
}

fn clean_name(name: &str) -> Result<String> {
    let name = name.trim();
    let fits = (1..=NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if fits {
        return Ok(name.to_owned());
    }
    let detail = format!("name has 1 to {NAME} characters on one line. Nothing was opened.");
    Err(Problem::new(Kind::BadRequest, detail))
}

/// A wallet that the caller has proven.
pub async fn own_wallet(tx: &mut Tx, person: PersonId, wallet: &str) -> Result<wallets::Wallet> {
    let missing = || Problem::not_found(format_args!("wallet {wallet:?} linked to you"));
    let id: WalletId = wallet.parse().map_err(|_| missing())?;
    let wallets = wallets::store::of(tx, person).await?;
    wallets.into_iter().find(|wallet| wallet.id == id).ok_or_else(missing)
}

/// Which part of the feed.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct FeedQuery {
    /// The `seq` of the last event already handled. Without it the feed is read from its beginning.
    after: Option<i64>,
    /// How many, 1 to 100; more is taken as 100. Default 100.
    #[serde(default, deserialize_with = "page::count")]
    limit: Option<u32>,
    /// Seconds to wait when there is nothing new, at most 50; more is taken as 50. When 50 calls of
    /// yours are waiting already, it is refused with 429; when too many are waiting altogether, the
    /// answer comes after two seconds.
    #[serde(default, deserialize_with = "wait::seconds")]
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
///
/// Only where the service had to be restored from an older copy is there a gap, and the first event
/// after it is `feed.restored`. A number that your feed does not have is refused with
/// `unknown-position`: read on after its `last_seq`.
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
    let waiter = account.waiter.clone();
    let mut first = true;
    let page = wait::until(&app, waiter, query.wait, || {
        let first = std::mem::take(&mut first);
        let (app, account, kinds) = (&app, &account, &kinds);
        async move {
            let mut tx = app.db.snapshot().await?;
            if first {
                events::restore::known(&mut tx, &account.id, after).await?;
            }
            let found = events::after(&mut tx, &account.id, after, kinds, limit + 1).await?;
            Ok(Look { news: !found.is_empty(), found: Page::from_probe(found, limit) })
        }
    })
    .await?;
    let livemode = app.livemode();
    Ok(Json(page.map(|event| event.view(livemode))))
}

#[cfg(test)]
mod tests;
