//! TON for payments: the words, the codecs, the proofs, and a client for the toncenter indexer.
//! No database and no web server; everything except [`toncenter::Client`] is pure.
//!
//! A tour, in reading order:
//!
//! - [`address`] and [`network`]: who, and on which chain.
//! - [`boc`]: the gate that all foreign cells pass.
//! - [`comment`], [`reference`] and [`jetton`]: what a message says.
//! - [`message`]: what we ask a wallet to sign.
//! - [`transfer`]: the heart. Is this transaction money for us, how much, and from whom?
//! - [`proof`] and [`wallet_code`]: whose address is this? TON Connect's `ton_proof`.
//! - [`toncenter`]: reading the chain over HTTP.
//!
//! One rule runs through it: tonlib-core *writes* cells from our own data (in one private module),
//! tycho-types *reads* everything that others made.

pub mod address;
pub mod boc;
pub mod comment;
pub mod jetton;
mod json;
pub mod message;
pub mod network;
pub mod proof;
pub mod reference;
pub mod toncenter;
pub mod transfer;
pub mod wallet_code;
mod writer;

pub use address::Address;
pub use comment::Comment;
pub use network::Network;
pub use reference::Reference;
