//! Payments as the API shows them, from the side of whoever looks.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use ton::{address::Address, message::ConnectTransaction};
use utoipa::ToSchema;

use super::state::{End, Intent, Outcome, Side, Stage, Transfer};
use crate::{
    money::rates::FiatValue,
    words::{
        id::PersonId,
        money::{Amount, Assets, GRAM_DECIMALS, Money, TICKER},
        time::Time,
    },
};

/// Money on its way from one side to the other.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PaymentView {
    #[schema(example = "pay_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    pub id: String,
    pub direction: Direction,
    pub status: Stage,
    pub purpose: PurposeView,
    /// What was asked for, or what came when nothing was.
    pub money: Money,
    pub from: Option<Party>,
    pub to: Party,
    pub note: Option<String>,
    /// The whole comment, for an address that knows its customers by it.
    pub memo: Option<String>,
    /// What the transfer's comment begins with, unless it is a memo.
    pub reference: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub valid_until: Option<Time>,
    pub progress: Vec<Step>,
    pub settlement: Option<Settlement>,
    /// For the payer, as long as it can be signed: pass it to TON Connect as it is.
    #[schema(value_type = Option<Transaction>)]
    pub transaction: Option<ConnectTransaction>,
}

// These describe `ConnectTransaction`, which knows nothing of descriptions.
/// What a wallet is to sign: TON Connect's `sendTransaction`.
#[derive(Debug, ToSchema)]
pub struct Transaction {
    /// Unix seconds.
    #[schema(rename = "validUntil")]
    pub valid_until: u64,
    /// The network's id.
    #[schema(example = "-239")]
    pub network: String,
    /// The raw address that must sign.
    pub from: String,
    pub messages: Vec<TransactionMessage>,
}

/// One transfer of it.
#[derive(Debug, ToSchema)]
pub struct TransactionMessage {
    /// User-friendly.
    pub address: String,
    /// Nanograms, as a decimal string.
    #[schema(example = "1500000000")]
    pub amount: String,
    /// A bag of cells in base64; left out where there is nothing to say.
    #[schema(nullable = false)]
    pub payload: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    In,
    Out,
}

impl Direction {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PurposeView {
    pub kind: PurposeKind,
    /// The invoice's, request's or refund's id.
    pub id: Option<String>,
    pub description: Option<String>,
}

// The words are those of everything payable, and the list of them stands where all of it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PurposeKind(pub Cow<'static, str>);

/// Money that came without a payment of ours.
pub const INCOME: PurposeKind = PurposeKind(Cow::Borrowed("income"));

/// One side of a payment.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Party {
    pub kind: PartyKind,
    /// A first name, a shop's name, or a short form of the address.
    pub name: String,
    pub username: Option<String>,
    pub address: Option<String>,
    pub me: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartyKind {
    Person,
    Shop,
    Address,
}

/// A stage that was reached.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Step {
    pub state: Stage,
    #[schema(value_type = String, format = DateTime)]
    pub at: Time,
    pub block: Option<u32>,
}

/// Where the money is written on the chain.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Settlement {
    /// Masterchain block.
    pub block: u32,
    /// Logical time of the payee's transaction.
    pub lt: String,
    /// Hash of the payee's transaction, hex.
    pub hash: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Time,
    /// What the payer paid the network, once known.
    pub fee: Option<Money>,
    pub received: Money,
}

/// An address as people see it: non-bounceable, so that money to a wallet not yet deployed stays.
pub fn friendly(address: Address) -> String {
    address.friendly(false)
}

/// `UQDt4q…F74p9d`
pub fn short(address: Address) -> String {
    let text = friendly(address);
    format!("{}…{}", &text[..6], &text[text.len() - 6..])
}

/// Whoever looks at a payment, and from which side.
#[derive(Debug, Clone, Copy)]
pub struct Viewer {
    pub person: Option<PersonId>,
    pub direction: Direction,
}

/// An intent with whatever has paid it first.
pub fn intent(
    assets: &Assets,
    intent: &Intent,
    transfer: Option<&Transfer>,
    viewer: Viewer,
) -> PaymentView {
    let received = transfer.and_then(|t| t.arrival.amount());
    // Once money has come, what came is the truth, whatever had been asked for.
    let asset = transfer.map_or(intent.asset, |transfer| transfer.arrival.asset);
    let amount = received.or(intent.amount).unwrap_or(Amount::ZERO);
    let payer_address = transfer.and_then(|t| t.arrival.sender).or(intent.payer_address);
    let is_shop = |end| intent.purpose.manner.shop == Some(end);
    let signable = viewer.direction == Direction::Out && intent.stage == Stage::Created;
    PaymentView {
        id: intent.id.to_string(),
        direction: viewer.direction,
        status: intent.stage,
        purpose: purpose(intent),
        money: assets.money(asset, amount),
        from: party(&intent.payer, payer_address, is_shop(End::Payer), viewer),
        to: party(&intent.payee, Some(intent.payee_address), is_shop(End::Payee), viewer)
            .unwrap_or_else(|| unnamed(intent.payee_address, false)),
        note: intent.note.clone(),
        memo: intent.memo.as_ref().map(|memo| memo.text.clone()),
        reference: intent.memo.is_none().then(|| intent.reference.to_string()),
        created_at: intent.created_at,
        valid_until: Some(intent.expires_at),
        progress: progress(intent, transfer),
        settlement: transfer.map(|t| settlement(assets, t)),
        transaction: intent
            .request
            .as_deref()
            .filter(|_| signable)
            .and_then(|json| serde_json::from_str(json).ok()),
    }
}

/// A transfer that came without an intent, for its receiver.
pub fn income(assets: &Assets, transfer: &Transfer) -> PaymentView {
    let arrival = &transfer.arrival;
    let amount = arrival.amount().unwrap_or(Amount::ZERO);
    PaymentView {
        id: transfer.id.to_string(),
        direction: Direction::In,
        status: Stage::Final,
        purpose: PurposeView { kind: INCOME, id: None, description: None },
        money: assets.money(arrival.asset, amount),
        from: arrival.sender.map(|address| unnamed(address, false)),
        to: unnamed(arrival.owner, true),
        note: arrival.text().map(str::to_owned),
        memo: None,
        reference: None,
        created_at: arrival.at,
        valid_until: None,
        progress: vec![Step { state: Stage::Final, at: arrival.at, block: Some(arrival.block) }],
        settlement: Some(settlement(assets, transfer)),
        transaction: None,
    }
}

pub fn settlement(assets: &Assets, transfer: &Transfer) -> Settlement {
    let arrival = &transfer.arrival;
    Settlement {
        block: arrival.block,
        lt: arrival.lt.to_string(),
        hash: hex::encode(arrival.hash),
        at: arrival.at,
        fee: transfer.fee.map(|fee| Money {
            amount: fee.display(GRAM_DECIMALS),
            asset: TICKER.to_owned(),
            units: fee.units().to_string(),
            decimals: GRAM_DECIMALS,
        }),
        received: assets.money(arrival.asset, arrival.amount().unwrap_or(Amount::ZERO)),
    }
}

fn purpose(intent: &Intent) -> PurposeView {
    PurposeView {
        kind: PurposeKind(intent.purpose.kind.clone()),
        id: intent.purpose.id.clone(),
        description: intent.description.clone(),
    }
}

pub fn progress(intent: &Intent, transfer: Option<&Transfer>) -> Vec<Step> {
    let marks = intent.marks;
    let block = transfer.map(|t| t.arrival.block);
    [
        (Stage::Created, Some(intent.created_at), None),
        (Stage::Submitted, marks.submitted, None),
        (Stage::Seen, marks.seen, None),
        (Stage::Confirmed, marks.confirmed, None),
        (Stage::Final, marks.settled, block),
    ]
    .into_iter()
    .filter_map(|(state, at, block)| at.map(|at| Step { state, at, block }))
    .collect()
}

fn party(side: &Side, address: Option<Address>, shop: bool, viewer: Viewer) -> Option<Party> {
    let me = viewer.person.is_some() && side.person == viewer.person;
    match (&side.name, address) {
        (Some(name), address) => Some(Party {
            kind: if shop { PartyKind::Shop } else { PartyKind::Person },
            name: name.clone(),
            username: side.username.clone(),
            address: address.map(friendly),
            me,
        }),
        (None, Some(address)) => Some(unnamed(address, me)),
        (None, None) => None,
    }
}

pub fn unnamed(address: Address, me: bool) -> Party {
    Party {
        kind: PartyKind::Address,
        name: short(address),
        username: None,
        address: Some(friendly(address)),
        me,
    }
}

/// What the feed says of money nobody has asked for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UnmatchedView {
    /// The transfer's id.
    pub id: String,
    pub reason: Option<super::Reason>,
    /// The payment intent its reference names, if any.
    pub intent: Option<String>,
    /// What that intent was for.
    pub purpose: Option<PurposeView>,
    pub from: Option<String>,
    pub to: String,
    /// The comment as far as it can be read.
    pub comment: Option<String>,
    /// Whether it could have named a payment. A comment that is not written as the standard says (without
    /// its prefix, in UTF-16, with zeros behind it) is shown, and never counts.
    pub comment_counts: bool,
    /// Verbatim: an amount too large for us to count is still told.
    pub units: String,
    /// What it was worth when it settled, if a rate could be trusted then.
    pub fiat_value: Option<FiatValue>,
    pub settlement: Settlement,
}

pub fn unmatched(assets: &Assets, transfer: &Transfer, intent: Option<&Intent>) -> UnmatchedView {
    let reason = match transfer.outcome {
        Outcome::Unmatched(reason, _) => Some(reason),
        Outcome::Matched(_) => None,
    };
    UnmatchedView {
        id: transfer.id.to_string(),
        reason,
        intent: intent.map(|i| i.id.to_string()),
        purpose: intent.map(purpose),
        from: transfer.arrival.sender.map(friendly),
        to: friendly(transfer.arrival.owner),
        comment: transfer.arrival.readable().map(str::to_owned),
        comment_counts: transfer.arrival.text().is_some(),
        units: transfer.arrival.units.to_string(),
        fiat_value: transfer.worth.map(FiatValue::from),
        settlement: settlement(assets, transfer),
    }
}
