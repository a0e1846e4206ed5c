//! What a crowd of one can do: nothing to the others.

use std::time::Duration;

use e2e::{World, person::id, stories};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

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

stories! {
    async fn whoever_reads_waits_for_no_writer(world: World) {
        let (shop, alice) = (world.shop().await, world.person("alice").await);
        for _ in 0..3 {
            shop.invoices("1", "GRAM").await;
        }
        let key = e2e::world::SHOP_KEY;
        let app = world.app();
        let writer = app.db.begin().await.unwrap();
        let reading = async {
            for path in ["/v1/invoices?limit=100", "/v1/events", "/v1/merchant", "/v1/keys", "/v1/refunds"] {
                shop.api.get(path).await.ok();
            }
            for path in ["/v1/me", "/v1/payments", "/v1/wallets", "/v1/balances"] {
                alice.api.get(path).await.ok();
            }
            let path = "/compat/cryptobot/api/getInvoices?count=1000";
            let request = world.api().request(Method::GET, path).header(TOKEN, key);
            let listed = world.api().answer(Method::GET, path, request).await.ok();
            assert_eq!(listed["result"]["items"].as_array().unwrap().len(), 3);
        };
        tokio::time::timeout(Duration::from_secs(30), reading).await.expect("nobody waits");
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
        for (hosts, status) in [("", "400"), ("host: a\r\nhost: b\r\n", "400"), ("host: a\r\n", "200")] {
            let mut stream = tokio::net::TcpStream::connect(world.settings.listen).await.unwrap();
            let head = format!("GET /health/live HTTP/1.1\r\n{hosts}connection: close\r\n\r\n");
            stream.write_all(head.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{hosts:?}: {answer}");
        }
    }
}
