//! A shop asks, somebody pays, and the shop hears of it three ways.

use std::time::Duration;

use e2e::{World, person::id, shop::kinds, stories};
use serde_json::json;

stories![
    a_paid_invoice_reaches_the_merchant_three_ways,
    an_invoice_in_usdt_is_paid,
    a_stranger_pays_from_the_pay_page,
    two_halves_make_a_payment,
    too_much_is_told_and_not_lost,
    money_in_the_last_second_counts_however_late_it_is_seen,
    late_money_is_recorded_as_late,
    a_void_invoice_takes_no_payment_but_loses_no_money,
    the_same_key_makes_one_invoice,
    the_feed_has_no_gaps_and_waits,
    a_shop_may_take_too_little_as_enough,
    late_money_can_be_taken_and_the_timeline_tells_why,
    a_little_may_be_missing_where_the_shop_says_so,
];

async fn a_paid_invoice_reaches_the_merchant_three_ways(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let olga = world.stranger("olga").await;
    olga.starts_bot().await;

    let invoice = shop.invoices("1.5", "GRAM").await;
    alice.pays_invoice(&invoice).await;

    let heard = shop.hears("invoice.paid").await;
    assert_eq!(kinds(&heard).first().map(String::as_str), Some("invoice.created"));
    assert_eq!(kinds(&heard).last().map(String::as_str), Some("invoice.paid"));
    olga.reads("1.5 GRAM").await;
    let page = world.api().get(&format!("/v1/public/invoices/{}", id(&invoice))).await.ok();
    assert_eq!(page["status"], "paid");
    assert_eq!(page["exception"], "none");
}

async fn an_invoice_in_usdt_is_paid(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let invoice = shop.invoices("1.20", "USDT").await;
    let payment = alice.pays_invoice(&invoice).await;
    assert_eq!(payment["purpose"]["id"], invoice["id"]);
    assert_eq!(payment["to"]["name"], "Coffee Lab");
    shop.hears("invoice.paid").await;
    let paid = shop.invoice(id(&invoice)).await;
    assert_eq!(paid["payments"][0]["money"]["amount"], "1.2");
}

async fn a_stranger_pays_from_the_pay_page(world: World) {
    let (carol, shop) = (world.stranger("carol").await, world.shop().await);
    let invoice = shop.invoices("2", "GRAM").await;
    let path = format!("/v1/public/invoices/{}/pay", id(&invoice));
    let answer = world.api().post(&path, json!({ "from": carol.address().await })).await.ok();
    assert_eq!(answer["payment"], json!(null));
    carol.signs(&answer["transaction"]).await;
    world.blocks(2).await;
    shop.hears("invoice.paid").await;
}

async fn two_halves_make_a_payment(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let invoice = shop.invoices("3", "GRAM").await;
    for _ in 0..2 {
        alice.sends(json!({ "to": invoice["address"], "amount": "1.5", "asset": "GRAM", "comment": invoice["reference"] })).await;
        world.blocks(2).await;
    }
    let heard = kinds(&shop.hears("invoice.paid").await);
    assert!(heard.contains(&"invoice.partially_paid".to_owned()), "{heard:?}");
    let paid = shop.invoice(id(&invoice)).await;
    assert_eq!(
        (paid["status"].as_str(), paid["payments"].as_array().map(Vec::len)),
        (Some("paid"), Some(2))
    );
}

async fn too_much_is_told_and_not_lost(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let invoice = shop.invoices("1", "GRAM").await;
    alice.sends(json!({ "to": invoice["address"], "amount": "4", "asset": "GRAM", "comment": invoice["reference"] })).await;
    world.blocks(2).await;
    shop.hears("invoice.overpaid").await;
    let paid = shop.invoice(id(&invoice)).await;
    assert_eq!(
        (paid["status"].as_str(), paid["exception"].as_str()),
        (Some("paid"), Some("overpaid"))
    );
    assert_eq!(paid["received"]["amount"], "4");
}

async fn money_in_the_last_second_counts_however_late_it_is_seen(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let invoice = shop
        .api
        .post("/v1/invoices", json!({ "amount": "1", "asset": "GRAM", "expires_in": 60 }))
        .await
        .ok();
    world.faults(json!({ "chain": { "down": true } })).await;
    world.after(Duration::from_secs(58)).await;
    alice.sends(json!({ "to": invoice["address"], "amount": "1", "asset": "GRAM", "comment": invoice["reference"] })).await;
    world.blocks(2).await;
    world.after(Duration::from_secs(600)).await;
    world.faults(json!({ "chain": { "down": false } })).await;
    let heard = kinds(&shop.hears("invoice.paid").await);
    assert!(!heard.contains(&"invoice.expired".to_owned()), "{heard:?}");
}

async fn late_money_is_recorded_as_late(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let invoice = shop
        .api
        .post("/v1/invoices", json!({ "amount": "1", "asset": "GRAM", "expires_in": 60 }))
        .await
        .ok();
    world.after(Duration::from_secs(120)).await;
    shop.hears("invoice.expired").await;
    alice.sends(json!({ "to": invoice["address"], "amount": "1", "asset": "GRAM", "comment": invoice["reference"] })).await;
    world.blocks(2).await;
    shop.hears("invoice.paid_late").await;
    let late = shop.invoice(id(&invoice)).await;
    assert_eq!(late["exception"], "late");
    assert_eq!(late["received"]["amount"], "1");
    assert_eq!(late["payments"][0]["late"], true);
}

async fn a_void_invoice_takes_no_payment_but_loses_no_money(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let invoice = shop.invoices("1", "GRAM").await;
    let path = format!("/v1/invoices/{}/void", id(&invoice));
    assert_eq!(shop.api.post(&path, json!({})).await.ok()["status"], "void");
    let body = json!({ "from": alice.address().await });
    let pay = format!("/v1/public/invoices/{}/pay", id(&invoice));
    assert_eq!(world.api().post(&pay, body).await.problem(), "invoice-void");
    alice.sends(json!({ "to": invoice["address"], "amount": "1", "asset": "GRAM", "comment": invoice["reference"] })).await;
    world.blocks(2).await;
    shop.hears("invoice.paid_late").await;
    let void = shop.invoice(id(&invoice)).await;
    assert_eq!(
        (void["status"].as_str(), void["received"]["amount"].as_str()),
        (Some("void"), Some("1"))
    );
}

async fn the_same_key_makes_one_invoice(world: World) {
    let shop = world.shop().await;
    let body = json!({ "amount": "1", "asset": "GRAM" });
    let create = |body: serde_json::Value| {
        let api = shop.api.clone();
        async move {
            let request = api.request(reqwest::Method::POST, "/v1/invoices");
            let request = request.header("idempotency-key", "order-1").json(&body);
            api.answer(reqwest::Method::POST, "/v1/invoices", request).await
        }
    };
    let first = create(body.clone()).await.ok();
    assert_eq!(create(body).await.ok()["id"], first["id"]);
    let other = create(json!({ "amount": "2", "asset": "GRAM" })).await;
    assert_eq!(other.problem(), "idempotency-mismatch");
    let list = shop.api.get("/v1/invoices").await.ok();
    assert_eq!(list["data"].as_array().map(Vec::len), Some(1));
}

async fn the_feed_has_no_gaps_and_waits(world: World) {
    let shop = world.shop().await;
    for _ in 0..5 {
        shop.invoices("1", "GRAM").await;
    }
    let page = shop.api.get("/v1/events?after=0").await.ok();
    let seqs: Vec<_> =
        page["data"].as_array().unwrap().iter().map(|e| e["seq"].as_i64().unwrap()).collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5]);
    let (waited, _) =
        tokio::join!(shop.api.get("/v1/events?after=5&wait=20"), shop.invoices("1", "GRAM"));
    assert_eq!(waited.ok()["data"][0]["seq"], 6);
    let none = shop.api.get("/v1/events?after=0&types=invoice.paid").await.ok();
    assert_eq!(none["data"], json!([]));
}

async fn a_shop_may_take_too_little_as_enough(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let invoice = shop.invoices("2", "GRAM").await;
    let path = format!("/v1/invoices/{}/accept", id(&invoice));
    assert_eq!(shop.api.post(&path, json!({})).await.problem(), "nothing-came");
    alice.sends(json!({ "to": invoice["address"], "amount": "1.5", "asset": "GRAM", "comment": invoice["reference"] })).await;
    world.blocks(2).await;
    shop.hears("invoice.partially_paid").await;
    for _ in 0..2 {
        let accepted = shop.api.post(&path, json!({})).await.ok();
        assert_eq!(
            (&accepted["status"], &accepted["exception"], &accepted["accepted_by_hand"]),
            (&json!("paid"), &json!("underpaid"), &json!(true))
        );
        assert_eq!(accepted["remaining"]["amount"], "0");
    }
    let heard = shop.hears("invoice.paid").await;
    assert_eq!(heard.len(), 1, "told once");
    let refused = alice
        .api
        .post(
            &format!("/v1/public/invoices/{}/pay", id(&invoice)),
            json!({ "from": alice.address().await }),
        )
        .await;
    assert_eq!(refused.problem(), "invoice-paid");
}

async fn late_money_can_be_taken_and_the_timeline_tells_why(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let invoice = shop.invoices("1", "GRAM").await;
    let message = |amount: &str, asset: &str| json!({ "to": invoice["address"], "amount": amount, "asset": asset, "comment": invoice["reference"] });
    alice.sends(message("3", "USDT")).await;
    world.blocks(2).await;
    shop.hears("payment.unmatched").await;
    world.after(Duration::from_secs(1000)).await;
    shop.hears("invoice.expired").await;
    alice.sends(message("1", "GRAM")).await;
    world.blocks(2).await;
    shop.hears("invoice.paid_late").await;
    let accepted =
        shop.api.post(&format!("/v1/invoices/{}/accept", id(&invoice)), json!({})).await.ok();
    assert_eq!((&accepted["status"], &accepted["exception"]), (&json!("paid"), &json!("late")));

    let path = format!("/v1/invoices/{}/timeline", id(&invoice));
    let timeline = shop.api.get(&path).await.ok();
    let lines = timeline["data"].as_array().unwrap();
    let hints = ["seen", "gone"];
    let told: Vec<_> = lines
        .iter()
        .map(|line| line["kind"].as_str().unwrap())
        .filter(|kind| !hints.contains(kind))
        .collect();
    assert_eq!(told, ["created", "unmatched", "expired", "late", "accepted"]);
    let about = |kind: &str| lines.iter().find(|line| line["kind"] == kind).unwrap().clone();
    assert_eq!(about("unmatched")["reason"], "wrong_asset");
    let late = about("late");
    assert_eq!(late["payment"]["hash"].as_str().map(str::len), Some(64));
    assert!(late["payment"]["block"].as_u64().unwrap() > 0);
    assert!(late["rule"].as_str().unwrap().contains("after the end"));
    let rest = shop.api.get(&format!("{path}?after={}", lines[0]["n"])).await.ok();
    assert_eq!(rest["data"].as_array().map(Vec::len), Some(lines.len() - 1));
}

async fn a_little_may_be_missing_where_the_shop_says_so(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let body = json!({ "amount": "10", "asset": "GRAM", "tolerance_bps": 100 });
    let invoice = shop.api.post("/v1/invoices", body).await.ok();
    alice.sends(json!({ "to": invoice["address"], "amount": "9.9", "asset": "GRAM", "comment": invoice["reference"] })).await;
    world.blocks(2).await;
    shop.hears("invoice.paid").await;
    let paid = shop.invoice(id(&invoice)).await;
    assert_eq!((&paid["status"], &paid["exception"]), (&json!("paid"), &json!("underpaid")));
}
