//! Where Telegram delivers updates when it calls us. They are stored before it hears that we have
//! them, so none is lost; what comes twice is kept once.
//!
//! Telegram calls from a few addresses with the news of everybody, so the secret alone protects this
//! path: it is looked at before anything else, and whoever knows it may call as often as there is news.

pub mod offer;

use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRequestParts, State},
    http::{StatusCode, request::Parts},
    routing::post,
};
use serde::Deserialize;
use subtle::ConstantTimeEq;

use super::{setup::webhook_secret, store};
use crate::base::{
    app::App,
    web::{
        extract::Whole,
        problem::{Kind, Problem, Result},
    },
};

pub const PATH: &str = "/telegram/updates";
const SECRET: &str = "x-telegram-bot-api-secret-token";
/// The largest update, in bytes. A message has 4096 characters, but escaped, with its markup and with
/// what it replies to, it may be far longer than other bodies; one that is refused comes again for a day.
const LARGEST: usize = 1 << 20;

pub fn router() -> Router<App> {
    Router::new().route(PATH, post(receive)).layer(DefaultBodyLimit::max(LARGEST))
}

/// A call that carries the secret which only Telegram knows.
struct Telegram;

impl FromRequestParts<App> for Telegram {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let given = parts.headers.get(SECRET).map_or(&[][..], |value| value.as_bytes());
        let expected = webhook_secret(app.settings.bot_token.reveal());
        if bool::from(given.ct_eq(expected.as_bytes())) {
            Ok(Self)
        } else {
            Err(Problem::new(Kind::LoginInvalid, "Only Telegram calls this path."))
        }
    }
}

#[derive(Deserialize)]
struct Numbered {
    update_id: i64,
}

async fn receive(_: Telegram, State(app): State<App>, Whole(body): Whole) -> Result<StatusCode> {
    let unreadable = || Problem::new(Kind::BadRequest, "This is not an update.");
    let body = std::str::from_utf8(&body).map_err(|_| unreadable())?;
    let update: Numbered = serde_json::from_str(body).map_err(|_| unreadable())?;
    let mut tx = app.db.begin().await?;
    store::insert(&mut tx, update.update_id, body, app.time()).await?;
    tx.nudge();
    tx.commit().await?;
    Ok(StatusCode::OK)
}
