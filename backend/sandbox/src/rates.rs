//! Two services that tell what the play money would be worth, so that prices in fiat work out of the
//! box. People and tests move what they say, and switch them off.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::assets::Asset;
use crate::keep::Keep;

/// The currencies in which they know rates.
pub const CURRENCIES: [&str; 2] = ["USD", "EUR"];
const NOTE: &str = "rates";
/// Digits of a rate before and behind the point.
const WHOLE: usize = 9;
const FRACTION: usize = 18;

/// One of the two.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    North,
    South,
}

impl Source {
    pub const ALL: [Self; 2] = [Self::North, Self::South];
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::North => "north",
            Self::South => "south",
        })
    }
}

impl FromStr for Source {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|source| source.to_string() == name);
        known.ok_or("there is no such source")
    }
}

/// What one of them says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sayings {
    /// Every question is answered 503.
    pub down: bool,
    /// By asset and currency, such as `GRAM/USD`: what one whole unit is worth, decimal.
    #[schema(example = json!({ "GRAM/USD": "2.5", "USDT/USD": "1" }))]
    pub rates: BTreeMap<String, String>,
}

/// All that is said, by source.
pub type All = BTreeMap<Source, Sayings>;

/// What is to change; what is not named stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Only this one; by default both.
    pub source: Option<Source>,
    /// Whether it fails.
    pub down: Option<bool>,
    /// New rates by asset and currency, such as `GRAM/USD`; decimal text.
    #[serde(default)]
    #[schema(example = json!({ "GRAM/USD": "2.6" }))]
    pub rates: BTreeMap<String, String>,
}

/// A handle; clones are the same two services.
#[derive(Clone)]
pub struct Rates {
    all: Arc<Mutex<All>>,
    keep: Keep,
}

impl Rates {
    pub async fn open(keep: Keep) -> anyhow::Result<Self> {
        let remembered: Option<Vec<(Source, Sayings)>> = keep.one(NOTE, NOTE).await?;
        let all = match remembered {
            Some(all) => all.into_iter().collect(),
            None => Source::ALL.into_iter().map(|source| (source, usual())).collect(),
        };
        Ok(Self { all: Arc::new(Mutex::new(all)), keep })
    }

    pub fn all(&self) -> All {
        self.locked().clone()
    }

    pub fn get(&self, source: Source) -> Option<Sayings> {
        self.locked().get(&source).cloned()
    }

    /// Changes what is said: all that is asked for, or nothing.
    pub fn change(&self, change: &Change) -> Result<All, String> {
        for (pair, rate) in &change.rates {
            check(pair, rate)?;
        }
        let mut all = self.locked();
        for (source, sayings) in all.iter_mut() {
            if change.source.is_none_or(|only| only == *source) {
                sayings.down = change.down.unwrap_or(sayings.down);
                sayings.rates.extend(change.rates.clone());
            }
        }
        let note: Vec<(&Source, &Sayings)> = all.iter().collect();
        self.keep.put(NOTE, NOTE, &note);
        Ok(all.clone())
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn usual() -> Sayings {
    let rates = [("GRAM/USD", "2.5"), ("GRAM/EUR", "2.3"), ("USDT/USD", "1"), ("USDT/EUR", "0.92")];
    let rates = rates.map(|(pair, rate)| (pair.to_owned(), rate.to_owned()));
    Sayings { down: false, rates: rates.into() }
}

fn check(pair: &str, rate: &str) -> Result<(), String> {
    let known = pair.split_once('/').is_some_and(|(asset, currency)| {
        [Asset::Gram, Asset::Usdt].iter().any(|known| known.to_string() == asset)
            && CURRENCIES.contains(&currency)
    });
    if !known {
        return Err(format!("{pair:?} is no pair; GRAM/USD is one"));
    }
    let (whole, fraction) = rate.split_once('.').unwrap_or((rate, "0"));
    let digits = |part: &str, most: usize| {
        (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
    };
    let is_decimal = digits(whole, WHOLE) && digits(fraction, FRACTION);
    if is_decimal && rate.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        Ok(())
    } else {
        Err(format!("{rate:?} is no rate; it is a decimal above zero, such as 2.5"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(pair: &str, rate: &str) -> Change {
        Change { rates: [(pair.to_owned(), rate.to_owned())].into(), ..Change::default() }
    }

    #[tokio::test]
    async fn one_or_both_are_moved_and_nothing_else_changes() {
        let rates = Rates::open(Keep::nothing()).await.unwrap();
        let said = |source| rates.get(source).unwrap().rates["GRAM/USD"].clone();
        rates.change(&change("GRAM/USD", "3")).unwrap();
        assert_eq!((said(Source::North), said(Source::South)), ("3".into(), "3".into()));
        let south =
            Change { source: Some(Source::South), down: Some(true), ..change("GRAM/USD", "4.25") };
        rates.change(&south).unwrap();
        assert_eq!((said(Source::North), said(Source::South)), ("3".into(), "4.25".into()));
        let all = rates.all();
        assert!(!all[&Source::North].down && all[&Source::South].down);
        assert_eq!(all[&Source::South].rates["USDT/USD"], "1");
    }

    #[tokio::test]
    async fn what_is_no_rate_changes_nothing() {
        let rates = Rates::open(Keep::nothing()).await.unwrap();
        let before = rates.all();
        for (pair, rate) in [
            ("GRAM", "1"),
            ("GRAM/usd", "1"),
            ("BTC/USD", "1"),
            ("GRAM/USD", "0"),
            ("GRAM/USD", "0.00"),
            ("GRAM/USD", "-1"),
            ("GRAM/USD", "1."),
            ("GRAM/USD", "1e3"),
            ("GRAM/USD", "\"1"),
            ("GRAM/USD", "1234567890"),
        ] {
            assert!(rates.change(&change(pair, rate)).is_err(), "{pair} {rate}");
        }
        assert_eq!(rates.all(), before);
    }
}
