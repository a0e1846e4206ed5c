//! Routes for merchants, `/v1/invoices`, and for whoever has the link, `/v1/public/invoices`.

mod pay;
pub mod refusals;
pub mod secret;

use std::sync::OnceLock;

use axum::{Json, extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use ton::address::Address;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use self::{
    pay::{Payer, Wish},
    refusals::{missing, stars_off},
    secret::PayerSecret,
};
use super::{
    Created, InvoiceStatus, Links, NewInvoice, Status, Terms, Whole,
    claims::{self, Reader},
    held::Held,
    new::{InvoiceRequest, Returns},
    store::{self, Filter},
    timeline::{self, TimelineEntry},
    view::{self, InvoiceView, PayAnswer, PublicInvoiceView},
};
use crate::{
    base::{
        app::App,
        db::Tx,
        idempotency::{Call, http::IdempotencyKey},
        questions::Asker,
        vouched,
        web::{
            client::Client,
            extract::{Body, Path, Query},
            problem::{Failures, Kind, Problem, Refusals, Result},
            wait::{self, Look, WaitQuery},
        },
    },
    money::payments::new::accepted,
    people::identity::{
        Person,
        http::{InsideTelegram, MaybeCaller, Recognised},
    },
    selling::merchants::{self, Merchant, http::acting::Acting},
    words::{
        id::InvoiceId,
        page::{self, Page, PageQuery},
    },
};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(read))
        .routes(routes!(void))
        .routes(routes!(accept))
        .routes(routes!(timeline))
        .routes(routes!(read_public))
        .routes(routes!(claim_public))
        .routes(routes!(pay_public))
        .routes(routes!(renew_public))
}

/// Create an invoice
///
/// Send an `Idempotency-Key`, an `external_id`, or both, and a request that is sent twice makes one
/// invoice. A known `external_id` with the same terms answers 200 with the invoice it has made; of a
/// price in fiat, the terms are the price, not what it came to.
#[utoipa::path(
    post, path = "/v1/invoices", tag = "Invoices", security(("key" = [])),
    params((
        "Idempotency-Key" = Option<String>, Header,
        description = "Up to 255 characters. The same key and body give the first answer again."
    )),
    request_body = InvoiceRequest,
    responses(
        (status = 200, body = InvoiceView, description = "It was there already."),
        (status = 201, body = InvoiceView),
        Failures
    )
)]
async fn create(
    State(app): State<App>,
    acting: Acting,
    key: IdempotencyKey,
    Body(request): Body<InvoiceRequest>,
) -> Result<Response> {
    let call = key.call(acting.merchant.id, "POST /v1/invoices", &request);
    let returns = if app.network.is_sandbox() { Returns::Localhost } else { Returns::Https };
    let listed = accepted(&app.assets, &request.asset)?;
    if request.stars.is_some() && !app.settings.stars {
        return Err(stars_off());
    }
    let codes = request.accepted_assets.iter().flatten();
    let others = codes.map(|code| accepted(&app.assets, code)).collect::<Result<Vec<_>, _>>()?;
    let new = request.accept(listed, &others, returns, app.time())?;
    confirm(&app, &(&acting.merchant).into(), &new.terms).await?;
    match attempt(&app, &acting, &call, new.clone()).await {
        // Somebody took the same external_id just now: the second look finds that invoice.
        Err(problem) if problem.kind == Kind::Busy => attempt(&app, &acting, &call, new).await,
        answer => answer,
    }
}

/// Nothing is asked for in what the chain has not confirmed.
pub async fn confirm(app: &App, asker: &Asker, terms: &Terms) -> Result<()> {
    for asset in std::iter::once(&terms.asset).chain(&terms.also) {
        vouched::confirm(app, asker, *asset).await?;
    }
    Ok(())
}

impl Links {
    /// Where an invoice of this service is paid.
    pub fn of(app: &App, id: InvoiceId) -> Self {
        Self {
            pay_url: format!("{}/pay/{id}", app.settings.public_url),
            app_url: app.deep_link(id),
        }
    }
}

async fn attempt(app: &App, acting: &Acting, call: &Call, new: NewInvoice) -> Result<Response> {
    let now = acting.now(app);
    call.once(&app.db, now.at, async |tx| {
        let (rates, merchant) = (&app.settings.rates, &acting.merchant);
        let links = |id| Links::of(app, id);
        let created = super::create(tx, &app.assets, rates, merchant, new, links, now).await?;
        let (status, id) = match created {
            Created::New(id) => (StatusCode::CREATED, id),
            Created::Known(id) => (StatusCode::OK, id),
        };
        let whole = super::whole(tx, id).await?;
        Ok((status, view::invoice(&app.assets, &whole)))
    })
    .await
}

/// Which invoices.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    status: Option<InvoiceStatus>,
    /// At most one invoice has it.
    external_id: Option<String>,
}

/// List your invoices, newest first
#[utoipa::path(
    get, path = "/v1/invoices", tag = "Invoices", security(("key" = [])),
    params(PageQuery, ListQuery),
    responses((status = 200, body = Page<InvoiceView>), Refusals)
)]
async fn list(
    State(app): State<App>,
    merchant: Merchant,
    Query(page): Query<PageQuery>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<InvoiceView>>> {
    let mut list = page.open(&app.db, |id| missing(id)).await?;
    let filter =
        Filter { status: query.status, external_id: query.external_id, before: list.after };
    let found = store::list(&mut list.tx, merchant.id, &filter, list.probe).await?;
    let Page { data, has_more } = list.page(found);
    let wholes = super::whole::complete(&mut list.tx, data).await?;
    let data = wholes.iter().map(|whole| view::invoice(&app.assets, whole)).collect();
    Ok(Json(Page { data, has_more }))
}

/// Read an invoice, or wait for its status to change
#[utoipa::path(
    get, path = "/v1/invoices/{id}", tag = "Invoices", security(("key" = [])),
    params(("id" = String, Path), WaitQuery),
    responses((status = 200, body = InvoiceView), Refusals)
)]
async fn read(
    State(app): State<App>,
    merchant: Merchant,
    Path(id): Path<InvoiceId>,
    Query(query): Query<WaitQuery>,
) -> Result<Json<InvoiceView>> {
    let waiter = merchants::http::acting::waiter(&app, &merchant).await?;
    let seen = Seen::default();
    let whole = wait::until(&app, waiter, query.wait, || async {
        let mut tx = app.db.snapshot().await?;
        let whole = own(&mut tx, &merchant, id).await?;
        Ok(seen.look(whole, &query))
    })
    .await?;
    Ok(Json(view::invoice(&app.assets, &whole)))
}

async fn own(tx: &mut Tx, merchant: &Merchant, id: InvoiceId) -> Result<Whole> {
    let invoice = store::own(tx, merchant.id, id).await?.ok_or_else(|| missing(id))?;
    Ok(super::complete(tx, invoice).await?)
}

/// What a caller who waits has seen: another sum to pay is news, as another status is.
#[derive(Default)]
struct Seen {
    rate: OnceLock<Option<Held>>,
}

impl Seen {
    fn look(&self, whole: Whole, query: &WaitQuery) -> Look<Whole> {
        let status = whole.invoice.status.word().as_str();
        let rate = whole.invoice.held;
        let news = *self.rate.get_or_init(|| rate) != rate;
        let other = query.after.as_deref().is_some_and(|known| known != status);
        Look { news: other || news, found: whole }
    }
}

/// Take an invoice back
///
/// Money that is sent all the same still reaches your wallet; it is recorded as late.
#[utoipa::path(
    post, path = "/v1/invoices/{id}/void", tag = "Invoices", security(("key" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = InvoiceView), Refusals)
)]
async fn void(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<InvoiceId>,
) -> Result<Json<InvoiceView>> {
    let mut tx = app.db.begin().await?;
    own(&mut tx, &acting.merchant, id).await?;
    super::void(&mut tx, &app.assets, id, acting.now(&app)).await?;
    let whole = super::whole(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(view::invoice(&app.assets, &whole)))
}

/// Take what has come as enough
///
/// For an invoice that was paid too little or too late, when you deliver all the same: it becomes
/// paid, and `exception` goes on telling what was wrong. No money moves.
#[utoipa::path(
    post, path = "/v1/invoices/{id}/accept", tag = "Invoices", security(("key" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = InvoiceView), Refusals)
)]
async fn accept(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<InvoiceId>,
) -> Result<Json<InvoiceView>> {
    let mut tx = app.db.begin().await?;
    own(&mut tx, &acting.merchant, id).await?;
    super::accept(&mut tx, &app.assets, id, acting.now(&app)).await?;
    let whole = super::whole(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(view::invoice(&app.assets, &whole)))
}

/// Which lines.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct TimelineQuery {
    /// The last line already seen. Default 0.
    after: Option<i64>,
    /// How many, 1 to 100; more is taken as 100. Default 100.
    #[serde(default, deserialize_with = "page::count")]
    limit: Option<u32>,
}

/// What was seen of an invoice and what was decided, oldest first
///
/// Every transfer with its block, logical time and hash, and the rule that was applied to it.
#[utoipa::path(
    get, path = "/v1/invoices/{id}/timeline", tag = "Invoices", security(("key" = [])),
    params(("id" = String, Path), TimelineQuery),
    responses((status = 200, body = Page<TimelineEntry>), Refusals)
)]
async fn timeline(
    State(app): State<App>,
    merchant: Merchant,
    Path(id): Path<InvoiceId>,
    Query(query): Query<TimelineQuery>,
) -> Result<Json<Page<TimelineEntry>>> {
    let mut tx = app.db.snapshot().await?;
    let invoice = store::own(&mut tx, merchant.id, id).await?.ok_or_else(|| missing(id))?;
    let size = query.limit.unwrap_or(100).clamp(1, 100);
    let after = query.after.unwrap_or_default();
    let lines = store::timeline::lines(&mut tx, id, after, i64::from(size) + 1).await?;
    let page = Page::from_probe(lines, size);
    Ok(Json(page.map(|line| timeline::entry(&app.assets, &invoice, &line))))
}

/// Read an invoice as its payer, or wait for its status to change
///
/// With a session you are inside Telegram: digital goods then show no way to pay on the chain.
/// `paid_message` is shown to whoever has paid: to the person whose payment, linked wallet or Stars it
/// was, and to the browser whose secret has the reference that came.
#[utoipa::path(
    get, path = "/v1/public/invoices/{id}", tag = "Invoices", security((), ("session" = [])),
    params(
        ("id" = String, Path),
        ("Remit-Payer-Secret" = Option<String>, Header,
         description = "Your browser's secret, see `…/claim`: shows your own reference, and `paid_message` once it has paid."),
        WaitQuery
    ),
    responses((status = 200, body = PublicInvoiceView), Failures)
)]
async fn read_public(
    State(app): State<App>,
    client: Client,
    InsideTelegram(inside): InsideTelegram,
    Recognised(person): Recognised,
    PayerSecret(secret): PayerSecret,
    Path(id): Path<InvoiceId>,
    Query(query): Query<WaitQuery>,
) -> Result<Json<PublicInvoiceView>> {
    let seen = Seen::default();
    let whole = wait::until(&app, client.into(), query.wait, || async {
        let mut tx = app.db.snapshot().await?;
        Ok(seen.look(super::whole(&mut tx, id).await?, &query))
    })
    .await?;
    let view = as_payer(&app, whole, person, secret).await?;
    Ok(Json(if inside { view.inside_telegram() } else { view }))
}

/// An invoice as this very payer sees it: with a reference of their own if they have one, and with the
/// shop's word to whoever has paid if it was they.
async fn as_payer(
    app: &App,
    mut whole: Whole,
    person: Option<Person>,
    secret: Option<String>,
) -> Result<PublicInvoiceView> {
    let mut tx = app.db.snapshot().await?;
    let claim = match secret {
        Some(secret) => claims::find(&mut tx, whole.invoice.id, &secret).await?,
        None => None,
    };
    let reader = Reader { person, claim: claim.as_ref().map(|intent| intent.id) };
    let paid_message = claims::message(&mut tx, &whole, &reader).await?;
    if let Some(intent) = claim {
        whole.intent = intent;
    }
    Ok(PublicInvoiceView { paid_message, ..view::public(&app.assets, &whole) })
}

/// Get a reference of your own
///
/// For a page that shows an invoice with `has_paid_message` to somebody who is not logged in. Make up a
/// secret, keep it, and send it with every call about this invoice: from now on `reference` and the links
/// are your own, also as a QR code for another device, and once money has come with them you are shown
/// `paid_message`. Whoever has only the link is not.
#[utoipa::path(
    post, path = "/v1/public/invoices/{id}/claim", tag = "Invoices",
    params(
        ("id" = String, Path),
        ("Remit-Payer-Secret" = String, Header,
         description = "32 to 128 random letters, digits, `-` and `_`. Only its hash is kept.")
    ),
    responses((status = 200, body = PublicInvoiceView), Refusals)
)]
async fn claim_public(
    State(app): State<App>,
    client: Client,
    PayerSecret(secret): PayerSecret,
    Path(id): Path<InvoiceId>,
) -> Result<Json<PublicInvoiceView>> {
    let secret = secret.ok_or_else(|| {
        Problem::new(Kind::BadRequest, "Send Remit-Payer-Secret. Nothing was changed.")
    })?;
    let whole = super::whole(&mut app.db.snapshot().await?, id).await?;
    if matches!(whole.invoice.status, Status::Open | Status::Processing) {
        app.questions.charge(&(&client).into())?;
        claims::by_secret(&app, &whole, &secret).await?;
    }
    Ok(Json(as_payer(&app, whole, None, Some(secret)).await?))
}

/// Who is going to pay.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PayRequest {
    /// The address of the wallet that will sign.
    from: String,
    /// One of the accepted assets; the one the invoice is made out in if left out.
    #[schema(example = "USDT")]
    asset: Option<String>,
    /// How much, decimal: of an open amount, and only there.
    #[schema(example = "3")]
    amount: Option<String>,
}

/// Reckon a price in fiat anew
///
/// For whoever is about to pay, once `fiat.rate_expires_at` is over: what is still missing is reckoned at the
/// rate of now, and what has come keeps its worth. While a rate is held, and for every other invoice, this
/// changes nothing. `POST …/pay` does the same by itself. Without a rate to rely on: 503, and nothing changes.
#[utoipa::path(
    post, path = "/v1/public/invoices/{id}/renew", tag = "Invoices", security((), ("session" = [])),
    params(
        ("id" = String, Path),
        ("Remit-Payer-Secret" = Option<String>, Header,
         description = "Your browser's secret, see `…/claim`: shows your own reference.")
    ),
    responses((status = 200, body = PublicInvoiceView), Failures)
)]
async fn renew_public(
    State(app): State<App>,
    InsideTelegram(inside): InsideTelegram,
    Recognised(person): Recognised,
    PayerSecret(secret): PayerSecret,
    Path(id): Path<InvoiceId>,
) -> Result<Json<PublicInvoiceView>> {
    let mut tx = app.db.snapshot().await?;
    let whole = super::whole(&mut tx, id).await?;
    drop(tx);
    let whole = super::priced(&app, whole).await?;
    let view = as_payer(&app, whole, person, secret).await?;
    Ok(Json(if inside { view.inside_telegram() } else { view }))
}

/// Pay an invoice
///
/// Works for everybody who has the link. With a session, and from a wallet linked to it, the payment
/// also appears in that person's activity. A price in fiat whose rate is over is reckoned anew first. Digital
/// goods are refused with a session: inside Telegram they are paid in Stars.
#[utoipa::path(
    post, path = "/v1/public/invoices/{id}/pay", tag = "Invoices", security((), ("session" = [])),
    params(
        ("id" = String, Path),
        ("Remit-Payer-Secret" = Option<String>, Header,
         description = "Your browser's secret, see `…/claim`: then it pays by a reference of its own."),
        (
            "Idempotency-Key" = Option<String>, Header,
            description = "Up to 255 characters. The same key and body give the same transaction, as long \\
                           as the invoice can be paid and it was not signed."
        )
    ),
    request_body = PayRequest,
    responses((status = 200, body = PayAnswer), Failures)
)]
async fn pay_public(
    State(app): State<App>,
    client: Client,
    MaybeCaller(caller): MaybeCaller,
    PayerSecret(secret): PayerSecret,
    key: IdempotencyKey,
    Path(id): Path<InvoiceId>,
    Body(body): Body<PayRequest>,
) -> Result<Response> {
    let from = Address::read(&body.from)
        .map_err(|e| Problem::new(Kind::AddressInvalid, format!("from: {e}.")))?
        .address;
    let person = caller.map(|caller| caller.person);
    let route = format!("POST /v1/public/invoices/{id}/pay");
    let call = match &person {
        Some(person) => key.call(person.id, &route, &body),
        None => {
            let merchant = super::whole(&mut app.db.snapshot().await?, id).await?.merchant.id;
            // Another browser is another stranger.
            key.call_of_a_stranger(merchant, id, &route, &(&body, &secret))
        }
    };
    let wish = Wish { from, asset: body.asset, amount: body.amount };
    let who = Payer { person: person.as_ref(), secret: secret.as_deref(), client: &client };
    pay::prepare(&app, id, who, wish, &call).await
}

#[cfg(test)]
mod tests;
