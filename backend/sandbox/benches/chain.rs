//! How much the chain and its indexer carry. Prints one line per question:
//! `cargo bench -p sandbox --bench chain`

#![expect(clippy::unwrap_used, reason = "a bench that cannot go on may stop here")]

#[path = "../tests/chain/support.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod support;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use sandbox::chain::{Chain, Options, address};

use support::{GRAM, Indexer, Payment, Person, WalletVersion, comment, gift, options};

/// Payments, of two transactions each.
const PAYMENTS: u32 = 2_000;
/// Payments between two blocks, from as many wallets.
const PAYERS: u8 = 100;

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    pay("in memory", None).await;
    pay("on disk", Some(folder.path().join("chain.sqlite"))).await;
    let start = Instant::now();
    let store = Some(folder.path().join("chain.sqlite"));
    let chain = Chain::open(Options { store, ..options() }).await.unwrap();
    let count = chain.read(|ledger| ledger.finalized().len());
    report("opening what was stored", count, "transactions", start.elapsed());
    ask(&chain).await;
}

/// Signing is not part of it: wallets do that.
async fn pay(place: &str, store: Option<PathBuf>) {
    let chain = Chain::open(Options { store, ..options() }).await.unwrap();
    let payers: Vec<_> = (1..=PAYERS).map(|seed| Person::new(WalletVersion::V5R1, seed)).collect();
    for payer in &payers {
        gift(&chain, &payer.address(), 1_000 * GRAM);
    }
    chain.produce(1).await.unwrap();
    let shop = Person::new(WalletVersion::V4R2, 255).address();
    let (mut accepting, mut executing) = (Duration::ZERO, Duration::ZERO);
    for round in 0..PAYMENTS / u32::from(PAYERS) {
        let payment = || Payment::new(&shop, GRAM / 100).with_body(comment("order #1"));
        let sign =
            |payer: &Person| payer.signs_numbered(&chain, round, round == 0, vec![payment()]);
        let signed: Vec<_> = payers.iter().map(sign).collect();
        let start = Instant::now();
        for message in &signed {
            chain.send_external(message).unwrap();
        }
        accepting += start.elapsed();
        let start = Instant::now();
        chain.produce(1).await.unwrap();
        executing += start.elapsed();
    }
    let payments = usize::try_from(PAYMENTS).unwrap();
    report(&format!("accepting, {place}"), payments, "messages", accepting);
    report(&format!("executing, {place}"), payments * 2, "transactions", executing);
}

async fn ask(chain: &Chain) {
    let payer = Person::new(WalletVersion::V5R1, 1).address();
    let shop = Person::new(WalletVersion::V4R2, 255).address();
    let calls = 2_000;
    let start = Instant::now();
    for _ in 0..calls {
        assert!(chain.run_get_method(&payer, "seqno", &[]).unwrap().is_success());
    }
    report("get-method seqno", calls, "calls", start.elapsed());

    let indexer = Indexer::new(chain);
    let newest = format!("/transactions?account={}&limit=1", address::raw(&shop));
    let lots = format!("/transactions?account={}&limit=1000&sort=asc", address::raw(&shop));
    for (what, path, calls) in [("one transaction", &newest, 500), ("a thousand", &lots, 10)] {
        let start = Instant::now();
        for _ in 0..calls {
            indexer.get(path).await;
        }
        report(&format!("indexer lists {what}"), calls, "answers", start.elapsed());
    }
}

fn report(what: &str, count: usize, unit: &str, time: Duration) {
    let micros = time.as_micros().max(1);
    let per_second = u128::try_from(count).unwrap() * 1_000_000 / micros;
    println!("{what:<28} {count:>6} {unit:<13} in {:>7} ms {per_second:>8}/s", micros / 1000);
}
