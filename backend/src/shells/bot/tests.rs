//! The bot's answers, from stored update to reply, on a database and without a network.

use std::convert::Infallible;

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::*;
use crate::{
    base::{app::App, db::rows},
    people::identity::{Chat, store as people},
    selling::merchants::harness::Api,
};

const ALICE: i64 = 42;

fn update(id: i64, kind: &str, body: Value) -> Value {
    let mut update = json!({ "update_id": id });
    update[kind] = body;
    update
}

fn says(id: i64, text: &str) -> Value {
    update(
        id,
        "message",
        json!({
            "message_id": id,
            "date": 1_795_000_000,
            "chat": { "id": ALICE, "type": "private", "first_name": "Alice" },
            "from": { "id": ALICE, "is_bot": false, "first_name": "Alice", "language_code": "de" },
            "text": text
        }),
    )
}

fn membership(id: i64, status: &str) -> Value {
    let bot = json!({ "id": 1, "is_bot": true, "first_name": "Remit", "username": "remit_bot" });
    let mut after = json!({ "status": status, "user": bot });
    if status == "kicked" {
        after["until_date"] = json!(0);
    }
    update(
        id,
        "my_chat_member",
        json!({
            "chat": { "id": ALICE, "type": "private", "first_name": "Alice" },
            "from": { "id": ALICE, "is_bot": false, "first_name": "Alice" },
            "date": 1_795_000_000,
            "old_chat_member": { "status": "member", "user": bot },
            "new_chat_member": after
        }),
    )
}

/// Telegram delivers an update to the webhook.
async fn deliver(api: &Api, secret: &str, body: &str) -> StatusCode {
    let request = Request::post(http::PATH)
        .header("x-telegram-bot-api-secret-token", secret)
        .body(Body::from(body.to_owned()))
        .unwrap();
    let router = http::router().with_state(api.app.clone());
    router.oneshot(request).await.unwrap().status()
}

/// The inbox handles whatever is due.
async fn handles(app: &App) -> usize {
    let mut count = 0;
    while let Some(stored) = inbox::next(app).await.unwrap() {
        inbox::handle(app, &stored).await.unwrap();
        count += 1;
    }
    count
}

async fn hears(api: &Api, update: &Value) {
    let secret = setup::webhook_secret(api.app.settings.bot_token.reveal());
    assert_eq!(deliver(api, &secret, &update.to_string()).await, StatusCode::OK);
    handles(&api.app).await;
}

/// Replies in the outbox, oldest first.
async fn replies(app: &App) -> Vec<Message> {
    let mut tx = app.db.snapshot().await.unwrap();
    let found = rows!(&mut tx, all(String,), "select message from deliveries order by seq");
    found.unwrap().iter().map(|(json,)| serde_json::from_str(json).unwrap()).collect()
}

async fn chat(app: &App) -> Chat {
    let mut tx = app.db.snapshot().await.unwrap();
    people::by_telegram(&mut tx, ALICE).await.unwrap().unwrap().chat
}

#[tokio::test]
async fn whoever_starts_is_met_and_greeted_by_name() {
    let api = Api::open().await;
    hears(&api, &says(1, "/start")).await;
    let replies = replies(&api.app).await;
    assert!(replies[0].html.starts_with("<b>Hello, Alice</b>"), "{replies:?}");
    assert_eq!(chat(&api.app).await, Chat::Open);
}

#[tokio::test]
async fn an_update_that_comes_twice_is_answered_once() {
    let api = Api::open().await;
    hears(&api, &says(7, "/help")).await;
    hears(&api, &says(7, "/help")).await;
    assert_eq!(replies(&api.app).await.len(), 1);
}

#[tokio::test]
async fn only_telegram_may_deliver_updates() {
    let api = Api::open().await;
    for secret in ["", "wrong"] {
        let status = deliver(&api, secret, &says(1, "/start").to_string()).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
    let secret = setup::webhook_secret(api.app.settings.bot_token.reveal());
    assert_eq!(deliver(&api, &secret, "{}").await, StatusCode::BAD_REQUEST);
    assert_eq!(handles(&api.app).await, 0);
}

/// The same through all the layers of the service.
async fn calls_webhook(api: &Api, secret: &str, body: Body) -> StatusCode {
    let request = Request::post(http::PATH)
        .header("x-telegram-bot-api-secret-token", secret)
        .body(body)
        .unwrap();
    crate::shells::http::router(api.app.clone()).oneshot(request).await.unwrap().status()
}

#[tokio::test]
async fn telegram_may_call_as_often_as_it_has_news() {
    let api = Api::open().await;
    let router = crate::shells::http::router(api.app.clone());
    let secret = setup::webhook_secret(api.app.settings.bot_token.reveal());
    for id in 1..=500 {
        let request = Request::post(http::PATH)
            .header("x-telegram-bot-api-secret-token", &secret)
            .body(Body::from(says(id, "/help").to_string()))
            .unwrap();
        let status = router.clone().oneshot(request).await.unwrap().status();
        assert_eq!(status, StatusCode::OK, "update {id}");
    }
}

#[tokio::test]
async fn whoever_does_not_know_the_secret_is_refused_before_the_body_is_read() {
    let api = Api::open().await;
    let never =
        || Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, Infallible>>());
    assert_eq!(calls_webhook(&api, "wrong", never()).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_update_has_a_largest_size_that_no_real_one_reaches() {
    let api = Api::open().await;
    let secret = setup::webhook_secret(api.app.settings.bot_token.reveal());
    // A full message of four-byte letters, escaped, in reply to another.
    let real = says(1, &"x".repeat(100_000)).to_string();
    assert_eq!(calls_webhook(&api, &secret, Body::from(real)).await, StatusCode::OK);
    let huge = Body::from("x".repeat(2_000_000));
    assert_eq!(calls_webhook(&api, &secret, huge).await, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn every_command_has_an_answer() {
    let api = Api::open().await;
    for (id, (command, _)) in (1..).zip(text::words("en").commands()) {
        hears(&api, &says(id, &format!("/{command}"))).await;
    }
    hears(&api, &says(99, "what?")).await;
    let replies = replies(&api.app).await;
    assert_eq!(replies.len(), text::words("en").commands().len() + 1);
    assert_eq!(replies.last().unwrap().html, text::words("en").hint());
}

#[tokio::test]
async fn an_invoice_link_shows_what_is_asked_and_a_button_to_pay() {
    let api = Api::open().await;
    let (_, key) = api.merchant().await;
    let invoice = json!({ "amount": "1.5", "asset": "GRAM", "description": "Two <books>" });
    let invoice = api.post("/v1/invoices", &key, invoice).await;
    let id = invoice.text("id");
    hears(&api, &says(1, &format!("/start {id}"))).await;
    let reply = &replies(&api.app).await[0];
    assert_eq!(reply.html, "<b>Olga's Books asks for 1.5 GRAM</b>\n“Two &lt;books&gt;”");
    assert_eq!(reply.buttons[0].label, "Pay");
    assert_eq!(reply.buttons[0].start.as_deref(), Some(id));
}

/// What the invoices domain writes into its events is what notices are read from.
#[tokio::test]
async fn an_invoice_is_told_as_its_domain_announces_it() {
    let api = Api::open().await;
    let (_, key) = api.merchant().await;
    let invoice = json!({ "amount": "1.5", "asset": "GRAM", "description": "Two books" });
    let invoice = api.post("/v1/invoices", &key, invoice).await;
    let data = api.get(&format!("/v1/invoices/{}", invoice.text("id")), &key).await.body;
    let message = text::render(crate::base::events::kind::INVOICE_PAID, &data, "en").unwrap();
    assert_eq!(message.html, "<b>Olga's Books: an invoice of 1.5 GRAM was paid</b>\n“Two books”");
}

#[tokio::test]
async fn a_link_that_leads_nowhere_is_told_so() {
    let api = Api::open().await;
    let links = ["inv_01m7q5cqg0fzzvzzzzzzzzzzzz", "pay_01m7q5cqg0fzzvzzzzzzzzzzzz", "<b>"];
    for (id, link) in (1..).zip(links) {
        hears(&api, &says(id, &format!("/start {link}"))).await;
    }
    for reply in replies(&api.app).await {
        assert_eq!(reply.html, text::words("en").unknown_link());
    }
}

#[tokio::test]
async fn blocking_and_unblocking_are_remembered() {
    let api = Api::open().await;
    hears(&api, &says(1, "/start")).await;
    hears(&api, &membership(2, "kicked")).await;
    assert_eq!(chat(&api.app).await, Chat::Blocked);
    hears(&api, &membership(3, "member")).await;
    assert_eq!(chat(&api.app).await, Chat::Open);
}

#[tokio::test]
async fn groups_and_strange_updates_are_passed_over() {
    let api = Api::open().await;
    let mut in_group = says(1, "/start");
    in_group["message"]["chat"] = json!({ "id": -5, "type": "group", "title": "Us" });
    hears(&api, &in_group).await;
    hears(&api, &update(2, "from_the_future", json!({ "x": 1 }))).await;
    assert_eq!(replies(&api.app).await, []);
    assert_eq!(handles(&api.app).await, 0);
}

#[tokio::test]
async fn an_update_that_always_fails_is_parked_and_kept() {
    let api = Api::open().await;
    let secret = setup::webhook_secret(api.app.settings.bot_token.reveal());
    // It has a number, but no Telegram has ever sent such a thing.
    let body = r#"{"update_id":5,"update_id":6}"#;
    let mut tx = api.app.db.begin().await.unwrap();
    store::insert(&mut tx, 5, body, api.app.time()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(deliver(&api, &secret, &says(9, "/help").to_string()).await, StatusCode::OK);
    assert_eq!(handles(&api.app).await, 2, "one fails, the next is not held up");
    assert_eq!(replies(&api.app).await.len(), 1);

    for attempt in 1..inbox::ATTEMPTS {
        let stored = store::Stored { update_id: 5, body: body.to_owned(), attempt };
        inbox::handle(&api.app, &stored).await.unwrap();
    }
    let mut tx = api.app.db.snapshot().await.unwrap();
    let (kept, parked) = rows!(
        &mut tx,
        one(String, bool),
        "select body, due_at is null from updates where update_id = 5"
    )
    .unwrap();
    assert_eq!((kept.as_str(), parked), (body, true));
}

#[test]
fn a_button_opens_the_app_at_its_object() {
    let message = Message::new("x").with("View receipt", Some("pay_1")).with("Open", None);
    let keyboard = keyboard(&message, "https://pay.example.org").unwrap();
    let json = serde_json::to_value(&keyboard).unwrap();
    let url = |row: usize| json["inline_keyboard"][row][0]["web_app"]["url"].as_str().unwrap();
    assert_eq!(url(0), "https://pay.example.org/?startapp=pay_1");
    assert_eq!(url(1), "https://pay.example.org/");
}

/// The names of the calls Telegram has seen since the last look.
#[cfg(feature = "sandbox")]
fn calls(stage: &crate::shells::deliver::tests::Stage) -> Vec<String> {
    let entries = serde_json::to_value(stage.world.telegram.transcript()).unwrap();
    stage.world.telegram.clear_transcript();
    let methods = entries.as_array().unwrap().iter().filter_map(|entry| entry["method"].as_str());
    methods.map(str::to_owned).collect()
}

#[cfg(feature = "sandbox")]
#[tokio::test]
async fn the_profile_is_dressed_once() {
    let stage = crate::shells::deliver::tests::Stage::open().await;
    let bot = client(&stage.app);
    setup::run(&stage.app, &bot).await.unwrap();
    assert_eq!(stage.app.bot_username.get().map(String::as_str), Some("remit_sandbox_bot"));
    let menu = stage.world.telegram.chat(sandbox::cast::Person::Alice).menu_button;
    assert_eq!(menu.unwrap().web_app_url, "http://localhost:8080/");
    assert!(calls(&stage).contains(&"setmycommands".to_owned()));
    setup::run(&stage.app, &bot).await.unwrap();
    let again = calls(&stage);
    assert!(!again.iter().any(|method| method.starts_with("set")), "{again:?}");
}

#[cfg(feature = "sandbox")]
#[tokio::test]
async fn a_public_https_address_is_given_to_telegram_to_call() {
    let stage = crate::shells::deliver::tests::Stage::with(|settings| {
        settings.public_url = "https://pay.example.org".into();
        settings.use_webhook = true;
    })
    .await;
    let bot = client(&stage.app);
    setup::run(&stage.app, &bot).await.unwrap();
    let webhook = teloxide::requests::Requester::get_webhook_info(&bot).await.unwrap();
    assert_eq!(webhook.url.unwrap().as_str(), "https://pay.example.org/telegram/updates");
}

#[tokio::test]
async fn a_payment_in_a_form_that_cannot_be_read_is_kept() {
    let api = Api::open().await;
    let mut strange = says(3, "");
    strange["message"]["successful_payment"] = json!({ "currency": "XTR", "total_amount": "many" });
    strange["message"].as_object_mut().unwrap().remove("text");
    hears(&api, &strange).await;
    let mut tx = api.app.db.snapshot().await.unwrap();
    let kept = rows!(
        &mut tx,
        all(String,),
        "select body from updates where handled_at is null and attempt > 0"
    );
    assert!(kept.unwrap()[0].0.contains("successful_payment"));
}

#[tokio::test]
async fn a_question_about_an_unknown_payment_is_answered_no() {
    let api = Api::open().await;
    for (number, payload) in [(1, "inv_01m7q5cqg0fzzvzzzzzzzzzzzz"), (2, "another bot's"), (3, "")]
    {
        let query = json!({
            "id": format!("q{number}"), "currency": "XTR", "total_amount": 250,
            "from": { "id": ALICE, "is_bot": false, "first_name": "Alice" },
            "invoice_payload": payload
        });
        hears(&api, &update(number, "pre_checkout_query", query)).await;
    }
    let mut tx = api.app.db.snapshot().await.unwrap();
    let waiting =
        crate::money::stars::store::unanswered(&mut tx, crate::words::time::Time::from_millis(0))
            .await;
    let refusals: Vec<_> = waiting.unwrap().into_iter().map(|asked| asked.refusal).collect();
    assert_eq!(refusals.len(), 3);
    assert!(refusals.iter().all(|why| why.as_deref().is_some_and(|why| why.contains("no such"))));
}

/// Somebody presses a button of ours.
fn presses(id: i64, who: i64, data: &str) -> Value {
    update(
        id,
        "callback_query",
        json!({
            "id": id.to_string(),
            "from": { "id": who, "is_bot": false, "first_name": "Alice" },
            "chat_instance": "1",
            "data": data
        }),
    )
}

async fn answers(app: &App) -> Vec<String> {
    let mut tx = app.db.snapshot().await.unwrap();
    let found = rows!(&mut tx, all(String,), "select answer from taps order by id");
    found.unwrap().into_iter().map(|(answer,)| answer).collect()
}

#[tokio::test]
async fn only_whoever_owned_the_store_stops_a_change_and_only_once() {
    use crate::selling::merchants::{self, changes};
    let api = Api::open().await;
    let (id, _) = api.merchant().await;
    let mut tx = api.app.db.begin().await.unwrap();
    let shop = merchants::find(&mut tx, id).await.unwrap();
    let to = ton::address::Address::new(0, [8; 32]);
    let matter = changes::Matter::Payout { from: shop.payout, to };
    let wait = Duration::from_secs(48 * 3600);
    let now = api.app.now();
    let change = changes::begin(&mut tx, &shop, matter, "usr_1", wait, now).await.unwrap();
    tx.commit().await.unwrap();

    let stop = taps::stop(&change.id.to_string());
    // The owner whom the operator named, 4242, has not even come.
    for (n, who, data, said) in [
        (1, ALICE, stop.as_str(), "Only whoever owned the store"),
        (2, 4242, "stop:pch_01m7q5cqg0fzzvzzzzzzzzzzzz", "Only whoever owned the store"),
        (3, 4242, "go:away", "I do not know this button"),
        (4, 4242, stop.as_str(), "Stopped."),
        (5, 4242, stop.as_str(), "This has ended already"),
    ] {
        hears(&api, &presses(n, who, data)).await;
        let answers = answers(&api.app).await;
        let last = answers.last().unwrap();
        assert!(last.starts_with(said) && last.chars().count() <= 200, "{n}: {last}");
    }
    let mut tx = api.app.db.snapshot().await.unwrap();
    let found = changes::store::find(&mut tx, change.id).await.unwrap().unwrap();
    assert_eq!(found.status, changes::ChangeStatus::Canceled);
}
