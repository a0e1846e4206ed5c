//! What happened, in order, for ever: one gap-free feed per account.
//!
//! [`append`] puts an event into the transaction that made it true; whoever waits is woken after the
//! commit and reads with [`after`]. The feed is the truth; messages and webhooks are only tellings.

pub mod store;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    db::{self, Announcement, Hooks, Tx},
    dice::Dice,
    id::{DeliveryId, EventId},
    time::Time,
};

pub use store::Event;

/// The kinds of event, as `type` shows them.
pub mod kind {
    pub const INVOICE_CREATED: &str = "invoice.created";
    pub const INVOICE_PROCESSING: &str = "invoice.processing";
    pub const INVOICE_PARTIALLY_PAID: &str = "invoice.partially_paid";
    pub const INVOICE_PAID: &str = "invoice.paid";
    pub const INVOICE_OVERPAID: &str = "invoice.overpaid";
    pub const INVOICE_PAID_LATE: &str = "invoice.paid_late";
    pub const INVOICE_EXPIRED: &str = "invoice.expired";
    pub const INVOICE_VOID: &str = "invoice.void";
    pub const PAYMENT_SENT: &str = "payment.sent";
    pub const PAYMENT_RECEIVED: &str = "payment.received";
    pub const PAYMENT_UNMATCHED: &str = "payment.unmatched";
    pub const PAYMENT_DUPLICATE: &str = "payment.duplicate";
    pub const REQUEST_PAID: &str = "request.paid";
    pub const WALLET_LINKED: &str = "wallet.linked";
    pub const WALLET_UNLINKED: &str = "wallet.unlinked";
    pub const WEBHOOK_PING: &str = "webhook.ping";
    pub const WEBHOOK_FAILING: &str = "webhook.failing";
    pub const WEBHOOK_DISABLED: &str = "webhook.disabled";
}

/// What a merchant's feed may hold: the types a webhook can ask for.
pub const FOR_MERCHANTS: &[&str] = &[
    kind::INVOICE_CREATED,
    kind::INVOICE_PROCESSING,
    kind::INVOICE_PARTIALLY_PAID,
    kind::INVOICE_PAID,
    kind::INVOICE_OVERPAID,
    kind::INVOICE_PAID_LATE,
    kind::INVOICE_EXPIRED,
    kind::INVOICE_VOID,
    kind::PAYMENT_UNMATCHED,
    kind::WEBHOOK_PING,
    kind::WEBHOOK_FAILING,
    kind::WEBHOOK_DISABLED,
];

/// Somebody to tell: the account whose feed it is, and the Telegram chat that hears of it, if any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audience {
    pub account: String,
    pub chat: Option<i64>,
}

/// The moment and the dice an event is made with.
#[derive(Clone, Copy)]
pub struct Now<'a> {
    pub at: Time,
    pub dice: &'a Dice,
}

/// Adds an event to the transaction. It is numbered and told when the transaction commits: in the chat,
/// and to every webhook of the account that asks for its type.
pub fn append(
    tx: &mut Tx,
    audience: &Audience,
    kind: &'static str,
    data: &impl Serialize,
    now: Now<'_>,
) {
    append_to(tx, audience, Hooks::Subscribed, kind, data, now);
}

/// The same, with a say in which webhooks hear of it.
pub fn append_to(
    tx: &mut Tx,
    audience: &Audience,
    hooks: Hooks,
    kind: &'static str,
    data: &impl Serialize,
    now: Now<'_>,
) {
    let data = serde_json::to_string(data).expect("event data has only string keys");
    let deliveries = audience
        .chat
        .map(|chat| (DeliveryId::new(now.at, now.dice), "telegram", chat.to_string()))
        .into_iter()
        .collect();
    tx.announce(Announcement {
        id: EventId::new(now.at, now.dice),
        account: audience.account.clone(),
        kind,
        data,
        at: now.at,
        deliveries,
        hooks,
        dice: now.dice.clone(),
    });
}

/// Events of an account after `seq`, oldest first. `kinds` narrows them; empty means all.
pub async fn after(
    tx: &mut Tx,
    account: &str,
    seq: i64,
    kinds: &[String],
    limit: u32,
) -> db::Result<Vec<Event>> {
    let mut found = Vec::new();
    let mut seq = seq;
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    while found.len() < wanted {
        let batch = store::after(tx, account, seq, i64::from(limit)).await?;
        let Some(last) = batch.last() else { break };
        seq = last.seq;
        let full = batch.len() == wanted;
        found.extend(batch.into_iter().filter(|e| kinds.is_empty() || kinds.contains(&e.kind)));
        if !full {
            break;
        }
    }
    found.truncate(wanted);
    Ok(found)
}

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
    /// Gap-free per account. Remember the last one you handled: that is the whole algorithm.
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

#[cfg(test)]
mod tests {
    use super::FOR_MERCHANTS;

    /// Told to people only, never to a merchant's feed.
    const FOR_PEOPLE: &[&str] = &[
        "payment.sent",
        "payment.received",
        "payment.duplicate",
        "request.paid",
        "wallet.linked",
        "wallet.unlinked",
    ];

    #[test]
    fn every_kind_of_event_has_its_readers() {
        let own = include_str!("mod.rs").split("mod tests").next().unwrap();
        let written = own.lines().filter_map(|line| line.trim().strip_prefix("pub const "));
        let kinds: Vec<_> = written.filter_map(|line| line.split('"').nth(1)).collect();
        assert!(kinds.len() > 10, "{kinds:?}");
        for kind in kinds {
            let known = FOR_MERCHANTS.contains(&kind) || FOR_PEOPLE.contains(&kind);
            assert!(known, "{kind} stands in neither list");
        }
    }
}
