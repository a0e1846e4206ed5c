//! Whom a person means: `@username`, an address in any form, or a `ton://transfer/…` link.

use serde::Serialize;
use ton::address::{Address, Form};
use utoipa::ToSchema;

use super::Side;
use crate::{
    app::App,
    identity::{self, Person},
    problem::{Kind, Problem, Result},
    wallets,
};

/// A payee, resolved to the address the money will go to.
#[derive(Debug, Clone)]
pub struct Recipient {
    pub side: Side,
    pub address: Address,
}

/// Something the payer should know before paying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// You have not paid this address through this service before.
    FirstPayment,
    /// It is one of your own wallets.
    OwnAddress,
    /// It is a contract that is not a known wallet: it may do anything with the money.
    Contract,
    /// No contract is deployed there yet. Money sent there stays, and waits for its owner.
    NotDeployed,
}

/// Resolves what somebody typed. A name is looked up now, and never stored as the payee.
pub async fn resolve(app: &App, text: &str) -> Result<Recipient> {
    let text = text.trim();
    if let Some(username) = text.strip_prefix('@') {
        return by_username(app, username).await;
    }
    let text = text.strip_prefix("ton://transfer/").unwrap_or(text);
    let (text, query) = text.split_once('?').unwrap_or((text, ""));
    let needs =
        |(name, _): (std::borrow::Cow<'_, str>, _)| ["text", "bin", "init"].contains(&&*name);
    if url::form_urlencoded::parse(query.as_bytes()).any(needs) {
        return Err(Problem::new(
            Kind::AddressInvalid,
            "This link asks for a comment of its own, and ours would take its place. Pay it from your wallet; no money has moved.",
        ));
    }
    let parsed = Address::parse(text).map_err(|e| {
        Problem::new(
            Kind::AddressInvalid,
            format!("{e}. Check it letter by letter, or paste it again; no money has moved."),
        )
    })?;
    if let Form::Friendly { testnet: true, .. } = parsed.form
        && !app.network.accepts_testnet_flag()
    {
        return Err(Problem::new(
            Kind::AddressInvalid,
            "This address is marked for the test network. Ask for one without that mark.",
        ));
    }
    Ok(Recipient { side: Side::default(), address: parsed.address })
}

async fn by_username(app: &App, username: &str) -> Result<Recipient> {
    let mut tx = app.db.snapshot().await?;
    let person = identity::store::by_username(&mut tx, username).await?.ok_or_else(|| {
        Problem::new(
            Kind::PersonUnknown,
            format!("@{username} has not opened this app yet. Send a request link, or ask for an address."),
        )
    })?;
    let wallet = wallets::default_of(&mut tx, person.id).await?.ok_or_else(|| {
        Problem::new(
            Kind::PersonHasNoWallet,
            format!("@{username} has not linked a wallet yet. Ask them to, or ask for an address."),
        )
    })?;
    Ok(Recipient { side: Side::from(&person), address: wallet.address })
}

impl From<&Person> for Side {
    fn from(person: &Person) -> Self {
        Self {
            person: Some(person.id),
            name: Some(person.first_name.clone()),
            username: person.username.clone(),
        }
    }
}
