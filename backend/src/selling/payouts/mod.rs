//! A merchant moves to another wallet.
//!
//! Whoever steals an owner's phone could turn all later income to a wallet of theirs. So the new wallet
//! must be proven by the one who asks, every owner is told at once, and it waits, by the chain's clock,
//! long enough for any of them to stop it: it is one of the [`changes`] that wait. What was asked for
//! before still names the old wallet, and what arrives there is still the merchant's.

pub mod http;

use std::time::Duration;

use ton::address::Address;

use crate::{
    base::{db::Tx, events::Now},
    selling::merchants::{
        Merchant,
        changes::{self, Change, Matter},
    },
    words::id::PersonId,
};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the merchant is paid there already")]
    SameWallet,
    #[error(transparent)]
    Change(#[from] changes::Error),
}

/// Asks for another wallet, which `by` has proven.
pub async fn ask(
    tx: &mut Tx,
    merchant: &Merchant,
    to: Address,
    by: PersonId,
    delay: Duration,
    now: Now<'_>,
) -> Result<Change, Error> {
    if to == merchant.payout {
        return Err(Error::SameWallet);
    }
    let matter = Matter::Payout { from: merchant.payout, to };
    Ok(changes::begin(tx, merchant, matter, &by.to_string(), delay, now).await?)
}
