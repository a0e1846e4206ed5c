//! Answers in CryptoBot's words. What does not apply is left out, as it is there.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Button, Numbered};
use crate::{
    money::payments::Transfer,
    selling::invoices::{InvoiceStatus, Price, Status, Terms, share::sum},
    words::{
        money::{Amount, Asset, Assets},
        time::Time,
    },
};

/// The network's coin, by the name under which their clients know it.
const COIN: &str = "TON";

crate::words::text::text_enum! {
    /// Where an invoice stands.
    pub enum InvoiceState {
        /// It can be paid, or is being paid, or is paid in part.
        Active = "active",
        Paid = "paid",
        /// Its time is over, or it was taken back.
        Expired = "expired",
    }
}

impl From<InvoiceStatus> for InvoiceState {
    fn from(status: InvoiceStatus) -> Self {
        match status {
            InvoiceStatus::Open | InvoiceStatus::Processing => Self::Active,
            InvoiceStatus::Paid => Self::Paid,
            InvoiceStatus::Expired | InvoiceStatus::Void => Self::Expired,
        }
    }
}

crate::words::text::text_enum! {
    /// What the price is in.
    pub enum CurrencyType {
        Crypto = "crypto",
        Fiat = "fiat",
    }
}

/// An invoice.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CryptobotInvoice)]
pub struct InvoiceView {
    #[schema(example = 712_345_678_901_i64)]
    pub invoice_id: i64,
    /// Our own id of the same invoice.
    #[schema(example = "inv_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    pub hash: String,
    pub currency_type: CurrencyType,
    /// With a price in an asset. The coin is `TON`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub asset: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub fiat: Option<String>,
    #[schema(example = "1.5")]
    pub amount: String,
    /// With a price in fiat: what it can be paid in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub accepted_assets: Option<Vec<String>>,
    #[serde(flatten)]
    pub paid: Paid,
    pub pay_url: String,
    pub bot_invoice_url: String,
    pub mini_app_invoice_url: String,
    pub web_app_invoice_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub description: Option<String>,
    pub status: InvoiceState,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
    pub allow_comments: bool,
    pub allow_anonymous: bool,
    #[schema(value_type = String, format = DateTime)]
    pub expiration_date: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub hidden_message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub payload: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub paid_btn_name: Option<Button>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub paid_btn_url: Option<String>,
}

/// What is known of an invoice once it is paid.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = CryptobotPaid)]
pub struct Paid {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub paid_asset: Option<String>,
    /// Everything that came.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub paid_amount: Option<String>,
    /// What one whole unit was worth in USD when the money came, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub paid_usd_rate: Option<String>,
    /// The rate that a price in fiat was reckoned with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub paid_fiat_rate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub fee_asset: Option<String>,
    /// Always 0: nobody stands between the payer's wallet and yours.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub fee_amount: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, nullable = false)]
    pub paid_at: Option<Time>,
    /// Always true: a wallet pays, and it has no name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub paid_anonymously: Option<bool>,
}

pub fn code(assets: &Assets, asset: Asset) -> String {
    match asset {
        Asset::Gram => COIN.to_owned(),
        Asset::Jetton(_) => assets.get(asset).map_or(asset.to_string(), |known| known.code.clone()),
    }
}

fn accepted(assets: &Assets, terms: &Terms) -> Vec<String> {
    let all = std::iter::once(&terms.asset).chain(&terms.also);
    all.map(|asset| code(assets, *asset)).collect()
}

pub fn invoice(assets: &Assets, of: &Numbered, transfers: &[Transfer]) -> InvoiceView {
    let Numbered { number, card, invoice } = of;
    let terms = &invoice.terms;
    let code = code(assets, terms.asset);
    let (kind, amount) = match terms.price {
        Price::Asset(amount) => (CurrencyType::Crypto, assets.money(terms.asset, amount).amount),
        Price::Fiat(price) => (CurrencyType::Fiat, price.amount()),
        // Their language has no word for "as you like": it is what has come.
        Price::Open { .. } => {
            (CurrencyType::Crypto, assets.money(terms.asset, invoice.received()).amount)
        }
    };
    let fiat = match terms.price {
        Price::Fiat(price) => Some(price.currency.to_string()),
        Price::Asset(_) | Price::Open { .. } => None,
    };
    let (button, url) = card.button.clone().unzip();
    InvoiceView {
        invoice_id: *number,
        hash: invoice.id.to_string(),
        currency_type: kind,
        asset: fiat.is_none().then(|| code.clone()),
        accepted_assets: fiat.is_some().then(|| accepted(assets, terms)),
        fiat,
        amount,
        paid: paid(assets, of, transfers),
        pay_url: invoice.links.app_url.clone(),
        bot_invoice_url: invoice.links.app_url.clone(),
        mini_app_invoice_url: invoice.links.app_url.clone(),
        web_app_invoice_url: invoice.links.pay_url.clone(),
        description: card.description.clone().or_else(|| terms.description.clone()),
        status: invoice.status.word().into(),
        created_at: invoice.created_at,
        allow_comments: card.allow_comments,
        allow_anonymous: card.allow_anonymous,
        expiration_date: invoice.expires_at,
        hidden_message: terms.paid_message.clone(),
        payload: card.payload.clone(),
        paid_btn_name: button,
        paid_btn_url: url,
    }
}

fn paid(assets: &Assets, of: &Numbered, transfers: &[Transfer]) -> Paid {
    let invoice = &of.invoice;
    let Status::Paid { at, .. } = invoice.status else { return Paid::default() };
    // Of several assets, the one that completed it.
    let asset = transfers.last().map_or(invoice.terms.asset, |last| last.arrival.asset);
    let came = transfers.iter().filter(|transfer| transfer.arrival.asset == asset);
    let received = came.filter_map(|transfer| transfer.arrival.amount()).fold(Amount::ZERO, sum);
    let other = invoice.others.iter().find(|tender| tender.asset == asset);
    let rate = other.map_or(invoice.rate.as_ref(), |tender| tender.rate.as_ref());
    let code = code(assets, asset);
    let worth = transfers.iter().rev().find_map(|transfer| transfer.worth);
    let dollars = worth.filter(|worth| worth.value.currency.code() == "USD");
    Paid {
        paid_asset: Some(code.clone()),
        paid_amount: Some(assets.money(asset, received).amount),
        paid_usd_rate: dollars.map(|worth| worth.rate.to_string()),
        paid_fiat_rate: rate.map(|fixed| fixed.rate.to_string()),
        fee_asset: Some(code),
        fee_amount: Some(assets.money(asset, Amount::ZERO).amount),
        paid_at: Some(at),
        paid_anonymously: Some(true),
    }
}

/// What a webhook carries.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CryptobotUpdate)]
pub struct Update {
    /// The event's number in your feed.
    pub update_id: i64,
    #[schema(example = "invoice_paid")]
    pub update_type: &'static str,
    #[schema(value_type = String, format = DateTime)]
    pub request_date: Time,
    pub payload: InvoiceView,
}

/// The app that a token belongs to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CryptobotApp)]
pub struct AppView {
    pub app_id: u64,
    pub name: String,
    /// The bot that tells people of payments.
    pub payment_processing_bot_username: String,
}

/// What the wallet that is paid holds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CryptobotBalance)]
pub struct BalanceView {
    pub currency_code: String,
    pub available: String,
    /// Always 0: nothing is held back.
    pub onhold: String,
}

/// What an asset is worth.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CryptobotRate)]
pub struct RateView {
    /// Whether it can be relied on now.
    pub is_valid: bool,
    pub is_crypto: bool,
    pub is_fiat: bool,
    pub source: String,
    pub target: String,
    pub rate: String,
}

/// An asset or a currency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CryptobotCurrency)]
pub struct CurrencyView {
    pub is_blockchain: bool,
    pub is_stablecoin: bool,
    pub is_fiat: bool,
    pub name: String,
    pub code: String,
    pub decimals: u8,
}

/// What was sold.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CryptobotStats)]
pub struct StatsView {
    /// What the money was worth that paid invoices in this time, in USD.
    #[schema(value_type = f64)]
    pub volume: serde_json::Number,
    /// Of the invoices that were made in this time, how many of a hundred are paid.
    #[schema(value_type = f64)]
    pub conversion: serde_json::Number,
    /// Wallets that have paid.
    pub unique_users_count: i64,
    pub created_invoice_count: i64,
    pub paid_invoice_count: i64,
    #[schema(value_type = String, format = DateTime)]
    pub start_at: Time,
    #[schema(value_type = String, format = DateTime)]
    pub end_at: Time,
}

/// What is answered when all is well.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reply<T: ToSchema> {
    #[schema(example = true)]
    pub ok: bool,
    pub result: T,
}

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Items<T: ToSchema> {
    pub items: Vec<T>,
}

/// What is answered when something is wrong.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CryptobotRefusal)]
pub struct Refusal {
    #[schema(example = false)]
    pub ok: bool,
    pub error: Named,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CryptobotError)]
pub struct Named {
    /// The HTTP status once more.
    #[schema(example = 400)]
    pub code: u16,
    /// One of the problems of this service in capitals, or the name that CryptoBot has for it.
    #[schema(example = "AMOUNT_INVALID")]
    pub name: String,
    /// For a person: what happened, what is safe, what to do.
    pub detail: String,
}
