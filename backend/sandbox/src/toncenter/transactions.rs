//! Transactions by account, block, time, hash and message; and those that are not final yet.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::StatusCode;
use serde::Serialize;
use tycho_types::cell::HashBytes;
use tycho_types::models::StdAddr;

use super::book::{AddressBook, address_book, participants};
use super::query::{Direction, Page, Query, Sort, Window};
use super::{Api, Failure, Index, view};
use crate::chain::{Message, Status, Transaction};

#[derive(Debug, Serialize)]
pub struct Transactions {
    transactions: Vec<view::Transaction>,
    address_book: AddressBook,
}

struct Filter {
    accounts: Vec<StdAddr>,
    excluded: Vec<StdAddr>,
    hashes: Vec<HashBytes>,
    workchain: Option<i64>,
    shard: Option<u64>,
    /// Shard block.
    seqno: Option<u32>,
    mc_seqno: Option<u32>,
    lt: Window,
    utime: Window,
}

pub fn transactions(api: &Api, query: &Query) -> Result<Transactions, Failure> {
    let filter = Filter::read(query)?;
    let page = query.page()?;
    let mut rows = api.look(|index| filter.select(index, page));
    api.faults.omit(&mut rows, filter.lt.start);
    Ok(answer(api, &rows))
}

pub fn by_masterchain_block(api: &Api, query: &Query) -> Result<Transactions, Failure> {
    let seqno = query.seqno("seqno")?.unwrap_or(0);
    let filter = Filter { mc_seqno: Some(seqno), ..Filter::read(&Query::default())? };
    let page = query.page()?;
    Ok(answer(api, &api.look(|index| filter.select(index, page))))
}

pub fn by_message(api: &Api, query: &Query) -> Result<Transactions, Failure> {
    let direction = query.direction()?;
    let hashes = query.hashes("msg_hash")?;
    let body = query.hash("body_hash")?;
    let opcode = query.opcode("opcode")?;
    let page = query.page()?;
    if hashes.is_empty() && body.is_none() && opcode.is_none() {
        let message = "at least one of msg_hash, body_hash, opcode should be specified";
        return Err(Failure::unprocessable(message));
    }
    // The indexer looks an opcode up among received messages only.
    let direction = if opcode.is_some() { Some(Direction::In) } else { direction };
    let fits = |message: &Message| {
        let names = [message.hash(), message.normalized_hash()];
        (hashes.is_empty() || names.iter().any(|name| hashes.contains(name)))
            && body.is_none_or(|hash| *message.body.repr_hash() == hash)
            && opcode.is_none_or(|opcode| message.opcode() == Some(opcode))
    };
    let rows = api.look(|index| {
        let rows: Vec<_> = if hashes.is_empty() {
            index.transactions().to_vec()
        } else {
            hashes.iter().flat_map(|hash| index.ledger.with_message(hash)).cloned().collect()
        };
        let rows = rows.into_iter().filter(|row| index.shows(row));
        let rows = rows.filter(|row| messages(row, direction).any(fits)).collect();
        page.of(sorted(rows, page.sort).into_iter())
    });
    Ok(answer(api, &rows))
}

pub fn adjacent(api: &Api, query: &Query) -> Result<Transactions, Failure> {
    let hash = query.hash("hash")?.ok_or_else(|| Failure::unprocessable("hash is required"))?;
    let direction = query.direction()?;
    let rows = api.look(|index| {
        let Some(it) = index.ledger.transaction(&hash) else { return Vec::new() };
        let near = messages(it, direction).map(Message::hash);
        let near = near.flat_map(|hash| index.ledger.with_message(&hash));
        let near = near.filter(|other| other.hash != it.hash && index.shows(other));
        sorted(near.cloned().collect(), Sort::Ascending)
    });
    Ok(answer(api, &rows))
}

/// Emulated ones, and those in a shard block that awaits its masterchain block.
pub fn pending(api: &Api, query: &Query) -> Result<Transactions, Failure> {
    let accounts = query.addresses("account")?;
    let traces = query.hashes("trace_id")?;
    if accounts.is_empty() && traces.is_empty() {
        return Err(Failure::unprocessable("at least 1 account address required"));
    }
    let fits = |it: &&Arc<Transaction>| {
        let names = [it.trace.id, it.trace.external_hash, it.trace.external_hash_norm];
        accounts.contains(&it.account) || names.iter().any(|name| traces.contains(name))
    };
    let rows = api.look(|index| unsettled(index).filter(fits).cloned().collect::<Vec<_>>());
    if rows.is_empty() {
        return Err(Failure::new(StatusCode::NOT_FOUND, "emulated traces not found"));
    }
    Ok(answer(api, &rows))
}

pub fn unsettled<'a>(index: &'a Index) -> impl Iterator<Item = &'a Arc<Transaction>> {
    let waiting = index.ledger.mempool().iter().flat_map(|waiting| &waiting.emulated);
    index.ledger.confirmed().iter().chain(waiting)
}

pub fn finality(api: &Api, it: &Transaction) -> Status {
    api.chain.read(|ledger| ledger.status(it))
}

fn answer(api: &Api, rows: &[Arc<Transaction>]) -> Transactions {
    let addresses: BTreeSet<StdAddr> = participants(rows.iter().map(AsRef::as_ref));
    Transactions {
        transactions: rows.iter().map(|it| view::Transaction::new(it, finality(api, it))).collect(),
        address_book: address_book(api, &addresses),
    }
}

fn messages(it: &Transaction, direction: Option<Direction>) -> impl Iterator<Item = &Message> {
    let received = it.in_msg.iter().filter(move |_| direction != Some(Direction::Out));
    let sent = it.out_msgs.iter().filter(move |_| direction != Some(Direction::In));
    received.chain(sent)
}

/// By logical time; where that is equal, by address, whichever way time is sorted.
fn sorted(mut rows: Vec<Arc<Transaction>>, sort: Sort) -> Vec<Arc<Transaction>> {
    rows.sort_by(|a, b| {
        let by_lt = a.lt.cmp(&b.lt);
        let by_lt = if sort == Sort::Descending { by_lt.reverse() } else { by_lt };
        by_lt.then_with(|| a.account.cmp(&b.account))
    });
    rows.dedup_by(|a, b| a.hash == b.hash);
    rows
}

impl Filter {
    fn read(query: &Query) -> Result<Self, Failure> {
        let lt = match query.number("lt")? {
            Some(lt) => Window { start: lt, end: lt },
            None => query.window("start_lt", "end_lt")?,
        };
        Ok(Self {
            accounts: query.addresses("account")?,
            excluded: query.addresses("exclude_account")?,
            hashes: query.hashes("hash")?,
            workchain: query.signed("workchain")?,
            shard: query.shard("shard")?,
            seqno: query.seqno("seqno")?,
            mc_seqno: query.seqno("mc_seqno")?,
            lt,
            utime: query.window("start_utime", "end_utime")?,
        })
    }

    fn select(&self, index: &Index, page: Page) -> Vec<Arc<Transaction>> {
        let fits = |it: &&Arc<Transaction>| index.shows(it) && self.admits(it);
        if let Some(rows) = self.few(index, page) {
            let rows = rows.into_iter().filter(|it| fits(&it)).collect();
            return page.of(sorted(rows, page.sort).into_iter());
        }
        let all = self.slice(index);
        match page.sort {
            Sort::Ascending => page.of(all.iter().filter(fits).cloned()),
            Sort::Descending => page.of(all.iter().rev().filter(fits).cloned()),
        }
    }

    /// Candidates that can be found without looking at everything.
    fn few(&self, index: &Index, page: Page) -> Option<Vec<Arc<Transaction>>> {
        let ledger = index.ledger;
        if !self.hashes.is_empty() {
            let found = self.hashes.iter().filter_map(|hash| ledger.transaction(hash));
            return Some(found.cloned().collect());
        }
        if !self.accounts.is_empty() {
            let accounts: BTreeSet<_> = self.accounts.iter().collect();
            return Some(accounts.into_iter().flat_map(|it| self.of(it, index, page)).collect());
        }
        let seqno = self.seqno.or(self.mc_seqno.map(|seqno| seqno.saturating_sub(1)))?;
        Some(ledger.block(seqno).map_or_else(Vec::new, |block| ledger.in_block(&block).to_vec()))
    }

    /// As many of one account as the page can need.
    fn of(&self, account: &StdAddr, index: &Index, page: Page) -> Vec<Arc<Transaction>> {
        let fits = |it: &&Arc<Transaction>| index.shows(it) && self.admits(it);
        let all = index.ledger.of_account_since(account, self.lt.start);
        let enough = page.offset.saturating_add(page.limit);
        match page.sort {
            Sort::Ascending => all.filter(fits).take(enough).cloned().collect(),
            Sort::Descending => all.rev().filter(fits).take(enough).cloned().collect(),
        }
    }

    fn slice<'a>(&self, index: &'a Index) -> &'a [Arc<Transaction>] {
        let all = index.transactions();
        let first = all.partition_point(|it| it.lt < self.lt.start);
        let last = all.partition_point(|it| it.lt <= self.lt.end);
        &all[first..last.max(first)]
    }

    fn admits(&self, it: &Transaction) -> bool {
        (self.accounts.is_empty() || self.accounts.contains(&it.account))
            && !self.excluded.contains(&it.account)
            && (self.hashes.is_empty() || self.hashes.contains(&it.hash))
            && self.workchain.is_none_or(|wanted| wanted == i64::from(it.account.workchain))
            && self.shard.is_none_or(|wanted| wanted == 1 << 63)
            && self.seqno.is_none_or(|wanted| wanted == it.seqno)
            && self.mc_seqno.is_none_or(|wanted| wanted == it.seqno + 1)
            && self.lt.contains(it.lt)
            && self.utime.contains(u64::from(it.now()))
    }
}
