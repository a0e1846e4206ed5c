//! How long a price in fiat holds at a rate, and what becomes of it afterwards.

use std::time::Duration;

use e2e::{Person, Shop, World, person::id, shop::kinds, stories};
use serde_json::{Value, json};

const MONTH: u64 = 2_678_400;
const DAY: u64 = 24 * 3600;

/// A price of a hundred dollars that may be paid for a month.
async fn asks(shop: &Shop, more: Value) -> Value {
    let mut body = json!({
        "fiat": { "amount": "100.00", "currency": "USD" }, "asset": "GRAM", "expires_in": MONTH,
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    shop.api.post("/v1/invoices", body).await.ok()
}

/// Time goes by, and what a coin is worth with it.
async fn later(world: &World, time: u64, gram: &str) {
    world.after(Duration::from_secs(time)).await;
    world.rates(json!({ "rates": { "GRAM/USD": gram, "USDT/USD": "1" } })).await;
}

async fn renews(world: &World, invoice: &Value) -> Value {
    let path = format!("/v1/public/invoices/{}/renew", id(invoice));
    world.api().post(&path, json!({})).await.ok()
}

/// A transfer by hand, with the reference.
async fn sends(world: &World, who: &Person, invoice: &Value, amount: &str, asset: &str) {
    let message = json!({
        "to": invoice["address"], "amount": amount, "asset": asset, "comment": invoice["reference"],
    });
    who.sends(message).await;
    world.blocks(2).await;
}

/// What is due, what came and what is missing.
fn sums(invoice: &Value) -> [&str; 3] {
    ["money", "received", "remaining"].map(|sum| invoice[sum]["amount"].as_str().unwrap())
}

async fn marks(shop: &Shop, invoice: &Value) -> Vec<(String, Value)> {
    let lines = shop.api.get(&format!("/v1/invoices/{}/timeline", id(invoice))).await.ok();
    let lines = lines["data"].as_array().unwrap().clone();
    lines
        .iter()
        .map(|line| (line["kind"].as_str().unwrap().to_owned(), line["rate"].clone()))
        .collect()
}

stories![
    a_fallen_coin_is_no_bargain_after_twenty_days,
    whoever_opens_it_pays_at_the_rate_of_now,
    paying_reckons_anew_by_itself_and_drops_the_old_request,
    what_was_signed_under_a_rate_counts_by_it,
    parts_in_several_assets_keep_their_worth,
    without_a_rate_nothing_is_sold_and_nothing_is_lost,
    a_month_of_a_shops_rate_is_refused,
    cryptobots_clients_hold_a_rate_for_an_hour,
];

async fn a_fallen_coin_is_no_bargain_after_twenty_days(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    world.asked_again().await;
    let invoice = asks(&shop, json!({})).await;
    assert_eq!(sums(&invoice), ["40", "0", "40"]);
    assert!(
        invoice["fiat"]["rate_expires_at"].as_str() < invoice["expires_at"].as_str(),
        "{invoice}"
    );
    later(&world, 20 * DAY, "1.25").await;
    // Nobody has come to pay, so nothing was reckoned; forty of them are half of it now.
    sends(&world, &alice, &invoice, "40", "GRAM").await;
    let heard = shop.hears("invoice.partially_paid").await;
    assert_eq!(kinds(&heard)[1..], ["invoice.rate_renewed", "invoice.partially_paid"]);
    let half = shop.invoice(id(&invoice)).await;
    assert_eq!((&half["status"], &half["exception"]), (&json!("open"), &json!("underpaid")));
    assert_eq!(sums(&half), ["80", "40", "40"]);
    assert_eq!(half["payments"][0]["fiat_value"]["amount"], "50.00");
    // Sessions do not last so long.
    let alice = world.stranger("alice").await;
    alice.pays_invoice(&invoice).await;
    shop.hears("invoice.paid").await;
    let paid = shop.invoice(id(&invoice)).await;
    assert_eq!((&paid["exception"], sums(&paid)), (&json!("none"), ["80", "80", "0"]));
    let rates: Vec<_> =
        marks(&shop, &invoice).await.into_iter().filter(|(_, rate)| rate.is_string()).collect();
    assert_eq!((rates[0].0.as_str(), rates[1].0.as_str()), ("created", "rate_renewed"));
    assert!(rates[0].1.as_str().unwrap().starts_with("1 GRAM = 2.5 USD until "), "{rates:?}");
    assert!(rates[1].1.as_str().unwrap().starts_with("1 GRAM = 1.25 USD until "), "{rates:?}");
}

async fn whoever_opens_it_pays_at_the_rate_of_now(world: World) {
    let shop = world.shop().await;
    world.person("alice").await;
    world.asked_again().await;
    let invoice = asks(&shop, json!({})).await;
    later(&world, 300, "1.25").await;
    assert_eq!(renews(&world, &invoice).await["fiat"], invoice["fiat"], "it is still held");
    later(&world, DAY, "1.25").await;
    let public = world.api().get(&format!("/v1/public/invoices/{}", id(&invoice))).await.ok();
    assert_eq!(public["fiat"], invoice["fiat"], "looking alone changes nothing");
    let (one, two) = tokio::join!(renews(&world, &invoice), renews(&world, &invoice));
    assert_eq!((sums(&one), &one["fiat"]), (["80", "0", "80"], &two["fiat"]), "once");
    let link = one["ton_link"].as_str().unwrap();
    let held: remit::words::time::Time =
        serde_json::from_value(one["fiat"]["rate_expires_at"].clone()).unwrap();
    assert!(
        link.contains("amount=80000000000&") && link.ends_with(&format!("exp={}", held.seconds())),
        "{link}"
    );
    let told = shop.hears("invoice.rate_renewed").await;
    let events: Vec<_> =
        told.iter().filter(|event| event["type"] == "invoice.rate_renewed").collect();
    assert_eq!((events.len(), &events[0]["data"]["money"]["amount"]), (1, &json!("80")));
    let alice = world.stranger("alice").await;
    alice.pays_invoice(&invoice).await;
    shop.hears("invoice.paid").await;
    assert_eq!(shop.invoice(id(&invoice)).await["payments"][0]["fiat_value"]["amount"], "100.00");
    assert_eq!(
        renews(&world, &invoice).await["fiat"],
        two["fiat"],
        "what is paid is never reckoned anew"
    );
}

async fn paying_reckons_anew_by_itself_and_drops_the_old_request(world: World) {
    let (alice, bob, shop) =
        (world.person("alice").await, world.person("bob").await, world.shop().await);
    world.asked_again().await;
    let invoice = asks(&shop, json!({})).await;
    let before = alice.opens_invoice(&invoice).await;
    later(&world, 880, "5").await;
    let after = bob.opens_invoice(&invoice).await;
    assert_eq!(after["payment"]["money"]["amount"], "20");
    let path = format!("/v1/payments/{}", before["payment"]["id"].as_str().unwrap());
    let old = alice.api.get(&path).await.ok();
    assert_eq!((&old["status"], &old["transaction"]), (&json!("expired"), &Value::Null));
    let held: remit::words::time::Time =
        serde_json::from_value(shop.invoice(id(&invoice)).await["fiat"]["rate_expires_at"].clone())
            .unwrap();
    assert!(
        after["transaction"]["valid_until"]
            .as_i64()
            .or(after["transaction"]["validUntil"].as_i64())
            .unwrap()
            <= held.seconds().try_into().unwrap()
    );
    bob.signs(&after["transaction"]).await;
    world.blocks(2).await;
    shop.hears("invoice.paid").await;
    let paid = shop.invoice(id(&invoice)).await;
    assert_eq!((&paid["exception"], sums(&paid)), (&json!("none"), ["20", "20", "0"]));
}

async fn what_was_signed_under_a_rate_counts_by_it(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    world.asked_again().await;
    let invoice = asks(&shop, json!({ "rate_expires_in": 600 })).await;
    // The rate is over for whoever comes now, and the message of before is on its way.
    later(&world, 590, "1.25").await;
    assert_eq!(sums(&renews(&world, &invoice).await)[0], "80");
    sends(&world, &alice, &invoice, "30", "GRAM").await;
    shop.hears("invoice.partially_paid").await;
    let part = shop.invoice(id(&invoice)).await;
    // Thirty of forty are three quarters of the price; the last quarter is twenty now.
    assert_eq!(sums(&part), ["50", "30", "20"]);
    assert_eq!(part["accepted"][0]["remaining"]["amount"], "20");
    later(&world, 900, "2").await;
    sends(&world, &alice, &invoice, "12.5", "GRAM").await;
    shop.hears("invoice.paid").await;
    let paid = shop.invoice(id(&invoice)).await;
    assert_eq!((&paid["status"], &paid["exception"]), (&json!("paid"), &json!("none")), "{paid}");
    assert_eq!(sums(&paid), ["42.5", "42.5", "0"]);
}

async fn parts_in_several_assets_keep_their_worth(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    world.asked_again().await;
    let invoice = asks(&shop, json!({ "accepted_assets": ["GRAM", "USDT"] })).await;
    sends(&world, &alice, &invoice, "10", "GRAM").await;
    shop.hears("invoice.partially_paid").await;
    sends(&world, &alice, &invoice, "25", "USDT").await;
    shop.hears("invoice.partially_paid").await;
    later(&world, DAY, "1.25").await;
    let renewed = renews(&world, &invoice).await;
    let rest = |n: usize| renewed["accepted"][n]["remaining"]["amount"].clone();
    assert_eq!((rest(0), rest(1)), (json!("40"), json!("50")), "half of the price");
    assert_eq!(sums(&renewed), ["70", "30", "40"], "ten, and a quarter by the rate of now");
    sends(&world, &alice, &invoice, "20", "GRAM").await;
    sends(&world, &alice, &invoice, "25.01", "USDT").await;
    shop.hears("invoice.paid").await;
    let paid = shop.invoice(id(&invoice)).await;
    assert_eq!(
        (&paid["exception"], &paid["remaining"]["amount"]),
        (&json!("overpaid"), &json!("0"))
    );
    let came = |n: usize| paid["accepted"][n]["received"]["amount"].clone();
    assert_eq!((came(0), came(1)), (json!("30"), json!("50.01")));
}

async fn without_a_rate_nothing_is_sold_and_nothing_is_lost(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    world.asked_again().await;
    let invoice = asks(&shop, json!({})).await;
    world.rates(json!({ "down": true })).await;
    world.after(Duration::from_secs(2 * 3600)).await;
    let path = format!("/v1/public/invoices/{}", id(&invoice));
    for act in ["renew", "pay"] {
        let body = if act == "pay" { json!({ "from": alice.address().await }) } else { json!({}) };
        let refused = world.api().post(&format!("{path}/{act}"), body).await;
        assert_eq!(refused.status, 503, "{act}");
        assert!(
            refused.body["detail"].as_str().unwrap().contains("no money has moved"),
            "{refused:?}"
        );
        assert_eq!(refused.problem(), "rate-unavailable");
    }
    let page = world
        .http
        .get(invoice["pay_url"].as_str().unwrap())
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(
        page.contains("cannot be reckoned just now") && !page.contains("ton://transfer"),
        "{page}"
    );
    // Money that comes all the same is the shop's, and the shop decides what it was enough for.
    sends(&world, &alice, &invoice, "40", "GRAM").await;
    shop.hears("invoice.paid_late").await;
    let open = shop.invoice(id(&invoice)).await;
    assert_eq!((&open["status"], &open["exception"]), (&json!("open"), &json!("late")));
    assert_eq!(
        (&open["accepted"][0]["received"]["amount"], &open["remaining"]["amount"]),
        (&json!("40"), &json!("40"))
    );
    assert!(marks(&shop, &invoice).await.iter().any(|(kind, _)| kind == "unpriced"));
    shop.api.post(&format!("/v1/invoices/{}/accept", id(&invoice)), json!({})).await.ok();
    assert_eq!(shop.invoice(id(&invoice)).await["status"], "paid");
}

async fn a_month_of_a_shops_rate_is_refused(world: World) {
    let shop = world.shop().await;
    world.asked_again().await;
    let ask = |more: Value| {
        let mut body = json!({ "fiat": { "amount": "5", "currency": "USD" }, "asset": "GRAM" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let api = shop.api.clone();
        async move { api.post("/v1/invoices", body).await }
    };
    for seconds in [299, 86_401, MONTH] {
        assert_eq!(ask(json!({ "rate_expires_in": seconds })).await.problem(), "bad-request");
    }
    let plain = json!({ "amount": "1", "asset": "GRAM", "rate_expires_in": 900 });
    assert_eq!(shop.api.post("/v1/invoices", plain).await.problem(), "bad-request");
    let milliseconds = ask(json!({ "expires_in": 90_000_000 })).await;
    assert!(milliseconds.body["detail"].as_str().unwrap().contains("seconds"), "{milliseconds:?}");
    let day = ask(json!({ "rate_expires_in": DAY, "expires_in": MONTH })).await.ok();
    let short = ask(json!({ "rate_expires_in": DAY, "expires_in": 60 })).await.ok();
    assert_eq!(short["fiat"]["rate_expires_at"], short["expires_at"]);
    assert!(day["fiat"]["rate_expires_at"].as_str() < day["expires_at"].as_str());
}

async fn cryptobots_clients_hold_a_rate_for_an_hour(world: World) {
    let shop = world.shop().await;
    world.person("alice").await;
    world.asked_again().await;
    let path = "/compat/cryptobot/api/createInvoice";
    let request = world.api().request(reqwest::Method::POST, path).json(&json!({
        "currency_type": "fiat", "fiat": "USD", "asset": "TON", "amount": 1e2, "expires_in": MONTH,
    }));
    let request = request.header("Crypto-Pay-API-Token", e2e::world::SHOP_KEY);
    let made = world.api().answer(reqwest::Method::POST, path, request).await.ok();
    let invoice = shop.invoice(made["result"]["hash"].as_str().unwrap()).await;
    assert_eq!(
        (sums(&invoice)[0], made["result"]["accepted_assets"].clone()),
        ("40", json!(["TON"]))
    );
    later(&world, 3000, "1.25").await;
    assert_eq!(sums(&renews(&world, &invoice).await)[0], "40");
    later(&world, 3600, "1.25").await;
    let alice = world.stranger("alice").await;
    alice.pays_invoice(&invoice).await;
    shop.hears("invoice.paid").await;
    assert_eq!(sums(&shop.invoice(id(&invoice)).await)[1], "80");
}
