//! The chain on disk: one SQLite file, one database transaction per block. A block is visible only
//! after it is stored, so what anybody has seen survives a crash.

use std::collections::HashMap;
use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteRow, SqliteSynchronous};
use sqlx::{Connection, Row, SqliteConnection};
use tycho_types::boc::{Boc, BocRepr};
use tycho_types::cell::{Cell, HashBytes};
use tycho_types::models::{ShardAccount, StdAddr};

use super::execute::{Outcome, Queued};
use super::ledger::{Head, Ledger};
use super::message::Message;
use super::transaction::{Place, State, Trace, Transaction};
use super::{Error, HEAD_STRIDE, address};

const SCHEMA: &str = "
create table if not exists head (
    id integer primary key check (id = 1),
    network integer not null,
    seqno integer not null,
    utime integer not null
) strict;
create table if not exists accounts (
    address text primary key,
    boc blob not null
) strict;
create table if not exists transactions (
    position integer primary key,
    seqno integer not null,
    account text not null,
    trace_id blob not null,
    external_hash blob not null,
    external_hash_norm blob not null,
    balance text not null,
    code_hash blob,
    data_hash blob,
    frozen_hash blob,
    boc blob not null
) strict;
create table if not exists queue (
    position integer primary key,
    trace_id blob,
    external_hash blob,
    external_hash_norm blob,
    boc blob not null
) strict;
";

#[derive(Debug)]
pub(super) struct Store {
    connection: SqliteConnection,
    network: i32,
    /// The head as stored, which may be a few empty blocks behind the chain's.
    stored: Option<Head>,
    queue_is_empty: bool,
}

impl Store {
    pub async fn open(path: &Path, network: i32) -> Result<Self, Error> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let mut connection = SqliteConnection::connect_with(&options).await?;
        sqlx::raw_sql(SCHEMA).execute(&mut connection).await?;
        Ok(Self { connection, network, stored: None, queue_is_empty: false })
    }

    /// The chain as it was, or `None` when the file is new.
    pub async fn load(&mut self) -> Result<Option<Ledger>, Error> {
        let row = sqlx::query("select network, seqno, utime from head")
            .fetch_optional(&mut self.connection)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let found: i32 = row.try_get("network")?;
        if found != self.network {
            return Err(Error::OtherNetwork { found, wanted: self.network });
        }
        let stored = Head { seqno: row.try_get("seqno")?, utime: row.try_get("utime")? };
        self.stored = Some(stored);
        let accounts = self.accounts().await?;
        let transactions = self.transactions().await?;
        let rest = sqlx::query("select * from queue order by position")
            .fetch_all(&mut self.connection)
            .await?;
        let rest = rest.iter().map(queued).collect::<Result<_, _>>()?;
        let head = Head { seqno: stored.seqno + HEAD_STRIDE, ..stored };
        Ok(Some(Ledger::restore(head, accounts, transactions, rest)))
    }

    /// Writes one block. Empty ones are written now and then, so that the number of the next block
    /// after a crash is always a new one.
    pub async fn save(&mut self, head: Head, outcome: &Outcome) -> Result<(), Error> {
        let is_empty = outcome.transactions.is_empty() && outcome.rest.is_empty();
        let is_near = self.stored.is_some_and(|stored| head.seqno - stored.seqno < HEAD_STRIDE);
        if is_empty && is_near && self.queue_is_empty {
            return Ok(());
        }
        let mut tx = self.connection.begin().await?;
        write_head(&mut tx, self.network, head).await?;
        for (address, state) in &outcome.accounts {
            write_account(&mut tx, address, state.as_ref()).await?;
        }
        for transaction in &outcome.transactions {
            write_transaction(&mut tx, transaction).await?;
        }
        sqlx::query("delete from queue").execute(&mut *tx).await?;
        for queued in &outcome.rest {
            write_queued(&mut tx, queued).await?;
        }
        tx.commit().await?;
        self.stored = Some(head);
        self.queue_is_empty = outcome.rest.is_empty();
        Ok(())
    }

    async fn accounts(&mut self) -> Result<HashMap<StdAddr, ShardAccount>, Error> {
        let rows = sqlx::query("select address, boc from accounts")
            .fetch_all(&mut self.connection)
            .await?;
        let mut accounts = HashMap::with_capacity(rows.len());
        for row in rows {
            let state = BocRepr::decode::<ShardAccount, _>(row.try_get::<&[u8], _>("boc")?)
                .map_err(|error| Error::Damaged(error.to_string()))?;
            accounts.insert(address(&row, "address")?, state);
        }
        Ok(accounts)
    }

    async fn transactions(&mut self) -> Result<Vec<Transaction>, Error> {
        let rows = sqlx::query("select * from transactions order by position")
            .fetch_all(&mut self.connection)
            .await?;
        let mut states: HashMap<StdAddr, State> = HashMap::new();
        let mut transactions = Vec::with_capacity(rows.len());
        for row in &rows {
            let transaction = transaction(row, &states)?;
            states.insert(transaction.account.clone(), transaction.after.clone());
            transactions.push(transaction);
        }
        Ok(transactions)
    }
}

async fn write_head(db: &mut SqliteConnection, network: i32, head: Head) -> sqlx::Result<()> {
    sqlx::query(
        "insert into head (id, network, seqno, utime) values (1, $1, $2, $3)
         on conflict (id) do update set seqno = excluded.seqno, utime = excluded.utime",
    )
    .bind(network)
    .bind(head.seqno)
    .bind(head.utime)
    .execute(db)
    .await?;
    Ok(())
}

async fn write_account(
    db: &mut SqliteConnection,
    address: &StdAddr,
    state: Option<&ShardAccount>,
) -> Result<(), Error> {
    let name = address::raw(address);
    let Some(state) = state else {
        sqlx::query("delete from accounts where address = $1").bind(name).execute(db).await?;
        return Ok(());
    };
    sqlx::query(
        "insert into accounts (address, boc) values ($1, $2)
         on conflict (address) do update set boc = excluded.boc",
    )
    .bind(name)
    .bind(BocRepr::encode(state)?)
    .execute(db)
    .await?;
    Ok(())
}

async fn write_transaction(db: &mut SqliteConnection, it: &Transaction) -> Result<(), Error> {
    sqlx::query(
        "insert into transactions (seqno, account, trace_id, external_hash, external_hash_norm,
             balance, code_hash, data_hash, frozen_hash, boc)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(it.seqno)
    .bind(address::raw(&it.account))
    .bind(it.trace.id.as_slice())
    .bind(it.trace.external_hash.as_slice())
    .bind(it.trace.external_hash_norm.as_slice())
    .bind(it.after.balance.to_string())
    .bind(it.after.code_hash.as_ref().map(HashBytes::as_slice))
    .bind(it.after.data_hash.as_ref().map(HashBytes::as_slice))
    .bind(it.after.frozen_hash.as_ref().map(HashBytes::as_slice))
    .bind(Boc::encode(&it.cell))
    .execute(db)
    .await?;
    Ok(())
}

async fn write_queued(db: &mut SqliteConnection, it: &Queued) -> Result<(), Error> {
    let trace = it.trace.as_ref();
    sqlx::query(
        "insert into queue (trace_id, external_hash, external_hash_norm, boc)
         values ($1, $2, $3, $4)",
    )
    .bind(trace.map(|trace| trace.id.as_slice()))
    .bind(trace.map(|trace| trace.external_hash.as_slice()))
    .bind(trace.map(|trace| trace.external_hash_norm.as_slice()))
    .bind(Boc::encode(&it.message.cell))
    .execute(db)
    .await?;
    Ok(())
}

fn transaction(row: &SqliteRow, states: &HashMap<StdAddr, State>) -> Result<Transaction, Error> {
    let account = address(row, "account")?;
    let cell = cell(row)?;
    let raw = cell.parse::<tycho_types::models::Transaction>()?;
    let before = match states.get(&account) {
        Some(state) if raw.prev_trans_lt != 0 => state.clone(),
        _ => State::absent(),
    };
    let balance: &str = row.try_get("balance")?;
    let after = State {
        hash: raw.state_update.load()?.new,
        status: raw.end_status,
        balance: balance.parse().map_err(|_| Error::Damaged("a balance".to_owned()))?,
        code_hash: hash(row, "code_hash")?,
        data_hash: hash(row, "data_hash")?,
        frozen_hash: hash(row, "frozen_hash")?,
    };
    let trace = trace(row)?.ok_or_else(|| Error::Damaged("a trace".to_owned()))?;
    let place = Place { seqno: row.try_get("seqno")?, trace, emulated: false };
    Ok(Transaction::read(account, cell, before, after, place)?)
}

fn queued(row: &SqliteRow) -> Result<Queued, Error> {
    Ok(Queued { message: Message::parse(&cell(row)?)?, trace: trace(row)? })
}

fn trace(row: &SqliteRow) -> Result<Option<Trace>, Error> {
    let id = hash(row, "trace_id")?;
    let (plain, norm) = (hash(row, "external_hash")?, hash(row, "external_hash_norm")?);
    Ok(id.zip(plain).zip(norm).map(|((id, external_hash), external_hash_norm)| Trace {
        id,
        external_hash,
        external_hash_norm,
    }))
}

fn address(row: &SqliteRow, column: &str) -> Result<StdAddr, Error> {
    let text: &str = row.try_get(column)?;
    address::parse(text).ok_or_else(|| Error::Damaged(format!("address {text}")))
}

fn cell(row: &SqliteRow) -> Result<Cell, Error> {
    let boc: &[u8] = row.try_get("boc")?;
    Boc::decode(boc).map_err(|error| Error::Damaged(error.to_string()))
}

fn hash(row: &SqliteRow, column: &str) -> Result<Option<HashBytes>, Error> {
    let bytes: Option<&[u8]> = row.try_get(column)?;
    bytes
        .map(|bytes| bytes.try_into().map(HashBytes).map_err(|_| Error::Damaged(column.to_owned())))
        .transpose()
}
