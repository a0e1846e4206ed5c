//! Money of states: a whole number of a currency's minor units, such as cents.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rate::Rate;
use crate::words::money::{Amount, BadAmount};

/// A currency of ISO 4217 that has minor units: gold and test codes have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency {
    iso: iso_currency::Currency,
    /// Digits after the point: 2 for USD, 0 for JPY, 3 for KWD.
    decimals: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the code of a currency, such as USD")]
pub struct BadCurrency(String);

impl Currency {
    pub const fn decimals(self) -> u8 {
        self.decimals
    }

    pub fn name(&self) -> &str {
        self.iso.name()
    }

    pub fn code(self) -> &'static str {
        self.iso.code()
    }
}

impl FromStr for Currency {
    type Err = BadCurrency;

    fn from_str(code: &str) -> Result<Self, BadCurrency> {
        let iso = iso_currency::Currency::from_code(code);
        iso.and_then(|iso| {
            let decimals = u8::try_from(iso.exponent()?).ok()?;
            Some(Self { iso, decimals })
        })
        .ok_or_else(|| BadCurrency(code.chars().take(16).collect()))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

crate::words::text::as_text!(impl Currency);

/// An amount of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fiat {
    pub currency: Currency,
    /// In minor units.
    pub minor: Amount,
}

impl Fiat {
    /// Reads `"5"`, `"5.0"` and `"5.00"` alike; more digits than the currency has are refused.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, BadAmount> {
        Ok(Self { currency, minor: Amount::parse(text, currency.decimals)? })
    }

    /// With all the digits that people are used to: `"5.00"`.
    pub fn amount(self) -> String {
        let decimals = usize::from(self.currency.decimals);
        let text = format!("{:0>width$}", self.minor.units(), width = decimals + 1);
        match text.split_at(text.len() - decimals) {
            (whole, "") => whole.to_owned(),
            (whole, fraction) => format!("{whole}.{fraction}"),
        }
    }
}

impl fmt::Display for Fiat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount(), self.currency)
    }
}

/// A price in fiat, as a merchant names it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FiatPrice {
    /// Decimal, exact, above zero.
    #[schema(example = "5.00")]
    pub amount: String,
    /// A code of ISO 4217 that this service knows rates in; `GET /v1/rates` lists them.
    #[schema(example = "USD")]
    pub currency: String,
}

/// What money was worth when it settled, and at which rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Worth {
    pub value: Fiat,
    pub rate: Rate,
}

/// What money was worth in fiat when it settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FiatValue {
    /// Decimal, rounded to the currency's minor unit.
    #[schema(example = "5.00")]
    pub amount: String,
    /// The currency this service reports in.
    #[schema(example = "USD")]
    pub currency: String,
    /// What one whole unit of the asset was worth then.
    #[schema(example = "2.5")]
    pub rate: String,
}

impl From<Worth> for FiatValue {
    fn from(Worth { value, rate }: Worth) -> Self {
        Self {
            amount: value.amount(),
            currency: value.currency.to_string(),
            rate: rate.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        code.parse().unwrap()
    }

    #[test]
    fn each_currency_has_its_own_digits() {
        for (code, text, minor, shown) in [
            ("USD", "5", 500, "5.00"),
            ("USD", "0.05", 5, "0.05"),
            ("JPY", "1200", 1200, "1200"),
            ("KWD", "1.5", 1500, "1.500"),
        ] {
            let fiat = Fiat::parse(text, currency(code)).unwrap();
            assert_eq!((fiat.minor.units(), fiat.amount().as_str()), (minor, shown), "{code}");
        }
        assert_eq!(Fiat::parse("5", currency("USD")).unwrap().to_string(), "5.00 USD");
        assert!(Fiat::parse("5.001", currency("USD")).is_err());
        assert!(Fiat::parse("5.1", currency("JPY")).is_err());
    }

    #[test]
    fn what_is_no_currency_is_refused() {
        for junk in ["", "usd", "US", "USDT", "GRAM", "XAU", "💶"] {
            assert!(junk.parse::<Currency>().is_err(), "{junk:?}");
        }
    }
}
