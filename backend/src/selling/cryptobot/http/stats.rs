//! `getStats`: what was sold in a span of time.

use std::time::Duration;

use super::{
    super::{store, view::StatsView},
    params::{Params, bad},
};
use crate::{
    base::{
        db::Tx,
        web::problem::{Problem, Result},
    },
    money::rates::{Currency, Fiat},
    words::{id::MerchantId, time::Time},
};

pub const PARAMETERS: [&str; 2] = ["start_at", "end_at"];
/// How far back is looked where nobody says.
const DAY: Duration = Duration::from_secs(24 * 3600);
/// What the volume is in.
const VOLUME: &str = "USD";

/// From when to when.
pub fn span(params: &Params, now: Time) -> Result<(Time, Time)> {
    params.holds_only(&PARAMETERS)?;
    let given = |name| match params.text(name) {
        None => Ok(None),
        Some(text) => moment(text)
            .map(Some)
            .ok_or_else(|| bad(&format!("{name} is a time such as 2026-11-18T11:06:40Z."))),
    };
    let to = given("end_at")?.unwrap_or(now);
    let from = given("start_at")?.unwrap_or(to.before(DAY));
    if from > to { Err(bad("start_at is later than end_at.")) } else { Ok((from, to)) }
}

/// A time as people write it: RFC 3339, or without its zone, which then is UTC.
fn moment(text: &str) -> Option<Time> {
    let text = text.trim().replacen(' ', "T", 1);
    let spellings = [text.clone(), format!("{text}Z"), format!("{text}T00:00:00Z")];
    spellings
        .into_iter()
        .find_map(|text| serde_json::from_value(serde_json::Value::String(text)).ok())
}

pub async fn read(
    tx: &mut Tx,
    merchant: MerchantId,
    (from, to): (Time, Time),
) -> Result<StatsView> {
    let counts = store::counts(tx, merchant, from, to).await?;
    let takings = store::takings(tx, merchant, (from, to), VOLUME).await?;
    let currency: Currency = VOLUME.parse().map_err(Problem::internal)?;
    let volume = Fiat { currency, minor: takings.worth }.amount();
    Ok(StatsView {
        volume: number(&volume)?,
        conversion: number(&percent(counts.created_and_paid, counts.created))?,
        unique_users_count: takings.senders,
        created_invoice_count: counts.created,
        paid_invoice_count: counts.paid,
        start_at: from,
        end_at: to,
    })
}

/// `part` of `whole` in percent, to two digits, rounded down.
fn percent(part: i64, whole: i64) -> String {
    let hundredths = part.saturating_mul(10_000).checked_div(whole).unwrap_or(0);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// Decimal text as the number that their document asks for.
fn number(text: &str) -> Result<serde_json::Number> {
    serde_json::from_str(text).map_err(Problem::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_may_be_written_in_many_ways() {
        let at = Some(Time::from_millis(1_795_000_000_000));
        for text in [
            "2026-11-18T11:06:40Z",
            "2026-11-18T11:06:40.000000+00:00",
            "2026-11-18 11:06:40",
            "2026-11-18 12:06:40+01:00",
        ] {
            assert_eq!(moment(text), at, "{text}");
        }
        assert_eq!(moment("2026-11-18"), Some(Time::from_millis(1_794_960_000_000)));
        assert_eq!(moment("yesterday"), None);
    }

    #[test]
    fn a_share_is_in_percent() {
        for (part, whole, text) in [(1, 3, "33.33"), (0, 0, "0.00"), (7, 7, "100.00")] {
            assert_eq!(percent(part, whole), text);
        }
    }
}
