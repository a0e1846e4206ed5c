//! Invoices with all that is shown of them, read in as many statements for a hundred as for one.

use std::collections::HashMap;

use super::{Error, Invoice};
use crate::{
    base::db::{Tx, joined},
    money::{
        payments::{Intent, Transfer, many},
        stars::{self, StarPayment},
    },
    selling::{
        merchants::{self, Merchant},
        refunds::{self, Refund, stars::StarRefund},
    },
    words::money::Amount,
};

/// An invoice with all that is shown of it.
#[derive(Debug, Clone)]
pub struct Whole {
    pub invoice: Invoice,
    pub merchant: Merchant,
    /// The intent that belongs to the invoice itself.
    pub intent: Intent,
    /// The intents it can be paid by, the newest first.
    pub intents: Vec<Intent>,
    /// What has paid it, oldest first.
    pub transfers: Vec<Transfer>,
    /// What goes back of it, oldest first.
    pub refunds: Vec<Refund>,
    /// What names it and cannot pay it, with what has gone back of each, oldest first.
    pub astray: Vec<(Transfer, Amount)>,
    /// The Stars that have paid it, oldest first.
    pub stars: Vec<StarPayment>,
    /// The Stars that go back of it, oldest first.
    pub star_refunds: Vec<StarRefund>,
}

/// Adds to invoices all that is shown of them.
pub async fn complete(tx: &mut Tx, invoices: Vec<Invoice>) -> Result<Vec<Whole>, Error> {
    if invoices.is_empty() {
        return Ok(Vec::new());
    }
    let ids = joined(invoices.iter().map(|invoice| invoice.id));
    let own: Vec<_> = invoices.iter().map(|invoice| invoice.intent).collect();
    let mut own = many::of_ids(tx, &own).await?;
    let mut intents = many::by_purposes(tx, &ids).await?;
    let mut transfers = many::transfers_for(tx, &ids).await?;
    let mut astray = astray(tx, &ids).await?;
    let mut refunds = by(refunds::store::of_invoices(tx, &ids).await?, |refund| refund.invoice);
    let mut stars = by(stars::store::of_invoices(tx, &ids).await?, |paid| paid.invoice);
    let star_refunds = refunds::stars::store::of_invoices(tx, &ids).await?;
    let mut star_refunds = by(star_refunds, |refund| Some(refund.invoice));
    let mut shops = HashMap::new();
    let mut found = Vec::with_capacity(invoices.len());
    for invoice in invoices {
        let (id, key) = (invoice.id, invoice.id.to_string());
        let known = shops.get(&invoice.merchant).cloned();
        let merchant: Merchant = match known {
            Some(merchant) => merchant,
            None => merchants::find(tx, invoice.merchant).await?,
        };
        shops.insert(invoice.merchant, merchant.clone());
        found.push(Whole {
            merchant,
            intent: own.remove(&invoice.intent).ok_or(Error::NotFound(id))?,
            intents: intents.remove(&key).unwrap_or_default(),
            transfers: transfers.remove(&key).unwrap_or_default(),
            refunds: refunds.remove(&id).unwrap_or_default(),
            astray: astray.remove(&key).unwrap_or_default(),
            stars: stars.remove(&id).unwrap_or_default(),
            star_refunds: star_refunds.remove(&id).unwrap_or_default(),
            invoice,
        });
    }
    Ok(found)
}

/// What names each invoice and cannot pay it, with what has gone back of it.
async fn astray(tx: &mut Tx, ids: &str) -> Result<many::By<(Transfer, Amount)>, Error> {
    let found = many::astray_for(tx, ids).await?;
    let transfers: Vec<_> = found.values().flatten().map(|transfer| transfer.id).collect();
    if transfers.is_empty() {
        return Ok(HashMap::new());
    }
    let back = refunds::store::sent_back(tx, &transfers).await?;
    let sent = |id| back.get(&id).copied().unwrap_or(Amount::ZERO);
    let with = |of: Vec<Transfer>| -> Vec<_> {
        let back: Vec<Amount> = of.iter().map(|one| sent(one.id)).collect();
        of.into_iter().zip(back).collect()
    };
    Ok(found.into_iter().map(|(id, of)| (id, with(of))).collect())
}

fn by<K: Eq + std::hash::Hash, T>(
    found: Vec<T>,
    key: impl Fn(&T) -> Option<K>,
) -> HashMap<K, Vec<T>> {
    let mut by: HashMap<K, Vec<T>> = HashMap::new();
    for one in found {
        if let Some(key) = key(&one) {
            by.entry(key).or_default().push(one);
        }
    }
    by
}
