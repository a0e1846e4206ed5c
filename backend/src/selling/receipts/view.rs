//! The keys of receipts, as the API shows them. A receipt itself is [`receipt`](super::receipt).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::time::Time;

/// Keys that receipts are signed with.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReceiptKeys {
    /// Whose they are.
    #[schema(example = "https://pay.example")]
    pub service: String,
    /// The one that signs first.
    pub keys: Vec<ReceiptKeyView>,
}

/// One of them.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = ReceiptKey)]
pub struct ReceiptKeyView {
    #[schema(example = "rck_0123456789abcdef")]
    pub id: String,
    #[schema(example = "ed25519")]
    pub algorithm: String,
    /// The 32 bytes, in base64.
    pub public_key: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
}
