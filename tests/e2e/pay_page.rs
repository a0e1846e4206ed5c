//! The pay page as a browser without scripts shows it, and what it tells a payer whose money went wrong.

use std::time::Duration;

use e2e::{World, person::id, stories};
use serde_json::{Value, json};

/// The page, with its status.
async fn page(world: &World, invoice: &str) -> (u16, String) {
    let url = format!("{}/pay/{invoice}", world.settings.public_url);
    let response = world.http.get(url).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

/// What the page says where there are no scripts.
async fn told(world: &World, invoice: &Value) -> String {
    let (status, html) = page(world, id(invoice)).await;
    assert_eq!(status, 200);
    let (_, body) = html.split_once("<body>").unwrap();
    let (_, told) = body.split_once("<noscript>").unwrap();
    told.split_once("</noscript>").unwrap().0.to_owned()
}

async fn seen(world: &World, invoice: &Value) -> Value {
    world.api().get(&format!("/v1/public/invoices/{}", id(invoice))).await.ok()
}

stories![
    without_scripts_one_can_still_pay,
    a_name_is_a_name_and_no_markup,
    an_end_says_what_to_do,
    whoever_paid_in_the_wrong_asset_is_told_until_it_is_back,
    a_link_to_nothing_says_so,
    an_open_amount_asks_without_a_sum,
];

async fn without_scripts_one_can_still_pay(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    world.asked_again().await;
    let body = json!({ "amount": "2", "asset": "GRAM", "accepted_assets": ["USDT"], "description": "Latte" });
    let invoice = shop.api.post("/v1/invoices", body).await.ok();
    let open = told(&world, &invoice).await;
    for part in [
        "Coffee Lab",
        "2 GRAM or 5 USDT",
        "Latte",
        "Waiting for payment",
        "Pay before",
        "Wallet bound since",
        "Pay 5 USDT with a wallet",
        "ton://transfer/",
        "Look again",
    ] {
        assert!(open.contains(part), "{part}: {open}");
    }
    for field in ["address", "reference"] {
        assert!(open.contains(invoice[field].as_str().unwrap()), "{field}: {open}");
    }
    let html = page(&world, id(&invoice)).await.1;
    assert!(
        html.contains("<title>2 GRAM to Coffee Lab</title>")
            && html.contains("http-equiv=\"refresh\""),
        "{html}"
    );

    let message = |amount: &str, asset: &str| json!({ "to": invoice["address"], "amount": amount, "asset": asset, "comment": invoice["reference"] });
    alice.sends(message("1", "GRAM")).await;
    world.blocks(3).await;
    shop.hears("invoice.partially_paid").await;
    let partly = told(&world, &invoice).await;
    assert!(partly.contains("1 GRAM came; 1 GRAM or 2.5 USDT is still to be paid"), "{partly}");
    alice.sends(message("2.5", "USDT")).await;
    world.blocks(3).await;
    shop.hears("invoice.paid").await;
    let paid = told(&world, &invoice).await;
    assert!(
        paid.contains("Coffee Lab has 1 GRAM + 2.5 USDT") && !paid.contains("ton://"),
        "{paid}"
    );
    let seen = seen(&world, &invoice).await;
    let receipts = seen["receipts"].as_array().unwrap();
    assert_eq!(receipts.len(), 2);
    assert!(receipts.iter().all(|receipt| paid.contains(receipt["hash"].as_str().unwrap())));
    assert!(!page(&world, id(&invoice)).await.1.contains("refresh"), "nothing more will happen");
}

async fn a_name_is_a_name_and_no_markup(world: World) {
    let shop = world.shop().await;
    let hostile = "</noscript><script>alert(1)</script><img src=x onerror=alert(2)>\"'&amp;";
    let body = json!({ "amount": "1", "asset": "GRAM", "description": hostile });
    let invoice = shop.api.post("/v1/invoices", body).await.ok();
    let clean = shop.invoices("1", "GRAM").await;
    let (html, other) = (page(&world, id(&invoice)).await.1, page(&world, id(&clean)).await.1);
    for mark in ["<script", "<img", "</noscript>", "onerror=alert(2)>"] {
        assert_eq!(html.matches(mark).count(), other.matches(mark).count(), "{mark}: {html}");
    }
    assert!(html.contains("&lt;/noscript&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;&quot;&#39;&amp;amp;"), "{html}");
}

async fn an_end_says_what_to_do(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let ends = || {
        shop.api.post("/v1/invoices", json!({ "amount": "1", "asset": "GRAM", "expires_in": 60 }))
    };
    let (late, void, over) =
        (ends().await.ok(), shop.invoices("1", "GRAM").await, shop.invoices("1", "GRAM").await);
    shop.api.post(&format!("/v1/invoices/{}/void", id(&void)), json!({})).await.ok();
    assert!(told(&world, &void).await.contains("This invoice was withdrawn"));
    let pays = |invoice: &Value, amount: &str| {
        alice.sends(json!({ "to": invoice["address"], "amount": amount, "asset": "GRAM", "comment": invoice["reference"] }))
    };
    pays(&over, "3").await;
    world.blocks(3).await;
    shop.hears("invoice.overpaid").await;
    let too_much = told(&world, &over).await;
    assert!(
        too_much.contains("3 GRAM came") && too_much.contains(over["reference"].as_str().unwrap()),
        "{too_much}"
    );
    world.after(Duration::from_secs(120)).await;
    shop.hears("invoice.expired").await;
    assert!(told(&world, &late).await.contains("Ask Coffee Lab for a new invoice"));
    pays(&late, "1").await;
    world.blocks(3).await;
    shop.hears("invoice.paid_late").await;
    assert!(told(&world, &late).await.contains("1 GRAM came too late"));
}

async fn whoever_paid_in_the_wrong_asset_is_told_until_it_is_back(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let olga = world.stranger("olga").await;
    let invoice = shop.invoices("1", "GRAM").await;
    alice.sends(json!({ "to": invoice["address"], "amount": "3", "asset": "USDT", "comment": invoice["reference"] })).await;
    world.blocks(3).await;
    let heard = shop.hears("payment.unmatched").await;
    let lost = seen(&world, &invoice).await["astray"][0].clone();
    assert_eq!(
        (&lost["money"]["amount"], &lost["reason"], &lost["refunded"]["amount"]),
        (&json!("3"), &json!("wrong_asset"), &json!("0"))
    );
    assert!(
        told(&world, &invoice)
            .await
            .contains("3 USDT came with this reference and cannot pay this invoice")
    );

    let refund = shop.refunds(json!({ "payment": heard.last().unwrap()["data"]["id"] })).await;
    olga.signs(&shop.message(&refund).await).await;
    world.blocks(3).await;
    shop.refund_turns(&refund, "succeeded").await;
    assert_eq!(seen(&world, &invoice).await["astray"][0]["refunded"]["amount"], "3");
    assert!(!told(&world, &invoice).await.contains("cannot pay this invoice"));
}

async fn a_link_to_nothing_says_so(world: World) {
    for nothing in ["inv_01m7q5cqg0fzzvzzzzzzzzzzzz", "nonsense", "%3Cscript%3E"] {
        let (status, html) = page(&world, nothing).await;
        assert_eq!((status, html.contains("There is no such invoice")), (404, true), "{nothing}");
    }
}

async fn an_open_amount_asks_without_a_sum(world: World) {
    let shop = world.shop().await;
    let body = json!({ "open_amount": true, "min_amount": "0.5", "asset": "GRAM" });
    let invoice = shop.api.post("/v1/invoices", body).await.ok();
    let open = told(&world, &invoice).await;
    assert!(
        open.contains("At least 0.5 GRAM") && open.contains("Open a wallet for GRAM"),
        "{open}"
    );
    assert!(
        !open.contains("amount=")
            && page(&world, id(&invoice)).await.1.contains("<title>Pay Coffee Lab</title>")
    );
}
