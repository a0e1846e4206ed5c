//! The queue of updates, and the two ways in which a bot takes them: `getUpdates` and a webhook.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::chat::is_this_machine;
use super::params::Params;
use super::transcript::Note;
use super::{Refusal, State, Telegram};
use crate::cast::Person;

/// Updates nobody took for a day are dropped.
const LIFETIME: u32 = 24 * 60 * 60;
const FIRST_RETRY: Duration = Duration::from_millis(500);
const LONGEST_RETRY: Duration = Duration::from_secs(60);
const LONGEST_POLL: u64 = 50;

/// Kinds that Telegram sends only to bots that name them.
const ONLY_IF_NAMED: &[&str] = &["chat_member", "message_reaction", "message_reaction_count"];

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Update {
    pub id: i64,
    pub at: u32,
    /// The whole update object.
    pub body: Value,
}

/// What is waiting, and how the bot wants it.
#[derive(Default)]
pub struct Updates {
    pub waiting: VecDeque<Update>,
    pub settings: Settings,
    /// Number of the latest `getUpdates` call; only that one may wait.
    turn: u64,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Settings {
    pub last_id: i64,
    pub allowed: Vec<String>,
    pub webhook: Option<Webhook>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Webhook {
    pub url: String,
    pub secret_token: Option<String>,
    pub max_connections: i64,
    pub last_error: Option<(u32, String)>,
}

impl Updates {
    fn wants(&self, kind: &str) -> bool {
        match self.settings.allowed.as_slice() {
            [] => !ONLY_IF_NAMED.contains(&kind),
            allowed => allowed.iter().any(|allowed| allowed == kind),
        }
    }

    fn drop_stale(&mut self, now: u32) {
        self.waiting.retain(|update| now.saturating_sub(update.at) < LIFETIME);
    }
}

impl Telegram {
    /// Puts an update into the queue, unless the bot did not ask for its kind.
    pub(super) fn post(&self, state: &mut State, kind: &'static str, person: Person, body: Value) {
        if !state.updates.wants(kind) {
            return;
        }
        state.updates.settings.last_id += 1;
        let id = state.updates.settings.last_id;
        let mut body = json!({ "update_id": id, kind: body });
        state.renamed.dress(&mut body);
        let update = Update { id, at: self.now(), body };
        self.keep().put("update", format!("{id:015}"), &update);
        self.keep().put("bot", "updates", &state.updates.settings);
        self.note(state, Note::update(person, kind, &update.body));
        state.updates.waiting.push_back(update);
        self.nudge();
    }

    /// `getUpdates`: waits for the first update, then answers with all that is there.
    pub(super) async fn get_updates(&self, params: &Params) -> Result<Value, Refusal> {
        let mut nudges = self.nudges();
        let turn = self.begin_poll(params)?;
        let limit = usize::try_from(params.int("limit").unwrap_or(100)).unwrap_or(100);
        let wait = u64::try_from(params.int("timeout").unwrap_or(0)).unwrap_or(0);
        let deadline = tokio::time::sleep(Duration::from_secs(wait.min(LONGEST_POLL)));
        tokio::pin!(deadline);
        loop {
            nudges.borrow_and_update();
            let batch = self.poll(turn, limit.clamp(1, 100))?;
            if wait == 0 || !batch.is_empty() {
                return Ok(Value::Array(batch));
            }
            tokio::select! {
                _ = nudges.changed() => {}
                () = &mut deadline => return Ok(json!([])),
                () = self.tasks().stopping() => return Ok(json!([])),
            }
        }
    }

    /// Ends any poll that is still waiting, and confirms what came before `offset`.
    fn begin_poll(&self, params: &Params) -> Result<u64, Refusal> {
        let allowed = params.object("allowed_updates")?;
        let mut state = self.state();
        if state.updates.settings.webhook.is_some() {
            return Err(Refusal::new(
                409,
                "Conflict: can't use getUpdates method while webhook is active; \
                 use deleteWebhook to delete the webhook first",
            ));
        }
        state.updates.drop_stale(self.now());
        if let Some(allowed) = allowed {
            state.updates.settings.allowed = allowed;
            self.keep().put("bot", "updates", &state.updates.settings);
        }
        match params.int("offset").unwrap_or(0) {
            0 => {}
            offset if offset > 0 => self.confirm_before(&mut state, offset),
            // A negative offset keeps that many from the end and forgets the rest.
            from_end => {
                let keep = usize::try_from(from_end.unsigned_abs()).unwrap_or(usize::MAX);
                let skip = state.updates.waiting.len().saturating_sub(keep);
                if let Some(first) = state.updates.waiting.get(skip).map(|update| update.id) {
                    self.confirm_before(&mut state, first);
                }
            }
        }
        state.updates.turn += 1;
        self.nudge();
        Ok(state.updates.turn)
    }

    fn poll(&self, turn: u64, limit: usize) -> Result<Vec<Value>, Refusal> {
        let state = self.state();
        if state.updates.settings.webhook.is_some() {
            return Err(Refusal::new(409, "Conflict: terminated by setWebhook request"));
        }
        if state.updates.turn != turn {
            return Err(Refusal::new(
                409,
                "Conflict: terminated by other getUpdates request; \
                 make sure that only one bot instance is running",
            ));
        }
        let copies = if state.faults.duplicate_updates { 2 } else { 1 };
        let batch = state.updates.waiting.iter().take(limit);
        Ok(batch.flat_map(|update| std::iter::repeat_n(update.body.clone(), copies)).collect())
    }

    fn confirm_before(&self, state: &mut State, offset: i64) {
        while let Some(update) = state.updates.waiting.front() {
            if update.id >= offset {
                break;
            }
            self.keep().remove("update", format!("{:015}", update.id));
            state.updates.waiting.pop_front();
        }
    }

    pub(super) fn set_webhook(&self, params: &Params) -> Result<Value, Refusal> {
        let url = params.text("url").unwrap_or_default();
        if url.is_empty() {
            return self.delete_webhook(params);
        }
        check_webhook_url(&url)?;
        let secret_token = params.text("secret_token").filter(|secret| !secret.is_empty());
        if let Some(secret) = &secret_token {
            check_secret(secret)?;
        }
        let allowed: Option<Vec<String>> = params.object("allowed_updates")?;
        let max_connections = params.int("max_connections").unwrap_or(40);
        let mut state = self.state();
        if let Some(allowed) = allowed {
            state.updates.settings.allowed = allowed;
        }
        state.updates.settings.webhook =
            Some(Webhook { url, secret_token, max_connections, last_error: None });
        self.after_webhook_change(&mut state, params);
        Ok(json!(true))
    }

    pub(super) fn delete_webhook(&self, params: &Params) -> Result<Value, Refusal> {
        let mut state = self.state();
        state.updates.settings.webhook = None;
        self.after_webhook_change(&mut state, params);
        Ok(json!(true))
    }

    fn after_webhook_change(&self, state: &mut State, params: &Params) {
        if params.flag("drop_pending_updates") {
            self.confirm_before(state, i64::MAX);
        }
        self.keep().put("bot", "updates", &state.updates.settings);
        self.nudge();
    }

    pub(super) fn webhook_info(&self) -> Value {
        let state = self.state();
        let waiting = state.updates.waiting.len();
        let Some(webhook) = &state.updates.settings.webhook else {
            return json!({
                "url": "", "has_custom_certificate": false, "pending_update_count": waiting,
            });
        };
        let mut info = json!({
            "url": webhook.url,
            "has_custom_certificate": false,
            "pending_update_count": waiting,
            "max_connections": webhook.max_connections,
        });
        if !state.updates.settings.allowed.is_empty() {
            info["allowed_updates"] = json!(state.updates.settings.allowed);
        }
        if let Some((at, message)) = &webhook.last_error {
            info["last_error_date"] = json!(at);
            info["last_error_message"] = json!(message);
        }
        info
    }

    /// Delivers to the webhook, in order, each update until it is accepted.
    pub(super) async fn deliver_forever(self, client: reqwest::Client) {
        let mut nudges = self.nudges();
        let mut pause = FIRST_RETRY;
        loop {
            nudges.borrow_and_update();
            let Some((webhook, update)) = self.due() else {
                if nudges.changed().await.is_err() {
                    return;
                }
                continue;
            };
            match deliver(&client, &webhook, &update).await {
                Ok(()) => {
                    self.delivered(update.id);
                    pause = FIRST_RETRY;
                }
                Err(message) => {
                    self.not_delivered(&webhook, message);
                    let is_new = || self.is_webhook_new();
                    self.tasks().wait_until(self.nudges(), is_new, pause).await;
                    pause = if is_new() { FIRST_RETRY } else { (pause * 2).min(LONGEST_RETRY) };
                }
            }
        }
    }

    /// Whether the webhook was set or taken away since a delivery has failed.
    fn is_webhook_new(&self) -> bool {
        let state = self.state();
        state.updates.settings.webhook.as_ref().is_none_or(|webhook| webhook.last_error.is_none())
    }

    fn due(&self) -> Option<(Webhook, Update)> {
        let mut state = self.state();
        state.updates.drop_stale(self.now());
        let webhook = state.updates.settings.webhook.clone()?;
        Some((webhook, state.updates.waiting.front()?.clone()))
    }

    fn delivered(&self, id: i64) {
        let mut state = self.state();
        // The fault: an answer that was lost on its way, so that the update comes once more.
        if state.faults.duplicate_updates && state.repeated != Some(id) {
            state.repeated = Some(id);
            return;
        }
        self.confirm_before(&mut state, id + 1);
    }

    fn not_delivered(&self, to: &Webhook, message: String) {
        let now = self.now();
        let mut state = self.state();
        let webhook = state.updates.settings.webhook.as_mut();
        if let Some(webhook) = webhook.filter(|webhook| webhook.url == to.url) {
            webhook.last_error = Some((now, message));
        }
    }
}

async fn deliver(
    client: &reqwest::Client,
    webhook: &Webhook,
    update: &Update,
) -> Result<(), String> {
    let mut request = client.post(&webhook.url).json(&update.body);
    if let Some(secret) = &webhook.secret_token {
        request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
    }
    let answer = request.send().await.map_err(|error| error.to_string())?;
    let status = answer.status();
    if status.is_success() {
        return Ok(());
    }
    let reason = status.canonical_reason().unwrap_or_default();
    Err(format!("Wrong response from the webhook: {} {reason}", status.as_u16()))
}

fn check_webhook_url(text: &str) -> Result<(), Refusal> {
    let url = url::Url::parse(text)
        .map_err(|_| Refusal::bad_request("bad webhook: invalid webhook URL specified"))?;
    let here = url.host_str().is_some_and(is_this_machine);
    if url.scheme() == "https" || (url.scheme() == "http" && here) {
        return Ok(());
    }
    Err(Refusal::bad_request("bad webhook: An HTTPS URL must be provided for webhook"))
}

fn check_secret(secret: &str) -> Result<(), Refusal> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if secret.len() <= 256 && secret.bytes().all(allowed) {
        return Ok(());
    }
    Err(Refusal::bad_request("secret token contains unallowed characters"))
}
