//! Sessions, as the API shows them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::words::time::Time;

/// One of your open sessions. Nothing of it opens it.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenSession {
    #[schema(example = "sgn_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    pub id: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
    /// To within five minutes.
    #[schema(value_type = String, format = DateTime)]
    pub last_used_at: Time,
    /// When it ends if it is not used again.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Time,
    /// Whether this call was made with it.
    pub current: bool,
}
