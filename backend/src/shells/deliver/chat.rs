//! Telling one chat what is due: lease, compose, send, mark.

use std::time::Duration;

use serde_json::Value;
use teloxide::{
    Bot,
    payloads::SendMessageSetters,
    requests::Requester,
    types::{ChatId, InlineKeyboardMarkup, LinkPreviewOptions, ParseMode},
};

use super::store::{self, Due, Waiting};
use crate::{
    base::{app::App, db::Tx},
    people::identity::{self, Chat},
    shells::bot::{
        Failure, keyboard,
        text::{
            Message,
            notice::{may_be_summed, render, sum_up},
        },
    },
    words::{dice::Dice, time::Time},
};

/// With more than this waiting, a chat gets one message that sums them up.
const CROWD: usize = 5;
/// Summed up in one message at most.
const TOGETHER: i64 = 500;
/// How long a message may be in one process's hands.
const LEASE: Duration = Duration::from_secs(60);
/// How long Telegram may take over one message.
const PATIENCE: Duration = Duration::from_secs(15);
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);
/// News of this age is given up.
const STALE: Duration = Duration::from_secs(3 * 24 * 3600);

/// What became of a chat's turn.
pub struct Told {
    pub target: String,
    pub ending: Ending,
}

pub enum Ending {
    Sent,
    /// There was nothing to send, or nobody to send it to.
    Nothing,
    /// Telegram has asked everybody to wait.
    Wait(Duration),
    Away(Failure),
}

/// One message, and the deliveries it stands for.
struct Letter {
    message: Message,
    rows: Vec<Due>,
}

pub async fn tell(app: &App, bot: &Bot, chat: Waiting) -> anyhow::Result<Told> {
    let target = chat.target;
    let ending = match target.parse() {
        Ok(id) => match take(app, &target, id).await? {
            Some(letter) => deliver(app, bot, &target, id, &letter).await?,
            None => Ending::Nothing,
        },
        Err(_) => {
            let mut tx = app.db.begin().await?;
            store::bury_chat(&mut tx, &target, "this is no chat", app.time()).await?;
            tx.commit().await?;
            Ending::Nothing
        }
    };
    Ok(Told { target, ending })
}

/// Leases what is to be told next and writes it down.
async fn take(app: &App, target: &str, chat: i64) -> anyhow::Result<Option<Letter>> {
    let now = app.time();
    let mut tx = app.db.begin().await?;
    let due = store::of_chat(&mut tx, target, TOGETHER).await?;
    let person = identity::store::by_telegram(&mut tx, chat).await?;
    let language = person.map_or_else(|| "en".to_owned(), |person| person.language);
    let Some((rows, message)) = compose(due, &language) else { return Ok(None) };
    let mut leased = Vec::with_capacity(rows.len());
    for row in rows {
        if store::lease(&mut tx, row.id, now, now.after(LEASE)).await? {
            leased.push(row);
        }
    }
    let Some(first) = leased.first() else { return Ok(None) };
    let Some(message) = message else {
        tracing::warn!(delivery = %first.id, kind = first.kind, "there is nothing to tell of this");
        store::bury(&mut tx, first.id, "nothing to tell", now).await?;
        tx.commit().await?;
        return Ok(None);
    };
    tx.commit().await?;
    Ok(Some(Letter { message, rows: leased }))
}

/// The next message of a chat and the rows it covers: the first one, or a crowd of payments at once.
fn compose(due: Vec<Due>, language: &str) -> Option<(Vec<Due>, Option<Message>)> {
    let crowd: Vec<(&str, Value)> = due.iter().map_while(summable).collect();
    if crowd.len() > CROWD {
        let message = sum_up(crowd.iter().map(|(kind, data)| (*kind, data)), language);
        let count = crowd.len();
        return Some((due.into_iter().take(count).collect(), Some(message)));
    }
    let first = due.into_iter().next()?;
    let message = match (&first.message, &first.kind, &first.data) {
        (Some(reply), ..) => serde_json::from_str(reply).ok(),
        (None, Some(kind), Some(data)) => {
            serde_json::from_str(data).ok().and_then(|data: Value| render(kind, &data, language))
        }
        _ => None,
    };
    Some((vec![first], message))
}

fn summable(due: &Due) -> Option<(&str, Value)> {
    let kind = due.kind.as_deref().filter(|kind| may_be_summed(kind))?;
    let data = serde_json::from_str(due.data.as_deref()?).ok()?;
    Some((kind, data))
}

/// Sends, and writes down what came of it.
async fn deliver(
    app: &App,
    bot: &Bot,
    target: &str,
    chat: i64,
    letter: &Letter,
) -> anyhow::Result<Ending> {
    let sent = send(bot, ChatId(chat), &letter.message, &app.settings.public_url).await;
    let outcome = match &sent {
        Ok(()) => "delivered",
        Err(Failure::Gone { .. }) => "closed",
        Err(Failure::Refused(_) | Failure::Markup) => "refused",
        Err(_) => "put off",
    };
    let count = u64::try_from(letter.rows.len()).unwrap_or_default();
    metrics::counter!("deliveries_total", "channel" => "telegram", "outcome" => outcome)
        .increment(count);
    let now = app.time();
    let mut tx = app.db.begin().await?;
    let ending = match sent {
        Ok(()) => {
            for row in &letter.rows {
                store::delivered(&mut tx, row.id, now).await?;
                metrics::histogram!("delivery_seconds").record(now.since(row.created_at));
            }
            Ending::Sent
        }
        Err(Failure::Gone { blocked }) => {
            close(&mut tx, target, chat, blocked, now).await?;
            Ending::Nothing
        }
        Err(failure @ (Failure::Refused(_) | Failure::Markup)) => {
            for row in &letter.rows {
                tracing::warn!(delivery = %row.id, %failure, "a message was refused");
                store::bury(&mut tx, row.id, &failure.to_string(), now).await?;
            }
            Ending::Nothing
        }
        Err(failure) => put_off(&mut tx, &app.dice, letter, failure, now).await?,
    };
    tx.commit().await?;
    Ok(ending)
}

/// Nobody hears us there any more; whatever else waits would not arrive either.
async fn close(tx: &mut Tx, target: &str, chat: i64, blocked: bool, now: Time) -> sqlx::Result<()> {
    let note = if blocked { "the bot is blocked" } else { "the chat was never opened" };
    store::bury_chat(tx, target, note, now).await?;
    if blocked {
        identity::store::set_chat(tx, chat, Chat::Blocked).await?;
    }
    Ok(())
}

async fn put_off(
    tx: &mut Tx,
    dice: &Dice,
    letter: &Letter,
    failure: Failure,
    now: Time,
) -> sqlx::Result<Ending> {
    let wait = match &failure {
        Failure::SlowDown(wait) => *wait,
        _ => pause(letter.rows.first().map_or(0, |row| row.attempt), dice),
    };
    for row in &letter.rows {
        tracing::warn!(delivery = %row.id, %failure, "a message has to wait");
        if now.since(row.created_at) > STALE {
            store::bury(tx, row.id, "given up", now).await?;
        } else {
            store::put_off(tx, row.id, &failure.to_string(), now.after(wait)).await?;
        }
    }
    Ok(match failure {
        Failure::SlowDown(wait) => Ending::Wait(wait),
        failure => Ending::Away(failure),
    })
}

/// Twice as long after each failure, up to a quarter of an hour, and a little more or less than others.
fn pause(failures: i64, dice: &Dice) -> Duration {
    let doublings = u32::try_from(failures.clamp(0, 16)).unwrap_or_default();
    let full = FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE);
    let [jitter] = dice.bytes();
    full * 3 / 4 + full / 2 * u32::from(jitter) / 256
}

/// With all its looks first; if Telegram cannot make sense of those, as plain text.
async fn send(bot: &Bot, chat: ChatId, message: &Message, public_url: &str) -> Result<(), Failure> {
    let buttons = keyboard(message, public_url);
    match post(bot, chat, &message.html, Some(ParseMode::Html), buttons).await {
        Err(failure @ (Failure::Markup | Failure::Refused(_))) => {
            tracing::warn!(%failure, "a message goes out as plain text");
            post(bot, chat, &message.plain(), None, None).await
        }
        done => done,
    }
}

async fn post(
    bot: &Bot,
    chat: ChatId,
    text: &str,
    markup: Option<ParseMode>,
    buttons: Option<InlineKeyboardMarkup>,
) -> Result<(), Failure> {
    let no_preview = LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    };
    let mut call = bot.send_message(chat, text).link_preview_options(no_preview);
    if let Some(markup) = markup {
        call = call.parse_mode(markup);
    }
    if let Some(buttons) = buttons {
        call = call.reply_markup(buttons);
    }
    match tokio::time::timeout(PATIENCE, call.into_future()).await {
        Ok(sent) => sent.map(|_| ()).map_err(Failure::from),
        Err(_) => Err(Failure::Unreachable("timed out")),
    }
}
