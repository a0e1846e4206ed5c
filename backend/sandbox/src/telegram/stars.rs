//! Telegram Stars: links that ask for them, the purses they are in, the question before they are taken,
//! and the way back. Rules: core.telegram.org/bots/payments-stars.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use utoipa::ToSchema;

use super::chat::{Author, Message, user};
use super::markup::Formatted;
use super::params::Params;
use super::people::Refused;
use super::{BOT_NAME, Refusal, State, Telegram};
use crate::cast::Person;

pub const CURRENCY: &str = "XTR";
/// What everybody of the cast begins with.
const PURSE: i64 = 1_000;
/// Telegram refuses invoices that ask for more.
const MOST: i64 = 10_000;

/// What a link asks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Invoice {
    title: String,
    description: String,
    payload: String,
    amount: i64,
}

/// Stars that were taken, by their charge.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Charge {
    person: Person,
    amount: i64,
    payload: String,
    refunded: bool,
}

/// Everything about Stars that Telegram remembers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Stars {
    invoices: BTreeMap<String, Invoice>,
    charges: BTreeMap<String, Charge>,
    spent: BTreeMap<Person, i64>,
    /// What has come to the bot and not gone back.
    bot: i64,
}

impl Stars {
    fn purse(&self, person: Person) -> i64 {
        PURSE - self.spent.get(&person).copied().unwrap_or(0)
    }
}

/// What a message says of Stars, beside its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Receipt {
    Paid { payload: String, amount: i64, charge: String },
    Returned { payload: String, amount: i64, charge: String },
}

impl Receipt {
    /// The field of a Bot API message and what stands in it.
    pub fn to_api(&self) -> (&'static str, Value) {
        let (name, (payload, amount, charge)) = match self {
            Self::Paid { payload, amount, charge } => {
                ("successful_payment", (payload, amount, charge))
            }
            Self::Returned { payload, amount, charge } => {
                ("refunded_payment", (payload, amount, charge))
            }
        };
        let mut value = json!({
            "currency": CURRENCY,
            "total_amount": amount,
            "invoice_payload": payload,
            "telegram_payment_charge_id": charge,
        });
        if let Self::Paid { .. } = self {
            value["provider_payment_charge_id"] = json!(charge);
        }
        (name, value)
    }

    /// What a phone shows in the chat.
    fn words(&self, title: &str) -> String {
        match self {
            Self::Paid { amount, .. } => {
                format!("You paid ★ {amount} to {BOT_NAME} for {title}")
            }
            Self::Returned { amount, .. } => format!("{BOT_NAME} has returned ★ {amount} to you"),
        }
    }
}

/// The payment sheet as a phone shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StarSheet {
    pub title: String,
    pub description: String,
    /// What it costs, in Stars.
    pub amount: i64,
    /// What the person has.
    pub balance: i64,
}

/// How an attempt to pay has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum StarPaid {
    Paid {
        charge: String,
    },
    /// Nothing was taken, and why.
    Failed {
        error: String,
    },
}

#[derive(Deserialize)]
struct Price {
    amount: i64,
}

impl Telegram {
    pub(super) fn create_invoice_link(&self, params: &Params) -> Result<Value, Refusal> {
        let text = |name: &str, longest: usize, refusal: &str| {
            let text = params.text(name).unwrap_or_default();
            let fits = (1..=longest).contains(&text.chars().count());
            if fits { Ok(text) } else { Err(Refusal::bad_request(refusal)) }
        };
        let title = text("title", 32, "INVOICE_TITLE_INVALID")?;
        let description = text("description", 255, "INVOICE_DESCRIPTION_INVALID")?;
        let payload = params.text("payload").unwrap_or_default();
        if !(1..=128).contains(&payload.len()) {
            return Err(Refusal::bad_request("INVOICE_PAYLOAD_INVALID"));
        }
        if params.text("currency").as_deref() != Some(CURRENCY) {
            return Err(Refusal::bad_request("CURRENCY_INVALID"));
        }
        if params.text("provider_token").is_some_and(|token| !token.is_empty()) {
            return Err(Refusal::bad_request("PAYMENT_PROVIDER_INVALID"));
        }
        let prices: Vec<Price> = params.object("prices")?.unwrap_or_default();
        let [Price { amount }] = prices[..] else {
            return Err(Refusal::bad_request("STARS_INVOICE_INVALID"));
        };
        if !(1..=MOST).contains(&amount) {
            return Err(Refusal::bad_request("CURRENCY_TOTAL_AMOUNT_INVALID"));
        }
        let mut state = self.state();
        let slug = format!("stars{}", self.next_id(&mut state));
        let link = format!("https://t.me/${slug}");
        state.stars.invoices.insert(slug, Invoice { title, description, payload, amount });
        self.keep_stars(&state);
        Ok(json!(link))
    }

    pub(super) fn answer_pre_checkout_query(&self, params: &Params) -> Result<Value, Refusal> {
        let ok = params.flag("ok");
        let error = params.text("error_message").unwrap_or_default();
        if !ok && error.is_empty() {
            return Err(Refusal::bad_request("ERROR_MESSAGE_EMPTY"));
        }
        self.answer_query(params, "pre_checkout_query_id", json!({ "ok": ok, "error": error }))
    }

    pub(super) fn refund_star_payment(&self, params: &Params) -> Result<Value, Refusal> {
        let person = params
            .int("user_id")
            .and_then(Person::by_telegram_id)
            .ok_or_else(|| Refusal::bad_request("USER_ID_INVALID"))?;
        let charge = params.text("telegram_payment_charge_id").unwrap_or_default();
        let mut state = self.state();
        let bot = state.stars.bot;
        let known = state.stars.charges.get_mut(&charge).filter(|known| known.person == person);
        let known = known.ok_or_else(|| Refusal::bad_request("CHARGE_NOT_FOUND"))?;
        if known.refunded {
            return Err(Refusal::bad_request("CHARGE_ALREADY_REFUNDED"));
        }
        if known.amount > bot {
            return Err(Refusal::bad_request("BALANCE_TOO_LOW"));
        }
        known.refunded = true;
        let Charge { amount, payload, .. } = known.clone();
        self.move_stars(&mut state, person, -amount);
        let receipt = Receipt::Returned { payload, amount, charge };
        let words = receipt.words("");
        self.tell_receipt(&mut state, person, receipt, &words);
        Ok(json!(true))
    }

    pub(super) fn my_star_balance(&self) -> Value {
        json!({ "amount": self.state().stars.bot })
    }

    /// What a link asks of this person.
    pub fn star_sheet(&self, person: Person, slug: &str) -> Result<StarSheet, Refused> {
        let state = self.state();
        let invoice = state.stars.invoices.get(slug).ok_or(Refused::NoSuchInvoice)?;
        Ok(StarSheet {
            title: invoice.title.clone(),
            description: invoice.description.clone(),
            amount: invoice.amount,
            balance: state.stars.purse(person),
        })
    }

    /// Pays what a link asks for: the bot is asked first and has ten seconds to agree.
    pub async fn pay_stars(&self, person: Person, slug: &str) -> Result<StarPaid, Refused> {
        let failed = |error: &str| Ok(StarPaid::Failed { error: error.to_owned() });
        let (id, invoice, answer) = {
            let mut state = self.state();
            let invoice = state.stars.invoices.get(slug).ok_or(Refused::NoSuchInvoice)?.clone();
            if invoice.amount > state.stars.purse(person) {
                return failed("BALANCE_TOO_LOW");
            }
            let (waiting, answer) = oneshot::channel();
            let id = format!("checkout-{}", self.next_id(&mut state));
            state.queries.insert(id.clone(), waiting);
            let body = json!({
                "id": id,
                "from": user(person),
                "currency": CURRENCY,
                "total_amount": invoice.amount,
                "invoice_payload": invoice.payload,
            });
            self.post(&mut state, "pre_checkout_query", person, body);
            (id, invoice, answer)
        };
        match self.await_answer(&id, answer).await {
            None => failed("BOT_PRECHECKOUT_TIMEOUT"),
            Some(answer) if answer["ok"] == true => {
                Ok(StarPaid::Paid { charge: self.take_stars(person, &invoice) })
            }
            Some(answer) => failed(answer["error"].as_str().unwrap_or_default()),
        }
    }

    /// Takes the Stars and tells the bot, whatever the bot thinks of it.
    fn take_stars(&self, person: Person, invoice: &Invoice) -> String {
        let mut state = self.state();
        let charge = format!("stx{:012}", self.next_id(&mut state));
        let Invoice { payload, amount, title, .. } = invoice.clone();
        let taken = Charge { person, amount, payload: payload.clone(), refunded: false };
        state.stars.charges.insert(charge.clone(), taken);
        self.move_stars(&mut state, person, amount);
        let receipt = Receipt::Paid { payload, amount, charge: charge.clone() };
        let words = receipt.words(&title);
        self.tell_receipt(&mut state, person, receipt, &words);
        charge
    }

    /// The same without asking the bot: an answer that was given long ago, for tests of what comes late
    /// or twice.
    pub fn take_stars_unasked(&self, person: Person, slug: &str) -> Result<String, Refused> {
        let invoice = self.state().stars.invoices.get(slug).cloned();
        Ok(self.take_stars(person, &invoice.ok_or(Refused::NoSuchInvoice)?))
    }

    /// From a person to the bot; back where the amount is negative.
    fn move_stars(&self, state: &mut State, person: Person, amount: i64) {
        *state.stars.spent.entry(person).or_default() += amount;
        state.stars.bot += amount;
        self.keep_stars(state);
    }

    fn tell_receipt(&self, state: &mut State, person: Person, receipt: Receipt, words: &str) {
        let chat = state.chats.entry(person).or_default();
        chat.may_write = true;
        let message = Message {
            id: self.next_id(state),
            person,
            author: Author::Person,
            at: self.now(),
            edited_at: None,
            content: Formatted::plain(words),
            photo: None,
            buttons: Vec::new(),
            inline_id: None,
            receipt: Some(receipt),
        };
        let body = message.to_api();
        self.show(state, message);
        self.post(state, "message", person, body);
    }

    fn keep_stars(&self, state: &State) {
        self.keep().put("bot", "stars", &state.stars);
    }
}
