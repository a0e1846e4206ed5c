//! Bodies and queries that answer with a problem when they cannot be read.

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

use crate::problem::{Kind, Problem};

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
        let bytes = Bytes::from_request(request, state).await.map_err(|_| {
            Problem::new(Kind::BodyTooLarge, "A body may have 64 KiB at most, and must come whole.")
        })?;
        if bytes.windows(NUL.len()).any(|part| part == NUL) {
            return Err(Problem::new(Kind::BadRequest, "No text may hold the character U+0000."));
        }
        Json::from_bytes(&bytes)
            .map(|Json(body)| Self(body))
            .map_err(|rejection| Problem::new(Kind::BadRequest, rejection.body_text()))
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
