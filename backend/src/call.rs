//! The id of the HTTP request being answered: in every log line of it, and in its problem if it has one.

use axum::{extract::Request, http::HeaderValue, middleware::Next, response::Response};
use tracing::Instrument;

use crate::{app::App, id::CallId};

tokio::task_local! {
    static CURRENT: String;
}

pub const HEADER: &str = "x-request-id";

/// The current request's id; empty outside a request.
pub fn current() -> String {
    CURRENT.try_with(Clone::clone).unwrap_or_default()
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
    response
}
