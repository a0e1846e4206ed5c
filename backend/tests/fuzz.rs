//! The parser of receipts, which anybody may hand over, fed with broken ones. It must come back, quickly,
//! and take nothing for signed that was not.
//!
//! A moment by default; `FUZZ_SECONDS=60 cargo test -p remit --test fuzz` looks longer.
#![allow(clippy::unwrap_used, reason = "also around the tests themselves")]

#[path = "../ton/tests/harness/mod.rs"]
mod harness;

use harness::fuzz;
use remit::{
    selling::receipts::{
        canonical::Json,
        check,
        keys::ReceiptKey,
        receipt::{Presented, Receipt, SignedReceipt},
    },
    words::dice::Dice,
};
use serde_json::{Value, json};

fn money(amount: &str, units: &str) -> Value {
    json!({ "amount": amount, "asset": "USDT", "units": units, "decimals": 6 })
}

fn transfer(lt: &str, amount: &str, units: &str) -> Value {
    json!({
        "account": format!("0:{}", "11".repeat(32)), "lt": lt, "hash": "ab".repeat(32), "block": 4711,
        "at": "2026-11-18T11:06:40.000Z", "from": format!("0:{}", "22".repeat(32)),
        "to": format!("0:{}", "33".repeat(32)), "money": money(amount, units),
        "comment": "K7TQ-9F2M-3XWA-0V5R-8N1D", "fiat_value": { "amount": "1.20", "currency": "USD", "rate": "1" },
    })
}

fn honest(key: &ReceiptKey) -> [SignedReceipt; 2] {
    let whole = json!({
        "version": 1, "id": "inv_01m7q5cqg0fzzvzzzzzzzzzzzz", "service": "https://pay.example",
        "network": "-217", "issued_at": "2026-11-18T11:06:41.123Z", "merchant": "Caf\u{e9} \u{1f600} \"Lab\"\n",
        "invoice": { "id": "inv_01m7q5cqg0fzzvzzzzzzzzzzzz", "status": "paid", "exception": "overpaid",
            "due": money("1.2", "1200000"), "description": null },
        "jetton": format!("0:{}", "44".repeat(32)), "other_assets": ["GRAM"],
        "received": money("2.4", "2400000"),
        "transfers": [transfer("46000001", "1.2", "1200000"), transfer("47000001", "1.2", "1200000")],
        "complete": true, "refunded": money("0.4", "400000"),
        "refunds": [{ "id": "rfd_01m7q5cqg0fzzvzzzzzzzzzzzz", "money": money("0.4", "400000"),
            "transfers": [transfer("48000001", "0.4", "400000")] }],
    });
    let whole: Receipt = serde_json::from_value(whole).unwrap();
    let small = Receipt { invoice: None, merchant: None, refunds: Vec::new(), ..whole.clone() };
    [whole, small].map(|receipt| receipt.sign(key).unwrap())
}

#[test]
fn nothing_is_signed_but_what_was() {
    let key = ReceiptKey::roll(&Dice::seeded([7; 32]));
    let signed = honest(&key);
    assert!(check::itself(&signed[0].receipt).is_empty());
    let mut corpus: Vec<_> = signed.iter().map(|it| serde_json::to_vec(it).unwrap()).collect();
    corpus.push(serde_json::to_vec_pretty(&signed[0]).unwrap());
    fuzz(&corpus, |bytes| {
        let Ok(presented) = Presented::read(&String::from_utf8_lossy(bytes)) else { return };
        let receipt = &presented.signed.receipt;
        let _ = check::itself(receipt);
        if presented.is_signed_by(&key.public()) {
            assert!(signed.iter().any(|honest| honest.receipt == *receipt));
        }
    });
}

#[test]
fn what_is_read_has_one_form_and_keeps_its_meaning() {
    let texts = [
        r#"{"b":[1,-4,0,null,true],"a":{"z":"\u20ac\n","":""},"n":9007199254740991}"#,
        r#"{"a":{"a":{"a":[[[["x"]]]]}},"\u0061b":"\ud83d\ude00"}"#,
    ];
    let corpus = texts.map(|text| text.as_bytes().to_vec());
    fuzz(&corpus, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let Ok(json) = Json::parse(&text) else { return };
        let form = json.canonical();
        assert_eq!(Json::parse(&form).unwrap(), json);
        // What another reader makes of it is what was signed.
        let other: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(other, serde_json::from_str::<Value>(&form).unwrap());
    });
}
