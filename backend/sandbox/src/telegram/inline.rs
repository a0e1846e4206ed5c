//! Inline mode: cards that people send to each other with the bot's help.
//!
//! The sandbox has no chats between people, so a card shows in both people's chats with the bot,
//! marked with who sent it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::chat::{Author, Button, Message, user};
use super::markup::Formatted;
use super::params::Params;
use super::people::Refused;
use super::{Refusal, Telegram};
use crate::cast::Person;

const MOST_RESULTS: usize = 50;
/// A prepared message can be shared for so many seconds.
const PREPARED_LIFETIME: u32 = 24 * 60 * 60;

/// A card that waits to be shared from a Mini App.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Prepared {
    person: Person,
    expires_at: u32,
    result: Value,
}

/// What of an inline result becomes a message.
#[derive(Deserialize)]
struct Card {
    id: String,
    input_message_content: Option<Content>,
    reply_markup: Option<Keyboard>,
}

#[derive(Deserialize)]
struct Content {
    message_text: String,
    #[serde(default)]
    parse_mode: String,
}

#[derive(Deserialize)]
struct Keyboard {
    inline_keyboard: Vec<Vec<Button>>,
}

impl Telegram {
    pub(super) fn answer_inline_query(&self, params: &Params) -> Result<Value, Refusal> {
        let results: Vec<Value> = params
            .object("results")?
            .ok_or_else(|| Refusal::bad_request("can't parse inline query results JSON object"))?;
        if results.len() > MOST_RESULTS {
            return Err(Refusal::bad_request("RESULTS_TOO_MUCH"));
        }
        for result in &results {
            read_card(result)?;
        }
        self.answer_query(params, "inline_query_id", json!({ "results": results }))
    }

    pub(super) fn save_prepared_inline_message(&self, params: &Params) -> Result<Value, Refusal> {
        let person = params
            .int("user_id")
            .and_then(Person::by_telegram_id)
            .ok_or_else(|| Refusal::bad_request("user not found"))?;
        let result: Value = params
            .object("result")?
            .ok_or_else(|| Refusal::bad_request("can't parse inline query result JSON object"))?;
        read_card(&result)?;
        let mut state = self.state();
        let id = format!("prepared-{}", self.next_id(&mut state));
        let expires_at = self.now() + PREPARED_LIFETIME;
        let prepared = Prepared { person, expires_at, result };
        self.keep().put("prepared", id.clone(), &prepared);
        state.prepared.insert(id.clone(), prepared);
        Ok(json!({ "id": id, "expiration_date": expires_at }))
    }

    /// A person types `@bot query`; answers with what the bot offers.
    pub async fn inline_query(&self, person: Person, query: &str) -> Result<Vec<Value>, Refused> {
        let (waiting, answer) = oneshot::channel();
        let id = {
            let mut state = self.state();
            let id = format!("inline-{}", self.next_id(&mut state));
            state.queries.insert(id.clone(), waiting);
            let body = json!({
                "id": id, "from": user(person), "query": query, "offset": "", "chat_type": "sender",
            });
            self.post(&mut state, "inline_query", person, body);
            id
        };
        let answer = self.await_answer(&id, answer).await.ok_or(Refused::NoAnswer)?;
        Ok(answer["results"].as_array().cloned().unwrap_or_default())
    }

    /// A person picks one of the offered results and sends it to somebody.
    pub fn send_inline_result(
        &self,
        from: Person,
        to: Person,
        query: &str,
        result: &Value,
    ) -> Result<i64, Refused> {
        let card = read_card(result).map_err(|bad| Refused::BadCard(bad.description))?;
        let (result_id, has_buttons) = (card.id.clone(), card.reply_markup.is_some());
        let (inline_id, message) = self.place(from, to, card)?;
        let mut state = self.state();
        let mut chosen = json!({ "result_id": result_id, "from": user(from), "query": query });
        // Telegram tells the id only of messages that have buttons.
        if has_buttons {
            chosen["inline_message_id"] = json!(inline_id);
        }
        self.post(&mut state, "chosen_inline_result", from, chosen);
        Ok(message)
    }

    /// A Mini App shares a prepared message.
    pub fn share(&self, from: Person, to: Person, prepared_id: &str) -> Result<i64, Refused> {
        let now = self.now();
        let prepared = self.state().prepared.get(prepared_id).cloned();
        let prepared = prepared
            .filter(|prepared| prepared.person == from && now < prepared.expires_at)
            .ok_or(Refused::NoSuchCard)?;
        let card = read_card(&prepared.result).map_err(|bad| Refused::BadCard(bad.description))?;
        self.place(from, to, card).map(|(_, message)| message)
    }

    /// Puts a card into the chats of sender and receiver; answers its ids.
    fn place(&self, from: Person, to: Person, card: Card) -> Result<(String, i64), Refused> {
        let content = card.content().map_err(|bad| Refused::BadCard(bad.description))?;
        let buttons = card.reply_markup.map(|markup| markup.inline_keyboard).unwrap_or_default();
        let mut state = self.state();
        let inline_id = format!("inline-message-{}", self.next_id(&mut state));
        let mut last = 0;
        let both = if from == to { vec![from] } else { vec![from, to] };
        for person in both {
            last = self.next_id(&mut state);
            let message = Message {
                id: last,
                person,
                author: Author::Via(from),
                at: self.now(),
                edited_at: None,
                content: content.clone(),
                photo: None,
                buttons: buttons.clone(),
                inline_id: Some(inline_id.clone()),
                receipt: None,
            };
            self.show(&mut state, message);
        }
        Ok((inline_id, last))
    }
}

impl Card {
    fn content(&self) -> Result<Formatted, Refusal> {
        let content = self
            .input_message_content
            .as_ref()
            .ok_or_else(|| Refusal::bad_request("message content is not specified"))?;
        match content.parse_mode.to_ascii_lowercase().as_str() {
            "html" => Formatted::from_html(&content.message_text)
                .map_err(|bad| Refusal::bad_request(format!("can't parse entities: {bad}"))),
            "" => Ok(Formatted::plain(&content.message_text)),
            _ => Err(Refusal::bad_request("unsupported parse_mode")),
        }
    }
}

fn read_card(result: &Value) -> Result<Card, Refusal> {
    let card: Card = serde_json::from_value(result.clone()).map_err(|error| {
        Refusal::bad_request(format!("can't parse inline query result: {error}"))
    })?;
    if card.id.is_empty() || card.id.len() > 64 {
        return Err(Refusal::bad_request("RESULT_ID_INVALID"));
    }
    card.content()?;
    for button in card.reply_markup.iter().flat_map(|markup| &markup.inline_keyboard).flatten() {
        button.check(false)?;
    }
    Ok(card)
}
