//! What was said between the bot and Telegram, in order, for tests and for curious people.

use std::collections::VecDeque;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{State, Telegram};
use crate::cast::Person;

const TAIL: usize = 2_000;

/// One call of the bot, or one update for it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Entry {
    pub n: u64,
    /// Unix seconds.
    pub at: u32,
    #[serde(flatten)]
    pub note: Note,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Note {
    Call {
        person: Option<Person>,
        method: String,
        #[schema(value_type = Object)]
        params: Value,
        /// The whole answer, `ok` or not.
        #[schema(value_type = Object)]
        answer: Value,
    },
    Update {
        person: Person,
        /// The kind: `message`, `callback_query`, …
        update: &'static str,
        #[schema(value_type = Object)]
        body: Value,
    },
}

impl Note {
    pub fn update(person: Person, kind: &'static str, body: &Value) -> Self {
        Self::Update { person, update: kind, body: body.clone() }
    }
}

#[derive(Default)]
pub struct Transcript {
    last: u64,
    tail: VecDeque<Entry>,
}

impl Transcript {
    pub fn entries(&self) -> Vec<Entry> {
        self.tail.iter().cloned().collect()
    }
}

impl Telegram {
    pub(super) fn note(&self, state: &mut State, note: Note) {
        let transcript = &mut state.transcript;
        transcript.last += 1;
        transcript.tail.push_back(Entry { n: transcript.last, at: self.now(), note });
        if transcript.tail.len() > TAIL {
            transcript.tail.pop_front();
        }
    }
}
