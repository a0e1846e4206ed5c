//! The TON Connect bridge: mailboxes between apps and wallets, which can read nothing of what
//! passes. Protocol: github.com/ton-blockchain/ton-connect, spec/bridge.md.
//!
//! A message is stored before it is acknowledged or handed out: an app that heard the wallet's
//! answer before the bridge has taken its request would not know what is answered. From then on
//! it is handed out to whoever asks for its id or anything after an earlier one, until its time to
//! live is over.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::ops::Bound;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Query, State as Shared};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;
use tower_http::cors::{Any, CorsLayer};

use crate::clock::Clock;
use crate::keep::Keep;
use crate::tasks::Tasks;

/// Seconds a message may ask to be kept.
pub const LONGEST_TTL: u64 = 300;
const HEARTBEAT: Duration = Duration::from_secs(10);
const LARGEST_MESSAGE: usize = 256 * 1024;
const MOST_WAITING: usize = 200;
const MOST_CLIENTS_PER_STREAM: usize = 20;
const MOST_STREAMS: usize = 200;

/// A client's X25519 public key; on the wire 64 hex digits.
pub type Client = [u8; 32];

/// A handle; clones are the same bridge.
#[derive(Clone)]
pub struct Bridge {
    inner: Arc<Inner>,
}

struct Inner {
    clock: Clock,
    keep: Keep,
    tasks: Tasks,
    state: Mutex<State>,
    /// The id of the newest message that may be handed out.
    newest: watch::Sender<u64>,
    streams: AtomicUsize,
}

#[derive(Default)]
struct State {
    boxes: HashMap<Client, BTreeMap<u64, Delivery>>,
    /// The id given last. Its message may still be on its way to the disk.
    last: u64,
}

/// A message in somebody's mailbox. Ids only grow.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Delivery {
    pub id: u64,
    pub from: Client,
    to: Client,
    /// Base64 of a nonce and a sealed box.
    pub message: String,
    trace_id: Option<String>,
    /// Unix milliseconds.
    expires_at: i64,
}

/// Why the bridge does not take a message.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("param \"{0}\" not present")]
    Missing(&'static str),
    #[error("param \"{0}\" invalid")]
    Invalid(&'static str),
    #[error("param \"ttl\" too high")]
    TtlTooHigh,
    #[error("message is not base64")]
    NotBase64,
    #[error("too many messages are waiting for this client")]
    Full,
}

impl Bridge {
    pub async fn open(clock: Clock, keep: Keep, tasks: Tasks) -> anyhow::Result<Self> {
        let last = keep.one("world", "bridge").await?.unwrap_or(0);
        let mut state = State { last, ..State::default() };
        for (_, delivery) in keep.all::<Delivery>("bridge").await? {
            state.last = state.last.max(delivery.id);
            state.boxes.entry(delivery.to).or_default().insert(delivery.id, delivery);
        }
        let inner = Inner {
            clock,
            keep,
            tasks,
            newest: watch::channel(state.last).0,
            state: Mutex::new(state),
            streams: AtomicUsize::new(0),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Stores a message; it is on disk when this answers.
    pub async fn send(
        &self,
        from: Client,
        to: Client,
        ttl: u64,
        message: String,
        trace_id: Option<String>,
    ) -> Result<(), Refused> {
        if BASE64_STANDARD.decode(&message).is_err() {
            return Err(Refused::NotBase64);
        }
        let ttl = match i64::try_from(ttl) {
            Ok(seconds) if ttl <= LONGEST_TTL => seconds * 1000,
            _ => return Err(Refused::TtlTooHigh),
        };
        let now = self.inner.clock.now_ms();
        let _handed_out = {
            let mut state = self.state();
            let State { boxes, last } = &mut *state;
            let waiting = boxes.entry(to).or_default();
            self.forget_expired(waiting, now);
            if waiting.len() >= MOST_WAITING {
                return Err(Refused::Full);
            }
            let id = next_id(*last, now);
            let delivery = Delivery { id, from, to, message, trace_id, expires_at: now + ttl };
            self.inner.keep.put("bridge", note_key(&delivery), &delivery);
            self.inner.keep.put("world", "bridge", &id);
            waiting.insert(id, delivery);
            *last = id;
            HandOut { bridge: self, id }
        };
        self.inner.keep.settle().await;
        Ok(())
    }

    /// What waits for these clients after `after`, oldest first.
    pub fn waiting(&self, clients: &[Client], after: u64) -> Vec<Delivery> {
        let now = self.inner.clock.now_ms();
        let newest = *self.inner.newest.borrow();
        let later = (Bound::Excluded(after), Bound::Unbounded);
        let state = self.state();
        let mut found: Vec<Delivery> = clients
            .iter()
            .filter_map(|client| state.boxes.get(client))
            .flat_map(|waiting| waiting.range(later).map(|(_, delivery)| delivery))
            .filter(|delivery| delivery.id <= newest && delivery.expires_at > now)
            .cloned()
            .collect();
        found.sort_by_key(|delivery| delivery.id);
        found.dedup_by_key(|delivery| delivery.id);
        found
    }

    /// Changes whenever a message has come and may be handed out.
    pub fn arrivals(&self) -> watch::Receiver<u64> {
        self.inner.newest.subscribe()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget_expired(&self, waiting: &mut BTreeMap<u64, Delivery>, now: i64) {
        waiting.retain(|_, delivery| {
            let alive = delivery.expires_at > now;
            if !alive {
                self.inner.keep.remove("bridge", note_key(delivery));
            }
            alive
        });
    }
}

/// Lets a message out of the bridge when it is dropped: once the message is on disk, or when its
/// sender has hung up and nobody is left to see it stored.
struct HandOut<'a> {
    bridge: &'a Bridge,
    id: u64,
}

impl Drop for HandOut<'_> {
    fn drop(&mut self) {
        self.bridge.inner.newest.send_if_modified(|newest| {
            let newer = self.id > *newest;
            *newest = self.id.max(*newest);
            newer
        });
    }
}

/// Time in the high bits and a counter in the low ones, below 2^53 for JavaScript.
fn next_id(last: u64, now_ms: i64) -> u64 {
    let by_time = u64::try_from(now_ms).unwrap_or(0) << 11;
    by_time.max(last + 1)
}

fn note_key(delivery: &Delivery) -> String {
    format!("{}:{:020}", hex::encode(delivery.to), delivery.id)
}

pub fn router(bridge: Bridge) -> Router {
    let cors = CorsLayer::new().allow_origin(Any).allow_methods(Any).allow_headers(Any);
    Router::new()
        .route("/bridge/events", get(events))
        .route("/bridge/message", post(message))
        .layer(DefaultBodyLimit::max(LARGEST_MESSAGE))
        .layer(cors)
        .with_state(bridge)
}

#[derive(Deserialize)]
struct MessageQuery {
    client_id: Option<String>,
    to: Option<String>,
    ttl: Option<String>,
    trace_id: Option<String>,
}

async fn message(
    Shared(bridge): Shared<Bridge>,
    Query(query): Query<MessageQuery>,
    body: String,
) -> Response {
    match take(&bridge, query, body).await {
        Ok(()) => answer(StatusCode::OK, "OK"),
        Err(refused) => answer(StatusCode::BAD_REQUEST, &refused.to_string()),
    }
}

async fn take(bridge: &Bridge, query: MessageQuery, body: String) -> Result<(), Refused> {
    let from = client("client_id", query.client_id.as_deref())?;
    let to = client("to", query.to.as_deref())?;
    let ttl = query.ttl.ok_or(Refused::Missing("ttl"))?;
    let ttl = ttl.parse().map_err(|_| Refused::Invalid("ttl"))?;
    bridge.send(from, to, ttl, body, query.trace_id).await
}

fn answer(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "message": message, "statusCode": status.as_u16() }))).into_response()
}

fn client(name: &'static str, text: Option<&str>) -> Result<Client, Refused> {
    let text = text.filter(|text| !text.is_empty()).ok_or(Refused::Missing(name))?;
    let mut client = [0; 32];
    hex::decode_to_slice(text, &mut client).map_err(|_| Refused::Invalid(name))?;
    Ok(client)
}

#[derive(Deserialize)]
struct EventsQuery {
    client_id: Option<String>,
    last_event_id: Option<String>,
    heartbeat: Option<String>,
}

async fn events(
    Shared(bridge): Shared<Bridge>,
    Query(query): Query<EventsQuery>,
    headers: HeaderMap,
) -> Response {
    let stream = match Stream::open(bridge, query, &headers) {
        Ok(stream) => stream,
        Err(refused) => return answer(StatusCode::BAD_REQUEST, &refused.to_string()),
    };
    let headers = [
        (CONTENT_TYPE, "text/event-stream"),
        (CACHE_CONTROL, "no-cache"),
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    let frames = futures_util::stream::unfold(stream, Stream::next);
    (headers, Body::from_stream(frames)).into_response()
}

/// One open event stream.
struct Stream {
    bridge: Bridge,
    clients: Vec<Client>,
    cursor: u64,
    arrivals: watch::Receiver<u64>,
    heartbeat: &'static str,
    greeted: bool,
}

impl Stream {
    fn open(bridge: Bridge, query: EventsQuery, headers: &HeaderMap) -> Result<Self, Refused> {
        let ids = query.client_id.ok_or(Refused::Missing("client_id"))?;
        let clients = ids
            .split(',')
            .map(|id| client("client_id", Some(id)))
            .collect::<Result<Vec<_>, _>>()?;
        if clients.len() > MOST_CLIENTS_PER_STREAM {
            return Err(Refused::Invalid("client_id"));
        }
        // An `EventSource` that reconnects repeats its first query; what it saw is in the header.
        let header = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
        let asked = match query.last_event_id.as_deref() {
            Some(id) => id.parse().map_err(|_| Refused::Invalid("last_event_id"))?,
            None => 0,
        };
        // An id from the future is of a world whose clock was ahead, and which has been reset.
        let cursor = asked.max(header.unwrap_or(0));
        let cursor = if cursor > *bridge.inner.newest.borrow() { 0 } else { cursor };
        let heartbeat = match query.heartbeat.as_deref() {
            Some("message") => "event: message\r\ndata: heartbeat\r\n\r\n",
            _ => "event: heartbeat\n\n",
        };
        if bridge.inner.streams.fetch_add(1, Ordering::SeqCst) >= MOST_STREAMS {
            bridge.inner.streams.fetch_sub(1, Ordering::SeqCst);
            return Err(Refused::Full);
        }
        let arrivals = bridge.arrivals();
        Ok(Self { bridge, clients, cursor, arrivals, heartbeat, greeted: false })
    }

    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        if !self.greeted {
            // Something must be sent at once, or the client waits for the headers.
            self.greeted = true;
            return Some((Ok(Bytes::from_static(b"\n")), self));
        }
        loop {
            self.arrivals.borrow_and_update();
            let found = self.bridge.waiting(&self.clients, self.cursor);
            if let Some(last) = found.last() {
                self.cursor = last.id;
                let frames: String = found.iter().map(frame).collect();
                return Some((Ok(frames.into()), self));
            }
            tokio::select! {
                _ = self.arrivals.changed() => {}
                () = tokio::time::sleep(HEARTBEAT) => {
                    let beat = Bytes::from_static(self.heartbeat.as_bytes());
                    return Some((Ok(beat), self));
                }
                () = self.bridge.inner.tasks.stopping() => return None,
            }
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.bridge.inner.streams.fetch_sub(1, Ordering::SeqCst);
    }
}

fn frame(delivery: &Delivery) -> String {
    let mut data = json!({ "from": hex::encode(delivery.from), "message": delivery.message });
    if let Some(trace_id) = &delivery.trace_id {
        data["trace_id"] = Value::from(trace_id.as_str());
    }
    format!("event: message\nid: {}\ndata: {data}\n\n", delivery.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::StreamExt;
    use sqlx::sqlite::SqliteConnectOptions;
    use sqlx::{ConnectOptions, Executor, SqliteConnection};

    const APP: Client = [0xaa; 32];
    const WALLET: Client = [0xbb; 32];

    async fn bridge() -> (Bridge, Clock, Tasks) {
        let (clock, tasks) = (Clock::manual(1_790_000_000_000), Tasks::default());
        let bridge = Bridge::open(clock.clone(), Keep::nothing(), tasks.clone()).await.unwrap();
        (bridge, clock, tasks)
    }

    async fn serve(bridge: &Bridge, tasks: &Tasks) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/bridge", listener.local_addr().unwrap());
        let router = router(bridge.clone());
        tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
        base
    }

    /// A bridge whose disk does not answer until the other connection says `rollback`.
    async fn bridge_on_a_busy_disk(dir: &tempfile::TempDir) -> (Bridge, SqliteConnection) {
        let path = dir.path().join("world.sqlite");
        let (clock, tasks) = (Clock::manual(1_790_000_000_000), Tasks::default());
        let keep = Keep::open(&path, &tasks).await.unwrap();
        let bridge = Bridge::open(clock, keep, tasks).await.unwrap();
        let mut disk = SqliteConnectOptions::new().filename(&path).connect().await.unwrap();
        disk.execute("begin immediate").await.unwrap();
        (bridge, disk)
    }

    /// `@tonconnect/sdk` begins to listen for the answer when the bridge has taken its request, and
    /// a wallet that was quicker was never heard.
    #[tokio::test]
    async fn nothing_is_handed_out_before_its_sender_can_know_that_it_was_taken() {
        let dir = tempfile::tempdir().unwrap();
        let (bridge, mut disk) = bridge_on_a_busy_disk(&dir).await;
        let arrivals = bridge.arrivals();
        let mut sending = Box::pin(bridge.send(APP, WALLET, 60, "aGk=".into(), None));
        let early = tokio::time::timeout(Duration::from_millis(100), &mut sending).await;
        assert!(early.is_err(), "it is not on disk");
        assert!(bridge.waiting(&[WALLET], 0).is_empty());
        assert!(!arrivals.has_changed().unwrap());

        disk.execute("rollback").await.unwrap();
        sending.await.unwrap();
        assert!(arrivals.has_changed().unwrap());
        assert_eq!(bridge.waiting(&[WALLET], 0).len(), 1);
    }

    #[tokio::test]
    async fn a_message_arrives_though_its_sender_has_hung_up() {
        let dir = tempfile::tempdir().unwrap();
        let (bridge, mut disk) = bridge_on_a_busy_disk(&dir).await;
        let arrivals = bridge.arrivals();
        let sending = bridge.send(APP, WALLET, 60, "aGk=".into(), None);
        assert!(tokio::time::timeout(Duration::from_millis(100), sending).await.is_err());
        disk.execute("rollback").await.unwrap();
        assert!(arrivals.has_changed().unwrap());
        assert_eq!(bridge.waiting(&[WALLET], 0).len(), 1);
    }

    /// The app in a browser remembers the last id it saw, whatever becomes of the world.
    #[tokio::test]
    async fn who_saw_a_later_id_in_another_world_hears_this_one() {
        let (bridge, _, tasks) = bridge().await;
        let base = serve(&bridge, &tasks).await;
        bridge.send(APP, WALLET, 60, "aGk=".into(), None).await.unwrap();
        let id = bridge.waiting(&[WALLET], 0)[0].id;
        for later in [id + 1, u64::MAX] {
            let wallet = hex::encode(WALLET);
            let listen = format!("{base}/events?client_id={wallet}&last_event_id={later}");
            let mut stream = reqwest::get(listen).await.unwrap().bytes_stream();
            stream.next().await;
            let seen = stream.next().await.unwrap().unwrap();
            assert!(seen.starts_with(format!("event: message\nid: {id}\n").as_bytes()));
        }
    }

    fn post_url(base: &str, ttl: u64) -> String {
        let (from, to) = (hex::encode(APP), hex::encode(WALLET));
        format!("{base}/message?client_id={from}&to={to}&ttl={ttl}&topic=connect&trace_id=t1")
    }

    #[tokio::test]
    async fn a_message_reaches_a_listener_and_one_who_comes_later() {
        let (bridge, _, tasks) = bridge().await;
        let base = serve(&bridge, &tasks).await;
        let http = reqwest::Client::builder().build().unwrap();
        let listen = format!("{base}/events?client_id={}", hex::encode(WALLET));

        let early = http.get(&listen).send().await.unwrap();
        assert_eq!(early.headers()["content-type"], "text/event-stream");
        assert_eq!(early.headers()["access-control-allow-origin"], "*");
        let mut early = early.bytes_stream();
        assert_eq!(early.next().await.unwrap().unwrap(), "\n");

        let posted = http.post(post_url(&base, 300)).body("aGk=").send().await.unwrap();
        let answer: Value = posted.json().await.unwrap();
        assert_eq!(answer, json!({ "message": "OK", "statusCode": 200 }));

        let seen = early.next().await.unwrap().unwrap();
        let id = bridge.waiting(&[WALLET], 0)[0].id;
        let expected = format!(
            "event: message\nid: {id}\ndata: {{\"from\":\"{}\",\"message\":\"aGk=\",\
             \"trace_id\":\"t1\"}}\n\n",
            hex::encode(APP)
        );
        assert_eq!(seen, expected);

        let mut late = http.get(&listen).send().await.unwrap().bytes_stream();
        late.next().await;
        assert_eq!(late.next().await.unwrap().unwrap(), expected);
        assert!(bridge.waiting(&[WALLET], id).is_empty(), "nothing comes after the last event id");
    }

    #[tokio::test]
    async fn ids_grow_and_messages_expire() {
        let (bridge, clock, _) = bridge().await;
        for _ in 0..3 {
            bridge.send(APP, WALLET, 60, "aGk=".into(), None).await.unwrap();
        }
        let ids: Vec<_> = bridge.waiting(&[WALLET], 0).iter().map(|found| found.id).collect();
        assert!(ids.is_sorted() && ids[2] < 1 << 53, "{ids:?}");
        assert_eq!(bridge.waiting(&[WALLET], ids[0]).len(), 2);
        clock.advance(60_000);
        assert!(bridge.waiting(&[WALLET], 0).is_empty());
    }

    #[tokio::test]
    async fn what_is_malformed_is_refused() {
        let (bridge, _, tasks) = bridge().await;
        let base = serve(&bridge, &tasks).await;
        let http = reqwest::Client::builder().build().unwrap();
        let refusal = async |url: String| {
            let answer = http.post(url).body("aGk=").send().await.unwrap();
            assert_eq!(answer.status(), 400);
            answer.json::<Value>().await.unwrap()["message"].as_str().unwrap().to_owned()
        };
        assert_eq!(refusal(post_url(&base, 301)).await, "param \"ttl\" too high");
        assert_eq!(
            refusal(format!("{base}/message?ttl=5")).await,
            "param \"client_id\" not present"
        );
        let short = post_url(&base, 5).replace("aaaa", "aa");
        assert_eq!(refusal(short).await, "param \"client_id\" invalid");
        assert_eq!(
            bridge.send(APP, WALLET, 5, "no base64!".into(), None).await,
            Err(Refused::NotBase64)
        );
        let full = async || bridge.send(APP, WALLET, 5, String::new(), None).await;
        for _ in 0..MOST_WAITING {
            full().await.unwrap();
        }
        assert_eq!(full().await, Err(Refused::Full));
    }

    #[tokio::test]
    async fn mail_survives_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("world.sqlite");
        let clock = Clock::manual(1_790_000_000_000);
        let tasks = Tasks::default();
        let keep = Keep::open(&path, &tasks).await.unwrap();
        let bridge = Bridge::open(clock.clone(), keep, tasks.clone()).await.unwrap();
        bridge.send(APP, WALLET, 60, "aGk=".into(), None).await.unwrap();
        let before = bridge.waiting(&[WALLET], 0)[0].id;
        tasks.stop().await;

        let tasks = Tasks::default();
        let keep = Keep::open(&path, &tasks).await.unwrap();
        let bridge = Bridge::open(clock, keep, tasks).await.unwrap();
        bridge.send(APP, WALLET, 60, "eW8=".into(), None).await.unwrap();
        let found = bridge.waiting(&[WALLET], 0);
        assert_eq!(found[0].id, before);
        assert_eq!(found[1].id, before + 1);
    }
}
