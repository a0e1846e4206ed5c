//! The key that signs receipts: ed25519, of the service itself. It signs receipts and nothing else.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::words::dice::Dice;

const PRIVATE: &str = "rcsk_";

/// It does not show itself in a log.
#[derive(Clone)]
pub struct ReceiptKey(SigningKey);

impl fmt::Debug for ReceiptKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReceiptKey({}, ***)", self.public().id())
    }
}

impl ReceiptKey {
    pub fn roll(dice: &Dice) -> Self {
        Self(SigningKey::from_bytes(&dice.bytes()))
    }

    /// From what is stored; `None` if it is not that.
    pub fn read(private: &str) -> Option<Self> {
        let bytes = BASE64_STANDARD.decode(private.strip_prefix(PRIVATE)?).ok()?;
        Some(Self(SigningKey::from_bytes(&bytes.try_into().ok()?)))
    }

    /// `rcsk_…`, which nobody else needs.
    pub fn private(&self) -> String {
        format!("{PRIVATE}{}", BASE64_STANDARD.encode(self.0.to_bytes()))
    }

    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// In base64.
    pub fn sign(&self, message: &str) -> String {
        BASE64_STANDARD.encode(self.0.sign(message.as_bytes()).to_bytes())
    }
}

/// What everybody may know, and verifies with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// From base64; `None` if it is no such key.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64_STANDARD.decode(text.trim()).ok()?;
        VerifyingKey::from_bytes(&bytes.try_into().ok()?).ok().map(Self)
    }

    /// A short name that follows from the key.
    pub fn id(&self) -> String {
        format!("rck_{}", hex::encode(&Sha256::digest(self.0.as_bytes())[..8]))
    }

    pub fn verifies(&self, message: &str, signature: &str) -> bool {
        let bytes = BASE64_STANDARD.decode(signature).ok();
        let signature = bytes.and_then(|bytes| Signature::from_slice(&bytes).ok());
        signature.is_some_and(|it| self.0.verify_strict(message.as_bytes(), &it).is_ok())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_STANDARD.encode(self.0.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_own_text_and_does_not_show_itself() {
        let key = ReceiptKey::roll(&Dice::seeded([1; 32]));
        let again = ReceiptKey::read(&key.private()).unwrap();
        assert_eq!(again.public(), key.public());
        assert_eq!(PublicKey::parse(&key.public().to_string()), Some(key.public()));
        assert!(!format!("{key:?}").contains(&key.private()[5..]));
        for bad in ["", "rcsk_", "rcsk_AAAA", &key.private()[1..]] {
            assert!(ReceiptKey::read(bad).is_none() && PublicKey::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_signature_is_for_one_key_and_one_text() {
        let dice = Dice::seeded([2; 32]);
        let (key, other) = (ReceiptKey::roll(&dice), ReceiptKey::roll(&dice));
        let signature = key.sign("{}");
        assert!(key.public().verifies("{}", &signature));
        assert!(!key.public().verifies("{ }", &signature));
        assert!(!other.public().verifies("{}", &signature));
        assert!(!key.public().verifies("{}", "") && !key.public().verifies("{}", "AAAA"));
        assert_ne!(key.public().id(), other.public().id());
    }
}
