//! A chain service whose replicas contradict each other, leave out and make up. Whatever it says, every
//! payment on the chain is counted once, in time or late, and nothing that is not there.

use e2e::{
    Shop, World,
    bad_day::{Whom, bad_day, told_wrongly},
    person::id,
    stories,
};
use serde_json::{Value, json};

/// How many bad days there are in a story. They are about what is read, not about where it is kept: on Postgres
/// there are fewer.
fn days(world: &World, many: u64) -> std::ops::RangeInclusive<u64> {
    1..=if world.settings.database_url.starts_with("sqlite") { many } else { many / 3 }
}

/// Days of a store that each know nothing of the one before.
async fn lives_through(world: &World, whom: Whom, days: impl Iterator<Item = u64>, killed: bool) {
    for seed in days {
        let evening = bad_day(world, whom, seed, killed).await;
        assert_eq!((evening.paid, evening.faults), (2, Vec::new()));
        assert_eq!(told_wrongly(&evening.shop, 2).await, Vec::<String>::new(), "day {seed}");
    }
}

async fn sends_and_is_paid(world: &World, shop: &Shop, invoice: &Value) {
    let message = json!({
        "to": invoice["address"], "amount": "1", "asset": "GRAM", "comment": invoice["reference"],
    });
    world.control("wallets/alice/send", message).await;
    world.blocks(2).await;
    shop.invoice_turns(id(invoice), "paid").await.unwrap();
}

stories![
    bad_days_of_a_store_lose_nothing_and_double_nothing,
    stores_that_begin_on_a_bad_day_miss_nothing,
    what_came_before_a_store_was_opened_on_a_bad_day_is_no_news,
    a_head_of_another_time_lets_nothing_pass,
    restarts_in_between_change_nothing,
    whoever_is_followed_on_a_bad_day_misses_nothing,
];

async fn bad_days_of_a_store_lose_nothing_and_double_nothing(world: World) {
    let mut paid = 0;
    for seed in days(&world, 24) {
        let evening = bad_day(&world, Whom::Old, seed, false).await;
        assert_eq!((evening.paid, evening.faults), (2, Vec::new()));
        paid += 2;
    }
    assert_eq!(told_wrongly(&world.shop().await, paid).await, Vec::<String>::new());
}

async fn stores_that_begin_on_a_bad_day_miss_nothing(world: World) {
    lives_through(&world, Whom::New, days(&world, 24), false).await;
}

async fn what_came_before_a_store_was_opened_on_a_bad_day_is_no_news(world: World) {
    lives_through(&world, Whom::WithAPast, days(&world, 12), false).await;
}

async fn a_head_of_another_time_lets_nothing_pass(world: World) {
    let (olga, shop) = (world.person("olga").await, world.shop().await);
    let invoice = shop
        .api
        .post("/v1/invoices", json!({ "amount": "1", "asset": "GRAM", "expires_in": 3600 }))
        .await
        .ok();
    // A change of the wallet waits, too.
    let stores = olga.api.get("/v1/merchants").await.ok();
    let own = Shop::of(&olga, id(&stores["data"][0]));
    let proof = world.person("carol").await.proof(&olga.challenge().await).await;
    let wallet = olga.api.post("/v1/wallets", proof).await.ok();
    own.api.post("/v1/payout_changes", json!({ "wallet": id(&wallet) })).await.ok();
    world.blocks(1).await;
    for restarted in [true, false] {
        world.service_stops().await;
        let ahead = json!({ "chain": { "head_ahead": 300_000 } });
        if restarted {
            world.faults(ahead.clone()).await;
        }
        world.service_starts().await;
        world.faults(ahead).await;
        for _ in 0..20 {
            world.blocks(1).await;
            world.simulated.indexer_faults.asked(30).await;
        }
        world.faults(json!({})).await;
        world.blocks(1).await;
        assert_eq!(shop.invoice(id(&invoice)).await["status"], "open");
        let changes = own.api.get("/v1/payout_changes").await.ok();
        assert_eq!(changes["data"][0]["status"], "waiting", "{changes:#}");
    }
    sends_and_is_paid(&world, &shop, &invoice).await;
}

async fn restarts_in_between_change_nothing(world: World) {
    for (at, whom) in (0..).zip(Whom::ALL) {
        if whom == Whom::Old {
            let mut paid = 0;
            for seed in 100..102 {
                paid += bad_day(&world, whom, seed, true).await.paid;
            }
            assert_eq!(told_wrongly(&world.shop().await, paid).await, Vec::<String>::new());
            assert_eq!(paid, 4);
        } else {
            lives_through(&world, whom, 100 + 10 * at..102 + 10 * at, true).await;
        }
    }
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
        seen = page["data"]
            .as_array()
            .unwrap()
            .last()
            .map_or(seen, |last| last["seq"].as_i64().unwrap());
    }
    assert_eq!(bob.activity().await.len(), 3);
}
