//! The two services that tell rates: what a program asks them, and how a person moves them.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::{Json, Path, Problem, Refused};
use crate::rates::{All, Change, Source};
use crate::world::World;

type Answer<T> = Result<axum::Json<T>, Refused>;

/// What both services say.
#[utoipa::path(
    get, path = "/sandbox/rates", tag = "sandbox",
    responses((status = 200, body = All)),
)]
pub(super) async fn rates(State(world): State<World>) -> axum::Json<All> {
    axum::Json(world.rates.all())
}

/// Moves what they say, or switches them off; what is not named stays.
#[utoipa::path(
    put, path = "/sandbox/rates", tag = "sandbox", request_body = Change,
    responses((status = 200, body = All), (status = "4XX", body = Problem)),
)]
pub(super) async fn set_rates(
    State(world): State<World>,
    Json(change): Json<Change>,
) -> Answer<All> {
    Ok(axum::Json(world.rates.change(&change).map_err(Refused::bad_request)?))
}

/// A rate, as services on the net tell it: one writes text, the other a number.
#[derive(Serialize, ToSchema)]
pub(super) struct Told {
    asset: String,
    currency: String,
    #[schema(value_type = String)]
    price: Box<RawValue>,
}

/// What one service answers when it is asked for a pair.
#[utoipa::path(
    get, path = "/sandbox/rates/{source}/{asset}/{currency}", tag = "sandbox",
    params(
        ("source" = Source, Path), ("asset" = String, Path, example = "GRAM"),
        ("currency" = String, Path, example = "USD")
    ),
    responses((status = 200, body = Told), (status = "4XX", body = Problem), (status = 503, body = Problem)),
)]
pub(super) async fn rate(
    State(world): State<World>,
    Path((source, asset, currency)): Path<(Source, String, String)>,
) -> Answer<Told> {
    let sayings = world.rates.get(source);
    let sayings = sayings.ok_or_else(|| Refused::not_found("there is no such source"))?;
    if sayings.down {
        let error = "this source is switched off".to_owned();
        return Err(Refused { status: StatusCode::SERVICE_UNAVAILABLE, error });
    }
    let rate = sayings.rates.get(&format!("{asset}/{currency}"));
    let rate = rate.ok_or_else(|| Refused::not_found("this source does not know this pair"))?;
    let price = match source {
        Source::North => format!("\"{rate}\""),
        Source::South => number(rate),
    };
    let price = RawValue::from_string(price).map_err(Refused::bad_request)?;
    Ok(axum::Json(Told { asset, currency, price }))
}

/// JSON's numbers begin with no zero that means nothing.
fn number(rate: &str) -> String {
    let trimmed = rate.trim_start_matches('0');
    if trimmed.is_empty() || trimmed.starts_with('.') {
        format!("0{trimmed}")
    } else {
        trimmed.to_owned()
    }
}
