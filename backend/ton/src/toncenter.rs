//! A client for the toncenter v3 indexer: the same against the public service and the sandbox.
//!
//! It keeps to the service's pace, limits what it reads, and tells failures apart by what to do
//! about them. Nothing it reads is trusted to be complete or right: callers walk the account
//! chain ([`Transaction::prev`]) and decide by [`crate::transfer`].
//!
//! <https://docs.ton.org/ecosystem/api/toncenter>

mod get_method;
mod pace;
mod types;

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{RequestBuilder, Response, StatusCode, Url, header};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::json;

pub use get_method::{Argument, StackEntry};
pub use pace::Pace;
pub use types::{
    AccountState, ActionPhase, Block, BlockRef, BouncePhase, ComputePhase, CreditPhase,
    Description, EstimatedFees, Fees, Finality, Hash, JettonMaster, JettonWallet, MasterchainInfo,
    Message, MessageContent, Sent, Trace, Transaction, WalletState,
};

use crate::{address::Address, network::Network};
use pace::{Manner, Pacer};

/// Answers larger than this are cut off, after decompression.
const LARGEST_ANSWER: usize = 8 * 1024 * 1024;
const TIMEOUT: Duration = Duration::from_secs(10);
/// Addresses in one query: a line of 8 KiB is what web servers commonly take.
const ADDRESSES_AT_ONCE: usize = 50;
/// Rows in one answer: the service's own limit.
pub const MOST_ROWS: u32 = 1000;

/// What went wrong, by what can be done about it. Never carries the key or the address asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Ask again later.
    #[error("the chain service asks us to slow down")]
    RateLimited { retry_after: Option<Duration> },
    /// Ask again, or ask another.
    #[error("the chain service is unavailable: {0}")]
    Unavailable(String),
    /// The request itself is wrong, or the network did not take the message.
    #[error("the chain service refused ({status}): {detail}")]
    Refused { status: u16, detail: String },
    /// The answer is not what the service documents.
    #[error("the chain service answered something unreadable: {0}")]
    BadAnswer(String),
    /// Ask for fewer rows.
    #[error("the chain service answered more than 8 MiB")]
    TooLarge,
    /// The contract has no such method, or its code failed.
    #[error("the get method ended with exit code {exit_code}")]
    GetMethod { exit_code: i32 },
    #[error("{0}")]
    Misconfigured(&'static str),
}

impl Error {
    /// Whether nothing at all can be asked just now; otherwise it is about what was asked.
    pub fn is_outage(&self) -> bool {
        matches!(self, Self::RateLimited { .. } | Self::Unavailable(_) | Self::Misconfigured(_))
    }
}

/// Cheap to clone: clones share the connection pool, the key and the pace.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    key: Option<header::HeaderValue>,
    pace: Pace,
    pacer: Pacer,
    /// How it waits for its turn.
    manner: Manner,
}

/// Which transactions of which accounts.
#[derive(Debug, Clone, Copy)]
pub struct TransactionQuery<'a> {
    /// At most fifty; none stands for all there are.
    pub accounts: &'a [Address],
    /// Inclusive.
    pub start_lt: Option<u64>,
    /// Inclusive.
    pub end_lt: Option<u64>,
    /// Inclusive, unix seconds of the block.
    pub start_utime: Option<u64>,
    /// Inclusive, unix seconds of the block.
    pub end_utime: Option<u64>,
    /// At most [`MOST_ROWS`].
    pub limit: u32,
    pub offset: u32,
    pub sort: Sort,
}

impl<'a> TransactionQuery<'a> {
    /// The oldest first, as many as fit into one answer.
    pub fn of(accounts: &'a [Address]) -> Self {
        Self {
            accounts,
            start_lt: None,
            end_lt: None,
            start_utime: None,
            end_utime: None,
            limit: MOST_ROWS,
            offset: 0,
            sort: Sort::Ascending,
        }
    }
}

/// By logical time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Ascending,
    Descending,
}

/// By what to look for a trace.
#[derive(Debug, Clone, Copy)]
pub enum TraceOf<'a> {
    Transaction(&'a Hash),
    /// Of an external message too, by either of its hashes.
    Message(&'a Hash),
}

/// What to estimate the fees of: a message that an account is about to take.
#[derive(Debug, Clone, Serialize)]
pub struct Estimate {
    pub address: Address,
    /// Base64.
    pub body: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub init_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub init_data: Option<String>,
    pub ignore_chksig: bool,
}

type Query = Vec<(&'static str, String)>;

impl Client {
    /// `base` ends in `/api/v3`. Build `http` without redirects: a redirect would carry the key to
    /// another host.
    pub fn new(
        http: reqwest::Client,
        base: &str,
        key: Option<&str>,
        pace: Pace,
    ) -> Result<Self, Error> {
        let base = base.trim_end_matches('/').parse::<Url>();
        let base = base.ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let base =
            base.ok_or(Error::Misconfigured("the chain service needs an http(s) address"))?;
        let key = key
            .map(|key| {
                let mut value = header::HeaderValue::from_str(key)?;
                value.set_sensitive(true);
                Ok(value)
            })
            .transpose()
            .map_err(|_: header::InvalidHeaderValue| {
                Error::Misconfigured("the chain service's key has characters no key has")
            })?;
        Ok(Self { http, base, key, pace, pacer: Pacer::new(pace), manner: Manner::Patient })
    }

    /// The same client for somebody who would rather be refused than wait longer than this for a
    /// turn. Together they get every other turn at most, and among them it goes round by name.
    #[must_use]
    pub fn impatient(&self, patience: Duration, name: &str) -> Self {
        Self { manner: Manner::Impatient { patience, name: name.into() }, ..self.clone() }
    }

    /// How often the service may be asked.
    pub fn pace(&self) -> Pace {
        self.pace
    }

    /// The chain's head: its height and its clock.
    pub async fn masterchain_info(&self) -> Result<MasterchainInfo, Error> {
        self.get("masterchainInfo", Query::new()).await
    }

    /// Which network this service watches.
    pub async fn network(&self) -> Result<Network, Error> {
        let query = [("workchain", "-1"), ("limit", "1"), ("sort", "desc")];
        let query = query.map(|(name, value)| (name, value.to_owned())).to_vec();
        let Blocks { blocks } = self.get("blocks", query).await?;
        let id = blocks.first().and_then(|block| block.global_id);
        id.map(Network).ok_or_else(|| Error::BadAnswer("a block without a network".into()))
    }

    /// Blocks of the basic workchain that are not older than a moment, newest first, a page of
    /// [`MOST_ROWS`] at a time.
    pub async fn shard_blocks(&self, since: u64, offset: u32) -> Result<Vec<Block>, Error> {
        let query = vec![
            ("workchain", "0".to_owned()),
            ("start_utime", since.to_string()),
            ("limit", MOST_ROWS.to_string()),
            ("offset", offset.to_string()),
            ("sort", "desc".to_owned()),
        ];
        let Blocks { blocks } = self.get("blocks", query).await?;
        Ok(blocks)
    }

    pub async fn transactions(
        &self,
        query: &TransactionQuery<'_>,
    ) -> Result<Vec<Transaction>, Error> {
        let mut params = accounts("account", query.accounts);
        params.extend(query.start_lt.map(|lt| ("start_lt", lt.to_string())));
        params.extend(query.end_lt.map(|lt| ("end_lt", lt.to_string())));
        params.extend(query.start_utime.map(|time| ("start_utime", time.to_string())));
        params.extend(query.end_utime.map(|time| ("end_utime", time.to_string())));
        params.push(("limit", query.limit.to_string()));
        params.push(("offset", query.offset.to_string()));
        let sort = if query.sort == Sort::Ascending { "asc" } else { "desc" };
        params.push(("sort", sort.to_owned()));
        let Transactions { transactions } = self.get("transactions", params).await?;
        Ok(transactions.unwrap_or_default())
    }

    /// Transactions that no masterchain block refers to yet: hints for the eye.
    pub async fn pending_transactions(&self, of: &[Address]) -> Result<Vec<Transaction>, Error> {
        match self.get("pendingTransactions", accounts("account", of)).await {
            Ok(Transactions { transactions }) => Ok(transactions.unwrap_or_default()),
            // This is how the service says that nothing is pending.
            Err(Error::Refused { status: 404, .. }) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Transactions that took in or sent out the message.
    pub async fn transactions_by_message(&self, hash: &Hash) -> Result<Vec<Transaction>, Error> {
        let params = vec![("msg_hash", STANDARD.encode(hash))];
        let Transactions { transactions } = self.get("transactionsByMessage", params).await?;
        Ok(transactions.unwrap_or_default())
    }

    /// In no particular order; accounts that never existed may be missing.
    pub async fn account_states(&self, of: &[Address]) -> Result<Vec<AccountState>, Error> {
        let mut states = Vec::new();
        for some in of.chunks(ADDRESSES_AT_ONCE) {
            let mut params = accounts("address", some);
            params.push(("include_boc", "false".to_owned()));
            let Accounts { accounts } = self.get("accountStates", params).await?;
            states.extend(accounts.unwrap_or_default());
        }
        Ok(states)
    }

    pub async fn wallet_states(&self, of: &[Address]) -> Result<Vec<WalletState>, Error> {
        let mut states = Vec::new();
        for some in of.chunks(ADDRESSES_AT_ONCE) {
            let Wallets { wallets } = self.get("walletStates", accounts("address", some)).await?;
            states.extend(wallets.unwrap_or_default());
        }
        Ok(states)
    }

    /// Existing jetton wallets of these owners, for these masters.
    pub async fn jetton_wallets(
        &self,
        owners: &[Address],
        masters: &[Address],
    ) -> Result<Vec<JettonWallet>, Error> {
        let mut found = Vec::new();
        for master in masters {
            for some in owners.chunks(ADDRESSES_AT_ONCE) {
                let mut params = accounts("owner_address", some);
                params.push(("jetton_address", master.to_string()));
                params.push(("limit", MOST_ROWS.to_string()));
                let JettonWallets { jetton_wallets } = self.get("jetton/wallets", params).await?;
                found.extend(jetton_wallets.unwrap_or_default());
            }
        }
        Ok(found)
    }

    /// What a jetton says of itself. `None`: there is no jetton of this master.
    pub async fn jetton_master(&self, master: &Address) -> Result<Option<JettonMaster>, Error> {
        let mut params = accounts("address", std::slice::from_ref(master));
        params.push(("limit", "1".to_owned()));
        match self.get::<types::JettonMasters>("jetton/masters", params).await {
            Ok(masters) => Ok(masters.find(master)),
            Err(Error::Refused { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub async fn traces(&self, of: TraceOf<'_>) -> Result<Vec<Trace>, Error> {
        let params = vec![match of {
            TraceOf::Transaction(hash) => ("tx_hash", STANDARD.encode(hash)),
            TraceOf::Message(hash) => ("msg_hash", STANDARD.encode(hash)),
        }];
        let Traces { traces } = self.get("traces", params).await?;
        Ok(traces.unwrap_or_default())
    }

    /// Hands a signed external message to the network. An answer means that it was taken in, not
    /// that anything happened.
    pub async fn send_message(&self, boc_base64: &str) -> Result<Sent, Error> {
        self.post("message", &json!({ "boc": boc_base64 })).await
    }

    pub async fn estimate_fee(&self, of: &Estimate) -> Result<EstimatedFees, Error> {
        self.post("estimateFee", of).await
    }

    async fn get<T: DeserializeOwned>(&self, path: &str, query: Query) -> Result<T, Error> {
        self.send(self.http.get(self.url(path)).query(&query)).await
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        self.send(self.http.post(self.url(path)).json(body)).await
    }

    fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.base.as_str().trim_end_matches('/'))
    }

    async fn send<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Error> {
        let request = match &self.key {
            Some(key) => request.header("X-API-Key", key.clone()),
            None => request,
        };
        let turn = self.pacer.turn(&self.manner).await;
        turn.map_err(|wait| Error::RateLimited { retry_after: Some(wait) })?;
        let response = request.timeout(TIMEOUT).send().await.map_err(unavailable)?;
        let (status, retry_after) = (response.status(), retry_after(&response));
        let body = read_body(response).await?;
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(|error| Error::BadAnswer(shown(&error)));
        }
        let failure = failure(status, retry_after, &body);
        if let Error::RateLimited { retry_after } = failure {
            self.pacer.hold(retry_after.unwrap_or(Duration::from_secs(1))).await;
        }
        Err(failure)
    }
}

fn accounts(name: &'static str, addresses: &[Address]) -> Query {
    addresses.iter().map(|address| (name, address.to_string())).collect()
}

/// The text of a `reqwest::Error` may quote the address, and the address the query: leave both.
fn unavailable(error: reqwest::Error) -> Error {
    let what = match () {
        () if error.is_timeout() => "no answer in time",
        () if error.is_connect() => "cannot connect",
        () if error.is_redirect() => "it redirects",
        () => "the connection broke",
    };
    Error::Unavailable(what.to_owned())
}

async fn read_body(mut response: Response) -> Result<Vec<u8>, Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unavailable)? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            return Err(Error::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

fn failure(status: StatusCode, retry_after: Option<Duration>, body: &[u8]) -> Error {
    let detail = detail(body);
    match status {
        StatusCode::TOO_MANY_REQUESTS => Error::RateLimited { retry_after },
        // The service passes the network's refusal on as a failure of its own.
        _ if detail.contains("cannot apply external message") => {
            Error::Refused { status: status.as_u16(), detail }
        }
        _ if status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT => {
            Error::Refused { status: status.as_u16(), detail }
        }
        _ => Error::Unavailable(format!("status {}", status.as_u16())),
    }
}

/// The service's own words, if it sent any, short enough for a log.
fn detail(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Complaint {
        error: String,
    }
    let complaint = serde_json::from_slice(body).map(|complaint: Complaint| complaint.error);
    shown(&complaint.unwrap_or_else(|_| "no explanation".to_owned()))
}

fn shown(text: &impl ToString) -> String {
    text.to_string().chars().filter(|c| !c.is_control()).take(300).collect()
}

#[derive(Deserialize)]
struct Blocks {
    blocks: Vec<Block>,
}

// The lists are required, so that an error in the disguise of an answer is not an empty list; but
// the service writes an empty list as `null` too.
#[derive(Deserialize)]
struct Transactions {
    #[serde(deserialize_with = "Option::deserialize")]
    transactions: Option<Vec<Transaction>>,
}

#[derive(Deserialize)]
struct Accounts {
    #[serde(deserialize_with = "Option::deserialize")]
    accounts: Option<Vec<AccountState>>,
}

#[derive(Deserialize)]
struct Wallets {
    #[serde(deserialize_with = "Option::deserialize")]
    wallets: Option<Vec<WalletState>>,
}

#[derive(Deserialize)]
struct JettonWallets {
    #[serde(deserialize_with = "Option::deserialize")]
    jetton_wallets: Option<Vec<JettonWallet>>,
}

#[derive(Deserialize)]
struct Traces {
    #[serde(deserialize_with = "Option::deserialize")]
    traces: Option<Vec<Trace>>,
}
