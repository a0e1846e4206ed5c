//! The tools for whoever builds a shop: `remit trigger` makes something happen, `remit listen` brings it,
//! `remit pay` pays an invoice, well or badly.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    time::Duration,
};

use e2e::{Engine, Process, Receiver, verify::verify};
use remit::run::serve;
use sandbox::{World as Simulated, clock::Clock, world::Options};
use serde_json::Value;
use tempfile::TempDir;

/// A world whose blocks come by themselves, a service on it, and a shop whose key the program knows.
async fn desk(folder: &TempDir) -> (Simulated, Process) {
    let simulated = Simulated::start(Options {
        listener: TcpListener::bind("127.0.0.1:0").unwrap(),
        data: None,
        fresh: true,
        clock: Clock::system(),
        block_time: Some(Duration::from_millis(50)),
        seed: Some([11; 32]),
        bot_token: None,
        service_url: "http://localhost".to_owned(),
        assets: None,
    })
    .await
    .unwrap();
    let http = serve::client().unwrap();
    let database = Engine::Sqlite.fresh(folder.path()).await;
    let mut process = Process::new(&simulated, database, http.clone());
    let olga = format!("{}/sandbox/wallets/olga", simulated.url());
    let olga: Value = http.get(olga).send().await.unwrap().json().await.unwrap();
    let address = olga["address"].as_str().unwrap();
    let opened = process.command(&["merchant", "add", "--name", "Kiosk", "--address", address]);
    let key = opened.split_whitespace().find(|word| word.starts_with("sk_test_")).unwrap();
    process.starts().await;
    let base = process.base.clone();
    process.set("REMIT_API_KEY", key);
    process.set("REMIT_SERVICE_URL", &base);
    process.set("REMIT_WORLD_URL", simulated.url());
    (simulated, process)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_triggered_is_brought_to_the_developers_machine() {
    let folder = tempfile::tempdir().unwrap();
    let (simulated, process) = desk(&folder).await;
    let receiver = Receiver::opens().await;
    let words = ["listen", "--forward-to", &receiver.url(), "--types", "invoice.paid,invoice.void"];
    let mut listening = process.begin(&words);
    let mut said = BufReader::new(listening.stdout.take().unwrap()).lines();
    let secret = said.find_map(|line| {
        line.unwrap().split_whitespace().find(|word| word.starts_with("whsec_")).map(str::to_owned)
    });
    let secret = secret.expect("it prints its secret at the start");
    for (count, kind) in [(1, "invoice.paid"), (2, "invoice.void")] {
        let event: Value = serde_json::from_str(&process.command(&["trigger", kind])).unwrap();
        assert_eq!(event["type"], kind);
        let one = receiver.gets(count).await.pop().unwrap();
        let brought = verify(&secret, &one.headers, one.body.as_bytes()).unwrap();
        assert_eq!(brought, event);
    }
    listening.kill().unwrap();
    listening.wait().unwrap();
    simulated.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invoice_is_paid_from_the_terminal_in_every_wrong_way() {
    let folder = tempfile::tempdir().unwrap();
    let (simulated, process) = desk(&folder).await;
    let created = || {
        let event: Value =
            serde_json::from_str(&process.command(&["trigger", "invoice.created"])).unwrap();
        event["data"]["id"].as_str().unwrap().to_owned()
    };
    for (words, told, truth) in [
        (&[][..], "invoice.paid", "paid, exception none: 0.02 of 0.02"),
        (&["--partial", "0.005"], "invoice.partially_paid", "open, exception underpaid: 0.005 of"),
        (&["--over", "0.03"], "invoice.overpaid", "paid, exception overpaid: 0.03 of"),
        (&["--twice"], "invoice.overpaid", "paid, exception overpaid: 0.04 of"),
        (&["--wrong-asset"], "payment.unmatched (wrong_asset)", "open, exception none: 0 of"),
        (&["--no-reference", "--from", "bob"], "payment.unmatched (no_reference)", "none: 0 of"),
        (&["--fake-usdt"], "heard of no money", "open, exception none: 0 of"),
        (&["--bounce"], "heard of no money", "open, exception none: 0 of"),
        (&["--late"], "invoice.paid_late", "expired, exception late: 0.02 of"),
    ] {
        let invoice = created();
        let said = process.command(&[&["pay", &invoice][..], words].concat());
        assert!(said.contains(told) && said.contains(truth), "{words:?}: {said}");
        assert!(said.contains(&invoice) && said.contains("lt ") && said.contains("transaction "));
        assert_eq!(said.contains("clock was moved on by"), words == ["--late"], "{said}");
    }

    let invoice = created();
    for (words, status, complaint) in [
        (&["pay", &invoice, "--partial", "9"][..], 1, "between nothing and the 0.02 GRAM due"),
        (&["pay", &invoice, "--late", "--twice"], 2, "cannot be used with"),
        (&["pay", &invoice, "--from", "mallory"], 1, "404"),
        (&["pay", "inv_unknown"], 1, "404"),
        (&["pay", &invoice, "--world", "http://127.0.0.1:9"], 1, "no sandbox answers"),
    ] {
        let (code, _, error) = process.tries(words);
        assert_eq!(code, status, "{words:?}: {error}");
        assert!(error.contains(complaint), "{words:?}: {error}");
    }
    simulated.stop().await;
}
