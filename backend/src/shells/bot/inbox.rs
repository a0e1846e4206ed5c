//! Handles stored updates, in order, each in one transaction that also marks it handled. One that
//! fails is tried again a few times and then parked: no update is ever lost.

use std::{panic::AssertUnwindSafe, time::Duration};

use anyhow::{Context, anyhow};
use futures_util::FutureExt;
use teloxide::types::{Update, UpdateKind};
use tokio_util::sync::CancellationToken;

use super::{
    answer, store,
    taps::{self, Tap},
};
use crate::{
    base::{app::App, db::Tx, tasks::Heartbeat},
    words::time::Time,
};

/// Another process may have stored an update: look again this often even when nobody woke us.
const ANYWAY: Duration = Duration::from_secs(1);
/// After so many failures an update is parked.
pub(super) const ATTEMPTS: i64 = 6;
/// Telegram keeps an update for a day; after two nothing can come a second time.
const KEEP: Duration = Duration::from_secs(48 * 3600);

pub async fn run(app: App, stop: CancellationToken, beat: Heartbeat) -> anyhow::Result<()> {
    let mut news = app.db.watch();
    let mut purged = None;
    while !stop.is_cancelled() {
        news.mark_unchanged();
        while let Some(update) = next(&app).await? {
            handle(&app, &update).await?;
            beat.beat();
            if stop.is_cancelled() {
                return Ok(());
            }
        }
        purge(&app, &mut purged).await?;
        beat.beat();
        tokio::select! {
            () = stop.cancelled() => {}
            _ = news.changed() => {}
            () = tokio::time::sleep(ANYWAY) => {}
        }
    }
    Ok(())
}

pub(super) async fn next(app: &App) -> anyhow::Result<Option<store::Stored>> {
    let mut tx = app.db.snapshot().await?;
    Ok(store::next(&mut tx, app.time()).await?)
}

async fn purge(app: &App, purged: &mut Option<Time>) -> anyhow::Result<()> {
    let now = app.time();
    if purged.is_some_and(|at| now.since(at) < Duration::from_secs(3600)) {
        return Ok(());
    }
    let mut tx = app.db.begin().await?;
    store::purge(&mut tx, now.before(KEEP)).await?;
    tx.commit().await?;
    *purged = Some(now);
    Ok(())
}

pub(super) async fn handle(app: &App, stored: &store::Stored) -> anyhow::Result<()> {
    let attempt = AssertUnwindSafe(take(app, stored)).catch_unwind().await;
    let Err(error) = attempt.unwrap_or_else(|_| Err(anyhow!("the handler panicked"))) else {
        return Ok(());
    };
    // A database that is away says nothing of the update: it must not be parked for that.
    if app.db.trouble().await.is_some() {
        return Err(error);
    }
    let failures = stored.attempt + 1;
    let parked = failures >= ATTEMPTS;
    let update_id = stored.update_id;
    tracing::error!(update_id, failures, parked, error = %format!("{error:#}"), "an update failed");
    metrics::counter!("update_failures_total").increment(1);
    // 1, 4, 9 … seconds
    let wait = Duration::from_secs((failures * failures).unsigned_abs());
    let mut tx = app.db.begin().await?;
    store::put_off(&mut tx, update_id, (!parked).then(|| app.time().after(wait))).await?;
    tx.commit().await?;
    Ok(())
}

async fn take(app: &App, stored: &store::Stored) -> anyhow::Result<()> {
    let now = app.now();
    if let Some(tap) = Tap::read(&stored.body) {
        return take_tap(app, stored.update_id, &tap).await;
    }
    let update: Update = serde_json::from_str(&stored.body).context("not an update")?;
    if matches!(update.kind, UpdateKind::Error(_)) {
        tracing::warn!(
            update_id = stored.update_id,
            "an update of an unknown form was passed over"
        );
    }
    // Nobody may lose money for a field that we cannot read: it is parked, for somebody to look at.
    anyhow::ensure!(!is_unread_payment(&stored.body, &update), "a payment in an unknown form");
    let mut tx = app.db.begin().await?;
    if !store::handled(&mut tx, stored.update_id, now.at).await? {
        return Ok(());
    }
    if let Some(reply) = answer::answer(&mut tx, app, &update, now).await? {
        put_into_outbox(&mut tx, app, stored.update_id, &reply).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn take_tap(app: &App, update_id: i64, tap: &Tap) -> anyhow::Result<()> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    if store::handled(&mut tx, update_id, now.at).await? {
        taps::pressed(&mut tx, tap, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Whether Telegram tells of a payment that was not understood as one.
fn is_unread_payment(body: &str, update: &Update) -> bool {
    let read = matches!(&update.kind, UpdateKind::Message(m) if m.successful_payment().is_some());
    let told = || serde_json::from_str::<serde_json::Value>(body).unwrap_or_default();
    !read
        && body.contains("successful_payment")
        && told()["message"]["successful_payment"].is_object()
}

async fn put_into_outbox(
    tx: &mut Tx,
    app: &App,
    update_id: i64,
    reply: &answer::Reply,
) -> anyhow::Result<()> {
    let message = serde_json::to_string(&reply.message)?;
    store::reply(tx, update_id, reply.chat, &message, app.now()).await?;
    tx.nudge();
    Ok(())
}
