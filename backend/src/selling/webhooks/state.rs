//! What a webhook is, how its health changes, and what becomes of a delivery after an attempt. Pure.

use std::time::Duration;

use crate::words::{
    id::{DeliveryId, KeyId, MerchantId, WebhookId},
    time::Time,
};

/// Waits before each attempt; after the last one a delivery is dead. Standard Webhooks' own example,
/// three days and four hours in all.
pub const SCHEDULE: [Duration; 10] = [
    Duration::ZERO,
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 3600),
    Duration::from_secs(5 * 3600),
    Duration::from_secs(10 * 3600),
    Duration::from_secs(14 * 3600),
    Duration::from_secs(20 * 3600),
    Duration::from_secs(24 * 3600),
];
/// No `Retry-After` holds a delivery longer than this.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
/// After so long without one success the owner is warned,
pub const WARN_AFTER: Duration = Duration::from_secs(4 * 24 * 3600);
/// and after so long, and a day after the warning, the webhook is disabled.
pub const DISABLE_AFTER: Duration = Duration::from_secs(5 * 24 * 3600);

crate::words::text::text_enum! {
    /// Why a webhook is disabled.
    pub enum DisabledReason {
        /// Its merchant has disabled it.
        Merchant = "merchant",
        /// It has answered 410 Gone.
        Gone = "gone",
        /// Nothing has got through for five days.
        Failing = "failing",
    }
}

crate::words::text::text_enum! {
    /// Whose addresses a webhook stands for.
    pub enum WebhookKind {
        /// One address, told of every event it asks for.
        Endpoint = "endpoint",
        /// The addresses that invoices bring along.
        Invoices = "invoices",
    }
}

crate::words::text::text_enum! {
    /// How what is sent is spelled and signed.
    pub enum WebhookFormat {
        /// The event as it stands in the feed, signed by Standard Webhooks.
        Standard = "standard",
        /// CryptoBot's `invoice_paid`, signed with an API key as CryptoBot does.
        Cryptobot = "cryptobot",
    }
}

/// How an endpoint is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Standard,
    /// Signed with the hash of this key, which its holder can work out.
    Cryptobot {
        key: KeyId,
    },
}

impl Dialect {
    pub const fn format(self) -> WebhookFormat {
        match self {
            Self::Standard => WebhookFormat::Standard,
            Self::Cryptobot { .. } => WebhookFormat::Cryptobot,
        }
    }

    pub const fn key(self) -> Option<KeyId> {
        match self {
            Self::Standard => None,
            Self::Cryptobot { key } => Some(key),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Enabled,
    Disabled(DisabledReason),
}

/// How a webhook has been answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    Well,
    /// Nothing has got through since then; perhaps the owner was warned.
    Failing {
        since: Time,
        warned: Option<Time>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    pub id: WebhookId,
    pub account: MerchantId,
    pub kind: WebhookKind,
    pub url: String,
    pub description: Option<String>,
    /// Empty: every type.
    pub types: Vec<String>,
    pub dialect: Dialect,
    pub status: Status,
    pub health: Health,
    pub created_at: Time,
}

/// What came of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Answered {
        status: u16,
        /// What the answer's `Retry-After` asks for.
        retry_after: Option<Duration>,
        /// The beginning of the answer.
        body: String,
    },
    /// There was no answer, and why.
    Silent(String),
}

impl Outcome {
    pub fn is_success(&self) -> bool {
        matches!(self, Self::Answered { status: 200..=299, .. })
    }

    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Answered { status: 410, .. })
    }

    /// The receiver asks us to slow down, or something in front of it does.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Answered { status: 429 | 502 | 503 | 504, .. })
    }

    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Answered { status, .. } => Some(*status),
            Self::Silent(_) => None,
        }
    }

    /// Why it is no success; for people.
    pub fn note(&self) -> Option<String> {
        match self {
            Self::Answered { status: 200..=299, .. } => None,
            Self::Answered { status: status @ 300..=399, .. } => {
                Some(format!("answered {status}; redirects are not followed"))
            }
            Self::Answered { status, .. } => Some(format!("answered {status}")),
            Self::Silent(why) => Some(why.clone()),
        }
    }
}

/// What becomes of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Delivered,
    Later { step: usize, at: Time },
    Dead,
}

impl Fate {
    /// The next step of the schedule, and when, if there is one.
    pub fn later(self) -> Option<(usize, Time)> {
        match self {
            Self::Later { step, at } => Some((step, at)),
            Self::Delivered | Self::Dead => None,
        }
    }
}

/// After the attempt number `step`, counted from zero. `jitter` is any byte: it moves the next attempt by
/// up to a fifth either way, so that what failed together does not come back together.
pub fn fate(step: usize, outcome: &Outcome, jitter: u8, now: Time) -> Fate {
    if outcome.is_success() {
        return Fate::Delivered;
    }
    let next = step.saturating_add(1);
    let Some(wait) = SCHEDULE.get(next).filter(|_| !outcome.is_gone()) else { return Fate::Dead };
    let asked = match outcome {
        Outcome::Answered { retry_after: Some(asked), .. } => (*asked).min(LONGEST_WAIT),
        _ => Duration::ZERO,
    };
    let moved = *wait * 4 / 5 + *wait * 2 / 5 * u32::from(jitter) / 255;
    Fate::Later { step: next, at: now.after(moved.max(asked)) }
}

/// What an attempt means for the webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Recovered,
    BeganToFail,
    /// It has failed for four days: its owner should know.
    Warned,
    Disabled(DisabledReason),
}

/// The webhook after an attempt.
pub fn judge(webhook: &Webhook, outcome: &Outcome, now: Time) -> Option<(Webhook, Change)> {
    if webhook.status != Status::Enabled || webhook.kind == WebhookKind::Invoices {
        return None;
    }
    let (status, health, change) = match (outcome, webhook.health) {
        (o, Health::Well) if o.is_success() => return None,
        (o, _) if o.is_success() => (Status::Enabled, Health::Well, Change::Recovered),
        (o, health) if o.is_gone() => {
            (Status::Disabled(DisabledReason::Gone), health, Change::Disabled(DisabledReason::Gone))
        }
        (_, Health::Well) => {
            let health = Health::Failing { since: now, warned: None };
            (Status::Enabled, health, Change::BeganToFail)
        }
        (_, Health::Failing { since, warned: None }) if now.since(since) >= WARN_AFTER => {
            let health = Health::Failing { since, warned: Some(now) };
            (Status::Enabled, health, Change::Warned)
        }
        (_, health @ Health::Failing { since, warned: Some(warned) })
            if now.since(since) >= DISABLE_AFTER && now.since(warned) >= DAY =>
        {
            (
                Status::Disabled(DisabledReason::Failing),
                health,
                Change::Disabled(DisabledReason::Failing),
            )
        }
        _ => return None,
    };
    Some((Webhook { status, health, ..webhook.clone() }, change))
}

/// One event to one webhook, as the log shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub id: DeliveryId,
    pub webhook: WebhookId,
    pub account: MerchantId,
    pub seq: i64,
    pub kind: String,
    /// An invoice's own address.
    pub url: Option<String>,
    pub state: DeliveryState,
    pub attempts: i64,
    pub due_at: Time,
    pub in_hand: bool,
    pub note: Option<String>,
    pub created_at: Time,
    pub done_at: Option<Time>,
    /// Status and milliseconds of the attempt that succeeded.
    pub taken: Option<(i64, i64)>,
}

crate::words::text::text_enum! {
    /// Where a delivery stands.
    pub enum DeliveryState {
        /// It waits for its next attempt, or is being made.
        Due = "due",
        /// The receiver has answered 2xx.
        Delivered = "delivered",
        /// Nothing more is tried until it is sent again by hand.
        Dead = "dead",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::words::dice::Dice;

    const NOW: Time = Time::from_millis(1_795_000_000_000);

    fn answered(status: u16) -> Outcome {
        Outcome::Answered { status, retry_after: None, body: String::new() }
    }

    fn asked(seconds: u64) -> Outcome {
        let retry_after = Some(Duration::from_secs(seconds));
        Outcome::Answered { status: 503, retry_after, body: String::new() }
    }

    fn webhook(health: Health) -> Webhook {
        let dice = Dice::seeded([1; 32]);
        Webhook {
            id: WebhookId::new(NOW, &dice),
            account: MerchantId::new(NOW, &dice),
            kind: WebhookKind::Endpoint,
            url: "https://shop.example".into(),
            description: None,
            types: vec![],
            dialect: Dialect::Standard,
            status: Status::Enabled,
            health,
            created_at: NOW,
        }
    }

    #[test]
    fn only_2xx_is_a_success() {
        for (status, good) in
            [(199, false), (200, true), (204, true), (299, true), (301, false), (404, false)]
        {
            assert_eq!(fate(0, &answered(status), 0, NOW) == Fate::Delivered, good, "{status}");
        }
        assert!(!Outcome::Silent("no answer".into()).is_success());
    }

    #[test]
    fn ten_attempts_over_three_days_and_then_dead() {
        let (mut step, mut at, mut attempts) = (0, NOW, 0);
        loop {
            attempts += 1;
            match fate(step, &answered(500), 128, at) {
                Fate::Later { step: next, at: later } => (step, at) = (next, later),
                Fate::Dead => break,
                Fate::Delivered => panic!("500 is no success"),
            }
        }
        assert_eq!(attempts, 10);
        let whole: Duration = SCHEDULE.iter().sum();
        assert_eq!(at.since(NOW).as_secs() / 3600, whole.as_secs() / 3600);
    }

    #[test]
    fn who_is_gone_is_not_asked_again() {
        assert_eq!(fate(0, &answered(410), 0, NOW), Fate::Dead);
        let (after, change) = judge(&webhook(Health::Well), &answered(410), NOW).unwrap();
        assert_eq!(after.status, Status::Disabled(DisabledReason::Gone));
        assert_eq!(change, Change::Disabled(DisabledReason::Gone));
    }

    #[test]
    fn a_receiver_may_ask_for_time_but_not_for_ever() {
        let wait = |outcome: &Outcome| match fate(0, outcome, 128, NOW) {
            Fate::Later { at, .. } => at.since(NOW).as_secs(),
            other => panic!("{other:?}"),
        };
        assert_eq!(wait(&asked(60)), 60);
        assert_eq!(wait(&asked(1)), wait(&answered(503)), "never sooner than the schedule");
        assert_eq!(wait(&asked(u64::MAX)), 24 * 3600);
    }

    #[test]
    fn five_days_of_nothing_but_failures_disable_a_webhook_a_day_after_a_warning() {
        let bad = answered(500);
        let (failing, change) = judge(&webhook(Health::Well), &bad, NOW).unwrap();
        assert_eq!(change, Change::BeganToFail);
        let early = NOW.after(WARN_AFTER).before(Duration::from_millis(1));
        assert_eq!(judge(&failing, &bad, early), None);

        let late = NOW.after(WARN_AFTER + Duration::from_secs(7200));
        let (warned, change) = judge(&failing, &bad, late).unwrap();
        assert_eq!(change, Change::Warned);
        // Five days are over, but the day since the warning is not.
        assert_eq!(judge(&warned, &bad, NOW.after(DISABLE_AFTER)), None);
        let (after, change) = judge(&warned, &bad, late.after(DAY)).unwrap();
        assert_eq!(change, Change::Disabled(DisabledReason::Failing));
        assert_eq!(judge(&after, &bad, late.after(DAY)), None, "it is over");

        let (well, change) = judge(&warned, &answered(200), late.after(DAY)).unwrap();
        assert_eq!((well.health, change), (Health::Well, Change::Recovered));
    }

    proptest! {
        #[test]
        fn the_next_attempt_is_within_a_fifth_of_the_schedule(step in 0usize..9, jitter: u8) {
            let Fate::Later { at, step: next } = fate(step, &answered(500), jitter, NOW) else {
                panic!("there is another attempt");
            };
            let (wait, plan) = (at.since(NOW).as_millis(), SCHEDULE[step + 1].as_millis());
            prop_assert_eq!(next, step + 1);
            prop_assert!(wait * 10 >= plan * 8 && wait * 10 <= plan * 12, "{} for {}", wait, plan);
        }
    }
}
