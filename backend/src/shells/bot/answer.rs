//! From an update to what it changes and what is said in return.

use teloxide::types::{
    ChatMemberUpdated, Message as Incoming, MessageKind, Update, UpdateKind, User,
};

use super::{
    cards, stars,
    text::{self, Message, Words, notice::show_name, show},
};
use crate::{
    base::{
        app::App,
        db::{self, Tx},
        events::Now,
    },
    money::payments::view::friendly,
    people::{
        identity::{self, Chat, Person, Seen},
        wallets,
    },
    words::time::Time,
};

/// What to say, and to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub chat: i64,
    pub message: Message,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Cards(#[from] cards::Error),
    #[error(transparent)]
    Stars(#[from] stars::Error),
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

/// Only private chats are ours, and Stars wherever they come from. Groups and everything we have not asked for are passed over.
pub async fn answer(
    tx: &mut Tx,
    app: &App,
    update: &Update,
    now: Now<'_>,
) -> Result<Option<Reply>, Error> {
    match &update.kind {
        UpdateKind::PreCheckoutQuery(query) => {
            stars::asked(tx, app, words_of(&query.from), query, now).await?;
            Ok(None)
        }
        UpdateKind::Message(message) if is_about_stars(message) => {
            settle(tx, app, message, now).await
        }
        UpdateKind::Message(message) if message.chat.is_private() => {
            talk(tx, app, message, now).await
        }
        UpdateKind::MyChatMember(change) if change.chat.is_private() => {
            block(tx, change, now).await?;
            Ok(None)
        }
        _ => Ok(None),
    }
}

fn is_about_stars(message: &Incoming) -> bool {
    matches!(message.kind, MessageKind::SuccessfulPayment(_) | MessageKind::RefundedPayment(_))
}

fn words_of(user: &User) -> &'static dyn Words {
    text::words(user.language_code.as_deref().unwrap_or_default())
}

/// Telegram's word that Stars have come, or gone back.
async fn settle(
    tx: &mut Tx,
    app: &App,
    incoming: &Incoming,
    now: Now<'_>,
) -> Result<Option<Reply>, Error> {
    let chat = incoming.chat.id.0;
    let payer = incoming.from.as_ref().filter(|user| !user.is_bot);
    let telegram_id = payer.map_or(chat, |user| i64::try_from(user.id.0).unwrap_or(i64::MAX));
    let words = payer.map_or_else(|| text::words(""), words_of);
    let message = match &incoming.kind {
        MessageKind::SuccessfulPayment(paid) => {
            let paid = (telegram_id, incoming, &paid.successful_payment);
            stars::paid(tx, app, words, paid, now).await?
        }
        MessageKind::RefundedPayment(back) => {
            stars::returned(tx, words, &back.refunded_payment, now).await?
        }
        _ => None,
    };
    Ok(message.map(|message| Reply { chat, message }))
}

/// Somebody has blocked the bot, or let it write again.
async fn block(tx: &mut Tx, change: &ChatMemberUpdated, now: Now<'_>) -> db::Result<()> {
    let chat = if change.new_chat_member.is_present() { Chat::Open } else { Chat::Blocked };
    meet(tx, &change.from, chat, Time::from_millis(change.date.timestamp_millis()), now).await?;
    Ok(())
}

async fn meet(tx: &mut Tx, user: &User, chat: Chat, at: Time, now: Now<'_>) -> db::Result<Person> {
    let seen = Seen {
        telegram_id: i64::try_from(user.id.0).unwrap_or(i64::MAX),
        first_name: &user.first_name,
        username: user.username.as_deref(),
        language: user.language_code.as_deref(),
        chat,
        at,
    };
    identity::meet(tx, seen, now).await
}

async fn talk(
    tx: &mut Tx,
    app: &App,
    incoming: &Incoming,
    now: Now<'_>,
) -> Result<Option<Reply>, Error> {
    let Some(user) = incoming.from.as_ref().filter(|user| !user.is_bot) else { return Ok(None) };
    let person =
        meet(tx, user, Chat::Open, Time::from_millis(incoming.date.timestamp_millis()), now)
            .await?;
    if incoming.write_access_allowed().is_some() {
        return Ok(None);
    }
    let words = text::words(&person.language);
    let message = match Command::read(incoming.text().unwrap_or_default()) {
        Command::Start(None) => welcome(words, &person),
        Command::Start(Some(link)) => cards::card(tx, app, words, &person, link).await?,
        Command::Help => Message::new(words.help()).with(words.open_app(), None),
        Command::Wallet => wallets(tx, words, &person).await?,
        Command::History => cards::history(tx, app, words, &person).await?,
        Command::Privacy => Message::new(words.privacy()),
        Command::PaySupport => Message::new(words.pay_support()).with(words.open_app(), None),
        Command::Other => Message::new(words.hint()).with(words.open_app(), None),
    };
    Ok(Some(Reply { chat: incoming.chat.id.0, message }))
}

/// What somebody has typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Command<'a> {
    /// With the object that a link has named.
    Start(Option<&'a str>),
    Help,
    Wallet,
    History,
    Privacy,
    PaySupport,
    Other,
}

impl<'a> Command<'a> {
    fn read(text: &'a str) -> Self {
        let (word, rest) = text.trim().split_once(char::is_whitespace).unwrap_or((text.trim(), ""));
        let name = word.split('@').next().unwrap_or_default();
        match name.to_lowercase().as_str() {
            "/start" => Self::Start(Some(rest.trim()).filter(|rest| !rest.is_empty())),
            "/help" => Self::Help,
            "/wallet" | "/wallets" => Self::Wallet,
            "/history" => Self::History,
            "/privacy" => Self::Privacy,
            "/paysupport" => Self::PaySupport,
            _ => Self::Other,
        }
    }
}

fn welcome(words: &dyn Words, person: &Person) -> Message {
    let name = show_name(words, &person.first_name);
    Message::new(words.welcome(&name)).with(words.open_app(), None)
}

async fn wallets(tx: &mut Tx, words: &dyn Words, person: &Person) -> db::Result<Message> {
    let linked = wallets::store::of(tx, person.id).await?;
    if linked.is_empty() {
        return Ok(Message::new(words.no_wallet()).with(words.connect_wallet(), None));
    }
    let mut html = text::notice::bold(words.your_wallets());
    for wallet in &linked {
        html.push_str(&format!("\n<code>{}</code>", show(&friendly(wallet.address), 64)));
        if wallet.is_default && linked.len() > 1 {
            html.push_str(&format!(" – {}", words.default_wallet()));
        }
    }
    Ok(Message::new(html).with(words.review_wallets(), None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_as_telegram_sends_them() {
        for (text, command) in [
            ("/start", Command::Start(None)),
            ("/start inv_1", Command::Start(Some("inv_1"))),
            ("/Start@remit_bot  req_1 ", Command::Start(Some("req_1"))),
            ("/wallet", Command::Wallet),
            ("/paysupport", Command::PaySupport),
            ("/starting", Command::Other),
            ("start", Command::Other),
            ("", Command::Other),
        ] {
            assert_eq!(Command::read(text), command, "{text:?}");
        }
    }
}
