//! What the chain and its indexer promise, told with people and their wallets.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may stop here")]

mod getters;
mod indexer;
mod jettons;
mod rent;
mod restart;
mod support;
mod traffic;
mod transfers;
