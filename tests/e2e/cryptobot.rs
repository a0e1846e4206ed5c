//! CryptoBot's API over our invoices: one book, two languages.

use std::time::Duration;

use e2e::{Receiver, Shop, World, api::Answer, person::id, stories, world::SHOP_KEY};
use hmac::{Hmac, Mac};
use remit::words::money::Amount;
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A call as CryptoBot's clients make it: GET, with everything in the query.
async fn call_with(world: &World, token: &str, method: &str, params: &[(&str, &str)]) -> Answer {
    let path = format!("/compat/cryptobot/api/{method}");
    let request = world.api().request(Method::GET, &path).query(params);
    world.api().answer(Method::GET, &path, request.header("Crypto-Pay-API-Token", token)).await
}

async fn call(world: &World, method: &str, params: &[(&str, &str)]) -> Answer {
    call_with(world, SHOP_KEY, method, params).await
}

/// The result of a call that succeeds.
async fn ask(world: &World, method: &str, params: &[(&str, &str)]) -> Value {
    let body = call(world, method, params).await.ok();
    assert_eq!(body["ok"], true, "{body}");
    body["result"].clone()
}

/// The name of what is wrong with a call.
fn refused(answer: &Answer) -> String {
    let error = &answer.body["error"];
    assert_eq!(
        (&answer.body["ok"], &error["code"]),
        (&json!(false), &json!(answer.status.as_u16())),
        "{answer:?}"
    );
    assert!(error["detail"].as_str().unwrap().len() > 20, "{answer:?}");
    error["name"].as_str().unwrap().to_owned()
}

/// Verifies an update as CryptoBot's document says, and gives it.
fn verified(token: &str, received: &e2e::receiver::Received) -> Value {
    let mut mac = Hmac::<Sha256>::new_from_slice(&Sha256::digest(token)).unwrap();
    mac.update(received.body.as_bytes());
    let signature = hex::encode(mac.finalize().into_bytes());
    assert_eq!(received.header("crypto-pay-api-signature"), signature);
    let update = received.event();
    assert_eq!(serde_json::to_string(&update).unwrap().len(), received.body.len(), "not a space");
    update
}

async fn endpoint(shop: &Shop, receiver: &Receiver) -> Value {
    let body = json!({ "url": receiver.url(), "format": "cryptobot" });
    shop.api.post("/v1/webhook_endpoints", body).await.ok()
}

/// The same invoice as `/v1` shows it.
async fn ours(shop: &Shop, invoice: &Value) -> Value {
    shop.invoice(invoice["hash"].as_str().unwrap()).await
}

stories![
    a_key_may_be_spelled_as_cryptobots_are,
    an_invoice_is_made_paid_and_told,
    a_price_in_fiat_is_reckoned_once,
    a_call_may_be_sent_in_any_way,
    what_cannot_be_honoured_is_refused_by_name,
    invoices_are_listed_and_deleted,
    the_balance_is_what_the_chain_says,
    a_token_opens_what_its_key_opens,
    a_webhook_follows_its_key,
    what_bots_send_is_understood,
];

async fn a_key_may_be_spelled_as_cryptobots_are(world: World) {
    let (alice, shop, receiver) =
        (world.person("alice").await, world.shop().await, Receiver::opens().await);
    let new = json!({ "format": "cryptobot", "scopes": ["invoices:write", "events:read", "webhooks:write", "keys:write"] });
    let made = shop.api.post("/v1/keys", new).await.ok();
    let key = made["key"].as_str().unwrap();
    let (number, secret) = key.split_once(':').unwrap();
    assert!(secret.len() == 35 && secret.bytes().all(|b| b.is_ascii_alphanumeric()), "{key}");
    assert!(
        key.starts_with(made["hint"].as_str().unwrap())
            && made["hint"].as_str().unwrap().len() < key.len() - 20
    );
    let me = call_with(&world, key, "getMe", &[]).await.ok();
    assert_eq!(me["result"]["app_id"].to_string(), number);
    // It is a key like any other.
    let own = Shop::of_key(&world, key);
    endpoint(&own, &receiver).await;
    let invoice =
        call_with(&world, key, "createInvoice", &[("asset", "TON"), ("amount", "1")]).await.ok();
    let ours = own.invoice(invoice["result"]["hash"].as_str().unwrap()).await;
    alice.pays_invoice(&ours).await;
    own.hears("invoice.paid").await;
    verified(key, &receiver.gets(1).await[0]);
    // Neither a part of it nor another's opens anything.
    for wrong in [
        format!("{number}:{}", "a".repeat(35)),
        format!("1:{secret}"),
        secret.to_owned(),
        format!("{key}a"),
    ] {
        assert_eq!(
            refused(&call_with(&world, &wrong, "getMe", &[]).await),
            "UNAUTHORIZED",
            "{wrong}"
        );
    }
    let path = format!("/v1/keys/{}/rotate", id(&made));
    let new = shop.api.post(&path, json!({})).await.ok();
    assert!(new["key"].as_str().unwrap().starts_with(&format!("{number}:")), "{new}");
}

async fn an_invoice_is_made_paid_and_told(world: World) {
    let (alice, shop, receiver) =
        (world.person("alice").await, world.shop().await, Receiver::opens().await);
    let hook = endpoint(&shop, &receiver).await;
    assert_eq!((&hook["format"], &hook["types"]), (&json!("cryptobot"), &json!(["invoice.paid"])));
    world.asked_again().await;
    let invoice = ask(
        &world,
        "createInvoice",
        &[
            ("asset", "TON"),
            ("amount", "1.5"),
            ("description", "Two\nbooks"),
            ("payload", "order-1042 ☕ /"),
            ("hidden_message", "Code: 42\nThanks"),
            ("paid_btn_name", "openBot"),
            ("paid_btn_url", "https://t.me/olga"),
            ("expires_in", "600"),
            ("allow_comments", "false"),
        ],
    )
    .await;
    assert_eq!(
        (&invoice["status"], &invoice["asset"], &invoice["amount"]),
        (&json!("active"), &json!("TON"), &json!("1.5"))
    );
    assert_eq!(
        (&invoice["description"], &invoice["allow_comments"]),
        (&json!("Two\nbooks"), &json!(false))
    );
    assert_eq!(invoice["paid_at"], Value::Null);
    let known = ours(&shop, &invoice).await;
    assert_eq!(
        (&known["money"]["asset"], &known["description"]),
        (&json!("GRAM"), &json!("Two books"))
    );
    assert_eq!(
        (&known["paid_message"], &known["return_url"]),
        (&Value::Null, &json!("https://t.me/olga"))
    );
    assert_eq!(known["expires_at"], invoice["expiration_date"]);
    assert_eq!(invoice["web_app_invoice_url"], known["pay_url"]);

    alice.pays_invoice(&known).await;
    let received = receiver.gets(1).await;
    let update = verified(SHOP_KEY, &received[0]);
    assert_eq!(update["update_type"], "invoice_paid");
    let paid = update["payload"].clone();
    assert_eq!(
        received[0].signed_by(hook["secret"].as_str().unwrap()),
        1,
        "and as the standard says"
    );
    assert_eq!((&paid["invoice_id"], &paid["status"]), (&invoice["invoice_id"], &json!("paid")));
    assert_eq!(
        (&paid["paid_asset"], &paid["paid_amount"], &paid["fee_amount"]),
        (&json!("TON"), &json!("1.5"), &json!("0"))
    );
    assert_eq!(
        (&paid["payload"], &paid["paid_usd_rate"]),
        (&json!("order-1042 ☕ /"), &json!("2.5"))
    );
    let number = invoice["invoice_id"].to_string();
    let listed = ask(&world, "getInvoices", &[("invoice_ids", &number)]).await;
    assert_eq!(listed["items"], json!([paid]));
    let public = format!("/v1/public/invoices/{}", id(&known));
    assert_eq!(alice.api.get(&public).await.ok()["paid_message"], "Code: 42\nThanks");
    assert!(
        world.api().get(&public).await.ok()["paid_message"].is_null(),
        "a link has paid nothing"
    );
}

async fn a_price_in_fiat_is_reckoned_once(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    world.asked_again().await;
    let fiat = [("currency_type", "fiat"), ("fiat", "USD"), ("amount", "5")];
    let usdt = ask(&world, "createInvoice", &fiat).await;
    assert_eq!(
        (&usdt["fiat"], &usdt["amount"], &usdt["accepted_assets"]),
        (&json!("USD"), &json!("5.00"), &json!(["USDT", "TON"]))
    );
    assert_eq!(usdt["asset"], Value::Null);
    let invoice =
        ask(&world, "createInvoice", &[&fiat[..], &[("accepted_assets", "TON")]].concat()).await;
    world.rates(json!({ "rates": { "GRAM/USD": "4" } })).await;
    alice.pays_invoice(&ours(&shop, &invoice).await).await;
    shop.hears("invoice.paid").await;
    let paid = &ask(&world, "getInvoices", &[("fiat", "USD"), ("status", "paid")]).await["items"];
    assert_eq!(paid.as_array().map(Vec::len), Some(1));
    let paid = &paid[0];
    assert_eq!((&paid["paid_asset"], &paid["paid_amount"]), (&json!("TON"), &json!("2")));
    assert_eq!((&paid["paid_fiat_rate"], &paid["paid_usd_rate"]), (&json!("2.5"), &json!("4")));

    let stats = ask(&world, "getStats", &[]).await;
    assert_eq!((&stats["volume"], &stats["conversion"]), (&json!(8.0), &json!(50.0)));
    assert_eq!(
        (&stats["unique_users_count"], &stats["paid_invoice_count"]),
        (&json!(1), &json!(1))
    );
    let before =
        ask(&world, "getStats", &[("end_at", "2026-01-01"), ("start_at", "2025-01-01 10:00:00")])
            .await;
    assert_eq!((&before["volume"], &before["created_invoice_count"]), (&json!(0.0), &json!(0)));
    assert_eq!(refused(&call(&world, "getStats", &[("start_at", "soon")]).await), "BAD_REQUEST");

    let rates = ask(&world, "getExchangeRates", &[]).await;
    let rate = rates
        .as_array()
        .unwrap()
        .iter()
        .find(|r| r["source"] == "TON" && r["target"] == "USD")
        .unwrap();
    assert_eq!((&rate["rate"], &rate["is_valid"]), (&json!("4"), &json!(true)));
    world.rates(json!({ "source": "south", "rates": { "GRAM/USD": "2500" } })).await;
    let rates = ask(&world, "getExchangeRates", &[]).await;
    assert!(
        rates.as_array().unwrap().iter().all(|r| r["source"] != "TON" || r["target"] != "USD"),
        "{rates}"
    );
    let doubtful = [&fiat[..], &[("accepted_assets", "TON")]].concat();
    assert_eq!(refused(&call(&world, "createInvoice", &doubtful).await), "RATE_UNAVAILABLE");
}

async fn a_call_may_be_sent_in_any_way(world: World) {
    let path = "/compat/cryptobot/api/createInvoice";
    let api = world.api();
    let post = || api.request(Method::POST, path).header("Crypto-Pay-API-Token", SHOP_KEY);
    let multipart = "--b\r\ncontent-disposition: form-data; name=\"asset\"\r\n\r\nUSDT\r\n--b\r\ncontent-disposition: form-data; name=\"amount\"\r\n\r\n0.10\r\n--b--\r\n";
    for request in [
        post().json(
            &json!({ "asset": "USDT", "amount": 0.1, "expires_in": 60, "description": null }),
        ),
        post().form(&[("asset", "USDT"), ("amount", "0.10")]),
        post().query(&[("asset", "USDT"), ("amount", "0.100000")]),
        post().header("content-type", "multipart/form-data; boundary=b").body(multipart),
    ] {
        let made = api.answer(Method::POST, path, request).await.ok();
        assert_eq!(
            (&made["result"]["amount"], &made["result"]["asset"]),
            (&json!("0.1"), &json!("USDT"))
        );
    }
    let keyed = |amount: &str| {
        let request = post()
            .header("idempotency-key", "once")
            .json(&json!({ "asset": "GRAM", "amount": amount }));
        api.answer(Method::POST, path, request)
    };
    let first = keyed("1").await.ok();
    assert_eq!((keyed("1").await.ok(), &first["result"]["asset"]), (first.clone(), &json!("TON")));
    assert_eq!(refused(&keyed("2").await), "IDEMPOTENCY_MISMATCH");
    assert_eq!(ask(&world, "getInvoices", &[]).await["items"].as_array().map(Vec::len), Some(5));
}

async fn what_cannot_be_honoured_is_refused_by_name(world: World) {
    let good = [("asset", "TON"), ("amount", "1")];
    let fiat = [("currency_type", "fiat"), ("fiat", "USD"), ("amount", "5")];
    for (base, more, name) in [
        (&good[..], ("swap_to", "USDT"), "UNSUPPORTED"),
        (&good, ("amount", "1e-10"), "AMOUNT_INVALID"),
        (&good, ("amount", "0.30000000000000004"), "AMOUNT_INVALID"),
        (&good, ("amount", "one"), "AMOUNT_INVALID"),
        (&good, ("amount", "0"), "AMOUNT_INVALID"),
        (&good, ("asset", "BTC"), "UNSUPPORTED_ASSET"),
        (&good, ("currency_type", "barter"), "BAD_REQUEST"),
        (&good, ("accepted_assets", "TON"), "BAD_REQUEST"),
        (&good, ("expires_in", "0"), "BAD_REQUEST"),
        (&good, ("expires_in", "2678401"), "BAD_REQUEST"),
        (&good, ("expiers_in", "60"), "BAD_REQUEST"),
        (&good, ("paid_btn_name", "openBot"), "BAD_REQUEST"),
        (&good, ("allow_comments", "maybe"), "BAD_REQUEST"),
        (&fiat, ("accepted_assets", "BTC"), "UNSUPPORTED_ASSET"),
        (&fiat, ("fiat", "XAU"), "BAD_REQUEST"),
        (&fiat, ("asset", "BTC"), "UNSUPPORTED_ASSET"),
        (&good, ("accept_asset", "TON"), "BAD_REQUEST"),
    ] {
        let answer = call(&world, "createInvoice", &[base, &[more]].concat()).await;
        assert_eq!(refused(&answer), name, "{more:?}");
        assert!(
            answer.body["error"]["detail"].as_str().unwrap().contains("Nothing was")
                || name == "UNSUPPORTED_ASSET",
            "{answer:?}"
        );
    }
    let bad_button =
        [&good[..], &[("paid_btn_name", "openBot"), ("paid_btn_url", "javascript:alert(1)")]]
            .concat();
    assert_eq!(refused(&call(&world, "createInvoice", &bad_button).await), "BAD_REQUEST");
    let long = "я".repeat(2049);
    assert_eq!(
        refused(
            &call(&world, "createInvoice", &[&good[..], &[("hidden_message", &long)]].concat())
                .await
        ),
        "BAD_REQUEST"
    );
    assert_eq!(ask(&world, "getInvoices", &[]).await["items"], json!([]));

    for method in ["transfer", "createCheck", "deleteCheck"] {
        let answer =
            call(&world, method, &[("user_id", "1"), ("asset", "TON"), ("amount", "1")]).await;
        assert_eq!(
            (answer.status.as_u16(), refused(&answer).as_str()),
            (403, "METHOD_DISABLED"),
            "{method}"
        );
    }
    for method in ["getTransfers", "getChecks"] {
        assert_eq!(ask(&world, method, &[]).await["items"], json!([]), "{method}");
    }
    assert_eq!(refused(&call(&world, "getMoney", &[]).await), "METHOD_NOT_FOUND");
}

async fn invoices_are_listed_and_deleted(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let made = ask(&world, "createInvoice", &[("asset", "TON"), ("amount", "1")]).await;
    let short =
        ask(&world, "createInvoice", &[("asset", "USDT"), ("amount", "2"), ("expires_in", "60")])
            .await;
    // What was made in our own words is here, too.
    world.after(Duration::from_secs(1)).await;
    let native = shop.invoices("3", "GRAM").await;
    let numbers = |list: &Value| {
        list["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["invoice_id"].as_i64().unwrap())
            .collect::<Vec<_>>()
    };
    let all = ask(&world, "getInvoices", &[]).await;
    assert_eq!(
        (all["items"].as_array().map(Vec::len), &all["items"][0]["hash"]),
        (Some(3), &native["id"])
    );
    assert_eq!(all["items"][0]["description"], native["description"]);
    assert_eq!(ask(&world, "getInvoices", &[]).await, all, "its number stays");
    let page = ask(&world, "getInvoices", &[("offset", "1"), ("count", "1")]).await;
    assert_eq!(page["items"], json!([all["items"][1]]));
    let usdt = ask(&world, "getInvoices", &[("asset", "USDT")]).await;
    assert_eq!(usdt["items"], json!([short]));
    let some = format!("{},{},7", made["invoice_id"], short["invoice_id"]);
    assert_eq!(numbers(&ask(&world, "getInvoices", &[("invoice_ids", &some)]).await).len(), 2);
    assert_eq!(
        numbers(&ask(&world, "getInvoices", &[("invoice_ids", &some), ("asset", "TON")]).await),
        [made["invoice_id"].as_i64().unwrap()]
    );

    let number = made["invoice_id"].to_string();
    assert_eq!(ask(&world, "deleteInvoice", &[("invoice_id", &number)]).await, json!(true));
    assert_eq!(ours(&shop, &made).await["status"], "void");
    assert_eq!(
        refused(&call(&world, "deleteInvoice", &[("invoice_id", &number)]).await),
        "INVOICE_NOT_FOUND"
    );
    assert_eq!(refused(&call(&world, "deleteInvoice", &[]).await), "BAD_REQUEST");
    assert!(
        !numbers(&ask(&world, "getInvoices", &[]).await)
            .contains(&made["invoice_id"].as_i64().unwrap())
    );

    world.after(Duration::from_secs(120)).await;
    shop.hears("invoice.expired").await;
    let expired = ask(&world, "getInvoices", &[("status", "expired")]).await;
    assert_eq!(numbers(&expired), [short["invoice_id"].as_i64().unwrap()]);
    alice.pays_invoice(&native).await;
    shop.hears("invoice.paid").await;
    let paid = ask(&world, "getInvoices", &[("status", "paid")]).await["items"][0]["invoice_id"]
        .to_string();
    assert_eq!(
        refused(&call(&world, "deleteInvoice", &[("invoice_id", &paid)]).await),
        "INVOICE_PAID"
    );
    assert_eq!(ask(&world, "getInvoices", &[("status", "active")]).await["items"], json!([]));
}

async fn the_balance_is_what_the_chain_says(world: World) {
    let held = |balances: &Value, code: &str| {
        let found = balances.as_array().unwrap().iter().find(|one| one["currency_code"] == code);
        Amount::parse(found.unwrap()["available"].as_str().unwrap(), 6).unwrap().units()
    };
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let before = ask(&world, "getBalance", &[]).await;
    alice.pays_invoice(&shop.invoices("7", "USDT").await).await;
    let after = ask(&world, "getBalance", &[]).await;
    assert_eq!(held(&after, "USDT") - held(&before, "USDT"), 7_000_000);
    let currencies = ask(&world, "getCurrencies", &[]).await;
    let codes: Vec<_> = currencies
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["code"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(codes, ["TON", "USDT", "USD", "EUR"]);
    world.faults(json!({ "chain": { "rate_limit": true } })).await;
    // What was read a moment ago stands until the next block, or for a few seconds.
    world.after(std::time::Duration::from_secs(11)).await;
    let away = call(&world, "getBalance", &[]).await;
    assert_eq!((away.status.as_u16(), refused(&away).as_str()), (503, "CHAIN_UNREACHABLE"));
    world.faults(json!({ "chain": { "rate_limit": false } })).await;
}

async fn a_token_opens_what_its_key_opens(world: World) {
    let shop = world.shop().await;
    let me = ask(&world, "getMe", &[]).await;
    assert!(me["app_id"].as_u64().unwrap() > 0 && me["name"].is_string());
    for token in ["", "12345:AAbb", "sk_test_00"] {
        let answer = call_with(&world, token, "getMe", &[]).await;
        assert_eq!(
            (answer.status.as_u16(), refused(&answer).as_str()),
            (401, "UNAUTHORIZED"),
            "{token}"
        );
    }
    let till = shop.api.post("/v1/keys", json!({ "scopes": ["invoices:read"] })).await.ok();
    let till = till["key"].as_str().unwrap();
    call_with(&world, till, "getMe", &[]).await.ok();
    call_with(&world, till, "getInvoices", &[]).await.ok();
    let good = [("asset", "TON"), ("amount", "1")];
    for (method, params) in [("createInvoice", &good[..]), ("getBalance", &[]), ("transfer", &[])] {
        assert_eq!(
            refused(&call_with(&world, till, method, params).await),
            "KEY_SCOPE",
            "{method}"
        );
    }
}

async fn a_webhook_follows_its_key(world: World) {
    let (alice, shop, receiver) =
        (world.person("alice").await, world.shop().await, Receiver::opens().await);
    let key = |name: &'static str| {
        let api = shop.api.clone();
        async move { api.post("/v1/keys", json!({ "name": name })).await.ok() }
    };
    let (first, second) = (key("first").await, key("second").await);
    let token = |key: &Value| key["key"].as_str().unwrap().to_owned();
    let body = json!({ "url": receiver.url(), "format": "cryptobot", "key": first["id"] });
    let hook = shop.api.post("/v1/webhook_endpoints", body).await.ok();
    let path = format!("/v1/webhook_endpoints/{}", id(&hook));
    assert_eq!(hook["key"], first["id"]);
    alice.pays_invoice(&shop.invoices("1", "GRAM").await).await;
    let told = verified(&token(&first), &receiver.gets(1).await[0]);
    let delivery = shop.api.get("/v1/deliveries").await.ok()["data"][0].clone();
    let seen = format!("/v1/deliveries/{}?wait=20&after=due", id(&delivery));
    assert_eq!(shop.api.get(&seen).await.ok()["status"], "delivered");

    shop.api.delete(&format!("/v1/keys/{}", id(&first))).await.ok();
    let resend = format!("/v1/deliveries/{}/redeliver", id(&delivery));
    shop.api.post(&resend, json!({})).await.ok();
    let dead = shop.api.get(&seen).await.ok();
    assert_eq!((&dead["status"], receiver.all().len()), (&json!("dead"), 1));
    assert!(dead["note"].as_str().unwrap().contains("key"), "{dead}");
    shop.api.patch(&path, json!({ "key": second["id"] })).await.ok();
    shop.api.post(&resend, json!({})).await.ok();
    let update = verified(&token(&second), &receiver.gets(2).await[1]);
    assert_eq!((&update["update_id"], &update["payload"]), (&told["update_id"], &told["payload"]));

    for (body, problem) in [
        (json!({ "key": first["id"] }), "not-found"),
        (json!({ "types": [] }), "unsupported"),
        (json!({ "key": "mine" }), "bad-request"),
    ] {
        assert_eq!(shop.api.patch(&path, body.clone()).await.problem(), problem, "{body}");
    }
    assert_eq!(shop.api.post(&format!("{path}/test"), json!({})).await.problem(), "unsupported");
    let url = receiver.url();
    for body in [
        json!({ "url": url, "format": "cryptobot", "types": ["invoice.expired"] }),
        json!({ "url": url, "format": "stripe" }),
        json!({ "url": url, "key": second["id"] }),
    ] {
        assert_eq!(
            shop.api.post("/v1/webhook_endpoints", body.clone()).await.problem(),
            "bad-request",
            "{body}"
        );
    }
}

async fn what_bots_send_is_understood(world: World) {
    let path = "/compat/cryptobot/api/createInvoice";
    let api = world.api();
    world.asked_again().await;
    for (body, amount, assets) in [
        (
            r#"{"asset":"USDT","amount":"10.0","currency_type":"fiat","fiat":"USD"}"#,
            "10.00",
            json!(["USDT"]),
        ),
        (r#"{"asset":"TON","amount":1e-05}"#, "0.00001", Value::Null),
        (r#"{"asset":"TON","amount":"1e-05"}"#, "0.00001", Value::Null),
        (r#"{"asset":"USDT","amount":10.0000000}"#, "10", Value::Null),
        (
            r#"{"currency_type":"fiat","fiat":"USD","amount":5,"accepted_assets":"TON,USDT,BTC"}"#,
            "5.00",
            json!(["TON", "USDT"]),
        ),
        (
            r#"{"currency_type":"fiat","fiat":"USD","amount":5,"accept_asset":["BTC","USDT"]}"#,
            "5.00",
            json!(["USDT"]),
        ),
        (
            r#"{"currency_type":"fiat","fiat":"USD","amount":5,"asset":"USDT","accepted_assets":"TON,USDT"}"#,
            "5.00",
            json!(["USDT", "TON"]),
        ),
        (r#"{"asset":"TON","amount":1,"expires_in":300.0}"#, "1", Value::Null),
    ] {
        let request = api.request(Method::POST, path).header("Crypto-Pay-API-Token", SHOP_KEY);
        let request = request.header("content-type", "application/json").body(body);
        let made = api.answer(Method::POST, path, request).await.ok()["result"].clone();
        assert_eq!(
            (&made["amount"], &made["accepted_assets"]),
            (&json!(amount), &assets),
            "{body}"
        );
    }
    for (amount, asset) in [("0.30000000000000004", "USDT"), ("32.25806452", "USDT")] {
        let answer = call(&world, "createInvoice", &[("asset", asset), ("amount", amount)]).await;
        assert_eq!(refused(&answer), "AMOUNT_INVALID");
        assert!(
            answer.body["error"]["detail"].as_str().unwrap().contains("Round it"),
            "{answer:?}"
        );
    }
    let unknown = call(&world, "createInvoice", &[("asset", "BTC"), ("amount", "1")]).await;
    assert_eq!(unknown.body["error"]["detail"], "Use one of: TON, USDT.");
    assert!(ask(&world, "getMe", &[("x", "1")]).await["app_id"].is_number());

    let made = ask(&world, "createInvoice", &[("asset", "TON"), ("amount", "1")]).await;
    let path = format!("/compat/cryptobot/api/deleteInvoice?invoice_id={}", made["invoice_id"]);
    let request = api.request(Method::DELETE, &path).header("Crypto-Pay-API-Token", SHOP_KEY);
    assert_eq!(api.answer(Method::DELETE, &path, request).await.ok()["result"], true);
}
