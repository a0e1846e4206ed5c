//! A merchant's inbox of money that pays nothing we know of. The states stand in [`state`].
//!
//! Such money is the merchant's already; what is missing is what it was for. The merchant attaches it to
//! an invoice, sends it back, or says that it is well known. Which invoice may have been meant is
//! guessed, with reasons, in [`score`], and never decided here.

pub mod http;
pub mod score;
pub mod state;
pub mod store;
pub mod view;

use std::{collections::BTreeSet, time::Duration};

use ton::reference::{Folded, Reference};

use crate::{
    base::{
        db::Tx,
        events::{self, Audience, Now, kind},
    },
    money::{
        payments::{self, Intent, Reason, Transfer, many},
        rates::Setup,
    },
    selling::{
        invoices::{self, Invoice},
        merchants::{self, Merchant},
        refunds::{self, Refund},
    },
    words::{
        id::{InvoiceId, TransferId},
        money::Assets,
    },
};

use score::{Candidate, Clue};
pub use state::{Act, Refused, Standing, UnmatchedStatus};
pub use store::{Decision, Entry, Filter, Owner};

/// Invoices older than this, or beyond so many newer ones, are not thought of.
const MEMORY: Duration = Duration::from_secs(90 * 24 * 3600);
const CANDIDATES: i64 = 500;
const REFERENCES: i64 = 5000;
/// How far our clock may be from the chain's.
const SKEW: Duration = Duration::from_secs(60);
/// So many suggestions at most.
const SUGGESTIONS: usize = 5;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no unmatched money {0}")]
    NotFound(TransferId),
    #[error("there is no invoice {0}")]
    NoInvoice(InvoiceId),
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error("the invoice does not accept this asset")]
    OtherAsset,
    #[error("it is nothing that could be counted: {0}")]
    NotCountable(Reason),
    #[error("somebody else decided at the same moment")]
    Raced,
    #[error(transparent)]
    Invoices(#[from] invoices::Error),
    #[error(transparent)]
    Refunds(#[from] refunds::Error),
    #[error(transparent)]
    Payments(#[from] payments::Error),
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

/// A line of the inbox with all that is shown of it.
#[derive(Debug, Clone)]
pub struct Whole {
    pub entry: Entry,
    pub transfer: Transfer,
    /// The payment its reference names, if any; or the invoice's, once it is attached.
    pub intent: Option<Intent>,
    pub refunds: Vec<Refund>,
}

/// An invoice that the money may have been meant for.
#[derive(Debug, Clone)]
pub struct Suggestion {
    pub invoice: Invoice,
    /// 0 to 100.
    pub score: u8,
    pub clues: Vec<Clue>,
}

/// Counts the money towards an invoice, as if it had come with its reference: in time or late by its
/// block's time. To ask again changes nothing.
pub async fn attach(
    tx: &mut Tx,
    (assets, setup): (&Assets, &Setup),
    merchant: &Merchant,
    id: TransferId,
    to: InvoiceId,
    by: Decision,
    now: Now<'_>,
) -> Result<Whole, Error> {
    let entry = held(tx, merchant, id).await?;
    let after = entry.standing.apply(Act::Attach(to))?;
    if after == entry.standing {
        return whole(tx, merchant, id).await;
    }
    // The same wallet may be paid for several merchants; what any of them sends back counts.
    if !refunds::store::taken(tx, id).await?.is_zero() {
        return Err(Refused::GoesBack.into());
    }
    let transfer = payments::store::find_transfer(tx, id).await?.ok_or(Error::NotFound(id))?;
    if transfer.arrival.amount().is_none() || entry.reason == Reason::SelfPayment {
        return Err(Error::NotCountable(entry.reason));
    }
    let invoice = invoices::store::own(tx, merchant.id, to).await?.ok_or(Error::NoInvoice(to))?;
    if invoice.tender(transfer.arrival.asset).is_none() {
        return Err(Error::OtherAsset);
    }
    if !store::decide(tx, merchant.id, &entry, after, &by).await? {
        return Err(Error::Raced);
    }
    let paid = payments::attach(tx, id, invoice.intent, now).await?;
    invoices::credit(tx, assets, setup, to, &paid, now).await?;
    let whole = whole(tx, merchant, id).await?;
    tell(tx, assets, merchant, &whole, kind::UNMATCHED_ATTACHED, now).await?;
    Ok(whole)
}

/// The merchant knows what it is, and wants to be asked no more.
pub async fn ignore(
    tx: &mut Tx,
    assets: &Assets,
    merchant: &Merchant,
    id: TransferId,
    by: Decision,
    now: Now<'_>,
) -> Result<Whole, Error> {
    let entry = held(tx, merchant, id).await?;
    let after = entry.standing.apply(Act::Ignore)?;
    let known = entry.decision.as_ref().map(|decision| &decision.note) == Some(&by.note);
    if after == entry.standing && known {
        return whole(tx, merchant, id).await;
    }
    if !store::decide(tx, merchant.id, &entry, after, &by).await? {
        return Err(Error::Raced);
    }
    let whole = whole(tx, merchant, id).await?;
    tell(tx, assets, merchant, &whole, kind::UNMATCHED_IGNORED, now).await?;
    Ok(whole)
}

/// Puts ignored money back among what is open.
pub async fn reopen(
    tx: &mut Tx,
    merchant: &Merchant,
    id: TransferId,
    by: Decision,
) -> Result<Whole, Error> {
    let entry = held(tx, merchant, id).await?;
    let after = entry.standing.apply(Act::Reopen)?;
    if after != entry.standing && !store::decide(tx, merchant.id, &entry, after, &by).await? {
        return Err(Error::Raced);
    }
    tx.nudge();
    whole(tx, merchant, id).await
}

/// A line of the inbox that nobody else decides about until the transaction ends.
async fn held(tx: &mut Tx, merchant: &Merchant, id: TransferId) -> Result<Entry, Error> {
    payments::store::hold_transfer(tx, id).await?.ok_or(Error::NotFound(id))?;
    let found = store::find(tx, merchant.id, id).await?;
    found.ok_or(Error::NotFound(id))
}

async fn tell(
    tx: &mut Tx,
    assets: &Assets,
    merchant: &Merchant,
    whole: &Whole,
    kind: &'static str,
    now: Now<'_>,
) -> Result<(), Error> {
    // Whoever has decided need not be told; the feed says it to their programs.
    let quiet = Audience::quiet(merchant.id);
    events::append(tx, &quiet, kind, &view::unmatched(assets, whole), now);
    Ok(())
}

/// Reads a line of the inbox with all that is shown of it.
pub async fn whole(tx: &mut Tx, merchant: &Merchant, id: TransferId) -> Result<Whole, Error> {
    wholes(tx, merchant, &[id]).await?.pop().ok_or(Error::NotFound(id))
}

/// Many of them, newest first, in as many statements as one.
pub async fn wholes(
    tx: &mut Tx,
    merchant: &Merchant,
    ids: &[TransferId],
) -> Result<Vec<Whole>, Error> {
    let entries = store::of_ids(tx, merchant.id, ids).await?;
    complete(tx, merchant, entries).await
}

/// The newest lines of the inbox: of every wallet that the merchant was ever paid at.
pub async fn list(
    tx: &mut Tx,
    merchant: &Merchant,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<TransferId>, Error> {
    let mut lines = BTreeSet::new();
    for payout in merchants::store::wallets(tx, merchant.id).await? {
        let of = Owner { merchant: merchant.id, payout };
        lines.extend(store::list(tx, of, filter, limit).await?);
    }
    Ok(lines.into_iter().rev().take(usize::try_from(limit).unwrap_or_default()).collect())
}

/// Adds to lines of the inbox all that is shown of them.
async fn complete(
    tx: &mut Tx,
    merchant: &Merchant,
    entries: Vec<Entry>,
) -> Result<Vec<Whole>, Error> {
    let ids: Vec<TransferId> = entries.iter().map(|entry| entry.id).collect();
    let mut transfers = many::transfers_of_ids(tx, &ids).await?;
    let meant: Vec<_> = transfers.values().filter_map(|one| one.outcome.intent()).collect();
    let intents = many::of_ids(tx, &meant).await?;
    let refunds = refunds::store::of_transfers(tx, merchant.id, &ids).await?;
    let mut found = Vec::with_capacity(entries.len());
    for entry in entries {
        let transfer = transfers.remove(&entry.id).ok_or(Error::NotFound(entry.id))?;
        let intent = transfer.outcome.intent().and_then(|id| intents.get(&id)).cloned();
        let of = refunds.iter().filter(|refund| refund.transfer == entry.id);
        found.push(Whole { transfer, intent, refunds: of.cloned().collect(), entry });
    }
    Ok(found)
}

/// The invoices the money may have been meant for, the likeliest first.
pub async fn suggest(
    tx: &mut Tx,
    merchant: &Merchant,
    transfer: &Transfer,
) -> Result<Vec<Suggestion>, Error> {
    let arrival = &transfer.arrival;
    let (from, to) = (arrival.at.before(MEMORY), arrival.at.after(SKEW));
    let found = invoices::store::made_between(tx, merchant.id, from, to, CANDIDATES).await?;
    let (Some(newest), Some(oldest)) = (found.first(), found.last()) else {
        return Ok(Vec::new());
    };
    let (oldest, newest) = (oldest.id, newest.id);
    let known = store::references(tx, merchant.id, oldest, newest, REFERENCES).await?;
    let paying = match arrival.sender {
        Some(sender) => store::of_payer(tx, merchant.id, sender).await?,
        None => Vec::new(),
    };
    let comment = Folded::new(arrival.readable().unwrap_or_default());
    let mut suggestions: Vec<Suggestion> = found
        .into_iter()
        .filter_map(|invoice| {
            let own = known.iter().filter(|meant| meant.id == invoice.id);
            let references: Vec<Reference> = own.map(store::Meant::reference).collect();
            let known_payer = paying.contains(&invoice.id);
            let candidate = Candidate { invoice, references, known_payer };
            let (score, clues) = score::score(arrival, &comment, &candidate)?;
            Some(Suggestion { invoice: candidate.invoice, score, clues })
        })
        .collect();
    // The sort is stable: among equals the newest invoice stays first.
    suggestions.sort_by_key(|suggestion| std::cmp::Reverse(suggestion.score));
    suggestions.truncate(SUGGESTIONS);
    Ok(suggestions)
}

#[cfg(test)]
mod tests;
