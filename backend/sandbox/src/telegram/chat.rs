//! A private chat with the bot: its messages, as the Bot API and as a phone see them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::markup::Formatted;
use super::stars::Receipt;
use super::{BOT_NAME, BOT_USERNAME, Refusal};
use crate::cast::Person;

/// One message. Its id is unique in the whole sandbox.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Message {
    pub id: i64,
    /// Whose chat with the bot it is in.
    pub person: Person,
    pub author: Author,
    /// Unix seconds.
    pub at: u32,
    pub edited_at: Option<u32>,
    pub content: Formatted,
    /// An address of a picture, or the picture itself as a `data:` URL; the text is its caption.
    pub photo: Option<String>,
    pub buttons: Vec<Vec<Button>>,
    /// Set when it came through inline mode; all its copies share the id.
    pub inline_id: Option<String>,
    /// Set when it tells of Stars; the bot does not get its text.
    #[serde(default)]
    pub receipt: Option<Receipt>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    Bot,
    Person,
    /// Sent by this person with the bot's inline mode; shown in the chats of both.
    Via(Person),
}

/// An inline button, in the Bot API's own shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    pub text: String,
    #[serde(flatten)]
    pub action: Action,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Url(String),
    WebApp(WebApp),
    CallbackData(String),
    SwitchInlineQuery(String),
    SwitchInlineQueryCurrentChat(String),
    CopyText(CopyText),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebApp {
    pub url: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyText {
    pub text: String,
}

/// A message as the phone shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChatMessage {
    pub id: i64,
    pub from: ChatSide,
    /// Who sent it through the bot's inline mode, if somebody did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub via: Option<Person>,
    pub text: String,
    /// Bot API message entities.
    #[schema(value_type = Vec<Object>)]
    pub entities: Value,
    /// The text with its formatting, safe to put into a page.
    pub html: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photo: Option<String>,
    /// Unix seconds.
    pub at: u32,
    pub edited: bool,
    /// Telegram itself says it, in the middle of the chat.
    pub service: bool,
    pub buttons: Vec<Vec<ChatButton>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChatSide {
    Bot,
    Me,
}

/// A button as the phone shows it; at most one of the actions is set.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct ChatButton {
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Address of the Mini App to open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web_app: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub switch_inline_query: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copy_text: Option<String>,
}

impl Message {
    /// As the Bot API answers it.
    pub fn to_api(&self) -> Value {
        let mut message = json!({
            "message_id": self.id,
            "from": match self.author {
                Author::Bot => bot_user(),
                Author::Person => user(self.person),
                Author::Via(sender) => user(sender),
            },
            "chat": chat(self.person),
            "date": self.at,
        });
        if let Some(receipt) = &self.receipt {
            let (name, value) = receipt.to_api();
            message[name] = value;
            return message;
        }
        let (text, entities) = match &self.photo {
            None => ("text", "entities"),
            Some(_) => {
                message["photo"] = json!([{
                    "file_id": format!("photo-{}", self.id),
                    "file_unique_id": format!("photo-{}", self.id),
                    "width": 640,
                    "height": 640,
                }]);
                ("caption", "caption_entities")
            }
        };
        if !self.content.text.is_empty() {
            message[text] = json!(self.content.text);
        }
        if !self.content.entities.is_empty() {
            message[entities] = json!(self.content.entities);
        }
        if let Some(edited_at) = self.edited_at {
            message["edit_date"] = json!(edited_at);
        }
        if !self.buttons.is_empty() {
            message["reply_markup"] = json!({ "inline_keyboard": self.buttons });
        }
        if let Author::Via(_) = self.author {
            message["via_bot"] = bot_user();
        }
        message
    }

    pub fn to_phone(&self) -> ChatMessage {
        let (from, via) = match self.author {
            Author::Bot => (ChatSide::Bot, None),
            Author::Person => (ChatSide::Me, None),
            Author::Via(sender) if sender == self.person => (ChatSide::Me, Some(sender)),
            Author::Via(sender) => (ChatSide::Bot, Some(sender)),
        };
        ChatMessage {
            id: self.id,
            from,
            via,
            text: self.content.text.clone(),
            entities: json!(self.content.entities),
            html: self.content.to_safe_html(),
            photo: self.photo.clone(),
            at: self.at,
            edited: self.edited_at.is_some(),
            service: self.receipt.is_some(),
            buttons: self
                .buttons
                .iter()
                .map(|row| row.iter().map(Button::to_phone).collect())
                .collect(),
        }
    }

    /// The button with this callback data or this text.
    pub fn button(&self, wanted: &str) -> Option<&Button> {
        let all = || self.buttons.iter().flatten();
        all()
            .find(|button| matches!(&button.action, Action::CallbackData(data) if data == wanted))
            .or_else(|| all().find(|button| button.text == wanted))
    }
}

impl Button {
    fn to_phone(&self) -> ChatButton {
        let mut button = ChatButton { text: self.text.clone(), ..ChatButton::default() };
        match self.action.clone() {
            Action::Url(url) => button.url = Some(url),
            Action::WebApp(app) => button.web_app = Some(app.url),
            Action::CallbackData(data) => button.callback_data = Some(data),
            Action::SwitchInlineQuery(query) | Action::SwitchInlineQueryCurrentChat(query) => {
                button.switch_inline_query = Some(query);
            }
            Action::CopyText(copy) => button.copy_text = Some(copy.text),
        }
        button
    }

    /// The checks Telegram makes, in its words.
    pub fn check(&self, in_private_chat: bool) -> Result<(), Refusal> {
        match &self.action {
            Action::CallbackData(data) if data.is_empty() || data.len() > 64 => {
                Err(Refusal::bad_request("BUTTON_DATA_INVALID"))
            }
            Action::Url(url) if url::Url::parse(url).is_err() => Err(Refusal::bad_request(
                format!("inline keyboard button URL '{url}' is invalid: Wrong HTTP URL"),
            )),
            Action::WebApp(_) if !in_private_chat => {
                Err(Refusal::bad_request("BUTTON_TYPE_INVALID"))
            }
            Action::WebApp(app) if !is_web_app_url(&app.url) => Err(Refusal::bad_request(format!(
                "inline keyboard button Web App URL '{}' is invalid: Only HTTPS links are \
                     allowed",
                app.url
            ))),
            _ => Ok(()),
        }
    }
}

/// Telegram wants HTTPS; the sandbox's own machine is let through without.
pub fn is_web_app_url(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| match url.scheme() {
        "https" => true,
        "http" => url.host_str().is_some_and(is_this_machine),
        _ => false,
    })
}

pub fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost") || host == "127.0.0.1" || host == "[::1]"
}

pub fn user(person: Person) -> Value {
    json!({
        "id": person.telegram_id(),
        "is_bot": false,
        "first_name": person.first_name(),
        "username": person.username(),
        "language_code": "en",
    })
}

pub fn chat(person: Person) -> Value {
    json!({
        "id": person.telegram_id(),
        "type": "private",
        "first_name": person.first_name(),
        "username": person.username(),
    })
}

pub fn bot_user() -> Value {
    json!({
        "id": super::BOT_ID,
        "is_bot": true,
        "first_name": BOT_NAME,
        "username": BOT_USERNAME,
    })
}
