//! Remit: payments on TON, inside Telegram, from wallet to wallet.
//!
//! A guided tour, in reading order:
//!
//! 1. The words: [`id`], [`money`], [`time`], [`dice`], [`page`], [`problem`].
//! 2. [`db`]: one text of SQL on two engines; what a transaction announces commits with it. [`list`]
//!    reads a page of what is there.
//! 3. [`events`]: what happened, a gap-free feed per account.
//! 4. [`identity`] and [`wallets`]: who is calling, and which addresses they have proven; [`follow`]:
//!    the accounts whose transactions are read.
//! 5. [`payments`]: the one door for money. [`merchants`], [`refunds`], [`invoices`] and
//!    [`requests`] stand on it; [`payouts`] move a merchant to another wallet, [`unmatched`] is what
//!    came without a reason, [`receipts`] are for whoever wants to check, [`webhooks`] are a merchant's
//!    own servers, and [`rates`] tell what money is worth in fiat. [`stars`] are what Telegram takes for
//!    digital goods, the one payment that no chain sees. [`cryptobot`] says the same in the words of
//!    those who come from there; [`reports`] add it all up.
//! 6. [`watch`] reads the chain into payments; [`subjects`] are everything that can be paid, and say what a
//!    payment means for it.
//! 7. [`deliver`] and [`bot`] tell people; [`http`] is the roof over every domain's routes.
//! 8. [`questions`] are what people ask of the chain, beside the watcher and behind it; [`vouched`] holds
//!    the listed jettons against the chain.
//! 9. [`app`], [`config`], [`tasks`] and [`serve`] put it together and keep it running;
//!    `sandbox` puts the simulated world around it; [`backup`] keeps copies and comes back from them;
//!    [`develop`] helps whoever builds a shop.

#![recursion_limit = "256"]

pub mod app;
pub mod backup;
pub mod bot;
pub mod call;
pub mod client;
pub mod config;
pub mod cryptobot;
pub mod db;
pub mod deliver;
pub mod develop;
pub mod dice;
pub mod doctor;
pub mod events;
pub mod extract;
pub mod follow;
pub mod http;
pub mod id;
pub mod idempotency;
pub mod identity;
pub mod invoices;
pub mod list;
pub mod merchants;
pub mod money;
pub mod page;
pub mod payments;
pub mod payouts;
pub mod problem;
pub mod questions;
pub mod rates;
pub mod receipts;
pub mod refunds;
pub mod reports;
pub mod requests;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod serve;
pub mod stars;
pub mod subjects;
pub mod tasks;
pub mod time;
pub mod unmatched;
pub mod vouched;
pub mod wait;
pub mod wallets;
pub mod watch;
pub mod webhooks;
