//! The HTTP request being answered: its id, which is in every log line of it and in its problem if it
//! has one, and the hand that acts for a merchant in it.
//!
//! The hand is known here and not passed along, so that no change can be made and forget to say whose
//! it was.

use std::sync::OnceLock;

use axum::{
    extract::Request,
    http::{HeaderValue, header},
    middleware::Next,
    response::Response,
};
use tracing::Instrument;

use crate::{app::App, id::CallId};

tokio::task_local! {
    static CURRENT: Call;
}

struct Call {
    id: String,
    hand: OnceLock<Hand>,
    caller: OnceLock<String>,
}

/// Whoever acts for an account.
struct Hand {
    account: String,
    whose: String,
}

pub const HEADER: &str = "x-request-id";
/// The header of every answer that says what time it is here, in UTC.
pub const TIME: &str = "remit-time";

/// The current request's id; empty outside a request.
pub fn current() -> String {
    CURRENT.try_with(|call| call.id.clone()).unwrap_or_default()
}

/// Says whose hand acts for an account in this request: a key's id, or a person's.
pub fn acts(account: impl ToString, whose: impl ToString) {
    let hand = Hand { account: account.to_string(), whose: whose.to_string() };
    // Who has been recognised once in a request stays who they are.
    let _ = CURRENT.try_with(|call| call.hand.set(hand));
}

/// Says whose credential has been found to be good in this request: a person's, or an account's.
pub fn comes_from(caller: impl ToString) {
    let _ = CURRENT.try_with(|call| call.caller.set(caller.to_string()));
}

/// Whose credential has been found to be good, if anybody's.
pub fn caller() -> Option<String> {
    CURRENT.try_with(|call| call.caller.get().cloned()).ok().flatten()
}

/// Whose hand acts for this account, if anybody's.
pub fn hand(account: &str) -> Option<String> {
    let of = |call: &Call| {
        let hand = call.hand.get().filter(|hand| hand.account == account)?;
        Some(hand.whose.clone())
    };
    CURRENT.try_with(of).ok().flatten()
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
        .scope(Call { id: id.clone(), hand: OnceLock::new(), caller: OnceLock::new() }, async {
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
