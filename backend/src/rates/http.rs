//! `GET /v1/rates`: what is known, from whom, and whether it may be relied on.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Currency, Doubt, Error, Quote, Setup, Source, Stand};
use crate::{
    app::App,
    db::{Tx, text_enum},
    money::Listed,
    problem::{Kind, Problem, Refusals, Result},
    time::Time,
};

/// When it is worth another try, in seconds: sources are asked about once a minute.
const AGAIN: u64 = 30;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(rates))
}

impl From<Doubt> for Problem {
    fn from(doubt: Doubt) -> Self {
        let mend = "Nothing was created. Try again later, or name an amount in one asset alone.";
        unavailable(doubt, mend)
    }
}

/// Why there is no rate, and what to do about it.
pub fn unavailable(doubt: Doubt, mend: &str) -> Problem {
    let detail = format!("{doubt}. {mend}");
    Problem { retry_after: Some(AGAIN), ..Problem::new(Kind::RateUnavailable, detail) }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Doubt(doubt) => doubt.into(),
            Error::Db(error) => error.into(),
        }
    }
}

/// What assets are worth, and how that is known.
#[derive(Debug, Serialize, ToSchema)]
struct Rates {
    /// One for each asset in each currency.
    data: Vec<RateView>,
    /// The currency in which money that has come is reported.
    #[schema(example = "USD")]
    reporting_currency: String,
    rules: RulesView,
}

/// When a rate is trusted.
#[derive(Debug, Serialize, ToSchema)]
struct RulesView {
    /// How many sources must agree.
    agreeing: usize,
    /// How far from the median they may be, in hundredths of a percent.
    max_deviation_bps: u16,
    /// How old what they said may be.
    max_age_seconds: u64,
}

/// What one whole unit of an asset is worth.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rate)]
struct RateView {
    #[schema(example = "GRAM")]
    asset: String,
    #[schema(example = "USD")]
    currency: String,
    /// The median of what was said lately, decimal. Rely on it only where it is trusted.
    #[schema(example = "2.5")]
    value: Option<String>,
    /// Whether prices in this currency are taken for this asset just now.
    trusted: bool,
    /// Why not.
    reason: Option<String>,
    /// How old a trusted rate is: when the oldest of the sources that agree was asked.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Time>,
    sources: Vec<SourceView>,
}

text_enum! {
    /// What a source counts for.
    pub enum Part {
        Agrees = "agrees",
        /// It is too far from the median.
        Deviates = "deviates",
        /// What it said is too old.
        Stale = "stale",
        /// It has said nothing of this pair so far.
        Silent = "silent",
    }
}

impl From<Stand> for Part {
    fn from(stand: Stand) -> Self {
        match stand {
            Stand::Agrees => Self::Agrees,
            Stand::Deviates => Self::Deviates,
            Stand::Stale => Self::Stale,
        }
    }
}

/// One source, and what it says of a pair.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RateSource)]
struct SourceView {
    name: String,
    part: Part,
    /// Decimal, exactly as the source said.
    value: Option<String>,
    /// When it last said so.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Time>,
    /// What went wrong when it was last asked.
    error: Option<String>,
    /// After several failures it is left in peace until then.
    #[schema(value_type = Option<String>, format = DateTime)]
    resting_until: Option<Time>,
}

/// What assets are worth in fiat, and how that is known
///
/// Each source with what it said and when. A rate is trusted when enough sources have answered lately
/// and are near their median; only then are prices in fiat taken.
#[utoipa::path(
    get, path = "/v1/rates", tag = "Service",
    responses((status = 200, body = Rates), Refusals)
)]
async fn rates(State(app): State<App>) -> Result<Json<Rates>> {
    let setup = &app.settings.rates;
    let mut tx = app.db.snapshot().await?;
    let mut data = Vec::new();
    for listed in app.assets.iter() {
        for currency in &setup.currencies {
            data.push(pair(&mut tx, &app, listed, *currency).await?);
        }
    }
    let reporting = setup.currencies.first();
    Ok(Json(Rates {
        data,
        reporting_currency: reporting.map(Currency::to_string).unwrap_or_default(),
        rules: RulesView {
            agreeing: setup.rules.agreeing,
            max_deviation_bps: setup.rules.deviation_bps,
            max_age_seconds: setup.rules.age.as_secs(),
        },
    }))
}

async fn pair(tx: &mut Tx, app: &App, listed: &Listed, currency: Currency) -> Result<RateView> {
    let (setup, now) = (&app.settings.rates, app.time());
    let quotes = super::quotes(tx, setup, listed.asset, currency, now).await?;
    let judged = setup.rules.judge(&quotes, now);
    let outcome = if setup.sources.is_empty() { Err(Doubt::NoSources) } else { judged.outcome };
    let said: Vec<(&Quote, Stand)> = quotes.iter().zip(judged.stands).collect();
    Ok(RateView {
        asset: listed.code.clone(),
        currency: currency.to_string(),
        value: judged.median.map(|median| median.to_string()),
        trusted: outcome.is_ok(),
        reason: outcome.as_ref().err().map(|doubt| format!("{doubt}.")),
        at: outcome.ok().map(|fixed| fixed.at),
        sources: asked(setup, listed, currency).map(|s| source(app, s, &said, now)).collect(),
    })
}

/// The sources that know a pair.
fn asked<'a>(
    setup: &'a Setup,
    listed: &'a Listed,
    currency: Currency,
) -> impl Iterator<Item = &'a Source> {
    let knows = move |s: &&Source| s.question(&listed.code, currency.code()).is_some();
    setup.sources.iter().filter(knows)
}

fn source(app: &App, source: &Source, said: &[(&Quote, Stand)], now: Time) -> SourceView {
    let breaker = app.rates.get(&source.name);
    let known = said.iter().find(|(quote, _)| quote.source == source.name);
    SourceView {
        name: source.name.clone(),
        part: known.map_or(Part::Silent, |(_, stand)| (*stand).into()),
        value: known.map(|(quote, _)| quote.rate.to_string()),
        at: known.map(|(quote, _)| quote.at),
        error: breaker.error().map(str::to_owned),
        resting_until: breaker.resting(now),
    }
}
