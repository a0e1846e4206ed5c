//! Bodies and queries that answer with a problem when they cannot be read.

use std::time::Duration;

use axum::{
    Json,
    body::Bytes,
    extract::{
        FromRequest, FromRequestParts, Request,
        rejection::{PathRejection, QueryRejection},
    },
    http::{HeaderMap, header, request::Parts},
};
use serde::de::DeserializeOwned;

use crate::base::web::problem::{Kind, Problem};

/// How long a body may take to arrive: 64 KiB need no more on the slowest line.
const ARRIVAL: Duration = Duration::from_secs(15);

/// A JSON body. Unknown fields are refused by the types themselves (`deny_unknown_fields`).
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(
                Kind::MediaType,
                "Send the body as JSON, with `Content-Type: application/json`.",
            ));
        }
        let Whole(bytes) = Whole::from_request(request, state).await?;
        if bytes.windows(NUL.len()).any(|part| part == NUL) {
            return Err(Problem::new(Kind::BadRequest, "No text may hold the character U+0000."));
        }
        Json::from_bytes(&bytes)
            .map(|Json(body)| Self(body))
            .map_err(|rejection| Problem::new(Kind::BadRequest, rejection.body_text()))
    }
}

/// A body as it came, once all of it is there. What is too large or too slow is refused.
pub struct Whole(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Whole {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let arrival = tokio::time::timeout(ARRIVAL, Bytes::from_request(request, state));
        match arrival.await {
            Ok(Ok(bytes)) => Ok(Self(bytes)),
            Ok(Err(_)) => Err(Problem::new(
                Kind::BodyTooLarge,
                "A body may have 64 KiB at most, and must come whole.",
            )),
            Err(_) => Err(Problem::new(
                Kind::BodySlow,
                format!("It has to be here within {} s. Nothing was changed.", ARRIVAL.as_secs()),
            )),
        }
    }
}

/// The one character that Postgres cannot keep, as JSON writes it.
const NUL: &[u8] = b"\\u0000";

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

/// Refuses a path or a query that holds the character no database can keep.
fn no_nul(parts: &Parts) -> Result<(), Problem> {
    match parts.uri.to_string().contains("%00") {
        true => Err(Problem::new(Kind::BadRequest, "No text may hold the character U+0000.")),
        false => Ok(()),
    }
}

/// The query string.
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        no_nul(parts)?;
        axum::extract::Query::<T>::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Query(query)| Self(query))
            .map_err(|e: QueryRejection| Problem::new(Kind::BadRequest, e.body_text()))
    }
}

/// A path's parameter. An id of the wrong form is an id nobody has.
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        no_nul(parts)?;
        axum::extract::Path::<T>::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(path)| Self(path))
            .map_err(|_: PathRejection| Problem::not_found("such object"))
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::{StreamExt, stream};

    use super::*;

    /// A body that begins and never ends.
    fn endless() -> axum::body::Body {
        let beginning = stream::iter([Ok::<_, Infallible>(b"{".to_vec())]);
        axum::body::Body::from_stream(beginning.chain(stream::pending()))
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_is_not_waited_for() {
        let request = Request::post("/").header(header::CONTENT_TYPE, "application/json");
        let request = request.body(endless()).unwrap();
        let refused = Body::<serde_json::Value>::from_request(request, &()).await;
        assert_eq!(refused.err().map(|problem| problem.kind), Some(Kind::BodySlow));
    }
}
