//! The stories. Each is told on SQLite and on Postgres, in a world of its own.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod architecture;
mod bad_days;
mod crash;
mod develop;
mod hostile;
mod invoices;
mod keys;
mod linking;
mod login;
mod odd_money;
mod payments;
mod rates;
mod refunds;
mod requests;
mod stars;
mod unmatched;
mod webhook_endpoints;
mod webhooks;
