//! The roof: joins the domains' routes, and lays over them what all share. Nothing below imports it.

mod described;
mod docs;
mod health;
mod info;
mod limit;
pub mod listen;
mod me;
mod pages;
mod pay_page;

pub use pages::embedded;

use std::{net::SocketAddr, time::Duration};

use axum::{
    Router,
    extract::{ConnectInfo, DefaultBodyLimit, Request, State},
    http::{HeaderName, HeaderValue, Method, Version, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, cors::CorsLayer,
    set_header::SetResponseHeaderLayer,
};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        RefOr, Schema,
        security::{
            ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
        },
    },
};
use utoipa_axum::router::OpenApiRouter;

use crate::{
    base::{
        app::App,
        web::{
            call,
            problem::{Kind, Problem, ProblemBody},
            wait,
        },
    },
    money::rates,
    people::{identity, wallets},
    selling::{
        cryptobot, invoices, merchants, merchants::http::acting::ACCOUNT, payouts, receipts,
        reports, unmatched, webhooks,
    },
    shells::bot,
    subjects,
};

/// No body may be larger, in bytes.
const BODY: usize = 64 * 1024;
/// How long an answer may take: whoever waits for news has been told by then.
const ANSWER: Duration = Duration::from_secs(wait::LONGEST + 10);

/// Everything the service answers.
pub fn router(app: App) -> Router {
    let (api, _) = api().split_for_parts();
    let spec = openapi();
    let limits = limit::Limits::new(app.clone());
    let api = api
        .merge(docs::router(&app, &spec))
        .layer(middleware::from_fn_with_state(limits.clone(), limit::layer))
        .layer(DefaultBodyLimit::max(BODY));
    let pages = pages::router(&app)
        .merge(health::router())
        .layer(middleware::from_fn_with_state(limits, limit::pages));
    Router::new()
        .merge(api)
        // Telegram calls for everybody at once: the secret is its limit.
        .merge(bot::http::router())
        .merge(pages)
        .fallback(missing)
        .method_not_allowed_fallback(wrong_method)
        // Above the fallback for wrong methods, or that would answer a browser's OPTIONS first.
        .layer(cors(&app))
        .layer(middleware::from_fn(in_time))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn(one_host))
        .layer(middleware::from_fn_with_state(app.clone(), identity::http::while_it_lasts))
        .layer(middleware::from_fn(cryptobot::http::spell))
        .layer(middleware::from_fn_with_state(app.clone(), call::layer))
        .layer(CompressionLayer::new())
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        // What is said to one caller is nobody else's: whatever may be kept or shown elsewhere says so.
        .layer(header(header::CACHE_CONTROL, "no-store"))
        .layer(header(RESOURCE_POLICY, "same-origin"))
        .with_state(app)
}

/// The API's routes with their description.
fn api() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Description::openapi())
        .merge(info::router())
        .merge(me::router())
        .merge(identity::http::router())
        .merge(wallets::http::router())
        .merge(subjects::routes())
        .merge(bot::http::offer::router())
        .merge(unmatched::http::router())
        .merge(merchants::http::router())
        .merge(payouts::http::router())
        .merge(webhooks::http::router())
        .merge(rates::http::router())
        .merge(cryptobot::http::router())
        .merge(receipts::http::router())
        .merge(reports::http::router())
}

/// The OpenAPI document, as JSON, pretty-printed. The sandbox's controls are described with it; they
/// are answered by the world, on its own port.
pub fn openapi() -> String {
    let (_, mut spec) = api().split_for_parts();
    // The routes are in it by now, so that what holds for all of them finds them.
    for of_all in [&Credentials as &dyn Modify, &Purposes, &described::Whole] {
        of_all.modify(&mut spec);
    }
    #[cfg(feature = "sandbox")]
    spec.merge(sandbox::openapi());
    let mut text = serde_json::to_string_pretty(&spec).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Remit",
        description = "Payments on TON, inside Telegram, from wallet to wallet.\n\n\
            Money is `{amount, asset, units, decimals}`: decimal strings, never JSON numbers. \
            Errors are `application/problem+json`. Lists take `limit` and `starting_after`.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    tags(
        (name = "People", description = "Logging in from Telegram."),
        (name = "Wallets", description = "Linking wallets by proof, and what they hold."),
        (name = "Payments", description = "From one wallet to another."),
        (name = "Requests", description = "Asking for money by link."),
        (name = "Invoices", description = "What merchants ask for."),
        (name = "Unmatched", description = "Money that came without a reason we know."),
        (name = "Refunds", description = "Money that merchants pay back: from wallet to wallet, or Stars by Telegram."),
        (name = "Receipts", description = "What was paid, signed, for anybody to check against the chain."),
        (name = "Merchants", description = "A merchant's account and its feed of events."),
        (name = "Members", description = "The people of a store, who did what, and where the store is paid."),
        (name = "Webhooks", description = "Events, sent to your own server and signed."),
        (name = "Reports", description = "What came in and what went back, for whoever keeps the books."),
        (name = "CryptoBot", description = "For whoever comes from there: CryptoBot's API over the same invoices. GET or POST; query, form or JSON."),
        (name = "Service", description = "About this service."),
        (
            name = "sandbox",
            description = "The world's own controls, on its port (8081): faucet, blocks, clock, rates, faults, wallets, chats."
        )
    ),
    components(schemas(ProblemBody))
)]
struct Description;

struct Credentials;

struct Purposes;

/// What a payment can be for, as a list: payments themselves do not know it.
impl Modify for Purposes {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let schemas = openapi.components.get_or_insert_default().schemas.get_mut("PurposeKind");
        if let Some(RefOr::T(Schema::Object(kind))) = schemas {
            kind.enum_values = Some(subjects::words().map(Into::into).collect());
        }
    }
}

impl Modify for Credentials {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        let bearer = |what: &str| {
            let mut http = Http::new(HttpAuthScheme::Bearer);
            http.description = Some(what.to_owned());
            SecurityScheme::Http(http)
        };
        components.add_security_scheme("session", bearer("A person's session, `ses_…`"));
        components.add_security_scheme("key", bearer("A merchant's API key, `sk_…`"));
        let mut account = ApiKeyValue::new("Remit-Account");
        account.description = Some("With a session: for which of your stores, `acc_…`".to_owned());
        components.add_security_scheme("account", SecurityScheme::ApiKey(ApiKey::Header(account)));
        let mut token = ApiKeyValue::new("Crypto-Pay-API-Token");
        token.description = Some("A merchant's API key, `sk_…`".to_owned());
        components.add_security_scheme("crypto_pay", SecurityScheme::ApiKey(ApiKey::Header(token)));
        // OpenAPI knows no scheme of the name `tma`, so it is described as what it is: a header.
        let mut tma = ApiKeyValue::new("Authorization");
        tma.description = Some("`tma <raw init data>`".to_owned());
        components.add_security_scheme("init_data", SecurityScheme::ApiKey(ApiKey::Header(tma)));
        // Whatever a key may do, a member may do with a session.
        for path in openapi.paths.paths.values_mut() {
            let operations =
                [&mut path.get, &mut path.post, &mut path.patch, &mut path.put, &mut path.delete];
            for operation in operations.into_iter().flatten() {
                let Some(security) = &mut operation.security else { continue };
                if security.contains(&SecurityRequirement::new("key", [""; 0])) {
                    let member = SecurityRequirement::new("session", [""; 0]);
                    security.push(member.add("account", [""; 0]));
                }
            }
        }
    }
}

/// Who may call from another origin: in the sandbox the stage, whose pages belong to the world.
fn cors(app: &App) -> CorsLayer {
    let world = app.settings.world_url.clone();
    CorsLayer::new()
        .allow_methods([Method::GET, Method::POST, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            HeaderName::from_static("idempotency-key"),
            ACCOUNT,
            HeaderName::from_static(invoices::http::secret::HEADER),
        ])
        .allow_origin(tower_http::cors::AllowOrigin::predicate(move |origin, _| {
            world.as_deref().is_some_and(|world| is_world(world, origin))
        }))
}

/// The world's own origin, or one of its phones: the same port on `localhost` or `*.localhost`.
fn is_world(world: &str, origin: &HeaderValue) -> bool {
    let parse = |text: &str| url::Url::parse(text).ok();
    let Some((world, origin)) = parse(world).zip(origin.to_str().ok().and_then(parse)) else {
        return false;
    };
    let local = |host: &str| host == "localhost" || host.ends_with(".localhost");
    world.port_or_known_default() == origin.port_or_known_default()
        && origin.host_str().is_some_and(|host| local(host) || world.host_str() == Some(host))
}

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// What a public answer says of itself: whether it may be kept, and whether other sites may show it.
#[derive(Debug, Clone, Copy)]
enum Openness {
    /// It may be kept, and is asked about each time.
    Kept,
    /// The same, and other sites may load it.
    Shown,
}

impl Openness {
    fn headers(self) -> [(HeaderName, HeaderValue); 2] {
        let policy = match self {
            Self::Kept => "same-origin",
            Self::Shown => "cross-origin",
        };
        [
            (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (RESOURCE_POLICY, HeaderValue::from_static(policy)),
        ]
    }
}

/// A request over the wire names one host: without it, or with two, somebody on the way may have
/// understood another request than we do.
async fn one_host(request: Request, next: Next) -> Response {
    let over_the_wire = request.extensions().get::<ConnectInfo<SocketAddr>>().is_some();
    let hosts = request.headers().get_all(header::HOST).iter().count();
    if over_the_wire && request.version() == Version::HTTP_11 && hosts != 1 {
        let detail = "HTTP/1.1 wants exactly one Host header. Nothing was done or changed.";
        return Problem::new(Kind::BadRequest, detail).into_response();
    }
    next.run(request).await
}

fn header(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

async fn missing(request: Request) -> Problem {
    Problem::new(
        Kind::NotFound,
        format!("There is nothing at {}. The API is described at /docs.", request.uri().path()),
    )
}

async fn wrong_method() -> Problem {
    Problem::new(Kind::MethodNotAllowed, "This path answers to another method; see /docs.")
}

/// Gives up what takes too long, so that nothing hangs for ever. What was not committed is undone.
async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(ANSWER, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!(seconds = ANSWER.as_secs(), "a request took too long");
            let detail = format!(
                "It was given up after {} s. If it was to change something, that may have happened \
                 all the same: look first, or send it again with the same Idempotency-Key.",
                ANSWER.as_secs()
            );
            Problem { retry_after: Some(2), ..Problem::new(Kind::TimedOut, detail) }.into_response()
        }
    }
}

fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    Problem::internal("a handler panicked").into_response()
}

/// Keeps a page of ours out of other people's frames, and other people's scripts out of our pages.
pub(super) async fn with_policy(
    State(policy): State<HeaderValue>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

#[cfg(test)]
#[path = "tests.rs"]
mod every_route;

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_takes_too_long_is_given_up_with_a_clear_word() {
        let patient = Duration::from_secs(wait::LONGEST + 1);
        let router = Router::new()
            .route("/poll", get(move || tokio::time::sleep(patient)))
            .route("/hangs", get(std::future::pending::<()>))
            .layer(middleware::from_fn(in_time));
        for (path, status) in [("/poll", 200), ("/hangs", 503)] {
            let request = Request::get(path).body(axum::body::Body::empty()).unwrap();
            let answer = router.clone().oneshot(request).await.unwrap();
            assert_eq!(answer.status(), status, "{path}");
        }
    }

    #[test]
    fn only_the_worlds_pages_may_call_from_elsewhere() {
        let world = "http://localhost:8081";
        for good in ["http://localhost:8081", "http://alice.localhost:8081"] {
            assert!(is_world(world, &HeaderValue::from_static(good)), "{good}");
        }
        for bad in ["http://localhost:9", "null", "https://evil.test", "http://evil.test:8081"] {
            assert!(!is_world(world, &HeaderValue::from_static(bad)), "{bad}");
        }
    }
}
