//! The bot: thin. It answers people in their chats with the same verbs that the HTTP routes use.
//!
//! ```text
//! Telegram ──poll, or webhook──▶ updates (stored) ──inbox──▶ effects + a reply in the outbox
//! ```
//!
//! An update is stored before it is handled, once by its `update_id`. Handling it is one transaction
//! that marks it handled, so a crash anywhere only repeats harmlessly. Replies go out through the
//! outbox like every other message (`deliver/`); what Telegram waits for, about Stars and about presses on
//! buttons, goes out by `till`.

mod answer;
mod cards;
mod failure;
pub mod http;
mod inbox;
mod receive;
mod setup;
mod stars;
pub(crate) mod store;
pub mod taps;
#[cfg(test)]
mod tests;
pub mod text;
mod till;

use std::time::Duration;

use teloxide::{
    Bot,
    types::{InlineKeyboardButton, InlineKeyboardMarkup, WebAppInfo},
};
use url::Url;

use crate::base::app::App;
pub use failure::Failure;
use text::Message;

/// What we want to hear of.
const WANTED: [&str; 4] = ["message", "my_chat_member", "pre_checkout_query", "callback_query"];

/// Our bot at whatever Telegram the settings name.
pub fn client(app: &App) -> Bot {
    app.telegram()
}

/// Starts the bot's tasks.
pub fn start(app: &App) {
    let own = app.clone();
    app.tasks.run("bot", Duration::from_secs(120), move |stop, beat| {
        receive::run(own.clone(), stop, beat)
    });
    let own = app.clone();
    app.tasks.run("inbox", Duration::from_secs(60), move |stop, beat| {
        inbox::run(own.clone(), stop, beat)
    });
    let own = app.clone();
    app.tasks.run("checkouts", Duration::from_secs(60), move |stop, beat| {
        till::answer(own.clone(), stop, beat)
    });
    let own = app.clone();
    app.tasks.run("star-refunds", Duration::from_secs(120), move |stop, beat| {
        till::refund(own.clone(), stop, beat)
    });
}

/// A message's buttons as Telegram wants them, each in a row of its own.
pub fn keyboard(message: &Message, public_url: &str) -> Option<InlineKeyboardMarkup> {
    let mut rows = Vec::new();
    for button in &message.buttons {
        if let Some(tells) = &button.tells {
            rows.push([InlineKeyboardButton::callback(&button.label, tells)]);
            continue;
        }
        let mut url: Url = format!("{public_url}/").parse().ok()?;
        if let Some(start) = &button.start {
            url.query_pairs_mut().append_pair("startapp", start);
        }
        rows.push([InlineKeyboardButton::web_app(&button.label, WebAppInfo { url })]);
    }
    (!rows.is_empty()).then(|| InlineKeyboardMarkup::new(rows))
}
