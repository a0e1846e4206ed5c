//! The statements of people and their sessions.

use crate::{
    base::db::{One, Result, Tx, execute, rows},
    words::{
        id::{PersonId, SessionId},
        text::text_enum,
        time::Time,
    },
};

text_enum! {
    /// Whether the bot may write to somebody.
    pub enum Chat {
        Unknown = "unknown",
        Open = "open",
        Blocked = "blocked",
    }
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Person {
    pub id: PersonId,
    pub telegram_id: i64,
    pub first_name: String,
    pub username: Option<String>,
    pub language: String,
    pub notifications: bool,
    pub chat: Chat,
}

pub async fn find(tx: &mut Tx, id: PersonId) -> Result<Option<Person>> {
    rows!(
        tx,
        optional Person,
        "select id, telegram_id, first_name, username, language, notifications, chat
           from people where id = $1",
        id
    )
}

pub async fn by_telegram(tx: &mut Tx, telegram_id: i64) -> Result<Option<Person>> {
    rows!(
        tx,
        optional Person,
        "select id, telegram_id, first_name, username, language, notifications, chat
           from people where telegram_id = $1",
        telegram_id
    )
}

/// Usernames are compared in lower case. Telegram may hand one on to somebody else, so the bearer of
/// whom it spoke last is meant.
pub async fn by_username(tx: &mut Tx, username: &str) -> Result<Option<Person>> {
    rows!(
        tx,
        optional Person,
        "select id, telegram_id, first_name, username, language, notifications, chat
           from people where username_key = $1 order by named_at desc, id desc limit 1",
        username.to_lowercase()
    )
}

/// When Telegram last said what somebody is called.
pub async fn named_at(tx: &mut Tx, id: PersonId) -> Result<Option<Time>> {
    let found: Option<(Time,)> =
        rows!(tx, optional One<Time>, "select named_at from people where id = $1", id)?;
    Ok(found.map(|(at,)| at))
}

/// `named_at` is when Telegram said that these are the person's names.
pub async fn insert(tx: &mut Tx, person: &Person, named_at: Time, now: Time) -> Result<()> {
    execute!(
        tx,
        "insert into people (id, telegram_id, first_name, username, username_key, named_at, language,
                             notifications, chat, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        person.id,
        person.telegram_id,
        &person.first_name,
        person.username.as_deref(),
        person.username.as_ref().map(|name| name.to_lowercase()),
        named_at,
        &person.language,
        person.notifications,
        person.chat,
        now
    )?;
    Ok(())
}

/// Brings names up to date. `false`: they were told later than this already.
pub async fn rename(
    tx: &mut Tx,
    id: PersonId,
    first_name: &str,
    username: Option<&str>,
    named_at: Time,
) -> Result<bool> {
    let touched = execute!(
        tx,
        "update people set first_name = $2, username = $3, username_key = $4, named_at = $5
          where id = $1 and named_at <= $5",
        id,
        first_name,
        username,
        username.map(str::to_lowercase),
        named_at
    )?;
    Ok(touched == 1)
}

/// Whether the bot may write to somebody; nothing else of them.
pub async fn set_chat(tx: &mut Tx, telegram_id: i64, chat: Chat) -> Result<()> {
    execute!(tx, "update people set chat = $2 where telegram_id = $1", telegram_id, chat)?;
    Ok(())
}

/// Only what the person chose: names may have moved on since this person was read.
pub async fn set_preferences(tx: &mut Tx, person: &Person) -> Result<()> {
    execute!(
        tx,
        "update people set language = $2, notifications = $3 where id = $1",
        person.id,
        &person.language,
        person.notifications
    )?;
    Ok(())
}

/// Whoever else holds this person waits until this transaction ends: what is counted meanwhile stays
/// as it was counted.
pub async fn hold(tx: &mut Tx, person: PersonId) -> Result<()> {
    execute!(tx, "update people set chat = chat where id = $1", person)?;
    Ok(())
}

/// A username that has moved to somebody else no longer leads to its old bearer, unless that one was
/// called so later.
pub async fn release_username(
    tx: &mut Tx,
    username: &str,
    bearer: i64,
    named_at: Time,
) -> Result<()> {
    execute!(
        tx,
        "update people set username = null, username_key = null
          where username_key = $1 and telegram_id <> $2 and named_at < $3",
        username.to_lowercase(),
        bearer,
        named_at
    )?;
    Ok(())
}

/// Takes the person out of everything that is ours; what the chain knows, it keeps.
pub async fn forget(tx: &mut Tx, id: PersonId) -> Result<()> {
    execute!(tx, "delete from sessions where person_id = $1", id)?;
    execute!(tx, "delete from people where id = $1", id)?;
    Ok(())
}

/// A session as it is opened.
#[derive(Debug)]
pub struct NewSession<'a> {
    pub id: SessionId,
    pub token_hash: &'a str,
    pub person: PersonId,
    /// Names the init data it is opened with.
    pub init_hash: &'a str,
    pub at: Time,
    pub expires_at: Time,
}

/// Opens a session. Init data has one at a time: an older one makes room. `false`: it had one that was
/// ended, and opens no other.
pub async fn insert_session(tx: &mut Tx, session: &NewSession<'_>) -> Result<bool> {
    execute!(tx, "delete from sessions where expires_at <= $1", session.at)?;
    let touched = execute!(
        tx,
        "insert into sessions (token_hash, person_id, created_at, expires_at, id, used_at, init_hash)
         values ($1, $2, $3, $4, $5, $3, $6)
         on conflict (init_hash) do update
            set token_hash = excluded.token_hash, person_id = excluded.person_id,
                created_at = excluded.created_at, expires_at = excluded.expires_at,
                id = excluded.id, used_at = excluded.used_at
          where sessions.ended_at is null",
        session.token_hash,
        session.person,
        session.at,
        session.expires_at,
        session.id,
        session.init_hash
    )?;
    Ok(touched == 1)
}

/// Takes away all sessions of somebody but those that were used last.
pub async fn thin_out(tx: &mut Tx, person: PersonId, keep: i64) -> Result<()> {
    execute!(
        tx,
        "delete from sessions
          where person_id = $1 and ended_at is null
            and token_hash not in (
                select token_hash from sessions where person_id = $1 and ended_at is null
                 order by coalesce(used_at, created_at) desc, created_at desc, token_hash limit $2)",
        person,
        keep
    )?;
    Ok(())
}

/// Whose a session is, and how long it has been so.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Seat {
    #[sqlx(flatten)]
    pub person: Person,
    pub opened_at: Time,
    pub used_at: Time,
}

pub async fn by_session(tx: &mut Tx, token_hash: &str, now: Time) -> Result<Option<Seat>> {
    rows!(
        tx,
        optional Seat,
        "select p.id, p.telegram_id, p.first_name, p.username, p.language, p.notifications, p.chat,
                s.created_at as opened_at, coalesce(s.used_at, s.created_at) as used_at
           from sessions s join people p on p.id = s.person_id
          where s.token_hash = $1 and s.expires_at > $2 and s.ended_at is null",
        token_hash,
        now
    )
}

/// Notes that a session was used, and lets it last.
pub async fn prolong(tx: &mut Tx, token_hash: &str, used_at: Time, until: Time) -> Result<()> {
    execute!(
        tx,
        "update sessions set used_at = $2, expires_at = $3
          where token_hash = $1 and expires_at > $2 and ended_at is null
            and coalesce(used_at, created_at) < $2",
        token_hash,
        used_at,
        until
    )?;
    Ok(())
}

/// A session as its owner sees it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Session {
    pub id: SessionId,
    pub token_hash: String,
    pub created_at: Time,
    pub used_at: Time,
    pub expires_at: Time,
}

/// Somebody's open sessions, the one used last first.
pub async fn sessions_of(tx: &mut Tx, person: PersonId, now: Time) -> Result<Vec<Session>> {
    rows!(
        tx,
        all Session,
        "select id, token_hash, created_at, coalesce(used_at, created_at) as used_at, expires_at
           from sessions
          where person_id = $1 and expires_at > $2 and ended_at is null and id is not null
          order by coalesce(used_at, created_at) desc, id desc",
        person,
        now
    )
}

/// Ends one session of somebody's. `false`: there is none of this id.
pub async fn end_session(
    tx: &mut Tx,
    person: PersonId,
    id: SessionId,
    now: Time,
    keep_until: Time,
) -> Result<bool> {
    let touched = execute!(
        tx,
        "update sessions set ended_at = $3, expires_at = $4
          where person_id = $1 and id = $2 and expires_at > $3 and ended_at is null",
        person,
        id,
        now,
        keep_until
    )?;
    Ok(touched == 1)
}

/// Ends the session that this token opens.
pub async fn end_this(tx: &mut Tx, token_hash: &str, now: Time, keep_until: Time) -> Result<()> {
    execute!(
        tx,
        "update sessions set ended_at = $2, expires_at = $3
          where token_hash = $1 and ended_at is null",
        token_hash,
        now,
        keep_until
    )?;
    Ok(())
}

/// Ends all sessions of somebody's but the one that this token opens.
pub async fn end_others(
    tx: &mut Tx,
    person: PersonId,
    token_hash: &str,
    now: Time,
    keep_until: Time,
) -> Result<()> {
    execute!(
        tx,
        "update sessions set ended_at = $3, expires_at = $4
          where person_id = $1 and token_hash <> $2 and ended_at is null",
        person,
        token_hash,
        now,
        keep_until
    )?;
    Ok(())
}
