//! What people are called in Telegram by now: names change, and usernames move from one to another.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Telegram;
use crate::cast::Person;

/// What somebody is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Names {
    pub first_name: String,
    /// Without `@`; not everybody has one.
    pub username: Option<String>,
}

/// Those who are called otherwise than the cast's list says.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Renamed(BTreeMap<Person, Names>);

impl Renamed {
    pub fn of(&self, person: Person) -> Names {
        self.0.get(&person).cloned().unwrap_or_else(|| Names {
            first_name: person.first_name().to_owned(),
            username: Some(person.username().to_owned()),
        })
    }

    fn set(&mut self, person: Person, names: Names) {
        // One username is one person's.
        for other in Person::ALL.into_iter().filter(|other| *other != person) {
            let mut theirs = self.of(other);
            let taken = theirs.username.as_deref().zip(names.username.as_deref());
            if taken.is_some_and(|(theirs, taken)| theirs.eq_ignore_ascii_case(taken)) {
                theirs.username = None;
                self.0.insert(other, theirs);
            }
        }
        self.0.insert(person, names);
    }

    /// Puts today's names wherever the Bot API speaks of somebody.
    pub fn dress(&self, json: &mut Value) {
        if self.0.is_empty() {
            return;
        }
        match json {
            Value::Object(fields) => {
                let bearer = fields.get("id").and_then(Value::as_i64);
                let bearer = bearer.filter(|_| fields.contains_key("first_name"));
                if let Some(person) = bearer.and_then(Person::by_telegram_id) {
                    let Names { first_name, username } = self.of(person);
                    fields.insert("first_name".to_owned(), json!(first_name));
                    match username {
                        Some(username) => fields.insert("username".to_owned(), json!(username)),
                        None => fields.remove("username"),
                    };
                }
                fields.values_mut().for_each(|value| self.dress(value));
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.dress(item)),
            _ => {}
        }
    }
}

impl Telegram {
    pub fn names(&self, person: Person) -> Names {
        self.state().renamed.of(person)
    }

    /// Gives somebody other names. A username that somebody else bears is taken from them. The bot is not
    /// told: it hears of it when the person writes, or when it asks.
    pub fn rename(&self, person: Person, names: Names) {
        let mut state = self.state();
        state.renamed.set(person, names);
        self.keep().put("bot", "renamed", &state.renamed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_username_is_one_persons_and_stands_wherever_they_are_spoken_of() {
        let mut renamed = Renamed::default();
        let carol = Names { first_name: "Mallory".into(), username: Some("Bob".into()) };
        renamed.set(Person::Carol, carol.clone());
        assert_eq!(renamed.of(Person::Carol), carol);
        assert_eq!(renamed.of(Person::Bob).username, None);
        let mut said = json!([
            { "from": super::super::chat::user(Person::Bob), "id": 7 },
            { "chat": super::super::chat::chat(Person::Carol) },
        ]);
        renamed.dress(&mut said);
        assert_eq!(said[0]["from"].get("username"), None);
        assert_eq!(said[1]["chat"]["username"], "Bob");
        assert_eq!(said[1]["chat"]["first_name"], "Mallory");
        assert_eq!(said[0]["id"], 7);
    }
}
