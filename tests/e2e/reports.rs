//! The books: every payment and refund as a line, and what a day of them comes to.

use std::time::Duration;

use e2e::{Person, Shop, World, person::id, stories};
use serde_json::{Value, json};

async fn sells(shop: &Shop, payer: &Person, body: Value) -> Value {
    let invoice = shop.api.post("/v1/invoices", body).await.ok();
    payer.pays_invoice(&invoice).await;
    shop.hears("invoice.paid").await;
    invoice
}

fn latte(amount: &str, external_id: &str, description: &str) -> Value {
    json!({ "amount": amount, "asset": "GRAM", "external_id": external_id, "description": description })
}

async fn lines(shop: &Shop, query: &str) -> Vec<Value> {
    shop.api.get(&format!("/v1/reports/lines?{query}")).await.ok()["data"]
        .as_array()
        .unwrap()
        .clone()
}

async fn summary(shop: &Shop, query: &str) -> Value {
    shop.api.get(&format!("/v1/reports/summary?{query}")).await.ok()
}

/// A table, and the headers it came with.
async fn table(shop: &Shop, path: &str) -> (String, reqwest::header::HeaderMap) {
    let response = shop.api.request(reqwest::Method::GET, path).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let headers = response.headers().clone();
    // By its bytes: `text` would take the mark away.
    let bytes = response.bytes().await.unwrap().to_vec();
    (String::from_utf8(bytes).unwrap(), headers)
}

const DAY: Duration = Duration::from_secs(24 * 3600);

stories![what_came_and_what_went_back_stands_in_the_books, the_books_are_for_who_may_read_them,];

async fn what_came_and_what_went_back_stands_in_the_books(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    world.asked_again().await;
    let first =
        sells(&shop, &alice, latte("2", "order-1", "=HYPERLINK(\"https://evil.test\")")).await;
    let second = sells(&shop, &alice, latte("1.5", "order-2", "Latte, large")).await;
    world.after(DAY).await;
    world.asked_again().await;
    let bob = world.person("bob").await;
    let dollars = json!({ "amount": "3", "asset": "USDT", "external_id": "order-3" });
    let third = sells(&shop, &bob, dollars).await;
    let refund = shop.refunds(json!({ "invoice": second["id"], "amount": "0.5" })).await;
    let message = shop.message(&refund).await;
    world.control("wallets/olga/sign", message).await;
    world.blocks(2).await;
    shop.refund_turns(&refund, "succeeded").await;

    // What the network took is looked up a little later.
    let mut all = lines(&shop, "").await;
    for _ in 0..50 {
        if all.iter().any(|line| line["fee"].is_null()) {
            world.blocks(1).await;
            all = lines(&shop, "").await;
        }
    }
    assert_eq!(all.len(), 4);
    let back = all.iter().find(|line| line["kind"] == "refund").unwrap();
    assert_eq!(
        (&back["refund"], &back["invoice"], &back["money"]["amount"]),
        (&refund["id"], &second["id"], &json!("0.5"))
    );
    assert_eq!((&back["status"], &back["external_id"]), (&json!("succeeded"), &json!("order-2")));
    assert_eq!(back["from"], third["address"]);
    let came = all.iter().find(|line| line["invoice"] == first["id"]).unwrap();
    assert_eq!(
        (&came["reference"].is_string(), &came["fiat_value"]["amount"]),
        (&true, &json!("5.00"))
    );
    assert_eq!((&came["to"], &came["status"]), (&first["address"], &json!("paid")));

    // Each filter finds what it names.
    for (query, found) in [
        ("asset=USDT", 1),
        ("asset=TON", 3),
        ("kind=payment", 3),
        ("kind=refund", 1),
        ("status=paid", 3),
        ("status=succeeded", 1),
        ("fiat=USD", 3),
        ("q=ORDER-2", 2),
        ("q=latte", 2),
        ("q=100%25", 0),
        ("from=2026-11-19", 2),
        ("to=2026-11-18", 2),
        ("from=2026-11-18&to=2026-11-19&asset=GRAM&kind=payment", 2),
        ("to=2026-11-18&utc_offset=%2B14:00", 0),
        ("from=2026-11-19&utc_offset=14:00", 4),
    ] {
        assert_eq!(lines(&shop, query).await.len(), found, "{query}");
    }
    let reference = came["reference"].as_str().unwrap();
    assert_eq!(lines(&shop, &format!("q={reference}")).await[0]["id"], came["id"]);

    // Pages together are the whole.
    let page = shop.api.get("/v1/reports/lines?limit=3").await.ok();
    assert_eq!((&page["data"], &page["has_more"]), (&json!(all[..3]), &json!(true)));
    let rest = shop
        .api
        .get(&format!("/v1/reports/lines?limit=3&starting_after={}", id(&all[2])))
        .await
        .ok();
    assert_eq!((&rest["data"], &rest["has_more"]), (&json!(all[3..]), &json!(false)));

    let sums = summary(&shop, "").await;
    let days: Vec<_> = sums["days"]
        .as_array()
        .unwrap()
        .iter()
        .map(|day| {
            (
                day["day"].as_str().unwrap(),
                day["kind"].as_str().unwrap(),
                day["money"]["amount"].as_str().unwrap(),
                day["money"]["asset"].as_str().unwrap(),
                day["count"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(days.len(), 3, "{sums}");
    assert!(days.contains(&("2026-11-18", "payment", "3.5", "GRAM", 2)), "{days:?}");
    assert!(
        days.contains(&("2026-11-19", "payment", "3", "USDT", 1))
            && days.contains(&("2026-11-19", "refund", "0.5", "GRAM", 1))
    );
    assert_eq!(sums["days"][0]["fiat"], json!({ "amount": "8.75", "currency": "USD" }));
    assert_eq!(sums["totals"].as_array().map(Vec::len), Some(3));
    assert_eq!((&sums["to"], &sums["utc_offset"]), (&json!("2026-11-19"), &json!("+00:00")));
    let moved = summary(&shop, "utc_offset=14:00&asset=GRAM").await;
    assert_eq!(moved["days"][0]["day"], "2026-11-19");

    let (text, headers) = table(&shop, "/v1/reports/lines.csv").await;
    assert_eq!(headers["content-type"], "text/csv; charset=utf-8; header=present");
    assert!(
        headers["content-disposition"]
            .to_str()
            .unwrap()
            .contains("lines_2026-10-21_2026-11-19.csv")
    );
    let rows: Vec<_> = text.split("\r\n").collect();
    assert_eq!((rows.len(), rows[5]), (6, ""));
    assert!(rows[0].starts_with("\u{feff}at,kind,status,asset,amount,fiat_value"));
    assert!(text.contains("\"'=HYPERLINK(\"\"https://evil.test\"\")\""), "{text}");
    assert!(
        text.contains(",\"Latte, large\",")
            && text.contains(",payment,paid,GRAM,1.5,3.75,USD,2.5,"),
        "{text}"
    );
    let (text, _) = table(&shop, "/v1/reports/summary.csv?asset=USDT").await;
    assert!(text.starts_with("\u{feff}day,kind,asset,count,amount,fiat_value,fiat_currency,fees,fees_asset\r\n2026-11-19,payment,USDT,1,3,3.00,USD,"), "{text}");
    let (text, _) = table(&shop, "/v1/reports/summary.csv?asset=USDT&separator=semicolon").await;
    assert!(
        text.starts_with("\u{feff}day;kind;asset;count;amount;fiat_value;")
            && text.contains(";USDT;1;3;3,00;USD;"),
        "{text}"
    );
    let (text, _) =
        table(&shop, "/v1/reports/lines.csv?bom=false&separator=tab&decimal=comma").await;
    assert!(
        text.starts_with("at\tkind\t") && text.contains("\tGRAM\t1,5\t3,75\tUSD\t2,5\t"),
        "{text}"
    );
}

async fn the_books_are_for_who_may_read_them(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    sells(&shop, &alice, latte("1", "order-1", "Latte")).await;
    let key = |scope: &'static str| {
        let (api, shop) = (shop.api.clone(), shop.clone());
        async move {
            let made = api.post("/v1/keys", json!({ "scopes": [scope] })).await.ok();
            shop.with_key(made["key"].as_str().unwrap())
        }
    };
    let (books, till) = (key("reports:read").await, key("invoices:write").await);
    assert_eq!(lines(&books, "").await.len(), 1);
    for path in ["lines", "lines.csv", "summary", "summary.csv"] {
        let path = format!("/v1/reports/{path}");
        assert_eq!(till.api.get(&path).await.problem(), "key-scope", "{path}");
        assert_eq!(alice.api.get(&path).await.problem(), "account-missing", "{path}");
        for query in [
            "from=18.11.2026",
            "from=2026-11-19&to=2026-11-18",
            "utc_offset=CET",
            "asset=BTC",
            "status=done",
            "fiat=usd",
            "kind=gift",
        ] {
            let refused = books.api.get(&format!("{path}?{query}")).await.problem();
            assert!(
                ["bad-request", "asset-unknown"].contains(&refused.as_str()),
                "{path} {query}: {refused}"
            );
        }
    }
    assert_eq!(
        books
            .api
            .get("/v1/reports/lines?starting_after=trf_00000000000000000000000000")
            .await
            .problem(),
        "not-found"
    );
    let later = summary(&books, "from=2027-01-01&to=2027-01-31").await;
    assert_eq!((&later["days"], &later["totals"]), (&json!([]), &json!([])));
}
