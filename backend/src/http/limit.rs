//! How often one client may call: by its credential, or by its address where it has none.
//!
//! Logging in and the public pages are dearer than the rest, because anybody can reach them.

use std::{
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    sync::Arc,
    time::Duration,
};

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
}

impl Default for Limits {
    fn default() -> Self {
        let table = |(rate, burst): (u32, u32)| {
            let whole = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
            RateLimiter::keyed(Quota::per_second(whole(rate)).allow_burst(whole(burst)))
        };
        Self(Arc::new(Tables {
            address: table(ADDRESS),
            known: table(KNOWN),
            anybody: table(ANYBODY),
        }))
    }
}

/// Answers 429 with `Retry-After` to whoever calls too often.
pub async fn layer(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let Tables { address, known, anybody } = limits.0.as_ref();
    let from = self::address(&request);
    let path = request.uri().path();
    let is_open = path.contains("/public/") || path.ends_with("/session");
    let credential = request.headers().get(header::AUTHORIZATION).filter(|_| !is_open);
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

/// The caller's address. A reverse proxy on this machine says whom it speaks for; nobody else is
/// believed.
fn address(request: &Request) -> String {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    match peer {
        Some(ip) if ip.is_loopback() => network(forwarded(request.headers()).unwrap_or(ip)),
        Some(ip) => network(ip),
        None => String::new(),
    }
}

/// The last address in `X-Forwarded-For`: the one our own proxy has written.
fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let value = headers.get("x-forwarded-for")?.to_str().ok()?;
    let last = value.rsplit(',').next()?.trim();
    last.parse().ok()
}

/// One household of IPv6 has 2⁶⁴ addresses, so it counts as one.
fn network(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_hop_is_believed() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "6.6.6.6, 203.0.113.7".parse().unwrap());
        assert_eq!(forwarded(&headers), "203.0.113.7".parse().ok());
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

    #[test]
    fn one_household_counts_as_one() {
        let key = |ip: &str| network(ip.parse().unwrap());
        assert_eq!(key("2001:db8:1:2:3:4:5:6"), key("2001:db8:1:2::9"));
        assert_ne!(key("2001:db8:1:2::9"), key("2001:db8:1:3::9"));
    }
}
