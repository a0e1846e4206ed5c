//! A request for money: open until its owner closes it or its time is over.

use ton::address::Address;

use crate::words::{
    id::{PersonId, RequestId},
    money::{Amount, Asset},
    text::text_enum,
    time::Time,
};

/// Somebody asks whoever opens the link for money. It can be paid many times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub id: RequestId,
    pub owner: PersonId,
    /// Where the money goes: the owner's wallet at the time of asking.
    pub address: Address,
    pub asset: Asset,
    /// `None`: the payer decides.
    pub amount: Option<Amount>,
    pub note: Option<String>,
    /// The link to share, as it was given out.
    pub link: String,
    pub closed_at: Option<Time>,
    pub paid_count: i64,
    pub created_at: Time,
    pub expires_at: Option<Time>,
}

text_enum! {
    /// Whether a request takes money.
    pub enum RequestStatus {
        Open = "open",
        Closed = "closed",
    }
}

/// Why an amount does not fit a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    #[error("this request leaves the amount to you: name one")]
    Missing,
    #[error("this request has a fixed amount: leave yours out, or name the same")]
    Other,
}

impl Request {
    pub fn status(&self, now: Time) -> RequestStatus {
        let over = self.closed_at.is_some() || self.expires_at.is_some_and(|end| now >= end);
        if over { RequestStatus::Closed } else { RequestStatus::Open }
    }

    /// What is to be paid when the payer has named `offered`.
    pub fn amount_for(&self, offered: Option<Amount>) -> Result<Amount, Unfit> {
        match (self.amount, offered) {
            (Some(fixed), Some(offered)) if fixed != offered => Err(Unfit::Other),
            (Some(fixed), _) => Ok(fixed),
            (None, Some(offered)) => Ok(offered),
            (None, None) => Err(Unfit::Missing),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::dice::Dice;

    fn units(units: u128) -> Amount {
        Amount::new(units).unwrap()
    }

    fn request(amount: Option<Amount>) -> Request {
        let (now, dice) = (Time::from_millis(1), Dice::seeded([0; 32]));
        Request {
            id: RequestId::new(now, &dice),
            owner: PersonId::new(now, &dice),
            address: Address::new(0, [1; 32]),
            asset: Asset::Gram,
            amount,
            note: None,
            link: String::new(),
            closed_at: None,
            paid_count: 0,
            created_at: now,
            expires_at: Some(Time::from_millis(100)),
        }
    }

    #[test]
    fn a_fixed_amount_is_fixed_and_an_open_one_is_the_payers() {
        let fixed = request(Some(units(5)));
        assert_eq!(fixed.amount_for(None), Ok(units(5)));
        assert_eq!(fixed.amount_for(Some(units(5))), Ok(units(5)));
        assert_eq!(fixed.amount_for(Some(units(4))), Err(Unfit::Other));
        let open = request(None);
        assert_eq!(open.amount_for(Some(units(4))), Ok(units(4)));
        assert_eq!(open.amount_for(None), Err(Unfit::Missing));
    }

    #[test]
    fn it_closes_at_its_end_or_when_its_owner_says_so() {
        let request = request(None);
        assert_eq!(request.status(Time::from_millis(99)), RequestStatus::Open);
        assert_eq!(request.status(Time::from_millis(100)), RequestStatus::Closed);
        let closed = Request { closed_at: Some(Time::from_millis(2)), ..request };
        assert_eq!(closed.status(Time::from_millis(3)), RequestStatus::Closed);
    }
}
