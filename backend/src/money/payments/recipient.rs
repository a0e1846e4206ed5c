//! Whom a person means, resolved to the address the money will go to. What was typed is read by
//! [`link`](super::link); names are asked for here.

use serde::Serialize;
use ton::{address::Address, reference::Reference};
use utoipa::ToSchema;

use super::{
    End, Purpose, Side,
    custody::{self, memo},
    link::{self, Link, Meant},
    store,
};
use crate::{
    base::{
        app::App,
        db::Tx,
        web::problem::{Kind, Problem, Result},
    },
    people::{
        identity::{
            Person,
            names::{self, Bearer, Named},
        },
        wallets,
    },
    words::{
        money::{Amount, Asset},
        time::Time,
    },
};

/// A payee, resolved to the address the money will go to.
#[derive(Debug, Clone)]
pub struct Recipient {
    pub side: Side,
    pub address: Address,
    /// Since when the name is known, if it was found by one.
    pub named: Option<Named>,
    /// What the link asks for, if it was one.
    pub asked: Asked,
}

/// What a payment link asks for, beside the address.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub amount: Option<Amount>,
    /// `None`: the link does not say.
    pub asset: Option<Asset>,
    pub memo: Option<String>,
    pub good_until: Option<Time>,
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
    /// Perhaps many people's: an exchange or a service. It knows its customer by the memo alone.
    MaybeExchange,
    /// Telegram has not said for a day whose name this is, and could not be asked.
    NameOld,
    /// You have paid somebody else under this name before.
    NameMoved,
}

/// Resolves what somebody typed. A name is looked up now, and never stored as the payee.
pub async fn resolve(app: &App, text: &str) -> Result<Recipient> {
    match link::read(text).map_err(|why| unread(&why))? {
        Meant::Name(name) => by_username(app, &name).await,
        Meant::Account(link) => by_link(app, link).await,
    }
}

fn unread(why: &dyn std::fmt::Display) -> Problem {
    Problem::new(Kind::AddressInvalid, format!("{why}; no money has moved."))
}

async fn by_link(app: &App, link: Link) -> Result<Recipient> {
    if link.testnet && !app.network.accepts_testnet_flag() {
        return Err(Problem::new(
            Kind::AddressInvalid,
            "This address is marked for the test network. Ask for one without that mark.",
        ));
    }
    if let Some(end) = link.good_until.filter(|end| *end <= app.time()) {
        return Err(Problem::new(
            Kind::LinkExpired,
            format!("This link was good until {end}. No money has moved. Ask for a new one."),
        ));
    }
    let asked = Asked {
        asset: asset(app, &link)?,
        amount: link.units.and_then(|units| Amount::new(u128::from(units)).ok()),
        memo: link.memo,
        good_until: link.good_until,
    };
    if let Some(memo) = &asked.memo {
        let mut tx = app.db.snapshot().await?;
        fits(&mut tx, link.address, memo).await?;
    }
    Ok(Recipient { side: Side::default(), address: link.address, named: None, asked })
}

/// The asset a link is about: the jetton it names, or the coin if it names a sum of nothing else.
fn asset(app: &App, link: &Link) -> Result<Option<Asset>> {
    let Some(master) = link.jetton else {
        return Ok(link.units.map(|_| Asset::Gram));
    };
    let listed = app.assets.get(Asset::Jetton(master)).ok_or_else(|| {
        Problem::new(
            Kind::AssetUnknown,
            format!(
                "The link asks for the jetton {}, which is not accepted here. No money has moved.",
                master.friendly(true)
            ),
        )
    })?;
    Ok(Some(listed.asset))
}

/// Whether a link's comment can be its memo.
async fn fits(tx: &mut Tx, address: Address, text: &str) -> Result<()> {
    if let Some(reference) = Reference::find(text)
        && let Some(intent) = store::by_reference(tx, address, reference).await?
        && let Some(thing) = asked_for(&intent.purpose)
    {
        return Err(Problem::new(
            Kind::AddressInvalid,
            format!("This link pays {thing}. Open that and pay it there; no money has moved."),
        ));
    }
    if custody::store::is_ours(tx, address).await? {
        return Err(Problem::new(
            Kind::AddressInvalid,
            "This link asks for a comment of its own, and ours would take its place. Pay it from your wallet; no money has moved.",
        ));
    }
    memo::read(text).map(|_| ()).map_err(|why| unread(&why))
}

/// The id of what somebody asks for by this payment. What a shop pays, nobody asks for by a link.
fn asked_for(purpose: &Purpose) -> Option<&str> {
    purpose.id.as_deref().filter(|_| purpose.manner.shop != Some(End::Payer))
}

async fn by_username(app: &App, username: &str) -> Result<Recipient> {
    let named = match names::bearer(app, username).await? {
        Bearer::Known(named) => named,
        Bearer::Unknown => {
            return Err(Problem::new(
                Kind::PersonUnknown,
                format!(
                    "@{username} has not opened this app yet. Send a request link, or ask for an address."
                ),
            ));
        }
        Bearer::Moved => {
            return Err(Problem::new(
                Kind::NameMoved,
                format!(
                    "Telegram says that whoever was @{username} here is not called so any more, and nobody else of that name has opened this app. No money has moved. Ask for their name of today, or for an address."
                ),
            ));
        }
    };
    let mut tx = app.db.snapshot().await?;
    let wallet = wallets::default_of(&mut tx, named.person.id).await?.ok_or_else(|| {
        Problem::new(
            Kind::PersonHasNoWallet,
            format!("@{username} has not linked a wallet yet. Ask them to, or ask for an address."),
        )
    })?;
    let side = Side::from(&named.person);
    Ok(Recipient { side, address: wallet.address, named: Some(named), asked: Asked::default() })
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
