//! Whoever has stolen a key or a session cannot take a store: everything that would let them choose its
//! wallet waits, its owners hear of it at once, and any of them stops it with one press.

use std::time::Duration;

use e2e::{Person, Shop, World, person::id, stories};
use remit::{base::config::MerchantVerb, selling::merchants::command};
use serde_json::{Value, json};

const HOUR: Duration = Duration::from_secs(3600);
/// Two days, and the little by which the chain's clock is behind.
const WAIT: Duration = Duration::from_secs(48 * 3600 + 60);

async fn wallet(person: &Person) -> Value {
    let me = person.api.get("/v1/me").await.ok();
    me["wallets"][0].clone()
}

async fn own_id(person: &Person) -> String {
    id(&person.api.get("/v1/me").await.ok()).to_owned()
}

async fn opens(person: &Person, name: &str) -> Shop {
    let body = json!({ "name": name, "wallet": id(&wallet(person).await) });
    let store = person.api.post("/v1/merchants", body).await.ok();
    Shop::of(person, id(&store))
}

async fn store_of(person: &Person) -> Value {
    person.api.get("/v1/merchants").await.ok()["data"][0].clone()
}

/// Opens the app again, whose session has ended meanwhile, and looks at the same store.
async fn returns(world: &World, name: &str) -> (Person, Shop) {
    let person = world.stranger(name).await;
    let store = store_of(&person).await;
    let shop = Shop::of(&person, id(&store));
    (person, shop)
}

/// Takes an invitation of this shop's to be an owner.
async fn is_invited(person: &Person, shop: &Shop) -> Value {
    let made = shop.api.post("/v1/members", json!({ "role": "owner" })).await.ok();
    let token = made["link"].as_str().unwrap().split_once("join_").unwrap().1;
    person.api.post("/v1/invitations/accept", json!({ "token": token })).await.ok()
}

/// Bob opens a store, and two days later Olga owns it with him.
async fn two_owners(world: &World) -> ((Person, Shop), (Person, Shop)) {
    let (bob, olga) = (world.person("bob").await, world.person("olga").await);
    for owner in [&bob, &olga] {
        owner.starts_bot().await;
    }
    let stall = opens(&bob, "Bob's Stall").await;
    is_invited(&olga, &stall).await;
    world.has_passed(WAIT).await;
    stall_hears(world, "bob", "rights_change.completed").await;
    let bob = returns(world, "bob").await;
    let olga = world.stranger("olga").await;
    let stores = olga.api.get("/v1/merchants").await.ok();
    let found = stores["data"].as_array().unwrap().iter().find(|s| s["name"] == "Bob's Stall");
    assert_eq!(found.unwrap()["role"], "owner");
    let hers = Shop::of(&olga, id(found.unwrap()));
    (bob, (olga, hers))
}

async fn stall_hears(world: &World, name: &str, kind: &str) {
    returns(world, name).await.1.hears(kind).await;
}

/// Two days and more later, new invoices still name this wallet.
async fn keeps_its_wallet(world: &World, name: &str, address: &Value) {
    world.has_passed(WAIT + HOUR).await;
    let (_, shop) = returns(world, name).await;
    let invoice = shop.invoices("1", "GRAM").await;
    assert_eq!(&invoice["address"], address);
}

async fn asks_for_wallet(thief: &Shop, to: &Person) -> e2e::Answer {
    thief.api.post("/v1/payout_changes", json!({ "wallet": id(&wallet(to).await) })).await
}

stories![
    a_stolen_key_decides_nothing_about_owners,
    a_stolen_session_makes_no_owner_whom_the_owner_stops,
    an_owner_is_not_removed_before_the_wallet_moves,
    whoever_was_an_owner_stops_it_even_after_they_were_removed,
    two_owners_who_remove_each_other_leave_one,
    the_last_owner_cannot_vanish,
    what_waits_survives_a_restart_is_told_again_and_takes_place,
    an_invitation_taken_after_its_wait_holds_at_once,
    the_operator_gives_a_store_its_owner_back,
    owners_hear_where_their_events_go,
    owners_hear_of_every_new_key,
    a_webhook_that_has_lost_its_key_is_told_of,
    a_stolen_session_cannot_move_where_people_are_paid_unheard,
];

async fn a_stolen_key_decides_nothing_about_owners(world: World) {
    let (olga, mallory) = (world.person("olga").await, world.person("alice").await);
    olga.starts_bot().await;
    let stolen = world.shop().await;
    let address = stolen.api.get("/v1/merchant").await.ok()["address"].clone();
    let olgas = own_id(&olga).await;
    let api = &stolen.api;
    for refused in [
        api.post("/v1/members", json!({ "role": "owner" })).await,
        api.patch(&format!("/v1/members/{olgas}"), json!({ "role": "support" })).await,
        api.delete(&format!("/v1/members/{olgas}")).await,
        asks_for_wallet(&stolen, &mallory).await,
    ] {
        assert_eq!((refused.status.as_u16(), refused.problem().as_str()), (403, "person-needed"));
    }

    let made = api.post("/v1/keys", json!({ "name": "mine" })).await.ok();
    assert!(made["effective_at"].is_string());
    let second = stolen.with_key(made["key"].as_str().unwrap());
    second.invoices("1", "GRAM").await;
    let keys = second.api.get("/v1/keys").await.ok();
    let first = keys["data"][0]["id"].as_str().unwrap();
    assert_eq!(second.api.delete(&format!("/v1/keys/{first}")).await.problem(), "key-waits");
    assert_eq!(
        second.api.post("/v1/members", json!({ "role": "manager" })).await.problem(),
        "key-waits"
    );

    let title = "is to change keys and people";
    assert!(olga.presses(title, "Stop this").await.starts_with("Stopped."));
    assert!(olga.presses(title, "Stop this").await.contains("ended already"));
    assert_eq!(second.api.get("/v1/invoices").await.problem(), "key-invalid");
    stolen.hears("rights_change.canceled").await;
    keeps_its_wallet(&world, "olga", &address).await;
}

async fn a_stolen_session_makes_no_owner_whom_the_owner_stops(world: World) {
    let (bob, mallory) = (world.person("bob").await, world.person("alice").await);
    bob.starts_bot().await;
    let stall = opens(&bob, "Bob's Stall").await;
    let address = wallet(&bob).await["address"].clone();
    // The thief lets the bot be silent first.
    bob.api.patch("/v1/me", json!({ "notifications": false })).await.ok();
    let joined = is_invited(&mallory, &stall).await;
    assert_eq!(joined["role"], "support");
    assert!(joined["owner_from"].is_string());
    let theirs = Shop::of(&mallory, id(&joined));
    let bobs = own_id(&bob).await;
    assert_eq!(theirs.api.delete(&format!("/v1/members/{bobs}")).await.problem(), "role-missing");
    assert_eq!(asks_for_wallet(&theirs, &mallory).await.problem(), "role-missing");
    assert_eq!(stall.api.delete(&format!("/v1/members/{bobs}")).await.problem(), "last-owner");
    let waits = stall.api.get("/v1/rights_changes").await.ok();
    assert_eq!(
        (&waits["data"][0]["kind"], &waits["data"][0]["asked_by_name"]),
        (&json!("owner_invited"), &json!("Bob"))
    );
    let stop = format!("/v1/rights_changes/{}/cancel", id(&waits["data"][0]));
    assert_eq!(theirs.api.post(&stop, json!({})).await.problem(), "role-missing");

    assert!(bob.presses("is invited to be an owner", "Stop this").await.starts_with("Stopped."));
    assert_eq!(theirs.api.get("/v1/invoices").await.problem(), "member-unknown");
    keeps_its_wallet(&world, "bob", &address).await;
}

async fn an_owner_is_not_removed_before_the_wallet_moves(world: World) {
    let ((bob, stall), (olga, hers)) = two_owners(&world).await;
    let address = wallet(&bob).await["address"].clone();
    // A thief holds Bob's session: Olga is to go, or to be less, and the wallet to be another.
    let mallory = world.person("alice").await;
    let proof = mallory.proof(&bob.challenge().await).await;
    let thiefs = bob.api.post("/v1/wallets", proof).await.ok();
    let olgas = own_id(&olga).await;
    let gone = stall.api.delete(&format!("/v1/members/{olgas}")).await;
    assert_eq!(gone.status, 202);
    let gone = gone.ok();
    assert_eq!((&gone["kind"], &gone["status"]), (&json!("owner_removed"), &json!("waiting")));
    let less = stall.api.patch(&format!("/v1/members/{olgas}"), json!({ "role": "support" })).await;
    assert_eq!(less.problem(), "change-pending");
    assert_eq!(stall.api.post("/v1/members/leave", json!({})).await.problem(), "last-owner");
    stall.api.post("/v1/payout_changes", json!({ "wallet": id(&thiefs) })).await.ok();

    hers.api.get("/v1/payout_changes").await.ok();
    assert!(
        olga.presses("an owner is to belong to it no longer", "Stop this")
            .await
            .starts_with("Stopped.")
    );
    assert!(
        olga.presses("Bob's Stall is to be paid at", "Stop this").await.starts_with("Stopped.")
    );
    bob.reads("keeps its owner").await;
    bob.reads("stays with its wallet").await;
    keeps_its_wallet(&world, "bob", &address).await;
    assert_eq!(
        olga.chat().await.iter().filter(|said| said.contains("stays with its wallet")).count(),
        1
    );
}

async fn whoever_was_an_owner_stops_it_even_after_they_were_removed(world: World) {
    let ((bob, stall), (olga, hers)) = two_owners(&world).await;
    let address = wallet(&bob).await["address"].clone();
    let olgas = own_id(&olga).await;
    assert_eq!(
        stall.api.patch(&format!("/v1/members/{olgas}"), json!({ "role": "support" })).await.status,
        202
    );
    assert_eq!(hers.api.get("/v1/keys").await.status, 200);
    world.has_passed(HOUR * 40).await;
    let (bob, stall) = returns(&world, "bob").await;
    let mallory = world.person("alice").await;
    let proof = mallory.proof(&bob.challenge().await).await;
    let thiefs = bob.api.post("/v1/wallets", proof).await.ok();
    let asked = stall.api.post("/v1/payout_changes", json!({ "wallet": id(&thiefs) })).await.ok();
    world.has_passed(HOUR * 9).await;
    stall_hears(&world, "bob", "rights_change.completed").await;
    olga.reads("is now its support").await;

    let olga = world.stranger("olga").await;
    let strange =
        mallory.api.post(&format!("/v1/payout_changes/{}/cancel", id(&asked)), json!({})).await;
    assert!(["not-found", "session-invalid"].contains(&strange.problem().as_str()));
    let stopped =
        olga.api.post(&format!("/v1/payout_changes/{}/cancel", id(&asked)), json!({})).await.ok();
    assert_eq!(stopped["status"], "canceled");
    keeps_its_wallet(&world, "bob", &address).await;
}

async fn two_owners_who_remove_each_other_leave_one(world: World) {
    let ((bob, stall), (olga, hers)) = two_owners(&world).await;
    let (bobs, olgas) = (own_id(&bob).await, own_id(&olga).await);
    let (of_olga, of_bob) = (format!("/v1/members/{olgas}"), format!("/v1/members/{bobs}"));
    let (one, other) = tokio::join!(stall.api.delete(&of_olga), hers.api.delete(&of_bob));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [202, 409]);
    assert_eq!(bob.api.delete("/v1/me").await.problem(), "still-owner");
    // She also owns another shop, alone.
    assert_eq!(olga.api.delete("/v1/me").await.problem(), "last-owner");
    world.has_passed(WAIT).await;
    let mut left = 0;
    for name in ["bob", "olga"] {
        let person = world.stranger(name).await;
        person.reads("no longer belongs to it").await;
        let stores = person.api.get("/v1/merchants").await.ok();
        left += stores["data"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|s| s["name"] == "Bob's Stall")
            .count();
    }
    assert_eq!(left, 1);
}

async fn the_last_owner_cannot_vanish(world: World) {
    let bob = world.person("bob").await;
    let stall = opens(&bob, "Bob's Stall").await;
    let refused = bob.api.delete("/v1/me").await;
    assert!(refused.body["detail"].as_str().unwrap().contains("Bob's Stall"));
    assert_eq!(refused.problem(), "last-owner");
    stall.invoices("1", "GRAM").await;
    bob.api.get("/v1/me").await.ok();
}

async fn what_waits_survives_a_restart_is_told_again_and_takes_place(world: World) {
    let (bob, alice) = (world.person("bob").await, world.person("alice").await);
    for person in [&bob, &alice] {
        person.starts_bot().await;
    }
    let stall = opens(&bob, "Bob's Stall").await;
    is_invited(&alice, &stall).await;
    let key =
        stall.api.post("/v1/keys", json!({ "scopes": ["keys:write", "invoices:read"] })).await.ok();
    world.service_stops().await;
    world.service_starts().await;
    world.has_passed(HOUR * 25).await;
    bob.reads("Within a day: Bob's Stall: somebody is invited to be an owner").await;
    let alices = world.stranger("alice").await;
    assert_eq!(store_of(&alices).await["role"], "support");
    world.service_is_killed().await;
    world.service_starts().await;
    world.has_passed(HOUR * 24).await;
    stall_hears(&world, "bob", "rights_change.completed").await;
    bob.reads("Bob's Stall has a new owner").await;
    bob.reads("can now change keys and people").await;
    let (alice, hers) = returns(&world, "alice").await;
    assert_eq!(store_of(&alice).await["role"], "owner");
    hers.api.get("/v1/keys").await.ok();
    let giver = hers.with_key(key["key"].as_str().unwrap());
    giver.api.post("/v1/keys", json!({ "scopes": ["invoices:read"] })).await.ok();

    let log = hers.api.get("/v1/audit_log").await.ok();
    let kinds: Vec<_> =
        log["data"].as_array().unwrap().iter().map(|deed| deed["type"].as_str().unwrap()).collect();
    for kind in ["rights_change.created", "rights_change.due_soon", "rights_change.completed"] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
}

async fn an_invitation_taken_after_its_wait_holds_at_once(world: World) {
    let bob = world.person("bob").await;
    bob.starts_bot().await;
    let stall = opens(&bob, "Bob's Stall").await;
    let made = stall.api.post("/v1/members", json!({ "role": "owner" })).await.ok();
    assert!(made["effective_at"].is_string());
    world.has_passed(WAIT).await;
    bob.reads("the invitation to be an owner holds").await;
    let alice = world.person("alice").await;
    let token = made["link"].as_str().unwrap().split_once("join_").unwrap().1;
    let joined = alice.api.post("/v1/invitations/accept", json!({ "token": token })).await.ok();
    assert_eq!((&joined["role"], &joined["owner_from"]), (&json!("owner"), &Value::Null));
}

async fn the_operator_gives_a_store_its_owner_back(world: World) {
    let (bob, alice) = (world.person("bob").await, world.person("alice").await);
    for person in [&bob, &alice] {
        person.starts_bot().await;
    }
    let stall = opens(&bob, "Bob's Stall").await;
    let merchant = stall.api.get("/v1/merchant").await.ok();
    let owner = |telegram_id, remove| MerchantVerb::Owner {
        merchant: id(&merchant).to_owned(),
        telegram_id,
        remove,
    };
    let alices = sandbox::cast::Person::Alice.telegram_id();
    let bobs = sandbox::cast::Person::Bob.telegram_id();
    let refused = command::run(&world.app(), owner(bobs, true)).await.unwrap_err();
    assert!(refused.to_string().contains("only owner"), "{refused}");
    command::run(&world.app(), owner(alices, false)).await.unwrap();
    for person in [&bob, &alice] {
        person.reads("The operator of this service has given Bob's Stall an owner").await;
    }
    let hers = Shop::of(&alice, id(&store_of(&alice).await));
    let log = hers.api.get("/v1/audit_log").await.ok();
    assert_eq!(
        (&log["data"][0]["type"], &log["data"][0]["by"]),
        (&json!("member.appointed"), &json!("operator"))
    );
    command::run(&world.app(), owner(bobs, true)).await.unwrap();
    assert_eq!(stall.api.get("/v1/invoices").await.problem(), "member-unknown");
    // Nobody of that id has come: they own it when they do.
    let olgas = sandbox::cast::Person::Olga.telegram_id();
    command::run(&world.app(), owner(olgas, false)).await.unwrap();
    let olga = world.stranger("olga").await;
    let stores = olga.api.get("/v1/merchants").await.ok();
    assert!(stores["data"].as_array().unwrap().iter().any(|store| store["name"] == "Bob's Stall"));
}

async fn owners_hear_where_their_events_go(world: World) {
    let bob = world.person("bob").await;
    bob.starts_bot().await;
    let stall = opens(&bob, "Bob's Stall").await;
    let body = json!({ "url": "http://127.0.0.1:9/x?secret=1", "types": ["invoice.paid"] });
    let made = stall.api.post("/v1/webhook_endpoints", body).await.ok();
    let said = bob.reads("its events are now also sent to").await;
    assert!(!said.contains("secret"), "{said}");
    let path = format!("/v1/webhook_endpoints/{}", id(&made));
    stall.api.patch(&path, json!({ "url": "http://127.0.0.1:10/y" })).await.ok();
    bob.reads("a webhook was turned to").await;
    stall.hears("webhook.moved").await;
    // Nor is it turned deaf, or given another secret, behind their back.
    for enabled in [false, true] {
        stall.api.patch(&path, json!({ "enabled": enabled })).await.ok();
    }
    bob.reads("what is sent to").await;
    stall.api.patch(&path, json!({ "description": "Till" })).await.ok();
    stall.api.post(&format!("{path}/rotate_secret"), json!({})).await.ok();
    bob.reads("there is a new secret that signs what 127.").await;
    for _ in 0..2 {
        stall.api.post("/v1/webhook_secret", json!({})).await.ok();
    }
    bob.reads("there is a new secret that signs what invoices’ own addresses are told").await;
    stall.api.delete(&path).await;
    bob.reads("its webhook was deleted").await;
    let log = stall.api.get("/v1/audit_log").await.ok();
    let log: Vec<_> =
        log["data"].as_array().unwrap().iter().map(|line| line["type"].clone()).collect();
    for kind in ["webhook.changed", "webhook.secret_rotated", "webhook.deleted"] {
        assert!(log.contains(&json!(kind)), "{log:?}");
    }
    assert_eq!(
        log.iter().filter(|kind| **kind == "webhook.changed").count(),
        2,
        "a name is no news"
    );
}

async fn owners_hear_of_every_new_key(world: World) {
    let bob = world.person("bob").await;
    bob.starts_bot().await;
    let stall = opens(&bob, "Bob's Stall").await;
    let made = stall.api.post("/v1/keys", json!({ "scopes": ["events:read"] })).await.ok();
    let said = bob.reads("there is a new API key").await;
    assert!(
        said.contains(made["hint"].as_str().unwrap())
            && !said.contains(made["key"].as_str().unwrap()),
        "{said}"
    );
}

async fn a_webhook_that_has_lost_its_key_is_told_of(world: World) {
    let (alice, bob) = (world.person("alice").await, world.person("bob").await);
    bob.starts_bot().await;
    let stall = opens(&bob, "Bob's Stall").await;
    let made = stall
        .api
        .post("/v1/keys", json!({ "format": "cryptobot", "scopes": ["invoices:write"] }))
        .await
        .ok();
    let body = json!({ "url": "http://127.0.0.1:9/x", "format": "cryptobot", "key": id(&made) });
    let hook = stall.api.post("/v1/webhook_endpoints", body).await.ok();
    stall.api.delete(&format!("/v1/keys/{}", id(&made))).await;
    alice.pays_invoice(&stall.invoices("1", "GRAM").await).await;
    bob.reads("the API key that signs it has ended").await;
    let known = stall.hears("webhook.key_ended").await;
    assert!(known.iter().any(|event| event["data"]["id"] == hook["id"]), "{known:#?}");
}

async fn a_stolen_session_cannot_move_where_people_are_paid_unheard(world: World) {
    let bob = world.person("bob").await;
    bob.starts_bot().await;
    // Whoever holds the session mutes the bot first.
    bob.api.patch("/v1/me", json!({ "notifications": false })).await.ok();
    let payload = bob.challenge().await;
    let proof = json!({ "domain": world.settings.proof_domains()[0], "payload": payload });
    let proof = world.control("wallets/carol/prove", proof).await;
    let linked = bob.api.post("/v1/wallets", proof).await.ok();
    bob.reads("is now linked to you").await;
    bob.api.post(&format!("/v1/wallets/{}/default", id(&linked)), json!({})).await.ok();
    let said = bob.reads("Who pays you by name now pays to").await;
    assert!(said.contains("If this was not you"), "{said}");
    bob.api.delete(&format!("/v1/wallets/{}", id(&linked))).await;
    bob.reads("is no longer linked to you").await;
    // The other one is paid again, and that is said as well.
    let own: ton::address::Address = bob.address().await.parse().unwrap();
    let own = own.friendly(false);
    bob.reads(&format!("Who pays you by name now pays to {}", &own[..4])).await;
}
