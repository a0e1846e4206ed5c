//! Receipts that anybody can check: what has come, where it is written on the chain, signed by this
//! service. [`receipt`] is their form, [`canonical`] the bytes that are signed, [`keys`] the key, and
//! [`check`] holds a receipt against the chain. Nothing is stored but the key: a receipt is made when
//! it is asked for.
//!
//! Whoever has the id may read it: the payer and the payee have it, and whoever they show the pay page.
//! It says no more than the chain says, and what stands on the pay page: no person is named.

pub mod canonical;
pub mod check;
pub mod http;
pub mod keys;
mod page;
pub mod receipt;
pub mod store;
pub mod view;

use std::str::FromStr;

use ton::network::Network;

use crate::{
    base::{app::App, db::Tx},
    money::payments::{self, End, Intent, Transfer},
    selling::{
        invoices,
        refunds::{self, Refund},
    },
    words::{
        id::{InvoiceId, PaymentId},
        money::{Amount, Asset, Assets, Money},
        time::Time,
    },
};

use canonical::NotCanonical;
use keys::ReceiptKey;
use receipt::{Receipt, ReceiptInvoice, ReceiptRefund, ReceiptTransfer, SignedReceipt, VERSION};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no {0}")]
    NotFound(String),
    #[error("nothing has come for {0} yet")]
    NothingCame(Topic),
    #[error(transparent)]
    Invoice(#[from] invoices::Error),
    #[error(transparent)]
    Canonical(#[from] NotCanonical),
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

/// What a receipt is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    Invoice(InvoiceId),
    Payment(PaymentId),
}

impl FromStr for Topic {
    type Err = Error;

    fn from_str(id: &str) -> Result<Self, Error> {
        let invoice = id.parse().map(Self::Invoice);
        let payment = |_| id.parse().map(Self::Payment);
        invoice.or_else(payment).map_err(|_| Error::NotFound(format!("receipt {id}")))
    }
}

impl std::fmt::Display for Topic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Invoice(id) => id.fmt(f),
            Self::Payment(id) => id.fmt(f),
        }
    }
}

/// Where and when a receipt is made.
struct Desk<'a> {
    assets: &'a Assets,
    service: &'a str,
    network: Network,
    now: Time,
}

/// Makes the receipt of an invoice or a payment, and signs it.
///
/// `wanted` is one of the assets it was paid in; left out, the one that was asked for, if some came in it.
pub async fn issue(
    app: &App,
    subject: Topic,
    wanted: Option<&str>,
) -> Result<SignedReceipt, Error> {
    let key = signing_key(app).await?;
    let desk = Desk {
        assets: &app.assets,
        service: &app.settings.public_url,
        network: app.network,
        now: app.time(),
    };
    let mut tx = app.db.snapshot().await?;
    let receipt = match subject {
        Topic::Invoice(id) => desk.of_invoice(&mut tx, id, wanted).await?,
        Topic::Payment(id) => desk.of_payment(&mut tx, id, wanted).await?,
    };
    if receipt.transfers.is_empty() {
        return Err(Error::NothingCame(subject));
    }
    Ok(receipt.sign(&key)?)
}

/// Makes the key that signs, if there is none yet.
pub async fn make_ready(app: &App) -> Result<(), Error> {
    all_keys(app).await.map(drop)
}

/// The key that signs. The first time somebody asks for it, it is made.
async fn signing_key(app: &App) -> Result<ReceiptKey, Error> {
    Ok(all_keys(app).await?.swap_remove(0).0)
}

/// Every key there has been, at least one, the one that signs first.
async fn all_keys(app: &App) -> Result<Vec<(ReceiptKey, Time)>, Error> {
    let keys = store::keys(&mut app.db.snapshot().await?).await?;
    if !keys.is_empty() {
        return Ok(keys);
    }
    let mut tx = app.db.begin().await?;
    store::insert_first(&mut tx, &ReceiptKey::roll(&app.dice), app.time()).await?;
    let keys = store::keys(&mut tx).await?;
    tx.commit().await?;
    Ok(keys)
}

impl Desk<'_> {
    async fn of_invoice(
        &self,
        tx: &mut Tx,
        id: InvoiceId,
        wanted: Option<&str>,
    ) -> Result<Receipt, Error> {
        let whole = invoices::whole(tx, id).await?;
        let (asset, others) = self.asset(&whole.transfers, whole.invoice.terms.asset, wanted)?;
        let (transfers, refunds) = of_asset(&whole.transfers, &whole.refunds, asset);
        let refunds = self.refunds(tx, &refunds).await?;
        let came = whole.invoice.tender(asset).map_or(Amount::ZERO, |tender| tender.received());
        let received = self.assets.money(asset, came);
        Ok(Receipt {
            merchant: Some(whole.merchant.name.clone()),
            invoice: Some(self.invoice(&whole)),
            other_assets: others,
            ..self.receipt(id, asset, received, &transfers, refunds)
        })
    }

    /// The asset a receipt is of, and the others that have come.
    fn asset(
        &self,
        transfers: &[Transfer],
        own: Asset,
        wanted: Option<&str>,
    ) -> Result<(Asset, Vec<String>), Error> {
        let code = |asset: Asset| self.assets.money(asset, Amount::ZERO).asset;
        let mut came: Vec<Asset> = Vec::new();
        for transfer in transfers {
            if !came.contains(&transfer.arrival.asset) {
                came.push(transfer.arrival.asset);
            }
        }
        let chosen = match wanted {
            Some(wanted) => {
                let found = came.iter().copied().find(|asset| code(*asset) == wanted);
                found.ok_or_else(|| Error::NotFound(format!("receipt of {wanted:?} for this")))?
            }
            None if came.contains(&own) => own,
            None => came.first().copied().unwrap_or(own),
        };
        Ok((chosen, came.into_iter().filter(|asset| *asset != chosen).map(code).collect()))
    }

    async fn of_payment(
        &self,
        tx: &mut Tx,
        id: PaymentId,
        wanted: Option<&str>,
    ) -> Result<Receipt, Error> {
        let found = payments::store::find(tx, id).await?;
        let intent = found.ok_or_else(|| Error::NotFound(format!("payment {id}")))?;
        let transfers = payments::store::transfers_of(tx, id).await?;
        let of = intent.purpose.id.as_deref().filter(|_| intent.purpose.kind == invoices::KIND);
        let (invoice, refunds) = match of.and_then(|id| id.parse().ok()) {
            Some(of) => {
                let whole = invoices::whole(tx, of).await?;
                let mine = |refund: &&Refund| transfers.iter().any(|t| t.id == refund.transfer);
                let refunds: Vec<_> = whole.refunds.iter().filter(mine).cloned().collect();
                (Some(self.invoice(&whole)), self.refunds(tx, &refunds).await?)
            }
            None => (None, Vec::new()),
        };
        let (asset, others) = self.asset(&transfers, intent.asset, wanted)?;
        let (transfers, _) = of_asset(&transfers, &[], asset);
        let code = self.assets.money(asset, Amount::ZERO).asset;
        let refunds = refunds.into_iter().filter(|refund| refund.money.asset == code).collect();
        let received = self.assets.money(asset, sum(&transfers));
        Ok(Receipt {
            merchant: shop(&intent),
            invoice,
            other_assets: others,
            ..self.receipt(id, asset, received, &transfers, refunds)
        })
    }

    fn receipt(
        &self,
        id: impl ToString,
        asset: Asset,
        received: Money,
        transfers: &[Transfer],
        refunds: Vec<ReceiptRefund>,
    ) -> Receipt {
        let back = refunds.iter().filter_map(|refund| refund.money.units.parse().ok());
        let back = back.fold(0u128, u128::saturating_add);
        Receipt {
            version: VERSION,
            id: id.to_string(),
            service: self.service.to_owned(),
            network: self.network,
            issued_at: self.now,
            merchant: None,
            invoice: None,
            jetton: match asset {
                Asset::Gram => None,
                Asset::Jetton(master) => Some(master),
            },
            other_assets: Vec::new(),
            complete: received.units == sum(transfers).units().to_string(),
            received,
            transfers: transfers.iter().map(|transfer| self.line(transfer)).collect(),
            refunded: self.assets.money(asset, Amount::new(back).unwrap_or(Amount::MAX)),
            refunds,
        }
    }

    fn invoice(&self, whole: &invoices::Whole) -> ReceiptInvoice {
        let invoice = &whole.invoice;
        ReceiptInvoice {
            id: invoice.id.to_string(),
            status: invoice.status.word(),
            exception: invoice.exception(),
            due: self.assets.money(invoice.terms.asset, invoices::view::all(invoice)),
            description: invoice.terms.description.clone(),
        }
    }

    /// Those of which something has arrived.
    async fn refunds(&self, tx: &mut Tx, all: &[Refund]) -> Result<Vec<ReceiptRefund>, Error> {
        let mut gone = Vec::new();
        for refund in all.iter().filter(|refund| !refund.sent.is_zero()) {
            let whole = refunds::complete(tx, refund.clone()).await.map_err(refund_error)?;
            // Once it has arrived its reference is public: what others send with it is no refund.
            let shop = Some(whole.merchant.payout);
            let ours = whole.transfers.iter().filter(|transfer| transfer.arrival.sender == shop);
            gone.push(ReceiptRefund {
                id: refund.id.to_string(),
                money: self.assets.money(refund.asset, refund.sent),
                transfers: ours.map(|transfer| self.line(transfer)).collect(),
            });
        }
        Ok(gone)
    }

    fn line(&self, transfer: &Transfer) -> ReceiptTransfer {
        let arrival = &transfer.arrival;
        ReceiptTransfer {
            account: arrival.account,
            lt: arrival.lt.to_string(),
            hash: hex::encode(arrival.hash),
            block: arrival.block,
            at: arrival.at,
            from: arrival.sender,
            to: arrival.owner,
            money: self.assets.money(arrival.asset, arrival.amount().unwrap_or(Amount::ZERO)),
            comment: arrival.text().map(str::to_owned),
            fiat_value: transfer.worth.map(Into::into),
        }
    }
}

/// What has come and gone in one asset.
fn of_asset(
    transfers: &[Transfer],
    refunds: &[Refund],
    asset: Asset,
) -> (Vec<Transfer>, Vec<Refund>) {
    let transfers = transfers.iter().filter(|transfer| transfer.arrival.asset == asset);
    let refunds = refunds.iter().filter(|refund| refund.asset == asset);
    (transfers.cloned().collect(), refunds.cloned().collect())
}

/// The shop's side of a payment; nobody else is named.
fn shop(intent: &Intent) -> Option<String> {
    match intent.purpose.manner.shop? {
        End::Payee => intent.payee.name.clone(),
        End::Payer => intent.payer.name.clone(),
    }
}

fn sum(transfers: &[Transfer]) -> Amount {
    let amounts = transfers.iter().filter_map(|transfer| transfer.arrival.amount());
    amounts.fold(Amount::ZERO, |sum, amount| sum.checked_add(amount).unwrap_or(Amount::MAX))
}

fn refund_error(error: refunds::Error) -> Error {
    match error {
        refunds::Error::Db(error) => Error::Db(error),
        other => Error::NotFound(other.to_string()),
    }
}
