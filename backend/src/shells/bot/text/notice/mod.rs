//! From an event to the message that tells of it. Pure: type, data and language in, message out.

mod stores;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{Message, Words, show, words};
use crate::{
    base::events::kind,
    money::stars,
    words::money::{Amount, Money},
};

/// The longest name and the longest note in a message, in characters.
const NAME: usize = 64;
const NOTE: usize = 200;

/// What a payment event carries, as far as the chat cares.
#[derive(Debug, Deserialize)]
struct Payment {
    id: String,
    direction: String,
    purpose: Purpose,
    money: Money,
    from: Option<Party>,
    to: Party,
    note: Option<String>,
    #[serde(default)]
    memo: Option<String>,
    settlement: Option<Settlement>,
}

#[derive(Debug, Deserialize)]
struct Purpose {
    description: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Party {
    kind: String,
    name: String,
}

#[derive(Debug, Deserialize)]
struct Settlement {
    block: u32,
    fee: Option<Money>,
    received: Money,
}

#[derive(Debug, Deserialize)]
struct Invoice {
    id: String,
    #[serde(default)]
    status: String,
    exception: String,
    money: Money,
    received: Money,
    remaining: Money,
    #[serde(default)]
    accepted: Vec<Accepted>,
    #[serde(default)]
    open_amount: bool,
    shop: Shop,
    description: Option<String>,
    external_id: Option<String>,
    payments: Vec<InvoicePayment>,
    #[serde(default)]
    stars: Option<Starred>,
    #[serde(default)]
    star_payments: Vec<StarPayment>,
}

#[derive(Debug, Deserialize)]
struct Starred {
    received: Money,
}

#[derive(Debug, Deserialize)]
struct StarPayment {
    money: Money,
}

#[derive(Debug, Deserialize)]
struct Accepted {
    money: Money,
    received: Money,
    remaining: Money,
}

#[derive(Debug, Deserialize)]
struct Shop {
    name: String,
}

#[derive(Debug, Deserialize)]
struct InvoicePayment {
    money: Money,
    block: u32,
}

#[derive(Debug, Deserialize)]
struct Refund {
    shop: String,
    money: Money,
    sent: Money,
    reason: Option<String>,
    invoice: Option<String>,
    settlements: Vec<Settlement>,
    failure: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Unmatched {
    reason: Option<String>,
    from: Option<String>,
    comment: Option<String>,
    units: String,
    settlement: Settlement,
}

#[derive(Debug, Deserialize)]
struct Wallet {
    address: String,
    by_you: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct Webhook {
    url: String,
    reason: Option<String>,
    shop: Shop,
}

/// An event that can be told, read from its data.
enum Notice {
    Sent(Payment),
    SentAgain(Payment),
    Received(Payment),
    Invoice(Invoice),
    MoreGiven(Invoice),
    Refunded(Refund),
    RefundedAgain(Refund),
    RefundFailed(Refund),
    Unmatched(Unmatched),
    Linked(Wallet),
    Unlinked(Wallet),
    Chosen(Wallet),
    WebhookFailing(Webhook),
    WebhookDisabled(Webhook),
    Store(stores::Notice),
}

fn read(event_type: &str, data: &Value) -> Option<Notice> {
    fn from<T: for<'de> Deserialize<'de>>(data: &Value) -> Option<T> {
        T::deserialize(data).ok()
    }
    match event_type {
        kind::PAYMENT_SENT => from(data).map(Notice::Sent),
        kind::PAYMENT_DUPLICATE => from(data).map(Notice::SentAgain),
        kind::PAYMENT_RECEIVED => from(data).map(Notice::Received),
        kind::PAYMENT_UNMATCHED => from(data).map(Notice::Unmatched),
        kind::INVOICE_PAID
        | kind::INVOICE_OVERPAID
        | kind::INVOICE_PARTIALLY_PAID
        | kind::INVOICE_PAID_LATE => from(data).map(Notice::Invoice),
        kind::INVOICE_PAID_AGAIN => from(data).map(Notice::MoreGiven),
        kind::REFUND_SUCCEEDED => from(data).map(Notice::Refunded),
        kind::REFUND_OVERPAID => from(data).map(Notice::RefundedAgain),
        kind::REFUND_FAILED => from(data).map(Notice::RefundFailed),
        kind::WALLET_LINKED => from(data).map(Notice::Linked),
        kind::WALLET_UNLINKED => from(data).map(Notice::Unlinked),
        kind::WALLET_CHOSEN => from(data).map(Notice::Chosen),
        kind::WEBHOOK_FAILING => from(data).map(Notice::WebhookFailing),
        kind::WEBHOOK_DISABLED => from(data).map(Notice::WebhookDisabled),
        _ => stores::read(event_type, data).map(Notice::Store),
    }
}

/// What a shop sends is paid back.
fn is_shop(party: &Option<Party>) -> bool {
    party.as_ref().is_some_and(|party| party.kind == "shop")
}

/// The message for an event. `None`: it is not one that is told in a chat.
pub fn render(event_type: &str, data: &Value, language: &str) -> Option<Message> {
    let words = words(language);
    Some(match read(event_type, data)? {
        Notice::Sent(payment) => sent(words, &payment),
        Notice::SentAgain(payment) => {
            let title = words.sent_again(&show_money(&payment), &name(words, &payment.to));
            payment_message(words, &title, Some(words.sent_again_hint()), &payment)
        }
        Notice::Received(payment) => {
            let from = payment.from.as_ref().map(|from| name(words, from));
            let money = show_money(&payment);
            let title = match &from {
                Some(shop) if is_shop(&payment.from) => words.paid_back(&money, shop),
                from => words.received(&money, from.as_deref()),
            };
            payment_message(words, &title, None, &payment)
        }
        Notice::Invoice(invoice) => {
            let (title, hint) = invoice_title(words, &invoice);
            invoice_message(words, &title, hint, &invoice)
        }
        Notice::MoreGiven(invoice) => {
            let shop = show_name(words, &invoice.shop.name);
            let title = words.invoice_given_more(&shop, &received(&invoice));
            invoice_message(words, &title, None, &invoice)
        }
        Notice::Refunded(refund) => {
            let title = words.refunded(&show_name(words, &refund.shop), &shown(&refund.sent));
            refund_message(words, &title, None, &refund)
        }
        Notice::RefundedAgain(refund) => {
            let shop = show_name(words, &refund.shop);
            let title = words.refunded_again(&shop, &shown(&refund.sent), &shown(&refund.money));
            refund_message(words, &title, Some(words.refunded_again_hint()), &refund)
        }
        Notice::RefundFailed(refund) => {
            let title = words.refund_failed(&show_name(words, &refund.shop), &shown(&refund.money));
            let hint = match refund.failure {
                Some(_) => words.stars_refund_failed_hint(),
                None => words.refund_failed_hint(),
            };
            refund_message(words, &title, Some(hint), &refund)
        }
        Notice::Unmatched(transfer) => unmatched_message(words, &transfer),
        Notice::Linked(wallet) => linked_message(words, &wallet),
        Notice::Chosen(wallet) => {
            let title = words.wallet_chosen(&short(&wallet.address));
            lines([Some(bold(&title)), Some(words.wallet_linked_hint().to_owned())])
                .with(words.review_wallets(), None)
        }
        Notice::Unlinked(wallet) => {
            let title = words.wallet_unlinked(&short(&wallet.address));
            lines([Some(bold(&title))]).with(words.review_wallets(), None)
        }
        Notice::WebhookFailing(webhook) => {
            let (shop, host) = webhook_names(words, &webhook);
            let title = bold(&words.webhook_failing(&shop, &host));
            lines([Some(title), Some(words.webhook_failing_hint().to_owned())])
        }
        Notice::WebhookDisabled(webhook) => {
            let (shop, host) = webhook_names(words, &webhook);
            let because = words.webhook_disabled_because(webhook.reason.as_deref().unwrap_or(""));
            let title = bold(&words.webhook_disabled(&shop, &host));
            lines([Some(title), Some(because.to_owned())])
        }
        Notice::Store(notice) => stores::message(words, &notice),
    })
}

/// The shop, and the host only: the rest of an address may hold a secret.
fn webhook_names(words: &dyn Words, webhook: &Webhook) -> (String, String) {
    let host = webhook.url.split('/').nth(2).unwrap_or_default();
    (show_name(words, &webhook.shop.name), show(host, NAME))
}

fn sent(words: &dyn Words, payment: &Payment) -> Message {
    let (money, to) = (show_money(payment), name(words, &payment.to));
    let title = if payment.to.kind == "shop" {
        words.paid_shop(&money, &to)
    } else {
        words.sent(&money, &to)
    };
    payment_message(words, &title, None, payment)
}

fn payment_message(
    words: &dyn Words,
    title: &str,
    hint: Option<&str>,
    payment: &Payment,
) -> Message {
    let written = payment.note.as_deref().or(payment.memo.as_deref());
    let said = written.or(payment.purpose.description.as_deref());
    let settlement = payment.settlement.as_ref();
    let block = settlement.map(|s| words.final_in(&grouped(s.block)));
    // Whoever receives has not paid it.
    let fee = settlement.and_then(|s| s.fee.as_ref()).filter(|_| payment.direction == "out");
    let fee = fee.map(|fee| words.fee(&shown(fee)));
    lines([Some(bold(title)), joined([quoted(words, said), block]), fee, hint.map(str::to_owned)])
        .with(words.view_receipt(), Some(&payment.id))
}

/// What came, asset by asset.
fn received(invoice: &Invoice) -> String {
    let came = invoice.accepted.iter().map(|accepted| &accepted.received);
    let came = came.filter(|money| money.units != "0").chain(in_stars(invoice));
    let came: Vec<String> = came.map(shown).collect();
    if came.is_empty() { shown(&invoice.received) } else { came.join(" + ") }
}

/// The Stars that came, if any did.
fn in_stars(invoice: &Invoice) -> Option<&Money> {
    let stars = invoice.stars.as_ref().map(|stars| &stars.received);
    stars.filter(|received| received.units != "0")
}

/// A sum in one asset or another. Of several, each will do.
pub fn any_of<'a>(words: &dyn Words, sums: impl IntoIterator<Item = &'a Money>) -> String {
    sums.into_iter().map(shown).collect::<Vec<_>>().join(words.or())
}

fn invoice_title(words: &dyn Words, invoice: &Invoice) -> (String, Option<String>) {
    let shop = show_name(words, &invoice.shop.name);
    let each = |of: fn(&Accepted) -> &Money, alone: &Money| match &invoice.accepted[..] {
        [] => shown(alone),
        accepted => any_of(words, accepted.iter().map(of)),
    };
    let due = each(|accepted| &accepted.money, &invoice.money);
    let remaining = each(|accepted| &accepted.remaining, &invoice.remaining);
    let received = received(invoice);
    match invoice.exception.as_str() {
        "overpaid" => (words.invoice_overpaid(&shop, &received, &due), None),
        "underpaid" => {
            (words.invoice_underpaid(&shop, &received, &due), Some(words.missing(&remaining)))
        }
        "late" if matches!(invoice.status.as_str(), "open" | "processing") => {
            (words.invoice_unpriced(&shop, &received), Some(words.unpriced_hint().to_owned()))
        }
        "late" => (words.invoice_late(&shop, &received), Some(words.late_hint().to_owned())),
        _ if in_stars(invoice).is_some() => (words.invoice_paid(&shop, &received), None),
        _ if invoice.open_amount => (words.invoice_given(&shop, &received), None),
        _ if invoice.accepted.len() > 1 => (words.invoice_paid(&shop, &received), None),
        _ => (words.invoice_paid(&shop, &due), None),
    }
}

fn invoice_message(
    words: &dyn Words,
    title: &str,
    hint: Option<String>,
    invoice: &Invoice,
) -> Message {
    let said = invoice.description.as_deref().or(invoice.external_id.as_deref());
    let block = invoice.payments.last().map(|payment| words.final_in(&grouped(payment.block)));
    lines([Some(bold(title)), joined([quoted(words, said), block]), hint])
        .with(words.view_invoice(), Some(&invoice.id))
}

fn refund_message(words: &dyn Words, title: &str, hint: Option<&str>, refund: &Refund) -> Message {
    let block = refund.settlements.last().map(|s| words.final_in(&grouped(s.block)));
    let said = quoted(words, refund.reason.as_deref());
    let message = lines([Some(bold(title)), joined([said, block]), hint.map(str::to_owned)]);
    match &refund.invoice {
        Some(invoice) => message.with(words.view_invoice(), Some(invoice)),
        None => message,
    }
}

fn unmatched_message(words: &dyn Words, transfer: &Unmatched) -> Message {
    let too_large = transfer.reason.as_deref() == Some("too_large");
    let money = if too_large {
        words.units(&show(&transfer.units, NAME), &show(&transfer.settlement.received.asset, NAME))
    } else {
        shown(&transfer.settlement.received)
    };
    let from = transfer.from.as_deref().map(|from| words.sender(&short(from)));
    let block = words.final_in(&grouped(transfer.settlement.block));
    let because = words.unmatched_because(transfer.reason.as_deref().unwrap_or_default());
    lines([
        Some(bold(&words.unmatched(&money))),
        joined([quoted(words, transfer.comment.as_deref()), from, Some(block)]),
        Some(because.to_owned()),
    ])
}

fn linked_message(words: &dyn Words, wallet: &Wallet) -> Message {
    let address = short(&wallet.address);
    let (title, hint) = if wallet.by_you == Some(false) {
        (words.wallet_linked_elsewhere(&address), words.wallet_linked_elsewhere_hint())
    } else {
        (words.wallet_linked(&address), words.wallet_linked_hint())
    };
    lines([Some(bold(&title)), Some(hint.to_owned())]).with(words.review_wallets(), None)
}

/// Whether an event may be told together with others. Whatever warns of a stranger may not.
pub fn may_be_summed(event_type: &str) -> bool {
    event_type.starts_with("payment.") || event_type.starts_with("invoice.")
}

/// One message in place of many: how many there were, and what they come to.
pub fn sum_up<'a>(
    events: impl IntoIterator<Item = (&'a str, &'a Value)>,
    language: &str,
) -> Message {
    let words = words(language);
    let (mut count, mut received, mut sent) = (0, Sums::default(), Sums::default());
    for (event_type, data) in events {
        count += 1;
        match read(event_type, data) {
            Some(Notice::Sent(payment) | Notice::SentAgain(payment)) => {
                sent.add(payment.settlement.as_ref().map_or(&payment.money, |s| &s.received));
            }
            Some(Notice::Received(payment)) => {
                received.add(payment.settlement.as_ref().map_or(&payment.money, |s| &s.received));
            }
            Some(Notice::Invoice(invoice) | Notice::MoreGiven(invoice)) => {
                // Whichever came last is not told here; where both came, the chain's is.
                let stars = invoice.star_payments.last().map(|paid| &paid.money);
                let paid = invoice.payments.last().map(|payment| &payment.money);
                if let Some(money) = paid.or(stars) {
                    received.add(money);
                }
            }
            Some(Notice::Unmatched(transfer)) => received.add(&transfer.settlement.received),
            // None of these may be summed.
            Some(
                Notice::Refunded(_)
                | Notice::RefundedAgain(_)
                | Notice::RefundFailed(_)
                | Notice::Linked(_)
                | Notice::Unlinked(_)
                | Notice::Chosen(_)
                | Notice::WebhookFailing(_)
                | Notice::WebhookDisabled(_)
                | Notice::Store(_),
            )
            | None => {}
        }
    }
    lines([
        Some(bold(&words.more_payments(count))),
        received.text().map(|sums| words.received_in_all(&sums)),
        sent.text().map(|sums| words.sent_in_all(&sums)),
    ])
    .with(words.see_all(), None)
}

/// Units by asset and decimals.
#[derive(Default)]
struct Sums(BTreeMap<(String, u8), u128>);

impl Sums {
    fn add(&mut self, money: &Money) {
        let units: u128 = money.units.parse().unwrap_or_default();
        let sum = self.0.entry((money.asset.clone(), money.decimals)).or_default();
        *sum = sum.saturating_add(units);
    }

    fn text(&self) -> Option<String> {
        let sums: Vec<String> = self
            .0
            .iter()
            .filter(|(_, units)| **units > 0)
            .map(|((asset, decimals), units)| {
                // A sum past what one amount can hold says at least how much that is.
                let sum = Amount::new(*units).unwrap_or(Amount::MAX);
                format!("{} {}", sum.display(*decimals), show(asset, NAME))
            })
            .collect();
        (!sums.is_empty()).then(|| sums.join(", "))
    }
}

fn lines<const N: usize>(lines: [Option<String>; N]) -> Message {
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    Message::new(lines.join("\n"))
}

fn joined<const N: usize>(parts: [Option<String>; N]) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

pub fn bold(text: &str) -> String {
    format!("<b>{text}</b>")
}

fn quoted(words: &dyn Words, text: Option<&str>) -> Option<String> {
    let text = show(text?, NOTE);
    (!text.is_empty()).then(|| words.quote(&text))
}

fn show_money(payment: &Payment) -> String {
    shown(&payment.money)
}

/// Money comes from our own hands, but its asset may be a name that somebody configured.
pub fn shown(money: &Money) -> String {
    if money.asset == stars::CODE {
        let word = if money.amount == "1" { "Star" } else { "Stars" };
        return format!("{} {word}", money.amount);
    }
    format!("{} {}", money.amount, show(&money.asset, NAME))
}

fn name(words: &dyn Words, party: &Party) -> String {
    show_name(words, &party.name)
}

/// A name may be nothing but invisible characters.
pub fn show_name(words: &dyn Words, name: &str) -> String {
    let shown = show(name, NAME);
    if shown.is_empty() { words.someone().to_owned() } else { shown }
}

/// `UQDt4q…F74p9d`
pub fn short(address: &str) -> String {
    let characters: Vec<char> = address.chars().collect();
    if characters.len() < 16 {
        return show(address, NAME);
    }
    let (head, tail) = (&characters[..6], &characters[characters.len() - 6..]);
    show(&format!("{}…{}", String::from_iter(head), String::from_iter(tail)), NAME)
}

/// `48 112`, with spaces that keep the number on one line.
fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests;
