//! A receipt: what has come, where it is written on the chain, and the service's signature under it.

use serde::{Deserialize, Serialize};
use ton::{address::Address, network::Network};
use utoipa::ToSchema;

use super::{
    canonical::{Json, NotCanonical},
    keys::{PublicKey, ReceiptKey},
};
use crate::{
    money::rates::FiatValue,
    selling::invoices::{InvoiceException, InvoiceStatus},
    words::{money::Money, time::Time},
};

/// The form described here.
pub const VERSION: u32 = 1;

/// A receipt that anybody can check, without asking this service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignedReceipt {
    pub receipt: Receipt,
    pub signature: ReceiptSignature,
}

/// The service's word for a receipt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiptSignature {
    /// `ed25519`, over `receipt` in the canonical form of RFC 8785.
    #[schema(example = "ed25519")]
    pub algorithm: String,
    /// Which of the keys at `/.well-known/remit-receipts.json`.
    #[schema(example = "rck_0123456789abcdef")]
    pub key: String,
    /// Base64.
    pub value: String,
}

/// What has come, and where it is written. Names and worth are the service's word; every transfer can be
/// looked up on the chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    #[schema(example = 1)]
    pub version: u32,
    /// The invoice's or the payment's id.
    #[schema(example = "inv_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    pub id: String,
    /// Who has signed.
    #[schema(example = "https://pay.example")]
    pub service: String,
    /// The network's global id: `-239` is the real one.
    #[schema(value_type = String, example = "-239")]
    pub network: Network,
    /// What it says of refunds, it says as of then.
    #[schema(value_type = String, format = DateTime)]
    pub issued_at: Time,
    /// The shop's name, if a shop is part of it. People are not named.
    #[schema(example = "Coffee Lab")]
    pub merchant: Option<String>,
    pub invoice: Option<ReceiptInvoice>,
    /// The asset's master contract, raw; none for the network's own coin.
    #[schema(value_type = Option<String>)]
    pub jetton: Option<Address>,
    /// Other assets it was paid in as well. A receipt is of one asset; these have their own, by
    /// `?asset=`.
    #[schema(example = json!(["USDT"]))]
    pub other_assets: Vec<String>,
    /// Everything that has come in this asset.
    pub received: Money,
    /// Oldest first; a hundred at most.
    pub transfers: Vec<ReceiptTransfer>,
    /// Whether `transfers` add up to `received`: otherwise there were too many to list.
    pub complete: bool,
    /// What has gone back.
    pub refunded: Money,
    /// Refunds that have gone back, oldest first.
    pub refunds: Vec<ReceiptRefund>,
}

/// What was paid for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiptInvoice {
    pub id: String,
    pub status: InvoiceStatus,
    pub exception: InvoiceException,
    pub due: Money,
    pub description: Option<String>,
}

/// Money that has gone back to the payer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiptRefund {
    #[schema(example = "rfd_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    pub id: String,
    pub money: Money,
    pub transfers: Vec<ReceiptTransfer>,
}

/// A transaction that brought money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiptTransfer {
    /// Whose transaction it is, raw: the payee, or for a jetton the payee's jetton wallet.
    #[schema(value_type = String)]
    pub account: Address,
    /// Logical time.
    pub lt: String,
    /// Hex.
    pub hash: String,
    /// The masterchain block that made it final.
    pub block: u32,
    /// Block time.
    #[schema(value_type = String, format = DateTime)]
    pub at: Time,
    /// Who sent it, raw; none if the chain names nobody.
    #[schema(value_type = Option<String>)]
    pub from: Option<Address>,
    /// Who received it, raw.
    #[schema(value_type = String)]
    pub to: Address,
    pub money: Money,
    /// The comment, if it is text.
    pub comment: Option<String>,
    /// What it was worth when it settled, if a rate could be trusted then.
    pub fiat_value: Option<FiatValue>,
}

impl Receipt {
    pub fn sign(self, key: &ReceiptKey) -> Result<SignedReceipt, NotCanonical> {
        let value = key.sign(&Json::of(&self)?.canonical());
        let signature =
            ReceiptSignature { algorithm: ALGORITHM.to_owned(), key: key.public().id(), value };
        Ok(SignedReceipt { receipt: self, signature })
    }

    /// Every transfer, those of refunds too.
    pub fn lines(&self) -> impl Iterator<Item = &ReceiptTransfer> {
        self.transfers.iter().chain(self.refunds.iter().flat_map(|refund| &refund.transfers))
    }
}

const ALGORITHM: &str = "ed25519";

/// Why a text is no receipt.
#[derive(Debug, thiserror::Error)]
pub enum NoReceipt {
    #[error("it is not JSON of the kind receipts are made of: {0}")]
    Json(#[from] NotCanonical),
    #[error("it is of version {0}, and this program knows {VERSION}: use a newer one")]
    Version(i64),
    #[error("it is not a receipt: {0}")]
    Shape(#[from] serde_json::Error),
}

/// A receipt as somebody handed it over, with the bytes its signature is for.
#[derive(Debug, Clone)]
pub struct Presented {
    pub signed: SignedReceipt,
    message: String,
}

impl Presented {
    pub fn read(text: &str) -> Result<Self, NoReceipt> {
        let json = Json::parse(text)?;
        let receipt = json.get("receipt");
        match receipt.and_then(|receipt| receipt.get("version")) {
            Some(Json::Number(version)) if *version != i64::from(VERSION) => {
                return Err(NoReceipt::Version(*version));
            }
            _ => {}
        }
        let message = receipt.map(Json::canonical).unwrap_or_default();
        Ok(Self { signed: serde_json::from_str(&json.canonical())?, message })
    }

    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        let signature = &self.signed.signature;
        signature.algorithm == ALGORITHM && key.verifies(&self.message, &signature.value)
    }
}
