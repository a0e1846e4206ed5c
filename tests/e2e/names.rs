//! Names move; money goes to whoever bears one now, and never silently to somebody else.

use std::time::Duration;

use e2e::{Person, World, person::id, stories};
use serde_json::{Value, json};

const DAY: Duration = Duration::from_secs(25 * 3600);

async fn is_called(world: &World, who: &str, username: &str) {
    world.control(&format!("people/{who}/names"), json!({ "username": username })).await;
}

/// A day later Alice opens the app again.
async fn a_day_later(world: &World) -> Person {
    world.after(DAY).await;
    world.stranger("alice").await
}

fn warns(found: &Value, warning: &str) -> bool {
    found["warnings"].as_array().unwrap().contains(&json!(warning))
}

stories![
    a_name_that_left_its_bearer_is_paid_to_nobody,
    a_name_that_moved_means_its_bearer_of_today_and_it_is_said,
    a_name_is_asked_for_again_after_a_day,
    without_telegrams_word_a_name_is_called_old,
];

async fn a_name_that_left_its_bearer_is_paid_to_nobody(world: World) {
    world.person("alice").await;
    let bob = world.person("bob").await;
    bob.starts_bot().await;
    is_called(&world, "carol", "bob").await;
    let alice = a_day_later(&world).await;
    assert_eq!(alice.api.get("/v1/recipients?q=@bob").await.problem(), "name-moved");
    let body = json!({ "to": "@bob", "amount": "1", "asset": "GRAM" });
    assert_eq!(alice.api.post("/v1/payments", body).await.problem(), "person-unknown");
}

async fn a_name_that_moved_means_its_bearer_of_today_and_it_is_said(world: World) {
    let alice = world.person("alice").await;
    let bob = world.person("bob").await;
    bob.starts_bot().await;
    alice.pays("@bob", "1", "GRAM").await;
    // Telegram's word is dated to the second.
    world.after(Duration::from_secs(2)).await;
    is_called(&world, "carol", "bob").await;
    let carol = world.person("carol").await;
    let found = alice.api.get("/v1/recipients?q=@bob").await.ok();
    assert_eq!(found["address"], carol.address().await, "{found}");
    assert!(warns(&found, "name_moved"), "{found}");
}

async fn a_name_is_asked_for_again_after_a_day(world: World) {
    world.person("alice").await;
    let bob = world.person("bob").await;
    bob.starts_bot().await;
    let alice = a_day_later(&world).await;
    let found = alice.api.get("/v1/recipients?q=bob").await.ok();
    let named_at: remit::words::time::Time =
        serde_json::from_value(found["named_at"].clone()).unwrap();
    assert!(named_at.seconds() + 60 > world.now_seconds(), "{found}");
    assert!(!warns(&found, "name_old"));
    let body = json!({ "to": "@bob", "amount": "1", "asset": "GRAM" });
    let payment = alice.api.post("/v1/payments", body).await.ok();
    assert_eq!(payment["to"]["name"], "Bob");
    assert!(id(&payment).starts_with("pay_"));
}

async fn without_telegrams_word_a_name_is_called_old(world: World) {
    world.person("alice").await;
    let bob = world.person("bob").await;
    bob.starts_bot().await;
    let alice = a_day_later(&world).await;
    world.faults(json!({ "telegram": { "down": true } })).await;
    let found = alice.api.get("/v1/recipients?q=@bob").await.ok();
    assert!(warns(&found, "name_old"), "{found}");
    world.faults(json!({ "telegram": { "down": false } })).await;
}
