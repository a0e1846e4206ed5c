//! One story's world: a chain and a Telegram that move when told, and the service living on them.

use std::{
    net::TcpListener,
    sync::{Arc, Mutex},
    time::Duration,
};

use remit::{
    base::{app::App, config::Service},
    money::rates::Setup,
    run::{sandbox as composition, serve},
    words::dice::Dice,
};
use sandbox::{World as Simulated, clock::Clock, world::Options};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{Api, Engine, Person, Shop};

/// A Monday.
const BEGINNING: i64 = 1_795_000_000_000;
/// The shop's key, the same in every world.
pub const SHOP_KEY: &str =
    "sk_test_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

#[derive(Clone)]
pub struct World {
    pub simulated: Simulated,
    pub http: reqwest::Client,
    pub settings: Service,
    clock: Clock,
    running: Arc<Mutex<App>>,
    _folder: Arc<TempDir>,
}

impl World {
    pub async fn new(engine: Engine) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let clock = Clock::manual(BEGINNING);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let service = listener.local_addr().expect("a bound listener has an address");
        let simulated = Simulated::start(Options {
            listener: TcpListener::bind("127.0.0.1:0").expect("a free port"),
            data: None,
            fresh: true,
            clock: clock.clone(),
            block_time: None,
            seed: Some([7; 32]),
            bot_token: None,
            service_url: format!("http://{service}"),
            assets: None,
        })
        .await
        .expect("a world begins");
        // What the cast was given is history by now.
        clock.advance(1000);
        let usual = crate::settings();
        let settings = Service {
            listen: service,
            metrics_listen: None,
            data: folder.path().to_owned(),
            database_url: engine.fresh(folder.path()).await,
            public_url: format!("http://{service}"),
            telegram_url: simulated.url().to_owned(),
            chain_url: format!("{}/api/v3", simulated.url()),
            assets: composition::assets(&simulated.usdt_master()).expect("the sandbox's USDT"),
            world_url: Some(simulated.url().to_owned()),
            poll: Duration::from_millis(20),
            rates: Setup { every: Duration::from_millis(50), ..usual.rates.clone() },
            ..usual
        };
        let settings =
            composition::settle_in(settings, &simulated).expect("settings of this world");
        let clock_of_service = composition::clock(&simulated);
        let app = begin(&settings, &simulated, listener, clock_of_service).await;
        Self {
            simulated,
            http: serve::client().expect("an HTTP client"),
            settings,
            clock,
            running: Arc::new(Mutex::new(app)),
            _folder: Arc::new(folder),
        }
    }

    pub fn app(&self) -> App {
        self.running.lock().expect("no story panics while it holds this").clone()
    }

    pub fn api(&self) -> Api {
        Api::new(self.http.clone(), &self.settings.public_url)
    }

    /// Somebody of the cast, logged in and with their wallet linked.
    pub async fn person(&self, name: &str) -> Person {
        let person = self.stranger(name).await;
        person.links_wallet().await;
        person
    }

    /// Somebody of the cast, logged in and with no wallet linked.
    pub async fn stranger(&self, name: &str) -> Person {
        Person::logs_in(self.clone(), name).await
    }

    /// The cast's shop, which has read its feed up to now.
    pub async fn shop(&self) -> Shop {
        Shop::opens(self.clone()).await
    }

    /// Makes blocks until what is pending is final.
    pub async fn blocks(&self, count: u32) {
        self.control("blocks", json!({ "count": count })).await;
    }

    /// Moves the clock of the world and of the service.
    pub async fn after(&self, time: Duration) {
        self.control("clock", json!({ "advance_seconds": time.as_secs() })).await;
        self.blocks(2).await;
    }

    /// The same, and waits until the service has read all of it: what was due by then has taken place.
    pub async fn has_passed(&self, time: Duration) {
        self.after(time).await;
        let info = self.look("info").await;
        self.reads_up_to(info["head"]["seqno"].as_u64().expect("the world has a block")).await;
    }

    /// Waits until the service has counted everything up to a block.
    pub async fn reads_up_to(&self, block: u64) {
        let mut news = self.app().db.watch();
        while self.api().get("/v1/info").await.ok()["block"].as_u64() < Some(block) {
            // The head alone wakes nobody, so look again soon.
            drop(tokio::time::timeout(Duration::from_millis(20), news.changed()).await);
        }
    }

    pub fn now_seconds(&self) -> u64 {
        u64::try_from(self.clock.now_ms() / 1000).expect("after 1970")
    }

    /// One of the world's own controls.
    pub async fn control(&self, path: &str, body: Value) -> Value {
        let url = format!("{}/sandbox/{path}", self.simulated.url());
        let response = self.http.post(url).json(&body).send().await.expect("the world answers");
        let status = response.status();
        let answer: Value = response.json().await.expect("the world answers in JSON");
        assert!(status.is_success(), "/sandbox/{path}: {status} {answer}");
        answer
    }

    pub async fn look(&self, path: &str) -> Value {
        let url = format!("{}/sandbox/{path}", self.simulated.url());
        let response = self.http.get(url).send().await.expect("the world answers");
        assert!(response.status().is_success(), "/sandbox/{path}: {}", response.status());
        response.json().await.expect("the world answers in JSON")
    }

    /// Switches faults of the world on or off.
    pub async fn faults(&self, faults: Value) {
        let url = format!("{}/sandbox/faults", self.simulated.url());
        let response = self.http.put(url).json(&faults).send().await.expect("the world answers");
        assert!(response.status().is_success(), "faults: {}", response.status());
    }

    /// Moves what the world's sources of rates say, and waits until the service has asked them twice:
    /// whatever it knew before has been replaced.
    pub async fn rates(&self, change: Value) {
        let url = format!("{}/sandbox/rates", self.simulated.url());
        let response = self.http.put(url).json(&change).send().await.expect("the world answers");
        assert!(response.status().is_success(), "rates: {}", response.status());
        self.asked_again().await;
    }

    /// Waits until every source of rates has been asked from now on.
    pub async fn asked_again(&self) {
        let mut rounds = self.app().rates.rounds();
        // The first round may have begun before; the second has not.
        for _ in 0..2 {
            rounds.changed().await.expect("the service goes on");
        }
    }

    /// Stops the service; the world goes on.
    pub async fn service_stops(&self) {
        let app = self.app();
        app.tasks.soft.cancel();
        app.tasks.finish().await;
        app.db.close().await;
    }

    /// Ends the service as a crash would: every task is dropped where it stands.
    pub async fn service_is_killed(&self) {
        let app = self.app();
        app.tasks.hard.cancel();
        app.tasks.soft.cancel();
        app.tasks.finish().await;
        app.db.close().await;
    }

    /// Starts the service again on the same database.
    pub async fn service_starts(&self) {
        self.service_starts_by(composition::clock(&self.simulated)).await;
    }

    /// The same, on a machine whose clock is another one.
    pub async fn service_starts_by(&self, clock: remit::words::time::Clock) {
        let listener = TcpListener::bind(self.settings.listen).expect("the port is still ours");
        let app = begin(&self.settings, &self.simulated, listener, clock).await;
        *self.running.lock().expect("no story panics while it holds this") = app;
    }

    /// Ends the story: everything must have been told, and everything must stop in order.
    pub async fn end(&self) {
        self.service_stops().await;
        self.simulated.stop().await;
    }
}

async fn begin(
    settings: &Service,
    simulated: &Simulated,
    listener: TcpListener,
    clock: remit::words::time::Clock,
) -> App {
    let app = serve::assemble(settings.clone(), clock, Dice::system()).await.expect("a service");
    composition::open_shop(&app, simulated, SHOP_KEY).await.expect("the shop opens");
    serve::start(&app, listener).expect("the service starts");
    app
}
