//! Accounts and wallets, as of the newest masterchain block.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde::Serialize;
use tycho_types::cell::HashBytes;
use tycho_types::models::StdAddr;

use super::book::{self, AddressBook, Layout, Metadata, WalletKind};
use super::encode::{Boc, ExtraCurrencies, Hash, Quoted, Raw, status};
use super::query::Query;
use super::{Api, Failure};
use crate::chain::Account;

#[derive(Debug, Serialize)]
pub struct AccountStates {
    accounts: Vec<AccountState>,
    address_book: AddressBook,
    metadata: Metadata,
}

#[derive(Debug, Serialize)]
struct AccountState {
    address: Raw,
    account_state_hash: Hash,
    balance: Quoted<u128>,
    extra_currencies: ExtraCurrencies,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    frozen_hash: Option<Hash>,
    last_transaction_hash: Hash,
    last_transaction_lt: Quoted<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_hash: Option<Hash>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code_hash: Option<Hash>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_boc: Option<Boc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code_boc: Option<Boc>,
    contract_methods: Option<Vec<u32>>,
    interfaces: Vec<&'static str>,
    suspended: bool,
}

#[derive(Debug, Serialize)]
pub struct WalletStates {
    wallets: Vec<WalletState>,
    address_book: AddressBook,
    metadata: Metadata,
}

#[derive(Debug, Serialize)]
struct WalletState {
    address: Raw,
    is_wallet: bool,
    #[serde(flatten)]
    wallet: Wallet,
    balance: Quoted<u128>,
    extra_currencies: ExtraCurrencies,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code_hash: Option<Hash>,
    last_transaction_hash: Hash,
    last_transaction_lt: Quoted<u64>,
    suspended: bool,
}

/// What a wallet's data tells; empty when the account is none.
#[derive(Debug, Default, Serialize)]
struct Wallet {
    #[serde(skip_serializing_if = "Option::is_none")]
    wallet_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seqno: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wallet_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_signature_allowed: Option<bool>,
}

#[derive(Debug, Serialize)]
pub struct AddressInformation {
    balance: Quoted<u128>,
    code: Option<Boc>,
    data: Option<Boc>,
    last_transaction_lt: Quoted<u64>,
    last_transaction_hash: Hash,
    frozen_hash: Option<Hash>,
    status: &'static str,
    suspended: bool,
}

#[derive(Debug, Serialize)]
pub struct WalletInformation {
    balance: Quoted<u128>,
    #[serde(flatten)]
    wallet: Wallet,
    last_transaction_lt: Quoted<u64>,
    last_transaction_hash: Hash,
    status: &'static str,
    suspended: bool,
}

pub fn account_states(api: &Api, query: &Query) -> Result<AccountStates, Failure> {
    let found = required(api, query)?;
    let with_boc = query.flag("include_boc")?.unwrap_or(true);
    let addresses = found.iter().map(|it| it.address.clone()).collect();
    Ok(AccountStates {
        accounts: found.iter().map(|it| AccountState::new(api, it, with_boc)).collect(),
        address_book: book::address_book(api, &addresses),
        metadata: book::metadata(api, &addresses),
    })
}

pub fn wallet_states(api: &Api, query: &Query) -> Result<WalletStates, Failure> {
    let found = required(api, query)?;
    let addresses = found.iter().map(|it| it.address.clone()).collect();
    Ok(WalletStates {
        wallets: found.iter().map(WalletState::new).collect(),
        address_book: book::address_book(api, &addresses),
        metadata: book::metadata(api, &addresses),
    })
}

pub fn address_information(api: &Api, query: &Query) -> Result<AddressInformation, Failure> {
    let it = one(api, query)?;
    Ok(AddressInformation {
        balance: Quoted(it.state.balance),
        code: it.code.clone().map(Boc),
        data: it.data.clone().map(Boc),
        last_transaction_lt: Quoted(it.last_lt),
        last_transaction_hash: Hash(it.last_hash),
        frozen_hash: it.state.frozen_hash.map(Hash),
        status: present(&it),
        suspended: false,
    })
}

pub fn wallet_information(api: &Api, query: &Query) -> Result<WalletInformation, Failure> {
    let it = one(api, query)?;
    // This call does not tell whether a wallet takes signatures.
    let wallet = Wallet { is_signature_allowed: None, ..Wallet::read(&it) };
    let status = present(&it);
    if wallet.wallet_type.is_none() && status != "uninit" {
        return Err(Failure::new(StatusCode::CONFLICT, "not a wallet"));
    }
    Ok(WalletInformation {
        balance: Quoted(it.state.balance),
        wallet,
        last_transaction_lt: Quoted(it.last_lt),
        last_transaction_hash: Hash(it.last_hash),
        status,
        suspended: false,
    })
}

pub fn address_book(api: &Api, query: &Query) -> Result<AddressBook, Failure> {
    Ok(book::address_book(api, &listed(query)?))
}

pub fn metadata(api: &Api, query: &Query) -> Result<Metadata, Failure> {
    Ok(book::metadata(api, &listed(query)?))
}

fn listed(query: &Query) -> Result<BTreeSet<StdAddr>, Failure> {
    let addresses: BTreeSet<StdAddr> = query.addresses("address")?.into_iter().collect();
    match addresses.len() {
        0 => Err(Failure::unprocessable("address of account is required")),
        1..=1024 => Ok(addresses),
        _ => Err(Failure::unprocessable("too many addresses")),
    }
}

/// Accounts the indexer has ever seen; it leaves out the others.
fn required(api: &Api, query: &Query) -> Result<Vec<Account>, Failure> {
    let addresses = listed(query)?;
    Ok(api.look(|index| {
        let is_known =
            |it: &StdAddr| index.ledger.of_account_since(it, 0).any(|it| index.shows(it));
        let known = addresses.iter().filter(|it| is_known(it));
        known.map(|it| index.ledger.final_account(it)).collect()
    }))
}

fn one(api: &Api, query: &Query) -> Result<Account, Failure> {
    let address = query
        .address("address")?
        .ok_or_else(|| Failure::new(StatusCode::UNAUTHORIZED, "address of account is required"))?;
    Ok(api.chain.read(|ledger| ledger.final_account(&address)))
}

/// Here an account nobody has touched is merely not initialised.
fn present(it: &Account) -> &'static str {
    match status(it.state.status) {
        "nonexist" => "uninit",
        other => other,
    }
}

impl AccountState {
    fn new(api: &Api, it: &Account, with_boc: bool) -> Self {
        let wallet = it.state.code_hash.as_ref().and_then(book::wallet_kind);
        let interface = wallet.map(|kind| kind.interface);
        let interface = interface.or_else(|| api.jettons(|jettons| jettons.interface(&it.address)));
        Self {
            address: Raw(it.address.clone()),
            account_state_hash: Hash(it.state.hash),
            balance: Quoted(it.state.balance),
            extra_currencies: ExtraCurrencies {},
            status: status(it.state.status),
            frozen_hash: it.state.frozen_hash.map(Hash),
            last_transaction_hash: Hash(it.last_hash),
            last_transaction_lt: Quoted(it.last_lt),
            data_hash: it.state.data_hash.map(Hash),
            code_hash: it.state.code_hash.map(Hash),
            data_boc: it.data.clone().filter(|_| with_boc).map(Boc),
            code_boc: it.code.clone().filter(|_| with_boc).map(Boc),
            contract_methods: None,
            interfaces: interface.into_iter().collect(),
            suspended: false,
        }
    }
}

impl WalletState {
    fn new(it: &Account) -> Self {
        let wallet = Wallet::read(it);
        Self {
            address: Raw(it.address.clone()),
            is_wallet: wallet.wallet_type.is_some(),
            wallet,
            balance: Quoted(it.state.balance),
            extra_currencies: ExtraCurrencies {},
            status: status(it.state.status),
            code_hash: it.state.code_hash.map(Hash),
            last_transaction_hash: Hash(it.last_hash),
            last_transaction_lt: Quoted(it.last_lt),
            suspended: false,
        }
    }
}

impl Wallet {
    fn read(it: &Account) -> Self {
        let kind = it.state.code_hash.as_ref().and_then(|hash: &HashBytes| book::wallet_kind(hash));
        kind.and_then(|kind| Self::of_kind(kind, it)).unwrap_or_default()
    }

    fn of_kind(kind: WalletKind, it: &Account) -> Option<Self> {
        let mut data = it.data.as_ref()?.as_slice().ok()?;
        let is_signature_allowed = match kind.layout {
            Layout::FlagSeqnoAndId => Some(data.load_bit().ok()?),
            Layout::Seqno | Layout::SeqnoAndId => None,
        };
        let seqno = Some(data.load_u32().ok()?);
        let wallet_id = match kind.layout {
            Layout::Seqno => None,
            Layout::SeqnoAndId | Layout::FlagSeqnoAndId => Some(data.load_u32().ok()?),
        };
        Some(Self { wallet_type: Some(kind.name), seqno, wallet_id, is_signature_allowed })
    }
}
