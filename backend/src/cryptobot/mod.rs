//! CryptoBot's Crypto Pay API over our invoices: whoever comes from there changes the address and the
//! token. One book, two languages: every invoice of a merchant can be seen in both.
//!
//! * An invoice gets its number, `invoice_id`, when it is made or first shown here. `hash` is our own id.
//! * open, processing → `active`; paid → `paid`; expired, void → `expired`.
//! * The coin is `TON` here, whatever it is called by now: their clients know it by that name, and in
//!   their lists `GRAM` was another token. Both are understood.
//! * What needs somebody's money in our hands (checks, transfers, swaps) is refused by name.
//! * What a method takes no notice of is passed over where it could mean nothing (`getMe`, `getBalance`,
//!   rates, currencies), and refused where it could: a misspelled `expires_in` is another invoice.
//! * Where their document says Number (`getStats`), a number is answered; money is decimal text.

pub mod http;
mod new;
mod params;
mod read;
mod stats;
mod store;
mod view;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::{
    app::App,
    db::{self, Tx},
    dice::Dice,
    id::{InvoiceId, MerchantId},
    invoices::{self, Invoice, Status},
    merchants::Merchant,
    money::Assets,
    payments,
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

crate::db::text_enum! {
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

/// Gives a new invoice a number of its own.
async fn number(tx: &mut Tx, id: InvoiceId, card: &Card, dice: &Dice) -> db::Result<i64> {
    loop {
        let [a, b, c, d, e] = dice.bytes();
        let number = i64::from_be_bytes([0, 0, 0, a, b, c, d, e]).max(1);
        // Zero rows: somebody has this number.
        if store::insert(tx, id, number, card).await? {
            return Ok(number);
        }
    }
}

/// An invoice as this API knows it; from now on it has a number.
async fn show(tx: &mut Tx, invoice: Invoice, dice: &Dice) -> db::Result<Numbered> {
    if let Some((number, card)) = store::card(tx, invoice.id).await? {
        return Ok(Numbered { number, card, invoice });
    }
    let card = Card::default();
    let number = number(tx, invoice.id, &card, dice).await?;
    Ok(Numbered { number, card, invoice })
}

/// Takes an invoice back, if it still can be paid, and out of every list. What was paid stays.
async fn delete(tx: &mut Tx, app: &App, merchant: &Merchant, number: i64) -> Result<(), Error> {
    let id = store::by_number(tx, merchant.id, number).await?.ok_or(Error::NotFound(number))?;
    match invoices::void(tx, &app.assets, id, app.now()).await {
        Ok(()) | Err(invoices::Error::Refused(invoices::Refused::Expired)) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(store::delete(tx, id, app.time()).await?)
}

/// The body of a webhook: CryptoBot's words for an event of ours about an invoice, JSON without a space.
pub async fn update(tx: &mut Tx, app: &App, seq: i64, data: &str) -> anyhow::Result<String> {
    #[derive(serde::Deserialize)]
    struct About {
        id: String,
    }
    let id: InvoiceId = serde_json::from_str::<About>(data)?.id.parse()?;
    let invoice = invoices::store::find(tx, id).await?.ok_or(invoices::Error::NotFound(id))?;
    let numbered = show(tx, invoice, &app.dice).await?;
    let payload = whole(tx, &app.assets, &numbered).await?;
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

/// An invoice as it is shown, with what it was worth when it was paid.
async fn whole(tx: &mut Tx, assets: &Assets, of: &Numbered) -> db::Result<view::InvoiceView> {
    let transfers = match of.invoice.status {
        Status::Paid { .. } => {
            payments::store::transfers_for(tx, &of.invoice.id.to_string()).await?
        }
        _ => Vec::new(),
    };
    Ok(view::invoice(assets, of, &transfers))
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
async fn list(
    tx: &mut Tx,
    merchant: MerchantId,
    filter: &Filter,
    dice: &Dice,
) -> Result<Vec<Numbered>, Error> {
    let ids = match filter.numbers.is_empty() {
        true => store::list(tx, merchant, filter).await?,
        false => store::numbered(tx, merchant, filter).await?,
    };
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let invoice = invoices::store::find(tx, id).await?.ok_or(invoices::Error::NotFound(id))?;
        found.push(show(tx, invoice, dice).await?);
    }
    Ok(found)
}

/// A number for `getMe` that stays: from the account's own id, which nobody can look up by it.
fn app_id(merchant: &Merchant) -> u64 {
    use sha2::Digest;
    let digest = Sha256::digest(merchant.id.to_string().as_bytes());
    digest.iter().take(5).fold(0, |number, byte| (number << 8) | u64::from(*byte))
}
