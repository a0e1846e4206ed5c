//! From a final block to the feed and to the chat: how long people and programs wait for us.
//!
//! The bound is the pace of the chain itself: a masterchain block every 400 ms. Whatever we add should
//! be small beside it. `BENCH_PAYMENTS` says how many payments (200).

use std::{net::TcpListener, time::Duration};

use e2e::{Api, Engine};
use remit::{config::Service, dice::Dice, sandbox as composition, serve};
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
    println!(
        "{count} payments, latency after the final block (bound: {} ms a block)",
        BLOCK.as_millis()
    );
    report("feed", &mut feed);
    report("chat", &mut chat);
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
        trusted_proxies: remit::config::Proxies::default(),
        bot_token: remit::config::Secret::new(""),
        old_bot_token: None,
        telegram_url: simulated.url().to_owned(),
        chain_url: format!("{}/api/v3", simulated.url()),
        chain_key: None,
        network: ton::network::Network::SANDBOX,
        assets: remit::money::Assets::new([]),
        world_url: Some(simulated.url().to_owned()),
        stars: true,
        use_webhook: false,
        poll: remit::config::SANDBOX_POLL,
        rates: remit::rates::Setup::default(),
    };
    let settings = composition::settle_in(settings, &simulated).expect("settings of this world");
    let domain = settings.proof_domains()[0].clone();
    let clock = composition::clock(&simulated);
    let app = serve::assemble(settings, clock, Dice::system()).await.expect("a service");
    serve::start(&app, listener).expect("the service starts");
    let http = serve::client().expect("an HTTP client");
    Bench { simulated, http, base: format!("http://{address}"), domain }
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
