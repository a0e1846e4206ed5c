//! Asking for money by link.

use e2e::{World, person::id, stories};
use serde_json::json;

stories![
    bob_asks_and_alice_pays,
    an_open_request_takes_any_amount_until_it_is_closed,
    an_old_link_pays_no_wallet_that_was_unlinked,
    a_link_with_a_comment_of_its_own_is_not_paid_with_ours,
];

async fn bob_asks_and_alice_pays(world: World) {
    let (alice, bob) = (world.person("alice").await, world.person("bob").await);
    let asked = bob
        .api
        .post("/v1/requests", json!({ "amount": "3", "asset": "GRAM", "note": "Taxi" }))
        .await
        .ok();
    let shown = world.api().get(&format!("/v1/public/requests/{}", id(&asked))).await.ok();
    assert_eq!(shown["to"]["name"], "Bob");
    let payment = alice.api.post(&format!("/v1/requests/{}/pay", id(&asked)), json!({})).await.ok();
    alice.signs(&payment["transaction"]).await;
    world.blocks(2).await;
    alice.sees_final(id(&payment)).await;
    let asked = world.api().get(&format!("/v1/public/requests/{}", id(&asked))).await.ok();
    assert_eq!(asked["paid_count"], 1);
}

async fn an_open_request_takes_any_amount_until_it_is_closed(world: World) {
    let (alice, bob) = (world.person("alice").await, world.person("bob").await);
    let asked = bob.api.post("/v1/requests", json!({ "asset": "USDT" })).await.ok();
    let path = format!("/v1/requests/{}", id(&asked));
    let payment = alice.api.post(&format!("{path}/pay"), json!({ "amount": "0.5" })).await.ok();
    assert_eq!(payment["money"]["amount"], "0.5");
    bob.api.post(&format!("{path}/close"), json!({})).await.ok();
    let refused = alice.api.post(&format!("{path}/pay"), json!({ "amount": "0.5" })).await;
    assert_eq!(refused.problem(), "request-closed");
}

async fn an_old_link_pays_no_wallet_that_was_unlinked(world: World) {
    let (alice, bob) = (world.person("alice").await, world.person("bob").await);
    let asked = bob.api.post("/v1/requests", json!({ "amount": "3", "asset": "GRAM" })).await.ok();
    let wallets = bob.api.get("/v1/wallets").await.ok();
    bob.api.delete(&format!("/v1/wallets/{}", id(&wallets["data"][0]))).await.ok();
    let refused = alice.api.post(&format!("/v1/requests/{}/pay", id(&asked)), json!({})).await;
    assert_eq!(refused.problem(), "request-closed");
}

async fn a_link_with_a_comment_of_its_own_is_not_paid_with_ours(world: World) {
    let alice = world.person("alice").await;
    let bob = world.person("bob").await.address().await;
    let body = |to: String| json!({ "to": to, "amount": "1", "asset": "GRAM" });
    let memo = format!("ton://transfer/{bob}?amount=1&text=123456");
    assert_eq!(alice.api.post("/v1/payments", body(memo)).await.problem(), "address-invalid");
    alice.api.post("/v1/payments", body(format!("ton://transfer/{bob}?amount=1"))).await.ok();
}
