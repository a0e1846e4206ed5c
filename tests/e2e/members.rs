//! A store belongs to people: they come by a link, do what their role allows, and watch its wallet.

use std::time::Duration;

use e2e::{Person, Shop, World, person::id, stories};
use serde_json::{Value, json};

/// Opens a store that is paid at this person's own wallet.
async fn opens(person: &Person, name: &str) -> Shop {
    let wallet = first_wallet(person).await;
    let body = json!({ "name": name, "wallet": id(&wallet) });
    let store = person.api.post("/v1/merchants", body).await.ok();
    assert_eq!((&store["name"], &store["role"]), (&json!(name), &json!("owner")));
    assert_eq!(store["address"], wallet["address"]);
    Shop::of(person, id(&store))
}

async fn first_wallet(person: &Person) -> Value {
    let me = person.api.get("/v1/me").await.ok();
    me["wallets"].as_array().unwrap().first().expect("a linked wallet").clone()
}

async fn stores(person: &Person) -> Vec<Value> {
    let page = person.api.get("/v1/merchants").await.ok();
    page["data"].as_array().unwrap().clone()
}

/// What stands behind `join_` in a new invitation's link.
async fn invitation(shop: &Shop, role: &str) -> String {
    let made = shop.api.post("/v1/members", json!({ "role": role })).await.ok();
    let link = made["link"].as_str().unwrap();
    link.split_once("startapp=join_").expect("the link opens the app").1.to_owned()
}

async fn joins(person: &Person, shop: &Shop, role: &str) -> Shop {
    let token = invitation(shop, role).await;
    let offer = person.api.post("/v1/invitations/look", json!({ "token": token })).await.ok();
    assert_eq!(offer["role"], role);
    let store = person.api.post("/v1/invitations/accept", json!({ "token": token })).await.ok();
    Shop::of(person, id(&store))
}

async fn members(shop: &Shop) -> Vec<(String, String)> {
    let list = shop.api.get("/v1/members").await.ok();
    let member = |member: &Value| {
        let text = |field: &str| member[field].as_str().unwrap_or_default().to_owned();
        (text("first_name"), text("role"))
    };
    list["data"].as_array().unwrap().iter().map(member).collect()
}

/// Takes an invitation to be an owner, and comes back when it holds: with everybody's app opened anew.
async fn owns_too(
    world: &World,
    first: &Person,
    shop: &Shop,
    second: &Person,
) -> ((Person, Shop), (Person, Shop)) {
    joins(second, shop, "owner").await;
    world.has_passed(Duration::from_secs(48 * 3600 + 60)).await;
    let first = returns(world, &first.name).await;
    first.1.hears("rights_change.completed").await;
    (first, returns(world, &second.name).await)
}

async fn member_id(shop: &Shop, name: &str) -> String {
    let list = shop.api.get("/v1/members").await.ok();
    let found = list["data"].as_array().unwrap().iter().find(|m| m["first_name"] == name);
    id(found.expect("a member of that name")).to_owned()
}

/// Opens the app again, after a day in which the session has ended, and looks at the same store.
async fn returns(world: &World, name: &str) -> (Person, Shop) {
    let person = world.stranger(name).await;
    let store = stores(&person).await;
    let shop = Shop::of(&person, id(&store[0]));
    (person, shop)
}

stories![
    a_store_is_opened_from_the_phone_and_paid,
    whom_the_operator_named_owns_the_store,
    people_come_by_a_link_and_do_what_their_role_allows,
    a_link_makes_one_member_once,
    a_store_never_loses_its_last_owner,
    a_removed_owner_does_not_come_back_by_the_operators_word,
    a_key_cannot_make_more_of_somebody_than_it_is,
    a_new_wallet_waits_and_is_told_to_every_owner,
    what_comes_to_the_old_wallet_is_still_the_stores,
    who_did_what_can_be_read,
];

async fn a_store_is_opened_from_the_phone_and_paid(world: World) {
    let (bob, alice) = (world.person("bob").await, world.person("alice").await);
    bob.starts_bot().await;
    let stall = opens(&bob, "Bob's Stall").await;
    let invoice = stall.invoices("2", "GRAM").await;
    alice.pays_invoice(&invoice).await;
    assert_eq!(stall.invoice_after(id(&invoice), "processing").await["status"], "paid");
    bob.reads("Bob's Stall").await;

    let [store] = &stores(&bob).await[..] else { panic!("one store") };
    assert_eq!(store["name"], "Bob's Stall");
    assert_eq!(stores(&alice).await, Vec::<Value>::new());
    assert_eq!(
        Shop::of(&alice, id(store)).api.get("/v1/invoices").await.problem(),
        "member-unknown"
    );
    assert_eq!(bob.api.get("/v1/invoices").await.problem(), "account-missing");
    let foreign = json!({ "name": "X", "wallet": id(&first_wallet(&alice).await) });
    assert_eq!(bob.api.post("/v1/merchants", foreign).await.problem(), "not-found");
    let nameless = json!({ "name": " ", "wallet": id(&first_wallet(&bob).await) });
    assert_eq!(bob.api.post("/v1/merchants", nameless).await.problem(), "bad-request");
}

async fn whom_the_operator_named_owns_the_store(world: World) {
    let (olga, shop) = (world.stranger("olga").await, world.shop().await);
    let [store] = &stores(&olga).await[..] else { panic!("one store") };
    assert_eq!(store["role"], "owner");
    let own = Shop::of(&olga, id(store));
    let invoice = own.invoices("1", "GRAM").await;
    assert_eq!(shop.invoice(id(&invoice)).await["status"], "open");
}

async fn people_come_by_a_link_and_do_what_their_role_allows(world: World) {
    let [bob, alice, olga] =
        [world.person("bob").await, world.person("alice").await, world.person("olga").await];
    bob.starts_bot().await;
    let stall = opens(&bob, "Bob's Stall").await;
    let runs = joins(&alice, &stall, "manager").await;
    bob.reads("has a new manager").await;
    let answers = joins(&olga, &stall, "support").await;
    assert_eq!(
        members(&stall).await,
        [
            ("Bob".into(), "owner".into()),
            ("Alice".into(), "manager".into()),
            ("Olga".into(), "support".into()),
        ]
    );

    let invoice = runs.invoices("1", "GRAM").await;
    assert_eq!(answers.invoice(id(&invoice)).await["status"], "open");
    answers.api.get(&format!("/v1/invoices/{}/timeline", id(&invoice))).await.ok();
    let body = json!({ "amount": "1", "asset": "GRAM" });
    assert_eq!(answers.api.post("/v1/invoices", body).await.problem(), "role-missing");
    assert_eq!(answers.api.get("/v1/members").await.problem(), "role-missing");
    assert_eq!(
        runs.api.post("/v1/members", json!({ "role": "support" })).await.problem(),
        "role-missing"
    );
    assert_eq!(runs.api.post("/v1/keys", json!({})).await.problem(), "role-missing");

    let alices = member_id(&stall, "Alice").await;
    stall.api.patch(&format!("/v1/members/{alices}"), json!({ "role": "support" })).await;
    let body = json!({ "amount": "1", "asset": "GRAM" });
    assert_eq!(runs.api.post("/v1/invoices", body).await.problem(), "role-missing");
    assert_eq!(stall.api.delete(&format!("/v1/members/{alices}")).await.status, 204);
    assert_eq!(runs.api.get("/v1/invoices").await.problem(), "member-unknown");
    assert_eq!(answers.api.post("/v1/members/leave", json!({})).await.status, 204);
    assert_eq!(members(&stall).await, [("Bob".into(), "owner".into())]);
}

async fn a_link_makes_one_member_once(world: World) {
    let [bob, alice, olga] =
        [world.person("bob").await, world.person("alice").await, world.person("olga").await];
    let stall = opens(&bob, "Bob's Stall").await;
    let token = invitation(&stall, "support").await;
    let accept = |who: &Person, token: &str| {
        let (api, body) = (who.api.clone(), json!({ "token": token }));
        async move { api.post("/v1/invitations/accept", body).await }
    };
    assert_eq!(accept(&bob, &token).await.problem(), "member-already");
    let (first, second) = tokio::join!(accept(&alice, &token), accept(&olga, &token));
    let joined = [first, second].iter().filter(|answer| answer.status.is_success()).count();
    assert_eq!((joined, members(&stall).await.len()), (1, 2));
    assert_eq!(accept(&olga, "0000").await.problem(), "invitation-over");

    let old = invitation(&stall, "owner").await;
    world.after(Duration::from_secs(7 * 24 * 3600)).await;
    let ((_, stall), olga) = (returns(&world, "bob").await, world.stranger("olga").await);
    assert_eq!(accept(&olga, &old).await.problem(), "invitation-over");
    let made = stall.api.post("/v1/members", json!({ "role": "owner" })).await.ok();
    assert_eq!(stall.api.delete(&format!("/v1/members/{}", id(&made))).await.status, 204);
    let taken_back = made["link"].as_str().unwrap().split_once("join_").unwrap().1;
    assert_eq!(accept(&olga, taken_back).await.problem(), "invitation-over");
}

async fn a_store_never_loses_its_last_owner(world: World) {
    let (bob, alice) = (world.person("bob").await, world.person("alice").await);
    let stall = opens(&bob, "Bob's Stall").await;
    let bobs = member_id(&stall, "Bob").await;
    assert_eq!(stall.api.post("/v1/members/leave", json!({})).await.problem(), "last-owner");
    let support = json!({ "role": "support" });
    assert_eq!(
        stall.api.patch(&format!("/v1/members/{bobs}"), support).await.problem(),
        "last-owner"
    );
    let ((_, stall), (_, also)) = owns_too(&world, &bob, &stall, &alice).await;
    assert_eq!(stall.api.post("/v1/members/leave", json!({})).await.status, 202);
    assert_eq!(also.api.post("/v1/members/leave", json!({})).await.problem(), "last-owner");
    world.has_passed(Duration::from_secs(48 * 3600 + 60)).await;
    let (_, also) = returns(&world, "alice").await;
    also.hears("rights_change.completed").await;
    assert_eq!(members(&also).await, [("Alice".into(), "owner".into())]);
}

async fn a_removed_owner_does_not_come_back_by_the_operators_word(world: World) {
    let (olga, bob) = (world.person("olga").await, world.person("bob").await);
    let own = Shop::of(&olga, id(&stores(&olga).await[0]));
    let (_, (_, bobs)) = owns_too(&world, &olga, &own, &bob).await;
    let olgas = member_id(&bobs, "Olga").await;
    assert_eq!(bobs.api.delete(&format!("/v1/members/{olgas}")).await.status, 202);
    world.has_passed(Duration::from_secs(48 * 3600 + 60)).await;
    returns(&world, "bob").await.1.hears("rights_change.completed").await;
    let again = world.stranger("olga").await;
    assert_eq!(stores(&again).await, Vec::<Value>::new());
}

async fn a_key_cannot_make_more_of_somebody_than_it_is(world: World) {
    let shop = world.shop().await;
    let made = shop
        .api
        .post("/v1/keys", json!({ "scopes": ["members:write", "invoices:write"] }))
        .await
        .ok();
    let weak = shop.with_key(made["key"].as_str().unwrap());
    assert_eq!(
        weak.api.post("/v1/members", json!({ "role": "support" })).await.problem(),
        "key-waits"
    );
    world.has_passed(Duration::from_secs(48 * 3600 + 60)).await;
    shop.hears("rights_change.completed").await;
    for role in ["owner", "manager", "support"] {
        assert_eq!(
            weak.api.post("/v1/members", json!({ "role": role })).await.problem(),
            "role-missing"
        );
    }
    assert_eq!(shop.api.post("/v1/members/leave", json!({})).await.problem(), "person-needed");
    assert_eq!(
        shop.api.post("/v1/payout_changes", json!({ "wallet": "wal_x" })).await.problem(),
        "person-needed"
    );
}

async fn a_new_wallet_waits_and_is_told_to_every_owner(world: World) {
    let (bob, alice) = (world.person("bob").await, world.person("alice").await);
    for owner in [&bob, &alice] {
        owner.starts_bot().await;
    }
    let stall = opens(&bob, "Bob's Stall").await;
    let ((bob, stall), (alice, also)) = owns_too(&world, &bob, &stall, &alice).await;
    let before = stall.invoices("1", "GRAM").await;

    let wallet = first_wallet(&alice).await;
    let asked = also.api.post("/v1/payout_changes", json!({ "wallet": id(&wallet) })).await.ok();
    assert_eq!((&asked["status"], &asked["to"]), (&json!("waiting"), &wallet["address"]));
    for owner in [&bob, &alice] {
        owner.reads("Bob's Stall is to be paid at").await;
    }
    let twice = also.api.post("/v1/payout_changes", json!({ "wallet": id(&wallet) })).await;
    assert_eq!(twice.problem(), "payout-pending");

    let cancel = format!("/v1/payout_changes/{}/cancel", id(&asked));
    assert_eq!(stall.api.post(&cancel, json!({})).await.ok()["status"], "canceled");
    assert_eq!(stall.api.post(&cancel, json!({})).await.problem(), "payout-over");
    let asked = also.api.post("/v1/payout_changes", json!({ "wallet": id(&wallet) })).await.ok();
    world.has_passed(Duration::from_secs(47 * 3600)).await;
    let (_, stall) = returns(&world, "bob").await;
    assert_eq!(stall.api.get("/v1/merchant").await.ok()["address"], asked["from"]);
    world.after(Duration::from_secs(3700)).await;
    let (bob, stall) = returns(&world, "bob").await;
    stall.hears("payout.changed").await;
    let merchant = stall.api.get("/v1/merchant").await.ok();
    assert_eq!(merchant["address"], wallet["address"]);
    assert_ne!(merchant["payout_since"], asked["created_at"]);
    bob.reads("is now paid at").await;
    assert_ne!(before["address"], merchant["address"]);
}

async fn what_comes_to_the_old_wallet_is_still_the_stores(world: World) {
    let [bob, alice] = [world.person("bob").await, world.person("alice").await];
    let stall = opens(&bob, "Bob's Stall").await;
    let ((bob, stall), (alice, also)) = owns_too(&world, &bob, &stall, &alice).await;
    let old = stall
        .api
        .post("/v1/invoices", json!({ "amount": "1", "asset": "GRAM", "expires_in": 300_000 }))
        .await
        .ok();
    let wallet = first_wallet(&alice).await;
    also.api.post("/v1/payout_changes", json!({ "wallet": id(&wallet) })).await.ok();
    world.has_passed(Duration::from_secs(48 * 3600 + 100)).await;
    let (_, stall) = returns(&world, "bob").await;
    stall.hears("payout.changed").await;

    let olga = world.person("olga").await;
    olga.pays_invoice(&old).await;
    assert_eq!(stall.invoice_after(id(&old), "processing").await["status"], "paid");
    let to = bob.address().await;
    olga.sends(json!({ "to": to, "amount": "0.3", "asset": "GRAM" })).await;
    world.blocks(3).await;
    stall.hears("payment.unmatched").await;
    let inbox = stall.api.get("/v1/unmatched").await.ok();
    assert_eq!(inbox["data"][0]["money"]["amount"], "0.3");
    let refund = stall
        .api
        .post(&format!("/v1/unmatched/{}/refund", id(&inbox["data"][0])), json!({}))
        .await
        .ok();
    assert_eq!(refund["from"], wallet["address"]);
}

async fn who_did_what_can_be_read(world: World) {
    let (bob, alice) = (world.person("bob").await, world.person("alice").await);
    let stall = opens(&bob, "Bob's Stall").await;
    let runs = joins(&alice, &stall, "manager").await;
    let made = stall.api.post("/v1/keys", json!({ "name": "Till" })).await.ok();
    let till = stall.with_key(made["key"].as_str().unwrap());
    let by_key = till.invoices("1", "GRAM").await;
    let by_alice = runs.invoices("2", "GRAM").await;
    alice.pays_invoice(&by_key).await;
    stall.invoice_after(id(&by_key), "processing").await;

    let log = runs.api.get("/v1/audit_log?limit=2").await.ok();
    let lines = log["data"].as_array().unwrap();
    let line = |n: usize| {
        (
            lines[n]["type"].as_str().unwrap(),
            lines[n]["by_name"].as_str().unwrap(),
            &lines[n]["data"]["id"],
        )
    };
    assert_eq!(line(0), ("invoice.created", "Alice", &by_alice["id"]));
    assert_eq!(line(1), ("invoice.created", "Till", &by_key["id"]));
    let after = format!("/v1/audit_log?starting_after={}", lines[1]["seq"]);
    let older = runs.api.get(&after).await.ok();
    let kinds: Vec<&str> = older["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|deed| deed["type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["key.created", "rights_change.created", "member.invited"]);
    assert_eq!(older["data"][0]["by_name"], "Bob");
    assert_eq!(runs.api.get("/v1/audit_log?starting_after=x").await.problem(), "bad-request");
}
