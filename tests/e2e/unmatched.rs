//! Money without a reason finds one: it is attached, sent back, or put aside, and counted once.

use std::time::Duration;

use e2e::{Person, Shop, World, person::id, shop::kinds, stories};
use serde_json::{Value, json};

/// Alice sends the shop money with any comment; answers the inbox's line.
async fn sends(
    world: &World,
    from: &Person,
    shop: &Shop,
    amount: &str,
    asset: &str,
    comment: &str,
) -> Value {
    let to = shop.api.get("/v1/merchant").await.ok()["address"].clone();
    let mut message = json!({ "to": to, "amount": amount, "asset": asset });
    if !comment.is_empty() {
        message["comment"] = json!(comment);
    }
    from.sends(message).await;
    world.blocks(3).await;
    shop.hears("payment.unmatched").await;
    inbox(shop, "").await[0].clone()
}

async fn inbox(shop: &Shop, query: &str) -> Vec<Value> {
    let page = shop.api.get(&format!("/v1/unmatched?{query}")).await.ok();
    page["data"].as_array().unwrap().clone()
}

async fn detail(shop: &Shop, line: &Value) -> Value {
    shop.api.get(&format!("/v1/unmatched/{}", id(line))).await.ok()
}

async fn acts(shop: &Shop, line: &Value, act: &str, body: Value) -> e2e::Answer {
    shop.api.post(&format!("/v1/unmatched/{}/{act}", id(line)), body).await
}

stories![
    money_without_a_reference_is_attached_and_counts_once,
    two_who_attach_at_the_same_moment_count_it_once,
    attached_money_is_late_when_its_block_was,
    a_mistyped_reference_is_suggested,
    whoever_began_to_pay_is_remembered,
    the_wrong_asset_is_sent_back,
    money_that_goes_back_is_not_attached,
    money_is_put_aside_and_taken_up_again,
    silent_money_is_shown_when_asked_for,
];

async fn money_without_a_reference_is_attached_and_counts_once(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let (invoice, other) = (shop.invoices("1", "GRAM").await, shop.invoices("5", "GRAM").await);
    let line = sends(&world, &alice, &shop, "1", "GRAM", "").await;
    assert_eq!((&line["status"], &line["reason"]), (&json!("open"), &json!("no_reference")));
    assert_eq!(line["money"]["amount"], "1");
    let first = &detail(&shop, &line).await["suggestions"][0];
    assert_eq!(
        (&first["invoice"], &first["clues"]),
        (&invoice["id"], &json!(["exact_amount", "in_time"]))
    );
    assert_eq!((&first["score"], &first["attachable"]), (&json!(40), &json!(true)));

    let body = json!({ "invoice": id(&invoice) });
    for _ in 0..3 {
        let attached = acts(&shop, &line, "attach", body.clone()).await.ok();
        assert_eq!(
            (&attached["status"], &attached["reason"]),
            (&json!("attached"), &json!("no_reference"))
        );
        assert_eq!(attached["invoice"], invoice["id"]);
        assert!(attached["decision"]["by"].as_str().unwrap().starts_with("key_"), "{attached}");
    }
    let elsewhere = acts(&shop, &line, "attach", json!({ "invoice": id(&other) })).await;
    assert_eq!(elsewhere.problem(), "payment-matched");
    assert_eq!(acts(&shop, &line, "ignore", json!({})).await.problem(), "payment-matched");
    let heard = kinds(&shop.hears("unmatched.attached").await);
    assert_eq!(heard, ["invoice.paid", "unmatched.attached"]);

    // Read again from the chain, and still once.
    world.service_stops().await;
    world.service_starts().await;
    alice.pays_invoice(&other).await;
    shop.hears("invoice.paid").await;
    let paid = shop.invoice(id(&invoice)).await;
    assert_eq!((&paid["status"], &paid["received"]["amount"]), (&json!("paid"), &json!("1")));
    assert_eq!(paid["payments"].as_array().map(Vec::len), Some(1));
    assert_eq!(paid["payments"][0]["id"], line["id"]);
    assert_eq!(inbox(&shop, "status=open").await.len(), 0);
    assert_eq!(inbox(&shop, "status=attached").await.len(), 1);
}

async fn two_who_attach_at_the_same_moment_count_it_once(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let (one, two) = (shop.invoices("1", "GRAM").await, shop.invoices("1", "GRAM").await);
    let line = sends(&world, &alice, &shop, "1", "GRAM", "for you").await;
    let tries = (0..10).map(|n| {
        let invoice = if n % 2 == 0 { &one } else { &two };
        acts(&shop, &line, "attach", json!({ "invoice": id(invoice) }))
    });
    for answer in futures_util::future::join_all(tries).await {
        if !answer.status.is_success() {
            assert_eq!(answer.problem(), "payment-matched");
        }
    }
    let mut received = Vec::new();
    for invoice in [&one, &two] {
        received.push(
            shop.invoice(id(invoice)).await["received"]["amount"].as_str().unwrap().to_owned(),
        );
    }
    received.sort();
    assert_eq!(received, ["0", "1"]);
}

async fn attached_money_is_late_when_its_block_was(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let invoice = json!({ "amount": "1", "asset": "GRAM", "expires_in": 60 });
    let [early, late] = [(); 2].map(|()| shop.api.post("/v1/invoices", invoice.clone()));
    let (early, late) = (early.await.ok(), late.await.ok());
    let in_time = sends(&world, &alice, &shop, "1", "GRAM", "").await;
    world.after(Duration::from_secs(120)).await;
    shop.hears("invoice.expired").await;
    let too_late = sends(&world, &alice, &shop, "1", "GRAM", "").await;
    acts(&shop, &in_time, "attach", json!({ "invoice": id(&early) })).await.ok();
    acts(&shop, &too_late, "attach", json!({ "invoice": id(&late) })).await.ok();
    let (early, late) = (shop.invoice(id(&early)).await, shop.invoice(id(&late)).await);
    assert_eq!((&early["status"], &early["exception"]), (&json!("paid"), &json!("none")));
    assert_eq!((&late["status"], &late["exception"]), (&json!("expired"), &json!("late")));
}

async fn a_mistyped_reference_is_suggested(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    for _ in 0..3 {
        shop.invoices("1", "GRAM").await;
    }
    let meant = shop.invoices("1", "GRAM").await;
    shop.invoices("1", "GRAM").await;
    let reference = meant["reference"].as_str().unwrap();
    let wrong = if &reference[7..8] == "Z" { "Y" } else { "Z" };
    let typo = format!("{}{wrong}{}", &reference[..7], &reference[8..]);
    let line = sends(&world, &alice, &shop, "1", "GRAM", &typo).await;
    let detail = detail(&shop, &line).await;
    let first = &detail["suggestions"][0];
    assert_eq!((&first["invoice"], &first["score"]), (&meant["id"], &json!(100)));
    assert_eq!(first["clues"], json!(["reference_mistyped", "exact_amount", "in_time"]));
    assert!(detail["suggestions"][1]["score"].as_u64().unwrap() < 50, "{detail}");
    assert_eq!(shop.invoice(id(&meant)).await["status"], "open", "nothing by itself");
}

async fn whoever_began_to_pay_is_remembered(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let (meant, _) = (shop.invoices("3", "GRAM").await, shop.invoices("7", "GRAM").await);
    alice.opens_invoice(&meant).await;
    let line = sends(&world, &alice, &shop, "2", "GRAM", "hello").await;
    let detail = detail(&shop, &line).await;
    let first = &detail["suggestions"][0];
    assert_eq!(
        (&first["invoice"], &first["clues"]),
        (&meant["id"], &json!(["known_payer", "in_time"]))
    );
}

async fn the_wrong_asset_is_sent_back(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let olga = world.stranger("olga").await;
    let invoice = shop.invoices("1", "USDT").await;
    let line =
        sends(&world, &alice, &shop, "1.5", "GRAM", invoice["reference"].as_str().unwrap()).await;
    assert_eq!((&line["reason"], &line["invoice"]), (&json!("wrong_asset"), &invoice["id"]));
    let suggestion = detail(&shop, &line).await["suggestions"][0].clone();
    assert_eq!(
        (&suggestion["invoice"], &suggestion["attachable"]),
        (&invoice["id"], &json!(false))
    );
    let attach = acts(&shop, &line, "attach", json!({ "invoice": id(&invoice) })).await;
    assert_eq!(attach.problem(), "asset-mismatch");

    let refund =
        acts(&shop, &line, "refund", json!({ "reason": "This invoice is in USDT" })).await.ok();
    assert_eq!((&refund["money"]["amount"], &refund["payment"]), (&json!("1.5"), &line["id"]));
    assert_eq!(inbox(&shop, "status=refunding").await.len(), 1);
    assert_eq!(acts(&shop, &line, "ignore", json!({})).await.problem(), "unmatched-busy");
    olga.signs(&shop.message(&refund).await).await;
    world.blocks(2).await;
    shop.refund_turns(&refund, "succeeded").await;
    let line = &inbox(&shop, "status=refunded").await[0];
    assert_eq!(
        (&line["refunded"]["amount"], &line["refunds"][0]["id"]),
        (&json!("1.5"), &refund["id"])
    );
    assert_eq!(acts(&shop, line, "refund", json!({})).await.problem(), "refund-too-large");
    let invoice = shop.invoice(id(&invoice)).await;
    assert_eq!((&invoice["status"], &invoice["refunds"]), (&json!("open"), &json!([])));
}

async fn money_that_goes_back_is_not_attached(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let invoice = shop.invoices("1", "GRAM").await;
    let line = sends(&world, &alice, &shop, "1", "GRAM", "").await;
    let refund = acts(&shop, &line, "refund", json!({ "amount": "0.5" })).await.ok();
    let body = json!({ "invoice": id(&invoice) });
    assert_eq!(acts(&shop, &line, "attach", body.clone()).await.problem(), "unmatched-busy");
    shop.api.post(&format!("/v1/refunds/{}/cancel", id(&refund)), json!({})).await.ok();
    acts(&shop, &line, "attach", body).await.ok();
    // Attached money can still be paid back, as the invoice's.
    let refund = shop.refunds(json!({ "invoice": id(&invoice) })).await;
    assert_eq!((&refund["payment"], &refund["invoice"]), (&line["id"], &invoice["id"]));
}

async fn money_is_put_aside_and_taken_up_again(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let line = sends(&world, &alice, &shop, "1", "GRAM", "tip").await;
    let ignored = acts(&shop, &line, "ignore", json!({ "note": "A tip" })).await.ok();
    assert_eq!(
        (&ignored["status"], &ignored["decision"]["note"]),
        (&json!("ignored"), &json!("A tip"))
    );
    acts(&shop, &line, "ignore", json!({ "note": "A tip" })).await.ok();
    assert!(inbox(&shop, "status=open").await.is_empty());
    assert_eq!(inbox(&shop, "status=ignored").await, inbox(&shop, "").await);
    assert_eq!(acts(&shop, &line, "reopen", json!({})).await.ok()["status"], "open");
    assert_eq!(inbox(&shop, "status=open").await.len(), 1);
    let heard = kinds(&shop.hears("unmatched.ignored").await);
    assert_eq!(heard, ["unmatched.ignored"]);
}

async fn silent_money_is_shown_when_asked_for(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let olga = world.stranger("olga").await;
    // The gas that a jetton transfer leaves over comes back to the shop's wallet.
    olga.sends(json!({ "to": alice.address().await, "amount": "1", "asset": "USDT" })).await;
    world.blocks(3).await;
    let line = sends(&world, &alice, &shop, "1", "GRAM", "").await;
    assert_eq!(inbox(&shop, "").await.len(), 1);
    let all = inbox(&shop, "silent=true").await;
    let reasons: Vec<_> = all.iter().map(|line| line["reason"].as_str().unwrap()).collect();
    assert!(reasons.contains(&"by_product") && reasons.contains(&"no_reference"), "{reasons:?}");
    let change = all.iter().find(|line| line["reason"] == "by_product").unwrap();
    let refund = acts(&shop, change, "refund", json!({ "amount": "0.001" })).await.ok();
    assert_eq!(refund["warnings"], json!(["unknown_wallet", "contract"]));
    let next = inbox(&shop, &format!("silent=true&limit=1&starting_after={}", id(&all[0]))).await;
    assert_eq!(id(&next[0]), id(&all[1]));
    assert_eq!(
        shop.api.get("/v1/unmatched/trf_01m7q5cqg0fzzvzzzzzzzzzzzz").await.problem(),
        "not-found"
    );
    assert_eq!(
        alice.api.get(&format!("/v1/unmatched/{}", id(&line))).await.problem(),
        "account-missing"
    );
}
