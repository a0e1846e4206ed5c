//! The messages a wallet is asked to sign, as TON Connect's `sendTransaction` takes them.

use serde::{Deserialize, Serialize};

use crate::{
    address::Address,
    comment, jetton,
    writer::{Writer, base64},
};

/// One message of a transaction. TON Connect refuses unknown properties, so there are no others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectMessage {
    /// User-friendly: wallets must refuse the raw form, and read the bounce flag from this one.
    pub address: String,
    /// Nanograms, as a decimal string.
    pub amount: String,
    /// The body: a bag of cells in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectTransaction {
    /// Unix seconds. Wallets may refuse more than five minutes from now.
    #[serde(rename = "validUntil")]
    pub valid_until: u64,
    /// The decimal `global_id`, so that no wallet signs this for another network.
    pub network: String,
    /// The raw address that must sign.
    pub from: String,
    pub messages: Vec<ConnectMessage>,
}

/// What of the attached coins travels on to the payee with the `transfer_notification`: 0.01 GRAM.
///
/// One nanogram would do for the money (TEP-74 §"Transfer"), but then the payee's contract cannot
/// buy gas to read the notification; a hundredth pays for about 25 000 gas at 400 nano each.
pub const JETTON_FORWARD_UNITS: u64 = 10_000_000;

/// What a jetton transfer costs at most, beside what is forwarded: 0.05 GRAM; wallets return the
/// rest. The thirstiest wallet code in wide use (the discoverable FunC jetton) asks for
/// 2 × 0.015 of gas + 0.01 of storage + two message fees.
pub const JETTON_GAS_UNITS: u64 = 50_000_000;

/// What to attach to a jetton transfer that forwards [`JETTON_FORWARD_UNITS`].
pub const JETTON_ATTACHED_UNITS: u64 = JETTON_GAS_UNITS + JETTON_FORWARD_UNITS;

/// `VarUInteger 16` ends here.
pub const MOST_JETTON_UNITS: u128 = (1 << 120) - 1;

/// `bounceable` is for contracts only: coins sent so to a wallet that is not deployed come back.
pub fn gram_transfer(
    to: Address,
    units: u64,
    comment: Option<&str>,
    bounceable: bool,
) -> ConnectMessage {
    ConnectMessage {
        address: to.friendly(bounceable),
        amount: units.to_string(),
        payload: comment.filter(|text| !text.is_empty()).map(comment::encode),
    }
}

/// A transfer of jettons, sent by their owner to the owner's own jetton wallet.
#[derive(Debug, Clone, Copy)]
pub struct JettonTransfer<'a> {
    pub sender_jetton_wallet: Address,
    /// The new owner, not the new owner's jetton wallet.
    pub to: Address,
    pub units: u128,
    /// Who gets the unspent coins: the sender.
    pub response_to: Address,
    pub comment: Option<&'a str>,
    /// See [`JETTON_FORWARD_UNITS`].
    pub forward_units: u64,
    /// See [`JETTON_ATTACHED_UNITS`].
    pub attached_units: u64,
    pub query_id: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a jetton amount is below 2^120")]
pub struct TooManyUnits;

/// `transfer#0f8a7ea5`, TEP-74 §"Transfer". The comment stands in a reference, which every wallet
/// code in use can forward.
pub fn jetton_transfer(transfer: JettonTransfer<'_>) -> Result<ConnectMessage, TooManyUnits> {
    if transfer.units > MOST_JETTON_UNITS {
        return Err(TooManyUnits);
    }
    let body = Writer::new()
        .u32(jetton::OP_TRANSFER)
        .u64(transfer.query_id)
        .coins(transfer.units)
        .address(&transfer.to)
        .address(&transfer.response_to)
        .bit(false) // no custom payload
        .coins(u128::from(transfer.forward_units));
    let body = match transfer.comment {
        Some(text) if !text.is_empty() => body.bit(true).reference(comment::cell(text)),
        _ => body.bit(false),
    };
    Ok(ConnectMessage {
        address: transfer.sender_jetton_wallet.friendly(true),
        amount: transfer.attached_units.to_string(),
        payload: Some(base64(body.build())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        boc::{Limits, gate_base64},
        comment::Comment,
    };

    fn account(n: u8) -> Address {
        Address::new(0, [n; 32])
    }

    fn transfer() -> JettonTransfer<'static> {
        JettonTransfer {
            sender_jetton_wallet: account(1),
            to: account(2),
            units: 1_500_000,
            response_to: account(3),
            comment: Some("Dinner"),
            forward_units: JETTON_FORWARD_UNITS,
            attached_units: JETTON_ATTACHED_UNITS,
            query_id: 7,
        }
    }

    fn read(message: &ConnectMessage) -> jetton::Message {
        let body = gate_base64(message.payload.as_deref().unwrap(), &Limits::WALLET).unwrap();
        jetton::read(&body).unwrap()
    }

    #[test]
    fn a_gram_transfer_is_what_ton_connect_takes() {
        let message = gram_transfer(account(2), 1_500_000_000, Some("Dinner"), false);
        let json = serde_json::to_value(&message).unwrap();
        assert_eq!(json["address"], account(2).friendly(false));
        assert_eq!(json["amount"], "1500000000");
        let body = gate_base64(json["payload"].as_str().unwrap(), &Limits::WALLET).unwrap();
        assert_eq!(comment::decode(&body), Comment::Text("Dinner".into()));
    }

    #[test]
    fn nothing_to_say_is_no_property() {
        for comment in [None, Some("")] {
            let message = gram_transfer(account(2), 1, comment, true);
            let json = serde_json::to_value(&message).unwrap();
            let keys: Vec<_> = json.as_object().unwrap().keys().collect();
            assert_eq!(keys, ["address", "amount"]);
        }
    }

    #[test]
    fn a_transaction_has_the_names_of_ton_connect() {
        let transaction = ConnectTransaction {
            valid_until: 1_790_000_300,
            network: "-217".into(),
            from: account(1).to_string(),
            messages: vec![],
        };
        let json = serde_json::to_value(&transaction).unwrap();
        let keys: Vec<_> = json.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["from", "messages", "network", "validUntil"]);
    }

    #[test]
    fn a_jetton_transfer_goes_to_the_senders_jetton_wallet() {
        let message = jetton_transfer(transfer()).unwrap();
        assert_eq!(message.address, account(1).friendly(true));
        assert_eq!(message.amount, "60000000");
        let expected = jetton::Message::Transfer {
            query_id: 7,
            units: 1_500_000,
            to: Some(account(2)),
            response_to: Some(account(3)),
            forward_units: u128::from(JETTON_FORWARD_UNITS),
            comment: Comment::Text("Dinner".into()),
        };
        assert_eq!(read(&message), expected);
    }

    #[test]
    fn amounts_reach_to_the_end_and_no_further() {
        for units in [0, 1, 255, 256, u128::from(u64::MAX) + 1, MOST_JETTON_UNITS] {
            let message = jetton_transfer(JettonTransfer { units, ..transfer() }).unwrap();
            let jetton::Message::Transfer { units: read, .. } = read(&message) else {
                panic!("not a transfer")
            };
            assert_eq!(read, units);
        }
        let units = MOST_JETTON_UNITS + 1;
        let too_many = JettonTransfer { units, ..transfer() };
        assert_eq!(jetton_transfer(too_many), Err(TooManyUnits));
    }

    #[test]
    fn the_zero_address_is_an_address() {
        let zero = Address::new(0, [0; 32]);
        let message = jetton_transfer(JettonTransfer { to: zero, ..transfer() }).unwrap();
        let jetton::Message::Transfer { to, .. } = read(&message) else { panic!("no transfer") };
        assert_eq!(to, Some(zero));
    }
}
