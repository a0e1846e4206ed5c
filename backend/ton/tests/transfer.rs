//! What counts as received, one strange transaction after another. The transactions are written
//! by hand in toncenter's shape; each test changes the honest one in the way its name says.
#![allow(clippy::unwrap_used, reason = "also around the tests themselves")]

use serde_json::{Value, json};
use ton::{
    Address, Comment, comment, jetton,
    toncenter::Transaction,
    transfer::{OwnJettonWallet, Reason, Received, Sent, Verdict, received_gram, received_jetton},
};
use tycho_types::{
    boc::Boc,
    cell::{Cell, CellBuilder, CellFamily, Store},
    models::{IntAddr, StdAddr},
    num::Tokens,
};

const SHOP: Address = Address::new(0, [0x50; 32]);
const SHOPS_USDT: Address = Address::new(0, [0x51; 32]);
const ALICE: Address = Address::new(0, [0xa1; 32]);
const ALICES_USDT: Address = Address::new(0, [0xa2; 32]);
const MALLORY: Address = Address::new(0, [0x66; 32]);

const WALLET: OwnJettonWallet = OwnJettonWallet { address: SHOPS_USDT, owner: SHOP };

/// Toncenter writes addresses in capitals.
fn raw(address: Address) -> String {
    address.to_string().to_uppercase()
}

fn account(address: Address) -> IntAddr {
    StdAddr::new(address.workchain, address.hash.into()).into()
}

fn cell(build: impl FnOnce(&mut CellBuilder) -> Result<(), tycho_types::error::Error>) -> Cell {
    let mut builder = CellBuilder::new();
    build(&mut builder).unwrap();
    builder.build().unwrap()
}

fn text(text: &str) -> Cell {
    Boc::decode_base64(comment::encode(text)).unwrap()
}

fn says(text: &str) -> Comment {
    Comment::Text(text.to_owned())
}

fn message(from: Address, to: Address, value: u64, body: &Cell) -> Value {
    json!({
        "hash": "u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7s=",
        "source": raw(from), "destination": raw(to), "value": value.to_string(),
        "value_extra_currencies": {}, "fwd_fee": "266669", "ihr_fee": "0",
        "created_lt": "7000000", "created_at": "1790000000", "opcode": null,
        "ihr_disabled": true, "bounce": false, "bounced": false, "import_fee": null,
        "message_content": { "hash": null, "body": Boc::encode_base64(body), "decoded": null },
        "init_state": null
    })
}

fn transaction(in_msg: Value) -> Value {
    let credit = in_msg["value"].clone();
    json!({
        "account": in_msg["destination"],
        "hash": "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=",
        "lt": "7000001", "now": 1_790_000_000, "mc_block_seqno": 4711,
        "prev_trans_hash": "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",
        "prev_trans_lt": "6999999", "orig_status": "active", "end_status": "active",
        "total_fees": "396408", "finality": 2, "emulated": false,
        "description": {
            "type": "ord", "aborted": false, "destroyed": false, "credit_first": true,
            "storage_ph": { "storage_fees_collected": "8", "status_change": "unchanged" },
            "credit_ph": { "credit": credit },
            "compute_ph": { "skipped": false, "success": true, "exit_code": 0 },
            "action": { "success": true, "valid": true, "no_funds": false, "result_code": 0 }
        },
        "in_msg": in_msg, "out_msgs": []
    })
}

/// Alice pays the shop 1.5 GRAM.
fn gram() -> Value {
    transaction(message(ALICE, SHOP, 1_500_000_000, &text("K7Q2")))
}

enum Payload {
    Inline(Cell),
    Reference(Cell),
    /// Old senders leave even the bit out.
    Absent,
}

fn store_payload(b: &mut CellBuilder, payload: &Payload) -> Result<(), tycho_types::error::Error> {
    match payload {
        Payload::Inline(cell) => {
            b.store_bit_zero()?;
            b.store_slice(cell.as_slice()?)
        }
        Payload::Reference(cell) => {
            b.store_bit_one()?;
            b.store_reference(cell.clone())
        }
        Payload::Absent => Ok(()),
    }
}

fn store_owner(
    b: &mut CellBuilder,
    owner: Option<Address>,
) -> Result<(), tycho_types::error::Error> {
    match owner {
        Some(owner) => account(owner).store_into(b, Cell::empty_context()),
        None => b.store_zeros(2),
    }
}

fn internal_transfer(units: u128, from: Option<Address>, payload: &Payload) -> Cell {
    cell(|b| {
        b.store_u32(jetton::OP_INTERNAL_TRANSFER)?;
        b.store_u64(7)?;
        Tokens::new(units).store_into(b, Cell::empty_context())?;
        store_owner(b, from)?;
        store_owner(b, from)?;
        Tokens::new(1).store_into(b, Cell::empty_context())?;
        store_payload(b, payload)
    })
}

fn notification(units: u128, from: Option<Address>, payload: &Payload) -> Cell {
    cell(|b| {
        b.store_u32(jetton::OP_TRANSFER_NOTIFICATION)?;
        b.store_u64(7)?;
        Tokens::new(units).store_into(b, Cell::empty_context())?;
        store_owner(b, from)?;
        store_payload(b, payload)
    })
}

fn credit(body: &Cell) -> Value {
    transaction(message(ALICES_USDT, SHOPS_USDT, 16_447_200, body))
}

/// Alice pays the shop 3 USDT: the transaction of the shop's jetton wallet.
fn usdt() -> Value {
    let payload = Payload::Reference(text("K7Q2"));
    let mut tx = credit(&internal_transfer(3_000_000, Some(ALICE), &payload));
    let told = notification(3_000_000, Some(ALICE), &payload);
    tx["out_msgs"] = json!([message(SHOPS_USDT, SHOP, 1, &told)]);
    tx
}

fn read(tx: &Value) -> Transaction {
    serde_json::from_value(tx.clone()).unwrap()
}

fn judge_gram(tx: &Value) -> Verdict {
    received_gram(&read(tx))
}

fn judge_usdt(tx: &Value) -> Verdict {
    received_jetton(&read(tx), &WALLET)
}

fn got(verdict: Verdict) -> Received {
    match verdict {
        Verdict::Received(received) => received,
        Verdict::Not(reason) => panic!("not received: {reason:?}"),
    }
}

/// Changes one place of a transaction, by its JSON pointer.
fn with(mut tx: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    tx.pointer_mut(parent).unwrap()[name] = value;
    tx
}

fn skipped(tx: Value, reason: &str) -> Value {
    let tx = with(tx, "/description/aborted", json!(true));
    let tx = with(tx, "/description/compute_ph", json!({ "skipped": true, "reason": reason }));
    with(tx, "/description/action", Value::Null)
}

fn failed(tx: Value) -> Value {
    let tx = with(tx, "/description/aborted", json!(true));
    let tx = with(tx, "/description/compute_ph/success", json!(false));
    with(tx, "/description/action", Value::Null)
}

#[test]
fn an_honest_payment_is_read_to_the_last_field() {
    let expected = Received {
        account: SHOP,
        payee: SHOP,
        lt: 7_000_001,
        hash: [0xaa; 32],
        now: 1_790_000_000,
        mc_seqno: Some(4711),
        source: Some(ALICE),
        units: 1_500_000_000,
        comment: says("K7Q2"),
        sent: Sent { lt: 7_000_000, query_id: None },
        op: Some(0),
        self_payment: false,
    };
    assert_eq!(judge_gram(&gram()), Verdict::Received(expected.clone()));

    let in_usdt = Received {
        account: SHOPS_USDT,
        units: 3_000_000,
        sent: Sent { lt: 7_000_000, query_id: Some(7) },
        op: Some(jetton::OP_INTERNAL_TRANSFER),
        ..expected
    };
    assert_eq!(judge_usdt(&usdt()), Verdict::Received(in_usdt));
}

#[test]
fn p01_a_forged_notification_is_only_the_coins_it_carries() {
    let body = notification(1_000_000_000, Some(ALICE), &Payload::Reference(text("K7Q2")));
    let tx = transaction(message(MALLORY, SHOP, 10_000_000, &body));
    assert_eq!(judge_usdt(&tx), Verdict::Not(Reason::OtherAccount));
    let coins = got(judge_gram(&tx));
    assert_eq!((coins.units, coins.comment.clone()), (10_000_000, Comment::Binary));
    assert!(coins.is_by_product());
}

#[test]
fn p05_a_wallet_that_tells_two_stories_is_not_believed() {
    let told = |body: &Cell| {
        let out = message(SHOPS_USDT, SHOP, 1, body);
        with(usdt(), "/out_msgs", json!([out]))
    };
    let nothing = Payload::Absent;
    for (name, body) in [
        ("another amount", notification(3_000_001, Some(ALICE), &nothing)),
        ("another payer", notification(3_000_000, Some(MALLORY), &nothing)),
        ("no payer", notification(3_000_000, None, &nothing)),
        ("cut off", cell(|b| b.store_u32(jetton::OP_TRANSFER_NOTIFICATION))),
    ] {
        let verdict = judge_usdt(&told(&body));
        assert_eq!(verdict, Verdict::Not(Reason::NotificationDisagrees), "{name}");
    }
}

#[test]
fn p06_a_jetton_credit_that_was_rolled_back_is_none() {
    let no_action = with(usdt(), "/description/action", Value::Null);
    let failed_action = with(usdt(), "/description/action/success", json!(false));
    let aborted = with(usdt(), "/description/aborted", json!(true));
    for tx in [failed(usdt()), skipped(usdt(), "no_gas"), no_action, failed_action, aborted] {
        assert_eq!(judge_usdt(&tx), Verdict::Not(Reason::RolledBack));
    }
}

#[test]
fn p07_money_that_went_back_was_never_here() {
    let bounce = json!({ "type": "ok", "msg_fees": "1", "fwd_fees": "1" });
    for tx in [failed(gram()), skipped(gram(), "no_state")] {
        let tx = with(tx, "/description/bounce", bounce.clone());
        assert_eq!(judge_gram(&tx), Verdict::Not(Reason::BouncedByUs));
    }
    let odd = with(gram(), "/description/bounce", json!({ "type": "perhaps" }));
    assert_eq!(judge_gram(&odd), Verdict::Not(Reason::Malformed));
}

#[test]
fn money_that_could_not_pay_its_way_back_is_here() {
    for kind in ["nofunds", "negfunds"] {
        let tx = with(failed(gram()), "/description/bounce", json!({ "type": kind }));
        assert_eq!(got(judge_gram(&tx)).units, 1_500_000_000);
    }
}

#[test]
fn p08_our_own_failed_message_coming_back_is_no_payment() {
    let original = text("K7Q2");
    let old = cell(|b| {
        b.store_u32(0xffff_ffff)?;
        b.store_slice(original.as_slice()?)
    });
    let new = cell(|b| {
        b.store_u32(0xffff_fffe)?;
        b.store_reference(original.clone())
    });
    for body in [old, new, original.clone()] {
        let tx = transaction(message(ALICE, SHOP, 1_000_000_000, &body));
        let tx = with(tx, "/in_msg/bounced", json!(true));
        assert_eq!(judge_gram(&tx), Verdict::Not(Reason::BouncedToUs));
    }
    let tx = with(usdt(), "/in_msg/bounced", json!(true));
    assert_eq!(judge_usdt(&tx), Verdict::Not(Reason::BouncedToUs));
}

#[test]
fn p09_aborted_is_not_unpaid() {
    for tx in [skipped(gram(), "no_gas"), skipped(gram(), "no_state"), failed(gram())] {
        assert_eq!(got(judge_gram(&tx)).comment, says("K7Q2"));
    }
    // The notification with one nanogram, which every document recommends.
    let body = notification(3_000_000, Some(ALICE), &Payload::Absent);
    let notified = transaction(message(SHOPS_USDT, SHOP, 1, &body));
    let nanogram = got(judge_gram(&skipped(notified, "no_gas")));
    assert_eq!(nanogram.units, 1);
    assert!(nanogram.is_by_product());
}

#[test]
fn f10_jettons_count_without_any_notification() {
    assert_eq!(got(judge_usdt(&with(usdt(), "/out_msgs", json!([])))).comment, says("K7Q2"));
}

#[test]
fn p11_change_from_an_own_transfer_is_income_without_a_text() {
    let body = cell(|b| {
        b.store_u32(jetton::OP_EXCESSES)?;
        b.store_u64(7)
    });
    let change = got(judge_gram(&transaction(message(ALICES_USDT, SHOP, 14_960_549, &body))));
    assert_eq!(change.comment, Comment::Binary);
    assert!(change.is_by_product());
    assert!(!got(judge_gram(&gram())).is_by_product());
}

#[test]
fn p12_paying_oneself_is_marked() {
    let tx = transaction(message(SHOP, SHOP, 5, &text("K7Q2")));
    assert!(got(judge_gram(&tx)).self_payment);
    let tx = credit(&internal_transfer(5, Some(SHOP), &Payload::Absent));
    assert!(got(judge_usdt(&tx)).self_payment);
}

#[test]
fn p13_strange_senders_are_nameless_but_pay() {
    let elector = Address::new(-1, [3; 32]);
    let from_masterchain = transaction(message(elector, SHOP, 5, &text("K7Q2")));
    assert_eq!(got(judge_gram(&from_masterchain)).source, Some(elector));
    for source in [json!("5:00"), json!("addr_var"), Value::Null] {
        let received = got(judge_gram(&with(gram(), "/in_msg/source", source)));
        assert_eq!((received.source, received.units), (None, 1_500_000_000));
    }
}

#[test]
fn p14_other_native_currencies_are_not_gram() {
    let extra = json!({ "100": "5000000000" });
    let mixed = with(gram(), "/in_msg/value_extra_currencies", extra.clone());
    assert_eq!(got(judge_gram(&mixed)).units, 1_500_000_000);
    let tx = transaction(message(ALICE, SHOP, 0, &text("K7Q2")));
    let only = with(tx, "/in_msg/value_extra_currencies", extra);
    assert_eq!(judge_gram(&only), Verdict::Not(Reason::OnlyExtraCurrencies));
}

#[test]
fn c01_only_the_masterchain_makes_it_final() {
    for (pointer, value) in [
        ("/mc_block_seqno", Value::Null),
        ("/mc_block_seqno", json!(0)),
        ("/finality", json!(0)),
        ("/finality", json!("confirmed")),
        ("/emulated", json!(true)),
    ] {
        let hint = with(gram(), pointer, value);
        assert_eq!(got(judge_gram(&hint)).mc_seqno, None, "{pointer}");
    }
    let mut silent = gram();
    silent.as_object_mut().unwrap().remove("finality");
    assert_eq!(got(judge_gram(&silent)).mc_seqno, Some(4711));
}

#[test]
fn the_amount_is_what_was_sent_if_any_of_it_was_credited() {
    let after_debt = with(gram(), "/description/credit_ph/credit", json!("1400000000"));
    assert_eq!(got(judge_gram(&after_debt)).units, 1_500_000_000);
    for (pointer, value) in [
        ("/description/credit_ph/credit", json!("0")),
        ("/description/credit_ph", Value::Null),
        ("/in_msg/value", json!("0")),
    ] {
        let verdict = judge_gram(&with(gram(), pointer, value));
        assert_eq!(verdict, Verdict::Not(Reason::NothingCredited), "{pointer}");
    }
    let no_jettons = credit(&internal_transfer(0, Some(ALICE), &Payload::Absent));
    assert_eq!(judge_usdt(&no_jettons), Verdict::Not(Reason::NothingCredited));
}

#[test]
fn a10_the_largest_amounts_are_exact() {
    let most = (1_u128 << 120) - 1;
    for units in [u128::from(u64::MAX), u128::from(u64::MAX) + 1, most] {
        let tx = credit(&internal_transfer(units, Some(ALICE), &Payload::Absent));
        assert_eq!(got(judge_usdt(&tx)).units, units);
        let tx = with(gram(), "/in_msg/value", json!(units.to_string()));
        assert_eq!(got(judge_gram(&tx)).units, units);
    }
}

#[test]
fn r01_a_text_is_read_wherever_it_is_split() {
    let long = "Ж".repeat(200);
    let tx = transaction(message(ALICE, SHOP, 5, &text(&long)));
    assert_eq!(got(judge_gram(&tx)).comment, says(&long));
    let too_long = transaction(message(ALICE, SHOP, 5, &text(&"a".repeat(2000))));
    assert_eq!(got(judge_gram(&too_long)).comment, Comment::Truncated);
}

#[test]
fn r01_an_unreadable_body_does_not_make_the_money_vanish() {
    for (body, comment) in [
        (Value::Null, Comment::None),
        (json!(""), Comment::None),
        (json!("te6cck"), Comment::Binary),
        (json!("not base64"), Comment::Binary),
        (json!("A".repeat(200_000)), Comment::Binary),
    ] {
        let tx = with(gram(), "/in_msg/message_content/body", body);
        assert_eq!(got(judge_gram(&tx)).comment, comment);
    }
    let tx = with(gram(), "/in_msg/message_content", Value::Null);
    assert_eq!(got(judge_gram(&tx)).comment, Comment::None);
}

#[test]
fn r02_a_forward_payload_reads_the_same_inline_and_in_a_reference() {
    let comment = |payload: Payload| {
        got(judge_usdt(&credit(&internal_transfer(5, Some(ALICE), &payload)))).comment
    };
    assert_eq!(comment(Payload::Inline(text("K7Q2"))), says("K7Q2"));
    assert_eq!(comment(Payload::Reference(text("K7Q2"))), says("K7Q2"));
    assert_eq!(comment(Payload::Absent), Comment::None);
    assert_eq!(comment(Payload::Inline(Cell::default())), Comment::None);
    let without_op = cell(|b| b.store_raw(b"K7Q2-9", 48));
    // It is shown, and never matched.
    let shown = comment(Payload::Inline(without_op));
    assert_eq!((shown.text(), shown.readable()), (None, Some("K7Q2-9")));
}

#[test]
fn r03_an_encrypted_comment_is_a_payment_without_a_text() {
    let encrypted = cell(|b| {
        b.store_u32(0x2167_da4b)?;
        b.store_raw(&[7; 80], 640)
    });
    let tx = transaction(message(ALICE, SHOP, 5, &encrypted));
    assert_eq!(got(judge_gram(&tx)).comment, Comment::Encrypted);
    let body = internal_transfer(5, Some(ALICE), &Payload::Reference(encrypted));
    assert_eq!(got(judge_usdt(&credit(&body))).comment, Comment::Encrypted);
}

#[test]
fn s05_the_first_coins_of_an_account_count() {
    let tx = with(skipped(gram(), "no_state"), "/orig_status", json!("nonexist"));
    let tx = with(tx, "/prev_trans_lt", json!("0"));
    let tx = with(tx, "/prev_trans_hash", json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
    got(judge_gram(&tx));
}

#[test]
fn s08_minted_jettons_come_from_nobody() {
    let tx = credit(&internal_transfer(5, None, &Payload::Absent));
    let minted = got(judge_usdt(&tx));
    assert_eq!((minted.source, minted.self_payment), (None, false));
}

#[test]
fn s09_transactions_that_no_message_from_inside_caused_are_skipped() {
    let external = json!({
        "source": null, "destination": raw(SHOP), "value": null, "bounced": null, "bounce": null,
        "value_extra_currencies": null, "created_lt": null, "import_fee": "0"
    });
    let sends = with(gram(), "/in_msg", external);
    assert_eq!(judge_gram(&sends), Verdict::Not(Reason::NoInternalMessage));
    let quiet = with(gram(), "/in_msg", Value::Null);
    assert_eq!(judge_gram(&quiet), Verdict::Not(Reason::NoInternalMessage));
    for kind in ["tick_tock", "storage", "split_prepare", "merge_install", ""] {
        let tx = with(gram(), "/description/type", json!(kind));
        assert_eq!(judge_gram(&tx), Verdict::Not(Reason::NotOrdinary), "{kind}");
    }
}

#[test]
fn other_business_of_a_jetton_wallet_is_not_a_credit() {
    let transfer = cell(|b| {
        b.store_u32(jetton::OP_TRANSFER)?;
        b.store_u64(7)
    });
    let cut_off = cell(|b| b.store_u32(jetton::OP_INTERNAL_TRANSFER));
    for body in [transfer, cut_off, text("K7Q2"), Cell::default()] {
        assert_eq!(judge_usdt(&credit(&body)), Verdict::Not(Reason::NotJettonCredit));
    }
}

#[test]
fn a_message_to_somebody_else_is_a_broken_answer() {
    let tx = with(gram(), "/in_msg/destination", json!(raw(MALLORY)));
    assert_eq!(judge_gram(&tx), Verdict::Not(Reason::Malformed));
}
