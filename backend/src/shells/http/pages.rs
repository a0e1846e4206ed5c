//! The pages: the Mini App at `/`, the pay page at `/pay/{invoice}`, and their files. They are part of
//! the binary; a debug build reads them from disk.

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    middleware,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use rust_embed::RustEmbed;

use super::{
    Openness,
    pay_page::{self, Sum},
};
use crate::{
    base::{app::App, db::Tx, web::problem::Problem},
    money::rates,
    selling::invoices::{self, Error, view::PublicInvoiceView},
};

#[derive(RustEmbed)]
#[folder = "../frontend/dist"]
#[allow_missing = true]
struct Files;

pub fn router(app: &App) -> Router<App> {
    let policy = policy(app);
    Router::new()
        .route("/", get(|| async { page("index.html") }))
        .route("/pay/{invoice}", get(pay))
        .route("/icon.png", get(|| async { picture("icon.png") }))
        .route("/wallet.png", get(|| async { picture("wallet.png") }))
        .route("/assets/{*path}", get(asset))
        .layer(middleware::from_fn_with_state(policy, super::with_policy))
}

/// A file of the built frontend, with its media type.
pub fn embedded(path: &str) -> Option<(Vec<u8>, String)> {
    let file = Files::get(path)?;
    Some((file.data.into_owned(), file.metadata.mimetype().to_owned()))
}

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><head><title></title></head><body>\
    <h1>The pages are not built yet</h1><p>Run <code>scripts/run</code>, or <code>npm ci && npm run \
    build</code> in <code>frontend</code>.</p><noscript></noscript></body></html>";

fn page(name: &str) -> Response {
    match embedded(name) {
        Some((bytes, _)) => ([(header::CACHE_CONTROL, "no-cache")], Html(bytes)).into_response(),
        None => (StatusCode::SERVICE_UNAVAILABLE, Html(NOT_BUILT)).into_response(),
    }
}

/// The pay page. Scripts make it live; what it says without them is written into it here.
async fn pay(State(app): State<App>, Path(id): Path<String>) -> Result<Response, Problem> {
    let found = match id.parse() {
        Ok(id) => {
            let mut tx = app.db.snapshot().await?;
            match invoices::whole(&mut tx, id).await {
                Ok(whole) => Some(priced(&app, whole, tx).await?),
                Err(invoices::Error::NotFound(_)) => None,
                Err(error) => return Err(error.into()),
            }
        }
        Err(_) => None,
    };
    let built = embedded("pay.html").map(|(bytes, _)| bytes);
    let built = built.as_deref().map_or(NOT_BUILT.into(), String::from_utf8_lossy);
    let html = pay_page::fill(&built, found.as_ref().map(|(invoice, sum)| (invoice, *sum)));
    let status = if found.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    Ok((status, [(header::CACHE_CONTROL, "no-cache")], Html(html)).into_response())
}

/// The invoice as whoever opens its page may pay it. Where no rate can be trusted the page still opens, and
/// says that there is no sum to pay.
async fn priced(
    app: &App,
    whole: invoices::Whole,
    tx: Tx,
) -> Result<(PublicInvoiceView, Sum), Problem> {
    drop(tx);
    let known = invoices::view::public(&app.assets, &whole);
    match invoices::priced(app, whole).await {
        Ok(whole) => Ok((invoices::view::public(&app.assets, &whole), Sum::Held)),
        Err(Error::NotRenewed(_) | Error::Rate(rates::Error::Doubt(_))) => {
            Ok((known, Sum::Unknown))
        }
        Err(error) => Err(error.into()),
    }
}

fn file(path: &str) -> Response {
    match embedded(path) {
        Some((bytes, mime)) => ([(header::CONTENT_TYPE, mime)], bytes).into_response(),
        None => Problem::not_found("such file").into_response(),
    }
}

/// Wallets show it beside our name.
fn picture(path: &str) -> Response {
    (Openness::Shown.headers(), file(path)).into_response()
}

/// Built files carry their hash in their name, so they never change.
async fn asset(Path(path): Path<String>) -> Response {
    let mut response = file(&format!("assets/{path}"));
    if response.status().is_success() {
        let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
        response.headers_mut().insert(header::CACHE_CONTROL, forever);
    }
    response
}

/// Scripts only from here; frames only in Telegram (and on the stage, in the sandbox). Wallets' bridges
/// and pictures are wherever the wallets are, so live they may come from any https address.
fn policy(app: &App) -> HeaderValue {
    // The empty attribute that the TON Connect UI sets on the body: `ontouchstart=""`.
    let touch = "'unsafe-hashes' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";
    let (connect, images, ancestors) = match &app.settings.world_url {
        Some(world) => {
            let port = url::Url::parse(world).ok().and_then(|url| url.port()).unwrap_or(80);
            let world = format!("{world} http://localhost:{port} http://*.localhost:{port}");
            (world.clone(), world.clone(), format!("'self' {world}"))
        }
        None => (
            "https:".to_owned(),
            "https:".to_owned(),
            "https://web.telegram.org https://*.telegram.org".to_owned(),
        ),
    };
    let policy = format!(
        "default-src 'none'; script-src 'self'; script-src-attr {touch}; \
         style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data: blob: {images}; \
         connect-src 'self' {connect}; frame-ancestors {ancestors}; base-uri 'none'; \
         form-action 'none'; object-src 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}
