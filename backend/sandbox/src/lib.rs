//! A world to play in: a TON chain, a Telegram and wallets, all on this machine.

pub mod cast;
pub mod chain;
pub mod clock;
pub mod feed;
mod keep;
pub mod tasks;
pub mod telegram;
