//! A press on a button of ours: it stops a change that waits. Who pressed is Telegram's word; what they
//! read in return is sent by [`till`](super::till).

use serde::Deserialize;

use super::{store, text};
use crate::{
    base::{
        db::Tx,
        events::{Hand, Now},
    },
    people::identity,
    selling::merchants::changes::{self, ChangeStatus},
    words::id::ChangeId,
};

/// What a button tells that stops a change.
const STOP: &str = "stop:";

pub fn stop(change: &str) -> String {
    format!("{STOP}{change}")
}

/// As much of Telegram's word of a press as matters. Whatever else it tells may be of any form: this
/// button must work.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Tap {
    id: String,
    from: From,
    #[serde(default)]
    data: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct From {
    id: i64,
    #[serde(default)]
    language_code: Option<String>,
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    callback_query: Option<Tap>,
}

impl Tap {
    /// `None`: the update tells of something else.
    pub fn read(update: &str) -> Option<Self> {
        serde_json::from_str::<Body>(update).ok()?.callback_query
    }
}

/// Does what was pressed for, and keeps what the presser is to read.
pub async fn pressed(tx: &mut Tx, tap: &Tap, now: Now<'_>) -> Result<(), changes::Error> {
    let words = text::words(tap.from.language_code.as_deref().unwrap_or_default());
    let id = tap.data.as_deref().and_then(|data| data.strip_prefix(STOP)?.parse().ok());
    let answer = match id {
        Some(id) => match end(tx, id, tap.from.id, now).await? {
            Ended::Now => words.stopped(),
            Ended::Before => words.stop_over(),
            Ended::NotTheirs => words.stop_not_yours(),
        },
        None => words.stop_unknown(),
    };
    store::insert_tap(tx, &tap.id, answer, now.at).await?;
    tx.nudge();
    Ok(())
}

enum Ended {
    Now,
    Before,
    NotTheirs,
}

async fn end(
    tx: &mut Tx,
    id: ChangeId,
    telegram_id: i64,
    now: Now<'_>,
) -> Result<Ended, changes::Error> {
    let Some(change) = changes::store::find(tx, id).await? else { return Ok(Ended::NotTheirs) };
    if !changes::may_stop(tx, &change, telegram_id).await? {
        return Ok(Ended::NotTheirs);
    }
    if change.status != ChangeStatus::Waiting {
        return Ok(Ended::Before);
    }
    let person = identity::store::by_telegram(tx, telegram_id).await?;
    let hand = person.map(|person| Hand::new(change.merchant, person.id));
    match changes::cancel(tx, change, now.by(hand.as_ref())).await {
        Ok(_) => Ok(Ended::Now),
        Err(changes::Error::Refused(_)) => Ok(Ended::Before),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_press_is_understood_whatever_else_is_told_of_it() {
        let body = r#"{"update_id":1,"callback_query":{"id":"7","from":{"id":42,"x":[]},"message":{"odd":1},"data":"stop:pch_1"}}"#;
        let tap = Tap::read(body).unwrap();
        assert_eq!((tap.from.id, tap.data.as_deref()), (42, Some("stop:pch_1")));
        for other in ["", "{}", r#"{"message":{}}"#, r#"{"callback_query":{"id":1}}"#] {
            assert_eq!(Tap::read(other), None, "{other}");
        }
        assert!(stop("pch_01m7q5cqg0fzzvzzzzzzzzzzzz").len() <= 64);
    }
}
