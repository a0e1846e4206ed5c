//! Asks the sources, again and again. A source that fails is left in peace for a while; the others go
//! on, and so does everything that needs no rate.

use std::time::Duration;

use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;

use super::{Currency, Quote, Source, source::Failure, store};
use crate::{
    base::{app::App, tasks::Heartbeat},
    words::money::{Asset, Listed},
};

/// One round: every source in use has had its time, however many pairs it is asked for.
const ROUND: Duration = Duration::from_secs(30);

/// A quote, and of which pair.
type Told = (Asset, Currency, Quote);

/// Starts the task, if there is anybody to ask.
pub fn start(app: &App) {
    if app.settings.rates.sources.is_empty() {
        return;
    }
    let (own, budget) = (app.clone(), app.settings.rates.every + ROUND * 2);
    app.tasks.run("rates", budget, move |stop, beat| run(own.clone(), stop, beat));
}

async fn run(app: App, stop: CancellationToken, beat: Heartbeat) -> anyhow::Result<()> {
    while !stop.is_cancelled() {
        let asked = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            asked = ask_all(&app) => asked,
        };
        let quiet = asked.is_empty();
        note(&app, asked).await?;
        app.rates.round_is_over();
        // Nobody needs to be woken because strangers do not answer: the service is well all the same.
        beat.beat();
        if quiet {
            beat.missed("no source has given a rate in this round");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(app.settings.rates.every) => {}
        }
    }
    Ok(())
}

async fn ask_all(app: &App) -> Vec<Told> {
    let sources = app.settings.rates.sources.iter();
    join_all(sources.map(|source| ask(app, source))).await.into_iter().flatten().collect()
}

/// Everything one source can tell, one question after the other.
async fn ask(app: &App, source: &Source) -> Vec<Told> {
    let breaker = app.rates.get(&source.name);
    if !breaker.may_be_asked(app.time()) {
        return Vec::new();
    }
    let mut told = Vec::new();
    let mut failure = None;
    let questions = async {
        for listed in app.assets.iter() {
            for currency in &app.settings.rates.currencies {
                match ask_for(app, source, listed, *currency).await {
                    Some(Ok(quote)) => told.push((listed.asset, *currency, quote)),
                    Some(Err(error)) => failure = Some(error),
                    None => {}
                }
            }
        }
    };
    if tokio::time::timeout(ROUND, questions).await.is_err() {
        failure = Some(Failure::Slow);
    }
    let word = if told.is_empty() { "failed" } else { "answered" };
    metrics::counter!("rate_sources_total", "source" => source.name.clone(), "outcome" => word)
        .increment(1);
    // One pair that it does not know says nothing of the others.
    match failure {
        Some(failure) if told.is_empty() => {
            tracing::warn!(source = source.name, %failure, "a source of rates failed");
            let breaker = breaker.failed(failure.to_string(), app.time());
            app.rates.set(&source.name, breaker);
        }
        _ => app.rates.set(&source.name, breaker.answered()),
    }
    told
}

/// `None`: the source does not know this pair.
async fn ask_for(
    app: &App,
    source: &Source,
    listed: &Listed,
    currency: Currency,
) -> Option<Result<Quote, Failure>> {
    let question = source.question(&listed.code, currency.code())?;
    let answer = question.ask(&app.http).await;
    if let Err(failure) = &answer {
        let (asset, currency) = (&listed.code, currency.code());
        tracing::debug!(source = source.name, asset, currency, %failure, "no rate");
    }
    Some(answer.map(|rate| Quote { source: source.name.clone(), rate, at: app.time() }))
}

async fn note(app: &App, told: Vec<Told>) -> anyhow::Result<()> {
    if told.is_empty() {
        return Ok(());
    }
    let mut tx = app.db.begin().await?;
    for (asset, currency, quote) in &told {
        store::note(&mut tx, *asset, *currency, quote).await?;
    }
    tx.nudge();
    tx.commit().await?;
    Ok(())
}
