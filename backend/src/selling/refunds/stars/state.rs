//! The life of a refund of Stars, with no clock, no database and no network in it.
//!
//! ```text
//! submitted ──Telegram has done it──▶ succeeded
//!   │  ▲└ not reached: asked again ┘      ▲
//!   └── Telegram refuses ──▶ failed ──────┘ it was done after all
//! ```

use std::time::Duration;

use crate::{
    money::stars::StarPayment,
    selling::refunds::RefundStatus,
    words::{
        id::{InvoiceId, MerchantId, RefundId, StarPaymentId},
        money::Amount,
        time::Time,
    },
};

/// How long to wait after each time Telegram was not reached, in seconds; then always the last.
const PAUSES: [u64; 7] = [1, 4, 15, 60, 300, 900, 3600];
/// So long it is tried.
const PATIENCE: Duration = Duration::from_secs(3 * 24 * 3600);
/// Whoever has a refund in hand has it for so long; then somebody else asks once more.
pub const LEASE: Duration = Duration::from_secs(120);

/// A payment in Stars that goes back, as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StarRefund {
    pub id: RefundId,
    pub merchant: MerchantId,
    /// The Stars that go back.
    pub payment: StarPaymentId,
    pub invoice: InvoiceId,
    pub amount: Amount,
    pub reason: Option<String>,
    /// `Submitted`, `Succeeded` or `Failed`: there is nothing to sign and nothing to cancel.
    pub status: RefundStatus,
    /// Why Telegram has refused, or why it was not reached the last time.
    pub failure: Option<String>,
    /// How often Telegram was asked.
    pub attempt: i64,
    /// When it is asked next.
    pub due: Option<Time>,
    pub status_at: Time,
    pub created_at: Time,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Telegram has given the Stars back.
    Done { at: Time },
    /// Telegram will not do it.
    Refused { at: Time, why: String },
    /// Telegram was not reached, or wants us to wait.
    Missed { at: Time, why: String, wait: Option<Duration> },
}

/// What the world must be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Succeeded,
    Failed,
}

impl StarRefund {
    pub fn new(
        id: RefundId,
        merchant: MerchantId,
        payment: &StarPayment,
        invoice: InvoiceId,
        reason: Option<String>,
        now: Time,
    ) -> Self {
        Self {
            id,
            merchant,
            payment: payment.id,
            invoice,
            amount: payment.amount,
            reason,
            status: RefundStatus::Submitted,
            failure: None,
            attempt: 0,
            due: Some(now),
            status_at: now,
            created_at: now,
        }
    }

    /// The next state, and what the world must be told of it.
    pub fn apply(mut self, input: Input) -> (Self, Option<Change>) {
        let submitted = self.status == RefundStatus::Submitted;
        let change = match input {
            Input::Done { .. } if self.status == RefundStatus::Succeeded => None,
            Input::Done { at } => {
                self.failure = None;
                self.end(RefundStatus::Succeeded, at);
                Some(Change::Succeeded)
            }
            Input::Refused { at, why } if submitted => Some(self.fail(at, why)),
            Input::Missed { at, why, .. } if submitted && at > self.created_at.after(PATIENCE) => {
                Some(self.fail(at, why))
            }
            Input::Missed { at, why, wait } if submitted => {
                let last = PAUSES[PAUSES.len() - 1];
                let step = usize::try_from(self.attempt - 1).unwrap_or_default();
                let usual = Duration::from_secs(PAUSES.get(step).copied().unwrap_or(last));
                self.failure = Some(why);
                self.due = Some(at.after(wait.map_or(usual, |wait| wait.max(usual))));
                None
            }
            Input::Refused { .. } | Input::Missed { .. } => None,
        };
        (self, change)
    }

    fn fail(&mut self, at: Time, why: String) -> Change {
        self.failure = Some(why);
        self.end(RefundStatus::Failed, at);
        Change::Failed
    }

    fn end(&mut self, status: RefundStatus, at: Time) {
        self.status = status;
        self.status_at = at;
        self.due = None;
    }

    /// What has gone back.
    pub fn sent(&self) -> Amount {
        if self.status == RefundStatus::Succeeded { self.amount } else { Amount::ZERO }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::dice::Dice;

    const NOW: Time = Time::from_millis(1_795_000_000_000);

    fn refund() -> StarRefund {
        let dice = Dice::seeded([0; 32]);
        let invoice = InvoiceId::new(NOW, &dice);
        let payment = StarPayment {
            id: StarPaymentId::new(NOW, &dice),
            charge_id: "c".into(),
            telegram_id: 1,
            invoice: Some(invoice),
            amount: Amount::new(250).unwrap(),
            at: NOW,
        };
        let merchant = MerchantId::new(NOW, &dice);
        StarRefund::new(RefundId::new(NOW, &dice), merchant, &payment, invoice, None, NOW)
    }

    fn missed(seconds: u64, wait: Option<u64>) -> Input {
        let at = NOW.after(Duration::from_secs(seconds));
        Input::Missed { at, why: "away".into(), wait: wait.map(Duration::from_secs) }
    }

    const DONE: Input = Input::Done { at: NOW };

    #[test]
    fn every_status_against_every_word_of_telegram() {
        let failed = refund().apply(Input::Refused { at: NOW, why: "NO".into() });
        assert_eq!((failed.0.status, failed.1), (RefundStatus::Failed, Some(Change::Failed)));
        assert_eq!((failed.0.due, failed.0.sent()), (None, Amount::ZERO));
        let done = refund().apply(DONE);
        assert_eq!((done.0.status, done.1), (RefundStatus::Succeeded, Some(Change::Succeeded)));
        assert_eq!((done.0.due, done.0.sent().units()), (None, 250));
        // It was done after all, and once is enough.
        assert_eq!(failed.0.clone().apply(DONE).0, done.0);
        for input in [DONE, missed(1, None), Input::Refused { at: NOW, why: "NO".into() }] {
            assert_eq!(done.0.clone().apply(input), (done.0.clone(), None));
        }
        assert_eq!(failed.0.clone().apply(missed(1, None)), (failed.0.clone(), None));
    }

    #[test]
    fn it_is_tried_for_days_with_growing_pauses_and_then_given_up() {
        let waits = |attempt: i64, wait: Option<u64>| {
            let (after, change) = StarRefund { attempt, ..refund() }.apply(missed(0, wait));
            assert_eq!(change, None);
            after.due.unwrap().since(NOW).as_secs()
        };
        assert_eq!([1, 2, 3, 7, 50].map(|attempt| waits(attempt, None)), [1, 4, 15, 3600, 3600]);
        assert_eq!((waits(1, Some(30)), waits(4, Some(1))), (30, 60), "never sooner than asked");
        let (after, change) = refund().apply(missed(3 * 24 * 3600 + 1, None));
        assert_eq!((after.status, change), (RefundStatus::Failed, Some(Change::Failed)));
        assert_eq!(after.failure.as_deref(), Some("away"));
    }
}
