//! Names move: whoever bears one is asked of Telegram before money goes by it.

use std::time::Duration;

use teloxide::{prelude::Requester, types::ChatId};

use super::{Chat, Person, Seen, meet, store};
use crate::{
    base::{app::App, db::Result},
    words::time::Time,
};

/// A name that Telegram has spoken of so lately is still that person's, as far as anybody can know.
const FRESH: Duration = Duration::from_secs(24 * 3600);
/// Somebody waits for it.
const CALL: Duration = Duration::from_secs(3);
/// Of a name that goes from hand to hand, so many hands are looked at.
const HANDS: usize = 4;

/// Who bears a name.
#[derive(Debug, Clone)]
pub enum Bearer {
    Known(Named),
    /// Nobody has come here under this name.
    Unknown,
    /// Somebody here bore it, and Telegram says that they do not any more.
    Moved,
}

#[derive(Debug, Clone)]
pub struct Named {
    pub person: Person,
    /// When Telegram last said so.
    pub at: Time,
    /// That is long ago, and Telegram could not be asked.
    pub is_old: bool,
}

/// Finds out who bears a username now. Telegram is asked about people, not about names, so a name that
/// has left everybody we know is nobody's.
pub async fn bearer(app: &App, username: &str) -> Result<Bearer> {
    let mut none = Bearer::Unknown;
    for _ in 0..HANDS {
        let Some(named) = known(app, username).await? else { return Ok(none) };
        if app.time().since(named.at) < FRESH {
            return Ok(Bearer::Known(named));
        }
        if !ask(app, &named.person).await? {
            return Ok(Bearer::Known(Named { is_old: true, ..named }));
        }
        none = Bearer::Moved;
    }
    Ok(none)
}

async fn known(app: &App, username: &str) -> Result<Option<Named>> {
    let mut tx = app.db.snapshot().await?;
    let Some(person) = store::by_username(&mut tx, username).await? else { return Ok(None) };
    let at = store::named_at(&mut tx, person.id).await?.unwrap_or_else(|| Time::from_millis(0));
    Ok(Some(Named { person, at, is_old: false }))
}

/// Brings somebody's names up to date with Telegram's word. `false`: there was no word.
async fn ask(app: &App, person: &Person) -> Result<bool> {
    let now = app.now();
    let call = app.telegram().get_chat(ChatId(person.telegram_id));
    let chat = match tokio::time::timeout(CALL, call).await {
        Ok(Ok(chat)) if chat.is_private() => chat,
        // The cause may name the bot's token; that it failed is enough to know.
        Ok(_) | Err(_) => {
            tracing::info!(person = %person.id, "Telegram did not say what somebody is called");
            return Ok(false);
        }
    };
    let seen = Seen {
        telegram_id: person.telegram_id,
        first_name: chat.first_name().unwrap_or(&person.first_name),
        username: chat.username(),
        language: None,
        chat: Chat::Unknown,
        at: now.at,
    };
    let mut tx = app.db.begin().await?;
    meet(&mut tx, seen, now).await?;
    tx.commit().await?;
    Ok(true)
}
