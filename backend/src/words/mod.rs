//! The words that everybody uses: no I/O. Clock and dice are made here and handed to whoever needs them.

pub mod dice;
pub mod id;
pub mod money;
pub mod page;
pub mod text;
pub mod time;
