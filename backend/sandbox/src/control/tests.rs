//! The controls over HTTP, as the stage and the tests of the service use them.

use futures_util::StreamExt;
use reqwest::Method;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::cast::Person;
use crate::clock::Clock;
use crate::world::{Ended, Options};

struct Stage {
    world: World,
    http: reqwest::Client,
}

impl Stage {
    async fn begin() -> Self {
        let world = World::start(Options {
            listener: std::net::TcpListener::bind("127.0.0.1:0").unwrap(),
            data: None,
            fresh: false,
            clock: Clock::manual(1_790_000_000_000),
            block_time: None,
            seed: Some([9; 32]),
            bot_token: None,
            service_url: "http://localhost:8080".to_owned(),
            assets: Some(std::sync::Arc::new(|path: &str| {
                (path == "stage.html").then(|| (b"<html>".as_slice().into(), "text/html".into()))
            })),
        })
        .await
        .unwrap();
        Self { world, http: reqwest::Client::builder().build().unwrap() }
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = self.http.request(method, format!("{}/sandbox/{path}", self.world.url()));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.headers()["access-control-allow-origin"], "*");
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask(Method::GET, path, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let (status, body) = self.ask(Method::POST, path, Some(body)).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// Reads the feed until `count` transactions of this amount have been told.
    async fn told(&self, amount: &str, count: usize) -> Vec<Value> {
        let url = format!("{}/sandbox/feed?after=0", self.world.url());
        let mut chunks = self.http.get(url).send().await.unwrap().bytes_stream();
        let mut text = String::new();
        loop {
            let chunk = chunks.next().await.unwrap().unwrap();
            text.push_str(std::str::from_utf8(&chunk).unwrap());
            let (whole, _) = text.rsplit_once("\n\n").unwrap_or_default();
            let events = whole.lines().filter_map(|line| line.strip_prefix("data: "));
            let told: Vec<Value> = events
                .map(|data| serde_json::from_str(data).unwrap())
                .filter(|event: &Value| event["amount"] == amount)
                .collect();
            if told.len() >= count {
                return told;
            }
        }
    }
}

#[tokio::test]
async fn the_world_at_a_glance() {
    let stage = Stage::begin().await;
    stage.world.set_shop("Coffee Lab", "sk_test_1");
    let info = stage.get("info").await;
    assert_eq!(info["network"], -217);
    assert_eq!(info["bot"]["username"], "remit_sandbox_bot");
    assert_eq!(info["usdt"]["master"], stage.world.usdt_master());
    assert_eq!(info["shop"], json!({ "name": "Coffee Lab", "key": "sk_test_1", "person": "olga" }));
    let versions: Vec<_> = info["cast"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| (member["person"].clone(), member["wallet"]["version"].clone()))
        .collect();
    assert_eq!(
        json!(versions),
        json!([["alice", "v5r1"], ["bob", "v5r1"], ["carol", "v4r2"], ["olga", "v5r1"]])
    );
    let alice = &info["cast"][0]["wallet"]["address"];
    assert_eq!(stage.get("wallets/alice").await["address"], *alice);
    assert_eq!(*alice, stage.world.address(Person::Alice));
}

#[tokio::test]
async fn everybody_begins_with_money_and_the_faucet_has_more() {
    let stage = Stage::begin().await;
    for person in Person::ALL {
        let balances = &stage.get(&format!("wallets/{person}")).await["balances"];
        assert_eq!(balances[1], json!({ "asset": "USDT", "amount": "1000" }), "{person}");
        assert!(balances[0]["amount"].as_str().unwrap().parse::<f64>().unwrap() > 999.99);
    }
    stage.post("faucet", json!({ "to": "bob", "amount": "2.5", "asset": "USDT" })).await;
    stage.post("blocks", json!({ "count": 3 })).await;
    let balances = &stage.get("wallets/bob").await["balances"];
    assert_eq!(balances[1]["amount"], "1002.5");
}

#[tokio::test]
async fn a_payment_keeps_its_name_from_pending_to_final() {
    let stage = Stage::begin().await;
    let payment = json!({ "to": "bob", "amount": "1.25", "asset": "GRAM", "comment": "hi" });
    stage.post("wallets/alice/send", payment).await;
    // The second of the block differs from the one in which the message was emulated.
    stage.post("clock", json!({ "advance_seconds": 30 })).await;
    stage.post("blocks", json!({ "count": 2 })).await;

    let told = stage.told("1.25", 3).await;
    let statuses: Vec<_> = told.iter().map(|event| event["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["pending", "confirmed", "final"]);
    assert!(told.iter().all(|event| event["hash"] == told[0]["hash"]), "{told:#?}");
    assert_eq!(told[2]["who"], json!({ "from": "Alice", "to": "Bob" }));
    assert_eq!((&told[2]["comment"], &told[0]["block"]), (&json!("hi"), &Value::Null));

    let hash = told[0]["hash"].as_str().unwrap();
    let details = stage.get(&format!("transactions/{hash}")).await;
    assert_ne!(details["hash"], told[0]["hash"], "the chain has its own name for it");
    assert_eq!((&details["status"], &details["success"]), (&json!("final"), &json!(true)));
    assert_eq!(details["in_msg"]["comment"], "hi");
}

#[tokio::test]
async fn a_jetton_transfer_is_told_as_one_movement_of_money() {
    let stage = Stage::begin().await;
    let payment = json!({ "to": "carol", "amount": "7.5", "asset": "USDT", "comment": "lunch" });
    stage.post("wallets/olga/send", payment).await;
    stage.post("blocks", json!({ "count": 3 })).await;
    let told = stage.told("7.5", 3).await;
    let last = told.last().unwrap();
    assert_eq!((&last["asset"], &last["comment"]), (&json!("USDT"), &json!("lunch")));
    assert_eq!(last["who"], json!({ "from": "Olga", "to": "Carol" }));
    assert_eq!(last["status"], "final");
}

#[tokio::test]
async fn phones_speak_to_the_bot() {
    let stage = Stage::begin().await;
    stage.post("people/alice/start", json!({ "param": "inv_1" })).await;
    stage.post("people/alice/say", json!({ "text": "hello" })).await;
    let chat = stage.get("people/alice/chat?after=0&wait=5").await;
    let texts: Vec<_> =
        chat["messages"].as_array().unwrap().iter().map(|message| &message["text"]).collect();
    assert_eq!(json!(texts), json!(["/start inv_1", "hello"]));

    stage.post("people/alice/block", json!({})).await;
    let (status, refused) =
        stage.ask(Method::POST, "people/alice/say", Some(json!({ "text": "again" }))).await;
    assert_eq!(status, 409);
    assert!(refused["error"].as_str().unwrap().contains("blocked"));
    let transcript = stage.get("transcript").await;
    let kinds: Vec<_> =
        transcript.as_array().unwrap().iter().map(|entry| &entry["update"]).collect();
    assert_eq!(json!(kinds), json!(["message", "message", "my_chat_member"]));

    let launch = stage.get("people/alice/init_data?start_param=inv_1").await;
    let init_data = launch["init_data"].as_str().unwrap();
    assert!(init_data.contains("&start_param=inv_1&"));
    assert!(launch["launch"].as_str().unwrap().ends_with("&tgWebAppStartParam=inv_1"));
}

#[tokio::test]
async fn troubles_are_switched_on_and_off() {
    let stage = Stage::begin().await;
    let wanted = json!({ "chain": { "down": true }, "telegram": { "rate_limit_next": 2 } });
    let (status, set) = stage.ask(Method::PUT, "faults", Some(wanted)).await;
    assert_eq!(status, 200);
    assert_eq!(set["telegram"]["rate_limit_next"], 2);
    let indexer = format!("{}/api/v3/masterchainInfo", stage.world.url());
    assert_eq!(stage.http.get(&indexer).send().await.unwrap().status(), 502);

    stage.ask(Method::PUT, "faults", Some(json!({}))).await;
    assert_eq!(stage.get("faults").await["chain"]["down"], false);
    assert_eq!(stage.http.get(&indexer).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn rates_are_told_and_moved() {
    let stage = Stage::begin().await;
    assert_eq!(stage.get("rates/north/GRAM/USD").await["price"], "2.5");
    let moved = json!({ "source": "south", "rates": { "GRAM/USD": "02.750" } });
    let (status, all) = stage.ask(Method::PUT, "rates", Some(moved)).await;
    assert_eq!((status, &all["south"]["rates"]["GRAM/USD"]), (200, &json!("02.750")));
    let url = format!("{}/sandbox/rates/south/GRAM/USD", stage.world.url());
    let said = stage.http.get(url).send().await.unwrap().text().await.unwrap();
    assert!(said.contains("\"price\":2.750"), "its digits as they were given: {said}");
    stage.ask(Method::PUT, "rates", Some(json!({ "source": "north", "down": true }))).await;
    for (path, expected) in
        [("rates/north/GRAM/USD", 503), ("rates/south/GRAM/JPY", 404), ("rates/west/GRAM/USD", 404)]
    {
        assert_eq!(stage.ask(Method::GET, path, None).await.0, expected, "{path}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_in_json() {
    let stage = Stage::begin().await;
    let wrong = [
        (Method::GET, "people/mallory/chat", None, 404),
        (Method::GET, "transactions/xyz", None, 400),
        (Method::POST, "faucet", Some(json!({ "to": "bob", "amount": "x", "asset": "GRAM" })), 400),
        (Method::POST, "faucet", Some(json!({ "to": "bob" })), 422),
        (Method::POST, "wallets/bob/requests/5/approve", None, 404),
        (Method::POST, "wallets/bob/open", Some(json!({ "link": "https://example.com" })), 400),
        (Method::PUT, "faults", Some(json!({ "telegram": { "typo": 1 } })), 422),
        (Method::PUT, "rates", Some(json!({ "rates": { "GRAM/USD": "0" } })), 400),
        (Method::PUT, "rates", Some(json!({ "price": "1" })), 422),
    ];
    for (method, path, body, expected) in wrong {
        let (status, answer) = stage.ask(method, path, body).await;
        assert_eq!(status, expected, "{path}: {answer}");
        assert!(answer["error"].is_string(), "{path}: {answer}");
    }
}

#[tokio::test]
async fn the_clock_moves_and_a_reset_ends_the_world() {
    let stage = Stage::begin().await;
    let moved = stage.post("clock", json!({ "advance_seconds": 3600 })).await;
    assert_eq!(moved["time"], 1_790_003_600);
    let made = stage.post("blocks", json!({ "count": 1 })).await;
    assert_eq!(made["head"]["time"], 1_790_003_600);

    let page = stage.http.get(stage.world.url()).send().await.unwrap();
    assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("*.localhost"));

    stage.post("reset", json!({})).await;
    assert_eq!(stage.world.run(CancellationToken::new()).await, Ended::Reset);
}

#[test]
fn the_description_is_complete_and_can_be_merged() {
    let json = serde_json::to_value(openapi()).unwrap();
    let schemas = json["components"]["schemas"].as_object().unwrap();
    assert!(schemas.keys().all(|name| name.starts_with(PREFIX)));
    let text = json.to_string();
    for reference in text.split(REFERENCE).skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(schemas.contains_key(name), "{name} is not described");
    }
    assert_eq!(json["paths"].as_object().unwrap().len(), 35);
}
