//! Addresses that many share: exchanges and services, which know their customers by a memo.
//!
//! Whoever pays one of them gives the memo they were told, and it is the whole comment ([`memo`]). Which
//! addresses are such is never known for sure: the operator may name some, and the rest is a guess from
//! what has been seen.

pub mod memo;
pub mod store;

use ton::address::Address;

use super::{Arrival, Intent};
use crate::base::db::{self, Tx};

/// So many people, or memos, make an address look like an exchange's.
const MANY: i64 = 2;

/// A deposit address that the operator has named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deposit {
    /// Whose it is, as people call it.
    pub name: String,
    pub address: Address,
}

/// The payment that a transfer without a reference is.
pub(super) async fn paid_by(tx: &mut Tx, arrival: &Arrival) -> db::Result<Option<Intent>> {
    let Some(sender) = arrival.sender else { return Ok(None) };
    let known = store::with_memo(tx, sender, arrival.owner).await?;
    Ok(memo::meant(arrival, &known).cloned())
}

/// Whether what this service has seen says that an address is many people's.
pub async fn is_shared(tx: &mut Tx, address: Address) -> db::Result<bool> {
    Ok(store::pays_for(tx, address).await? >= MANY || store::memos_at(tx, address).await? >= MANY)
}

/// Whether a kind of wallet is made for sending to many at once: people do not use those.
pub fn is_for_crowds(wallet_type: &str) -> bool {
    wallet_type.to_ascii_lowercase().contains("highload")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_highload_wallet_is_nobodys_pocket() {
        assert!(is_for_crowds("wallet highload v3") && is_for_crowds("Highload V2"));
        assert!(!is_for_crowds("wallet v5 r1"));
    }
}
