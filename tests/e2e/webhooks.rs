//! Events are sent to a shop's own server: once, signed, again when it did not take them, and never at
//! the cost of anybody else.

use std::time::Duration;

use e2e::{
    Receiver, Shop, World,
    person::id,
    receiver::Reply::{Body, RedirectTo, RetryAfter, Silence, Status},
    stories,
};
use serde_json::{Value, json};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Registers an endpoint for these types.
async fn listens(shop: &Shop, receiver: &Receiver, types: &[&str]) -> Value {
    let body = json!({ "url": receiver.url(), "types": types });
    shop.api.post("/v1/webhook_endpoints", body).await.ok()
}

async fn passes(world: &World, seconds: u64) {
    world.after(Duration::from_secs(seconds)).await;
}

/// The newest delivery to an endpoint, once it has left `status`.
async fn delivery_after(shop: &Shop, endpoint: &Value, status: &str) -> Value {
    let list = shop.api.get(&format!("/v1/deliveries?endpoint={}", id(endpoint))).await.ok();
    let path = format!("/v1/deliveries/{}?wait=20&after={status}", id(&list["data"][0]));
    shop.api.get(&path).await.ok()
}

/// The newest delivery to an endpoint, once it has had so many attempts.
async fn attempted(shop: &Shop, endpoint: &Value, attempts: usize) -> Value {
    for _ in 0..600 {
        let list = shop.api.get(&format!("/v1/deliveries?endpoint={}", id(endpoint))).await.ok();
        let newest = &list["data"][0];
        if newest["attempts"].as_array().is_some_and(|made| made.len() >= attempts) {
            return newest.clone();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("there were never {attempts} attempts");
}

/// Waits until everything that was sent is written down.
async fn nothing_is_due(shop: &Shop) {
    loop {
        let due = shop.api.get("/v1/deliveries?status=due").await.ok();
        let Some(first) = due["data"].get(0) else { return };
        shop.api.get(&format!("/v1/deliveries/{}?wait=5&after=due", id(first))).await.ok();
    }
}

stories![
    an_event_is_sent_once_and_signed,
    only_what_was_asked_for_is_sent,
    what_is_not_taken_comes_again_by_the_schedule,
    a_busy_server_is_given_the_time_it_asks_for,
    for_a_while_both_secrets_sign,
    a_ping_goes_to_one_endpoint_alone,
    while_it_is_disabled_nothing_is_sent_and_later_it_is_made_up_for,
    who_is_gone_is_left_in_peace,
    what_nobody_takes_is_kept_and_sent_again_when_asked,
    a_part_of_the_feed_is_sent_again,
    five_days_of_failures_disable_it_and_the_owner_knows_before,
    a_dead_endpoint_holds_up_nobody,
    a_restart_in_between_loses_nothing,
];

async fn an_event_is_sent_once_and_signed(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let receiver = Receiver::opens().await;
    let endpoint = listens(&shop, &receiver, &[]).await;
    let invoice = shop.invoices("1.5", "GRAM").await;
    alice.pays_invoice(&invoice).await;
    let mut events = shop.hears("invoice.paid").await;
    // That it was made needs nobody to tell the endpoint.
    events.retain(|event| event["type"] != "webhook.created");
    let received = receiver.gets(events.len()).await;
    assert_eq!(received.len(), events.len());
    for event in &events {
        let one = received.iter().find(|one| one.event()["id"] == event["id"]).unwrap();
        assert_eq!(one.header("webhook-id"), event["id"]);
        assert_eq!(one.header("content-type"), "application/json");
        assert_eq!(one.header("webhook-timestamp"), world.now_seconds().to_string());
        assert_eq!(one.signed_by(endpoint["secret"].as_str().unwrap()), 1);
        assert_eq!(one.signed_by_key(endpoint["public_keys"][0].as_str().unwrap()), 1);
        assert_eq!(&one.event(), event);
    }
    // Byte for byte what the feed shows.
    let feed = shop.api.request(reqwest::Method::GET, "/v1/events?after=0").send().await.unwrap();
    let feed = feed.text().await.unwrap();
    assert!(received.iter().all(|one| feed.contains(&one.body)), "{feed}");
    nothing_is_due(&shop).await;
    let log = shop.api.get("/v1/deliveries?status=delivered").await.ok();
    assert_eq!(log["data"].as_array().map(Vec::len), Some(events.len()));
    assert_eq!(log["data"][0]["attempts"][0]["response_status"], 200);
    assert_eq!(log["data"][0]["next_attempt_at"], Value::Null);
}

async fn only_what_was_asked_for_is_sent(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let (paid, void) = (Receiver::opens().await, Receiver::opens().await);
    listens(&shop, &paid, &["invoice.paid"]).await;
    listens(&shop, &void, &["invoice.void", "invoice.expired"]).await;
    alice.pays_invoice(&shop.invoices("1", "GRAM").await).await;
    let taken_back = shop.invoices("1", "GRAM").await;
    shop.api.post(&format!("/v1/invoices/{}/void", id(&taken_back)), json!({})).await.ok();
    assert_eq!(paid.gets(1).await[0].kind(), "invoice.paid");
    assert_eq!(void.gets(1).await[0].kind(), "invoice.void");
    let log = shop.api.get("/v1/deliveries").await.ok();
    assert_eq!(log["data"].as_array().map(Vec::len), Some(2), "{log}");
}

async fn what_is_not_taken_comes_again_by_the_schedule(world: World) {
    let shop = world.shop().await;
    let receiver = Receiver::opens().await;
    let endpoint = listens(&shop, &receiver, &["invoice.created"]).await;
    let elsewhere = Receiver::opens().await;
    receiver.next(Status(500));
    receiver.next(RedirectTo(elsewhere.url()));
    receiver.next(Body("x".repeat(30_000)));
    shop.invoices("1", "GRAM").await;

    let first = attempted(&shop, &endpoint, 1).await;
    assert_eq!((&first["status"], &first["note"]), (&json!("due"), &json!("answered 500")));
    assert!(first["next_attempt_at"].is_string());
    passes(&world, 3).await;
    assert_eq!(receiver.all().len(), 1, "it is not due yet");
    passes(&world, 3).await;
    let second = attempted(&shop, &endpoint, 2).await;
    assert_eq!(second["attempts"][1]["response_status"], 302);
    assert_eq!(elsewhere.all().len(), 0, "a redirect is not followed");
    passes(&world, 6 * MINUTE).await;
    let third = attempted(&shop, &endpoint, 3).await;
    assert_eq!(third["attempts"][2]["response_body"].as_str().map(str::len), Some(1000));
    passes(&world, 36 * MINUTE).await;
    let received = receiver.gets(4).await;
    assert_eq!(delivery_after(&shop, &endpoint, "due").await["status"], "delivered");
    assert!(
        received.iter().all(|one| one.header("webhook-id") == received[0].header("webhook-id"))
    );
    assert!(received.iter().all(|one| one.body == received[0].body));
    assert_ne!(received[3].header("webhook-timestamp"), received[0].header("webhook-timestamp"));
    assert_eq!(received[3].signed_by(endpoint["secret"].as_str().unwrap()), 1);
}

async fn a_busy_server_is_given_the_time_it_asks_for(world: World) {
    let shop = world.shop().await;
    let receiver = Receiver::opens().await;
    let endpoint = listens(&shop, &receiver, &["invoice.created"]).await;
    receiver.next(RetryAfter(429, "120".to_owned()));
    shop.invoices("1", "GRAM").await;
    attempted(&shop, &endpoint, 1).await;
    // A second event does not press the server either.
    shop.invoices("2", "GRAM").await;
    passes(&world, 100).await;
    assert_eq!(receiver.all().len(), 1);
    passes(&world, 30).await;
    assert_eq!(receiver.gets(3).await.len(), 3);
}

async fn for_a_while_both_secrets_sign(world: World) {
    let shop = world.shop().await;
    let receiver = Receiver::opens().await;
    let endpoint = listens(&shop, &receiver, &[]).await;
    let path = format!("/v1/webhook_endpoints/{}", id(&endpoint));
    let rotated =
        shop.api.post(&format!("{path}/rotate_secret"), json!({ "overlap": 3600 })).await.ok();
    let secret = |object: &Value| object["secret"].as_str().unwrap().to_owned();
    let key = |object: &Value| object["public_keys"][0].as_str().unwrap().to_owned();
    assert_ne!(secret(&rotated), secret(&endpoint));
    assert_eq!(rotated["public_keys"].as_array().map(Vec::len), Some(2));

    shop.api.post(&format!("{path}/test"), json!({})).await.ok();
    let during = receiver.gets(1).await.remove(0);
    assert_eq!(during.kind(), "webhook.ping");
    for known in [&endpoint, &rotated] {
        assert_eq!((during.signed_by(&secret(known)), during.signed_by_key(&key(known))), (1, 1));
    }
    passes(&world, 3601).await;
    shop.api.post(&format!("{path}/test"), json!({})).await.ok();
    let after = receiver.gets(2).await.remove(1);
    assert_eq!((after.signed_by(&secret(&endpoint)), after.signed_by(&secret(&rotated))), (0, 1));

    // A secret that has leaked ends at once.
    let last = shop.api.post(&format!("{path}/rotate_secret"), json!({ "overlap": 0 })).await.ok();
    shop.api.post(&format!("{path}/test"), json!({})).await.ok();
    let third = receiver.gets(3).await.remove(2);
    assert_eq!((third.signed_by(&secret(&rotated)), third.signed_by(&secret(&last))), (0, 1));
}

async fn a_ping_goes_to_one_endpoint_alone(world: World) {
    let shop = world.shop().await;
    let (one, other) = (Receiver::opens().await, Receiver::opens().await);
    let endpoint = listens(&shop, &one, &["invoice.paid"]).await;
    listens(&shop, &other, &[]).await;
    shop.api.post(&format!("/v1/webhook_endpoints/{}/test", id(&endpoint)), json!({})).await.ok();
    one.gets(1).await;
    shop.invoices("1", "GRAM").await;
    assert_eq!(other.gets(1).await[0].kind(), "invoice.created");
    assert_eq!(one.all().len(), 1);
}

async fn while_it_is_disabled_nothing_is_sent_and_later_it_is_made_up_for(world: World) {
    let shop = world.shop().await;
    let receiver = Receiver::opens().await;
    let endpoint = listens(&shop, &receiver, &["invoice.created"]).await;
    let path = format!("/v1/webhook_endpoints/{}", id(&endpoint));
    receiver.next(Status(500));
    shop.invoices("1", "GRAM").await;
    attempted(&shop, &endpoint, 1).await;
    shop.api.patch(&path, json!({ "enabled": false })).await.ok();
    shop.invoices("2", "GRAM").await;
    passes(&world, MINUTE).await;
    let list = shop.api.get("/v1/deliveries").await.ok();
    assert_eq!(list["data"].as_array().map(Vec::len), Some(1), "{list}");
    assert_eq!(list["data"][0]["status"], "dead");
    assert_eq!(
        shop.api.post(&format!("{path}/test"), json!({})).await.problem(),
        "webhook-disabled"
    );
    let again = format!("/v1/deliveries/{}/redeliver", id(&list["data"][0]));
    assert_eq!(shop.api.post(&again, json!({})).await.problem(), "webhook-disabled");
    assert_eq!(receiver.all().len(), 1);

    shop.api.patch(&path, json!({ "enabled": true })).await.ok();
    let sent = shop.api.post(&format!("{path}/redeliver"), json!({ "after_seq": 0 })).await.ok();
    assert_eq!((&sent["count"], &sent["has_more"]), (&json!(2), &json!(false)));
    let amounts: Vec<_> = receiver.gets(3).await[1..]
        .iter()
        .map(|one| one.event()["data"]["money"]["amount"].clone())
        .collect();
    assert!(amounts.contains(&json!("1")) && amounts.contains(&json!("2")), "{amounts:?}");
}

async fn who_is_gone_is_left_in_peace(world: World) {
    let shop = world.shop().await;
    let olga = world.stranger("olga").await;
    olga.starts_bot().await;
    let receiver = Receiver::opens().await;
    let endpoint = listens(&shop, &receiver, &["invoice.created"]).await;
    receiver.next(Status(410));
    shop.invoices("1", "GRAM").await;
    let delivery = delivery_after(&shop, &endpoint, "due").await;
    assert_eq!((&delivery["status"], &delivery["note"]), (&json!("dead"), &json!("answered 410")));
    let path = format!("/v1/webhook_endpoints/{}", id(&endpoint));
    let read = shop.api.get(&path).await.ok();
    assert_eq!((&read["status"], &read["reason"]), (&json!("disabled"), &json!("gone")));
    let told = shop.hears("webhook.disabled").await;
    assert_eq!(told.last().unwrap()["data"]["id"], endpoint["id"]);
    olga.reads("410 Gone").await;
    shop.invoices("2", "GRAM").await;
    passes(&world, HOUR).await;
    assert_eq!(receiver.all().len(), 1);
}

async fn what_nobody_takes_is_kept_and_sent_again_when_asked(world: World) {
    let shop = world.shop().await;
    let receiver = Receiver::opens().await;
    let endpoint = listens(&shop, &receiver, &["invoice.created"]).await;
    receiver.always(Status(404));
    shop.invoices("1", "GRAM").await;
    // A little more than a fifth later than the schedule says, each time.
    let waits =
        [6, 361, 2161, 8641, 6 * HOUR + 1, 12 * HOUR + 1, 17 * HOUR, 24 * HOUR + 1, 29 * HOUR, 0];
    for (made, wait) in waits.into_iter().enumerate() {
        attempted(&shop, &endpoint, made + 1).await;
        passes(&world, wait).await;
    }
    let dead = delivery_after(&shop, &endpoint, "due").await;
    assert_eq!((&dead["status"], &dead["attempt_count"]), (&json!("dead"), &json!(10)));
    passes(&world, 2 * DAY).await;
    assert_eq!(receiver.all().len(), 10);

    receiver.always(Status(204));
    let again =
        shop.api.post(&format!("/v1/deliveries/{}/redeliver", id(&dead)), json!({})).await.ok();
    assert_eq!(again["status"], "due");
    let received = receiver.gets(11).await;
    assert_eq!(received[10].header("webhook-id"), received[0].header("webhook-id"));
    let done = delivery_after(&shop, &endpoint, "due").await;
    assert_eq!((&done["status"], &done["attempt_count"]), (&json!("delivered"), &json!(11)));
    assert_eq!(done["attempts"].as_array().map(Vec::len), Some(11));
}

async fn a_part_of_the_feed_is_sent_again(world: World) {
    let shop = world.shop().await;
    for _ in 0..5 {
        shop.invoices("1", "GRAM").await;
    }
    passes(&world, 10).await;
    let receiver = Receiver::opens().await;
    let endpoint = listens(&shop, &receiver, &["invoice.created"]).await;
    let path = format!("/v1/webhook_endpoints/{}/redeliver", id(&endpoint));
    let range = json!({ "after_seq": 1, "until_seq": 3 });
    assert_eq!(shop.api.post(&path, range.clone()).await.ok()["count"], 2);
    let mut seqs: Vec<_> =
        receiver.gets(2).await.iter().map(|one| one.event()["seq"].as_i64()).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, [Some(2), Some(3)]);
    attempted(&shop, &endpoint, 1).await;
    nothing_is_due(&shop).await;
    assert_eq!(shop.api.post(&path, range).await.ok()["count"], 0, "they were taken");
    let all = json!({ "after_seq": 0, "include_delivered": true });
    assert_eq!(shop.api.post(&path, all).await.ok()["count"], 5);
    receiver.gets(7).await;
    let events = shop.polls().await;
    let late = json!({ "since": world.app().time().to_string(), "include_delivered": true });
    assert_eq!(shop.api.post(&path, late).await.ok()["count"], 0);
    let since = json!({ "since": events[0]["created_at"], "until": events[4]["created_at"], "include_delivered": true });
    assert_eq!(shop.api.post(&path, since).await.ok()["count"], 5);
}

async fn five_days_of_failures_disable_it_and_the_owner_knows_before(world: World) {
    let shop = world.shop().await;
    let olga = world.stranger("olga").await;
    olga.starts_bot().await;
    let receiver = Receiver::opens().await;
    let endpoint = listens(&shop, &receiver, &["invoice.created"]).await;
    receiver.always(Status(500));
    let path = format!("/v1/webhook_endpoints/{}", id(&endpoint));
    for _ in 0..2 {
        shop.invoices("1", "GRAM").await;
        attempted(&shop, &endpoint, 1).await;
        passes(&world, 2 * DAY).await;
    }
    shop.hears("webhook.failing").await;
    olga.reads("in the next 24 hours").await;
    assert_eq!(shop.api.get(&path).await.ok()["status"], "enabled");
    // Retries go on, and the first one after a day ends it.
    shop.invoices("1", "GRAM").await;
    passes(&world, DAY + HOUR).await;
    shop.hears("webhook.disabled").await;
    olga.reads("is disabled").await;
    let read = shop.api.get(&path).await.ok();
    assert_eq!(read["reason"], "failing");
    assert!(read["failing_since"].is_string());
}

async fn a_dead_endpoint_holds_up_nobody(world: World) {
    let shop = world.shop().await;
    let (dead, living) = (Receiver::opens().await, Receiver::opens().await);
    listens(&shop, &dead, &[]).await;
    listens(&shop, &living, &[]).await;
    dead.always(Silence);
    for count in 1..=20 {
        shop.invoices("1", "GRAM").await;
        living.gets(count).await;
    }
    assert!(dead.all().len() <= 8, "no more than one window: {}", dead.all().len());
}

async fn a_restart_in_between_loses_nothing(world: World) {
    let shop = world.shop().await;
    let receiver = Receiver::opens().await;
    let endpoint = listens(&shop, &receiver, &["invoice.created"]).await;
    // One is put off, one is in hand, and one is not begun when the service is cut off.
    receiver.next(Status(500));
    shop.invoices("1", "GRAM").await;
    attempted(&shop, &endpoint, 1).await;
    receiver.next(Silence);
    shop.invoices("2", "GRAM").await;
    receiver.gets(2).await;
    world.service_is_killed().await;
    world.service_starts().await;
    shop.invoices("3", "GRAM").await;
    passes(&world, 30).await;
    let received = receiver.gets(5).await;
    let amounts: Vec<_> =
        received.iter().map(|one| one.event()["data"]["money"]["amount"].clone()).collect();
    for amount in ["1", "2", "3"] {
        assert!(amounts.contains(&json!(amount)), "{amounts:?}");
    }
    assert_eq!(amounts.iter().filter(|amount| **amount == "3").count(), 1);
}
