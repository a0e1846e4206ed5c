//! Paying in Telegram Stars on a phone.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Json, Path, Problem, Refused};
use crate::cast::Person;
use crate::telegram::{StarPaid, StarSheet};
use crate::world::World;

type Answer<T> = Result<axum::Json<T>, Refused>;

/// What an invoice link asks of this person. `slug` is what follows `$` in the link.
#[utoipa::path(
    get, path = "/sandbox/people/{person}/stars/{slug}", tag = "sandbox",
    params(("person" = Person, Path), ("slug" = String, Path)),
    responses((status = 200, body = StarSheet), (status = "4XX", body = Problem)),
)]
pub(super) async fn sheet(
    State(world): State<World>,
    Path((person, slug)): Path<(Person, String)>,
) -> Answer<StarSheet> {
    Ok(axum::Json(world.telegram.star_sheet(person, &slug)?))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct PayStarsBody {
    /// What follows `$` in the link.
    slug: String,
}

/// Pays an invoice in Stars. The bot is asked first and has ten seconds.
#[utoipa::path(
    post, path = "/sandbox/people/{person}/stars", tag = "sandbox",
    params(("person" = Person, Path)), request_body = PayStarsBody,
    responses((status = 200, body = StarPaid), (status = "4XX", body = Problem)),
)]
pub(super) async fn pay(
    State(world): State<World>,
    Path(person): Path<Person>,
    Json(body): Json<PayStarsBody>,
) -> Answer<StarPaid> {
    Ok(axum::Json(world.telegram.pay_stars(person, &body.slug).await?))
}

#[derive(Serialize, ToSchema)]
pub(super) struct Taken {
    charge: String,
}

/// Takes the Stars without asking the bot, as if it had agreed long ago: for what comes late or twice.
#[utoipa::path(
    post, path = "/sandbox/people/{person}/stars/unasked", tag = "sandbox",
    params(("person" = Person, Path)), request_body = PayStarsBody,
    responses((status = 200, body = Taken), (status = "4XX", body = Problem)),
)]
pub(super) async fn take(
    State(world): State<World>,
    Path(person): Path<Person>,
    Json(body): Json<PayStarsBody>,
) -> Answer<Taken> {
    let charge = world.telegram.take_stars_unasked(person, &body.slug)?;
    Ok(axum::Json(Taken { charge }))
}
