//! Trouble on demand: what a real indexer does to its users on a bad day.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::watch;
use tycho_types::models::StdAddr;

use super::liar;
use crate::chain::{Chain, Transaction};

/// The switches, all off by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Every request is answered 429.
    pub rate_limit: bool,
    /// Every answer takes this much longer.
    pub latency_ms: u64,
    /// Every request is answered by a proxy that cannot reach the indexer.
    pub down: bool,
    /// This many transactions will be missing from lists, each leaving a hole between two others
    /// of its account.
    pub omit_next: u32,
    /// The indexer has stopped at this masterchain block.
    pub stale_at: Option<u32>,
    /// The indexer says it watches another network.
    pub network: Option<i32>,
    /// The head says that it is so many seconds later than it is; nothing else does.
    pub head_ahead: u32,
    /// Two replicas, one behind the other, which leave out, show in part and make up; by this seed.
    pub lies: Option<u64>,
}

/// A handle; clones turn the same switches.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<Settings>>, Arc<watch::Sender<u64>>);

impl Faults {
    #[must_use]
    pub fn get(&self) -> Settings {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many questions have been asked.
    #[must_use]
    pub fn questions(&self) -> u64 {
        *self.1.borrow()
    }

    /// Returns when as many more questions have been asked.
    pub async fn asked(&self, more: u64) {
        let mut count = self.1.subscribe();
        let enough = *count.borrow_and_update() + more;
        drop(count.wait_for(|count| *count >= enough).await);
    }

    /// The number of the next question.
    pub(super) fn count(&self) -> u64 {
        let mut number = 0;
        self.1.send_modify(|count| {
            *count += 1;
            number = *count;
        });
        number
    }

    pub fn set(&self, settings: Settings) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = settings;
    }

    /// Makes holes in a list, newest first. A transaction is only taken from between two others of
    /// its account (`start_lt` stands for one the caller knows): left out at the end, it would not
    /// be missing but late.
    pub(super) fn omit(&self, rows: &mut Vec<Arc<Transaction>>, start_lt: u64) {
        let mut settings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if settings.omit_next == 0 {
            return;
        }
        let mut newest: HashMap<StdAddr, u64> = HashMap::new();
        for row in rows.iter() {
            let lt = newest.entry(row.account.clone()).or_default();
            *lt = (*lt).max(row.lt);
        }
        let mut candidates: Vec<(u64, StdAddr)> = rows
            .iter()
            .filter(|row| row.lt != start_lt && newest[&row.account] != row.lt)
            .map(|row| (row.lt, row.account.clone()))
            .collect();
        candidates.sort_unstable_by(|a, b| b.cmp(a));
        for (lt, account) in candidates {
            if settings.omit_next == 0 {
                return;
            }
            settings.omit_next -= 1;
            rows.retain(|row| row.lt != lt || row.account != account);
        }
    }
}

/// Stands in front of every route.
pub(super) async fn intercept(
    State((faults, chain)): State<(Faults, Chain)>,
    request: Request,
    next: Next,
) -> Response {
    let (settings, asked) = (faults.get(), faults.count());
    if settings.latency_ms > 0 {
        tokio::time::sleep(Duration::from_millis(settings.latency_ms)).await;
    }
    if settings.down {
        let page = Html("<html><head><title>502 Bad Gateway</title></head></html>");
        return (StatusCode::BAD_GATEWAY, page).into_response();
    }
    if settings.rate_limit {
        let body = json!({ "ok": false, "result": "Ratelimit exceed", "code": 429 });
        return (StatusCode::TOO_MANY_REQUESTS, Json(body)).into_response();
    }
    match (settings.lies, settings.head_ahead) {
        (Some(seed), _) => liar::answer((seed, asked), &chain, request, next).await,
        (None, 0) => next.run(request).await,
        (None, seconds) => liar::hurry(seconds, request, next).await,
    }
}
