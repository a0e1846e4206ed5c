//! The [`Caller`] extractor that stands before every private route. Login itself is in `http/me.rs`,
//! because it also shows the person's wallets.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};

use super::{Person, SESSION_PREFIX, hash, store};
use crate::{
    app::App,
    call,
    problem::{Kind, Problem, Result},
};

/// A person with a session: `Authorization: Bearer ses_…`.
#[derive(Debug, Clone)]
pub struct Caller {
    pub person: Person,
    /// Names the session without being able to open it.
    pub session_hash: String,
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let session_hash = credential(&parts.headers, "Bearer").map(hash).ok_or_else(no_session)?;
        let mut tx = app.db.snapshot().await?;
        let person = store::by_session(&mut tx, &session_hash, app.time()).await?;
        let person = person.ok_or_else(no_session)?;
        call::comes_from(person.id);
        Ok(Self { person, session_hash })
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
        Ok(Self(store::by_session(&mut tx, &hash(token), app.time()).await?))
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
