//! Messages, each once, with the transactions that sent and received it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;
use tycho_types::cell::HashBytes;
use tycho_types::models::{MsgInfo, StdAddr};

use super::book::{AddressBook, Metadata, address_book, metadata};
use super::encode::Hash;
use super::query::{Direction, Query, Sort, Window};
use super::{Api, Failure, view};
use crate::chain::{Message, Transaction};

#[derive(Debug, Serialize)]
pub struct Messages {
    messages: Vec<view::Message>,
    address_book: AddressBook,
    metadata: Metadata,
}

/// `null` in a query means a message from, or to, the outside world.
enum End {
    Outside,
    Account(StdAddr),
}

struct Filter {
    hashes: Vec<HashBytes>,
    body: Option<HashBytes>,
    opcode: Option<u32>,
    source: Option<End>,
    destination: Option<End>,
    utime: Window,
    lt: Window,
    has_window: bool,
    direction: Option<Direction>,
    exclude_externals: bool,
    only_externals: bool,
}

/// A message and where it was seen.
struct Found {
    message: Message,
    received_by: Option<HashBytes>,
    sent_by: Option<HashBytes>,
}

pub fn messages(api: &Api, query: &Query) -> Result<Messages, Failure> {
    let filter = Filter::read(query)?;
    let page = query.page()?;
    let rows: Vec<Arc<Transaction>> = api.look(|index| {
        if filter.hashes.is_empty() {
            return index.transactions().to_vec();
        }
        let rows = filter.hashes.iter().flat_map(|hash| index.ledger.with_message(hash));
        rows.filter(|row| index.shows(row)).cloned().collect()
    });
    let mut found: Vec<Found> =
        collect(&rows).into_values().filter(|it| filter.admits(it)).collect();
    found.sort_by_key(|it| (created(&it.message), it.message.hash()));
    if page.sort == Sort::Descending {
        found.reverse();
    }
    let found = page.of(found.into_iter());
    let ends = found.iter().flat_map(|it| [it.message.source(), it.message.destination()]);
    let addresses: BTreeSet<StdAddr> = ends.flatten().cloned().collect();
    Ok(Messages {
        messages: found.iter().map(Found::view).collect(),
        address_book: address_book(api, &addresses),
        metadata: metadata(api, &addresses),
    })
}

fn collect(rows: &[Arc<Transaction>]) -> BTreeMap<HashBytes, Found> {
    let mut found: BTreeMap<HashBytes, Found> = BTreeMap::new();
    let mut entry = |message: &Message, by: HashBytes, is_received: bool| {
        let it = found.entry(message.hash()).or_insert_with(|| Found {
            message: message.clone(),
            received_by: None,
            sent_by: None,
        });
        let place = if is_received { &mut it.received_by } else { &mut it.sent_by };
        *place = Some(by);
    };
    for row in rows {
        row.in_msg.iter().for_each(|message| entry(message, row.hash, true));
        row.out_msgs.iter().for_each(|message| entry(message, row.hash, false));
    }
    found
}

/// `None` for external messages, which do not say.
fn created(message: &Message) -> Option<(u64, u32)> {
    match &message.info {
        MsgInfo::Int(info) => Some((info.created_lt, info.created_at)),
        MsgInfo::ExtOut(info) => Some((info.created_lt, info.created_at)),
        MsgInfo::ExtIn(_) => None,
    }
}

impl Found {
    fn view(&self) -> view::Message {
        let mut view = view::Message::new(&self.message);
        view.in_msg_tx_hash = self.received_by.map(Hash);
        view.out_msg_tx_hash = self.sent_by.map(Hash);
        view
    }
}

impl Filter {
    fn read(query: &Query) -> Result<Self, Failure> {
        let windows = ["start_utime", "end_utime", "start_lt", "end_lt"];
        let end = |key| match query.text(key) {
            Some("null") => Ok(Some(End::Outside)),
            _ => query.address(key).map(|address| address.map(End::Account)),
        };
        Ok(Self {
            hashes: [query.hashes("msg_hash")?, query.hashes("hash")?].concat(),
            body: query.hash("body_hash")?,
            opcode: query.opcode("opcode")?,
            source: end("source")?,
            destination: end("destination")?,
            utime: query.window("start_utime", "end_utime")?,
            lt: query.window("start_lt", "end_lt")?,
            has_window: windows.iter().any(|key| query.text(key).is_some()),
            direction: query.direction()?,
            exclude_externals: query.flag("exclude_externals")?.unwrap_or(false),
            only_externals: query.flag("only_externals")?.unwrap_or(false),
        })
    }

    fn admits(&self, it: &Found) -> bool {
        let message = &it.message;
        let created = created(message);
        let in_window = created.map_or(!self.has_window, |(lt, at)| {
            self.lt.contains(lt) && self.utime.contains(u64::from(at))
        });
        let in_direction = match self.direction {
            None => true,
            Some(Direction::In) => it.received_by.is_some(),
            Some(Direction::Out) => it.sent_by.is_some(),
        };
        let names = [message.hash(), message.normalized_hash()];
        in_window
            && in_direction
            && (self.hashes.is_empty() || names.iter().any(|name| self.hashes.contains(name)))
            && self.body.is_none_or(|hash| *message.body.repr_hash() == hash)
            && self.opcode.is_none_or(|opcode| message.opcode() == Some(opcode))
            && ends_at(self.source.as_ref(), message.source())
            && ends_at(self.destination.as_ref(), message.destination())
            && !(self.exclude_externals && created.is_none())
            && !(self.only_externals && created.is_some())
    }
}

fn ends_at(wanted: Option<&End>, found: Option<&StdAddr>) -> bool {
    match wanted {
        None => true,
        Some(End::Outside) => found.is_none(),
        Some(End::Account(address)) => found == Some(address),
    }
}
