//! How often one client may call: by its credential, or by its address where it has none.
//!
//! Logging in and the public pages are dearer than the rest, because anybody can reach them.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock};

use crate::{
    client::Client,
    config::Proxies,
    cryptobot::http as cryptobot,
    identity::hash,
    problem::{Kind, Problem},
};

/// Calls a second, and how many may come at once.
const ADDRESS: (u32, u32) = (100, 400);
const KNOWN: (u32, u32) = (50, 200);
const ANYBODY: (u32, u32) = (10, 60);
/// A table of clients larger than this is cleared of those who have been quiet.
const MANY: usize = 10_000;

type Table = DefaultKeyedRateLimiter<String>;

#[derive(Clone)]
pub struct Limits(Arc<Tables>);

struct Tables {
    /// Everybody behind one address: credentials can be invented, addresses cannot.
    address: Table,
    /// Whoever shows a credential.
    known: Table,
    /// Whoever needs none: logging in, and the public pages.
    anybody: Table,
    proxies: Proxies,
}

impl Limits {
    pub fn new(proxies: Proxies) -> Self {
        let table = |(rate, burst): (u32, u32)| {
            let whole = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
            RateLimiter::keyed(Quota::per_second(whole(rate)).allow_burst(whole(burst)))
        };
        Self(Arc::new(Tables {
            address: table(ADDRESS),
            known: table(KNOWN),
            anybody: table(ANYBODY),
            proxies,
        }))
    }
}

/// Answers 429 with `Retry-After` to whoever calls too often.
pub async fn layer(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let Tables { address, known, anybody, proxies } = limits.0.as_ref();
    let Client { name: from, .. } = Client::of(request.extensions(), request.headers(), proxies);
    let path = request.uri().path();
    let is_open = path.contains("/public/") || path.ends_with("/session");
    let headers = request.headers();
    let credential = headers.get(header::AUTHORIZATION).or_else(|| headers.get(cryptobot::TOKEN));
    let credential = credential.filter(|_| !is_open);
    let (table, client) = match credential {
        Some(value) => (known, hash(&String::from_utf8_lossy(value.as_bytes()))),
        None => (anybody, from.clone()),
    };
    match charge(address, &from).and_then(|()| charge(table, &client)) {
        Ok(()) => next.run(request).await,
        Err(wait) => too_many(wait),
    }
}

fn charge(table: &Table, client: &String) -> Result<(), Duration> {
    if table.len() > MANY {
        table.retain_recent();
    }
    let now = governor::clock::DefaultClock::default().now();
    table.check_key(client).map_err(|early| early.wait_time_from(now))
}

fn too_many(wait: Duration) -> Response {
    let seconds = wait.as_secs() + 1;
    let detail = format!("Wait {seconds} s and try again. Nothing was changed by this request.");
    let problem = Problem::new(Kind::TooManyRequests, detail);
    Problem { retry_after: Some(seconds), ..problem }.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_calls_too_often_waits_and_the_others_do_not() {
        let limits = Limits::new(Proxies::default());
        let call = |who: &str| limits.0.anybody.check_key(&who.to_owned()).is_ok();
        let allowed = (0..100).filter(|_| call("flood")).count();
        assert!((60..70).contains(&allowed), "{allowed}");
        assert!(call("quiet"));
    }
}
