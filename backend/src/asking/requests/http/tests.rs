//! The routes of requests, as people call them.

use axum::http::StatusCode;
use serde_json::json;

use crate::{
    people::{
        identity::Person,
        wallets::{self, Proven},
    },
    selling::merchants::{harness::Api, tests::wallet},
    words::money::Assets,
};

/// A person with a session and a wallet.
async fn person(api: &Api, telegram_id: i64, n: u8) -> (Person, String) {
    let (person, session) = api.person(telegram_id).await;
    let proven = Proven { address: wallet(n), version: "v5r1".into(), public_key: [0; 32] };
    let mut tx = api.app.db.begin().await.unwrap();
    wallets::link(&mut tx, &Assets::new([]), &person, proven, api.app.now()).await.unwrap();
    tx.commit().await.unwrap();
    (person, session)
}

#[tokio::test]
async fn a_request_is_made_shared_paid_and_closed() {
    let api = Api::open().await;
    let ((_, alice), (_, bob)) = (person(&api, 1, 1).await, person(&api, 2, 2).await);
    let body = json!({ "amount": "12.5", "asset": "GRAM", "note": "Pizza" });
    let made = api.post("/v1/requests", &alice, body).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let id = made.text("id").to_owned();
    assert_eq!(made.text("link"), format!("https://t.me/shop_bot?startapp={id}"));
    assert_eq!(made.body["to"]["me"], true);

    let public = format!("/v1/public/requests/{id}");
    let seen = api.get(&public, "").await;
    assert_eq!((seen.text("note"), &seen.body["to"]["me"]), ("Pizza", &json!(false)));
    assert_eq!(api.get(&public, &alice).await.body["to"]["me"], true);

    let pay = format!("/v1/requests/{id}/pay");
    let payment = api.post(&pay, &bob, json!({})).await;
    assert_eq!(payment.status, StatusCode::CREATED, "{:?}", payment.body);
    assert_eq!(payment.body["money"]["amount"], "12.5");
    assert_eq!(
        payment.body["purpose"],
        json!({ "kind": "request", "id": id, "description": "Pizza" })
    );
    assert_eq!(api.post(&pay, &bob, json!({ "amount": "1" })).await.problem(), "amount-invalid");
    assert_eq!(api.post(&pay, &alice, json!({})).await.problem(), "to-self");
    assert_eq!(api.post(&pay, "", json!({})).await.problem(), "session-invalid");

    let close = format!("/v1/requests/{id}/close");
    assert_eq!(api.post(&close, &bob, json!({})).await.problem(), "not-found");
    assert_eq!(api.post(&close, &alice, json!({})).await.text("status"), "closed");
    assert_eq!(api.post(&pay, &bob, json!({})).await.problem(), "request-closed");
    let list = api.get("/v1/requests", &alice).await;
    assert_eq!(list.body["data"][0]["id"], id);
    assert_eq!(api.get("/v1/requests", &bob).await.body["data"], json!([]));
}

#[tokio::test]
async fn an_open_amount_is_named_by_the_payer() {
    let api = Api::open().await;
    let ((_, alice), (_, bob)) = (person(&api, 1, 1).await, person(&api, 2, 2).await);
    let made = api.post("/v1/requests", &alice, json!({ "asset": "GRAM" })).await;
    assert_eq!(made.body["money"], json!(null));
    let pay = format!("/v1/requests/{}/pay", made.text("id"));
    assert_eq!(api.post(&pay, &bob, json!({})).await.problem(), "amount-invalid");
    let payment = api.post(&pay, &bob, json!({ "amount": "3" })).await;
    assert_eq!(payment.body["money"]["amount"], "3");
}

#[tokio::test]
async fn what_is_not_a_request_is_refused() {
    let api = Api::open().await;
    let (_, alice) = person(&api, 1, 1).await;
    let (_, newcomer) = api.person(3).await;
    for (token, body, slug) in [
        (&alice, json!({ "asset": "GRAM", "amount": "0" }), "amount-invalid"),
        (&alice, json!({ "asset": "DOGE" }), "asset-unknown"),
        (&alice, json!({ "asset": "GRAM", "expires_in": 1 }), "bad-request"),
        (&alice, json!({ "asset": "GRAM", "note": "x".repeat(201) }), "bad-request"),
        (&alice, json!({ "asset": "GRAM", "surprise": 1 }), "bad-request"),
        (&newcomer, json!({ "asset": "GRAM" }), "wallet-missing"),
    ] {
        assert_eq!(api.post("/v1/requests", token, body.clone()).await.problem(), slug, "{body}");
    }
    let missing = "/v1/public/requests/req_01m7q5cqg0fzzvzzzzzzzzzzzz";
    assert_eq!(api.get(missing, "").await.problem(), "not-found");
}
