//! Every way to pay an invoice wrong, on the real chain: what becomes of the invoice, what the shop is
//! told, and that no money is lost from sight.

use e2e::{Person, Shop, World, person::id, shop::kinds, stories};
use serde_json::{Value, json};

/// A shop, a payer, and an invoice of 1 between them.
async fn counter(world: &World, asset: &str) -> (Shop, Person, Value) {
    let (shop, alice) = (world.shop().await, world.person("alice").await);
    let invoice = shop.invoices("1", asset).await;
    (shop, alice, invoice)
}

/// An invoice's last word: status, exception, and what was received.
async fn truth(shop: &Shop, invoice: &Value) -> (String, String, String) {
    let found = shop.invoice(id(invoice)).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&found["status"]), text(&found["exception"]), text(&found["received"]["amount"]))
}

fn is(status: &str, exception: &str, received: &str) -> (String, String, String) {
    (status.to_owned(), exception.to_owned(), received.to_owned())
}

/// What waits in the inbox of unmatched money.
async fn inbox(shop: &Shop) -> Vec<Value> {
    let page = shop.api.get("/v1/unmatched?status=open").await.ok();
    page["data"].as_array().unwrap().clone()
}

/// Every transfer stands in the invoice with the hash and lt under which the chain keeps it.
async fn all_stand_in_the_invoice(shop: &Shop, invoice: &Value, paid: &Value) {
    let found = shop.invoice(id(invoice)).await;
    let place = |of: &Value| json!([of["hash"], of["lt"], of["block"]]);
    let places = |of: &Value| of.as_array().unwrap().iter().map(place).collect::<Vec<_>>();
    assert_eq!(places(&found["payments"]), places(&paid["transfers"]));
}

stories![
    nothing_goes_wrong,
    a_part_leaves_the_invoice_open_for_the_rest,
    too_much_pays_and_shows_as_overpaid,
    money_after_the_end_is_late_and_can_be_accepted,
    paying_twice_is_counted_twice,
    another_coin_waits_in_the_inbox_with_the_invoice_it_names,
    a_jetton_that_only_calls_itself_usdt_is_no_money,
    money_without_a_reference_waits_in_the_inbox,
    what_bounces_goes_back_to_the_payer,
    what_makes_no_sense_is_refused_before_anything_is_sent,
];

async fn nothing_goes_wrong(world: World) {
    let (shop, alice) = (world.shop().await, world.person("alice").await);
    for asset in ["GRAM", "USDT"] {
        let invoice = shop.invoices("1", asset).await;
        let paid = alice.pays_with(&invoice, "none").await;
        shop.hears("invoice.paid").await;
        assert_eq!(truth(&shop, &invoice).await, is("paid", "none", "1"));
        all_stand_in_the_invoice(&shop, &invoice, &paid).await;
    }
}

async fn a_part_leaves_the_invoice_open_for_the_rest(world: World) {
    let (shop, alice, invoice) = counter(&world, "USDT").await;
    let part = alice.pays_with(&invoice, "partial").await;
    assert_eq!(part["transfers"][0]["amount"], "0.5");
    shop.hears("invoice.partially_paid").await;
    assert_eq!(truth(&shop, &invoice).await, is("open", "underpaid", "0.5"));
    all_stand_in_the_invoice(&shop, &invoice, &part).await;
    let rest = shop.invoice(id(&invoice)).await["remaining"]["amount"].clone();
    let bill = json!({ "to": invoice["address"], "amount": rest, "asset": "USDT", "reference": invoice["reference"] });
    world.control("wallets/bob/pay", bill).await;
    shop.hears("invoice.paid").await;
    assert_eq!(truth(&shop, &invoice).await, is("paid", "none", "1"));
}

async fn too_much_pays_and_shows_as_overpaid(world: World) {
    let (shop, alice, invoice) = counter(&world, "GRAM").await;
    let paid = alice.pays_with(&invoice, "over").await;
    let heard = shop.hears("invoice.overpaid").await;
    assert!(kinds(&heard).contains(&"invoice.paid".to_owned()));
    assert_eq!(truth(&shop, &invoice).await, is("paid", "overpaid", "2"));
    all_stand_in_the_invoice(&shop, &invoice, &paid).await;
}

async fn money_after_the_end_is_late_and_can_be_accepted(world: World) {
    let (shop, alice, invoice) = counter(&world, "USDT").await;
    let paid = alice.pays_with(&invoice, "late").await;
    let moved = paid["moved_seconds"].as_u64().unwrap();
    assert!(moved > 60, "{paid}");
    shop.hears("invoice.paid_late").await;
    while shop.invoice(id(&invoice)).await["status"] == "open" {
        shop.invoice_after(id(&invoice), "open").await;
    }
    assert_eq!(truth(&shop, &invoice).await, is("expired", "late", "1"));
    all_stand_in_the_invoice(&shop, &invoice, &paid).await;
    shop.api.post(&format!("/v1/invoices/{}/accept", id(&invoice)), json!({})).await.ok();
    assert_eq!(truth(&shop, &invoice).await, is("paid", "late", "1"));
}

async fn paying_twice_is_counted_twice(world: World) {
    let (shop, alice, invoice) = counter(&world, "GRAM").await;
    let paid = alice.pays_with(&invoice, "twice").await;
    shop.hears("invoice.overpaid").await;
    assert_eq!(truth(&shop, &invoice).await, is("paid", "overpaid", "2"));
    all_stand_in_the_invoice(&shop, &invoice, &paid).await;
}

async fn another_coin_waits_in_the_inbox_with_the_invoice_it_names(world: World) {
    let (shop, alice) = (world.shop().await, world.person("alice").await);
    for asset in ["GRAM", "USDT"] {
        let invoice = shop.invoices("1", asset).await;
        let paid = alice.pays_with(&invoice, "wrong_asset").await;
        shop.hears("payment.unmatched").await;
        assert_eq!(truth(&shop, &invoice).await, is("open", "none", "0"));
        let waiting = inbox(&shop).await;
        let hash = &paid["transfers"][0]["hash"];
        let line = waiting.iter().find(|line| line["settlement"]["hash"] == *hash).unwrap();
        assert_eq!((&line["reason"], &line["invoice"]), (&json!("wrong_asset"), &invoice["id"]));
    }
}

async fn a_jetton_that_only_calls_itself_usdt_is_no_money(world: World) {
    let (shop, alice, invoice) = counter(&world, "USDT").await;
    let had = alice.holds("USDT").await;
    let paid = alice.pays_with(&invoice, "fake_usdt").await;
    let sent = &paid["transfers"][0];
    assert_eq!(
        (&sent["genuine"], &sent["bounced"]),
        (&json!(false), &json!(false)),
        "it did arrive"
    );
    nothing_was_heard(&world, &shop, &invoice, sent).await;
    assert_eq!(alice.holds("USDT").await, had, "no genuine USDT has moved");
    // The genuine coin afterwards pays, so it is not the reference that was refused.
    alice.pays_with(&invoice, "none").await;
    shop.hears("invoice.paid").await;
    assert_eq!(truth(&shop, &invoice).await, is("paid", "none", "1"));
}

async fn money_without_a_reference_waits_in_the_inbox(world: World) {
    let (shop, alice, invoice) = counter(&world, "USDT").await;
    let paid = alice.pays_with(&invoice, "no_reference").await;
    shop.hears("payment.unmatched").await;
    assert_eq!(truth(&shop, &invoice).await, is("open", "none", "0"));
    let waiting = inbox(&shop).await;
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0]["settlement"]["hash"], paid["transfers"][0]["hash"]);
    let path = format!("/v1/unmatched/{}/attach", id(&waiting[0]));
    shop.api.post(&path, json!({ "invoice": invoice["id"] })).await.ok();
    assert_eq!(truth(&shop, &invoice).await, is("paid", "none", "1"));
    assert!(inbox(&shop).await.is_empty());
}

async fn what_bounces_goes_back_to_the_payer(world: World) {
    let (shop, alice) = (world.shop().await, world.person("alice").await);
    for asset in ["GRAM", "USDT"] {
        let invoice = shop.invoices("1", asset).await;
        let had = alice.holds(asset).await;
        let paid = alice.pays_with(&invoice, "bounce").await;
        let sent = &paid["transfers"][0];
        assert_eq!(sent["bounced"], true);
        nothing_was_heard(&world, &shop, &invoice, sent).await;
        let fee = if asset == "GRAM" { 1 } else { 0 };
        let whole = |text: &str| text.split('.').next().unwrap().parse::<i64>().unwrap();
        assert!(whole(&had) - whole(&alice.holds(asset).await) <= fee, "all but a fee is back");
        all_is_as_before(&shop, &invoice).await;
    }
}

async fn what_makes_no_sense_is_refused_before_anything_is_sent(world: World) {
    let (_, alice, invoice) = counter(&world, "USDT").await;
    let had = alice.holds("GRAM").await;
    let bill = |change: Value| {
        let mut bill = json!({ "to": invoice["address"], "amount": "1", "asset": "USDT", "reference": invoice["reference"] });
        bill.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        bill
    };
    for (change, word) in [
        (json!({ "mishap": "partial", "send": "1" }), "between nothing and the 1 USDT due"),
        (json!({ "mishap": "over", "send": "0.5" }), "more than the 1 USDT due"),
        (json!({ "mishap": "late" }), "expires_at"),
        (json!({ "amount": "1000000" }), "faucet"),
        (json!({ "to": "nowhere" }), "address"),
        (json!({ "mishap": "robbery" }), "robbery"),
    ] {
        let url = format!("{}/sandbox/wallets/alice/pay", world.simulated.url());
        let refused = world.http.post(url).json(&bill(change)).send().await.unwrap();
        assert!(refused.status().is_client_error());
        let said: Value = refused.json().await.unwrap();
        assert!(said["error"].as_str().unwrap().contains(word), "{said}");
    }
    assert_eq!(alice.holds("GRAM").await, had);
}

/// The service has read the transfer's block, and the shop was told of nothing but the invoice itself.
async fn nothing_was_heard(world: &World, shop: &Shop, invoice: &Value, sent: &Value) {
    let block = sent["block"].as_u64().unwrap();
    world.reads_up_to(block).await;
    let page = shop.api.get("/v1/events?after=0").await.ok();
    let events = page["data"].as_array().unwrap();
    let of_it = events.iter().filter(|event| event["data"]["id"] == invoice["id"]);
    assert_eq!(kinds(&of_it.cloned().collect::<Vec<_>>()), ["invoice.created"]);
    assert!(!kinds(events).contains(&"payment.unmatched".to_owned()));
    all_is_as_before(shop, invoice).await;
}

async fn all_is_as_before(shop: &Shop, invoice: &Value) {
    assert_eq!(truth(shop, invoice).await, is("open", "none", "0"));
    assert!(inbox(shop).await.is_empty());
}
