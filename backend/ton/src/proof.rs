//! TON Connect's `ton_proof`: a wallet signs our nonce, and so shows whose address it is.
//!
//! The checks run in the order of the specification's threats, cheap ones first, and nothing the
//! client merely claims is believed: the address is bound to the state init by its hash, the key
//! to the state init by its code, the signature to both. A proof says that somebody holds the key
//! and saw our domain; it does not say that they meant *this* session. The caller therefore binds
//! the nonce to a session, and spends it once, also when the proof fails.
//!
//! <https://github.com/ton-blockchain/ton-connect/blob/main/requests-responses.md>

use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    address::{Address, Form},
    boc::{Limits, decode_base64, gate_base64},
    json,
    network::Network,
    wallet_code::{self, WalletKind},
};

/// What the app sends on after connecting: the wallet's `ton_addr` and `ton_proof` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    pub account: Account,
    pub proof: Proof,
}

/// The SDK's `Account`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Raw.
    pub address: String,
    /// The network's id. Nobody signed it.
    pub chain: String,
    /// Hex. A hint, and checked as one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
    /// A bag of cells in base64.
    pub wallet_state_init: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Unix seconds: a number in the SDK, a string in the specification.
    #[serde(deserialize_with = "json::number")]
    pub timestamp: u64,
    pub domain: Domain,
    /// Our nonce.
    pub payload: String,
    /// Base64.
    pub signature: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Domain {
    pub length_bytes: u64,
    pub value: String,
}

/// What we ask of a proof.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    pub network: Network,
    /// Hosts (with the port, if any) of our manifest's `url`.
    pub domains: &'a [String],
    /// The nonce we gave to this very session.
    pub payload: &'a str,
    pub now_seconds: u64,
}

/// A wallet whose key signed our nonce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    pub address: Address,
    pub public_key: [u8; 32],
    pub wallet: WalletKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Verified(Verified),
    /// Everything holds so far, but only the chain knows the key.
    NeedsChainKey(NeedsChainKey),
}

/// A proof that waits for the wallet's present key: its code is unknown, or can change its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeedsChainKey {
    pub address: Address,
    pub wallet: WalletKind,
    anchor: Option<[u8; 32]>,
    claimed: Option<[u8; 32]>,
    digest: [u8; 32],
    signature: [u8; 64],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ProofError {
    #[error("the account's address is not a raw address")]
    Address,
    #[error("the wallet is connected to another network")]
    Network,
    #[error("the proof is for another challenge")]
    Payload,
    #[error("the proof was made for another site")]
    Domain,
    #[error("the proof is too old")]
    Expired,
    #[error("the proof is dated in the future")]
    FromTheFuture,
    #[error("the wallet's state init is unreadable")]
    StateInit,
    #[error("the state init belongs to another address")]
    OtherAddress,
    #[error("the wallet is not deployed, and its code is unknown")]
    NotDeployed,
    #[error("the public key is malformed, or not the wallet's")]
    PublicKey,
    #[error("the signature is malformed, or not of this proof")]
    Signature,
}

const LONGEST_PAYLOAD: usize = 128;
const LONGEST_DOMAIN: usize = 128;
const OLDEST_SECONDS: u64 = 15 * 60;
/// How far a phone's clock may run ahead of ours.
const AHEAD_SECONDS: u64 = 60;

/// Checks everything that can be checked without the chain.
pub fn verify(submission: &Submission, expected: &Expected<'_>) -> Result<Outcome, ProofError> {
    let Submission { account, proof } = submission;
    let address = raw_address(&account.address)?;
    if account.chain != expected.network.to_string() {
        return Err(ProofError::Network);
    }
    if proof.payload != expected.payload || proof.payload.len() > LONGEST_PAYLOAD {
        return Err(ProofError::Payload);
    }
    check_domain(&proof.domain, expected.domains)?;
    check_time(proof.timestamp, expected.now_seconds)?;
    let state_init = gate_base64(&account.wallet_state_init, &Limits::WALLET)
        .map_err(|_| ProofError::StateInit)?;
    if state_init.repr_hash().0 != address.hash {
        return Err(ProofError::OtherAddress);
    }
    let described = wallet_code::describe(&state_init).ok_or(ProofError::StateInit)?;
    let candidate = NeedsChainKey {
        address,
        wallet: described.kind,
        anchor: described.key,
        claimed: claimed_key(account.public_key.as_deref())?,
        digest: digest(&address, &proof.domain.value, proof.timestamp, &proof.payload),
        signature: signature(&proof.signature)?,
    };
    match described.key {
        Some(key) if described.kind.keeps_its_key() => candidate.finish(key).map(Outcome::Verified),
        _ => Ok(Outcome::NeedsChainKey(candidate)),
    }
}

impl NeedsChainKey {
    /// For a deployed wallet: `chain_key` is its `get_public_key` now.
    pub fn finish(self, chain_key: [u8; 32]) -> Result<Verified, ProofError> {
        if self.claimed.is_some_and(|claimed| claimed != chain_key) {
            return Err(ProofError::PublicKey);
        }
        let key = VerifyingKey::from_bytes(&chain_key).map_err(|_| ProofError::PublicKey)?;
        // A key of small order "signs" every message.
        if key.is_weak() {
            return Err(ProofError::PublicKey);
        }
        key.verify_strict(&self.digest, &Signature::from_bytes(&self.signature))
            .map_err(|_| ProofError::Signature)?;
        Ok(Verified { address: self.address, public_key: chain_key, wallet: self.wallet })
    }

    /// For a wallet that the chain says is not deployed: it still has the key of its state init.
    pub fn finish_undeployed(self) -> Result<Verified, ProofError> {
        let anchor = self.anchor.ok_or(ProofError::NotDeployed)?;
        self.finish(anchor)
    }
}

/// The 32 bytes that a wallet signs.
pub fn digest(address: &Address, domain: &str, timestamp: u64, payload: &str) -> [u8; 32] {
    let length = u32::try_from(domain.len()).expect("no host name is 4 GiB long");
    let message = Sha256::new()
        .chain_update(b"ton-proof-item-v2/")
        .chain_update(i32::from(address.workchain).to_be_bytes())
        .chain_update(address.hash)
        .chain_update(length.to_le_bytes())
        .chain_update(domain)
        .chain_update(timestamp.to_le_bytes())
        .chain_update(payload)
        .finalize();
    let signed = Sha256::new().chain_update(b"\xff\xffton-connect").chain_update(message);
    signed.finalize().into()
}

fn raw_address(text: &str) -> Result<Address, ProofError> {
    match Address::parse(text) {
        Ok(parsed) if parsed.form == Form::Raw => Ok(parsed.address),
        _ => Err(ProofError::Address),
    }
}

/// The length the client sends is signed, so it must be the length of the name: otherwise a proof
/// for `pay.example.evil.io` reads as one for `pay.example` with an odd timestamp.
fn check_domain(domain: &Domain, allowed: &[String]) -> Result<(), ProofError> {
    let length = u64::try_from(domain.value.len()).map_err(|_| ProofError::Domain)?;
    let known = allowed.contains(&domain.value) && domain.value.len() <= LONGEST_DOMAIN;
    if known && domain.length_bytes == length { Ok(()) } else { Err(ProofError::Domain) }
}

fn check_time(timestamp: u64, now: u64) -> Result<(), ProofError> {
    if timestamp > now.saturating_add(AHEAD_SECONDS) {
        return Err(ProofError::FromTheFuture);
    }
    if timestamp < now.saturating_sub(OLDEST_SECONDS) {
        return Err(ProofError::Expired);
    }
    Ok(())
}

fn claimed_key(hex: Option<&str>) -> Result<Option<[u8; 32]>, ProofError> {
    let Some(hex) = hex else { return Ok(None) };
    let mut key = [0; 32];
    hex::decode_to_slice(hex, &mut key).map_err(|_| ProofError::PublicKey)?;
    Ok(Some(key))
}

fn signature(base64: &str) -> Result<[u8; 64], ProofError> {
    decode_base64(base64).and_then(|bytes| bytes.try_into().ok()).ok_or(ProofError::Signature)
}
