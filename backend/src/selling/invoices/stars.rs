//! Paying an invoice in Telegram Stars: the offer, Telegram's question, and the Stars themselves. There is no
//! other door for them: whatever is sold has an invoice.

use super::{
    Error, Input, Invoice, Whole, advance,
    goods::{Declined, PROMISE},
    store,
    timeline::Source,
    whole,
};
use crate::{
    base::{db::Tx, events::Now},
    money::stars::{self, CODE, Paid, StarPayment, Stars},
    words::{
        id::InvoiceId,
        money::{Amount, Assets},
    },
};

/// What Telegram shows whoever is to pay.
#[derive(Debug, Clone)]
pub struct Offer {
    pub invoice: InvoiceId,
    pub price: Stars,
    pub shop: String,
    pub description: Option<String>,
    /// Telegram's link, if it was asked for one before.
    pub link: Option<String>,
}

/// What Telegram can be asked to offer, or why not.
pub fn offer(whole: &Whole, now: Now<'_>) -> Result<Offer, Declined> {
    let Whole { invoice, merchant, .. } = whole;
    invoice.takes_stars(now.at)?;
    Ok(Offer {
        invoice: invoice.id,
        price: invoice.terms.stars.ok_or(Declined::NotOffered)?,
        shop: merchant.name.clone(),
        description: invoice.terms.description.clone(),
        link: invoice.stars_link.clone(),
    })
}

/// Telegram's question before it takes Stars: may this be paid, by anybody, now?
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Telegram's name for it.
    pub id: &'a str,
    pub payload: &'a str,
    pub currency: &'a str,
    pub amount: Amount,
}

/// Decides, for whoever asked, while nobody else decides about the same invoice. A yes is a promise: for
/// a while nobody else gets one.
pub async fn decide(
    tx: &mut Tx,
    question: Question<'_>,
    now: Now<'_>,
) -> Result<Result<InvoiceId, Declined>, Error> {
    let Ok(id) = question.payload.parse() else { return Ok(Err(Declined::Unknown)) };
    let Some(invoice) = store::hold(tx, id).await? else { return Ok(Err(Declined::Unknown)) };
    let verdict = invoice.takes_stars(now.at).and_then(|()| is_price(&invoice, &question));
    if let Err(declined) = verdict {
        return Ok(Err(declined));
    }
    if stars::store::is_promised(tx, id, now.at.before(PROMISE)).await? {
        return Ok(Err(Declined::OnItsWay));
    }
    Ok(Ok(id))
}

fn is_price(invoice: &Invoice, question: &Question<'_>) -> Result<(), Declined> {
    let fits = question.currency == CODE
        && invoice.terms.stars.is_some_and(|price| price.amount() == question.amount);
    if fits { Ok(()) } else { Err(Declined::OtherSum) }
}

/// Stars that Telegram has taken, and the invoice they pay as it stands now.
#[derive(Debug, Clone)]
pub struct Taken {
    pub payment: StarPayment,
    /// `None`: they pay nothing we know.
    pub whole: Option<Whole>,
}

/// Records Stars that Telegram has taken and counts them towards their invoice, in this one transaction.
/// `None`: this charge was known already.
pub async fn take(
    tx: &mut Tx,
    assets: &Assets,
    paid: &Paid,
    now: Now<'_>,
) -> Result<Option<Taken>, Error> {
    let invoice = paid_by(tx, paid).await?;
    let Some(payment) = stars::record(tx, paid, invoice, now).await? else { return Ok(None) };
    let outcome = if invoice.is_some() { "matched" } else { "unmatched" };
    metrics::counter!("star_payments_total", "outcome" => outcome).increment(1);
    let whole = match invoice {
        Some(id) => {
            credit(tx, assets, id, &payment, now).await?;
            Some(whole(tx, id).await?)
        }
        None => {
            tracing::error!(id = %payment.id, "Stars came that pay nothing we know");
            None
        }
    };
    Ok(Some(Taken { payment, whole }))
}

/// The invoice that Stars have paid: the one they name, if they are its price.
async fn paid_by(tx: &mut Tx, paid: &Paid) -> Result<Option<InvoiceId>, Error> {
    let Ok(id) = paid.payload.parse() else { return Ok(None) };
    let invoice = store::find(tx, id).await?;
    let price = invoice.and_then(|invoice| invoice.terms.stars);
    Ok(price.filter(|price| price.amount() == paid.amount).map(|_| id))
}

/// Counts Stars that have come and tells the merchant.
async fn credit(
    tx: &mut Tx,
    assets: &Assets,
    id: InvoiceId,
    payment: &StarPayment,
    now: Now<'_>,
) -> Result<(), Error> {
    let input = Input::Starred { amount: payment.amount, at: payment.at };
    advance(tx, assets, id, input, Some(Source::Stars(payment.id)), now).await
}
