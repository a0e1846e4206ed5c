//! What the bot says about itself: its commands, menu button, name and descriptions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::chat::{chat, is_web_app_url};
use super::methods::known;
use super::params::Params;
use super::{BOT_NAME, Refusal, Telegram};
use crate::cast::Person;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Profile {
    /// By scope and language.
    commands: BTreeMap<String, Vec<Command>>,
    default_menu: Option<Menu>,
    menus: BTreeMap<Person, Menu>,
    /// Name, description and short description, each by language.
    texts: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Command {
    command: String,
    description: String,
}

/// The button beside the message field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Menu {
    Default,
    Commands,
    WebApp { text: String, web_app: super::chat::WebApp },
}

impl Profile {
    /// What shows in this person's chat.
    pub fn menu(&self, person: Person) -> Menu {
        let own = self.menus.get(&person).filter(|menu| **menu != Menu::Default);
        own.or(self.default_menu.as_ref()).cloned().unwrap_or(Menu::Default)
    }
}

impl Telegram {
    pub(super) fn profile_call(&self, method: &str, params: &Params) -> Result<Value, Refusal> {
        match method {
            "setmycommands" => self.set_my_commands(params),
            "getmycommands" => Ok(json!(self.my_commands(params))),
            "deletemycommands" => {
                self.change_profile(|profile| profile.commands.remove(&scope(params)))
            }
            "setchatmenubutton" => self.set_chat_menu_button(params),
            "getchatmenubutton" => self.chat_menu_button(params),
            "setmyname" => self.set_text("name", 64, params),
            "getmyname" => self.text("name", params),
            "setmydescription" => self.set_text("description", 512, params),
            "getmydescription" => self.text("description", params),
            "setmyshortdescription" => self.set_text("short_description", 120, params),
            "getmyshortdescription" => self.text("short_description", params),
            _ => Err(Refusal::new(404, "Not Found")),
        }
    }

    fn change_profile<T>(&self, change: impl FnOnce(&mut Profile) -> T) -> Result<Value, Refusal> {
        let mut state = self.state();
        change(&mut state.profile);
        self.keep().put("bot", "profile", &state.profile);
        Ok(json!(true))
    }

    fn set_my_commands(&self, params: &Params) -> Result<Value, Refusal> {
        let mut commands: Vec<Command> = params
            .object("commands")?
            .ok_or_else(|| Refusal::bad_request("can't parse commands JSON object"))?;
        for command in &mut commands {
            if let Some(bare) = command.command.strip_prefix('/') {
                command.command = bare.to_owned();
            }
            command.check()?;
        }
        self.change_profile(|profile| profile.commands.insert(scope(params), commands))
    }

    fn my_commands(&self, params: &Params) -> Vec<Command> {
        self.state().profile.commands.get(&scope(params)).cloned().unwrap_or_default()
    }

    fn set_chat_menu_button(&self, params: &Params) -> Result<Value, Refusal> {
        let menu: Menu = params.object("menu_button")?.unwrap_or(Menu::Default);
        if let Menu::WebApp { web_app, .. } = &menu
            && !is_web_app_url(&web_app.url)
        {
            return Err(Refusal::bad_request(format!(
                "menu button Web App URL '{}' is invalid: Only HTTPS links are allowed",
                web_app.url
            )));
        }
        let person = self.person_or_all(params)?;
        let answer = self.change_profile(|profile| match person {
            Some(person) => drop(profile.menus.insert(person, menu)),
            None => profile.default_menu = Some(menu),
        });
        let mut state = self.state();
        for person in person.map_or(Person::ALL.to_vec(), |person| vec![person]) {
            self.touch(&mut state, person);
        }
        answer
    }

    fn chat_menu_button(&self, params: &Params) -> Result<Value, Refusal> {
        let person = self.person_or_all(params)?;
        let profile = &self.state().profile;
        let menu = match person {
            Some(person) => profile.menus.get(&person),
            None => profile.default_menu.as_ref(),
        };
        Ok(json!(menu.unwrap_or(&Menu::Default)))
    }

    fn person_or_all(&self, params: &Params) -> Result<Option<Person>, Refusal> {
        if !params.has("chat_id") {
            return Ok(None);
        }
        known(&self.state(), params).map(Some)
    }

    fn set_text(&self, name: &str, longest: usize, params: &Params) -> Result<Value, Refusal> {
        let text = params.text(name).unwrap_or_default();
        if text.chars().count() > longest {
            return Err(Refusal::bad_request(format!("{name} is too long")));
        }
        self.change_profile(|profile| profile.texts.insert(text_key(name, params), text))
    }

    fn text(&self, name: &str, params: &Params) -> Result<Value, Refusal> {
        let profile = &self.state().profile;
        let fallback = if name == "name" { BOT_NAME } else { "" };
        let text = profile
            .texts
            .get(&text_key(name, params))
            .or_else(|| profile.texts.get(&format!("{name}:")))
            .map_or(fallback, String::as_str);
        Ok(json!({ name: text }))
    }

    pub(super) fn get_chat(&self, params: &Params) -> Result<Value, Refusal> {
        let person = known(&self.state(), params)?;
        let mut full = chat(person);
        full["accent_color_id"] = json!(0);
        full["max_reaction_count"] = json!(11);
        full["accepted_gift_types"] = json!({
            "unlimited_gifts": true,
            "limited_gifts": true,
            "unique_gifts": true,
            "premium_subscription": true,
            "gifts_from_channels": true,
        });
        Ok(full)
    }
}

impl Command {
    fn check(&self) -> Result<(), Refusal> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if !(1..=32).contains(&self.command.len()) || !self.command.bytes().all(allowed) {
            return Err(Refusal::bad_request("BOT_COMMAND_INVALID"));
        }
        if !(1..=256).contains(&self.description.chars().count()) {
            return Err(Refusal::bad_request("BOT_COMMAND_DESCRIPTION_INVALID"));
        }
        Ok(())
    }
}

fn scope(params: &Params) -> String {
    let scope = params.object::<Value>("scope").ok().flatten();
    let scope = scope.unwrap_or_else(|| json!({ "type": "default" }));
    format!("{scope} {}", params.text("language_code").unwrap_or_default())
}

fn text_key(name: &str, params: &Params) -> String {
    format!("{name}:{}", params.text("language_code").unwrap_or_default())
}
