//! The address book and the metadata that come along with most answers.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use serde_json::{Value, json};
use tycho_types::cell::HashBytes;
use tycho_types::models::StdAddr;

use super::Api;
use super::jettons::Jettons;
use crate::chain::{Transaction, address};

pub type AddressBook = BTreeMap<String, Row>;
pub type Metadata = BTreeMap<String, Value>;

#[derive(Debug, Serialize)]
pub struct Row {
    user_friendly: String,
    /// The sandbox has no `.ton` names.
    domain: Option<String>,
    interfaces: Vec<&'static str>,
}

/// A wallet contract the indexer knows by its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WalletKind {
    pub name: &'static str,
    pub interface: &'static str,
    pub layout: Layout,
}

/// Where a wallet keeps its counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    Seqno,
    SeqnoAndId,
    FlagSeqnoAndId,
}

const WALLETS: [(&str, &str, &str, Layout); 11] = [
    ("oM/CxIruFqJx8s/AtzgtgXVs7LEBfQd/qqs7tgL2how=", "wallet v1 r1", "wallet_v1r1", Layout::Seqno),
    ("1JAvzJ+tdGmPqONTIgpo2g3PcuMryy657gQhfBfTBiw=", "wallet v1 r2", "wallet_v1r2", Layout::Seqno),
    ("WHzHie/xyE9G7DeX5F/ICaFP9a4k8eDHpqmcydyQYf8=", "wallet v1 r3", "wallet_v1r3", Layout::Seqno),
    ("XJpeaMEI4YchoHxC+ZVr+zmtd+xtYktgxXbsiO7mUyk=", "wallet v2 r1", "wallet_v2r1", Layout::Seqno),
    ("/pUw0yQ4Uwg+8u8LTCkIwKv2+hwx6iQ6rKpb+MfXU/E=", "wallet v2 r2", "wallet_v2r2", Layout::Seqno),
    (
        "thBBpYp5gLlG6PueGY48kE0keZ/6NldOpCUcQaVm9YE=",
        "wallet v3 r1",
        "wallet_v3r1",
        Layout::SeqnoAndId,
    ),
    (
        "hNr6RJ+Ypph3ibojI1gHK8D3bcRSQAKl0JGLmnXS1Zk=",
        "wallet v3 r2",
        "wallet_v3r2",
        Layout::SeqnoAndId,
    ),
    (
        "ZN1UgFUixb6KnbWc6gEFzPDQh4bKeb64y3nogKjXMi0=",
        "wallet v4 r1",
        "wallet_v4r1",
        Layout::SeqnoAndId,
    ),
    (
        "/rX/aCDi/w2Ug+fg1iyBfYRniftK5YDIeIZtlZ2r1cA=",
        "wallet v4 r2",
        "wallet_v4r2",
        Layout::SeqnoAndId,
    ),
    (
        "89fKU0k97trCizgZhqhJQDy6w9LFhHea8IEGWvCsS5M=",
        "wallet v5 beta",
        "wallet_v5_beta",
        Layout::FlagSeqnoAndId,
    ),
    (
        "IINLe3KxEhR+Gy+0V7hOdNGjDwT3N9T2KmaOlVLSty8=",
        "wallet v5 r1",
        "wallet_v5r1",
        Layout::FlagSeqnoAndId,
    ),
];

pub fn wallet_kind(code_hash: &HashBytes) -> Option<WalletKind> {
    let hash = BASE64_STANDARD.encode(code_hash.as_slice());
    let row = WALLETS.iter().find(|row| row.0 == hash)?;
    let &(_, name, interface, layout) = row;
    Some(WalletKind { name, interface, layout })
}

/// Everybody a transaction speaks of.
pub fn participants<'a>(transactions: impl Iterator<Item = &'a Transaction>) -> BTreeSet<StdAddr> {
    let mut addresses = BTreeSet::new();
    for it in transactions {
        addresses.insert(it.account.clone());
        addresses.extend(it.in_msg.as_ref().and_then(|message| message.source()).cloned());
        addresses.extend(it.out_msgs.iter().filter_map(|message| message.destination()).cloned());
    }
    addresses
}

pub fn address_book(api: &Api, addresses: &BTreeSet<StdAddr>) -> AddressBook {
    api.jettons(|jettons| {
        addresses.iter().map(|it| (address::raw(it), entry(api, jettons, it))).collect()
    })
}

fn entry(api: &Api, jettons: &Jettons, it: &StdAddr) -> Row {
    let account = api.chain.read(|ledger| ledger.final_account(it));
    let wallet = account.state.code_hash.as_ref().and_then(wallet_kind);
    let is_contract = account.state.code_hash.is_some() && wallet.is_none();
    let interfaces = wallet.map(|kind| kind.interface).or_else(|| jettons.interface(it));
    Row {
        user_friendly: address::friendly(it, is_contract),
        domain: None,
        interfaces: interfaces.into_iter().collect(),
    }
}

/// What the jettons among the addresses, and the masters behind them, say of themselves.
pub fn metadata(api: &Api, addresses: &BTreeSet<StdAddr>) -> Metadata {
    api.jettons(|jettons| {
        let mut metadata = Metadata::new();
        let mut masters = BTreeSet::new();
        for it in addresses {
            if let Some(wallet) = jettons.wallets.get(it) {
                masters.insert(wallet.master.clone());
                let extra = json!({
                    "balance": wallet.balance.to_string(),
                    "owner": address::raw(&wallet.owner),
                    "jetton": address::raw(&wallet.master),
                });
                let info = json!({ "valid": true, "type": "jetton_wallets", "extra": extra });
                metadata.insert(address::raw(it), token(info));
            }
        }
        masters.extend(addresses.iter().filter(|it| jettons.masters.contains_key(it)).cloned());
        for it in &masters {
            if let Some(master) = jettons.masters.get(it) {
                metadata.insert(address::raw(it), token(master.token_info()));
            }
        }
        metadata
    })
}

fn token(info: Value) -> Value {
    json!({ "is_indexed": true, "token_info": [info] })
}
