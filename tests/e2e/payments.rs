//! From one person to another.

use std::time::Duration;

use e2e::{World, person::id, stories};
use futures_util::future::join_all;
use serde_json::json;

stories![
    alice_pays_bob_and_both_are_told,
    alice_pays_bob_in_usdt,
    an_older_wallet_pays_as_well,
    an_address_that_was_never_used_keeps_its_money,
    the_fee_is_on_the_receipt,
    progress_goes_step_by_step,
    what_is_told_at_the_same_moment_is_all_heard,
    a_payment_nobody_signs_expires,
    a_payment_can_be_given_up_until_it_is_signed,
    signing_twice_pays_twice_and_says_so,
    bad_input_gets_a_clear_answer,
    fifty_payments_of_one_person_may_wait_for_a_signature,
    the_former_ticker_still_works,
    nobody_sees_another_persons_payment,
];

async fn alice_pays_bob_and_both_are_told(world: World) {
    let (alice, bob) = (world.person("alice").await, world.person("bob").await);
    alice.starts_bot().await;
    bob.starts_bot().await;

    let payment = alice.pays("@bob", "5", "GRAM").await;

    assert_eq!(payment["direction"], "out");
    assert_eq!(payment["to"]["name"], "Bob");
    assert_eq!(payment["settlement"]["received"]["amount"], "5");
    assert!(payment["settlement"]["block"].as_u64().unwrap() > 0);
    alice.reads("You sent 5 GRAM to Bob").await;
    let told = bob.reads("5 GRAM").await;
    assert!(told.contains("Alice") && told.contains("Dinner"), "{told}");

    let received = &bob.activity().await[0];
    assert_eq!(id(received), id(&payment));
    assert_eq!(received["direction"], "in");
    assert_eq!(received["from"]["name"], "Alice");
}

async fn alice_pays_bob_in_usdt(world: World) {
    let (alice, bob) = (world.person("alice").await, world.person("bob").await);
    bob.starts_bot().await;
    let payment = alice.pays("@bob", "1.25", "USDT").await;
    assert_eq!(payment["settlement"]["received"]["units"], "1250000");
    bob.reads("1.25 USDT").await;
    // The coins that travel with a jetton are nobody's payment.
    assert_eq!(bob.activity().await.len(), 1);
    assert_eq!(alice.activity().await.len(), 1);
}

async fn an_older_wallet_pays_as_well(world: World) {
    let carol = world.person("carol").await;
    world.person("bob").await;
    carol.pays("@bob", "2", "GRAM").await;
    carol.pays("@bob", "2", "USDT").await;
}

async fn an_address_that_was_never_used_keeps_its_money(world: World) {
    let alice = world.person("alice").await;
    let nobody = ton::address::Address { workchain: 0, hash: [0xcd; 32] }.friendly(true);
    let payment = alice.pays(&nobody, "1", "GRAM").await;
    assert_eq!(payment["to"]["kind"], "address");
    assert_eq!(payment["settlement"]["received"]["amount"], "1");
}

async fn the_fee_is_on_the_receipt(world: World) {
    let alice = world.person("alice").await;
    world.person("bob").await;
    let payment = alice.pays("@bob", "1", "GRAM").await;
    let path = format!("/v1/payments/{}", id(&payment));
    // The fee is looked up after the money is told; each look waits for news.
    for _ in 0..20 {
        let found = alice.api.get(&format!("{path}?wait=1&after=final")).await.ok();
        if let Some(fee) = found["settlement"]["fee"]["units"].as_str() {
            let fee: u64 = fee.parse().unwrap();
            assert!((1_000_000..20_000_000).contains(&fee), "{fee} nano");
            return;
        }
    }
    panic!("the fee never came");
}

async fn progress_goes_step_by_step(world: World) {
    let alice = world.person("alice").await;
    world.person("bob").await;
    let payment = alice.prepares("@bob", "1", "GRAM").await;
    let path = format!("/v1/payments/{}", id(&payment));
    let signed = alice.signs(&payment["transaction"]).await;
    let submitted =
        alice.api.post(&format!("{path}/submitted"), json!({ "boc": signed["boc"] })).await.ok();
    assert!(["submitted", "seen"].contains(&submitted["status"].as_str().unwrap()));
    let seen = alice.api.get(&format!("{path}?wait=20&after=submitted")).await.ok();
    assert_eq!(seen["status"], "seen");
    world.blocks(1).await;
    let confirmed = alice.api.get(&format!("{path}?wait=20&after=seen")).await.ok();
    assert!(["confirmed", "final"].contains(&confirmed["status"].as_str().unwrap()));
    world.blocks(1).await;
    let done = alice.sees_final(id(&payment)).await;
    let states: Vec<_> =
        done["progress"].as_array().unwrap().iter().map(|s| s["state"].clone()).collect();
    assert_eq!(states, ["created", "submitted", "seen", "confirmed", "final"]);
}

async fn what_is_told_at_the_same_moment_is_all_heard(world: World) {
    let alice = world.person("alice").await;
    world.person("bob").await;
    for _ in 0..5 {
        let payment = alice.prepares("@bob", "1", "GRAM").await;
        let path = format!("/v1/payments/{}/submitted", id(&payment));
        let signed = alice.signs(&payment["transaction"]).await;
        let told = (0..8).map(|_| alice.api.post(&path, json!({ "boc": signed["boc"] })));
        for answer in futures_util::future::join_all(told).await {
            answer.ok();
        }
        world.blocks(2).await;
        let done = alice.sees_final(id(&payment)).await;
        assert!(
            done["progress"].as_array().unwrap().iter().any(|step| step["state"] == "submitted")
        );
    }
}

async fn a_payment_nobody_signs_expires(world: World) {
    let alice = world.person("alice").await;
    world.person("bob").await;
    let payment = alice.prepares("@bob", "1", "GRAM").await;
    world.after(Duration::from_secs(320)).await;
    let path = format!("/v1/payments/{}?wait=20&after=created", id(&payment));
    assert_eq!(alice.api.get(&path).await.ok()["status"], "expired");
    assert!(alice.activity().await.is_empty(), "what came to nothing is not shown");
}

async fn a_payment_can_be_given_up_until_it_is_signed(world: World) {
    let alice = world.person("alice").await;
    world.person("bob").await;
    let payment = alice.prepares("@bob", "1", "GRAM").await;
    let path = format!("/v1/payments/{}", id(&payment));
    let given_up = alice.api.post(&format!("{path}/cancel"), json!({})).await.ok();
    assert_eq!(given_up["status"], "cancelled");
    // Signed all the same: the money counts.
    alice.signs(&payment["transaction"]).await;
    world.blocks(2).await;
    alice.api.get(&format!("{path}?wait=20&after=cancelled")).await.ok();
    alice.sees_final(id(&payment)).await;
    let refused = alice.api.post(&format!("{path}/cancel"), json!({})).await;
    assert_eq!(refused.problem(), "payment-started");
}

async fn signing_twice_pays_twice_and_says_so(world: World) {
    let (alice, bob) = (world.person("alice").await, world.person("bob").await);
    let payment = alice.prepares("@bob", "1", "GRAM").await;
    alice.signs(&payment["transaction"]).await;
    world.blocks(2).await;
    alice.sees_final(id(&payment)).await;
    alice.signs(&payment["transaction"]).await;
    world.blocks(2).await;
    let mut after = 0;
    loop {
        let page = alice.api.get(&format!("/v1/events?after={after}&wait=20")).await.ok();
        let events = page["data"].as_array().unwrap();
        assert!(!events.is_empty(), "payment.duplicate never came");
        if events.iter().any(|event| event["type"] == "payment.duplicate") {
            break;
        }
        after = events.last().unwrap()["seq"].as_i64().unwrap();
    }
    assert_eq!(bob.activity().await.len(), 2);
}

async fn bad_input_gets_a_clear_answer(world: World) {
    let alice = world.person("alice").await;
    let mine = alice.address().await;
    let cases = [
        (json!({ "to": "@nobody", "amount": "1", "asset": "GRAM" }), "person-unknown"),
        (json!({ "to": "EQabc", "amount": "1", "asset": "GRAM" }), "address-invalid"),
        (json!({ "to": mine, "amount": "1", "asset": "GRAM" }), "to-self"),
        (json!({ "to": mine, "amount": "0", "asset": "GRAM" }), "amount-invalid"),
        (json!({ "to": mine, "amount": "-1", "asset": "GRAM" }), "amount-invalid"),
        (json!({ "to": mine, "amount": "1e3", "asset": "GRAM" }), "amount-invalid"),
        (json!({ "to": mine, "amount": "1.0000001", "asset": "USDT" }), "amount-invalid"),
        (json!({ "to": mine, "amount": "1", "asset": "NOT" }), "asset-unknown"),
        (json!({ "to": mine, "amount": 1, "asset": "GRAM" }), "bad-request"),
        (json!({ "to": mine, "amount": "1", "asset": "GRAM", "memo": "x" }), "bad-request"),
    ];
    for (body, problem) in cases {
        assert_eq!(alice.api.post("/v1/payments", body.clone()).await.problem(), problem, "{body}");
    }
    let carol = world.stranger("carol").await;
    let body = json!({ "to": "@alice", "amount": "1", "asset": "GRAM" });
    assert_eq!(carol.api.post("/v1/payments", body).await.problem(), "wallet-missing");
}

async fn fifty_payments_of_one_person_may_wait_for_a_signature(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    world.person("bob").await;
    let body = json!({ "to": "@bob", "amount": "1", "asset": "GRAM" });
    let answers = join_all((0..54).map(|_| alice.api.post("/v1/payments", body.clone()))).await;
    let (made, refused): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|a| a.status.is_success());
    assert_eq!((made.len(), refused.len()), (50, 4), "all at once, and exactly fifty");
    assert!(refused.into_iter().all(|answer| answer.problem() == "too-many-payments"));
    let invoice = shop.invoices("1", "GRAM").await;
    let pay = format!("/v1/public/invoices/{}/pay", id(&invoice));
    let from = json!({ "from": alice.address().await });
    assert_eq!(alice.api.post(&pay, from.clone()).await.problem(), "too-many-payments");
    world.api().post(&pay, from.clone()).await.ok();

    let first = format!("/v1/payments/{}/cancel", id(&made[0].body));
    alice.api.post(&first, json!({})).await.ok();
    alice.api.post(&pay, from).await.ok();
    assert_eq!(alice.api.post("/v1/payments", body.clone()).await.problem(), "too-many-payments");
    world.after(Duration::from_secs(301)).await;
    alice.api.post("/v1/payments", body).await.ok();
}

async fn the_former_ticker_still_works(world: World) {
    let alice = world.person("alice").await;
    world.person("bob").await;
    let payment = alice.prepares("@bob", "1", "TON").await;
    assert_eq!(payment["money"]["asset"], "GRAM");
}

async fn nobody_sees_another_persons_payment(world: World) {
    let (alice, carol) = (world.person("alice").await, world.person("carol").await);
    world.person("bob").await;
    let payment = alice.prepares("@bob", "1", "GRAM").await;
    let path = format!("/v1/payments/{}", id(&payment));
    assert_eq!(carol.api.get(&path).await.problem(), "not-found");
    assert_eq!(carol.api.post(&format!("{path}/cancel"), json!({})).await.problem(), "not-found");
}
