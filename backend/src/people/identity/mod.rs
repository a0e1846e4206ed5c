//! Who is calling: Telegram vouches for a person, and the person gets a short session.
//!
//! Telegram is the identity; a wallet is only an attribute (`wallets/`). Session tokens are 256 random
//! bits, kept as their SHA-256.
//!
//! ```text
//! init data ──▶ open ── unused for a day and a half, or a week old ──▶ gone
//!                 └── ended by its owner ──▶ ended: the same init data opens no other
//! ```

pub mod http;
pub mod init_data;
pub mod jobs;
pub mod names;
pub mod store;
pub mod uses;
pub mod view;

use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::{
    base::{
        db::{self, Tx},
        events::{self, Audience, Now},
        questions::Asker,
    },
    words::{
        id::{PersonId, SessionId},
        time::Time,
    },
};

pub use init_data::InitData;
pub use store::{Chat, Person};

const HOUR: Duration = Duration::from_secs(3600);
/// How long a session lasts unused: a counter is left alone overnight, and Telegram never renews what it
/// signed when the app was opened.
const UNUSED: Duration = HOUR.saturating_mul(36);
/// How long a session lasts however much it is used.
const LONGEST: Duration = HOUR.saturating_mul(24 * 7);
/// How long an ended session is remembered: for as long as its init data could open another.
const REMEMBERED: Duration = init_data::MAX_AGE.saturating_add(init_data::SKEW.saturating_mul(2));
/// Sessions of one person; another takes the place of the one that was used least recently.
const SESSIONS: i64 = 20;
/// What every session token begins with.
pub const SESSION_PREFIX: &str = "ses_";
const DEFAULT_LANGUAGE: &str = "en";

/// A fresh session. The token is shown once and kept nowhere.
#[derive(Debug)]
pub struct Session {
    pub token: String,
    pub expires_at: Time,
    pub person: Person,
}

/// Opens a session for whoever Telegram vouches for; the first time, this makes the person known. Only
/// here does the age of what Telegram has signed matter. Init data opens one session at a time: the
/// older one makes room. `None`: its session was ended, so it opens no other.
pub async fn login(tx: &mut Tx, data: &InitData, now: Now<'_>) -> db::Result<Option<Session>> {
    let chat = if data.user.allows_write_to_pm { Chat::Open } else { Chat::Unknown };
    let seen = Seen {
        telegram_id: data.user.id,
        first_name: &data.user.first_name,
        username: data.user.username.as_deref(),
        language: data.user.language_code.as_deref(),
        chat,
        at: data.auth_date,
    };
    let person = meet(tx, seen, now).await?;
    let token = format!("{SESSION_PREFIX}{}", now.dice.secret());
    let expires_at = lasts_until(now.at, now.at);
    let session = store::NewSession {
        id: SessionId::new(now.at, now.dice),
        token_hash: &hash(&token),
        person: person.id,
        init_hash: &data.seal,
        at: now.at,
        expires_at,
    };
    if !store::insert_session(tx, &session).await? {
        return Ok(None);
    }
    store::thin_out(tx, person.id, SESSIONS).await?;
    Ok(Some(Session { token, expires_at, person }))
}

/// Until when a session lasts that was opened and used at these times.
fn lasts_until(opened_at: Time, used_at: Time) -> Time {
    used_at.after(UNUSED).min(opened_at.after(LONGEST))
}

/// Ends one of somebody's sessions, at once: who waits with it is told. `false`: there is no such one.
pub async fn end(tx: &mut Tx, person: PersonId, id: SessionId, now: Time) -> db::Result<bool> {
    tx.nudge();
    store::end_session(tx, person, id, now, now.after(REMEMBERED)).await
}

/// Ends the session of this token.
pub async fn log_out(tx: &mut Tx, session_hash: &str, now: Time) -> db::Result<()> {
    tx.nudge();
    store::end_this(tx, session_hash, now, now.after(REMEMBERED)).await
}

/// Ends all of somebody's sessions but the one of this token.
pub async fn end_others(
    tx: &mut Tx,
    person: PersonId,
    session_hash: &str,
    now: Time,
) -> db::Result<()> {
    tx.nudge();
    store::end_others(tx, person, session_hash, now, now.after(REMEMBERED)).await
}

/// What Telegram has just told about somebody.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    pub telegram_id: i64,
    pub first_name: &'a str,
    pub username: Option<&'a str>,
    pub language: Option<&'a str>,
    pub chat: Chat,
    /// When Telegram said so, in whole seconds: what it has signed may be shown again later.
    pub at: Time,
}

/// Finds or makes the person, and brings names up to date. Names move between people, so the newest
/// word of Telegram counts: an older one changes no name, and takes none from whoever bears it now.
pub async fn meet(tx: &mut Tx, seen: Seen<'_>, now: Now<'_>) -> db::Result<Person> {
    let username = match seen.username {
        Some(name) => claim(tx, name, seen).await?,
        None => None,
    };
    if let Some(mut person) = store::by_telegram(tx, seen.telegram_id).await? {
        if seen.chat != Chat::Unknown {
            person.chat = seen.chat;
            store::set_chat(tx, person.telegram_id, person.chat).await?;
        }
        if store::rename(tx, person.id, seen.first_name, username, seen.at).await? {
            person.first_name = seen.first_name.to_owned();
            person.username = username.map(str::to_owned);
        }
        return Ok(person);
    }
    let person = Person {
        id: PersonId::new(now.at, now.dice),
        telegram_id: seen.telegram_id,
        first_name: seen.first_name.to_owned(),
        username: username.map(str::to_owned),
        language: seen.language.unwrap_or(DEFAULT_LANGUAGE).to_owned(),
        notifications: true,
        chat: seen.chat,
    };
    events::store::open_account(tx, &person.id.to_string(), "person", now.at).await?;
    store::insert(tx, &person, seen.at, now.at).await?;
    Ok(person)
}

/// Takes a username from whoever bore it before. `None`: Telegram has since given it to somebody else.
async fn claim<'a>(tx: &mut Tx, name: &'a str, seen: Seen<'_>) -> db::Result<Option<&'a str>> {
    store::release_username(tx, name, seen.telegram_id, seen.at).await?;
    let bearer = store::by_username(tx, name).await?;
    let is_free = bearer.is_none_or(|bearer| bearer.telegram_id == seen.telegram_id);
    Ok(is_free.then_some(name))
}

impl Person {
    /// The person as somebody to tell things to. Whoever muted or blocked the bot keeps the feed only.
    pub fn audience(&self) -> Audience {
        let hears = self.notifications && self.chat != Chat::Blocked;
        let chats = hears.then_some(self.telegram_id).into_iter().collect();
        Audience { account: self.id.to_string(), chats }
    }

    /// The same for what a thief would have muted first: where their money goes.
    pub fn alarm(&self) -> Audience {
        let chats = (self.chat != Chat::Blocked).then_some(self.telegram_id).into_iter().collect();
        Audience { account: self.id.to_string(), chats }
    }
}

/// How tokens and keys are kept: 256 random bits need no slow hash.
pub fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

impl From<&Person> for Asker {
    fn from(person: &Person) -> Self {
        Self::known(person.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::db::{Db, tests::memory},
        words::dice::Dice,
    };

    const ALICE: i64 = 1;
    const MALLORY: i64 = 2;

    /// Telegram says at this second that somebody bears a name.
    async fn is_called(db: &Db, who: i64, username: Option<&str>, second: u32) -> Person {
        let at = Time::from_seconds(second);
        let chat = Chat::Unknown;
        let seen = Seen { telegram_id: who, first_name: "A", username, language: None, chat, at };
        // However old the word is, it comes now.
        let dice = Dice::seeded([who.to_le_bytes()[0]; 32]);
        let now = Now { at: Time::from_seconds(9_000), dice: &dice, hand: None };
        let mut tx = db.begin().await.unwrap();
        let person = meet(&mut tx, seen, now).await.unwrap();
        tx.commit().await.unwrap();
        person
    }

    /// Whom a name means.
    async fn means(db: &Db, username: &str) -> Option<i64> {
        let mut tx = db.snapshot().await.unwrap();
        let person = store::by_username(&mut tx, username).await.unwrap();
        person.map(|person| person.telegram_id)
    }

    #[tokio::test]
    async fn a_name_that_moves_means_its_new_bearer() {
        let db = memory().await;
        is_called(&db, MALLORY, Some("shop"), 100).await;
        is_called(&db, ALICE, Some("Shop"), 200).await;
        assert_eq!(means(&db, "SHOP").await, Some(ALICE));
        is_called(&db, MALLORY, Some("shop"), 300).await;
        assert_eq!(means(&db, "shop").await, Some(MALLORY), "it has moved back");
    }

    #[tokio::test]
    async fn an_old_word_shown_again_takes_no_name_back() {
        let db = memory().await;
        is_called(&db, MALLORY, Some("shop"), 100).await;
        is_called(&db, ALICE, Some("shop"), 200).await;
        for second in [100, 199, 200] {
            let mallory = is_called(&db, MALLORY, Some("shop"), second).await;
            assert_eq!(mallory.username, None, "{second}");
            assert_eq!(means(&db, "shop").await, Some(ALICE), "{second}");
        }
    }

    #[tokio::test]
    async fn nor_does_it_from_somebody_who_comes_for_the_first_time() {
        let db = memory().await;
        is_called(&db, ALICE, Some("shop"), 200).await;
        assert_eq!(is_called(&db, MALLORY, Some("shop"), 150).await.username, None);
        assert_eq!(means(&db, "shop").await, Some(ALICE));
    }

    #[tokio::test]
    async fn whoever_was_renamed_does_not_get_the_old_name_by_an_old_word() {
        let db = memory().await;
        is_called(&db, ALICE, Some("alice"), 100).await;
        is_called(&db, ALICE, None, 200).await;
        is_called(&db, ALICE, Some("alice"), 100).await;
        assert_eq!(means(&db, "alice").await, None);
        is_called(&db, ALICE, Some("alice"), 300).await;
        is_called(&db, ALICE, Some("alice"), 300).await;
        assert_eq!(means(&db, "alice").await, Some(ALICE), "the newest word may be said twice");
    }
}
