//! The conversation with apps over the bridge: connecting, requests, disconnecting.
//! Source: TON Connect, spec/connect.md and spec/rpc.md.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::link::{self, Connect, Item, Link};
use super::manifest::{self, App};
use super::session::Session;
use super::transfer::TransactionRequest;
use super::{Ask, Connection, Pending, Refused, Wallets, device};
use crate::bridge::{Delivery, LONGEST_TTL};
use crate::cast::Person;

/// Error codes of TON Connect.
mod code {
    pub const UNKNOWN: u16 = 0;
    pub const BAD_REQUEST: u16 = 1;
    pub const DECLINED: u16 = 300;
    pub const UNSUPPORTED: u16 = 400;
}

/// The payload of a proof and its domain together fit what hardware wallets can sign.
const LONGEST_PROOF: usize = 222;
const LONGEST_PAYLOAD: usize = 128;

/// A call of an app.
#[derive(Deserialize)]
struct Call {
    method: String,
    #[serde(default)]
    params: Vec<String>,
    id: CallId,
}

/// The specification says text; some apps send numbers, and know the answer by a number only.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum CallId {
    Text(String),
    Number(u64),
}

impl CallId {
    fn number(&self) -> Option<u64> {
        match self {
            Self::Text(text) => text.parse().ok(),
            Self::Number(number) => Some(*number),
        }
    }
}

impl Wallets {
    /// Opens a TON Connect link, as if its owner had tapped it. Answers the id of the request
    /// that now waits, or nothing if the link only wakes the wallet.
    pub async fn open_link(&self, person: Person, text: &str) -> Result<Option<String>, Refused> {
        let connect = match link::parse(text)? {
            Link::Wake => {
                self.touch(person);
                return Ok(None);
            }
            Link::Connect(connect) => connect,
        };
        match manifest::fetch(&self.inner.http, &connect.request.manifest_url).await {
            Ok(app) => {
                let id = self.ask(person, app, Ask::Connect(connect));
                self.inner.keep.settle().await;
                Ok(Some(id.to_string()))
            }
            Err(bad) => {
                self.refuse_connection(person, &connect, bad.code(), &bad.to_string()).await?;
                Err(bad.into())
            }
        }
    }

    /// The person agrees. Answers what the app is told: for a transaction its message, signed.
    pub async fn approve(&self, person: Person, id: &str) -> Result<Value, Refused> {
        let pending = self.take(person, id)?;
        let wallets = self.clone();
        let work = async move {
            let result = wallets.accept(&pending).await;
            wallets.close(&pending).await;
            result
        };
        self.inner.tasks.finish(work).await
    }

    /// The person does not agree, and the app is told so.
    pub async fn decline(&self, person: Person, id: &str) -> Result<(), Refused> {
        let pending = self.take(person, id)?;
        let wallets = self.clone();
        let work = async move {
            let result = wallets.refuse(&pending).await;
            wallets.close(&pending).await;
            result
        };
        self.inner.tasks.finish(work).await
    }

    async fn accept(&self, pending: &Pending) -> Result<Value, Refused> {
        match &pending.ask {
            Ask::Connect(connect) => self.accept_connection(pending, connect).await,
            Ask::Transaction { session, call, request } => {
                self.accept_transaction(pending.person, session, call, request).await
            }
        }
    }

    async fn refuse(&self, pending: &Pending) -> Result<(), Refused> {
        match &pending.ask {
            Ask::Connect(connect) => {
                let why = "User declined the connection";
                self.refuse_connection(pending.person, connect, code::DECLINED, why).await
            }
            Ask::Transaction { session, call, .. } => {
                let why = "User declined the transaction";
                self.answer(session, &failure(call, code::DECLINED, why)).await
            }
        }
    }

    /// Ends all connections of a person's wallet from the wallet's side.
    pub async fn disconnect(&self, person: Person) -> Result<usize, Refused> {
        let names: Vec<String> = {
            let state = self.state();
            let own = state.sessions.iter().filter(|(_, session)| session.person == person);
            own.map(|(name, _)| name.clone()).collect()
        };
        for name in &names {
            let Some(mut session) = self.end(name) else { continue };
            let id = session.next_event();
            self.tell(&session, &json!({ "event": "disconnect", "id": id, "payload": {} })).await?;
        }
        self.inner.keep.settle().await;
        Ok(names.len())
    }

    async fn accept_connection(
        &self,
        pending: &Pending,
        connect: &Connect,
    ) -> Result<Value, Refused> {
        let account = self.account(pending.person);
        let now = self.clock().now();
        let mut session = Session::begin(pending.person, pending.app.clone(), connect.app, now);
        let items: Vec<Value> = connect
            .request
            .items
            .iter()
            .map(|item| match item {
                Item::TonAddr => {
                    let info = account.info();
                    json!({
                        "name": "ton_addr",
                        "address": info.address,
                        "network": info.chain,
                        "publicKey": info.public_key,
                        "walletStateInit": info.wallet_state_init,
                    })
                }
                Item::TonProof { payload } => self.proof_item(pending, payload),
            })
            .collect();
        let payload = json!({ "items": items, "device": device(account.most_messages()) });
        let id = session.next_event();
        let event = json!({ "event": "connect", "id": id, "payload": payload });
        // The session is there before the app can answer.
        self.begin(session.clone());
        self.tell(&session, &event).await?;
        Ok(payload)
    }

    fn proof_item(&self, pending: &Pending, payload: &str) -> Value {
        let domain = pending.app.domain();
        if payload.len() > LONGEST_PAYLOAD || payload.len() + domain.len() > LONGEST_PROOF {
            let error = json!({ "code": code::UNKNOWN, "message": "the payload is too long" });
            return json!({ "name": "ton_proof", "error": error });
        }
        let now = u64::from(self.clock().now());
        let proof = self.account(pending.person).prove(&domain, payload, now);
        json!({ "name": "ton_proof", "proof": proof })
    }

    /// Tells an app that it will not be connected. It hears from a key it has never seen, which
    /// is thrown away.
    async fn refuse_connection(
        &self,
        person: Person,
        connect: &Connect,
        code: u16,
        message: &str,
    ) -> Result<(), Refused> {
        let nobody = App { name: String::new(), url: String::new(), icon: String::new() };
        let session = Session::begin(person, nobody, connect.app, self.clock().now());
        let payload = json!({ "code": code, "message": message });
        self.tell(&session, &json!({ "event": "connect_error", "id": 1, "payload": payload })).await
    }

    async fn accept_transaction(
        &self,
        person: Person,
        session: &str,
        call: &CallId,
        request: &TransactionRequest,
    ) -> Result<Value, Refused> {
        match self.sign(person, request, true).await {
            Ok(signed) => {
                self.answer(session, &json!({ "id": call, "result": signed.boc })).await?;
                Ok(json!(signed.boc))
            }
            Err(refused) => {
                let code = match refused {
                    Refused::Request(_) => code::BAD_REQUEST,
                    _ => code::UNKNOWN,
                };
                self.answer(session, &failure(call, code, &refused.to_string())).await?;
                Err(refused)
            }
        }
    }

    /// Reads the mail of all sessions for as long as the world runs.
    pub(super) async fn listen(self) {
        let mut arrivals = self.inner.bridge.arrivals();
        let mut changes = self.inner.revision.subscribe();
        loop {
            arrivals.borrow_and_update();
            changes.borrow_and_update();
            let sessions: Vec<(String, Session)> = {
                let state = self.state();
                state.sessions.iter().map(|(name, found)| (name.clone(), found.clone())).collect()
            };
            for (name, session) in sessions {
                for delivery in self.inner.bridge.waiting(&[session.client()], session.cursor) {
                    self.read(&name, &delivery).await;
                }
            }
            tokio::select! {
                _ = arrivals.changed() => {}
                _ = changes.changed() => {}
            }
        }
    }

    async fn read(&self, name: &str, delivery: &Delivery) {
        let Some((person, app, call)) = self.receive(name, delivery) else { return };
        let id = call.id.clone();
        let answer = match call.method.as_str() {
            "sendTransaction" => match self.consider(person, &call) {
                Ok(request) => {
                    let session = name.to_owned();
                    self.ask(person, app, Ask::Transaction { session, call: id, request });
                    return;
                }
                Err(why) => failure(&id, code::BAD_REQUEST, &why),
            },
            "disconnect" => json!({ "id": id, "result": {} }),
            other => failure(&id, code::UNSUPPORTED, &format!("{other} is not supported")),
        };
        let ends = call.method == "disconnect";
        if let Err(error) = self.answer(name, &answer).await {
            tracing::warn!(%error, %person, "an app could not be answered");
        }
        if ends {
            self.end(name);
        }
    }

    /// Opens a delivery and remembers that it was read. What is not from the app, or is a
    /// repetition, is dropped.
    fn receive(&self, name: &str, delivery: &Delivery) -> Option<(Person, App, Call)> {
        let mut state = self.state();
        let session = state.sessions.get_mut(name)?;
        session.cursor = delivery.id;
        let opened =
            if delivery.from == session.peer { session.open(&delivery.message).ok() } else { None };
        let call = opened.and_then(|message| serde_json::from_value::<Call>(message).ok());
        let new = call.filter(|call| match call.id.number() {
            Some(number) => session.last_request.is_none_or(|last| number > last),
            None => true,
        });
        if let Some(number) = new.as_ref().and_then(|call| call.id.number()) {
            session.last_request = Some(number);
        }
        self.inner.keep.put("session", name, &*session);
        if new.is_none() {
            tracing::debug!(person = %session.person, "the wallet dropped a message");
        }
        Some((session.person, session.app.clone(), new?))
    }

    fn consider(&self, person: Person, call: &Call) -> Result<TransactionRequest, String> {
        let params = call.params.first().ok_or("a transaction is missing")?;
        let request: TransactionRequest =
            serde_json::from_str(params).map_err(|error| error.to_string())?;
        let now = self.clock().now();
        request.check(self.account(person), now).map_err(|bad| bad.to_string())?;
        Ok(request)
    }

    fn begin(&self, session: Session) {
        let mut state = self.state();
        let person = session.person;
        self.inner.keep.put("session", session.name(), &session);
        state.sessions.insert(session.name(), session);
        self.touch_in(&mut state, person);
    }

    /// Forgets a session and whatever it asked for.
    fn end(&self, name: &str) -> Option<Session> {
        let mut state = self.state();
        let session = state.sessions.remove(name)?;
        self.inner.keep.remove("session", name);
        let orphans = state.requests.extract_if(.., |_, pending| {
            matches!(&pending.ask, Ask::Transaction { session, .. } if session == name)
        });
        for (id, _) in orphans {
            self.inner.keep.remove("request", format!("{id:015}"));
        }
        self.touch_in(&mut state, session.person);
        Some(session)
    }

    /// Answers an app, if it is still connected.
    async fn answer(&self, name: &str, message: &Value) -> Result<(), Refused> {
        let session = self.state().sessions.get(name).cloned();
        match session {
            Some(session) => self.tell(&session, message).await,
            None => Ok(()),
        }
    }

    async fn tell(&self, session: &Session, message: &Value) -> Result<(), Refused> {
        let sealed = session.seal(message);
        let bridge = &self.inner.bridge;
        Ok(bridge.send(session.client(), session.peer, LONGEST_TTL, sealed, None).await?)
    }
}

impl Session {
    pub(super) fn to_connection(&self) -> Connection {
        Connection {
            app: self.app.name.clone(),
            url: self.app.url.clone(),
            icon: self.app.icon.clone(),
            connected_at: self.connected_at,
        }
    }
}

impl Item {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::TonAddr => "ton_addr",
            Self::TonProof { .. } => "ton_proof",
        }
    }
}

fn failure(call: &CallId, code: u16, message: &str) -> Value {
    json!({ "id": call, "error": { "code": code, "message": message } })
}
