//! Remit: payments on TON, inside Telegram, from wallet to wallet.
//!
//! A guided tour, from the ground up. Each wing may use those before it, and [`asking`] and [`selling`] are
//! strangers to each other.
//!
//! 1. [`words`]: [`id`](words::id), [`money`](words::money), [`time`](words::time), [`dice`](words::dice),
//!    [`page`](words::page).
//! 2. [`base`]: [`db`](base::db), one text of SQL on two engines, where what a transaction announces commits with
//!    it; [`events`](base::events), what happened, a gap-free feed per account;
//!    [`idempotency`](base::idempotency), a request sent twice happens once; [`follow`](base::follow), the
//!    accounts whose transactions are read; [`questions`](base::questions), what people ask of the chain, behind
//!    the watcher; [`vouched`](base::vouched), the listed jettons held against the chain; [`web`](base::web), what
//!    all routes share; [`config`](base::config), [`app`](base::app) and [`tasks`](base::tasks).
//! 3. [`people`]: [`identity`](people::identity), who is calling, and [`wallets`](people::wallets), the addresses
//!    they have proven.
//! 4. [`money`]: [`payments`](money::payments), the one door; [`stars`](money::stars), what Telegram takes for
//!    digital goods and no chain sees; [`rates`](money::rates), what it is worth in fiat.
//! 5. [`asking`]: [`requests`](asking::requests) among people.
//! 6. [`selling`]: [`merchants`](selling::merchants) with their members and keys, and where they are paid,
//!    [`payouts`](selling::payouts); [`invoices`](selling::invoices) and [`refunds`](selling::refunds);
//!    [`unmatched`](selling::unmatched), what came without a reason; [`webhooks`](selling::webhooks), a shop's own
//!    servers; [`receipts`](selling::receipts) for whoever wants to check; [`reports`](selling::reports), which add
//!    it all up; [`cryptobot`](selling::cryptobot), the same in the words of those who come from there.
//! 7. [`subjects`]: everything that can be paid, in one list, and what a payment means for it.
//! 8. [`shells`]: [`watch`](shells::watch) reads the chain into payments, [`deliver`](shells::deliver) and
//!    [`bot`](shells::bot) tell people, [`http`](shells::http) is the roof over every domain's routes.
//! 9. [`run`]: [`serve`](run::serve) puts it together and keeps it running, `sandbox` puts the simulated world
//!    around it, [`backup`](run::backup) keeps copies and comes back from them, [`doctor`](run::doctor) looks at
//!    what is set up, [`develop`](run::develop) helps whoever builds a shop.

#![recursion_limit = "256"]

pub mod asking;
pub mod base;
pub mod money;
pub mod people;
pub mod run;
pub mod selling;
pub mod shells;
pub mod subjects;
pub mod words;
