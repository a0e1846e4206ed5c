//! A new rate for a price in fiat, when the one before is over and somebody comes to pay.

use super::{
    Dues, Error, Invoice, Voice, Whole, due,
    held::{self, Counting, Held},
    store, tell,
    timeline::{Mark, Observation},
};
use crate::{
    base::{
        app::App,
        db::{self, Tx},
        events::{Now, kind},
    },
    money::{payments, rates::Setup},
    words::{
        id::InvoiceId,
        money::{Asset, Assets},
        time::Time,
    },
};

/// The invoice as whoever pays now may pay it: a price in fiat at a rate that is held.
pub async fn priced(app: &App, whole: Whole) -> Result<Whole, Error> {
    if !whole.invoice.wants_rate(app.time()) {
        return Ok(whole);
    }
    let (id, setup) = (whole.invoice.id, &app.settings.rates);
    // Whoever reads a page while no rate can be trusted is in nobody's way who writes.
    let mut tx = app.db.snapshot().await?;
    let rates = due::reckon(&mut tx, &app.assets, setup, &whole.invoice.terms, app.time());
    rates.await.map_err(Error::not_renewed)?;
    drop(tx);
    let mut tx = app.db.begin().await?;
    renew(&mut tx, &app.assets, setup, id, app.now()).await?;
    let whole = super::whole(&mut tx, id).await?;
    tx.commit().await?;
    Ok(whole)
}

/// Reckons the rest of a price in fiat anew, if its rate is over and it can still be paid. To ask again
/// changes nothing; of two who ask at the same time one finds it done.
pub async fn renew(
    tx: &mut Tx,
    assets: &Assets,
    setup: &Setup,
    id: InvoiceId,
    now: Now<'_>,
) -> Result<(), Error> {
    loop {
        let before = store::find(tx, id).await?.ok_or(Error::NotFound(id))?;
        if !before.wants_rate(now.at) {
            return Ok(());
        }
        let dues = super::due::reckon(tx, assets, setup, &before.terms, now.at).await;
        let dues = dues.map_err(Error::not_renewed)?;
        let held = Held::begin(before.terms.rate_life, now.at, before.expires_at);
        if take(tx, assets, &before, (dues, held), now).await? {
            return Ok(());
        }
    }
}

/// What money that has come counts by. Where it needed a rate of its own, that is kept, and is the present
/// one from its moment on.
pub(super) async fn counting(
    tx: &mut Tx,
    (assets, setup): (&Assets, &Setup),
    id: InvoiceId,
    (asset, at): (Asset, Time),
    now: Now<'_>,
) -> Result<Counting, Error> {
    loop {
        let invoice = store::find(tx, id).await?.ok_or(Error::NotFound(id))?;
        let (by, new) = held::counting(tx, (assets, setup), &invoice, (asset, at)).await?;
        let Some((dues, held)) = new else { return Ok(by) };
        if invoice.held.is_some_and(|present| at <= present.until) {
            // Found late: a newer rate is the present one.
            let then = invoice.renewed(dues, held);
            keep(tx, assets, &then).await?;
            return Ok(by);
        }
        if take(tx, assets, &invoice, (dues, held), now).await? {
            return Ok(by);
        }
    }
}

/// Puts a rate in the place of the one before. `false`: somebody else was faster.
async fn take(
    tx: &mut Tx,
    assets: &Assets,
    before: &Invoice,
    (dues, held): (Dues, Held),
    now: Now<'_>,
) -> Result<bool, Error> {
    let after = before.clone().renewed(dues, held);
    if !store::rates::save(tx, before, &after).await? {
        return Ok(false);
    }
    // Nobody is offered any more what asks for the sum of before.
    payments::store::expire_unsigned(tx, &after.id.to_string(), after.intent).await?;
    let note = keep(tx, assets, &after).await?;
    let seen = Observation { note, ..Observation::of(Mark::RateRenewed) };
    store::timeline::observe(tx, after.id, &seen, now.at).await?;
    tx.nudge();
    tell(tx, assets, after.id, &[(kind::INVOICE_RATE_RENEWED, Voice::Quiet)], now).await?;
    Ok(true)
}

/// Keeps the present rate among those that money may count by, and says it in words.
pub(super) async fn keep(
    tx: &mut Tx,
    assets: &Assets,
    invoice: &Invoice,
) -> db::Result<Option<String>> {
    let Some(held) = invoice.held else { return Ok(None) };
    let tenders = invoice.tenders();
    store::rates::keep(tx, invoice.id, held, &tenders).await?;
    let rates = tenders.iter().filter_map(|tender| {
        let code = &assets.get(tender.asset)?.code;
        Some(format!("1 {code} = {} {}", tender.rate.as_ref()?.rate, invoice.currency?))
    });
    let rates: Vec<_> = rates.collect();
    Ok(Some(format!("{} until {}", rates.join(", "), held.until)))
}
