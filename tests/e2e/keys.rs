//! A shop gives keys to its tills, its accountant and its plugins, each with what it needs.

use std::time::Duration;

use e2e::{Shop, World, person::id, stories};
use serde_json::{Value, json};

async fn key(shop: &Shop, new: Value) -> Shop {
    let made = shop.api.post("/v1/keys", new).await.ok();
    shop.with_key(made["key"].as_str().expect("a key is shown once"))
}

/// The key of that name, as the list shows it; the first key of a shop has none.
async fn listed(shop: &Shop, name: Value) -> Value {
    let keys = shop.api.get("/v1/keys").await.ok();
    let named = keys["data"].as_array().unwrap().iter().find(|key| key["name"] == name);
    named.expect("a key of that name").clone()
}

stories![
    a_key_opens_what_it_was_made_for_and_nothing_else,
    a_key_ends_when_it_was_said_to,
    a_key_works_only_from_where_it_may,
    a_key_is_replaced_without_a_pause,
    a_key_that_was_lost_is_revoked,
];

async fn a_key_opens_what_it_was_made_for_and_nothing_else(world: World) {
    let shop = world.shop().await;
    let till = key(&shop, json!({ "name": "Till 2", "scopes": ["invoices:write"] })).await;
    let invoice = till.invoices("1", "GRAM").await;
    assert_eq!(till.invoice(id(&invoice)).await["status"], "open");
    till.api.get("/v1/merchant").await.ok();
    assert_eq!(till.api.get("/v1/events").await.problem(), "key-scope");
    assert_eq!(till.api.post("/v1/keys", json!({})).await.problem(), "key-scope");

    let reader = key(&shop, json!({ "scopes": ["invoices:read", "events:read"] })).await;
    let body = json!({ "amount": "1", "asset": "GRAM" });
    assert_eq!(reader.api.post("/v1/invoices", body).await.problem(), "key-scope");
    assert_eq!(
        reader.api.post(&format!("/v1/invoices/{}/void", id(&invoice)), json!({})).await.problem(),
        "key-scope"
    );
    reader.hears("key.created").await;

    let giver = key(&shop, json!({ "scopes": ["keys:write", "invoices:read"] })).await;
    giver.invoice(id(&invoice)).await;
    assert_eq!(giver.api.post("/v1/keys", json!({})).await.problem(), "key-waits");
    world.has_passed(Duration::from_secs(48 * 3600 + 60)).await;
    shop.hears("rights_change.completed").await;
    let more = json!({ "scopes": ["invoices:write"] });
    assert_eq!(giver.api.post("/v1/keys", more).await.problem(), "key-scope");
    key(&giver, json!({ "scopes": ["invoices:read"] })).await.invoice(id(&invoice)).await;
    let keys = shop.api.get("/v1/keys").await.ok();
    let whole = keys["data"].as_array().unwrap().iter().find(|key| key["scopes"].is_null());
    let revoke = format!("/v1/keys/{}", id(whole.expect("the shop's own key")));
    assert_eq!(
        giver.api.delete(&revoke).await.problem(),
        "key-scope",
        "a lesser key ends no greater one"
    );
    assert_eq!(giver.api.post("/v1/keys", json!({ "scopes": [] })).await.problem(), "bad-request");
    assert_eq!(
        giver.api.post("/v1/keys", json!({ "scopes": ["all"] })).await.problem(),
        "bad-request"
    );
}

async fn a_key_ends_when_it_was_said_to(world: World) {
    let shop = world.shop().await;
    let guest = key(&shop, json!({ "expires_in": 60 })).await;
    guest.api.get("/v1/invoices").await.ok();
    world.after(Duration::from_secs(61)).await;
    assert_eq!(guest.api.get("/v1/invoices").await.problem(), "key-invalid");
    shop.api.get("/v1/invoices").await.ok();
}

async fn a_key_works_only_from_where_it_may(world: World) {
    let shop = world.shop().await;
    let here = key(&shop, json!({ "allowed_ips": ["127.0.0.0/8", "::1"] })).await;
    here.api.get("/v1/invoices").await.ok();
    let there = key(&shop, json!({ "allowed_ips": ["203.0.113.7"] })).await;
    assert_eq!(there.api.get("/v1/invoices").await.problem(), "key-address");
    assert_eq!(
        shop.api.post("/v1/keys", json!({ "allowed_ips": ["home"] })).await.problem(),
        "bad-request"
    );
}

async fn a_key_is_replaced_without_a_pause(world: World) {
    let shop = world.shop().await;
    let old = key(&shop, json!({ "name": "Plugin", "scopes": ["invoices:read"] })).await;
    let known = listed(&shop, json!("Plugin")).await;
    let old_id = id(&known);
    let made =
        shop.api.post(&format!("/v1/keys/{old_id}/rotate"), json!({ "overlap": 600 })).await.ok();
    assert_eq!((&made["name"], &made["scopes"]), (&json!("Plugin"), &json!(["invoices:read"])));
    let new = shop.with_key(made["key"].as_str().unwrap());
    for both in [&old, &new] {
        both.api.get("/v1/invoices").await.ok();
    }
    world.after(Duration::from_secs(601)).await;
    assert_eq!(old.api.get("/v1/invoices").await.problem(), "key-invalid");
    new.api.get("/v1/invoices").await.ok();
}

async fn a_key_that_was_lost_is_revoked(world: World) {
    let shop = world.shop().await;
    let lost = key(&shop, json!({ "name": "Lost" })).await;
    lost.api.get("/v1/invoices").await.ok();
    let own = listed(&shop, Value::Null).await;
    assert_eq!(shop.api.delete(&format!("/v1/keys/{}", id(&own))).await.problem(), "key-in-use");
    let known = listed(&shop, json!("Lost")).await;
    assert!(!known["last_used_at"].is_null() && known["key"].is_null());
    for _ in 0..2 {
        assert_eq!(shop.api.delete(&format!("/v1/keys/{}", id(&known))).await.status, 204);
    }
    assert_eq!(lost.api.get("/v1/invoices").await.problem(), "key-invalid");
    assert!(!listed(&shop, json!("Lost")).await["revoked_at"].is_null());
    shop.hears("key.revoked").await;
}
