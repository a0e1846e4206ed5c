//! Routes for merchants: `/v1/webhook_endpoints`, `/v1/webhook_secret` and `/v1/deliveries`.

use std::time::Duration;

use axum::{Json, extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Error, RANGE, Webhook,
    guard::Reach,
    keys::Keys,
    new::{EndpointChange, EndpointRequest, Speech},
    outbox::{self, Filter, Span},
    state::{Delivery, DeliveryState, Dialect},
    store,
    view::{self, DeliveryView, EndpointView, EndpointWithSecret, InvoiceSecretView, RangeAnswer},
};
use crate::{
    base::{
        app::App,
        db::Tx,
        events,
        idempotency::http::IdempotencyKey,
        web::{
            extract::{Body, Path, Query},
            problem::{Kind, Problem, Refusals, Result},
            wait::{self, Look, WaitQuery},
        },
    },
    selling::merchants::{self, Merchant, http::acting::Acting},
    words::{
        id::{DeliveryId, KeyId, WebhookId},
        page::{Page, PageQuery},
        time::Time,
    },
};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(read, change, delete))
        .routes(routes!(rotate_secret))
        .routes(routes!(test))
        .routes(routes!(redeliver_range))
        .routes(routes!(invoice_secret, rotate_invoice_secret))
        .routes(routes!(deliveries))
        .routes(routes!(delivery))
        .routes(routes!(redeliver))
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(id) => Self::not_found(format_args!("webhook endpoint {id}")),
            Error::NoDelivery(id) => Self::not_found(format_args!("delivery {id}")),
            Error::NoKey(id) => Self::not_found(format_args!("key {id}")),
            Error::Dialect(why) => {
                Self::new(Kind::Unsupported, format!("{why} Nothing was changed."))
            }
            Error::Disabled => Self::new(
                Kind::WebhookDisabled,
                "Nothing was sent. Enable it first: PATCH it with {\"enabled\": true}.",
            ),
            Error::TooMany => Self::new(
                Kind::WebhookLimit,
                "Nothing was created. Delete an endpoint that you no longer need.",
            ),
            Error::Raced => {
                Self::new(Kind::Busy, "Nothing was changed. Read the endpoint again, then decide.")
            }
            Error::Merchant(error) => Self::internal(error),
            Error::Db(error) => error.into(),
        }
    }
}

async fn shown(
    tx: &mut Tx,
    webhook: &Webhook,
    merchant: &Merchant,
    now: Time,
) -> Result<EndpointView> {
    let keys = store::keys_of(tx, webhook.id, now).await?;
    Ok(view::endpoint(webhook, &keys, merchant))
}

async fn with_secret(
    tx: &mut Tx,
    webhook: &Webhook,
    keys: &Keys,
    merchant: &Merchant,
    now: Time,
) -> Result<EndpointWithSecret> {
    let endpoint = shown(tx, webhook, merchant, now).await?;
    Ok(EndpointWithSecret { endpoint, secret: keys.secret() })
}

/// An endpoint reads the feed, and one of CryptoBot's dialect is signed with a key: whoever makes, changes
/// or ends it could do as much.
async fn may_manage(tx: &mut Tx, acting: &Acting, signer: Option<KeyId>) -> Result<()> {
    acting
        .covers(&acting.grant.of_webhook(), "a webhook endpoint, which is told of every event")?;
    match signer.filter(|signer| acting.hand.key() != Some(*signer)) {
        Some(id) => {
            let key = merchants::store::own_key(tx, acting.merchant.id, id).await?;
            let key = key.ok_or(Error::NoKey(id))?;
            acting.covers(&key.grant, "the key that is to sign")
        }
        None => Ok(()),
    }
}

/// Create a webhook endpoint
///
/// Every event of your feed that it asks for is sent to it, signed by Standard Webhooks 1.0. The signing
/// secret is in this answer and is not shown again.
#[utoipa::path(
    post, path = "/v1/webhook_endpoints", tag = "Webhooks", security(("key" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Up to 255 characters.")),
    request_body = EndpointRequest,
    responses((status = 201, body = EndpointWithSecret), Refusals)
)]
async fn create(
    State(app): State<App>,
    acting: Acting,
    key: IdempotencyKey,
    Body(request): Body<EndpointRequest>,
) -> Result<Response> {
    let Acting { merchant, hand, .. } = &acting;
    let call = key.call(merchant.id, "POST /v1/webhook_endpoints", &request);
    let draft = request.accept(Reach::on(app.network))?;
    let now = acting.now(&app);
    let signer = if let Speech::Cryptobot(named) = draft.speech { named } else { None };
    // Whoever may not make it may not have the secret of an earlier answer either.
    may_manage(&mut app.db.snapshot().await?, &acting, signer).await?;
    call.once(&app.db, now.at, async |tx| {
        let (webhook, keys) = super::create(tx, merchant.id, hand.key(), draft, now).await?;
        let body = with_secret(tx, &webhook, &keys, merchant, now.at).await?;
        Ok((StatusCode::CREATED, body))
    })
    .await
}

/// List your webhook endpoints, newest first
#[utoipa::path(
    get, path = "/v1/webhook_endpoints", tag = "Webhooks", security(("key" = [])),
    params(PageQuery),
    responses((status = 200, body = Page<EndpointView>), Refusals)
)]
async fn list(
    State(app): State<App>,
    merchant: Merchant,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<EndpointView>>> {
    let missing = |id: &str| Problem::not_found(format_args!("webhook endpoint {id}"));
    let now = app.time();
    let mut list = page.open(&app.db, missing).await?;
    let found = store::list(&mut list.tx, merchant.id, list.after, list.probe).await?;
    let Page { data, has_more } = list.page(found);
    let mut views = Vec::with_capacity(data.len());
    for webhook in data {
        views.push(shown(&mut list.tx, &webhook, &merchant, now).await?);
    }
    Ok(Json(Page { data: views, has_more }))
}

/// Read a webhook endpoint
#[utoipa::path(
    get, path = "/v1/webhook_endpoints/{id}", tag = "Webhooks", security(("key" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = EndpointView), Refusals)
)]
async fn read(
    State(app): State<App>,
    merchant: Merchant,
    Path(id): Path<WebhookId>,
) -> Result<Json<EndpointView>> {
    let mut tx = app.db.snapshot().await?;
    let webhook = super::own(&mut tx, merchant.id, id).await?;
    Ok(Json(shown(&mut tx, &webhook, &merchant, app.time()).await?))
}

/// Change, disable or enable a webhook endpoint
///
/// While it is disabled nothing is written down for it. The feed goes on, and `redeliver` sends
/// afterwards what it has missed.
#[utoipa::path(
    patch, path = "/v1/webhook_endpoints/{id}", tag = "Webhooks", security(("key" = [])),
    params(("id" = String, Path)), request_body = EndpointChange,
    responses((status = 200, body = EndpointView), Refusals)
)]
async fn change(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<WebhookId>,
    Body(request): Body<EndpointChange>,
) -> Result<Json<EndpointView>> {
    let patch = request.accept(Reach::on(app.network))?;
    let now = acting.now(&app);
    let mut tx = app.db.begin().await?;
    may_manage(&mut tx, &acting, patch.key).await?;
    // Nor may whoever could not name the key that signs turn its words elsewhere.
    if let Dialect::Cryptobot { key } = super::own(&mut tx, acting.merchant.id, id).await?.dialect
        && acting.hand.key() != Some(key)
        && let Some(signer) = merchants::store::own_key(&mut tx, acting.merchant.id, key).await?
    {
        acting.covers(&signer.grant, "the key that signs")?;
    }
    let webhook = super::change(&mut tx, acting.merchant.id, id, patch, now).await?;
    let view = shown(&mut tx, &webhook, &acting.merchant, now.at).await?;
    tx.commit().await?;
    Ok(Json(view))
}

/// Delete a webhook endpoint, its secret and its log
#[utoipa::path(
    delete, path = "/v1/webhook_endpoints/{id}", tag = "Webhooks", security(("key" = [])),
    params(("id" = String, Path)),
    responses((status = 204), Refusals)
)]
async fn delete(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<WebhookId>,
) -> Result<StatusCode> {
    let mut tx = app.db.begin().await?;
    may_manage(&mut tx, &acting, None).await?;
    super::delete(&mut tx, acting.merchant.id, id, acting.now(&app)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How a secret is replaced.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RotateRequest {
    /// For how many seconds the old secret signs beside the new one, 0 to 604800. Default 86400. Use 0
    /// if the old one has leaked.
    #[schema(example = 86400)]
    overlap: Option<u64>,
}

impl RotateRequest {
    fn accept(&self) -> Result<Duration> {
        const LONGEST: u64 = 7 * 24 * 3600;
        match self.overlap.unwrap_or(24 * 3600) {
            seconds @ 0..=LONGEST => Ok(Duration::from_secs(seconds)),
            _ => Err(Problem::new(
                Kind::BadRequest,
                format!("overlap is 0 to {LONGEST} seconds. Nothing was changed."),
            )),
        }
    }
}

/// Replace the signing secret
///
/// For the overlap every delivery carries the signatures of both secrets, so a receiver that knows either
/// accepts it. Rotating again ends what was ending already.
#[utoipa::path(
    post, path = "/v1/webhook_endpoints/{id}/rotate_secret", tag = "Webhooks",
    security(("key" = [])),
    params(
        ("id" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Up to 255 characters.")
    ),
    request_body = RotateRequest,
    responses((status = 200, body = EndpointWithSecret), Refusals)
)]
async fn rotate_secret(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<WebhookId>,
    key: IdempotencyKey,
    Body(request): Body<RotateRequest>,
) -> Result<Response> {
    let overlap = request.accept()?;
    let merchant = &acting.merchant;
    let route = format!("POST /v1/webhook_endpoints/{id}/rotate_secret");
    let call = key.call(merchant.id, &route, &request);
    let now = acting.now(&app);
    may_manage(&mut app.db.snapshot().await?, &acting, None).await?;
    call.once(&app.db, now.at, async |tx| {
        let webhook = super::own(tx, merchant.id, id).await?;
        let keys = super::rotate(tx, &webhook, overlap, now).await?;
        let body = with_secret(tx, &webhook, &keys, merchant, now.at).await?;
        Ok((StatusCode::OK, body))
    })
    .await
}

/// Send a test event
///
/// A `webhook.ping` goes to this endpoint alone, whatever types it asks for. It stands in your feed too.
#[utoipa::path(
    post, path = "/v1/webhook_endpoints/{id}/test", tag = "Webhooks", security(("key" = [])),
    params(
        ("id" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Up to 255 characters.")
    ),
    responses((status = 202, body = EndpointView, description = "It is on its way; see the deliveries."), Refusals)
)]
async fn test(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<WebhookId>,
    key: IdempotencyKey,
) -> Result<Response> {
    let merchant = &acting.merchant;
    let route = format!("POST /v1/webhook_endpoints/{id}/test");
    let call = key.call(merchant.id, &route, &());
    let now = acting.now(&app);
    call.once(&app.db, now.at, async |tx| {
        let webhook = super::own(tx, merchant.id, id).await?;
        super::ping(tx, &webhook, now).await?;
        let body = shown(tx, &webhook, merchant, now.at).await?;
        Ok((StatusCode::ACCEPTED, body))
    })
    .await
}

/// Which part of the feed to send again; by number, by time, or both.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RangeRequest {
    /// Events after this number.
    #[schema(example = 1042)]
    after_seq: Option<i64>,
    /// Up to this number, and with it.
    #[schema(example = 1100)]
    until_seq: Option<i64>,
    /// Events of this moment or later.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Time>,
    /// Events of this moment or earlier.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Time>,
    /// Also what the endpoint has taken already. Default false.
    #[serde(default)]
    include_delivered: bool,
}

/// Send a part of the feed again
///
/// Sends every event of the range that the endpoint asks for and has not taken, also those from before
/// there was an endpoint. A thousand at a time; `has_more` says to go on from `last_seq`.
#[utoipa::path(
    post, path = "/v1/webhook_endpoints/{id}/redeliver", tag = "Webhooks", security(("key" = [])),
    params(("id" = String, Path)), request_body = RangeRequest,
    responses((status = 200, body = RangeAnswer), Refusals)
)]
async fn redeliver_range(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<WebhookId>,
    Body(range): Body<RangeRequest>,
) -> Result<Json<RangeAnswer>> {
    let merchant = &acting.merchant;
    if range.after_seq.is_none() && range.since.is_none() {
        return Err(Problem::new(
            Kind::BadRequest,
            format!("Say where to begin: after_seq or since. Up to {RANGE} events go at a time."),
        ));
    }
    let span = Span {
        after_seq: range.after_seq.unwrap_or(0),
        until_seq: range.until_seq,
        since: range.since,
        until: range.until,
    };
    let mut tx = app.db.begin().await?;
    let webhook = super::own(&mut tx, merchant.id, id).await?;
    events::restore::known(&mut tx, &merchant.id.to_string(), span.after_seq).await?;
    let resent =
        super::redeliver_range(&mut tx, &webhook, span, range.include_delivered, acting.now(&app))
            .await?;
    tx.commit().await?;
    let super::Resent { count, last_seq, has_more } = resent;
    Ok(Json(RangeAnswer { count, last_seq, has_more }))
}

/// Read how deliveries to invoices' own addresses are signed
#[utoipa::path(
    get, path = "/v1/webhook_secret", tag = "Webhooks", security(("key" = [])),
    responses((status = 200, body = InvoiceSecretView), Refusals)
)]
async fn invoice_secret(
    State(app): State<App>,
    merchant: Merchant,
) -> Result<Json<InvoiceSecretView>> {
    let mut tx = app.db.snapshot().await?;
    let webhook = store::for_invoices(&mut tx, merchant.id).await?;
    let webhook = webhook.ok_or_else(|| Problem::not_found("webhook secret"))?;
    let keys = store::keys_of(&mut tx, webhook.id, app.time()).await?;
    Ok(Json(view::invoice_secret(&webhook, None, &keys)))
}

/// Make or replace the secret for invoices' own addresses
///
/// An invoice may be created with a `webhook_url` of its own once there is this secret. It is in this
/// answer and is not shown again.
#[utoipa::path(
    post, path = "/v1/webhook_secret", tag = "Webhooks", security(("key" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Up to 255 characters.")),
    request_body = RotateRequest,
    responses((status = 200, body = InvoiceSecretView), Refusals)
)]
async fn rotate_invoice_secret(
    State(app): State<App>,
    acting: Acting,
    key: IdempotencyKey,
    Body(request): Body<RotateRequest>,
) -> Result<Response> {
    let overlap = request.accept()?;
    let merchant = &acting.merchant;
    let call = key.call(merchant.id, "POST /v1/webhook_secret", &request);
    let now = acting.now(&app);
    may_manage(&mut app.db.snapshot().await?, &acting, None).await?;
    call.once(&app.db, now.at, async |tx| {
        let (webhook, keys) = super::rotate_for_invoices(tx, merchant.id, overlap, now).await?;
        let all = store::keys_of(tx, webhook.id, now.at).await?;
        Ok((StatusCode::OK, view::invoice_secret(&webhook, Some(&keys), &all)))
    })
    .await
}

/// Which deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DeliveryQuery {
    /// Only those to this endpoint, `whk_…`.
    endpoint: Option<String>,
    /// `due`, `delivered` or `dead`.
    status: Option<DeliveryState>,
}

async fn full(tx: &mut Tx, delivery: &Delivery, now: Time) -> Result<DeliveryView> {
    let attempts = outbox::attempts(tx, std::slice::from_ref(delivery)).await?;
    let attempts = attempts.into_values().next().unwrap_or_default();
    Ok(view::delivery(delivery, attempts, now))
}

/// List what was sent to your webhooks, newest first
///
/// With every attempt, what your server answered, and when the next attempt is. What is done with is
/// kept for 30 days; the feed keeps every event.
#[utoipa::path(
    get, path = "/v1/deliveries", tag = "Webhooks", security(("key" = [])),
    params(PageQuery, DeliveryQuery),
    responses((status = 200, body = Page<DeliveryView>), Refusals)
)]
async fn deliveries(
    State(app): State<App>,
    merchant: Merchant,
    Query(page): Query<PageQuery>,
    Query(query): Query<DeliveryQuery>,
) -> Result<Json<Page<DeliveryView>>> {
    let missing = |what: &str, id: &str| Problem::not_found(format_args!("{what} {id}"));
    let webhook =
        query.endpoint.as_deref().map(|id| id.parse().map_err(|_| missing("endpoint", id)));
    let webhook = webhook.transpose()?;
    let now = app.time();
    let mut list = page.open(&app.db, |id| missing("delivery", id)).await?;
    let filter = Filter { webhook, state: query.status, before: list.after };
    let found = outbox::list(&mut list.tx, merchant.id, &filter, list.probe).await?;
    let Page { data, has_more } = list.page(found);
    let mut attempts = outbox::attempts(&mut list.tx, &data).await?;
    let mut view = |delivery: &Delivery| {
        view::delivery(delivery, attempts.remove(&delivery.id).unwrap_or_default(), now)
    };
    let data = data.iter().map(&mut view).collect();
    Ok(Json(Page { data, has_more }))
}

/// Read a delivery, or wait for its status to change
#[utoipa::path(
    get, path = "/v1/deliveries/{id}", tag = "Webhooks", security(("key" = [])),
    params(("id" = String, Path), WaitQuery),
    responses((status = 200, body = DeliveryView), Refusals)
)]
async fn delivery(
    State(app): State<App>,
    merchant: Merchant,
    Path(id): Path<DeliveryId>,
    Query(query): Query<WaitQuery>,
) -> Result<Json<DeliveryView>> {
    let waiter = merchants::http::acting::waiter(&app, &merchant).await?;
    let view = wait::until(&app, waiter, query.wait, || async {
        let mut tx = app.db.snapshot().await?;
        let found = outbox::own(&mut tx, merchant.id, id).await?.ok_or(Error::NoDelivery(id))?;
        let news = query.after.as_deref().is_none_or(|known| known != found.state.as_str());
        Ok(Look { found: full(&mut tx, &found, app.time()).await?, news })
    })
    .await?;
    Ok(Json(view))
}

/// Send one event again
///
/// From the beginning of the schedule, also if it was delivered before.
#[utoipa::path(
    post, path = "/v1/deliveries/{id}/redeliver", tag = "Webhooks", security(("key" = [])),
    params(
        ("id" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Up to 255 characters.")
    ),
    responses((status = 200, body = DeliveryView), Refusals)
)]
async fn redeliver(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<DeliveryId>,
    key: IdempotencyKey,
) -> Result<Response> {
    let merchant = &acting.merchant;
    let route = format!("POST /v1/deliveries/{id}/redeliver");
    let call = key.call(merchant.id, &route, &());
    let now = acting.now(&app);
    call.once(&app.db, now.at, async |tx| {
        let delivery = super::redeliver(tx, merchant.id, id, now).await?;
        Ok((StatusCode::OK, full(tx, &delivery, now.at).await?))
    })
    .await
}
