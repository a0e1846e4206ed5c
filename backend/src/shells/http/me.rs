//! Login and the person's own settings: `/v1/session` and `/v1/me`. They stand here and not in
//! `identity`, because they show a person together with the wallets linked to them.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    base::{
        app::App,
        db::Tx,
        events, follow,
        web::{
            extract::Body,
            problem::{Kind, Problem, Refusals, Result},
        },
    },
    people::{
        identity::{
            self, Chat, Person,
            http::{Caller, credential},
            init_data, store,
        },
        wallets::{self, view::WalletView},
    },
    selling::merchants,
    subjects,
    words::time::Time,
};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(login)).routes(routes!(me, change, forget))
}

/// A session, and whose it is.
#[derive(Debug, Serialize, ToSchema)]
struct SessionView {
    /// Send it as `Authorization: Bearer …`. It is shown once.
    token: String,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Time,
    person: Me,
}

/// You, as this service knows you.
#[derive(Debug, Serialize, ToSchema)]
struct Me {
    #[schema(example = "usr_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    id: String,
    first_name: String,
    username: Option<String>,
    language: String,
    /// Whether the bot tells you of payments.
    notifications: bool,
    /// Whether the bot may write to you at all.
    can_message: bool,
    wallets: Vec<WalletView>,
}

/// Exchange Telegram's init data for a session
///
/// Send it raw, as `Authorization: tma <init data>`. It must be less than an hour old; afterwards only the
/// session counts. A session lasts for as long as it is used: until it has been left alone for 36 hours,
/// and for a week at most. The same init data opens one session at a time: sent again, as a page does
/// that is loaded again, it ends the older one. Once its session has been ended by `DELETE /v1/session` or
/// from another device, it opens none.
#[utoipa::path(
    post, path = "/v1/session", tag = "People", security(("init_data" = [])),
    responses((status = 201, body = SessionView), Refusals)
)]
async fn login(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<(StatusCode, Json<SessionView>)> {
    let raw = credential(&headers, "tma").ok_or_else(|| {
        Problem::new(Kind::LoginInvalid, "Send `Authorization: tma <raw init data>`.")
    })?;
    let settings = &app.settings;
    let tokens: Vec<&str> = std::iter::once(&settings.bot_token)
        .chain(&settings.old_bot_token)
        .map(|token| token.reveal())
        .collect();
    let data = init_data::verify(raw, &tokens, app.time()).map_err(|e| {
        let kind = match e {
            init_data::Error::Stale | init_data::Error::Future => Kind::LoginStale,
            _ => Kind::LoginInvalid,
        };
        Problem::new(kind, format!("The init data {e}."))
    })?;
    let mut tx = app.db.begin().await?;
    let session = identity::login(&mut tx, &data, app.now()).await?.ok_or_else(|| {
        let detail = "It was ended, here or from another device. Open the app again from Telegram.";
        Problem::new(Kind::SessionEnded, detail)
    })?;
    merchants::members::claim(&mut tx, &session.person, app.now()).await?;
    let person = view(&mut tx, &session.person).await?;
    tx.commit().await?;
    let body = SessionView { token: session.token, expires_at: session.expires_at, person };
    Ok((StatusCode::CREATED, Json(body)))
}

async fn view(tx: &mut Tx, person: &Person) -> Result<Me> {
    Ok(Me {
        id: person.id.to_string(),
        first_name: person.first_name.clone(),
        username: person.username.clone(),
        language: person.language.clone(),
        notifications: person.notifications,
        can_message: person.chat == Chat::Open,
        wallets: wallets::store::of(tx, person.id).await?.iter().map(WalletView::from).collect(),
    })
}

/// Who you are
#[utoipa::path(
    get, path = "/v1/me", tag = "People", security(("session" = [])),
    responses((status = 200, body = Me), Refusals)
)]
async fn me(State(app): State<App>, caller: Caller) -> Result<Json<Me>> {
    let mut tx = app.db.snapshot().await?;
    Ok(Json(view(&mut tx, &caller.person).await?))
}

/// What to change; whatever is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Changes {
    notifications: Option<bool>,
    /// A language tag such as `en`.
    language: Option<String>,
}

/// Change your settings
#[utoipa::path(
    patch, path = "/v1/me", tag = "People", security(("session" = [])),
    request_body = Changes,
    responses((status = 200, body = Me), Refusals)
)]
async fn change(
    State(app): State<App>,
    caller: Caller,
    Body(changes): Body<Changes>,
) -> Result<Json<Me>> {
    let mut person = caller.person;
    if let Some(language) = changes.language {
        let fits = (2..=8).contains(&language.len())
            && language.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-');
        if !fits {
            return Err(Problem::new(Kind::BadRequest, "language is a tag such as \"en\"."));
        }
        person.language = language;
    }
    person.notifications = changes.notifications.unwrap_or(person.notifications);
    let mut tx = app.db.begin().await?;
    store::set_preferences(&mut tx, &person).await?;
    let me = view(&mut tx, &person).await?;
    tx.commit().await?;
    Ok(Json(me))
}

/// Be forgotten
///
/// Takes your name, wallets, activity and messages out of this service. What is written on the chain
/// stays there, and nobody can change that. Whoever owns a store leaves it first, and its last owner hands
/// it on: no store loses an owner unseen.
#[utoipa::path(
    delete, path = "/v1/me", tag = "People", security(("session" = [])),
    responses((status = 204), Refusals)
)]
async fn forget(State(app): State<App>, caller: Caller) -> Result<StatusCode> {
    let mut tx = app.db.begin().await?;
    store::hold(&mut tx, caller.person.id).await?;
    owns_nothing(&mut tx, &caller.person).await?;
    merchants::changes::store::forget_witness(&mut tx, caller.person.telegram_id).await?;
    let (id, now) = (caller.person.id, app.time());
    subjects::forget(&mut tx, id).await?;
    wallets::store::forget(&mut tx, id).await?;
    events::store::forget(&mut tx, &id.to_string(), now).await?;
    merchants::members::store::forget(&mut tx, id).await?;
    store::forget(&mut tx, id).await?;
    follow::release(&mut tx, app.time()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A thief with an owner's phone must not take the owner out of the way at once.
async fn owns_nothing(tx: &mut Tx, person: &Person) -> Result<()> {
    let owned = merchants::members::store::owned(tx, person.id).await?;
    if let Some((name, _)) = owned.iter().find(|(_, owners)| *owners < 2) {
        let detail = format!(
            "You are the only owner of {name}. Nothing was deleted. Make somebody else an owner first, \
             or ask the operator of this service to; then leave the store."
        );
        return Err(Problem::new(Kind::LastOwner, detail));
    }
    match owned.first() {
        Some((name, _)) => {
            let detail = format!(
                "You own {name}. Nothing was deleted. Leave the store first: that waits, so that its \
                 owners can see it."
            );
            Err(Problem::new(Kind::StillOwner, detail))
        }
        None => Ok(()),
    }
}
