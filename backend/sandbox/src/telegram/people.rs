//! What people do on their phones: press Start, write, tap buttons, block the bot.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use utoipa::ToSchema;

use super::chat::{Action, Author, Button, ChatMessage, Message, bot_user, chat, user};
use super::init_data::{self, Launch, Signers};
use super::markup::{Entity, Formatted, utf16_len};
use super::profile::Menu;
use super::{BOT_USERNAME, State, Telegram};
use crate::cast::Person;

/// A phone shows a spinner for so long after a tap.
const PATIENCE: Duration = Duration::from_secs(10);
/// A phone shows so many of the newest messages.
const MOST_SHOWN: usize = 200;

/// A chat as a phone shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChatView {
    pub messages: Vec<ChatMessage>,
    /// Pass it as `after` to wait for the next change.
    pub revision: u64,
    pub menu_button: Option<MenuButton>,
    pub typing: bool,
    pub blocked: bool,
    /// Whether the person has pressed Start.
    pub started: bool,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MenuButton {
    pub text: String,
    pub web_app_url: String,
}

/// What a tap led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Tapped {
    /// The bot answered; an empty text shows nothing.
    Answered {
        text: String,
        show_alert: bool,
        url: Option<String>,
    },
    /// The bot took too long.
    Unanswered,
    Link {
        url: String,
    },
    MiniApp {
        url: String,
    },
    InlineQuery {
        query: String,
    },
    Copied {
        text: String,
    },
}

/// Which button: its position counted over all rows, its text or its callback data.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum ButtonRef {
    Position(usize),
    Name(String),
}

/// Why the phone would not do it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the bot is blocked; unblock it or press Start first")]
    Blocked,
    #[error("there is no such message in this chat")]
    NoSuchMessage,
    #[error("the message has no such button")]
    NoSuchButton,
    #[error("a message cannot be empty")]
    Empty,
    #[error("the bot did not answer in time")]
    NoAnswer,
    #[error("there is no such invoice")]
    NoSuchInvoice,
    #[error("there is no such prepared message, or it has expired")]
    NoSuchCard,
    #[error("the card cannot be sent: {0}")]
    BadCard(String),
}

impl Telegram {
    /// Writes a message to the bot.
    pub fn say(&self, person: Person, text: &str) -> Result<i64, Refused> {
        let content = from_a_person(text);
        if content.text.is_empty() {
            return Err(Refused::Empty);
        }
        let mut state = self.state();
        if state.chats.get(&person).is_some_and(|chat| chat.blocked) {
            return Err(Refused::Blocked);
        }
        Ok(self.write(&mut state, person, content))
    }

    /// Presses Start, perhaps with the parameter of a deep link. Lifts a block.
    pub fn start(&self, person: Person, param: Option<&str>) -> i64 {
        self.unblock(person);
        let text = match param {
            Some(param) => format!("/start {param}"),
            None => "/start".to_owned(),
        };
        self.write(&mut self.state(), person, from_a_person(&text))
    }

    fn write(&self, state: &mut State, person: Person, content: Formatted) -> i64 {
        state.chats.entry(person).or_default().may_write = true;
        let message = Message {
            id: self.next_id(state),
            person,
            author: Author::Person,
            at: self.now(),
            edited_at: None,
            content,
            photo: None,
            buttons: Vec::new(),
            inline_id: None,
            receipt: None,
        };
        let (id, body) = (message.id, message.to_api());
        self.show(state, message);
        self.post(state, "message", person, body);
        id
    }

    /// Allows the bot to write, as a Mini App can ask for.
    pub fn allow_writing(&self, person: Person) {
        let mut state = self.state();
        let chat_state = state.chats.entry(person).or_default();
        if chat_state.may_write {
            return;
        }
        chat_state.may_write = true;
        let id = self.next_id(&mut state);
        let body = json!({
            "message_id": id,
            "from": user(person),
            "chat": chat(person),
            "date": self.now(),
            "write_access_allowed": { "from_request": true },
        });
        self.touch(&mut state, person);
        self.post(&mut state, "message", person, body);
    }

    pub fn block(&self, person: Person) {
        self.set_blocked(person, true);
    }

    pub fn unblock(&self, person: Person) {
        self.set_blocked(person, false);
    }

    fn set_blocked(&self, person: Person, blocked: bool) {
        let mut state = self.state();
        let chat_state = state.chats.entry(person).or_default();
        if chat_state.blocked == blocked {
            return;
        }
        chat_state.blocked = blocked;
        let member = json!({ "user": bot_user(), "status": "member" });
        let kicked = json!({ "user": bot_user(), "status": "kicked", "until_date": 0 });
        let (before, after) = if blocked { (member, kicked) } else { (kicked, member) };
        let body = json!({
            "chat": chat(person),
            "from": user(person),
            "date": self.now(),
            "old_chat_member": before,
            "new_chat_member": after,
        });
        self.touch(&mut state, person);
        self.post(&mut state, "my_chat_member", person, body);
    }

    /// Taps a button and, for a callback, waits for what the bot says.
    pub async fn tap(
        &self,
        person: Person,
        message_id: i64,
        button: &ButtonRef,
    ) -> Result<Tapped, Refused> {
        let (message, button) = self.find_button(person, message_id, button)?;
        let data = match button.action {
            Action::CallbackData(data) => data,
            Action::Url(url) => return Ok(Tapped::Link { url }),
            Action::WebApp(app) => return Ok(Tapped::MiniApp { url: app.url }),
            Action::SwitchInlineQuery(query) | Action::SwitchInlineQueryCurrentChat(query) => {
                return Ok(Tapped::InlineQuery { query });
            }
            Action::CopyText(copy) => return Ok(Tapped::Copied { text: copy.text }),
        };
        let (id, answer) = self.call_back(person, &message, &data);
        let answer = self.await_answer(&id, answer).await;
        Ok(match answer {
            Some(answer) => Tapped::Answered {
                text: answer["text"].as_str().unwrap_or_default().to_owned(),
                show_alert: answer["show_alert"].as_bool().unwrap_or(false),
                url: answer["url"].as_str().map(str::to_owned),
            },
            None => Tapped::Unanswered,
        })
    }

    fn find_button(
        &self,
        person: Person,
        message_id: i64,
        wanted: &ButtonRef,
    ) -> Result<(Message, Button), Refused> {
        let state = self.state();
        let message = state
            .messages
            .get(&message_id)
            .filter(|message| message.person == person)
            .ok_or(Refused::NoSuchMessage)?;
        let button = match wanted {
            ButtonRef::Position(index) => message.buttons.iter().flatten().nth(*index),
            ButtonRef::Name(name) => message.button(name),
        };
        Ok((message.clone(), button.ok_or(Refused::NoSuchButton)?.clone()))
    }

    fn call_back(
        &self,
        person: Person,
        message: &Message,
        data: &str,
    ) -> (String, oneshot::Receiver<Value>) {
        let (waiting, answer) = oneshot::channel();
        let mut state = self.state();
        let id = format!("callback-{}", self.next_id(&mut state));
        state.queries.insert(id.clone(), waiting);
        let mut body = json!({
            "id": id,
            "from": user(person),
            "chat_instance": chat_instance(person).to_string(),
            "data": data,
        });
        match &message.inline_id {
            Some(inline_id) => body["inline_message_id"] = json!(inline_id),
            None => body["message"] = message.to_api(),
        }
        self.post(&mut state, "callback_query", person, body);
        (id, answer)
    }

    /// Waits for the bot; once the phone has given up, the query is too old to be answered.
    pub(super) async fn await_answer(
        &self,
        id: &str,
        answer: oneshot::Receiver<Value>,
    ) -> Option<Value> {
        let answer = tokio::select! {
            answer = answer => answer.ok(),
            () = tokio::time::sleep(PATIENCE) => None,
            () = self.tasks().stopping() => None,
        };
        self.state().queries.remove(id);
        answer
    }

    /// The chat as it is now.
    pub fn chat(&self, person: Person) -> ChatView {
        let state = self.state();
        let about = state.chats.get(&person).cloned().unwrap_or_default();
        let menu_button = match state.profile.menu(person) {
            Menu::WebApp { text, web_app } => Some(MenuButton { text, web_app_url: web_app.url }),
            Menu::Default | Menu::Commands => None,
        };
        ChatView {
            messages: newest(&state, person),
            revision: about.revision,
            menu_button,
            typing: about.typing_until > self.now(),
            blocked: about.blocked,
            started: about.may_write,
        }
    }

    /// The chat as soon as its revision is another than `revision`, or after `wait`. In a fresh
    /// world another may be a lower one.
    pub async fn chat_after(&self, person: Person, revision: u64, wait: Duration) -> ChatView {
        let changed = || self.chat_revision(person) != revision;
        self.tasks().wait_until(self.inner.revision.subscribe(), changed, wait).await;
        self.chat(person)
    }

    fn chat_revision(&self, person: Person) -> u64 {
        self.state().chats.get(&person).map_or(0, |chat| chat.revision)
    }

    /// `initData` for opening the Mini App now, signed as Telegram signs it.
    pub fn init_data(&self, person: Person, start_param: Option<&str>) -> String {
        self.init_data_at(person, start_param, self.now())
    }

    /// The same at another time, for tests of freshness.
    pub fn init_data_at(&self, person: Person, start_param: Option<&str>, at: u32) -> String {
        let (may_write, query) = {
            let mut state = self.state();
            let may_write = state.chats.get(&person).is_some_and(|chat| chat.may_write);
            (may_write, self.next_id(&mut state))
        };
        let launch = Launch {
            person,
            names: self.names(person),
            may_write,
            auth_date: at,
            start_param,
            chat_instance: chat_instance(person),
            query_id: &format!("AAE{query:012}"),
        };
        let signers = Signers { bot_token: self.token(), telegram: &self.inner.signer };
        init_data::sign(&launch, &signers)
    }
}

fn newest(state: &State, person: Person) -> Vec<ChatMessage> {
    let own = state.messages.values().rev().filter(|message| message.person == person);
    let mut shown: Vec<ChatMessage> = own.take(MOST_SHOWN).map(Message::to_phone).collect();
    shown.reverse();
    shown
}

/// Opaque to bots; only has to be the same for the same chat.
fn chat_instance(person: Person) -> i64 {
    -4_611_686_018_000_000_000 + person.telegram_id()
}

/// Telegram marks a leading command for the bot.
fn from_a_person(text: &str) -> Formatted {
    let mut content = Formatted::plain(text);
    let Some(rest) = content.text.strip_prefix('/') else { return content };
    let own_name = format!("@{BOT_USERNAME}");
    let word = rest.split(char::is_whitespace).next().unwrap_or_default();
    let name = word.strip_suffix(&own_name).unwrap_or(word);
    let is_command = !name.is_empty()
        && name.len() <= 64
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_command {
        content.entities.push(Entity {
            kind: "bot_command".to_owned(),
            offset: 0,
            length: utf16_len(word) + 1,
            url: None,
            language: None,
            custom_emoji_id: None,
        });
    }
    content
}
