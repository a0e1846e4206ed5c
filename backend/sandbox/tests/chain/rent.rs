//! What time does to accounts.

use tycho_types::cell::HashBytes;
use tycho_types::models::{AccountStatus, StdAddr, TxInfo};

use crate::support::{GRAM, Payment, alice_and_bob, gift, trace};

const YEAR_MS: i64 = 365 * 24 * 3600 * 1000;

#[tokio::test]
async fn a_year_of_rent_is_taken_with_the_next_transaction() {
    let (chain, alice, bob) = alice_and_bob().await;
    alice.sends(&chain, Payment::new(&bob.address(), GRAM)).unwrap();
    chain.produce(1).await.unwrap();
    let before = chain.balance(&alice.address());

    chain.clock().advance(YEAR_MS);
    let gift = gift(&chain, &alice.address(), GRAM);
    chain.produce(1).await.unwrap();

    let transaction = trace(&chain, &gift)[0].clone();
    let TxInfo::Ordinary(info) = &transaction.info else { panic!("not an ordinary transaction") };
    let rent = info.storage_phase.as_ref().unwrap().storage_fees_collected.into_inner();
    // 22 cells and 4.6 thousand bits of a V5R1 wallet cost about this much a year on mainnet.
    assert!((5_000_000..20_000_000).contains(&rent), "{rent}");
    let left = chain.balance(&alice.address());
    let gas = transaction.raw.total_fees.tokens.into_inner() - rent;
    assert_eq!(left, before + GRAM - rent - gas);
}

#[tokio::test]
async fn dust_that_rent_has_eaten_is_an_account_no_more() {
    let (chain, ..) = alice_and_bob().await;
    let dust = StdAddr::new(0, HashBytes([0xD5; 32]));
    gift(&chain, &dust, 1);
    chain.produce(1).await.unwrap();
    assert_eq!(chain.account(&dust).state.status, AccountStatus::Uninit);
    assert_eq!(chain.balance(&dust), 1);

    chain.clock().advance(50 * YEAR_MS);
    let again = gift(&chain, &dust, 0);
    chain.produce(1).await.unwrap();
    let transaction = trace(&chain, &again)[0].clone();
    assert_eq!(transaction.after.status, AccountStatus::NotExists);
    assert_eq!(chain.account(&dust).last_lt, 0, "its history starts over");

    let reborn = gift(&chain, &dust, GRAM);
    chain.produce(1).await.unwrap();
    let first = trace(&chain, &reborn)[0].clone();
    assert_eq!((first.raw.prev_trans_lt, first.raw.prev_trans_hash), (0, HashBytes::ZERO));
    assert_eq!(chain.balance(&dust), GRAM);
}
