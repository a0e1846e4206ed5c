//! Telling Telegram who the bot is: its commands, its description, the button that opens the app.
//! What is right already is left alone, because Telegram is slow to let profiles change.

use std::collections::BTreeMap;

use hmac::{Hmac, Mac};
use sha2::Sha256;
use teloxide::{
    Bot,
    payloads::{
        SetChatMenuButtonSetters, SetMyDescriptionSetters, SetMyShortDescriptionSetters,
        SetWebhookSetters,
    },
    requests::Requester,
    types::{AllowedUpdate, BotCommand, MenuButton, WebAppInfo},
};

use super::{Failure, text};
use crate::base::app::App;

/// Learns the bot's name and dresses its profile.
pub async fn run(app: &App, bot: &Bot) -> Result<(), Failure> {
    let me = bot.get_me().await?;
    // Told once; a bot does not change its name while it runs.
    let _ = app.bot_username.set(me.username().to_owned());
    let updates = if app.settings.use_webhook { webhook(app, bot).await } else { poll(bot).await };
    updates?;
    // A bot with an old description still works.
    if let Err(failure) = dress(app, bot).await {
        tracing::warn!(%failure, "the bot's profile is not up to date");
    }
    Ok(())
}

/// Telegram hands updates out by one way only.
async fn poll(bot: &Bot) -> Result<(), Failure> {
    bot.delete_webhook().await?;
    Ok(())
}

async fn webhook(app: &App, bot: &Bot) -> Result<(), Failure> {
    let url = format!("{}{}", app.settings.public_url, super::http::PATH);
    let url = url.parse().map_err(|_| Failure::Refused("REMIT_PUBLIC_URL is no address".into()))?;
    bot.set_webhook(url)
        .secret_token(webhook_secret(app.settings.bot_token.reveal()))
        .allowed_updates([
            AllowedUpdate::Message,
            AllowedUpdate::MyChatMember,
            AllowedUpdate::PreCheckoutQuery,
            AllowedUpdate::CallbackQuery,
        ])
        .await?;
    Ok(())
}

/// What Telegram sends along to show that it is Telegram. Whoever knows the token knows it.
pub fn webhook_secret(token: &str) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(token.as_bytes()).expect("HMAC takes keys of every length");
    mac.update(b"remit webhook");
    hex::encode(mac.finalize().into_bytes())
}

async fn dress(app: &App, bot: &Bot) -> Result<(), Failure> {
    let words = text::words("en");
    let commands: Vec<BotCommand> =
        words.commands().iter().map(|(name, what)| BotCommand::new(*name, *what)).collect();
    let known: BTreeMap<String, String> =
        bot.get_my_commands().await?.into_iter().map(|c| (c.command, c.description)).collect();
    let wanted = commands.iter().map(|c| (c.command.clone(), c.description.clone())).collect();
    if known != wanted {
        bot.set_my_commands(commands).await?;
    }
    if bot.get_my_description().await?.description != words.about() {
        bot.set_my_description().description(words.about()).await?;
    }
    if bot.get_my_short_description().await?.short_description != words.about_in_short() {
        bot.set_my_short_description().short_description(words.about_in_short()).await?;
    }
    let Ok(url) = format!("{}/", app.settings.public_url).parse() else { return Ok(()) };
    let button = MenuButton::WebApp { text: words.open().to_owned(), web_app: WebAppInfo { url } };
    if bot.get_chat_menu_button().await? != button {
        bot.set_chat_menu_button().menu_button(button).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_webhook_secret_is_what_telegram_allows_and_not_the_token() {
        let secret = webhook_secret("123:abc");
        assert_eq!(secret.len(), 64);
        assert!(secret.bytes().all(|b| b.is_ascii_hexdigit()));
        assert_ne!(secret, webhook_secret("123:abd"));
    }
}
