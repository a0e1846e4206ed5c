//! Requests that mean harm.

use e2e::{World, api::nothing, person::id, stories};
use futures_util::future::join_all;
use serde_json::json;

stories![
    one_tenant_sees_nothing_of_another,
    a_hostile_bag_of_cells_is_refused_and_kills_nobody,
    a_body_too_large_is_a_problem_too,
    what_is_not_there_is_a_problem_too,
    only_the_stage_may_call_from_another_origin,
    fifty_of_my_calls_may_wait_and_the_rest_is_told_to_wait_outside,
    markup_in_a_note_stays_text,
];

async fn one_tenant_sees_nothing_of_another(world: World) {
    let (alice, bob, shop) =
        (world.person("alice").await, world.person("bob").await, world.shop().await);
    let invoice = shop.invoices("1", "GRAM").await;
    let wallet =
        alice.api.get("/v1/wallets").await.ok()["data"][0]["id"].as_str().unwrap().to_owned();
    let request = alice.api.post("/v1/requests", json!({ "asset": "GRAM" })).await.ok();
    for path in
        [format!("/v1/wallets/{wallet}/default"), format!("/v1/requests/{}/close", id(&request))]
    {
        assert_eq!(bob.api.post(&path, nothing()).await.problem(), "not-found", "{path}");
    }
    assert_eq!(bob.api.delete(&format!("/v1/wallets/{wallet}")).await.problem(), "not-found");
    for path in [
        format!("/v1/invoices/{}", id(&invoice)),
        "/v1/invoices".to_owned(),
        "/v1/merchant".to_owned(),
    ] {
        assert_eq!(bob.api.get(&path).await.problem(), "account-missing", "{path}");
    }
    let shops =
        bob.api.for_account(shop.api.get("/v1/merchant").await.ok()["id"].as_str().unwrap());
    assert_eq!(shops.get("/v1/invoices").await.problem(), "member-unknown");
    assert_eq!(shops.get("/v1/events").await.problem(), "member-unknown");
    assert_eq!(shop.api.get("/v1/me").await.problem(), "session-invalid");
}

async fn a_hostile_bag_of_cells_is_refused_and_kills_nobody(world: World) {
    let alice = world.person("alice").await;
    world.person("bob").await;
    let payment = alice.prepares("@bob", "1", "GRAM").await;
    let path = format!("/v1/payments/{}/submitted", id(&payment));
    // A header that claims four thousand million cells, and one whose references go in a ring.
    for boc in ["te6ccgEE/////wAAAAEAAAAA", "te6cckEBAQEAAwAAAQAA", "AAAA", "not base64", ""] {
        assert_eq!(
            alice.api.post(&path, json!({ "boc": boc })).await.problem(),
            "bad-request",
            "{boc}"
        );
    }
    let mut proof = alice.proof(&alice.challenge().await).await;
    proof["account"]["walletStateInit"] = json!("te6ccgEE/////wAAAAEAAAAA");
    assert_eq!(alice.api.post("/v1/wallets", proof).await.problem(), "proof-invalid");
    alice.api.get("/v1/me").await.ok();
}

async fn a_body_too_large_is_a_problem_too(world: World) {
    let shop = world.shop().await;
    let body = json!({ "amount": "1", "asset": "GRAM", "description": "x".repeat(70_000) });
    assert_eq!(shop.api.post("/v1/invoices", body).await.problem(), "body-too-large");
}

async fn what_is_not_there_is_a_problem_too(world: World) {
    assert_eq!(world.api().get("/v1/nothing").await.problem(), "not-found");
    assert_eq!(world.api().delete("/v1/info").await.problem(), "method-not-allowed");
    assert_eq!(world.api().get("/v1/public/invoices/inv_1").await.problem(), "not-found");
    let text = world.api().request(reqwest::Method::POST, "/v1/invoices").body("amount=1");
    let answer = world.shop().await.api.answer(reqwest::Method::POST, "/v1/invoices", text).await;
    assert!(["media-type", "key-invalid"].contains(&answer.problem().as_str()));
}

async fn only_the_stage_may_call_from_another_origin(world: World) {
    let ask = |origin: String| {
        let request = world.api().request(reqwest::Method::OPTIONS, "/v1/invoices");
        let request =
            request.header("access-control-request-method", "POST").header("origin", origin);
        async move {
            let response = request.send().await.unwrap();
            response.headers().get("access-control-allow-origin").cloned()
        }
    };
    let stage = world.simulated.url().replace("127.0.0.1", "localhost");
    assert_eq!(ask(stage.clone()).await.unwrap(), stage.as_str());
    assert_eq!(ask("https://evil.example".to_owned()).await, None);
}

async fn fifty_of_my_calls_may_wait_and_the_rest_is_told_to_wait_outside(world: World) {
    let shop = world.shop().await;
    shop.api.get("/v1/merchant").await.ok();
    let path = "/v1/events?after=0&types=invoice.paid&wait=3";
    let waits = join_all((0..60).map(|_| shop.api.get(path)));
    let refused = waits.await.into_iter().filter(|answer| answer.status == 429).count();
    assert_eq!(refused, 10);
    // Whoever does not wait needs no place, and news need none.
    shop.api.get("/v1/events?after=0&wait=3").await.ok();
}

async fn markup_in_a_note_stays_text(world: World) {
    let (alice, bob) = (world.person("alice").await, world.person("bob").await);
    bob.starts_bot().await;
    let body = json!({ "to": "@bob", "amount": "1", "asset": "GRAM", "note": "<b>&amp;</b> </a>" });
    let payment = alice.api.post("/v1/payments", body).await.ok();
    alice.signs(&payment["transaction"]).await;
    world.blocks(2).await;
    let told = bob.reads("1 GRAM").await;
    // As text, with whatever Telegram would make a link of defused.
    assert!(told.contains("<b>&amp;</"), "{told}");
}
