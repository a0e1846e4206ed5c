//! A world to play in.

pub mod chain;
pub mod clock;
pub mod toncenter;
