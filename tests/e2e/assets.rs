//! Invoices that take several assets, and invoices whose payer decides how much.

use e2e::{Person, Shop, World, person::id, shop::kinds, stories};
use serde_json::{Value, json};

/// Alice and a shop, with rates of 2.5 USD for GRAM and 1 USD for USDT.
async fn cast(world: &World) -> (Person, Shop) {
    let cast = (world.person("alice").await, world.shop().await);
    world.rates(json!({ "rates": { "GRAM/USD": "2.5", "USDT/USD": "1" } })).await;
    cast
}

/// An invoice of 2 GRAM, or of the 5 USDT they are worth.
async fn of_two(shop: &Shop) -> Value {
    let body = json!({ "amount": "2", "asset": "GRAM", "accepted_assets": ["GRAM", "USDT"] });
    shop.api.post("/v1/invoices", body).await.ok()
}

/// Alice's wallet sends money with the invoice's reference.
async fn sends(world: &World, alice: &Person, invoice: &Value, amount: &str, asset: &str) {
    let comment = &invoice["reference"];
    alice.sends(json!({ "to": invoice["address"], "amount": amount, "asset": asset, "comment": comment })).await;
    world.blocks(3).await;
}

/// Asks for the transaction that pays, as a person with a session.
async fn asks(alice: &Person, invoice: &Value, more: Value) -> e2e::Answer {
    let mut body = json!({ "from": alice.address().await });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    alice.api.post(&format!("/v1/public/invoices/{}/pay", id(invoice)), body).await
}

/// Asset by asset: what is due, what came, what is missing.
fn sums(invoice: &Value) -> Vec<[String; 3]> {
    let text = |money: &Value| {
        format!("{} {}", money["amount"].as_str().unwrap(), money["asset"].as_str().unwrap())
    };
    let accepted = invoice["accepted"].as_array().unwrap().iter();
    accepted
        .map(|one| [text(&one["money"]), text(&one["received"]), text(&one["remaining"])])
        .collect()
}

fn standing(invoice: &Value) -> (&str, &str) {
    (invoice["status"].as_str().unwrap(), invoice["exception"].as_str().unwrap())
}

stories![
    of_two_assets_the_second_pays,
    half_in_each_is_the_whole_and_the_rest_is_shown,
    a_rest_that_does_not_divide_is_rounded_up_and_no_overpayment,
    a_third_asset_pays_nothing,
    a_price_in_fiat_is_reckoned_in_each_asset,
    without_trusted_rates_there_is_one_asset_only,
    a_mixed_payment_goes_back_asset_by_asset,
    rates_that_are_fixed_for_good_are_fixed_for_a_day_at_most,
    an_open_amount_is_what_somebody_gives,
    a_minimum_is_kept_in_every_asset,
    an_open_amount_with_a_price_is_refused,
    a_hint_is_seen_in_whichever_asset_it_comes,
];

async fn of_two_assets_the_second_pays(world: World) {
    let (alice, shop) = cast(&world).await;
    let olga = world.stranger("olga").await;
    olga.starts_bot().await;
    let invoice = of_two(&shop).await;
    assert_eq!(sums(&invoice), [["2 GRAM", "0 GRAM", "2 GRAM"], ["5 USDT", "0 USDT", "5 USDT"]]);
    let rate = &invoice["accepted"][1]["rate"];
    assert_eq!(
        (&rate["value"], &rate["currency"], &rate["sources"]),
        (&json!("1"), &json!("USD"), &json!(["north", "south"]))
    );
    assert_eq!(invoice["accepted"][0]["rate"]["value"], "2.5");
    let link = invoice["accepted"][1]["ton_link"].as_str().unwrap();
    assert!(link.contains("amount=5000000&") && link.contains("&jetton="), "{link}");

    let prepared = asks(&alice, &invoice, json!({ "asset": "USDT" })).await.ok();
    assert_eq!(prepared["payment"]["money"]["amount"], "5");
    alice.signs(&prepared["transaction"]).await;
    world.blocks(2).await;
    let sent = alice.sees_final(id(&prepared["payment"])).await;
    assert_eq!((&sent["money"]["amount"], &sent["money"]["asset"]), (&json!("5"), &json!("USDT")));
    let heard = shop.hears("invoice.paid").await;
    let told = &heard.iter().find(|event| event["type"] == "invoice.paid").unwrap()["data"];
    assert_eq!(sums(told)[1], ["5 USDT", "5 USDT", "0 USDT"]);
    let paid = shop.invoice(id(&invoice)).await;
    assert_eq!(standing(&paid), ("paid", "none"));
    assert_eq!(
        (&paid["received"]["amount"], &paid["remaining"]["amount"]),
        (&json!("2"), &json!("0"))
    );
    assert_eq!(paid["payments"][0]["money"]["asset"], "USDT");
    olga.reads("an invoice of 5 USDT was paid").await;
}

async fn half_in_each_is_the_whole_and_the_rest_is_shown(world: World) {
    let (alice, shop) = cast(&world).await;
    let invoice = of_two(&shop).await;
    sends(&world, &alice, &invoice, "1", "GRAM").await;
    shop.hears("invoice.partially_paid").await;
    let half = shop.invoice(id(&invoice)).await;
    assert_eq!(standing(&half), ("open", "underpaid"));
    assert_eq!(sums(&half), [["2 GRAM", "1 GRAM", "1 GRAM"], ["5 USDT", "0 USDT", "2.5 USDT"]]);

    // The rest is asked for in the asset that is chosen.
    let prepared = asks(&alice, &invoice, json!({ "asset": "USDT" })).await.ok();
    assert_eq!(prepared["payment"]["money"]["amount"], "2.5");
    alice.signs(&prepared["transaction"]).await;
    world.blocks(3).await;
    shop.hears("invoice.paid").await;
    let paid = shop.invoice(id(&invoice)).await;
    assert_eq!(standing(&paid), ("paid", "none"));
    assert_eq!(sums(&paid), [["2 GRAM", "1 GRAM", "0 GRAM"], ["5 USDT", "2.5 USDT", "0 USDT"]]);
    let path = format!("/v1/invoices/{}/timeline", id(&invoice));
    let lines = shop.api.get(&path).await.ok();
    let lines = lines["data"].as_array().unwrap().iter();
    let of: Vec<_> = lines
        .filter_map(|line| {
            line["payment"]["money"]["asset"]
                .as_str()
                .map(|asset| (line["kind"].as_str().unwrap().to_owned(), asset.to_owned()))
        })
        .collect();
    let line = |kind: &str, asset: &str| (kind.to_owned(), asset.to_owned());
    assert_eq!(of, [line("received", "GRAM"), line("received", "USDT"), line("paid", "USDT")]);
}

async fn a_rest_that_does_not_divide_is_rounded_up_and_no_overpayment(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    world.rates(json!({ "rates": { "GRAM/USD": "3.7", "USDT/USD": "0.9991" } })).await;
    let invoice = of_two(&shop).await;
    sends(&world, &alice, &invoice, "0.333333333", "GRAM").await;
    shop.hears("invoice.partially_paid").await;
    let rest = shop.invoice(id(&invoice)).await["accepted"][1]["remaining"]["amount"]
        .as_str()
        .unwrap()
        .to_owned();
    sends(&world, &alice, &invoice, &rest, "USDT").await;
    shop.hears("invoice.paid").await;
    assert_eq!(standing(&shop.invoice(id(&invoice)).await), ("paid", "none"), "{rest}");
}

async fn a_third_asset_pays_nothing(world: World) {
    let (alice, shop) = cast(&world).await;
    // Both are on the list of the service; this invoice takes one.
    let invoice = shop.invoices("2", "GRAM").await;
    assert_eq!(sums(&invoice).len(), 1);
    sends(&world, &alice, &invoice, "5", "USDT").await;
    let heard = shop.hears("payment.unmatched").await;
    assert_eq!(heard.last().unwrap()["data"]["reason"], "wrong_asset");
    let refused = asks(&alice, &invoice, json!({ "asset": "USDT" })).await;
    assert!(refused.body["detail"].as_str().unwrap().contains("GRAM"), "{:?}", refused.body);
    assert_eq!(refused.problem(), "asset-unknown");
    let both = of_two(&shop).await;
    assert_eq!(asks(&alice, &both, json!({ "asset": "DOGE" })).await.problem(), "asset-unknown");
    let body = json!({ "amount": "2", "asset": "GRAM", "accepted_assets": ["DOGE"] });
    assert_eq!(shop.api.post("/v1/invoices", body).await.problem(), "asset-unknown");
    // Money in the accepted asset is attached by hand, whichever it is.
    alice.sends(json!({ "to": both["address"], "amount": "5", "asset": "USDT" })).await;
    world.blocks(3).await;
    shop.hears("payment.unmatched").await;
    let line = shop.api.get("/v1/unmatched?status=open").await.ok();
    let line = line["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|line| line["reason"] == "no_reference")
        .unwrap()
        .clone();
    let attach = |to: &Value| {
        let (api, path, body) = (
            shop.api.clone(),
            format!("/v1/unmatched/{}/attach", id(&line)),
            json!({ "invoice": id(to) }),
        );
        async move { api.post(&path, body).await }
    };
    assert_eq!(attach(&invoice).await.status, 409);
    attach(&both).await.ok();
    assert_eq!(standing(&shop.invoice(id(&both)).await), ("paid", "none"));
}

async fn a_price_in_fiat_is_reckoned_in_each_asset(world: World) {
    let (alice, shop) = cast(&world).await;
    let body = json!({ "fiat": { "amount": "5.00", "currency": "USD" }, "asset": "USDT", "accepted_assets": ["GRAM"], "external_id": "order-1" });
    let invoice = shop.api.post("/v1/invoices", body.clone()).await.ok();
    assert_eq!(sums(&invoice), [["5 USDT", "0 USDT", "5 USDT"], ["2 GRAM", "0 GRAM", "2 GRAM"]]);
    world.rates(json!({ "rates": { "GRAM/USD": "5" } })).await;
    assert_eq!(
        shop.api.post("/v1/invoices", body.clone()).await.ok(),
        invoice,
        "the same terms are the same invoice"
    );
    let mut fewer = body;
    fewer["accepted_assets"] = json!([]);
    assert_eq!(shop.api.post("/v1/invoices", fewer).await.problem(), "external-id-taken");
    let prepared = asks(&alice, &invoice, json!({ "asset": "GRAM" })).await.ok();
    assert_eq!(prepared["payment"]["money"]["amount"], "2", "the rate is fixed");
    alice.signs(&prepared["transaction"]).await;
    world.blocks(3).await;
    shop.hears("invoice.paid").await;
}

async fn without_trusted_rates_there_is_one_asset_only(world: World) {
    let (_, shop) = cast(&world).await;
    world.rates(json!({ "source": "south", "rates": { "USDT/USD": "40" } })).await;
    for body in [
        json!({ "amount": "2", "asset": "GRAM", "accepted_assets": ["USDT"] }),
        json!({ "fiat": { "amount": "5", "currency": "USD" }, "asset": "GRAM", "accepted_assets": ["USDT"] }),
        json!({ "open_amount": true, "asset": "GRAM", "accepted_assets": ["USDT"] }),
    ] {
        let refused = shop.api.post("/v1/invoices", body).await;
        assert!(refused.body["detail"].as_str().unwrap().contains("Nothing was created"));
        assert_eq!(refused.problem(), "rate-unavailable");
    }
    let list = shop.api.get("/v1/invoices").await.ok();
    assert_eq!(list["data"], json!([]));
    let alone = json!({ "amount": "2", "asset": "GRAM", "accepted_assets": ["GRAM"] });
    let invoice = shop.api.post("/v1/invoices", alone).await.ok();
    assert_eq!(invoice["accepted"][0]["rate"], json!(null));
}

async fn a_mixed_payment_goes_back_asset_by_asset(world: World) {
    let (alice, shop) = cast(&world).await;
    let olga = world.stranger("olga").await;
    let invoice = of_two(&shop).await;
    sends(&world, &alice, &invoice, "1", "GRAM").await;
    sends(&world, &alice, &invoice, "2.5", "USDT").await;
    shop.hears("invoice.paid").await;
    let paid = shop.invoice(id(&invoice)).await;
    let ambiguous = shop.api.post("/v1/refunds", json!({ "invoice": id(&invoice) })).await;
    assert_eq!(ambiguous.problem(), "payment-ambiguous");
    for (payment, too_much) in
        paid["payments"].as_array().unwrap().iter().zip(["1.000000001", "2.500001"])
    {
        let body = json!({ "payment": id(payment), "amount": too_much });
        assert_eq!(shop.api.post("/v1/refunds", body).await.problem(), "refund-too-large");
        let refund = shop.refunds(json!({ "payment": id(payment) })).await;
        assert_eq!(refund["money"], payment["money"]);
        olga.signs(&shop.message(&refund).await).await;
        world.blocks(3).await;
        shop.refund_turns(&refund, "succeeded").await;
        let again = shop.api.post("/v1/refunds", json!({ "payment": id(payment) })).await;
        assert_eq!(again.problem(), "refund-too-large");
    }
    let back = shop.invoice(id(&invoice)).await;
    let each: Vec<_> = back["accepted"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["refunded"]["amount"].as_str().unwrap())
        .collect();
    assert_eq!((each, &back["refunded"]["amount"]), (vec!["1", "2.5"], &json!("1")));
}

async fn rates_that_are_fixed_for_good_are_fixed_for_a_day_at_most(world: World) {
    const DAY: u32 = 86_400;
    let shop = world.shop().await;
    world.asked_again().await;
    let both = json!(["USDT", "GRAM"]);
    let fixed = json!({ "amount": "100", "asset": "USDT", "accepted_assets": both });
    let least =
        json!({ "open_amount": true, "min_amount": "1", "asset": "USDT", "accepted_assets": both });
    let fiat = json!({ "fiat": { "amount": "100", "currency": "USD" }, "asset": "USDT", "accepted_assets": both });
    let free = json!({ "open_amount": true, "asset": "USDT", "accepted_assets": both });
    let one = json!({ "amount": "100", "asset": "USDT", "accepted_assets": ["USDT"] });
    for (terms, longer) in [(fixed, false), (least, false), (fiat, true), (free, true), (one, true)]
    {
        let lives = |seconds: u32| {
            let mut terms = terms.clone();
            terms["expires_in"] = json!(seconds);
            shop.api.post("/v1/invoices", terms)
        };
        lives(DAY).await.ok();
        let refused = lives(DAY + 1).await;
        match longer {
            true => drop(refused.ok()),
            false => assert_eq!(refused.problem(), "bad-request", "{terms}"),
        }
    }
}

async fn an_open_amount_is_what_somebody_gives(world: World) {
    let (alice, shop) = cast(&world).await;
    let olga = world.stranger("olga").await;
    olga.starts_bot().await;
    let body = json!({ "open_amount": true, "asset": "GRAM", "description": "Tips" });
    let invoice = shop.api.post("/v1/invoices", body).await.ok();
    assert_eq!(
        (&invoice["open_amount"], &invoice["min_amount"], &invoice["money"]["amount"]),
        (&json!(true), &json!(null), &json!("0"))
    );
    assert!(!invoice["ton_link"].as_str().unwrap().contains("amount="));
    assert_eq!(asks(&alice, &invoice, json!({})).await.problem(), "bad-request");
    assert_eq!(asks(&alice, &invoice, json!({ "amount": "0" })).await.problem(), "amount-invalid");
    let prepared = asks(&alice, &invoice, json!({ "amount": "3.3" })).await.ok();
    alice.signs(&prepared["transaction"]).await;
    world.blocks(3).await;
    shop.hears("invoice.paid").await;
    let paid = shop.invoice(id(&invoice)).await;
    assert_eq!(standing(&paid), ("paid", "none"));
    assert_eq!(
        (&paid["money"]["amount"], &paid["received"]["amount"]),
        (&json!("3.3"), &json!("3.3"))
    );
    olga.reads("you were given 3.3 GRAM").await;

    // More is more, and nothing is wrong with it.
    sends(&world, &alice, &invoice, "1", "GRAM").await;
    let heard = kinds(&shop.hears("invoice.paid_again").await);
    assert!(!heard.contains(&"invoice.overpaid".to_owned()), "{heard:?}");
    let more = shop.invoice(id(&invoice)).await;
    assert_eq!((standing(&more), &more["money"]["amount"]), (("paid", "none"), &json!("4.3")));
    olga.reads("more was given, 4.3 GRAM in all").await;
}

async fn a_minimum_is_kept_in_every_asset(world: World) {
    let (alice, shop) = cast(&world).await;
    let body = json!({ "open_amount": true, "min_amount": "2", "asset": "GRAM", "accepted_assets": ["GRAM", "USDT"] });
    let invoice = shop.api.post("/v1/invoices", body).await.ok();
    assert_eq!(
        (&invoice["min_amount"]["amount"], &invoice["money"]["amount"]),
        (&json!("2"), &json!("2"))
    );
    for (asset, amount, least) in
        [("GRAM", "1.999999999", "2 GRAM"), ("USDT", "4.999999", "5 USDT")]
    {
        let refused = asks(&alice, &invoice, json!({ "asset": asset, "amount": amount })).await;
        assert!(refused.body["detail"].as_str().unwrap().contains(least), "{:?}", refused.body);
        assert_eq!(refused.problem(), "amount-invalid");
    }
    sends(&world, &alice, &invoice, "1", "GRAM").await;
    shop.hears("invoice.partially_paid").await;
    let below = shop.invoice(id(&invoice)).await;
    assert_eq!(
        (standing(&below), &below["remaining"]["amount"]),
        (("open", "underpaid"), &json!("1"))
    );
    let prepared = asks(&alice, &invoice, json!({ "asset": "USDT", "amount": "10" })).await.ok();
    alice.signs(&prepared["transaction"]).await;
    world.blocks(3).await;
    shop.hears("invoice.paid").await;
    let paid = shop.invoice(id(&invoice)).await;
    assert_eq!(standing(&paid), ("paid", "none"));
    assert_eq!((sums(&paid)[0][1].as_str(), sums(&paid)[1][1].as_str()), ("1 GRAM", "10 USDT"));
    assert_eq!(paid["money"]["amount"], "5", "1 GRAM, and 10 USDT at the rate that was fixed");
    let wrong = asks(&alice, &of_two(&shop).await, json!({ "amount": "1" })).await;
    assert_eq!(wrong.problem(), "bad-request");
}

async fn an_open_amount_with_a_price_is_refused(world: World) {
    let (_, shop) = cast(&world).await;
    for body in [
        json!({ "open_amount": true, "asset": "GRAM", "amount": "1" }),
        json!({ "open_amount": true, "asset": "GRAM", "fiat": { "amount": "5", "currency": "USD" } }),
        json!({ "open_amount": true, "asset": "GRAM", "tolerance_bps": 10 }),
        json!({ "asset": "GRAM", "amount": "1", "min_amount": "1" }),
    ] {
        assert_eq!(shop.api.post("/v1/invoices", body).await.problem(), "bad-request");
    }
}

async fn a_hint_is_seen_in_whichever_asset_it_comes(world: World) {
    let (alice, shop) = cast(&world).await;
    let invoice = of_two(&shop).await;
    let prepared = asks(&alice, &invoice, json!({ "asset": "USDT" })).await.ok();
    alice.signs(&prepared["transaction"]).await;
    let seen = shop.invoice_after(id(&invoice), "open").await;
    assert_eq!(seen["status"], "processing", "{seen}");
    world.blocks(3).await;
    shop.hears("invoice.paid").await;
}
