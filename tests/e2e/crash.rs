//! Killed in the middle of a stream of payments, again and again: nothing lost, nothing twice, and a
//! feed without gaps.

use std::{collections::HashSet, net::TcpListener, time::Duration};

use e2e::{Api, Engine, Process, Receiver, shop::kinds, verify::verify};
use remit::run::serve;
use sandbox::{World as Simulated, clock::Clock, world::Options};
use serde_json::{Value, json};

const PAYMENTS: usize = 48;
const KILLS_EVERY: usize = 6;

async fn survives_being_killed(engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let simulated = Simulated::start(Options {
        listener: TcpListener::bind("127.0.0.1:0").unwrap(),
        data: None,
        fresh: true,
        clock: Clock::system(),
        block_time: Some(Duration::from_millis(50)),
        seed: Some([9; 32]),
        bot_token: None,
        service_url: "http://localhost".to_owned(),
        assets: None,
    })
    .await
    .unwrap();
    let http = serve::client().unwrap();
    let database = engine.fresh(folder.path()).await;
    let mut process = Process::new(&simulated, database, http.clone());
    let address = wallet(&http, &simulated, "olga").await["address"].as_str().unwrap().to_owned();
    let opened = process.command(&["merchant", "add", "--name", "Kiosk", "--address", &address]);
    let key = opened.split_whitespace().find(|word| word.starts_with("sk_test_")).unwrap();
    let shop = Api::new(http.clone(), &process.base).with(format!("Bearer {key}"));

    process.starts().await;
    let receiver = Receiver::opens().await;
    let body = json!({ "url": receiver.url(), "types": ["invoice.paid"] });
    let endpoint = shop.post("/v1/webhook_endpoints", body).await.ok();
    let mut invoices = Vec::new();
    for count in 1..=PAYMENTS {
        let body = json!({ "amount": "0.01", "asset": "GRAM" });
        let invoice = shop.post("/v1/invoices", body).await.ok();
        pay(&http, &simulated, &invoice).await;
        invoices.push(invoice);
        if count % KILLS_EVERY == 0 {
            process.dies();
            process.starts().await;
        }
    }

    let mut events: Vec<Value> = Vec::new();
    while kinds(&events).iter().filter(|kind| *kind == "invoice.paid").count() < PAYMENTS {
        let after = events.last().map_or(0, |event| event["seq"].as_i64().unwrap());
        let page = shop.get(&format!("/v1/events?after={after}&wait=20")).await.ok();
        let more = page["data"].as_array().unwrap();
        assert!(!more.is_empty(), "lost: only {} events came", events.len());
        events.extend(more.iter().cloned());
    }
    let seqs: Vec<_> = events.iter().map(|event| event["seq"].as_i64().unwrap()).collect();
    let whole: Vec<_> = (1..=i64::try_from(seqs.len()).unwrap()).collect();
    assert_eq!(seqs, whole, "the feed has a gap");
    for invoice in &invoices {
        let path = format!("/v1/invoices/{}", invoice["id"].as_str().unwrap());
        let paid = shop.get(&path).await.ok();
        assert_eq!(paid["received"]["amount"], "0.01");
        assert_eq!(paid["payments"].as_array().unwrap().len(), 1);
        let told = events.iter().filter(|event| {
            event["type"] == "invoice.paid" && event["data"]["id"] == invoice["id"]
        });
        assert_eq!(told.count(), 1);
    }
    every_webhook_came(&receiver, &endpoint, &events).await;

    process.dies();
    simulated.stop().await;
}

/// Each at least once, also those that were cut off by a kill: their leases run out.
async fn every_webhook_came(receiver: &Receiver, endpoint: &Value, events: &[Value]) {
    let secret = endpoint["secret"].as_str().unwrap();
    let paid: HashSet<_> = events
        .iter()
        .filter(|event| event["type"] == "invoice.paid")
        .map(|e| e["id"].clone())
        .collect();
    let mut wanted = paid.len();
    loop {
        let received = receiver.gets(wanted).await;
        // What a shop would do with each of them.
        let told = received
            .iter()
            .map(|one| verify(secret, &one.headers, one.body.as_bytes()).unwrap()["id"].clone());
        let told: HashSet<_> = told.collect();
        if told == paid {
            break;
        }
        wanted = received.len() + 1;
    }
}

async fn wallet(http: &reqwest::Client, simulated: &Simulated, person: &str) -> Value {
    let url = format!("{}/sandbox/wallets/{person}", simulated.url());
    http.get(url).send().await.unwrap().json().await.unwrap()
}

async fn pay(http: &reqwest::Client, simulated: &Simulated, invoice: &Value) {
    let url = format!("{}/sandbox/wallets/alice/send", simulated.url());
    let message = json!({
        "to": invoice["address"], "amount": "0.01", "asset": "GRAM", "comment": invoice["reference"],
    });
    let response = http.post(url).json(&message).send().await.unwrap();
    assert!(response.status().is_success(), "{}", response.text().await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_the_middle_on_sqlite() {
    survives_being_killed(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_the_middle_on_postgres() {
    if !Engine::Postgres.is_there() {
        eprintln!("not told: TEST_DATABASE_URL names no Postgres (scripts/test starts one)");
        return;
    }
    survives_being_killed(Engine::Postgres).await;
}
