//! A day on which the chain service lies: two replicas apart, rows late, left out, in part or made up.
//! A store is paid in time in the middle of it, hours pass, and then the service is honest again.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::{Value, json};
use ton::address::Address;

use crate::{Shop, World, person::id};

/// What each invoice asks for.
const AMOUNT: &str = "0.01";
/// How often somebody asks for an invoice that is refused while the chain service is away.
const TRIES: usize = 100;

/// Whom it happens to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// A store whose accounts have been read before.
    Old,
    /// One whose accounts begin on this day.
    New,
    /// One that is opened in the middle of the day, and whose wallet was paid long before: that is no news.
    WithAPast,
}

impl Whom {
    pub const ALL: [Self; 3] = [Self::Old, Self::New, Self::WithAPast];
}

/// What was left when the service was honest again.
#[derive(Clone)]
pub struct Evening {
    pub shop: Shop,
    /// Invoices that are paid, with just what was sent for them.
    pub paid: usize,
    /// How long it took from the first honest answer, by the wall.
    pub healed_after: Duration,
    /// What should not be: an invoice that expired although it was paid in time, or counts something else.
    pub faults: Vec<String>,
}

/// A wallet that nobody has used.
#[must_use]
pub fn wallet_of(seed: u64) -> Address {
    let mut hash = [0x5a; 32];
    hash[..8].copy_from_slice(&seed.to_be_bytes());
    Address { workchain: 0, hash }
}

async fn asks(shop: &Shop, asset: &str) -> Value {
    let body = json!({ "amount": AMOUNT, "asset": asset, "expires_in": 600 });
    for _ in 0..TRIES {
        let answer = shop.api.post("/v1/invoices", body.clone()).await;
        if answer.status != StatusCode::SERVICE_UNAVAILABLE {
            return answer.ok();
        }
    }
    panic!("no invoice in {asset} in {TRIES} tries");
}

async fn sends(world: &World, payer: &str, to: &Value, asset: &str, comment: Option<&Value>) {
    let message = json!({ "to": to, "amount": AMOUNT, "asset": asset, "comment": comment });
    world.control(&format!("wallets/{payer}/send"), message).await;
}

/// Two invoices, in GRAM and in USDT, on a day whose lies are these. With `killed` the service crashes and
/// starts again while it is lied to.
pub async fn bad_day(world: &World, whom: Whom, seed: u64, killed: bool) -> Evening {
    let lies = json!({ "chain": { "lies": seed } });
    let payout = wallet_of(seed);
    if whom == Whom::WithAPast {
        for (payer, asset) in [("alice", "GRAM"), ("bob", "USDT")] {
            sends(world, payer, &json!(payout.to_string()), asset, None).await;
        }
        world.after(Duration::from_secs(7200)).await;
        world.faults(lies.clone()).await;
    }
    let shop = match whom {
        Whom::Old => world.shop().await,
        Whom::New | Whom::WithAPast => Shop::open_at(world, [payout]).await.remove(0),
    };
    let invoices = [asks(&shop, "GRAM").await, asks(&shop, "USDT").await];
    world.faults(lies).await;
    for (invoice, (asset, payer)) in invoices.iter().zip([("GRAM", "alice"), ("USDT", "bob")]) {
        sends(world, payer, &invoice["address"], asset, Some(&invoice["reference"])).await;
        world.blocks(u32::try_from(seed % 4).expect("a small number") + 1).await;
    }
    if killed {
        world.service_is_killed().await;
        world.service_starts().await;
    }
    world.blocks(2).await;
    // Beyond the end of the invoices, and for some days in a row beyond much more.
    world.after(Duration::from_secs(900)).await;
    for _ in 0..5 {
        world.blocks(1).await;
        world.simulated.indexer_faults.asked(8).await;
    }
    world.faults(json!({})).await;
    world.blocks(1).await;
    let honest = Instant::now();
    let mut evening = Evening { shop, paid: 0, healed_after: Duration::ZERO, faults: Vec::new() };
    for invoice in &invoices {
        match evening.shop.invoice_turns(id(invoice), "paid").await {
            Ok(found) if found["exception"] == "none" && found["received"]["amount"] == AMOUNT => {
                evening.paid += 1;
            }
            Ok(found) | Err(found) => {
                evening.faults.push(format!("day {seed}, {whom:?}: {found:#}"))
            }
        }
    }
    evening.healed_after = honest.elapsed();
    evening
}

/// What a store was told beside what it should have been: `paid` invoices, once each, and nothing else.
pub async fn told_wrongly(shop: &Shop, paid: usize) -> Vec<String> {
    let mut wrong = Vec::new();
    let told = count(shop, "invoice.paid").await;
    if told != paid {
        wrong.push(format!("invoice.paid: {told} instead of {paid}"));
    }
    for kind in ["invoice.expired", "invoice.overpaid", "invoice.paid_again", "payment.unmatched"] {
        let told = count(shop, kind).await;
        if told > 0 {
            wrong.push(format!("{kind}: {told}"));
        }
    }
    wrong
}

async fn count(shop: &Shop, kind: &str) -> usize {
    let (mut after, mut count) = (0, 0);
    loop {
        let page = shop.api.get(&format!("/v1/events?after={after}&types={kind}")).await.ok();
        let events = page["data"].as_array().expect("a page has data");
        let Some(last) = events.last() else { return count };
        count += events.len();
        after = last["seq"].as_i64().expect("an event has its number");
    }
}
