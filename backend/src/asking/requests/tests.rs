//! Requests on a database, with transfers as the watcher finds them.

use ton::{address::Address, comment::Comment};

use super::*;
use crate::{
    base::db::{Db, tests::memory},
    money::payments::{self, Arrival, Draft, Recorded, Side},
    people::{
        identity::{Chat, Seen, meet},
        wallets::{self, Proven},
    },
    words::dice::Dice,
};

const NOW: Time = Time::from_millis(1_795_000_000_000);

fn wallet(n: u8) -> Address {
    Address::new(0, [n; 32])
}

/// Alice has a wallet and asks for five.
async fn alice_asks(db: &Db, dice: &Dice) -> (Person, Request) {
    let now = Now { at: NOW, dice, hand: None };
    let seen = Seen {
        telegram_id: 1,
        first_name: "Alice",
        username: Some("alice"),
        language: None,
        chat: Chat::Open,
        at: NOW,
    };
    let mut tx = db.begin().await.unwrap();
    let alice = meet(&mut tx, seen, now).await.unwrap();
    let proven = Proven { address: wallet(1), version: "v5r1".into(), public_key: [0; 32] };
    wallets::link(&mut tx, &Assets::new([]), &alice, proven, now).await.unwrap();
    let new = NewRequest {
        asset: Asset::Gram,
        amount: Amount::new(5).ok(),
        note: Some("Pizza".into()),
        expires_at: None,
    };
    let request = create(&mut tx, &alice, new, |id| format!("t.me/{id}"), now).await.unwrap();
    tx.commit().await.unwrap();
    (alice, request)
}

#[tokio::test]
async fn somebody_has_so_many_open_at_once_and_no_more() {
    let (db, dice) = (memory().await, Dice::seeded([3; 32]));
    let (alice, first) = alice_asks(&db, &dice).await;
    let now = Now { at: NOW, dice: &dice, hand: None };
    let mut tx = db.begin().await.unwrap();
    let new = || NewRequest { asset: Asset::Gram, amount: None, note: None, expires_at: None };
    for _ in 1..MOST {
        create(&mut tx, &alice, new(), |id| id.to_string(), now).await.unwrap();
    }
    let refused = create(&mut tx, &alice, new(), |id| id.to_string(), now).await;
    assert!(matches!(refused, Err(Error::TooMany)));
    close(&mut tx, alice.id, first.id, NOW).await.unwrap();
    create(&mut tx, &alice, new(), |id| id.to_string(), now).await.unwrap();
}

/// Somebody pays it, as the watcher finds it.
async fn is_paid(db: &Db, dice: &Dice, request: &Request, lt: u64) {
    let (now, assets) = (Now { at: NOW, dice, hand: None }, Assets::new([]));
    let mut tx = db.begin().await.unwrap();
    let draft = Draft {
        purpose: purpose(request.id),
        payer: Side::default(),
        payer_address: Some(wallet(2)),
        payee: Side::default(),
        payee_address: request.address,
        asset: request.asset,
        also: Vec::new(),
        amount: request.amount,
        note: None,
        description: None,
        expires_at: NOW.after(payments::TO_SIGN),
    };
    let intent = payments::open(&mut tx, &assets, draft, now).await.unwrap();
    let arrival = Arrival {
        account: request.address,
        lt,
        hash: [0; 32],
        owner: request.address,
        sender: Some(wallet(2)),
        asset: request.asset,
        units: 5,
        comment: Comment::Text(intent.reference.to_string()),
        sent: Default::default(),
        nature: payments::Nature::Plain,
        block: 1,
        at: NOW,
    };
    let recorded = payments::record(&mut tx, arrival, now).await.unwrap().unwrap();
    let Recorded::Paid(paid) = recorded else { panic!("it pays nothing") };
    credit(&mut tx, &assets, request.id, &paid, now).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn every_payment_counts_and_enters_the_feed_without_a_word_in_the_chat() {
    let (db, dice) = (memory().await, Dice::seeded([1; 32]));
    let (alice, request) = alice_asks(&db, &dice).await;
    is_paid(&db, &dice, &request, 1).await;
    is_paid(&db, &dice, &request, 2).await;

    let mut tx = db.snapshot().await.unwrap();
    let (request, owner) = find(&mut tx, request.id).await.unwrap();
    assert_eq!((request.paid_count, owner.id), (2, alice.id));
    let kinds = [kind::REQUEST_PAID];
    let told = events::after(&mut tx, &alice.id.to_string(), 0, &kinds, 10).await.unwrap();
    assert_eq!(told.len(), 2);
    let data: serde_json::Value = serde_json::from_str(&told[1].data).unwrap();
    assert_eq!(data["id"], request.id.to_string());
    assert_eq!(data["paid_count"], 2);
    assert_eq!(data["settlement"]["received"]["units"], "5");
    let last = told.last().unwrap().seq;
    let (chats,): (i64,) = crate::base::db::rows!(
        &mut tx,
        one(i64,),
        "select count(*) from deliveries where account_id = $1 and seq <= $2 and seq >= $3",
        alice.id,
        last,
        told[0].seq
    )
    .unwrap();
    assert_eq!(chats, 0);
}

#[tokio::test]
async fn a_request_is_closed_by_its_owner_only_and_once() {
    let (db, dice) = (memory().await, Dice::seeded([2; 32]));
    let (alice, request) = alice_asks(&db, &dice).await;
    let mut tx = db.begin().await.unwrap();
    let stranger = PersonId::new(NOW, &dice);
    let refused = close(&mut tx, stranger, request.id, NOW).await;
    assert!(matches!(refused, Err(Error::NotFound(_))));

    let later = NOW.after(payments::TO_SIGN);
    for at in [NOW, later] {
        let closed = close(&mut tx, alice.id, request.id, at).await.unwrap();
        assert_eq!(closed.closed_at, Some(NOW));
        assert_eq!(closed.status(at), RequestStatus::Closed);
    }
}

#[tokio::test]
async fn a_payment_for_somebody_who_has_left_is_no_error() {
    let (db, dice) = (memory().await, Dice::seeded([3; 32]));
    let (alice, request) = alice_asks(&db, &dice).await;
    let mut tx = db.begin().await.unwrap();
    store::forget(&mut tx, alice.id).await.unwrap();
    crate::people::wallets::store::forget(&mut tx, alice.id).await.unwrap();
    identity::store::forget(&mut tx, alice.id).await.unwrap();
    tx.commit().await.unwrap();
    is_paid(&db, &dice, &request, 1).await;
}

#[tokio::test]
async fn without_a_wallet_there_is_nowhere_to_pay_to() {
    let (db, dice) = (memory().await, Dice::seeded([4; 32]));
    let now = Now { at: NOW, dice: &dice, hand: None };
    let seen = Seen {
        telegram_id: 2,
        first_name: "Bob",
        username: None,
        language: None,
        chat: Chat::Open,
        at: NOW,
    };
    let mut tx = db.begin().await.unwrap();
    let bob = meet(&mut tx, seen, now).await.unwrap();
    let new = NewRequest { asset: Asset::Gram, amount: None, note: None, expires_at: None };
    let refused = create(&mut tx, &bob, new, |_| String::new(), now).await;
    assert!(matches!(refused, Err(Error::NoWallet)));
}
