//! A shop whose service is the real program in a process of its own, on a chain that moves by itself:
//! for stories in which the ground under the service gives way.

use std::{collections::HashSet, net::TcpListener, time::Duration};

use remit::run::serve;
use sandbox::{World as Simulated, clock::Clock, world::Options};
use serde_json::{Value, json};

use crate::{Api, Process, shop::kinds};

/// Enough for anything that comes at all, on a slow machine.
const TRIES: usize = 1500;

pub struct Kiosk {
    pub simulated: Simulated,
    pub process: Process,
    pub api: Api,
    http: reqwest::Client,
}

impl Kiosk {
    /// A kiosk that is paid at Olga's wallet, open for business.
    pub async fn opens(database_url: String) -> Self {
        let simulated = Simulated::start(Options {
            listener: TcpListener::bind("127.0.0.1:0").expect("a free port"),
            data: None,
            fresh: true,
            clock: Clock::system(),
            block_time: Some(Duration::from_millis(50)),
            seed: Some([13; 32]),
            bot_token: None,
            service_url: "http://localhost".to_owned(),
            assets: None,
        })
        .await
        .expect("a world begins");
        let http = serve::client().expect("an HTTP client");
        let mut process = Process::new(&simulated, database_url, http.clone());
        let olga = format!("{}/sandbox/wallets/olga", simulated.url());
        let olga = http.get(olga).send().await.expect("the world answers");
        let olga: Value = olga.json().await.expect("the world answers in JSON");
        let address = olga["address"].as_str().expect("a wallet has an address");
        let opened = process.command(&["merchant", "add", "--name", "Kiosk", "--address", address]);
        let key = opened.split_whitespace().find(|word| word.starts_with("sk_test_"));
        let key = key.expect("the key is shown once").to_owned();
        process.starts().await;
        let api = Api::new(http.clone(), &process.base).with(format!("Bearer {key}"));
        Self { simulated, process, api, http }
    }

    pub async fn invoices(&self) -> Value {
        self.api.post("/v1/invoices", json!({ "amount": "0.01", "asset": "GRAM" })).await.ok()
    }

    /// Alice's wallet pays, whether the service is there or not.
    pub async fn is_paid(&self, invoice: &Value) {
        let url = format!("{}/sandbox/wallets/alice/send", self.simulated.url());
        let message = json!({
            "to": invoice["address"], "amount": "0.01", "asset": "GRAM", "comment": invoice["reference"],
        });
        let sent = self.http.post(url).json(&message).send().await.expect("the world answers");
        assert!(sent.status().is_success(), "{}", sent.status());
    }

    /// Reads the feed after a number until so many events of this kind have come.
    pub async fn hears(&self, after: i64, kind: &str, count: usize) -> Vec<Value> {
        self.hears_all(after, &[(kind, count)]).await
    }

    /// The same for several kinds.
    pub async fn hears_all(&self, mut after: i64, wanted: &[(&str, usize)]) -> Vec<Value> {
        let mut heard: Vec<Value> = Vec::new();
        let came = |heard: &[Value], kind: &str| heard.iter().filter(|e| e["type"] == kind).count();
        for _ in 0..20 {
            let page = self.api.get(&format!("/v1/events?after={after}&wait=20")).await.ok();
            let new = page["data"].as_array().expect("a page has data").clone();
            after = new.last().map_or(after, seq);
            heard.extend(new);
            if wanted.iter().all(|(kind, count)| came(&heard, kind) >= *count) {
                return heard;
            }
        }
        panic!("not all of {wanted:?} has come, but {:?}", kinds(&heard));
    }

    /// What `/health/ready` says, once it says what is expected.
    pub async fn is_ready(&self, ready: bool) -> Value {
        let mut said = Value::Null;
        for _ in 0..TRIES {
            let answer = self.http.get(format!("{}/health/ready", self.process.base)).send().await;
            let answer = answer.expect("the service answers");
            let status = answer.status();
            said = answer.json().await.expect("health is told in JSON");
            if status.is_success() == ready {
                return said;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("not ready = {}: {said:#}", !ready);
    }

    pub async fn ends(mut self) {
        self.process.dies();
        self.simulated.stop().await;
    }
}

/// The number of an event.
pub fn seq(event: &Value) -> i64 {
    event["seq"].as_i64().expect("an event has its number")
}

/// No number twice, none left out.
pub fn is_gap_free(events: &[Value]) -> bool {
    let numbers: HashSet<i64> = events.iter().map(seq).collect();
    let (first, last) = (events.first().map_or(0, seq), events.last().map_or(-1, seq));
    numbers.len() == events.len() && i64::try_from(events.len()) == Ok(last - first + 1)
}
