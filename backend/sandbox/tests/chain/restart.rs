//! A chain that is closed, or dies, and is opened again.

use std::path::Path;
use std::time::Duration;

use sandbox::chain::{Chain, Error, Options, Status, Transaction};
use tokio_util::sync::CancellationToken;
use tycho_types::cell::HashBytes;
use tycho_types::models::StdAddr;

use crate::support::{GRAM, Payment, Person, WalletVersion, gift, options};

async fn open(path: &Path) -> Chain {
    Chain::open(Options { store: Some(path.to_owned()), ..options() }).await.unwrap()
}

/// Everything that can be seen of a chain, as text.
fn everything(chain: &Chain) -> Vec<String> {
    let shown = |it: &Transaction| {
        format!(
            "{} {} {} {} {:?} {:?} {:?}",
            it.seqno, it.account, it.lt, it.hash, it.trace, it.before, it.after
        )
    };
    chain.read(|ledger| {
        let mut lines: Vec<String> = ledger.finalized().iter().map(|it| shown(it)).collect();
        let mut accounts: Vec<String> = ledger
            .addresses()
            .map(|it| ledger.account(it))
            .map(|it| format!("{} {:?} {} {}", it.address, it.state, it.last_lt, it.last_hash))
            .collect();
        accounts.sort();
        lines.extend(accounts);
        lines
    })
}

#[tokio::test]
async fn everything_is_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.sqlite");
    let chain = open(&path).await;
    let alice = Person::new(WalletVersion::V5R1, 1);
    let bob = Person::new(WalletVersion::V4R2, 2);
    gift(&chain, &alice.address(), 10 * GRAM);
    chain.produce(1).await.unwrap();
    for _ in 0..5 {
        alice.sends(&chain, Payment::new(&bob.address(), GRAM / 10).bouncing()).unwrap();
        chain.produce(3).await.unwrap();
    }
    let (before, head) = (everything(&chain), chain.head());
    drop(chain);

    let chain = open(&path).await;
    assert_eq!(everything(&chain), before);
    assert!(chain.head().seqno >= head.seqno, "no block number is given twice");
    alice.sends(&chain, Payment::new(&bob.address(), GRAM / 10)).unwrap();
    chain.produce(2).await.unwrap();
    assert_eq!(alice.seqno(&chain), 6);
    let after = everything(&chain);
    let changed: Vec<_> = before.iter().filter(|line| !after.contains(line)).collect();
    assert_eq!(changed.len(), 1, "only Alice's account: {changed:#?}");
}

#[tokio::test]
async fn what_was_confirmed_before_a_crash_is_final_in_the_same_block_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.sqlite");
    let chain = open(&path).await;
    let alice = Person::new(WalletVersion::V5R1, 1);
    gift(&chain, &alice.address(), GRAM);
    chain.produce(1).await.unwrap();
    let seen = chain.read(|ledger| ledger.confirmed()[0].clone());
    assert_eq!(chain.transaction(&seen.hash).unwrap().1, Status::Confirmed);
    drop(chain);

    let chain = open(&path).await;
    let (found, status) = chain.transaction(&seen.hash).unwrap();
    assert_eq!(status, Status::Final { mc_seqno: seen.seqno + 1 });
    assert_eq!(found.cell, seen.cell);
}

/// What a crash leaves behind is the files as they are at that moment.
#[tokio::test]
async fn a_crash_after_any_block_loses_nothing_that_was_seen() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.sqlite");
    let chain = open(&path).await;
    let alice = Person::new(WalletVersion::V5R1, 1);
    gift(&chain, &alice.address(), 10 * GRAM);
    chain.produce(1).await.unwrap();
    for crash in 0..10 {
        alice.sends(&chain, Payment::new(&alice.address(), GRAM / 10)).unwrap();
        chain.produce(1).await.unwrap();
        let wreck = folder.path().join(format!("crash-{crash}.sqlite"));
        for end in ["", "-wal"] {
            let from = format!("{}{end}", path.display());
            std::fs::copy(from, format!("{}{end}", wreck.display())).unwrap();
        }
        let survivor = open(&wreck).await;
        chain.read(|ledger| {
            let all = ledger.finalized().iter().chain(ledger.confirmed());
            let lost = all.filter(|it| survivor.transaction(&it.hash).is_none()).count();
            assert_eq!(lost, 0);
        });
        let (here, there) = (chain.account(&alice.address()), survivor.account(&alice.address()));
        assert_eq!((here.state, here.last_hash), (there.state, there.last_hash));
    }
}

/// As when a browser closes while its request for a block is being answered.
#[tokio::test]
async fn a_block_nobody_waits_for_any_more_is_made_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.sqlite");
    let chain = open(&path).await;
    let alice = Person::new(WalletVersion::V5R1, 1);
    gift(&chain, &alice.address(), GRAM);
    tokio::select! {
        biased;
        _ = chain.produce(1) => panic!("a block takes longer than one look"),
        () = std::future::ready(()) => {}
    }
    let abandoned = chain.head().seqno;
    chain.produce(1).await.unwrap();
    assert!(chain.head().seqno > abandoned);
    assert_eq!(chain.balance(&alice.address()), GRAM, "once");
    let before = everything(&chain);
    drop(chain);
    assert_eq!(everything(&open(&path).await), before);
}

/// Six wallets pay 255 people each: more than a block holds.
#[tokio::test]
async fn messages_on_their_way_arrive_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.sqlite");
    let chain = open(&path).await;
    let people: Vec<_> = (1..=6).map(|seed| Person::new(WalletVersion::V5R1, seed)).collect();
    for person in &people {
        gift(&chain, &person.address(), 10 * GRAM);
    }
    chain.produce(1).await.unwrap();
    let stranger = |wallet: u8, nth: u8| {
        let mut hash = [wallet; 32];
        hash[0] = nth;
        StdAddr::new(0, HashBytes(hash))
    };
    for (wallet, person) in (0..).zip(&people) {
        let payments = (0..255).map(|nth| Payment::new(&stranger(wallet, nth), GRAM / 100));
        chain.send_external(&person.signs(&chain, payments.collect())).unwrap();
    }
    chain.produce(1).await.unwrap();
    assert_eq!(chain.read(|ledger| ledger.confirmed().len()), 1500);
    drop(chain);

    let chain = open(&path).await;
    chain.produce(2).await.unwrap();
    for (wallet, _) in (0..).zip(&people) {
        for nth in 0..255 {
            assert_eq!(chain.balance(&stranger(wallet, nth)), GRAM / 100, "{wallet} {nth}");
        }
    }
}

#[tokio::test]
async fn time_goes_on_where_it_had_been_moved_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.sqlite");
    let chain = open(&path).await;
    chain.clock().advance(3_600_000);
    gift(&chain, &Person::new(WalletVersion::V5R1, 1).address(), GRAM);
    let utime = chain.produce(1).await.unwrap().utime;
    drop(chain);
    let chain = open(&path).await;
    assert_eq!(chain.clock().now(), utime);
}

#[tokio::test]
async fn a_store_of_another_network_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.sqlite");
    let chain = open(&path).await;
    chain.produce(30).await.unwrap();
    drop(chain);
    let other = Options { network: -239, store: Some(path), ..options() };
    let error = Chain::open(other).await.unwrap_err();
    assert!(matches!(error, Error::OtherNetwork { found: -217, wanted: -239 }), "{error}");
}

#[tokio::test(start_paused = true)]
async fn blocks_come_by_themselves_until_told_to_stop() {
    let block_time = Some(Duration::from_millis(400));
    let chain = Chain::open(Options { block_time, ..options() }).await.unwrap();
    let first = chain.head().seqno;
    let stop = CancellationToken::new();
    let stopping = async {
        tokio::time::sleep(Duration::from_secs(4)).await;
        stop.cancel();
    };
    let (ran, ()) = tokio::join!(chain.run(stop.clone()), stopping);
    ran.unwrap();
    assert!((10..=11).contains(&(chain.head().seqno - first)), "{:?}", chain.head());
}
