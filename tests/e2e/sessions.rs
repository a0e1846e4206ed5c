//! A sign-in lasts while it is used, is one for each time Telegram opens the app, and ends when its owner
//! says so.

use std::{collections::HashSet, time::Duration};

use e2e::{Answer, Api, Person, World, api::nothing, person::id, stories};
use reqwest::Method;
use serde_json::{Value, json};

const HOUR: Duration = Duration::from_secs(3600);

/// Shows init data at the door.
async fn knocks(world: &World, init_data: &str) -> Answer {
    world.api().with(format!("tma {init_data}")).post("/v1/session", nothing()).await
}

fn inside(world: &World, session: &Value) -> Api {
    world.api().with(format!("Bearer {}", session["token"].as_str().unwrap()))
}

async fn sessions(api: &Api) -> Vec<Value> {
    api.get("/v1/sessions").await.ok()["data"].as_array().unwrap().clone()
}

/// Uses a session, and stays until that has been written down.
async fn uses(world: &World, api: &Api) {
    let mut news = world.app().db.watch();
    let now = world.app().time().to_string();
    for _ in 0..500 {
        let open = sessions(api).await;
        let current = open.iter().find(|session| session["current"] == true).unwrap();
        if current["last_used_at"] == json!(now) {
            return;
        }
        drop(tokio::time::timeout(Duration::from_millis(20), news.changed()).await);
    }
    panic!("the use of a session is not written down");
}

stories![
    a_session_in_use_does_not_grow_old,
    and_lasts_a_week_at_most,
    a_session_that_is_left_alone_ends,
    init_data_opens_one_session_at_a_time,
    a_person_sees_their_sessions_and_nothing_that_opens_them,
    a_session_can_be_ended_from_another,
    all_others_can_be_ended_at_once,
    whoever_logs_out_is_out,
    whoever_waits_with_an_ended_session_is_told_at_once,
    the_busiest_has_twenty_sessions,
    a_call_that_only_reads_needs_no_writer,
    every_answer_tells_the_time_of_the_service,
];

async fn a_session_in_use_does_not_grow_old(world: World) {
    let alice = world.stranger("alice").await;
    let long_ago = Person::init_data(&world, "alice").await;
    for _ in 0..4 {
        world.after(35 * HOUR).await;
        uses(&world, &alice.api).await;
    }
    let problem = knocks(&world, &long_ago).await.problem();
    assert_eq!(problem, "login-stale", "at the door the age of init data counts");
    alice.api.post("/v1/requests", json!({ "asset": "GRAM" })).await;
    assert_eq!(alice.api.get("/v1/me").await.ok()["username"], "alice");
}

async fn and_lasts_a_week_at_most(world: World) {
    let alice = world.stranger("alice").await;
    for _ in 0..7 {
        world.after(23 * HOUR).await;
        uses(&world, &alice.api).await;
    }
    world.after(6 * HOUR).await;
    uses(&world, &alice.api).await;
    world.after(HOUR).await;
    assert_eq!(alice.api.get("/v1/me").await.problem(), "session-invalid");
}

async fn a_session_that_is_left_alone_ends(world: World) {
    let alice = world.stranger("alice").await;
    world.after(36 * HOUR + Duration::from_secs(1)).await;
    assert_eq!(alice.api.get("/v1/me").await.problem(), "session-invalid");
}

async fn init_data_opens_one_session_at_a_time(world: World) {
    let init_data = Person::init_data(&world, "alice").await;
    let first = knocks(&world, &init_data).await.ok();
    let second = knocks(&world, &init_data).await.ok();
    assert_eq!(inside(&world, &first).get("/v1/me").await.problem(), "session-invalid");
    assert_eq!(sessions(&inside(&world, &second)).await.len(), 1);

    let knocking = (0..20).map(|_| knocks(&world, &init_data));
    let opened: Vec<Value> =
        futures_util::future::join_all(knocking).await.into_iter().map(Answer::ok).collect();
    let mut alive = 0;
    for session in &opened {
        alive += usize::from(inside(&world, session).get("/v1/me").await.status == 200);
    }
    assert_eq!(alive, 1, "a reload takes it over, and a thief shares nothing");
}

async fn a_person_sees_their_sessions_and_nothing_that_opens_them(world: World) {
    let alice = world.stranger("alice").await;
    let phone = world.stranger("alice").await;
    world.stranger("bob").await;
    let open = sessions(&alice.api).await;
    assert_eq!(open.len(), 2);
    assert_eq!(open.iter().filter(|session| session["current"] == true).count(), 1);
    let names: HashSet<_> = open.iter().flat_map(|one| one.as_object().unwrap().keys()).collect();
    let told = ["id", "created_at", "last_used_at", "expires_at", "current"];
    assert_eq!(names.len(), told.len(), "{names:?}");
    assert!(told.iter().all(|name| names.contains(&(*name).to_owned())), "{names:?}");
    drop(phone);
}

async fn a_session_can_be_ended_from_another(world: World) {
    let desk = world.stranger("alice").await;
    let init_data = Person::init_data(&world, "alice").await;
    let phone = inside(&world, &knocks(&world, &init_data).await.ok());
    let open = sessions(&phone).await;
    let of_phone = open.iter().find(|session| session["current"] == true).unwrap();

    let bob = world.stranger("bob").await;
    let path = format!("/v1/sessions/{}", id(of_phone));
    assert_eq!(bob.api.delete(&path).await.problem(), "not-found");
    desk.api.delete(&path).await.ok();
    assert_eq!(phone.get("/v1/me").await.problem(), "session-invalid");
    assert_eq!(desk.api.delete(&path).await.problem(), "not-found", "it has ended already");
    assert_eq!(sessions(&desk.api).await.len(), 1);
    let again = knocks(&world, &init_data).await.problem();
    assert_eq!(again, "session-ended", "whoever has its init data does not come back by it");
    let fresh = Person::init_data(&world, "alice").await;
    knocks(&world, &fresh).await.ok();
}

async fn all_others_can_be_ended_at_once(world: World) {
    let mut phones = Vec::new();
    for _ in 0..3 {
        phones.push(world.stranger("alice").await);
    }
    let bob = world.stranger("bob").await;
    phones[1].api.delete("/v1/sessions").await.ok();
    assert_eq!(phones[0].api.get("/v1/me").await.problem(), "session-invalid");
    assert_eq!(phones[2].api.get("/v1/me").await.problem(), "session-invalid");
    phones[1].api.get("/v1/me").await.ok();
    bob.api.get("/v1/me").await.ok();
}

async fn whoever_logs_out_is_out(world: World) {
    let init_data = Person::init_data(&world, "alice").await;
    let phone = inside(&world, &knocks(&world, &init_data).await.ok());
    phone.delete("/v1/session").await.ok();
    assert_eq!(phone.get("/v1/me").await.problem(), "session-invalid");
    assert_eq!(knocks(&world, &init_data).await.problem(), "session-ended");
    world.after(2 * HOUR).await;
    assert_eq!(knocks(&world, &init_data).await.problem(), "login-stale");
}

async fn whoever_waits_with_an_ended_session_is_told_at_once(world: World) {
    let desk = world.person("alice").await;
    let phone = world.stranger("alice").await;
    let last = desk.api.get("/v1/events?limit=100").await.ok();
    let seq =
        last["data"].as_array().unwrap().last().map_or(0, |event| event["seq"].as_i64().unwrap());
    let path = format!("/v1/events?after={seq}&wait=50");
    let waiting = async { phone.api.get(&path).await };
    let ending = async {
        // The other is waiting by then, or is refused at the door; both are told.
        tokio::task::yield_now().await;
        desk.api.delete("/v1/sessions").await.ok();
    };
    let begun = tokio::time::Instant::now();
    let (waited, ()) = tokio::join!(waiting, ending);
    assert_eq!(waited.problem(), "session-invalid");
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

async fn the_busiest_has_twenty_sessions(world: World) {
    let first = world.stranger("alice").await;
    world.after(HOUR).await;
    let mut last = None;
    for _ in 0..21 {
        last = Some(world.stranger("alice").await);
    }
    assert_eq!(first.api.get("/v1/me").await.problem(), "session-invalid");
    assert_eq!(sessions(&last.unwrap().api).await.len(), 20);
}

async fn a_call_that_only_reads_needs_no_writer(world: World) {
    let alice = world.stranger("alice").await;
    world.after(2 * HOUR).await;
    let writer = world.app().db.begin().await.unwrap();
    let read = tokio::time::timeout(Duration::from_secs(4), alice.api.get("/v1/me"));
    read.await.expect("it waits for nobody").ok();
    drop(writer);
    uses(&world, &alice.api).await;
}

async fn every_answer_tells_the_time_of_the_service(world: World) {
    world.after(24 * HOUR).await;
    for path in ["/v1/info", "/v1/me", "/v1/public/invoices/inv_0", "/health/live"] {
        let request = world.api().request(Method::GET, path);
        let headers = request.send().await.unwrap().headers().clone();
        let said = |name| headers[name].to_str().unwrap().to_owned();
        let now = world.app().time();
        assert_eq!(Some(said("date")), now.http(), "{path}");
        // A proxy may put its own date in the place of ours.
        assert_eq!(said("remit-time"), now.to_string(), "{path}");
    }
}
