//! What Telegram tells of Stars: a question before it takes them, the word that it has, and the word
//! that it has given them back. The questions' answers are sent by [`till`](super::till).

use teloxide::types::{Message as Incoming, PreCheckoutQuery, RefundedPayment, SuccessfulPayment};

use super::text::{
    Message, Words,
    notice::{bold, show_name, shown},
    show,
};
use crate::{
    base::{app::App, db::Tx, events::Now},
    money::stars::{self, Paid, StarPayment},
    selling::{
        invoices::{
            self, Declined, InvoiceException, Whole,
            stars::{Question, Taken, decide, take},
        },
        refunds,
    },
    words::{money::Amount, time::Time},
};

/// In characters.
const NOTE: usize = 200;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Invoices(#[from] invoices::Error),
    #[error(transparent)]
    Refunds(#[from] refunds::Error),
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

/// Telegram asks whether an invoice may be paid. What is decided commits with the update; its answer
/// goes out after that.
pub async fn asked(
    tx: &mut Tx,
    app: &App,
    words: &dyn Words,
    query: &PreCheckoutQuery,
    now: Now<'_>,
) -> Result<(), Error> {
    let question = Question {
        id: &query.id.0,
        payload: &query.invoice_payload,
        currency: &query.currency,
        amount: amount(query.total_amount),
    };
    let verdict =
        if app.settings.stars { decide(tx, question, now).await? } else { Err(Declined::Off) };
    let (invoice, refusal) = match verdict {
        Ok(invoice) => (Some(invoice), None),
        Err(declined) => (None, Some(words.declined(declined))),
    };
    let outcome = if refusal.is_none() { "allowed" } else { "declined" };
    metrics::counter!("star_checkouts_total", "outcome" => outcome).increment(1);
    stars::store::insert_checkout(tx, question.id, invoice, refusal, now.at).await?;
    tx.nudge();
    Ok(())
}

/// Telegram has taken Stars. Says so to whoever has paid, once.
pub async fn paid(
    tx: &mut Tx,
    app: &App,
    words: &dyn Words,
    (telegram_id, incoming, payment): (i64, &Incoming, &SuccessfulPayment),
    now: Now<'_>,
) -> Result<Option<Message>, Error> {
    if payment.currency != stars::CODE {
        tracing::error!(currency = %payment.currency, "money came that this bot has never asked for");
        return Ok(None);
    }
    let paid = Paid {
        charge_id: payment.telegram_payment_charge_id.0.clone(),
        telegram_id,
        payload: payment.invoice_payload.clone(),
        amount: amount(payment.total_amount),
        at: Time::from_millis(incoming.date.timestamp_millis()),
    };
    let Some(Taken { payment, whole }) = take(tx, &app.assets, &paid, now).await? else {
        return Ok(None);
    };
    let Some(whole) = whole else { return Ok(Some(Message::new(words.stars_unknown()))) };
    let hint = match whole.invoice.exception() {
        _ if whole.invoice.is_late(payment.at) => Some(words.stars_late_hint()),
        InvoiceException::Overpaid => Some(words.stars_again_hint()),
        _ => None,
    };
    let title = words.paid_shop(&sum(&payment), &show_name(words, &whole.merchant.name));
    Ok(Some(receipt(words, &title, hint, &whole)))
}

/// Telegram has given Stars back. Says so to whoever had paid.
pub async fn returned(
    tx: &mut Tx,
    words: &dyn Words,
    refunded: &RefundedPayment,
    now: Now<'_>,
) -> Result<Option<Message>, Error> {
    let charge = &refunded.telegram_payment_charge_id.0;
    let Some(payment) = stars::store::by_charge(tx, charge).await? else { return Ok(None) };
    refunds::stars::returned(tx, &payment, now).await?;
    let Some(id) = payment.invoice else { return Ok(None) };
    let whole = invoices::whole(tx, id).await?;
    let title = words.paid_back(&sum(&payment), &show_name(words, &whole.merchant.name));
    Ok(Some(receipt(words, &title, None, &whole)))
}

fn receipt(words: &dyn Words, title: &str, hint: Option<&str>, whole: &Whole) -> Message {
    let said = whole.invoice.terms.description.as_deref().map(|said| show(said, NOTE));
    let said = said.filter(|said| !said.is_empty()).map(|said| words.quote(&said));
    let lines = [Some(bold(title)), said, hint.map(str::to_owned)];
    let html = lines.into_iter().flatten().collect::<Vec<_>>().join("\n");
    Message::new(html).with(words.view_invoice(), Some(&whole.invoice.id.to_string()))
}

fn sum(payment: &StarPayment) -> String {
    shown(&stars::money(payment.amount))
}

fn amount(stars: u32) -> Amount {
    Amount::new(u128::from(stars)).unwrap_or(Amount::MAX)
}
