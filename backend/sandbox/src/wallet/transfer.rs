//! What an app asks a wallet to send: checked, put into words for the person, and built.
//! Source: TON Connect, spec/rpc.md, `sendTransaction`.

use num_bigint::BigUint;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tonlib_core::cell::ArcCell;
use tonlib_core::message::{CommonMsgInfo, InternalMessage, TonMessage, TransferMessage};
use tonlib_core::{TonAddress, TonAddressParseError};
use tycho_types::cell::{Cell, Load};
use tycho_types::error::Error as CellError;
use tycho_types::models::{StdAddr, StdAddrFormat};
use tycho_types::num::Tokens;
use utoipa::ToSchema;

use super::account::Account;
use crate::SANDBOX_NETWORK;
use crate::assets::Asset;
use crate::cast::Person;
use crate::cells;
use crate::chain::address;
use crate::usdt;

/// A transaction as an app asks for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TransactionRequest {
    /// Unix seconds. TON Connect's wire says `valid_until`, its SDK says `validUntil`.
    #[serde(default, alias = "validUntil")]
    pub valid_until: Option<u32>,
    #[serde(default)]
    pub network: Option<String>,
    #[serde(default)]
    pub from: Option<String>,
    pub messages: Vec<MessageRequest>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MessageRequest {
    /// User-friendly: it says whether the message may bounce.
    pub address: String,
    /// Nanograms, as a decimal string.
    pub amount: String,
    /// Base64 of a bag of cells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    #[serde(default, rename = "stateInit", skip_serializing_if = "Option::is_none")]
    pub state_init: Option<String>,
    /// Refused: there are no other currencies in the sandbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub extra_currency: Option<Value>,
}

/// Why a wallet does not show a request to its owner at all.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRequest {
    #[error("wrong network: {0}, the wallet is on {SANDBOX_NETWORK}")]
    Network(String),
    #[error("the wallet does not have the address {0}")]
    From(String),
    #[error("the request has expired")]
    Expired,
    #[error("{0} messages; this wallet sends 1 to {1} at once")]
    MessageCount(usize, usize),
    #[error("{0:?} is not a user-friendly address")]
    Address(String),
    #[error("{0:?} is not an amount in nanograms")]
    Amount(String),
    #[error("{0} cannot be read: {1}")]
    Cell(&'static str, cells::Unfit),
    #[error("extra currencies are not supported")]
    ExtraCurrency,
    #[error("a message does not fit into cells")]
    TooBig,
}

/// One message, ready to be built.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub to: StdAddr,
    pub bounce: bool,
    /// Nanograms.
    pub value: u128,
    pub body: Option<Cell>,
    pub init: Option<Cell>,
}

/// What a message does, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MessageSummary {
    /// Who gets the money: for jettons their new owner, not the jetton wallet.
    pub to: String,
    /// Somebody of the cast, if it is one.
    pub name: Option<String>,
    /// As a decimal.
    pub amount: String,
    pub asset: SummaryAsset,
    pub comment: Option<String>,
    /// GRAM attached to a jetton transfer for its way; what is left comes back.
    pub attached: Option<String>,
    /// The operation of a body that is neither a comment nor a jetton transfer.
    pub operation: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum SummaryAsset {
    Gram,
    Usdt,
    /// Some jetton the wallet does not know; the amount is in its smallest units.
    Jetton,
}

impl TransactionRequest {
    /// Everything a wallet checks before it asks its owner.
    pub fn check(&self, account: &Account, now: u32) -> Result<Vec<Outgoing>, BadRequest> {
        match &self.network {
            Some(network) if *network != SANDBOX_NETWORK.to_string() => {
                return Err(BadRequest::Network(network.clone()));
            }
            _ => {}
        }
        match &self.from {
            Some(from) if address::parse(from).as_ref() != Some(&account.address) => {
                return Err(BadRequest::From(from.clone()));
            }
            _ => {}
        }
        if self.valid_until.is_some_and(|until| until <= now) {
            return Err(BadRequest::Expired);
        }
        let (count, most) = (self.messages.len(), account.most_messages());
        if count == 0 || count > most {
            return Err(BadRequest::MessageCount(count, most));
        }
        self.messages.iter().map(MessageRequest::check).collect()
    }
}

impl MessageRequest {
    fn check(&self) -> Result<Outgoing, BadRequest> {
        if self.extra_currency.is_some() {
            return Err(BadRequest::ExtraCurrency);
        }
        let format = StdAddrFormat { allow_raw: false, ..StdAddrFormat::any() };
        let (to, flags) = StdAddr::from_str_ext(&self.address, format)
            .map_err(|_| BadRequest::Address(self.address.clone()))?;
        let digits = self.amount.bytes().all(|byte| byte.is_ascii_digit());
        let value = self.amount.parse().ok().filter(|value| digits && *value < 1u128 << 120);
        let value = value.ok_or_else(|| BadRequest::Amount(self.amount.clone()))?;
        let cell = |what, text: &Option<String>| match text {
            Some(text) => cells::read(text).map(Some).map_err(|bad| BadRequest::Cell(what, bad)),
            None => Ok(None),
        };
        Ok(Outgoing {
            to,
            bounce: flags.bounceable,
            value,
            body: cell("payload", &self.payload)?,
            init: cell("stateInit", &self.state_init)?,
        })
    }
}

impl Outgoing {
    /// The internal message, for the wallet contract to send.
    pub fn build(&self) -> Result<ArcCell, BadRequest> {
        let info = InternalMessage {
            ihr_disabled: true,
            bounce: self.bounce,
            bounced: false,
            src: TonAddress::NULL,
            dest: cells::ton_address(&self.to),
            value: BigUint::from(self.value),
            ihr_fee: BigUint::ZERO,
            fwd_fee: BigUint::ZERO,
            created_lt: 0,
            created_at: 0,
        };
        let body = match &self.body {
            Some(body) => cells::writable(body),
            None => ArcCell::default(),
        };
        let mut message = TransferMessage::new(CommonMsgInfo::InternalMessage(info), body);
        if let Some(init) = &self.init {
            message.with_state_init_ref(&cells::writable(init));
        }
        Ok(message.build().map_err(|_| BadRequest::TooBig)?.to_arc())
    }

    /// Says what the message does. `names` are the wallets of the cast.
    pub fn summary(&self, sender: &StdAddr, names: &Names) -> MessageSummary {
        if let Some(transfer) = self.body.as_ref().and_then(|body| JettonTransfer::read(body).ok())
        {
            return transfer.summary(self, sender, names);
        }
        let slice = self.body.as_ref().and_then(|body| body.as_slice().ok());
        let comment = slice.and_then(cells::read_comment);
        let operation = match (&comment, slice) {
            (None, Some(mut slice)) if slice.size_bits() > 0 => {
                Some(slice.load_u32().map_or("unknown".into(), |code| format!("0x{code:08x}")))
            }
            _ => None,
        };
        MessageSummary {
            to: address::friendly(&self.to, self.bounce),
            name: names.of(&self.to),
            amount: Asset::Gram.decimal(self.value),
            asset: SummaryAsset::Gram,
            comment: comment.filter(|comment| !comment.is_empty()),
            attached: None,
            operation,
        }
    }
}

/// The addresses of the cast.
#[derive(Clone, Debug, Default)]
pub struct Names(pub Vec<(StdAddr, Person)>);

impl Names {
    pub fn person(&self, address: &StdAddr) -> Option<Person> {
        self.0.iter().find(|(known, _)| known == address).map(|(_, person)| *person)
    }

    fn of(&self, address: &StdAddr) -> Option<String> {
        self.person(address).map(|person| person.first_name().to_owned())
    }
}

/// The part of TEP-74's `transfer` that a person wants to know.
struct JettonTransfer {
    units: u128,
    to: StdAddr,
    comment: Option<String>,
}

impl JettonTransfer {
    fn read(body: &Cell) -> Result<Self, CellError> {
        let mut slice = body.as_slice()?;
        if slice.load_u32()? != usdt::TRANSFER {
            return Err(CellError::InvalidTag);
        }
        slice.load_u64()?;
        let units = Tokens::load_from(&mut slice)?.into_inner();
        let to = cells::load_address(&mut slice)?.ok_or(CellError::InvalidData)?;
        cells::load_address(&mut slice)?;
        Option::<Cell>::load_from(&mut slice)?;
        Tokens::load_from(&mut slice)?;
        let payload = if slice.load_bit()? { slice.load_reference_as_slice()? } else { slice };
        Ok(Self { units, to, comment: cells::read_comment(payload) })
    }

    fn summary(self, message: &Outgoing, sender: &StdAddr, names: &Names) -> MessageSummary {
        let known = message.to == usdt::wallet_of(sender);
        let (asset, amount) = match known {
            true => (SummaryAsset::Usdt, Asset::Usdt.decimal(self.units)),
            false => (SummaryAsset::Jetton, self.units.to_string()),
        };
        MessageSummary {
            to: address::friendly(&self.to, false),
            name: names.of(&self.to),
            amount,
            asset,
            comment: self.comment.filter(|comment| !comment.is_empty()),
            attached: Some(Asset::Gram.decimal(message.value)),
            operation: None,
        }
    }
}

/// An address in any form, with whether it asks for a bounce.
pub fn parse_address(text: &str) -> Result<(StdAddr, bool), TonAddressParseError> {
    StdAddr::from_str_ext(text.trim(), StdAddrFormat::any())
        .map(|(address, flags)| (address, flags.bounceable))
        .map_err(|_| TonAddressParseError::new(text, "not an address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u32 = 1_790_000_000;

    fn alice() -> Account {
        Account::new(Person::Alice, [1; 32])
    }

    fn bob() -> Account {
        Account::new(Person::Bob, [2; 32])
    }

    fn request() -> TransactionRequest {
        TransactionRequest {
            valid_until: Some(NOW + 60),
            network: Some("-217".into()),
            from: Some(alice().raw()),
            messages: vec![MessageRequest {
                address: bob().friendly(),
                amount: "1500000000".into(),
                payload: Some(cells::base64(&cells::comment("for coffee"))),
                state_init: None,
                extra_currency: None,
            }],
        }
    }

    fn names() -> Names {
        Names(vec![(alice().address, Person::Alice), (bob().address, Person::Bob)])
    }

    #[test]
    fn a_payment_reads_like_a_sentence() {
        let sent = request().check(&alice(), NOW).unwrap();
        assert!(!sent[0].bounce);
        assert_eq!(
            sent[0].summary(&alice().address, &names()),
            MessageSummary {
                to: bob().friendly(),
                name: Some("Bob".into()),
                amount: "1.5".into(),
                asset: SummaryAsset::Gram,
                comment: Some("for coffee".into()),
                attached: None,
                operation: None,
            }
        );
    }

    #[test]
    fn a_jetton_transfer_names_its_real_recipient() {
        let transfer = |payload| {
            let body = usdt::Transfer {
                units: 5_000_000,
                to: &bob().address,
                change_to: &alice().address,
                forward: 1,
                payload,
            };
            Outgoing {
                to: usdt::wallet_of(&alice().address),
                bounce: true,
                value: 50_000_000,
                body: Some(cells::readable(&body.to_cell())),
                init: None,
            }
        };
        let sent = transfer(Some(cells::comment("lunch")));
        let summary = sent.summary(&alice().address, &names());
        assert_eq!((summary.amount.as_str(), summary.asset), ("5", SummaryAsset::Usdt));
        assert_eq!(summary.name.as_deref(), Some("Bob"));
        assert_eq!(summary.comment.as_deref(), Some("lunch"));
        assert_eq!(summary.attached.as_deref(), Some("0.05"));
        assert_eq!(transfer(None).summary(&alice().address, &names()).comment, None);

        let fake = Outgoing { to: bob().address, ..sent };
        assert_eq!(fake.summary(&alice().address, &names()).asset, SummaryAsset::Jetton);
    }

    #[test]
    fn an_unknown_operation_is_shown_as_such() {
        let body = cells::build(|cell| cell.store_u32(32, 0xdead_beef));
        let sent = Outgoing {
            body: Some(cells::readable(&body)),
            ..request().check(&alice(), NOW).unwrap().remove(0)
        };
        let summary = sent.summary(&alice().address, &names());
        assert_eq!(summary.operation.as_deref(), Some("0xdeadbeef"));
    }

    #[test]
    fn what_a_wallet_would_not_even_show() {
        let wrong = |change: fn(&mut TransactionRequest)| {
            let mut request = request();
            change(&mut request);
            request.check(&alice(), NOW).unwrap_err()
        };
        assert_eq!(
            wrong(|request| request.network = Some("-239".into())),
            BadRequest::Network("-239".into())
        );
        assert_eq!(
            wrong(|request| request.from = Some(bob().raw())),
            BadRequest::From(bob().raw())
        );
        assert_eq!(wrong(|request| request.valid_until = Some(NOW)), BadRequest::Expired);
        assert_eq!(wrong(|request| request.messages.clear()), BadRequest::MessageCount(0, 255));
        assert_eq!(
            wrong(|request| request.messages[0].address = bob().raw()),
            BadRequest::Address(bob().raw())
        );
        for amount in ["", "-1", "1.5", "+1", "0x1"] {
            let mut request = request();
            request.messages[0].amount = amount.into();
            let refused = request.check(&alice(), NOW).unwrap_err();
            assert_eq!(refused, BadRequest::Amount(amount.into()));
        }
        let extra = |request: &mut TransactionRequest| {
            request.messages[0].extra_currency = Some(serde_json::json!({ "100": "1" }));
        };
        assert_eq!(wrong(extra), BadRequest::ExtraCurrency);
        assert!(matches!(
            wrong(|request| request.messages[0].payload = Some("te6".into())),
            BadRequest::Cell("payload", _)
        ));
        let carol = Account::new(Person::Carol, [3; 32]);
        let mut five = TransactionRequest { from: None, ..request() };
        five.messages = vec![five.messages[0].clone(); 5];
        assert_eq!(five.check(&carol, NOW).unwrap_err(), BadRequest::MessageCount(5, 4));
    }

    #[test]
    fn both_spellings_of_the_deadline_are_read() {
        for name in ["valid_until", "validUntil"] {
            let json = format!(r#"{{"{name}":5,"messages":[]}}"#);
            let read: TransactionRequest = serde_json::from_str(&json).unwrap();
            assert_eq!(read.valid_until, Some(5));
        }
    }
}
