//! Whoever has stolen a key or a session cannot take a store: everything that would let them choose its
//! wallet waits, its owners hear of it at once, and any of them stops it with one press.

use e2e::{Person, Shop, World, person::id, stories};
use serde_json::{Value, json};

async fn wallet(person: &Person) -> String {
    let me = person.api.get("/v1/me").await.ok();
    id(&me["wallets"][0]).to_owned()
}

async fn opens(person: &Person, name: &str) -> Shop {
    let body = json!({ "name": name, "wallet": wallet(person).await });
    let store = person.api.post("/v1/merchants", body).await.ok();
    Shop::of(person, id(&store))
}

fn token(made: &Value) -> String {
    made["link"].as_str().unwrap().split_once("join_").unwrap().1.to_owned()
}

stories! {
    async fn a_stolen_key_makes_no_owner(world: World) {
        let bob = world.person("bob").await;
        let stall = opens(&bob, "Bob's Stall").await;
        let made = stall.api.post("/v1/keys", json!({})).await.ok();
        let stolen = stall.with_key(made["key"].as_str().unwrap());
        let refused = stolen.api.post("/v1/members", json!({ "role": "owner" })).await;
        assert_eq!(refused.problem(), "person-needed");
    }

    async fn a_stolen_session_does_not_remove_the_owner(world: World) {
        let (bob, mallory) = (world.person("bob").await, world.person("alice").await);
        let stall = opens(&bob, "Bob's Stall").await;
        let made = stall.api.post("/v1/members", json!({ "role": "owner" })).await.ok();
        let joined = mallory.api.post("/v1/invitations/accept", json!({ "token": token(&made) })).await.ok();
        let theirs = Shop::of(&mallory, id(&joined));
        let me = bob.api.get("/v1/me").await.ok();
        theirs.api.delete(&format!("/v1/members/{}", id(&me))).await;
        let body = json!({ "wallet": wallet(&mallory).await });
        let moved = theirs.api.post("/v1/payout_changes", body).await;
        assert_eq!(moved.problem(), "role-missing");
        assert_eq!(stall.api.get("/v1/merchant").await.status, 200);
    }
}
