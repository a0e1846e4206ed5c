//! Money is a whole number of an asset's smallest units. There are no floats here, and no `+`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use ton::address::Address;
use utoipa::ToSchema;

/// The ticker of the network's own coin. It was `TON` until June 2026; the API still accepts that.
pub const TICKER: &str = "GRAM";
const FORMER_TICKER: &str = "TON";
/// 1 GRAM = 10⁹ nano.
pub const GRAM_DECIMALS: u8 = 9;

/// Smallest units (nanogram, micro-USDT …). Never negative, and always fits SQL's `bigint`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub struct Amount(i64);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAmount {
    #[error("is larger than this service can count")]
    TooLarge,
    #[error("has more than {decimals} digits after the point")]
    TooPrecise { decimals: u8 },
    #[error("is not a plain decimal number such as \"1.5\"")]
    NotANumber,
}

impl Amount {
    pub const ZERO: Self = Self(0);
    /// The most that can be counted.
    pub const MAX: Self = Self(i64::MAX);

    /// The chain counts up to 2¹²⁰; anything past 2⁶³ is refused at the door, never truncated.
    pub fn new(units: u128) -> Result<Self, BadAmount> {
        i64::try_from(units).map(Self).map_err(|_| BadAmount::TooLarge)
    }

    pub fn units(self) -> u64 {
        self.0.unsigned_abs()
    }

    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// `None` when `other` is larger: a debt is not an amount.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        (self >= other).then(|| Self(self.0 - other.0))
    }

    /// Reads what people type: `"1.5"` of a 9-decimal asset is 1 500 000 000 units.
    pub fn parse(text: &str, decimals: u8) -> Result<Self, BadAmount> {
        let (whole, fraction) = match text.split_once('.') {
            Some((_, "")) => return Err(BadAmount::NotANumber),
            Some(parts) => parts,
            None => (text, ""),
        };
        let digits_only = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !digits_only(whole) || !digits_only(fraction) {
            return Err(BadAmount::NotANumber);
        }
        if fraction.len() > usize::from(decimals) {
            return Err(BadAmount::TooPrecise { decimals });
        }
        let digits = format!("{whole}{fraction:0<width$}", width = usize::from(decimals));
        let digits = digits.trim_start_matches('0');
        match digits.len() {
            0 => Ok(Self::ZERO),
            1..=19 => Self::new(digits.parse().map_err(|_| BadAmount::NotANumber)?),
            _ => Err(BadAmount::TooLarge),
        }
    }

    /// The shortest exact decimal, `"1.5"`.
    pub fn display(self, decimals: u8) -> String {
        decimal(u128::from(self.units()), decimals)
    }
}

/// The shortest exact decimal of any number of units: also of a sum that is no amount any more.
pub fn decimal(units: u128, decimals: u8) -> String {
    let text = format!("{units:0>width$}", width = usize::from(decimals) + 1);
    let (whole, fraction) = text.split_at(text.len() - usize::from(decimals));
    match fraction.trim_end_matches('0') {
        "" => whole.to_owned(),
        fraction => format!("{whole}.{fraction}"),
    }
}

/// What money is of. A jetton is known by its master's address alone: names can be copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Asset {
    Gram,
    Jetton(Address),
}

impl fmt::Display for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gram => f.write_str(TICKER),
            Self::Jetton(master) => master.fmt(f),
        }
    }
}

impl FromStr for Asset {
    type Err = ton::address::BadAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == TICKER { Ok(Self::Gram) } else { text.parse().map(Self::Jetton) }
    }
}

crate::words::text::as_text!(impl Asset);

/// An asset this service accepts, with the name and decimals it vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub asset: Asset,
    /// The short code in the API: `"GRAM"`, `"USDT"`.
    pub code: String,
    pub name: String,
    pub decimals: u8,
}

/// The allow-list. The network's coin is always its first entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assets(Vec<Listed>);

impl Assets {
    pub fn new(jettons: impl IntoIterator<Item = Listed>) -> Self {
        let gram = Listed {
            asset: Asset::Gram,
            code: TICKER.to_owned(),
            name: "Gram".to_owned(),
            decimals: GRAM_DECIMALS,
        };
        Self(std::iter::once(gram).chain(jettons).collect())
    }

    pub fn iter(&self) -> impl Iterator<Item = &Listed> {
        self.0.iter()
    }

    /// By the code of the API; the coin's former ticker is understood too.
    pub fn by_code(&self, code: &str) -> Option<&Listed> {
        let code = if code == FORMER_TICKER { TICKER } else { code };
        self.0.iter().find(|listed| listed.code == code)
    }

    pub fn get(&self, asset: Asset) -> Option<&Listed> {
        self.0.iter().find(|listed| listed.asset == asset)
    }

    /// The masters of the accepted jettons.
    pub fn masters(&self) -> impl Iterator<Item = Address> {
        self.0.iter().filter_map(|listed| match listed.asset {
            Asset::Gram => None,
            Asset::Jetton(master) => Some(master),
        })
    }

    /// Money as the API shows it. An asset that has left the list is shown in its units.
    pub fn money(&self, asset: Asset, amount: Amount) -> Money {
        let (code, decimals) = match self.get(asset) {
            Some(listed) => (listed.code.clone(), listed.decimals),
            None => (asset.to_string(), 0),
        };
        Money {
            amount: amount.display(decimals),
            asset: code,
            units: amount.units().to_string(),
            decimals,
        }
    }
}

/// An amount of an asset, for people and for programs. Never a JSON number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Money {
    /// Decimal, exact.
    #[schema(example = "1.5")]
    pub amount: String,
    #[schema(example = "GRAM")]
    pub asset: String,
    /// The same in smallest units.
    #[schema(example = "1500000000")]
    pub units: String,
    #[schema(example = 9)]
    pub decimals: u8,
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.asset)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_type_is_what_they_see() {
        for text in ["0", "1", "1.5", "0.000000001", "9223372036.854775807"] {
            assert_eq!(Amount::parse(text, 9).unwrap().display(9), text);
        }
    }

    #[test]
    fn nothing_is_rounded_and_nothing_wraps() {
        assert_eq!(Amount::parse("0.0000000001", 9), Err(BadAmount::TooPrecise { decimals: 9 }));
        assert_eq!(Amount::parse("9223372036.854775808", 9), Err(BadAmount::TooLarge));
        assert_eq!(Amount::parse(&"9".repeat(400), 9), Err(BadAmount::TooLarge));
        let junk =
            ["", ".", ".5", "5.", "-1", "+1", "1e9", "1.2.3", " 1", "１", "1,5", "NaN", "0x1"];
        for junk in junk {
            assert_eq!(Amount::parse(junk, 9), Err(BadAmount::NotANumber), "{junk:?}");
        }
    }

    #[test]
    fn the_former_ticker_is_understood() {
        assert_eq!(Assets::new([]).by_code("TON").unwrap().asset, Asset::Gram);
    }

    proptest! {
        #[test]
        fn every_amount_survives_its_own_text(units in 0..=i64::MAX, decimals in 0u8..=18) {
            let amount = Amount(units);
            prop_assert_eq!(Amount::parse(&amount.display(decimals), decimals), Ok(amount));
        }

        #[test]
        fn parsing_never_panics(text in ".{0,40}", decimals in 0u8..=30) {
            let _ = Amount::parse(&text, decimals);
        }

        #[test]
        fn what_is_added_can_be_taken_away(a in 0..=i64::MAX, b in 0..=i64::MAX) {
            if let Some(sum) = Amount(a).checked_add(Amount(b)) {
                prop_assert_eq!(sum.checked_sub(Amount(b)), Some(Amount(a)));
            }
        }
    }
}
