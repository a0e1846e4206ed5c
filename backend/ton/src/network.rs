//! Which TON network this is. The same keys have the same addresses on all of them, so everything
//! that was seen on a chain is kept together with its network.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A `global_id`, as blocks carry it and TON Connect names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network(pub i32);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a network is a whole number such as -239")]
pub struct BadNetwork;

impl Network {
    pub const MAINNET: Self = Self(-239);
    pub const TESTNET: Self = Self(-3);
    /// The local chain: no real network has this number.
    pub const SANDBOX: Self = Self(-217);

    pub fn is_sandbox(self) -> bool {
        self == Self::SANDBOX
    }

    /// An explorer's address up to a transaction's hash, where there is one.
    pub const fn explorer(self) -> Option<&'static str> {
        match self {
            Self::MAINNET => Some("https://tonviewer.com/transaction/"),
            Self::TESTNET => Some("https://testnet.tonviewer.com/transaction/"),
            _ => None,
        }
    }

    /// Whether addresses marked "testnet only" (`kQ…`, `0Q…`) may be paid here.
    pub fn accepts_testnet_flag(self) -> bool {
        self != Self::MAINNET
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Network {
    type Err = BadNetwork;

    /// Only the one canonical spelling: two names for a network would be two networks in a key.
    fn from_str(text: &str) -> Result<Self, BadNetwork> {
        let id = text.parse().map_err(|_| BadNetwork)?;
        let network = Self(id);
        (network.to_string() == text).then_some(network).ok_or(BadNetwork)
    }
}

impl Serialize for Network {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_one_spelling() {
        assert_eq!("-239".parse(), Ok(Network::MAINNET));
        assert_eq!(Network::SANDBOX.to_string(), "-217");
        for text in ["", "-0239", "+3", " -3", "-3 ", "0x11", "mainnet", "99999999999"] {
            assert_eq!(text.parse::<Network>(), Err(BadNetwork), "{text:?}");
        }
    }

    #[test]
    fn test_addresses_are_not_for_real_money() {
        assert!(!Network::MAINNET.accepts_testnet_flag());
        assert!(Network::TESTNET.accepts_testnet_flag());
        assert!(Network::SANDBOX.accepts_testnet_flag());
        assert!(Network::SANDBOX.is_sandbox() && !Network::TESTNET.is_sandbox());
    }
}
