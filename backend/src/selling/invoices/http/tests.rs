//! The routes of invoices, as merchants and payers call them.

use axum::http::StatusCode;
use futures_util::future::join_all;
use serde_json::{Value, json};
use ton::address::Address;

use crate::{
    money::payments::view::friendly,
    people::wallets::{self, Proven},
    selling::merchants::{
        harness::{Answer, Api, NOW},
        tests::wallet,
    },
    words::money::Assets,
};

fn order() -> Value {
    json!({ "amount": "1.5", "asset": "GRAM", "description": "Two books", "external_id": "order-1" })
}

async fn creates(api: &Api, key: &str, idempotency: Option<&str>, body: Value) -> Answer {
    api.send("POST", "/v1/invoices", key, idempotency, Some(body)).await
}

/// An invoice's id, and its path for everybody.
async fn invoice(api: &Api, key: &str) -> (String, String) {
    let created = creates(api, key, None, json!({ "amount": "1.5", "asset": "GRAM" })).await;
    let id = created.text("id").to_owned();
    (id.clone(), format!("/v1/public/invoices/{id}"))
}

#[tokio::test]
async fn an_invoice_has_everything_that_was_promised() {
    let api = Api::open().await;
    let (_, key) = api.merchant().await;
    let mut body = order();
    body["metadata"] = json!({ "cart": [1, 2] });
    body["return_url"] = json!("http://localhost:3000/thanks");
    let created = creates(&api, &key, None, body).await;

    assert_eq!(created.status, StatusCode::CREATED);
    let (id, invoice) = (created.text("id"), &created.body);
    let money = json!({ "amount": "1.5", "asset": "GRAM", "units": "1500000000", "decimals": 9 });
    for (field, expected) in [
        ("object", json!("invoice")),
        ("status", json!("open")),
        ("exception", json!("none")),
        ("money", money.clone()),
        ("remaining", money),
        ("shop", json!({ "name": "Olga's Books", "wallet_since": NOW })),
        ("description", json!("Two books")),
        ("external_id", json!("order-1")),
        ("metadata", json!({ "cart": [1, 2] })),
        ("return_url", json!("http://localhost:3000/thanks")),
        ("address", json!(friendly(wallet(7)))),
        ("pay_url", json!(format!("http://localhost:8080/pay/{id}"))),
        ("app_url", json!(format!("https://t.me/shop_bot?startapp={id}"))),
        ("expires_at", json!(NOW.after(std::time::Duration::from_secs(900)))),
        ("paid_at", Value::Null),
        ("payments", json!([])),
        ("progress", json!([])),
        ("livemode", json!(false)),
    ] {
        assert_eq!(invoice[field], expected, "{field}");
    }
    assert_eq!(invoice["received"]["units"], "0");
    let read = api.get(&format!("/v1/invoices/{id}"), &key).await;
    assert_eq!(&read.body, invoice);
}

#[tokio::test]
async fn the_public_sees_the_minimum() {
    let api = Api::open().await;
    let (_, key) = api.merchant().await;
    let (_, path) = invoice(&api, &key).await;
    let public = api.get(&path, "").await;
    assert_eq!(public.status, StatusCode::OK);
    for private in ["metadata", "external_id", "payments", "app_url", "livemode"] {
        assert_eq!(public.body.get(private), None, "{private}");
    }
}

#[tokio::test]
async fn another_merchant_finds_nothing() {
    let api = Api::open().await;
    let (_, key) = api.merchant().await;
    let (_, other) = api.merchant().await;
    let (id, _) = invoice(&api, &key).await;
    let stranger = crate::words::id::InvoiceId::new(NOW, &api.app.dice);
    for id in [id.as_str(), &stranger.to_string(), "inv_nonsense"] {
        assert_eq!(api.get(&format!("/v1/invoices/{id}"), &other).await.problem(), "not-found");
        let void = format!("/v1/invoices/{id}/void");
        assert_eq!(api.post(&void, &other, json!({})).await.problem(), "not-found");
    }
    assert_eq!(api.get("/v1/invoices", &other).await.body["data"], json!([]));
}

#[tokio::test]
async fn an_external_id_gives_its_invoice_again_or_says_that_it_is_taken() {
    let api = Api::open().await;
    let (_, key) = api.merchant().await;
    let first = creates(&api, &key, None, order()).await;
    let again = creates(&api, &key, None, order()).await;
    assert_eq!((again.status, &again.body), (StatusCode::OK, &first.body));

    let mut dearer = order();
    dearer["amount"] = json!("2");
    let refused = creates(&api, &key, None, dearer).await;
    assert_eq!((refused.status, refused.problem()), (StatusCode::CONFLICT, "external-id-taken"));

    let (_, other) = api.merchant().await;
    assert_eq!(creates(&api, &other, None, order()).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn racing_for_one_external_id_makes_one_invoice() {
    let api = Api::open().await;
    let (_, key) = api.merchant().await;
    let answers = join_all((0..20).map(|_| creates(&api, &key, None, order()))).await;
    let id = answers[0].text("id");
    assert!(answers.iter().all(|answer| answer.text("id") == id), "{answers:?}");
    let made = answers.iter().filter(|answer| answer.status == StatusCode::CREATED);
    assert_eq!(made.count(), 1);
}

#[tokio::test]
async fn the_same_idempotency_key_gives_the_first_answer() {
    let api = Api::open().await;
    let (_, key) = api.merchant().await;
    let body = json!({ "amount": "1.5", "asset": "GRAM" });
    let calls = (0..20).map(|_| creates(&api, &key, Some("k-1"), body.clone()));
    let answers = join_all(calls).await;
    let first = answers[0].text("id").to_owned();
    assert!(answers.iter().all(|a| a.status == StatusCode::CREATED && a.text("id") == first));
    let replayed = answers.iter().filter(|a| a.headers.contains_key("idempotent-replayed"));
    assert_eq!(replayed.count(), 19);
    let list = api.get("/v1/invoices", &key).await;
    assert_eq!(list.body["data"].as_array().unwrap().len(), 1);

    let other = creates(&api, &key, Some("k-1"), json!({ "amount": "2", "asset": "GRAM" })).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(other.problem(), "idempotency-mismatch");
    let bad = creates(&api, &key, Some(&"k".repeat(256)), body).await;
    assert_eq!(bad.problem(), "bad-request");
}

#[tokio::test]
async fn a_refused_request_leaves_its_key_free() {
    let api = Api::open().await;
    let (_, key) = api.merchant().await;
    let wrong = creates(&api, &key, Some("k"), json!({ "amount": "0", "asset": "GRAM" })).await;
    assert_eq!(wrong.problem(), "amount-invalid");
    let right = creates(&api, &key, Some("k"), json!({ "amount": "1", "asset": "GRAM" })).await;
    assert_eq!(right.status, StatusCode::CREATED);
}

#[tokio::test]
async fn what_is_not_an_invoice_is_refused_with_a_reason() {
    let api = Api::open().await;
    let (_, key) = api.merchant().await;
    for (body, slug) in [
        (json!({ "amount": "1", "asset": "DOGE" }), "asset-unknown"),
        (json!({ "amount": "1,5", "asset": "GRAM" }), "amount-invalid"),
        (json!({ "amount": 1.5, "asset": "GRAM" }), "bad-request"),
        (json!({ "amount": "1", "asset": "GRAM", "surprise": 1 }), "bad-request"),
        (json!({ "amount": "1", "asset": "GRAM", "expires_in": 5 }), "bad-request"),
        (json!([]), "bad-request"),
    ] {
        let refused = creates(&api, &key, None, body.clone()).await;
        assert_eq!((refused.status.as_u16(), refused.problem()), (400, slug), "{body}");
    }
    assert_eq!(creates(&api, "", None, order()).await.problem(), "key-invalid");
}

#[tokio::test]
async fn a_list_is_read_page_by_page() {
    let api = Api::open().await;
    let (_, key) = api.merchant().await;
    for _ in 0..3 {
        invoice(&api, &key).await;
    }
    let first = api.get("/v1/invoices?limit=2&status=open", &key).await.body;
    assert_eq!((first["data"].as_array().unwrap().len(), &first["has_more"]), (2, &json!(true)));
    let last = first["data"][1]["id"].as_str().unwrap();
    let rest = api.get(&format!("/v1/invoices?starting_after={last}"), &key).await.body;
    assert_eq!((rest["data"].as_array().unwrap().len(), &rest["has_more"]), (1, &json!(false)));
    assert_eq!(api.get("/v1/invoices?status=paid", &key).await.body["data"], json!([]));
    assert_eq!(api.get("/v1/invoices?status=nonsense", &key).await.problem(), "bad-request");
}

#[tokio::test]
async fn anybody_gets_a_transaction_to_sign() {
    let api = Api::open().await;
    let (_, key) = api.merchant().await;
    let (id, path) = invoice(&api, &key).await;
    let from = wallet(3).to_string();
    let answer = api.post(&format!("{path}/pay"), "", json!({ "from": from })).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body["payment"], Value::Null);
    let transaction = &answer.body["transaction"];
    assert_eq!(transaction["from"], from);
    assert_eq!(transaction["network"], "-217");
    assert_eq!(transaction["messages"][0]["address"], friendly(wallet(7)));
    assert_eq!(transaction["messages"][0]["amount"], "1500000000");

    let pay = format!("{path}/pay");
    let own = json!({ "from": wallet(7).to_string() });
    assert_eq!(api.post(&pay, "", own).await.problem(), "to-self");
    assert_eq!(api.post(&pay, "", json!({ "from": "me" })).await.problem(), "address-invalid");
    assert_eq!(
        api.post(&pay, "ses_no", json!({ "from": from })).await.problem(),
        "session-invalid"
    );

    api.post(&format!("/v1/invoices/{id}/void"), &key, json!({})).await;
    assert_eq!(api.post(&pay, "", json!({ "from": from })).await.problem(), "invoice-void");
}

async fn links(api: &Api, person: &crate::people::identity::Person, address: Address) {
    let proven = Proven { address, version: "v5r1".into(), public_key: [0; 32] };
    let mut tx = api.app.db.begin().await.unwrap();
    let assets = Assets::new([]);
    wallets::link(&mut tx, &assets, person, proven, api.app.now()).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_person_pays_by_a_payment_of_their_own_and_taps_twice_for_one() {
    let api = Api::open().await;
    let (_, key) = api.merchant().await;
    let (alice, session) = api.person(1).await;
    links(&api, &alice, wallet(3)).await;
    let (id, path) = invoice(&api, &key).await;
    let pay = format!("{path}/pay");

    let first = api.post(&pay, &session, json!({ "from": wallet(3).to_string() })).await;
    let payment = &first.body["payment"];
    assert_eq!(payment["purpose"]["kind"], "invoice");
    assert_eq!(payment["purpose"]["id"], id);
    assert_eq!(payment["to"]["name"], "Olga's Books");
    assert_eq!(payment["to"]["kind"], "shop");
    assert_eq!(payment["transaction"], first.body["transaction"]);
    let public = api.get(&path, "").await;
    assert_ne!(payment["reference"], public.body["reference"]);

    let again = api.post(&pay, &session, json!({ "from": wallet(3).to_string() })).await;
    assert_eq!(again.body, first.body);
    let activity = api.get("/v1/payments", &session).await;
    assert_eq!(activity.body["data"].as_array().unwrap().len(), 1);

    let foreign = api.post(&pay, &session, json!({ "from": wallet(4).to_string() })).await;
    assert_eq!((foreign.status, &foreign.body["payment"]), (StatusCode::OK, &Value::Null));
}

#[tokio::test]
async fn a_waiting_reader_is_answered_when_the_status_changes() {
    let api = Api::open().await;
    let (_, key) = api.merchant().await;
    let (id, path) = invoice(&api, &key).await;
    let (waiting, void) = (format!("{path}?wait=50&after=open"), format!("/v1/invoices/{id}/void"));
    let (seen, done) = tokio::join!(api.get(&waiting, ""), api.post(&void, &key, json!({})));
    assert_eq!((seen.text("status"), done.text("status")), ("void", "void"));
    let repeated = api.post(&void, &key, json!({})).await;
    assert_eq!((repeated.status, repeated.text("status")), (StatusCode::OK, "void"));
}
