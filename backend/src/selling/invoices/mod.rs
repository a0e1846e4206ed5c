//! What merchants ask their customers for. The states stand in [`state`].
//!
//! Every invoice owns a payment intent whose reference is on its pay page; a person who pays in the
//! app gets one more, so that it is their payment. Both settle the same invoice. Money is counted
//! whenever it comes: what is late, too much or too little shows in `exception`, beside the status,
//! and the merchant decides what to do about it. It may accept several assets, see [`share`], or leave
//! the amount to whoever pays.

pub mod card;
pub mod claims;
mod due;
pub mod goods;
pub mod held;
pub mod http;
pub mod new;
mod renew;
pub mod share;
pub mod stars;
pub mod state;
pub mod store;
pub mod timeline;
pub mod view;
pub mod whole;

use crate::{
    base::{
        db::{self, Hooks, Tx},
        events::{self, Audience, Now, kind},
    },
    money::{
        payments::{self, Draft, End, Manner, Paid, Purpose, Side, Stage, Stray},
        rates::{self, Doubt, Setup},
    },
    selling::{
        merchants::{self, Merchant},
        webhooks,
    },
    words::{
        dice::Dice,
        id::InvoiceId,
        money::{Amount, Assets},
        time::Time,
    },
};

use due::Dues;
use timeline::{Mark, Observation, Source};

pub use card::card;
pub use goods::{Declined, Goods, Starred};
pub use renew::{priced, renew};
pub use state::{
    Change, Input, Invoice, InvoiceException, InvoiceStatus, Links, Price, Refused, Status, Terms,
    Tolerance,
};
pub use whole::Whole;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no invoice {0}")]
    NotFound(InvoiceId),
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Other terms were given under this `external_id` before.
    #[error("external_id is taken by {0}")]
    ExternalIdTaken(InvoiceId),
    #[error("there is no secret to sign invoice webhooks with")]
    NoWebhookSecret,
    #[error("somebody else changed the invoice at the same moment")]
    Raced,
    /// A price comes to more of an asset than can be counted.
    #[error("the price is too large")]
    TooLarge,
    #[error(transparent)]
    Rate(#[from] rates::Error),
    /// Its price is to be reckoned anew, and no rate can be trusted.
    #[error("no rate can be trusted: {0}")]
    NotRenewed(Doubt),
    #[error(transparent)]
    Merchant(#[from] merchants::Error),
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

impl Error {
    /// What it comes to where a new rate was wanted.
    fn not_renewed(self) -> Self {
        match self {
            Self::Rate(rates::Error::Doubt(doubt)) => Self::NotRenewed(doubt),
            error => error,
        }
    }
}

/// An invoice before it has an id.
#[derive(Debug, Clone)]
pub struct NewInvoice {
    pub terms: Terms,
    pub expires_at: Time,
}

/// What asking for a new invoice led to.
#[derive(Debug)]
pub enum Created {
    New(InvoiceId),
    /// The same terms were given under the same `external_id` before.
    Known(InvoiceId),
}

/// Asks for money. What it comes to in each accepted asset is reckoned here, at rates that are trusted
/// now: a price in fiat is held at them for a while, every other for good.
/// `links` tells where the invoice will be paid, once it has an id.
pub async fn create(
    tx: &mut Tx,
    assets: &Assets,
    setup: &Setup,
    merchant: &Merchant,
    new: NewInvoice,
    links: impl FnOnce(InvoiceId) -> Links,
    now: Now<'_>,
) -> Result<Created, Error> {
    if let Some(external_id) = &new.terms.external_id
        && let Some(known) = store::by_external_id(tx, merchant.id, external_id).await?
    {
        let lifetime = |from: Time, to: Time| to.since(from);
        let same = known.terms == new.terms
            && lifetime(known.created_at, known.expires_at) == lifetime(now.at, new.expires_at);
        return if same {
            Ok(Created::Known(known.id))
        } else {
            Err(Error::ExternalIdTaken(known.id))
        };
    }
    if new.terms.webhook_url.is_some()
        && webhooks::store::for_invoices(tx, merchant.id).await?.is_none()
    {
        return Err(Error::NoWebhookSecret);
    }
    let id = InvoiceId::new(now.at, now.dice);
    let dues = due::reckon(tx, assets, setup, &new.terms, now.at).await?;
    let intent = payments::open(tx, assets, draft(id, merchant, &new, &dues), now).await?;
    let Dues { due, rate, currency, others } = dues;
    let held = held::first(new.terms.price, new.terms.rate_life, now.at, new.expires_at);
    let invoice = Invoice {
        id,
        merchant: merchant.id,
        intent: intent.id,
        terms: new.terms,
        due,
        rate,
        held,
        earlier: Vec::new(),
        currency,
        links: links(id),
        status: Status::Open,
        in_time: Amount::ZERO,
        late: Amount::ZERO,
        others,
        starred: Starred::NONE,
        stars_link: None,
        created_at: now.at,
        expires_at: new.expires_at,
    };
    if !store::insert(tx, &invoice).await? {
        return Err(Error::Raced);
    }
    number(tx, id, now.dice).await?;
    let note = renew::keep(tx, assets, &invoice).await?;
    let seen = Observation { note, ..Observation::of(Mark::Created) };
    store::timeline::observe(tx, id, &seen, now.at).await?;
    tell(tx, assets, id, &[(kind::INVOICE_CREATED, Voice::Quiet)], now).await?;
    Ok(Created::New(id))
}

/// Gives an invoice the number by which CryptoBot's language knows it. That is done when it is made, so
/// that reading it writes nothing.
pub async fn number(tx: &mut Tx, id: InvoiceId, dice: &Dice) -> db::Result<()> {
    loop {
        let [a, b, c, d, e] = dice.bytes();
        let number = i64::from_be_bytes([0, 0, 0, a, b, c, d, e]).max(1);
        // Zero rows: somebody has this number.
        if store::number(tx, id, number).await? {
            return Ok(());
        }
    }
}

/// How payments know what they are for.
pub const KIND: &str = "invoice";

pub fn purpose(id: InvoiceId) -> Purpose {
    Purpose::of(KIND, id, Manner { takes_parts: true, shop: Some(End::Payee), keeps_worth: true })
}

fn draft(id: InvoiceId, merchant: &Merchant, new: &NewInvoice, dues: &Dues) -> Draft {
    Draft {
        purpose: purpose(id),
        payer: Side::default(),
        payer_address: None,
        payee: Side { name: Some(merchant.name.clone()), ..Side::default() },
        payee_address: merchant.payout,
        asset: new.terms.asset,
        also: new.terms.also.clone(),
        amount: match new.terms.price {
            Price::Open { least } => least,
            Price::Asset(_) | Price::Fiat(_) => Some(dues.due),
        },
        note: None,
        description: new.terms.description.clone(),
        expires_at: new.expires_at,
    }
}

/// The merchant takes an invoice back. Money that comes all the same is recorded as late.
pub async fn void(tx: &mut Tx, assets: &Assets, id: InvoiceId, now: Now<'_>) -> Result<(), Error> {
    advance(tx, assets, id, Input::Void { at: now.at }, None, now).await
}

/// The merchant takes what has come as enough, although it was too little or too late.
pub async fn accept(
    tx: &mut Tx,
    assets: &Assets,
    id: InvoiceId,
    now: Now<'_>,
) -> Result<(), Error> {
    advance(tx, assets, id, Input::Accept { at: now.at }, None, now).await
}

/// Notes money that names the invoice but cannot pay it, such as another asset.
pub async fn misdirected(
    tx: &mut Tx,
    id: InvoiceId,
    stray: &Stray,
    now: Now<'_>,
) -> Result<(), Error> {
    let seen = Observation {
        source: Some(Source::Transfer(stray.transfer.id)),
        note: Some(stray.reason.as_str().to_owned()),
        ..Observation::of(Mark::Unmatched)
    };
    Ok(store::timeline::observe(tx, id, &seen, now.at).await?)
}

/// Counts a final transfer towards its invoice and tells the merchant.
pub async fn credit(
    tx: &mut Tx,
    assets: &Assets,
    setup: &Setup,
    id: InvoiceId,
    paid: &Paid,
    now: Now<'_>,
) -> Result<(), Error> {
    let arrival = &paid.transfer.arrival;
    let Some(amount) = arrival.amount() else { return Ok(()) };
    let source = Some(Source::Transfer(paid.transfer.id));
    let by = renew::counting(tx, (assets, setup), id, (arrival.asset, arrival.at), now).await?;
    let input = Input::Arrived { asset: arrival.asset, amount, at: arrival.at, by };
    advance(tx, assets, id, input, source, now).await
}

/// A payment of the invoice has come to this stage, as far as the eye can see.
pub async fn notice(
    tx: &mut Tx,
    assets: &Assets,
    id: InvoiceId,
    stage: Stage,
    now: Now<'_>,
) -> Result<(), Error> {
    let pending = matches!(stage, Stage::Seen | Stage::Confirmed);
    advance(tx, assets, id, Input::Hint { pending }, None, now).await
}

/// Ends what nobody paid in time. `passed` is the chain's clock; every block up to it must have been
/// read. Says how many ended: there may be more.
pub async fn expire_due(
    tx: &mut Tx,
    assets: &Assets,
    passed: Time,
    limit: i64,
    now: Now<'_>,
) -> Result<usize, Error> {
    let due = store::due(tx, passed, limit).await?;
    for invoice in &due {
        advance(tx, assets, invoice.id, Input::Deadline { at: passed }, None, now).await?;
    }
    Ok(due.len())
}

/// Load, apply, store, append. Where somebody else has moved the invoice since we read it, the input is
/// applied to what they made of it.
async fn advance(
    tx: &mut Tx,
    assets: &Assets,
    id: InvoiceId,
    input: Input,
    source: Option<Source>,
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
            for mark in timeline::marks(&before, input, change) {
                let seen = Observation { source, ..Observation::of(mark) };
                store::timeline::observe(tx, id, &seen, now.at).await?;
            }
            return tell(tx, assets, id, change.map_or(&[], Change::events), now).await;
        }
    }
}

/// Whether an event is also told in the owner's chat: money is, the rest would only be noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Voice {
    Aloud,
    Quiet,
}

impl Change {
    fn events(self) -> &'static [(&'static str, Voice)] {
        use Voice::{Aloud, Quiet};
        match self {
            Self::Processing => &[(kind::INVOICE_PROCESSING, Quiet)],
            Self::PartiallyPaid => &[(kind::INVOICE_PARTIALLY_PAID, Aloud)],
            Self::Paid => &[(kind::INVOICE_PAID, Aloud)],
            // Whoever follows overpayments alone finds this one too; the chat hears of it once.
            Self::PaidAndOverpaid => {
                &[(kind::INVOICE_PAID, Aloud), (kind::INVOICE_OVERPAID, Quiet)]
            }
            Self::Overpaid => &[(kind::INVOICE_OVERPAID, Aloud)],
            Self::More => &[(kind::INVOICE_PAID_AGAIN, Aloud)],
            Self::PaidLate => &[(kind::INVOICE_PAID_LATE, Aloud)],
            Self::Expired => &[(kind::INVOICE_EXPIRED, Quiet)],
            Self::Voided => &[(kind::INVOICE_VOID, Quiet)],
            // The owner has said so; everybody else must hear that it counts as paid.
            Self::Accepted => &[(kind::INVOICE_PAID, Quiet)],
        }
    }
}

/// Puts events with the whole invoice as their data into the merchant's feed.
async fn tell(
    tx: &mut Tx,
    assets: &Assets,
    id: InvoiceId,
    events: &[(&'static str, Voice)],
    now: Now<'_>,
) -> Result<(), Error> {
    if events.is_empty() {
        return Ok(());
    }
    let whole = whole(tx, id).await?;
    let view = view::invoice(assets, &whole);
    let aloud = merchants::audience(tx, &whole.merchant).await?;
    let quiet = Audience::quiet(&aloud.account);
    for (kind, voice) in events {
        let audience = if *voice == Voice::Aloud { &aloud } else { &quiet };
        let hooks = whole.invoice.terms.webhook_url.clone();
        let hooks = hooks.map_or(Hooks::Subscribed, Hooks::AlsoTo);
        events::append_to(tx, audience, hooks, kind, &view, now);
    }
    Ok(())
}

/// Reads an invoice with all that is shown of it.
pub async fn whole(tx: &mut Tx, id: InvoiceId) -> Result<Whole, Error> {
    let invoice = store::find(tx, id).await?.ok_or(Error::NotFound(id))?;
    complete(tx, invoice).await
}

/// Adds to an invoice all that is shown of it.
pub async fn complete(tx: &mut Tx, invoice: Invoice) -> Result<Whole, Error> {
    let id = invoice.id;
    whole::complete(tx, vec![invoice]).await?.pop().ok_or(Error::NotFound(id))
}

#[cfg(test)]
mod tests;
