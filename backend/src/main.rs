//! Remit.
fn main() {}
