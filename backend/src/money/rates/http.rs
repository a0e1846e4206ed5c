//! `GET /v1/rates`: what is known, from whom, and whether it may be relied on.

use axum::{Json, extract::State};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Currency, Doubt, Error, Quote, Setup, Source, Stand,
    view::{Part, RateView, Rates, RulesView, SourceView},
};
use crate::{
    base::{
        app::App,
        db::Tx,
        web::problem::{Kind, Problem, Refusals, Result},
    },
    words::{money::Listed, time::Time},
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
