//! Stories over HTTP: an app that speaks TON Connect, and a person who taps Approve or not.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures_util::StreamExt;
use serde_json::{Value, json};
use tycho_types::boc::Boc;

use super::session::Session;
use super::*;
use crate::chain::Status;
use crate::world::{Options, World};

const NOW: i64 = 1_790_000_000_000;

fn options(data: Option<&std::path::Path>, clock: &Clock) -> Options {
    Options {
        listener: std::net::TcpListener::bind("127.0.0.1:0").unwrap(),
        data: data.map(Into::into),
        fresh: false,
        clock: clock.clone(),
        block_time: None,
        seed: Some([9; 32]),
        bot_token: None,
        service_url: "http://localhost:8080".to_owned(),
        assets: None,
    }
}

async fn world() -> World {
    World::start(options(None, &Clock::manual(NOW))).await.unwrap()
}

/// An app with a manifest, as a page in a browser would be.
struct Dapp {
    end: Session,
    bridge: String,
    manifest: String,
    http: reqwest::Client,
    _tasks: Tasks,
    last_event: u64,
}

impl Dapp {
    async fn begin(world: &World) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let manifest = format!("http://{}/manifest.json", listener.local_addr().unwrap());
        let body = json!({
            "url": "http://shop.localhost:8080", "name": "A shop",
            "iconUrl": "http://shop.localhost:8080/icon.png",
        });
        let route = axum::routing::get(move || async move { axum::Json(body) });
        let router = axum::Router::new().route("/manifest.json", route);
        let tasks = Tasks::default();
        tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
        let nobody = App { name: String::new(), url: String::new(), icon: String::new() };
        Self {
            end: Session::begin(Person::Alice, nobody, [0; 32], 0),
            bridge: format!("{}/bridge", world.url()),
            manifest,
            http: reqwest::Client::builder().build().unwrap(),
            _tasks: tasks,
            last_event: 0,
        }
    }

    fn link(&self) -> String {
        let request = json!({
            "manifestUrl": self.manifest,
            "items": [{ "name": "ton_addr" }, { "name": "ton_proof", "payload": "a-nonce" }],
        });
        let request: String =
            url::form_urlencoded::byte_serialize(request.to_string().as_bytes()).collect();
        format!("tc://?v=2&id={}&r={request}&ret=back", self.end.name())
    }

    /// The next message for the app, as an `EventSource` would get it.
    async fn hears(&mut self) -> Value {
        let url = format!(
            "{}/events?client_id={}&last_event_id={}",
            self.bridge,
            self.end.name(),
            self.last_event
        );
        let mut chunks = self.http.get(url).send().await.unwrap().bytes_stream();
        let mut text = String::new();
        while !text.contains("data: ") || !text.ends_with("\n\n") {
            text.push_str(std::str::from_utf8(&chunks.next().await.unwrap().unwrap()).unwrap());
        }
        let line =
            |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
        self.last_event = line("id: ").parse().unwrap();
        let data: Value = serde_json::from_str(&line("data: ")).unwrap();
        hex::decode_to_slice(data["from"].as_str().unwrap(), &mut self.end.peer).unwrap();
        self.end.open(data["message"].as_str().unwrap()).unwrap()
    }

    async fn says(&self, message: Value) {
        let url = format!(
            "{}/message?client_id={}&to={}&ttl=300&topic=sendTransaction",
            self.bridge,
            self.end.name(),
            hex::encode(self.end.peer)
        );
        let posted = self.http.post(url).body(self.end.seal(&message)).send().await.unwrap();
        assert_eq!(posted.status(), 200);
    }

    async fn asks_for(&self, id: impl Into<Value>, transaction: Value) {
        let id: Value = id.into();
        let params = [transaction.to_string()];
        self.says(json!({ "method": "sendTransaction", "params": params, "id": id })).await;
    }

    async fn connects(&mut self, world: &World, person: Person) -> Value {
        let id = world.wallets.open_link(person, &self.link()).await.unwrap().unwrap();
        world.wallets.approve(person, &id).await.unwrap();
        self.hears().await
    }
}

async fn waiting_request(world: &World, person: Person) -> WalletRequest {
    let mut view = world.wallets.view(person);
    while view.requests.is_empty() {
        let revision = view.revision;
        view = world.wallets.view_after(person, revision, Duration::from_secs(10)).await;
    }
    view.requests.remove(0)
}

fn to_bob(world: &World, nano: &str) -> Value {
    json!({
        "valid_until": 1_790_000_300u32,
        "network": "-217",
        "from": world.wallets.account(Person::Alice).raw(),
        "messages": [{ "address": world.wallets.account(Person::Bob).friendly(), "amount": nano }],
    })
}

#[tokio::test]
async fn an_app_connects_and_the_proof_names_its_domain() {
    let world = world().await;
    let mut app = Dapp::begin(&world).await;

    let id = world.wallets.open_link(Person::Alice, &app.link()).await.unwrap().unwrap();
    let asked = world.wallets.view(Person::Alice).requests.remove(0);
    assert_eq!((asked.id.as_str(), asked.kind), (id.as_str(), RequestKind::Connect));
    assert_eq!(asked.app.name, "A shop");
    assert_eq!(asked.items, Some(vec!["ton_addr", "ton_proof"]));

    world.wallets.approve(Person::Alice, &id).await.unwrap();
    let event = app.hears().await;
    let account = world.wallets.account(Person::Alice);
    assert_eq!((&event["event"], &event["id"]), (&json!("connect"), &json!(1)));
    let items = &event["payload"]["items"];
    assert_eq!(items[0]["address"], account.raw());
    assert_eq!(items[0]["network"], "-217");
    assert_eq!(items[1]["proof"]["domain"]["value"], "shop.localhost:8080");
    assert_eq!(items[1]["proof"]["timestamp"], 1_790_000_000);
    let expected = account.prove("shop.localhost:8080", "a-nonce", 1_790_000_000);
    assert_eq!(items[1]["proof"]["signature"], expected.signature);
    assert_eq!(event["payload"]["device"]["appName"], APP_NAME);
    assert_eq!(event["payload"]["device"]["features"][1]["maxMessages"], 255);

    let view = world.wallets.view(Person::Alice);
    assert_eq!(view.connections[0].url, "http://shop.localhost:8080");
    assert!(view.requests.is_empty());
}

#[tokio::test]
async fn a_declined_connection_is_code_300() {
    let world = world().await;
    let mut app = Dapp::begin(&world).await;
    let id = world.wallets.open_link(Person::Carol, &app.link()).await.unwrap().unwrap();
    world.wallets.decline(Person::Carol, &id).await.unwrap();
    let event = app.hears().await;
    assert_eq!(event["event"], "connect_error");
    assert_eq!(event["payload"]["code"], 300);
    let again = world.wallets.approve(Person::Carol, &id).await;
    assert!(matches!(again, Err(Refused::NoSuchRequest)));
}

#[tokio::test]
async fn an_app_without_a_manifest_is_told_so() {
    let world = world().await;
    let mut app = Dapp::begin(&world).await;
    app.manifest = app.manifest.replace("manifest.json", "missing.json");
    let refused = world.wallets.open_link(Person::Alice, &app.link()).await;
    assert!(matches!(refused, Err(Refused::Manifest(_))));
    assert_eq!(app.hears().await["payload"]["code"], 2);
}

#[tokio::test]
async fn an_approved_transaction_reaches_the_chain() {
    let world = world().await;
    let mut app = Dapp::begin(&world).await;
    app.connects(&world, Person::Alice).await;
    let before = world.wallets.balance(Person::Bob, Asset::Gram);

    app.asks_for("0", to_bob(&world, "1500000000")).await;
    let asked = waiting_request(&world, Person::Alice).await;
    let words = &asked.messages.unwrap()[0];
    assert_eq!((words.amount.as_str(), words.name.as_deref()), ("1.5", Some("Bob")));
    world.wallets.approve(Person::Alice, &asked.id).await.unwrap();

    let answer = app.hears().await;
    assert_eq!(answer["id"], "0");
    let boc = BASE64_STANDARD.decode(answer["result"].as_str().unwrap()).unwrap();
    let signed = chain::Message::parse(&Boc::decode(boc).unwrap()).unwrap();
    world.chain.produce(2).await.unwrap();
    assert_got(before, world.wallets.balance(Person::Bob, Asset::Gram), 1_500_000_000);
    let hash = signed.hash();
    let statuses: Vec<Status> = world.chain.read(|ledger| {
        let found = ledger.with_message(&hash);
        found.map(|transaction| ledger.status(transaction)).collect()
    });
    assert!(matches!(statuses[..], [Status::Final { .. }]), "{statuses:?}");
}

#[tokio::test]
async fn a_declined_or_impossible_transaction_moves_nothing() {
    let world = world().await;
    let mut app = Dapp::begin(&world).await;
    app.connects(&world, Person::Alice).await;

    app.asks_for("1", to_bob(&world, "1")).await;
    let asked = waiting_request(&world, Person::Alice).await;
    world.wallets.decline(Person::Alice, &asked.id).await.unwrap();
    let answer = app.hears().await;
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!("1"), &json!(300)));

    let mut elsewhere = to_bob(&world, "1");
    elsewhere["network"] = json!("-239");
    app.asks_for(2, elsewhere).await;
    let answer = app.hears().await;
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(2), &json!(1)), "as it came");

    app.says(json!({ "method": "signData", "params": [], "id": "3" })).await;
    assert_eq!(app.hears().await["error"]["code"], 400);
    assert!(world.wallets.view(Person::Alice).requests.is_empty());

    app.asks_for("4", to_bob(&world, "1")).await;
    let asked = waiting_request(&world, Person::Alice).await;
    world.clock.advance(301_000);
    let late = world.wallets.approve(Person::Alice, &asked.id).await;
    assert!(matches!(late, Err(Refused::Request(BadRequest::Expired))));
    assert_eq!(world.chain.read(|ledger| ledger.mempool().len()), 0);
}

#[tokio::test]
async fn an_approval_takes_effect_though_the_phone_has_hung_up() {
    let world = world().await;
    let mut app = Dapp::begin(&world).await;
    app.connects(&world, Person::Alice).await;
    app.asks_for("1", to_bob(&world, "1")).await;
    let asked = waiting_request(&world, Person::Alice).await;

    let signing = world.wallets.inner.signing[&Person::Alice].lock().await;
    let approving = world.wallets.approve(Person::Alice, &asked.id);
    assert!(tokio::time::timeout(Duration::from_millis(50), approving).await.is_err());
    drop(signing);
    let answer = tokio::time::timeout(Duration::from_secs(10), app.hears()).await;
    assert_eq!(answer.expect("the app is told")["id"], "1");
}

#[tokio::test]
async fn a_phone_that_saw_a_later_revision_in_another_world_is_shown_this_one() {
    let world = world().await;
    let view = world.wallets.view_after(Person::Alice, 1_000, Duration::from_secs(10));
    let view = tokio::time::timeout(Duration::from_secs(5), view).await.expect("at once");
    assert_eq!(view.revision, world.wallets.view(Person::Alice).revision);
}

#[tokio::test]
async fn a_transfer_that_waits_for_a_block_does_not_hold_up_the_end() {
    let clock = Clock::manual(NOW);
    let slow = Options { block_time: Some(Duration::from_secs(3600)), ..options(None, &clock) };
    let world = World::start(slow).await.unwrap();
    while world.chain.head().seqno < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let payment = Payment::new("alice", "1", Asset::Gram);
    world.wallets.send(Person::Bob, &payment).await.unwrap();
    let second = world.wallets.send(Person::Bob, &payment);
    let both = async { tokio::join!(second, world.stop()) };
    let (second, ()) = tokio::time::timeout(Duration::from_secs(5), both).await.expect("at once");
    assert!(matches!(second, Err(Refused::Busy)), "{second:?}");
}

#[tokio::test]
async fn a_repeated_request_is_asked_once() {
    let world = world().await;
    let mut app = Dapp::begin(&world).await;
    app.connects(&world, Person::Alice).await;
    app.asks_for("7", to_bob(&world, "1")).await;
    app.asks_for("7", to_bob(&world, "1")).await;
    app.says(json!({ "method": "signData", "params": [], "id": 8 })).await;
    app.hears().await;
    assert_eq!(world.wallets.view(Person::Alice).requests.len(), 1);
}

#[tokio::test]
async fn either_side_can_disconnect() {
    let world = world().await;
    let mut app = Dapp::begin(&world).await;
    app.connects(&world, Person::Bob).await;
    app.asks_for("1", json!({ "messages": to_bob(&world, "1")["messages"] })).await;
    waiting_request(&world, Person::Bob).await;
    app.says(json!({ "method": "disconnect", "params": [], "id": "2" })).await;
    assert_eq!(app.hears().await, json!({ "id": "2", "result": {} }));
    let mut view = world.wallets.view(Person::Bob);
    while !view.connections.is_empty() {
        view = world.wallets.view_after(Person::Bob, view.revision, Duration::from_secs(10)).await;
    }
    assert!(view.requests.is_empty(), "what a gone app asked for is gone too");

    let mut app = Dapp::begin(&world).await;
    app.connects(&world, Person::Bob).await;
    assert_eq!(world.wallets.disconnect(Person::Bob).await.unwrap(), 1);
    assert_eq!(app.hears().await, json!({ "event": "disconnect", "id": 2, "payload": {} }));
}

#[tokio::test]
async fn a_session_survives_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Clock::manual(NOW);
    let world = World::start(options(Some(dir.path()), &clock)).await.unwrap();
    let mut app = Dapp::begin(&world).await;
    app.connects(&world, Person::Alice).await;
    app.asks_for("1", to_bob(&world, "1")).await;
    waiting_request(&world, Person::Alice).await;
    world.stop().await;

    let world = World::start(options(Some(dir.path()), &clock)).await.unwrap();
    app.bridge = format!("{}/bridge", world.url());
    let asked = world.wallets.view(Person::Alice).requests.remove(0);
    world.wallets.approve(Person::Alice, &asked.id).await.unwrap();
    assert_eq!(app.hears().await["id"], "1");
    app.says(json!({ "method": "disconnect", "params": [], "id": "2" })).await;
    assert_eq!(app.hears().await["id"], "2");
}

#[tokio::test]
async fn people_pay_each_other_without_any_app() {
    let world = world().await;
    let pay = async |from: Person, payment: Payment| {
        let signed = world.wallets.send(from, &payment).await.unwrap();
        world.chain.produce(2).await.unwrap();
        signed
    };
    let of = |person: Person, asset: Asset| world.wallets.balance(person, asset);

    let before = of(Person::Bob, Asset::Gram);
    // Carol's wallet is not deployed yet; her first transfer deploys it.
    let carol = &world.wallets.account(Person::Carol).address;
    assert!(!world.chain.account(carol).is_active());
    pay(Person::Carol, Payment::new("bob", "2", Asset::Gram).with_comment("hi")).await;
    assert!(world.chain.account(carol).is_active());
    assert_got(before, of(Person::Bob, Asset::Gram), 2_000_000_000);

    pay(Person::Carol, Payment::new("@bob", "5.5", Asset::Usdt).with_comment("lunch")).await;
    world.chain.produce(3).await.unwrap();
    assert_eq!(of(Person::Bob, Asset::Usdt), 1_005_500_000);
    assert_eq!(of(Person::Carol, Asset::Usdt), 994_500_000);

    let first = world.wallets.send(Person::Bob, &Payment::new("alice", "1", Asset::Gram)).await;
    let second = world.wallets.send(Person::Bob, &Payment::new("alice", "1", Asset::Gram)).await;
    assert!(first.is_ok() && matches!(second, Err(Refused::Busy)), "{second:?}");
}

/// A contract pays a little for receiving.
fn assert_got(before: u128, after: u128, nano: u128) {
    let fee = (before + nano).checked_sub(after).expect("nobody gets more than was sent");
    assert!(fee < 1_000_000, "{fee} nano were lost on the way");
}

#[tokio::test]
async fn signing_alone_puts_nothing_on_the_chain() {
    let world = world().await;
    let request: TransactionRequest = serde_json::from_value(to_bob(&world, "1")).unwrap();
    let signed = world.wallets.sign(Person::Alice, &request, false).await.unwrap();
    assert_eq!(world.chain.read(|ledger| ledger.mempool().len()), 0);
    let boc = BASE64_STANDARD.decode(&signed.boc).unwrap();
    let accepted = world.chain.send_external(&boc).unwrap();
    assert_eq!(hex::encode(accepted.hash_norm.0), signed.hash);
}
