//! How often one client may call: by who they are, or by their address where we do not know.
//!
//! A credential says who somebody is once it has been found to be good; until then it is anybody's
//! invention, and the call counts as its address's. However many sessions a person opens, they are one
//! caller. Logging in and the public pages are dearer than the rest, because anybody can reach them.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock};

use crate::{
    base::{
        app::App,
        web::{
            call::Bearer,
            client::Client,
            problem::{Kind, Problem},
        },
    },
    people::identity::hash,
    selling::cryptobot::http as cryptobot,
};

/// Calls a second, and how many may come at once.
const ADDRESS: (u32, u32) = (100, 400);
const KNOWN: (u32, u32) = (50, 200);
const ANYBODY: (u32, u32) = (10, 60);
/// Pages that cost little: the Mini App itself, pictures, the state of health.
const PAGES: (u32, u32) = (20, 100);
/// Looking people up by name.
const LOOK_UPS: (u32, u32) = (1, 40);
const LOOKING_UP: &str = "/v1/recipients";
/// A table of clients larger than this is cleared of those who have been quiet.
const MANY: usize = 10_000;

type Table = DefaultKeyedRateLimiter<String>;

#[derive(Clone)]
pub struct Limits(Arc<Tables>);

struct Tables {
    app: App,
    /// Everybody behind one address: whoever they say they are, they cannot invent that.
    address: Table,
    /// Whoever has shown a good credential.
    known: Table,
    /// Whoever needs none, or has shown none that is good: by address.
    anybody: Table,
    pages: Table,
    look_ups: Table,
    /// Whose credentials have been good, by their hash.
    good: Mutex<HashMap<String, String>>,
}

impl Limits {
    pub fn new(app: App) -> Self {
        let table = |(rate, burst): (u32, u32)| {
            let whole = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
            RateLimiter::keyed(Quota::per_second(whole(rate)).allow_burst(whole(burst)))
        };
        Self(Arc::new(Tables {
            app,
            address: table(ADDRESS),
            known: table(KNOWN),
            anybody: table(ANYBODY),
            pages: table(PAGES),
            look_ups: table(LOOK_UPS),
            good: Mutex::default(),
        }))
    }
}

impl Tables {
    fn from(&self, request: &Request) -> String {
        Client::of(request.extensions(), request.headers(), &self.app.settings.trusted_proxies).name
    }

    fn good(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.good.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers what came of a credential.
    fn learn(&self, credential: String, bearer: &Bearer, response: &Response) {
        let mut good = self.good();
        if response.status() == StatusCode::UNAUTHORIZED {
            good.remove(&credential);
        } else if let Some(caller) = bearer.known() {
            if good.len() >= MANY && !good.contains_key(&credential) {
                good.clear();
            }
            good.insert(credential, caller);
        }
    }
}

/// Answers 429 with `Retry-After` to whoever calls too often.
pub async fn layer(State(limits): State<Limits>, mut request: Request, next: Next) -> Response {
    let tables = limits.0.as_ref();
    let from = tables.from(&request);
    let path = request.uri().path();
    let is_open = path.contains("/public/") || path.ends_with("/session");
    let headers = request.headers();
    // What the route does not read is nobody's credential.
    let credential = match path.starts_with(cryptobot::ROOT) {
        true => headers.get(cryptobot::TOKEN),
        false => headers.get(header::AUTHORIZATION),
    };
    let credential = credential.filter(|_| !is_open);
    let credential = credential.map(|value| hash(&String::from_utf8_lossy(value.as_bytes())));
    let caller = credential.as_ref().and_then(|shown| tables.good().get(shown).cloned());
    let is_known = caller.is_some();
    let (table, client) = match caller {
        Some(caller) => (&tables.known, caller),
        None => (&tables.anybody, from.clone()),
    };
    let charged = charge(&tables.address, &from).and_then(|()| charge(table, &client));
    let looks_up = path == LOOKING_UP;
    let charged = charged.and_then(|()| match looks_up {
        true => charge(&tables.look_ups, &client),
        false => Ok(()),
    });
    if let Err(wait) = charged {
        return too_many(wait);
    }
    let is_long = is_long(request.method(), path);
    let bearer = Bearer::default();
    request.extensions_mut().insert(bearer.clone());
    let response = match is_known && is_long {
        true => tables.app.places.in_turn(&client, next.run(request)).await,
        false => next.run(request).await,
    };
    if let Some(credential) = credential {
        tables.learn(credential, &bearer, &response);
    }
    response
}

/// Lists that cost much to read. None of them asks the chain, and none waits for news: a turn is short.
const LONG: &[&str] = &[
    "/v1/audit_log",
    "/v1/deliveries",
    "/v1/invoices",
    "/v1/payments",
    "/v1/refunds",
    "/v1/unmatched",
];
const REPORTS: &str = "/v1/reports/";
/// May be asked for by any method.
const CRYPTOBOT: &str = "/compat/cryptobot/api/getInvoices";

fn is_long(method: &Method, path: &str) -> bool {
    let is_list = LONG.contains(&path) || path.starts_with(REPORTS);
    path == CRYPTOBOT || method.is_safe() && is_list
}

/// The same for pages, which show nothing private to anybody.
pub async fn pages(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let tables = limits.0.as_ref();
    let from = tables.from(&request);
    let path = request.uri().path();
    let second = match () {
        // One page loads many of these files, and once for ever.
        () if path.starts_with("/assets/") => Ok(()),
        // As dear as reading the invoice.
        () if path.starts_with("/pay/") => charge(&tables.anybody, &from),
        () => charge(&tables.pages, &from),
    };
    match charge(&tables.address, &from).and(second) {
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
    fn only_long_lists_wait_for_a_turn() {
        for path in ["/v1/invoices", "/v1/reports/summary", "/v1/audit_log"] {
            assert!(is_long(&Method::GET, path) && is_long(&Method::HEAD, path), "{path}");
            assert!(!is_long(&Method::POST, path), "{path}: nobody is kept from selling");
        }
        for path in [
            "/v1/events",
            "/v1/balances",
            "/v1/invoices/inv_1",
            "/compat/cryptobot/api/createInvoice",
        ] {
            assert!(!is_long(&Method::GET, path), "{path}");
        }
        assert!(is_long(&Method::POST, CRYPTOBOT));
    }

    #[tokio::test]
    async fn whoever_calls_too_often_waits_and_the_others_do_not() {
        let limits = Limits::new(crate::selling::merchants::harness::Api::open().await.app.clone());
        let call = |who: &str| limits.0.anybody.check_key(&who.to_owned()).is_ok();
        let allowed = (0..100).filter(|_| call("flood")).count();
        assert!((60..70).contains(&allowed), "{allowed}");
        assert!(call("quiet"));
    }
}
