//! What a crowd costs the others: a payment to a shop while somebody reads all the time, or while two thousand
//! stores are new, against the same payment in quiet.
//!
//! The bound is two seconds more than in quiet. `BENCH_ROUNDS` says how many payments each (20).

use std::{
    num::NonZeroU32,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use e2e::{Api, Engine, Shop, World, bad_day::wallet_of, person::id};
use futures_util::future::{join_all, select};
use reqwest::Method;
use serde_json::json;
use ton::toncenter::Pace;

const BOUND: Duration = Duration::from_secs(2);
const READERS: usize = 16;
const INVOICES: usize = 1_000;
const NEWCOMERS: u64 = 2_000;
const PER_SECOND: u32 = 10;

#[tokio::main]
async fn main() {
    let rounds = std::env::var("BENCH_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(20);
    let mut held = true;
    for engine in [Engine::Sqlite, Engine::Postgres] {
        if !engine.is_there() {
            println!("{engine:?}: left out, TEST_DATABASE_URL names no Postgres");
            continue;
        }
        held &= readers(engine, rounds).await;
        held &= newcomers(engine, rounds).await;
    }
    std::process::exit(i32::from(!held));
}

/// The median and the worst of some payments: from the final block to the paid invoice.
async fn pays(world: &World, shop: &Shop, rounds: usize) -> (Duration, Duration) {
    let mut took = Vec::new();
    for _ in 0..rounds {
        let invoice = shop.invoices("0.01", "GRAM").await;
        let message = json!({
            "to": invoice["address"], "amount": "0.01", "asset": "GRAM", "comment": invoice["reference"],
        });
        world.control("wallets/alice/send", message).await;
        world.blocks(2).await;
        let final_at = Instant::now();
        shop.invoice_turns(id(&invoice), "paid").await.expect("it is paid");
        took.push(final_at.elapsed());
    }
    took.sort();
    (took[took.len() / 2], took[took.len() - 1])
}

fn report(
    engine: Engine,
    what: &str,
    quiet: (Duration, Duration),
    crowd: (Duration, Duration),
) -> bool {
    let more = crowd.1.saturating_sub(quiet.1);
    println!(
        "{engine:?}, {what}: median {} ms and worst {} ms, in quiet {} and {} ms: {} ms more at worst (bound: \
         {} ms, {} % of it)",
        crowd.0.as_millis(),
        crowd.1.as_millis(),
        quiet.0.as_millis(),
        quiet.1.as_millis(),
        more.as_millis(),
        BOUND.as_millis(),
        more.as_millis() * 100 / BOUND.as_millis()
    );
    more <= BOUND
}

/// Reads everything a read-only key can, again and again.
async fn reads(shop: &Api, key: &str, answers: &AtomicUsize) {
    loop {
        for path in [
            "/v1/invoices?limit=100",
            "/v1/events?limit=100",
            "/v1/merchant",
            "/v1/reports/summary",
        ] {
            if shop.get(path).await.status.is_success() {
                answers.fetch_add(1, Ordering::Relaxed);
            }
        }
        let path = "/compat/cryptobot/api/getInvoices?count=1000";
        let request = shop.request(Method::GET, path).header("crypto-pay-api-token", key);
        if shop.answer(Method::GET, path, request).await.status.is_success() {
            answers.fetch_add(1, Ordering::Relaxed);
        }
    }
}

async fn readers(engine: Engine, rounds: usize) -> bool {
    let world = World::new(engine).await;
    let reader = world.shop().await;
    for _ in 0..INVOICES {
        reader.invoices("1", "GRAM").await;
    }
    let other = Shop::open_at(&world, [wallet_of(1)]).await.remove(0);
    let quiet = pays(&world, &other, rounds).await;
    let answers = AtomicUsize::new(0);
    let crowd = (0..READERS).map(|_| reads(&reader.api, e2e::world::SHOP_KEY, &answers));
    let crowd = Box::pin(join_all(crowd));
    let paying = Box::pin(pays(&world, &other, rounds));
    let futures_util::future::Either::Right((amid, _)) = select(crowd, paying).await else {
        unreachable!("nobody stops reading")
    };
    let read = answers.load(Ordering::Relaxed);
    let what = format!("{READERS} readers of {INVOICES} invoices ({read} answers)");
    world.end().await;
    report(engine, &what, quiet, amid)
}

async fn newcomers(engine: Engine, rounds: usize) -> bool {
    let mut world = World::new(engine).await;
    world.service_stops().await;
    world.settings.chain_pace =
        Pace::PerSecond(NonZeroU32::new(PER_SECOND).expect("more than none"));
    world.service_starts().await;
    let shop = world.shop().await;
    let quiet = pays(&world, &shop, rounds).await;
    Shop::open_at(&world, (0..NEWCOMERS).map(wallet_of)).await;
    let amid = pays(&world, &shop, rounds).await;
    world.end().await;
    let what = format!("{NEWCOMERS} new stores at {PER_SECOND} questions a second");
    report(engine, &what, quiet, amid)
}
