//! How toncenter writes things: numbers as strings, hashes in base64, addresses raw in upper case.

use std::fmt::{self, Display};
use std::hash::RandomState;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Serialize, Serializer};
use tycho_types::boc::ser::BocHeader;
use tycho_types::cell::{Cell, HashBytes};
use tycho_types::models::{AccountStatus, StdAddr};

use crate::chain::address;

/// A number in quotes, since JSON's have no room for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quoted<T>(pub T);

/// A hash in base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hash(pub HashBytes);

/// An address as `0:ABC…`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Raw(pub StdAddr);

/// A cell as a bag of cells in base64.
#[derive(Debug, Clone)]
pub struct Boc(pub Cell);

/// `0x0f8a7ea5`.
#[derive(Debug, Clone, Copy)]
pub struct Opcode(pub u32);

/// Other currencies than the coin; the sandbox has none.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ExtraCurrencies {}

pub fn status(status: AccountStatus) -> &'static str {
    match status {
        AccountStatus::Uninit => "uninit",
        AccountStatus::Frozen => "frozen",
        AccountStatus::Active => "active",
        AccountStatus::NotExists => "nonexist",
    }
}

/// With a checksum, as the indexer writes it.
pub fn boc(cell: &Cell) -> String {
    let mut bytes = Vec::new();
    BocHeader::<RandomState>::with_root(cell.as_ref()).with_crc(true).encode(&mut bytes);
    BASE64_STANDARD.encode(bytes)
}

impl<T: Display> Serialize for Quoted<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_STANDARD.encode(self.0.as_slice()))
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&address::raw(&self.0))
    }
}

impl Serialize for Boc {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&boc(&self.0))
    }
}

impl Serialize for Opcode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:#010x}", self.0))
    }
}
