//! Traces: a message from outside and everything it set off.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use axum::http::StatusCode;
use serde::Serialize;
use tycho_types::cell::HashBytes;
use tycho_types::models::StdAddr;

use super::book::{AddressBook, Metadata, address_book, metadata, participants};
use super::encode::{Hash, Quoted};
use super::query::{Query, Sort};
use super::transactions::{finality, unsettled};
use super::{Api, Failure, Index, view};
use crate::chain::{Status, Transaction};

#[derive(Debug, Serialize)]
pub struct Traces {
    traces: Vec<Trace>,
    address_book: AddressBook,
    metadata: Metadata,
}

#[derive(Debug, Serialize)]
struct Trace {
    trace_id: Hash,
    external_hash: Hash,
    mc_seqno_start: Quoted<u32>,
    mc_seqno_end: Quoted<u32>,
    start_lt: Quoted<u64>,
    start_utime: u32,
    end_lt: Quoted<u64>,
    end_utime: u32,
    trace_info: Summary,
    is_incomplete: bool,
    trace: Option<Node>,
    transactions_order: Vec<Hash>,
    transactions: BTreeMap<String, view::Transaction>,
}

#[derive(Debug, Serialize)]
struct Summary {
    trace_state: &'static str,
    messages: usize,
    transactions: usize,
    pending_messages: usize,
    /// The sandbox does not tell swaps from transfers.
    classification_state: &'static str,
}

#[derive(Debug, Serialize)]
struct Node {
    tx_hash: Hash,
    in_msg_hash: Option<Hash>,
    children: Vec<Node>,
}

/// Two contracts can play ball for longer than a JSON parser is patient.
const MAX_DEPTH: usize = 50;

/// The transactions of one trace, by logical time.
type Rows = Vec<Arc<Transaction>>;

/// How the caller names the traces.
enum By {
    Anything,
    Account(StdAddr),
    Ids(Vec<HashBytes>),
    Transactions(Vec<HashBytes>),
    Messages(Vec<HashBytes>),
}

pub fn traces(api: &Api, query: &Query) -> Result<Traces, Failure> {
    let by = By::read(query)?;
    let mc_seqno = query.seqno("mc_seqno")?;
    let lt = query.window("start_lt", "end_lt")?;
    let utime = query.window("start_utime", "end_utime")?;
    let page = query.page()?;
    let mut found: Vec<Rows> = api.look(|index| {
        let rows = |id| index.ledger.of_trace(id).filter(|it| index.shows(it)).cloned().collect();
        by.ids(index).iter().map(rows).collect()
    });
    found.retain(|rows| {
        rows.last().is_some_and(|last| {
            lt.contains(last.lt)
                && utime.contains(u64::from(last.now()))
                && mc_seqno.is_none_or(|wanted| wanted == last.seqno + 1)
        })
    });
    found.sort_by_key(|rows| rows.last().map(|last| (last.lt, last.trace.id)));
    if page.sort == Sort::Descending {
        found.reverse();
    }
    Ok(answer(api, &page.of(found.into_iter())))
}

impl By {
    fn read(query: &Query) -> Result<Self, Failure> {
        let mut given = Vec::new();
        given.extend(query.address("account")?.map(Self::Account));
        given.extend(some(query.hashes("trace_id")?).map(Self::Ids));
        given.extend(some(query.hashes("tx_hash")?).map(Self::Transactions));
        given.extend(some(query.hashes("msg_hash")?).map(Self::Messages));
        if given.len() > 1 {
            let message = "only one of account, trace_id, tx_hash, msg_hash should be specified";
            return Err(Failure::unprocessable(message));
        }
        Ok(given.pop().unwrap_or(Self::Anything))
    }

    fn ids(&self, index: &Index) -> BTreeSet<HashBytes> {
        let ledger = index.ledger;
        let id = |it: &Arc<Transaction>| it.trace.id;
        match self {
            Self::Anything => index.transactions().iter().map(id).collect(),
            Self::Account(account) => ledger.of_account_since(account, 0).map(id).collect(),
            Self::Ids(ids) => ids.iter().copied().collect(),
            Self::Transactions(hashes) => {
                hashes.iter().filter_map(|hash| ledger.transaction(hash)).map(id).collect()
            }
            Self::Messages(hashes) => {
                hashes.iter().flat_map(|hash| ledger.with_message(hash)).map(id).collect()
            }
        }
    }
}

pub fn pending(api: &Api, query: &Query) -> Result<Traces, Failure> {
    let account = query.address("account")?;
    let hashes = query.hashes("ext_msg_hash")?;
    if account.is_none() && hashes.is_empty() {
        return Err(Failure::unprocessable("account or ext_msg_hash should be specified"));
    }
    let mut found: BTreeMap<HashBytes, Rows> = BTreeMap::new();
    api.look(|index| {
        for it in unsettled(index) {
            found.entry(it.trace.id).or_default().push(it.clone());
        }
    });
    found.retain(|_, rows| {
        rows.iter().any(|it| {
            let names = [it.trace.external_hash, it.trace.external_hash_norm];
            Some(&it.account) == account.as_ref() || names.iter().any(|name| hashes.contains(name))
        })
    });
    if found.is_empty() {
        return Err(Failure::new(StatusCode::NOT_FOUND, "emulated traces not found"));
    }
    let mut found: Vec<Rows> = found.into_values().collect();
    found.iter_mut().for_each(|rows| rows.sort_by_key(|it| (it.lt, it.account.address)));
    Ok(answer(api, &found))
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    Some(list).filter(|list| !list.is_empty())
}

fn answer(api: &Api, found: &[Rows]) -> Traces {
    let rows = found.iter().flatten().map(AsRef::as_ref);
    let addresses: BTreeSet<StdAddr> = participants(rows);
    Traces {
        traces: found.iter().filter_map(|rows| Trace::new(api, rows)).collect(),
        address_book: address_book(api, &addresses),
        metadata: metadata(api, &addresses),
    }
}

impl Trace {
    fn new(api: &Api, rows: &Rows) -> Option<Self> {
        let (first, last) = (rows.first()?, rows.last()?);
        let mc_seqno = |it: &Transaction| match finality(api, it) {
            Status::Final { mc_seqno } => mc_seqno,
            Status::Pending | Status::Confirmed => 0,
        };
        let by_message: HashMap<HashBytes, &Transaction> =
            rows.iter().filter_map(|it| Some((it.in_msg.as_ref()?.hash(), it.as_ref()))).collect();
        let root = rows.iter().find(|it| it.hash == it.trace.id);
        let tree = root.map(|root| Node::new(root, &by_message, 0));
        let sent = rows.iter().flat_map(|it| &it.out_msgs).filter(|it| it.internal().is_some());
        let pending_messages = sent.filter(|it| !by_message.contains_key(&it.hash())).count();
        Some(Self {
            trace_id: Hash(first.trace.id),
            external_hash: Hash(first.trace.external_hash),
            mc_seqno_start: Quoted(mc_seqno(first)),
            mc_seqno_end: Quoted(mc_seqno(last)),
            start_lt: Quoted(first.lt),
            start_utime: first.now(),
            end_lt: Quoted(last.lt),
            end_utime: last.now(),
            trace_info: Summary {
                trace_state: if pending_messages == 0 { "complete" } else { "pending" },
                messages: rows.len() + pending_messages,
                transactions: rows.len(),
                pending_messages,
                classification_state: "unclassified",
            },
            is_incomplete: tree.as_ref().is_none_or(|tree| tree.size() < rows.len()),
            trace: tree,
            transactions_order: rows.iter().map(|it| Hash(it.hash)).collect(),
            transactions: rows.iter().map(|it| entry(api, it)).collect(),
        })
    }
}

fn entry(api: &Api, it: &Transaction) -> (String, view::Transaction) {
    let view = view::Transaction::new(it, finality(api, it));
    (view.hash.to_string(), view)
}

impl Node {
    fn new(it: &Transaction, by_message: &HashMap<HashBytes, &Transaction>, depth: usize) -> Self {
        let children = it.out_msgs.iter().filter_map(|message| by_message.get(&message.hash()));
        let children = children.filter(|_| depth < MAX_DEPTH);
        Self {
            tx_hash: Hash(it.hash),
            in_msg_hash: it.in_msg.as_ref().map(|message| Hash(message.hash())),
            children: children.map(|child| Self::new(child, by_message, depth + 1)).collect(),
        }
    }

    fn size(&self) -> usize {
        1 + self.children.iter().map(Self::size).sum::<usize>()
    }
}
