//! What a shop can do with its webhook endpoints, and what it cannot.

use e2e::{Receiver, World, person::id, stories};
use serde_json::{Value, json};

stories![
    an_endpoint_is_made_changed_and_taken_away,
    the_same_request_makes_one_endpoint_with_one_secret,
    an_endpoint_belongs_to_its_shop,
    what_is_wrong_is_said_before_anything_is_made,
    an_invoice_may_bring_an_address_of_its_own,
];

async fn an_endpoint_is_made_changed_and_taken_away(world: World) {
    let shop = world.shop().await;
    let body = json!({ "url": "http://localhost:9/hooks", "types": ["invoice.paid"], "description": "Till" });
    let made = shop.api.post("/v1/webhook_endpoints", body).await.ok();
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    assert!(made["public_keys"][0].as_str().unwrap().starts_with("whpk_"));
    let path = format!("/v1/webhook_endpoints/{}", id(&made));
    let read = shop.api.get(&path).await.ok();
    assert_eq!((&read["secret"], &read["status"]), (&Value::Null, &json!("enabled")), "shown once");
    assert_eq!(read["public_keys"], made["public_keys"]);

    let change = json!({ "types": [], "description": null, "enabled": false });
    let changed = shop.api.patch(&path, change).await.ok();
    assert_eq!(changed["types"], json!([]));
    assert_eq!((&changed["description"], &changed["status"]), (&Value::Null, &json!("disabled")));
    assert_eq!((&changed["reason"], &changed["url"]), (&json!("merchant"), &made["url"]));
    let enabled = shop.api.patch(&path, json!({ "enabled": true })).await.ok();
    assert_eq!((&enabled["status"], &enabled["reason"]), (&json!("enabled"), &Value::Null));

    world.after(std::time::Duration::from_secs(1)).await;
    let second =
        shop.api.post("/v1/webhook_endpoints", json!({ "url": "http://localhost:9/b" })).await.ok();
    let list = shop.api.get("/v1/webhook_endpoints?limit=1").await.ok();
    assert_eq!((&list["data"][0]["id"], &list["has_more"]), (&second["id"], &json!(true)));
    let rest = format!("/v1/webhook_endpoints?starting_after={}", id(&second));
    assert_eq!(shop.api.get(&rest).await.ok()["data"][0]["id"], made["id"]);

    shop.api.delete(&path).await.ok();
    assert_eq!(shop.api.get(&path).await.problem(), "not-found");
    assert_eq!(shop.api.delete(&path).await.problem(), "not-found");
}

async fn the_same_request_makes_one_endpoint_with_one_secret(world: World) {
    let shop = world.shop().await;
    let create = |url: &'static str| {
        let api = shop.api.clone();
        async move {
            let request = api.request(reqwest::Method::POST, "/v1/webhook_endpoints");
            let request = request.header("idempotency-key", "hook-1").json(&json!({ "url": url }));
            api.answer(reqwest::Method::POST, "/v1/webhook_endpoints", request).await
        }
    };
    let first = create("http://localhost:9").await.ok();
    let again = create("http://localhost:9").await.ok();
    assert_eq!((&again["id"], &again["secret"]), (&first["id"], &first["secret"]));
    assert_eq!(create("http://localhost:8").await.problem(), "idempotency-mismatch");
    let list = shop.api.get("/v1/webhook_endpoints").await.ok();
    assert_eq!(list["data"].as_array().map(Vec::len), Some(1));
}

async fn an_endpoint_belongs_to_its_shop(world: World) {
    let (shop, alice) = (world.shop().await, world.person("alice").await);
    let receiver = Receiver::opens().await;
    let made = shop.api.post("/v1/webhook_endpoints", json!({ "url": receiver.url() })).await.ok();
    shop.invoices("1", "GRAM").await;
    receiver.gets(1).await;
    let delivery = shop.api.get("/v1/deliveries").await.ok()["data"][0]["id"].clone();
    let delivery = delivery.as_str().unwrap().to_owned();

    let other = other_shop(&world).await;
    let path = format!("/v1/webhook_endpoints/{}", id(&made));
    for (answer, what) in [
        (other.get(&path).await, "read"),
        (other.patch(&path, json!({ "enabled": false })).await, "change"),
        (other.delete(&path).await, "delete"),
        (other.post(&format!("{path}/rotate_secret"), json!({})).await, "rotate"),
        (other.post(&format!("{path}/test"), json!({})).await, "test"),
        (other.post(&format!("{path}/redeliver"), json!({ "after_seq": 0 })).await, "redeliver"),
        (other.get(&format!("/v1/deliveries/{delivery}")).await, "delivery"),
        (
            other.post(&format!("/v1/deliveries/{delivery}/redeliver"), json!({})).await,
            "redelivery",
        ),
    ] {
        assert_eq!(answer.problem(), "not-found", "{what}");
    }
    for list in [
        "/v1/webhook_endpoints",
        "/v1/deliveries",
        &format!("/v1/deliveries?endpoint={}", id(&made)),
    ] {
        assert_eq!(other.get(list).await.ok()["data"], json!([]), "{list}");
    }
    assert_eq!(alice.api.get("/v1/webhook_endpoints").await.problem(), "account-missing");
    assert_eq!(world.api().get("/v1/deliveries").await.problem(), "key-invalid");
    shop.api.get(&path).await.ok();
}

async fn what_is_wrong_is_said_before_anything_is_made(world: World) {
    let shop = world.shop().await;
    for (body, problem) in [
        (json!({ "url": "http://10.0.0.1:3000" }), "webhook-url-invalid"),
        (json!({ "url": "http://shop.example" }), "webhook-url-invalid"),
        (json!({ "url": "https://169.254.169.254/latest" }), "webhook-url-invalid"),
        (json!({ "url": "https://me:secret@shop.example" }), "webhook-url-invalid"),
        (
            json!({ "url": "https://shop.example", "types": ["invoice.payed"] }),
            "event-type-unknown",
        ),
        (
            json!({ "url": "https://shop.example", "types": ["wallet.linked"] }),
            "event-type-unknown",
        ),
        (json!({ "url": "https://shop.example", "description": "a\nb" }), "bad-request"),
        (json!({ "url": "https://shop.example", "secret": "mine" }), "bad-request"),
    ] {
        assert_eq!(
            shop.api.post("/v1/webhook_endpoints", body.clone()).await.problem(),
            problem,
            "{body}"
        );
    }
    for _ in 0..20 {
        shop.api.post("/v1/webhook_endpoints", json!({ "url": "https://shop.example" })).await.ok();
    }
    let one_more =
        shop.api.post("/v1/webhook_endpoints", json!({ "url": "https://shop.example" })).await;
    assert_eq!(one_more.problem(), "webhook-limit");
    let list = shop.api.get("/v1/webhook_endpoints?limit=100").await.ok();
    let path = format!("/v1/webhook_endpoints/{}", id(&list["data"][0]));
    assert_eq!(
        shop.api.post(&format!("{path}/redeliver"), json!({})).await.problem(),
        "bad-request"
    );
    assert_eq!(
        shop.api
            .post(&format!("{path}/rotate_secret"), json!({ "overlap": 604_801 }))
            .await
            .problem(),
        "bad-request"
    );
}

async fn an_invoice_may_bring_an_address_of_its_own(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let (till, endpoint) = (Receiver::opens().await, Receiver::opens().await);
    let body = json!({ "amount": "1", "asset": "GRAM", "webhook_url": till.url() });
    assert_eq!(
        shop.api.post("/v1/invoices", body.clone()).await.problem(),
        "webhook-secret-missing"
    );
    assert_eq!(shop.api.get("/v1/webhook_secret").await.problem(), "not-found");
    let secret = shop.api.post("/v1/webhook_secret", json!({})).await.ok();
    let secret = secret["secret"].as_str().unwrap().to_owned();
    assert_eq!(shop.api.get("/v1/webhook_secret").await.ok()["secret"], Value::Null, "shown once");
    shop.api
        .post("/v1/webhook_endpoints", json!({ "url": endpoint.url(), "types": ["invoice.paid"] }))
        .await
        .ok();

    let invoice = shop.api.post("/v1/invoices", body).await.ok();
    assert_eq!(invoice["webhook_url"], till.url());
    shop.invoices("1", "GRAM").await;
    alice.pays_invoice(&invoice).await;
    shop.hears("invoice.paid").await;
    endpoint.gets(1).await;
    let mut told = Vec::new();
    while !told.contains(&"invoice.paid".to_owned()) {
        let received = till.gets(told.len() + 1).await;
        assert!(received.iter().all(|one| one.signed_by(&secret) == 1));
        assert!(received.iter().all(|one| one.event()["data"]["id"] == invoice["id"]));
        told = received.iter().map(e2e::receiver::Received::kind).collect();
    }
    assert!(told.contains(&"invoice.created".to_owned()), "{told:?}");
    let log = shop.api.get("/v1/deliveries").await.ok();
    let own = log["data"].as_array().unwrap().iter().filter(|one| one["url"] == till.url());
    assert!(own.count() >= 2, "{log}");
    // Its public face does not show where the shop listens.
    let public = world.api().get(&format!("/v1/public/invoices/{}", id(&invoice))).await.ok();
    assert_eq!(public["webhook_url"], Value::Null);
}

/// Another shop on the same service.
async fn other_shop(world: &World) -> e2e::Api {
    use remit::selling::merchants::{self, NewMerchant};
    let app = world.app();
    let mut tx = app.db.begin().await.unwrap();
    let new = NewMerchant {
        name: "Other".to_owned(),
        payout: ton::address::Address::new(0, [9; 32]),
        owner_telegram: None,
        livemode: false,
    };
    let merchant = merchants::create(&mut tx, &app.assets, new, app.now()).await.unwrap();
    let (_, key) = merchants::mint(&mut tx, &merchant, app.now()).await.unwrap();
    tx.commit().await.unwrap();
    world.api().with(format!("Bearer {key}"))
}
