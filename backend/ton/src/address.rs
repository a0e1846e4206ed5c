//! An account's address: a workchain and a 32-byte hash, with one canonical text.
//!
//! People and wallets write the same address in many ways (TEP-2); [`Address::parse`] reads them
//! all and says which it was. Stored and compared is the raw form, `0:` and 64 hex digits.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An account in the base workchain (0) or the masterchain (-1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    pub workchain: i8,
    pub hash: [u8; 32],
}

/// An address together with what its writer wanted to say by the way of writing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parsed {
    pub address: Address,
    pub form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `0:7d…`
    Raw,
    /// `EQ…`, `UQ…`, `kQ…`, `0Q…`: 36 bytes of base 64, with a checksum.
    Friendly { bounceable: bool, testnet: bool },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    #[error("an address is `0:` and 64 hex digits, or 48 characters of base64")]
    Shape,
    #[error("the checksum of the address does not match: a character is wrong or missing")]
    Checksum,
    #[error("the address has an unknown first character")]
    Tag,
    #[error("the address is neither in the base workchain nor in the masterchain")]
    Workchain,
}

const BOUNCEABLE: u8 = 0x11;
const NON_BOUNCEABLE: u8 = 0x51;
const TESTNET: u8 = 0x80;

impl Address {
    pub const fn new(workchain: i8, hash: [u8; 32]) -> Self {
        Self { workchain, hash }
    }

    /// The same for what a person has typed or pasted: whatever cannot be seen at its ends is no part
    /// of it.
    pub fn read(text: &str) -> Result<Parsed, BadAddress> {
        Self::parse(bare(text))
    }

    /// Reads any form in use and nothing else: no spaces around, no mixed base64 alphabets.
    pub fn parse(text: &str) -> Result<Parsed, BadAddress> {
        match text.split_once(':') {
            Some((workchain, hash)) => parse_raw(workchain, hash),
            None => parse_friendly(text),
        }
    }

    /// `EQ…` for contracts, `UQ…` for wallets: a bounceable message to a wallet that is not
    /// deployed yet would return its money (D03).
    pub fn friendly(&self, bounceable: bool) -> String {
        let mut bytes = [0; 36];
        bytes[0] = if bounceable { BOUNCEABLE } else { NON_BOUNCEABLE };
        bytes[1..2].copy_from_slice(&self.workchain.to_be_bytes());
        bytes[2..34].copy_from_slice(&self.hash);
        let checksum = crc16(&bytes[..34]);
        bytes[34..].copy_from_slice(&checksum.to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

/// A text without the spaces and the invisible characters that copying leaves at its ends.
pub fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c.is_control() || is_invisible(c))
}

/// Characters that take no place, or look like a space and are none: zero-width ones, marks of
/// direction, the soft hyphen, the byte order mark, the no-break spaces.
pub const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{a0}'
            | '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{2007}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202f}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

fn parse_raw(workchain: &str, hex: &str) -> Result<Parsed, BadAddress> {
    let digits = workchain.strip_prefix('-').unwrap_or(workchain);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(BadAddress::Shape);
    }
    // The text itself is compared, so that `+0`, `00` and `-01` stay outside.
    let workchain = match workchain {
        "0" => 0,
        "-1" => -1,
        _ => return Err(BadAddress::Workchain),
    };
    let mut hash = [0; 32];
    hex::decode_to_slice(hex, &mut hash).map_err(|_| BadAddress::Shape)?;
    Ok(Parsed { address: Address { workchain, hash }, form: Form::Raw })
}

fn parse_friendly(text: &str) -> Result<Parsed, BadAddress> {
    let standard = text.contains(['+', '/']);
    if text.len() != 48 || (standard && text.contains(['-', '_'])) {
        return Err(BadAddress::Shape);
    }
    let text = text.replace('+', "-").replace('/', "_");
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| BadAddress::Shape)?;
    let bytes: [u8; 36] = bytes.try_into().map_err(|_| BadAddress::Shape)?;
    let (body, checksum) = bytes.split_at(34);
    if crc16(body).to_be_bytes() != checksum {
        return Err(BadAddress::Checksum);
    }
    let bounceable = match body[0] & !TESTNET {
        BOUNCEABLE => true,
        NON_BOUNCEABLE => false,
        _ => return Err(BadAddress::Tag),
    };
    let workchain = i8::from_be_bytes([body[1]]);
    if !matches!(workchain, 0 | -1) {
        return Err(BadAddress::Workchain);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(&body[2..]);
    let form = Form::Friendly { bounceable, testnet: body[0] & TESTNET != 0 };
    Ok(Parsed { address: Address { workchain, hash }, form })
}

/// CRC-16/XMODEM, as TEP-2 asks.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
        })
    })
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.workchain, hex::encode(self.hash))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        Self::parse(text).map(|parsed| parsed.address)
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The Elector's address as TEP-2 prints it, in every form.
    const RAW: &str = "-1:3333333333333333333333333333333333333333333333333333333333333333";

    fn elector() -> Address {
        Address::new(-1, [0x33; 32])
    }

    #[test]
    fn every_form_in_use_is_the_same_address() {
        for (text, bounceable, testnet) in [
            ("Ef8zMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzM0vF", true, false),
            ("Uf8zMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMxYA", false, false),
            ("kf8zMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzM_BP", true, true),
            ("kf8zMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzM/BP", true, true),
        ] {
            let form = Form::Friendly { bounceable, testnet };
            assert_eq!(Address::parse(text), Ok(Parsed { address: elector(), form }), "{text}");
        }
        assert_eq!(Address::parse(RAW), Ok(Parsed { address: elector(), form: Form::Raw }));
    }

    #[test]
    fn what_cannot_be_seen_at_the_ends_is_no_part_of_an_address() {
        let friendly = "Ef8zMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzM0vF";
        for c in [
            '\u{feff}', '\u{200b}', '\u{200e}', '\u{202e}', '\u{2066}', '\u{a0}', '\u{2060}',
            '\u{ad}', ' ', '\n',
        ] {
            for text in
                [format!("{c}{friendly}"), format!("{friendly}{c}{c}"), format!("{c} {RAW}{c}")]
            {
                assert_eq!(
                    Address::read(&text).map(|parsed| parsed.address),
                    Ok(elector()),
                    "{text:?}"
                );
                assert!(Address::parse(&text).is_err(), "{text:?}");
            }
            let inside = format!("{}{c}{}", &friendly[..9], &friendly[9..]);
            assert!(Address::read(&inside).is_err(), "{inside:?}");
        }
    }

    #[test]
    fn near_misses_are_refused() {
        let hash = "3".repeat(64);
        let friendly = "Ef8zMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzM0vF";
        for (text, error) in [
            (String::new(), BadAddress::Shape),
            (format!("1:{hash}"), BadAddress::Workchain),
            (format!("999:{hash}"), BadAddress::Workchain),
            (format!("00:{hash}"), BadAddress::Workchain),
            (format!("-0:{hash}"), BadAddress::Workchain),
            (format!("+0:{hash}"), BadAddress::Shape),
            (format!(":{hash}"), BadAddress::Shape),
            (format!("0:{hash}3"), BadAddress::Shape),
            (format!("0:{}", &hash[1..]), BadAddress::Shape),
            (format!("0:{} ", &hash[1..]), BadAddress::Shape),
            (format!(" 0:{hash}"), BadAddress::Shape),
            (format!("{friendly} "), BadAddress::Shape),
            (friendly[1..].to_owned(), BadAddress::Shape),
            (friendly.replace('v', "w"), BadAddress::Checksum),
            (format!("ton://transfer/{friendly}"), BadAddress::Shape),
            ("０:333".to_owned(), BadAddress::Shape),
        ] {
            assert_eq!(Address::parse(&text), Err(error), "{text:?}");
        }
    }

    /// Builds a text with a right checksum around a wrong tag or workchain.
    fn forged(tag: u8, workchain: u8) -> String {
        let mut bytes = vec![tag, workchain];
        bytes.extend([7; 32]);
        bytes.extend(crc16(&bytes).to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    #[test]
    fn a_right_checksum_does_not_excuse_the_rest() {
        for tag in (0..=255).filter(|tag| ![0x11, 0x51, 0x91, 0xd1].contains(tag)) {
            assert_eq!(Address::parse(&forged(tag, 0)), Err(BadAddress::Tag), "{tag:#x}");
        }
        for workchain in 1..255 {
            assert_eq!(Address::parse(&forged(0x11, workchain)), Err(BadAddress::Workchain));
        }
    }

    #[test]
    fn base64_alphabets_do_not_mix() {
        let found = (0..=u8::MAX)
            .map(|n| Address::new(0, [n; 32]).friendly(true))
            .find(|text| text.contains('-') && text.contains('_'))
            .unwrap();
        assert!(Address::parse(&found).is_ok());
        assert_eq!(Address::parse(&found.replace('-', "+")), Err(BadAddress::Shape));
    }

    proptest! {
        #[test]
        fn an_address_survives_every_text(hash: [u8; 32], master: bool, bounceable: bool) {
            let address = Address::new(if master { -1 } else { 0 }, hash);
            let form = Form::Friendly { bounceable, testnet: false };
            prop_assert_eq!(address.to_string().parse(), Ok(address));
            prop_assert_eq!(address.to_string().to_uppercase().parse(), Ok(address));
            prop_assert_eq!(
                Address::parse(&address.friendly(bounceable)),
                Ok(Parsed { address, form })
            );
            let json = serde_json::to_string(&address).unwrap();
            prop_assert_eq!(serde_json::from_str::<Address>(&json).unwrap(), address);
        }
    }
}
