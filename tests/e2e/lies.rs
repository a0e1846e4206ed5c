//! A chain service whose replicas contradict each other, leave out and make up. Whatever it says, every
//! payment on the chain is counted once, in time or late, and nothing that is not there.

use std::time::Duration;

use e2e::{Shop, World, person::id, stories};
use serde_json::{Value, json};

/// How many bad days there are in a story.
const DAYS: u64 = 30;

async fn asks(shop: &Shop, amount: &str, asset: &str) -> Value {
    let body = json!({ "amount": amount, "asset": asset, "expires_in": 600 });
    shop.api.post("/v1/invoices", body).await.ok()
}

/// The amounts that were credited, of every event of this kind.
async fn counted(shop: &Shop, kind: &str) -> usize {
    let (mut after, mut count) = (0, 0);
    loop {
        let page = shop.api.get(&format!("/v1/events?after={after}&types={kind}")).await.ok();
        let events = page["data"].as_array().unwrap();
        let Some(last) = events.last() else { return count };
        count += events.len();
        after = last["seq"].as_i64().unwrap();
    }
}

/// On each bad day two invoices are paid in time, and hours pass, all while the service lies; afterwards
/// it is honest again.
async fn lives_through(world: &World, shop: &Shop, days: impl Iterator<Item = u64>) -> usize {
    let mut paid = 0;
    for seed in days {
        // Whoever makes an invoice in a jetton just after the start is refused while the chain is away.
        let invoices = [asks(shop, "1", "GRAM").await, asks(shop, "1", "USDT").await];
        world.faults(json!({ "chain": { "lies": seed } })).await;
        for (invoice, (asset, payer)) in invoices.iter().zip([("GRAM", "alice"), ("USDT", "bob")]) {
            let to = &invoice["address"];
            let comment = &invoice["reference"];
            let message = json!({ "to": to, "amount": "1", "asset": asset, "comment": comment });
            world.control(&format!("wallets/{payer}/send"), message).await;
            world.blocks(u32::try_from(seed % 4).unwrap() + 1).await;
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
        for invoice in &invoices {
            let mut found = shop.invoice(id(invoice)).await;
            for _ in 0..20 {
                let status = found["status"].as_str().unwrap().to_owned();
                assert!(status != "expired", "day {seed}: {found:#}");
                if status == "paid" {
                    break;
                }
                found = shop.invoice_after(id(invoice), &status).await;
            }
            assert_eq!(
                (&found["status"], &found["exception"], &found["received"]["amount"]),
                (&json!("paid"), &json!("none"), &json!("1")),
                "day {seed}"
            );
            paid += 1;
        }
    }
    paid
}

async fn nothing_else_was_counted(shop: &Shop, paid: usize) {
    assert_eq!(counted(shop, "invoice.paid").await, paid);
    for kind in ["invoice.expired", "invoice.overpaid", "invoice.paid_again", "payment.unmatched"] {
        assert_eq!(counted(shop, kind).await, 0, "{kind}");
    }
}

stories! {
    async fn thirty_bad_days_lose_nothing_and_double_nothing(world: World) {
        let shop = world.shop().await;
        let paid = lives_through(&world, &shop, 1..=DAYS).await;
        nothing_else_was_counted(&shop, paid).await;
    }

    async fn restarts_in_between_change_nothing(world: World) {
        let shop = world.shop().await;
        let mut paid = 0;
        for seed in 100..106 {
            paid += lives_through(&world, &shop, seed..=seed).await;
            world.service_is_killed().await;
            world.service_starts().await;
        }
        nothing_else_was_counted(&shop, paid).await;
    }

    async fn whoever_is_followed_on_a_bad_day_misses_nothing(world: World) {
        let alice = world.person("alice").await;
        let bob = world.stranger("bob").await;
        world.faults(json!({ "chain": { "lies": 7 } })).await;
        bob.links_wallet().await;
        for _ in 0..3 {
            let message = json!({ "to": bob.address().await, "amount": "1", "asset": "USDT" });
            alice.sends(message).await;
            world.blocks(2).await;
        }
        world.faults(json!({})).await;
        world.blocks(1).await;
        let mut seen = 0;
        while bob.activity().await.len() < 3 {
            let path = format!("/v1/events?after={seen}&wait=5&types=payment.received");
            let page = bob.api.get(&path).await.ok();
            seen = page["data"].as_array().unwrap().last().map_or(seen, |last| last["seq"].as_i64().unwrap());
        }
        assert_eq!(bob.activity().await.len(), 3);
    }
}
