//! What shops sell, and all that hangs on it.

pub mod cryptobot;
pub mod invoices;
pub mod merchants;
pub mod payouts;
pub mod receipts;
pub mod refunds;
pub mod reports;
pub mod unmatched;
pub mod webhooks;
