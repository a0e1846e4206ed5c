//! What the command does: it puts the service together, keeps it running, and looks after it.

pub mod backup;
pub mod develop;
pub mod doctor;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod serve;
