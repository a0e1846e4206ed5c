//! How a shop in Rust verifies a webhook. The documentation shows this file.

use axum::http::HeaderMap;
use serde_json::Value;
use standardwebhooks::{Webhook, WebhookError};

/// The event, if it was signed with your secret within the last five minutes. `body` is what arrived,
/// byte for byte: verify first, parse then.
pub fn verify(secret: &str, headers: &HeaderMap, body: &[u8]) -> Result<Value, WebhookError> {
    Webhook::new(secret)?.verify(body, headers)?;
    serde_json::from_slice(body).map_err(|_| WebhookError::InvalidPayload)
}
