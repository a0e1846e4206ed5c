//! A merchant with a key, who remembers one number: the last event seen.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use remit::selling::merchants::{self, NewMerchant};
use serde_json::{Value, json};
use ton::address::Address;

use crate::{Api, Person, World, person::id, world::SHOP_KEY};

#[derive(Clone)]
pub struct Shop {
    pub api: Api,
    last: Arc<AtomicI64>,
}

impl Shop {
    pub(crate) async fn opens(world: World) -> Self {
        Self { api: world.api().with(format!("Bearer {SHOP_KEY}")), last: Arc::default() }
    }

    /// Whoever holds this key, reading the feed from the beginning.
    #[must_use]
    pub fn of_key(world: &World, key: &str) -> Self {
        Self { api: world.api().with(format!("Bearer {key}")), last: Arc::default() }
    }

    /// Stores that nobody has heard of yet, paid at these wallets, opened past the API at one stroke.
    pub async fn open_at(world: &World, payouts: impl IntoIterator<Item = Address>) -> Vec<Self> {
        let (app, api) = (world.app(), world.api());
        let mut tx = app.db.begin().await.expect("a transaction");
        let mut shops = Vec::new();
        for payout in payouts {
            let (name, livemode) = ("Kiosk".to_owned(), false);
            let new = NewMerchant { name, payout, owner_telegram: None, livemode };
            let merchant = merchants::create(&mut tx, &app.assets, new, app.now()).await;
            let merchant = merchant.expect("a store");
            let (_, key) = merchants::mint(&mut tx, &merchant, app.now()).await.expect("a key");
            shops.push(Self { api: api.with(format!("Bearer {key}")), last: Arc::default() });
        }
        tx.commit().await.expect("it commits");
        shops
    }

    /// The same shop, calling with another of its keys and reading the feed from the beginning.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        Self { api: self.api.with(format!("Bearer {key}")), last: Arc::default() }
    }

    /// A store as one of its people sees it: with their session.
    pub fn of(person: &Person, store: &str) -> Self {
        Self { api: person.api.for_account(store), last: Arc::default() }
    }

    pub async fn invoices(&self, amount: &str, asset: &str) -> Value {
        let body = json!({ "amount": amount, "asset": asset, "description": "Latte 300 ml" });
        self.api.post("/v1/invoices", body).await.ok()
    }

    pub async fn invoice(&self, id: &str) -> Value {
        self.api.get(&format!("/v1/invoices/{id}")).await.ok()
    }

    /// Waits for an invoice to leave `status`.
    pub async fn invoice_after(&self, id: &str, status: &str) -> Value {
        self.api.get(&format!("/v1/invoices/{id}?wait=20&after={status}")).await.ok()
    }

    /// Waits for an invoice to come into a status; one that ends in another is the error.
    pub async fn invoice_turns(&self, id: &str, status: &str) -> Result<Value, Value> {
        let mut found = self.invoice(id).await;
        for _ in 0..20 {
            let known = found["status"].as_str().expect("an invoice has a status").to_owned();
            if known == status {
                return Ok(found);
            }
            if !matches!(known.as_str(), "open" | "processing") {
                break;
            }
            found = self.invoice_after(id, &known).await;
        }
        Err(found)
    }

    /// Opens a refund: `{ "payment" | "invoice", "amount"? … }`.
    pub async fn refunds(&self, body: Value) -> Value {
        self.api.post("/v1/refunds", body).await.ok()
    }

    /// The message that the shop's wallet has to sign for a refund.
    pub async fn message(&self, refund: &Value) -> Value {
        let path = format!("/v1/refunds/{}/transaction", id(refund));
        self.api.post(&path, json!({})).await.ok()["transaction"].clone()
    }

    /// Waits for a refund to come into a status.
    pub async fn refund_turns(&self, refund: &Value, status: &str) -> Value {
        let mut known = String::new();
        for _ in 0..20 {
            let path = format!("/v1/refunds/{}?wait=20&after={known}", id(refund));
            let found = self.api.get(&path).await.ok();
            found["status"].as_str().expect("a refund has a status").clone_into(&mut known);
            if known == status {
                return found;
            }
        }
        panic!("the refund stays {known}");
    }

    /// Everything new in the feed; waits until there is something.
    pub async fn polls(&self) -> Vec<Value> {
        let after = self.last.load(Ordering::SeqCst);
        let page = self.api.get(&format!("/v1/events?after={after}&wait=20")).await.ok();
        let events = page["data"].as_array().expect("a page has data").clone();
        if let Some(last) = events.last() {
            let seq = last["seq"].as_i64().expect("an event has its number");
            self.last.store(seq, Ordering::SeqCst);
        }
        events
    }

    /// Polls until an event of this kind has come; answers all that came up to it.
    pub async fn hears(&self, kind: &str) -> Vec<Value> {
        let mut heard = Vec::new();
        for _ in 0..20 {
            heard.extend(self.polls().await);
            if heard.iter().any(|event| event["type"] == kind) {
                return heard;
            }
        }
        panic!("{kind} never came, but {:?}", kinds(&heard));
    }
}

/// The kinds of events, in order.
pub fn kinds(events: &[Value]) -> Vec<String> {
    let kinds = events.iter().map(|event| event["type"].as_str().unwrap_or_default().to_owned());
    kinds.collect()
}
