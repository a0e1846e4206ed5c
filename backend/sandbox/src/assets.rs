//! What money there is in the sandbox, and how its amounts are written.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The coin of the network, or the test stablecoin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Asset {
    Gram,
    Usdt,
}

impl Asset {
    pub fn decimals(self) -> u32 {
        match self {
            Self::Gram => 9,
            Self::Usdt => 6,
        }
    }

    pub fn other(self) -> Self {
        match self {
            Self::Gram => Self::Usdt,
            Self::Usdt => Self::Gram,
        }
    }

    /// Reads a decimal like `1.5` into smallest units.
    pub fn units(self, amount: &str) -> Result<u128, BadAmount> {
        units(amount, self.decimals()).ok_or_else(|| BadAmount(amount.to_owned(), self))
    }

    /// Writes smallest units as a decimal without trailing zeros.
    pub fn decimal(self, units: u128) -> String {
        let one = 10u128.pow(self.decimals());
        let (whole, rest) = (units / one, units % one);
        if rest == 0 {
            return whole.to_string();
        }
        let width = usize::try_from(self.decimals()).expect("a handful of digits");
        format!("{whole}.{rest:0width$}").trim_end_matches('0').to_owned()
    }
}

impl fmt::Display for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gram => "GRAM",
            Self::Usdt => "USDT",
        })
    }
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an amount of {1}")]
pub struct BadAmount(String, Asset);

fn units(amount: &str, decimals: u32) -> Option<u128> {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let places = u32::try_from(fraction.len()).ok()?;
    if !digits(whole) || !digits(fraction) || places > decimals {
        return None;
    }
    let whole = u128::from_str(whole).ok()?.checked_mul(10u128.checked_pow(decimals)?)?;
    let fraction = u128::from_str(fraction).ok()?.checked_mul(10u128.pow(decimals - places))?;
    whole.checked_add(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_decimals_in_both_directions() {
        for (text, units) in [("1.5", 1_500_000), ("0.000001", 1), ("7", 7_000_000), ("0", 0)] {
            assert_eq!(Asset::Usdt.units(text), Ok(units));
            assert_eq!(Asset::Usdt.decimal(units), text);
        }
        assert_eq!(Asset::Gram.units("2.50"), Ok(2_500_000_000));
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", ".", "1.", ".5", "-1", "+1", "1,5", "1e3", "0.0000001", "1.2.3", " 1"] {
            assert!(Asset::Usdt.units(text).is_err(), "{text}");
        }
        assert!(Asset::Gram.units(&"9".repeat(40)).is_err());
    }
}
