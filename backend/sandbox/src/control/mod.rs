//! The controls of the world: `/sandbox/*`. What a person does on a phone, what a tester does to
//! the world, and what a page needs to show it. No authentication: it is a sandbox.

mod chain;
mod feed;
mod people;
mod rates;
mod stars;
mod wallets;

use std::time::Duration;

use axum::Router;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower_http::cors::{Any, CorsLayer};
use utoipa::openapi::OpenApi;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::wallet;
use crate::world::World;

pub use self::feed::pump;

/// Put before every schema's name, so that the document can be merged with another.
const PREFIX: &str = "Sandbox";
const REFERENCE: &str = "#/components/schemas/";

pub fn router(world: World) -> Router {
    let cors = CorsLayer::new().allow_origin(Any).allow_methods(Any).allow_headers(Any);
    let (router, _) = described().split_for_parts();
    router.layer(cors).with_state(world)
}

/// The description of all controls.
pub fn openapi() -> OpenApi {
    let (_, described) = described().split_for_parts();
    let mut json = serde_json::to_value(described).expect("a description is JSON");
    if let Some(schemas) = json["components"]["schemas"].as_object_mut() {
        let named = std::mem::take(schemas);
        schemas.extend(named.into_iter().map(|(name, schema)| (format!("{PREFIX}{name}"), schema)));
    }
    prefix_references(&mut json);
    serde_json::from_value(json).expect("only names have changed")
}

fn prefix_references(json: &mut Value) {
    match json {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_str().and_then(|target| target.strip_prefix(REFERENCE)) {
                    Some(target) if name == "$ref" => {
                        *value = Value::from(format!("{REFERENCE}{PREFIX}{target}"));
                    }
                    _ => prefix_references(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(prefix_references),
        _ => {}
    }
}

fn described() -> OpenApiRouter<World> {
    OpenApiRouter::new()
        .routes(routes!(chain::info))
        .routes(routes!(chain::faucet))
        .routes(routes!(chain::blocks))
        .routes(routes!(chain::clock))
        .routes(routes!(chain::faults, chain::set_faults))
        .routes(routes!(rates::rates, rates::set_rates))
        .routes(routes!(rates::rate))
        .routes(routes!(chain::transaction))
        .routes(routes!(chain::transcript))
        .routes(routes!(chain::reset))
        .routes(routes!(feed::feed))
        .routes(routes!(people::init_data))
        .routes(routes!(people::chat))
        .routes(routes!(people::start))
        .routes(routes!(people::say))
        .routes(routes!(people::tap))
        .routes(routes!(people::block))
        .routes(routes!(people::unblock))
        .routes(routes!(people::allow))
        .routes(routes!(people::rename))
        .routes(routes!(people::inline))
        .routes(routes!(people::inline_send))
        .routes(routes!(people::share))
        .routes(routes!(stars::sheet))
        .routes(routes!(stars::pay))
        .routes(routes!(stars::take))
        .routes(routes!(wallets::wallet))
        .routes(routes!(wallets::open))
        .routes(routes!(wallets::approve))
        .routes(routes!(wallets::decline))
        .routes(routes!(wallets::disconnect))
        .routes(routes!(wallets::prove))
        .routes(routes!(wallets::sign))
        .routes(routes!(wallets::send))
        .routes(routes!(wallets::pay))
}

/// Why a control did nothing.
#[derive(Debug)]
struct Refused {
    status: StatusCode,
    error: String,
}

/// The body of a refusal.
#[derive(Serialize, ToSchema)]
struct Problem {
    error: String,
}

/// It is done, and there is nothing more to say.
#[derive(Serialize, ToSchema)]
struct Done {
    ok: bool,
}

const DONE: axum::Json<Done> = axum::Json(Done { ok: true });

/// For long polls: answer as soon as the revision is another than `after`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Wait {
    /// The `revision` one has seen.
    after: Option<u64>,
    /// Seconds to wait for a change.
    wait: Option<u64>,
}

impl Wait {
    /// What to wait for, if anything.
    fn asked(&self) -> Option<(u64, Duration)> {
        Some((self.after?, Duration::from_secs(self.wait.filter(|seconds| *seconds > 0)?)))
    }
}

/// `axum::Json` whose rejections are in our words.
#[derive(FromRequest)]
#[from_request(via(axum::Json), rejection(Refused))]
struct Json<T>(T);

#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Refused))]
struct Path<T>(T);

#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Refused))]
struct Query<T>(T);

impl Refused {
    fn bad_request(error: impl ToString) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error: error.to_string() }
    }

    fn not_found(error: impl ToString) -> Self {
        Self { status: StatusCode::NOT_FOUND, error: error.to_string() }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.status, axum::Json(json!({ "error": self.error }))).into_response()
    }
}

impl From<JsonRejection> for Refused {
    fn from(rejection: JsonRejection) -> Self {
        Self { status: rejection.status(), error: rejection.body_text() }
    }
}

impl From<PathRejection> for Refused {
    fn from(rejection: PathRejection) -> Self {
        Self::not_found(rejection.body_text())
    }
}

impl From<QueryRejection> for Refused {
    fn from(rejection: QueryRejection) -> Self {
        Self::bad_request(rejection.body_text())
    }
}

impl From<wallet::Refused> for Refused {
    fn from(refused: wallet::Refused) -> Self {
        let status = match refused {
            wallet::Refused::NoSuchRequest => StatusCode::NOT_FOUND,
            wallet::Refused::Busy => StatusCode::CONFLICT,
            wallet::Refused::Manifest(_) => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::BAD_REQUEST,
        };
        Self { status, error: refused.to_string() }
    }
}

#[cfg(test)]
mod tests;
