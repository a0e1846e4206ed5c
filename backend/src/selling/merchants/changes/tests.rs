//! What waits by which clock, who may press what, and a walk of everybody over every route that changes
//! rights.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use ton::address::Address;

use super::*;
use crate::{
    people::{
        identity::Person,
        wallets::{self, Wallet},
    },
    selling::merchants::{
        KeyFormat, Merchant,
        grant::{Area, Grant, Scope},
        harness::{Api, NOW},
        members, mint_with,
        role::Role,
    },
    words::{dice::Dice, id::KeyId},
};

const DAY: Duration = Duration::from_secs(24 * 3600);
const WAIT: Duration = Duration::from_secs(48 * 3600);

async fn chain_says(tx: &mut Tx, block: i64, time: Time) {
    db::remember_network(tx, ton::network::Network::SANDBOX).await.unwrap();
    crate::base::db::execute!(
        tx,
        "update chain set block = $1, time = $2 where id = 1",
        block,
        time
    )
    .unwrap();
}

fn payout(n: u8) -> Matter {
    Matter::Payout { from: Address::new(0, [7; 32]), to: Address::new(0, [n; 32]) }
}

#[tokio::test]
async fn the_wait_is_counted_by_the_chain_and_no_wrong_clock_shortens_it() {
    for wrong in [NOW.before(DAY * 3), NOW, NOW.after(DAY * 3)] {
        let (api, dice) = (Api::open().await, Dice::seeded([3; 32]));
        let (id, _) = api.merchant().await;
        let now = Now { at: wrong, dice: &dice, hand: None };
        let mut tx = api.app.db.begin().await.unwrap();
        chain_says(&mut tx, 7, NOW).await;
        let shop = find(&mut tx, id).await.unwrap();
        let change = begin(&mut tx, &shop, payout(8), "usr_1", WAIT, now).await.unwrap();
        let due = NOW.max(wrong).after(WAIT);
        assert_eq!(change.due_at, due, "{wrong}");
        // Wherever the machine's clock goes meanwhile.
        for (passed, done) in [(NOW, 0), (due.before(Duration::from_millis(1)), 0), (due, 1)] {
            for at in [NOW.before(DAY * 9), NOW.after(DAY * 9)] {
                let now = Now { at, dice: &dice, hand: None };
                let took = pass(&mut tx, &api.app.assets, passed, now).await.unwrap();
                assert!(took == done || took == 0, "{wrong} {passed}");
            }
        }
        assert_eq!(find(&mut tx, id).await.unwrap().payout, Address::new(0, [8; 32]));
    }
}

#[tokio::test]
async fn what_was_asked_for_while_the_chain_was_silent_waits_from_when_it_speaks() {
    let (api, dice) = (Api::open().await, Dice::seeded([4; 32]));
    let (id, _) = api.merchant().await;
    let now = Now { at: NOW, dice: &dice, hand: None };
    let mut tx = api.app.db.begin().await.unwrap();
    // The service was away for five days.
    chain_says(&mut tx, 7, NOW.before(DAY * 5)).await;
    let shop = find(&mut tx, id).await.unwrap();
    begin(&mut tx, &shop, payout(8), "usr_1", WAIT, now).await.unwrap();
    for (passed, done) in [(NOW, 0), (NOW.after(DAY), 0), (NOW.after(WAIT), 1)] {
        assert_eq!(pass(&mut tx, &api.app.assets, passed, now).await.unwrap(), done, "{passed}");
    }
}

/// A store with everybody in it, for one walk.
struct Stage {
    api: Api,
    store: Merchant,
    /// Name and token.
    actors: Vec<(String, String)>,
    /// What stands for `{…}` in the table.
    targets: Vec<(&'static str, String)>,
}

async fn member(api: &Api, tx: &mut Tx, store: &Merchant, n: u8, role: Role) -> Person {
    let telegram = 100 + i64::from(n);
    let person = crate::people::identity::store::by_telegram(tx, telegram).await.unwrap().unwrap();
    members::store::insert(tx, store.id, person.id, role, NOW).await.unwrap();
    let wallet = Wallet {
        id: crate::words::id::WalletId::new(NOW, &api.app.dice),
        person: person.id,
        address: Address::new(0, [100 + n; 32]),
        version: "v4r2".into(),
        public_key: "00".repeat(32),
        is_default: true,
        linked_at: NOW,
    };
    wallets::store::insert(tx, &wallet).await.unwrap();
    person
}

fn scopes(text: &str) -> Grant {
    let scopes: BTreeSet<Scope> = text.split(' ').map(|scope| scope.parse().unwrap()).collect();
    Grant { scopes: Some(scopes), ..Grant::default() }
}

impl Stage {
    async fn open() -> Self {
        let api = Api::open().await;
        let (id, all) = api.merchant().await;
        let mut actors = vec![("all".to_owned(), all)];
        let mut sessions = Vec::new();
        for n in 0..4 {
            sessions.push(api.person(100 + n).await.1);
        }
        let mut tx = api.app.db.begin().await.unwrap();
        let now = api.app.now();
        let store = find(&mut tx, id).await.unwrap();
        let roles = [Role::Owner, Role::Manager, Role::Support, Role::Owner];
        let mut people = Vec::new();
        for (n, role) in (0..).zip(roles) {
            people.push(member(&api, &mut tx, &store, n, role).await.id.to_string());
        }
        for (name, token) in ["owner", "manager", "support"].into_iter().zip(sessions) {
            actors.push((name.to_owned(), token));
        }
        let mut grants: Vec<(String, Grant)> = Area::ALL
            .into_iter()
            .map(|area| Scope { area, write: true }.to_string())
            .map(|text| (text.clone(), scopes(&text)))
            .collect();
        let ends = Grant { expires_at: Some(NOW.after(DAY)), ..Grant::default() };
        grants.push(("hooks".into(), scopes("webhooks:write events:read")));
        grants.push(("ends".into(), ends));
        for (name, grant) in grants {
            let (_, key) =
                mint_with(&mut tx, &store, KeyFormat::Remit, None, grant, now).await.unwrap();
            actors.push((name, key));
        }
        let made = |key: KeyId, hint: &str| Matter::Key { key, hint: hint.into() };
        let (new, key) = mint_with(&mut tx, &store, KeyFormat::Remit, None, Grant::default(), now)
            .await
            .unwrap();
        begin(&mut tx, &store, made(new.id, &new.hint), "key_1", WAIT, now).await.unwrap();
        actors.push(("new".into(), key));

        let (whole, _) = mint_with(&mut tx, &store, KeyFormat::Remit, None, Grant::default(), now)
            .await
            .unwrap();
        let (small, _) =
            mint_with(&mut tx, &store, KeyFormat::Remit, None, scopes("keys:read"), now)
                .await
                .unwrap();
        let asking = members::Asking { by: "usr_1", wait: WAIT };
        let owner = members::invite(&mut tx, &store, Role::Owner, asking, now).await.unwrap().0;
        let manager = members::invite(&mut tx, &store, Role::Manager, asking, now).await.unwrap().0;
        let moved = begin(&mut tx, &store, payout(9), "usr_1", WAIT, now).await.unwrap();
        tx.commit().await.unwrap();
        let hook = json!({ "url": "http://127.0.0.1:9/", "types": ["invoice.paid"] });
        let hook = api.post("/v1/webhook_endpoints", &actors[0].1, hook).await;
        let targets = vec![
            ("whole", whole.id.to_string()),
            ("small", small.id.to_string()),
            ("manager", people[1].clone()),
            ("other_owner", people[3].clone()),
            ("to_owner", owner.id.to_string()),
            ("to_manager", manager.id.to_string()),
            ("move", moved.id.to_string()),
            ("hook", hook.text("id").to_owned()),
        ];
        Self { api, store, actors, targets }
    }

    /// Whether this actor may do that.
    async fn tries(
        &self,
        (name, token): &(String, String),
        method: &str,
        path: &str,
        body: &Value,
    ) -> bool {
        let mut path = path.to_owned();
        for (target, id) in &self.targets {
            path = path.replace(&format!("{{{target}}}"), id);
        }
        let body = (!body.is_null()).then(|| body.clone());
        let store = token.starts_with("ses_").then_some(self.store.id);
        let answer = self.api.send_for(store, method, &path, token, None, body).await;
        let status = answer.status.as_u16();
        assert!(
            answer.status.is_success() || matches!(status, 401 | 403 | 409),
            "{name} {method} {path}: {answer:?}"
        );
        answer.status.is_success()
    }
}

/// Every route that changes who may do what, with a target, and who may take it.
fn table() -> Vec<(&'static str, &'static str, Value, &'static [&'static str])> {
    let hook = json!({ "url": "http://127.0.0.1:9/" });
    let hooks: &[&str] = &["owner", "all", "ends", "hooks", "new"];
    let stops: &[&str] = &["owner", "all", "ends"];
    vec![
        ("POST", "/v1/keys", json!({}), &["owner", "all", "ends", "keys:write"]),
        (
            "POST",
            "/v1/keys",
            json!({ "scopes": ["keys:read"] }),
            &["owner", "all", "ends", "keys:write"],
        ),
        ("POST", "/v1/keys", json!({ "scopes": ["invoices:read"] }), &["owner", "all", "ends"]),
        ("POST", "/v1/keys/{whole}/rotate", json!({}), &["owner", "all"]),
        ("POST", "/v1/keys/{small}/rotate", json!({}), &["owner", "all", "keys:write"]),
        ("DELETE", "/v1/keys/{whole}", Value::Null, &["owner", "all"]),
        ("DELETE", "/v1/keys/{small}", Value::Null, &["owner", "all", "keys:write"]),
        ("POST", "/v1/members", json!({ "role": "owner" }), &["owner"]),
        ("POST", "/v1/members", json!({ "role": "manager" }), &["owner", "all"]),
        ("PATCH", "/v1/members/{manager}", json!({ "role": "support" }), &["owner", "all"]),
        ("PATCH", "/v1/members/{manager}", json!({ "role": "owner" }), &["owner"]),
        ("PATCH", "/v1/members/{other_owner}", json!({ "role": "support" }), &["owner"]),
        ("DELETE", "/v1/members/{manager}", Value::Null, &["owner", "all"]),
        ("DELETE", "/v1/members/{other_owner}", Value::Null, &["owner"]),
        ("DELETE", "/v1/members/{to_owner}", Value::Null, &["owner", "all"]),
        ("DELETE", "/v1/members/{to_manager}", Value::Null, &["owner", "all"]),
        ("POST", "/v1/members/leave", json!({}), &["owner", "manager", "support"]),
        ("POST", "/v1/invitations/accept", json!({ "token": "x" }), &[]),
        ("POST", "/v1/payout_changes", json!({ "wallet": "wal_x" }), &[]),
        ("POST", "/v1/payout_changes/{move}/cancel", json!({}), stops),
        ("POST", "/v1/rights_changes/{move}/cancel", json!({}), stops),
        ("POST", "/v1/webhook_endpoints", hook.clone(), hooks),
        ("PATCH", "/v1/webhook_endpoints/{hook}", hook, hooks),
        ("DELETE", "/v1/webhook_endpoints/{hook}", Value::Null, hooks),
        ("POST", "/v1/webhook_endpoints/{hook}/rotate_secret", json!({}), hooks),
        ("POST", "/v1/webhook_secret", json!({}), hooks),
        ("DELETE", "/v1/me", Value::Null, &["manager", "support"]),
    ]
}

#[tokio::test]
async fn nobody_changes_rights_beyond_their_own() {
    let mut stage = Stage::open().await;
    for (method, path, body, may) in table() {
        for n in 0..stage.actors.len() {
            let actor = stage.actors[n].clone();
            // A wallet that is not theirs is not found; what counts here is that nobody else gets so far.
            if path == "/v1/payout_changes" && actor.0 == "owner" {
                continue;
            }
            let did = stage.tries(&actor, method, path, &body).await;
            assert_eq!(did, may.contains(&actor.0.as_str()), "{} {method} {path} {body}", actor.0);
            if did {
                stage = Stage::open().await;
            }
        }
    }
}

/// Changes something, but not who may do what.
const OTHERS: &[&str] = &[
    "/compat/",
    "/sandbox/",
    "/v1/deliveries/",
    "/v1/invitations/look",
    "/v1/invoices",
    "/v1/payments",
    "/v1/prepared",
    "/v1/public/",
    "/v1/receipts",
    "/v1/refunds",
    "/v1/requests",
    "/v1/session",
    "/v1/unmatched",
    "/v1/wallets",
    "/v1/webhook_endpoints/{id}/redeliver",
    "/v1/webhook_endpoints/{id}/test",
];

/// A new route is either in the table above or known to change no rights.
#[test]
fn no_route_that_changes_rights_is_forgotten() {
    let description: Value = serde_json::from_str(&crate::shells::http::openapi()).unwrap();
    let shape = |path: &str| {
        let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
        parts.collect::<Vec<_>>().join("/")
    };
    let walked: BTreeSet<String> =
        table().iter().map(|(method, path, ..)| format!("{method} {}", shape(path))).collect();
    let mut unknown = Vec::new();
    for (path, operations) in description["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            let operation = format!("{} {}", method.to_uppercase(), shape(path));
            let known = method == "get"
                || walked.contains(&operation)
                || OTHERS.iter().any(|other| path.starts_with(other))
                || ["PATCH /v1/me", "POST /v1/merchants"].contains(&operation.as_str());
            if !known {
                unknown.push(operation);
            }
        }
    }
    assert!(unknown.is_empty(), "do these change who may do what? {unknown:#?}");
}
