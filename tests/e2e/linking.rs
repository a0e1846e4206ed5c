//! A wallet is linked by its proof, and by nothing else.

use std::time::Duration;

use e2e::{World, stories};
use serde_json::json;

stories![
    a_proven_wallet_is_linked_and_told,
    an_older_wallet_is_linked_too,
    a_proof_works_once,
    a_proof_made_for_somebody_else_is_refused,
    a_challenge_grows_old,
    a_proof_for_another_domain_is_refused,
    a_forged_proof_is_refused_and_costs_the_challenge,
    somebody_elses_address_cannot_be_claimed,
    the_default_wallet_moves_on_when_it_is_unlinked,
    balances_are_what_the_chain_says,
];

async fn a_proven_wallet_is_linked_and_told(world: World) {
    let alice = world.stranger("alice").await;
    alice.starts_bot().await;
    let wallet = alice.links_wallet().await;
    assert_eq!(wallet["version"], "v5r1");
    assert_eq!(wallet["default"], true);
    assert_eq!(wallet["address"], alice.address().await);
    alice.reads("linked").await;
}

async fn an_older_wallet_is_linked_too(world: World) {
    let carol = world.stranger("carol").await;
    assert_eq!(carol.links_wallet().await["version"], "v4r2");
}

async fn a_proof_works_once(world: World) {
    let alice = world.stranger("alice").await;
    let proof = alice.proof(&alice.challenge().await).await;
    alice.api.post("/v1/wallets", proof.clone()).await.ok();
    assert_eq!(alice.api.post("/v1/wallets", proof).await.problem(), "challenge-spent");
}

async fn a_proof_made_for_somebody_else_is_refused(world: World) {
    let (alice, bob) = (world.stranger("alice").await, world.stranger("bob").await);
    let relayed = alice.proof(&bob.challenge().await).await;
    assert_eq!(alice.api.post("/v1/wallets", relayed).await.problem(), "challenge-spent");
}

async fn a_challenge_grows_old(world: World) {
    let alice = world.stranger("alice").await;
    let payload = alice.challenge().await;
    world.after(Duration::from_secs(901)).await;
    let proof = alice.proof(&payload).await;
    assert_eq!(alice.api.post("/v1/wallets", proof).await.problem(), "challenge-spent");
}

async fn a_proof_for_another_domain_is_refused(world: World) {
    let alice = world.stranger("alice").await;
    let payload = alice.challenge().await;
    let body = json!({ "domain": "evil.example", "payload": payload });
    let proof = world.control("wallets/alice/prove", body).await;
    assert_eq!(alice.api.post("/v1/wallets", proof).await.problem(), "proof-invalid");
}

async fn a_forged_proof_is_refused_and_costs_the_challenge(world: World) {
    let alice = world.stranger("alice").await;
    let payload = alice.challenge().await;
    let good = alice.proof(&payload).await;
    let bobs = world.stranger("bob").await.proof(&payload).await;
    let mut forged = good.clone();
    forged["proof"]["signature"] = bobs["proof"]["signature"].clone();
    assert_eq!(alice.api.post("/v1/wallets", forged).await.problem(), "proof-invalid");
    assert_eq!(alice.api.post("/v1/wallets", good).await.problem(), "challenge-spent");
}

async fn somebody_elses_address_cannot_be_claimed(world: World) {
    let alice = world.stranger("alice").await;
    let payload = alice.challenge().await;
    let bobs = world.stranger("bob").await.proof(&payload).await;
    let mut claim = alice.proof(&payload).await;
    claim["account"]["address"] = bobs["account"]["address"].clone();
    assert_eq!(alice.api.post("/v1/wallets", claim).await.problem(), "proof-invalid");
}

async fn the_default_wallet_moves_on_when_it_is_unlinked(world: World) {
    let alice = world.person("alice").await;
    let wallets = alice.api.get("/v1/wallets").await.ok();
    let id = wallets["data"][0]["id"].as_str().unwrap().to_owned();
    alice.api.delete(&format!("/v1/wallets/{id}")).await.ok();
    assert_eq!(alice.api.get("/v1/wallets").await.ok()["data"], json!([]));
    assert_eq!(alice.api.delete(&format!("/v1/wallets/{id}")).await.problem(), "not-found");
    let bob = world.person("bob").await;
    let pay = json!({ "to": "@alice", "amount": "1", "asset": "GRAM" });
    assert_eq!(bob.api.post("/v1/payments", pay).await.problem(), "person-has-no-wallet");
}

async fn balances_are_what_the_chain_says(world: World) {
    let alice = world.person("alice").await;
    let balances = alice.api.get("/v1/balances").await.ok();
    let held = &balances["data"][0]["balances"];
    assert_eq!(held[0]["asset"], "GRAM");
    assert_eq!(held[0]["amount"], alice.holds("GRAM").await);
    assert_eq!(held[1]["amount"], alice.holds("USDT").await);
}
