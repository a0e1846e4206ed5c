//! What a price comes to in each accepted asset, at a moment: when the invoice is made, and for a price in
//! fiat when its rate is over, see [`held`](super::held). Whatever needs a rate needs one that was trusted
//! then.

use super::{Error, Price, Terms, share::Tender};
use crate::{
    base::db::Tx,
    money::rates::{self, Currency, Doubt, Fixed, Setup},
    words::{
        money::{Amount, Asset, Assets},
        time::Time,
    },
};

/// What a price comes to.
pub struct Dues {
    /// In the asset it is made out in.
    pub due: Amount,
    pub rate: Option<Fixed>,
    /// What the rates are in.
    pub currency: Option<Currency>,
    pub others: Vec<Tender>,
}

pub async fn reckon(
    tx: &mut Tx,
    assets: &Assets,
    setup: &Setup,
    terms: &Terms,
    now: Time,
) -> Result<Dues, Error> {
    let decimals = |asset| assets.get(asset).map_or(0, |listed| listed.decimals);
    let own = decimals(terms.asset);
    let (amount, currency) = match terms.price {
        Price::Fiat(price) => (None, price.currency),
        Price::Asset(amount) | Price::Open { least: Some(amount) } if terms.also.is_empty() => {
            return Ok(Dues { due: amount, rate: None, currency: None, others: Vec::new() });
        }
        Price::Open { least: None } if terms.also.is_empty() => {
            return Ok(Dues { due: one(own)?, rate: None, currency: None, others: Vec::new() });
        }
        Price::Asset(amount) | Price::Open { least: Some(amount) } => (Some(amount), first(setup)?),
        Price::Open { least: None } => (Some(one(own)?), first(setup)?),
    };
    let fixed = rates::at(tx, setup, terms.asset, currency, now).await?;
    let due = match (amount, terms.price) {
        (None, Price::Fiat(price)) => fixed.rate.units(price, own),
        (amount, _) => amount,
    };
    let due = due.ok_or(Error::TooLarge)?;
    let mut others = Vec::with_capacity(terms.also.len());
    for asset in &terms.also {
        let its = rates::at(tx, setup, *asset, currency, now).await?;
        let units = match terms.price {
            Price::Fiat(price) => its.rate.units(price, decimals(*asset)),
            _ => fixed.rate.exchange(due, own, its.rate, decimals(*asset)),
        };
        others.push(tender(*asset, units.ok_or(Error::TooLarge)?, its));
    }
    Ok(Dues { due, rate: Some(fixed), currency: Some(currency), others })
}

fn tender(asset: Asset, due: Amount, rate: Fixed) -> Tender {
    Tender { asset, due, rate: Some(rate), in_time: Amount::ZERO, late: Amount::ZERO }
}

/// One whole asset: what money of several is measured by when any amount will do.
fn one(decimals: u8) -> Result<Amount, Error> {
    let units = 10u128.checked_pow(u32::from(decimals)).ok_or(Error::TooLarge)?;
    Amount::new(units).map_err(|_| Error::TooLarge)
}

/// The currency in which assets are held against each other.
fn first(setup: &Setup) -> Result<Currency, Error> {
    let first = setup.currencies.first().copied();
    first.ok_or_else(|| rates::Error::from(Doubt::NoSources).into())
}
