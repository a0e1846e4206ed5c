//! Days as a bookkeeper counts them: from midnight to midnight, some hours from UTC.

use std::{fmt, str::FromStr};

use time::{Date, macros::format_description};

use crate::words::time::Time;

pub const DAY: i64 = 24 * 3600 * 1000;
/// How many days are looked at where nobody says, today included.
const USUAL: i64 = 30;
/// The Julian day of 1970-01-01.
const EPOCH: i64 = 2_440_588;

/// A day, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(i64);

impl Day {
    /// From what SQL has counted.
    pub const fn new(number: i64) -> Self {
        Self(number)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let julian = i32::try_from(self.0.saturating_add(EPOCH)).map_err(|_| fmt::Error)?;
        let date = Date::from_julian_day(julian).map_err(|_| fmt::Error)?;
        write!(f, "{date}")
    }
}

impl FromStr for Day {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let date =
            Date::parse(text, format_description!("[year]-[month]-[day]")).map_err(|_| ())?;
        Ok(Self(i64::from(date.to_julian_day()) - EPOCH))
    }
}

/// How far local midnight is from that of UTC, in minutes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Offset(i64);

impl Offset {
    pub const fn millis(self) -> i64 {
        self.0 * 60_000
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { '-' } else { '+' };
        write!(f, "{sign}{:02}:{:02}", self.0.abs() / 60, self.0.abs() % 60)
    }
}

impl FromStr for Offset {
    type Err = ();

    /// `+03:00`, `-05:30`, `Z`. A query turns a bare plus into a space, so that is a plus, too.
    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "Z" {
            return Ok(Self::default());
        }
        let (sign, rest) = match text.split_at_checked(1) {
            Some(("-", rest)) => (-1, rest),
            Some(("+" | " ", rest)) => (1, rest),
            _ => (1, text),
        };
        let (hours, minutes) = rest.split_once(':').ok_or(())?;
        let two = |part: &str, most: i64| {
            let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
            part.parse().ok().filter(|number: &i64| digits && *number <= most).ok_or(())
        };
        Ok(Self(sign * (two(hours, 14)? * 60 + two(minutes, 59)?)))
    }
}

/// Some days, the first and the last included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub first: Day,
    pub last: Day,
    pub offset: Offset,
}

impl Span {
    /// The days that were named; the last thirty where nobody says. `None`: they are in no order.
    pub fn new(first: Option<Day>, last: Option<Day>, offset: Offset, now: Time) -> Option<Self> {
        let today = Day(now.millis().saturating_add(offset.millis()).div_euclid(DAY));
        let last = last.unwrap_or(today);
        let first = first.unwrap_or(Day(last.0.saturating_sub(USUAL - 1)));
        (first <= last).then_some(Self { first, last, offset })
    }

    /// The first moment.
    pub fn from(self) -> Time {
        self.midnight(self.first.0)
    }

    /// The first moment that is too late.
    pub fn until(self) -> Time {
        self.midnight(self.last.0.saturating_add(1))
    }

    fn midnight(self, day: i64) -> Time {
        Time::from_millis(day.saturating_mul(DAY).saturating_sub(self.offset.millis()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_offsets_read_as_they_are_written() {
        for text in ["1970-01-01", "2026-11-18", "2028-02-29"] {
            assert_eq!(text.parse::<Day>().unwrap().to_string(), text);
        }
        for bad in ["2026-02-29", "18.11.2026", "2026-11-18T00:00:00Z", ""] {
            assert!(bad.parse::<Day>().is_err(), "{bad}");
        }
        for (text, shown) in
            [("+03:00", "+03:00"), (" 05:45", "+05:45"), ("-09:30", "-09:30"), ("Z", "+00:00")]
        {
            assert_eq!(text.parse::<Offset>().unwrap().to_string(), shown);
        }
        for bad in ["3", "+3:00", "+15:00", "+03:60", "+-1:00", "ü"] {
            assert!(bad.parse::<Offset>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_span_goes_from_midnight_to_midnight() {
        // 2026-11-18T22:30 UTC is the 19th in Moscow.
        let now = Time::from_millis(1_795_041_000_000);
        let moscow: Offset = "+03:00".parse().unwrap();
        let span = Span::new(None, None, moscow, now).unwrap();
        assert_eq!(
            (span.first.to_string().as_str(), span.last.to_string().as_str()),
            ("2026-10-21", "2026-11-19")
        );
        assert_eq!(span.until().to_string(), "2026-11-19T21:00:00.000Z");
        assert_eq!(span.from().to_string(), "2026-10-20T21:00:00.000Z");
        let day = |text: &str| text.parse().ok();
        assert_eq!(Span::new(day("2026-11-19"), day("2026-11-18"), moscow, now), None);
    }
}
