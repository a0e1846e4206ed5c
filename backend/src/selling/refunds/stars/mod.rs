//! Stars that go back. Telegram does it when the bot asks, always the whole payment, and nobody signs.
//! The states stand in [`state`]; the asking is `shells/bot`'s, outside of any transaction.

pub mod state;
pub mod store;

use super::{Error, store as others, view};
use crate::{
    base::{
        db::Tx,
        events::{self, Audience, Now, kind},
    },
    money::stars::{self, StarPayment},
    selling::merchants::{self, Merchant},
    words::id::{RefundId, StarPaymentId},
};

pub use state::{Change, Input, StarRefund};

/// A refund with all that is shown of it.
#[derive(Debug, Clone)]
pub struct Whole {
    pub refund: StarRefund,
    pub merchant: Merchant,
}

/// Opens a refund of a payment in Stars. Telegram is asked as soon as this is committed.
pub async fn create(
    tx: &mut Tx,
    merchant: &Merchant,
    payment: StarPaymentId,
    reason: Option<String>,
    now: Now<'_>,
) -> Result<Whole, Error> {
    let paid = own(tx, merchant, payment).await?;
    let refund = refund(&paid, merchant, reason, now)?;
    if !store::insert(tx, &refund).await? {
        return Err(Error::StarsGone(payment));
    }
    metrics::counter!("refunds_total").increment(1);
    let whole = Whole { refund, merchant: merchant.clone() };
    tell(tx, &whole, kind::REFUND_CREATED, now).await?;
    tx.nudge();
    Ok(whole)
}

/// The payment, if it has paid an invoice of this merchant's.
async fn own(tx: &mut Tx, merchant: &Merchant, id: StarPaymentId) -> Result<StarPayment, Error> {
    let payment = stars::store::find(tx, id).await?.ok_or(Error::NoSuchStars(id))?;
    match payment.invoice {
        Some(invoice) if others::owns_invoice(tx, merchant.id, invoice).await? => Ok(payment),
        _ => Err(Error::NoSuchStars(id)),
    }
}

fn refund(
    payment: &StarPayment,
    merchant: &Merchant,
    reason: Option<String>,
    now: Now<'_>,
) -> Result<StarRefund, Error> {
    let invoice = payment.invoice.ok_or(Error::NoSuchStars(payment.id))?;
    let id = RefundId::new(now.at, now.dice);
    Ok(StarRefund::new(id, merchant.id, payment, invoice, reason, now.at))
}

/// Telegram says that these Stars have gone back, whoever has asked for it.
pub async fn returned(tx: &mut Tx, payment: &StarPayment, now: Now<'_>) -> Result<(), Error> {
    let Some(invoice) = payment.invoice else { return Ok(()) };
    if let Some(known) = store::newest_of(tx, payment.id).await? {
        return advance(tx, known.id, Input::Done { at: now.at }, now).await;
    }
    let merchant = store::merchant_of(tx, invoice).await?;
    let merchant = merchants::find(tx, merchant).await?;
    let opened = refund(payment, &merchant, None, now)?;
    let (refund, _) = opened.apply(Input::Done { at: now.at });
    if store::insert(tx, &refund).await? {
        tell(tx, &Whole { refund, merchant }, kind::REFUND_SUCCEEDED, now).await?;
    }
    Ok(())
}

/// Load, apply, store, append. Where somebody else has moved the refund since we read it, the input is
/// applied to what they made of it.
pub async fn advance(tx: &mut Tx, id: RefundId, input: Input, now: Now<'_>) -> Result<(), Error> {
    loop {
        let before = store::find(tx, id).await?.ok_or(Error::NotFound(id))?;
        let (after, change) = before.clone().apply(input.clone());
        if after == before {
            return Ok(());
        }
        if store::save(tx, &before, &after).await? {
            tx.nudge();
            let kind = match change {
                Some(Change::Succeeded) => kind::REFUND_SUCCEEDED,
                Some(Change::Failed) => kind::REFUND_FAILED,
                None => return Ok(()),
            };
            let whole = complete(tx, after).await?;
            return tell(tx, &whole, kind, now).await;
        }
    }
}

/// Puts an event with the whole refund as its data into the merchant's feed. Its chat hears how it ended.
async fn tell(tx: &mut Tx, whole: &Whole, kind: &'static str, now: Now<'_>) -> Result<(), Error> {
    let audience = match kind {
        kind::REFUND_CREATED => Audience::quiet(whole.merchant.id),
        _ => merchants::audience(tx, &whole.merchant).await?,
    };
    events::append(tx, &audience, kind, &view::stars(whole), now);
    Ok(())
}

/// Adds to a refund all that is shown of it.
pub async fn complete(tx: &mut Tx, refund: StarRefund) -> Result<Whole, Error> {
    let merchant = merchants::find(tx, refund.merchant).await?;
    Ok(Whole { refund, merchant })
}
