//! Which accounts are jettons, and what moved between them. Nobody registers: a master is what
//! answers `get_jetton_data`, and a wallet is what answers `get_wallet_data` *and* what the master
//! it names computes for its owner. Anything may claim to be a wallet; only the master knows.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use num_bigint::BigInt;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tycho_types::cell::{Cell, CellBuilder, CellSlice, HashBytes, Load};
use tycho_types::dict::Dict;
use tycho_types::models::{IntAddr, StdAddr};
use tycho_types::num::Tokens;

use crate::chain::{Account, Chain, Item, Method, Transaction};

/// TVM's "no such method".
const UNKNOWN_METHOD: i32 = 11;
const TRANSFER: u32 = 0x0f8a_7ea5;
const BATCH: usize = 2_000;

#[derive(Debug, Default)]
pub struct Jettons {
    /// How many final transactions have been read.
    seen: usize,
    pub masters: BTreeMap<StdAddr, Master>,
    pub wallets: BTreeMap<StdAddr, Wallet>,
    /// Oldest first.
    pub transfers: Vec<Transfer>,
    /// Code that has neither method.
    plain: HashSet<HashBytes>,
}

#[derive(Debug, Clone)]
pub struct Master {
    pub account: Account,
    pub supply: BigInt,
    pub is_mintable: bool,
    pub admin: Option<StdAddr>,
    pub content: Map<String, Value>,
    pub wallet_code_hash: HashBytes,
}

#[derive(Debug, Clone)]
pub struct Wallet {
    pub account: Account,
    pub balance: BigInt,
    pub owner: StdAddr,
    pub master: StdAddr,
}

/// A transfer as its sender's wallet was asked for it.
#[derive(Debug, Clone)]
pub struct Transfer {
    pub seqno: u32,
    pub hash: HashBytes,
    pub lt: u64,
    pub now: u32,
    pub is_aborted: bool,
    pub trace_id: HashBytes,
    pub query_id: u64,
    pub amount: u128,
    pub source: StdAddr,
    pub source_wallet: StdAddr,
    pub master: StdAddr,
    pub destination: StdAddr,
    pub response_destination: Option<StdAddr>,
    pub custom_payload: Option<Cell>,
    pub forward_amount: u128,
    pub forward_payload: Option<Cell>,
}

impl Jettons {
    /// Reads what has become final since the last time.
    pub fn refresh(&mut self, chain: &Chain) {
        loop {
            let batch = chain.read(|ledger| {
                let fresh = &ledger.finalized()[self.seen..];
                fresh[..fresh.len().min(BATCH)].to_vec()
            });
            if batch.is_empty() {
                return;
            }
            self.seen += batch.len();
            let touched: BTreeSet<&StdAddr> = batch.iter().map(|it| &it.account).collect();
            for address in touched {
                self.examine(chain, address);
            }
            let transfers: Vec<_> = batch.iter().filter_map(|it| self.transfer(it)).collect();
            self.transfers.extend(transfers);
        }
    }

    #[must_use]
    pub fn interface(&self, address: &StdAddr) -> Option<&'static str> {
        if self.wallets.contains_key(address) {
            return Some("jetton_wallet");
        }
        self.masters.contains_key(address).then_some("jetton_master")
    }

    fn examine(&mut self, chain: &Chain, address: &StdAddr) {
        let account = chain.read(|ledger| ledger.final_account(address));
        let Some(code) = account.state.code_hash.filter(|code| !self.plain.contains(code)) else {
            self.masters.remove(address);
            self.wallets.remove(address);
            return;
        };
        let master = call(chain, &account, "get_jetton_data", &[]);
        let wallet = call(chain, &account, "get_wallet_data", &[]);
        if master == Err(UNKNOWN_METHOD) && wallet == Err(UNKNOWN_METHOD) {
            self.plain.insert(code);
        }
        match master.ok().and_then(|stack| Master::read(account.clone(), &stack)) {
            Some(master) => drop(self.masters.insert(address.clone(), master)),
            None => drop(self.masters.remove(address)),
        }
        let wallet = wallet.ok().and_then(|stack| Wallet::read(account, &stack));
        match wallet.filter(|wallet| wallet.is_genuine(chain)) {
            Some(wallet) => drop(self.wallets.insert(address.clone(), wallet)),
            None => drop(self.wallets.remove(address)),
        }
    }

    fn transfer(&self, it: &Transaction) -> Option<Transfer> {
        let wallet = self.wallets.get(&it.account)?;
        let message = it.in_msg.as_ref()?;
        let source = message.source()?.clone();
        let mut body = message.body.as_slice().ok()?;
        (body.load_u32().ok()? == TRANSFER).then_some(())?;
        let query_id = body.load_u64().ok()?;
        let amount = Tokens::load_from(&mut body).ok()?.into_inner();
        Some(Transfer {
            seqno: it.seqno,
            hash: it.hash,
            lt: it.lt,
            now: it.now(),
            is_aborted: it.is_aborted(),
            trace_id: it.trace.id,
            query_id,
            amount,
            source,
            source_wallet: it.account.clone(),
            master: wallet.master.clone(),
            destination: StdAddr::load_from(&mut body).ok()?,
            response_destination: maybe_address(&mut body)?,
            custom_payload: Option::<Cell>::load_from(&mut body).ok()?,
            forward_amount: Tokens::load_from(&mut body).ok()?.into_inner(),
            forward_payload: payload(&mut body)?,
        })
    }
}

impl Master {
    fn read(account: Account, stack: &[Item]) -> Option<Self> {
        let [supply, mintable, admin, content, code] = stack else { return None };
        Some(Self {
            account,
            supply: supply.as_number()?.clone(),
            is_mintable: mintable.as_number()? != &BigInt::ZERO,
            admin: admin.as_address(),
            content: describe(content.as_cell()?),
            wallet_code_hash: *code.as_cell()?.repr_hash(),
        })
    }

    pub fn token_info(&self) -> Value {
        let text = |key| self.content.get(key).cloned().unwrap_or_default();
        json!({
            "valid": true,
            "type": "jetton_masters",
            "name": text("name"),
            "symbol": text("symbol"),
            "description": text("description"),
            "image": text("image"),
            "extra": { "decimals": text("decimals") },
        })
    }
}

impl Wallet {
    fn read(account: Account, stack: &[Item]) -> Option<Self> {
        let [balance, owner, master, _code] = stack else { return None };
        let (owner, master) = (owner.as_address()?, master.as_address()?);
        Some(Self { account, balance: balance.as_number()?.clone(), owner, master })
    }

    fn is_genuine(&self, chain: &Chain) -> bool {
        let master = chain.read(|ledger| ledger.final_account(&self.master));
        let stack = call(chain, &master, "get_wallet_address", &[Item::address(&self.owner)]);
        let computed = stack.ok().and_then(|stack| stack.first()?.as_address());
        computed.as_ref() == Some(&self.account.address)
    }
}

/// The stack, or the exit code.
fn call(chain: &Chain, account: &Account, name: &str, stack: &[Item]) -> Result<Vec<Item>, i32> {
    match chain.call(account, &Method::from(name), stack) {
        Ok(answer) if answer.is_success() => Ok(answer.stack),
        Ok(answer) => Err(answer.exit_code),
        Err(_) => Err(-1),
    }
}

/// `addr_none` is `Some(None)`; what is no address at all is `None`.
fn maybe_address(slice: &mut CellSlice<'_>) -> Option<Option<StdAddr>> {
    if slice.get_small_uint(0, 2).ok()? == 0 {
        slice.skip_first(2, 0).ok()?;
        return Some(None);
    }
    match IntAddr::load_from(slice).ok()? {
        IntAddr::Std(address) => Some(Some(address)),
        IntAddr::Var(_) => None,
    }
}

/// Either in place or in a reference; nothing in place is no payload.
fn payload(slice: &mut CellSlice<'_>) -> Option<Option<Cell>> {
    if slice.is_data_empty() {
        return Some(None);
    }
    if slice.load_bit().ok()? {
        return slice.load_reference_cloned().ok().map(Some);
    }
    let rest = slice.load_remaining();
    if rest.is_data_empty() && rest.is_refs_empty() {
        return Some(None);
    }
    CellBuilder::build_from(rest).ok().map(Some)
}

/// TEP-64: attributes on the chain, or the address of a document.
fn describe(content: &Cell) -> Map<String, Value> {
    let mut described = Map::new();
    let Ok(mut slice) = content.as_slice() else { return described };
    match slice.load_u8() {
        Ok(0) => {
            let Ok(attributes) = Dict::<HashBytes, Cell>::load_from(&mut slice) else {
                return described;
            };
            for key in ["uri", "name", "description", "image", "symbol", "decimals"] {
                let hash = HashBytes(Sha256::digest(key).into());
                let value = attributes.get(hash).ok().flatten();
                if let Some(text) = value.as_ref().and_then(attribute) {
                    described.insert(key.to_owned(), text.into());
                }
            }
        }
        Ok(1) => {
            if let Some(uri) = crate::chain::snake(slice) {
                described.insert("uri".to_owned(), uri.into());
            }
        }
        _ => {}
    }
    described
}

/// `snake#00`.
fn attribute(cell: &Cell) -> Option<String> {
    let mut slice = cell.as_slice().ok()?;
    (slice.load_u8().ok()? == 0).then_some(())?;
    crate::chain::snake(slice)
}
