//! Notices from the views that the domains announce, and from hostile ones.

use serde_json::json;
use ton::{address::Address, comment::Comment};

use super::*;
use crate::{
    money::payments::{
        Arrival, Intent, Marks, Nature, Outcome, Purpose, Reason, Side, Stage, Transfer,
        view::{self, Direction, Viewer},
    },
    words::{
        id::{PaymentId, TransferId},
        money::{Asset, Assets},
        time::Time,
    },
};

const PAYMENT: &str = "pay_01m7q5cqg0fzzvzzzzzzzzzzzz";
const TRANSFER: &str = "trf_01m7q5cqg0fzzvzzzzzzzzzzzz";
const NOW: Time = Time::from_millis(1_795_000_000_000);

fn intent(purpose: Purpose, to: &str) -> Intent {
    let side = |name: &str| Side { name: Some(name.into()), ..Side::default() };
    Intent {
        id: PAYMENT.parse::<PaymentId>().unwrap(),
        purpose,
        payer: side("Alice"),
        payer_address: Some(Address::new(0, [1; 32])),
        payee: side(to),
        payee_address: Address::new(0, [2; 32]),
        asset: Asset::Gram,
        also: Vec::new(),
        amount: Some(Amount::new(5_000_000_000).unwrap()),
        reference: ton::reference::Reference::new([5; 10]),
        note: Some("Dinner".into()),
        memo: None,
        description: None,
        request: None,
        message_hash: None,
        stage: Stage::Final,
        marks: Marks::default(),
        created_at: NOW,
        expires_at: NOW,
    }
}

fn transfer(units: u128, outcome: Outcome, comment: &str) -> Transfer {
    Transfer {
        id: TRANSFER.parse::<TransferId>().unwrap(),
        arrival: Arrival {
            account: Address::new(0, [2; 32]),
            lt: 7,
            hash: [8; 32],
            owner: Address::new(0, [2; 32]),
            sender: Some(Address::new(0, [1; 32])),
            asset: Asset::Gram,
            units,
            comment: Comment::Text(comment.into()),
            sent: Default::default(),
            nature: Nature::Plain,
            block: 48_112,
            at: NOW,
        },
        outcome,
        fee: Amount::new(2_400_000).ok(),
        worth: None,
    }
}

fn told(event_type: &str, data: &impl serde::Serialize) -> Message {
    render(event_type, &serde_json::to_value(data).unwrap(), "en").unwrap()
}

/// The payer's and the payee's view, as the switchboard announces them.
fn paid(intent: &Intent, direction: Direction) -> view::PaymentView {
    let transfer = transfer(5_000_000_000, Outcome::Matched(intent.id), "");
    let viewer = Viewer { person: None, direction };
    view::intent(&Assets::new([]), intent, Some(&transfer), viewer)
}

#[test]
fn both_sides_are_told_in_the_drawings_words() {
    let intent = intent(Purpose::send(), "Bob");
    let message = told(kind::PAYMENT_SENT, &paid(&intent, Direction::Out));
    assert_eq!(
        message.html,
        "<b>You sent 5 GRAM to Bob</b>\n\
         “Dinner” · final in block 48\u{a0}112\n\
         Fee 0.0024 GRAM"
    );
    assert_eq!(message.buttons[0].label, "View receipt");
    assert_eq!(message.buttons[0].start.as_deref(), Some(PAYMENT));

    let message = told(kind::PAYMENT_RECEIVED, &paid(&intent, Direction::In));
    assert!(message.html.starts_with("<b>You received 5 GRAM from Alice</b>\n“Dinner”"));
    assert!(!message.html.contains("Fee"), "whoever receives has not paid it: {message:?}");
}

#[test]
fn a_shop_is_paid_and_a_person_is_sent_to() {
    let invoice = "inv_01m7q5cqg0fzzvzzzzzzzzzzzz".parse().unwrap();
    let intent = intent(crate::selling::invoices::purpose(invoice), "Olga's Books");
    let message = told(kind::PAYMENT_SENT, &paid(&intent, Direction::Out));
    assert!(message.html.starts_with("<b>You paid 5 GRAM to Olga's Books</b>"), "{message:?}");
}

#[test]
fn a_payment_that_went_out_again_says_what_to_do() {
    let intent = intent(Purpose::send(), "Bob");
    let message = told(kind::PAYMENT_DUPLICATE, &paid(&intent, Direction::Out));
    assert!(message.html.starts_with("<b>5 GRAM went to Bob once more</b>"), "{message:?}");
    assert!(message.html.contains("Ask for it back"), "{message:?}");
}

#[test]
fn money_from_nobody_we_know_shows_the_short_address() {
    let outcome = Outcome::Unmatched(Reason::NoReference, None);
    let view = view::income(&Assets::new([]), &transfer(1, outcome, "see evil.com"));
    let message = told(kind::PAYMENT_RECEIVED, &view);
    let from = super::short(&view::friendly(Address::new(0, [1; 32])));
    assert!(message.html.contains(&format!("received 0.000000001 GRAM from {from}</b>")));
    assert!(message.html.contains("“see evil.\u{2060}com” · final"), "{message:?}");
    assert_eq!(message.buttons[0].start.as_deref(), Some(TRANSFER));
}

#[test]
fn names_and_notes_cannot_be_markup() {
    let mut hostile = intent(Purpose::send(), "<a href='tg://x'>Bob</a>\u{202e}");
    hostile.note = Some("</b>&".repeat(200));
    let message = told(kind::PAYMENT_SENT, &paid(&hostile, Direction::Out));
    let html = message.html.replace("<b>", "").replacen("</b>", "", 1);
    assert!(!html.contains(['<', '>', '\u{202e}']), "{html}");
    assert!(html.chars().count() < 1200, "{}", html.len());
}

#[test]
fn a_name_that_cannot_be_seen_is_someone() {
    let hidden = intent(Purpose::send(), "\u{200b}\u{3164}");
    let message = told(kind::PAYMENT_SENT, &paid(&hidden, Direction::Out));
    assert!(message.html.starts_with("<b>You sent 5 GRAM to someone</b>"), "{message:?}");
}

#[test]
fn unmatched_money_says_why() {
    let assets = Assets::new([]);
    let told_of = |units, reason| {
        let transfer = transfer(units, Outcome::Unmatched(reason, None), "for tea");
        told(kind::PAYMENT_UNMATCHED, &view::unmatched(&assets, &transfer, None)).html
    };
    let html = told_of(5_000_000_000, Reason::NoReference);
    assert!(html.starts_with("<b>5 GRAM came without an invoice</b>\n“for tea” · from UQ"));
    assert!(html.ends_with("Its comment has no reference."), "{html}");
    let html = told_of(1 << 100, Reason::TooLarge);
    assert!(html.contains("1267650600228229401496703205376 smallest units"), "{html}");
    for reason in Reason::ALL {
        let html = told_of(1, *reason);
        let general = html.ends_with("It pays nothing we know of.");
        assert_eq!(general, reason.is_silent(), "{reason}: {html}");
    }
}

fn gram(amount: &str) -> Value {
    let units = Amount::parse(amount, 9).unwrap().units().to_string();
    json!({ "amount": amount, "asset": "GRAM", "units": units, "decimals": 9 })
}

fn invoice(exception: &str, received: &str, remaining: &str) -> Value {
    json!({
        "id": "inv_01m7q5cqg0fzzvzzzzzzzzzzzz", "exception": exception, "money": gram("5"),
        "received": gram(received), "remaining": gram(remaining),
        "shop": { "name": "Olga's Books" }, "description": null, "external_id": "order-17",
        "payments": [{ "money": gram(received), "block": 7 }]
    })
}

#[test]
fn a_merchant_is_told_what_is_unusual_about_the_money() {
    for (event_type, data, title) in [
        (kind::INVOICE_PAID, invoice("none", "5", "0"), "an invoice of 5 GRAM was paid"),
        (kind::INVOICE_PAID, invoice("overpaid", "7", "0"), "7 GRAM came for an invoice of 5 GRAM"),
        (kind::INVOICE_PARTIALLY_PAID, invoice("underpaid", "3", "2"), "only 3 GRAM came"),
        (kind::INVOICE_PAID_LATE, invoice("late", "5", "0"), "5 GRAM came after the invoice"),
    ] {
        let message = told(event_type, &data);
        assert!(message.html.starts_with("<b>Olga's Books: "), "{message:?}");
        assert!(message.html.contains(title), "{message:?}");
        assert!(message.html.contains("“order-17” · final in block 7"), "{message:?}");
        assert_eq!(message.buttons[0].label, "View invoice");
    }
    let mut unpriced = invoice("late", "5", "5");
    unpriced["status"] = json!("open");
    let message = told(kind::INVOICE_PAID_LATE, &unpriced);
    assert!(message.html.contains("5 GRAM came while no rate could be trusted"), "{message:?}");
    let message = told(kind::INVOICE_PARTIALLY_PAID, &invoice("underpaid", "3", "2"));
    assert!(message.html.ends_with("2 GRAM is missing"), "{message:?}");
}

#[test]
fn sums_are_kept_apart_by_asset_and_direction() {
    let usdt = |event_type, units: &str| {
        let money = json!({ "amount": "?", "asset": "USDT", "units": units, "decimals": 6 });
        let mut data =
            serde_json::to_value(paid(&intent(Purpose::send(), "Bob"), Direction::In)).unwrap();
        data["settlement"]["received"] = money;
        (event_type, data)
    };
    let gram = |event_type| {
        let intent = intent(Purpose::send(), "Bob");
        (event_type, serde_json::to_value(paid(&intent, Direction::Out)).unwrap())
    };
    let events = [
        gram(kind::PAYMENT_SENT),
        gram(kind::PAYMENT_RECEIVED),
        gram(kind::PAYMENT_RECEIVED),
        usdt(kind::PAYMENT_RECEIVED, "2500000"),
    ];
    let message = sum_up(events.iter().map(|(kind, data)| (*kind, data)), "en");
    assert_eq!(message.html, "<b>+4 more payments</b>\nReceived 10 GRAM, 2.5 USDT\nSent 5 GRAM");
}

#[test]
fn what_is_not_for_the_chat_is_not_told() {
    for event_type in [kind::INVOICE_CREATED, kind::REQUEST_PAID, "from.the.future"] {
        assert_eq!(render(event_type, &json!({}), "en"), None);
    }
    assert_eq!(render(kind::PAYMENT_SENT, &json!({ "id": 1 }), "en"), None);
}

/// A refund as its events carry it.
fn refund(status: &str, sent: &str) -> Value {
    let money =
        |amount: &str| json!({ "amount": amount, "asset": "GRAM", "units": "1", "decimals": 9 });
    json!({
        "id": "rfd_01m7q5cqg0fzzvzzzzzzzzzzzz", "status": status, "shop": "Olga's <Books>",
        "money": money("2"), "sent": money(sent), "reason": "Torn page",
        "invoice": "inv_01m7q5cqg0fzzvzzzzzzzzzzzz",
        "settlements": [{ "block": 48_112, "fee": null, "received": money(sent) }],
    })
}

#[test]
fn a_shop_hears_what_became_of_its_refund() {
    let message = told(kind::REFUND_SUCCEEDED, &refund("succeeded", "2"));
    assert_eq!(
        message.html,
        "<b>Olga's &lt;Books&gt;: 2 GRAM was paid back</b>\n\
         “Torn page” · final in block 48\u{a0}112"
    );
    assert_eq!(message.buttons[0].start.as_deref(), Some("inv_01m7q5cqg0fzzvzzzzzzzzzzzz"));
    let message = told(kind::REFUND_OVERPAID, &refund("succeeded", "4"));
    assert!(message.html.contains("4 GRAM went back for a refund of 2 GRAM"), "{message:?}");
    let message = told(kind::REFUND_FAILED, &refund("failed", "0"));
    assert!(message.html.contains("a refund of 2 GRAM came to nothing"), "{message:?}");
    assert!(message.html.contains("open a new refund"), "{message:?}");
}

#[test]
fn whoever_is_paid_back_reads_by_whom() {
    let id = "rfd_01m7q5cqg0fzzvzzzzzzzzzzzz".parse().unwrap();
    let mut intent = intent(crate::selling::refunds::purpose(id), "Alice");
    intent.payer.name = Some("Olga's Books".into());
    let message = told(kind::PAYMENT_RECEIVED, &paid(&intent, Direction::In));
    assert!(message.html.starts_with("<b>Olga's Books paid you back 5 GRAM</b>"), "{message:?}");
}

#[test]
fn a_webhook_in_trouble_is_named_by_its_host_alone() {
    let endpoint = |reason: Option<&str>| {
        json!({
            "url": "https://hooks.shop.example/remit?key=secret",
            "reason": reason,
            "shop": { "name": "Coffee <Lab>" },
        })
    };
    let failing = render(kind::WEBHOOK_FAILING, &endpoint(None), "en").unwrap().plain();
    // An invisible character keeps the host from becoming a link.
    let seen = failing.replace('\u{2060}', "");
    assert!(seen.starts_with("Coffee <Lab>: your webhook at hooks.shop.example has"), "{seen}");
    for (reason, said) in [("gone", "410 Gone"), ("failing", "for five days")] {
        let message = render(kind::WEBHOOK_DISABLED, &endpoint(Some(reason)), "en").unwrap();
        assert!(message.html.contains(said) && !message.html.contains("secret"), "{message:?}");
    }
    assert!(!may_be_summed(kind::WEBHOOK_DISABLED));
}
