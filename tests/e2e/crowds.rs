//! What a crowd of one can do: nothing to the others.

use std::{num::NonZeroU32, time::Duration};

use e2e::{Receiver, Shop, World, bad_day::wallet_of, person::id, stories, world::SHOP_KEY};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use ton::toncenter::Pace;

/// Stores that are opened at once.
const NEWCOMERS: u64 = 2_000;
/// What the chain service grants in a second.
const PER_SECOND: u32 = 10;

const TOKEN: &str = "crypto-pay-api-token";

/// Asks for the transaction that pays an invoice, from a wallet that nobody has, at an address of the
/// network. Answers the status.
async fn asks_to_pay(world: &World, invoice: &Value, wallet: u64, address: &str) -> e2e::Answer {
    let api = world.api();
    let path = format!("/v1/public/invoices/{}/pay", id(invoice));
    let body = json!({ "from": format!("0:{wallet:064x}"), "asset": "USDT" });
    let request = api.request(Method::POST, &path).header("x-forwarded-for", address).json(&body);
    api.answer(Method::POST, &path, request).await
}

/// Every route that reads, by its description.
fn reading() -> Vec<(String, Value)> {
    let described: Value = serde_json::from_str(&remit::shells::http::openapi()).unwrap();
    let paths = described["paths"].as_object().unwrap();
    let ours = paths.iter().filter(|(path, _)| !path.starts_with("/sandbox/"));
    let reads =
        ours.filter_map(|(path, methods)| Some((path.clone(), methods.get("get")?.clone())));
    reads.collect()
}

stories![
    whoever_reads_waits_for_no_writer,
    strangers_wallets_do_not_use_up_the_chain,
    two_thousand_new_stores_keep_nobody_waiting,
    a_balance_is_read_once_in_a_block,
    a_request_without_its_one_host_is_refused,
];

async fn whoever_reads_waits_for_no_writer(world: World) {
    let (shop, alice) = (world.shop().await, world.person("alice").await);
    let receiver = Receiver::opens().await;
    let endpoint =
        shop.api.post("/v1/webhook_endpoints", json!({ "url": receiver.url() })).await.ok();
    shop.api.post("/v1/webhook_secret", json!({})).await.ok();
    let invoice = shop.invoices("1", "GRAM").await;
    let payment = alice.opens_invoice(&invoice).await["payment"].clone();
    alice.pays_invoice(&invoice).await;
    shop.hears("invoice.paid").await;
    receiver.gets(1).await;
    let refund = shop.refunds(json!({ "invoice": id(&invoice) })).await;
    let asked =
        alice.api.post("/v1/requests", json!({ "amount": "3", "asset": "GRAM" })).await.ok();
    alice.sends(json!({ "to": invoice["address"], "amount": "2", "asset": "GRAM" })).await;
    world.blocks(2).await;
    shop.hears("payment.unmatched").await;
    let first = |list: Value| id(&list["data"][0]).to_owned();
    let unmatched = first(shop.api.get("/v1/unmatched").await.ok());
    let delivery = first(shop.api.get("/v1/deliveries").await.ok());
    let whose = |path: &str| match path {
        path if path.starts_with("/v1/deliveries") => delivery.clone(),
        path if path.contains("/requests/") => id(&asked).to_owned(),
        path if path.starts_with("/v1/payments") => id(&payment).to_owned(),
        path if path.starts_with("/v1/refunds") => id(&refund).to_owned(),
        path if path.starts_with("/v1/unmatched") => unmatched.clone(),
        path if path.starts_with("/v1/webhook_endpoints") => id(&endpoint).to_owned(),
        _ => id(&invoice).to_owned(),
    };
    let app = world.app();
    let writer = app.db.begin().await.unwrap();
    let mut read = 0;
    for (path, operation) in reading() {
        let needs = |scheme: &str| operation["security"].to_string().contains(scheme);
        let whole = path.replace("{id}", &whose(&path));
        let query = match path.as_str() {
            "/v1/recipients" => "?q=@alice",
            "/compat/cryptobot/api/getInvoices" => "?count=1000",
            path if path.starts_with("/v1/reports/lines") => "?from=2026-11-01&to=2026-11-30",
            _ => "",
        };
        let whole = format!("{whole}{query}");
        let api = match () {
            () if needs("\"key\"") => &shop.api,
            () if needs("session") => &alice.api,
            () => &world.api(),
        };
        let request = api.request(Method::GET, &whole);
        let request = if needs("crypto_pay") { request.header(TOKEN, SHOP_KEY) } else { request };
        let answer = tokio::time::timeout(Duration::from_secs(30), request.send());
        let answer = answer.await.unwrap_or_else(|_| panic!("{path} waits for the writer"));
        let (status, text) = {
            let answer = answer.unwrap();
            (answer.status(), answer.text().await.unwrap())
        };
        // What CryptoBot's paths write is refused before it is begun; everything else is read.
        let refused = path.starts_with("/compat/") && status.is_client_error();
        assert!(status.is_success() || refused, "{path}: {status} {text}");
        read += 1;
    }
    assert!(read > 40, "{read} routes");
    drop(writer);
}

async fn strangers_wallets_do_not_use_up_the_chain(world: World) {
    let (shop, alice) = (world.shop().await, world.person("alice").await);
    let body = json!({ "amount": "1", "asset": "USDT" });
    let invoice = shop.api.post("/v1/invoices", body).await.ok();
    let flood = (0..40).map(|wallet| asks_to_pay(&world, &invoice, 1000 + wallet, "203.0.113.1"));
    let answers = join_all(flood).await;
    let passed = answers.iter().filter(|answer| answer.status == 200).count();
    assert!((10..=25).contains(&passed), "{passed} of 40");
    for refused in answers.into_iter().filter(|answer| answer.status != 200) {
        assert_eq!(refused.problem(), "too-many-requests");
    }
    // Somebody else pays for the first time, the balance is shown, and money is seen.
    asks_to_pay(&world, &invoice, 7, "203.0.113.2").await.ok();
    alice.api.get("/v1/balances").await.ok();
    // What is known already costs nothing.
    asks_to_pay(&world, &invoice, 1000, "203.0.113.1").await.ok();
    alice.pays_invoice(&invoice).await;
}

async fn two_thousand_new_stores_keep_nobody_waiting(world: World) {
    let mut world = world;
    world.service_stops().await;
    world.settings.chain_pace = Pace::PerSecond(NonZeroU32::new(PER_SECOND).unwrap());
    world.service_starts().await;
    let shop = world.shop().await;
    let older = [shop.invoices("1", "GRAM").await, shop.invoices("1", "USDT").await];
    let newcomers = Shop::open_at(&world, (0..NEWCOMERS).map(wallet_of)).await;
    let newcomer = &newcomers[1_500];
    let newer = newcomer.invoices("1", "GRAM").await;
    world.blocks(1).await;
    let asked = || world.simulated.indexer_faults.questions();
    for (shop, invoice, asset) in
        [(&shop, &older[0], "GRAM"), (&shop, &older[1], "USDT"), (newcomer, &newer, "GRAM")]
    {
        let message = json!({
            "to": invoice["address"], "amount": "1", "asset": asset, "comment": invoice["reference"],
        });
        world.control("wallets/alice/send", message).await;
        world.blocks(2).await;
        let before = asked();
        shop.invoice_turns(id(invoice), "paid").await.unwrap();
        let questions = asked() - before;
        // Two seconds of what is granted, and one look that was under way.
        assert!(questions <= u64::from(2 * PER_SECOND) + 2, "{asset}: {questions} questions");
    }
}

async fn a_balance_is_read_once_in_a_block(world: World) {
    let alice = world.person("alice").await;
    let reads = join_all((0..100).map(|_| alice.api.get("/v1/balances"))).await;
    assert!(reads.into_iter().all(|answer| answer.status == 200));
    let before = alice.api.get("/v1/balances").await.ok();
    let bob = world.person("bob").await;
    bob.pays("@alice", "1", "GRAM").await;
    let after = alice.api.get("/v1/balances").await.ok();
    let held = |balances: &Value| balances["data"][0]["balances"][0]["amount"].clone();
    assert_ne!(held(&before), held(&after), "a new block is a new answer");
}

async fn a_request_without_its_one_host_is_refused(world: World) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    for (hosts, status) in [("", "400"), ("host: a\r\nhost: b\r\n", "400"), ("host: a\r\n", "200")]
    {
        let mut stream = tokio::net::TcpStream::connect(world.settings.listen).await.unwrap();
        let head = format!("GET /health/live HTTP/1.1\r\n{hosts}connection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{hosts:?}: {answer}");
    }
}
