//! Money of several assets, measured by what is due in each: a share of the whole, exactly.
//!
//! Half of what is due in GRAM and half of what is due in USDT are the whole. Shares are fractions of
//! whole numbers of any size, so nothing is rounded before the end, and then in favour of the merchant.

use num_bigint::BigUint;

use crate::money::rates::Fixed;
use crate::words::money::{Amount, Asset};

/// One asset that an invoice accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tender {
    pub asset: Asset,
    /// What is to be paid if all of it is paid in this asset. Of an open amount: what its shares are
    /// measured by.
    pub due: Amount,
    /// The rate it was reckoned with, if there was need of one; it is never reckoned again.
    pub rate: Option<Fixed>,
    /// Money that came before the end.
    pub in_time: Amount,
    /// Money that came after it: never counted towards the due amount, never lost.
    pub late: Amount,
}

impl Tender {
    /// Everything that came in this asset.
    pub fn received(&self) -> Amount {
        sum(self.in_time, self.late)
    }
}

/// Stops counting before 2⁶³. The transfers themselves are on record, and a sum that no honest asset
/// can reach must not be able to stop the watcher.
pub fn sum(a: Amount, b: Amount) -> Amount {
    a.checked_add(b).unwrap_or(a.max(b))
}

/// `part` of `whole`, where `whole` is the product of all that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    part: BigUint,
    whole: BigUint,
}

impl Share {
    /// What came of what is due, asset by asset: Σ came ÷ due.
    pub fn of(parts: impl IntoIterator<Item = (Amount, Amount)>) -> Self {
        let nothing = Self { part: BigUint::ZERO, whole: BigUint::from(1u8) };
        parts.into_iter().fold(nothing, |share, (came, due)| Self {
            part: share.part * due.units() + &share.whole * came.units(),
            whole: share.whole * due.units(),
        })
    }

    pub fn is_less_than_all(&self) -> bool {
        self.part < self.whole
    }

    /// Whether it is more than nothing.
    pub fn is_something(&self) -> bool {
        self.part > BigUint::ZERO
    }

    /// Whether it is half at least of another share of the same dues.
    pub fn is_half_of(&self, other: &Self) -> bool {
        &self.part * 2u32 >= other.part
    }

    /// Whether at most so many hundredths of a percent are missing.
    pub fn is_all_but(&self, bps: u16) -> bool {
        &self.part * 10_000u32 >= &self.whole * 10_000u32.saturating_sub(u32::from(bps))
    }

    /// Whether there is more than all of it: by the smallest unit at least of every asset, given what
    /// is due in each. Less is what rounding up the rest of a mixed payment leaves over.
    pub fn is_over(&self, dues: impl IntoIterator<Item = Amount>) -> bool {
        let coarsest = dues.into_iter().min().map_or(0, Amount::units);
        let needed = &self.whole * (u128::from(coarsest) + 1);
        coarsest > 0 && &self.part * coarsest >= needed
    }

    /// What the share comes to in an asset of which `due` is all of it, rounded down.
    pub fn in_units(&self, due: Amount) -> Amount {
        amount(&self.part * due.units() / &self.whole)
    }

    /// What is missing in an asset of which `due` is all of it, rounded up: whoever pays that has paid
    /// all of it.
    pub fn rest(&self, due: Amount) -> Amount {
        if !self.is_less_than_all() {
            return Amount::ZERO;
        }
        let missing = (&self.whole - &self.part) * due.units();
        amount((missing + &self.whole - 1u8) / &self.whole)
    }
}

/// Capped at the most that can be counted.
fn amount(units: BigUint) -> Amount {
    let units = u128::try_from(units).ok();
    units.and_then(|units| Amount::new(units).ok()).unwrap_or(Amount::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn units(units: u64) -> Amount {
        Amount::new(u128::from(units)).unwrap()
    }

    fn share(parts: &[(u64, u64)]) -> Share {
        Share::of(parts.iter().map(|(came, due)| (units(*came), units(*due))))
    }

    #[test]
    fn thirds_of_three_assets_are_the_whole() {
        let dues = [units(3), units(9), units(27)];
        let all = share(&[(1, 3), (3, 9), (9, 27)]);
        assert!(!all.is_less_than_all() && !all.is_over(dues));
        let one_short = share(&[(1, 3), (3, 9), (8, 27)]);
        assert!(one_short.is_less_than_all() && !one_short.is_all_but(0));
        assert_eq!((one_short.rest(units(27)), one_short.rest(units(3))), (units(1), units(1)));
    }

    #[test]
    fn a_unit_of_the_finer_asset_too_much_is_no_overpayment() {
        // Of 2 GRAM or 5 USDT, half a micro-USDT was rounded up.
        let dues = [units(2_000_000_000), units(5_000_000)];
        assert!(!share(&[(200, 2_000_000_000), (5_000_000, 5_000_000)]).is_over(dues));
        assert!(share(&[(400, 2_000_000_000), (5_000_000, 5_000_000)]).is_over(dues));
        assert!(share(&[(2_000_000_001, 2_000_000_000)]).is_over([units(2_000_000_000)]));
    }

    #[test]
    fn more_than_can_be_counted_stays_a_number() {
        let most = Amount::MAX.units();
        let share = share(&[(most, 1), (most, 1)]);
        assert_eq!(share.in_units(Amount::MAX), Amount::MAX);
        assert!(share.is_over([units(1)]));
    }

    const MOST: u64 = (1 << 63) - 1;

    /// What came of each asset, and what is due in it; also near the ends of what can be counted.
    fn parts() -> impl Strategy<Value = Vec<(u64, u64)>> {
        let due = prop_oneof![1u64..20, 1u64..1 << 40, MOST - 9..=MOST];
        let part = due.prop_flat_map(|due| (prop_oneof![Just(0), 0..=due, 0..=MOST], Just(due)));
        proptest::collection::vec(part, 1..5)
    }

    proptest! {
        #[test]
        fn all_of_one_asset_alone_is_all(due in 1..=MOST, others in parts()) {
            let mut alone: Vec<_> = others.iter().map(|(_, due)| (0, *due)).collect();
            alone.push((due, due));
            let exactly = share(&alone);
            prop_assert!(!exactly.is_less_than_all() && exactly.is_all_but(0));
            prop_assert!(!exactly.is_over(alone.iter().map(|(_, due)| units(*due))));
            prop_assert_eq!(exactly.in_units(units(due)), units(due));
            alone.pop();
            alone.push((due - 1, due));
            prop_assert!(share(&alone).is_less_than_all() && !share(&alone).is_all_but(0));
        }

        #[test]
        fn the_rest_makes_it_whole_and_a_unit_less_does_not(parts in parts(), at: prop::sample::Index) {
            let before = share(&parts);
            let mut after = parts.clone();
            let (came, due) = &mut after[at.index(parts.len())];
            let rest = before.rest(units(*due));
            prop_assert_eq!(rest.is_zero(), !before.is_less_than_all());
            if rest.is_zero() { return Ok(()); }
            // What came and the rest are at most one unit more than what is due.
            *came += rest.units();
            prop_assert!(!share(&after).is_less_than_all());
            prop_assert!(!share(&after).is_over(parts.iter().map(|(_, due)| units(*due))));
            after[at.index(parts.len())].0 -= 1;
            prop_assert!(share(&after).is_less_than_all());
        }

        #[test]
        fn what_came_and_what_is_missing_are_what_is_due(parts in parts(), due in 1..=MOST) {
            let share = share(&parts);
            let (came, rest) = (share.in_units(units(due)).units(), share.rest(units(due)).units());
            if share.is_less_than_all() {
                prop_assert_eq!(came + rest, due);
            } else {
                prop_assert!(came >= due && rest == 0);
            }
        }

        #[test]
        fn a_tolerance_takes_its_share_and_no_more(came in 0..=MOST, due in 1..=MOST, bps in 0u16..=500) {
            let enough = u128::from(came) * 10_000 >= u128::from(due) * u128::from(10_000 - bps);
            prop_assert_eq!(share(&[(came, due)]).is_all_but(bps), enough);
        }

        #[test]
        fn order_is_nothing(mut parts in parts(), bps in 0u16..=500) {
            let forward = share(&parts);
            parts.reverse();
            let back = share(&parts);
            prop_assert_eq!(forward.is_all_but(bps), back.is_all_but(bps));
            prop_assert_eq!(forward.rest(units(7)), back.rest(units(7)));
        }
    }
}
