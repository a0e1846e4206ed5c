//! What happened, in order, for ever: one gap-free feed per account.
//!
//! [`append`] puts an event into the transaction that made it true; whoever waits is woken after the
//! commit and reads with [`after`]. The feed is the truth; messages and webhooks are only tellings. Only
//! a restored database has a gap, and says so: [`restore`].

pub mod restore;
pub mod store;
pub mod view;

use serde::Serialize;

use crate::{
    base::db::{self, Announcement, Hooks, Tx},
    words::{
        dice::Dice,
        id::{DeliveryId, EventId},
        time::Time,
    },
};

pub use store::Event;

macro_rules! kinds {
    ($(pub const $name:ident: &str = $kind:literal;)*) => {
        /// The kinds of event, as `type` shows them.
        pub mod kind {
            $(pub const $name: &str = $kind;)*
            pub const ALL: &[&str] = &[$($name),*];
        }
    };
}

kinds! {
    pub const INVOICE_CREATED: &str = "invoice.created";
    pub const INVOICE_PROCESSING: &str = "invoice.processing";
    pub const INVOICE_PARTIALLY_PAID: &str = "invoice.partially_paid";
    pub const INVOICE_PAID: &str = "invoice.paid";
    pub const INVOICE_OVERPAID: &str = "invoice.overpaid";
    pub const INVOICE_PAID_LATE: &str = "invoice.paid_late";
    pub const INVOICE_PAID_AGAIN: &str = "invoice.paid_again";
    pub const INVOICE_RATE_RENEWED: &str = "invoice.rate_renewed";
    pub const INVOICE_EXPIRED: &str = "invoice.expired";
    pub const INVOICE_VOID: &str = "invoice.void";
    pub const PAYMENT_SENT: &str = "payment.sent";
    pub const PAYMENT_RECEIVED: &str = "payment.received";
    pub const PAYMENT_UNMATCHED: &str = "payment.unmatched";
    pub const PAYMENT_DUPLICATE: &str = "payment.duplicate";
    pub const REFUND_CREATED: &str = "refund.created";
    pub const REFUND_SUCCEEDED: &str = "refund.succeeded";
    pub const REFUND_FAILED: &str = "refund.failed";
    pub const REFUND_CANCELED: &str = "refund.canceled";
    pub const REFUND_OVERPAID: &str = "refund.overpaid";
    pub const REQUEST_PAID: &str = "request.paid";
    pub const KEY_CREATED: &str = "key.created";
    pub const KEY_REVOKED: &str = "key.revoked";
    pub const MEMBER_INVITED: &str = "member.invited";
    pub const MEMBER_JOINED: &str = "member.joined";
    pub const MEMBER_CHANGED: &str = "member.role_changed";
    pub const MEMBER_REMOVED: &str = "member.removed";
    pub const MEMBER_APPOINTED: &str = "member.appointed";
    pub const PAYOUT_CHANGE_REQUESTED: &str = "payout.change_requested";
    pub const PAYOUT_CHANGE_CANCELED: &str = "payout.change_canceled";
    pub const PAYOUT_CHANGE_DUE_SOON: &str = "payout.change_due_soon";
    pub const PAYOUT_CHANGED: &str = "payout.changed";
    pub const RIGHTS_CHANGE_CREATED: &str = "rights_change.created";
    pub const RIGHTS_CHANGE_CANCELED: &str = "rights_change.canceled";
    pub const RIGHTS_CHANGE_DUE_SOON: &str = "rights_change.due_soon";
    pub const RIGHTS_CHANGE_COMPLETED: &str = "rights_change.completed";
    pub const UNMATCHED_ATTACHED: &str = "unmatched.attached";
    pub const UNMATCHED_IGNORED: &str = "unmatched.ignored";
    pub const FEED_RESTORED: &str = "feed.restored";
    pub const WALLET_LINKED: &str = "wallet.linked";
    pub const WALLET_UNLINKED: &str = "wallet.unlinked";
    pub const WALLET_CHOSEN: &str = "wallet.chosen";
    pub const WEBHOOK_CREATED: &str = "webhook.created";
    pub const WEBHOOK_MOVED: &str = "webhook.moved";
    pub const WEBHOOK_CHANGED: &str = "webhook.changed";
    pub const WEBHOOK_SECRET_ROTATED: &str = "webhook.secret_rotated";
    pub const WEBHOOK_DELETED: &str = "webhook.deleted";
    pub const WEBHOOK_KEY_ENDED: &str = "webhook.key_ended";
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
    kind::INVOICE_PAID_AGAIN,
    kind::INVOICE_RATE_RENEWED,
    kind::INVOICE_EXPIRED,
    kind::INVOICE_VOID,
    kind::PAYMENT_UNMATCHED,
    kind::UNMATCHED_ATTACHED,
    kind::UNMATCHED_IGNORED,
    kind::REFUND_CREATED,
    kind::REFUND_SUCCEEDED,
    kind::REFUND_FAILED,
    kind::REFUND_CANCELED,
    kind::REFUND_OVERPAID,
    kind::KEY_CREATED,
    kind::KEY_REVOKED,
    kind::MEMBER_INVITED,
    kind::MEMBER_JOINED,
    kind::MEMBER_CHANGED,
    kind::MEMBER_REMOVED,
    kind::MEMBER_APPOINTED,
    kind::PAYOUT_CHANGE_REQUESTED,
    kind::PAYOUT_CHANGE_CANCELED,
    kind::PAYOUT_CHANGE_DUE_SOON,
    kind::PAYOUT_CHANGED,
    kind::RIGHTS_CHANGE_CREATED,
    kind::RIGHTS_CHANGE_CANCELED,
    kind::RIGHTS_CHANGE_DUE_SOON,
    kind::RIGHTS_CHANGE_COMPLETED,
    kind::WEBHOOK_CREATED,
    kind::WEBHOOK_MOVED,
    kind::WEBHOOK_CHANGED,
    kind::WEBHOOK_SECRET_ROTATED,
    kind::WEBHOOK_DELETED,
    kind::WEBHOOK_KEY_ENDED,
    kind::WEBHOOK_PING,
    kind::WEBHOOK_FAILING,
    kind::WEBHOOK_DISABLED,
    kind::FEED_RESTORED,
];

/// Somebody to tell: the account whose feed it is, and the Telegram chats that hear of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audience {
    pub account: String,
    pub chats: Vec<i64>,
}

impl Audience {
    /// The feed only.
    pub fn quiet(account: impl ToString) -> Self {
        Self { account: account.to_string(), chats: Vec::new() }
    }
}

/// Whoever acts for an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hand {
    account: String,
    /// A key's id or a person's, or the operator.
    whose: String,
}

impl Hand {
    pub fn new(account: impl ToString, whose: impl ToString) -> Self {
        Self { account: account.to_string(), whose: whose.to_string() }
    }
}

/// The moment and the dice an event is made with, and whose doing it is: whoever wants to record one has to
/// say so.
#[derive(Clone, Copy)]
pub struct Now<'a> {
    pub at: Time,
    pub dice: &'a Dice,
    /// `None`: the chain's doing, the clock's, or that of somebody whom we do not know.
    pub hand: Option<&'a Hand>,
}

impl<'a> Now<'a> {
    /// The same moment, in somebody's hand.
    pub fn by<'b>(self, hand: impl Into<Option<&'b Hand>>) -> Now<'b>
    where
        'a: 'b,
    {
        Now { hand: hand.into(), ..self }
    }

    /// Whose hand acts for this account, if anybody's. What somebody does for a shop is not their doing in
    /// the feeds of others.
    pub fn whose(&self, account: impl ToString) -> Option<String> {
        let hand = self.hand.filter(|hand| hand.account == account.to_string())?;
        Some(hand.whose.clone())
    }
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
        .chats
        .iter()
        .map(|chat| (DeliveryId::new(now.at, now.dice), "telegram", chat.to_string()))
        .collect();
    tx.announce(Announcement {
        id: EventId::new(now.at, now.dice),
        account: audience.account.clone(),
        kind,
        data,
        at: now.at,
        hand: now.whose(&audience.account),
        deliveries,
        hooks,
        dice: now.dice.clone(),
    });
}

/// Events of an account after `seq`, oldest first. `kinds` narrows them; empty means all. Each kind is
/// read by an index of its own, so that a long feed of other things costs nothing.
pub async fn after(
    tx: &mut Tx,
    account: &str,
    seq: i64,
    kinds: &[&str],
    limit: u32,
) -> db::Result<Vec<Event>> {
    if kinds.is_empty() {
        return store::after(tx, account, seq, i64::from(limit)).await;
    }
    let mut found = Vec::new();
    for kind in kinds {
        found.extend(store::after_of_kind(tx, account, kind, seq, i64::from(limit)).await?);
    }
    found.sort_unstable_by_key(|event| event.seq);
    found.dedup_by_key(|event| event.seq);
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use sqlx::AssertSqlSafe;

    use super::{FOR_MERCHANTS, kind};
    use crate::base::db::{Engine, Statement, tests::memory};

    /// Told to people only, never to a merchant's feed.
    const FOR_PEOPLE: &[&str] = &[
        "payment.sent",
        "payment.received",
        "payment.duplicate",
        "request.paid",
        "wallet.linked",
        "wallet.unlinked",
        "wallet.chosen",
    ];

    #[test]
    fn every_kind_of_event_has_its_readers() {
        for kind in kind::ALL {
            let known = FOR_MERCHANTS.contains(kind) || FOR_PEOPLE.contains(kind);
            assert!(known, "{kind} stands in neither list");
        }
    }

    /// However long a feed grows, a page of it costs what the page holds.
    #[tokio::test]
    async fn the_feed_is_read_by_an_index_and_never_sorted() {
        let mut tx = memory().await.begin().await.unwrap();
        let Engine::Sqlite(connection) = &mut tx.engine else { unreachable!() };
        let mut pages = 0;
        for Statement { at, sql } in inventory::iter::<Statement> {
            if !at.contains("events/store.rs") || !sql.contains("limit") {
                continue;
            }
            pages += 1;
            let explain = AssertSqlSafe(format!("explain query plan {sql}"));
            let plan: Vec<(i64, i64, i64, String)> =
                sqlx::query_as(explain).fetch_all(&mut **connection).await.unwrap();
            let keys: usize =
                [" = $", " > $", " < $"].map(|key| sql.matches(key).count()).iter().sum();
            let [(.., step)] = &plan[..] else { panic!("{sql}: {plan:?}") };
            assert!(step.contains("USING INDEX"), "{sql}: {step}");
            assert_eq!(step.matches(['=', '>', '<']).count(), keys, "{sql}: {step}");
        }
        assert_eq!(pages, 3);
    }
}
