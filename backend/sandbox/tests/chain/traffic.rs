//! Random traffic, and what must hold whatever happens.

use std::collections::HashMap;
use std::sync::Arc;

use proptest::prelude::*;
use sandbox::chain::{Chain, Message, Transaction};
use tycho_types::cell::HashBytes;
use tycho_types::models::{AccountStatus, StdAddr};

use crate::support::{GRAM, Payment, Person, WalletVersion, chain, gift};

#[derive(Debug, Clone)]
enum Act {
    Pay { from: usize, to: usize, value: u128, bounce: bool },
    PayNobody { from: usize, value: u128, bounce: bool },
    Overspend { from: usize },
    Gift { to: usize, value: u128 },
    Blocks(u32),
    Sleep { days: i64 },
}

const PEOPLE: usize = 4;

fn act() -> impl Strategy<Value = Act> {
    let who = 0..PEOPLE;
    let value = prop_oneof![Just(1), 1..1_000_000_u128, Just(GRAM)];
    prop_oneof![
        4 => (who.clone(), who.clone(), value.clone(), any::<bool>())
            .prop_map(|(from, to, value, bounce)| Act::Pay { from, to, value, bounce }),
        1 => (who.clone(), value.clone(), any::<bool>())
            .prop_map(|(from, value, bounce)| Act::PayNobody { from, value, bounce }),
        1 => who.clone().prop_map(|from| Act::Overspend { from }),
        1 => (who, value).prop_map(|(to, value)| Act::Gift { to, value }),
        3 => (1..3_u32).prop_map(Act::Blocks),
        1 => (1..400_i64).prop_map(|days| Act::Sleep { days }),
    ]
}

async fn play(acts: &[Act]) -> Chain {
    let chain = chain().await;
    let version = |seed| if seed % 2 == 0 { WalletVersion::V5R1 } else { WalletVersion::V4R2 };
    let people: Vec<Person> = (1..=4).map(|seed| Person::new(version(seed), seed)).collect();
    for person in &people {
        gift(&chain, &person.address(), 10 * GRAM);
    }
    chain.produce(1).await.unwrap();
    let nobody = StdAddr::new(0, HashBytes([0xAB; 32]));
    for act in acts {
        let pay = |from: usize, to: &StdAddr, value, bounce| {
            let payment = Payment { bounce, ..Payment::new(to, value) };
            // A second message with the same number, or one nobody can pay for, may be refused.
            drop(people[from].sends(&chain, payment));
        };
        match *act {
            Act::Pay { from, to, value, bounce } => pay(from, &people[to].address(), value, bounce),
            Act::PayNobody { from, value, bounce } => pay(from, &nobody, value, bounce),
            Act::Overspend { from } => pay(from, &nobody, 1_000_000 * GRAM, true),
            Act::Gift { to, value } => drop(gift(&chain, &people[to].address(), value)),
            Act::Blocks(count) => drop(chain.produce(count).await.unwrap()),
            Act::Sleep { days } => chain.clock().advance(days * 24 * 3600 * 1000),
        }
    }
    chain.produce(2).await.unwrap();
    chain
}

/// Every transaction names the one before it on its account, and states follow one another. An
/// account that has ceased to exist begins anew in a later block.
fn accounts_are_hash_chains(chain: &Chain) {
    chain.read(|ledger| {
        let mut newest: HashMap<&StdAddr, &Transaction> = HashMap::new();
        for it in ledger.finalized() {
            let update = it.raw.state_update.load().unwrap();
            assert_eq!((update.old, update.new), (it.before.hash, it.after.hash));
            let link = (it.raw.prev_trans_lt, it.raw.prev_trans_hash);
            let before = newest.insert(&it.account, it);
            let goes_on = |before: &&Transaction| {
                before.after.status != AccountStatus::NotExists || before.seqno == it.seqno
            };
            match before.filter(goes_on) {
                Some(before) => {
                    assert_eq!(link, (before.lt, before.hash));
                    assert!(before.lt < it.lt);
                    assert_eq!(before.after, it.before);
                }
                None => assert_eq!(link, (0, HashBytes::ZERO)),
            }
        }
        for (address, last) in newest {
            let account = ledger.final_account(address);
            assert_eq!(account.state, last.after);
            if account.state.status != AccountStatus::NotExists {
                assert_eq!((account.last_lt, account.last_hash), (last.lt, last.hash));
            }
        }
    });
}

/// What one account sent, another received: once, later, and with the same value.
fn no_message_is_lost(chain: &Chain) {
    chain.read(|ledger| {
        for sender in ledger.finalized() {
            for message in &sender.out_msgs {
                let hash = message.hash();
                let received = |it: &&Arc<Transaction>| {
                    it.in_msg.as_ref().is_some_and(|message| message.hash() == hash)
                };
                let receivers: Vec<_> = ledger.with_message(&hash).filter(received).collect();
                assert_eq!(receivers.len(), 1);
                assert_eq!(Some(&receivers[0].account), message.destination());
                assert!(receivers[0].lt > sender.lt);
                assert_eq!(receivers[0].trace, sender.trace);
            }
        }
    });
}

/// All GRAM there are, and all that went into fees, came from gifts. Part of the price of a
/// message's way travels with it and is nobody's fee but the validators'.
fn money_adds_up(chain: &Chain) {
    chain.read(|ledger| {
        let held: u128 = ledger.addresses().map(|it| ledger.account(it).state.balance).sum();
        let (mut fees, mut given) = (0, 0);
        for it in ledger.finalized() {
            fees += it.raw.total_fees.tokens.into_inner();
            let sent = it.out_msgs.iter().filter_map(|message| message.internal());
            fees += sent.map(|message| message.fwd_fee.into_inner()).sum::<u128>();
            let gift = it.in_msg.iter().filter(|it| it.source() == Some(&StdAddr::ZERO));
            given += gift.map(Message::value).sum::<u128>();
        }
        assert_eq!(held + fees, given);
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_people_do_the_books_are_in_order(acts in prop::collection::vec(act(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let chain = runtime.block_on(play(&acts));
        accounts_are_hash_chains(&chain);
        no_message_is_lost(&chain);
        money_adds_up(&chain);
    }
}
