//! What a client must know of this service before anything else: `/v1/info`, the TON Connect manifest
//! and the list of wallets.

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Openness;
use crate::{
    base::{app::App, db, web::problem::Result},
    words::money::TICKER,
};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(info)).merge(OpenApiRouter::from(
        Router::new().route("/tonconnect-manifest.json", get(manifest)).route(HERE, get(wallets)),
    ))
}

/// This service, for its clients.
#[derive(Debug, Serialize, ToSchema)]
struct Info {
    version: &'static str,
    /// The network's global id: `-239` is the real one.
    #[schema(example = "-239")]
    network: String,
    /// Whether all of this is play.
    sandbox: bool,
    ticker: &'static str,
    bot_username: Option<String>,
    /// Append an object's id to open the Mini App there.
    app_url: String,
    public_url: String,
    manifest_url: String,
    wallets_url: String,
    assets: Vec<AssetView>,
    explorer_url: Option<&'static str>,
    /// How long a payment usually takes to become final.
    finality_seconds: u8,
    /// The newest masterchain block up to which this service has read every account: what is in it has
    /// been counted.
    block: u32,
}

#[derive(Debug, Serialize, ToSchema)]
struct AssetView {
    #[schema(example = "USDT")]
    asset: String,
    name: String,
    decimals: u8,
    /// The jetton master's address: the only thing an asset is known by.
    master: Option<String>,
}

/// About this service
#[utoipa::path(
    get, path = "/v1/info", tag = "Service",
    responses((status = 200, body = Info))
)]
async fn info(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    let block = db::block_read(&mut app.db.snapshot().await?).await?;
    let public_url = app.settings.public_url.clone();
    let assets = app.assets.iter().map(|listed| AssetView {
        asset: listed.code.clone(),
        name: listed.name.clone(),
        decimals: listed.decimals,
        master: match listed.asset {
            crate::words::money::Asset::Gram => None,
            crate::words::money::Asset::Jetton(master) => Some(master.friendly(true)),
        },
    });
    let info = Info {
        version: env!("CARGO_PKG_VERSION"),
        network: app.network.to_string(),
        sandbox: app.network.is_sandbox(),
        ticker: TICKER,
        bot_username: app.bot_username.get().cloned(),
        app_url: match &app.settings.world_url {
            Some(world) if phone(&headers).is_none() => format!("{world}/?startapp="),
            _ => app.deep_link(""),
        },
        manifest_url: format!("{public_url}/tonconnect-manifest.json"),
        wallets_url: if app.settings.world_url.is_some() { HERE } else { OFFICIAL }.to_owned(),
        assets: assets.collect(),
        explorer_url: app.network.explorer(),
        finality_seconds: 1,
        block,
        public_url,
    };
    Ok((Openness::Kept.headers(), Json(info)).into_response())
}

/// Wallets fetch it from anywhere, and show its `url` as who is asking.
async fn manifest(State(app): State<App>) -> impl IntoResponse {
    let url = &app.settings.public_url;
    let body = json!({ "url": url, "name": "Remit", "iconUrl": format!("{url}/icon.png") });
    let any = [(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"))];
    (any, Openness::Shown.headers(), Json(body))
}

/// The list that TON keeps of every wallet that speaks TON Connect. Live it is offered as it is: we do
/// not narrow a person's choice. The SDK carries a copy for when it cannot be reached.
const OFFICIAL: &str = "https://config.ton.org/wallets-v2.json";
const HERE: &str = "/tc/wallets.json";

/// The wallets a person may connect. In the sandbox there is one, and it lives in the same Telegram.
async fn wallets(State(app): State<App>, headers: HeaderMap) -> Response {
    let Some(world) = &app.settings.world_url else {
        return Redirect::temporary(OFFICIAL).into_response();
    };
    let any = [(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    (any, Openness::Shown.headers(), Json(sandbox_wallets(world, &headers))).into_response()
}

/// The name of the phone that asks, in the sandbox: each is an origin of its own, `alice.localhost`.
/// Links to Telegram open on it. For a browser of its own the stage stands in for t.me, and asks whose
/// phone it is: the real t.me knows nothing of this sandbox.
fn phone(headers: &HeaderMap) -> Option<&str> {
    let origin = headers.get(header::HOST)?.to_str().ok()?;
    let host = origin.rsplit_once(':').map_or(origin, |(host, _)| host);
    host.ends_with(".localhost").then_some(host)
}

/// A phone reaches the bridge by its own name too: a browser opens only six connections to one host.
fn sandbox_wallets(world: &str, headers: &HeaderMap) -> Value {
    let origin = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let mut bridge = world.to_owned();
    let mut universal_url = format!("{world}/");
    if let Some(host) = phone(headers)
        && let Ok(mut url) = url::Url::parse(world)
        && url.set_host(Some(host)).is_ok()
    {
        bridge = url.to_string().trim_end_matches('/').to_owned();
        universal_url = "https://t.me/sandbox_wallet/start".to_owned();
    }
    json!([{
        "app_name": "sandboxwallet",
        "name": "Sandbox Wallet",
        "image": format!("http://{origin}/wallet.png"),
        "about_url": world,
        "universal_url": universal_url,
        "bridge": [{ "type": "sse", "url": format!("{bridge}/bridge") }],
        "platforms": ["ios", "android", "macos", "windows", "linux"],
        "features": [{ "name": "SendTransaction", "maxMessages": 4, "extraCurrencySupported": false }]
    }])
}
