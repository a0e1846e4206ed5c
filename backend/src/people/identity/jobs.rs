//! Writes down which sessions have been used. What a failure loses is noted again by the next use.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::store;
use crate::base::{app::App, tasks::Heartbeat};

/// One round, whether anybody has come or not.
const ROUND: Duration = Duration::from_secs(30);

pub fn start(app: &App) {
    let own = app.clone();
    app.tasks.run("sessions", ROUND * 2, move |stop, beat| run(own.clone(), stop, beat));
}

async fn run(app: App, stop: CancellationToken, beat: Heartbeat) -> anyhow::Result<()> {
    while !stop.is_cancelled() {
        write_down(&app).await?;
        beat.beat();
        tokio::select! {
            () = stop.cancelled() => {}
            () = app.session_uses.news() => {}
            () = tokio::time::sleep(ROUND) => {}
        }
    }
    Ok(())
}

async fn write_down(app: &App) -> anyhow::Result<()> {
    let uses = app.session_uses.take();
    if uses.is_empty() {
        return Ok(());
    }
    let mut tx = app.db.begin().await?;
    for (session_hash, used) in uses {
        store::prolong(&mut tx, &session_hash, used.at, used.until).await?;
    }
    tx.commit().await?;
    Ok(())
}
