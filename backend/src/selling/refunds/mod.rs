//! Money that merchants pay back, without anybody holding it. The states stand in [`state`].
//!
//! A refund names the transfer whose money goes back, and goes to that transfer's sender. Its money is
//! recognised like any other: each message that is handed out is a payment intent of its own, whose
//! payee is the sender. All refunds of a transfer together never take more than it brought; what may
//! still come of a message that is out counts as taken, also after the refund was canceled. Stars go
//! another way, by Telegram and without a signature: see [`stars`].

pub mod http;
mod message;
pub mod stars;
pub mod state;
pub mod store;
pub mod view;
mod warn;

use ton::address::Address;

use crate::{
    base::{
        db::{self, Tx},
        events::{self, Audience, Now, kind},
    },
    money::payments::{self, End, Intent, Manner, Paid, Purpose, Stage, Transfer},
    selling::merchants::{self, Merchant},
    words::{
        id::{InvoiceId, RefundId, StarPaymentId, TransferId},
        money::{Amount, Assets},
        time::Time,
    },
};

pub use state::{Change, Input, Refund, RefundStatus, Refused, Warning};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no refund {0}")]
    NotFound(RefundId),
    #[error("{0} is no money of this merchant")]
    NoSuchPayment(TransferId),
    #[error("{0} has paid no invoice of this merchant")]
    NoSuchStars(StarPaymentId),
    /// Stars go back once, and as a whole.
    #[error("{0} has gone back, or is about to")]
    StarsGone(StarPaymentId),
    #[error("Telegram gives Stars back as a whole, to whoever has paid them")]
    StarsWhole,
    #[error("a refund of Stars is not signed")]
    NothingToSign,
    #[error(transparent)]
    Refused(#[from] Refused),
    /// This is all that is left of what came.
    #[error("only {} units are left", .left.units())]
    TooLarge { left: Amount, of: TransferId },
    #[error("the chain names no sender")]
    NoSender,
    #[error("the money would go to an address that has not sent it")]
    OtherAddress { sender: Option<Address> },
    #[error("the money would go where it is")]
    ToSelf,
    #[error("this money is larger than can be counted, or of an asset that is not accepted")]
    NotCountable,
    #[error(transparent)]
    Payments(#[from] payments::Error),
    #[error(transparent)]
    Merchant(#[from] merchants::Error),
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

/// A refund before it has an id.
#[derive(Debug, Clone)]
pub struct NewRefund {
    pub transfer: TransferId,
    /// `None`: everything that is left.
    pub amount: Option<Amount>,
    pub reason: Option<String>,
    /// Where it goes, if not to the sender; confirmed by the merchant.
    pub to: Option<Address>,
    pub warnings: Vec<Warning>,
}

/// A refund with all that is shown of it.
#[derive(Debug, Clone)]
pub struct Whole {
    pub refund: Refund,
    pub merchant: Merchant,
    /// The messages that were handed out, the newest first.
    pub intents: Vec<Intent>,
    /// What has arrived, oldest first.
    pub transfers: Vec<Transfer>,
}

/// A transfer that can be paid back, and what it had paid.
#[derive(Debug, Clone)]
pub struct Refundable {
    pub transfer: Transfer,
    pub invoice: Option<InvoiceId>,
    pub received: Amount,
    /// What no refund has taken yet.
    pub left: Amount,
}

/// How payments know what they are for.
pub const KIND: &str = "refund";

pub fn purpose(id: RefundId) -> Purpose {
    Purpose::of(KIND, id, Manner { takes_parts: true, shop: Some(End::Payer), keeps_worth: false })
}

/// What a merchant could pay back of a transfer.
pub async fn refundable(
    tx: &mut Tx,
    assets: &Assets,
    merchant: &Merchant,
    transfer: Transfer,
) -> Result<Refundable, Error> {
    let id = transfer.id;
    let invoice = store::paid_by(tx, merchant.id, id).await?;
    let invoice = invoice.ok_or(Error::NoSuchPayment(id))?;
    let listed = assets.get(transfer.arrival.asset).is_some();
    let received = transfer.arrival.amount().filter(|_| listed).ok_or(Error::NotCountable)?;
    let taken = store::taken(tx, id).await?;
    let left = received.checked_sub(taken).unwrap_or(Amount::ZERO);
    Ok(Refundable { transfer, invoice, received, left })
}

/// Opens a refund. Nothing moves until the merchant's wallet signs its message.
pub async fn create(
    tx: &mut Tx,
    assets: &Assets,
    merchant: &Merchant,
    new: NewRefund,
    now: Now<'_>,
) -> Result<Whole, Error> {
    // From here on nobody else decides about this money, until the commit.
    let held = payments::store::hold_transfer(tx, new.transfer).await?;
    let transfer = held.ok_or(Error::NoSuchPayment(new.transfer))?;
    let of = refundable(tx, assets, merchant, transfer).await?;
    let to = new.to.or(of.transfer.arrival.sender).ok_or(Error::NoSender)?;
    if to == merchant.payout {
        return Err(Error::ToSelf);
    }
    let amount = new.amount.unwrap_or(of.left);
    let too_large = Error::TooLarge { left: of.left, of: new.transfer };
    if amount.is_zero() {
        return Err(too_large);
    }
    let refund = Refund {
        id: RefundId::new(now.at, now.dice),
        merchant: merchant.id,
        transfer: new.transfer,
        invoice: of.invoice,
        asset: of.transfer.arrival.asset,
        amount,
        sent: Amount::ZERO,
        to,
        reason: new.reason,
        warnings: new.warnings,
        status: RefundStatus::RequiresSignature,
        status_at: now.at,
        awaited: None,
        created_at: now.at,
    };
    if !store::insert(tx, &refund, of.received).await? {
        return Err(too_large);
    }
    metrics::counter!("refunds_total").increment(1);
    tell(tx, assets, &refund, kind::REFUND_CREATED, Voice::Quiet, now).await?;
    complete(tx, refund).await
}

/// The wallet has signed, or the transfer is pending: a hint.
pub async fn notice(
    tx: &mut Tx,
    assets: &Assets,
    id: RefundId,
    stage: Stage,
    now: Now<'_>,
) -> Result<(), Error> {
    if matches!(stage, Stage::Submitted | Stage::Seen | Stage::Confirmed) {
        advance(tx, assets, id, Input::Submitted { at: now.at }, now).await?;
    }
    Ok(())
}

/// Takes a refund back that was not signed. What was handed out may be signed all the same, so its
/// money stays set aside until that message has ended.
pub async fn cancel(tx: &mut Tx, assets: &Assets, id: RefundId, now: Now<'_>) -> Result<(), Error> {
    for intent in payments::store::by_purpose(tx, &id.to_string()).await? {
        match payments::advance(tx, intent.id, payments::Input::Cancelled).await {
            // Part of it has arrived by an earlier message: only the rest is given up.
            Err(payments::Error::Refused(_)) if intent.stage == Stage::Final => {}
            Err(payments::Error::Refused(_)) => return Err(Refused::Started.into()),
            done => _ = done?,
        }
    }
    advance(tx, assets, id, Input::Cancel { at: now.at }, now).await
}

/// Counts final money towards its refund, and tells the merchant.
pub async fn credit(
    tx: &mut Tx,
    assets: &Assets,
    id: RefundId,
    paid: &Paid,
    now: Now<'_>,
) -> Result<(), Error> {
    let arrival = &paid.transfer.arrival;
    let Some(amount) = arrival.amount() else { return Ok(()) };
    let meant = paid.intent.payer_address;
    let ours = meant.is_some() && meant == arrival.sender;
    advance(tx, assets, id, Input::Arrived { amount, at: arrival.at, ours }, now).await
}

/// Ends what was signed and came to nothing, and sets free what was set aside. `passed` is the chain's
/// clock; every block up to it must have been read. Says how many: there may be more.
pub async fn lapse_due(
    tx: &mut Tx,
    assets: &Assets,
    passed: Time,
    limit: i64,
    now: Now<'_>,
) -> Result<usize, Error> {
    let due = store::lapsing(tx, passed, limit).await?;
    for refund in &due {
        advance(tx, assets, refund.id, Input::Lapsed { at: passed }, now).await?;
    }
    Ok(due.len())
}

/// Load, apply, store, append. Where somebody else has moved the refund since we read it, the input is
/// applied to what they made of it.
async fn advance(
    tx: &mut Tx,
    assets: &Assets,
    id: RefundId,
    input: Input,
    now: Now<'_>,
) -> Result<(), Error> {
    loop {
        let before = store::find(tx, id).await?.ok_or(Error::NotFound(id))?;
        let (after, change) = before.clone().apply(input)?;
        if after == before {
            return Ok(());
        }
        if store::save(tx, &before, &after).await? {
            tx.nudge();
            if let Some((kind, voice)) = change.map(Change::event) {
                tell(tx, assets, &after, kind, voice, now).await?;
            }
            return Ok(());
        }
    }
}

/// Whether an event is also told in the owner's chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Voice {
    Aloud,
    Quiet,
}

impl Change {
    fn event(self) -> (&'static str, Voice) {
        match self {
            Self::Succeeded => (kind::REFUND_SUCCEEDED, Voice::Aloud),
            Self::Overpaid => (kind::REFUND_OVERPAID, Voice::Aloud),
            Self::Failed => (kind::REFUND_FAILED, Voice::Aloud),
            Self::Canceled => (kind::REFUND_CANCELED, Voice::Quiet),
        }
    }
}

/// Puts an event with the whole refund as its data into the merchant's feed.
async fn tell(
    tx: &mut Tx,
    assets: &Assets,
    refund: &Refund,
    kind: &'static str,
    voice: Voice,
    now: Now<'_>,
) -> Result<(), Error> {
    let whole = complete(tx, refund.clone()).await?;
    let audience = match voice {
        Voice::Aloud => merchants::audience(tx, &whole.merchant).await?,
        Voice::Quiet => Audience::quiet(whole.merchant.id),
    };
    events::append(tx, &audience, kind, &view::refund(assets, &whole, now.at), now);
    Ok(())
}

/// Adds to a refund all that is shown of it.
pub async fn complete(tx: &mut Tx, refund: Refund) -> Result<Whole, Error> {
    let (id, merchant) = (refund.id, merchants::find(tx, refund.merchant).await?);
    let whole = complete_each(tx, &merchant, vec![refund]).await?.pop();
    whole.ok_or(Error::NotFound(id))
}

/// Adds to a merchant's refunds all that is shown of them, in as many statements for many as for one.
pub async fn complete_each(
    tx: &mut Tx,
    merchant: &Merchant,
    refunds: Vec<Refund>,
) -> Result<Vec<Whole>, Error> {
    let ids = db::joined(refunds.iter().map(|refund| refund.id));
    let mut intents = payments::many::by_purposes(tx, &ids).await?;
    let mut transfers = payments::many::transfers_for(tx, &ids).await?;
    let mut whole = |refund: Refund| {
        let id = refund.id.to_string();
        Whole {
            merchant: merchant.clone(),
            intents: intents.remove(&id).unwrap_or_default(),
            transfers: transfers.remove(&id).unwrap_or_default(),
            refund,
        }
    };
    Ok(refunds.into_iter().map(&mut whole).collect())
}

#[cfg(test)]
mod tests;
