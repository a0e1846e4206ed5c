//! Invoices as the API shows them: to everybody who has the link, and to the merchant.

use serde::Serialize;
use serde_json::{Map, Value};
use ton::message::ConnectTransaction;
use utoipa::ToSchema;

use super::{Goods, Invoice, InvoiceException, InvoiceStatus, Price, Status, Whole, share::Tender};
use crate::{
    money::{
        payments::{
            Intent, Outcome, Reason, Stage, Transfer,
            view::{PaymentView, Step, Transaction, friendly},
        },
        rates::FiatValue,
        stars::{self, StarPayment},
    },
    selling::refunds::view::{self, RefundBrief},
    words::{
        money::{Amount, Asset, Assets, Money},
        time::Time,
    },
};

/// An invoice as whoever is to pay it may see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PublicInvoice)]
pub struct PublicInvoiceView {
    #[schema(example = "inv_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    pub id: String,
    pub status: InvoiceStatus,
    pub exception: InvoiceException,
    /// What is sold. Inside Telegram `digital` goods are paid in Stars only.
    pub goods_kind: Goods,
    /// What is due; of a price in fiat, what has come and what is missing of it at the present rate. Of an
    /// open amount: what has come, once it is paid, and until then the least that
    /// will do.
    pub money: Money,
    /// Every asset it may be paid in, the one it is made out in first. One reference serves them all,
    /// and money of several adds up by its share of what is due in each.
    pub accepted: Vec<AcceptedAsset>,
    /// Whether whoever pays decides how much.
    pub open_amount: bool,
    /// The least of an open amount, if there is a minimum.
    pub min_amount: Option<Money>,
    /// The price in fiat that it was reckoned from, if there was one.
    pub fiat: Option<InvoiceFiat>,
    /// How it can be paid in Telegram Stars, if it can.
    pub stars: Option<InvoiceStars>,
    /// Everything that came on the chain, also late or too much. Other assets count by the invoice's rates, rounded
    /// down; what came in each stands in `accepted`.
    pub received: Money,
    /// What is still missing.
    pub remaining: Money,
    pub shop: Shop,
    pub description: Option<String>,
    /// What the transfer's comment must begin with. This, `address` and `ton_link` are null for digital
    /// goods inside Telegram, that is for whoever asks with a session.
    #[schema(example = "K7TQ-9F2M-3XWA-0V5R-8N1D")]
    pub reference: Option<String>,
    /// The merchant's wallet.
    pub address: Option<String>,
    /// A page that anybody can pay at.
    pub pay_url: String,
    /// For any wallet: it opens with everything filled in.
    pub ton_link: Option<String>,
    /// By the chain's clock. Money in a block after it is late.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Time,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub paid_at: Option<Time>,
    pub return_url: Option<String>,
    /// Whether the shop has a word for whoever pays.
    pub has_paid_message: bool,
    /// That word: for whoever has paid, and for nobody else who has the link. `null` before.
    pub paid_message: Option<String>,
    /// How far the newest payment has come.
    pub progress: Vec<Step>,
    /// Where the money that paid it is written on the chain, oldest first.
    pub receipts: Vec<Receipt>,
    /// What came with its reference and cannot pay it, such as another asset; oldest first.
    pub astray: Vec<Astray>,
}

/// One asset that an invoice may be paid in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AcceptedAsset {
    #[schema(example = "USDT")]
    pub asset: String,
    /// What is due if all of it is paid in this asset; the least of an open amount, or nothing.
    pub money: Money,
    /// What came in this asset.
    pub received: Money,
    /// What is still missing if the rest is paid in this asset, rounded up to its smallest unit.
    pub remaining: Money,
    /// What has gone back to whoever had paid in this asset.
    pub refunded: Money,
    /// The rate that it was reckoned with, if there was need of one.
    pub rate: Option<AcceptedRate>,
    /// For any wallet: it opens with everything filled in.
    pub ton_link: String,
}

/// What one whole unit of an accepted asset was worth when it was reckoned: when the invoice was made, or
/// when its price in fiat was last renewed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AcceptedRate {
    /// Decimal.
    #[schema(example = "2.5")]
    pub value: String,
    #[schema(example = "USD")]
    pub currency: String,
    /// The sources that agreed on it.
    pub sources: Vec<String>,
    /// When the oldest of them said so.
    #[schema(value_type = String, format = DateTime)]
    pub at: Time,
}

/// A price in Telegram Stars, and what came and went of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InvoiceStars {
    /// The whole price, beside the one on the chain: either pays the invoice.
    pub price: Money,
    /// All Stars that came, also late or once more.
    pub received: Money,
    /// What Telegram has given back.
    pub refunded: Money,
}

/// A price in fiat, and the rate that it is held at.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InvoiceFiat {
    /// Decimal, with all the currency's digits.
    #[schema(example = "5.00")]
    pub amount: String,
    #[schema(example = "USD")]
    pub currency: String,
    /// What one whole unit of the asset was worth, decimal.
    #[schema(example = "2.5")]
    pub rate: String,
    /// The sources that agreed on it.
    pub sources: Vec<String>,
    /// When the oldest of them said so.
    #[schema(value_type = String, format = DateTime)]
    pub at: Time,
    /// Until when the price is held at this rate. Whoever comes to pay later pays what is then missing of
    /// it, at the rate of then: `POST /v1/public/invoices/{id}/renew`.
    #[schema(value_type = String, format = DateTime)]
    pub rate_expires_at: Time,
}

/// Who is paid.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Shop {
    pub name: String,
    /// Since when the shop's money goes to the wallet it goes to now. A wallet that is new is worth a
    /// second look.
    #[schema(value_type = String, format = DateTime)]
    pub wallet_since: Time,
}

/// Where money that paid is written on the chain.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = InvoiceReceipt)]
pub struct Receipt {
    pub received: Money,
    /// Masterchain block.
    pub block: u32,
    /// Hash of the receiving transaction, hex.
    pub hash: String,
    /// Block time.
    #[schema(value_type = String, format = DateTime)]
    pub at: Time,
}

/// Money that names an invoice and cannot pay it. It is in the shop's wallet; only the shop can send it
/// back.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Astray {
    pub money: Money,
    pub reason: Reason,
    /// What has gone back of it.
    pub refunded: Money,
    /// Hash of the receiving transaction, hex.
    pub hash: String,
    /// Block time.
    #[schema(value_type = String, format = DateTime)]
    pub at: Time,
}

/// An invoice as its merchant sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Invoice)]
pub struct InvoiceView {
    #[schema(example = "invoice")]
    pub object: &'static str,
    #[serde(flatten)]
    pub public: PublicInvoiceView,
    /// How much may be missing, in hundredths of a percent of what is due.
    pub tolerance_bps: u16,
    /// Whether you took what had come as enough, although it was too little or too late.
    pub accepted_by_hand: bool,
    /// Your own name for it.
    pub external_id: Option<String>,
    /// Whatever you gave along.
    #[schema(value_type = Object)]
    pub metadata: Map<String, Value>,
    /// Every transfer that paid it, oldest first.
    pub payments: Vec<InvoicePayment>,
    /// Every payment in Stars, oldest first.
    pub star_payments: Vec<InvoiceStarPayment>,
    /// What goes back of it, oldest first.
    pub refunds: Vec<RefundBrief>,
    /// What has gone back so far of the asset it is made out in; of the others it stands in `accepted`.
    pub refunded: Money,
    /// Whether the money is real.
    pub livemode: bool,
    /// Opens the invoice inside Telegram.
    pub app_url: String,
    /// Told of this invoice's events, beside your webhook endpoints.
    pub webhook_url: Option<String>,
}

/// A transfer that paid an invoice.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InvoicePayment {
    #[schema(example = "trf_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    pub id: String,
    pub money: Money,
    /// What it was worth when it settled, if a rate could be trusted then.
    pub fiat_value: Option<FiatValue>,
    /// Who sent it. An exchange's wallet is nobody to pay back to.
    pub from: Option<String>,
    /// Masterchain block.
    pub block: u32,
    /// Logical time of the receiving transaction.
    pub lt: String,
    /// Hash of the receiving transaction, hex.
    pub hash: String,
    /// Block time.
    #[schema(value_type = String, format = DateTime)]
    pub at: Time,
    /// Whether its block is later than the invoice's end.
    pub late: bool,
}

/// A payment in Telegram Stars.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InvoiceStarPayment {
    #[schema(example = "stp_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    pub id: String,
    pub money: Money,
    /// Telegram's name for it: the payer sees it in their Stars, and support asks for it.
    pub telegram_payment_charge_id: String,
    /// By Telegram's clock.
    #[schema(value_type = String, format = DateTime)]
    pub at: Time,
    /// Whether that was after the invoice's end.
    pub late: bool,
}

/// What the merchant sees, and what stands in its events.
pub fn invoice(assets: &Assets, whole: &Whole) -> InvoiceView {
    let Whole { invoice, merchant, transfers, refunds, stars, star_refunds, .. } = whole;
    let signed = refunds.iter().map(|refund| view::brief(assets, refund));
    InvoiceView {
        object: "invoice",
        public: PublicInvoiceView {
            // The shop's own words.
            paid_message: match invoice.status {
                Status::Paid { .. } => invoice.terms.paid_message.clone(),
                _ => None,
            },
            ..public(assets, whole)
        },
        tolerance_bps: invoice.terms.tolerance.bps(),
        accepted_by_hand: matches!(invoice.status, Status::Paid { by_hand: true, .. }),
        external_id: invoice.terms.external_id.clone(),
        metadata: serde_json::from_str(&invoice.terms.metadata).unwrap_or_default(),
        payments: transfers.iter().map(|t| payment(assets, invoice, t)).collect(),
        star_payments: stars.iter().map(|paid| star_payment(invoice, paid)).collect(),
        refunds: signed.chain(star_refunds.iter().map(view::stars_brief)).collect(),
        refunded: view::sum(assets, invoice.terms.asset, refunds),
        livemode: merchant.livemode,
        app_url: invoice.links.app_url.clone(),
        webhook_url: invoice.terms.webhook_url.clone(),
    }
}

/// What everybody sees who has the link.
pub fn public(assets: &Assets, whole: &Whole) -> PublicInvoiceView {
    let Whole { invoice, merchant, intent, intents, transfers, .. } = whole;
    let money = |amount| assets.money(invoice.terms.asset, amount);
    PublicInvoiceView {
        id: invoice.id.to_string(),
        status: invoice.status.word(),
        exception: invoice.exception(),
        goods_kind: invoice.terms.goods,
        money: money(named(invoice)),
        accepted: invoice.tenders().iter().map(|t| accepted(assets, whole, t)).collect(),
        open_amount: invoice.is_open_amount(),
        min_amount: least(invoice).map(money),
        fiat: fiat(invoice),
        stars: in_stars(whole),
        received: money(invoice.received()),
        remaining: money(invoice.remaining()),
        shop: Shop { name: merchant.name.clone(), wallet_since: merchant.payout_since },
        description: invoice.terms.description.clone(),
        reference: Some(intent.reference.to_string()),
        address: Some(friendly(intent.payee_address)),
        pay_url: invoice.links.pay_url.clone(),
        ton_link: Some(ton_link(invoice, intent, invoice.terms.asset, invoice.remaining())),
        expires_at: invoice.expires_at,
        created_at: invoice.created_at,
        paid_at: match invoice.status {
            Status::Paid { at, .. } => Some(at),
            _ => None,
        },
        return_url: invoice.terms.return_url.clone(),
        has_paid_message: invoice.terms.paid_message.is_some(),
        paid_message: None,
        progress: progress(intent, intents, transfers),
        receipts: transfers.iter().map(|transfer| receipt(assets, transfer)).collect(),
        astray: whole.astray.iter().filter_map(|found| astray(assets, found)).collect(),
    }
}

fn receipt(assets: &Assets, transfer: &Transfer) -> Receipt {
    let arrival = &transfer.arrival;
    Receipt {
        received: assets.money(arrival.asset, arrival.amount().unwrap_or(Amount::ZERO)),
        block: arrival.block,
        hash: hex::encode(arrival.hash),
        at: arrival.at,
    }
}

fn astray(assets: &Assets, (transfer, back): &(Transfer, Amount)) -> Option<Astray> {
    let Outcome::Unmatched(reason, _) = transfer.outcome else { return None };
    let arrival = &transfer.arrival;
    Some(Astray {
        money: assets.money(arrival.asset, arrival.amount().unwrap_or(Amount::MAX)),
        reason,
        refunded: assets.money(arrival.asset, *back),
        hash: hex::encode(arrival.hash),
        at: arrival.at,
    })
}

fn least(invoice: &Invoice) -> Option<Amount> {
    match invoice.terms.price {
        Price::Open { least } => least,
        Price::Asset(_) | Price::Fiat(_) => None,
    }
}

/// What is due in the asset it is made out in.
pub fn all(invoice: &Invoice) -> Amount {
    invoice.tender(invoice.terms.asset).map_or(invoice.due, |own| invoice.all_in(&own))
}

/// The sum to name for an invoice: what is due, or what somebody gave of their own accord.
fn named(invoice: &Invoice) -> Amount {
    match (invoice.is_open_amount(), invoice.status) {
        (true, Status::Paid { .. }) => invoice.received(),
        (true, _) => least(invoice).unwrap_or(Amount::ZERO),
        (false, _) => all(invoice),
    }
}

fn accepted(assets: &Assets, whole: &Whole, tender: &Tender) -> AcceptedAsset {
    let Whole { invoice, intent, .. } = whole;
    let money = |amount| assets.money(tender.asset, amount);
    let any_will_do = invoice.is_open_amount() && least(invoice).is_none();
    let due = money(if any_will_do { Amount::ZERO } else { invoice.all_in(tender) });
    let rest = invoice.rest_in(tender.due);
    AcceptedAsset {
        asset: due.asset.clone(),
        money: due,
        received: money(tender.received()),
        remaining: money(rest),
        refunded: view::sum(assets, tender.asset, &whole.refunds),
        rate: tender.rate.as_ref().zip(invoice.currency).map(|(fixed, currency)| AcceptedRate {
            value: fixed.rate.to_string(),
            currency: currency.to_string(),
            sources: fixed.sources.clone(),
            at: fixed.at,
        }),
        ton_link: ton_link(invoice, intent, tender.asset, rest),
    }
}

impl PublicInvoiceView {
    /// As it may be shown inside Telegram: digital goods without any way to pay on the chain.
    #[must_use]
    pub fn inside_telegram(self) -> Self {
        match self.goods_kind {
            Goods::Physical | Goods::Service => self,
            Goods::Digital => Self {
                reference: None,
                address: None,
                ton_link: None,
                accepted: Vec::new(),
                ..self
            },
        }
    }
}

fn in_stars(whole: &Whole) -> Option<InvoiceStars> {
    let price = whole.invoice.terms.stars?;
    let add = |sum: Amount, more: Amount| sum.checked_add(more).unwrap_or(Amount::MAX);
    let refunded = whole.star_refunds.iter().map(|refund| refund.sent()).fold(Amount::ZERO, add);
    Some(InvoiceStars {
        price: stars::money(price.amount()),
        received: stars::money(whole.invoice.starred.total()),
        refunded: stars::money(refunded),
    })
}

fn fiat(invoice: &Invoice) -> Option<InvoiceFiat> {
    match (invoice.terms.price, &invoice.rate) {
        (Price::Fiat(price), Some(fixed)) => Some(InvoiceFiat {
            amount: price.amount(),
            currency: price.currency.to_string(),
            rate: fixed.rate.to_string(),
            sources: fixed.sources.clone(),
            at: fixed.at,
            rate_expires_at: invoice.asked_until(),
        }),
        _ => None,
    }
}

/// `ton://transfer/…`: wallets fill in what is still missing, and refuse after the deadline. Without an
/// amount they ask for one.
fn ton_link(invoice: &Invoice, intent: &Intent, asset: Asset, rest: Amount) -> String {
    let amount = match invoice.is_open_amount() {
        true => String::new(),
        false => format!("amount={}&", rest.units()),
    };
    let jetton = match asset {
        Asset::Gram => String::new(),
        Asset::Jetton(master) => format!("&jetton={}", master.friendly(true)),
    };
    // A reference is letters, digits and hyphens: nothing in it wants escaping.
    format!(
        "ton://transfer/{}?{amount}text={}{jetton}&exp={}",
        friendly(intent.payee_address),
        intent.reference,
        invoice.asked_until().seconds()
    )
}

/// The steps of whichever payment moved last.
fn progress(own: &Intent, others: &[Intent], transfers: &[Transfer]) -> Vec<Step> {
    let last = |intent: &&Intent| {
        let marks = intent.marks;
        marks.settled.max(marks.confirmed).max(marks.seen)
    };
    let newest = std::iter::once(own).chain(others).max_by_key(last).unwrap_or(own);
    let paid = transfers.iter().find(|t| t.outcome == Outcome::Matched(newest.id));
    let block = paid.map(|transfer| transfer.arrival.block);
    let marks = newest.marks;
    [
        (Stage::Seen, marks.seen, None),
        (Stage::Confirmed, marks.confirmed, None),
        (Stage::Final, marks.settled, block),
    ]
    .into_iter()
    .filter_map(|(state, at, block)| at.map(|at| Step { state, at, block }))
    .collect()
}

pub(super) fn payment(assets: &Assets, invoice: &Invoice, transfer: &Transfer) -> InvoicePayment {
    let arrival = &transfer.arrival;
    InvoicePayment {
        id: transfer.id.to_string(),
        money: assets.money(arrival.asset, arrival.amount().unwrap_or(Amount::ZERO)),
        fiat_value: transfer.worth.map(FiatValue::from),
        from: arrival.sender.map(friendly),
        block: arrival.block,
        lt: arrival.lt.to_string(),
        hash: hex::encode(arrival.hash),
        at: arrival.at,
        late: invoice.is_late(arrival.at),
    }
}

pub(super) fn star_payment(invoice: &Invoice, paid: &StarPayment) -> InvoiceStarPayment {
    InvoiceStarPayment {
        id: paid.id.to_string(),
        money: stars::money(paid.amount),
        telegram_payment_charge_id: paid.charge_id.clone(),
        at: paid.at,
        late: invoice.is_late(paid.at),
    }
}

/// What the wallet has to sign.
#[derive(Debug, Serialize, ToSchema)]
pub struct PayAnswer {
    /// Pass it to TON Connect as it is.
    #[schema(value_type = Transaction)]
    pub transaction: ConnectTransaction,
    /// How much of what it pays.
    pub money: Money,
    /// The payment in your own activity, if you called with a session and this wallet is yours.
    pub payment: Option<PaymentView>,
}
