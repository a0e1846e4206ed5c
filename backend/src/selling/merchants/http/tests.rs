//! Keys at the door, and the feed by long poll.

use axum::http::StatusCode;
use serde_json::json;

use crate::{
    base::events::{self, Audience},
    selling::merchants::{self, harness::Api},
};

#[tokio::test]
async fn a_key_opens_its_account_and_nothing_else_does() {
    let api = Api::open().await;
    let (id, key) = api.merchant().await;
    let account = api.get("/v1/merchant", &key).await;
    assert_eq!(account.status, StatusCode::OK);
    assert_eq!(account.text("id"), id.to_string());
    assert_eq!(account.body["livemode"], json!(false));
    assert!(account.text("address").starts_with("UQ"));

    let (_, session) = api.person(1).await;
    let live = key.replace("sk_test_", "sk_live_");
    for wrong in ["", "sk_test_", "sk_test_0000", &key[..key.len() - 1], &live] {
        let refused = api.get("/v1/merchant", wrong).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{wrong}");
        assert_eq!(refused.problem(), "key-invalid", "{wrong}");
    }
    assert_eq!(api.get("/v1/merchant", &session).await.problem(), "account-missing");
    let refused = api.get("/v1/merchant", &live).await;
    assert!(refused.text("detail").contains("live key"));
}

#[tokio::test]
async fn a_revoked_key_opens_nothing() {
    let api = Api::open().await;
    let (id, key) = api.merchant().await;
    let mut tx = api.app.db.begin().await.unwrap();
    let keys = merchants::store::keys_of(&mut tx, id).await.unwrap();
    merchants::revoke(&mut tx, id, keys[0].id, api.app.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(api.get("/v1/merchant", &key).await.problem(), "key-invalid");
}

/// Puts events into an account's feed.
async fn happen(api: &Api, account: &str, kinds: &[&'static str]) {
    let mut tx = api.app.db.begin().await.unwrap();
    let audience = Audience::quiet(account);
    for kind in kinds {
        events::append(&mut tx, &audience, kind, &json!({ "n": 1 }), api.app.now());
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn the_feed_is_read_page_by_page_and_narrowed_by_type() {
    let api = Api::open().await;
    let (id, key) = api.merchant().await;
    happen(&api, &id.to_string(), &["invoice.created", "invoice.paid", "invoice.created"]).await;

    let first = api.get("/v1/events?limit=2", &key).await;
    let seqs = |page: &serde_json::Value| -> Vec<i64> {
        page["data"].as_array().unwrap().iter().map(|e| e["seq"].as_i64().unwrap()).collect()
    };
    assert_eq!((seqs(&first.body), &first.body["has_more"]), (vec![1, 2], &json!(true)));
    let rest = api.get("/v1/events?after=2", &key).await;
    assert_eq!((seqs(&rest.body), &rest.body["has_more"]), (vec![3], &json!(false)));
    let paid = api.get("/v1/events?types=invoice.paid,invoice.void", &key).await;
    assert_eq!(seqs(&paid.body), [2]);
    assert_eq!(paid.body["data"][0]["type"], "invoice.paid");
    assert_eq!(paid.body["data"][0]["data"]["n"], 1);
    assert_eq!(paid.body["data"][0]["livemode"], false);
    let narrow = api.get("/v1/events?types=invoice.created,invoice.created&limit=1", &key).await;
    assert_eq!((seqs(&narrow.body), &narrow.body["has_more"]), (vec![1], &json!(true)));
    let both = api.get("/v1/events?types=invoice.paid,invoice.created&after=1", &key).await;
    assert_eq!(seqs(&both.body), [2, 3]);
    let misspelt = api.get("/v1/events?types=invoice.payed", &key).await;
    assert_eq!(misspelt.problem(), "bad-request");
    assert_eq!(api.get("/v1/events?after=x", &key).await.problem(), "bad-request");
}

#[tokio::test]
async fn a_feed_belongs_to_whoever_asks() {
    let api = Api::open().await;
    let (shop, key) = api.merchant().await;
    let (alice, session) = api.person(1).await;
    happen(&api, &shop.to_string(), &["invoice.paid"]).await;
    happen(&api, &alice.id.to_string(), &["payment.sent"]).await;
    for (token, kind) in [(&key, "invoice.paid"), (&session, "payment.sent")] {
        let page = api.get("/v1/events", token).await;
        assert_eq!(page.body["data"].as_array().unwrap().len(), 1);
        assert_eq!(page.body["data"][0]["type"], kind);
    }
    assert_eq!(api.get("/v1/events", "").await.problem(), "session-invalid");
    assert_eq!(api.get("/v1/events", "sk_test_no").await.problem(), "key-invalid");
}

#[tokio::test]
async fn a_waiting_poll_is_answered_by_the_commit_that_makes_news() {
    let api = Api::open().await;
    let (id, key) = api.merchant().await;
    let started = tokio::time::Instant::now();
    let account = id.to_string();
    let (page, ()) = tokio::join!(
        api.get("/v1/events?after=0&wait=50", &key),
        happen(&api, &account, &["invoice.paid"])
    );
    assert_eq!(page.body["data"][0]["type"], "invoice.paid");
    assert!(started.elapsed() < std::time::Duration::from_secs(40), "it did not wait to the end");
}
