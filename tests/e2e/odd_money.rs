//! Money that comes in strange ways is recorded and announced, and nothing that is not money counts.

use e2e::{World, person::id, shop::kinds, stories};
use serde_json::{Value, json};

/// The last `payment.unmatched` of a feed.
fn unmatched(events: &[Value]) -> &Value {
    let event = events.iter().rfind(|event| event["type"] == "payment.unmatched");
    &event.expect("an unmatched payment was announced")["data"]
}

stories![
    money_without_a_reference_is_announced,
    a_mistyped_reference_matches_nothing,
    a_reference_typed_by_hand_still_counts,
    another_payees_reference_pays_nothing_here,
    the_wrong_asset_is_told_with_the_invoice_it_meant,
    a_one_nano_notification_is_money,
    jettons_without_any_notification_are_money,
    money_that_bounces_is_no_money,
    less_than_promised_is_told_as_what_it_is,
    somebody_watching_a_jetton_wallet_takes_no_money_from_its_owner,
    a_comment_no_database_can_keep_stops_nobody,
    a_notification_from_a_false_jetton_wallet_is_ignored,
];

async fn money_without_a_reference_is_announced(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let invoice = shop.invoices("1", "GRAM").await;
    alice.sends(json!({ "to": invoice["address"], "amount": "1", "asset": "GRAM" })).await;
    world.blocks(2).await;
    let heard = shop.hears("payment.unmatched").await;
    assert_eq!(unmatched(&heard)["reason"], "no_reference");
    assert_eq!(unmatched(&heard)["settlement"]["received"]["amount"], "1");
    assert_eq!(shop.invoice(id(&invoice)).await["status"], "open");
}

async fn a_mistyped_reference_matches_nothing(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let invoice = shop.invoices("1", "GRAM").await;
    let reference = invoice["reference"].as_str().unwrap();
    let other = if reference.starts_with('Z') { "Y" } else { "Z" };
    let typo = format!("{other}{}", &reference[1..]);
    alice
        .sends(json!({ "to": invoice["address"], "amount": "1", "asset": "GRAM", "comment": typo }))
        .await;
    world.blocks(2).await;
    shop.hears("payment.unmatched").await;
    assert_eq!(shop.invoice(id(&invoice)).await["status"], "open");
}

async fn a_reference_typed_by_hand_still_counts(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let invoice = shop.invoices("1", "GRAM").await;
    let typed = invoice["reference"].as_str().unwrap().to_lowercase().replace('-', " ");
    alice.sends(json!({ "to": invoice["address"], "amount": "1", "asset": "GRAM", "comment": format!("  {typed} ") })).await;
    world.blocks(2).await;
    shop.hears("invoice.paid").await;
}

async fn another_payees_reference_pays_nothing_here(world: World) {
    let (alice, bob, shop) =
        (world.person("alice").await, world.person("bob").await, world.shop().await);
    let invoice = shop.invoices("1", "GRAM").await;
    alice.sends(json!({ "to": bob.address().await, "amount": "1", "asset": "GRAM", "comment": invoice["reference"] })).await;
    world.blocks(2).await;
    bob.starts_bot().await;
    loop {
        if bob.activity().await.len() == 1 {
            break;
        }
        bob.api.get("/v1/events?after=1&wait=5").await.ok();
    }
    assert_eq!(shop.invoice(id(&invoice)).await["status"], "open");
}

async fn the_wrong_asset_is_told_with_the_invoice_it_meant(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let invoice = shop.invoices("1", "USDT").await;
    alice.sends(json!({ "to": invoice["address"], "amount": "1", "asset": "GRAM", "comment": invoice["reference"] })).await;
    world.blocks(2).await;
    let heard = shop.hears("payment.unmatched").await;
    assert_eq!(unmatched(&heard)["reason"], "wrong_asset");
    assert_eq!(unmatched(&heard)["purpose"]["id"], invoice["id"]);
    assert_eq!(shop.invoice(id(&invoice)).await["status"], "open");
}

async fn a_one_nano_notification_is_money(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let invoice = shop.invoices("1", "USDT").await;
    let message = json!({ "to": invoice["address"], "amount": "1", "asset": "USDT", "comment": invoice["reference"], "forward_amount": "0.000000001" });
    alice.sends(message).await;
    world.blocks(2).await;
    shop.hears("invoice.paid").await;
}

async fn jettons_without_any_notification_are_money(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let invoice = shop.invoices("1", "USDT").await;
    let message = json!({ "to": invoice["address"], "amount": "1", "asset": "USDT", "comment": invoice["reference"], "forward_amount": "0" });
    alice.sends(message).await;
    world.blocks(2).await;
    shop.hears("invoice.paid").await;
}

async fn money_that_bounces_is_no_money(world: World) {
    let alice = world.person("alice").await;
    let nobody = ton::address::Address { workchain: 0, hash: [0xee; 32] };
    let payment = alice.prepares(&nobody.friendly(true), "1", "GRAM").await;
    let message = json!({ "to": nobody.friendly(true), "amount": "1", "asset": "GRAM", "comment": payment["reference"], "bounce": true });
    alice.sends(message).await;
    world.blocks(3).await;
    // A second payment marks the moment by which the first would have been seen.
    world.person("bob").await;
    alice.pays("@bob", "1", "GRAM").await;
    let found = alice.api.get(&format!("/v1/payments/{}", id(&payment))).await.ok();
    assert_ne!(found["status"], "final");
    assert_eq!(found["settlement"], json!(null));
}

async fn less_than_promised_is_told_as_what_it_is(world: World) {
    let (alice, bob) = (world.person("alice").await, world.person("bob").await);
    bob.starts_bot().await;
    let payment = alice.prepares("@bob", "1000", "USDT").await;
    alice.sends(json!({ "to": bob.address().await, "amount": "0.000001", "asset": "USDT", "comment": payment["reference"] })).await;
    world.blocks(2).await;
    let told = bob.reads("USDT").await;
    assert!(told.contains("0.000001 USDT") && !told.contains("1000"), "{told}");
    let found = alice.api.get(&format!("/v1/payments/{}", id(&payment))).await.ok();
    assert_ne!(found["status"], "final");
}

async fn somebody_watching_a_jetton_wallet_takes_no_money_from_its_owner(world: World) {
    let (alice, bob, shop) =
        (world.person("alice").await, world.person("bob").await, world.shop().await);
    let invoice = shop.invoices("1", "USDT").await;
    // Bob pretends that he will pay GRAM to the shop's jetton wallet, so that it is followed too.
    let path = format!(
        "/api/v3/jetton/wallets?owner_address={}&limit=1",
        invoice["address"].as_str().unwrap()
    );
    let found: Value = world
        .http
        .get(format!("{}{path}", world.simulated.url()))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let jetton_wallet = found["jetton_wallets"][0]["address"].as_str().unwrap();
    bob.prepares(jetton_wallet, "1", "GRAM").await;
    for _ in 0..2 {
        alice.pays_invoice(&shop.invoices("1", "USDT").await).await;
    }
    alice.pays_invoice(&invoice).await;
    shop.hears("invoice.paid").await;
    assert_eq!(shop.invoice_after(id(&invoice), "open").await["status"], "paid");
}

async fn a_comment_no_database_can_keep_stops_nobody(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let invoice = shop.invoices("1", "GRAM").await;
    alice
        .sends(json!({ "to": invoice["address"], "amount": "1", "asset": "GRAM", "comment": "\0" }))
        .await;
    world.blocks(2).await;
    alice.pays_invoice(&invoice).await;
    shop.hears("invoice.paid").await;
    let body = json!({ "amount": "1", "asset": "GRAM", "description": "a\0b" });
    assert_eq!(shop.api.post("/v1/invoices", body).await.problem(), "bad-request");
    assert_eq!(shop.api.get("/v1/invoices?external_id=%00").await.problem(), "bad-request");
}

async fn a_notification_from_a_false_jetton_wallet_is_ignored(world: World) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let invoice = shop.invoices("1", "USDT").await;
    // `transfer_notification` as a fake wallet would send it, with coins under it.
    let body = forged_notification(invoice["reference"].as_str().unwrap());
    alice
        .sends(
            json!({ "to": invoice["address"], "amount": "0.05", "asset": "GRAM", "payload": body }),
        )
        .await;
    world.blocks(2).await;
    // A true payment afterwards shows that the false one has been read and passed over.
    alice.pays_invoice(&shop.invoices("1", "USDT").await).await;
    let heard = kinds(&shop.hears("invoice.paid").await);
    assert_eq!(heard.iter().filter(|kind| *kind == "invoice.paid").count(), 1);
    assert_eq!(shop.invoice(id(&invoice)).await["status"], "open");
}

/// TEP-74 `transfer_notification#7362d09c query_id:uint64 amount:(VarUInteger 16) sender:MsgAddress
/// forward_payload:(Either Cell ^Cell)`, as a bag of cells in base64.
fn forged_notification(reference: &str) -> String {
    use base64::prelude::*;
    let mut bits = String::new();
    let mut push = |value: u128, width: usize| bits.push_str(&format!("{value:0width$b}"));
    push(0x7362_d09c, 32);
    push(0, 64);
    push(3, 4);
    push(1_000_000, 24);
    push(0b100, 3);
    push(0, 8);
    for _ in 0..8 {
        push(0xabab_abab, 32);
    }
    push(0, 1);
    push(0, 32);
    for byte in reference.bytes() {
        push(u128::from(byte), 8);
    }
    let length = bits.len();
    let full = length / 8;
    let mut data: Vec<u8> = Vec::new();
    if !length.is_multiple_of(8) {
        bits.push('1');
    }
    while !bits.len().is_multiple_of(8) {
        bits.push('0');
    }
    for byte in bits.as_bytes().chunks(8) {
        data.push(u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap());
    }
    let descriptor = u8::try_from(full + length.div_ceil(8)).unwrap();
    let cell = [&[0, descriptor], data.as_slice()].concat();
    let size = u8::try_from(cell.len()).unwrap();
    let boc =
        [&[0xb5, 0xee, 0x9c, 0x72, 0x01, 0x01, 0x01, 0x01, 0x00, size, 0x00], cell.as_slice()]
            .concat();
    BASE64_STANDARD.encode(boc)
}
