//! The receipt as a page: rendered here, with no script, for a screen or a sheet of paper.

use std::fmt::Write;

use ton::{address::Address, network::Network};

use super::receipt::{Receipt, ReceiptTransfer, SignedReceipt};
use crate::{
    money::payments::view::friendly, selling::invoices::InvoiceException, words::time::Time,
};

const STYLE: &str = include_str!("page.css");

/// `chain` is where to look a receipt up for which there is no public chain service.
pub(super) fn receipt(signed: &SignedReceipt, chain: &str) -> String {
    let receipt = &signed.receipt;
    let mut body = String::new();
    head(&mut body, receipt);
    for (number, line) in receipt.transfers.iter().enumerate() {
        let title = match receipt.transfers.len() {
            1 => "The transfer".to_owned(),
            many => format!("Transfer {} of {many}", number + 1),
        };
        transfer(&mut body, receipt, &title, line);
    }
    if !receipt.complete {
        body.push_str("<p class=note>There were more transfers than can be listed here.</p>");
    }
    for refund in &receipt.refunds {
        for line in &refund.transfers {
            transfer(&mut body, receipt, &format!("Paid back, {}", refund.id), line);
        }
    }
    how_to_check(&mut body, signed, chain);
    document(&format!("Receipt, {}", receipt.received), &body)
}

/// Where there is no receipt.
pub(super) fn none(title: &str, detail: &str) -> String {
    document(title, &format!("<h1>{}</h1><p>{}</p>", escape(title), escape(detail)))
}

fn head(out: &mut String, receipt: &Receipt) {
    let payee = receipt.merchant.as_deref();
    let word = match payee {
        Some(name) => format!("{} · receipt", escape(name)),
        None => "Receipt".to_owned(),
    };
    let play = match receipt.network {
        Network::MAINNET => "",
        Network::TESTNET => "<p class=play>Test network: this money is worth nothing.</p>",
        _ => "<p class=play>Sandbox: this is play money.</p>",
    };
    let _ = write!(
        out,
        "<header><h1>{word}</h1><p class=sum><b>{}</b> {}</p>{play}</header><dl>",
        escape(&receipt.received.amount),
        escape(&receipt.received.asset)
    );
    if let Some(invoice) = &receipt.invoice {
        if let Some(description) = &invoice.description {
            fact(out, "For", description);
        }
        fact(out, "Asked for", &invoice.due.to_string());
        let exception = match invoice.exception {
            InvoiceException::None => String::new(),
            other => format!(", {other}"),
        };
        fact(out, "Invoice", &format!("{} ({}{exception})", invoice.id, invoice.status));
    }
    if receipt.invoice.as_ref().is_none_or(|invoice| invoice.id != receipt.id) {
        fact(out, "Payment", &receipt.id);
    }
    for other in &receipt.other_assets {
        let (id, asset) = (escape(&receipt.id), escape(other));
        let _ = write!(
            out,
            "<dt>Also paid in</dt><dd><a href=\"/receipt/{id}?asset={asset}\">{asset}</a></dd>"
        );
    }
    if receipt.refunded.units != "0" {
        fact(out, "Paid back", &receipt.refunded.to_string());
    }
    if let Some(master) = receipt.jetton {
        code(out, "Jetton", &bounceable(master));
    }
    fact(out, "As of", &moment(receipt.issued_at));
    out.push_str("</dl>");
}

fn transfer(out: &mut String, receipt: &Receipt, title: &str, line: &ReceiptTransfer) {
    let _ = write!(out, "<section><h2>{}</h2><dl>", escape(title));
    fact(out, "Amount", &line.money.to_string());
    if let Some(fiat) = &line.fiat_value {
        let (currency, asset) = (&fiat.currency, &line.money.asset);
        let worth = format!("{} {currency} (1 {asset} = {} {currency})", fiat.amount, fiat.rate);
        fact(out, "Worth then", &worth);
    }
    fact(out, "When", &moment(line.at));
    code(out, "From", &line.from.map_or_else(|| "nobody named".to_owned(), friendly));
    code(out, "To", &friendly(line.to));
    if line.account != line.to {
        code(out, "Jetton wallet", &bounceable(line.account));
    }
    code(out, "Comment", line.comment.as_deref().unwrap_or("none"));
    fact(out, "Block", &line.block.to_string());
    fact(out, "Logical time", &line.lt);
    code(out, "Transaction", &line.hash);
    out.push_str("</dl>");
    if let Some(explorer) = receipt.network.explorer() {
        let _ = write!(
            out,
            "<p><a href='{explorer}{}' rel='noopener noreferrer'>Look it up in an explorer</a></p>",
            escape(&line.hash)
        );
    }
    out.push_str("</section>");
}

fn how_to_check(out: &mut String, signed: &SignedReceipt, chain: &str) {
    let receipt = &signed.receipt;
    let (service, id) = (escape(&receipt.service), escape(&receipt.id));
    let chain = match receipt.network {
        Network::MAINNET | Network::TESTNET => String::new(),
        _ => format!(" \\\n  --chain {}", escape(chain)),
    };
    let _ = write!(
        out,
        "<section class=check><h2>How to check it</h2><p>Every transfer above is written on the chain, \
         where nobody can change it: look it up by its hash. The <a href='{service}/v1/receipts/{id}'>\
         signed receipt</a> says the same for programs; keep that file, not this page.</p>\
         <pre>remit verify-receipt {service}/v1/receipts/{id}{chain}</pre>\
         <p>Names, the invoice and the worth in money are {service}’s word, signed with its key \
         <code>{}</code> (<a href='{service}/.well-known/remit-receipts.json'>its keys</a>).</p></section>",
        escape(&signed.signature.key)
    );
}

fn fact(out: &mut String, name: &str, value: &str) {
    let _ = write!(out, "<div><dt>{}</dt><dd>{}</dd></div>", escape(name), escape(value));
}

/// A fact to compare letter by letter.
fn code(out: &mut String, name: &str, value: &str) {
    let _ =
        write!(out, "<div><dt>{}</dt><dd><code>{}</code></dd></div>", escape(name), escape(value));
}

/// As contracts are written.
fn bounceable(address: Address) -> String {
    address.friendly(true)
}

/// `2026-11-18 11:06:40 UTC`
fn moment(at: Time) -> String {
    let text = at.to_string();
    format!("{} UTC", text.get(..19).unwrap_or(&text).replace('T', " "))
}

fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=en><head><meta charset=utf-8>\
         <meta name=viewport content='width=device-width,initial-scale=1'>\
         <meta name=robots content=noindex><title>{}</title><style>{STYLE}</style></head>\
         <body><main>{body}</main></body></html>",
        escape(title)
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
