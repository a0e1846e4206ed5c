//! Identifiers that say what they are: `inv_01m7q5cqg0…`.
//!
//! The body is a `UUIDv7` in lower-case Crockford base 32: ids sort by birth, select with one
//! double-click, and cannot be passed where another kind is meant. They are stored as shown, so
//! the same string is found in the database, in the logs and in a customer's message.

use std::{fmt, marker::PhantomData, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::words::{dice::Dice, time::Time};

/// What an id belongs to, and the prefix that says so.
pub trait Kind: Send + Sync + 'static {
    const PREFIX: &'static str;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $id:ident $prefix:literal)*) => {$(
        $(#[$doc])*
        pub enum $kind {}
        impl Kind for $kind {
            const PREFIX: &'static str = $prefix;
        }
        $(#[$doc])*
        pub type $id = Id<$kind>;
    )*};
}

kinds! {
    /// Somebody Telegram has vouched for.
    PersonKind PersonId "usr"
    /// A person's session; its token is another secret.
    SessionKind SessionId "sgn"
    /// A wallet linked to a person.
    WalletKind WalletId "wal"
    /// A payment intent: what somebody means to pay.
    PaymentKind PaymentId "pay"
    /// Money that arrived on chain.
    TransferKind TransferId "trf"
    /// Telegram Stars that somebody has paid.
    StarPaymentKind StarPaymentId "stp"
    /// A merchant's account.
    MerchantKind MerchantId "acc"
    /// A merchant's API key.
    KeyKind KeyId "key"
    /// A link that makes somebody a member of a merchant's account.
    InvitationKind InvitationId "ivt"
    /// A change at a merchant that waits: its move to another wallet, or of who may do what.
    PendingKind ChangeId "pch"
    /// A merchant's invoice.
    InvoiceKind InvoiceId "inv"
    /// A merchant's refund.
    RefundKind RefundId "rfd"
    /// A request for money between people.
    RequestKind RequestId "req"
    /// Something that happened, told to one account.
    EventKind EventId "evt"
    /// One telling of one event to one target.
    DeliveryKind DeliveryId "dlv"
    /// A merchant's webhook endpoint.
    WebhookKind WebhookId "whk"
    /// One HTTP request.
    CallKind CallId "cal"
}

pub struct Id<K> {
    bits: u128,
    kind: PhantomData<fn() -> K>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this kind")]
pub struct BadId;

const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LEN: usize = 26;

impl<K: Kind> Id<K> {
    /// A new id, born now.
    pub fn new(now: Time, dice: &Dice) -> Self {
        Self::from_parts(now, u128::from_be_bytes(dice.bytes()))
    }

    fn from_parts(now: Time, noise: u128) -> Self {
        let millis = u128::from(now.millis().unsigned_abs()) & ((1 << 48) - 1);
        let version = 0x7 << 76;
        let variant = 0x2 << 62;
        let random = noise & ((0xfff << 64) | ((1 << 62) - 1));
        Self { bits: (millis << 80) | version | variant | random, kind: PhantomData }
    }
}

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_", K::PREFIX)?;
        (0..LEN).rev().try_for_each(|place| {
            let digit = usize::try_from((self.bits >> (5 * place)) & 31).unwrap_or_default();
            write!(f, "{}", char::from(DIGITS[digit]))
        })
    }
}

impl<K: Kind> FromStr for Id<K> {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let body = text.strip_prefix(K::PREFIX).and_then(|s| s.strip_prefix('_')).ok_or(BadId)?;
        if body.len() != LEN || !body.starts_with(|c| ('0'..='7').contains(&c)) {
            return Err(BadId);
        }
        let bits = body.bytes().try_fold(0u128, |bits, byte| {
            let digit = DIGITS.iter().position(|d| *d == byte).ok_or(BadId)?;
            Ok(bits << 5 | u128::try_from(digit).map_err(|_| BadId)?)
        })?;
        Ok(Self { bits, kind: PhantomData })
    }
}

// Written out because `derive` would ask the same of `K`.
impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.bits == other.bits
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.bits.cmp(&other.bits)
    }
}
impl<K> std::hash::Hash for Id<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.bits.hash(state);
    }
}
impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl<K: Kind> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de, K: Kind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

crate::words::text::as_text!(impl <K: Kind> Id<K>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_own_text() {
        let id = InvoiceId::from_parts(Time::from_millis(1_795_000_000_000), u128::MAX);
        assert_eq!(id.to_string(), "inv_01m7q5cqg0fzzvzzzzzzzzzzzz");
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn later_ids_sort_after_earlier_ones() {
        let [early, late] = [1, 2].map(|t| {
            InvoiceId::from_parts(Time::from_millis(t), u128::MAX / u128::from(t.unsigned_abs()))
        });
        assert!(early < late && early.to_string() < late.to_string());
    }

    #[test]
    fn an_invoice_id_is_no_payment_id() {
        let id = InvoiceId::from_parts(Time::from_millis(1), 1).to_string();
        assert_eq!(id.parse::<PaymentId>(), Err(BadId));
    }

    #[test]
    fn junk_is_no_id() {
        for junk in ["", "inv_", "inv_8zzzzzzzzzzzzzzzzzzzzzzzzz", "inv_01m7q5cqg0fzzvzzzzzzzzzzzl"]
        {
            assert_eq!(junk.parse::<InvoiceId>(), Err(BadId), "{junk:?}");
        }
    }
}
