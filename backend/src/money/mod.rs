//! Money: the one door for it, what Telegram takes beside the chain, and what it is worth in fiat.

pub mod payments;
pub mod rates;
pub mod stars;
