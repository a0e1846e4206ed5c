//! The tools for whoever builds a shop: `remit trigger` makes something happen, `remit listen` brings it.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    time::Duration,
};

use e2e::{Engine, Process, Receiver, verify::verify};
use remit::serve;
use sandbox::{World as Simulated, clock::Clock, world::Options};
use serde_json::Value;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_triggered_is_brought_to_the_developers_machine() {
    let folder = tempfile::tempdir().unwrap();
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
