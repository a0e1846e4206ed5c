//! The calls that go through to a node: sending a message, get-methods, estimating fees.

use axum::http::StatusCode;
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use num_bigint::{BigInt, Sign};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tycho_types::boc;
use tycho_types::cell::Cell;
use tycho_types::models::{ComputePhase, StdAddr, TxInfo};

use super::encode::{Hash, boc as write_boc};
use super::{Api, Failure};
use crate::chain::{Item, Method, Refused, Transaction, address};

#[derive(Debug, Deserialize)]
pub struct SendMessage {
    #[serde(default)]
    boc: String,
}

#[derive(Debug, Serialize)]
pub struct Sent {
    message_hash: Hash,
    message_hash_norm: Hash,
}

#[derive(Debug, Deserialize)]
pub struct RunGetMethod {
    #[serde(default)]
    address: String,
    /// A name, or a number.
    #[serde(default)]
    method: Value,
    #[serde(default)]
    stack: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    #[serde(rename = "type")]
    kind: String,
    value: Value,
}

#[derive(Debug, Serialize)]
pub struct GetMethodResult {
    gas_used: u64,
    exit_code: i32,
    stack: Vec<Value>,
}

#[derive(Debug, Deserialize)]
pub struct EstimateFee {
    address: String,
    body: String,
    #[serde(default)]
    init_code: String,
    #[serde(default)]
    init_data: String,
    #[serde(default)]
    ignore_chksig: bool,
}

#[derive(Debug, Serialize)]
pub struct Estimate {
    source_fees: Fees,
    destination_fees: Vec<Fees>,
}

#[derive(Debug, Serialize)]
struct Fees {
    in_fwd_fee: u128,
    storage_fee: u128,
    gas_fee: u128,
    fwd_fee: u128,
}

pub fn message(api: &Api, request: SendMessage) -> Result<Sent, Failure> {
    if request.boc.is_empty() {
        return Err(Failure::new(StatusCode::UNAUTHORIZED, "boc is required"));
    }
    let boc = base64(&request.boc).ok_or_else(|| Failure::unprocessable("boc is not base64"))?;
    let accepted = api.chain.send_external(&boc).map_err(|refused| refusal(&refused))?;
    Ok(Sent { message_hash: Hash(accepted.hash), message_hash_norm: Hash(accepted.hash_norm) })
}

pub fn run_get_method(api: &Api, request: RunGetMethod) -> Result<GetMethodResult, Failure> {
    let address = required_address(&request.address)?;
    let method = match &request.method {
        Value::String(name) if !name.is_empty() => {
            name.parse().map_or_else(|_| Method::from(name.as_str()), Method::Number)
        }
        Value::Number(number) => number
            .as_u64()
            .and_then(|number| u32::try_from(number).ok())
            .map(Method::Number)
            .ok_or_else(|| Failure::unprocessable("method is not a number of a method"))?,
        _ => return Err(Failure::new(StatusCode::UNAUTHORIZED, "method is required")),
    };
    let stack: Vec<Item> = request.stack.iter().map(read).collect::<Result<_, _>>()?;
    let account = api.chain.read(|ledger| ledger.final_account(&address));
    let answer = api.chain.call(&account, &method, &stack).map_err(|error| failed(&error))?;
    let stack = answer.stack.iter().map(write).collect();
    Ok(GetMethodResult { gas_used: answer.gas_used, exit_code: answer.exit_code, stack })
}

pub fn estimate_fee(api: &Api, request: EstimateFee) -> Result<Estimate, Failure> {
    let address = required_address(&request.address)?;
    let body = cell(&request.body, "body")?.unwrap_or_default();
    let code = cell(&request.init_code, "init_code")?;
    let data = cell(&request.init_data, "init_data")?;
    let first = api
        .chain
        .estimate(&address, body, code.zip(data), request.ignore_chksig)
        .map_err(|refused| refusal(&refused))?;
    Ok(Estimate { source_fees: Fees::of(&first), destination_fees: Vec::new() })
}

impl Fees {
    /// What is left after gas, storage and forwarding is the price of the message's own way in.
    fn of(it: &Transaction) -> Self {
        let TxInfo::Ordinary(info) = &it.info else {
            return Self { in_fwd_fee: 0, storage_fee: 0, gas_fee: 0, fwd_fee: 0 };
        };
        let storage = info.storage_phase.as_ref().map(|phase| phase.storage_fees_collected);
        let storage_fee = storage.map_or(0, |fee| fee.into_inner());
        let gas_fee = match &info.compute_phase {
            ComputePhase::Executed(phase) => phase.gas_fees.into_inner(),
            ComputePhase::Skipped(_) => 0,
        };
        let action = info.action_phase.as_ref();
        let fwd_fee =
            action.and_then(|phase| phase.total_fwd_fees).map_or(0, |fee| fee.into_inner());
        let taken =
            action.and_then(|phase| phase.total_action_fees).map_or(0, |fee| fee.into_inner());
        let total = it.raw.total_fees.tokens.into_inner();
        let in_fwd_fee = total.saturating_sub(storage_fee + gas_fee + taken);
        Self { in_fwd_fee, storage_fee, gas_fee, fwd_fee }
    }
}

/// A node's refusals arrive as failures of the service in front of it.
fn refusal(refused: &Refused) -> Failure {
    let status = match refused {
        Refused::NoState { .. } | Refused::NotAccepted { .. } | Refused::Failed(_) => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
        Refused::Crowded => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Failure::new(status, format!("LITE_SERVER_UNKNOWN: {refused}"))
}

fn failed(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}

fn required_address(text: &str) -> Result<StdAddr, Failure> {
    if text.is_empty() {
        return Err(Failure::new(StatusCode::UNAUTHORIZED, "address is required"));
    }
    address::parse(text).ok_or_else(|| Failure::unprocessable(format!("not an address: {text}")))
}

fn base64(text: &str) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(text).or_else(|_| BASE64_URL_SAFE.decode(text)).ok()
}

fn cell(text: &str, field: &str) -> Result<Option<Cell>, Failure> {
    if text.is_empty() {
        return Ok(None);
    }
    let cell = base64(text).and_then(|bytes| boc::Boc::decode(bytes).ok());
    let cell = cell.filter(|cell| cell.repr_depth() <= 512);
    cell.map(Some).ok_or_else(|| Failure::unprocessable(format!("{field} is not a cell")))
}

fn read(entry: &Entry) -> Result<Item, Failure> {
    let bad = || Failure::unprocessable(format!("bad stack parameter of type {}", entry.kind));
    match (entry.kind.as_str(), &entry.value) {
        ("num", Value::String(text)) => number(text).map(Item::Number).ok_or_else(bad),
        ("num", Value::Number(value)) => {
            number(&value.to_string()).map(Item::Number).ok_or_else(bad)
        }
        ("cell", Value::String(text)) => cell(text, "cell")?.map(Item::Cell).ok_or_else(bad),
        ("slice", Value::String(text)) => cell(text, "slice")?.map(Item::Slice).ok_or_else(bad),
        ("num" | "cell" | "slice", _) => Err(bad()),
        (kind, _) => Err(failed(&format!("unsupported stack parameter type: {kind}"))),
    }
}

/// Decimal or `0x…`, with or without a sign; at most what the TVM holds.
fn number(text: &str) -> Option<BigInt> {
    let (sign, digits) =
        text.strip_prefix('-').map_or((Sign::Plus, text), |rest| (Sign::Minus, rest));
    let number = match digits.strip_prefix("0x") {
        Some(hex) => BigInt::parse_bytes(hex.as_bytes(), 16),
        None => BigInt::parse_bytes(digits.as_bytes(), 10),
    };
    let number = number.filter(|number| number.sign() != Sign::Minus && number.bits() <= 256)?;
    Some(if sign == Sign::Minus { -number } else { number })
}

fn write(item: &Item) -> Value {
    let entry = |kind: &str, value: Value| json!({ "type": kind, "value": value });
    match item {
        Item::Number(number) => entry("num", format!("{number:#x}").into()),
        Item::NotANumber => entry("num", "NaN".into()),
        Item::Cell(cell) => entry("cell", write_boc(cell).into()),
        Item::Slice(cell) => entry("slice", write_boc(cell).into()),
        Item::Tuple(items) => entry("tuple", items.iter().map(write).collect()),
        Item::Null => entry("list", json!([])),
        Item::Builder(_) | Item::Other => entry("unsupported", Value::Null),
    }
}
