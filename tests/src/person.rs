//! Somebody with a phone: a Telegram chat, a wallet, and the Mini App's session.

use serde_json::{Value, json};

use crate::{Api, World, api::nothing};

#[derive(Clone)]
pub struct Person {
    pub name: String,
    pub api: Api,
    world: World,
}

impl Person {
    pub(crate) async fn logs_in(world: World, name: &str) -> Self {
        let init_data = Self::init_data(&world, name).await;
        let api = world.api().with(format!("tma {init_data}"));
        let session = api.post("/v1/session", nothing()).await.ok();
        let token = session["token"].as_str().expect("a session has a token");
        let api = world.api().with(format!("Bearer {token}"));
        Self { name: name.to_owned(), api, world }
    }

    /// What Telegram gives the Mini App when this person opens it.
    pub async fn init_data(world: &World, name: &str) -> String {
        let answer = world.look(&format!("people/{name}/init_data")).await;
        answer["init_data"].as_str().expect("init data is text").to_owned()
    }

    /// Presses Start in the chat with the bot, so that it may write.
    pub async fn starts_bot(&self) {
        self.world.control(&format!("people/{}/start", self.name), nothing()).await;
    }

    pub async fn challenge(&self) -> String {
        let challenge = self.api.post("/v1/wallets/challenge", nothing()).await.ok();
        challenge["payload"].as_str().expect("a challenge has a payload").to_owned()
    }

    /// The wallet's proof for a payload, as the TON Connect SDK would hand it over.
    pub async fn proof(&self, payload: &str) -> Value {
        let domain = self.world.settings.proof_domains()[0].clone();
        let body = json!({ "domain": domain, "payload": payload });
        self.world.control(&format!("wallets/{}/prove", self.name), body).await
    }

    pub async fn links_wallet(&self) -> Value {
        let proof = self.proof(&self.challenge().await).await;
        self.api.post("/v1/wallets", proof).await.ok()
    }

    pub async fn address(&self) -> String {
        let wallet = self.world.look(&format!("wallets/{}", self.name)).await;
        wallet["address"].as_str().expect("a wallet has an address").to_owned()
    }

    /// What the wallet holds, as text: `"99.5"`.
    pub async fn holds(&self, asset: &str) -> String {
        let wallet = self.world.look(&format!("wallets/{}", self.name)).await;
        let balances = wallet["balances"].as_array().expect("a wallet has balances");
        let held = balances.iter().find(|held| held["asset"] == asset);
        held.and_then(|held| held["amount"].as_str()).unwrap_or("0").to_owned()
    }

    /// Prepares a payment without signing it.
    pub async fn prepares(&self, to: &str, amount: &str, asset: &str) -> Value {
        let body = json!({ "to": to, "amount": amount, "asset": asset, "note": "Dinner" });
        self.api.post("/v1/payments", body).await.ok()
    }

    /// Lets the wallet sign a transaction and hand it to the network.
    pub async fn signs(&self, transaction: &Value) -> Value {
        self.world.control(&format!("wallets/{}/sign", self.name), transaction.clone()).await
    }

    /// Pays, and stays until it is final.
    pub async fn pays(&self, to: &str, amount: &str, asset: &str) -> Value {
        let payment = self.prepares(to, amount, asset).await;
        self.signs(&payment["transaction"]).await;
        self.world.blocks(2).await;
        self.sees_final(id(&payment)).await
    }

    /// Pays an invoice the way anybody can who has its id.
    pub async fn pays_invoice(&self, invoice: &Value) -> Value {
        let answer = self.opens_invoice(invoice).await;
        self.signs(&answer["transaction"]).await;
        self.world.blocks(2).await;
        self.sees_final(answer["payment"]["id"].as_str().expect("a person's payment")).await
    }

    /// Asks for the transaction that pays an invoice.
    pub async fn opens_invoice(&self, invoice: &Value) -> Value {
        let body = json!({ "from": self.address().await });
        self.api.post(&format!("/v1/public/invoices/{}/pay", id(invoice)), body).await.ok()
    }

    /// Any message from the wallet, past the service.
    pub async fn sends(&self, message: Value) -> Value {
        self.world.control(&format!("wallets/{}/send", self.name), message).await
    }

    /// Pays an invoice past the service, with a mishap of the sandbox's; comes back when it is final.
    pub async fn pays_with(&self, invoice: &Value, mishap: &str) -> Value {
        let end: remit::words::time::Time =
            serde_json::from_value(invoice["expires_at"].clone()).expect("an invoice has an end");
        let bill = json!({
            "to": invoice["address"], "amount": invoice["money"]["amount"],
            "asset": invoice["money"]["asset"], "reference": invoice["reference"],
            "expires_at": end.seconds(), "mishap": mishap,
        });
        self.world.control(&format!("wallets/{}/pay", self.name), bill).await
    }

    /// Waits for a payment to become final.
    pub async fn sees_final(&self, payment: &str) -> Value {
        let mut status = "created".to_owned();
        for _ in 0..20 {
            let path = format!("/v1/payments/{payment}?wait=5&after={status}");
            let found = self.api.get(&path).await.ok();
            found["status"].as_str().expect("a payment has a status").clone_into(&mut status);
            if status == "final" {
                return found;
            }
        }
        panic!("{payment} stays {status}");
    }

    pub async fn activity(&self) -> Vec<Value> {
        let page = self.api.get("/v1/payments").await.ok();
        page["data"].as_array().expect("a page has data").clone()
    }

    /// Waits until the bot has said something that contains `text`.
    pub async fn reads(&self, text: &str) -> String {
        let mut after = 0;
        for _ in 0..40 {
            let path = format!("people/{}/chat?after={after}&wait=2", self.name);
            let chat = self.world.look(&path).await;
            after = chat["revision"].as_u64().unwrap_or_default();
            if let Some(said) = said(&chat).into_iter().find(|said| said.contains(text)) {
                return said;
            }
        }
        panic!("{} never reads {text:?} but {:?}", self.name, self.chat().await);
    }

    /// Waits for the newest message that contains `text`, presses its button, and answers what comes of it.
    pub async fn presses(&self, text: &str, button: &str) -> String {
        self.reads(text).await;
        let chat = self.world.look(&format!("people/{}/chat", self.name)).await;
        let messages = chat["messages"].as_array().expect("a chat has messages");
        let says = |message: &&Value| {
            message["from"] == "bot"
                && message["text"].as_str().is_some_and(|said| said.contains(text))
        };
        let message = messages.iter().rev().find(says).expect("it was read just now");
        let tap = json!({ "message_id": message["id"], "button": button });
        let tapped = self.world.control(&format!("people/{}/tap", self.name), tap).await;
        tapped["text"].as_str().expect("the bot answers a press").to_owned()
    }

    /// Everything the bot has said, oldest first.
    pub async fn chat(&self) -> Vec<String> {
        said(&self.world.look(&format!("people/{}/chat", self.name)).await)
    }
}

fn said(chat: &Value) -> Vec<String> {
    let messages = chat["messages"].as_array().expect("a chat has messages");
    let from_bot = messages.iter().filter(|message| message["from"] == "bot");
    from_bot.filter_map(|message| message["text"].as_str().map(str::to_owned)).collect()
}

/// An object's id.
pub fn id(object: &Value) -> &str {
    object["id"].as_str().expect("an object has an id")
}
