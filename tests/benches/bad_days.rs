//! Many days on which the chain service lies, to old stores and to new ones, with a crash on every seventh:
//! payments lost, told wrongly, and how long everything takes to be right once the service is honest.
//!
//! The bound is thirty seconds to heal, and nothing lost or wrong. `BENCH_DAYS` says how many days (1000);
//! with `TEST_DATABASE_URL` every other world lives on that Postgres.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use e2e::{
    Engine, World,
    bad_day::{Evening, Whom, bad_day, told_wrongly},
};
use futures_util::future::join_all;

const BOUND: Duration = Duration::from_secs(30);
/// Days in one world, and worlds at the same time.
const DAYS: u64 = 50;
const WORLDS: u64 = 4;

#[derive(Default)]
struct Tally {
    days: usize,
    sent: usize,
    paid: usize,
    wrong: Vec<String>,
    healed: Vec<Duration>,
}

impl Tally {
    fn add(&mut self, evening: Evening, wrong: Vec<String>) {
        self.days += 1;
        self.sent += 2;
        self.paid += evening.paid;
        self.wrong.extend(evening.faults);
        self.wrong.extend(wrong);
        self.healed.push(evening.healed_after);
    }
}

#[tokio::main]
async fn main() {
    let count = std::env::var("BENCH_DAYS").ok().and_then(|n| n.parse().ok()).unwrap_or(1000);
    let tally = Arc::new(Mutex::new(Tally::default()));
    let worlds: Vec<u64> = (0..).map(|n| n * DAYS).take_while(|first| *first < count).collect();
    let hands = (0..WORLDS).map(|hand| {
        let (worlds, tally) = (worlds.clone(), tally.clone());
        async move {
            for (at, first) in (0..).zip(worlds).filter(|(at, _)| at % WORLDS == hand) {
                lives(at, first..count.min(first + DAYS), &tally).await;
            }
        }
    });
    join_all(hands).await;
    let mut tally = tally.lock().expect("nobody panics while holding it");
    tally.healed.sort();
    let at = |percent: usize| tally.healed[(tally.healed.len() - 1) * percent / 100];
    println!(
        "{} days of lies, {} payments: {} lost, {} told wrongly; healed after: median {} ms, p99 {} ms, \
         worst {} ms (bound: {} ms, {} % of it)",
        tally.days,
        tally.sent,
        tally.sent - tally.paid,
        tally.wrong.len(),
        at(50).as_millis(),
        at(99).as_millis(),
        at(100).as_millis(),
        BOUND.as_millis(),
        at(100).as_millis() * 100 / BOUND.as_millis()
    );
    for wrong in &tally.wrong {
        println!("  {wrong}");
    }
    let held = tally.paid == tally.sent && tally.wrong.is_empty() && at(100) <= BOUND;
    std::process::exit(i32::from(!held));
}

async fn lives(number: u64, days: std::ops::Range<u64>, tally: &Mutex<Tally>) {
    let engine = match Engine::Postgres.is_there() && number % 2 == 1 {
        true => Engine::Postgres,
        false => Engine::Sqlite,
    };
    let world = World::new(engine).await;
    let mut old = 0;
    for (seed, whom) in days.zip(Whom::ALL.into_iter().cycle()) {
        let evening = bad_day(&world, whom, 1 + seed, seed % 7 == 6).await;
        let told = match whom {
            Whom::Old => {
                old += evening.paid;
                old
            }
            Whom::New | Whom::WithAPast => evening.paid,
        };
        let wrong = told_wrongly(&evening.shop, told).await;
        tally.lock().expect("nobody panics while holding it").add(evening, wrong);
    }
    world.end().await;
    // Days take their time, so whoever waits for them hears of them.
    let tally = tally.lock().expect("nobody panics while holding it");
    let (lost, wrong) = (tally.sent - tally.paid, tally.wrong.len());
    let worst = tally.healed.iter().max().map_or(0, Duration::as_millis);
    eprintln!(
        "{} days: {lost} lost, {wrong} told wrongly, healed after {worst} ms at worst",
        tally.days
    );
}
