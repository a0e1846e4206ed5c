//! Who is calling, and which wallets they have proven.

pub mod identity;
pub mod wallets;
