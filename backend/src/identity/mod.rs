//! Who is calling: Telegram vouches for a person, and the person gets a short session.
//!
//! Telegram is the identity; a wallet is only an attribute (`wallets/`). Session tokens are 256 random
//! bits, kept as their SHA-256, and live for an hour.

pub mod http;
pub mod init_data;
pub mod store;

use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::{
    db::{self, Tx},
    events::{self, Audience, Now},
    id::PersonId,
    time::Time,
};

pub use init_data::InitData;
pub use store::{Chat, Person};

const SESSION: Duration = Duration::from_secs(3600);
const DEFAULT_LANGUAGE: &str = "en";

/// A fresh session. The token is shown once and kept nowhere.
#[derive(Debug)]
pub struct Session {
    pub token: String,
    pub expires_at: Time,
    pub person: Person,
}

/// Opens a session for whoever Telegram vouches for; the first time, this makes the person known.
pub async fn login(tx: &mut Tx, data: &InitData, now: Now<'_>) -> db::Result<Session> {
    let chat = if data.user.allows_write_to_pm { Chat::Open } else { Chat::Unknown };
    let seen = Seen {
        telegram_id: data.user.id,
        first_name: &data.user.first_name,
        username: data.user.username.as_deref(),
        language: data.user.language_code.as_deref(),
        chat,
    };
    let person = meet(tx, seen, now).await?;
    let token = format!("ses_{}", now.dice.secret());
    let expires_at = now.at.after(SESSION);
    store::insert_session(tx, &hash(&token), person.id, now.at, expires_at).await?;
    Ok(Session { token, expires_at, person })
}

/// What Telegram has just told about somebody.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    pub telegram_id: i64,
    pub first_name: &'a str,
    pub username: Option<&'a str>,
    pub language: Option<&'a str>,
    pub chat: Chat,
}

/// Finds or makes the person, and brings names up to date.
pub async fn meet(tx: &mut Tx, seen: Seen<'_>, now: Now<'_>) -> db::Result<Person> {
    let person = match store::by_telegram(tx, seen.telegram_id).await? {
        Some(mut person) => {
            person.first_name = seen.first_name.to_owned();
            person.username = seen.username.map(str::to_owned);
            if seen.chat != Chat::Unknown {
                person.chat = seen.chat;
            }
            store::update(tx, &person).await?;
            person
        }
        None => {
            let person = Person {
                id: PersonId::new(now.at, now.dice),
                telegram_id: seen.telegram_id,
                first_name: seen.first_name.to_owned(),
                username: seen.username.map(str::to_owned),
                language: seen.language.unwrap_or(DEFAULT_LANGUAGE).to_owned(),
                notifications: true,
                chat: seen.chat,
            };
            events::store::open_account(tx, &person.id.to_string(), "person", now.at).await?;
            store::insert(tx, &person, now.at).await?;
            person
        }
    };
    if let Some(username) = &person.username {
        store::release_username(tx, username, person.id).await?;
    }
    Ok(person)
}

impl Person {
    /// The person as somebody to tell things to. Whoever muted or blocked the bot keeps the feed only.
    pub fn audience(&self) -> Audience {
        let hears = self.notifications && self.chat != Chat::Blocked;
        Audience { account: self.id.to_string(), chat: hears.then_some(self.telegram_id) }
    }
}

/// How tokens and keys are kept: 256 random bits need no slow hash.
pub fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}
