//! The whole API over a database in memory, for tests of routes: no port, no chain, no waiting.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use clap::Parser;
use serde_json::Value;
use tower::ServiceExt;

use super::{mint, tests::olgas_shop};
use crate::{
    base::{
        app::{App, Parts},
        config::{Cli, Service},
        db::tests::memory,
        tasks::Supervisor,
    },
    people::identity::{self, InitData, Person},
    words::{
        dice::Dice,
        id::MerchantId,
        time::{Clock, Time},
    },
};

pub const NOW: Time = Time::from_millis(1_795_000_000_000);

pub struct Api {
    pub app: App,
    router: Router,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    /// The slug of the problem; empty if there is none.
    pub fn problem(&self) -> &str {
        self.body["type"].as_str().and_then(|slug| slug.strip_prefix("/problems/")).unwrap_or("")
    }

    pub fn text(&self, field: &str) -> &str {
        self.body[field].as_str().unwrap_or_default()
    }
}

impl Api {
    pub async fn open() -> Self {
        let cli = Cli::parse_from(["remit", "sandbox"]);
        let (settings, _) = Service::draft(&cli.settings, &cli.verb(), &|_| None);
        let http = reqwest::Client::builder().build().unwrap();
        let pace = ton::toncenter::Pace::Unlimited;
        let chain =
            ton::toncenter::Client::new(http.clone(), "http://127.0.0.1:1/api/v3", None, pace);
        let app = App::new(Parts {
            settings,
            db: memory().await,
            chain: chain.unwrap(),
            http,
            clock: Clock::new(|| NOW),
            dice: Dice::seeded([9; 32]),
            tasks: Supervisor::default(),
        });
        app.bot_username.set("shop_bot".to_owned()).unwrap();
        Self { router: crate::shells::http::router(app.clone()), app }
    }

    /// A merchant, and a key of theirs.
    pub async fn merchant(&self) -> (MerchantId, String) {
        let mut tx = self.app.db.begin().await.unwrap();
        let now = self.app.now();
        let shop = super::create(&mut tx, &self.app.assets, olgas_shop(), now).await.unwrap();
        let (_, key) = mint(&mut tx, &shop, now).await.unwrap();
        tx.commit().await.unwrap();
        (shop.id, key)
    }

    /// A person with a session, and its token.
    pub async fn person(&self, telegram_id: i64) -> (Person, String) {
        let mut tx = self.app.db.begin().await.unwrap();
        let user = serde_json::json!({ "id": telegram_id, "first_name": "Alice" });
        let user = serde_json::from_value(user).unwrap();
        let seal = self.app.dice.secret();
        let data = InitData { user, start_param: None, auth_date: NOW, seal };
        let session = identity::login(&mut tx, &data, self.app.now()).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        (session.person, session.token)
    }

    pub async fn get(&self, path: &str, token: &str) -> Answer {
        self.send("GET", path, token, None, None).await
    }

    pub async fn post(&self, path: &str, token: &str, body: Value) -> Answer {
        self.send("POST", path, token, None, Some(body)).await
    }

    /// An empty token or key is not sent.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        token: &str,
        idempotency_key: Option<&str>,
        body: Option<Value>,
    ) -> Answer {
        self.send_for(None, method, path, token, idempotency_key, body).await
    }

    /// The same, for a store.
    pub async fn send_for(
        &self,
        store: Option<MerchantId>,
        method: &str,
        path: &str,
        token: &str,
        idempotency_key: Option<&str>,
        body: Option<Value>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(store) = store {
            request = request.header("remit-account", store.to_string());
        }
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(key) = idempotency_key {
            request = request.header("idempotency-key", key);
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.ask(request.body(body).unwrap()).await
    }

    pub async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 20).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status: parts.status, headers: parts.headers, body }
    }
}
