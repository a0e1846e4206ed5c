//! A receipt holds for whoever checks it: against the service's key, and against the chain. What was
//! changed, made up or looked up elsewhere does not.

use std::{net::TcpListener, time::Duration};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use e2e::{Person, Process, Shop, World, api::nothing, person::id, stories};
use remit::{
    selling::receipts::{keys::ReceiptKey, receipt::SignedReceipt},
    words::dice::Dice,
};
use sandbox::{World as Simulated, clock::Clock, world::Options};
use serde_json::{Value, json};

const VALID: i32 = 0;
const NOT_VALID: i32 = 1;
const NOT_CHECKED: i32 = 2;

/// An invoice that Alice has paid in the app, and Alice's payment.
async fn paid(alice: &Person, shop: &Shop, asset: &str) -> (Value, Value) {
    let invoice = shop.invoices("1.5", asset).await;
    let payment = alice.pays_invoice(&invoice).await;
    shop.hears("invoice.paid").await;
    (shop.invoice(id(&invoice)).await, payment)
}

/// What anybody gets who has the id.
async fn receipt(world: &World, of: &str) -> Value {
    world.api().get(&format!("/v1/receipts/{of}")).await.ok()
}

/// Somebody who was handed a receipt, and has the program.
struct Auditor {
    program: Process,
    file: tempfile::NamedTempFile,
    service: String,
    chain: String,
}

impl Auditor {
    fn new(world: &World) -> Self {
        Self {
            program: Process::new(&world.simulated, String::new(), world.http.clone()),
            file: tempfile::NamedTempFile::new().unwrap(),
            service: world.settings.public_url.clone(),
            chain: world.settings.chain_url.clone(),
        }
    }

    /// Checks a file with this text; the exit code, and what was said.
    fn checks_text(&self, text: &str, words: &[&str]) -> (i32, String) {
        std::fs::write(self.file.path(), text).unwrap();
        self.checks_at(self.file.path().to_str().unwrap(), words)
    }

    fn checks_at(&self, place: &str, words: &[&str]) -> (i32, String) {
        let (code, said, error) =
            self.program.tries(&[&["verify-receipt", place][..], words].concat());
        assert!(!error.contains("panicked"), "{error}");
        (code, said + &error)
    }

    /// As one should: with the service's own key, against the chain.
    fn checks(&self, receipt: &Value) -> (i32, String) {
        let words = ["--from", &self.service, "--chain", &self.chain];
        self.checks_text(&receipt.to_string(), &words)
    }

    fn accepts(&self, receipt: &Value) {
        let (code, said) = self.checks(receipt);
        assert_eq!(code, VALID, "{said}");
        assert!(said.ends_with("The receipt is valid.\n"), "{said}");
    }

    fn refuses(&self, receipt: &Value, because: &str) {
        let (code, said) = self.checks(receipt);
        assert_eq!(code, NOT_VALID, "{because}: {said}");
        assert!(said.contains(because) && said.contains("NOT valid"), "{because}: {said}");
    }
}

/// A receipt of somebody who has a key, and signs whatever they like.
fn lie(receipt: &Value, key: &ReceiptKey) -> Value {
    let honest: SignedReceipt = serde_json::from_value(receipt.clone()).unwrap();
    serde_json::to_value(honest.receipt.sign(key).unwrap()).unwrap()
}

fn changed(receipt: &Value, place: &str, to: Value) -> Value {
    let mut changed = receipt.clone();
    let field = changed.pointer_mut(place).unwrap_or_else(|| panic!("{place} is there"));
    assert_ne!(*field, to, "{place}");
    *field = to;
    changed
}

stories![
    a_paid_invoice_has_a_receipt_that_holds,
    a_payment_between_people_has_one_that_names_nobody,
    whatever_is_changed_afterwards_is_seen,
    what_is_no_receipt_is_refused,
    the_key_is_the_callers_to_choose,
    what_was_paid_in_two_assets_has_a_receipt_for_each,
    a_service_that_lies_is_caught_by_the_chain,
    another_chain_knows_nothing_of_it,
    several_transfers_and_what_went_back_stand_in_one_receipt,
    where_nothing_has_come_there_is_no_receipt,
    the_page_says_the_same_without_a_script,
    the_key_is_made_once_and_outlives_a_restart,
];

async fn a_paid_invoice_has_a_receipt_that_holds(world: World) {
    let (shop, alice) = (world.shop().await, world.person("alice").await);
    let auditor = Auditor::new(&world);
    for asset in ["GRAM", "USDT"] {
        let (invoice, payment) = paid(&alice, &shop, asset).await;
        let signed = receipt(&world, id(&invoice)).await;
        let (said, line) = (&signed["receipt"], &signed["receipt"]["transfers"][0]);
        let payment_of = &invoice["payments"][0];
        for field in ["lt", "hash", "block", "at", "money", "fiat_value"] {
            assert_eq!(line[field], payment_of[field], "{field}");
        }
        assert_eq!(
            (&said["merchant"], &said["invoice"]["id"]),
            (&json!("Coffee Lab"), &invoice["id"])
        );
        assert_eq!(
            (&said["received"]["amount"], &said["network"]),
            (&json!("1.5"), &json!("-217"))
        );
        assert_eq!(said["jetton"].is_string(), asset == "USDT");
        assert!(line["comment"].is_string() && line["fiat_value"]["amount"].is_string(), "{line}");
        auditor.accepts(&signed);

        let of_payment = receipt(&world, id(&payment)).await;
        assert_eq!(of_payment["receipt"]["transfers"], said["transfers"]);
        assert_eq!(of_payment["receipt"]["invoice"]["id"], invoice["id"]);
        auditor.accepts(&of_payment);

        // Whoever has the address has the receipt, and by it the service's key.
        for path in ["v1/receipts", "receipt"] {
            let url = format!("{}/{path}/{}", auditor.service, id(&invoice));
            let (code, told) = auditor.checks_at(&url, &["--chain", &auditor.chain]);
            assert_eq!(code, VALID, "{told}");
        }
        // However it is spelt, it is the same receipt.
        let spread = serde_json::to_string_pretty(&signed).unwrap().replace('/', "\\/");
        let words = ["--from", &auditor.service, "--chain", &auditor.chain];
        assert_eq!(auditor.checks_text(&spread, &words).0, VALID);
    }
}

async fn a_payment_between_people_has_one_that_names_nobody(world: World) {
    let (alice, _) = (world.person("alice").await, world.person("bob").await);
    let payment = alice.pays("@bob", "2", "GRAM").await;
    let signed = receipt(&world, id(&payment)).await;
    assert_eq!(
        (&signed["receipt"]["merchant"], &signed["receipt"]["invoice"]),
        (&json!(null), &json!(null))
    );
    let text = signed.to_string().to_lowercase();
    assert!(!text.contains("alice") && !text.contains("bob"), "{text}");
    Auditor::new(&world).accepts(&signed);
}

async fn whatever_is_changed_afterwards_is_seen(world: World) {
    let (shop, alice) = (world.shop().await, world.person("alice").await);
    let (invoice, _) = paid(&alice, &shop, "USDT").await;
    let honest = receipt(&world, id(&invoice)).await;
    let auditor = Auditor::new(&world);
    let alices = honest["receipt"]["transfers"][0]["from"].clone();
    let (line, wrong) = ("/receipt/transfers/0", "00".repeat(32));
    for (place, to, on_chain) in [
        ("/receipt/merchant".to_owned(), json!("Tea Lab"), None),
        ("/receipt/issued_at".to_owned(), json!("2026-01-01T00:00:00.000Z"), None),
        (format!("{line}/fiat_value/amount"), json!("1000.00"), None),
        ("/receipt/received/amount".to_owned(), json!("15"), Some("15 USDT is not 1500000 units")),
        (format!("{line}/from"), json!(format!("0:{wrong}")), Some("the sender is")),
        (format!("{line}/to"), alices, Some("is not the payee's wallet of this jetton")),
        (
            format!("{line}/comment"),
            json!("hello"),
            Some("the comment is hello in the receipt, and"),
        ),
        (format!("{line}/block"), json!(1), Some("the block is 1 in the receipt, and")),
        (format!("{line}/at"), json!("2026-01-01T00:00:00.000Z"), Some("the time is")),
        (format!("{line}/hash"), json!(wrong), Some("the hash is")),
        (format!("{line}/lt"), json!("7"), Some("the chain has no transaction of")),
        (format!("{line}/lt"), json!("seven"), Some("its lt is no number")),
        (format!("{line}/account"), json!(format!("0:{wrong}")), Some("is not the payee's wallet")),
        ("/receipt/jetton".to_owned(), json!(format!("0:{wrong}")), Some("is no jetton's master")),
        ("/receipt/jetton".to_owned(), Value::Null, Some("is not the network's own coin")),
    ] {
        let tampered = changed(&honest, &place, to);
        auditor.refuses(&tampered, "signature: it is not by rck_");
        auditor.refuses(&tampered, on_chain.unwrap_or("NOT valid"));
    }
    for (place, to) in [
        ("/signature/value", json!(BASE64_STANDARD.encode([1; 64]))),
        ("/signature/value", json!("")),
        ("/signature/algorithm", json!("none")),
    ] {
        auditor.refuses(&changed(&honest, place, to), "signature: it is not by rck_");
    }
    auditor.refuses(&changed(&honest, "/signature/key", json!("rck_0")), "has no key rck_0");
    auditor.accepts(&honest);
}

async fn what_is_no_receipt_is_refused(world: World) {
    let (shop, alice) = (world.shop().await, world.person("alice").await);
    let (invoice, _) = paid(&alice, &shop, "GRAM").await;
    let honest = receipt(&world, id(&invoice)).await;
    let auditor = Auditor::new(&world);
    let text = honest.to_string();
    let words = ["--from", &auditor.service, "--chain", &auditor.chain];
    for (text, status, said) in [
        ("", NOT_VALID, "not JSON"),
        ("{}", NOT_VALID, "not a receipt"),
        (&text[..text.len() - 1], NOT_VALID, "not JSON"),
        (
            &text.replacen("{\"receipt\":", "{\"receipt\":{},\"receipt\":", 1),
            NOT_VALID,
            "stands twice",
        ),
        (&text.replacen("\"merchant\"", "\"extra\":1.5,\"merchant\"", 1), NOT_VALID, "fractions"),
        (&text.replacen("\"merchant\"", "\"extra\":1,\"merchant\"", 1), NOT_VALID, "not a receipt"),
        (&text.replacen("\"version\":1", "\"version\":2", 1), NOT_CHECKED, "use a newer one"),
    ] {
        let (code, told) = auditor.checks_text(text, &words);
        assert_eq!(code, status, "{said}: {told}");
        assert!(told.contains(said), "{said}: {told}");
    }
    assert_eq!(auditor.checks_at("/nowhere/receipt.json", &words).0, NOT_CHECKED);
}

async fn the_key_is_the_callers_to_choose(world: World) {
    let (shop, alice) = (world.shop().await, world.person("alice").await);
    let (invoice, _) = paid(&alice, &shop, "GRAM").await;
    let honest = receipt(&world, id(&invoice)).await;
    let auditor = Auditor::new(&world);
    let listed = world.api().get("/.well-known/remit-receipts.json").await.ok();
    assert_eq!(listed["keys"][0]["id"], honest["signature"]["key"]);
    let key = listed["keys"][0]["public_key"].as_str().unwrap();
    let chain = ["--chain", auditor.chain.as_str()];
    let with = |receipt: &Value, words: &[&str]| {
        auditor.checks_text(&receipt.to_string(), &[&chain[..], words].concat())
    };
    assert_eq!(with(&honest, &["--key", key]).0, VALID);
    let strange = ReceiptKey::roll(&Dice::system());
    let strangers = strange.public().to_string();
    let (code, said) = with(&honest, &["--key", &strangers]);
    assert!(code == NOT_VALID && said.contains("it is not by rck_"), "{said}");
    let (code, said) = with(&honest, &["--key", "AAAA"]);
    assert!(code == NOT_CHECKED && said.contains("no ed25519 key"), "{said}");
    let (code, said) = with(&honest, &[]);
    assert!(code == NOT_CHECKED && said.contains("proves nothing"), "{said}");
    let (code, said) = with(&honest, &["--from", "http://127.0.0.1:9"]);
    assert!(code == NOT_CHECKED && said.contains("does not answer"), "{said}");
    // Signed by somebody, true to the last letter, and still not this service's word.
    auditor.refuses(&lie(&honest, &strange), "has no key rck_");
}

async fn what_was_paid_in_two_assets_has_a_receipt_for_each(world: World) {
    let (shop, alice) = (world.shop().await, world.person("alice").await);
    world.asked_again().await;
    let body = json!({ "amount": "2", "asset": "GRAM", "accepted_assets": ["GRAM", "USDT"] });
    let invoice = shop.api.post("/v1/invoices", body).await.ok();
    for (amount, asset) in [("2.5", "USDT"), ("1", "GRAM")] {
        let reference = &invoice["reference"];
        alice.sends(json!({ "to": invoice["address"], "amount": amount, "asset": asset, "comment": reference })).await;
        world.blocks(3).await;
    }
    shop.hears("invoice.paid").await;
    let auditor = Auditor::new(&world);
    for (asked, asset, amount, other) in [
        ("", "GRAM", "1", "USDT"),
        ("?asset=GRAM", "GRAM", "1", "USDT"),
        ("?asset=USDT", "USDT", "2.5", "GRAM"),
    ] {
        let place = format!("{}{asked}", id(&invoice));
        let said = &receipt(&world, &place).await["receipt"];
        assert_eq!(
            (&said["received"]["asset"], &said["received"]["amount"]),
            (&json!(asset), &json!(amount))
        );
        assert_eq!(
            (&said["other_assets"], said["transfers"].as_array().map(Vec::len)),
            (&json!([other]), Some(1))
        );
        let (code, told) = auditor.checks_at(
            &format!("{}/v1/receipts/{place}", auditor.service),
            &["--chain", &auditor.chain],
        );
        assert!(code == VALID && told.contains(&format!("paid in {other} as well")), "{told}");
    }
    let none = world.api().get(&format!("/v1/receipts/{}?asset=BTC", id(&invoice))).await;
    assert_eq!(none.problem(), "not-found");
}

async fn a_service_that_lies_is_caught_by_the_chain(world: World) {
    let (shop, alice) = (world.shop().await, world.person("alice").await);
    let (first, _) = paid(&alice, &shop, "USDT").await;
    let (second, _) = paid(&alice, &shop, "USDT").await;
    let auditor = Auditor::new(&world);
    let liar = ReceiptKey::roll(&Dice::system());
    let key = liar.public().to_string();
    let words = ["--key", &key, "--chain", &auditor.chain];
    let honest = receipt(&world, id(&first)).await;
    let checks = |receipt: &Value| auditor.checks_text(&lie(receipt, &liar).to_string(), &words);
    assert_eq!(checks(&honest).0, VALID, "the chain says the same");

    let more = json!({ "amount": "15", "asset": "USDT", "units": "15000000", "decimals": 6 });
    let more = changed(
        &changed(&honest, "/receipt/received", more.clone()),
        "/receipt/transfers/0/money",
        more,
    );
    let (code, said) = checks(&more);
    assert!(code == NOT_VALID && said.contains("ok         signature"), "{said}");
    assert!(
        said.contains(
            "the amount is 15000000 units in the receipt, and 1500000 units on the chain"
        ),
        "{said}"
    );

    // One true transfer, and one that is another's with the first one's place on the chain.
    let other = receipt(&world, id(&second)).await["receipt"]["transfers"][0].clone();
    let mut mixed = honest.clone();
    mixed["receipt"]["transfers"].as_array_mut().unwrap().push(other);
    mixed["receipt"]["transfers"][1]["hash"] = honest["receipt"]["transfers"][0]["hash"].clone();
    mixed["receipt"]["received"] =
        json!({ "amount": "3", "asset": "USDT", "units": "3000000", "decimals": 6 });
    let (code, said) = checks(&mixed);
    assert!(code == NOT_VALID && said.contains("the hash is"), "{said}");
    assert_eq!(
        (said.matches("ok         transfer").count(), said.matches("WRONG").count()),
        (1, 1),
        "{said}"
    );

    // The same money, counted twice.
    let mut twice = mixed.clone();
    twice["receipt"]["transfers"][1] = honest["receipt"]["transfers"][0].clone();
    assert!(checks(&twice).1.contains("is counted twice"));

    // A jetton of another master, said to be the listed one.
    let invoice = shop.invoices("1.5", "USDT").await;
    let fake = alice.pays_with(&invoice, "fake_usdt").await["transfers"][0].clone();
    let mut forged = honest.clone();
    for field in ["account", "lt", "hash", "block"] {
        forged["receipt"]["transfers"][0][field] = fake[field].clone();
    }
    let (code, said) = checks(&forged);
    assert!(
        code == NOT_VALID && said.contains("is not the payee's wallet of this jetton"),
        "{said}"
    );
}

async fn another_chain_knows_nothing_of_it(world: World) {
    let (shop, alice) = (world.shop().await, world.person("alice").await);
    let (invoice, _) = paid(&alice, &shop, "USDT").await;
    let honest = receipt(&world, id(&invoice)).await;
    let auditor = Auditor::new(&world);
    let with = |words: &[&str]| {
        let from = ["--from", auditor.service.as_str()];
        auditor.checks_text(&honest.to_string(), &[&from[..], words].concat())
    };
    let elsewhere = Simulated::start(Options {
        listener: TcpListener::bind("127.0.0.1:0").unwrap(),
        data: None,
        fresh: true,
        clock: Clock::manual(1_795_000_000_000),
        block_time: None,
        seed: Some([8; 32]),
        bot_token: None,
        service_url: String::new(),
        assets: None,
    })
    .await
    .unwrap();
    let (code, said) = with(&["--chain", &format!("{}/api/v3", elsewhere.url())]);
    assert!(code == NOT_VALID && said.contains("the chain has no transaction of"), "{said}");
    elsewhere.stop().await;
    let (code, said) = with(&["--chain", "http://127.0.0.1:9/api/v3"]);
    assert!(code == NOT_CHECKED && said.contains("unavailable"), "{said}");
    let (code, said) = with(&[]);
    assert!(code == NOT_CHECKED && said.contains("no public service knows network -217"), "{said}");
    // One that says it is of the real network is not looked up in a sandbox.
    let real = changed(&honest, "/receipt/network", json!("-239"));
    let (code, said) = auditor.checks(&real);
    assert!(
        code == NOT_VALID && said.contains("is network -217, and the receipt is of network -239"),
        "{said}"
    );
}

async fn several_transfers_and_what_went_back_stand_in_one_receipt(world: World) {
    let (shop, alice, olga) =
        (world.shop().await, world.person("alice").await, world.stranger("olga").await);
    let invoice = shop.invoices("2", "USDT").await;
    alice.pays_with(&invoice, "partial").await;
    shop.hears("invoice.partially_paid").await;
    let rest = json!({ "to": invoice["address"], "amount": "1.5", "asset": "USDT", "reference": invoice["reference"] });
    world.control("wallets/bob/pay", rest).await;
    shop.hears("invoice.overpaid").await;
    let auditor = Auditor::new(&world);
    let before = receipt(&world, id(&invoice)).await;
    let amounts: Vec<_> = before["receipt"]["transfers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| &line["money"]["amount"])
        .collect();
    assert_eq!(amounts, ["1", "1.5"]);
    assert_eq!(
        (&before["receipt"]["received"]["amount"], &before["receipt"]["complete"]),
        (&json!("2.5"), &json!(true))
    );
    auditor.accepts(&before);

    let second = shop.invoice(id(&invoice)).await["payments"][1]["id"].clone();
    let refund = shop.refunds(json!({ "payment": second, "amount": "0.5" })).await;
    assert_eq!(
        receipt(&world, id(&invoice)).await["receipt"]["refunds"],
        json!([]),
        "nothing has moved yet"
    );
    olga.signs(&shop.message(&refund).await).await;
    world.blocks(3).await;
    shop.refund_turns(&refund, "succeeded").await;
    let after = receipt(&world, id(&invoice)).await;
    let refunds = &after["receipt"]["refunds"];
    assert_eq!((&refunds[0]["id"], &refunds[0]["money"]["amount"]), (&refund["id"], &json!("0.5")));
    assert_eq!(
        (&after["receipt"]["refunded"]["amount"], &refunds[0]["transfers"][0]["to"]),
        (&json!("0.5"), &after["receipt"]["transfers"][1]["from"])
    );
    auditor.accepts(&after);
    assert!(auditor.checks(&after).1.contains("0.5 USDT of it paid back"));
    let hidden = changed(&after, "/receipt/refunds", json!([]));
    auditor.refuses(&hidden, "the refunds do not add up");
}

async fn where_nothing_has_come_there_is_no_receipt(world: World) {
    let (shop, alice) = (world.shop().await, world.person("alice").await);
    world.person("bob").await;
    let (invoice, payment) =
        (shop.invoices("1", "GRAM").await, alice.prepares("@bob", "1", "GRAM").await);
    for of in [id(&invoice), id(&payment)] {
        assert_eq!(world.api().get(&format!("/v1/receipts/{of}")).await.problem(), "nothing-came");
        let page = world
            .http
            .get(format!("{}/receipt/{of}", world.settings.public_url))
            .send()
            .await
            .unwrap();
        assert_eq!(page.status(), 409);
        assert!(page.text().await.unwrap().contains("No money has come yet"));
    }
    for of in
        ["inv_1", "pay_01m7q5cqg0fzzvzzzzzzzzzzzz", "inv_01m7q5cqg0fzzvzzzzzzzzzzzz", "trf_1", "x"]
    {
        assert_eq!(world.api().get(&format!("/v1/receipts/{of}")).await.problem(), "not-found");
    }
    let refused = shop.api.post(&format!("/v1/receipts/{}", id(&invoice)), nothing()).await;
    assert_eq!(refused.problem(), "method-not-allowed");
}

async fn the_page_says_the_same_without_a_script(world: World) {
    let (shop, alice) = (world.shop().await, world.person("alice").await);
    let body = json!({ "amount": "1", "asset": "USDT", "description": "<script>alert('x')</script> & co" });
    let invoice = shop.api.post("/v1/invoices", body).await.ok();
    alice.pays_invoice(&invoice).await;
    shop.hears("invoice.paid").await;
    let signed = receipt(&world, id(&invoice)).await;
    let url = format!("{}/receipt/{}", world.settings.public_url, id(&invoice));
    let page = world.http.get(url).send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("script-src"), "{policy}");
    let html = page.text().await.unwrap();
    assert!(
        html.contains("&lt;script&gt;alert(&#39;x&#39;)") && !html.contains("<script"),
        "{html}"
    );
    let line = &signed["receipt"]["transfers"][0];
    let comment = line["comment"].as_str().unwrap();
    for word in [
        "Coffee Lab",
        "1 USDT",
        comment,
        line["hash"].as_str().unwrap(),
        line["lt"].as_str().unwrap(),
        "remit verify-receipt",
        "play money",
    ] {
        assert!(html.contains(word), "{word}: {html}");
    }
    assert!(!html.to_lowercase().contains("alice"));
}

async fn the_key_is_made_once_and_outlives_a_restart(world: World) {
    let (api, place) = (world.api(), "/.well-known/remit-receipts.json");
    let (one, other) = tokio::join!(api.get(place), api.get(place));
    let one = one.ok();
    assert_eq!(one, other.ok());
    assert_eq!(one["keys"].as_array().unwrap().len(), 1);
    world.service_stops().await;
    world.service_starts().await;
    world.after(Duration::from_secs(60)).await;
    assert_eq!(world.api().get(place).await.ok(), one);
}
