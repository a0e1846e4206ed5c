//! Transactions and messages in toncenter's words.

use serde::Serialize;
use serde_json::{Value, json};
use tycho_types::cell::HashBytes;
use tycho_types::models::{
    AccountStatusChange, ActionPhase, BouncePhase, ComputePhase, ComputePhaseSkipReason,
    CreditPhase, MsgInfo, OrdinaryTxInfo, StoragePhase, StorageUsedShort, TxInfo,
};

use super::encode::{Boc, ExtraCurrencies, Hash, Opcode, Quoted, Raw, status};
use crate::chain::{self, State, Status};

#[derive(Debug, Serialize)]
pub struct Transaction {
    account: Raw,
    pub hash: Hash,
    lt: Quoted<u64>,
    now: u32,
    mc_block_seqno: u32,
    trace_id: Hash,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_external_hash: Option<Hash>,
    prev_trans_hash: Hash,
    prev_trans_lt: Quoted<u64>,
    orig_status: &'static str,
    end_status: &'static str,
    total_fees: Quoted<u128>,
    total_fees_extra_currencies: ExtraCurrencies,
    description: Value,
    block_ref: BlockId,
    in_msg: Option<Message>,
    out_msgs: Vec<Message>,
    account_state_before: AccountState,
    account_state_after: AccountState,
    emulated: bool,
    finality: &'static str,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub struct BlockId {
    pub workchain: i8,
    pub shard: &'static str,
    pub seqno: u32,
}

#[derive(Debug, Serialize)]
struct AccountState {
    hash: Hash,
    balance: Quoted<u128>,
    extra_currencies: ExtraCurrencies,
    account_status: &'static str,
    frozen_hash: Option<Hash>,
    data_hash: Option<Hash>,
    code_hash: Option<Hash>,
}

#[derive(Debug, Serialize)]
pub struct Message {
    hash: Hash,
    source: Option<Raw>,
    destination: Option<Raw>,
    value: Option<Quoted<u128>>,
    value_extra_currencies: Option<ExtraCurrencies>,
    fwd_fee: Option<Quoted<u128>>,
    ihr_fee: Option<&'static str>,
    extra_flags: Option<Quoted<u8>>,
    created_lt: Option<Quoted<u64>>,
    created_at: Option<Quoted<u32>>,
    opcode: Option<Opcode>,
    decoded_opcode: Option<&'static str>,
    ihr_disabled: Option<bool>,
    bounce: Option<bool>,
    bounced: Option<bool>,
    import_fee: Option<Quoted<u128>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_msg_tx_hash: Option<Hash>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_msg_tx_hash: Option<Hash>,
    message_content: Content,
    init_state: Option<Content>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hash_norm: Option<Hash>,
}

#[derive(Debug, Serialize)]
struct Content {
    hash: Hash,
    body: Boc,
    decoded: Option<Value>,
}

/// The only shard there is.
pub const SHARD: &str = "8000000000000000";

impl Transaction {
    pub fn new(it: &chain::Transaction, finality: Status) -> Self {
        let (mc_block_seqno, finality, is_final) = match finality {
            Status::Pending => (0, "pending", false),
            Status::Confirmed => (0, "confirmed", false),
            Status::Final { mc_seqno } => (mc_seqno, "finalized", true),
        };
        let workchain = it.account.workchain;
        Self {
            account: Raw(it.account.clone()),
            hash: Hash(it.hash),
            lt: Quoted(it.lt),
            now: it.now(),
            mc_block_seqno,
            trace_id: Hash(it.trace.id),
            trace_external_hash: (!is_final).then_some(Hash(it.trace.external_hash)),
            prev_trans_hash: Hash(it.raw.prev_trans_hash),
            prev_trans_lt: Quoted(it.raw.prev_trans_lt),
            orig_status: status(it.raw.orig_status),
            end_status: status(it.raw.end_status),
            total_fees: Quoted(it.raw.total_fees.tokens.into_inner()),
            total_fees_extra_currencies: ExtraCurrencies {},
            description: description(&it.info),
            block_ref: BlockId { workchain, shard: SHARD, seqno: it.seqno },
            in_msg: it.in_msg.as_ref().map(Message::new),
            out_msgs: it.out_msgs.iter().map(Message::new).collect(),
            account_state_before: AccountState::new(&it.before),
            account_state_after: AccountState::new(&it.after),
            emulated: it.emulated,
            finality,
        }
    }
}

impl AccountState {
    fn new(it: &State) -> Self {
        Self {
            hash: Hash(it.hash),
            balance: Quoted(it.balance),
            extra_currencies: ExtraCurrencies {},
            account_status: status(it.status),
            frozen_hash: it.frozen_hash.map(Hash),
            data_hash: it.data_hash.map(Hash),
            code_hash: it.code_hash.map(Hash),
        }
    }
}

impl Message {
    pub fn new(it: &chain::Message) -> Self {
        let opcode = it.opcode();
        let decoded = it.comment().map(|comment| {
            json!({ "@type": "text_comment", "type": "text_comment", "comment": comment })
        });
        let mut message = Self {
            hash: Hash(it.hash()),
            source: it.source().cloned().map(Raw),
            destination: it.destination().cloned().map(Raw),
            value: None,
            value_extra_currencies: None,
            fwd_fee: None,
            ihr_fee: None,
            extra_flags: None,
            created_lt: None,
            created_at: None,
            opcode: opcode.map(Opcode),
            decoded_opcode: opcode.and_then(name).filter(|_| !it.is_external_in()),
            ihr_disabled: None,
            bounce: None,
            bounced: None,
            import_fee: None,
            in_msg_tx_hash: None,
            out_msg_tx_hash: None,
            message_content: Content::new(&it.body, decoded),
            init_state: it.init.as_ref().map(|init| Content::new(init, None)),
            hash_norm: None,
        };
        message.describe(it);
        message
    }

    /// Each kind of message has its own part of the fields.
    fn describe(&mut self, it: &chain::Message) {
        match &it.info {
            MsgInfo::Int(info) => {
                self.value = Some(Quoted(info.value.tokens.into_inner()));
                self.value_extra_currencies = Some(ExtraCurrencies {});
                self.fwd_fee = Some(Quoted(info.fwd_fee.into_inner()));
                self.ihr_fee = Some("0");
                self.extra_flags = Some(Quoted(info.extra_flags.bits()));
                self.created_lt = Some(Quoted(info.created_lt));
                self.created_at = Some(Quoted(info.created_at));
                self.ihr_disabled = Some(info.ihr_disabled);
                self.bounce = Some(info.bounce);
                self.bounced = Some(info.bounced);
            }
            MsgInfo::ExtIn(info) => {
                self.import_fee = Some(Quoted(info.import_fee.into_inner()));
                self.hash_norm = Some(Hash(it.normalized_hash()));
            }
            MsgInfo::ExtOut(info) => {
                self.created_lt = Some(Quoted(info.created_lt));
                self.created_at = Some(Quoted(info.created_at));
            }
        }
    }
}

impl Content {
    fn new(cell: &tycho_types::cell::Cell, decoded: Option<Value>) -> Self {
        Self { hash: Hash(*cell.repr_hash()), body: Boc(cell.clone()), decoded }
    }
}

/// Operations the indexer has a name for.
fn name(opcode: u32) -> Option<&'static str> {
    Some(match opcode {
        0x0000_0000 => "text_comment",
        0x0f8a_7ea5 => "jetton_transfer",
        0x178d_4519 => "jetton_internal_transfer",
        0x7362_d09c => "jetton_notify",
        0x595f_07bc => "jetton_burn",
        0x7bdd_97de => "jetton_burn_notification",
        0xd532_76db => "excess",
        _ => return None,
    })
}

fn description(info: &TxInfo) -> Value {
    match info {
        TxInfo::Ordinary(info) => ordinary(info),
        TxInfo::TickTock(info) => json!({
            "type": "tick_tock",
            "aborted": info.aborted,
            "destroyed": info.destroyed,
            "storage_ph": storage(&info.storage_phase),
            "compute_ph": compute(&info.compute_phase),
        }),
    }
}

fn ordinary(info: &OrdinaryTxInfo) -> Value {
    let mut it = json!({
        "type": "ord",
        "aborted": info.aborted,
        "destroyed": info.destroyed,
        "credit_first": info.credit_first,
        "compute_ph": compute(&info.compute_phase),
    });
    put(&mut it, "storage_ph", info.storage_phase.as_ref().map(storage));
    put(&mut it, "credit_ph", info.credit_phase.as_ref().map(credit));
    put(&mut it, "action", info.action_phase.as_ref().map(action));
    put(&mut it, "bounce", info.bounce_phase.as_ref().map(bounce));
    it
}

/// Absent things are left out, not null.
fn put(object: &mut Value, key: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        object[key] = value.into();
    }
}

fn storage(phase: &StoragePhase) -> Value {
    let mut it = json!({
        "storage_fees_collected": phase.storage_fees_collected.to_string(),
        "status_change": change(phase.status_change),
    });
    put(&mut it, "storage_fees_due", phase.storage_fees_due.map(|due| due.to_string()));
    it
}

fn credit(phase: &CreditPhase) -> Value {
    let mut it = json!({ "credit": phase.credit.tokens.to_string() });
    put(&mut it, "due_fees_collected", phase.due_fees_collected.map(|due| due.to_string()));
    it
}

fn compute(phase: &ComputePhase) -> Value {
    let phase = match phase {
        ComputePhase::Skipped(phase) => {
            return json!({ "skipped": true, "reason": reason(phase.reason) });
        }
        ComputePhase::Executed(phase) => phase,
    };
    let mut it = json!({
        "skipped": false,
        "success": phase.success,
        "msg_state_used": phase.msg_state_used,
        "account_activated": phase.account_activated,
        "gas_fees": phase.gas_fees.to_string(),
        "gas_used": phase.gas_used.to_string(),
        "gas_limit": phase.gas_limit.to_string(),
        "mode": phase.mode,
        "exit_code": phase.exit_code,
        "vm_steps": phase.vm_steps,
        "vm_init_state_hash": Hash(HashBytes::ZERO),
        "vm_final_state_hash": Hash(HashBytes::ZERO),
    });
    put(&mut it, "gas_credit", phase.gas_credit.map(|credit| credit.to_string()));
    put(&mut it, "exit_arg", phase.exit_arg);
    it
}

fn action(phase: &ActionPhase) -> Value {
    let mut it = json!({
        "success": phase.success,
        "valid": phase.valid,
        "no_funds": phase.no_funds,
        "status_change": change(phase.status_change),
        "result_code": phase.result_code,
        "tot_actions": phase.total_actions,
        "spec_actions": phase.special_actions,
        "skipped_actions": phase.skipped_actions,
        "msgs_created": phase.messages_created,
        "action_list_hash": Hash(phase.action_list_hash),
        "tot_msg_size": size(&phase.total_message_size),
    });
    put(&mut it, "total_fwd_fees", phase.total_fwd_fees.map(|fees| fees.to_string()));
    put(&mut it, "total_action_fees", phase.total_action_fees.map(|fees| fees.to_string()));
    put(&mut it, "result_arg", phase.result_arg);
    it
}

fn bounce(phase: &BouncePhase) -> Value {
    match phase {
        BouncePhase::NegativeFunds => json!({ "type": "negfunds" }),
        BouncePhase::NoFunds(phase) => json!({
            "type": "nofunds",
            "msg_size": size(&phase.msg_size),
            "req_fwd_fees": phase.req_fwd_fees.to_string(),
        }),
        BouncePhase::Executed(phase) => json!({
            "type": "ok",
            "msg_size": size(&phase.msg_size),
            "msg_fees": phase.msg_fees.to_string(),
            "fwd_fees": phase.fwd_fees.to_string(),
        }),
    }
}

fn size(size: &StorageUsedShort) -> Value {
    json!({ "cells": size.cells.to_string(), "bits": size.bits.to_string() })
}

fn change(change: AccountStatusChange) -> &'static str {
    match change {
        AccountStatusChange::Unchanged => "unchanged",
        AccountStatusChange::Frozen => "frozen",
        AccountStatusChange::Deleted => "deleted",
    }
}

fn reason(reason: ComputePhaseSkipReason) -> &'static str {
    match reason {
        ComputePhaseSkipReason::NoState => "no_state",
        ComputePhaseSkipReason::BadState => "bad_state",
        ComputePhaseSkipReason::NoGas => "no_gas",
        ComputePhaseSkipReason::Suspended => "suspended",
    }
}
