//! One request to a webhook: to a vetted address only, with no redirect, no proxy, and an end to both
//! the time and the size of its answer.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use futures_util::future::BoxFuture;
use reqwest::{
    Client, Response,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER},
};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use crate::{
    selling::{
        cryptobot,
        webhooks::{guard::Reach, state::Outcome},
    },
    words::time::Time,
};

/// For the whole of one request.
pub const PATIENCE: Duration = Duration::from_secs(15);
const CONNECT: Duration = Duration::from_secs(5);
/// Read of an answer at most, and kept of it for the log, in bytes.
const READ: usize = 20_000;
const KEPT: usize = 1_000;
/// A connection is used again within this time; later its address is looked up anew.
const IDLE: Duration = Duration::from_secs(20);

/// A signed event, ready to be sent.
#[derive(Clone)]
pub struct Letter {
    pub url: String,
    pub id: String,
    /// Seconds, of the attempt.
    pub timestamp: u64,
    pub signature: String,
    /// The value of `crypto-pay-api-signature`, for an endpoint that expects one.
    pub cryptobot: Option<String>,
    pub body: String,
}

#[derive(Clone)]
pub struct Post {
    client: Client,
    reach: Reach,
}

impl Post {
    pub fn new(reach: Reach) -> anyhow::Result<Self> {
        Self::with(reach, Arc::new(|name| Box::pin(look_up(name))))
    }

    fn with(reach: Reach, look_up: LookUp) -> anyhow::Result<Self> {
        let client = Client::builder()
            .dns_resolver(Arc::new(Vetted { reach, look_up }))
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .https_only(reach == Reach::Public)
            // An answer is not unpacked: a small one could become a large one.
            .no_gzip()
            .connect_timeout(CONNECT)
            .timeout(PATIENCE)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(2)
            .tcp_nodelay(true)
            .user_agent(concat!("Remit-Webhooks/", env!("CARGO_PKG_VERSION")))
            .build()
            .context("cannot make an HTTP client for webhooks")?;
        Ok(Self { client, reach })
    }

    /// Sends a letter. Whatever happens is an outcome.
    pub async fn send(&self, letter: &Letter, now: Time) -> Outcome {
        // It was judged when it was given; the rules may be stricter by now.
        let url = match self.reach.check(&letter.url) {
            Ok(url) => url,
            Err(refused) => return Outcome::Silent(format!("not called: {refused}")),
        };
        let request = self
            .client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", &letter.id)
            .header("webhook-timestamp", letter.timestamp.to_string())
            .header("webhook-signature", &letter.signature)
            .body(letter.body.clone());
        let request = match &letter.cryptobot {
            Some(signature) => request.header(cryptobot::SIGNATURE, signature),
            None => request,
        };
        match request.send().await {
            Ok(response) => Outcome::Answered {
                status: response.status().as_u16(),
                retry_after: retry_after(response.headers(), now),
                body: beginning(response).await,
            },
            Err(error) => Outcome::Silent(reason(&error)),
        }
    }
}

/// What a person needs to know of a failure, without the address of anything inside.
fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    if cause.is::<NotPublic>() {
        return cause.to_string();
    }
    if error.is_timeout() {
        return format!("no answer within {} s", PATIENCE.as_secs());
    }
    let cause: String = cause.to_string().chars().filter(|c| !c.is_control()).take(160).collect();
    let what = if error.is_connect() { "cannot connect" } else { "no answer" };
    format!("{what}: {cause}")
}

/// The beginning of an answer, as text. Reading it to some length lets the connection be used again.
async fn beginning(mut response: Response) -> String {
    let (mut kept, mut read) = (Vec::new(), 0);
    while let Ok(Some(chunk)) = response.chunk().await {
        read += chunk.len();
        let room = KEPT.saturating_sub(kept.len()).min(chunk.len());
        kept.extend_from_slice(&chunk[..room]);
        if read >= READ {
            break;
        }
    }
    // No database keeps U+0000.
    String::from_utf8_lossy(&kept).chars().filter(|c| *c != '\0').collect()
}

/// `Retry-After`: seconds, or a date.
fn retry_after(headers: &HeaderMap, now: Time) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    // An HTTP date is one of RFC 2822 but for the name of its zone.
    let date = OffsetDateTime::parse(&value.replace("GMT", "+0000"), &Rfc2822).ok()?;
    let at = i64::try_from(date.unix_timestamp_nanos() / 1_000_000).ok()?;
    Some(Time::from_millis(at).since(now))
}

/// From a name to every address it has.
type LookUp = Arc<dyn Fn(String) -> BoxFuture<'static, std::io::Result<Vec<IpAddr>>> + Send + Sync>;

async fn look_up(name: String) -> std::io::Result<Vec<IpAddr>> {
    Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
}

/// A resolver that knows only the addresses we may call. The connection is made to what it returns, so
/// a name that means something else a moment later gains nothing.
struct Vetted {
    reach: Reach,
    look_up: LookUp,
}

#[derive(Debug, thiserror::Error)]
#[error("not called: the name does not lead to a public address")]
struct NotPublic;

impl Resolve for Vetted {
    fn resolve(&self, name: Name) -> Resolving {
        let (reach, found) = (self.reach, (self.look_up)(name.as_str().to_owned()));
        Box::pin(async move {
            let mut addresses = found.await?;
            addresses.retain(|ip| reach.allows(*ip));
            if addresses.is_empty() {
                return Err(NotPublic.into());
            }
            let addresses = addresses.into_iter().map(|ip| SocketAddr::new(ip, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests;
