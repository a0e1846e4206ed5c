//! The HTTP request being answered: its id, which is in every log line of it and in its problem if it
//! has one, and whose it has turned out to be.

use std::sync::{Arc, OnceLock};

use axum::{
    extract::Request,
    http::{Extensions, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use tracing::Instrument;

use crate::{base::app::App, words::id::CallId};

tokio::task_local! {
    static CURRENT: String;
}

pub const HEADER: &str = "x-request-id";
/// The header of every answer that says what time it is here, in UTC.
pub const TIME: &str = "remit-time";

/// The current request's id; empty outside a request.
pub fn current() -> String {
    CURRENT.try_with(String::clone).unwrap_or_default()
}

/// Whose credential a request has shown, once it has been found to be good: a person's, or an account's.
/// It travels with the request, for whoever counts calls.
#[derive(Debug, Clone, Default)]
pub struct Bearer(Arc<OnceLock<String>>);

impl Bearer {
    /// Says whose it is. Who has been recognised once in a request stays who they are.
    pub fn is(request: &Extensions, caller: impl ToString) {
        if let Some(Self(bearer)) = request.get() {
            let _ = bearer.set(caller.to_string());
        }
    }

    pub fn known(&self) -> Option<String> {
        self.0.get().cloned()
    }
}

/// Names each request, measures it and logs it once.
pub async fn layer(
    axum::extract::State(app): axum::extract::State<App>,
    request: Request,
    next: Next,
) -> Response {
    let id = CallId::new(app.clock.now(), &app.dice).to_string();
    let route = request
        .extensions()
        .get::<axum::extract::MatchedPath>()
        .map_or("none", |path| path.as_str())
        .to_owned();
    let span = tracing::info_span!("call", id, method = %request.method(), route);
    let started = tokio::time::Instant::now();
    let mut response = CURRENT
        .scope(id.clone(), async {
            let response = next.run(request).await;
            tracing::debug!(status = response.status().as_u16(), "answered");
            response
        })
        .instrument(span)
        .await;
    let status = response.status().as_u16().to_string();
    metrics::histogram!("http_seconds", "route" => route, "status" => status)
        .record(started.elapsed());
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER, value);
    }
    // The time of this service, not of the machine: pages count down to a deadline by it.
    // A proxy may put its own `Date` in the place of ours, so it is said twice.
    let (now, headers) = (app.time(), response.headers_mut());
    if let Some(value) = now.http().and_then(|date| HeaderValue::from_str(&date).ok()) {
        headers.insert(header::DATE, value);
    }
    if let Ok(value) = HeaderValue::from_str(&now.to_string()) {
        headers.insert(TIME, value);
    }
    response
}
