//! Money between wallets.

use sandbox::chain::{Refused, Status, Transaction};
use tycho_types::cell::HashBytes;
use tycho_types::models::{AccountStatus, ComputePhase, ComputePhaseSkipReason, StdAddr, TxInfo};

use crate::support::{GRAM, Payment, Person, WalletVersion, alice_and_bob, comment, trace};

/// wallet_v5r1, "wallet id": context of subwallet 0 xor network id.
#[test]
fn the_v5_wallet_id_follows_from_the_network() {
    let context: u32 = 1 << 31;
    let network = crate::support::NETWORK.cast_unsigned();
    assert_eq!((context ^ network).cast_signed(), crate::support::V5R1_WALLET_ID);
}

#[tokio::test]
async fn the_first_payment_deploys_the_wallet() {
    for version in [WalletVersion::V5R1, WalletVersion::V4R2] {
        let (chain, _, bob) = alice_and_bob().await;
        let carol = Person::new(version, 7);
        crate::support::gift(&chain, &carol.address(), 2 * GRAM);
        chain.produce(1).await.unwrap();
        assert_eq!(chain.account(&carol.address()).state.status, AccountStatus::Uninit);

        let payment = Payment::new(&bob.address(), GRAM).with_body(comment("order #1"));
        let sent = carol.sends(&chain, payment).unwrap();
        chain.produce(1).await.unwrap();

        assert!(chain.account(&carol.address()).is_active());
        assert_eq!(carol.seqno(&chain), 1);
        let trace = trace(&chain, &sent.hash_norm);
        let [out, received] = trace.as_slice() else { panic!("{} transactions", trace.len()) };
        assert_eq!(out.account, carol.address());
        assert_eq!(received.account, bob.address());
        let message = received.in_msg.as_ref().unwrap();
        assert_eq!(message.value(), GRAM);
        assert_eq!(message.comment().as_deref(), Some("order #1"));
        assert_eq!(received.after.balance, 11 * GRAM);
    }
}

#[tokio::test]
async fn a_message_is_pending_then_confirmed_then_final() {
    let (chain, alice, bob) = alice_and_bob().await;
    let sent = alice.sends(&chain, Payment::new(&bob.address(), GRAM)).unwrap();
    assert!(chain.read(|ledger| ledger.with_message(&sent.hash).next().is_none()));
    assert_eq!(chain.read(|ledger| ledger.mempool()[0].emulated.len()), 2);

    chain.produce(1).await.unwrap();
    let first = trace(&chain, &sent.hash)[0].clone();
    assert_eq!(chain.transaction(&first.hash).unwrap().1, Status::Confirmed);
    assert!(chain.read(|ledger| ledger.mempool().is_empty()));

    chain.produce(1).await.unwrap();
    let mc_seqno = first.seqno + 1;
    assert_eq!(chain.transaction(&first.hash).unwrap().1, Status::Final { mc_seqno });
    assert_eq!(chain.head().seqno, mc_seqno);
}

#[tokio::test]
async fn what_is_emulated_is_what_happens() {
    let (chain, alice, bob) = alice_and_bob().await;
    alice.sends(&chain, Payment::new(&bob.address(), GRAM)).unwrap();
    let emulated = chain.read(|ledger| ledger.mempool()[0].emulated.clone());
    chain.produce(1).await.unwrap();
    for transaction in emulated {
        assert_eq!(chain.transaction(&transaction.hash).unwrap().1, Status::Confirmed);
    }
}

#[tokio::test]
async fn a_replayed_message_is_refused() {
    let (chain, alice, bob) = alice_and_bob().await;
    for (person, exit_code) in [(&alice, 133), (&bob, 33)] {
        let message = person.signs(&chain, vec![Payment::new(&StdAddr::ZERO, GRAM)]);
        chain.send_external(&message).unwrap();
        chain.send_external(&message).expect("still waiting: not an error, not a second one");
        assert_eq!(chain.read(|ledger| ledger.mempool().len()), 1);
        chain.produce(1).await.unwrap();
        let account = person.address();
        let refused = chain.send_external(&message).unwrap_err();
        assert_eq!(refused, Refused::NotAccepted { account, exit_code });
    }
}

#[tokio::test]
async fn an_external_message_to_nobody_is_refused() {
    let (chain, _, bob) = alice_and_bob().await;
    let ghost = Person::new(WalletVersion::V5R1, 99);
    let account = ghost.address();
    let refused = ghost.sends(&chain, Payment::new(&bob.address(), 1)).unwrap_err();
    assert_eq!(refused, Refused::NoState { account });
}

#[tokio::test]
async fn junk_is_refused_before_any_account_sees_it() {
    let (chain, ..) = alice_and_bob().await;
    assert!(matches!(chain.send_external(b"junk"), Err(Refused::Malformed(_))));
    let big = vec![0; 65_536];
    assert_eq!(chain.send_external(&big), Err(Refused::TooLarge { bytes: 65_536 }));
    let comment = tycho_types::boc::Boc::encode(comment("not a message at all"));
    assert!(chain.send_external(&comment).is_err());
}

#[tokio::test]
async fn a_bounceable_payment_to_nobody_comes_back() {
    let (chain, alice, _) = alice_and_bob().await;
    let nowhere = StdAddr::new(0, HashBytes([0xAB; 32]));
    let sent = alice.sends(&chain, Payment::new(&nowhere, GRAM).bouncing()).unwrap();
    chain.produce(1).await.unwrap();
    let trace = trace(&chain, &sent.hash);
    let [_, bounced, back] = trace.as_slice() else { panic!("{} transactions", trace.len()) };
    assert!(bounced.has_bounced() && bounced.is_aborted());
    assert_eq!(chain.balance(&nowhere), 0);
    let message = back.in_msg.as_ref().unwrap();
    assert!(message.internal().unwrap().bounced);
    assert!(back.after.balance > 9 * GRAM + 900_000_000, "{}", back.after.balance);
}

#[tokio::test]
async fn a_plain_payment_to_nobody_stays_there() {
    let (chain, alice, _) = alice_and_bob().await;
    let fresh = StdAddr::new(0, HashBytes([0xAB; 32]));
    let sent = alice.sends(&chain, Payment::new(&fresh, GRAM)).unwrap();
    chain.produce(1).await.unwrap();
    let credited = trace(&chain, &sent.hash)[1].clone();
    let TxInfo::Ordinary(info) = &credited.info else { panic!("not an ordinary transaction") };
    let ComputePhase::Skipped(skipped) = &info.compute_phase else { panic!("it has no code") };
    assert_eq!(skipped.reason, ComputePhaseSkipReason::NoState);
    assert!(credited.is_aborted(), "aborted is not unpaid");
    assert_eq!(chain.balance(&fresh), GRAM);
    assert_eq!(chain.account(&fresh).state.status, AccountStatus::Uninit);
}

/// As on TON, where an account is forgotten with the block in which it comes to nothing.
#[tokio::test]
async fn two_bounces_in_one_block_are_one_history_and_in_two_blocks_two() {
    let (chain, alice, bob) = alice_and_bob().await;
    let nowhere = StdAddr::new(0, HashBytes([0xAB; 32]));
    for payer in [&alice, &bob] {
        payer.sends(&chain, Payment::new(&nowhere, GRAM).bouncing()).unwrap();
    }
    chain.produce(1).await.unwrap();
    alice.sends(&chain, Payment::new(&nowhere, GRAM).bouncing()).unwrap();
    chain.produce(1).await.unwrap();
    let history: Vec<_> =
        chain.read(|ledger| ledger.of_account_since(&nowhere, 0).cloned().collect());
    let [first, second, later] = history.as_slice() else { panic!("{} bounces", history.len()) };
    let prev = |it: &Transaction| (it.raw.prev_trans_lt, it.raw.prev_trans_hash);
    assert_eq!(prev(first), (0, HashBytes::ZERO));
    assert_eq!(prev(second), (first.lt, first.hash));
    assert!(second.lt > first.lt);
    assert_eq!(prev(later), (0, HashBytes::ZERO));
}
