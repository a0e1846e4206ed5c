//! Routes for whoever comes from CryptoBot: `/compat/cryptobot/api/{method}`, by GET or POST alike.
//!
//! Handlers fail with problems like everywhere. [`spell`] stands above everything that may refuse a
//! call, also for its rate, and says it in CryptoBot's words: `{"ok":false,"error":{…}}`.

mod new;
mod params;
mod read;
mod stats;

use axum::{
    Json, Router,
    extract::{FromRequestParts, Request, State},
    http::{StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::any,
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use self::params::{Params, bad};
use super::{
    Error, Filter, store,
    view::{
        self, AppView, BalanceView, CurrencyView, InvoiceState, InvoiceView, Items, Named,
        RateView, Refusal, Reply, StatsView,
    },
};
use crate::{
    base::{
        app::App,
        idempotency::http::IdempotencyKey,
        web::problem::{Kind, Problem, Result, Said},
    },
    selling::{
        invoices::{self, Created, Links},
        merchants::http::acting::Acting,
    },
};

/// Where all of it stands; every method may be called by GET and by POST.
pub const ROOT: &str = "/compat/cryptobot/";
/// The header that carries an API key.
pub const TOKEN: &str = "crypto-pay-api-token";
/// How many invoices one answer holds.
const COUNT: i64 = 100;
const MOST: i64 = 1000;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_me))
        .routes(routes!(create_invoice))
        .routes(routes!(delete_invoice))
        .routes(routes!(get_invoices))
        .routes(routes!(get_balance))
        .routes(routes!(get_exchange_rates))
        .routes(routes!(get_currencies))
        .routes(routes!(get_stats))
        .routes(routes!(transfer))
        .routes(routes!(get_transfers))
        .routes(routes!(create_check))
        .routes(routes!(delete_check))
        .routes(routes!(get_checks))
        .merge(Router::new().route("/compat/cryptobot/api/{method}", any(unknown)).into())
}

/// Whoever shows a merchant's API key as CryptoBot's clients do.
struct Caller(Acting);

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let token = parts.headers.get(TOKEN).and_then(|token| token.to_str().ok());
        let token = token.ok_or_else(|| {
            Problem::new(
                Kind::KeyInvalid,
                "Send your API key, sk_…, in the header Crypto-Pay-API-Token.",
            )
        })?;
        Ok(Self(Acting::by_key(parts, app, token.trim()).await?))
    }
}

fn reply<T: ToSchema>(result: T) -> Json<Reply<T>> {
    Json(Reply { ok: true, result })
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(number) => Self::not_found(format_args!("invoice {number}")),
            Error::Invoice(error) => error.into(),
            Error::Db(error) => error.into(),
        }
    }
}

/// Says in CryptoBot's words what went wrong on its paths.
pub async fn spell(request: Request, next: Next) -> Response {
    let here = request.uri().path().starts_with(ROOT);
    let response = next.run(request).await;
    let Some(Said { kind, detail }) = response.extensions().get::<Said>().filter(|_| here).cloned()
    else {
        return response;
    };
    let error = Named { code: kind.status(), name: name(kind), detail };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_TYPE);
    parts.headers.remove(header::CONTENT_LENGTH);
    (parts, Json(Refusal { ok: false, error })).into_response()
}

fn name(kind: Kind) -> String {
    match kind {
        Kind::KeyInvalid => "UNAUTHORIZED".to_owned(),
        Kind::MethodNotAllowed => "METHOD_NOT_FOUND".to_owned(),
        Kind::NeedsCustody => "METHOD_DISABLED".to_owned(),
        Kind::AssetUnknown => "UNSUPPORTED_ASSET".to_owned(),
        Kind::NotFound => "INVOICE_NOT_FOUND".to_owned(),
        kind => kind.slug().replace('-', "_").to_uppercase(),
    }
}

async fn unknown() -> Problem {
    Problem::new(Kind::MethodNotAllowed, "There is no method of this name. See /docs.")
}

/// Whose token this is
#[utoipa::path(
    method(get, post), path = "/compat/cryptobot/api/getMe", tag = "CryptoBot",
    security(("crypto_pay" = [])),
    responses(
        (status = 200, body = Reply<AppView>),
        (status = "4XX", body = Refusal),
        (status = "5XX", body = Refusal)
    )
)]
async fn get_me(State(app): State<App>, Caller(acting): Caller) -> Result<Json<Reply<AppView>>> {
    let merchant = acting.merchant;
    let bot = app.bot_username.get().cloned().unwrap_or_default();
    let app_id = merchant.number();
    Ok(reply(AppView { app_id, name: merchant.name, payment_processing_bot_username: bot }))
}

/// Create an invoice
///
/// `currency_type` (crypto or fiat), `asset` or `fiat`, `accepted_assets` (by commas; those that are not
/// taken here are passed over), `amount`,
/// `description`, `hidden_message`, `paid_btn_name`, `paid_btn_url`, `payload`, `allow_comments`,
/// `allow_anonymous`, `expires_in`. Without `expires_in` it lives 31 days, or an hour where the price
/// is in fiat. A rate is held for an hour at most, then the rest is reckoned anew for whoever comes to pay.
#[utoipa::path(
    method(get, post), path = "/compat/cryptobot/api/createInvoice", tag = "CryptoBot",
    security(("crypto_pay" = [])),
    params((
        "Idempotency-Key" = Option<String>, Header,
        description = "Up to 255 characters. The same key and parameters give the first answer again."
    )),
    responses(
        (status = 200, body = Reply<InvoiceView>),
        (status = "4XX", body = Refusal),
        (status = "5XX", body = Refusal)
    )
)]
async fn create_invoice(
    State(app): State<App>,
    Caller(acting): Caller,
    key: IdempotencyKey,
    params: Params,
) -> Result<Response> {
    let merchant = &acting.merchant;
    let call = key.call(merchant.id, "cryptobot createInvoice", &params);
    let (new, card) = new::read(&params, &app)?;
    invoices::http::confirm(&app, &merchant.into(), &new.terms).await?;
    let now = acting.now(&app);
    call.once(&app.db, now.at, async |tx| {
        let (assets, links) = (&app.assets, |id| Links::of(&app, id));
        let created =
            invoices::create(tx, assets, &app.settings.rates, merchant, new, links, now).await?;
        let (Created::New(id) | Created::Known(id)) = created;
        let number = store::keep(tx, id, &card).await?;
        let invoice = invoices::store::find(tx, id).await?;
        let invoice = invoice.ok_or(invoices::Error::NotFound(id))?;
        let view = view::invoice(assets, &super::Numbered { number, card, invoice }, &[]);
        Ok((StatusCode::OK, Reply { ok: true, result: view }))
    })
    .await
}

/// Take an invoice back, and out of every list
///
/// `invoice_id`. What is paid cannot be deleted.
#[utoipa::path(
    method(get, post, delete), path = "/compat/cryptobot/api/deleteInvoice", tag = "CryptoBot",
    security(("crypto_pay" = [])),
    responses(
        (status = 200, body = Reply<bool>),
        (status = "4XX", body = Refusal),
        (status = "5XX", body = Refusal)
    )
)]
async fn delete_invoice(
    State(app): State<App>,
    Caller(acting): Caller,
    params: Params,
) -> Result<Json<Reply<bool>>> {
    params.holds_only(&["invoice_id"])?;
    params.needed("invoice_id")?;
    let number = params.number("invoice_id", 1..=i64::MAX)?.unwrap_or_default();
    let mut tx = app.db.begin().await?;
    super::delete(&mut tx, &app.assets, acting.merchant.id, number, acting.now(&app)).await?;
    tx.commit().await?;
    Ok(reply(true))
}

/// List invoices, newest first
///
/// `asset`, `fiat`, `invoice_ids` (by commas), `status` (active, paid or expired), `offset`, `count`
/// (1 to 1000, default 100).
#[utoipa::path(
    method(get, post), path = "/compat/cryptobot/api/getInvoices", tag = "CryptoBot",
    security(("crypto_pay" = [])),
    responses(
        (status = 200, body = Reply<Items<InvoiceView>>),
        (status = "4XX", body = Refusal),
        (status = "5XX", body = Refusal)
    )
)]
async fn get_invoices(
    State(app): State<App>,
    Caller(acting): Caller,
    params: Params,
) -> Result<Json<Reply<Items<InvoiceView>>>> {
    let filter = filter(&params, &app)?;
    let mut tx = app.db.snapshot().await?;
    let found = super::list(&mut tx, acting.merchant.id, &filter).await?;
    Ok(reply(Items { items: super::views(&mut tx, &app.assets, &found).await? }))
}

fn filter(params: &Params, app: &App) -> Result<Filter> {
    params.holds_only(&["asset", "fiat", "invoice_ids", "status", "offset", "count"])?;
    let number = |text: &str| text.parse().map_err(|_| bad("invoice_ids are whole numbers."));
    let asset = |code: &str| new::asset(app, code).map(|listed| listed.asset.to_string());
    let numbers = params.words("invoice_ids").map(number).collect::<Result<Vec<i64>>>()?;
    if numbers.len() > usize::try_from(MOST).unwrap_or_default() {
        return Err(bad(&format!("invoice_ids are {MOST} at most.")));
    }
    Ok(Filter {
        numbers,
        assets: params.words("asset").map(asset).collect::<Result<_>>()?,
        fiat: params.text("fiat").map(str::to_owned),
        status: params.word("status", InvoiceState::ALL)?,
        offset: params.number("offset", 0..=i64::MAX)?.unwrap_or(0),
        count: params.number("count", 1..=MOST)?.unwrap_or(COUNT),
    })
}

/// What your wallet holds
///
/// Read from the chain at this moment. It is your wallet: what is there is yours already.
#[utoipa::path(
    method(get, post), path = "/compat/cryptobot/api/getBalance", tag = "CryptoBot",
    security(("crypto_pay" = [])),
    responses(
        (status = 200, body = Reply<Vec<BalanceView>>),
        (status = "4XX", body = Refusal),
        (status = "5XX", body = Refusal)
    )
)]
async fn get_balance(
    State(app): State<App>,
    Caller(acting): Caller,
) -> Result<Json<Reply<Vec<BalanceView>>>> {
    Ok(reply(read::balances(&app, &acting.merchant).await?))
}

/// What assets are worth
///
/// Only rates that can be relied on now: `GET /v1/rates` says why others cannot.
#[utoipa::path(
    method(get, post), path = "/compat/cryptobot/api/getExchangeRates", tag = "CryptoBot",
    security(("crypto_pay" = [])),
    responses(
        (status = 200, body = Reply<Vec<RateView>>),
        (status = "4XX", body = Refusal),
        (status = "5XX", body = Refusal)
    )
)]
async fn get_exchange_rates(
    State(app): State<App>,
    _: Caller,
) -> Result<Json<Reply<Vec<RateView>>>> {
    Ok(reply(read::exchange_rates(&app).await?))
}

/// Which assets are accepted, and in which currencies prices may be
#[utoipa::path(
    method(get, post), path = "/compat/cryptobot/api/getCurrencies", tag = "CryptoBot",
    security(("crypto_pay" = [])),
    responses(
        (status = 200, body = Reply<Vec<CurrencyView>>),
        (status = "4XX", body = Refusal),
        (status = "5XX", body = Refusal)
    )
)]
async fn get_currencies(
    State(app): State<App>,
    _: Caller,
) -> Result<Json<Reply<Vec<CurrencyView>>>> {
    Ok(reply(read::currencies(&app)))
}

/// What was sold
///
/// `start_at` and `end_at`, ISO 8601; by default the last 24 hours.
#[utoipa::path(
    method(get, post), path = "/compat/cryptobot/api/getStats", tag = "CryptoBot",
    security(("crypto_pay" = [])),
    responses(
        (status = 200, body = Reply<StatsView>),
        (status = "4XX", body = Refusal),
        (status = "5XX", body = Refusal)
    )
)]
async fn get_stats(
    State(app): State<App>,
    Caller(acting): Caller,
    params: Params,
) -> Result<Json<Reply<StatsView>>> {
    let span = stats::span(&params, app.time())?;
    let mut tx = app.db.snapshot().await?;
    Ok(reply(stats::read(&mut tx, acting.merchant.id, span).await?))
}

fn needs_custody(instead: &str) -> Problem {
    Problem::new(
        Kind::NeedsCustody,
        format!("Remit holds nobody's money, so it cannot send any. No money has moved. {instead}"),
    )
}

/// Refused: nobody but you can send your money
#[utoipa::path(
    method(get, post), path = "/compat/cryptobot/api/transfer", tag = "CryptoBot",
    security(("crypto_pay" = [])), responses((status = "4XX", body = Refusal))
)]
async fn transfer(_: Caller) -> Problem {
    needs_custody(
        "Pay from your own wallet. To pay back a customer, POST /v1/refunds prepares the message.",
    )
}

/// None: see `transfer`
#[utoipa::path(
    method(get, post), path = "/compat/cryptobot/api/getTransfers", tag = "CryptoBot",
    security(("crypto_pay" = [])),
    responses((status = 200, body = Reply<Items<String>>), (status = "4XX", body = Refusal))
)]
async fn get_transfers(_: Caller) -> Json<Reply<Items<String>>> {
    reply(Items { items: Vec::new() })
}

/// Refused: a check is money in somebody's hands
#[utoipa::path(
    method(get, post), path = "/compat/cryptobot/api/createCheck", tag = "CryptoBot",
    security(("crypto_pay" = [])), responses((status = "4XX", body = Refusal))
)]
async fn create_check(_: Caller) -> Problem {
    needs_custody("A check would be ours until it is claimed. Pay from your own wallet.")
}

/// Refused: there are no checks
#[utoipa::path(
    method(get, post), path = "/compat/cryptobot/api/deleteCheck", tag = "CryptoBot",
    security(("crypto_pay" = [])), responses((status = "4XX", body = Refusal))
)]
async fn delete_check(_: Caller) -> Problem {
    needs_custody("There are no checks, so there is none to delete.")
}

/// None: see `createCheck`
#[utoipa::path(
    method(get, post), path = "/compat/cryptobot/api/getChecks", tag = "CryptoBot",
    security(("crypto_pay" = [])),
    responses((status = 200, body = Reply<Items<String>>), (status = "4XX", body = Refusal))
)]
async fn get_checks(_: Caller) -> Json<Reply<Items<String>>> {
    reply(Items { items: Vec::new() })
}
