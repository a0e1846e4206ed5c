//! The pay page without scripts: who asks, how much, where to, with which comment, until when, and how it
//! stands. Everything foreign is escaped; the state is as of this answer, so the page reloads itself.

use std::fmt::{self, Write};

use crate::{
    selling::invoices::{
        InvoiceException, InvoiceStatus,
        view::{AcceptedAsset, PublicInvoiceView},
    },
    words::{money::Money, time::Time},
};

/// Seconds after which a page without scripts looks again, as long as something may happen.
const AGAIN: u32 = 15;

/// Whether there is a sum to pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sum {
    Held,
    /// The rate of a price in fiat is over, and none can be trusted.
    Unknown,
}

/// The built page with an invoice written into it, or with word that there is none.
pub fn fill(page: &str, invoice: Option<(&PublicInvoiceView, Sum)>) -> String {
    let (title, body) = match invoice {
        Some((invoice, sum)) => (title(invoice), told(invoice, sum)),
        None => ("There is no such invoice".to_owned(), MISSING.to_owned()),
    };
    let page = between(page, "<title>", "</title>", &Escaped(&title).to_string());
    let page = between(&page, "<noscript>", "</noscript>", &body);
    // Only where nothing else keeps the page up to date.
    let again = match invoice.filter(|(invoice, _)| is_live(invoice)) {
        Some(_) => format!("<meta http-equiv=\"refresh\" content=\"{AGAIN}\">"),
        None => String::new(),
    };
    let plain = "<style>#app{display:none}</style>";
    page.replacen("</head>", &format!("<noscript>{plain}{again}</noscript></head>"), 1)
}

const HEAD: &str =
    "<main class=\"pay plain\"><p class=\"pay-head\"><span class=\"wordmark\">Remit</span></p>";
const MISSING: &str = "<main class=\"pay plain\"><section class=\"card\"><h1>There is no such invoice</h1>\
    <p>Check the link, or ask the shop for a new one.</p></section></main>";

/// `page` with other words between the first two marks.
fn between(page: &str, from: &str, to: &str, words: &str) -> String {
    let Some((head, rest)) = page.split_once(from) else { return page.to_owned() };
    let Some((_, tail)) = rest.split_once(to) else { return page.to_owned() };
    [head, from, words, to, tail].concat()
}

fn title(invoice: &PublicInvoiceView) -> String {
    match (invoice.open_amount, invoice.status) {
        (true, status) if status != InvoiceStatus::Paid => format!("Pay {}", invoice.shop.name),
        _ => format!("{} to {}", invoice.money, invoice.shop.name),
    }
}

fn is_live(invoice: &PublicInvoiceView) -> bool {
    matches!(invoice.status, InvoiceStatus::Open | InvoiceStatus::Processing)
}

/// Text on its way into HTML, between tags or in a quoted attribute.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            // A name must not turn the text after it around.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => Ok(()),
            other => f.write_char(other),
        })
    }
}

/// `2026-11-23 11:22 UTC`: without scripts nobody knows the reader's own time.
fn clock(at: Time) -> String {
    let text = at.to_string();
    format!("{} UTC", text.get(..16).unwrap_or(&text).replace('T', " "))
}

fn day(at: Time) -> String {
    let text = at.to_string();
    text.get(..10).unwrap_or(&text).to_owned()
}

fn any_of<'a>(sums: impl Iterator<Item = &'a Money>) -> String {
    sums.map(Money::to_string).collect::<Vec<_>>().join(" or ")
}

/// Both are hidden only inside Telegram, where this page is not.
fn reference(invoice: &PublicInvoiceView) -> &str {
    invoice.reference.as_deref().unwrap_or_default()
}

fn address(invoice: &PublicInvoiceView) -> &str {
    invoice.address.as_deref().unwrap_or_default()
}

/// What came, asset by asset and in Stars.
fn came(invoice: &PublicInvoiceView) -> String {
    let stars = invoice.stars.iter().map(|stars| &stars.received);
    let came = invoice.accepted.iter().map(|one| &one.received).chain(stars);
    let came = came.filter(|money| money.units != "0");
    let came: Vec<String> = came.map(Money::to_string).collect();
    if came.is_empty() { invoice.received.to_string() } else { came.join(" + ") }
}

const NO_SUM: [&str; 2] = [
    "The amount cannot be reckoned just now.",
    "The rate of this price is over, and no new one can be relied on. Do not pay yet. Nothing is lost: look \
     again in a minute.",
];

/// The page's words.
fn told(invoice: &PublicInvoiceView, sum: Sum) -> String {
    let mut html = String::from(HEAD);
    let (heading, hint) = match (sum, invoice.status) {
        (Sum::Unknown, InvoiceStatus::Open) => {
            let [heading, hint] = NO_SUM.map(str::to_owned);
            (heading, hint)
        }
        _ => standing(invoice),
    };
    let mut facts = Facts::default();
    push(&mut html, format_args!("<section class=\"card\"><p>{}</p>", Escaped(&asks(invoice))));
    push(&mut html, format_args!("<h1>{}</h1>", Escaped(&headline(invoice))));
    if let Some(fiat) = &invoice.fiat {
        push(
            &mut html,
            format_args!("<p>{} {}</p>", Escaped(&fiat.amount), Escaped(&fiat.currency)),
        );
    }
    if let Some(description) = &invoice.description {
        push(&mut html, format_args!("<p>{}</p>", Escaped(description)));
    }
    push(
        &mut html,
        format_args!(
            "<p class=\"state\"><b>{}</b> {}</p></section>",
            Escaped(&heading),
            Escaped(&hint)
        ),
    );
    for lost in invoice.astray.iter().filter(|lost| lost.refunded.units != lost.money.units) {
        let words = format!(
            "{} came with this reference and cannot pay this invoice. {} has it and can send it back: ask, \
             and quote {}.",
            lost.money,
            invoice.shop.name,
            reference(invoice)
        );
        push(
            &mut html,
            format_args!("<section class=\"card\"><p>{}</p></section>", Escaped(&words)),
        );
    }
    if invoice.status == InvoiceStatus::Open {
        if sum == Sum::Held {
            html.push_str(&ways(invoice));
            let held = invoice.fiat.as_ref().map(|fiat| fiat.rate_expires_at);
            if let Some(held) = held.filter(|held| *held < invoice.expires_at) {
                facts.add("This amount holds until", &clock(held));
            }
        }
        facts.add("Pay before", &clock(invoice.expires_at));
    }
    if let Some(at) = invoice.paid_at {
        facts.add("Paid", &clock(at));
    }
    facts.add("Wallet bound since", &day(invoice.shop.wallet_since));
    facts.add("Invoice", &invoice.id);
    if invoice.status != InvoiceStatus::Open {
        facts.add("Reference", reference(invoice));
    }
    // Once it is over, an address would only invite more.
    if matches!(invoice.status, InvoiceStatus::Paid | InvoiceStatus::Processing) {
        facts.add("Address", address(invoice));
    }
    for receipt in &invoice.receipts {
        facts.add(&format!("{}, transaction", receipt.received), &receipt.hash);
    }
    push(&mut html, format_args!("<section class=\"card\">{}</section>", facts.end()));
    push(&mut html, format_args!("<p class=\"fine\">{}</p></main>", footer(invoice)));
    html
}

fn asks(invoice: &PublicInvoiceView) -> String {
    let shop = &invoice.shop.name;
    match (is_live(invoice), invoice.open_amount) {
        (true, true) => format!("{shop} leaves the amount to you"),
        (true, false) => format!("{shop} asks for"),
        (false, _) => shop.clone(),
    }
}

fn headline(invoice: &PublicInvoiceView) -> String {
    match (invoice.open_amount, invoice.status, &invoice.min_amount) {
        (true, InvoiceStatus::Paid, _) => came(invoice),
        (true, _, Some(least)) => format!("At least {least}"),
        (true, _, None) => "Any amount".to_owned(),
        (false, ..) => any_of(invoice.accepted.iter().map(|one| &one.money)),
    }
}

/// How it stands, and what to do about it.
fn standing(invoice: &PublicInvoiceView) -> (String, String) {
    use InvoiceException::{Late, Overpaid, Underpaid};
    let (shop, came) = (&invoice.shop.name, came(invoice));
    let ask = format!("Ask {shop} and quote {}.", reference(invoice));
    let (heading, hint) = match (invoice.status, invoice.exception) {
        (InvoiceStatus::Open, Underpaid) => {
            let rest = any_of(invoice.accepted.iter().map(|one| &one.remaining));
            ("A part has arrived.", format!("{came} came; {rest} is still to be paid."))
        }
        (InvoiceStatus::Open, _) => ("Waiting for payment.", String::new()),
        (InvoiceStatus::Processing, _) => {
            ("Money is on its way.", "Do not pay again; it counts in a few seconds.".to_owned())
        }
        (InvoiceStatus::Paid, Overpaid) => (
            "Paid, and more than asked.",
            format!("{came} came. The difference is {shop}\u{2019}s to send back. {ask}"),
        ),
        (InvoiceStatus::Paid, _) => ("Paid.", format!("{shop} has {came}.")),
        (InvoiceStatus::Expired | InvoiceStatus::Void, Late) => (
            "Paid after the end.",
            format!("{came} came too late; {shop} has it, and delivers or sends it back. {ask}"),
        ),
        (InvoiceStatus::Expired, Underpaid) => (
            "The time to pay is over.",
            format!("{came} had come, less than asked. Do not send more. {ask}"),
        ),
        (InvoiceStatus::Expired, _) => (
            "The time to pay is over.",
            format!("Do not pay any more. Ask {shop} for a new invoice."),
        ),
        (InvoiceStatus::Void, _) => {
            ("This invoice was withdrawn.", format!("Do not pay it. Ask {shop} for a new one."))
        }
    };
    (heading.to_owned(), hint)
}

/// Each way to pay it: a link that opens a wallet, and all that has to be typed.
fn ways(invoice: &PublicInvoiceView) -> String {
    let mut html = String::from("<section class=\"card\">");
    for one in &invoice.accepted {
        push(
            &mut html,
            format_args!(
                "<p><a class=\"button button-primary\" href=\"{}\">{}</a></p>",
                Escaped(&one.ton_link),
                Escaped(&label(invoice, one))
            ),
        );
    }
    let mut facts = Facts::default();
    if !invoice.open_amount {
        facts.add("Amount", &any_of(invoice.accepted.iter().map(|one| &one.remaining)));
    }
    facts.add("To this address", address(invoice));
    facts.add("With this comment", reference(invoice));
    push(
        &mut html,
        format_args!(
            "<p>Or send it by hand. Without the comment the payment cannot be recognised.</p>{}</section>",
            facts.end()
        ),
    );
    html
}

fn label(invoice: &PublicInvoiceView, one: &AcceptedAsset) -> String {
    if invoice.open_amount {
        format!("Open a wallet for {}", one.asset)
    } else {
        format!("Pay {} with a wallet", one.remaining)
    }
}

fn footer(invoice: &PublicInvoiceView) -> String {
    let again = if is_live(invoice) {
        format!("This page looks again every {AGAIN} seconds. ")
    } else {
        String::new()
    };
    let reload = "<a href=\"\">Look again now</a>. With scripts it follows the payment by itself.";
    format!("{again}{reload}<br>Paid from wallet to wallet on TON. Remit never holds the money.")
}

/// A list of names and values.
#[derive(Default)]
struct Facts(String);

impl Facts {
    fn add(&mut self, name: &str, value: &str) {
        let (name, value) = (Escaped(name), Escaped(value));
        push(
            &mut self.0,
            format_args!("<div class=\"fact\"><dt>{name}</dt><dd><bdi>{value}</bdi></dd></div>"),
        );
    }

    fn end(&self) -> String {
        format!("<dl class=\"facts\">{}</dl>", self.0)
    }
}

fn push(html: &mut String, words: fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = html.write_fmt(words);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_foreign_is_markup() {
        let hostile = "</noscript><script>alert(1)</script>\"'&\u{202e}";
        assert_eq!(
            Escaped(hostile).to_string(),
            "&lt;/noscript&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"
        );
    }

    #[test]
    fn a_page_without_an_invoice_says_so_and_rests() {
        let page = "<head><title>x</title></head><body><noscript>y</noscript></body>";
        let filled = fill(page, None);
        assert!(filled.contains("<title>There is no such invoice</title>"), "{filled}");
        assert!(filled.contains("Check the link") && !filled.contains("refresh"), "{filled}");
    }
}
