//! What the bot says. [`Words`] is the list of everything that needs a language, [`en`] says it in
//! English; [`notice`] turns events into messages and [`clean`] makes foreign text safe to show.
//!
//! Another language is one more file with `impl Words`: the compiler lists what is missing.

mod clean;
mod en;
pub mod notice;

use serde::{Deserialize, Serialize};

use crate::selling::invoices::Declined;

pub use clean::show;
pub use notice::render;

/// A message on its way into a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Telegram's HTML: only `<b>` and `<code>`, everything foreign escaped.
    pub html: String,
    /// One under the other.
    pub buttons: Vec<Button>,
}

/// A button that opens the Mini App, or tells the bot that it was pressed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    pub label: String,
    /// What to open there, `pay_…`; the front page if nothing.
    pub start: Option<String>,
    /// What the bot is told instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tells: Option<String>,
}

impl Message {
    pub fn new(html: impl Into<String>) -> Self {
        Self { html: html.into(), buttons: Vec::new() }
    }

    #[must_use]
    pub fn with(mut self, label: &str, start: Option<&str>) -> Self {
        let (label, start) = (label.to_owned(), start.map(str::to_owned));
        self.buttons.push(Button { label, start, tells: None });
        self
    }

    /// With a button that tells the bot these words, at most 64 bytes of them.
    #[must_use]
    pub fn with_press(mut self, label: &str, tells: String) -> Self {
        self.buttons.push(Button { label: label.to_owned(), start: None, tells: Some(tells) });
        self
    }

    /// The same without any markup, for when Telegram cannot read ours.
    pub fn plain(&self) -> String {
        clean::plain(&self.html)
    }
}

pub use crate::money::payments::card::Standing;

/// What a change that waits is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matter<'a> {
    OwnerInvited,
    OwnerMade,
    /// With the role that is left, the API's word.
    OwnerLowered(&'a str),
    OwnerRemoved,
    /// With the key's first characters.
    Key(&'a str),
}

/// Everything the bot can say, in one language. Arguments are clean already, `<` and `&` escaped.
pub trait Words: Sync {
    // Payments.
    fn sent(&self, money: &str, to: &str) -> String;
    fn paid_shop(&self, money: &str, shop: &str) -> String;
    fn sent_again(&self, money: &str, to: &str) -> String;
    fn sent_again_hint(&self) -> &'static str;
    fn received(&self, money: &str, from: Option<&str>) -> String;
    /// A refund, to whoever had paid.
    fn paid_back(&self, money: &str, shop: &str) -> String;
    fn final_in(&self, block: &str) -> String;
    fn fee(&self, money: &str) -> String;
    fn quote(&self, text: &str) -> String;
    fn view_receipt(&self) -> &'static str;

    // Invoices, to their merchant.
    fn invoice_paid(&self, shop: &str, money: &str) -> String;
    fn invoice_overpaid(&self, shop: &str, received: &str, due: &str) -> String;
    fn invoice_underpaid(&self, shop: &str, received: &str, due: &str) -> String;
    fn missing(&self, money: &str) -> String;
    fn invoice_late(&self, shop: &str, received: &str) -> String;
    fn invoice_unpriced(&self, shop: &str, received: &str) -> String;
    fn invoice_given(&self, shop: &str, received: &str) -> String;
    fn invoice_given_more(&self, shop: &str, received: &str) -> String;
    fn late_hint(&self) -> &'static str;
    fn unpriced_hint(&self) -> &'static str;
    fn view_invoice(&self) -> &'static str;
    fn refunded(&self, shop: &str, money: &str) -> String;
    fn refunded_again(&self, shop: &str, sent: &str, money: &str) -> String;
    fn refunded_again_hint(&self) -> &'static str;
    fn refund_failed(&self, shop: &str, money: &str) -> String;
    fn refund_failed_hint(&self) -> &'static str;
    fn unmatched(&self, money: &str) -> String;
    /// An amount too large to be written as a decimal.
    fn units(&self, units: &str, asset: &str) -> String;
    fn sender(&self, from: &str) -> String;
    /// `reason` is the API's word.
    fn unmatched_because(&self, reason: &str) -> &'static str;

    // Stars.
    /// Telegram shows it to whoever is about to pay.
    fn declined(&self, why: Declined) -> &'static str;
    fn stars_late_hint(&self) -> &'static str;
    fn stars_again_hint(&self) -> &'static str;
    /// Stars that pay nothing we know.
    fn stars_unknown(&self) -> &'static str;
    fn stars_refund_failed_hint(&self) -> &'static str;
    /// An invoice that cannot be paid inside Telegram.
    fn asks_outside(&self, who: &str) -> String;
    fn outside_hint(&self) -> &'static str;

    // Many at once.
    fn more_payments(&self, count: usize) -> String;
    fn received_in_all(&self, sums: &str) -> String;
    fn sent_in_all(&self, sums: &str) -> String;
    fn see_all(&self) -> &'static str;

    // Wallets.
    fn wallet_linked(&self, wallet: &str) -> String;
    fn wallet_linked_hint(&self) -> &'static str;
    fn wallet_chosen(&self, wallet: &str) -> String;
    fn wallet_linked_elsewhere(&self, wallet: &str) -> String;
    fn wallet_linked_elsewhere_hint(&self) -> &'static str;
    fn wallet_unlinked(&self, wallet: &str) -> String;
    fn review_wallets(&self) -> &'static str;
    fn no_wallet(&self) -> &'static str;
    fn connect_wallet(&self) -> &'static str;
    fn your_wallets(&self) -> &'static str;
    fn default_wallet(&self) -> &'static str;

    // Webhooks, to their merchant.
    fn webhook_failing(&self, shop: &str, host: &str) -> String;
    fn webhook_failing_hint(&self) -> &'static str;
    fn webhook_disabled(&self, shop: &str, host: &str) -> String;
    /// `reason` is the API's word.
    fn webhook_disabled_because(&self, reason: &str) -> &'static str;

    // Stores, to their owners. `when` is a date and time, UTC.
    fn payout_asked(&self, shop: &str, to: &str, when: &str) -> String;
    fn payout_asked_hint(&self) -> &'static str;
    fn payout_changed(&self, shop: &str, to: &str) -> String;
    fn payout_canceled(&self, shop: &str, stays: &str) -> String;
    fn review_store(&self) -> &'static str;
    fn change_asked(&self, shop: &str, matter: Matter<'_>, when: &str) -> String;
    fn change_asked_hint(&self, matter: Matter<'_>) -> &'static str;
    fn change_done(&self, shop: &str, matter: Matter<'_>) -> String;
    fn change_canceled(&self, shop: &str, matter: Matter<'_>) -> String;
    /// Before the title of something that takes place within a day.
    fn soon(&self, title: &str) -> String;
    /// The button that stops a change.
    fn stop(&self) -> &'static str;
    // What its presser reads; at most 200 characters.
    fn stopped(&self) -> &'static str;
    fn stop_over(&self) -> &'static str;
    fn stop_not_yours(&self) -> &'static str;
    fn stop_unknown(&self) -> &'static str;
    /// `hint` is the key's first characters.
    fn key_made(&self, shop: &str, hint: &str) -> String;
    fn key_made_hint(&self) -> &'static str;
    fn owner_by_operator(&self, shop: &str) -> String;
    fn webhook_created(&self, shop: &str, host: &str) -> String;
    fn webhook_moved(&self, shop: &str, host: &str) -> String;
    fn webhook_changed(&self, shop: &str, host: &str) -> String;
    /// `host` is empty for the secret of the addresses that invoices bring along.
    fn webhook_secret(&self, shop: &str, host: &str) -> String;
    fn webhook_deleted(&self, shop: &str, host: &str) -> String;
    fn webhook_key_ended(&self, shop: &str, host: &str) -> String;
    fn webhook_key_ended_hint(&self) -> &'static str;
    fn webhook_warning(&self) -> &'static str;
    /// `role` is the API's word.
    fn member_joined(&self, shop: &str, role: &str) -> String;
    fn member_changed(&self, shop: &str, role: &str) -> String;
    fn member_removed(&self, shop: &str, role: &str) -> String;
    fn member_hint(&self) -> &'static str;

    // Talking with the bot.
    fn welcome(&self, name: &str) -> String;
    fn help(&self) -> &'static str;
    fn hint(&self) -> &'static str;
    fn unknown_link(&self) -> &'static str;
    fn history(&self) -> &'static str;
    fn no_history(&self) -> &'static str;
    fn history_line(&self, incoming: bool, money: &str, party: &str, standing: Standing) -> String;
    fn someone(&self) -> &'static str;
    fn privacy(&self) -> &'static str;
    fn pay_support(&self) -> &'static str;
    fn asks_for(&self, who: &str, money: &str) -> String;
    fn asks_for_any(&self, who: &str) -> String;
    fn at_least(&self, money: &str) -> String;
    /// Between sums of which one will do.
    fn or(&self) -> &'static str;
    fn standing(&self, standing: Standing) -> &'static str;
    fn open(&self) -> &'static str;
    fn open_app(&self) -> &'static str;
    fn pay(&self) -> &'static str;

    // The bot's profile.
    fn about(&self) -> &'static str;
    fn about_in_short(&self) -> &'static str;
    /// Command and description.
    fn commands(&self) -> &'static [(&'static str, &'static str)];
}

/// The words for a language tag such as `en` or `pt-br`; English where we have no others.
#[must_use]
pub fn words(_language: &str) -> &'static dyn Words {
    &en::English
}
