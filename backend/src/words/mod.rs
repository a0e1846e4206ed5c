//! The words that everybody uses: no I/O, no clock, no dice of their own.

pub mod dice;
pub mod id;
pub mod money;
pub mod page;
pub mod text;
pub mod time;
