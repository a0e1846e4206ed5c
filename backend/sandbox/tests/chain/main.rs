//! What the chain promises, told with people and their wallets.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may stop here")]

mod support;
mod transfers;
