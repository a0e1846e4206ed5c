//! What is asked for twice with one Idempotency-Key happens once.

use e2e::{Answer, Api, World, person::id, stories};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

async fn post(api: &Api, path: &str, key: &str, body: &Value) -> Answer {
    let request = api.request(Method::POST, path).header("Idempotency-Key", key).json(body);
    api.answer(Method::POST, path, request).await
}

/// Twenty times the same at the same time.
async fn twenty(api: &Api, path: &str, key: &str, body: &Value) -> Value {
    alike(join_all((0..20).map(|_| post(api, path, key, body))).await)
}

fn alike(answers: Vec<Answer>) -> Value {
    let bodies: Vec<Value> = answers.into_iter().map(Answer::ok).collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:#?}");
    bodies[0].clone()
}

stories![
    twenty_posts_with_one_key_make_one_payment,
    what_was_signed_since_is_not_given_out_again,
    so_do_requests_and_their_payments,
    whoever_asks_anew_in_parallel_signs_one_payment,
    an_answer_that_cannot_be_used_any_more_is_made_anew,
    whoever_pays_without_an_account_gets_the_same_message,
];

async fn twenty_posts_with_one_key_make_one_payment(world: World) {
    let (alice, carol) = (world.person("alice").await, world.person("carol").await);
    world.person("bob").await;
    for asset in ["GRAM", "USDT"] {
        let key = format!("k-{asset}");
        let body = json!({ "to": "@bob", "amount": "1", "asset": asset });
        let path = "/v1/payments";
        let payment = twenty(&alice.api, path, &key, &body).await;
        let other = json!({ "to": "@bob", "amount": "2", "asset": asset });
        assert_eq!(post(&alice.api, path, &key, &other).await.problem(), "idempotency-mismatch");
        let theirs = post(&carol.api, path, &key, &body).await.ok();
        assert_ne!(id(&theirs), id(&payment), "another person's key");
    }
    assert_eq!(alice.activity().await.len(), 2);
}

async fn what_was_signed_since_is_not_given_out_again(world: World) {
    let alice = world.person("alice").await;
    world.person("bob").await;
    let body = json!({ "to": "@bob", "amount": "1", "asset": "GRAM" });
    let payment = post(&alice.api, "/v1/payments", "k", &body).await.ok();
    alice.signs(&payment["transaction"]).await;
    world.blocks(2).await;
    alice.sees_final(id(&payment)).await;
    let again = post(&alice.api, "/v1/payments", "k", &body).await.ok();
    assert_eq!((id(&again), &again["status"]), (id(&payment), &json!("final")));
    assert_eq!(again["transaction"], Value::Null);
}

async fn so_do_requests_and_their_payments(world: World) {
    let (alice, bob) = (world.person("alice").await, world.person("bob").await);
    let body = json!({ "amount": "3", "asset": "GRAM" });
    let asked = twenty(&bob.api, "/v1/requests", "k", &body).await;
    let pay = format!("/v1/requests/{}/pay", id(&asked));
    twenty(&alice.api, &pay, "k", &json!({})).await;
    assert_eq!(alice.activity().await.len(), 1);
    let other = json!({ "amount": "3" });
    assert_eq!(post(&alice.api, &pay, "k", &other).await.problem(), "idempotency-mismatch");
    let requests = bob.api.get("/v1/requests").await.ok();
    assert_eq!(requests["data"].as_array().unwrap().len(), 1);
}

async fn whoever_asks_anew_in_parallel_signs_one_payment(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let body = json!({ "amount": "10", "asset": "GRAM", "expires_in": 7200 });
    let invoice = shop.api.post("/v1/invoices", body).await.ok();
    let pay = format!("/v1/public/invoices/{}/pay", id(&invoice));
    let from = json!({ "from": alice.address().await });
    post(&alice.api, &pay, "k", &from).await.ok();
    world.has_passed(std::time::Duration::from_secs(600)).await;
    let answers = join_all((0..8).map(|_| post(&alice.api, &pay, "k", &from))).await;
    let ids: std::collections::BTreeSet<String> =
        answers.into_iter().map(|answer| id(&answer.ok()["payment"]).to_owned()).collect();
    assert_eq!(ids.len(), 1, "signing two would pay twice: {ids:?}");
}

async fn an_answer_that_cannot_be_used_any_more_is_made_anew(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let from = json!({ "from": alice.address().await });
    for (api, asset) in [(&world.api(), "GRAM"), (&alice.api, "USDT")] {
        let body = json!({ "amount": "10", "asset": asset, "expires_in": 7200 });
        let invoice = shop.api.post("/v1/invoices", body).await.ok();
        let pay = format!("/v1/public/invoices/{}/pay", id(&invoice));
        let first = post(api, &pay, "k", &from).await.ok();
        assert_eq!(first["money"]["amount"], "10");
        // What was to be signed has grown old.
        world.has_passed(std::time::Duration::from_secs(600)).await;
        let second = post(api, &pay, "k", &from).await.ok();
        let ends = |answer: &Value| answer["transaction"]["validUntil"].as_u64().unwrap();
        assert!(ends(&second) > world.now_seconds(), "{second:#}");
        assert_eq!(post(api, &pay, "k", &from).await.ok(), second, "and kept again");
        // Meanwhile a part has come.
        let part = json!({
            "to": invoice["address"], "amount": "4", "asset": asset, "comment": invoice["reference"],
        });
        alice.sends(part).await;
        world.blocks(2).await;
        shop.hears("invoice.partially_paid").await;
        let third = post(api, &pay, "k", &from).await.ok();
        assert_eq!(third["money"]["amount"], "6", "{third:#}");
        alice.signs(&third["transaction"]).await;
        world.blocks(2).await;
        let paid = shop.invoice_turns(id(&invoice), "paid").await.unwrap();
        assert_eq!(
            (&paid["exception"], &paid["received"]["amount"]),
            (&json!("none"), &json!("10"))
        );
    }
}

async fn whoever_pays_without_an_account_gets_the_same_message(world: World) {
    let (alice, bob, shop) =
        (world.person("alice").await, world.person("bob").await, world.shop().await);
    let (one, two) = (shop.invoices("1", "USDT").await, shop.invoices("1", "USDT").await);
    let pay = |invoice: &Value| format!("/v1/public/invoices/{}/pay", id(invoice));
    let from = json!({ "from": alice.address().await });
    let message = twenty(&world.api(), &pay(&one), "k", &from).await;
    let theirs = json!({ "from": bob.address().await });
    assert_eq!(
        post(&world.api(), &pay(&one), "k", &theirs).await.problem(),
        "idempotency-mismatch"
    );
    let other = post(&world.api(), &pay(&two), "k", &theirs).await.ok();
    assert_ne!(other["transaction"], message["transaction"], "the key is this invoice's");
    let mine = twenty(&alice.api, &pay(&two), "k", &from).await;
    alice.signs(&mine["transaction"]).await;
    world.blocks(2).await;
    alice.sees_final(id(&mine["payment"])).await;
    shop.hears("invoice.paid").await;
    assert_eq!(post(&alice.api, &pay(&two), "k", &from).await.problem(), "invoice-paid");
    alice.signs(&message["transaction"]).await;
    world.blocks(2).await;
    shop.hears("invoice.paid").await;
    assert_eq!(post(&world.api(), &pay(&one), "k", &from).await.problem(), "invoice-paid");
}
