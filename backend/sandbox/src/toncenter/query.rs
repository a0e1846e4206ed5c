//! Reading toncenter's query strings: lists are repeated keys, hashes and addresses come in every
//! form, and what cannot be read is 422 with the words its own decoder uses.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use tycho_types::cell::HashBytes;
use tycho_types::models::StdAddr;
use url::form_urlencoded;

use super::Failure;
use crate::chain::address;

const DEFAULT_LIMIT: usize = 10;
const MAX_LIMIT: usize = 1000;

#[derive(Debug, Clone, Default)]
pub struct Query(Vec<(String, String)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Ascending,
    Descending,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    In,
    Out,
}

/// An inclusive window.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    pub start: u64,
    pub end: u64,
}

/// Which part of the rows to answer.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    pub limit: usize,
    pub offset: usize,
    pub sort: Sort,
    /// Whether the caller asked for this order.
    pub is_sorted: bool,
}

impl Window {
    #[must_use]
    pub fn contains(&self, value: u64) -> bool {
        (self.start..=self.end).contains(&value)
    }
}

impl Page {
    /// Cuts the page out of rows that are in the right order.
    pub fn of<T>(&self, rows: impl Iterator<Item = T>) -> Vec<T> {
        rows.skip(self.offset).take(self.limit).collect()
    }
}

impl Query {
    #[must_use]
    pub fn parse(raw: &str) -> Self {
        Self(form_urlencoded::parse(raw.as_bytes()).into_owned().collect())
    }

    pub fn text(&self, key: &str) -> Option<&str> {
        let found = self.0.iter().find(|(name, value)| name == key && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }

    fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        let pairs = self.0.iter().filter(move |(name, value)| name == key && !value.is_empty());
        pairs.map(|(_, value)| value.as_str())
    }

    pub fn number(&self, key: &str) -> Result<Option<u64>, Failure> {
        self.text(key).map(|text| text.parse().map_err(|_| unreadable(key))).transpose()
    }

    /// A block number; one that cannot be is never found.
    pub fn seqno(&self, key: &str) -> Result<Option<u32>, Failure> {
        Ok(self.number(key)?.map(|number| u32::try_from(number).unwrap_or(u32::MAX)))
    }

    pub fn signed(&self, key: &str) -> Result<Option<i64>, Failure> {
        self.text(key).map(|text| text.parse().map_err(|_| unreadable(key))).transpose()
    }

    pub fn flag(&self, key: &str) -> Result<Option<bool>, Failure> {
        let read = |text: &str| match text {
            "1" | "t" | "true" | "True" | "TRUE" => Ok(true),
            "0" | "f" | "false" | "False" | "FALSE" => Ok(false),
            _ => Err(unreadable(key)),
        };
        self.text(key).map(read).transpose()
    }

    pub fn shard(&self, key: &str) -> Result<Option<u64>, Failure> {
        let read = |text: &str| {
            let text = text.strip_prefix("0x").unwrap_or(text);
            u64::from_str_radix(text, 16).map_err(|_| unreadable(key))
        };
        self.text(key).map(read).transpose()
    }

    pub fn address(&self, key: &str) -> Result<Option<StdAddr>, Failure> {
        let read = |text| address::parse(text).ok_or_else(|| unreadable(key));
        self.text(key).map(read).transpose()
    }

    pub fn addresses(&self, key: &str) -> Result<Vec<StdAddr>, Failure> {
        let read = |(at, text)| address::parse(text).ok_or_else(|| unreadable_at(key, at));
        self.all(key).enumerate().map(read).collect()
    }

    pub fn hash(&self, key: &str) -> Result<Option<HashBytes>, Failure> {
        let read = |text| hash(text).ok_or_else(|| unreadable(key));
        self.text(key).map(read).transpose()
    }

    pub fn hashes(&self, key: &str) -> Result<Vec<HashBytes>, Failure> {
        let read = |(at, text)| hash(text).ok_or_else(|| unreadable_at(key, at));
        self.all(key).enumerate().map(read).collect()
    }

    /// In hex, or as a signed decimal.
    pub fn opcode(&self, key: &str) -> Result<Option<u32>, Failure> {
        let read = |text: &str| {
            let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
            let number = u32::from_str_radix(hex.unwrap_or(text), 16).ok();
            let signed = || text.parse::<i32>().ok().map(i32::cast_unsigned);
            number.or_else(signed).ok_or_else(|| unreadable(key))
        };
        self.text(key).map(read).transpose()
    }

    pub fn direction(&self) -> Result<Option<Direction>, Failure> {
        match self.text("direction") {
            None => Ok(None),
            Some("in") => Ok(Some(Direction::In)),
            Some("out") => Ok(Some(Direction::Out)),
            Some(_) => Err(Failure::unprocessable("direction should be one of: in, out")),
        }
    }

    pub fn window(&self, start: &str, end: &str) -> Result<Window, Failure> {
        let start = self.number(start)?.unwrap_or(0);
        Ok(Window { start, end: self.number(end)?.unwrap_or(u64::MAX) })
    }

    pub fn page(&self) -> Result<Page, Failure> {
        let positive = |number: i64| usize::try_from(number).unwrap_or(0);
        let limit = self.signed("limit")?.map_or(DEFAULT_LIMIT, |limit| positive(limit).max(1));
        if limit > MAX_LIMIT {
            let message = format!("limit is not allowed: {limit} > {MAX_LIMIT}");
            return Err(Failure::unprocessable(message));
        }
        let offset = self.signed("offset")?.map_or(0, positive);
        let sort = self.text("sort").map(str::to_lowercase);
        let is_sorted = sort.is_some();
        let sort = match sort.as_deref() {
            None | Some("desc" | "d") => Sort::Descending,
            Some("asc" | "a") => Sort::Ascending,
            Some(_) => return Err(Failure::unprocessable("wrong value for sort parameter")),
        };
        Ok(Page { limit, offset, sort, is_sorted })
    }
}

/// Hex, base64 or base64url.
#[must_use]
pub fn hash(text: &str) -> Option<HashBytes> {
    let bytes = match text.len() {
        64 | 66 => hex::decode(text.strip_prefix("0x").unwrap_or(text)).ok()?,
        44 => {
            // A plus sign that nobody escaped has become a space on its way here.
            let text = text.replace(' ', "+");
            BASE64_STANDARD.decode(&text).or_else(|_| BASE64_URL_SAFE.decode(&text)).ok()?
        }
        _ => return None,
    };
    bytes.as_slice().try_into().ok().map(HashBytes)
}

fn unreadable(key: &str) -> Failure {
    Failure::unprocessable(format!("failed to decode: schema: error converting value for {key:?}"))
}

fn unreadable_at(key: &str, at: usize) -> Failure {
    let problem = format!("schema: error converting value for index {at} of {key:?}");
    Failure::unprocessable(format!("failed to decode: {problem}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_reads_the_same_in_every_form() {
        let wanted = HashBytes([0xFB; 32]);
        for text in [
            "fbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfb",
            "+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=",
            "-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s=",
            " /v7 /v7 /v7 /v7 /v7 /v7 /v7 /v7 /v7 /v7 /s=",
        ] {
            assert_eq!(hash(text), Some(wanted), "{text}");
        }
        assert_eq!(hash("fb"), None);
    }

    #[test]
    fn repeated_keys_are_a_list_and_commas_are_not() {
        let zero = "0:0000000000000000000000000000000000000000000000000000000000000000";
        let query = Query::parse(&format!("account={zero}&account={zero}"));
        assert_eq!(query.addresses("account").unwrap().len(), 2);
        let query = Query::parse(&format!("account={zero},{zero}"));
        assert_eq!(query.addresses("account").unwrap_err().status(), 422);
    }

    #[test]
    fn pages_have_a_default_and_a_limit() {
        let page = Query::parse("").page().unwrap();
        assert_eq!((page.limit, page.offset, page.sort), (10, 0, Sort::Descending));
        assert_eq!(Query::parse("limit=1000").page().unwrap().limit, 1000);
        assert_eq!(Query::parse("limit=0").page().unwrap().limit, 1);
        let failure = Query::parse("limit=1001").page().unwrap_err();
        assert_eq!(failure.to_string(), "limit is not allowed: 1001 > 1000");
        assert!(Query::parse("sort=up").page().is_err());
    }

    #[test]
    fn opcodes_are_hex_or_signed() {
        for text in ["opcode=0xd53276db", "opcode=d53276db", "opcode=-718113061"] {
            assert_eq!(Query::parse(text).opcode("opcode").unwrap(), Some(0xd532_76db), "{text}");
        }
    }
}
