//! Remit.
