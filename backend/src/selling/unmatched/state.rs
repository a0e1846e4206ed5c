//! What becomes of unmatched money, with no clock, no database and no network in it.
//!
//! ```text
//! open ◀──ignore, reopen──▶ ignored
//!   │ └──────────┬──────────┘
//!   │            └── refund ──▶ refunding ──▶ refunded
//!   └── attach ──▶ attached          └── it failed, or was canceled ──▶ where it was
//! ```
//!
//! Attached money has been counted, so that cannot be undone; money that goes back cannot be attached.

use crate::words::{id::InvoiceId, text::text_enum};

text_enum! {
    /// What has become of unmatched money.
    pub enum UnmatchedStatus {
        /// Nobody has decided yet.
        Open = "open",
        /// It was counted towards an invoice after all.
        Attached = "attached",
        /// The merchant knows what it is.
        Ignored = "ignored",
        /// A refund of it is open.
        Refunding = "refunding",
        /// All of it has gone back.
        Refunded = "refunded",
    }
}

/// Where a piece of money stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Open {
        /// Some of it has gone back, or may still go.
        touched: bool,
    },
    Ignored {
        touched: bool,
    },
    Attached(InvoiceId),
    Refunding,
    Refunded,
}

/// What the merchant wants to do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Attach(InvoiceId),
    Ignore,
    Reopen,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("it was counted towards {0}")]
    Attached(InvoiceId),
    #[error("it is being paid back, or was")]
    GoesBack,
}

impl Standing {
    pub const fn word(self) -> UnmatchedStatus {
        match self {
            Self::Open { .. } => UnmatchedStatus::Open,
            Self::Ignored { .. } => UnmatchedStatus::Ignored,
            Self::Attached(_) => UnmatchedStatus::Attached,
            Self::Refunding => UnmatchedStatus::Refunding,
            Self::Refunded => UnmatchedStatus::Refunded,
        }
    }

    /// Where it stands after an act; the same when that has been done before.
    pub fn apply(self, act: Act) -> Result<Self, Refused> {
        use Standing::{Attached, Ignored, Open, Refunded, Refunding};
        match (self, act) {
            (Attached(invoice), Act::Attach(to)) if invoice == to => Ok(self),
            (Attached(invoice), _) => Err(Refused::Attached(invoice)),
            (Refunding | Refunded, _)
            | (Open { touched: true } | Ignored { touched: true }, Act::Attach(_)) => {
                Err(Refused::GoesBack)
            }
            (Open { .. } | Ignored { .. }, Act::Attach(to)) => Ok(Attached(to)),
            (Open { touched } | Ignored { touched }, Act::Ignore) => Ok(Ignored { touched }),
            (Open { touched } | Ignored { touched }, Act::Reopen) => Ok(Open { touched }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{dice::Dice, time::Time};

    #[test]
    fn every_standing_meets_every_act() {
        let dice = Dice::seeded([1; 32]);
        let [one, two] = [1, 2].map(|t| InvoiceId::new(Time::from_millis(t), &dice));
        let (fresh, touched) =
            (Standing::Open { touched: false }, Standing::Open { touched: true });
        let ignored = Standing::Ignored { touched: false };
        let (attached, back) = (Standing::Attached(one), Err(Refused::GoesBack));
        for (standing, act, expected) in [
            (fresh, Act::Attach(one), Ok(attached)),
            (fresh, Act::Ignore, Ok(ignored)),
            (fresh, Act::Reopen, Ok(fresh)),
            (touched, Act::Attach(one), back),
            (touched, Act::Ignore, Ok(Standing::Ignored { touched: true })),
            (ignored, Act::Attach(one), Ok(attached)),
            (ignored, Act::Ignore, Ok(ignored)),
            (ignored, Act::Reopen, Ok(fresh)),
            (Standing::Ignored { touched: true }, Act::Attach(one), back),
            (attached, Act::Attach(one), Ok(attached)),
            (attached, Act::Attach(two), Err(Refused::Attached(one))),
            (attached, Act::Ignore, Err(Refused::Attached(one))),
            (attached, Act::Reopen, Err(Refused::Attached(one))),
            (Standing::Refunding, Act::Attach(one), back),
            (Standing::Refunding, Act::Ignore, back),
            (Standing::Refunded, Act::Attach(one), back),
            (Standing::Refunded, Act::Reopen, back),
        ] {
            assert_eq!(standing.apply(act), expected, "{standing:?} {act:?}");
        }
    }
}
