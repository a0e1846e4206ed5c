//! CryptoBot's Crypto Pay API over our invoices: whoever comes from there changes the address and the
//! token. One book, two languages: every invoice of a merchant can be seen in both.
//!
//! * An invoice gets its number, `invoice_id`, when it is made, wherever that is. `hash` is our own id.
//! * open, processing → `active`; paid → `paid`; expired, void → `expired`.
//! * The coin is `TON` here, whatever it is called by now: their clients know it by that name, and in
//!   their lists `GRAM` was another token. Both are understood.
//! * What needs somebody's money in our hands (checks, transfers, swaps) is refused by name.
//! * What a method takes no notice of is passed over where it could mean nothing (`getMe`, `getBalance`,
//!   rates, currencies), and refused where it could: a misspelled `expires_in` is another invoice.
//! * Where their document says Number (`getStats`), a number is answered; money is decimal text.

pub mod http;
mod store;
mod view;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::{
    base::{
        app::App,
        db::{self, Tx},
        events::Now,
    },
    money::payments,
    selling::invoices::{self, Invoice, Status},
    words::{
        id::{InvoiceId, MerchantId},
        money::Assets,
    },
};

/// The header of a webhook that carries its signature.
pub const SIGNATURE: &str = "crypto-pay-api-signature";

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no invoice {0}")]
    NotFound(i64),
    #[error(transparent)]
    Invoice(#[from] invoices::Error),
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

crate::words::text::text_enum! {
    /// What the button says that is shown when all is paid.
    pub enum Button {
        ViewItem = "viewItem",
        OpenChannel = "openChannel",
        OpenBot = "openBot",
        Callback = "callback",
    }
}

/// What this API knows of an invoice beside what we know ourselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// As it was given, with its line breaks.
    pub description: Option<String>,
    pub payload: Option<String>,
    pub button: Option<(Button, String)>,
    pub allow_comments: bool,
    pub allow_anonymous: bool,
}

impl Default for Card {
    /// What an invoice has that was made elsewhere.
    fn default() -> Self {
        Self {
            description: None,
            payload: None,
            button: None,
            allow_comments: true,
            allow_anonymous: true,
        }
    }
}

/// An invoice with its number and its card.
#[derive(Debug, Clone)]
pub struct Numbered {
    pub number: i64,
    pub card: Card,
    pub invoice: Invoice,
}

/// Invoices as this API knows them, newest first. What has no number yet is left out.
async fn show(tx: &mut Tx, ids: &[InvoiceId]) -> db::Result<Vec<Numbered>> {
    let mut cards = store::cards(tx, ids).await?;
    let invoices = invoices::store::of_ids(tx, ids).await?;
    let numbered = |invoice: Invoice| {
        let (number, card) = cards.remove(&invoice.id)?;
        Some(Numbered { number, card, invoice })
    };
    Ok(invoices.into_iter().filter_map(numbered).collect())
}

/// Takes an invoice back, if it still can be paid, and out of every list. What was paid stays.
async fn delete(
    tx: &mut Tx,
    assets: &Assets,
    merchant: MerchantId,
    number: i64,
    now: Now<'_>,
) -> Result<(), Error> {
    let id = store::by_number(tx, merchant, number).await?.ok_or(Error::NotFound(number))?;
    match invoices::void(tx, assets, id, now).await {
        Ok(()) | Err(invoices::Error::Refused(invoices::Refused::Expired)) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(store::delete(tx, id, now.at).await?)
}

/// The body of a webhook: CryptoBot's words for an event of ours about an invoice, JSON without a space.
pub async fn update(tx: &mut Tx, app: &App, seq: i64, data: &str) -> anyhow::Result<String> {
    #[derive(serde::Deserialize)]
    struct About {
        id: String,
    }
    let id: InvoiceId = serde_json::from_str::<About>(data)?.id.parse()?;
    if store::cards(tx, &[id]).await?.is_empty() {
        // A process of an older version has made it just now.
        invoices::number(tx, id, &app.dice).await?;
    }
    let numbered = show(tx, &[id]).await?;
    let payload =
        views(tx, &app.assets, &numbered).await?.pop().ok_or(invoices::Error::NotFound(id))?;
    Ok(serde_json::to_string(&view::Update {
        update_id: seq,
        update_type: "invoice_paid",
        request_date: app.time(),
        payload,
    })?)
}

/// HMAC-SHA256 under the SHA-256 of the token, which is all we keep of a key; hex.
pub fn signature(key_hash: &str, body: &str) -> String {
    let key = hex::decode(key_hash).unwrap_or_default();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes a key of any length");
    mac.update(body.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// Invoices as they are shown, with what they were worth when they were paid.
async fn views(
    tx: &mut Tx,
    assets: &Assets,
    of: &[Numbered],
) -> db::Result<Vec<view::InvoiceView>> {
    let paid = of.iter().filter(|one| matches!(one.invoice.status, Status::Paid { .. }));
    let paid = db::joined(paid.map(|one| one.invoice.id));
    let transfers = payments::many::transfers_for(tx, &paid).await?;
    let view = |one: &Numbered| {
        let transfers = transfers.get(&one.invoice.id.to_string());
        view::invoice(assets, one, transfers.map(Vec::as_slice).unwrap_or_default())
    };
    Ok(of.iter().map(view).collect())
}

/// Which invoices a merchant asks for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Empty: all of them.
    pub numbers: Vec<i64>,
    /// As they are stored.
    pub assets: Vec<String>,
    pub fiat: Option<String>,
    pub status: Option<view::InvoiceState>,
    pub offset: i64,
    pub count: i64,
}

/// A merchant's invoices, newest first.
async fn list(tx: &mut Tx, merchant: MerchantId, filter: &Filter) -> db::Result<Vec<Numbered>> {
    let ids = match filter.numbers.is_empty() {
        true => store::list(tx, merchant, filter).await?,
        false => store::numbered(tx, merchant, filter).await?,
    };
    show(tx, &ids).await
}
