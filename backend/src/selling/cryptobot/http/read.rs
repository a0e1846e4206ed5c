//! What can be asked without an invoice: what there is, what it is worth, and what the wallet holds.

use super::super::view::{self, BalanceView, CurrencyView, RateView};
use crate::{
    base::{app::App, web::problem::Result},
    money::rates,
    selling::merchants::Merchant,
    words::money::{Amount, Asset, Listed},
};

/// Assets that keep the worth of a dollar.
const STABLE: [&str; 2] = ["USDT", "USDC"];

/// Every asset that is accepted, and every currency that prices may be in.
pub fn currencies(app: &App) -> Vec<CurrencyView> {
    let asset = |listed: &Listed| CurrencyView {
        is_blockchain: true,
        is_stablecoin: STABLE.contains(&listed.code.as_str()),
        is_fiat: false,
        name: listed.name.clone(),
        code: view::code(&app.assets, listed.asset),
        decimals: listed.decimals,
    };
    let fiat = |currency: &rates::Currency| CurrencyView {
        is_blockchain: false,
        is_stablecoin: false,
        is_fiat: true,
        name: currency.name().to_owned(),
        code: currency.code().to_owned(),
        decimals: currency.decimals(),
    };
    let assets = app.assets.iter().map(asset);
    assets.chain(app.settings.rates.currencies.iter().map(fiat)).collect()
}

/// Every rate that can be relied on now. The others are left out: a number would be taken for one.
pub async fn exchange_rates(app: &App) -> Result<Vec<RateView>> {
    let (setup, now) = (&app.settings.rates, app.time());
    let mut tx = app.db.snapshot().await?;
    let mut found = Vec::new();
    for listed in app.assets.iter() {
        for currency in &setup.currencies {
            let fixed = match rates::at(&mut tx, setup, listed.asset, *currency, now).await {
                Ok(fixed) => fixed,
                Err(rates::Error::Doubt(_)) => continue,
                Err(rates::Error::Db(error)) => return Err(error.into()),
            };
            found.push(RateView {
                is_valid: true,
                is_crypto: true,
                is_fiat: false,
                source: view::code(&app.assets, listed.asset),
                target: currency.to_string(),
                rate: fixed.rate.to_string(),
            });
        }
    }
    Ok(found)
}

/// What the wallet that is paid holds at this moment, read from the chain.
pub async fn balances(app: &App, merchant: &Merchant) -> Result<Vec<BalanceView>> {
    let wallet = [merchant.payout];
    let masters: Vec<_> = app.assets.masters().collect();
    let asker = merchant.into();
    let states = app.questions.account_states(&asker, &wallet).await?.found;
    let jettons = app.questions.jetton_wallets(&asker, &wallet, &masters).await?.found;
    let held = |asset| match asset {
        Asset::Gram => {
            let state = states.iter().find(|state| state.address == merchant.payout);
            state.and_then(|state| state.balance)
        }
        Asset::Jetton(master) => {
            let own = jettons.iter().find(|j| j.owner == merchant.payout && j.jetton == master);
            own.and_then(|jetton| jetton.balance)
        }
    };
    let balance = |listed: &Listed| {
        let units = Amount::new(held(listed.asset).unwrap_or_default()).unwrap_or(Amount::MAX);
        BalanceView {
            currency_code: view::code(&app.assets, listed.asset),
            available: units.display(listed.decimals),
            onhold: Amount::ZERO.display(listed.decimals),
        }
    };
    Ok(app.assets.iter().map(balance).collect())
}
