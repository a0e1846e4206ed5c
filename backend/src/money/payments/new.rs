//! What somebody says who wants to pay or to be paid, read with care.

use crate::words::money::{Amount, Assets, BadAmount, Listed};

/// The longest note, in characters.
pub const NOTE: usize = 200;

/// Why it cannot be taken as it was said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unclear {
    /// With the codes there are.
    #[error("use one of: {}", .0.join(", "))]
    Asset(Vec<String>),
    #[error("amount {0}")]
    Amount(#[from] BadAmount),
    #[error("amount must be above zero")]
    Nothing,
    #[error("note may have {NOTE} characters on one line")]
    Note,
}

/// An asset of the allow-list, by its code.
pub fn accepted<'a>(assets: &'a Assets, code: &str) -> Result<&'a Listed, Unclear> {
    let codes = || assets.iter().map(|listed| listed.code.clone()).collect();
    assets.by_code(code).ok_or_else(|| Unclear::Asset(codes()))
}

/// An amount above zero of an asset.
pub fn positive(text: &str, listed: &Listed) -> Result<Amount, Unclear> {
    let amount = Amount::parse(text, listed.decimals)?;
    if amount.is_zero() { Err(Unclear::Nothing) } else { Ok(amount) }
}

/// A note without line breaks or invisible characters at its ends; empty is none.
pub fn clean_note(note: Option<&str>) -> Result<Option<String>, Unclear> {
    let Some(note) = note.map(str::trim).filter(|note| !note.is_empty()) else { return Ok(None) };
    if note.chars().count() > NOTE || note.chars().any(char::is_control) {
        return Err(Unclear::Note);
    }
    Ok(Some(note.to_owned()))
}
