//! Jetton masters, wallets and transfers.

use std::collections::BTreeSet;

use num_bigint::BigInt;
use serde::Serialize;
use serde_json::{Map, Value};
use tycho_types::models::StdAddr;

use super::book::{AddressBook, Metadata, address_book, metadata};
use super::encode::{Boc, Hash, Quoted, Raw};
use super::jettons::{Master, Transfer, Wallet};
use super::query::{Direction, Query, Sort, Window};
use super::{Api, Failure};

#[derive(Debug, Serialize)]
pub struct Masters {
    jetton_masters: Vec<JettonMaster>,
    address_book: AddressBook,
    metadata: Metadata,
}

#[derive(Debug, Serialize)]
struct JettonMaster {
    address: Raw,
    total_supply: Quoted<BigInt>,
    mintable: bool,
    admin_address: Option<Raw>,
    jetton_content: Map<String, Value>,
    jetton_wallet_code_hash: Hash,
    code_hash: Option<Hash>,
    data_hash: Option<Hash>,
    last_transaction_lt: Quoted<u64>,
}

#[derive(Debug, Serialize)]
pub struct Wallets {
    jetton_wallets: Vec<JettonWallet>,
    address_book: AddressBook,
    metadata: Metadata,
}

#[derive(Debug, Serialize)]
struct JettonWallet {
    address: Raw,
    balance: Quoted<BigInt>,
    owner: Raw,
    jetton: Raw,
    last_transaction_lt: Quoted<u64>,
    code_hash: Option<Hash>,
    data_hash: Option<Hash>,
}

#[derive(Debug, Serialize)]
pub struct Transfers {
    jetton_transfers: Vec<JettonTransfer>,
    address_book: AddressBook,
    metadata: Metadata,
}

#[derive(Debug, Serialize)]
struct JettonTransfer {
    query_id: Quoted<u64>,
    source: Raw,
    destination: Raw,
    amount: Quoted<u128>,
    source_wallet: Raw,
    jetton_master: Raw,
    transaction_hash: Hash,
    transaction_lt: Quoted<u64>,
    transaction_now: u32,
    transaction_aborted: bool,
    response_destination: Option<Raw>,
    custom_payload: Option<Boc>,
    decoded_custom_payload: Option<Value>,
    forward_ton_amount: Quoted<u128>,
    forward_payload: Option<Boc>,
    decoded_forward_payload: Option<Value>,
    trace_id: Hash,
}

pub fn masters(api: &Api, query: &Query) -> Result<Masters, Failure> {
    let wanted = query.addresses("address")?;
    let admins = query.addresses("admin_address")?;
    let page = query.page()?;
    let found = api.jettons(|jettons| {
        let fits = |it: &&Master| {
            (wanted.is_empty() || wanted.contains(&it.account.address))
                && (admins.is_empty() || it.admin.as_ref().is_some_and(|it| admins.contains(it)))
        };
        page.of(jettons.masters.values().filter(fits).cloned())
    });
    let ends = found.iter().flat_map(|it| [Some(&it.account.address), it.admin.as_ref()]);
    let addresses: BTreeSet<StdAddr> = ends.flatten().cloned().collect();
    Ok(Masters {
        jetton_masters: found.into_iter().map(JettonMaster::from).collect(),
        address_book: address_book(api, &addresses),
        metadata: metadata(api, &addresses),
    })
}

pub fn wallets(api: &Api, query: &Query) -> Result<Wallets, Failure> {
    let wanted = query.addresses("address")?;
    let owners = query.addresses("owner_address")?;
    let masters = query.addresses("jetton_address")?;
    let without_empty = query.flag("exclude_zero_balance")?.unwrap_or(false);
    let page = query.page()?;
    if masters.len() > 1 && owners.len() != 1 {
        let message = "exact one owner_address required for multiple jetton_address";
        return Err(Failure::unprocessable(message));
    }
    let mut found: Vec<Wallet> = api.jettons(|jettons| {
        let fits = |it: &&Wallet| {
            (wanted.is_empty() || wanted.contains(&it.account.address))
                && (owners.is_empty() || owners.contains(&it.owner))
                && (masters.is_empty() || masters.contains(&it.master))
                && !(without_empty && it.balance == BigInt::ZERO)
        };
        jettons.wallets.values().filter(fits).cloned().collect()
    });
    if page.is_sorted {
        found.sort_by(|a, b| a.balance.cmp(&b.balance));
    }
    if page.is_sorted && page.sort == Sort::Descending {
        found.reverse();
    }
    let found = page.of(found.into_iter());
    let ends = found.iter().flat_map(|it| [&it.account.address, &it.owner, &it.master]);
    let addresses: BTreeSet<StdAddr> = ends.cloned().collect();
    Ok(Wallets {
        jetton_wallets: found.into_iter().map(JettonWallet::from).collect(),
        address_book: address_book(api, &addresses),
        metadata: metadata(api, &addresses),
    })
}

struct Filter {
    owners: Vec<StdAddr>,
    wallets: Vec<StdAddr>,
    master: Option<StdAddr>,
    direction: Option<Direction>,
    lt: Window,
    utime: Window,
}

pub fn transfers(api: &Api, query: &Query) -> Result<Transfers, Failure> {
    let direction =
        if query.text("direction") == Some("both") { None } else { query.direction()? };
    let filter = Filter {
        owners: query.addresses("owner_address")?,
        wallets: query.addresses("jetton_wallet")?,
        master: query.address("jetton_master")?,
        direction,
        lt: query.window("start_lt", "end_lt")?,
        utime: query.window("start_utime", "end_utime")?,
    };
    let page = query.page()?;
    let head = api.look(|index| index.head);
    let found = api.jettons(|jettons| {
        let fits = |it: &&Transfer| it.seqno < head.seqno && filter.admits(it);
        let all = jettons.transfers.iter();
        match page.sort {
            Sort::Ascending => page.of(all.filter(fits).cloned()),
            Sort::Descending => page.of(all.rev().filter(fits).cloned()),
        }
    });
    let ends =
        found.iter().flat_map(|it| [&it.source, &it.destination, &it.source_wallet, &it.master]);
    let addresses: BTreeSet<StdAddr> = ends.cloned().collect();
    Ok(Transfers {
        jetton_transfers: found.into_iter().map(JettonTransfer::from).collect(),
        address_book: address_book(api, &addresses),
        metadata: metadata(api, &addresses),
    })
}

impl Filter {
    /// A transfer whose first transaction failed is not listed. One that failed further on is: the
    /// indexer reads the sender's side only.
    fn admits(&self, it: &Transfer) -> bool {
        let received = self.owners.contains(&it.destination);
        let sent = self.owners.contains(&it.source);
        let is_theirs = match self.direction {
            Some(Direction::In) => received,
            Some(Direction::Out) => sent,
            None => received || sent,
        };
        !it.is_aborted
            && (self.owners.is_empty() || is_theirs)
            && (self.wallets.is_empty() || self.wallets.contains(&it.source_wallet))
            && self.master.as_ref().is_none_or(|master| *master == it.master)
            && self.lt.contains(it.lt)
            && self.utime.contains(u64::from(it.now))
    }
}

impl From<Master> for JettonMaster {
    fn from(it: Master) -> Self {
        Self {
            address: Raw(it.account.address),
            total_supply: Quoted(it.supply),
            mintable: it.is_mintable,
            admin_address: it.admin.map(Raw),
            jetton_content: it.content,
            jetton_wallet_code_hash: Hash(it.wallet_code_hash),
            code_hash: it.account.state.code_hash.map(Hash),
            data_hash: it.account.state.data_hash.map(Hash),
            last_transaction_lt: Quoted(it.account.last_lt),
        }
    }
}

impl From<Wallet> for JettonWallet {
    fn from(it: Wallet) -> Self {
        Self {
            address: Raw(it.account.address),
            balance: Quoted(it.balance),
            owner: Raw(it.owner),
            jetton: Raw(it.master),
            last_transaction_lt: Quoted(it.account.last_lt),
            code_hash: it.account.state.code_hash.map(Hash),
            data_hash: it.account.state.data_hash.map(Hash),
        }
    }
}

impl From<Transfer> for JettonTransfer {
    fn from(it: Transfer) -> Self {
        Self {
            query_id: Quoted(it.query_id),
            source: Raw(it.source),
            destination: Raw(it.destination),
            amount: Quoted(it.amount),
            source_wallet: Raw(it.source_wallet),
            jetton_master: Raw(it.master),
            transaction_hash: Hash(it.hash),
            transaction_lt: Quoted(it.lt),
            transaction_now: it.now,
            transaction_aborted: it.is_aborted,
            response_destination: it.response_destination.map(Raw),
            custom_payload: it.custom_payload.map(Boc),
            decoded_custom_payload: None,
            forward_ton_amount: Quoted(it.forward_amount),
            forward_payload: it.forward_payload.map(Boc),
            decoded_forward_payload: None,
            trace_id: Hash(it.trace_id),
        }
    }
}
