//! Telegram says who is there; the service believes only Telegram.

use std::time::Duration;

use e2e::{Person, World, api::nothing, stories};
use serde_json::json;

stories![
    whoever_telegram_vouches_for_gets_a_session,
    init_data_of_another_hour_is_refused,
    a_changed_name_breaks_the_signature,
    nothing_private_opens_without_a_session,
    whoever_asks_is_forgotten,
];

async fn whoever_telegram_vouches_for_gets_a_session(world: World) {
    let alice = world.stranger("alice").await;
    let me = alice.api.get("/v1/me").await.ok();
    assert_eq!(me["first_name"], "Alice");
    assert_eq!(me["username"], "alice");
    assert_eq!(me["wallets"], json!([]));
}

async fn init_data_of_another_hour_is_refused(world: World) {
    let stale = Person::init_data(&world, "alice").await;
    world.after(Duration::from_secs(3601)).await;
    let api = world.api().with(format!("tma {stale}"));
    assert_eq!(api.post("/v1/session", nothing()).await.problem(), "login-stale");
}

async fn a_changed_name_breaks_the_signature(world: World) {
    let forged = Person::init_data(&world, "alice").await.replace("Alice", "Mallory");
    let api = world.api().with(format!("tma {forged}"));
    assert_eq!(api.post("/v1/session", nothing()).await.problem(), "login-invalid");
}

async fn nothing_private_opens_without_a_session(world: World) {
    for path in ["/v1/me", "/v1/wallets", "/v1/payments", "/v1/balances", "/v1/events"] {
        let problem = world.api().get(path).await.problem();
        assert!(problem.ends_with("-invalid"), "{path}: {problem}");
        let problem = world.api().with("Bearer ses_0000").get(path).await.problem();
        assert!(problem.ends_with("-invalid"), "{path}: {problem}");
    }
}

async fn whoever_asks_is_forgotten(world: World) {
    let alice = world.person("alice").await;
    let bob = world.person("bob").await;
    alice.pays("@bob", "1", "GRAM").await;
    alice.api.delete("/v1/me").await.ok();

    assert_eq!(alice.api.get("/v1/me").await.problem(), "session-invalid");
    let received = &bob.activity().await[0];
    assert_eq!(received["money"]["amount"], "1");
    assert_eq!(received["from"]["kind"], "address", "the payer's name is gone: {received}");
    assert_eq!(bob.api.get("/v1/recipients?q=@alice").await.problem(), "person-unknown");

    let again = world.person("alice").await;
    assert!(again.activity().await.is_empty());
}
