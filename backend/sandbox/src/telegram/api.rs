//! The Bot API over HTTP: `/bot<token>/<method>`, in any letter case, by any way of passing
//! parameters, answered in Telegram's envelope.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Request, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Json, body::Body};
use serde_json::{Value, json};

use super::params::Params;
use super::transcript::Note;
use super::{Refusal, Telegram};
use crate::cast::Person;

/// Telegram's limit for an upload by a bot is 50 MB; nothing here needs that much.
const LARGEST_BODY: usize = 10 * 1024 * 1024;

pub fn router(telegram: Telegram) -> Router {
    Router::new()
        .route("/bot{token}/{method}", any(call))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(telegram)
}

async fn call(
    Shared(telegram): Shared<Telegram>,
    Path((token, method)): Path<(String, String)>,
    request: Request<Body>,
) -> Response {
    if token != telegram.token() {
        return envelope(Err(Refusal::new(401, "Unauthorized")));
    }
    if telegram.state().faults.down {
        return envelope(Err(Refusal::new(502, "Bad Gateway")));
    }
    let answer = match Params::read(request).await {
        Ok(params) => telegram.answer(&method, &params).await,
        Err(refusal) => Err(refusal),
    };
    telegram.keep().settle().await;
    envelope(answer)
}

fn envelope(answer: Result<Value, Refusal>) -> Response {
    let status = match &answer {
        Ok(_) => StatusCode::OK,
        Err(refusal) => {
            StatusCode::from_u16(refusal.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
        }
    };
    (status, Json(to_json(&answer))).into_response()
}

fn to_json(answer: &Result<Value, Refusal>) -> Value {
    match answer {
        Ok(result) => json!({ "ok": true, "result": result }),
        Err(refusal) => {
            let mut body = json!({
                "ok": false,
                "error_code": refusal.code,
                "description": refusal.description,
            });
            if let Some(seconds) = refusal.retry_after {
                body["parameters"] = json!({ "retry_after": seconds });
            }
            body
        }
    }
}

impl Telegram {
    async fn answer(&self, method: &str, params: &Params) -> Result<Value, Refusal> {
        let method = method.to_ascii_lowercase();
        let mut answer = match method.as_str() {
            "getupdates" => self.get_updates(params).await,
            _ => self.carry_out(&method, params),
        };
        if let Ok(said) = &mut answer {
            self.state().renamed.dress(said);
        }
        // An idle poll says nothing worth remembering.
        if method != "getupdates" || answer.as_ref().is_ok_and(|result| *result != json!([])) {
            let person = params
                .int("chat_id")
                .or_else(|| params.int("user_id"))
                .and_then(Person::by_telegram_id);
            let note =
                Note::Call { person, method, params: params.to_json(), answer: to_json(&answer) };
            self.note(&mut self.state(), note);
        }
        answer
    }

    fn carry_out(&self, method: &str, params: &Params) -> Result<Value, Refusal> {
        self.rate_limit(method)?;
        match method {
            "getme" => Ok(self.get_me()),
            "setwebhook" => self.set_webhook(params),
            "deletewebhook" => self.delete_webhook(params),
            "getwebhookinfo" => Ok(self.webhook_info()),
            "sendmessage" => self.send_message(params),
            "sendphoto" => self.send_photo(params),
            "editmessagetext" => self.edit_message_text(params),
            "editmessagereplymarkup" => self.edit_message_reply_markup(params),
            "deletemessage" => self.delete_message(params),
            "sendchataction" => self.send_chat_action(params),
            "answercallbackquery" => self.answer_callback_query(params),
            "answerinlinequery" => self.answer_inline_query(params),
            "savepreparedinlinemessage" => self.save_prepared_inline_message(params),
            "getchat" => self.get_chat(params),
            "createinvoicelink" => self.create_invoice_link(params),
            "answerprecheckoutquery" => self.answer_pre_checkout_query(params),
            "refundstarpayment" => self.refund_star_payment(params),
            "getmystarbalance" => Ok(self.my_star_balance()),
            _ => self.profile_call(method, params),
        }
    }

    /// The fault: Telegram has had enough of our messages.
    fn rate_limit(&self, method: &str) -> Result<(), Refusal> {
        let mut state = self.state();
        let writes = method.starts_with("send") || method.starts_with("edit");
        if !writes || state.faults.rate_limit_next == 0 {
            return Ok(());
        }
        state.faults.rate_limit_next -= 1;
        let seconds = state.faults.retry_after.max(1);
        Err(Refusal {
            retry_after: Some(seconds),
            ..Refusal::new(429, format!("Too Many Requests: retry after {seconds}"))
        })
    }
}

#[cfg(test)]
mod tests;
