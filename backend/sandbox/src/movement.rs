//! Transactions in words: who sent what to whom, and where it stands.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde_json::{Map, Value, json};
use tycho_types::cell::{Cell, CellSlice, HashBytes, Load};
use tycho_types::error::Error as CellError;
use tycho_types::models::{ComputePhase, IntAddr, StdAddr, TxInfo};
use tycho_types::num::Tokens;
use utoipa::ToSchema;

use crate::assets::Asset;
use crate::chain::{Chain, Message, Status, Transaction};
use crate::wallet::Wallets;
use crate::{cells, faucet, usdt};

/// Op-codes of TEP-74, and of our minter.
const NOTIFICATION: u32 = 0x7362_d09c;
const EXCESSES: u32 = 0xd532_76db;
/// Rows whose first names are remembered.
const MOST_ROWS: usize = 5_000;

/// What a transaction means to people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Meaning {
    pub from: Option<String>,
    pub to: Option<String>,
    /// A decimal; none if the transaction moves no money by itself.
    pub amount: Option<String>,
    pub asset: Option<Asset>,
    pub comment: Option<String>,
    /// What it is, when it is not a plain payment.
    pub label: Option<String>,
    pub who: Who,
}

/// Names, where known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Who {
    pub from: Option<String>,
    pub to: Option<String>,
}

/// One transaction in full.
#[derive(Debug, Serialize, ToSchema)]
pub struct Details {
    pub hash: String,
    pub lt: String,
    pub account: String,
    pub status: &'static str,
    pub block: Option<u32>,
    /// Unix seconds.
    pub time: u32,
    pub success: bool,
    pub aborted: bool,
    pub bounced: bool,
    /// None when no code ran.
    pub exit_code: Option<i32>,
    pub gas_used: Option<u64>,
    /// GRAM.
    pub fees: String,
    #[serde(flatten)]
    pub meaning: Meaning,
    pub in_msg: Option<MessageDetails>,
    pub out_msgs: Vec<MessageDetails>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MessageDetails {
    pub hash: String,
    pub from: Option<String>,
    pub to: Option<String>,
    /// GRAM.
    pub amount: String,
    pub bounce: bool,
    pub op: Option<String>,
    pub comment: Option<String>,
}

/// Keeps one name for a transaction from pending to final. The emulated transaction and the real
/// one differ by a few bits, such as the second of the block, and so do their hashes.
#[derive(Clone, Default)]
pub struct Movements {
    rows: Arc<Mutex<Rows>>,
}

#[derive(Default)]
struct Rows {
    /// How many transactions with this key were told at this status.
    told: HashMap<(RowKey, u8), u32>,
    /// The first hash of the nth transaction with this key, and its newest one.
    names: HashMap<(RowKey, u32), HashBytes>,
    newest: HashMap<HashBytes, Arc<Transaction>>,
    order: VecDeque<(RowKey, u32, HashBytes)>,
}

/// What is the same in the emulated and the real transaction: the message that started it all,
/// the account, and who said what to it.
type RowKey = (HashBytes, StdAddr, Option<StdAddr>, HashBytes);

impl Movements {
    /// The transaction as the feed tells it.
    pub fn tell(
        &self,
        transaction: &Arc<Transaction>,
        status: Status,
        chain: &Chain,
        wallets: &Wallets,
    ) -> Value {
        let name = self.name(transaction, status);
        let mut told = Map::new();
        told.insert("hash".into(), json!(hex::encode(name.0)));
        told.insert("lt".into(), json!(transaction.lt.to_string()));
        told.insert("account".into(), json!(raw(&transaction.account)));
        told.insert("status".into(), json!(status_name(status)));
        told.insert("block".into(), json!(block(transaction, status)));
        let meaning = json!(meaning(transaction, chain, wallets));
        let Value::Object(meaning) = meaning else { unreachable!("a struct is an object") };
        told.extend(meaning);
        Value::Object(told)
    }

    /// A transaction by its own hash, or by the name it was first told under.
    pub fn find(&self, chain: &Chain, hash: &HashBytes) -> Option<(Arc<Transaction>, Status)> {
        if let Some(found) = chain.transaction(hash) {
            return Some(found);
        }
        let newest = self.rows().newest.get(hash).cloned()?;
        Some(chain.transaction(&newest.hash).unwrap_or((newest, Status::Pending)))
    }

    fn name(&self, transaction: &Arc<Transaction>, status: Status) -> HashBytes {
        let message = transaction.in_msg.as_ref();
        let key = (
            transaction.trace.external_hash,
            transaction.account.clone(),
            message.and_then(Message::source).cloned(),
            message.map_or(HashBytes::ZERO, |message| *message.body.repr_hash()),
        );
        let rank = match status {
            Status::Pending => 0,
            Status::Confirmed => 1,
            Status::Final { .. } => 2,
        };
        let mut rows = self.rows();
        let nth = rows.told.entry((key.clone(), rank)).or_default();
        let this = *nth;
        *nth += 1;
        let new = !rows.names.contains_key(&(key.clone(), this));
        let name = *rows.names.entry((key.clone(), this)).or_insert(transaction.hash);
        rows.newest.insert(name, transaction.clone());
        if new {
            rows.order.push_back((key, this, name));
            rows.forget_oldest();
        }
        name
    }

    fn rows(&self) -> std::sync::MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rows {
    fn forget_oldest(&mut self) {
        if self.order.len() <= MOST_ROWS {
            return;
        }
        let Some((key, nth, name)) = self.order.pop_front() else { return };
        self.newest.remove(&name);
        self.names.remove(&(key.clone(), nth));
        for rank in 0..=2 {
            self.told.remove(&(key.clone(), rank));
        }
    }
}

/// Everything about one transaction.
pub fn details(
    transaction: &Transaction,
    status: Status,
    chain: &Chain,
    wallets: &Wallets,
) -> Details {
    let phase = match &transaction.info {
        TxInfo::Ordinary(info) => &info.compute_phase,
        TxInfo::TickTock(info) => &info.compute_phase,
    };
    let gas_used = match phase {
        ComputePhase::Executed(phase) => Some(phase.gas_used.into_inner()),
        ComputePhase::Skipped(_) => None,
    };
    Details {
        hash: hex::encode(transaction.hash.0),
        lt: transaction.lt.to_string(),
        account: raw(&transaction.account),
        status: status_name(status),
        block: block(transaction, status),
        time: transaction.now(),
        success: !transaction.is_aborted(),
        aborted: transaction.is_aborted(),
        bounced: transaction.has_bounced(),
        exit_code: transaction.exit_code(),
        gas_used,
        fees: Asset::Gram.decimal(transaction.raw.total_fees.tokens.into_inner()),
        meaning: meaning(transaction, chain, wallets),
        in_msg: transaction.in_msg.as_ref().map(message_details),
        out_msgs: transaction.out_msgs.iter().map(message_details).collect(),
    }
}

fn message_details(message: &Message) -> MessageDetails {
    MessageDetails {
        hash: hex::encode(message.hash().0),
        from: message.source().map(raw),
        to: message.destination().map(raw),
        amount: Asset::Gram.decimal(message.value()),
        bounce: message.internal().is_some_and(|info| info.bounce),
        op: message.opcode().filter(|code| *code != 0).map(|code| format!("0x{code:08x}")),
        comment: message.comment(),
    }
}

/// Reads a transaction as a person would.
pub fn meaning(transaction: &Transaction, chain: &Chain, wallets: &Wallets) -> Meaning {
    let name = |address: &StdAddr| name_of(address, wallets);
    let Some(message) = &transaction.in_msg else { return Meaning::default() };
    let Some(info) = message.internal() else {
        let to = Some(raw(&transaction.account));
        let who = Who { from: None, to: name(&transaction.account) };
        let owner = who.to.clone().unwrap_or_else(|| "Somebody".to_owned());
        let label = Some(format!("{owner} signs"));
        return Meaning { to, who, label, ..Meaning::default() };
    };
    if let Some(moved) = jettons(transaction, message, chain, wallets) {
        return moved;
    }
    let (from, to) = (message.source(), &transaction.account);
    let label = match message.opcode() {
        _ if info.bounced => Some("came back".to_owned()),
        _ if transaction.has_bounced() => Some("bounced".to_owned()),
        Some(EXCESSES) => Some("change".to_owned()),
        Some(0) | None => None,
        Some(code) => Some(format!("0x{code:08x}")),
    };
    Meaning {
        from: from.map(raw),
        to: Some(raw(to)),
        amount: Some(Asset::Gram.decimal(message.value())),
        asset: Some(Asset::Gram),
        comment: message.comment().filter(|comment| !comment.is_empty()),
        label,
        who: Who { from: from.and_then(name), to: name(to) },
    }
}

/// Of the four or five transactions of a jetton transfer, one is the money: the arrival in the
/// recipient's jetton wallet. The others are its way.
fn jettons(
    transaction: &Transaction,
    message: &Message,
    chain: &Chain,
    wallets: &Wallets,
) -> Option<Meaning> {
    let source = message.source()?;
    let step = |label: String| {
        let (from, to) = (source, &transaction.account);
        let who = Who { from: name_of(from, wallets), to: name_of(to, wallets) };
        Meaning {
            from: Some(raw(from)),
            to: Some(raw(to)),
            label: Some(label),
            who,
            ..Meaning::default()
        }
    };
    let name = |address| name_of(address, wallets).unwrap_or_else(|| "Somebody".to_owned());
    match message.opcode()? {
        usdt::MINT if transaction.account == usdt::master() => {
            Some(step("The faucet makes new USDT".to_owned()))
        }
        usdt::TRANSFER if transaction.account == usdt::wallet_of(source) => {
            Some(step(format!("{}’s USDT wallet sends", name(source))))
        }
        NOTIFICATION if *source == usdt::wallet_of(&transaction.account) => {
            Some(step(format!("{} hears of USDT", name(&transaction.account))))
        }
        usdt::INTERNAL_TRANSFER => arrival(transaction, message, chain, wallets),
        _ => None,
    }
}

/// Jettons that have come, if they are genuine USDT.
fn arrival(
    transaction: &Transaction,
    message: &Message,
    chain: &Chain,
    wallets: &Wallets,
) -> Option<Meaning> {
    let arrival = Arrival::read(&message.body).ok()?;
    let genuine = match &arrival.from {
        Some(from) => usdt::wallet_of(from),
        None => usdt::master(),
    };
    let owner = owner_of_jetton_wallet(chain, &transaction.account)?;
    if message.source() != Some(&genuine) || usdt::wallet_of(&owner) != transaction.account {
        return None;
    }
    let from = arrival.from.unwrap_or_else(|| cells::std_addr(&faucet::address()));
    Some(Meaning {
        from: Some(raw(&from)),
        to: Some(raw(&owner)),
        amount: Some(Asset::Usdt.decimal(arrival.units)),
        asset: Some(Asset::Usdt),
        comment: arrival.comment.filter(|comment| !comment.is_empty()),
        label: transaction.is_aborted().then(|| "failed".to_owned()),
        who: Who { from: name_of(&from, wallets), to: name_of(&owner, wallets) },
    })
}

/// The body of TEP-74's `internal_transfer`.
struct Arrival {
    units: u128,
    from: Option<StdAddr>,
    comment: Option<String>,
}

impl Arrival {
    fn read(body: &Cell) -> Result<Self, CellError> {
        let mut slice = body.as_slice()?;
        slice.load_u32()?;
        slice.load_u64()?;
        let units = Tokens::load_from(&mut slice)?.into_inner();
        let from = cells::load_address(&mut slice)?;
        cells::load_address(&mut slice)?;
        Tokens::load_from(&mut slice)?;
        Ok(Self { units, from, comment: cells::read_comment(either(slice)?) })
    }
}

/// `Either Cell ^Cell`.
fn either(mut slice: CellSlice<'_>) -> Result<CellSlice<'_>, CellError> {
    if slice.load_bit()? { slice.load_reference_as_slice() } else { Ok(slice) }
}

/// A jetton wallet's data begins with its balance and its owner.
fn owner_of_jetton_wallet(chain: &Chain, address: &StdAddr) -> Option<StdAddr> {
    let data = chain.account(address).data?;
    let mut slice = data.as_slice().ok()?;
    Tokens::load_from(&mut slice).ok()?;
    match IntAddr::load_from(&mut slice).ok()? {
        IntAddr::Std(owner) => Some(owner),
        IntAddr::Var(_) => None,
    }
}

fn name_of(address: &StdAddr, wallets: &Wallets) -> Option<String> {
    if let Some(person) = wallets.names().person(address) {
        return Some(person.first_name().to_owned());
    }
    if let Some(person) = wallets.owner_of(address) {
        return Some(format!("{}’s USDT", person.first_name()));
    }
    if *address == cells::std_addr(&faucet::address()) {
        return Some("Faucet".to_owned());
    }
    (*address == usdt::master()).then(|| "USDT".to_owned())
}

fn block(transaction: &Transaction, status: Status) -> Option<u32> {
    (status != Status::Pending).then_some(transaction.seqno)
}

fn status_name(status: Status) -> &'static str {
    match status {
        Status::Pending => "pending",
        Status::Confirmed => "confirmed",
        Status::Final { .. } => "final",
    }
}

fn raw(address: &StdAddr) -> String {
    cells::ton_address(address).to_hex()
}
