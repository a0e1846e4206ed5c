//! Which folder names which table in its statements: a table is written by the domain it belongs to, and a
//! new reader from elsewhere is a decision, not an accident.

use std::collections::{BTreeMap, BTreeSet};

use super::{Statement, tests::memory};

/// The tables that more than one domain names: who writes each, and who else reads it. What is announced is
/// written as it commits, so `db` has its hand in the feed and in what is to be told of it.
const TABLES: &[(&str, &[&str], &[&str])] = &[
    ("accounts", &["db", "events"], &[]),
    ("cryptobot_invoices", &["cryptobot", "invoices"], &[]),
    ("deliveries", &["bot", "db", "deliver", "events"], &[]),
    ("events", &["db", "events"], &["deliver", "webhooks"]),
    ("intents", &["payments"], &["cryptobot", "invoices", "refunds", "reports", "unmatched"]),
    ("invoices", &["invoices"], &["cryptobot", "refunds", "reports", "unmatched"]),
    ("payout_wallets", &["merchants"], &["follow", "payments", "refunds", "unmatched"]),
    ("people", &["identity"], &["merchants", "wallets"]),
    ("refunds", &["refunds"], &["reports", "unmatched"]),
    ("transfers", &["payments"], &["cryptobot", "invoices", "refunds", "reports", "unmatched"]),
    ("wallets", &["wallets"], &["follow", "invoices", "payments", "refunds", "unmatched"]),
    ("watched", &["follow"], &["invoices", "payments", "refunds"]),
    ("webhook_deliveries", &["db", "webhooks"], &[]),
    ("webhooks", &["webhooks"], &["db"]),
];

type Uses = BTreeMap<String, BTreeSet<String>>;

/// The tables a statement names after these words.
fn named<'s>(sql: &'s str, after: &'s [&str]) -> impl Iterator<Item = &'s str> {
    let words: Vec<&str> = sql.split_whitespace().collect();
    let found: Vec<&str> = words
        .windows(2)
        .filter(|pair| after.contains(&pair[0].trim_start_matches('(')))
        .map(|pair| pair[1].trim_matches(|c: char| !c.is_alphanumeric() && c != '_'))
        .collect();
    found.into_iter()
}

/// The domain of a statement, a folder in its wing; what only tests say is nobody's.
fn folder(at: &str) -> Option<&str> {
    let inside = at.split("backend/src/").nth(1)?;
    let of_tests =
        ["tests.rs:", "trials.rs:", "harness.rs:"].iter().any(|name| inside.contains(name));
    inside.split('/').nth(1).filter(|_| !of_tests)
}

fn listed(of: impl Fn(&(&str, &[&str], &[&str])) -> Vec<String>) -> Uses {
    let all = TABLES.iter().map(|line| (line.0.to_owned(), of(line).into_iter().collect()));
    all.filter(|(_, folders): &(String, BTreeSet<String>)| !folders.is_empty()).collect()
}

#[tokio::test]
async fn tables_are_named_where_they_belong() {
    let db = memory().await;
    let mut tx = db.begin().await.unwrap();
    let super::Engine::Sqlite(connection) = &mut tx.engine else { unreachable!() };
    let tables: Vec<(String,)> =
        sqlx::query_as("select name from sqlite_master where type = 'table'")
            .fetch_all(&mut **connection)
            .await
            .unwrap();
    let is_table = |name: &str| tables.iter().any(|(table,)| table == name);
    let (mut written, mut read) = (Uses::new(), Uses::new());
    for Statement { at, sql } in inventory::iter::<Statement> {
        let Some(folder) = folder(at) else { continue };
        for table in named(sql, &["into", "update"]).filter(|name| is_table(name)) {
            written.entry(table.to_owned()).or_default().insert(folder.to_owned());
        }
        let mut reads: Vec<&str> =
            named(sql, &["from", "join"]).filter(|name| is_table(name)).collect();
        if sql.trim_start().starts_with("delete from") {
            let gone = reads.remove(0);
            written.entry(gone.to_owned()).or_default().insert(folder.to_owned());
        }
        for table in reads {
            read.entry(table.to_owned()).or_default().insert(folder.to_owned());
        }
    }
    for (table, folders) in &mut read {
        folders.retain(|folder| !written.get(table).is_some_and(|own| own.contains(folder)));
    }
    read.retain(|_, folders| !folders.is_empty());
    // What one domain alone writes and reads is its own affair.
    written.retain(|table, folders| folders.len() > 1 || read.contains_key(table));
    let words = |folders: &[&str]| folders.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(written, listed(|line| words(line.1)), "who writes");
    assert_eq!(read, listed(|line| words(line.2)), "who reads besides");
    for (table, ..) in TABLES {
        assert!(is_table(table), "{table} is no table");
    }
}
