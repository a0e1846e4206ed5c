//! The life of a change that waits.
//!
//! ```text
//! waiting ──its time has come──▶ done
//!    └──────an owner says no───▶ canceled
//! ```

use std::time::Duration;

use ton::address::Address;

use crate::{
    base::events::Hand,
    selling::merchants::role::Role,
    words::{
        id::{ChangeId, InvitationId, KeyId, MerchantId, PersonId},
        text::text_enum,
        time::Time,
    },
};

/// So long before it takes place a change is told once more.
pub const NOTICE: Duration = Duration::from_secs(24 * 3600);

text_enum! {
    /// Where a change stands.
    pub enum ChangeStatus {
        Waiting = "waiting",
        Done = "done",
        Canceled = "canceled",
    }
}

text_enum! {
    /// What a change is about.
    pub enum ChangeKind {
        /// Another wallet is to be paid.
        Payout = "payout",
        /// Whoever takes an invitation is to be an owner.
        OwnerInvited = "owner_invited",
        /// A member is to be an owner.
        OwnerMade = "owner_made",
        /// An owner is to have another role.
        OwnerLowered = "owner_lowered",
        /// An owner is to belong to the store no longer.
        OwnerRemoved = "owner_removed",
        /// A key is to change keys or people.
        Key = "key",
    }
}

/// What is to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matter {
    Payout {
        from: Address,
        to: Address,
    },
    OwnerInvited {
        invitation: InvitationId,
        /// Who belongs to the store already, and is an owner when the time has come.
        taken_by: Option<PersonId>,
    },
    OwnerMade {
        person: PersonId,
        from: Role,
    },
    OwnerLowered {
        person: PersonId,
        to: Role,
    },
    OwnerRemoved {
        person: PersonId,
    },
    Key {
        key: KeyId,
        /// Its first characters.
        hint: String,
    },
}

/// What a wallet's change is called where others are called by somebody's id.
const PAYOUT: &str = "payout";

impl Matter {
    pub const fn kind(&self) -> ChangeKind {
        match self {
            Self::Payout { .. } => ChangeKind::Payout,
            Self::OwnerInvited { .. } => ChangeKind::OwnerInvited,
            Self::OwnerMade { .. } => ChangeKind::OwnerMade,
            Self::OwnerLowered { .. } => ChangeKind::OwnerLowered,
            Self::OwnerRemoved { .. } => ChangeKind::OwnerRemoved,
            Self::Key { .. } => ChangeKind::Key,
        }
    }

    /// What it is about: of one thing, one change waits at a time.
    pub fn subject(&self) -> String {
        match self {
            Self::Payout { .. } => PAYOUT.to_owned(),
            Self::OwnerInvited { invitation, .. } => invitation.to_string(),
            Self::OwnerMade { person, .. }
            | Self::OwnerLowered { person, .. }
            | Self::OwnerRemoved { person } => person.to_string(),
            Self::Key { key, .. } => key.to_string(),
        }
    }

    /// Whose role changes by it, as far as it is known.
    pub const fn person(&self) -> Option<PersonId> {
        match self {
            Self::OwnerMade { person, .. }
            | Self::OwnerLowered { person, .. }
            | Self::OwnerRemoved { person } => Some(*person),
            Self::OwnerInvited { taken_by, .. } => *taken_by,
            Self::Payout { .. } | Self::Key { .. } => None,
        }
    }

    /// What that person is afterwards.
    pub const fn role(&self) -> Option<Role> {
        match self {
            Self::OwnerMade { .. } | Self::OwnerInvited { .. } => Some(Role::Owner),
            Self::OwnerLowered { to, .. } => Some(*to),
            Self::OwnerRemoved { .. } | Self::Payout { .. } | Self::Key { .. } => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub id: ChangeId,
    pub merchant: MerchantId,
    pub matter: Matter,
    /// The person's id, or the key's.
    pub asked_by: String,
    pub status: ChangeStatus,
    pub created_at: Time,
    /// How long it waits.
    pub wait: Duration,
    /// By the chain's clock.
    pub due_at: Time,
    pub ended_at: Option<Time>,
    /// Whoever has stopped it; `None`: nobody, or the service itself.
    pub ended_by: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The chain's clock says so.
    Passed {
        at: Time,
    },
    Cancel {
        at: Time,
        by: Option<String>,
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
    /// Whoever has asked for it: what takes place after the wait is still their doing.
    pub fn hand(&self) -> Hand {
        Hand::new(self.merchant, &self.asked_by)
    }

    pub fn apply(self, input: Input) -> Result<Self, Refused> {
        match (self.status, input) {
            (ChangeStatus::Waiting, Input::Cancel { at, by }) => Ok(Self {
                status: ChangeStatus::Canceled,
                ended_at: Some(at),
                ended_by: by,
                ..self
            }),
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
    use crate::words::dice::Dice;

    fn change() -> Change {
        let (at, dice) = (Time::from_millis(1_000), Dice::seeded([1; 32]));
        Change {
            id: ChangeId::new(at, &dice),
            merchant: MerchantId::new(at, &dice),
            matter: Matter::Payout { from: Address::new(0, [1; 32]), to: Address::new(0, [2; 32]) },
            asked_by: PersonId::new(at, &dice).to_string(),
            status: ChangeStatus::Waiting,
            created_at: at,
            wait: Duration::from_secs(1),
            due_at: Time::from_millis(2_000),
            ended_at: None,
            ended_by: None,
        }
    }

    #[test]
    fn a_change_waits_for_its_time() {
        let at = |millis| Input::Passed { at: Time::from_millis(millis) };
        assert_eq!(change().apply(at(1_999)), Err(Refused::TooEarly));
        let done = change().apply(at(2_000)).unwrap();
        assert_eq!(done.status, ChangeStatus::Done);
        let late = Input::Cancel { at: Time::from_millis(3_000), by: None };
        assert_eq!(done.apply(late), Err(Refused::Over));
    }

    #[test]
    fn what_an_owner_stops_stays_stopped() {
        let stop = Input::Cancel { at: Time::from_millis(1_500), by: Some("usr_1".into()) };
        let stopped = change().apply(stop).unwrap();
        assert_eq!(stopped.status, ChangeStatus::Canceled);
        assert_eq!(stopped.ended_by.as_deref(), Some("usr_1"));
        let late = Input::Passed { at: Time::from_millis(9_000) };
        assert_eq!(stopped.apply(late), Err(Refused::Over));
    }
}
