//! The [`Caller`] extractor that stands before every private route, and what somebody can do about their
//! sessions: `/v1/sessions`. Login itself is in `shells/http/me.rs`, because it also shows the person's
//! wallets.

use std::time::Duration;

use axum::{
    Json,
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::time::{Instant, sleep, sleep_until};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Person, SESSION_PREFIX, end, end_others, hash, store, view::OpenSession};
use crate::{
    base::{
        app::App,
        events::{Hand, Now},
        web::wait::Waiter,
        web::{
            call::Bearer,
            extract::Path,
            problem::{Kind, Problem, Refusals, Result},
        },
    },
    words::{id::SessionId, page::Page},
};

/// Somebody who waits is looked after no more often than this, however much is committed.
const PACE: Duration = Duration::from_millis(500);
/// Another process may have ended the session.
const ANYWAY: Duration = Duration::from_secs(5);

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(sessions, end_all_others))
        .routes(routes!(end_one))
        .routes(routes!(log_out))
}

/// A person with a session: `Authorization: Bearer ses_…`.
#[derive(Debug, Clone)]
pub struct Caller {
    pub person: Person,
    /// Names the session without being able to open it.
    pub session_hash: String,
    hand: Hand,
}

impl Caller {
    /// This moment, in this person's hand.
    pub fn now<'a>(&'a self, app: &'a App) -> Now<'a> {
        app.now().by(&self.hand)
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let session_hash = credential(&parts.headers, "Bearer").map(hash).ok_or_else(no_session)?;
        let mut tx = app.db.snapshot().await?;
        let now = app.time();
        let seat = store::by_session(&mut tx, &session_hash, now).await?.ok_or_else(no_session)?;
        let person = seat.person.id;
        Bearer::is(&parts.extensions, person);
        app.session_uses.note(&session_hash, &seat, now);
        Ok(Self { person: seat.person, session_hash, hand: Hand::new(person, person) })
    }
}

/// Nobody, or a person with a session: for pages that are open to all and kinder to some.
#[derive(Debug, Clone)]
pub struct MaybeCaller(pub Option<Caller>);

impl FromRequestParts<App> for MaybeCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        if parts.headers.contains_key(header::AUTHORIZATION) {
            Caller::from_request_parts(parts, app).await.map(Some).map(Self)
        } else {
            Ok(Self(None))
        }
    }
}

/// The person whose session was shown, if it is one that lasts: for pages that refuse nobody.
#[derive(Debug, Clone)]
pub struct Recognised(pub Option<Person>);

impl FromRequestParts<App> for Recognised {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let token = credential(&parts.headers, "Bearer");
        let Some(token) = token.filter(|token| token.starts_with(SESSION_PREFIX)) else {
            return Ok(Self(None));
        };
        let mut tx = app.db.snapshot().await?;
        let seat = store::by_session(&mut tx, &hash(token), app.time()).await?;
        Ok(Self(seat.map(|seat| seat.person)))
    }
}

/// Whether a call comes from inside Telegram: only the Mini App has sessions. One that has ended tells as
/// much, and a page that is open to all refuses nobody for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InsideTelegram(pub bool);

impl<S: Sync> FromRequestParts<S> for InsideTelegram {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let token = credential(&parts.headers, "Bearer");
        Ok(Self(token.is_some_and(|token| token.starts_with(SESSION_PREFIX))))
    }
}

fn no_session() -> Problem {
    Problem::new(
        Kind::SessionInvalid,
        "Open the app again from Telegram, or exchange fresh init data at POST /v1/session.",
    )
}

/// What stands after the scheme in `Authorization`.
pub fn credential<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (given, credential) = value.split_once(' ')?;
    given.eq_ignore_ascii_case(scheme).then(|| credential.trim())
}

/// List your open sessions
///
/// The one used last comes first. You have twenty at most: another takes the place of the one you have
/// not used for longest.
#[utoipa::path(
    get, path = "/v1/sessions", tag = "People", security(("session" = [])),
    responses((status = 200, body = Page<OpenSession>), Refusals)
)]
async fn sessions(State(app): State<App>, caller: Caller) -> Result<Json<Page<OpenSession>>> {
    let mut tx = app.db.snapshot().await?;
    let open = store::sessions_of(&mut tx, caller.person.id, app.time()).await?;
    let view = |session: store::Session| OpenSession {
        id: session.id.to_string(),
        created_at: session.created_at,
        last_used_at: session.used_at,
        expires_at: session.expires_at,
        current: session.token_hash == caller.session_hash,
    };
    Ok(Json(Page { data: open.into_iter().map(view).collect(), has_more: false }))
}

/// End one of your sessions
///
/// At once: whatever waits with it is answered 401. The init data it was opened with opens no other.
#[utoipa::path(
    delete, path = "/v1/sessions/{id}", tag = "People", security(("session" = [])),
    params(("id" = String, description = "The session's id")),
    responses((status = 204), Refusals)
)]
async fn end_one(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
) -> Result<StatusCode> {
    let mut tx = app.db.begin().await?;
    if !end(&mut tx, caller.person.id, id, app.time()).await? {
        return Err(Problem::not_found("open session of this id"));
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End all your sessions but this one
#[utoipa::path(
    delete, path = "/v1/sessions", tag = "People", security(("session" = [])),
    responses((status = 204), Refusals)
)]
async fn end_all_others(State(app): State<App>, caller: Caller) -> Result<StatusCode> {
    let mut tx = app.db.begin().await?;
    end_others(&mut tx, caller.person.id, &caller.session_hash, app.time()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Log out
///
/// Ends the session this is called with.
#[utoipa::path(
    delete, path = "/v1/session", tag = "People", security(("session" = [])),
    responses((status = 204), Refusals)
)]
async fn log_out(State(app): State<App>, caller: Caller) -> Result<StatusCode> {
    let mut tx = app.db.begin().await?;
    super::log_out(&mut tx, &caller.session_hash, app.time()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whoever waits for news with a session waits no longer than it lasts.
pub async fn while_it_lasts(State(app): State<App>, request: Request, next: Next) -> Response {
    let waits = request.method() == Method::GET
        && request.uri().query().is_some_and(|query| query.contains("wait="));
    let token = credential(request.headers(), "Bearer").filter(|t| t.starts_with(SESSION_PREFIX));
    let Some(session_hash) = token.filter(|_| waits).map(hash) else {
        return next.run(request).await;
    };
    tokio::select! {
        response = next.run(request) => response,
        () = over(&app, &session_hash) => no_session().into_response(),
    }
}

/// Returns when the session is over. Nobody is sent away because the database does not answer.
async fn over(app: &App, session_hash: &str) {
    let mut woken = app.db.watch();
    loop {
        woken.mark_unchanged();
        let looked = Instant::now();
        tokio::select! {
            _ = woken.changed() => sleep_until(looked + PACE).await,
            () = sleep(ANYWAY) => {}
        }
        let Ok(mut tx) = app.db.snapshot().await else { continue };
        if let Ok(None) = store::by_session(&mut tx, session_hash, app.time()).await {
            return;
        }
    }
}
impl From<&Person> for Waiter {
    fn from(person: &Person) -> Self {
        let id = person.id.to_string();
        Self::Known { account: id.clone(), keeper: id }
    }
}
