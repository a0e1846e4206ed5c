//! The header `Idempotency-Key`, and answers that can be given again.

use axum::{
    extract::FromRequestParts,
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{Answer, Begun, Call, Error};
use crate::{
    base::{
        db::{Db, Tx},
        web::problem::{Kind, Problem, Result},
    },
    words::time::Time,
};

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
const LONGEST: usize = 255;

/// The caller's key, if there is one.
#[derive(Debug, Clone)]
pub struct IdempotencyKey(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let Some(value) = parts.headers.get(HEADER) else { return Ok(Self(None)) };
        match value.to_str() {
            Ok(key) if (1..=LONGEST).contains(&key.len()) => Ok(Self(Some(key.to_owned()))),
            _ => Err(Problem::new(
                Kind::BadRequest,
                "Idempotency-Key may have 1 to 255 characters of ASCII; a UUID is a good one.",
            )),
        }
    }
}

impl IdempotencyKey {
    /// The call of somebody without an account, about an object of somebody who has one. No key of theirs
    /// can be this one: a header holds no line break.
    pub fn call_of_a_stranger(
        self,
        owner: impl ToString,
        object: impl std::fmt::Display,
        route: &str,
        body: &impl Serialize,
    ) -> Call {
        let key = self.0.map(|key| format!("{object}\n{key}"));
        Call::new(owner.to_string(), key, route, body)
    }

    /// The call it belongs to; `route` is method and path.
    pub fn call(self, account: impl ToString, route: &str, body: &impl Serialize) -> Call {
        Call::new(account.to_string(), self.0, route, body)
    }
}

/// What came of a request that happens once.
#[derive(Debug)]
pub enum Done {
    Now(Answer),
    /// It had happened before. This is what was answered then.
    Before(Answer),
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        match self {
            Self::Now(answer) => answer.into_response(),
            Self::Before(answer) => answer.replayed(),
        }
    }
}

impl Call {
    /// Lets the effect happen once: whoever asks again gets the first answer again. What the effect gives
    /// is answered, and kept with it.
    pub async fn once<T: Serialize>(
        &self,
        db: &Db,
        now: Time,
        effect: impl AsyncFnOnce(&mut Tx) -> Result<(StatusCode, T)>,
    ) -> Result<Response> {
        self.done(db, now, effect).await.map(Done::into_response)
    }

    /// The same, for what is to be told in other words the second time.
    pub async fn done<T: Serialize>(
        &self,
        db: &Db,
        now: Time,
        effect: impl AsyncFnOnce(&mut Tx) -> Result<(StatusCode, T)>,
    ) -> Result<Done> {
        let mut tx = match self.begin(db, now).await? {
            Begun::First(tx) => tx,
            Begun::Again(answer) => return Ok(Done::Before(answer)),
        };
        let (status, view) = effect(&mut tx).await?;
        let answer = Answer::new(status, &view)?;
        self.remember(&mut tx, &answer).await?;
        tx.commit().await?;
        Ok(Done::Now(answer))
    }
}

impl Answer {
    pub fn new(status: StatusCode, body: &impl Serialize) -> Result<Self> {
        let body = serde_json::to_string(body).map_err(Problem::internal)?;
        Ok(Self { status: status.as_u16(), body })
    }

    /// The response, marked as one that was given before.
    pub fn replayed(self) -> Response {
        let mut response = self.into_response();
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        response
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        (status, [(header::CONTENT_TYPE, "application/json")], self.body).into_response()
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Running => Self {
                retry_after: Some(1),
                ..Self::new(
                    Kind::IdempotencyRunning,
                    "Send the same request again in a moment; it will get the first one's answer.",
                )
            },
            Error::Mismatch => Self::new(
                Kind::IdempotencyMismatch,
                "Nothing was changed. Use a new Idempotency-Key for a new request.",
            ),
            Error::Db(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    async fn key(value: &[u8]) -> Result<Option<String>> {
        let request = Request::builder().header(HEADER, value).body(()).unwrap();
        let (mut parts, ()) = request.into_parts();
        IdempotencyKey::from_request_parts(&mut parts, &()).await.map(|key| key.0)
    }

    #[tokio::test]
    async fn a_key_has_up_to_255_characters_of_ascii() {
        let longest = "k".repeat(255);
        assert_eq!(key(longest.as_bytes()).await.unwrap(), Some(longest));
        for bad in ["", &"k".repeat(256), "ключ"] {
            assert_eq!(key(bad.as_bytes()).await.unwrap_err().kind, Kind::BadRequest, "{bad}");
        }
    }
}
