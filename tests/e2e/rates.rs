//! Prices in fiat: reckoned at a rate that several sources agree on, fixed, and refused where nobody
//! can be relied on.

use std::time::Duration;

use e2e::{person::id, shop::kinds, stories};
use serde_json::{Value, json};

/// An invoice priced in dollars, to be paid in this asset.
fn priced(amount: &str, asset: &str) -> Value {
    json!({ "fiat": { "amount": amount, "currency": "USD" }, "asset": asset })
}

/// What is known of a pair.
async fn rate(world: &e2e::World, asset: &str, currency: &str) -> Value {
    let rates = world.api().get("/v1/rates").await.ok();
    let pair = |rate: &&Value| rate["asset"] == asset && rate["currency"] == currency;
    rates["data"].as_array().unwrap().iter().find(pair).unwrap().clone()
}

/// What each source counts for, by name.
fn parts(rate: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let sources = rate["sources"].as_array().unwrap().iter();
    sources.map(|source| (text(&source["name"]), text(&source["part"]))).collect()
}

fn part(name: &str, part: &str) -> (String, String) {
    (name.to_owned(), part.to_owned())
}

stories![
    a_latte_is_priced_in_dollars_and_paid,
    what_is_asked_for_is_rounded_up,
    sources_that_differ_are_not_relied_on,
    what_is_stale_is_not_relied_on,
    a_source_that_fails_rests_and_comes_back,
    one_of_three_may_be_down,
    an_invoice_stays_as_it_is_when_the_rate_moves,
    the_same_key_gives_the_first_answer_whatever_the_rate,
    a_restart_keeps_the_rates,
    money_that_names_nothing_has_its_worth_too,
    a_price_that_cannot_be_read_is_refused,
];

async fn a_latte_is_priced_in_dollars_and_paid(world: e2e::World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    world.asked_again().await;
    let gram = rate(&world, "GRAM", "USD").await;
    assert_eq!(
        (&gram["value"], &gram["trusted"], &gram["reason"]),
        (&json!("2.5"), &json!(true), &json!(null))
    );
    assert_eq!(parts(&gram), [part("north", "agrees"), part("south", "agrees")]);

    let created = shop.api.post("/v1/invoices", priced("5", "GRAM")).await;
    assert_eq!(created.status, 201);
    let invoice = created.ok();
    assert_eq!(invoice["money"]["amount"], "2");
    let fiat = &invoice["fiat"];
    assert_eq!(
        (&fiat["amount"], &fiat["currency"], &fiat["rate"]),
        (&json!("5.00"), &json!("USD"), &json!("2.5"))
    );
    assert_eq!(fiat["sources"], json!(["north", "south"]));
    assert_eq!(fiat["at"], gram["at"]);
    let seen = world.api().get(&format!("/v1/public/invoices/{}", id(&invoice))).await.ok();
    assert_eq!(seen["fiat"], invoice["fiat"]);

    alice.pays_invoice(&invoice).await;
    let told = shop.hears("invoice.paid").await;
    let paid = shop.invoice(id(&invoice)).await;
    assert_eq!((&paid["status"], &paid["exception"]), (&json!("paid"), &json!("none")));
    let value = json!({ "amount": "5.00", "currency": "USD", "rate": "2.5" });
    assert_eq!(paid["payments"][0]["fiat_value"], value);
    let event = told.iter().find(|event| event["type"] == "invoice.paid").unwrap();
    assert_eq!(event["data"]["payments"][0]["fiat_value"], value);
    assert_eq!(event["data"]["fiat"], invoice["fiat"]);
}

async fn what_is_asked_for_is_rounded_up(world: e2e::World) {
    let shop = world.shop().await;
    world
        .rates(json!({ "rates": { "GRAM/USD": "3", "USDT/USD": "1.0003", "USDT/EUR": "0.92" } }))
        .await;
    for (price, currency, asset, amount) in [
        ("5.00", "USD", "GRAM", "1.666666667"),
        ("5.00", "USD", "USDT", "4.998501"),
        ("0.01", "EUR", "USDT", "0.01087"),
    ] {
        let body = json!({ "fiat": { "amount": price, "currency": currency }, "asset": asset });
        let invoice = shop.api.post("/v1/invoices", body).await.ok();
        assert_eq!(invoice["money"]["amount"], amount, "{price} {currency} in {asset}");
    }
}

async fn sources_that_differ_are_not_relied_on(world: e2e::World) {
    let shop = world.shop().await;
    world.rates(json!({ "source": "south", "rates": { "GRAM/USD": "2500" } })).await;
    let gram = rate(&world, "GRAM", "USD").await;
    assert_eq!((&gram["trusted"], &gram["at"]), (&json!(false), &json!(null)));
    assert!(gram["reason"].as_str().unwrap().contains("differ"), "{gram}");
    assert_eq!(parts(&gram), [part("north", "deviates"), part("south", "deviates")]);

    let request =
        shop.api.request(reqwest::Method::POST, "/v1/invoices").json(&priced("5", "GRAM"));
    let response = request.send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["retry-after"]),
        (503, &"30".parse().unwrap())
    );
    let refused = shop.api.post("/v1/invoices", priced("5", "GRAM")).await;
    assert!(refused.body["detail"].as_str().unwrap().contains("Nothing was created"));
    assert_eq!(refused.problem(), "rate-unavailable");
    let list = shop.api.get("/v1/invoices").await.ok();
    assert_eq!(list["data"], json!([]));

    // Other pairs, and amounts in the asset itself, go on.
    shop.api.post("/v1/invoices", priced("5", "USDT")).await.ok();
    shop.invoices("1", "GRAM").await;
    world.rates(json!({ "source": "south", "rates": { "GRAM/USD": "2.52" } })).await;
    let invoice = shop.api.post("/v1/invoices", priced("5", "GRAM")).await.ok();
    assert_eq!(invoice["fiat"]["rate"], "2.51");
}

async fn what_is_stale_is_not_relied_on(world: e2e::World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    world.asked_again().await;
    world.rates(json!({ "down": true })).await;
    shop.api.post("/v1/invoices", priced("5", "GRAM")).await.ok();
    world.after(Duration::from_secs(601)).await;
    let gram = rate(&world, "GRAM", "USD").await;
    assert_eq!((&gram["trusted"], &gram["value"]), (&json!(false), &json!(null)));
    assert_eq!(parts(&gram), [part("north", "stale"), part("south", "stale")]);
    assert_eq!(gram["sources"][0]["value"], "2.5", "the last word is still shown");
    assert_eq!(gram["sources"][0]["error"], "it answered 503");
    assert_eq!(
        shop.api.post("/v1/invoices", priced("5", "GRAM")).await.problem(),
        "rate-unavailable"
    );

    // Money goes on; only its worth is not known.
    let invoice = shop.invoices("1", "GRAM").await;
    alice.pays_invoice(&invoice).await;
    shop.hears("invoice.paid").await;
    assert_eq!(shop.invoice(id(&invoice)).await["payments"][0]["fiat_value"], json!(null));
    let ready =
        world.http.get(format!("{}/health/ready", world.settings.public_url)).send().await.unwrap();
    assert_eq!(ready.status(), 200, "a service without rates is well");
}

async fn a_source_that_fails_rests_and_comes_back(world: e2e::World) {
    world.asked_again().await;
    world.rates(json!({ "source": "north", "down": true })).await;
    for _ in 0..3 {
        world.asked_again().await;
    }
    let north = &rate(&world, "GRAM", "USD").await["sources"][0];
    assert_eq!((&north["error"], &north["part"]), (&json!("it answered 503"), &json!("agrees")));
    assert!(north["resting_until"].is_string(), "{north}");
    world.rates(json!({ "source": "north", "down": false, "rates": { "GRAM/USD": "2.51" } })).await;
    assert_eq!(
        rate(&world, "GRAM", "USD").await["sources"][0]["value"],
        "2.5",
        "it is left in peace"
    );
    world.after(Duration::from_secs(31)).await;
    world.asked_again().await;
    let north = &rate(&world, "GRAM", "USD").await["sources"][0];
    assert_eq!((&north["error"], &north["resting_until"]), (&json!(null), &json!(null)));
    assert_eq!(north["value"], "2.51");
}

async fn one_of_three_may_be_down(world: e2e::World) {
    let mut world = world;
    world.service_stops().await;
    let again =
        format!("third={}/sandbox/rates/south/{{asset}}/{{fiat}}#/price", world.simulated.url());
    world.settings.rates.sources.push(again.parse().unwrap());
    world.service_starts().await;
    let shop = world.shop().await;
    world.rates(json!({ "source": "north", "down": true })).await;
    world.after(Duration::from_secs(601)).await;
    world.asked_again().await;
    let gram = rate(&world, "GRAM", "USD").await;
    assert_eq!(gram["trusted"], true, "{gram}");
    let invoice = shop.api.post("/v1/invoices", priced("5", "GRAM")).await.ok();
    assert_eq!(invoice["fiat"]["sources"], json!(["south", "third"]));

    // And one that lies is outvoted.
    world.rates(json!({ "source": "north", "down": false, "rates": { "GRAM/USD": "9" } })).await;
    world.after(Duration::from_secs(700)).await;
    world.asked_again().await;
    let gram = rate(&world, "GRAM", "USD").await;
    assert_eq!((&gram["trusted"], &gram["value"]), (&json!(true), &json!("2.5")));
    assert_eq!(parts(&gram)[0], part("north", "deviates"));
}

async fn an_invoice_stays_as_it_is_when_the_rate_moves(world: e2e::World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    world.asked_again().await;
    let body = json!({ "fiat": { "amount": "5.00", "currency": "USD" }, "asset": "GRAM", "external_id": "order-1" });
    let invoice = shop.api.post("/v1/invoices", body.clone()).await.ok();
    world.rates(json!({ "rates": { "GRAM/USD": "4" } })).await;
    assert_eq!(shop.invoice(id(&invoice)).await, invoice);

    // The same terms are the same invoice; other terms are not.
    let mut again = body.clone();
    again["fiat"]["amount"] = json!("5");
    let known = shop.api.post("/v1/invoices", again).await;
    assert_eq!((known.status.as_u16(), known.ok()), (200, invoice.clone()));
    let mut other = body.clone();
    other["fiat"]["amount"] = json!("6");
    assert_eq!(shop.api.post("/v1/invoices", other).await.problem(), "external-id-taken");
    let plain = json!({ "amount": "2", "asset": "GRAM", "external_id": "order-1" });
    assert_eq!(shop.api.post("/v1/invoices", plain).await.problem(), "external-id-taken");

    alice.pays_invoice(&invoice).await;
    shop.hears("invoice.paid").await;
    let paid = shop.invoice(id(&invoice)).await;
    assert_eq!((&paid["status"], &paid["money"]["amount"]), (&json!("paid"), &json!("2")));
    assert_eq!(paid["fiat"]["rate"], "2.5", "the rate of the invoice is fixed");
    let value = json!({ "amount": "8.00", "currency": "USD", "rate": "4" });
    assert_eq!(
        paid["payments"][0]["fiat_value"], value,
        "the money is worth what it is worth when it comes"
    );
    world.rates(json!({ "rates": { "GRAM/USD": "1" } })).await;
    assert_eq!(shop.invoice(id(&invoice)).await, paid, "and stays so");
}

async fn the_same_key_gives_the_first_answer_whatever_the_rate(world: e2e::World) {
    let shop = world.shop().await;
    let create = || {
        let request = shop.api.request(reqwest::Method::POST, "/v1/invoices");
        let request = request.header("idempotency-key", "order-1").json(&priced("5", "GRAM"));
        shop.api.answer(reqwest::Method::POST, "/v1/invoices", request)
    };
    world.rates(json!({ "source": "south", "rates": { "GRAM/USD": "1" } })).await;
    assert_eq!(create().await.problem(), "rate-unavailable");
    world.rates(json!({ "rates": { "GRAM/USD": "2" } })).await;
    let first = create().await.ok();
    assert_eq!(first["money"]["amount"], "2.5", "a refusal leaves the key free");
    world.rates(json!({ "source": "south", "rates": { "GRAM/USD": "1" } })).await;
    assert_eq!(create().await.ok(), first);
    let list = shop.api.get("/v1/invoices").await.ok();
    assert_eq!(list["data"].as_array().map(Vec::len), Some(1));
}

async fn a_restart_keeps_the_rates(world: e2e::World) {
    let shop = world.shop().await;
    world.rates(json!({ "rates": { "GRAM/USD": "3.2" } })).await;
    let before = rate(&world, "GRAM", "USD").await;
    world.service_stops().await;
    let change = json!({ "down": true });
    let url = format!("{}/sandbox/rates", world.simulated.url());
    world.http.put(url).json(&change).send().await.unwrap();
    world.service_starts().await;
    let after = rate(&world, "GRAM", "USD").await;
    assert_eq!(
        (&after["value"], &after["trusted"], &after["at"]),
        (&before["value"], &json!(true), &before["at"])
    );
    let invoice = shop.api.post("/v1/invoices", priced("5", "GRAM")).await.ok();
    assert_eq!(invoice["money"]["amount"], "1.5625");
}

async fn money_that_names_nothing_has_its_worth_too(world: e2e::World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    world.asked_again().await;
    let invoice = shop.invoices("1", "GRAM").await;
    alice.sends(json!({ "to": invoice["address"], "amount": "3", "asset": "GRAM" })).await;
    world.blocks(2).await;
    let heard = shop.hears("payment.unmatched").await;
    let event = heard.iter().find(|event| event["type"] == "payment.unmatched").unwrap();
    assert_eq!(
        event["data"]["fiat_value"],
        json!({ "amount": "7.50", "currency": "USD", "rate": "2.5" })
    );
    alice.sends(json!({ "to": invoice["address"], "amount": "1.234", "asset": "GRAM", "comment": invoice["reference"] })).await;
    world.blocks(2).await;
    let heard = shop.hears("invoice.paid").await;
    assert!(kinds(&heard).contains(&"invoice.overpaid".to_owned()));
    let paid = shop.invoice(id(&invoice)).await;
    assert_eq!(paid["payments"][0]["fiat_value"]["amount"], "3.09", "3.085, half up");
}

async fn a_price_that_cannot_be_read_is_refused(world: e2e::World) {
    let shop = world.shop().await;
    world.asked_again().await;
    for (fiat, slug) in [
        (json!({ "amount": "0", "currency": "USD" }), "amount-invalid"),
        (json!({ "amount": "5.001", "currency": "USD" }), "amount-invalid"),
        (json!({ "amount": "92233720368547758.07", "currency": "USD" }), "amount-invalid"),
        (json!({ "amount": "5", "currency": "usd" }), "bad-request"),
        (json!({ "amount": "5", "currency": "XAU" }), "bad-request"),
        (json!({ "amount": 5, "currency": "USD" }), "bad-request"),
        (json!({ "amount": "5", "currency": "USD", "rate": "1" }), "bad-request"),
        (json!({ "amount": "5", "currency": "JPY" }), "rate-unavailable"),
    ] {
        let body = json!({ "fiat": fiat, "asset": "GRAM" });
        assert_eq!(shop.api.post("/v1/invoices", body).await.problem(), slug, "{fiat}");
    }
    for body in [
        json!({ "asset": "GRAM" }),
        json!({ "asset": "GRAM", "amount": "1", "fiat": { "amount": "5", "currency": "USD" } }),
    ] {
        assert_eq!(shop.api.post("/v1/invoices", body).await.problem(), "bad-request");
    }
}
