//! The methods about messages.

use serde::Deserialize;
use serde_json::{Value, json};

use super::chat::{Author, Button, Message, bot_user};
use super::markup::{Entity, Formatted, utf16_len};
use super::params::Params;
use super::{Refusal, State, Telegram};
use crate::cast::Person;

/// In UTF-16 units, after entities parsing.
const LONGEST_TEXT: usize = 4096;
const LONGEST_CAPTION: usize = 1024;
const TYPING_SECONDS: u32 = 5;

#[derive(Deserialize)]
struct Markup {
    #[serde(default)]
    inline_keyboard: Vec<Vec<Button>>,
}

/// Where a message to be edited is.
enum Target {
    InChat(i64),
    Inline(String),
}

impl Telegram {
    pub(super) fn get_me(&self) -> Value {
        let mut me = bot_user();
        for (name, value) in [
            ("can_join_groups", true),
            ("can_read_all_group_messages", false),
            ("supports_inline_queries", true),
            ("can_connect_to_business", false),
            ("has_main_web_app", true),
        ] {
            me[name] = json!(value);
        }
        me
    }

    pub(super) fn send_message(&self, params: &Params) -> Result<Value, Refusal> {
        let content = formatted(params, "text", "entities", LONGEST_TEXT)?;
        if content.text.is_empty() {
            return Err(Refusal::bad_request("message text is empty"));
        }
        self.send(params, content, None)
    }

    pub(super) fn send_photo(&self, params: &Params) -> Result<Value, Refusal> {
        let content = formatted(params, "caption", "caption_entities", LONGEST_CAPTION)?;
        let photo = params
            .text("photo")
            .filter(|photo| !photo.is_empty())
            .ok_or_else(|| Refusal::bad_request("there is no photo in the request"))?;
        // `attach://name` points at another part of the same form.
        let photo = match photo.strip_prefix("attach://") {
            Some(part) => params.text(part).unwrap_or_default(),
            None => photo,
        };
        self.send(params, content, Some(photo))
    }

    fn send(
        &self,
        params: &Params,
        content: Formatted,
        photo: Option<String>,
    ) -> Result<Value, Refusal> {
        let buttons = inline_keyboard(params, true)?;
        let mut state = self.state();
        let person = reachable(&state, params)?;
        let message = Message {
            id: self.next_id(&mut state),
            person,
            author: Author::Bot,
            at: self.now(),
            edited_at: None,
            content,
            photo,
            buttons,
            inline_id: None,
            receipt: None,
        };
        let answer = message.to_api();
        state.chats.entry(person).or_default().typing_until = 0;
        self.show(&mut state, message);
        Ok(answer)
    }

    pub(super) fn edit_message_text(&self, params: &Params) -> Result<Value, Refusal> {
        let content = formatted(params, "text", "entities", LONGEST_TEXT)?;
        if content.text.is_empty() {
            return Err(Refusal::bad_request("message text is empty"));
        }
        self.edit(params, move |message, buttons| {
            message.content = content.clone();
            message.buttons = buttons;
        })
    }

    pub(super) fn edit_message_reply_markup(&self, params: &Params) -> Result<Value, Refusal> {
        self.edit(params, |message, buttons| message.buttons = buttons)
    }

    /// An edit without `reply_markup` takes the buttons away, as in Telegram.
    fn edit(
        &self,
        params: &Params,
        change: impl Fn(&mut Message, Vec<Vec<Button>>),
    ) -> Result<Value, Refusal> {
        let target = target(params)?;
        let buttons = inline_keyboard(params, matches!(target, Target::InChat(_)))?;
        let mut state = self.state();
        let mut answer = json!(true);
        for id in found(&state, params, &target)? {
            let before = &state.messages[&id];
            let mut after = before.clone();
            change(&mut after, buttons.clone());
            if (&after.content, &after.buttons) == (&before.content, &before.buttons) {
                return Err(Refusal::bad_request(
                    "message is not modified: specified new message content and reply markup are \
                     exactly the same as a current content and reply markup of the message",
                ));
            }
            after.edited_at = Some(self.now());
            if let Target::InChat(_) = target {
                answer = after.to_api();
            }
            self.show(&mut state, after);
        }
        Ok(answer)
    }

    pub(super) fn delete_message(&self, params: &Params) -> Result<Value, Refusal> {
        let mut state = self.state();
        let person = known(&state, params)?;
        let id = params.int("message_id").unwrap_or(0);
        if state.messages.get(&id).is_none_or(|message| message.person != person) {
            return Err(Refusal::bad_request("message to delete not found"));
        }
        state.messages.remove(&id);
        self.keep().remove("message", format!("{id:015}"));
        self.touch(&mut state, person);
        Ok(json!(true))
    }

    pub(super) fn send_chat_action(&self, params: &Params) -> Result<Value, Refusal> {
        if params.text("action").is_none_or(|action| action.is_empty()) {
            return Err(Refusal::bad_request("wrong parameter action in request"));
        }
        let mut state = self.state();
        let person = reachable(&state, params)?;
        state.chats.entry(person).or_default().typing_until = self.now() + TYPING_SECONDS;
        self.touch(&mut state, person);
        Ok(json!(true))
    }

    pub(super) fn answer_callback_query(&self, params: &Params) -> Result<Value, Refusal> {
        let answer = json!({
            "text": params.text("text").unwrap_or_default(),
            "show_alert": params.flag("show_alert"),
            "url": params.text("url"),
        });
        self.answer_query(params, "callback_query_id", answer)
    }

    /// Hands an answer to the phone that waits for it.
    pub(super) fn answer_query(
        &self,
        params: &Params,
        name: &str,
        answer: Value,
    ) -> Result<Value, Refusal> {
        let id = params.text(name).unwrap_or_default();
        let waiting = self.state().queries.remove(&id).ok_or_else(|| {
            Refusal::bad_request(
                "query is too old and response timeout expired or query ID is invalid",
            )
        })?;
        // The phone may have given up waiting; to the bot that makes no difference.
        let _ = waiting.send(answer);
        Ok(json!(true))
    }
}

/// The person named by `chat_id`, if the bot has ever met them.
pub(super) fn known(state: &State, params: &Params) -> Result<Person, Refusal> {
    params
        .int("chat_id")
        .and_then(Person::by_telegram_id)
        .filter(|person| state.chats.get(person).is_some_and(|chat| chat.may_write))
        .ok_or_else(|| Refusal::bad_request("chat not found"))
}

/// The person named by `chat_id`, if a message would reach them.
fn reachable(state: &State, params: &Params) -> Result<Person, Refusal> {
    let person = known(state, params)?;
    if state.chats[&person].blocked || state.faults.blocked.contains(&person) {
        return Err(Refusal::new(403, "Forbidden: bot was blocked by the user"));
    }
    Ok(person)
}

fn formatted(
    params: &Params,
    text: &str,
    entities: &str,
    longest: usize,
) -> Result<Formatted, Refusal> {
    let raw = params.text(text).unwrap_or_default();
    let mode = params.text("parse_mode").unwrap_or_default().to_ascii_lowercase();
    let content = match mode.as_str() {
        "html" => Formatted::from_html(&raw)
            .map_err(|bad| Refusal::bad_request(format!("can't parse entities: {bad}")))?,
        "" => match params.object::<Vec<Entity>>(entities)? {
            Some(entities) => Formatted::with_entities(&raw, entities),
            None => Formatted::plain(&raw),
        },
        _ => return Err(Refusal::bad_request("unsupported parse_mode")),
    };
    if utf16_len(&content.text) > longest {
        return Err(Refusal::bad_request(match text {
            "caption" => "message caption is too long",
            _ => "message is too long",
        }));
    }
    Ok(content)
}

/// Other kinds of keyboards are accepted and not shown.
pub(super) fn inline_keyboard(
    params: &Params,
    in_private_chat: bool,
) -> Result<Vec<Vec<Button>>, Refusal> {
    let Some(markup) = params.object::<Markup>("reply_markup")? else { return Ok(Vec::new()) };
    for button in markup.inline_keyboard.iter().flatten() {
        button.check(in_private_chat)?;
    }
    Ok(markup.inline_keyboard.into_iter().filter(|row| !row.is_empty()).collect())
}

fn target(params: &Params) -> Result<Target, Refusal> {
    if let Some(id) = params.text("inline_message_id").filter(|id| !id.is_empty()) {
        return Ok(Target::Inline(id));
    }
    params
        .int("message_id")
        .map(Target::InChat)
        .ok_or_else(|| Refusal::bad_request("message identifier is not specified"))
}

fn found(state: &State, params: &Params, target: &Target) -> Result<Vec<i64>, Refusal> {
    let missing = || Refusal::bad_request("message to edit not found");
    match target {
        Target::InChat(id) => {
            let person = known(state, params)?;
            let message = state.messages.get(id).filter(|message| message.person == person);
            match message.ok_or_else(missing)?.author {
                Author::Bot => Ok(vec![*id]),
                Author::Person | Author::Via(_) => {
                    Err(Refusal::bad_request("message can't be edited"))
                }
            }
        }
        Target::Inline(id) => {
            let copies: Vec<i64> = state
                .messages
                .values()
                .filter(|message| message.inline_id.as_ref() == Some(id))
                .map(|message| message.id)
                .collect();
            if copies.is_empty() {
                return Err(Refusal::bad_request("MESSAGE_ID_INVALID"));
            }
            Ok(copies)
        }
    }
}
