//! Digital goods and Telegram Stars: paid in the chat, asked about first, counted once, and given back.

use std::time::Duration;

use e2e::{Person, Shop, World, person::id, shop::kinds, stories};
use serde_json::{Value, json};

const PRICE: &str = "250";

/// Alice with a wallet, the shop and its owner, who hears the bot.
async fn cast(world: &World) -> (Person, Shop, Person) {
    let (alice, shop) = (world.person("alice").await, world.shop().await);
    let olga = world.stranger("olga").await;
    olga.starts_bot().await;
    (alice, shop, olga)
}

/// A lesson for 2 GRAM or 250 Stars.
async fn lesson(shop: &Shop) -> Value {
    let body = json!({
        "amount": "2", "asset": "GRAM", "goods_kind": "digital", "stars": 250,
        "description": "Lesson 7", "expires_in": 900
    });
    shop.api.post("/v1/invoices", body).await.ok()
}

/// Where Telegram offers it; what follows the `$` of the link.
async fn offered(world: &World, invoice: &Value) -> String {
    let answer = world.api().post(&path(invoice, "stars"), json!({})).await.ok();
    let link = answer["link"].as_str().unwrap();
    link.strip_prefix("https://t.me/$").unwrap().to_owned()
}

fn path(invoice: &Value, what: &str) -> String {
    format!("/v1/public/invoices/{}/{what}", id(invoice))
}

/// Somebody confirms in Telegram's own sheet.
async fn pays(world: &World, who: &str, slug: &str) -> Value {
    world.control(&format!("people/{who}/stars"), json!({ "slug": slug })).await
}

async fn balance(world: &World, who: &str, slug: &str) -> Value {
    world.look(&format!("people/{who}/stars/{slug}")).await["balance"].clone()
}

/// Paid by Alice, and told to the shop.
async fn paid(world: &World, shop: &Shop) -> (Value, String) {
    let invoice = lesson(shop).await;
    let slug = offered(world, &invoice).await;
    assert_eq!(pays(world, "alice", &slug).await["status"], "paid");
    shop.hears("invoice.paid").await;
    (shop.invoice(id(&invoice)).await, slug)
}

stories![
    a_lesson_is_paid_with_stars_in_the_chat,
    the_bots_card_names_the_price_in_stars,
    telegram_is_told_no_after_the_end_and_takes_nothing,
    stars_that_come_after_the_end_are_late_and_never_lost,
    what_telegram_tells_twice_counts_once,
    of_many_who_pay_at_once_one_is_let_through,
    stars_and_coins_for_one_invoice_are_too_much_and_go_back,
    stars_after_coins_are_one_payment_too_many,
    stars_go_back_as_a_whole_and_once,
    a_refund_waits_until_telegram_is_there_again,
    stars_given_back_by_hand_are_known_as_well,
    inside_telegram_digital_goods_show_no_way_to_pay_on_the_chain,
    without_the_operators_word_nobody_takes_stars,
    telegram_out_of_reach_gives_no_link_and_takes_nothing,
];

async fn a_lesson_is_paid_with_stars_in_the_chat(world: World) {
    let (alice, shop, olga) = cast(&world).await;
    alice.starts_bot().await;
    let invoice = lesson(&shop).await;
    assert_eq!(
        invoice["stars"]["price"],
        json!({ "amount": PRICE, "asset": "XTR", "units": PRICE, "decimals": 0 })
    );
    let slug = offered(&world, &invoice).await;
    assert_eq!(offered(&world, &invoice).await, slug, "everybody gets the same link");
    let sheet = world.look(&format!("people/alice/stars/{slug}")).await;
    assert_eq!(
        sheet,
        json!({ "title": "Coffee Lab", "description": "Lesson 7", "amount": 250, "balance": 1000 })
    );

    let done = pays(&world, "alice", &slug).await;
    assert_eq!(done["status"], "paid");
    let heard = shop.hears("invoice.paid").await;
    let told = &heard.last().unwrap()["data"];
    assert_eq!((&told["status"], &told["exception"]), (&json!("paid"), &json!("none")));
    assert_eq!(
        (&told["stars"]["received"]["amount"], &told["received"]["amount"]),
        (&json!(PRICE), &json!("0"))
    );
    assert_eq!(told["star_payments"][0]["telegram_payment_charge_id"], done["charge"]);
    assert_eq!(told["remaining"]["amount"], "0");
    let lines = shop.api.get(&format!("/v1/invoices/{}/timeline", id(&invoice))).await.ok();
    let lines: Vec<_> = lines["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["kind"].as_str().unwrap())
        .collect();
    assert_eq!(lines, ["created", "stars", "paid"]);
    assert_eq!(balance(&world, "alice", &slug).await, 750);

    let told = alice.reads("You paid 250 Stars to Coffee Lab").await;
    assert!(told.contains("Lesson 7"), "{told}");
    olga.reads("an invoice of 250 Stars was paid").await;
    let refused = pays(&world, "bob", &slug).await;
    assert_eq!(
        (&refused["status"], &refused["error"]),
        (&json!("failed"), &json!("It is paid already. Nothing was taken."))
    );
    assert_eq!(
        world.api().post(&path(&invoice, "stars"), json!({})).await.problem(),
        "invoice-paid"
    );
}

async fn the_bots_card_names_the_price_in_stars(world: World) {
    let (alice, shop, _) = cast(&world).await;
    let invoice = lesson(&shop).await;
    let start =
        |invoice: &Value| world.control("people/alice/start", json!({ "param": id(invoice) }));
    let started = start(&invoice);
    started.await;
    let card = alice.reads("asks for 250 Stars").await;
    assert!(!card.contains("GRAM"), "{card}");
    let body = json!({ "amount": "2", "asset": "GRAM", "goods_kind": "digital" });
    let outside = shop.api.post("/v1/invoices", body).await.ok();
    start(&outside).await;
    let card = alice.reads("Open the pay page in a browser").await;
    assert!(!card.contains("GRAM"), "{card}");
    assert_eq!(
        world.api().post(&path(&outside, "stars"), json!({})).await.problem(),
        "stars-not-offered"
    );
}

async fn telegram_is_told_no_after_the_end_and_takes_nothing(world: World) {
    let (_, shop, _) = cast(&world).await;
    let invoice = lesson(&shop).await;
    let slug = offered(&world, &invoice).await;
    world.after(Duration::from_secs(901)).await;
    let refused = pays(&world, "alice", &slug).await;
    assert_eq!(refused["status"], "failed");
    assert!(refused["error"].as_str().unwrap().contains("The time to pay is over"), "{refused}");
    assert_eq!(balance(&world, "alice", &slug).await, 1000);
    assert_eq!(
        world.api().post(&path(&invoice, "stars"), json!({})).await.problem(),
        "invoice-expired"
    );

    let withdrawn = lesson(&shop).await;
    let slug = offered(&world, &withdrawn).await;
    shop.api.post(&format!("/v1/invoices/{}/void", id(&withdrawn)), json!({})).await.ok();
    let refused = pays(&world, "alice", &slug).await;
    assert!(refused["error"].as_str().unwrap().contains("taken this invoice back"), "{refused}");
}

async fn stars_that_come_after_the_end_are_late_and_never_lost(world: World) {
    let (alice, shop, _) = cast(&world).await;
    alice.starts_bot().await;
    let invoice = lesson(&shop).await;
    let slug = offered(&world, &invoice).await;
    world.after(Duration::from_secs(1000)).await;
    shop.hears("invoice.expired").await;
    world.control("people/alice/stars/unasked", json!({ "slug": slug })).await;
    shop.hears("invoice.paid_late").await;
    let late = shop.invoice(id(&invoice)).await;
    assert_eq!((&late["status"], &late["exception"]), (&json!("expired"), &json!("late")));
    assert_eq!(late["star_payments"][0]["late"], true);
    alice.reads("They came after the invoice had ended").await;
    let accepted =
        shop.api.post(&format!("/v1/invoices/{}/accept", id(&invoice)), json!({})).await.ok();
    assert_eq!((&accepted["status"], &accepted["exception"]), (&json!("paid"), &json!("late")));
}

async fn what_telegram_tells_twice_counts_once(world: World) {
    let (_, shop, _) = cast(&world).await;
    world.faults(json!({ "telegram": { "duplicate_updates": true } })).await;
    let (invoice, _) = paid(&world, &shop).await;
    let (next, _) = paid(&world, &shop).await;
    let first = shop.invoice(id(&invoice)).await;
    for invoice in [&first, &next] {
        assert_eq!(
            (&invoice["exception"], &invoice["stars"]["received"]["amount"]),
            (&json!("none"), &json!(PRICE))
        );
        assert_eq!(invoice["star_payments"].as_array().map(Vec::len), Some(1));
    }
}

async fn of_many_who_pay_at_once_one_is_let_through(world: World) {
    let (_, shop, _) = cast(&world).await;
    let invoice = lesson(&shop).await;
    let slug = offered(&world, &invoice).await;
    let people = ["alice", "bob", "carol", "olga", "alice"];
    let tries = people.map(|who| pays(&world, who, &slug));
    let ended = futures_util::future::join_all(tries).await;
    let through = ended.iter().filter(|ended| ended["status"] == "paid").count();
    assert_eq!(through, 1, "{ended:?}");
    shop.hears("invoice.paid").await;
    assert_eq!(shop.invoice(id(&invoice)).await["exception"], "none");
}

async fn stars_and_coins_for_one_invoice_are_too_much_and_go_back(world: World) {
    let (alice, shop, _) = cast(&world).await;
    let (invoice, slug) = paid(&world, &shop).await;
    alice.sends(json!({ "to": invoice["address"], "amount": "2", "asset": "GRAM", "comment": invoice["reference"] })).await;
    world.blocks(2).await;
    shop.hears("invoice.overpaid").await;
    let over = shop.invoice(id(&invoice)).await;
    assert_eq!((&over["status"], &over["exception"]), (&json!("paid"), &json!("overpaid")));
    assert_eq!(
        (&over["received"]["amount"], &over["stars"]["received"]["amount"]),
        (&json!("2"), &json!(PRICE))
    );

    // Two payments have money left, so the shop has to say which.
    let body = json!({ "invoice": id(&invoice) });
    assert_eq!(shop.api.post("/v1/refunds", body.clone()).await.problem(), "payment-ambiguous");
    let refund = shop.refunds(json!({ "payment": over["star_payments"][0]["id"] })).await;
    shop.refund_turns(&refund, "succeeded").await;
    assert_eq!(balance(&world, "alice", &slug).await, 1000);
    // Now only one is left.
    assert_eq!(shop.refunds(body).await["status"], "requires_signature");
}

async fn stars_after_coins_are_one_payment_too_many(world: World) {
    let (alice, shop, _) = cast(&world).await;
    alice.starts_bot().await;
    let invoice = lesson(&shop).await;
    let slug = offered(&world, &invoice).await;
    alice.sends(json!({ "to": invoice["address"], "amount": "2", "asset": "GRAM", "comment": invoice["reference"] })).await;
    world.blocks(2).await;
    shop.hears("invoice.paid").await;
    assert_eq!(pays(&world, "alice", &slug).await["status"], "failed");
    // Telegram had asked before the coins came.
    world.control("people/alice/stars/unasked", json!({ "slug": slug })).await;
    shop.hears("invoice.overpaid").await;
    alice.reads("The invoice was paid once before").await;
}

async fn stars_go_back_as_a_whole_and_once(world: World) {
    let (alice, shop, olga) = cast(&world).await;
    alice.starts_bot().await;
    let (invoice, slug) = paid(&world, &shop).await;
    for body in [
        json!({ "invoice": id(&invoice), "amount": "100" }),
        json!({ "invoice": id(&invoice), "to": alice.address().await, "confirm_other_address": true }),
    ] {
        assert_eq!(shop.api.post("/v1/refunds", body).await.problem(), "refund-whole");
    }
    let body = json!({ "invoice": id(&invoice), "reason": "The lesson fell out" });
    let refund = shop.refunds(body.clone()).await;
    assert_eq!(
        (&refund["status"], &refund["money"]["asset"], &refund["to"]),
        (&json!("submitted"), &json!("XTR"), &json!(null))
    );
    let done = shop.refund_turns(&refund, "succeeded").await;
    assert_eq!((&done["sent"]["amount"], &done["failure"]), (&json!(PRICE), &json!(null)));
    assert_eq!(
        kinds(&shop.hears("refund.succeeded").await),
        ["refund.created", "refund.succeeded"]
    );
    assert_eq!(balance(&world, "alice", &slug).await, 1000);
    alice.reads("Coffee Lab paid you back 250 Stars").await;
    olga.reads("250 Stars was paid back").await;

    assert_eq!(shop.api.post("/v1/refunds", body).await.problem(), "refund-too-large");
    for act in ["transaction", "cancel"] {
        let path = format!("/v1/refunds/{}/{act}", id(&refund));
        assert_eq!(shop.api.post(&path, json!({})).await.problem(), "refund-started");
    }
    let invoice = shop.invoice(id(&invoice)).await;
    assert_eq!(
        (&invoice["status"], &invoice["stars"]["refunded"]["amount"]),
        (&json!("paid"), &json!(PRICE))
    );
    assert_eq!(invoice["refunds"][0]["id"], refund["id"]);
    let list = shop.api.get("/v1/refunds?status=succeeded").await.ok();
    assert_eq!((&list["data"][0]["id"], &list["has_more"]), (&refund["id"], &json!(false)));
}

async fn a_refund_waits_until_telegram_is_there_again(world: World) {
    let (_, shop, _) = cast(&world).await;
    let (invoice, slug) = paid(&world, &shop).await;
    world.faults(json!({ "telegram": { "down": true } })).await;
    let mut news = world.app().db.watch();
    let refund = shop.refunds(json!({ "invoice": id(&invoice) })).await;
    let path = format!("/v1/refunds/{}", id(&refund));
    while shop.api.get(&path).await.ok()["failure"].is_null() {
        news.changed().await.unwrap();
    }
    assert_eq!(shop.api.get(&path).await.ok()["status"], "submitted");
    world.faults(json!({ "telegram": { "down": false } })).await;
    world.after(Duration::from_secs(2)).await;
    shop.refund_turns(&refund, "succeeded").await;
    assert_eq!(balance(&world, "alice", &slug).await, 1000);
}

async fn stars_given_back_by_hand_are_known_as_well(world: World) {
    let (_, shop, _) = cast(&world).await;
    let (invoice, _) = paid(&world, &shop).await;
    let charge = invoice["star_payments"][0]["telegram_payment_charge_id"].clone();
    let url =
        format!("{}/bot{}/refundStarPayment", world.simulated.url(), world.simulated.bot_token());
    let body = json!({ "user_id": 700_000_001, "telegram_payment_charge_id": charge });
    for (ok, why) in [(true, json!(null)), (false, json!("Bad Request: CHARGE_ALREADY_REFUNDED"))] {
        let answer = world.http.post(&url).json(&body).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        assert_eq!((&answer["ok"], &answer["description"]), (&json!(ok), &why));
    }
    shop.hears("refund.succeeded").await;
    let invoice = shop.invoice(id(&invoice)).await;
    assert_eq!(invoice["stars"]["refunded"]["amount"], PRICE);
    assert_eq!(
        shop.api.post("/v1/refunds", json!({ "invoice": id(&invoice) })).await.problem(),
        "refund-too-large"
    );
}

async fn inside_telegram_digital_goods_show_no_way_to_pay_on_the_chain(world: World) {
    let (alice, shop, _) = cast(&world).await;
    let invoice = lesson(&shop).await;
    let public = format!("/v1/public/invoices/{}", id(&invoice));
    let inside = alice.api.get(&public).await.ok();
    for field in ["address", "reference", "ton_link"] {
        assert_eq!(inside[field], json!(null), "{field}");
    }
    assert_eq!(inside["stars"]["price"]["amount"], PRICE);
    let from = json!({ "from": alice.address().await });
    assert_eq!(alice.api.post(&path(&invoice, "pay"), from.clone()).await.problem(), "stars-only");
    // In a browser both ways are open.
    let outside = world.api().get(&public).await.ok();
    assert_eq!(
        (&outside["address"], &outside["reference"]),
        (&invoice["address"], &invoice["reference"])
    );
    assert!(world.api().post(&path(&invoice, "pay"), from).await.ok()["transaction"].is_object());
    // Nobody else's goods are in the way.
    let latte = shop.invoices("1", "GRAM").await;
    assert_eq!(latte["goods_kind"], "physical");
    assert!(alice.opens_invoice(&latte).await["transaction"].is_object());
}

async fn without_the_operators_word_nobody_takes_stars(world: World) {
    let (alice, shop, _) = cast(&world).await;
    let invoice = lesson(&shop).await;
    let slug = offered(&world, &invoice).await;
    world.service_stops().await;
    let mut without = world.clone();
    without.settings.stars = false;
    without.service_starts().await;
    let body = json!({ "amount": "2", "asset": "GRAM", "goods_kind": "digital", "stars": 250 });
    assert_eq!(shop.api.post("/v1/invoices", body).await.problem(), "stars-off");
    assert_eq!(world.api().post(&path(&invoice, "stars"), json!({})).await.problem(), "stars-off");
    let refused = pays(&world, "alice", &slug).await;
    assert!(refused["error"].as_str().unwrap().contains("cannot be paid in Stars"), "{refused}");
    // Digital goods without a price in Stars are sold outside Telegram.
    let body = json!({ "amount": "2", "asset": "GRAM", "goods_kind": "digital" });
    let outside = shop.api.post("/v1/invoices", body).await.ok();
    assert_eq!(outside["stars"], json!(null));
    let from = json!({ "from": alice.address().await });
    assert_eq!(alice.api.post(&path(&outside, "pay"), from).await.problem(), "stars-only");
}

async fn telegram_out_of_reach_gives_no_link_and_takes_nothing(world: World) {
    let (_, shop, _) = cast(&world).await;
    let invoice = lesson(&shop).await;
    world.faults(json!({ "telegram": { "down": true } })).await;
    assert_eq!(
        world.api().post(&path(&invoice, "stars"), json!({})).await.problem(),
        "telegram-unreachable"
    );
    world.faults(json!({ "telegram": { "down": false } })).await;
    offered(&world, &invoice).await;
}
