//! What a merchant should know before money goes back. Advice only: the merchant decides.

use ton::address::Address;

use super::{Warning, store};
use crate::{
    base::{
        app::App,
        db::{Result, Tx},
    },
    money::payments::custody,
    selling::merchants::Merchant,
};

/// Everything worth saying about an address, before it is paid.
pub(super) async fn about(
    app: &App,
    merchant: &Merchant,
    to: Address,
    sender: Option<Address>,
) -> Result<Vec<Warning>> {
    let mut warnings = Vec::new();
    if sender != Some(to) {
        warnings.push(Warning::OtherAddress);
    }
    let mut tx = app.db.snapshot().await?;
    warnings.extend(by_our_books(&mut tx, to).await?);
    drop(tx);
    if app.settings.deposit(to).is_some() && !warnings.contains(&Warning::MaybeExchange) {
        warnings.push(Warning::MaybeExchange);
    }
    let by_the_chain = by_the_chain(app, merchant, to).await;
    warnings.extend(by_the_chain.filter(|warning| !warnings.contains(warning)));
    Ok(warnings)
}

async fn by_our_books(tx: &mut Tx, to: Address) -> Result<Vec<Warning>> {
    let mut warnings = Vec::new();
    if !store::is_known_wallet(tx, to).await? {
        warnings.push(Warning::UnknownWallet);
    }
    if custody::is_shared(tx, to).await? {
        warnings.push(Warning::MaybeExchange);
    }
    Ok(warnings)
}

async fn by_the_chain(app: &App, merchant: &Merchant, to: Address) -> Option<Warning> {
    match app.questions.wallet_state(&merchant.into(), to).await {
        Err(_) => Some(Warning::Unchecked),
        Ok(state) => match state {
            None => Some(Warning::NotDeployed),
            Some(state) if state.status != "active" => Some(Warning::NotDeployed),
            Some(state) if state.wallet_type.as_deref().is_some_and(custody::is_for_crowds) => {
                Some(Warning::MaybeExchange)
            }
            Some(state) if !state.is_wallet => Some(Warning::Contract),
            Some(_) => None,
        },
    }
}
