//! A world to play in: a TON chain, a Telegram and wallets, all on this machine.

pub mod assets;
pub mod bridge;
pub mod cast;
mod cells;
pub mod chain;
pub mod clock;
mod control;
mod faucet;
pub mod feed;
mod keep;
pub mod mishap;
pub mod movement;
pub mod rates;
mod stage;
pub mod tasks;
pub mod telegram;
pub mod toncenter;
pub mod usdt;
pub mod wallet;
pub mod world;

pub use self::control::openapi;
pub use self::world::{Ended, Options, World};

/// The network id of every sandbox, so that what is signed here is worthless anywhere else.
pub const SANDBOX_NETWORK: i32 = -217;
