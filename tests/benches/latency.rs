//! From a final block to the feed, to the chat and to a shop's webhook: how long people and programs
//! wait for us.
//!
//! The bound is the pace of the chain itself: a masterchain block every 400 ms. Whatever we add should
//! be small beside it. `BENCH_PAYMENTS` says how many payments (200).

use std::{net::TcpListener, time::Duration};

use e2e::{Api, Engine, Receiver};
use remit::{
    base::{app::App, config::Service},
    run::{sandbox as composition, serve},
    selling::merchants::{self, NewMerchant},
    words::dice::Dice,
};
use sandbox::{
    World as Simulated,
    chain::{Event, Status},
    clock::Clock,
    world::Options,
};
use serde_json::{Value, json};
use tokio::time::Instant;

const BLOCK: Duration = Duration::from_millis(400);

struct Bench {
    app: App,
    simulated: Simulated,
    http: reqwest::Client,
    base: String,
    domain: String,
}

#[tokio::main]
async fn main() {
    let count = std::env::var("BENCH_PAYMENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(200);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bench = begin(folder.path()).await;
    let (alice, bob) = (bench.person("alice").await, bench.person("bob").await);
    let (mut feed, mut chat) = (Vec::new(), Vec::new());
    for round in 0..count {
        let (payer, api, payee, theirs) = match round % 2 {
            0 => ("alice", &alice, "bob", &bob),
            _ => ("bob", &bob, "alice", &alice),
        };
        let (to_feed, to_chat) = bench.pay(payer, api, payee, theirs).await;
        feed.push(to_feed);
        chat.push(to_chat);
    }
    let shop = bench.shop("olga").await;
    let mut hook = Vec::new();
    for _ in 0..count / 2 {
        hook.push(bench.pay_invoice("alice", &shop).await);
    }
    println!(
        "{count} payments, latency after the final block (bound: {} ms a block)",
        BLOCK.as_millis()
    );
    report("feed", &mut feed);
    report("chat", &mut chat);
    report("webhook", &mut hook);
    bench.simulated.stop().await;
    std::process::exit(0);
}

fn report(name: &str, samples: &mut [Duration]) {
    samples.sort();
    let at = |percent: usize| samples[(samples.len() - 1) * percent / 100];
    let share = at(50).as_millis() * 100 / BLOCK.as_millis();
    println!(
        "  {name}: median {} ms ({share} % of a block), p99 {} ms, worst {} ms",
        at(50).as_millis(),
        at(99).as_millis(),
        at(100).as_millis()
    );
}

async fn begin(folder: &std::path::Path) -> Bench {
    let bind = || TcpListener::bind("127.0.0.1:0").expect("a free port");
    let listener = bind();
    let address = listener.local_addr().expect("a bound listener has an address");
    let simulated = Simulated::start(Options {
        listener: bind(),
        data: None,
        fresh: true,
        clock: Clock::system(),
        block_time: Some(BLOCK),
        seed: Some([3; 32]),
        bot_token: None,
        service_url: format!("http://{address}"),
        assets: None,
    })
    .await
    .expect("a world begins");
    let settings = Service {
        listen: address,
        metrics_listen: None,
        data: folder.to_owned(),
        database_url: Engine::Sqlite.fresh(folder).await,
        public_url: format!("http://{address}"),
        telegram_url: simulated.url().to_owned(),
        chain_url: format!("{}/api/v3", simulated.url()),
        world_url: Some(simulated.url().to_owned()),
        ..e2e::settings()
    };
    let settings = composition::settle_in(settings, &simulated).expect("settings of this world");
    let domain = settings.proof_domains()[0].clone();
    let clock = composition::clock(&simulated);
    let app = serve::assemble(settings, clock, Dice::system()).await.expect("a service");
    serve::start(&app, listener).expect("the service starts");
    let http = serve::client().expect("an HTTP client");
    Bench { app, simulated, http, base: format!("http://{address}"), domain }
}

impl Bench {
    async fn control(&self, path: &str, body: Value) -> Value {
        let url = format!("{}/sandbox/{path}", self.simulated.url());
        let answer = self.http.post(url).json(&body).send().await.expect("the world answers");
        answer.json().await.expect("the world answers in JSON")
    }

    async fn look(&self, path: &str) -> Value {
        let url = format!("{}/sandbox/{path}", self.simulated.url());
        let answer = self.http.get(url).send().await.expect("the world answers");
        answer.json().await.expect("the world answers in JSON")
    }

    async fn person(&self, name: &str) -> Api {
        self.control(&format!("people/{name}/start"), json!({})).await;
        let init_data = self.look(&format!("people/{name}/init_data")).await;
        let api = Api::new(self.http.clone(), &self.base);
        let login =
            api.with(format!("tma {}", init_data["init_data"].as_str().unwrap_or_default()));
        let session = login.post("/v1/session", json!({})).await.ok();
        let api = api.with(format!("Bearer {}", session["token"].as_str().unwrap_or_default()));
        let challenge = api.post("/v1/wallets/challenge", json!({})).await.ok();
        let body = json!({ "domain": self.domain, "payload": challenge["payload"] });
        let proof = self.control(&format!("wallets/{name}/prove"), body).await;
        api.post("/v1/wallets", proof).await.ok();
        api
    }

    /// One payment: how long after its final block the payee's feed and chat had it.
    async fn pay(&self, payer: &str, api: &Api, payee: &str, theirs: &Api) -> (Duration, Duration) {
        let body = json!({ "to": format!("@{payee}"), "amount": "0.01", "asset": "GRAM" });
        let payment = api.post("/v1/payments", body).await.ok();
        let seq = last_seq(theirs).await;
        let revision = self.look(&format!("people/{payee}/chat")).await["revision"].clone();
        let wallet = self.look(&format!("wallets/{payee}")).await;
        let account = wallet["raw"].as_str().unwrap_or_default().to_lowercase();
        let mut events = self.simulated.chain.subscribe();
        self.control(&format!("wallets/{payer}/sign"), payment["transaction"].clone()).await;
        let settled = async {
            loop {
                if let Ok(Event::Transaction { transaction, status: Status::Final { .. } }) =
                    events.recv().await
                    && transaction.account.to_string().to_lowercase() == account
                {
                    return Instant::now();
                }
            }
        };
        let fed = async {
            let path = format!("/v1/events?after={seq}&wait=25&types=payment.received");
            loop {
                let page = theirs.get(&path).await.ok();
                if page["data"].as_array().is_some_and(|events| !events.is_empty()) {
                    return Instant::now();
                }
            }
        };
        let told = async {
            let mut revision = revision.as_u64().unwrap_or_default();
            loop {
                let path = format!("people/{payee}/chat?after={revision}&wait=20");
                let chat = self.look(&path).await;
                revision = chat["revision"].as_u64().unwrap_or_default();
                let last = chat["messages"].as_array().and_then(|all| all.last().cloned());
                let text = last.as_ref().and_then(|m| m["text"].as_str()).unwrap_or_default();
                // A crowded chat is told in sums.
                if text.contains("You received") || text.contains("Received ") {
                    return Instant::now();
                }
            }
        };
        let (settled, fed, told) = tokio::join!(settled, fed, told);
        (fed.saturating_duration_since(settled), told.saturating_duration_since(settled))
    }
}

/// Somebody who sells, and where their webhooks arrive.
struct Shop {
    api: Api,
    receiver: Receiver,
    account: String,
}

impl Bench {
    /// A shop that is paid at this person's wallet and has a webhook for paid invoices.
    async fn shop(&self, owner: &str) -> Shop {
        let wallet = self.look(&format!("wallets/{owner}")).await;
        let account = wallet["raw"].as_str().unwrap_or_default().to_lowercase();
        let mut tx = self.app.db.begin().await.expect("a transaction");
        let new = NewMerchant {
            name: "Kiosk".to_owned(),
            payout: account.parse().expect("the wallet's address"),
            owner_telegram: None,
            livemode: false,
        };
        let merchant = merchants::create(&mut tx, &self.app.assets, new, self.app.now()).await;
        let merchant = merchant.expect("a merchant");
        let (_, key) = merchants::mint(&mut tx, &merchant, self.app.now()).await.expect("a key");
        tx.commit().await.expect("it commits");
        let api = Api::new(self.http.clone(), &self.base).with(format!("Bearer {key}"));
        let receiver = Receiver::opens().await;
        let body = json!({ "url": receiver.url(), "types": ["invoice.paid"] });
        api.post("/v1/webhook_endpoints", body).await.ok();
        Shop { api, receiver, account }
    }

    /// One paid invoice: how long after its final block the shop's server had the webhook.
    async fn pay_invoice(&self, payer: &str, shop: &Shop) -> Duration {
        let body = json!({ "amount": "0.01", "asset": "GRAM" });
        let invoice = shop.api.post("/v1/invoices", body).await.ok();
        let id = invoice["id"].as_str().unwrap_or_default();
        let from = self.look(&format!("wallets/{payer}")).await["address"].clone();
        let path = format!("/v1/public/invoices/{id}/pay");
        let stranger = Api::new(self.http.clone(), &self.base);
        let paying = stranger.post(&path, json!({ "from": from })).await.ok();
        let known = shop.receiver.all().len();
        let mut events = self.simulated.chain.subscribe();
        self.control(&format!("wallets/{payer}/sign"), paying["transaction"].clone()).await;
        let settled = async {
            loop {
                if let Ok(Event::Transaction { transaction, status: Status::Final { .. } }) =
                    events.recv().await
                    && transaction.account.to_string().to_lowercase() == shop.account
                {
                    return Instant::now();
                }
            }
        };
        let hooked = async {
            shop.receiver.gets(known + 1).await;
            Instant::now()
        };
        let (settled, hooked) = tokio::join!(settled, hooked);
        hooked.saturating_duration_since(settled)
    }
}

async fn last_seq(api: &Api) -> i64 {
    let mut last = 0;
    loop {
        let page = api.get(&format!("/v1/events?after={last}")).await.ok();
        match page["data"].as_array().and_then(|events| events.last()) {
            Some(event) => last = event["seq"].as_i64().unwrap_or(last),
            None => return last,
        }
    }
}
