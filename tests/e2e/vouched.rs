//! Settings of jettons are believed when the chain says the same, and not before.

use e2e::{stories, world::World};
use remit::{
    base::vouched,
    words::money::{Asset, Assets, Listed},
};
use serde_json::json;
use ton::address::Address;

/// Starts the service again with USDT listed otherwise.
async fn lists(world: &mut World, change: impl Fn(&mut Listed)) {
    world.service_stops().await;
    let mut usdt = world.settings.assets.by_code("USDT").expect("the sandbox has USDT").clone();
    change(&mut usdt);
    world.settings.assets = Assets::new([usdt]);
    world.service_starts().await;
}

stories![
    wrong_decimals_sell_nothing,
    a_master_that_is_none_is_refused,
    while_the_chain_is_away_nothing_is_asked_for_in_what_is_not_confirmed,
];

async fn wrong_decimals_sell_nothing(world: World) {
    let mut world = world;
    lists(&mut world, |usdt| usdt.decimals = 9).await;
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let refused = vouched::at_start(&world.app()).await.unwrap_err().to_string();
    assert!(refused.contains("USDT has 6 decimals on the chain, not 9"), "{refused}");
    let usdt = json!({ "amount": "1", "asset": "USDT" });
    let answer = shop.api.post("/v1/invoices", usdt).await;
    assert!(answer.body["detail"].as_str().unwrap().contains("no money has moved"), "{answer:?}");
    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (503, "asset-denied"));
    let both = json!({ "amount": "1", "asset": "GRAM", "accepted_assets": ["GRAM", "USDT"] });
    assert_eq!(shop.api.post("/v1/invoices", both).await.problem(), "asset-denied");
    let send = json!({ "to": "@olga", "amount": "1", "asset": "USDT" });
    world.person("olga").await;
    assert_eq!(alice.api.post("/v1/payments", send).await.problem(), "asset-denied");
    shop.invoices("1", "GRAM").await;
}

async fn a_master_that_is_none_is_refused(world: World) {
    let mut world = world;
    lists(&mut world, |usdt| usdt.asset = Asset::Jetton(Address::new(0, [9; 32]))).await;
    let refused = vouched::at_start(&world.app()).await.unwrap_err().to_string();
    assert!(refused.contains("USDT: there is no jetton at this master"), "{refused}");
    let answer = world
        .shop()
        .await
        .api
        .post("/v1/invoices", json!({ "amount": "1", "asset": "USDT" }))
        .await;
    assert_eq!(answer.problem(), "asset-denied");
}

async fn while_the_chain_is_away_nothing_is_asked_for_in_what_is_not_confirmed(world: World) {
    let mut world = world;
    lists(&mut world, |_| ()).await;
    let shop = world.shop().await;
    world.faults(json!({ "chain": { "down": true } })).await;
    vouched::at_start(&world.app()).await.expect("the service starts all the same");
    let usdt = json!({ "amount": "1", "asset": "USDT" });
    assert_eq!(shop.api.post("/v1/invoices", usdt.clone()).await.problem(), "chain-unreachable");
    shop.invoices("1", "GRAM").await;
    world.faults(json!({ "chain": { "down": false } })).await;
    shop.api.post("/v1/invoices", usdt.clone()).await.ok();
    world.faults(json!({ "chain": { "down": true } })).await;
    shop.api.post("/v1/invoices", usdt).await.ok();
    world.faults(json!({ "chain": { "down": false } })).await;
}
