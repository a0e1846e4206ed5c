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
#[cfg(test)]
#[cfg(feature = "sandbox")]
pub(crate) mod tests;
pub mod webhooks;

use std::{pin::pin, time::Duration};

use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{
    base::{app::App, db, tasks::Heartbeat},
    shells::bot,
};
use chat::{Ending, Told};
use pace::{Admission, Lane};

/// Messages on their way at the same time. Telegram answers in about a tenth of a second.
const AT_ONCE: usize = 8;
/// Chats looked at in one round.
const CHATS: i64 = 500;
/// Leases run out and pauses end: look again this often even when nobody woke us.
const ANYWAY: Duration = Duration::from_secs(1);
/// How long nothing is sent after Telegram could not be reached.
const AWAY: Duration = Duration::from_secs(1);

pub async fn run(app: App, stop: CancellationToken, beat: Heartbeat) -> anyhow::Result<()> {
    let bot = app.telegram();
    let mut news = app.db.watch();
    let (mut round, mut in_hand) = (Round::default(), FuturesUnordered::new());
    while !stop.is_cancelled() {
        news.mark_unchanged();
        // What is in hand goes on meanwhile: it may hold the very connection that this look waits for.
        let mut look = pin!(look(&app));
        let waiting = loop {
            tokio::select! {
                found = &mut look => break found?,
                Some(told) = in_hand.next() => round.note(told?),
            }
        };
        let (chats, look_again) = round.take_up(waiting, AT_ONCE.saturating_sub(in_hand.len()));
        in_hand.extend(chats.into_iter().map(|chat| chat::tell(&app, &bot, chat)));
        match &round.trouble {
            Some(failure) => beat.missed(failure),
            None => beat.beat(),
        }
        tokio::select! {
            Some(told) = in_hand.next() => round.note(told?),
            _ = news.changed() => {}
            () = tokio::time::sleep_until(look_again) => {}
            () = stop.cancelled() => {}
        }
    }
    while let Some(told) = in_hand.next().await {
        round.note(told?);
    }
    Ok(())
}

/// Every chat that waits to be told something.
async fn look(app: &App) -> db::Result<Vec<store::Waiting>> {
    let mut tx = app.db.snapshot().await?;
    let waiting = store::waiting(&mut tx, app.time(), CHATS).await?;
    let oldest = waiting.first().map_or(Duration::ZERO, |chat| app.time().since(chat.oldest));
    metrics::gauge!("outbox_oldest_seconds").set(oldest.as_secs_f64());
    Ok(waiting)
}

/// What the loop knows of Telegram just now.
#[derive(Default)]
struct Round {
    lane: Lane,
    /// Telegram could not be reached, and nothing has got through since.
    trouble: Option<bot::Failure>,
}

impl Round {
    /// The chats to be told now, at most `room` of them, and when it is worth looking again.
    fn take_up(
        &mut self,
        waiting: Vec<store::Waiting>,
        room: usize,
    ) -> (Vec<store::Waiting>, Instant) {
        let now = Instant::now();
        let (mut taken, mut look_again) = (Vec::new(), now + ANYWAY);
        for chat in waiting {
            if taken.len() == room {
                break;
            }
            match self.lane.admit(&chat.target, now) {
                Admission::Now => taken.push(chat),
                Admission::Later(at) => look_again = look_again.min(at),
                Admission::InHand => {}
            }
        }
        (taken, look_again)
    }

    /// What the fate of one message means for the others.
    fn note(&mut self, told: Told) {
        let now = Instant::now();
        self.lane.done(&told.target);
        match told.ending {
            Ending::Sent => self.trouble = None,
            Ending::Nothing => {}
            Ending::Wait(time) => self.lane.close_until(now + time),
            Ending::Away(failure) => {
                self.lane.close_until(now + AWAY);
                self.trouble = Some(failure);
            }
        }
    }
}
