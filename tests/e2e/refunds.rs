//! Money goes back from the shop's wallet to the one that sent it, and never more than had come.

use std::time::Duration;

use e2e::{Person, Shop, World, person::id, shop::kinds, stories};
use reqwest::Method;
use serde_json::{Value, json};

/// Alice with a wallet, the shop and its owner, who hears the bot.
async fn cast(world: &World) -> (Person, Shop, Person) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let olga = world.stranger("olga").await;
    olga.starts_bot().await;
    (alice, shop, olga)
}

/// An invoice that Alice has paid in the app.
async fn paid(alice: &Person, shop: &Shop, amount: &str, asset: &str) -> Value {
    let invoice = shop.invoices(amount, asset).await;
    alice.pays_invoice(&invoice).await;
    shop.hears("invoice.paid").await;
    shop.invoice(id(&invoice)).await
}

/// The shop's wallet signs a refund's message, and blocks are made.
async fn signs(world: &World, shop: &Shop, olga: &Person, refund: &Value) {
    olga.signs(&shop.message(refund).await).await;
    world.blocks(3).await;
}

async fn refused(shop: &Shop, body: Value) -> String {
    shop.api.post("/v1/refunds", body).await.problem()
}

stories![
    a_refund_goes_back_from_wallet_to_wallet,
    usdt_goes_back_as_well,
    an_overpayment_goes_back_in_parts,
    refunds_in_parallel_never_exceed_what_came,
    the_same_key_opens_one_refund,
    two_who_ask_for_the_message_get_the_same,
    a_message_that_expires_makes_room_for_a_new_one,
    what_was_signed_and_never_came_has_failed,
    a_canceled_refund_that_is_signed_all_the_same_succeeds,
    a_canceled_refund_gives_its_money_free,
    a_refund_signed_twice_is_told,
    somebody_elses_coin_with_the_same_comment_is_no_refund,
    whoever_has_unlinked_the_wallet_is_still_paid_back_and_told,
    a_restart_between_signing_and_final_loses_nothing,
    a_pending_refund_can_no_longer_be_taken_back,
    another_address_has_to_be_meant,
    an_invoice_paid_by_several_wants_to_know_which,
    a_wallet_that_pays_for_many_may_be_an_exchanges,
    what_makes_no_sense_is_refused,
];

async fn a_refund_goes_back_from_wallet_to_wallet(world: World) {
    let (alice, shop, olga) = cast(&world).await;
    alice.starts_bot().await;
    let invoice = paid(&alice, &shop, "2", "GRAM").await;

    let refund = shop.refunds(json!({ "invoice": id(&invoice), "reason": "Out of milk" })).await;
    assert_eq!(
        (&refund["status"], &refund["money"]["amount"]),
        (&json!("requires_signature"), &json!("2"))
    );
    assert_eq!((&refund["to"], &refund["warnings"]), (&invoice["payments"][0]["from"], &json!([])));
    signs(&world, &shop, &olga, &refund).await;

    let done = shop.refund_turns(&refund, "succeeded").await;
    assert_eq!(
        (&done["sent"]["amount"], &done["settlements"][0]["received"]["amount"]),
        (&json!("2"), &json!("2"))
    );
    let heard = kinds(&shop.hears("refund.succeeded").await);
    assert_eq!(heard, ["refund.created", "refund.succeeded"]);
    let invoice = shop.invoice(id(&invoice)).await;
    assert_eq!((&invoice["status"], &invoice["refunded"]["amount"]), (&json!("paid"), &json!("2")));
    assert_eq!(
        (&invoice["refunds"][0]["id"], &invoice["refunds"][0]["status"]),
        (&refund["id"], &json!("succeeded"))
    );
    let told = alice.reads("Coffee Lab paid you back 2 GRAM").await;
    assert!(told.contains("Out of milk"), "{told}");
    let told = olga.reads("2 GRAM was paid back").await;
    assert!(told.contains("Out of milk") && told.contains("final in block"), "{told}");
    let activity = alice.activity().await;
    let received = activity.iter().find(|line| line["purpose"]["kind"] == "refund").unwrap();
    assert_eq!(
        (&received["from"]["kind"], &received["from"]["name"]),
        (&json!("shop"), &json!("Coffee Lab"))
    );
}

async fn usdt_goes_back_as_well(world: World) {
    let (alice, shop, olga) = cast(&world).await;
    let before = alice.holds("USDT").await;
    let invoice = paid(&alice, &shop, "1.20", "USDT").await;
    let refund = shop.refunds(json!({ "payment": invoice["payments"][0]["id"] })).await;
    signs(&world, &shop, &olga, &refund).await;
    let done = shop.refund_turns(&refund, "succeeded").await;
    assert_eq!(done["sent"]["units"], "1200000");
    assert_eq!(alice.holds("USDT").await, before);
}

async fn an_overpayment_goes_back_in_parts(world: World) {
    let (alice, shop, olga) = cast(&world).await;
    let invoice = shop.invoices("1", "GRAM").await;
    alice.sends(json!({ "to": invoice["address"], "amount": "4", "asset": "GRAM", "comment": invoice["reference"] })).await;
    world.blocks(2).await;
    shop.hears("invoice.overpaid").await;
    for part in ["2", "1"] {
        let refund = shop.refunds(json!({ "invoice": id(&invoice), "amount": part })).await;
        signs(&world, &shop, &olga, &refund).await;
        shop.refund_turns(&refund, "succeeded").await;
    }
    let body = json!({ "invoice": id(&invoice), "amount": "1.000000001" });
    assert_eq!(refused(&shop, body).await, "refund-too-large");
    let invoice = shop.invoice(id(&invoice)).await;
    assert_eq!(
        (&invoice["exception"], &invoice["refunded"]["amount"]),
        (&json!("overpaid"), &json!("3"))
    );
    assert_eq!(invoice["refunds"].as_array().map(Vec::len), Some(2));
    // What is left goes back when no amount is named.
    let rest = shop.refunds(json!({ "invoice": id(&invoice) })).await;
    assert_eq!(rest["money"]["amount"], "1");
    assert_eq!(refused(&shop, json!({ "invoice": id(&invoice) })).await, "refund-too-large");
}

async fn refunds_in_parallel_never_exceed_what_came(world: World) {
    let (alice, shop, _) = cast(&world).await;
    let invoice = paid(&alice, &shop, "1", "GRAM").await;
    let body = json!({ "payment": invoice["payments"][0]["id"], "amount": "0.3" });
    let asked = (0..12).map(|_| shop.api.post("/v1/refunds", body.clone()));
    let mut opened = 0;
    for answer in futures_util::future::join_all(asked).await {
        if answer.status == 201 {
            opened += 1;
        } else {
            assert_eq!(answer.problem(), "refund-too-large");
        }
    }
    assert_eq!(opened, 3);
}

async fn the_same_key_opens_one_refund(world: World) {
    let (alice, shop, _) = cast(&world).await;
    let invoice = paid(&alice, &shop, "1", "GRAM").await;
    let ask = |amount: &str| {
        let body = json!({ "invoice": id(&invoice), "amount": amount });
        let request = shop
            .api
            .request(Method::POST, "/v1/refunds")
            .header("idempotency-key", "r1")
            .json(&body);
        shop.api.answer(Method::POST, "/v1/refunds", request)
    };
    let first = ask("1").await.ok();
    // Nothing is left, and still the same request gets the same answer.
    assert_eq!(ask("1").await.ok(), first);
    assert_eq!(ask("0.5").await.problem(), "idempotency-mismatch");
    let list = shop.api.get(&format!("/v1/refunds?invoice={}", id(&invoice))).await.ok();
    assert_eq!(list["data"].as_array().map(Vec::len), Some(1));
}

async fn two_who_ask_for_the_message_get_the_same(world: World) {
    let (alice, shop, _) = cast(&world).await;
    let invoice = paid(&alice, &shop, "1", "USDT").await;
    let refund = shop.refunds(json!({ "invoice": id(&invoice) })).await;
    let asked = (0..6).map(|_| shop.message(&refund));
    let messages = futures_util::future::join_all(asked).await;
    assert!(messages.iter().all(|message| *message == messages[0]), "{messages:#?}");
    assert_eq!(messages[0]["from"].as_str().map(str::len), Some(66));
}

async fn a_message_that_expires_makes_room_for_a_new_one(world: World) {
    let (alice, shop, olga) = cast(&world).await;
    let invoice = paid(&alice, &shop, "1", "GRAM").await;
    let refund = shop.refunds(json!({ "invoice": id(&invoice) })).await;
    let first = shop.message(&refund).await;
    let reference = shop.refund_turns(&refund, "requires_signature").await["reference"].clone();
    world.after(Duration::from_secs(900)).await;
    let waiting = shop.refund_turns(&refund, "requires_signature").await;
    assert_eq!(waiting["valid_until"], json!(null));
    let second = shop.message(&refund).await;
    assert_ne!(first["messages"], second["messages"]);
    let renewed = shop.refund_turns(&refund, "requires_signature").await;
    assert_ne!(renewed["reference"], reference);
    olga.signs(&second).await;
    world.blocks(2).await;
    shop.refund_turns(&refund, "succeeded").await;
}

async fn what_was_signed_and_never_came_has_failed(world: World) {
    let (alice, shop, olga) = cast(&world).await;
    let invoice = paid(&alice, &shop, "1", "GRAM").await;
    let refund = shop.refunds(json!({ "invoice": id(&invoice) })).await;
    let mut message = shop.message(&refund).await;
    message["broadcast"] = json!(false);
    let signed = olga.signs(&message).await;
    let path = format!("/v1/refunds/{}", id(&refund));
    let told =
        shop.api.post(&format!("{path}/submitted"), json!({ "boc": signed["boc"] })).await.ok();
    assert_eq!(told["status"], "submitted");
    assert_eq!(
        shop.api.post(&format!("{path}/transaction"), json!({})).await.problem(),
        "refund-started"
    );
    assert_eq!(
        shop.api.post(&format!("{path}/cancel"), json!({})).await.problem(),
        "refund-started"
    );
    assert_eq!(refused(&shop, json!({ "invoice": id(&invoice) })).await, "refund-too-large");

    world.after(Duration::from_secs(900)).await;
    shop.refund_turns(&refund, "failed").await;
    shop.hears("refund.failed").await;
    olga.reads("a refund of 1 GRAM came to nothing").await;
    assert_eq!(
        shop.api.post(&format!("{path}/transaction"), json!({})).await.problem(),
        "refund-over"
    );
    let again = shop.refunds(json!({ "invoice": id(&invoice) })).await;
    signs(&world, &shop, &olga, &again).await;
    shop.refund_turns(&again, "succeeded").await;
}

async fn a_canceled_refund_that_is_signed_all_the_same_succeeds(world: World) {
    let (alice, shop, olga) = cast(&world).await;
    let invoice = paid(&alice, &shop, "1", "GRAM").await;
    let refund = shop.refunds(json!({ "invoice": id(&invoice) })).await;
    let message = shop.message(&refund).await;
    let path = format!("/v1/refunds/{}/cancel", id(&refund));
    for _ in 0..2 {
        assert_eq!(shop.api.post(&path, json!({})).await.ok()["status"], "canceled");
    }
    shop.hears("refund.canceled").await;
    // The message is still out, so the money is still set aside.
    assert_eq!(refused(&shop, json!({ "invoice": id(&invoice) })).await, "refund-too-large");
    olga.signs(&message).await;
    world.blocks(2).await;
    shop.refund_turns(&refund, "succeeded").await;
    assert_eq!(shop.invoice(id(&invoice)).await["refunded"]["amount"], "1");
}

async fn a_canceled_refund_gives_its_money_free(world: World) {
    let (alice, shop, _) = cast(&world).await;
    let invoice = paid(&alice, &shop, "1", "GRAM").await;
    let cancel = |refund: Value| {
        let (api, path) = (shop.api.clone(), format!("/v1/refunds/{}/cancel", id(&refund)));
        async move { api.post(&path, json!({})).await.ok() }
    };
    // Nothing was handed out: at once.
    cancel(shop.refunds(json!({ "invoice": id(&invoice) })).await).await;
    let refund = shop.refunds(json!({ "invoice": id(&invoice) })).await;
    // Something was handed out: when it can no longer be signed.
    shop.message(&refund).await;
    cancel(refund).await;
    assert_eq!(refused(&shop, json!({ "invoice": id(&invoice) })).await, "refund-too-large");
    world.after(Duration::from_secs(900)).await;
    // A payment marks the moment by which the chain has been read so far.
    paid(&alice, &shop, "1", "GRAM").await;
    shop.refunds(json!({ "invoice": id(&invoice) })).await;
}

async fn a_refund_signed_twice_is_told(world: World) {
    let (alice, shop, olga) = cast(&world).await;
    let invoice = paid(&alice, &shop, "1", "GRAM").await;
    let refund = shop.refunds(json!({ "invoice": id(&invoice), "amount": "0.4" })).await;
    let message = shop.message(&refund).await;
    olga.signs(&message).await;
    world.blocks(2).await;
    shop.refund_turns(&refund, "succeeded").await;
    olga.signs(&message).await;
    world.blocks(2).await;
    shop.hears("refund.overpaid").await;
    olga.reads("0.8 GRAM went back for a refund of 0.4 GRAM").await;
    let found = shop.refund_turns(&refund, "succeeded").await;
    assert_eq!(
        (&found["sent"]["amount"], found["settlements"].as_array().map(Vec::len)),
        (&json!("0.8"), Some(2))
    );
    // What really went back counts.
    let body = json!({ "invoice": id(&invoice), "amount": "0.3" });
    assert_eq!(refused(&shop, body).await, "refund-too-large");
    shop.refunds(json!({ "invoice": id(&invoice), "amount": "0.2" })).await;
}

async fn somebody_elses_coin_with_the_same_comment_is_no_refund(world: World) {
    let (alice, shop, olga) = cast(&world).await;
    let bob = world.person("bob").await;
    let invoice = paid(&alice, &shop, "1", "GRAM").await;
    let refund = shop.refunds(json!({ "invoice": id(&invoice) })).await;
    signs(&world, &shop, &olga, &refund).await;
    let done = shop.refund_turns(&refund, "succeeded").await;
    bob.sends(
        json!({ "to": done["to"], "amount": "0.1", "asset": "GRAM", "comment": done["reference"] }),
    )
    .await;
    world.blocks(2).await;
    paid(&alice, &shop, "1", "GRAM").await;
    assert_eq!(shop.refund_turns(&refund, "succeeded").await["sent"]["amount"], "1");
}

async fn whoever_has_unlinked_the_wallet_is_still_paid_back_and_told(world: World) {
    let (alice, shop, olga) = cast(&world).await;
    alice.starts_bot().await;
    let invoice = paid(&alice, &shop, "1", "GRAM").await;
    let wallets = alice.api.get("/v1/wallets").await.ok();
    alice.api.delete(&format!("/v1/wallets/{}", id(&wallets["data"][0]))).await.ok();
    // Long enough for the wallet to be followed no more.
    world.after(Duration::from_secs(25 * 3600)).await;
    let refund = shop.refunds(json!({ "invoice": id(&invoice) })).await;
    assert_eq!(refund["warnings"], json!([]), "it was hers when she paid");
    signs(&world, &shop, &olga, &refund).await;
    shop.refund_turns(&refund, "succeeded").await;
    alice.reads("Coffee Lab paid you back 1 GRAM").await;
}

async fn a_restart_between_signing_and_final_loses_nothing(world: World) {
    let (alice, shop, olga) = cast(&world).await;
    let invoice = paid(&alice, &shop, "1", "USDT").await;
    let refund = shop.refunds(json!({ "invoice": id(&invoice) })).await;
    let signed = olga.signs(&shop.message(&refund).await).await;
    shop.api
        .post(&format!("/v1/refunds/{}/submitted", id(&refund)), json!({ "boc": signed["boc"] }))
        .await
        .ok();
    world.service_stops().await;
    world.blocks(3).await;
    world.after(Duration::from_secs(1800)).await;
    world.service_starts().await;
    shop.refund_turns(&refund, "succeeded").await;
    world.service_stops().await;
    world.service_starts().await;
    paid(&alice, &shop, "1", "GRAM").await;
    let found = shop.refund_turns(&refund, "succeeded").await;
    assert_eq!(
        (&found["sent"]["amount"], found["settlements"].as_array().map(Vec::len)),
        (&json!("1"), Some(1))
    );
}

async fn a_pending_refund_can_no_longer_be_taken_back(world: World) {
    let (alice, shop, olga) = cast(&world).await;
    let invoice = paid(&alice, &shop, "1", "GRAM").await;
    let refund = shop.refunds(json!({ "invoice": id(&invoice) })).await;
    olga.signs(&shop.message(&refund).await).await;
    shop.refund_turns(&refund, "submitted").await;
    let path = format!("/v1/refunds/{}/cancel", id(&refund));
    assert_eq!(shop.api.post(&path, json!({})).await.problem(), "refund-started");
    world.blocks(2).await;
    shop.refund_turns(&refund, "succeeded").await;
    assert_eq!(shop.api.post(&path, json!({})).await.problem(), "refund-over");
}

async fn another_address_has_to_be_meant(world: World) {
    let (alice, shop, olga) = cast(&world).await;
    let (bob, invoice) = (world.stranger("bob").await, paid(&alice, &shop, "1", "GRAM").await);
    let mut body = json!({ "invoice": id(&invoice), "to": bob.address().await });
    assert_eq!(refused(&shop, body.clone()).await, "address-unconfirmed");
    body["confirm_other_address"] = json!(true);
    let refund = shop.refunds(body.clone()).await;
    assert_eq!(refund["warnings"], json!(["other_address", "unknown_wallet"]));
    signs(&world, &shop, &olga, &refund).await;
    shop.refund_turns(&refund, "succeeded").await;
    // To name the sender is no other address, and to name oneself is no refund.
    let other = paid(&alice, &shop, "1", "GRAM").await;
    let body = json!({ "invoice": id(&other), "amount": "0.1", "to": alice.address().await });
    shop.refunds(body).await;
    let body =
        json!({ "invoice": id(&other), "to": other["address"], "confirm_other_address": true });
    assert_eq!(refused(&shop, body).await, "to-self");
}

async fn an_invoice_paid_by_several_wants_to_know_which(world: World) {
    let (alice, shop, _) = cast(&world).await;
    let carol = world.stranger("carol").await;
    let invoice = shop.invoices("2", "GRAM").await;
    assert_eq!(refused(&shop, json!({ "invoice": id(&invoice) })).await, "refund-too-large");
    for payer in [&alice, &carol] {
        payer.sends(json!({ "to": invoice["address"], "amount": "1", "asset": "GRAM", "comment": invoice["reference"] })).await;
        world.blocks(2).await;
    }
    shop.hears("invoice.paid").await;
    assert_eq!(refused(&shop, json!({ "invoice": id(&invoice) })).await, "payment-ambiguous");
    let payments = shop.invoice(id(&invoice)).await["payments"].clone();
    let refund = shop.refunds(json!({ "payment": payments[1]["id"] })).await;
    assert_eq!(
        (&refund["to"], &refund["warnings"]),
        (&payments[1]["from"], &json!(["unknown_wallet"]))
    );
    // Now only one of them has something left.
    let other = shop.refunds(json!({ "invoice": id(&invoice) })).await;
    assert_eq!(other["payment"], payments[0]["id"]);
}

async fn a_wallet_that_pays_for_many_may_be_an_exchanges(world: World) {
    let (alice, shop, _) = cast(&world).await;
    let (bob, carol) = (world.person("bob").await, world.stranger("carol").await);
    let mut last = Value::Null;
    for payer in [&alice, &bob] {
        last = shop.invoices("1", "GRAM").await;
        let payment = payer.opens_invoice(&last).await["payment"].clone();
        carol.sends(json!({ "to": last["address"], "amount": "1", "asset": "GRAM", "comment": payment["reference"] })).await;
        world.blocks(2).await;
        shop.hears("invoice.paid").await;
    }
    let refund = shop.refunds(json!({ "invoice": id(&last) })).await;
    assert_eq!(refund["warnings"], json!(["unknown_wallet", "maybe_exchange"]));
}

async fn what_makes_no_sense_is_refused(world: World) {
    let (alice, shop, _) = cast(&world).await;
    let invoice = paid(&alice, &shop, "1", "GRAM").await;
    let payment = &invoice["payments"][0]["id"];
    let cases = [
        (json!({}), "bad-request"),
        (json!({ "payment": payment, "invoice": id(&invoice) }), "bad-request"),
        (json!({ "payment": "trf_0" }), "not-found"),
        (json!({ "payment": "trf_01m7q5cqg0fzzvzzzzzzzzzzzz" }), "not-found"),
        (json!({ "invoice": "inv_01m7q5cqg0fzzvzzzzzzzzzzzz" }), "not-found"),
        (json!({ "payment": payment, "amount": "0" }), "amount-invalid"),
        (json!({ "payment": payment, "amount": "-1" }), "amount-invalid"),
        (json!({ "payment": payment, "amount": "1e0" }), "amount-invalid"),
        (json!({ "payment": payment, "amount": "1.1" }), "refund-too-large"),
        (json!({ "payment": payment, "to": "EQabc" }), "address-invalid"),
        (json!({ "payment": payment, "reason": "a\nb" }), "bad-request"),
        (json!({ "payment": payment, "why": "typo" }), "bad-request"),
    ];
    for (body, problem) in cases {
        assert_eq!(refused(&shop, body.clone()).await, problem, "{body}");
    }
    assert_eq!(
        alice.api.post("/v1/refunds", json!({ "payment": payment })).await.problem(),
        "account-missing"
    );
    assert_eq!(
        shop.api.get("/v1/refunds/rfd_01m7q5cqg0fzzvzzzzzzzzzzzz").await.problem(),
        "not-found"
    );
    let list = shop.api.get("/v1/refunds").await.ok();
    assert_eq!(list["data"], json!([]));
}
