//! Where Telegram delivers updates when it calls us. They are stored before it hears that we have
//! them, so none is lost; what comes twice is kept once.

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use serde::Deserialize;
use subtle::ConstantTimeEq;

use super::{setup::webhook_secret, store};
use crate::{
    app::App,
    problem::{Kind, Problem, Result},
};

pub const PATH: &str = "/telegram/updates";
const SECRET: &str = "x-telegram-bot-api-secret-token";

pub fn router() -> Router<App> {
    Router::new().route(PATH, post(receive))
}

#[derive(Deserialize)]
struct Numbered {
    update_id: i64,
}

async fn receive(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Result<StatusCode> {
    let given = headers.get(SECRET).map_or(&[][..], |value| value.as_bytes());
    let expected = webhook_secret(app.settings.bot_token.reveal());
    if !bool::from(given.ct_eq(expected.as_bytes())) {
        return Err(Problem::new(Kind::LoginInvalid, "Only Telegram calls this path."));
    }
    let unreadable = || Problem::new(Kind::BadRequest, "This is not an update.");
    let body = std::str::from_utf8(&body).map_err(|_| unreadable())?;
    let update: Numbered = serde_json::from_str(body).map_err(|_| unreadable())?;
    let mut tx = app.db.begin().await?;
    store::insert(&mut tx, update.update_id, body, app.time()).await?;
    tx.nudge();
    tx.commit().await?;
    Ok(StatusCode::OK)
}
