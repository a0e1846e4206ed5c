//! Stories over HTTP: a bot that speaks the Bot API, and people on their phones.

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::routing::post;
use ed25519_dalek::SigningKey;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::*;
use crate::clock::Clock;
use crate::feed::Feed;
use crate::keep::Keep;
use crate::tasks::Tasks;
use crate::telegram::{ButtonRef, Setup, Tapped, TelegramFaults};

const TOKEN: &str = "8000000001:AAF-a-token-for-tests-only-00000000";
const ALICE: i64 = 700_000_001;

/// A Telegram that is served, and a bot that calls it.
struct Fixture {
    telegram: Telegram,
    base: String,
    http: reqwest::Client,
    tasks: Tasks,
}

impl Fixture {
    async fn begin() -> Self {
        Self::with(Keep::nothing(), Tasks::default()).await
    }

    async fn with(keep: Keep, tasks: Tasks) -> Self {
        let telegram = Telegram::open(Setup {
            token: TOKEN.to_owned(),
            signer: SigningKey::from_bytes(&[7; 32]),
            clock: Clock::manual(1_790_000_000_000),
            keep,
            feed: Feed::starting_at(1),
            tasks: tasks.clone(),
        })
        .await
        .unwrap();
        let address = serve(router(telegram.clone()), &tasks).await;
        let base = format!("http://{address}/bot{TOKEN}");
        let http = reqwest::Client::builder().build().unwrap();
        Self { telegram, base, http, tasks }
    }

    async fn call(&self, method: &str, params: Value) -> Value {
        let request = self.http.post(format!("{}/{method}", self.base)).json(&params);
        request.send().await.unwrap().json().await.unwrap()
    }

    async fn ok(&self, method: &str, params: Value) -> Value {
        let answer = self.call(method, params).await;
        assert_eq!(answer["ok"], true, "{answer}");
        answer["result"].clone()
    }

    async fn refusal(&self, method: &str, params: Value) -> String {
        let answer = self.call(method, params).await;
        assert_eq!(answer["ok"], false, "{answer}");
        answer["description"].as_str().unwrap().to_owned()
    }

    async fn say_hello(&self) -> i64 {
        let sent = self.ok("sendMessage", json!({ "chat_id": ALICE, "text": "Hello" })).await;
        sent["message_id"].as_i64().unwrap()
    }
}

async fn serve(router: Router, tasks: &Tasks) -> std::net::SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

#[tokio::test]
async fn parameters_come_in_any_way_and_methods_in_any_case() {
    let bot = Fixture::begin().await;
    bot.telegram.start(Person::Alice, None);

    let answers = [
        bot.http.post(format!("{}/SendMessage", bot.base)).json(&json!({
            "chat_id": ALICE, "text": "hi", "parse_mode": "HTML",
            "reply_markup": { "inline_keyboard": [[{ "text": "Yes", "callback_data": "y" }]] },
        })),
        bot.http.post(format!("{}/sendmessage", bot.base)).form(&[
            ("chat_id", "700000001"),
            ("text", "hi"),
            ("reply_markup", r#"{"inline_keyboard":[[{"text":"Yes","callback_data":"y"}]]}"#),
        ]),
        bot.http.get(format!(
            "{}/sendMessage?chat_id=700000001&text=hi&reply_markup=\
             %7B%22inline_keyboard%22:[[%7B%22text%22:%22Yes%22,%22callback_data%22:%22y%22%7D]]%7D",
            bot.base
        )),
        bot.http
            .post(format!("{}/sendMessage", bot.base))
            .header("content-type", "multipart/form-data; boundary=b")
            .body(
                "--b\r\ncontent-disposition: form-data; name=\"chat_id\"\r\n\r\n700000001\r\n\
                 --b\r\ncontent-disposition: form-data; name=\"text\"\r\n\r\nhi\r\n\
                 --b\r\ncontent-disposition: form-data; name=\"reply_markup\"\r\n\r\n\
                 {\"inline_keyboard\":[[{\"text\":\"Yes\",\"callback_data\":\"y\"}]]}\r\n--b--\r\n",
            ),
    ];
    for request in answers {
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(answer["result"]["text"], "hi", "{answer}");
        let button = &answer["result"]["reply_markup"]["inline_keyboard"][0][0];
        assert_eq!(button, &json!({ "text": "Yes", "callback_data": "y" }));
    }
}

#[tokio::test]
async fn a_message_has_the_shape_of_the_bot_api() {
    let bot = Fixture::begin().await;
    bot.telegram.start(Person::Alice, Some("inv_1"));

    let sent = bot
        .ok(
            "sendMessage",
            json!({ "chat_id": ALICE, "text": "<b>5</b> GRAM", "parse_mode": "HTML" }),
        )
        .await;

    assert_eq!(
        sent,
        json!({
            "message_id": 2,
            "from": {
                "id": 8_000_000_001i64, "is_bot": true,
                "first_name": "Remit", "username": "remit_sandbox_bot",
            },
            "chat": {
                "id": ALICE, "type": "private", "first_name": "Alice", "username": "alice",
            },
            "date": 1_790_000_000,
            "text": "5 GRAM",
            "entities": [{ "type": "bold", "offset": 0, "length": 1 }],
        })
    );
    let shown = bot.telegram.chat(Person::Alice).messages;
    assert_eq!(shown[0].text, "/start inv_1");
    assert_eq!(shown[1].html, "<b>5</b> GRAM");
}

#[tokio::test]
async fn a_wrong_token_or_method_is_refused() {
    let bot = Fixture::begin().await;
    let wrong = bot.base.replace("AAF", "AAG");

    let answer = bot.http.get(format!("{wrong}/getMe")).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body, json!({ "ok": false, "error_code": 401, "description": "Unauthorized" }));
    assert_eq!(bot.refusal("getStickers", json!({})).await, "Not Found");
}

#[tokio::test]
async fn the_bot_cannot_write_first_nor_to_who_blocked_it() {
    let bot = Fixture::begin().await;
    let hello = json!({ "chat_id": ALICE, "text": "Hello" });
    assert_eq!(bot.refusal("sendMessage", hello.clone()).await, "Bad Request: chat not found");

    bot.telegram.start(Person::Alice, None);
    bot.ok("sendMessage", hello.clone()).await;

    bot.telegram.block(Person::Alice);
    assert_eq!(
        bot.refusal("sendMessage", hello.clone()).await,
        "Forbidden: bot was blocked by the user"
    );
    bot.telegram.unblock(Person::Alice);
    bot.ok("sendMessage", hello).await;

    let updates = bot.ok("getUpdates", json!({})).await;
    let statuses: Vec<_> = updates
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|update| update["my_chat_member"]["new_chat_member"]["status"].as_str())
        .collect();
    assert_eq!(statuses, ["kicked", "member"]);
}

#[tokio::test]
async fn markup_and_length_are_checked() {
    let bot = Fixture::begin().await;
    bot.telegram.start(Person::Alice, None);
    let text = |text: &str| json!({ "chat_id": ALICE, "text": text, "parse_mode": "HTML" });

    assert_eq!(
        bot.refusal("sendMessage", text("<b>x")).await,
        "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\""
    );
    assert_eq!(
        bot.refusal("sendMessage", text(" <i> </i>")).await,
        "Bad Request: message text is empty"
    );
    assert_eq!(
        bot.refusal("sendMessage", text(&"é".repeat(4097))).await,
        "Bad Request: message is too long"
    );
    bot.ok("sendMessage", text(&format!("<b>{}</b>", "x".repeat(4096)))).await;

    let button = |button: Value| {
        json!({ "chat_id": ALICE, "text": "x",
                "reply_markup": { "inline_keyboard": [[button]] } })
    };
    let long = button(json!({ "text": "x", "callback_data": "y".repeat(65) }));
    assert_eq!(bot.refusal("sendMessage", long).await, "Bad Request: BUTTON_DATA_INVALID");
    let insecure = button(json!({ "text": "x", "web_app": { "url": "http://example.com" } }));
    assert!(bot.refusal("sendMessage", insecure).await.ends_with("Only HTTPS links are allowed"));
    bot.ok(
        "sendMessage",
        button(json!({ "text": "x", "web_app": { "url": "http://localhost:8080/" } })),
    )
    .await;
}

#[tokio::test]
async fn an_edit_must_change_something() {
    let bot = Fixture::begin().await;
    bot.telegram.start(Person::Alice, None);
    let id = bot.say_hello().await;
    let edit = |text: &str| json!({ "chat_id": ALICE, "message_id": id, "text": text });

    let edited = bot.ok("editMessageText", edit("Paid")).await;
    assert_eq!((&edited["text"], &edited["edit_date"]), (&json!("Paid"), &json!(1_790_000_000)));
    assert!(bot.telegram.chat(Person::Alice).messages[1].edited);
    assert!(
        bot.refusal("editMessageText", edit("Paid"))
            .await
            .starts_with("Bad Request: message is not modified")
    );

    bot.ok("deleteMessage", json!({ "chat_id": ALICE, "message_id": id })).await;
    assert_eq!(
        bot.refusal("editMessageText", edit("again")).await,
        "Bad Request: message to edit not found"
    );
    assert_eq!(bot.telegram.chat(Person::Alice).messages.len(), 1);
}

#[tokio::test]
async fn updates_stay_until_they_are_confirmed() {
    let bot = Fixture::begin().await;
    bot.telegram.start(Person::Alice, None);
    bot.telegram.say(Person::Alice, "/help me").unwrap();

    let first = bot.ok("getUpdates", json!({ "limit": 1 })).await;
    assert_eq!(first.as_array().unwrap().len(), 1);
    let again = bot.ok("getUpdates", json!({})).await;
    assert_eq!(again.as_array().unwrap().len(), 2);
    assert_eq!(
        again[1]["message"]["entities"],
        json!([{ "type": "bot_command", "offset": 0, "length": 5 }])
    );

    let last = again[1]["update_id"].as_i64().unwrap();
    assert_eq!(bot.ok("getUpdates", json!({ "offset": last + 1 })).await, json!([]));
}

#[tokio::test]
async fn a_long_poll_wakes_up_and_a_second_one_ends_the_first() {
    let bot = Arc::new(Fixture::begin().await);
    let waiting = {
        let bot = bot.clone();
        let (done, answer) = tokio::sync::oneshot::channel();
        bot.tasks.clone().spawn(async move {
            let _ = done.send(bot.call("getUpdates", json!({ "timeout": 50 })).await);
        });
        answer
    };
    // The second poll may only be called once the first is waiting.
    while bot.telegram.inner.nudge.receiver_count() < 2 {
        tokio::task::yield_now().await;
    }
    let second = {
        let bot = bot.clone();
        let (done, answer) = tokio::sync::oneshot::channel();
        bot.tasks.clone().spawn(async move {
            let _ = done.send(bot.call("getUpdates", json!({ "timeout": 50 })).await);
        });
        answer
    };
    let first = waiting.await.unwrap();
    assert_eq!(first["error_code"], 409);
    assert!(first["description"].as_str().unwrap().contains("terminated by other getUpdates"));

    bot.telegram.start(Person::Bob, None);
    assert_eq!(second.await.unwrap()["result"][0]["message"]["text"], "/start");
}

#[tokio::test]
async fn only_kinds_that_were_asked_for_are_queued() {
    let bot = Fixture::begin().await;
    bot.ok("getUpdates", json!({ "allowed_updates": ["callback_query"] })).await;
    bot.telegram.start(Person::Alice, None);
    assert_eq!(bot.ok("getUpdates", json!({})).await, json!([]));
}

#[tokio::test]
async fn a_webhook_gets_every_update_until_it_says_yes() {
    let bot = Fixture::begin().await;
    let (told, mut heard) = mpsc::unbounded_channel();
    let refusals = Arc::new(std::sync::atomic::AtomicUsize::new(2));
    let hook = post(move |headers: HeaderMap, Json(update): Json<Value>| async move {
        let left = refusals.load(std::sync::atomic::Ordering::SeqCst);
        told.send((headers["x-telegram-bot-api-secret-token"].clone(), update)).unwrap();
        if left > 0 {
            refusals.store(left - 1, std::sync::atomic::Ordering::SeqCst);
            return StatusCode::INTERNAL_SERVER_ERROR;
        }
        StatusCode::NO_CONTENT
    });
    let address = serve(Router::new().route("/hook", hook), &bot.tasks).await;
    let url = format!("http://{address}/hook");
    bot.ok("setWebhook", json!({ "url": url, "secret_token": "s3cret" })).await;

    assert!(bot.refusal("getUpdates", json!({})).await.contains("while webhook is active"));
    bot.telegram.start(Person::Alice, None);
    bot.telegram.say(Person::Alice, "two").unwrap();

    let mut texts = Vec::new();
    for _ in 0..4 {
        let (secret, update) = heard.recv().await.unwrap();
        assert_eq!(secret, "s3cret");
        texts.push(update["message"]["text"].as_str().unwrap().to_owned());
    }
    assert_eq!(texts, ["/start", "/start", "/start", "two"]);
    let info = bot.ok("getWebhookInfo", json!({})).await;
    assert_eq!(
        info["last_error_message"],
        "Wrong response from the webhook: 500 Internal Server Error"
    );
    assert_eq!(
        bot.refusal("setWebhook", json!({ "url": "http://example.com/" })).await,
        "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"
    );
}

#[tokio::test]
async fn a_webhook_that_is_set_again_does_not_wait_out_the_pause_of_the_last_one() {
    let bot = Fixture::begin().await;
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    bot.ok("setWebhook", json!({ "url": format!("http://{nobody}/") })).await;
    bot.telegram.start(Person::Alice, None);
    let (told, mut heard) = mpsc::unbounded_channel();
    let hook = post(move |Json(update): Json<Value>| async move { told.send(update).unwrap() });
    let address = serve(Router::new().route("/", hook), &bot.tasks).await;
    // By then it has failed four times, and would rest four seconds.
    tokio::time::sleep(Duration::from_millis(4_000)).await;
    bot.ok("setWebhook", json!({ "url": format!("http://{address}/") })).await;
    let update = tokio::time::timeout(Duration::from_secs(2), heard.recv()).await;
    assert_eq!(update.expect("at once").unwrap()["message"]["text"], "/start");
}

#[tokio::test]
async fn a_tap_is_a_callback_query_and_its_answer_shows() {
    let bot = Arc::new(Fixture::begin().await);
    bot.telegram.start(Person::Alice, None);
    let sent = bot
        .ok(
            "sendMessage",
            json!({ "chat_id": ALICE, "text": "Pay?", "reply_markup": {
                "inline_keyboard": [[{ "text": "Yes", "callback_data": "pay:1" }]] } }),
        )
        .await;
    let id = sent["message_id"].as_i64().unwrap();
    bot.ok("getUpdates", json!({ "offset": -1 })).await;

    let phone = async {
        bot.telegram.tap(Person::Alice, id, &ButtonRef::Name("Yes".into())).await.unwrap()
    };
    let answering = async {
        let updates = bot.ok("getUpdates", json!({ "offset": 2, "timeout": 50 })).await;
        let query = &updates[0]["callback_query"];
        assert_eq!(query["data"], "pay:1");
        assert_eq!(query["message"]["message_id"], id);
        let answer =
            json!({ "callback_query_id": query["id"], "text": "Done", "show_alert": true });
        bot.ok("answerCallbackQuery", answer.clone()).await;
        bot.refusal("answerCallbackQuery", answer).await
    };
    let (tapped, second) = tokio::join!(phone, answering);
    assert_eq!(tapped, Tapped::Answered { text: "Done".into(), show_alert: true, url: None });
    assert!(second.contains("query is too old"));
}

#[tokio::test]
async fn an_inline_card_is_sent_and_later_edited_in_both_chats() {
    let bot = Arc::new(Fixture::begin().await);
    bot.telegram.start(Person::Alice, None);
    bot.telegram.start(Person::Bob, None);
    let card = json!({
        "type": "article", "id": "req_1", "title": "Ask for 5 GRAM",
        "input_message_content": { "message_text": "<b>5 GRAM</b>", "parse_mode": "HTML" },
        "reply_markup": { "inline_keyboard": [[{ "text": "Pay", "url": "https://t.me/b?startapp=1" }]] },
    });
    let phone = async { bot.telegram.inline_query(Person::Alice, "5 gram").await.unwrap() };
    let answering = async {
        let updates = bot.ok("getUpdates", json!({ "offset": 3, "timeout": 50 })).await;
        let query = &updates[0]["inline_query"];
        assert_eq!(query["query"], "5 gram");
        let answer = json!({
            "inline_query_id": query["id"], "results": [card], "cache_time": 0, "is_personal": true,
        });
        bot.ok("answerInlineQuery", answer).await
    };
    let (offered, _) = tokio::join!(phone, answering);
    bot.telegram.send_inline_result(Person::Alice, Person::Bob, "5 gram", &offered[0]).unwrap();

    let updates = bot.ok("getUpdates", json!({ "offset": 4 })).await;
    let inline_id = &updates[0]["chosen_inline_result"]["inline_message_id"];
    let edit = json!({ "inline_message_id": inline_id, "text": "Paid" });
    assert_eq!(bot.ok("editMessageText", edit).await, json!(true));
    for person in [Person::Alice, Person::Bob] {
        let message = bot.telegram.chat(person).messages.pop().unwrap();
        assert_eq!((message.text.as_str(), message.via), ("Paid", Some(Person::Alice)));
    }
}

#[tokio::test]
async fn troubles_come_on_demand() {
    let bot = Fixture::begin().await;
    bot.telegram.start(Person::Alice, None);
    bot.telegram.set_faults(TelegramFaults {
        rate_limit_next: 1,
        retry_after: 7,
        duplicate_updates: true,
        ..TelegramFaults::default()
    });
    let hello = json!({ "chat_id": ALICE, "text": "Hello" });

    let limited = bot.call("sendMessage", hello.clone()).await;
    assert_eq!(
        limited,
        json!({ "ok": false, "error_code": 429,
                "description": "Too Many Requests: retry after 7",
                "parameters": { "retry_after": 7 } })
    );
    bot.ok("sendMessage", hello.clone()).await;
    let updates = bot.ok("getUpdates", json!({})).await;
    assert_eq!(updates[0]["update_id"], updates[1]["update_id"]);

    let faults = TelegramFaults { down: true, ..TelegramFaults::default() };
    bot.telegram.set_faults(faults);
    assert_eq!(bot.refusal("getMe", json!({})).await, "Bad Gateway");
    let faults = TelegramFaults { blocked: [Person::Alice].into(), ..TelegramFaults::default() };
    bot.telegram.set_faults(faults);
    assert!(bot.refusal("sendMessage", hello).await.starts_with("Forbidden"));
}

#[tokio::test]
async fn the_profile_is_remembered_and_the_menu_shows() {
    let bot = Fixture::begin().await;
    let commands = json!([{ "command": "pay", "description": "Pay somebody" }]);
    bot.ok("setMyCommands", json!({ "commands": commands })).await;
    assert_eq!(bot.ok("getMyCommands", json!({})).await, commands);
    let bad = json!({ "commands": [{ "command": "Pay!", "description": "x" }] });
    assert_eq!(bot.refusal("setMyCommands", bad).await, "Bad Request: BOT_COMMAND_INVALID");

    let menu = json!({ "type": "web_app", "text": "Open",
                       "web_app": { "url": "http://localhost:8080/" } });
    bot.ok("setChatMenuButton", json!({ "menu_button": menu })).await;
    assert_eq!(bot.ok("getChatMenuButton", json!({})).await, menu);
    let shown = bot.telegram.chat(Person::Carol).menu_button.unwrap();
    assert_eq!(shown.web_app_url, "http://localhost:8080/");

    bot.ok("setMyDescription", json!({ "description": "Pays" })).await;
    let description = bot.ok("getMyDescription", json!({ "language_code": "ru" })).await;
    assert_eq!(description, json!({ "description": "Pays" }));
}

#[tokio::test]
async fn everything_survives_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("world.sqlite");
    let tasks = Tasks::default();
    let bot = Fixture::with(Keep::open(&path, &tasks).await.unwrap(), tasks).await;
    bot.telegram.start(Person::Alice, Some("inv_1"));
    let id = bot.say_hello().await;
    bot.telegram.block(Person::Bob);
    bot.tasks.stop().await;

    let tasks = Tasks::default();
    let bot = Fixture::with(Keep::open(&path, &tasks).await.unwrap(), tasks).await;
    let chat = bot.telegram.chat(Person::Alice);
    let texts: Vec<_> = chat.messages.iter().map(|message| message.text.as_str()).collect();
    assert_eq!(texts, ["/start inv_1", "Hello"]);
    assert!(bot.telegram.chat(Person::Bob).blocked);
    assert!(bot.say_hello().await > id);
    let updates = bot.ok("getUpdates", json!({})).await;
    assert_eq!(updates[0]["message"]["text"], "/start inv_1");
    bot.telegram.say(Person::Alice, "more").unwrap();
    let updates = bot.ok("getUpdates", json!({})).await;
    assert_eq!(updates[2]["update_id"], updates[1]["update_id"].as_i64().unwrap() + 1);
}
