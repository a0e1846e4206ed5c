//! The life of a move to another wallet.
//!
//! ```text
//! waiting ──its time has come──▶ done
//!    └──────an owner says no───▶ canceled
//! ```

use ton::address::Address;

use crate::{
    db::text_enum,
    id::{MerchantId, PayoutChangeId, PersonId},
    time::Time,
};

text_enum! {
    /// Where a move to another wallet stands.
    pub enum ChangeStatus {
        Waiting = "waiting",
        Done = "done",
        Canceled = "canceled",
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub id: PayoutChangeId,
    pub merchant: MerchantId,
    pub from: Address,
    pub to: Address,
    /// Whoever has proven the new wallet.
    pub asked_by: PersonId,
    pub status: ChangeStatus,
    pub created_at: Time,
    pub due_at: Time,
    pub ended_at: Option<Time>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// The chain's clock says so.
    Passed {
        at: Time,
    },
    Cancel {
        at: Time,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("it has ended")]
    Over,
    #[error("its time has not come")]
    TooEarly,
}

impl Change {
    pub fn apply(self, input: Input) -> Result<Self, Refused> {
        match (self.status, input) {
            (ChangeStatus::Waiting, Input::Cancel { at }) => {
                Ok(Self { status: ChangeStatus::Canceled, ended_at: Some(at), ..self })
            }
            (ChangeStatus::Waiting, Input::Passed { at }) if at >= self.due_at => {
                Ok(Self { status: ChangeStatus::Done, ended_at: Some(at), ..self })
            }
            (ChangeStatus::Waiting, Input::Passed { .. }) => Err(Refused::TooEarly),
            (ChangeStatus::Done | ChangeStatus::Canceled, _) => Err(Refused::Over),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;

    fn change() -> Change {
        let (at, dice) = (Time::from_millis(1_000), Dice::seeded([1; 32]));
        Change {
            id: PayoutChangeId::new(at, &dice),
            merchant: MerchantId::new(at, &dice),
            from: Address::new(0, [1; 32]),
            to: Address::new(0, [2; 32]),
            asked_by: PersonId::new(at, &dice),
            status: ChangeStatus::Waiting,
            created_at: at,
            due_at: Time::from_millis(2_000),
            ended_at: None,
        }
    }

    #[test]
    fn a_new_wallet_waits_for_its_time() {
        let at = |millis| Input::Passed { at: Time::from_millis(millis) };
        assert_eq!(change().apply(at(1_999)), Err(Refused::TooEarly));
        let done = change().apply(at(2_000)).unwrap();
        assert_eq!(done.status, ChangeStatus::Done);
        assert_eq!(done.apply(Input::Cancel { at: Time::from_millis(3_000) }), Err(Refused::Over));
    }

    #[test]
    fn what_an_owner_stops_stays_stopped() {
        let stopped = change().apply(Input::Cancel { at: Time::from_millis(1_500) }).unwrap();
        assert_eq!(stopped.status, ChangeStatus::Canceled);
        let late = Input::Passed { at: Time::from_millis(9_000) };
        assert_eq!(stopped.apply(late), Err(Refused::Over));
    }
}
