//! The chain as the toncenter v3 indexer shows it: same paths, names, types, encodings, limits and
//! errors, so that the client which works here works against the public service.
//!
//! Like an indexer it answers what is final. What is not yet is in `pendingTransactions`.
//! Source of the shapes: <https://toncenter.com/api/v3/> and github.com/toncenter/ton-indexer.

mod accounts;
mod blocks;
mod book;
mod encode;
mod faults;
mod jettons;
mod liar;
mod messages;
mod methods;
mod query;
mod tokens;
mod traces;
mod transactions;
mod view;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::{Json, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{self, MethodRouter};
use axum::{Router, middleware};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

pub use self::faults::{Faults, Settings};
use self::jettons::Jettons;
use self::query::Query;
use crate::chain::{Chain, Head, Ledger, Transaction};

/// The indexer, to be mounted at `/api/v3`.
pub fn router(chain: Chain, faults: Faults) -> Router {
    let api = Arc::new(Api { chain, faults: faults.clone(), jettons: Mutex::default() });
    let before = (faults, api.chain.clone());
    Router::new()
        .route("/masterchainInfo", get(blocks::masterchain_info))
        .route("/blocks", get(blocks::blocks))
        .route("/transactions", get(transactions::transactions))
        .route("/pendingTransactions", get(transactions::pending))
        .route("/transactionsByMessage", get(transactions::by_message))
        .route("/transactionsByMasterchainBlock", get(transactions::by_masterchain_block))
        .route("/adjacentTransactions", get(transactions::adjacent))
        .route("/messages", get(messages::messages))
        .route("/traces", get(traces::traces))
        .route("/pendingTraces", get(traces::pending))
        .route("/accountStates", get(accounts::account_states))
        .route("/walletStates", get(accounts::wallet_states))
        .route("/addressInformation", get(accounts::address_information))
        .route("/walletInformation", get(accounts::wallet_information))
        .route("/addressBook", get(accounts::address_book))
        .route("/metadata", get(accounts::metadata))
        .route("/jetton/masters", get(tokens::masters))
        .route("/jetton/wallets", get(tokens::wallets))
        .route("/jetton/transfers", get(tokens::transfers))
        .route("/message", post(methods::message))
        .route("/runGetMethod", post(methods::run_get_method))
        .route("/estimateFee", post(methods::estimate_fee))
        .fallback(async || Failure::new(StatusCode::NOT_FOUND, "no such method"))
        .with_state(api)
        .layer(middleware::from_fn_with_state(before, faults::intercept))
}

struct Api {
    chain: Chain,
    faults: Faults,
    jettons: Mutex<Jettons>,
}

/// The ledger as far as the indexer has come.
struct Index<'a> {
    ledger: &'a Ledger,
    head: Head,
}

impl Api {
    fn look<T>(&self, look: impl FnOnce(&Index) -> T) -> T {
        let stale_at = self.faults.get().stale_at;
        self.chain.read(|ledger| {
            let mut head = ledger.head();
            if let Some(seqno) = stale_at.filter(|&seqno| seqno < head.seqno) {
                head = Head { seqno, utime: ledger.utime(seqno) };
            }
            look(&Index { ledger, head })
        })
    }

    /// The jettons there are, read up to the newest final transaction.
    fn jettons<T>(&self, look: impl FnOnce(&Jettons) -> T) -> T {
        let mut jettons = self.jettons.lock().unwrap_or_else(PoisonError::into_inner);
        jettons.refresh(&self.chain);
        look(&jettons)
    }
}

impl Index<'_> {
    fn shows(&self, transaction: &Transaction) -> bool {
        transaction.seqno < self.head.seqno
    }

    /// Final transactions, oldest first.
    fn transactions(&self) -> &[Arc<Transaction>] {
        let all = self.ledger.finalized();
        &all[..all.partition_point(|it| self.shows(it))]
    }
}

/// What went wrong, as the indexer puts it.
#[derive(Debug)]
struct Failure {
    status: StatusCode,
    message: String,
}

impl Failure {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, message)
    }

    #[cfg(test)]
    fn status(&self) -> u16 {
        self.status.as_u16()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "error": self.message }))).into_response()
    }
}

fn get<T, F>(answer: F) -> MethodRouter<Arc<Api>>
where
    T: Serialize + Send + 'static,
    F: Fn(&Api, &Query) -> Result<T, Failure> + Clone + Send + Sync + 'static,
{
    routing::get(|State(api): State<Arc<Api>>, RawQuery(raw): RawQuery| async move {
        let query = Query::parse(raw.as_deref().unwrap_or_default());
        work(move || answer(&api, &query)).await
    })
}

fn post<B, T, F>(answer: F) -> MethodRouter<Arc<Api>>
where
    B: DeserializeOwned + Send + 'static,
    T: Serialize + Send + 'static,
    F: Fn(&Api, B) -> Result<T, Failure> + Clone + Send + Sync + 'static,
{
    routing::post(|State(api): State<Arc<Api>>, body: Bytes| async move {
        work(move || {
            let body = serde_json::from_slice(&body);
            let body = body.map_err(|error| Failure::unprocessable(error.to_string()))?;
            answer(&api, body)
        })
        .await
    })
}

/// The VM and long lists would hold up everybody else on the thread.
async fn work<T, F>(answer: F) -> Response
where
    T: Serialize + Send + 'static,
    F: FnOnce() -> Result<T, Failure> + Send + 'static,
{
    let work = tokio::task::spawn_blocking(move || match answer() {
        Ok(answer) => Json(answer).into_response(),
        Err(failure) => failure.into_response(),
    });
    match work.await.map_err(tokio::task::JoinError::try_into_panic) {
        Ok(answer) => answer,
        Err(Ok(crash)) => std::panic::resume_unwind(crash),
        // The world ends.
        Err(Err(_)) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
