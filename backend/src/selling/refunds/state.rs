//! The life of a refund, with no clock, no database and no network in it.
//!
//! ```text
//! requires_signature ──the wallet has signed──▶ submitted ──money arrives──▶ succeeded
//!   │  ▲└ the message expires ┘                    └── its time is over ──▶ failed ─┐
//!   └── cancel ──▶ canceled ───────────────────────────── money came after all ─────┴▶ succeeded
//! ```
//!
//! Only money that has arrived on the chain makes a refund succeed; a wallet's word is a hint. What
//! may still be on its way is set aside until the chain has passed the end of the last message.

use serde::{Deserialize, Serialize};
use ton::address::Address;
use utoipa::ToSchema;

use crate::words::{
    id::{InvoiceId, MerchantId, RefundId, TransferId},
    money::{Amount, Asset},
    text::text_enum,
    time::Time,
};

/// Money that a merchant pays back, from wallet to wallet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    pub id: RefundId,
    pub merchant: MerchantId,
    /// The money that goes back.
    pub transfer: TransferId,
    /// What that money had paid, if anything.
    pub invoice: Option<InvoiceId>,
    pub asset: Asset,
    pub amount: Amount,
    /// What has arrived so far: more than `amount` when it was signed twice.
    pub sent: Amount,
    pub to: Address,
    /// Why; the payer reads it.
    pub reason: Option<String>,
    pub warnings: Vec<Warning>,
    pub status: RefundStatus,
    /// Since when.
    pub status_at: Time,
    /// Until then money may come of a message that was handed out.
    pub awaited: Option<Time>,
    pub created_at: Time,
}

text_enum! {
    /// How far a refund has come.
    pub enum RefundStatus {
        /// Waiting for the merchant's wallet. A message that expires leaves it here.
        RequiresSignature = "requires_signature",
        /// The wallet says it has signed, or the transfer is pending in the network.
        Submitted = "submitted",
        /// The money has arrived.
        Succeeded = "succeeded",
        /// The wallet had signed, but nothing arrived before the message's end.
        Failed = "failed",
        /// Taken back before it was signed.
        Canceled = "canceled",
    }
}

/// Something the merchant should know before signing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RefundWarning)]
pub enum Warning {
    /// The money goes to an address that has not sent it.
    OtherAddress,
    /// It was never a wallet of somebody known here. Ask the customer before you sign.
    UnknownWallet,
    /// It may be an exchange's wallet: the money would reach the exchange, not the customer.
    MaybeExchange,
    /// It is a contract that is not a known wallet: it may do anything with the money.
    Contract,
    /// No contract is deployed there. Money sent there stays, and waits for its owner.
    NotDeployed,
    /// The chain could not be asked what stands there.
    Unchecked,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// A message was handed out; money may come of it until then.
    Offered { until: Time },
    /// The wallet has signed, or the transfer is pending.
    Submitted { at: Time },
    /// Final money; `at` is its block's time. `ours`: it came from the wallet that was to sign.
    Arrived { amount: Amount, at: Time, ours: bool },
    /// Every block in which money of a message could have come has been read.
    Lapsed { at: Time },
    /// The merchant takes it back.
    Cancel { at: Time },
}

/// What the world must be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Succeeded,
    /// Money went out once more for a refund that had succeeded.
    Overpaid,
    Failed,
    Canceled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the refund is already on its way")]
    Started,
    #[error("the refund has ended")]
    Over,
}

impl Refund {
    /// The next state, and what the world must be told of it. Hints that say nothing new change
    /// nothing.
    pub fn apply(mut self, input: Input) -> Result<(Self, Option<Change>), Refused> {
        use RefundStatus::{Canceled, Failed, RequiresSignature, Submitted, Succeeded};
        let change = match (self.status, input) {
            (RequiresSignature, Input::Offered { until }) => {
                self.awaited = self.awaited.max(Some(until));
                None
            }
            (Submitted, Input::Offered { .. } | Input::Cancel { .. }) => {
                return Err(Refused::Started);
            }
            (Succeeded | Failed | Canceled, Input::Offered { .. })
            | (Succeeded | Failed, Input::Cancel { .. }) => return Err(Refused::Over),
            // Without a message there is nothing that could have been signed.
            (RequiresSignature, Input::Submitted { at }) if self.awaited.is_some() => {
                self.turn(Submitted, at);
                None
            }
            (Canceled, Input::Cancel { .. }) | (_, Input::Submitted { .. }) => None,
            (_, Input::Arrived { amount, at, ours }) => self.take(amount, at, ours),
            (Submitted, Input::Lapsed { at }) => {
                self.awaited = None;
                self.turn(Failed, at);
                Some(Change::Failed)
            }
            (RequiresSignature | Succeeded | Failed | Canceled, Input::Lapsed { .. }) => {
                self.awaited = None;
                None
            }
            (RequiresSignature, Input::Cancel { at }) => {
                self.turn(Canceled, at);
                Some(Change::Canceled)
            }
        };
        Ok((self, change))
    }

    fn take(&mut self, amount: Amount, at: Time, ours: bool) -> Option<Change> {
        let done = self.status == RefundStatus::Succeeded;
        // Once it has arrived the reference is public: what others send with it is no refund.
        if done && !ours {
            return None;
        }
        self.sent = self.sent.checked_add(amount).unwrap_or(Amount::MAX);
        if done {
            return Some(Change::Overpaid);
        }
        if self.sent < self.amount {
            return None;
        }
        self.awaited = None;
        self.turn(RefundStatus::Succeeded, at);
        Some(Change::Succeeded)
    }

    fn turn(&mut self, status: RefundStatus, at: Time) {
        self.status = status;
        self.status_at = at;
    }

    /// What is still to be sent.
    pub fn remaining(&self) -> Amount {
        self.amount.checked_sub(self.sent).unwrap_or(Amount::ZERO)
    }

    /// What of the money that came this refund has taken or may still take. The statement
    /// `store::taken` says the same.
    pub fn takes(&self) -> Amount {
        let may_come = match self.status {
            RefundStatus::RequiresSignature | RefundStatus::Submitted | RefundStatus::Succeeded => {
                true
            }
            RefundStatus::Canceled => self.awaited.is_some(),
            RefundStatus::Failed => false,
        };
        if may_come { self.sent.max(self.amount) } else { self.sent }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::dice::Dice;

    fn units(units: u64) -> Amount {
        Amount::new(u128::from(units)).unwrap()
    }

    fn refund() -> Refund {
        let (now, dice) = (Time::from_millis(1), Dice::seeded([0; 32]));
        Refund {
            id: RefundId::new(now, &dice),
            merchant: MerchantId::new(now, &dice),
            transfer: TransferId::new(now, &dice),
            invoice: None,
            asset: Asset::Gram,
            amount: units(10),
            sent: Amount::ZERO,
            to: Address::new(0, [1; 32]),
            reason: None,
            warnings: Vec::new(),
            status: RefundStatus::RequiresSignature,
            status_at: now,
            awaited: None,
            created_at: now,
        }
    }

    fn after(inputs: &[Input]) -> Refund {
        let step = |refund: Refund, input: &Input| refund.apply(*input).unwrap().0;
        inputs.iter().fold(refund(), step)
    }

    const fn at(millis: i64) -> Time {
        Time::from_millis(millis)
    }

    fn money(amount: u64, ours: bool) -> Input {
        Input::Arrived { amount: units(amount), at: at(5), ours }
    }

    const OFFERED: Input = Input::Offered { until: at(9) };
    const SUBMITTED: Input = Input::Submitted { at: at(2) };
    const LAPSED: Input = Input::Lapsed { at: at(10) };
    const CANCEL: Input = Input::Cancel { at: at(3) };

    /// Every status against every input, of a refund of ten. Read the table, not the code.
    const MATRIX: &str = "\
requires_signature + offered   → requires_signature sent 0  takes 10 -
requires_signature + submitted → requires_signature sent 0  takes 10 -
requires_signature + 4         → requires_signature sent 4  takes 10 -
requires_signature + 10        → succeeded          sent 10 takes 10 (Succeeded)
requires_signature + foreign   → succeeded          sent 10 takes 10 (Succeeded)
requires_signature + lapsed    → requires_signature sent 0  takes 10 -
requires_signature + cancel    → canceled           sent 0  takes 0  (Canceled)
offered            + offered   → requires_signature sent 0  takes 10 -
offered            + submitted → submitted          sent 0  takes 10 -
offered            + 4         → requires_signature sent 4  takes 10 -
offered            + 10        → succeeded          sent 10 takes 10 (Succeeded)
offered            + foreign   → succeeded          sent 10 takes 10 (Succeeded)
offered            + lapsed    → requires_signature sent 0  takes 10 -
offered            + cancel    → canceled           sent 0  takes 10 (Canceled)
submitted          + offered   → refused: the refund is already on its way
submitted          + submitted → submitted          sent 0  takes 10 -
submitted          + 4         → submitted          sent 4  takes 10 -
submitted          + 10        → succeeded          sent 10 takes 10 (Succeeded)
submitted          + foreign   → succeeded          sent 10 takes 10 (Succeeded)
submitted          + lapsed    → failed             sent 0  takes 0  (Failed)
submitted          + cancel    → refused: the refund is already on its way
succeeded          + offered   → refused: the refund has ended
succeeded          + submitted → succeeded          sent 10 takes 10 -
succeeded          + 4         → succeeded          sent 14 takes 14 (Overpaid)
succeeded          + 10        → succeeded          sent 20 takes 20 (Overpaid)
succeeded          + foreign   → succeeded          sent 10 takes 10 -
succeeded          + lapsed    → succeeded          sent 10 takes 10 -
succeeded          + cancel    → refused: the refund has ended
failed             + offered   → refused: the refund has ended
failed             + submitted → failed             sent 0  takes 0  -
failed             + 4         → failed             sent 4  takes 4  -
failed             + 10        → succeeded          sent 10 takes 10 (Succeeded)
failed             + foreign   → succeeded          sent 10 takes 10 (Succeeded)
failed             + lapsed    → failed             sent 0  takes 0  -
failed             + cancel    → refused: the refund has ended
canceled           + offered   → refused: the refund has ended
canceled           + submitted → canceled           sent 0  takes 10 -
canceled           + 4         → canceled           sent 4  takes 10 -
canceled           + 10        → succeeded          sent 10 takes 10 (Succeeded)
canceled           + foreign   → succeeded          sent 10 takes 10 (Succeeded)
canceled           + lapsed    → canceled           sent 0  takes 0  -
canceled           + cancel    → canceled           sent 0  takes 10 -
";

    #[test]
    fn every_status_meets_every_input() {
        let starts: [(&str, &[Input]); 6] = [
            ("requires_signature", &[]),
            ("offered", &[OFFERED]),
            ("submitted", &[OFFERED, SUBMITTED]),
            ("succeeded", &[OFFERED, money(10, true)]),
            ("failed", &[OFFERED, SUBMITTED, LAPSED]),
            ("canceled", &[OFFERED, CANCEL]),
        ];
        let inputs = [
            ("offered", OFFERED),
            ("submitted", SUBMITTED),
            ("4", money(4, true)),
            ("10", money(10, true)),
            ("foreign", money(10, false)),
            ("lapsed", LAPSED),
            ("cancel", CANCEL),
        ];
        let mut table = String::new();
        for (start, way) in starts {
            for (name, input) in inputs {
                table += &format!("{start:<18} + {name:<9} → ");
                table += &match after(way).apply(input) {
                    Ok((refund, change)) => line(&refund, change),
                    Err(refused) => format!("refused: {refused}\n"),
                };
            }
        }
        assert_eq!(table, MATRIX, "\n{table}");
    }

    fn line(refund: &Refund, change: Option<Change>) -> String {
        let change = change.map_or("-".to_owned(), |change| format!("({change:?})"));
        format!(
            "{:<18} sent {:<2} takes {:<2} {change}\n",
            refund.status.as_str(),
            refund.sent.units(),
            refund.takes().units()
        )
    }

    #[test]
    fn a_later_message_lengthens_the_wait() {
        let later = Input::Offered { until: at(20) };
        assert_eq!(after(&[OFFERED, later, OFFERED]).awaited, Some(at(20)));
    }
}
