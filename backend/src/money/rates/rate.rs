//! What one whole unit of an asset is worth in whole units of a currency: an exact decimal above zero.
//!
//! All arithmetic is on whole numbers and checked. What is asked for is rounded up to the asset's
//! smallest unit, in favour of the merchant, so the error is below one unit.

use std::{cmp::Ordering, fmt, str::FromStr};

use num_bigint::BigUint;

use super::fiat::{Currency, Fiat};
use crate::words::money::Amount;

/// Digits before the point: a thousand million of any currency for one unit of an asset.
const WHOLE: usize = 9;
/// Digits behind the point; at this scale rates are compared.
const FRACTION: u32 = 24;
/// Digits of a rate that money is reckoned with: so many that no one can owe the difference.
const SIGNIFICANT: u128 = 1_000_000_000_000_000_000;

/// `digits` / 10^`scale`, without zeros at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    digits: u128,
    scale: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadRate {
    #[error("is not a plain decimal number")]
    NotANumber,
    #[error("is not above zero")]
    Zero,
    #[error("has too many digits")]
    TooLong,
}

impl Rate {
    /// Without zeros at the end.
    fn new(mut digits: u128, mut scale: u32) -> Self {
        while scale > 0 && digits.is_multiple_of(10) {
            digits /= 10;
            scale -= 1;
        }
        Self { digits, scale }
    }

    /// At the scale common to all: below 10³⁴.
    fn common(self) -> u128 {
        self.digits * 10u128.pow(FRACTION - self.scale)
    }

    /// Exactly in the middle, as far as 18 digits tell.
    pub fn mean(self, other: Self) -> Self {
        Self::new((self.common() + other.common()) / 2, FRACTION).rounded()
    }

    /// To the digits that money is reckoned with, half up.
    #[must_use]
    pub fn rounded(self) -> Self {
        let (mut digits, mut scale, mut half) = (self.digits, self.scale, 0);
        while digits >= SIGNIFICANT && scale > 0 {
            half = u128::from(digits % 10 >= 5);
            digits /= 10;
            scale -= 1;
        }
        Self::new(digits + half, scale)
    }

    /// Whether it lies within so many hundredths of a percent of `middle`.
    pub fn is_near(self, middle: Self, bps: u16) -> bool {
        let (own, middle) = (self.common(), middle.common());
        own.abs_diff(middle) * 10_000 <= middle * u128::from(bps)
    }

    /// How much of an asset with these decimals buys `price`, rounded up to its smallest unit. `None`
    /// when that is more than can be counted.
    pub fn units(self, price: Fiat, decimals: u8) -> Option<Amount> {
        let Self { digits, scale } = self.rounded();
        let minor = u128::from(price.minor.units());
        let up = u32::from(decimals) + scale;
        let down = u32::from(price.currency.decimals());
        // With 18 digits in the divisor, a dividend past 2¹²⁸ means more units than can be counted.
        let units = match up.checked_sub(down) {
            Some(up) => minor.checked_mul(10u128.checked_pow(up)?)?.div_ceil(digits),
            None => minor.div_ceil(digits.checked_mul(10u128.checked_pow(down - up)?)?),
        };
        Amount::new(units).ok()
    }

    /// How much of another asset is worth an amount of this one, rounded up to its smallest unit, when
    /// both rates are in one currency. `None` when that is more than can be counted.
    pub fn exchange(
        self,
        amount: Amount,
        decimals: u8,
        to: Self,
        to_decimals: u8,
    ) -> Option<Amount> {
        let (from, to) = (self.rounded(), to.rounded());
        let power = |exponent: u32| BigUint::from(10u8).pow(exponent);
        let value = BigUint::from(amount.units()) * from.digits * power(to.scale);
        let one = BigUint::from(to.digits) * power(u32::from(decimals) + from.scale);
        let units = (value * power(u32::from(to_decimals)) + &one - 1u8) / one;
        Amount::new(u128::try_from(units).ok()?).ok()
    }

    /// What an amount of an asset with these decimals is worth, to the nearest minor unit, half up.
    /// `None` when that is more than can be counted.
    pub fn worth(self, amount: Amount, decimals: u8, currency: Currency) -> Option<Fiat> {
        let Self { digits, scale } = self.rounded();
        let product = u128::from(amount.units()).checked_mul(digits)?;
        let down = u32::from(decimals) + scale;
        let up = u32::from(currency.decimals());
        let minor = match down.checked_sub(up) {
            Some(down) => {
                let divisor = 10u128.checked_pow(down);
                divisor.map_or(0, |divisor| {
                    product / divisor + u128::from(product % divisor >= divisor.div_ceil(2))
                })
            }
            None => product.checked_mul(10u128.checked_pow(up - down)?)?,
        };
        Some(Fiat { currency, minor: Amount::new(minor).ok()? })
    }
}

impl FromStr for Rate {
    type Err = BadRate;

    fn from_str(text: &str) -> Result<Self, BadRate> {
        let (whole, fraction) = match text.split_once('.') {
            Some((_, "")) => return Err(BadRate::NotANumber),
            Some(parts) => parts,
            None => (text, ""),
        };
        let digits_only = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits_only(whole) || !digits_only(fraction) {
            return Err(BadRate::NotANumber);
        }
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        let scale = u32::try_from(fraction.len()).unwrap_or(u32::MAX);
        if whole.len() > WHOLE || scale > FRACTION {
            return Err(BadRate::TooLong);
        }
        let digits = format!("0{whole}{fraction}").parse().map_err(|_| BadRate::NotANumber)?;
        if digits == 0 { Err(BadRate::Zero) } else { Ok(Self::new(digits, scale)) }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = usize::try_from(self.scale).unwrap_or_default();
        let text = format!("{:0>width$}", self.digits, width = scale + 1);
        match text.split_at(text.len() - scale) {
            (whole, "") => f.write_str(whole),
            (whole, fraction) => write!(f, "{whole}.{fraction}"),
        }
    }
}

impl Ord for Rate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.common().cmp(&other.common())
    }
}

impl PartialOrd for Rate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

crate::words::text::as_text!(impl Rate);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rate(text: &str) -> Rate {
        text.parse().unwrap()
    }

    fn usd(text: &str) -> Fiat {
        Fiat::parse(text, "USD".parse().unwrap()).unwrap()
    }

    #[test]
    fn what_sources_write_is_read_exactly() {
        for (text, shown) in [
            ("2.31", "2.31"),
            ("002.3100", "2.31"),
            ("1", "1"),
            ("100", "100"),
            ("0.000000000000000000000001", "0.000000000000000000000001"),
            ("999999999.999999999999999999999999", "999999999.999999999999999999999999"),
            ("6929.8217756835584756", "6929.8217756835584756"),
        ] {
            assert_eq!(rate(text).to_string(), shown);
        }
    }

    #[test]
    fn junk_is_no_rate() {
        for junk in [
            "", ".", ".5", "5.", "-1", "+1", "1e9", "1E-5", "1,5", "NaN", "Infinity", "null", " 1",
            "１",
        ] {
            assert_eq!(junk.parse::<Rate>(), Err(BadRate::NotANumber), "{junk:?}");
        }
        for zero in ["0", "0.0", "000"] {
            assert_eq!(zero.parse::<Rate>(), Err(BadRate::Zero));
        }
        for long in ["1000000000", "0.0000000000000000000000001", &"9".repeat(400)] {
            assert_eq!(long.parse::<Rate>(), Err(BadRate::TooLong), "{long}");
        }
    }

    #[test]
    fn what_is_asked_for_is_rounded_up() {
        for (price, at, decimals, units) in [
            ("5.00", "2.5", 9, 2_000_000_000),
            ("5.00", "3", 9, 1_666_666_667),
            ("5.00", "1", 6, 5_000_000),
            ("5.00", "1.0003", 6, 4_998_501),
            ("0.01", "999999999", 0, 1),
            ("0.01", "999999999", 9, 1),
        ] {
            assert_eq!(
                rate(at).units(usd(price), decimals).unwrap().units(),
                units,
                "{price} at {at}"
            );
        }
        assert_eq!(rate("0.00000000000000000001").units(usd("5"), 9), None);
    }

    #[test]
    fn an_exchange_goes_through_the_currency() {
        let exchanged = |units: u128, from: &str, to: &str| {
            let amount = Amount::new(units).unwrap();
            rate(from).exchange(amount, 9, rate(to), 6).map(Amount::units)
        };
        assert_eq!(exchanged(2_000_000_000, "2.5", "1"), Some(5_000_000));
        assert_eq!(exchanged(1_000_000_000, "1", "3"), Some(333_334), "up");
        assert_eq!(exchanged(1, "0.000001", "999999"), Some(1));
        assert_eq!(exchanged(u128::from(Amount::MAX.units()), "999999999", "0.000001"), None);
    }

    #[test]
    fn worth_is_rounded_to_the_nearest_cent() {
        for (units, at, decimals, shown) in [
            (2_000_000_000, "2.5", 9, "5.00"),
            (1_666_666_667, "3", 9, "5.00"),
            (1_000, "1.005", 3, "1.01"),
            (1_000, "1.00499", 3, "1.00"),
            (1, "0.00000000000000000001", 18, "0.00"),
            (3, "1.5", 0, "4.50"),
        ] {
            let amount = Amount::new(units).unwrap();
            let worth = rate(at).worth(amount, decimals, "USD".parse().unwrap()).unwrap();
            assert_eq!(worth.amount(), shown, "{units} at {at}");
        }
    }

    #[test]
    fn near_is_measured_from_the_middle() {
        assert!(rate("102").is_near(rate("100"), 200) && rate("98").is_near(rate("100"), 200));
        assert!(!rate("102.000001").is_near(rate("100"), 200));
        assert!(!rate("97.999999").is_near(rate("100"), 200));
        assert_eq!(rate("1").mean(rate("2")), rate("1.5"));
    }

    /// A rate as sources write them: up to nine digits, the point anywhere.
    fn rates() -> impl Strategy<Value = Rate> {
        let wild = ("[0-9]{1,9}", "[0-9]{0,24}")
            .prop_map(|(whole, fraction)| format!("{whole}.{fraction}0"));
        let usual = (1u64..100_000_000, 0u32..9)
            .prop_map(|(digits, scale)| Rate::new(u128::from(digits), scale).to_string());
        prop_oneof![wild, usual].prop_filter_map("above zero", |text| text.parse().ok())
    }

    /// `a × b` against `c × d`, exactly, however large they are.
    fn compare(a: [u128; 2], b: [u128; 2]) -> Ordering {
        let wide = |[x, y]: [u128; 2]| {
            let mask = (1u128 << 64) - 1;
            let (low, middle) = ((x & mask) * (y & mask), (x >> 64) * (y & mask));
            let other = (x & mask) * (y >> 64);
            let carry = (low >> 64) + (middle & mask) + (other & mask);
            let high = (x >> 64) * (y >> 64) + (middle >> 64) + (other >> 64) + (carry >> 64);
            (high, (carry << 64) | (low & mask))
        };
        wide(a).cmp(&wide(b))
    }

    proptest! {
        #[test]
        fn a_rate_survives_its_own_text(rate in rates()) {
            prop_assert_eq!(rate.to_string().parse(), Ok(rate));
        }

        #[test]
        fn reading_never_panics(text in ".{0,60}") {
            let _ = text.parse::<Rate>();
        }

        #[test]
        fn the_error_is_below_one_unit_and_never_the_merchants(
            rate in rates(), minor in 1u64..1_000_000_000_000, decimals in 0u8..=18
        ) {
            let price = Fiat { currency: "USD".parse().unwrap(), minor: Amount::new(u128::from(minor)).unwrap() };
            let Some(amount) = rate.units(price, decimals) else { return Ok(()) };
            // units × digits ≥ minor × 10^(decimals + scale − 2) > (units − 1) × digits
            let Rate { digits, scale } = rate.rounded();
            let up = u32::from(decimals) + scale;
            let (units, minor) = (u128::from(amount.units()), u128::from(minor));
            let (dividend, divisor) = if up >= 2 {
                ([minor, 10u128.pow(up - 2)], digits)
            } else {
                ([minor, 1], digits * 10u128.pow(2 - up))
            };
            prop_assert!(units > 0);
            prop_assert_ne!(compare([units, divisor], dividend), Ordering::Less);
            prop_assert_eq!(compare([units - 1, divisor], dividend), Ordering::Less);
        }

        #[test]
        fn an_exchange_is_never_short_and_never_a_unit_too_much(
            from in rates(), to in rates(), units in 1u64..1_000_000_000_000, decimals in 0u8..=9
        ) {
            let amount = Amount::new(u128::from(units)).unwrap();
            let Some(found) = from.exchange(amount, decimals, to, 6) else { return Ok(()) };
            // found × to / 10⁶ ≥ units × from / 10^decimals > (found − 1) × to / 10⁶
            let (from, to) = (from.rounded(), to.rounded());
            let power = |exponent: u32| BigUint::from(10u8).pow(exponent);
            let asked = BigUint::from(units) * from.digits * power(to.scale + 6);
            let worth = |units: u64| BigUint::from(units) * to.digits * power(u32::from(decimals) + from.scale);
            prop_assert!(found.units() > 0 && worth(found.units()) >= asked);
            prop_assert!(worth(found.units() - 1) < asked);
        }

        #[test]
        fn nothing_is_refused_that_could_be_counted(
            rate in rates(), minor in 1u64..1_000_000_000_000, decimals in 0u8..=18
        ) {
            let price = Fiat { currency: "USD".parse().unwrap(), minor: Amount::new(u128::from(minor)).unwrap() };
            if rate.units(price, decimals).is_none() {
                let Rate { digits, scale } = rate.rounded();
                let most = u128::from(Amount::MAX.units());
                let up = u32::from(decimals) + scale;
                prop_assert!(up >= 2, "a small factor always fits");
                let power = 10u128.checked_pow(up - 2);
                let is_more = |power| compare([u128::from(minor), power], [most, digits]) == Ordering::Greater;
                prop_assert!(power.is_none_or(is_more));
            }
        }

        #[test]
        fn what_is_asked_for_is_worth_its_price(rate in rates(), minor in 1u64..1_000_000_000, decimals in 6u8..=9) {
            let currency = "USD".parse().unwrap();
            let price = Fiat { currency, minor: Amount::new(u128::from(minor)).unwrap() };
            let Some(amount) = rate.units(price, decimals) else { return Ok(()) };
            // One unit is worth at most this many cents more.
            let one = rate.worth(Amount::new(1).unwrap(), decimals, currency).unwrap().minor.units();
            let worth = rate.worth(amount, decimals, currency).unwrap().minor.units();
            prop_assert!(worth >= minor && worth <= minor + one + 1, "{worth} of {minor}");
        }

        #[test]
        fn a_mean_lies_between(a in rates(), b in rates()) {
            let (low, high) = (a.rounded().min(b.rounded()), a.rounded().max(b.rounded()));
            let mean = a.mean(b);
            prop_assert!(mean.is_near(low, 1) || mean >= low);
            prop_assert!(mean.is_near(high, 1) || mean <= high);
            prop_assert_eq!(a.mean(b), b.mean(a));
        }

        #[test]
        fn rounding_keeps_eighteen_digits(rate in rates()) {
            let rounded = rate.rounded();
            prop_assert!(rounded.digits <= SIGNIFICANT);
            prop_assert!(rounded.is_near(rate, 1));
        }
    }
}
