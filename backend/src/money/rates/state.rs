//! When a rate is trusted, and when a source is left in peace: no clock, no database, no network.
//!
//! ```text
//! quotes ── as old as allowed ──▶ fresh ── near their median ──▶ agreeing ── enough ──▶ trusted
//!
//! a source:  asked ── three failures ──▶ resting ── its time is over: asked once ──▶ asked
//!                                           ▲────────── failed: twice as long ──┘
//! ```

use std::{fmt, time::Duration};

use super::{fiat::Currency, rate::Rate, source::Source};
use crate::words::time::Time;

/// Failures in a row until a source is left in peace.
const PATIENCE: u32 = 3;
const FIRST_REST: Duration = Duration::from_secs(30);
const LONGEST_REST: Duration = Duration::from_secs(600);

/// Where rates come from, and when they are trusted.
#[derive(Debug, Clone)]
pub struct Setup {
    pub sources: Vec<Source>,
    /// Rates are known in these. The first is the one that money is reported in.
    pub currencies: Vec<Currency>,
    pub rules: Rules,
    /// How often the sources are asked.
    pub every: Duration,
}

/// No sources, and the rules that go with most.
impl Default for Setup {
    fn default() -> Self {
        Self {
            sources: Vec::new(),
            currencies: "USD".parse().into_iter().collect(),
            rules: Rules { deviation_bps: 200, age: Duration::from_secs(600), agreeing: 2 },
            every: Duration::from_secs(60),
        }
    }
}

/// When a rate is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// How far a source may be from the median, in hundredths of a percent.
    pub deviation_bps: u16,
    /// How old a quote may be.
    pub age: Duration,
    /// How many sources must agree.
    pub agreeing: usize,
}

/// What a source said last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    pub source: String,
    pub rate: Rate,
    pub at: Time,
}

/// A rate that may be relied on. It is kept on whatever relies on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    pub rate: Rate,
    /// Who agreed on it, by name.
    pub sources: Vec<String>,
    /// When the oldest of them said so.
    pub at: Time,
}

/// Why there is no rate to rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    #[error("This service has no sources of rates")]
    NoSources,
    #[error("This service knows no rates in {0}")]
    OtherCurrency(Currency),
    #[error("{}; {needed} must agree", Said(*fresh, *age))]
    TooFew { fresh: usize, needed: usize, age: Duration },
    #[error(
        "The sources differ: {agreeing} of {fresh} are near their median, and {needed} must be"
    )]
    Apart { agreeing: usize, fresh: usize, needed: usize },
}

/// What a quote counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    Agrees,
    /// Too far from the median.
    Deviates,
    /// Too old.
    Stale,
}

/// What the quotes of one pair come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The median of what is fresh.
    pub median: Option<Rate>,
    /// For each quote, in their order.
    pub stands: Vec<Stand>,
    pub outcome: Result<Fixed, Doubt>,
}

impl Rules {
    /// Holds quotes of one pair, one of each source, against each other as of a moment.
    pub fn judge(self, quotes: &[Quote], at: Time) -> Judgement {
        let is_fresh = |quote: &Quote| at.since(quote.at).max(quote.at.since(at)) <= self.age;
        let mut fresh: Vec<Rate> = quotes.iter().filter(|q| is_fresh(q)).map(|q| q.rate).collect();
        fresh.sort_unstable();
        let median = median(&fresh);
        let stand = |quote: &Quote| match median {
            Some(median) if is_fresh(quote) => {
                if quote.rate.is_near(median, self.deviation_bps) {
                    Stand::Agrees
                } else {
                    Stand::Deviates
                }
            }
            _ => Stand::Stale,
        };
        let stands: Vec<Stand> = quotes.iter().map(stand).collect();
        let agreeing: Vec<&Quote> = quotes
            .iter()
            .zip(&stands)
            .filter(|(_, s)| **s == Stand::Agrees)
            .map(|(q, _)| q)
            .collect();
        let (count, needed) = (fresh.len(), self.agreeing);
        let outcome = match (median, agreeing.iter().map(|quote| quote.at).min()) {
            (Some(rate), Some(at)) if agreeing.len() >= needed => {
                let sources = agreeing.iter().map(|quote| quote.source.clone()).collect();
                Ok(Fixed { rate, sources, at })
            }
            _ if count < needed => Err(Doubt::TooFew { fresh: count, needed, age: self.age }),
            _ => Err(Doubt::Apart { agreeing: agreeing.len(), fresh: count, needed }),
        };
        Judgement { median, stands, outcome }
    }
}

/// The one in the middle, or the mean of the two there.
fn median(sorted: &[Rate]) -> Option<Rate> {
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    if sorted.len() % 2 == 1 { Some(upper.rounded()) } else { Some(sorted[middle - 1].mean(upper)) }
}

/// How many sources have said something lately, in words.
struct Said(usize, Duration);

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(count, age) = self;
        let seconds = age.as_secs();
        match count {
            0 => write!(f, "No source has given a rate in the last {seconds} s"),
            1 => write!(f, "Only one source has given a rate in the last {seconds} s"),
            n => write!(f, "Only {n} sources have given a rate in the last {seconds} s"),
        }
    }
}

/// Whether a source is asked, or left in peace after it has failed again and again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Breaker {
    /// In a row.
    failures: u32,
    resting_until: Option<Time>,
    /// What went wrong last, until it answers again.
    error: Option<String>,
}

impl Breaker {
    pub fn may_be_asked(&self, now: Time) -> bool {
        self.resting_until.is_none_or(|until| now >= until)
    }

    #[must_use]
    pub fn answered(self) -> Self {
        Self::default()
    }

    #[must_use]
    pub fn failed(self, error: String, now: Time) -> Self {
        let failures = self.failures.saturating_add(1);
        let rest = failures.checked_sub(PATIENCE).map(|times| {
            let factor = 1u32.checked_shl(times).unwrap_or(u32::MAX);
            FIRST_REST.saturating_mul(factor).min(LONGEST_REST)
        });
        Self { failures, resting_until: rest.map(|rest| now.after(rest)), error: Some(error) }
    }

    /// Until when it rests, if it does.
    pub fn resting(&self, now: Time) -> Option<Time> {
        self.resting_until.filter(|until| *until > now)
    }

    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Time = Time::from_millis(1_795_000_000_000);
    const RULES: Rules = Rules { deviation_bps: 200, age: Duration::from_secs(600), agreeing: 2 };

    fn quote(source: &str, rate: &str, seconds_ago: u64) -> Quote {
        Quote {
            source: source.to_owned(),
            rate: rate.parse().unwrap(),
            at: NOW.before(Duration::from_secs(seconds_ago)),
        }
    }

    /// Quotes of now, by their rates.
    fn quotes(rates: &[&str]) -> Vec<Quote> {
        let named = rates.iter().zip(["a", "b", "c", "d", "e"]);
        named.map(|(rate, name)| quote(name, rate, 0)).collect()
    }

    fn judge(rates: &[&str]) -> Result<String, Doubt> {
        RULES.judge(&quotes(rates), NOW).outcome.map(|fixed| fixed.rate.to_string())
    }

    #[test]
    fn those_who_agree_are_trusted() {
        assert_eq!(judge(&["2.5", "2.5"]), Ok("2.5".into()));
        assert_eq!(judge(&["2.50", "2.52"]), Ok("2.51".into()));
        assert_eq!(judge(&["2.5", "2.51", "2.52"]), Ok("2.51".into()));
        assert_eq!(judge(&["2.5", "2.51", "2.52", "2.53"]), Ok("2.515".into()));
    }

    #[test]
    fn one_who_is_far_off_is_outvoted() {
        for wrong in ["2510", "0.00251", "2.6"] {
            let quotes = quotes(&["2.51", wrong, "2.5"]);
            let judged = RULES.judge(&quotes, NOW);
            assert_eq!(judged.stands, [Stand::Agrees, Stand::Deviates, Stand::Agrees], "{wrong}");
            assert_eq!(judged.outcome.unwrap().sources, ["a", "c"]);
        }
    }

    #[test]
    fn those_who_differ_are_not_trusted() {
        for rates in
            [&["2.5", "2.7"][..], &["2.5", "2500"], &["1", "2", "3"], &["1", "1", "2", "2"]]
        {
            assert!(matches!(judge(rates), Err(Doubt::Apart { .. })), "{rates:?}");
        }
    }

    #[test]
    fn one_alone_is_never_enough() {
        assert!(matches!(judge(&[]), Err(Doubt::TooFew { fresh: 0, .. })));
        assert!(matches!(judge(&["2.5"]), Err(Doubt::TooFew { fresh: 1, .. })));
    }

    #[test]
    fn what_is_old_does_not_count() {
        let quotes = [quote("a", "2.5", 600), quote("b", "2.5", 601), quote("c", "2.7", 0)];
        let judged = RULES.judge(&quotes, NOW);
        assert_eq!(judged.stands[1], Stand::Stale);
        assert_eq!(
            judged.outcome.unwrap_err().to_string().split(':').next(),
            Some("The sources differ")
        );

        let quotes = [quote("a", "2.5", 600), quote("b", "2.5", 30)];
        assert_eq!(RULES.judge(&quotes, NOW).outcome.unwrap().at, quotes[0].at);
        let later = NOW.after(Duration::from_secs(1));
        let doubt = RULES.judge(&quotes, later).outcome.unwrap_err();
        assert_eq!(
            doubt.to_string(),
            "Only one source has given a rate in the last 600 s; 2 must agree"
        );
        let long_before = NOW.before(Duration::from_secs(700));
        assert!(RULES.judge(&quotes, long_before).outcome.is_err(), "nor does what came later");
    }

    #[test]
    fn a_source_that_fails_is_left_in_peace_for_longer_and_longer() {
        let mut breaker = Breaker::default();
        let mut now = NOW;
        let mut rests = Vec::new();
        for _ in 0..9 {
            assert!(breaker.may_be_asked(now));
            breaker = breaker.failed("away".into(), now);
            if let Some(until) = breaker.resting(now) {
                assert!(!breaker.may_be_asked(now));
                rests.push(until.since(now).as_secs());
                now = until;
            }
        }
        assert_eq!(rests, [30, 60, 120, 240, 480, 600, 600]);
        assert_eq!(breaker.error(), Some("away"));
        let breaker = breaker.answered();
        assert!(breaker.may_be_asked(now) && breaker.error().is_none());
        assert_eq!(breaker.failed("away".into(), now).resting(now), None, "it begins anew");
    }

    proptest! {
        /// Whoever lies, as long as they are fewer than the honest, moves the rate by no more than the
        /// honest differ.
        #[test]
        fn a_minority_cannot_move_the_rate(
            honest in proptest::collection::vec(100_000u64..101_000, 3),
            lies in proptest::collection::vec(1u64..1_000_000_000, 0..=2),
        ) {
            let rate = |n: &u64| n.to_string().parse::<Rate>().unwrap();
            let all: Vec<Quote> = honest.iter().chain(&lies).enumerate()
                .map(|(n, value)| Quote { source: n.to_string(), rate: rate(value), at: NOW })
                .collect();
            let fixed = RULES.judge(&all, NOW).outcome.unwrap();
            let (low, high) = (honest.iter().map(rate).min().unwrap(), honest.iter().map(rate).max().unwrap());
            prop_assert!(low <= fixed.rate && fixed.rate <= high);
        }

        #[test]
        fn the_order_of_sources_changes_nothing(values in proptest::collection::vec(95u64..105, 1..6)) {
            let of = |values: &[u64]| {
                let quotes: Vec<Quote> = values.iter()
                    .map(|value| Quote { source: String::new(), rate: value.to_string().parse().unwrap(), at: NOW })
                    .collect();
                RULES.judge(&quotes, NOW)
            };
            let mut turned = values.clone();
            turned.reverse();
            let (one, other) = (of(&values), of(&turned));
            prop_assert_eq!(one.median, other.median);
            prop_assert_eq!(one.outcome.is_ok(), other.outcome.is_ok());
        }
    }
}
