//! Webhooks and deliveries as the API shows them.

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    keys::Keys,
    outbox::Attempt,
    state::{Delivery, DeliveryState, DisabledReason, Health, Status, Webhook, WebhookFormat},
    store::Generation,
};
use crate::{
    selling::merchants::Merchant,
    words::{text::text_enum, time::Time},
};

text_enum! {
    /// Whether an address is told of events.
    pub enum EndpointStatus {
        Enabled = "enabled",
        Disabled = "disabled",
    }
}

/// An address that is told of events.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = WebhookEndpoint)]
pub struct EndpointView {
    #[schema(example = "webhook_endpoint")]
    pub object: &'static str,
    #[schema(example = "whk_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    pub id: String,
    #[schema(example = "https://shop.example/hooks/remit")]
    pub url: String,
    pub description: Option<String>,
    /// Empty: every type.
    pub types: Vec<String>,
    pub format: WebhookFormat,
    /// Of a `cryptobot` endpoint: the API key that signs.
    pub key: Option<String>,
    pub status: EndpointStatus,
    /// Why it is disabled: `merchant` (you did), `gone` (it answered 410), `failing` (five days of
    /// nothing but failures).
    pub reason: Option<DisabledReason>,
    /// Nothing has got through since then.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub failing_since: Option<Time>,
    /// Verifies `v1a` signatures (ed25519). Newest first; more than one after a rotation.
    #[schema(example = json!(["whpk_4yiMXCJYFjjNUwCg05ke3ZnLLoYhOFWnzPxRmrW9Ybs="]))]
    pub public_keys: Vec<String>,
    /// Until when the secret before the last rotation still signs.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub old_secret_until: Option<Time>,
    pub shop: HookShop,
    pub livemode: bool,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
}

/// Whose it is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HookShop {
    pub name: String,
}

/// An endpoint with its signing secret, which is shown only now.
#[derive(Serialize, ToSchema)]
pub struct EndpointWithSecret {
    #[serde(flatten)]
    pub endpoint: EndpointView,
    /// Verifies `v1` signatures (HMAC-SHA256). Keep it like a password; it is not shown again.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw…")]
    pub secret: String,
}

pub fn endpoint(webhook: &Webhook, keys: &[Generation], merchant: &Merchant) -> EndpointView {
    let (status, reason) = match webhook.status {
        Status::Enabled => (EndpointStatus::Enabled, None),
        Status::Disabled(reason) => (EndpointStatus::Disabled, Some(reason)),
    };
    EndpointView {
        object: "webhook_endpoint",
        id: webhook.id.to_string(),
        url: webhook.url.clone(),
        description: webhook.description.clone(),
        types: webhook.types.clone(),
        format: webhook.dialect.format(),
        key: webhook.dialect.key().map(|key| key.to_string()),
        status,
        reason,
        failing_since: match webhook.health {
            Health::Failing { since, .. } => Some(since),
            Health::Well => None,
        },
        public_keys: keys.iter().map(|generation| generation.keys.public_key()).collect(),
        old_secret_until: keys.iter().find_map(|generation| generation.until),
        shop: HookShop { name: merchant.name.clone() },
        livemode: merchant.livemode,
        created_at: webhook.created_at,
    }
}

/// The keys that sign what is sent to the addresses of invoices.
#[derive(Serialize, ToSchema)]
pub struct InvoiceSecretView {
    #[schema(example = "webhook_secret")]
    pub object: &'static str,
    /// What deliveries to those addresses name as their endpoint.
    #[schema(example = "whk_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    pub endpoint: String,
    /// Verifies `v1` signatures. Shown when it is made, and never again.
    pub secret: Option<String>,
    /// Verifies `v1a` signatures. Newest first.
    pub public_keys: Vec<String>,
    /// Until when the secret before still signs.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub old_secret_until: Option<Time>,
}

pub fn invoice_secret(
    webhook: &Webhook,
    shown: Option<&Keys>,
    keys: &[Generation],
) -> InvoiceSecretView {
    InvoiceSecretView {
        object: "webhook_secret",
        endpoint: webhook.id.to_string(),
        secret: shown.map(Keys::secret),
        public_keys: keys.iter().map(|generation| generation.keys.public_key()).collect(),
        old_secret_until: keys.iter().find_map(|generation| generation.until),
    }
}

/// One event to one endpoint.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = WebhookDelivery)]
pub struct DeliveryView {
    #[schema(example = "webhook_delivery")]
    pub object: &'static str,
    #[schema(example = "dlv_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    pub id: String,
    #[schema(example = "whk_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    pub endpoint: String,
    /// The event's number in your feed.
    pub seq: i64,
    #[serde(rename = "type")]
    #[schema(example = "invoice.paid")]
    pub kind: String,
    /// The invoice's own `webhook_url`, if it went there.
    pub url: Option<String>,
    pub status: DeliveryState,
    /// How many attempts were made in all.
    pub attempt_count: i64,
    /// When the next one is; `null` if it is being made, or there is none.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_attempt_at: Option<Time>,
    /// What the last attempt came to, if it was no success.
    pub note: Option<String>,
    /// Oldest first. One that was cut off by a crash of ours is missing.
    pub attempts: Vec<AttemptView>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub done_at: Option<Time>,
}

/// One attempt.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = WebhookAttempt)]
pub struct AttemptView {
    pub number: i64,
    #[schema(value_type = String, format = DateTime)]
    pub at: Time,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// What your server answered; `null` if there was no answer.
    #[schema(example = 200)]
    pub response_status: Option<i64>,
    /// The beginning of its answer, 1 kB at most.
    pub response_body: Option<String>,
    /// Why it was no success.
    pub note: Option<String>,
}

pub fn delivery(delivery: &Delivery, attempts: Vec<Attempt>, now: Time) -> DeliveryView {
    let waits = delivery.state == DeliveryState::Due;
    let in_hand = delivery.in_hand && delivery.due_at > now;
    DeliveryView {
        object: "webhook_delivery",
        id: delivery.id.to_string(),
        endpoint: delivery.webhook.to_string(),
        seq: delivery.seq,
        kind: delivery.kind.clone(),
        url: delivery.url.clone(),
        status: delivery.state,
        attempt_count: delivery.attempts,
        next_attempt_at: (waits && !in_hand).then_some(delivery.due_at),
        note: delivery.note.clone(),
        attempts: attempts.into_iter().map(AttemptView::from).collect(),
        created_at: delivery.created_at,
        done_at: delivery.done_at,
    }
}

impl From<Attempt> for AttemptView {
    fn from(attempt: Attempt) -> Self {
        Self {
            number: attempt.number,
            at: attempt.at,
            took_ms: attempt.millis,
            response_status: attempt.status,
            response_body: attempt.body,
            note: attempt.note,
        }
    }
}

/// What was put into the queue.
#[derive(Debug, Serialize, ToSchema)]
pub struct RangeAnswer {
    /// How many events are sent again.
    pub count: u64,
    /// The last event looked at: where more follows, send it as `after_seq`.
    pub last_seq: i64,
    pub has_more: bool,
}
