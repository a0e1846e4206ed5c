//! The stories. Each is told on SQLite and on Postgres, in a world of its own.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod architecture;
mod bad_days;
mod crash;
mod hostile;
mod invoices;
mod linking;
mod login;
mod odd_money;
mod payments;
mod rates;
mod requests;
