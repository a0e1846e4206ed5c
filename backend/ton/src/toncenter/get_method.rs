//! Asking contracts: get methods, their stack, and the two questions we ask most.

use serde::Serialize;
use serde_json::{Value, json};
use tycho_types::cell::Cell;

use super::{
    Client, Error,
    types::{GetMethodAnswer, RawEntry},
};
use crate::{
    address::Address,
    boc::{Limits, gate_base64},
    jetton,
    writer::{Writer, base64},
};

/// What a get method is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", content = "value", rename_all = "lowercase")]
pub enum Argument {
    /// Decimal, or hex after `0x`.
    Num(String),
    /// A bag of cells in base64.
    Cell(String),
    /// The same, read as a slice.
    Slice(String),
}

impl Argument {
    pub fn address(address: &Address) -> Self {
        Self::Slice(base64(Writer::new().address(address).build()))
    }
}

/// What it gives back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StackEntry {
    /// As the service writes it: hex after `0x`, perhaps with a minus sign before it, or decimal.
    Num(String),
    /// A cell or a slice, through the gate.
    Cell(Cell),
    /// A tuple, a list, nothing.
    Other,
}

impl StackEntry {
    /// A non-negative number that fits 256 bits, big-endian.
    pub fn uint256(&self) -> Option<[u8; 32]> {
        let Self::Num(text) = self else { return None };
        let mut bytes = [0; 32];
        match text.strip_prefix("0x") {
            Some(hex) if (1..=64).contains(&hex.len()) => {
                hex::decode_to_slice(format!("{hex:0>64}"), &mut bytes).ok()?;
            }
            Some(_) => return None,
            None => bytes[16..].copy_from_slice(&text.parse::<u128>().ok()?.to_be_bytes()),
        }
        Some(bytes)
    }

    /// An address that is the whole cell.
    pub fn address(&self) -> Option<Address> {
        match self {
            Self::Cell(cell) => jetton::address_in(cell),
            _ => None,
        }
    }
}

impl Client {
    /// Runs a get method. A contract that is not there, or fails, is [`Error::GetMethod`].
    pub async fn run_get_method(
        &self,
        address: &Address,
        method: &str,
        stack: &[Argument],
    ) -> Result<Vec<StackEntry>, Error> {
        let request = json!({ "address": address, "method": method, "stack": stack });
        let GetMethodAnswer { exit_code, stack } = self.post("runGetMethod", &request).await?;
        // TVM ends well with 0, and with 1 in its alternative way.
        if !matches!(exit_code, 0 | 1) {
            return Err(Error::GetMethod { exit_code });
        }
        stack.iter().map(entry).collect()
    }

    /// The jetton wallet that `master` computes for `owner` (TEP-74), whether it exists or not.
    pub async fn jetton_wallet_address(
        &self,
        master: &Address,
        owner: &Address,
    ) -> Result<Address, Error> {
        let argument = [Argument::address(owner)];
        let stack = self.run_get_method(master, "get_wallet_address", &argument).await?;
        let address = stack.first().and_then(StackEntry::address);
        address.ok_or_else(|| Error::BadAnswer("get_wallet_address gave no address".into()))
    }

    /// The key a deployed wallet answers to now.
    pub async fn public_key(&self, wallet: &Address) -> Result<[u8; 32], Error> {
        let stack = self.run_get_method(wallet, "get_public_key", &[]).await?;
        let key = stack.first().and_then(StackEntry::uint256);
        key.ok_or_else(|| Error::BadAnswer("get_public_key gave no key".into()))
    }
}

fn entry(raw: &RawEntry) -> Result<StackEntry, Error> {
    match (raw.kind.as_str(), &raw.value) {
        ("num", Value::String(number)) => Ok(StackEntry::Num(number.clone())),
        ("cell" | "slice", Value::String(boc)) => gate_base64(boc, &Limits::CHAIN)
            .map(StackEntry::Cell)
            .map_err(|error| Error::BadAnswer(format!("a cell on the stack: {error}"))),
        _ => Ok(StackEntry::Other),
    }
}
