//! Paying where a memo is the whole comment: exchanges and services.

use std::time::Duration;

use e2e::{World, person::id, stories};
use remit::money::payments::custody::Deposit;
use serde_json::{Value, json};
use ton::address::Address;

/// An address that is nobody's here.
fn exchange() -> String {
    Address { workchain: 0, hash: [0xee; 32] }.friendly(false)
}

fn body(amount: &str, asset: &str, memo: &str) -> Value {
    json!({ "to": exchange(), "amount": amount, "asset": asset, "memo": memo })
}

/// What the bot and the feed are told is also what the person sees.
fn comment(payment: &Value) -> ton::comment::Comment {
    let payload = payment["transaction"]["messages"][0]["payload"].as_str().unwrap();
    ton::comment::decode(&ton::boc::gate_base64(payload, &ton::boc::Limits::WALLET).unwrap())
}

stories![
    a_memo_is_the_whole_comment_and_the_payment_is_still_known,
    so_it_is_in_usdt_even_for_two_alike,
    coins_with_the_same_memo_wait_one_at_a_time,
    money_sent_past_the_service_is_no_payment_of_its,
    a_memo_given_up_and_signed_all_the_same_still_counts,
    the_same_sum_a_day_later_is_another_payment,
    a_memo_is_for_strangers_addresses_and_exactly_one_line,
    an_exchange_that_the_operator_names_is_told_of,
    an_address_that_many_memos_reach_looks_like_an_exchange,
    a_link_is_understood_as_a_whole_or_refused,
    the_link_of_an_invoice_names_the_invoice,
];

async fn a_memo_is_the_whole_comment_and_the_payment_is_still_known(world: World) {
    let alice = world.person("alice").await;
    alice.starts_bot().await;
    let payment = alice.api.post("/v1/payments", body("1", "GRAM", "4000111222")).await.ok();
    assert_eq!(comment(&payment).text(), Some("4000111222"));
    assert_eq!((&payment["memo"], &payment["reference"]), (&json!("4000111222"), &Value::Null));
    alice.signs(&payment["transaction"]).await;
    world.blocks(2).await;
    let done = alice.sees_final(id(&payment)).await;
    assert_eq!(done["settlement"]["received"]["amount"], "1");
    alice.reads("You sent 1 GRAM").await;
    assert_eq!(alice.activity().await.len(), 1);
    let receipt = world.api().get(&format!("/v1/receipts/{}", id(&payment))).await.ok();
    assert_eq!(receipt["receipt"]["transfers"][0]["comment"], "4000111222");
}

async fn so_it_is_in_usdt_even_for_two_alike(world: World) {
    let alice = world.person("alice").await;
    let one = alice.api.post("/v1/payments", body("2", "USDT", "77")).await.ok();
    let two = alice.api.post("/v1/payments", body("2", "USDT", "77")).await.ok();
    assert_ne!(id(&one), id(&two));
    alice.signs(&two["transaction"]).await;
    world.blocks(3).await;
    alice.sees_final(id(&two)).await;
    let one = alice.api.get(&format!("/v1/payments/{}", id(&one))).await.ok();
    assert_eq!(one["status"], "created", "its own message has not been signed");
}

async fn coins_with_the_same_memo_wait_one_at_a_time(world: World) {
    let alice = world.person("alice").await;
    let one = alice.api.post("/v1/payments", body("1", "GRAM", "77")).await.ok();
    let same = alice.api.post("/v1/payments", body("1", "GRAM", "77")).await.ok();
    assert_eq!(id(&one), id(&same), "signing two would pay twice");
    for (amount, memo) in [("2", "77"), ("1", "78")] {
        let other = alice.api.post("/v1/payments", body(amount, "GRAM", memo)).await.ok();
        assert_ne!(id(&one), id(&other));
    }
    let signed = alice.signs(&one["transaction"]).await;
    let submitted = format!("/v1/payments/{}/submitted", id(&one));
    alice.api.post(&submitted, json!({ "boc": signed["boc"] })).await.ok();
    let refused = alice.api.post("/v1/payments", body("1", "GRAM", "77")).await;
    assert_eq!(refused.problem(), "payment-twin");
    world.blocks(2).await;
    alice.sees_final(id(&one)).await;
    let next = alice.api.post("/v1/payments", body("1", "GRAM", "77")).await.ok();
    assert_ne!(id(&one), id(&next), "the first is over");
}

async fn money_sent_past_the_service_is_no_payment_of_its(world: World) {
    let alice = world.person("alice").await;
    let by_hand = json!({ "to": exchange(), "amount": "1", "asset": "GRAM", "comment": "77" });
    alice.sends(by_hand).await;
    world.blocks(2).await;
    let payment = alice.api.post("/v1/payments", body("1", "GRAM", "77")).await.ok();
    // Another sum, another memo, another sender, while it waits.
    for other in
        [json!({ "amount": "2", "comment": "77" }), json!({ "amount": "1", "comment": "78" })]
    {
        let mut message = json!({ "to": exchange(), "asset": "GRAM" });
        message["amount"] = other["amount"].clone();
        message["comment"] = other["comment"].clone();
        alice.sends(message).await;
        world.blocks(2).await;
    }
    let bob = world.person("bob").await;
    bob.sends(json!({ "to": exchange(), "amount": "1", "asset": "GRAM", "comment": "77" })).await;
    world.blocks(3).await;
    let head = world.look("info").await["head"]["seqno"].as_u64().unwrap_or_default();
    world.reads_up_to(head.saturating_sub(1)).await;
    let path = format!("/v1/payments/{}", id(&payment));
    assert_eq!(alice.api.get(&path).await.ok()["status"], "created");
    alice.signs(&payment["transaction"]).await;
    world.blocks(2).await;
    alice.sees_final(id(&payment)).await;
}

async fn a_memo_given_up_and_signed_all_the_same_still_counts(world: World) {
    let alice = world.person("alice").await;
    let payment = alice.api.post("/v1/payments", body("1", "GRAM", "77")).await.ok();
    let path = format!("/v1/payments/{}", id(&payment));
    alice.api.post(&format!("{path}/cancel"), json!({})).await.ok();
    alice.signs(&payment["transaction"]).await;
    world.blocks(2).await;
    alice.api.get(&format!("{path}?wait=20&after=cancelled")).await.ok();
    alice.sees_final(id(&payment)).await;
}

async fn the_same_sum_a_day_later_is_another_payment(world: World) {
    let alice = world.person("alice").await;
    let payment = alice.api.post("/v1/payments", body("1", "GRAM", "77")).await.ok();
    world.after(Duration::from_secs(600)).await;
    let path = format!("/v1/payments/{}?wait=20&after=created", id(&payment));
    assert_eq!(alice.api.get(&path).await.ok()["status"], "expired");
    alice.sends(json!({ "to": exchange(), "amount": "1", "asset": "GRAM", "comment": "77" })).await;
    world.blocks(3).await;
    let head = world.look("info").await["head"]["seqno"].as_u64().unwrap_or_default();
    world.reads_up_to(head.saturating_sub(1)).await;
    let path = format!("/v1/payments/{}", id(&payment));
    assert_eq!(alice.api.get(&path).await.ok()["status"], "expired");
}

async fn a_memo_is_for_strangers_addresses_and_exactly_one_line(world: World) {
    let alice = world.person("alice").await;
    let bob = world.person("bob").await.address().await;
    let shop = world.shop().await.invoices("1", "GRAM").await["address"].clone();
    let mut with_note = body("1", "GRAM", "77");
    with_note["note"] = json!("for you");
    let to = |to: Value| json!({ "to": to, "amount": "1", "asset": "GRAM", "memo": "77" });
    for bad in [
        with_note,
        to(json!("@bob")),
        to(json!(bob)),
        to(shop),
        body("1", "GRAM", ""),
        body("1", "GRAM", "one\ntwo"),
        body("1", "GRAM", "o\u{200b}ne"),
        body("1", "GRAM", &"x".repeat(501)),
        to(json!(format!("ton://transfer/{}?text=78", exchange()))),
    ] {
        assert_eq!(
            alice.api.post("/v1/payments", bad.clone()).await.problem(),
            "bad-request",
            "{bad}"
        );
    }
    let link = format!("ton://transfer/{}?Memo=4000%20111", exchange());
    let paid = json!({ "to": link, "amount": "1", "asset": "GRAM" });
    let payment = alice.api.post("/v1/payments", paid).await.ok();
    assert_eq!(comment(&payment).text(), Some("4000 111"));
}

async fn an_exchange_that_the_operator_names_is_told_of(world: World) {
    let mut world = world;
    let carol = world.stranger("carol").await;
    let wallet: Address = carol.address().await.parse().unwrap();
    world.service_stops().await;
    let named = |name: &str, address| Deposit { name: name.to_owned(), address };
    let theirs = Address { workchain: 0, hash: [0xee; 32] };
    world.settings.deposits = vec![named("Big Exchange", theirs), named("Other", wallet)];
    world.service_starts().await;
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let found = alice.api.get(&format!("/v1/recipients?q={}", exchange())).await.ok();
    assert_eq!((&found["exchange"], &found["takes_memo"]), (&json!("Big Exchange"), &json!(true)));
    assert!(found["warnings"].as_array().unwrap().contains(&json!("maybe_exchange")), "{found}");
    // A refund to it would go to whoever has the memo.
    let invoice = shop.invoices("1", "GRAM").await;
    carol.sends(json!({ "to": invoice["address"], "amount": "1", "asset": "GRAM", "comment": invoice["reference"] })).await;
    world.blocks(2).await;
    shop.hears("invoice.paid").await;
    let refund = shop.refunds(json!({ "invoice": id(&invoice) })).await;
    assert!(refund["warnings"].as_array().unwrap().contains(&json!("maybe_exchange")), "{refund}");
}

async fn an_address_that_many_memos_reach_looks_like_an_exchange(world: World) {
    let alice = world.person("alice").await;
    let look = format!("/v1/recipients?q={}", exchange());
    let warned =
        |found: &Value| found["warnings"].as_array().unwrap().contains(&json!("maybe_exchange"));
    let found = alice.api.get(&look).await.ok();
    assert!(found["takes_memo"] == true && !warned(&found), "{found}");
    for memo in ["77", "78"] {
        let payment = alice.api.post("/v1/payments", body("1", "GRAM", memo)).await.ok();
        alice.signs(&payment["transaction"]).await;
        world.blocks(2).await;
        alice.sees_final(id(&payment)).await;
    }
    assert!(warned(&alice.api.get(&look).await.ok()));
}

async fn a_link_is_understood_as_a_whole_or_refused(world: World) {
    let alice = world.person("alice").await;
    let bob = world.person("bob").await.address().await;
    let look = async |link: &str| {
        let q: String = url::form_urlencoded::byte_serialize(link.as_bytes()).collect();
        alice.api.get(&format!("/v1/recipients?q={q}")).await
    };
    let usdt = world.look("info").await["usdt"]["friendly"].as_str().unwrap().to_owned();
    let link = |query: &str| format!("TON://transfer/{}?{query}", exchange());
    let found = look(&link(&format!("amount=5000000&jetton={usdt}&comment=7"))).await.ok();
    assert_eq!(
        (&found["asks"]["money"]["amount"], &found["asks"]["asset"]),
        (&json!("5"), &json!("USDT"))
    );
    assert_eq!(found["asks"]["memo"], "7");
    let later = world.now_seconds() + 100;
    let timed = link(&format!("amount=1000000000&exp={later}"));
    assert_eq!(look(&timed).await.ok()["asks"]["money"]["amount"], "1");
    let paid = json!({ "to": timed, "amount": "1", "asset": "GRAM" });
    let payment = alice.api.post("/v1/payments", paid.clone()).await.ok();
    assert_eq!(payment["transaction"]["validUntil"], later);
    world.after(Duration::from_secs(101)).await;
    assert_eq!(look(&timed).await.problem(), "link-expired", "by the service's time");
    assert_eq!(alice.api.post("/v1/payments", paid).await.problem(), "link-expired");
    for (text, problem) in [
        (link("amount=1000000000&exp=1600000000"), "link-expired"),
        (link(&format!("amount=1&jetton={}", exchange())), "asset-unknown"),
        (link("bin=te6cc"), "address-invalid"),
        (link("fee=1"), "address-invalid"),
        (link("amount=1&amount=2"), "address-invalid"),
        (format!("ton://transfer/{bob}?text=1"), "address-invalid"),
        ("alice.ton".to_owned(), "address-invalid"),
    ] {
        assert_eq!(look(&text).await.problem(), problem, "{text}");
    }
    for text in ["bob", "https://t.me/bob", "\u{feff}@bob\u{200b}", &format!("\u{202a}{bob}\u{a0}")]
    {
        assert_eq!(look(text).await.ok()["address"], bob, "{text:?}");
    }
}

async fn the_link_of_an_invoice_names_the_invoice(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let invoice = shop.invoices("1", "GRAM").await;
    let link = format!(
        "ton://transfer/{}?text={}",
        invoice["address"].as_str().unwrap(),
        invoice["reference"].as_str().unwrap()
    );
    let body = json!({ "to": link, "amount": "1", "asset": "GRAM" });
    let refused = alice.api.post("/v1/payments", body).await;
    assert!(refused.body["detail"].as_str().unwrap().contains(id(&invoice)), "{}", refused.body);
}
