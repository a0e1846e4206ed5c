//! Telegram Stars: the only money that digital goods may cost inside Telegram.
//!
//! ```text
//! Telegram asks ──checkout, yes──▶ takes the Stars ──▶ payment ──refund──▶ back to the payer
//!                      └── no: nothing is taken
//! ```
//!
//! No chain sees them: Telegram takes them from the payer and credits them to the bot, so its owner holds
//! them. A payment is always an invoice's whole price in Stars, and it is known by Telegram's charge id.

pub mod state;
pub mod store;

use crate::{
    base::{
        db::{self, Tx},
        events::Now,
    },
    words::id::{InvoiceId, StarPaymentId},
};

pub use state::{CODE, Paid, StarPayment, Stars, money};

/// Keeps what Telegram has taken. `None`: this charge was known already.
pub async fn record(
    tx: &mut Tx,
    paid: &Paid,
    invoice: Option<InvoiceId>,
    now: Now<'_>,
) -> db::Result<Option<StarPayment>> {
    let payment = StarPayment {
        id: StarPaymentId::new(now.at, now.dice),
        charge_id: paid.charge_id.clone(),
        telegram_id: paid.telegram_id,
        invoice,
        amount: paid.amount,
        at: paid.at,
    };
    let is_new = store::insert(tx, &payment, &paid.payload, now.at).await?;
    Ok(is_new.then_some(payment))
}
