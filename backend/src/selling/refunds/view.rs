//! Refunds as the API shows them.

use serde::Serialize;
use ton::message::ConnectTransaction;
use utoipa::ToSchema;

use super::{
    Refund, RefundStatus, Warning, Whole, message,
    stars::{self, StarRefund},
};
use crate::{
    money::{
        payments::{
            Outcome,
            view::{Settlement, Step, Transaction, friendly, progress, settlement},
        },
        stars::money,
    },
    words::{
        money::{Amount, Asset, Assets, Money},
        time::Time,
    },
};

/// Money that goes back: from the merchant's wallet, or Stars by Telegram.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Refund)]
pub struct RefundView {
    #[schema(example = "refund")]
    pub object: &'static str,
    #[serde(flatten)]
    pub brief: RefundBrief,
    /// Your name, as the customer reads it.
    pub shop: String,
    /// Your wallet, which signs. Null for Stars: Telegram gives them back, from the bot's balance.
    pub from: Option<String>,
    /// Read them before you sign.
    pub warnings: Vec<Warning>,
    /// What the newest message's comment says; money that comes with it is this refund's.
    pub reference: Option<String>,
    /// Until when the newest message can be signed.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub valid_until: Option<Time>,
    /// How far the newest message has come.
    pub progress: Vec<Step>,
    /// Everything that has arrived, oldest first.
    pub settlements: Vec<Settlement>,
    /// Of Stars: why Telegram has refused, or why it could not be reached the last time.
    pub failure: Option<String>,
    /// Whether the money is real.
    pub livemode: bool,
}

/// A refund in short, as its invoice shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RefundBrief {
    #[schema(example = "rfd_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    pub id: String,
    pub status: RefundStatus,
    /// The transfer, `trf_…`, or the payment in Stars, `stp_…`, whose money goes back.
    #[schema(example = "trf_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    pub payment: String,
    /// The invoice it had paid, if any.
    pub invoice: Option<String>,
    pub money: Money,
    /// What has arrived so far; more than `money` if it was signed twice.
    pub sent: Money,
    /// The wallet that gets it. Null for Stars: they go to whoever has paid them.
    pub to: Option<String>,
    pub reason: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
    /// When it came into its status.
    #[schema(value_type = String, format = DateTime)]
    pub status_at: Time,
}

/// What the merchant's wallet has to sign.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageView {
    /// Pass it to TON Connect as it is.
    #[schema(value_type = Transaction)]
    pub transaction: ConnectTransaction,
    pub refund: RefundView,
}

pub fn refund(assets: &Assets, whole: &Whole, now: Time) -> RefundView {
    let Whole { refund, merchant, intents, transfers } = whole;
    let newest = intents.first();
    let paid = |id| transfers.iter().find(|transfer| transfer.outcome == Outcome::Matched(id));
    let signable = refund.status == RefundStatus::RequiresSignature;
    let waiting = message::newest(whole).filter(|intent| signable && intent.expires_at > now);
    RefundView {
        object: "refund",
        brief: brief(assets, refund),
        shop: merchant.name.clone(),
        from: Some(friendly(merchant.payout)),
        warnings: refund.warnings.clone(),
        reference: newest.map(|intent| intent.reference.to_string()),
        valid_until: waiting.map(|intent| intent.expires_at),
        progress: newest.map_or_else(Vec::new, |intent| progress(intent, paid(intent.id))),
        settlements: transfers.iter().map(|transfer| settlement(assets, transfer)).collect(),
        failure: None,
        livemode: merchant.livemode,
    }
}

pub fn brief(assets: &Assets, refund: &Refund) -> RefundBrief {
    RefundBrief {
        id: refund.id.to_string(),
        status: refund.status,
        payment: refund.transfer.to_string(),
        invoice: refund.invoice.map(|id| id.to_string()),
        money: assets.money(refund.asset, refund.amount),
        sent: assets.money(refund.asset, refund.sent),
        to: Some(friendly(refund.to)),
        reason: refund.reason.clone(),
        created_at: refund.created_at,
        status_at: refund.status_at,
    }
}

/// A refund of Stars, in the same form.
pub fn stars(whole: &stars::Whole) -> RefundView {
    let stars::Whole { refund, merchant } = whole;
    RefundView {
        object: "refund",
        brief: stars_brief(refund),
        shop: merchant.name.clone(),
        from: None,
        warnings: Vec::new(),
        reference: None,
        valid_until: None,
        progress: Vec::new(),
        settlements: Vec::new(),
        failure: refund.failure.clone(),
        livemode: merchant.livemode,
    }
}

pub fn stars_brief(refund: &StarRefund) -> RefundBrief {
    RefundBrief {
        id: refund.id.to_string(),
        status: refund.status,
        payment: refund.payment.to_string(),
        invoice: Some(refund.invoice.to_string()),
        money: money(refund.amount),
        sent: money(refund.sent()),
        to: None,
        reason: refund.reason.clone(),
        created_at: refund.created_at,
        status_at: refund.status_at,
    }
}

/// What some refunds have paid back together of an asset.
pub fn sum(assets: &Assets, asset: Asset, refunds: &[Refund]) -> Money {
    let add = |sum: Amount, refund: &Refund| sum.checked_add(refund.sent).unwrap_or(Amount::MAX);
    let of_it = refunds.iter().filter(|refund| refund.asset == asset);
    assets.money(asset, of_it.fold(Amount::ZERO, add))
}
