//! What toncenter v3 answers, as far as we read it. The published schema requires no field at all
//! and writes most numbers as strings, so everything that a payment does not stand on is optional.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, de};

use crate::{
    address::Address,
    boc::{Limits, decode_base64, gate_base64},
    json::{number, optional, optional_text, or_default, text},
};

/// A SHA-256 of a cell. Toncenter writes it in base64, and reads it in hex too.
pub type Hash = [u8; 32];

#[derive(Debug, Clone, Deserialize)]
pub struct MasterchainInfo {
    pub last: Block,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Block {
    pub seqno: u32,
    /// The network's id; see [`crate::Network`].
    #[serde(default, deserialize_with = "optional")]
    pub global_id: Option<i32>,
    /// Unix seconds: the chain's own clock.
    #[serde(default, deserialize_with = "optional")]
    pub gen_utime: Option<u64>,
    /// Transactions in it.
    #[serde(default, deserialize_with = "optional")]
    pub tx_count: Option<u64>,
    /// The masterchain block that refers to it.
    #[serde(default)]
    pub masterchain_block_ref: Option<BlockRef>,
}

/// A block by its number.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct BlockRef {
    pub seqno: u32,
}

/// One transaction of one account: at most one message in, any number out.
#[derive(Debug, Clone, Deserialize)]
pub struct Transaction {
    pub account: Address,
    #[serde(deserialize_with = "hash")]
    pub hash: Hash,
    #[serde(deserialize_with = "number")]
    pub lt: u64,
    /// Unix seconds of the block.
    #[serde(deserialize_with = "number")]
    pub now: u32,
    /// The account's previous transaction: together they are a hash chain (F12).
    #[serde(default, deserialize_with = "optional_hash")]
    pub prev_trans_hash: Option<Hash>,
    #[serde(default, deserialize_with = "optional")]
    pub prev_trans_lt: Option<u64>,
    /// The masterchain block that made it final. Absent while it is only a hint.
    #[serde(default, deserialize_with = "optional")]
    pub mc_block_seqno: Option<u32>,
    #[serde(default)]
    pub finality: Option<Finality>,
    /// Computed by the indexer ahead of the network, so not money.
    #[serde(default, deserialize_with = "or_default")]
    pub emulated: bool,
    #[serde(default, deserialize_with = "optional")]
    pub total_fees: Option<u128>,
    #[serde(default, deserialize_with = "or_default")]
    pub trace_id: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub orig_status: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub end_status: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub description: Description,
    #[serde(default)]
    pub in_msg: Option<Message>,
    #[serde(default, deserialize_with = "or_default")]
    pub out_msgs: Vec<Message>,
}

impl Transaction {
    /// The masterchain block that refers to this transaction's block, if it is final.
    pub fn final_in(&self) -> Option<u32> {
        let hint = self.emulated || self.finality.is_some_and(|stage| stage != Finality::Final);
        self.mc_block_seqno.filter(|seqno| !hint && *seqno > 0)
    }

    /// This transaction's own place in its account's chain.
    pub fn link(&self) -> (u64, Hash) {
        (self.lt, self.hash)
    }

    /// The place before it; zeroes when it is the account's first. `None`: the service does not say,
    /// which is another thing than that there is none.
    pub fn prev(&self) -> Option<(u64, Hash)> {
        match (self.prev_trans_lt?, self.prev_trans_hash) {
            (0, hash) => Some((0, hash.unwrap_or_default())),
            (lt, hash) => Some((lt, hash?)),
        }
    }

    /// The account did not exist before: its history begins here, or begins anew.
    pub fn is_first(&self) -> bool {
        self.prev_trans_lt == Some(0) && self.orig_status.as_deref() == Some("nonexist")
    }

    /// Whether it is told in full. A row in which links, phases or the message's body have not been filled
    /// in yet says nothing about money, and is to be asked for again.
    pub fn is_whole(&self) -> bool {
        let ordinary = self.description.kind == "ord";
        self.prev().is_some()
            && !self.description.kind.is_empty()
            && (!ordinary || self.description.compute_ph.is_some())
            && self.in_msg.as_ref().map_or(!ordinary, |message| self.is_told(message))
    }

    /// Only internal messages carry a value; nothing hangs on what an external one says.
    fn is_told(&self, message: &Message) -> bool {
        let Some(value) = message.value else { return true };
        let credited = self.description.credit_ph.as_ref().is_some_and(|it| it.credit.is_some());
        message.destination.is_some()
            && message.message_content.as_ref().is_some_and(|content| content.body.is_some())
            && (value == 0 || message.bounced || credited)
    }
}

/// How far a transaction has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finality {
    Pending,
    Confirmed,
    Final,
}

impl<'de> Deserialize<'de> for Finality {
    /// A number from the REST API, a word from the stream.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match text(deserializer)?.as_str() {
            "0" | "pending" => Ok(Self::Pending),
            "1" | "confirmed" => Ok(Self::Confirmed),
            "2" | "finalized" => Ok(Self::Final),
            other => Err(de::Error::custom(format_args!("unknown finality {other:?}"))),
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
pub struct Description {
    /// `ord` for the transactions that messages cause.
    #[serde(default, rename = "type", deserialize_with = "or_default")]
    pub kind: String,
    #[serde(default, deserialize_with = "or_default")]
    pub aborted: bool,
    #[serde(default)]
    pub credit_ph: Option<CreditPhase>,
    #[serde(default)]
    pub compute_ph: Option<ComputePhase>,
    #[serde(default)]
    pub action: Option<ActionPhase>,
    #[serde(default)]
    pub bounce: Option<BouncePhase>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct CreditPhase {
    #[serde(default, deserialize_with = "optional")]
    pub credit: Option<u128>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct ComputePhase {
    #[serde(default, deserialize_with = "or_default")]
    pub skipped: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub success: bool,
    #[serde(default, deserialize_with = "optional")]
    pub exit_code: Option<i32>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct ActionPhase {
    #[serde(default, deserialize_with = "or_default")]
    pub success: bool,
    #[serde(default, deserialize_with = "optional")]
    pub result_code: Option<i32>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct BouncePhase {
    /// `ok`, `nofunds` or `negfunds`.
    #[serde(default, rename = "type", deserialize_with = "or_default")]
    pub kind: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Message {
    #[serde(default, deserialize_with = "optional_hash")]
    pub hash: Option<Hash>,
    /// Of an external message: the hash that stays the same however it is packed (TEP-467).
    #[serde(default, deserialize_with = "optional_hash")]
    pub hash_norm: Option<Hash>,
    /// Absent for external messages, and for senders without an ordinary address.
    #[serde(default, deserialize_with = "account")]
    pub source: Option<Address>,
    #[serde(default, deserialize_with = "account")]
    pub destination: Option<Address>,
    /// Nanograms. External messages have none.
    #[serde(default, deserialize_with = "optional")]
    pub value: Option<u128>,
    /// Amounts of other native currencies by their number.
    #[serde(default, deserialize_with = "or_default")]
    pub value_extra_currencies: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "or_default")]
    pub bounce: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub bounced: bool,
    #[serde(default, deserialize_with = "optional")]
    pub fwd_fee: Option<u128>,
    #[serde(default, deserialize_with = "optional")]
    pub created_lt: Option<u64>,
    #[serde(default)]
    pub message_content: Option<MessageContent>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct MessageContent {
    /// A bag of cells in base64.
    #[serde(default, deserialize_with = "or_default")]
    pub body: Option<String>,
}

impl Message {
    /// The body, if there is one and it passes the gate.
    pub fn body(&self) -> Option<tycho_types::cell::Cell> {
        let body = self.message_content.as_ref()?.body.as_deref()?;
        gate_base64(body, &Limits::CHAIN).ok()
    }
}

#[derive(Debug, Clone, Deserialize)]
pub struct AccountState {
    pub address: Address,
    /// `active`, `uninit`, `frozen` or `nonexist`.
    #[serde(default, deserialize_with = "or_default")]
    pub status: String,
    #[serde(default, deserialize_with = "optional")]
    pub balance: Option<u128>,
    #[serde(default, deserialize_with = "optional_hash")]
    pub code_hash: Option<Hash>,
    #[serde(default, deserialize_with = "optional")]
    pub last_transaction_lt: Option<u64>,
    #[serde(default, deserialize_with = "optional_hash")]
    pub last_transaction_hash: Option<Hash>,
    #[serde(default, deserialize_with = "or_default")]
    pub suspended: bool,
}

#[derive(Debug, Clone, Deserialize)]
pub struct WalletState {
    pub address: Address,
    #[serde(default, deserialize_with = "or_default")]
    pub is_wallet: bool,
    /// `wallet v4 r2` and the like.
    #[serde(default, deserialize_with = "or_default")]
    pub wallet_type: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub status: String,
    #[serde(default, deserialize_with = "optional")]
    pub balance: Option<u128>,
    #[serde(default, deserialize_with = "optional")]
    pub seqno: Option<u32>,
    #[serde(default, deserialize_with = "optional")]
    pub last_transaction_lt: Option<u64>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct JettonWallet {
    pub address: Address,
    pub owner: Address,
    /// The master.
    pub jetton: Address,
    #[serde(default, deserialize_with = "optional")]
    pub balance: Option<u128>,
    #[serde(default, deserialize_with = "optional")]
    pub last_transaction_lt: Option<u64>,
}

/// What a jetton says of itself (TEP-64). Anybody may write anything there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JettonMaster {
    pub decimals: Option<String>,
    pub symbol: Option<String>,
}

impl JettonMaster {
    /// `None`: nothing is said, or no number.
    pub fn decimals(&self) -> Option<u32> {
        self.decimals.as_deref()?.parse().ok()
    }

    pub fn symbol(&self) -> Option<&str> {
        self.symbol.as_deref()
    }
}

/// The list of masters: what stands on the chain, and what the service has read where that points to.
#[derive(Debug, Deserialize)]
pub(super) struct JettonMasters {
    #[serde(deserialize_with = "Option::deserialize")]
    jetton_masters: Option<Vec<RawMaster>>,
    #[serde(default)]
    metadata: serde_json::Value,
}

#[derive(Debug, Deserialize)]
struct RawMaster {
    address: Address,
    #[serde(default)]
    jetton_content: serde_json::Value,
}

impl JettonMasters {
    pub fn find(&self, master: &Address) -> Option<JettonMaster> {
        let mut masters = self.jetton_masters.iter().flatten();
        let found = masters.find(|found| found.address == *master)?;
        let info = self.metadata.as_object().into_iter().flatten();
        let info = info.filter(|(address, _)| address.parse() == Ok(*master));
        let info: Vec<_> = info
            .filter_map(|(_, one)| one["token_info"].as_array())
            .flatten()
            .filter(|one| one["type"] == "jetton_masters")
            .collect();
        let told = |pointer: &str| info.iter().find_map(|one| said(one.pointer(pointer)?));
        let content = &found.jetton_content;
        Some(JettonMaster {
            decimals: said(&content["decimals"]).or_else(|| told("/extra/decimals")),
            symbol: said(&content["symbol"]).or_else(|| told("/symbol")),
        })
    }
}

/// Text, or a number's digits.
fn said(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) if !text.is_empty() => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A message and everything that followed from it.
#[derive(Debug, Clone, Deserialize)]
pub struct Trace {
    #[serde(default, deserialize_with = "or_default")]
    pub trace_id: String,
    /// The external message at its root.
    #[serde(default, deserialize_with = "optional_hash")]
    pub external_hash: Option<Hash>,
    #[serde(default, deserialize_with = "or_default")]
    pub is_incomplete: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub transactions_order: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    transactions: BTreeMap<String, Transaction>,
}

impl Trace {
    /// The transactions in the order they happened.
    pub fn transactions(&self) -> impl Iterator<Item = &Transaction> {
        self.transactions_order.iter().filter_map(|hash| self.transactions.get(hash))
    }
}

/// What the network calls a message that was sent to it.
#[derive(Debug, Clone, Deserialize)]
pub struct Sent {
    #[serde(default, deserialize_with = "optional_hash")]
    pub message_hash: Option<Hash>,
    #[serde(default, deserialize_with = "optional_hash")]
    pub message_hash_norm: Option<Hash>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct EstimatedFees {
    pub source_fees: Fees,
}

/// In nanograms.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct Fees {
    #[serde(default, deserialize_with = "number")]
    pub in_fwd_fee: u64,
    #[serde(default, deserialize_with = "number")]
    pub storage_fee: u64,
    #[serde(default, deserialize_with = "number")]
    pub gas_fee: u64,
    #[serde(default, deserialize_with = "number")]
    pub fwd_fee: u64,
}

impl Fees {
    pub fn total(&self) -> u64 {
        [self.in_fwd_fee, self.storage_fee, self.gas_fee, self.fwd_fee]
            .into_iter()
            .fold(0, u64::saturating_add)
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct GetMethodAnswer {
    pub exit_code: i32,
    #[serde(default)]
    pub stack: Vec<RawEntry>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct RawEntry {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub value: serde_json::Value,
}

fn hash<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
    optional_hash(deserializer)?.ok_or_else(|| de::Error::custom("a hash is missing"))
}

fn optional_hash<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Hash>, D::Error> {
    match optional_text(deserializer)?.as_deref() {
        None | Some("") => Ok(None),
        Some(text) => parse_hash(text).map(Some).ok_or_else(|| de::Error::custom("not a hash")),
    }
}

fn parse_hash(text: &str) -> Option<Hash> {
    decode_base64(text)?.try_into().ok()
}

/// An account we can name. Others exist on the chain (variable-length addresses, for one), and a
/// transaction with one must not stop us from reading its neighbours.
fn account<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Address>, D::Error> {
    Ok(optional_text(deserializer)?.and_then(|text| text.parse().ok()))
}
