//! The stories. Each is told on SQLite and on Postgres, in a world of its own.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod architecture;
mod assets;
mod bad_days;
mod clocks;
mod crash;
mod crowds;
mod cryptobot;
mod database;
mod develop;
mod fiat_life;
mod hostile;
mod invoices;
mod keys;
mod lies;
mod linking;
mod login;
mod members;
mod memos;
mod mishaps;
mod names;
mod odd_money;
mod once;
mod paid_message;
mod pay_page;
mod payments;
mod rates;
mod receipts;
mod refunds;
mod reports;
mod requests;
mod rescan;
mod restore;
mod sessions;
mod stars;
mod takeover;
mod unmatched;
mod vouched;
mod webhook_endpoints;
mod webhooks;
