//! Somebody's key and the wallet contract it opens.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ed25519_dalek::{Signer, SigningKey};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tonlib_core::cell::ArcCell;
use tonlib_core::message::TonMessageError;
use tonlib_core::tlb_types::block::state_init::StateInit;
use tonlib_core::tlb_types::tlb::TLB;
use tonlib_core::wallet::mnemonic::KeyPair;
use tonlib_core::wallet::ton_wallet::TonWallet;
use tonlib_core::wallet::version_helper::VersionHelper;
use tonlib_core::wallet::wallet_version;
use tycho_types::models::StdAddr;
use utoipa::ToSchema;

use crate::SANDBOX_NETWORK;
use crate::cast::{Person, WalletVersion};
use crate::cells;

/// The subwallet number that every V4 wallet uses.
const V4_WALLET_ID: i32 = 698_983_191;

pub struct Account {
    pub person: Person,
    /// Where the contract is.
    pub address: StdAddr,
    key: SigningKey,
    contract: TonWallet,
}

/// What TON Connect says of an account, and what `POST /v1/wallets` takes.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountInfo {
    /// Raw, in lower case.
    pub address: String,
    /// The network's id, as a decimal string.
    pub chain: String,
    /// 64 hex digits.
    pub public_key: String,
    /// Base64 of a bag of cells.
    pub wallet_state_init: String,
}

/// A signed statement that somebody controls an address.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Proof {
    /// Unix seconds.
    pub timestamp: u64,
    pub domain: Domain,
    pub payload: String,
    /// Base64, 64 bytes.
    pub signature: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Domain {
    pub length_bytes: usize,
    pub value: String,
}

impl Account {
    /// The account that follows from a 32-byte secret.
    pub fn new(person: Person, secret: [u8; 32]) -> Self {
        let key = SigningKey::from_bytes(&secret);
        let pair = KeyPair {
            public_key: key.verifying_key().to_bytes().to_vec(),
            secret_key: key.to_keypair_bytes().to_vec(),
        };
        let (version, wallet_id) = match person.wallet_version() {
            WalletVersion::V4r2 => (wallet_version::WalletVersion::V4R2, V4_WALLET_ID),
            WalletVersion::V5r1 => (wallet_version::WalletVersion::V5R1, v5_wallet_id()),
        };
        let contract = TonWallet::new_with_params(version, pair, 0, wallet_id)
            .expect("a key makes a wallet of a known version");
        Self { person, address: cells::std_addr(&contract.address), key, contract }
    }

    /// Raw, in lower case.
    pub fn raw(&self) -> String {
        self.contract.address.to_hex()
    }

    /// User-friendly and non-bounceable, as wallets show it.
    pub fn friendly(&self) -> String {
        self.contract.address.to_base64_url_flags(true, false)
    }

    /// How many messages one transaction can carry.
    pub fn most_messages(&self) -> usize {
        match self.person.wallet_version() {
            WalletVersion::V4r2 => 4,
            WalletVersion::V5r1 => 255,
        }
    }

    pub fn info(&self) -> AccountInfo {
        AccountInfo {
            address: self.raw(),
            chain: SANDBOX_NETWORK.to_string(),
            public_key: hex::encode(self.key.verifying_key().to_bytes()),
            wallet_state_init: cells::base64(&self.state_init()),
        }
    }

    /// What deploys the contract.
    pub fn state_init(&self) -> ArcCell {
        let TonWallet { version, key_pair, wallet_id, .. } = &self.contract;
        let code = VersionHelper::get_code(*version).expect("a known version has code").clone();
        let data = VersionHelper::get_data(*version, key_pair, *wallet_id)
            .expect("a known version has data");
        StateInit::new(code, data.to_arc()).to_cell().expect("code and data fit").to_arc()
    }

    /// An external message that lets the contract send `messages`.
    pub fn external(
        &self,
        seqno: u32,
        expire_at: u32,
        deploy: bool,
        messages: &[ArcCell],
    ) -> Result<ArcCell, TonMessageError> {
        let message = self.contract.create_external_msg(expire_at, seqno, deploy, messages)?;
        Ok(message.to_arc())
    }

    /// Signs as TON Connect's `ton_proof` (spec: "Address proof signature").
    pub fn prove(&self, domain: &str, payload: &str, timestamp: u64) -> Proof {
        let length = u32::try_from(domain.len()).expect("a domain is short");
        let mut message = b"ton-proof-item-v2/".to_vec();
        message.extend(i32::from(self.address.workchain).to_be_bytes());
        message.extend(self.address.address.0);
        message.extend(length.to_le_bytes());
        message.extend(domain.as_bytes());
        message.extend(timestamp.to_le_bytes());
        message.extend(payload.as_bytes());

        let mut signed = Sha256::new();
        signed.update([0xff, 0xff]);
        signed.update(b"ton-connect");
        signed.update(Sha256::digest(&message));
        let signature = self.key.sign(&signed.finalize());
        Proof {
            timestamp,
            domain: Domain { length_bytes: domain.len(), value: domain.to_owned() },
            payload: payload.to_owned(),
            signature: BASE64_STANDARD.encode(signature.to_bytes()),
        }
    }
}

/// W5 folds the network into the wallet's id, so the same key has other addresses elsewhere: the
/// network id, XORed with a set bit and zeros for workchain 0, version 0 and subwallet 0.
fn v5_wallet_id() -> i32 {
    SANDBOX_NETWORK ^ i32::MIN
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signature, Verifier};

    #[test]
    fn the_network_is_part_of_a_w5_wallets_id() {
        assert_eq!(v5_wallet_id(), 2_147_483_431);
    }

    /// Addresses as `@ton/ton` 16.3 computes them for the same key, wallet id and versions.
    #[test]
    fn addresses_are_those_of_other_libraries() {
        let alice = Account::new(Person::Alice, [1; 32]);
        assert_eq!(
            alice.raw(),
            "0:400a718dd331a62a26336625e5c29f1d005ed59f557d2f3bf8fee7aa5c7c778e"
        );
        let carol = Account::new(Person::Carol, [1; 32]);
        assert_eq!(
            carol.raw(),
            "0:efaff4bac220f88b2e98eb1d9cffcca3bfe3b66ece31a7d6c5890d30dfd7afa5"
        );
    }

    #[test]
    fn a_proof_is_over_the_bytes_of_the_specification() {
        let alice = Account::new(Person::Alice, [1; 32]);
        let proof = alice.prove("pay.example", "nonce", 0x0102_0304);

        let mut message = b"ton-proof-item-v2/\0\0\0\0".to_vec();
        message.extend(alice.address.address.0);
        message.extend(b"\x0b\0\0\0pay.example\x04\x03\x02\x01\0\0\0\0nonce");
        let mut signed = b"\xff\xffton-connect".to_vec();
        signed.extend(Sha256::digest(&message));
        let signature = BASE64_STANDARD.decode(proof.signature).unwrap();
        let signature = Signature::from_slice(&signature).unwrap();
        let key = SigningKey::from_bytes(&[1; 32]).verifying_key();
        key.verify(&Sha256::digest(&signed), &signature).unwrap();
        assert_eq!(proof.domain.length_bytes, 11);
    }
}
