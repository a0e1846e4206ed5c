//! The service stops, the chain goes away, an indexer leaves things out: nothing is lost, nothing
//! counts twice.

use std::time::Duration;

use e2e::{World, person::id, shop::kinds, stories};
use serde_json::json;

stories![
    money_that_comes_while_the_service_is_down_is_found,
    what_the_indexer_leaves_out_is_read_again,
    a_hole_in_one_account_holds_only_its_own_deadlines,
    a_chain_that_asks_for_patience_gets_it,
    many_payments_over_many_restarts_are_counted_once_each,
    telegram_asking_for_patience_loses_no_message,
    whoever_blocks_the_bot_keeps_the_money_and_the_feed,
];

async fn money_that_comes_while_the_service_is_down_is_found(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let invoice = shop.invoices("1", "GRAM").await;
    world.service_stops().await;
    alice.sends(json!({ "to": invoice["address"], "amount": "1", "asset": "GRAM", "comment": invoice["reference"] })).await;
    world.blocks(40).await;
    world.service_starts().await;
    shop.hears("invoice.paid").await;
}

async fn what_the_indexer_leaves_out_is_read_again(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let first = shop.invoices("1", "GRAM").await;
    alice.pays_invoice(&first).await;
    shop.hears("invoice.paid").await;
    let (missed, next) = (shop.invoices("1", "GRAM").await, shop.invoices("1", "GRAM").await);
    world.faults(json!({ "chain": { "omit_next": 1 } })).await;
    for invoice in [&missed, &next] {
        alice.sends(json!({ "to": invoice["address"], "amount": "1", "asset": "GRAM", "comment": invoice["reference"] })).await;
        world.blocks(2).await;
    }
    for invoice in [&missed, &next] {
        let paid = shop.invoice_after(id(invoice), "open").await;
        let paid = if paid["status"] == "paid" {
            paid
        } else {
            shop.invoice_after(id(invoice), "processing").await
        };
        assert_eq!(paid["status"], "paid");
    }
}

async fn a_hole_in_one_account_holds_only_its_own_deadlines(world: World) {
    let (alice, carol) = (world.person("alice").await, world.person("carol").await);
    world.person("bob").await;
    let shop = world.shop().await;
    alice.pays_invoice(&shop.invoices("1", "GRAM").await).await;
    shop.hears("invoice.paid").await;
    let invoice = json!({ "amount": "1", "asset": "GRAM", "expires_in": 600 });
    let invoice = shop.api.post("/v1/invoices", invoice).await.ok();
    let forgotten = carol.prepares("@bob", "1", "GRAM").await;
    world.faults(json!({ "chain": { "omit_next": 1_000_000 } })).await;
    for payer in [&alice, &carol] {
        payer.sends(json!({ "to": invoice["address"], "amount": "0.5", "asset": "GRAM", "comment": invoice["reference"] })).await;
    }
    world.blocks(2).await;
    world.after(Duration::from_secs(700)).await;
    let path = format!("/v1/payments/{}?wait=20&after=created", id(&forgotten));
    assert_eq!(carol.api.get(&path).await.ok()["status"], "expired");
    let waiting = shop.invoice(id(&invoice)).await["status"].clone();
    assert!(waiting == "open" || waiting == "processing", "the money may be there: {waiting}");

    world.faults(json!({ "chain": { "omit_next": 0 } })).await;
    world.blocks(1).await;
    shop.hears("invoice.paid").await;
    let paid = shop.invoice(id(&invoice)).await;
    assert_eq!((&paid["status"], &paid["exception"]), (&json!("paid"), &json!("none")), "{paid}");
}

async fn a_chain_that_asks_for_patience_gets_it(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let invoice = shop.invoices("1", "GRAM").await;
    world.faults(json!({ "chain": { "rate_limit": true } })).await;
    alice.sends(json!({ "to": invoice["address"], "amount": "1", "asset": "GRAM", "comment": invoice["reference"] })).await;
    world.blocks(2).await;
    world.faults(json!({ "chain": { "rate_limit": false } })).await;
    shop.hears("invoice.paid").await;
}

async fn many_payments_over_many_restarts_are_counted_once_each(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let mut invoices = Vec::new();
    for round in 0..4 {
        for _ in 0..5 {
            let invoice = shop.invoices("0.01", "GRAM").await;
            alice.sends(json!({ "to": invoice["address"], "amount": "0.01", "asset": "GRAM", "comment": invoice["reference"] })).await;
            world.blocks(1).await;
            invoices.push(invoice);
        }
        if round < 3 {
            world.service_stops().await;
            world.service_starts().await;
        }
    }
    world.blocks(2).await;
    let mut heard = Vec::new();
    while kinds(&heard).iter().filter(|kind| *kind == "invoice.paid").count() < invoices.len() {
        let more = shop.polls().await;
        assert!(!more.is_empty(), "only {:?}", kinds(&heard));
        heard.extend(more);
    }
    let seqs: Vec<_> = heard.iter().map(|event| event["seq"].as_i64().unwrap()).collect();
    let whole: Vec<_> = (1..=i64::try_from(seqs.len()).unwrap()).collect();
    assert_eq!(seqs, whole, "the feed has a gap");
    for invoice in &invoices {
        let paid = shop.invoice(id(invoice)).await;
        assert_eq!(paid["received"]["amount"], "0.01");
        assert_eq!(paid["payments"].as_array().map(Vec::len), Some(1));
    }
}

async fn telegram_asking_for_patience_loses_no_message(world: World) {
    let (alice, bob) = (world.person("alice").await, world.person("bob").await);
    bob.starts_bot().await;
    world.faults(json!({ "telegram": { "rate_limit_next": 2, "retry_after": 1 } })).await;
    alice.pays("@bob", "1", "GRAM").await;
    // Patience is measured by the world's clock, which moves only when it is told to.
    while !bob.chat().await.iter().any(|said| said.contains("1 GRAM")) {
        world.after(Duration::from_secs(1)).await;
    }
}

async fn whoever_blocks_the_bot_keeps_the_money_and_the_feed(world: World) {
    let (alice, bob) = (world.person("alice").await, world.person("bob").await);
    bob.starts_bot().await;
    world.control("people/bob/block", json!({})).await;
    alice.pays("@bob", "1", "GRAM").await;
    let page = bob.api.get("/v1/events?after=0&wait=20&types=payment.received").await.ok();
    assert_eq!(page["data"][0]["data"]["money"]["amount"], "1");
}
