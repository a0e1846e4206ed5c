//! A shop's own server, which takes webhooks, refuses them, or says nothing at all.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::Value;
use standardwebhooks::Webhook;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Longer than anything a story waits for; nothing here waits for it to pass.
const DEADLINE: Duration = Duration::from_secs(60);

/// Cheap to clone; it closes with its last clone.
#[derive(Clone)]
pub struct Receiver {
    address: SocketAddr,
    inner: Arc<Inner>,
    _close: Arc<DropGuard>,
}

struct Inner {
    mood: Mutex<Mood>,
    received: Mutex<Vec<Received>>,
    count: watch::Sender<usize>,
}

#[derive(Default)]
struct Mood {
    /// For the next requests, one each; then it is 200 again.
    next: VecDeque<Reply>,
    /// For every request after those.
    always: Option<Reply>,
}

/// What the server does with a request.
#[derive(Debug, Clone)]
pub enum Reply {
    Status(u16),
    RetryAfter(u16, String),
    RedirectTo(String),
    Body(String),
    /// It takes the request and never answers.
    Silence,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Received {
    pub path: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Receiver {
    #[expect(clippy::disallowed_methods, reason = "a shop's server is no task of the service")]
    pub async fn opens() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let inner = Arc::new(Inner {
            mood: Mutex::default(),
            received: Mutex::default(),
            count: watch::channel(0).0,
        });
        let close = CancellationToken::new();
        let router = Router::new().fallback(take).with_state(inner.clone());
        let stop = close.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = axum::serve(listener, router) => {}
                () = stop.cancelled() => {}
            }
        });
        Self { address, inner, _close: Arc::new(close.drop_guard()) }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hooks", self.address)
    }

    /// What it does with the next request, one each call.
    pub fn next(&self, reply: Reply) {
        self.mood().next.push_back(reply);
    }

    /// What it does with every request from now on.
    pub fn always(&self, reply: Reply) {
        self.mood().always = Some(reply);
    }

    /// Everything that has come, oldest first.
    pub fn all(&self) -> Vec<Received> {
        self.inner.received().clone()
    }

    /// Waits until `count` requests have come in all.
    pub async fn gets(&self, count: usize) -> Vec<Received> {
        let mut counted = self.inner.count.subscribe();
        let came = counted.wait_for(|come| *come >= count);
        if tokio::time::timeout(DEADLINE, came).await.is_err() {
            panic!("only {:?} came of {count}", self.all());
        }
        self.all()
    }

    fn mood(&self) -> MutexGuard<'_, Mood> {
        self.inner.mood.lock().expect("no story panics while it holds this")
    }
}

impl Inner {
    fn received(&self) -> MutexGuard<'_, Vec<Received>> {
        self.received.lock().expect("no story panics while it holds this")
    }
}

async fn take(
    State(inner): State<Arc<Inner>>,
    uri: axum::http::Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body = String::from_utf8(body.to_vec()).expect("an event is text");
    let count = {
        let mut received = inner.received();
        received.push(Received { path: uri.path().to_owned(), headers, body });
        received.len()
    };
    let reply = {
        let mut mood = inner.mood.lock().expect("no story panics while it holds this");
        mood.next.pop_front().or_else(|| mood.always.clone())
    };
    inner.count.send_replace(count);
    let status = |code| StatusCode::from_u16(code).expect("a story gives good codes");
    match reply.unwrap_or(Reply::Status(200)) {
        Reply::Status(code) => status(code).into_response(),
        Reply::RetryAfter(code, wait) => {
            (status(code), [(header::RETRY_AFTER, wait)]).into_response()
        }
        Reply::RedirectTo(url) => (status(302), [(header::LOCATION, url)]).into_response(),
        Reply::Body(body) => (status(500), body).into_response(),
        Reply::Silence => std::future::pending().await,
    }
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).unwrap_or_else(|| panic!("no {name}: {self:?}"));
        value.to_str().expect("our headers are ASCII")
    }

    pub fn event(&self) -> Value {
        serde_json::from_str(&self.body).expect("a webhook's body is JSON")
    }

    pub fn kind(&self) -> String {
        self.event()["type"].as_str().unwrap_or_default().to_owned()
    }

    /// How often this secret has signed it, as the published library computes a signature. The world's
    /// clock is not the machine's, so the library's own look at the clock stays out of it.
    pub fn signed_by(&self, secret: &str) -> usize {
        let seconds = self.header("webhook-timestamp").parse().expect("seconds");
        let webhook = Webhook::new(secret).expect("a secret");
        let (id, body) = (self.header("webhook-id"), self.body.as_bytes());
        let expected = webhook.sign(id, seconds, body).expect("text can be signed");
        self.header("webhook-signature").split(' ').filter(|part| **part == expected).count()
    }

    /// How often the owner of this public key has signed it.
    pub fn signed_by_key(&self, public_key: &str) -> usize {
        let bytes = |text: &str| BASE64_STANDARD.decode(text).expect("base64");
        let key = bytes(public_key.strip_prefix("whpk_").expect("a public key"));
        let key = VerifyingKey::from_bytes(&key.try_into().expect("32 bytes")).expect("a key");
        let (id, at) = (self.header("webhook-id"), self.header("webhook-timestamp"));
        let content = format!("{id}.{at}.{}", self.body);
        let parts = self.header("webhook-signature").split(' ');
        let signatures = parts.filter_map(|part| part.strip_prefix("v1a,"));
        let good = |text: &&str| {
            let signature = Signature::from_slice(&bytes(text)).expect("64 bytes");
            key.verify_strict(content.as_bytes(), &signature).is_ok()
        };
        signatures.filter(good).count()
    }
}
