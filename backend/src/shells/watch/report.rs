//! How the reading of the chain fares, for operators: gauges, what is worth a warning, and the accounts
//! that could not be read. All of it is reckoned when it is asked for, so it moves while the chain is away.

use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    base::{
        app::App,
        db::{self, Tx},
        follow::{self, Behind},
    },
    selling::merchants,
    words::{
        money::Assets,
        time::{CLOCKS_APART, Time},
    },
};

/// An account that could not be read for so long is told.
const TOLD_AFTER: Duration = Duration::from_secs(60);
/// Accounts named at once; the others are counted.
const NAMED: i64 = 10;
/// A chain without a new block for so long stands still, or its service does.
const STANDS_STILL: Duration = Duration::from_secs(60);

/// An account that is waited for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BehindView {
    /// The owner's address.
    pub address: String,
    /// What the account holds.
    pub asset: String,
    /// The stores that are paid there.
    pub stores: Vec<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<Time>,
    /// What stands in the way.
    pub why: String,
}

/// How far the chain has been read.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChainHealth {
    /// The newest masterchain block heard of; 0 before the first.
    pub block: u32,
    /// When that block was made, by the chain's clock.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub block_time: Option<Time>,
    /// Milliseconds since a new block was heard of.
    pub silent_ms: Option<u64>,
    /// How far the machine's clock is ahead of the chain's, in milliseconds; negative: behind it.
    pub clock_ahead_ms: Option<i64>,
    /// Accounts that could not be read for more than a minute: their money is late, and no deadline of
    /// theirs passes. Ten at most.
    pub behind: Vec<BehindView>,
    /// What somebody should look at, in words.
    pub warnings: Vec<String>,
}

/// Sets the gauges as they are now.
pub async fn gauges(app: &App) {
    if let Some(head) = app.progress.head() {
        metrics::gauge!("chain_block").set(f64::from(head.block));
        metrics::gauge!("watch_lag_seconds").set(app.time().since(head.time).as_secs_f64());
        metrics::gauge!("watch_silent_seconds").set(head.silent.as_secs_f64());
    }
    if let Some(ahead) = app.clock.ahead() {
        let seconds = i32::try_from(ahead / 1000);
        let seconds = seconds.unwrap_or(if ahead < 0 { i32::MIN } else { i32::MAX });
        metrics::gauge!("clock_ahead_seconds").set(f64::from(seconds));
    }
    let Ok(mut tx) = app.db.snapshot().await else { return };
    if let Ok((all, behind, fresh)) = follow::store::count(&mut tx).await {
        let shown = |count: i64| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        metrics::gauge!("watch_accounts").set(shown(all));
        metrics::gauge!("watch_behind").set(shown(behind));
        metrics::gauge!("watch_without_history").set(shown(fresh));
    }
}

pub async fn health(app: &App) -> ChainHealth {
    let (head, ahead) = (app.progress.head(), app.clock.ahead());
    let behind = match app.db.snapshot().await {
        Ok(mut tx) => long_behind(&mut tx, &app.assets, app.time()).await.unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    let mut warnings = Vec::new();
    match (&head, app.progress.trouble()) {
        (_, Some(trouble)) => warnings.push(format!(
            "{trouble}. Payments are on the chain and safe; they are counted as soon as it answers."
        )),
        (Some(head), None) if head.silent > STANDS_STILL => warnings.push(format!(
            "The chain service has shown no new block for {} s. Payments are safe, and late.",
            head.silent.as_secs()
        )),
        _ => {}
    }
    warnings.extend(ahead.and_then(clock_warning));
    warnings.extend(behind.iter().map(|it| {
        format!(
            "{}. Its money is late, none is lost, and no deadline of it passes. `remit rescan --address … \
             --since …` reads it again by hand.",
            told(it)
        )
    }));
    ChainHealth {
        block: head.as_ref().map_or(0, |head| head.block),
        block_time: head.as_ref().map(|head| head.time),
        silent_ms: head.map(|head| u64::try_from(head.silent.as_millis()).unwrap_or(u64::MAX)),
        clock_ahead_ms: ahead,
        behind,
        warnings,
    }
}

/// What to say of an account that is waited for.
pub fn told(it: &BehindView) -> String {
    let stores = match it.stores.is_empty() {
        true => String::new(),
        false => format!(" ({})", it.stores.join(", ")),
    };
    format!(
        "The {} account of {}{stores} cannot be read to its end: {}",
        it.asset, it.address, it.why
    )
}

/// What to say of a machine's clock that is too far from the chain's.
pub fn clock_warning(ahead: i64) -> Option<String> {
    let apart = Duration::from_millis(ahead.unsigned_abs());
    let side = if ahead < 0 { "behind" } else { "ahead of" };
    (apart > CLOCKS_APART).then(|| {
        format!(
            "This machine's clock is {} s {side} the chain's. Deadlines go by the chain's; let the \
             machine set its clock by NTP.",
            apart.as_secs()
        )
    })
}

/// Accounts that could not be read for more than a minute.
pub async fn long_behind(tx: &mut Tx, assets: &Assets, now: Time) -> db::Result<Vec<BehindView>> {
    let mut behind = follow::store::behind(tx, NAMED).await?;
    behind.retain(|it| it.since.is_none_or(|since| now.since(since) >= TOLD_AFTER));
    views(tx, assets, behind).await
}

/// With the stores that are paid there.
pub async fn views(
    tx: &mut Tx,
    assets: &Assets,
    behind: Vec<Behind>,
) -> db::Result<Vec<BehindView>> {
    let mut views = Vec::with_capacity(behind.len());
    for it in behind {
        let stores = merchants::of_address(tx, it.owner).await?;
        views.push(BehindView {
            address: it.owner.friendly(false),
            asset: assets.get(it.asset).map_or_else(|| it.asset.to_string(), |a| a.code.clone()),
            stores: stores.iter().map(|store| store.account.to_string()).collect(),
            since: it.since,
            why: it.trouble,
        });
    }
    Ok(views)
}
