//! A price in Stars, and Stars that came. Pure.

use crate::words::{
    id::{InvoiceId, StarPaymentId},
    money::{Amount, Money},
    time::Time,
};

/// The code of Telegram Stars. They have no smaller unit.
pub const CODE: &str = "XTR";

/// A price in Stars: at least one, and no more than Telegram lets an invoice ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stars(u32);

impl Stars {
    pub const MOST: u32 = 10_000;

    pub fn new(count: u32) -> Option<Self> {
        (1..=Self::MOST).contains(&count).then_some(Self(count))
    }

    pub const fn count(self) -> u32 {
        self.0
    }

    pub fn amount(self) -> Amount {
        Amount::new(u128::from(self.0)).unwrap_or(Amount::MAX)
    }
}

impl TryFrom<Amount> for Stars {
    type Error = sqlx::Error;

    fn try_from(amount: Amount) -> Result<Self, sqlx::Error> {
        let count = u32::try_from(amount.units()).ok().and_then(Self::new);
        count.ok_or_else(|| sqlx::Error::Decode("a price in Stars".into()))
    }
}

/// Stars as the API shows money.
pub fn money(amount: Amount) -> Money {
    Money {
        amount: amount.display(0),
        asset: CODE.to_owned(),
        units: amount.units().to_string(),
        decimals: 0,
    }
}

/// Stars that Telegram says it has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paid {
    pub charge_id: String,
    /// Whose Stars they were.
    pub telegram_id: i64,
    /// What they pay, in the words we gave to Telegram.
    pub payload: String,
    pub amount: Amount,
    /// By Telegram's clock, in whole seconds.
    pub at: Time,
}

/// A payment in Stars, once for each charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StarPayment {
    pub id: StarPaymentId,
    pub charge_id: String,
    pub telegram_id: i64,
    pub invoice: Option<InvoiceId>,
    pub amount: Amount,
    pub at: Time,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_within_what_telegram_allows() {
        for (count, good) in [(0, false), (1, true), (10_000, true), (10_001, false)] {
            assert_eq!(Stars::new(count).is_some(), good, "{count}");
        }
    }

    #[test]
    fn stars_have_no_smaller_unit() {
        let money = money(Stars::new(250).unwrap().amount());
        assert_eq!((money.to_string().as_str(), money.decimals), ("250 XTR", 0));
    }
}
