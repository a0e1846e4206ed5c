//! How often one client may call: by its credential, or by its address where it has none.
//!
//! Logging in and the public pages are dearer than the rest, because anybody can reach them.

use std::{net::SocketAddr, num::NonZeroU32, sync::Arc, time::Duration};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock};

use crate::{
    identity::hash,
    problem::{Kind, Problem},
};

/// Calls a second, and how many may come at once.
const KNOWN: (u32, u32) = (50, 200);
const ANYBODY: (u32, u32) = (10, 60);
/// A table of clients larger than this is cleared of those who have been quiet.
const MANY: usize = 10_000;

#[derive(Clone)]
pub struct Limits(Arc<Tables>);

struct Tables {
    known: DefaultKeyedRateLimiter<String>,
    anybody: DefaultKeyedRateLimiter<String>,
}

impl Default for Limits {
    fn default() -> Self {
        let table = |(rate, burst): (u32, u32)| {
            let whole = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
            RateLimiter::keyed(Quota::per_second(whole(rate)).allow_burst(whole(burst)))
        };
        Self(Arc::new(Tables { known: table(KNOWN), anybody: table(ANYBODY) }))
    }
}

/// Answers 429 with `Retry-After` to whoever calls too often.
pub async fn layer(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let (table, client) = match request.headers().get(header::AUTHORIZATION) {
        // An attacker may invent credentials, so the address counts for logging in as well.
        Some(value) if !request.uri().path().ends_with("/session") => {
            (&limits.0.known, hash(&String::from_utf8_lossy(value.as_bytes())))
        }
        _ => (&limits.0.anybody, address(&request)),
    };
    if table.len() > MANY {
        table.retain_recent();
    }
    match table.check_key(&client) {
        Ok(()) => next.run(request).await,
        Err(early) => {
            too_many(early.wait_time_from(governor::clock::DefaultClock::default().now()))
        }
    }
}

fn too_many(wait: Duration) -> Response {
    let seconds = wait.as_secs() + 1;
    let detail = format!("Wait {seconds} s and try again. Nothing was changed by this request.");
    let problem = Problem::new(Kind::TooManyRequests, detail);
    Problem { retry_after: Some(seconds), ..problem }.into_response()
}

/// The caller's address. A reverse proxy on this machine says whom it speaks for; nobody else is
/// believed.
fn address(request: &Request) -> String {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    match peer {
        Some(ip) if ip.is_loopback() => {
            forwarded(request.headers()).unwrap_or_else(|| ip.to_string())
        }
        Some(ip) => ip.to_string(),
        None => String::new(),
    }
}

/// The last address in `X-Forwarded-For`: the one our own proxy has written.
fn forwarded(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("x-forwarded-for")?.to_str().ok()?;
    let last = value.rsplit(',').next()?.trim();
    last.parse::<std::net::IpAddr>().ok().map(|ip| ip.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_hop_is_believed() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "6.6.6.6, 203.0.113.7".parse().unwrap());
        assert_eq!(forwarded(&headers).as_deref(), Some("203.0.113.7"));
        headers.insert("x-forwarded-for", "not an address".parse().unwrap());
        assert_eq!(forwarded(&headers), None);
    }

    #[test]
    fn whoever_calls_too_often_waits_and_the_others_do_not() {
        let limits = Limits::default();
        let call = |who: &str| limits.0.anybody.check_key(&who.to_owned()).is_ok();
        let allowed = (0..100).filter(|_| call("flood")).count();
        assert!((60..70).contains(&allowed), "{allowed}");
        assert!(call("quiet"));
    }
}
