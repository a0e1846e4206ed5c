//! What assets are worth in fiat, from sources that must agree. How trust comes about stands in
//! [`state`]; a source is described in [`source`].
//!
//! ```text
//! sources ──jobs──▶ quotes, kept ── at(moment): judged ──▶ a rate to rely on, or a doubt
//! ```
//!
//! Whoever relies on a rate keeps it on what it makes; when it may be reckoned anew is said there.

pub mod fiat;
pub mod http;
pub mod jobs;
pub mod rate;
pub mod source;
pub mod state;
pub mod store;
pub mod view;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::watch;

use crate::{
    base::db::{self, Tx},
    words::{
        money::{Amount, Asset, Assets},
        time::Time,
    },
};

pub use fiat::{Currency, Fiat, FiatPrice, FiatValue, Worth};
pub use rate::Rate;
pub use source::{Source, Sources};
pub use state::{Breaker, Doubt, Fixed, Judgement, Quote, Rules, Setup, Stand};

/// How long what was said is kept for the record. What was relied on stands where it was used.
const KEPT: Duration = Duration::from_secs(90 * 24 * 3600);

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no rate can be trusted: {0}")]
    Doubt(#[from] Doubt),
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

/// What the sources are like just now, as far as this process has seen.
#[derive(Clone, Default)]
pub struct Breakers {
    each: Arc<Mutex<HashMap<String, Breaker>>>,
    /// Counts how often all have been asked.
    rounds: watch::Sender<u64>,
}

impl Breakers {
    /// Changes whenever all sources have been asked once more, and what they said is kept.
    pub fn rounds(&self) -> watch::Receiver<u64> {
        self.rounds.subscribe()
    }

    fn round_is_over(&self) {
        self.rounds.send_modify(|count| *count = count.wrapping_add(1));
    }

    pub fn get(&self, source: &str) -> Breaker {
        self.all().get(source).cloned().unwrap_or_default()
    }

    fn set(&self, source: &str, breaker: Breaker) {
        self.all().insert(source.to_owned(), breaker);
    }

    fn all(&self) -> std::sync::MutexGuard<'_, HashMap<String, Breaker>> {
        self.each.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The rate of an asset as of a moment, if it could be trusted then.
pub async fn at(
    tx: &mut Tx,
    setup: &Setup,
    asset: Asset,
    currency: Currency,
    moment: Time,
) -> Result<Fixed, Error> {
    if setup.sources.is_empty() {
        return Err(Doubt::NoSources.into());
    }
    if !setup.currencies.contains(&currency) {
        return Err(Doubt::OtherCurrency(currency).into());
    }
    let quotes = quotes(tx, setup, asset, currency, moment).await?;
    Ok(setup.rules.judge(&quotes, moment).outcome?)
}

/// What the sources in use had said last at a moment.
async fn quotes(
    tx: &mut Tx,
    setup: &Setup,
    asset: Asset,
    currency: Currency,
    moment: Time,
) -> db::Result<Vec<Quote>> {
    let mut quotes = store::quotes(tx, asset, currency, moment).await?;
    quotes.retain(|quote| setup.sources.iter().any(|source| source.name == quote.source));
    Ok(quotes)
}

/// What an amount was worth at a moment, in the currency that money is reported in. `None` when no rate could be trusted then.
pub async fn worth(
    tx: &mut Tx,
    setup: &Setup,
    assets: &Assets,
    (asset, amount): (Asset, Amount),
    moment: Time,
) -> db::Result<Option<Worth>> {
    let (Some(listed), Some(currency)) = (assets.get(asset), setup.currencies.first()) else {
        return Ok(None);
    };
    match at(tx, setup, asset, *currency, moment).await {
        Ok(fixed) => {
            let rate = fixed.rate;
            let value = rate.worth(amount, listed.decimals, *currency);
            Ok(value.map(|value| Worth { value, rate }))
        }
        Err(Error::Doubt(_)) => Ok(None),
        Err(Error::Db(error)) => Err(error),
    }
}

/// Forgets what nobody asks for any more.
pub async fn purge(tx: &mut Tx, now: Time) -> db::Result<u64> {
    store::purge(tx, now.before(KEPT)).await
}

#[cfg(test)]
mod tests;
