//! The header by which a browser shows that it has paid.

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::{
    base::web::problem::{Kind, Problem, Result},
    people::identity,
};

pub const HEADER: &str = "remit-payer-secret";
/// Characters of a secret.
const LENGTH: std::ops::RangeInclusive<usize> = 32..=128;

/// The secret of the browser that pays, as it is kept; `None` if it shows none.
#[derive(Debug, Clone)]
pub struct PayerSecret(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for PayerSecret {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let Some(value) = parts.headers.get(HEADER) else { return Ok(Self(None)) };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let secret = value
            .to_str()
            .ok()
            .filter(|text| LENGTH.contains(&text.len()) && text.bytes().all(plain));
        let secret = secret.ok_or_else(|| {
            Problem::new(
                Kind::BadRequest,
                "Remit-Payer-Secret is 32 to 128 random letters, digits, - and _. Nothing was changed.",
            )
        })?;
        Ok(Self(Some(identity::hash(secret))))
    }
}
