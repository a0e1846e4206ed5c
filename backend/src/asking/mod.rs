//! What people ask of each other.

pub mod requests;
