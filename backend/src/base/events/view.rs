//! Events, as the feed shows them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Event;
use crate::words::{id::EventId, time::Time};

impl Event {
    /// The event as the feed shows it.
    pub fn view(self, livemode: bool) -> EventView {
        EventView {
            id: self.id,
            seq: self.seq,
            kind: self.kind,
            created_at: self.created_at,
            livemode,
            data: serde_json::from_str(&self.data).unwrap_or(Value::Null),
        }
    }
}

/// One event.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EventView {
    #[schema(value_type = String)]
    pub id: EventId,
    /// Gap-free per account, but for a gap that `feed.restored` tells of. Remember the last one you
    /// handled: that is the whole algorithm.
    pub seq: i64,
    #[serde(rename = "type")]
    #[schema(example = "invoice.paid")]
    pub kind: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
    pub livemode: bool,
    /// The object as it was at that moment.
    #[schema(value_type = Object)]
    pub data: Value,
}
