//! Refunds on a database, in any order of things: together they never take more than had come.

use proptest::prelude::*;
use ton::{comment::Comment, reference::Reference};

use super::*;
use crate::{
    base::db::{Db, tests::memory},
    money::payments::{Arrival, Nature, Reason, Recorded, Side, Stray},
    selling::merchants::tests::{olgas_shop, wallet},
    words::{dice::Dice, money::Asset},
};

const NOW: Time = Time::from_millis(1_795_000_000_000);
const CAME: u64 = 100;

/// A shop to which a customer has sent a hundred units, with nothing said.
struct Till {
    db: Db,
    dice: Dice,
    assets: Assets,
    shop: Merchant,
    transfer: TransferId,
}

fn units(units: u64) -> Amount {
    Amount::new(u128::from(units)).unwrap()
}

fn arrival(owner: Address, sender: Address, amount: u64, comment: &str, lt: u64) -> Arrival {
    Arrival {
        account: owner,
        lt,
        hash: [1; 32],
        owner,
        sender: Some(sender),
        asset: Asset::Gram,
        units: u128::from(amount),
        comment: Comment::Text(comment.into()),
        sent: Default::default(),
        nature: Nature::Plain,
        block: 7,
        at: NOW,
    }
}

impl Till {
    async fn open() -> Self {
        Self::on(memory().await, Dice::seeded([7; 32])).await
    }

    async fn on(db: Db, dice: Dice) -> Self {
        let assets = Assets::new([]);
        let payout = Address::new(0, dice.bytes());
        let mut tx = db.begin().await.unwrap();
        let now = Now { at: NOW, dice: &dice, hand: None };
        let new = merchants::NewMerchant { payout, ..olgas_shop() };
        let shop = merchants::create(&mut tx, &assets, new, now).await.unwrap();
        let money = arrival(payout, wallet(9), CAME, "a tip?", 1);
        let recorded = payments::record(&mut tx, money, now).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        Self { db, dice, assets, shop, transfer: recorded.transfer().id }
    }

    fn now(&self) -> Now<'_> {
        Now { at: NOW, dice: &self.dice, hand: None }
    }

    async fn refunds(&self, amount: Option<u64>) -> Result<Refund, Error> {
        let new = NewRefund {
            transfer: self.transfer,
            amount: amount.map(units),
            reason: None,
            to: None,
            warnings: vec![Warning::UnknownWallet],
        };
        let mut tx = self.db.begin().await.unwrap();
        let whole = create(&mut tx, &self.assets, &self.shop, new, self.now()).await?;
        tx.commit().await.unwrap();
        Ok(whole.refund)
    }

    /// Hands a message out; its reference is what comes back with the money.
    async fn offers(&self, refund: &Refund) -> Option<Reference> {
        let mut tx = self.db.begin().await.unwrap();
        let draft = payments::Draft {
            purpose: purpose(refund.id),
            payer: Side::default(),
            payer_address: Some(self.shop.payout),
            payee: Side::default(),
            payee_address: refund.to,
            asset: refund.asset,
            also: Vec::new(),
            amount: Some(refund.remaining()),
            note: None,
            description: None,
            expires_at: NOW.after(payments::TO_SIGN),
        };
        let offered = Input::Offered { until: NOW.after(payments::TO_SIGN) };
        advance(&mut tx, &self.assets, refund.id, offered, self.now()).await.ok()?;
        let intent = payments::open(&mut tx, &self.assets, draft, self.now()).await.unwrap();
        tx.commit().await.unwrap();
        Some(intent.reference)
    }

    async fn cancels(&self, refund: &Refund) {
        let mut tx = self.db.begin().await.unwrap();
        if cancel(&mut tx, &self.assets, refund.id, self.now()).await.is_ok() {
            tx.commit().await.unwrap();
        }
    }

    async fn submits(&self, refund: &Refund) {
        let mut tx = self.db.begin().await.unwrap();
        notice(&mut tx, &self.assets, refund.id, Stage::Submitted, self.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// What the watcher does with the customer's account.
    async fn finds(&self, refund: &Refund, reference: Reference, amount: u64, lt: u64) {
        let mut tx = self.db.begin().await.unwrap();
        let money = arrival(refund.to, self.shop.payout, amount, &reference.to_string(), lt);
        if let Some(recorded) = payments::record(&mut tx, money, self.now()).await.unwrap() {
            let Recorded::Paid(paid) = recorded else { panic!("it pays nothing") };
            credit(&mut tx, &self.assets, refund.id, &paid, self.now()).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    async fn lapses(&self) {
        let mut tx = self.db.begin().await.unwrap();
        let passed = NOW.after(payments::TO_SIGN * 2);
        crate::base::follow::store::compare_all(&mut tx, passed).await;
        lapse_due(&mut tx, &self.assets, passed, 200, self.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn all(&self) -> Vec<Refund> {
        let mut tx = self.db.snapshot().await.unwrap();
        store::of_transfers(&mut tx, self.shop.id, &[self.transfer]).await.unwrap()
    }

    async fn taken(&self) -> u64 {
        let mut tx = self.db.snapshot().await.unwrap();
        store::taken(&mut tx, self.transfer).await.unwrap().units()
    }

    async fn polls(&self) -> Vec<String> {
        let mut tx = self.db.snapshot().await.unwrap();
        let id = self.shop.id.to_string();
        let events = events::after(&mut tx, &id, 0, &[], 100).await.unwrap();
        events.into_iter().map(|event| event.kind).collect()
    }
}

#[tokio::test]
async fn what_another_merchant_was_paid_is_nobody_elses_to_refund() {
    let till = Till::open().await;
    let mut tx = till.db.begin().await.unwrap();
    let new = merchants::NewMerchant { payout: wallet(8), ..olgas_shop() };
    let other = merchants::create(&mut tx, &till.assets, new, till.now()).await.unwrap();
    let theirs = NewRefund {
        transfer: till.transfer,
        amount: None,
        reason: None,
        to: None,
        warnings: Vec::new(),
    };
    let refused = create(&mut tx, &till.assets, &other, theirs, till.now()).await;
    assert!(matches!(refused, Err(Error::NoSuchPayment(id)) if id == till.transfer));
}

#[tokio::test]
async fn a_refund_keeps_its_life_in_the_feed() {
    let till = Till::open().await;
    let refund = till.refunds(None).await.unwrap();
    assert_eq!((refund.amount, refund.to), (units(CAME), wallet(9)));
    let reference = till.offers(&refund).await.unwrap();
    till.finds(&refund, reference, 60, 2).await;
    let half = till.all().await.remove(0);
    assert_eq!((half.status, half.remaining()), (RefundStatus::RequiresSignature, units(40)));
    let reference = till.offers(&half).await.unwrap();
    till.finds(&refund, reference, 40, 3).await;
    till.finds(&refund, reference, 40, 3).await;
    let whole = till.all().await.remove(0);
    assert_eq!((whole.status, whole.sent), (RefundStatus::Succeeded, units(CAME)));
    assert_eq!(whole.warnings, [Warning::UnknownWallet]);
    assert_eq!(till.polls().await, ["refund.created", "refund.succeeded"]);
}

#[tokio::test]
async fn money_nobody_can_count_is_not_refunded_here() {
    let till = Till::open().await;
    let mut tx = till.db.begin().await.unwrap();
    let huge = Arrival { units: u128::MAX >> 8, ..arrival(till.shop.payout, wallet(9), 1, "", 9) };
    let recorded = payments::record(&mut tx, huge, till.now()).await.unwrap().unwrap();
    let Recorded::Stray(Stray { transfer, reason: Reason::NoReference, meant: None }) = recorded
    else {
        panic!("{recorded:?}")
    };
    let refused = refundable(&mut tx, &till.assets, &till.shop, transfer).await;
    assert!(matches!(refused, Err(Error::NotCountable)));
}

#[tokio::test]
async fn nobody_reads_or_moves_another_merchants_refund() {
    let api = crate::selling::merchants::harness::Api::open().await;
    // Both are paid at the same wallet.
    let ((_, mine), (_, theirs)) = (api.merchant().await, api.merchant().await);
    let mut tx = api.app.db.begin().await.unwrap();
    let money = arrival(wallet(7), wallet(9), 1_000_000_000, "a tip?", 1);
    let money = payments::record(&mut tx, money, api.app.now()).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    let body = serde_json::json!({ "payment": money.transfer().id, "amount": "0.6" });
    let opened = api.post("/v1/refunds", &mine, body.clone()).await;
    assert_eq!(opened.status, 201, "{}", opened.body);
    assert_eq!(opened.body["warnings"], serde_json::json!(["unknown_wallet", "unchecked"]));
    let path = format!("/v1/refunds/{}", opened.text("id"));
    assert_eq!(api.get(&path, &mine).await.status, 200);
    assert_eq!(api.get(&path, &theirs).await.problem(), "not-found");
    for act in ["cancel", "transaction"] {
        let answer = api.post(&format!("{path}/{act}"), &theirs, serde_json::json!({})).await;
        assert_eq!(answer.problem(), "not-found", "{act}");
    }
    assert_eq!(api.get("/v1/refunds", &theirs).await.body["data"], serde_json::json!([]));
    // The money is there once, whoever asks.
    assert_eq!(api.post("/v1/refunds", &theirs, body).await.problem(), "refund-too-large");
}

async fn parallel_refunds_keep_the_sum(till: &Till) {
    let asked = (0..20).map(|_| till.refunds(Some(30)));
    let opened = futures_util::future::join_all(asked).await.into_iter().filter(Result::is_ok);
    assert_eq!(opened.count(), 3);
    assert_eq!(till.taken().await, 90);
}

#[tokio::test]
async fn parallel_refunds_keep_the_sum_on_sqlite() {
    parallel_refunds_keep_the_sum(&Till::open().await).await;
}

/// Runs where `TEST_DATABASE_URL` names a Postgres.
#[tokio::test(flavor = "multi_thread")]
async fn parallel_refunds_keep_the_sum_on_postgres() {
    let Ok(url) = std::env::var("TEST_DATABASE_URL") else { return };
    let till = Till::on(Db::open(&url).await.unwrap(), Dice::system()).await;
    parallel_refunds_keep_the_sum(&till).await;
}

/// Something that can happen to the refunds of one transfer; numbers choose among those there are.
#[derive(Debug, Clone, Copy)]
enum Step {
    Open(u64),
    Offer(usize),
    Submit(usize),
    Cancel(usize),
    /// A message that was handed out is signed and lands, whole.
    Land(usize),
    Lapse,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1u64..70).prop_map(Step::Open),
        3 => (0usize..8).prop_map(Step::Offer),
        2 => (0usize..8).prop_map(Step::Submit),
        2 => (0usize..8).prop_map(Step::Cancel),
        2 => (0usize..8).prop_map(Step::Land),
        1 => Just(Step::Lapse),
    ]
}

/// A message that is out, and whether it may still be signed.
struct Out {
    refund: Refund,
    reference: Reference,
    signable: bool,
}

async fn walk(steps: &[Step]) {
    let till = Till::open().await;
    let mut out: Vec<Out> = Vec::new();
    let mut lt = 10;
    for step in steps {
        let known = till.all().await;
        let pick = |n: usize| (!known.is_empty()).then(|| &known[n % known.len()]);
        match *step {
            Step::Open(amount) => {
                let before = till.taken().await;
                let opened = till.refunds(Some(amount)).await;
                assert_eq!(opened.is_ok(), before + amount <= CAME, "{amount} on {before}");
            }
            Step::Offer(n) => {
                if let Some(refund) = pick(n)
                    // As the door does it: one message at a time.
                    && !out.iter().any(|o| o.signable && o.refund.id == refund.id)
                    && let Some(reference) = till.offers(refund).await
                {
                    out.push(Out { refund: refund.clone(), reference, signable: true });
                }
            }
            Step::Submit(n) => {
                if let Some(refund) = pick(n) {
                    till.submits(refund).await;
                }
            }
            Step::Cancel(n) => {
                if let Some(refund) = pick(n) {
                    till.cancels(refund).await;
                }
            }
            Step::Land(n) => {
                let count = out.len().max(1);
                if let Some(message) = out.get_mut(n % count).filter(|o| o.signable) {
                    message.signable = false;
                    lt += 1;
                    let amount = message.refund.remaining().units();
                    till.finds(&message.refund, message.reference, amount, lt).await;
                }
            }
            Step::Lapse => {
                out.iter_mut().for_each(|message| message.signable = false);
                till.lapses().await;
            }
        }
        let refunds = till.all().await;
        let sent: u64 = refunds.iter().map(|refund| refund.sent.units()).sum();
        let taken: u64 = refunds.iter().map(|refund| refund.takes().units()).sum();
        assert!(sent <= taken && taken <= CAME, "sent {sent}, taken {taken} after {step:?}");
        assert_eq!(till.taken().await, taken, "the statement and the rule agree");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// As long as every message is signed once at most, whatever else is done in whatever order.
    #[test]
    fn the_sum_never_exceeds_what_came(steps in proptest::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(walk(&steps));
    }
}
