//! The outbox, told to people in Telegram: one visible loop.
//!
//! ```text
//! due ──▶ leased ──▶ sent ──▶ delivered
//!  ▲         │ ├── the chat is closed, or it will never do ──▶ dead
//!  └─ later ─┘ └── a crash: the lease runs out ──▶ due
//! ```
//!
//! Each round takes up the chats that have something due and may be written to; several are told at
//! once, one chat never twice at once, so its messages keep their order and a busy chat holds up
//! nobody else. A message is marked right after it was sent: only a crash just between tells it twice.

mod chat;
mod pace;
mod store;

use std::time::Duration;

use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{app::App, bot, tasks::Heartbeat};
use chat::{Ending, Told};
use pace::Lane;

/// Messages on their way at the same time. Telegram answers in about a tenth of a second.
const AT_ONCE: usize = 8;
/// Chats looked at in one round.
const CHATS: i64 = 500;
/// Leases run out and pauses end: look again this often even when nobody woke us.
const ANYWAY: Duration = Duration::from_secs(1);
/// How long nothing is sent after Telegram could not be reached.
const AWAY: Duration = Duration::from_secs(1);

pub async fn run(app: App, stop: CancellationToken, beat: Heartbeat) -> anyhow::Result<()> {
    let bot = bot::client(&app);
    let mut news = app.db.watch();
    let mut lane = Lane::default();
    let mut trouble = None;
    let mut in_hand = FuturesUnordered::new();
    loop {
        news.mark_unchanged();
        let stopping = stop.is_cancelled();
        if stopping && in_hand.is_empty() {
            return Ok(());
        }
        let mut look_again = Instant::now() + ANYWAY;
        if !stopping {
            let room = AT_ONCE.saturating_sub(in_hand.len());
            let (chats, next) = take_up(&app, &mut lane, room).await?;
            in_hand.extend(chats.into_iter().map(|chat| chat::tell(&app, &bot, chat)));
            look_again = look_again.min(next);
        }
        match &trouble {
            Some(failure) => beat.missed(failure),
            None => beat.beat(),
        }
        tokio::select! {
            Some(told) = in_hand.next() => note(told?, &mut lane, &mut trouble),
            _ = news.changed(), if !stopping => {}
            () = tokio::time::sleep_until(look_again), if !stopping => {}
            () = stop.cancelled(), if !stopping => {}
        }
    }
}

/// The chats to be told something now, at most `room` of them, and when it is worth looking again.
async fn take_up(
    app: &App,
    lane: &mut Lane,
    room: usize,
) -> anyhow::Result<(Vec<store::Waiting>, Instant)> {
    let now = Instant::now();
    let (mut taken, mut next) = (Vec::new(), now + ANYWAY);
    if room == 0 {
        return Ok((taken, next));
    }
    let mut tx = app.db.snapshot().await?;
    let waiting = store::waiting(&mut tx, app.time(), CHATS).await?;
    drop(tx);
    let oldest = waiting.first().map_or(Duration::ZERO, |chat| app.time().since(chat.oldest));
    metrics::gauge!("outbox_oldest_seconds").set(oldest.as_secs_f64());
    for chat in waiting {
        if taken.len() == room {
            break;
        }
        match lane.admit(&chat.target, now) {
            pace::Admission::Now => taken.push(chat),
            pace::Admission::Later(at) => next = next.min(at),
            pace::Admission::InHand => {}
        }
    }
    Ok((taken, next))
}

/// What the fate of one message means for the others.
fn note(told: Told, lane: &mut Lane, trouble: &mut Option<bot::Failure>) {
    let now = Instant::now();
    lane.done(&told.target);
    match told.ending {
        Ending::Sent => *trouble = None,
        Ending::Nothing => {}
        Ending::Wait(time) => lane.close_until(now + time),
        Ending::Away(failure) => {
            lane.close_until(now + AWAY);
            *trouble = Some(failure);
        }
    }
}
