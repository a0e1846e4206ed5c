//! Receiving updates: by asking Telegram again and again, or by keeping the webhook set. Either way
//! they are only stored here; `inbox` handles them.

use std::{future::Future, time::Duration};

use serde::Serialize;
use serde_json::Value;
use teloxide::{
    Bot,
    requests::{JsonRequest, Payload},
};
use tokio_util::sync::CancellationToken;

use super::{Failure, WANTED, client, setup, store};
use crate::base::{app::App, tasks::Heartbeat};

/// Seconds that Telegram may keep an empty poll open.
const PATIENCE: u32 = 50;
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// With a webhook there is nothing to do here but to live.
const ROUND: Duration = Duration::from_secs(60);

/// `getUpdates`, answered as it is: an update is stored before anybody tries to understand it.
#[derive(Clone, Serialize)]
struct GetUpdates {
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<i64>,
    timeout: u32,
    allowed_updates: [&'static str; WANTED.len()],
}

impl Payload for GetUpdates {
    type Output = Vec<Value>;
    const NAME: &'static str = "getUpdates";
}

pub async fn run(app: App, stop: CancellationToken, beat: Heartbeat) -> anyhow::Result<()> {
    let bot = client(&app);
    insist(&stop, &beat, || setup::run(&app, &bot)).await?;
    if app.settings.use_webhook {
        while !stop.is_cancelled() {
            beat.beat();
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(ROUND) => {}
            }
        }
        return Ok(());
    }
    let mut offset = None;
    while let Some(batch) = insist(&stop, &beat, || poll(&bot, offset)).await? {
        offset = keep(&app, &batch).await?;
    }
    Ok(())
}

async fn poll(bot: &Bot, offset: Option<i64>) -> Result<Vec<Value>, Failure> {
    let call = GetUpdates { offset, timeout: PATIENCE, allowed_updates: WANTED };
    Ok(JsonRequest::new(bot.clone(), call).await?)
}

/// Stores a batch and says what to ask for next, which also tells Telegram what we have. After an
/// empty batch that is everything: Telegram may begin to count anew.
async fn keep(app: &App, batch: &[Value]) -> anyhow::Result<Option<i64>> {
    let mut last = None;
    if batch.is_empty() {
        return Ok(last);
    }
    let mut tx = app.db.begin().await?;
    for update in batch {
        let Some(id) = update["update_id"].as_i64() else { continue };
        store::insert(&mut tx, id, &update.to_string(), app.time()).await?;
        last = last.max(Some(id));
    }
    tx.nudge();
    tx.commit().await?;
    Ok(last.map(|id| id + 1))
}

/// Calls Telegram until it answers. `None`: we are to stop. Only a token that was wrong from the start
/// ends it otherwise: for one that is withdrawn later, money on the chain must not go unread.
async fn insist<T, Fut>(
    stop: &CancellationToken,
    beat: &Heartbeat,
    call: impl Fn() -> Fut,
) -> anyhow::Result<Option<T>>
where
    Fut: Future<Output = Result<T, Failure>>,
{
    let mut pause = FIRST_PAUSE;
    loop {
        let answer = tokio::select! {
            () = stop.cancelled() => return Ok(None),
            answer = call() => answer,
        };
        let failure = match answer {
            Ok(answer) => {
                beat.beat();
                return Ok(Some(answer));
            }
            Err(Failure::Token) if !beat.has_worked() => return Err(Failure::Token.into()),
            Err(failure) => failure,
        };
        tracing::warn!(%failure, "cannot receive from Telegram");
        beat.missed(&failure);
        let wait = match failure {
            Failure::SlowDown(wait) => wait,
            _ => pause,
        };
        pause = (pause * 2).min(LONGEST_PAUSE);
        tokio::select! {
            () = stop.cancelled() => return Ok(None),
            () = tokio::time::sleep(wait) => {}
        }
    }
}
