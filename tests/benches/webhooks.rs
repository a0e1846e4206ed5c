//! A thousand webhook endpoints, first all of them well, then a tenth of them dead: deliveries a second,
//! and how long from commit until the receiver has the event.
//!
//! Service and receivers share this process and its processors, so a service by itself is faster.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Bytes, extract::State, http::Uri};
use e2e::Engine;
use remit::{
    base::{
        app::App,
        config::Service,
        events::{self, Audience, kind},
    },
    run::serve,
    selling::{
        merchants::{self, NewMerchant},
        webhooks::{self, Draft, Speech},
    },
    shells::deliver,
    words::{dice::Dice, time::Clock},
};
use serde_json::json;
use tokio::time::Instant;

const MERCHANTS: usize = 50;
const ENDPOINTS: usize = 20;
/// Of each merchant's endpoints, when some are dead.
const DEAD: usize = 2;
/// Rounds of one event for each merchant: as fast as it goes, and at a walk.
const BURST: usize = 10;
const WALK: usize = 100;
const STEP: Duration = Duration::from_millis(100);

/// What has been committed and what has come.
#[derive(Default)]
struct Tally {
    committed: Mutex<HashMap<usize, Instant>>,
    came: Mutex<Vec<(usize, Instant)>>,
    count: AtomicUsize,
}

#[tokio::main]
async fn main() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        if !engine.is_there() {
            println!("{engine:?}: left out, TEST_DATABASE_URL names no Postgres");
            continue;
        }
        for dead in [0, DEAD] {
            run(engine, dead).await;
        }
    }
    std::process::exit(0);
}

async fn run(engine: Engine, dead: usize) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let tally = Arc::new(Tally::default());
    let receivers = receivers(tally.clone()).await;
    let app = service(engine, folder.path()).await;
    let shops = shops(&app, receivers, dead).await;
    let own = app.clone();
    app.tasks.run("webhooks", Duration::from_secs(60), move |stop, beat| {
        deliver::webhooks::run(own.clone(), stop, beat)
    });
    let living = MERCHANTS * (ENDPOINTS - dead);
    println!("{engine:?}, {} endpoints, {} of them dead", MERCHANTS * ENDPOINTS, MERCHANTS * dead);

    // The first events find out who is dead.
    let mut number = 0;
    happens(&app, &shops, &tally, &mut number).await;
    tally.reaches(living).await;

    let (begun, before) = (Instant::now(), tally.count.load(Ordering::Relaxed));
    for _ in 0..BURST {
        happens(&app, &shops, &tally, &mut number).await;
    }
    tally.reaches(before + living * BURST).await;
    let millis = begun.elapsed().as_millis().max(1);
    let rate = u128::try_from(living * BURST).unwrap_or_default() * 1000 / millis;
    println!("  at once: {} deliveries in {millis} ms, {rate} a second", living * BURST);

    let before = tally.count.load(Ordering::Relaxed);
    tally.came.lock().expect("nobody panics").clear();
    for at in 0..WALK {
        let shop = &shops[at % shops.len()];
        happens(&app, std::slice::from_ref(shop), &tally, &mut number).await;
        tokio::time::sleep(STEP).await;
    }
    tally.reaches(before + (ENDPOINTS - dead) * WALK).await;
    tally.report();
    app.tasks.soft.cancel();
    app.tasks.finish().await;
    app.db.close().await;
}

impl Tally {
    async fn reaches(&self, count: usize) {
        let end = Instant::now() + Duration::from_secs(240);
        while self.count.load(Ordering::Relaxed) < count {
            assert!(
                Instant::now() < end,
                "only {} of {count} came",
                self.count.load(Ordering::Relaxed)
            );
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    fn report(&self) {
        let committed = self.committed.lock().expect("nobody panics");
        let came = self.came.lock().expect("nobody panics");
        let mut late: Vec<_> = came
            .iter()
            .filter_map(|(number, at)| Some(at.saturating_duration_since(*committed.get(number)?)))
            .collect();
        late.sort();
        let at = |percent: usize| late[(late.len() - 1) * percent / 100].as_millis();
        println!(
            "  at a walk: from commit to receiver median {} ms, p99 {} ms, worst {} ms",
            at(50),
            at(99),
            at(100)
        );
    }
}

/// One event for each of these shops, in one transaction each.
async fn happens(app: &App, shops: &[Audience], tally: &Tally, number: &mut usize) {
    for shop in shops {
        *number += 1;
        let mut tx = app.db.begin().await.expect("a transaction");
        events::append(&mut tx, shop, kind::INVOICE_PAID, &json!({ "n": *number }), app.now());
        tx.commit().await.expect("it commits");
        tally.committed.lock().expect("nobody panics").insert(*number, Instant::now());
    }
}

/// A server for all endpoints: `/living` answers at once, `/dead` never.
#[expect(clippy::disallowed_methods, reason = "a shop's server is no task of the service")]
async fn receivers(tally: Arc<Tally>) -> SocketAddr {
    async fn take(State(tally): State<Arc<Tally>>, uri: Uri, body: Bytes) {
        if uri.path().starts_with("/dead") {
            std::future::pending::<()>().await;
        }
        let at = Instant::now();
        let body = String::from_utf8_lossy(&body);
        let number = body.split("\"n\":").nth(1).and_then(|rest| rest.split('}').next());
        if let Some(number) = number.and_then(|number| number.parse().ok()) {
            tally.came.lock().expect("nobody panics").push((number, at));
        }
        tally.count.fetch_add(1, Ordering::Relaxed);
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("a bound listener has an address");
    let router = Router::new().fallback(take).with_state(tally);
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// The shops, each with its endpoints.
async fn shops(app: &App, receivers: SocketAddr, dead: usize) -> Vec<Audience> {
    let mut shops = Vec::new();
    for shop in 0..MERCHANTS {
        let mut tx = app.db.begin().await.expect("a transaction");
        let new = NewMerchant {
            name: format!("Shop {shop}"),
            payout: ton::address::Address::new(0, [7; 32]),
            owner_telegram: None,
            livemode: false,
        };
        let merchant = merchants::create(&mut tx, &app.assets, new, app.now()).await;
        let merchant = merchant.expect("a merchant");
        for endpoint in 0..ENDPOINTS {
            let place = if endpoint < dead { "dead" } else { "living" };
            let url = format!("http://{receivers}/{place}/{shop}/{endpoint}");
            let draft =
                Draft { url, types: Vec::new(), description: None, speech: Speech::Standard };
            webhooks::create(&mut tx, merchant.id, None, draft, app.now())
                .await
                .expect("an endpoint");
        }
        tx.commit().await.expect("it commits");
        shops.push(Audience::quiet(merchant.id));
    }
    shops
}

async fn service(engine: Engine, folder: &std::path::Path) -> App {
    let nowhere = "http://127.0.0.1:9".to_owned();
    let settings = Service {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        metrics_listen: None,
        data: folder.to_owned(),
        database_url: engine.fresh(folder).await,
        public_url: nowhere.clone(),
        telegram_url: nowhere.clone(),
        chain_url: format!("{nowhere}/api/v3"),
        world_url: None,
        ..e2e::settings()
    };
    serve::assemble(settings, Clock::system(), Dice::system()).await.expect("a service")
}
