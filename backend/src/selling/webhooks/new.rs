//! What a merchant sends to make or change an endpoint, and what of it is accepted.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::{guard::Reach, state::WebhookFormat};
use crate::{
    base::{
        events::{FOR_MERCHANTS, kind},
        web::problem::{Kind, Problem, Result},
    },
    words::id::KeyId,
};

/// In characters.
const DESCRIPTION: usize = 500;

/// An endpoint to be made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndpointRequest {
    /// Where to send events: https on port 443 or 8443, at a public address. In the sandbox also http
    /// to this machine, on any port.
    #[schema(example = "https://shop.example/hooks/remit")]
    pub url: String,
    /// Only events of these types. Empty, or left out: every event.
    #[schema(example = json!(["invoice.paid", "invoice.paid_late"]))]
    pub types: Option<Vec<String>>,
    /// For yourself. At most 500 characters.
    pub description: Option<String>,
    /// `cryptobot` sends CryptoBot's `invoice_paid`, for `invoice.paid` alone. Default `standard`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<WebhookFormat>,
    /// With `cryptobot`: the id of the API key whose holder verifies. Default: the key you call with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "key_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    pub key: Option<String>,
}

/// What to change; what is left out stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndpointChange {
    pub url: Option<String>,
    /// The whole new list; empty for every event.
    pub types: Option<Vec<String>>,
    /// `null` takes it away.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub description: Option<Option<String>>,
    /// Of a `cryptobot` endpoint: the id of the API key that signs from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// `false` gives up whatever waits; `true` begins anew, also after the service has disabled it.
    pub enabled: Option<bool>,
}

/// Tells a field that is `null` from one that is left out.
fn given<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(field).map(Some)
}

/// An endpoint that may be made.
#[derive(Debug, Clone)]
pub struct Draft {
    pub url: String,
    pub types: Vec<String>,
    pub description: Option<String>,
    pub speech: Speech,
}

/// How an endpoint wants to be spoken to, before its key is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speech {
    Standard,
    /// Without a key: signed with the one that asks for it.
    Cryptobot(Option<KeyId>),
}

/// A change that may be made.
#[derive(Debug, Clone, Default)]
pub struct Patch {
    pub url: Option<String>,
    pub types: Option<Vec<String>>,
    pub description: Option<Option<String>>,
    pub key: Option<KeyId>,
    pub enabled: Option<bool>,
}

impl EndpointRequest {
    pub fn accept(self, reach: Reach) -> Result<Draft> {
        let key = self.key.as_deref().map(key).transpose()?;
        let mut types = types(self.types.unwrap_or_default())?;
        let speech = match (self.format.unwrap_or(WebhookFormat::Standard), key) {
            (WebhookFormat::Standard, None) => Speech::Standard,
            (WebhookFormat::Standard, Some(_)) => {
                return Err(bad("key goes with the format `cryptobot`."));
            }
            (WebhookFormat::Cryptobot, key) => {
                only_paid(&types)?;
                types = vec![kind::INVOICE_PAID.to_owned()];
                Speech::Cryptobot(key)
            }
        };
        Ok(Draft {
            url: address("url", &self.url, reach)?,
            types,
            description: description(self.description)?,
            speech,
        })
    }
}

impl EndpointChange {
    pub fn accept(self, reach: Reach) -> Result<Patch> {
        Ok(Patch {
            url: self.url.map(|url| address("url", &url, reach)).transpose()?,
            types: self.types.map(types).transpose()?,
            description: self.description.map(description).transpose()?,
            key: self.key.as_deref().map(key).transpose()?,
            enabled: self.enabled,
        })
    }
}

fn bad(detail: &str) -> Problem {
    Problem::new(Kind::BadRequest, format!("{detail} Nothing was changed."))
}

fn key(id: &str) -> Result<KeyId> {
    id.parse().map_err(|_| bad("key is the id of an API key, key_…; see GET /v1/keys."))
}

/// CryptoBot has a word for this one event.
pub fn only_paid(types: &[String]) -> Result<()> {
    match types.iter().all(|asked| asked == kind::INVOICE_PAID) {
        true => Ok(()),
        false => Err(bad("An endpoint of the format `cryptobot` is sent invoice.paid alone.")),
    }
}

/// An address that webhooks may be sent to, written as the parser understands it.
pub fn address(field: &str, text: &str, reach: Reach) -> Result<String> {
    reach.check(text).map(String::from).map_err(|refused| {
        Problem::new(Kind::WebhookUrlInvalid, format!("{field}: {refused}. Nothing was changed."))
    })
}

fn types(mut types: Vec<String>) -> Result<Vec<String>> {
    types.sort_unstable();
    types.dedup();
    match types.iter().find(|kind| !FOR_MERCHANTS.contains(&kind.as_str())) {
        None => Ok(types),
        Some(unknown) => {
            let unknown: String = unknown.chars().take(64).collect();
            Err(Problem::new(
                Kind::EventTypeUnknown,
                format!(
                    "types: {unknown:?} is none of {}. Nothing was changed.",
                    FOR_MERCHANTS.join(", ")
                ),
            ))
        }
    }
}

fn description(text: Option<String>) -> Result<Option<String>> {
    match text {
        Some(text) if text.chars().count() > DESCRIPTION || text.chars().any(char::is_control) => {
            Err(Problem::new(
                Kind::BadRequest,
                format!(
                    "description has {DESCRIPTION} characters at most, on one line. Nothing was changed."
                ),
            ))
        }
        text => Ok(text.filter(|text| !text.trim().is_empty())),
    }
}
