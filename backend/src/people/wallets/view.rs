//! Wallets, as the API and the feed show them.

use serde::Serialize;
use utoipa::ToSchema;

use super::Wallet;
use crate::words::{money::Money, time::Time};

/// A linked wallet.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WalletView {
    #[schema(example = "wal_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    pub id: String,
    /// User-friendly, non-bounceable.
    pub address: String,
    /// `workchain:hex`, the form by which an address is known.
    pub raw: String,
    #[schema(example = "v5r1")]
    pub version: String,
    /// Whether others pay to this one.
    pub default: bool,
    #[schema(value_type = String, format = DateTime)]
    pub linked_at: Time,
}

impl From<&Wallet> for WalletView {
    fn from(wallet: &Wallet) -> Self {
        Self {
            id: wallet.id.to_string(),
            address: wallet.address.friendly(false),
            raw: wallet.address.to_string(),
            version: wallet.version.clone(),
            default: wallet.is_default,
            linked_at: wallet.linked_at,
        }
    }
}

/// What `wallet.linked` tells: the wallet, and whether it was you.
#[derive(Debug, Serialize)]
pub struct LinkedView {
    #[serde(flatten)]
    pub wallet: WalletView,
    /// `false`: somebody else has proven a wallet that you hold too.
    pub by_you: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ChallengeView {
    /// Give it to TON Connect as the `tonProof` request. 64 hex digits.
    pub payload: String,
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Time,
}

// These describe `ton::proof::Submission`, which knows nothing of descriptions.
/// What a wallet answers to a challenge.
#[derive(Debug, ToSchema)]
pub struct WalletProof {
    pub account: ConnectedAccount,
    pub proof: SignedProof,
}

/// The SDK's `Account`.
#[derive(Debug, ToSchema)]
pub struct ConnectedAccount {
    /// `workchain:hex`.
    pub address: String,
    /// The network's id.
    #[schema(example = "-239")]
    pub chain: String,
    /// Hex.
    #[schema(rename = "publicKey", nullable = false)]
    pub public_key: Option<String>,
    /// A bag of cells in base64.
    #[schema(rename = "walletStateInit")]
    pub wallet_state_init: String,
}

/// The answer to the `ton_proof` item.
#[derive(Debug, ToSchema)]
pub struct SignedProof {
    /// Unix seconds.
    pub timestamp: u64,
    pub domain: ProofDomain,
    /// The challenge's `payload`.
    pub payload: String,
    /// Base64.
    pub signature: String,
}

/// The host that the wallet showed.
#[derive(Debug, ToSchema)]
pub struct ProofDomain {
    #[schema(rename = "lengthBytes")]
    pub length_bytes: u64,
    pub value: String,
}

/// What each linked wallet holds of each accepted asset.
#[derive(Debug, Serialize, ToSchema)]
pub struct BalancesView {
    pub data: Vec<WalletBalances>,
    #[schema(value_type = String, format = DateTime)]
    pub as_of: Time,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WalletBalances {
    pub wallet: String,
    pub address: String,
    pub balances: Vec<Money>,
}
