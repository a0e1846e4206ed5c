//! What is sold decides how it may be paid: inside Telegram digital goods cost Stars and nothing else.

use std::time::Duration;

use super::{Change, Invoice, Status, share::sum};
use crate::words::{money::Amount, text::text_enum, time::Time};

/// A payment in Stars is completed within seconds of our word; what is agreed should still be in time.
const IN_TIME: Duration = Duration::from_secs(10);
/// So long nobody else may pay what somebody was told they may.
pub const PROMISE: Duration = Duration::from_secs(30);

text_enum! {
    /// What is sold.
    pub enum Goods {
        /// Something one can touch.
        Physical = "physical",
        /// A service in the real world.
        Service = "service",
        /// Anything used on a screen. Inside Telegram it is paid in Stars only.
        Digital = "digital",
    }
}

/// Telegram Stars that came; each payment is the whole price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Starred {
    pub in_time: Amount,
    pub late: Amount,
}

impl Starred {
    pub const NONE: Self = Self { in_time: Amount::ZERO, late: Amount::ZERO };

    pub fn total(self) -> Amount {
        self.in_time.checked_add(self.late).unwrap_or(Amount::MAX)
    }

    pub fn is_none(self) -> bool {
        self.total().is_zero()
    }
}

/// Why an invoice cannot be paid in Stars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Declined {
    #[error("Telegram names no invoice of ours")]
    Unknown,
    #[error("Stars are switched off")]
    Off,
    #[error("the invoice has no price in Stars")]
    NotOffered,
    #[error("Telegram names another sum than the price")]
    OtherSum,
    #[error("the invoice is paid")]
    Paid,
    #[error("a payment is on its way")]
    OnItsWay,
    #[error("part of it was paid another way")]
    Begun,
    #[error("the invoice has expired")]
    Expired,
    #[error("the shop has taken the invoice back")]
    Void,
}

impl Invoice {
    /// Stars pay all of it by themselves, or all of it once more.
    pub(super) fn take_stars(&mut self, amount: Amount, at: Time) -> Change {
        let late = at > self.expires_at || matches!(self.status, Status::Void { .. });
        let kind = if late { &mut self.starred.late } else { &mut self.starred.in_time };
        *kind = sum(*kind, amount);
        match self.status {
            Status::Paid { .. } => Change::Overpaid,
            Status::Open | Status::Processing | Status::Expired if !late => {
                self.status = Status::Paid { at, by_hand: false };
                if self.is_over() { Change::PaidAndOverpaid } else { Change::Paid }
            }
            Status::Open | Status::Processing | Status::Expired | Status::Void { .. } => {
                Change::PaidLate
            }
        }
    }

    /// Whether more came than is due, in all ways together.
    pub(super) fn is_over(&self) -> bool {
        let stars = self.starred.total();
        match self.terms.stars {
            Some(price) if !stars.is_zero() => stars > price.amount() || !self.is_untouched(),
            _ => self.is_over_on_chain(),
        }
    }

    /// Whether somebody may pay it in Stars now.
    pub fn takes_stars(&self, now: Time) -> Result<(), Declined> {
        match self.status {
            _ if self.terms.stars.is_none() => Err(Declined::NotOffered),
            Status::Paid { .. } => Err(Declined::Paid),
            Status::Expired => Err(Declined::Expired),
            Status::Void { .. } => Err(Declined::Void),
            Status::Open | Status::Processing if now.after(IN_TIME) > self.expires_at => {
                Err(Declined::Expired)
            }
            Status::Processing => Err(Declined::OnItsWay),
            Status::Open if !self.is_untouched() => Err(Declined::Begun),
            Status::Open if !self.starred.is_none() => Err(Declined::Paid),
            Status::Open => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        money::stars::Stars,
        selling::{
            invoices::held::Counting,
            invoices::{
                Input,
                state::tests::{DEADLINE, invoice, units},
            },
        },
        words::money::Asset,
    };

    const PRICE: u32 = 250;

    /// Due 10 on the chain or 250 Stars, deadline 100.
    fn digital() -> Invoice {
        let mut invoice = invoice();
        invoice.terms.goods = Goods::Digital;
        invoice.terms.stars = Stars::new(PRICE);
        invoice
    }

    fn stars(at: i64) -> Input {
        Input::Starred { amount: units(u64::from(PRICE)), at: Time::from_millis(at) }
    }

    fn coins(amount: u64, at: i64) -> Input {
        Input::Arrived {
            asset: Asset::Gram,
            amount: units(amount),
            at: Time::from_millis(at),
            by: Counting::Present,
        }
    }

    fn after(inputs: &[Input]) -> Invoice {
        let step = |invoice: Invoice, input: &Input| invoice.apply(*input).unwrap().0;
        inputs.iter().fold(digital(), step)
    }

    const PENDING: Input = Input::Hint { pending: true };
    const OVER: Input = Input::Deadline { at: Time::from_millis(DEADLINE + 1) };
    const VOID: Input = Input::Void { at: Time::from_millis(50) };

    /// What Stars make of every status. Read the table, not the code.
    const MATRIX: &str = "\
open          + stars in time → paid       none      (Paid)
open          + stars late    → open       late      (PaidLate)
open with 4   + stars in time → paid       overpaid  (PaidAndOverpaid)
open with 4   + stars late    → open       late      (PaidLate)
processing    + stars in time → paid       none      (Paid)
processing    + stars late    → processing late      (PaidLate)
paid in coins + stars in time → paid       overpaid  (Overpaid)
paid in coins + stars late    → paid       overpaid  (Overpaid)
paid in stars + stars in time → paid       overpaid  (Overpaid)
paid in stars + stars late    → paid       overpaid  (Overpaid)
expired       + stars in time → paid       none      (Paid)
expired       + stars late    → expired    late      (PaidLate)
void          + stars in time → void       late      (PaidLate)
void          + stars late    → void       late      (PaidLate)
";

    #[test]
    fn every_status_meets_stars() {
        let starts: [(&str, &[Input]); 7] = [
            ("open", &[]),
            ("open with 4", &[coins(4, 1)]),
            ("processing", &[PENDING]),
            ("paid in coins", &[coins(10, 1)]),
            ("paid in stars", &[stars(1)]),
            ("expired", &[OVER]),
            ("void", &[VOID]),
        ];
        let mut table = String::new();
        for (name, start) in starts {
            for (when, at) in [("in time", DEADLINE), ("late", DEADLINE + 1)] {
                let (after, change) = after(start).apply(stars(at)).unwrap();
                let (status, exception) =
                    (after.status.word().as_str(), after.exception().as_str());
                let change = change.unwrap();
                let line = format!("{name:<13} + stars {when:<7} → {status:<10} {exception:<9}");
                table.push_str(&format!("{line} ({change:?})\n"));
            }
        }
        assert_eq!(table, MATRIX);
    }

    #[test]
    fn what_is_paid_in_stars_asks_for_no_coins() {
        let paid = after(&[stars(1)]);
        assert_eq!((paid.remaining(), paid.received()), (Amount::ZERO, Amount::ZERO));
        let again = paid.apply(coins(1, 2)).unwrap();
        assert_eq!((again.0.exception().as_str(), again.1), ("overpaid", Some(Change::Overpaid)));
        let late = after(&[OVER, stars(DEADLINE + 1)]);
        let accept = Input::Accept { at: Time::from_millis(500) };
        let (accepted, change) = late.apply(accept).unwrap();
        assert_eq!((accepted.exception().as_str(), change), ("late", Some(Change::Accepted)));
    }

    #[test]
    fn stars_are_taken_only_while_nothing_else_is_under_way() {
        let now = Time::from_millis(1);
        let ask = |inputs: &[Input]| {
            let mut invoice = after(inputs);
            invoice.expires_at = now.after(Duration::from_secs(60));
            invoice.takes_stars(now)
        };
        assert_eq!(ask(&[]), Ok(()));
        for (inputs, why) in [
            (&[PENDING][..], Declined::OnItsWay),
            (&[coins(4, 1)], Declined::Begun),
            (&[coins(10, 1)], Declined::Paid),
            (&[stars(1)], Declined::Paid),
            (&[stars(DEADLINE + 1)], Declined::Paid),
            (&[OVER], Declined::Expired),
            (&[VOID], Declined::Void),
        ] {
            assert_eq!(ask(inputs), Err(why), "{inputs:?}");
        }
        let mut closing = digital();
        closing.expires_at = now.after(IN_TIME);
        assert_eq!(closing.takes_stars(now), Ok(()));
        assert_eq!(closing.takes_stars(Time::from_millis(2)), Err(Declined::Expired));
        closing.terms.stars = None;
        assert_eq!(closing.takes_stars(now), Err(Declined::NotOffered));
    }

    fn money() -> impl Strategy<Value = Vec<Input>> {
        let at = DEADLINE - 3..DEADLINE + 3;
        let one = (any::<bool>(), 1u64..12, at)
            .prop_map(|(is_stars, n, at)| if is_stars { stars(at) } else { coins(n, at) });
        proptest::collection::vec(one, 0..5)
    }

    proptest! {
        #[test]
        fn the_order_in_which_money_is_found_changes_nothing(
            (found, other, deadline) in money().prop_flat_map(|found| {
                let deadline = 0..=found.len();
                (Just(found.clone()), Just(found).prop_shuffle(), deadline)
            })
        ) {
            let (mut found, mut other) = (found, other);
            found.push(OVER);
            other.insert(deadline, OVER);
            let (found, other) = (after(&found), after(&other));
            prop_assert_eq!(found.status.word(), other.status.word());
            prop_assert_eq!(found.exception(), other.exception());
            prop_assert_eq!((found.received(), found.starred), (other.received(), other.starred));
        }
    }
}
