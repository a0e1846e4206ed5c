//! Invoices made a second over HTTP, by many shops at once, on each database.
//!
//! The bound is what the database can commit: the smallest change the service knows, one event in one
//! transaction, made by as many hands. An invoice is an intent, an invoice, its first line, an event and
//! a kept answer. `BENCH_INVOICES` says how many (4000).

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
};

use e2e::Engine;
use futures_util::future::join_all;
use remit::{
    base::{
        app::App,
        config::Service,
        events::{self, Audience, kind},
    },
    run::serve,
    selling::merchants::{self, NewMerchant},
    shells::http,
    words::{dice::Dice, time::Clock},
};
use serde_json::json;
use tokio::time::Instant;

/// Each with a key and an address of its own, because the service limits how often one may call.
const SHOPS: usize = 40;

struct Shop {
    audience: Audience,
    key: String,
    http: reqwest::Client,
}

#[tokio::main]
async fn main() {
    let count = std::env::var("BENCH_INVOICES").ok().and_then(|n| n.parse().ok()).unwrap_or(4000);
    for engine in [Engine::Sqlite, Engine::Postgres] {
        if engine.is_there() {
            run(engine, count).await;
        } else {
            println!("{engine:?}: left out, TEST_DATABASE_URL names no Postgres");
        }
    }
    std::process::exit(0);
}

async fn run(engine: Engine, count: usize) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (app, base) = service(engine, folder.path()).await;
    let shops = shops(&app).await;
    let each = count / SHOPS;
    let bound = rate(each, join_all(shops.iter().map(|shop| commits(&app, shop, each)))).await;
    let made = rate(each, join_all(shops.iter().map(|shop| invoices(&base, shop, each)))).await;
    println!(
        "{engine:?}: {made} invoices a second over HTTP by {SHOPS} shops; bound: {bound} commits of \
         one event a second, {} % of it",
        made * 100 / bound.max(1)
    );
    app.tasks.soft.cancel();
    app.tasks.finish().await;
    app.db.close().await;
}

/// How many a second, when every shop makes `each`.
async fn rate(each: usize, work: impl Future) -> u128 {
    let begun = Instant::now();
    work.await;
    let made = u128::try_from(each * SHOPS).unwrap_or_default();
    made * 1000 / begun.elapsed().as_millis().max(1)
}

async fn commits(app: &App, shop: &Shop, count: usize) {
    for n in 0..count {
        let mut tx = app.db.begin().await.expect("a transaction");
        let data = json!({ "n": n });
        events::append(&mut tx, &shop.audience, kind::INVOICE_CREATED, &data, app.now());
        tx.commit().await.expect("it commits");
    }
}

async fn invoices(base: &str, shop: &Shop, count: usize) {
    for n in 0..count {
        let request = shop
            .http
            .post(format!("{base}/v1/invoices"))
            .bearer_auth(&shop.key)
            .header("idempotency-key", format!("order {n}"))
            .json(&json!({ "amount": "1.5", "asset": "GRAM", "external_id": n.to_string() }));
        let answer = request.send().await.expect("the service answers");
        assert_eq!(answer.status(), 201, "an invoice is made");
    }
}

async fn shops(app: &App) -> Vec<Shop> {
    let mut shops = Vec::new();
    for n in 0..SHOPS {
        let mut tx = app.db.begin().await.expect("a transaction");
        let place = u8::try_from(n).expect("fewer shops than addresses") + 1;
        let new = NewMerchant {
            name: format!("Shop {n}"),
            payout: ton::address::Address::new(0, [place; 32]),
            owner_telegram: None,
            livemode: false,
        };
        let merchant = merchants::create(&mut tx, &app.assets, new, app.now()).await;
        let merchant = merchant.expect("a merchant");
        let (_, key) = merchants::mint(&mut tx, &merchant, app.now()).await.expect("a key");
        tx.commit().await.expect("it commits");
        let own = IpAddr::from(Ipv4Addr::new(127, 0, 1, place));
        let http = reqwest::Client::builder().local_address(own).build().expect("a client");
        shops.push(Shop { audience: Audience::quiet(merchant.id), key, http });
    }
    shops
}

#[expect(clippy::disallowed_methods, reason = "the bench has no supervisor to run it")]
async fn service(engine: Engine, folder: &Path) -> (App, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let listen: SocketAddr = listener.local_addr().expect("a bound listener has an address");
    let nowhere = "http://127.0.0.1:9".to_owned();
    let settings = Service {
        listen,
        metrics_listen: None,
        data: folder.to_owned(),
        database_url: engine.fresh(folder).await,
        public_url: format!("http://{listen}"),
        telegram_url: nowhere.clone(),
        chain_url: format!("{nowhere}/api/v3"),
        world_url: None,
        ..e2e::settings()
    };
    let app = serve::assemble(settings, Clock::system(), Dice::system()).await.expect("a service");
    listener.set_nonblocking(true).expect("a listener");
    let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
    let (router, stop) = (http::router(app.clone()), app.tasks.soft.clone());
    let bounds = http::listen::Bounds::default();
    tokio::spawn(http::listen::serve(listener, router, bounds, |_| true, stop));
    (app, format!("http://{listen}"))
}
