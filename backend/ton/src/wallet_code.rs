//! The wallets whose state init says which key they answer to, known by the hash of their code.
//!
//! Code hashes and data layouts: <https://docs.ton.org/contracts/standard/wallets>. For any other
//! code, only the contract itself can tell (`get_public_key`).

use std::fmt;

use serde::{Deserialize, Serialize};
use tycho_types::{
    cell::{Cell, Load},
    models::StateInit,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WalletKind {
    V1R1,
    V1R2,
    V1R3,
    V2R1,
    V2R2,
    V3R1,
    V3R2,
    V4R1,
    V4R2,
    V5Beta,
    V5R1,
    /// Telegram's own. Its state init holds the first key; the present one may be another.
    Tg,
    Unknown,
}

impl WalletKind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::V1R1 => "v1r1",
            Self::V1R2 => "v1r2",
            Self::V1R3 => "v1r3",
            Self::V2R1 => "v2r1",
            Self::V2R2 => "v2r2",
            Self::V3R1 => "v3r1",
            Self::V3R2 => "v3r2",
            Self::V4R1 => "v4r1",
            Self::V4R2 => "v4r2",
            Self::V5Beta => "v5beta",
            Self::V5R1 => "v5r1",
            Self::Tg => "tg",
            Self::Unknown => "unknown",
        }
    }

    /// Whether the key in the state init is the wallet's key for ever.
    pub const fn keeps_its_key(self) -> bool {
        !matches!(self, Self::Tg | Self::Unknown)
    }
}

impl fmt::Display for WalletKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

struct Known {
    kind: WalletKind,
    code_hash: [u8; 32],
    /// Bits of data before the key.
    key_at: u16,
}

use WalletKind::{Tg, V1R1, V1R2, V1R3, V2R1, V2R2, V3R1, V3R2, V4R1, V4R2, V5Beta, V5R1};

static KNOWN: [Known; 12] = [
    // A sequence number.
    known(V1R1, "a0cfc2c48aee16a271f2cfc0b7382d81756cecb1017d077faaab3bb602f6868c", 32),
    known(V1R2, "d4902fcc9fad74698fa8e353220a68da0dcf72e32bcb2eb9ee04217c17d3062c", 32),
    known(V1R3, "587cc789eff1c84f46ec3797e45fc809a14ff5ae24f1e0c7a6a99cc9dc9061ff", 32),
    known(V2R1, "5c9a5e68c108e18721a07c42f9956bfb39ad77ec6d624b60c576ec88eee65329", 32),
    known(V2R2, "fe9530d3243853083ef2ef0b4c2908c0abf6fa1c31ea243aacaa5bf8c7d753f1", 32),
    // A sequence number and a wallet id.
    known(V3R1, "b61041a58a7980b946e8fb9e198e3c904d24799ffa36574ea4251c41a566f581", 64),
    known(V3R2, "84dafa449f98a6987789ba232358072bc0f76dc4524002a5d0918b9a75d2d599", 64),
    known(V4R1, "64dd54805522c5be8a9db59cea0105ccf0d08786ca79beb8cb79e880a8d7322d", 64),
    known(V4R2, "feb5ff6820e2ff0d9483e7e0d62c817d846789fb4ae580c878866d959dabd5c0", 64),
    // A longer number (33 bits) and a longer id (80 bits).
    known(V5Beta, "f3d7ca53493deedac28b381986a849403cbac3d2c584779af081065af0ac4b93", 113),
    // Whether signatures are allowed (one bit), the number, the id.
    known(V5R1, "20834b7b72b112147e1b2fb457b84e74d1a30f04f737d4f62a668e9552d2b72f", 65),
    // A revision (eight bits), the number, the id.
    known(Tg, "9149ae51c1e4689710cebf7830297b16acfbadb363a920a537893e7ffeeca768", 72),
];

const fn known(kind: WalletKind, code_hash: &str, key_at: u16) -> Known {
    let hex = code_hash.as_bytes();
    assert!(hex.len() == 64, "a hash has 64 hex digits");
    let mut hash = [0; 32];
    let mut i = 0;
    while i < 32 {
        hash[i] = hex_digit(hex[2 * i]) << 4 | hex_digit(hex[2 * i + 1]);
        i += 1;
    }
    Known { kind, code_hash: hash, key_at }
}

const fn hex_digit(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => panic!("a lower-case hex digit"),
    }
}

/// What a state init says about its wallet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Described {
    pub kind: WalletKind,
    /// The key it is born with; none for code we do not know.
    pub key: Option<[u8; 32]>,
}

/// Reads a state init. None if it is not one with code and data, or if known code comes with data
/// that is not its own.
pub fn describe(state_init: &Cell) -> Option<Described> {
    let mut slice = state_init.as_slice().ok()?;
    let init = StateInit::load_from(&mut slice).ok().filter(|_| slice.is_empty())?;
    let (code, data) = (init.code?, init.data?);
    let Some(known) = by_code(&code.repr_hash().0) else {
        return Some(Described { kind: WalletKind::Unknown, key: None });
    };
    let mut data = data.as_slice().ok()?;
    data.skip_first(known.key_at, 0).ok()?;
    let key = data.load_u256().ok()?;
    Some(Described { kind: known.kind, key: Some(key.0) })
}

/// Which wallet has code of this hash.
pub fn kind_of(code_hash: &[u8; 32]) -> WalletKind {
    by_code(code_hash).map_or(WalletKind::Unknown, |known| known.kind)
}

fn by_code(hash: &[u8; 32]) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.code_hash == *hash)
}
