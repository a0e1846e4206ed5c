//! Sums and lines on a database: whatever came, they say the same.

use std::collections::BTreeMap;

use proptest::prelude::*;
use ton::comment::Comment;

use super::{days::DAY, *};
use crate::{
    base::{
        db::{Db, tests::memory},
        events::Now,
    },
    money::{
        payments::{self, Arrival, Draft, Nature, Side},
        rates::{Fiat, Setup},
    },
    selling::{
        invoices::{self, Created, Goods, Links, NewInvoice, Price, Terms, Tolerance},
        merchants::{
            self,
            tests::{olgas_shop, wallet},
        },
    },
    words::{dice::Dice, money::Assets},
};

const NOW: Time = Time::from_millis(1_795_000_000_000);
const LATER: Time = Time::from_millis(1_995_000_000_000);

/// Money that comes: how much, after how many hours, what it is worth, what it has cost to send.
type Came = (i64, i64, Option<i64>, Option<i64>);

fn amount(units: i64) -> Amount {
    Amount::new(u128::from(units.unsigned_abs())).unwrap()
}

/// A shop with one invoice, to which all of it comes.
async fn till(db: &Db, dice: &Dice, money: &[Came]) -> MerchantId {
    let (assets, now) = (Assets::new([]), Now { at: NOW, dice, hand: None });
    let mut tx = db.begin().await.unwrap();
    let new = merchants::NewMerchant {
        payout: ton::address::Address::new(0, dice.bytes()),
        ..olgas_shop()
    };
    let shop = merchants::create(&mut tx, &assets, new, now).await.unwrap();
    let terms = Terms {
        asset: Asset::Gram,
        also: Vec::new(),
        price: Price::Asset(amount(1)),
        rate_life: None,
        goods: Goods::Physical,
        stars: None,
        tolerance: Tolerance::default(),
        description: Some("100% wool_socks!".into()),
        external_id: None,
        metadata: "{}".into(),
        return_url: None,
        paid_message: None,
        webhook_url: None,
    };
    let new = NewInvoice { terms, expires_at: LATER };
    let links = |_| Links { pay_url: String::new(), app_url: String::new() };
    let setup = Setup::default();
    let made = invoices::create(&mut tx, &assets, &setup, &shop, new, links, now);
    let Created::New(id) = made.await.unwrap() else { unreachable!() };
    let draft = Draft {
        purpose: crate::selling::invoices::purpose(id),
        payer: Side::default(),
        payer_address: None,
        payee: Side::default(),
        payee_address: shop.payout,
        asset: Asset::Gram,
        also: Vec::new(),
        amount: None,
        note: None,
        description: None,
        expires_at: LATER,
    };
    let intent = payments::open(&mut tx, &assets, draft, now).await.unwrap();
    for (lt, (units, hours, worth, fee)) in (1..).zip(money) {
        let arrival = Arrival {
            account: shop.payout,
            lt,
            hash: [7; 32],
            owner: shop.payout,
            sender: Some(wallet(1)),
            asset: Asset::Gram,
            units: u128::from(units.unsigned_abs()),
            comment: Comment::Text(intent.reference.to_string()),
            sent: Default::default(),
            nature: Nature::Plain,
            block: 7,
            at: Time::from_millis(NOW.millis() + hours * DAY / 24),
        };
        let recorded = payments::record(&mut tx, arrival, now).await.unwrap().unwrap();
        let transfer = recorded.transfer().id;
        if let Some(worth) = worth {
            let value = Fiat { currency: "USD".parse().unwrap(), minor: amount(*worth) };
            let worth = Worth { value, rate: "2.5".parse().unwrap() };
            payments::store::set_worth(&mut tx, transfer, worth).await.unwrap();
        }
        if let Some(fee) = fee {
            payments::store::set_fee(&mut tx, transfer, amount(*fee)).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
    shop.id
}

fn filter(offset: &str) -> Filter {
    let day = |text: &str| text.parse().ok();
    let offset = offset.parse().unwrap();
    let span = Span::new(day("2026-11-01"), day("2026-12-31"), offset, NOW).unwrap();
    Filter { span, asset: None, kind: None, status: None, currency: None, text: None }
}

/// Every line, seven at a time.
async fn all(tx: &mut Tx, shop: MerchantId, filter: &Filter) -> Vec<Line> {
    let (mut found, mut after) = (Vec::<Line>::new(), None);
    loop {
        let page = store::lines(tx, shop, filter, after, 7).await.unwrap();
        let Some(last) = page.last() else { return found };
        after = Some((last.at, last.id));
        found.extend(page);
    }
}

async fn sums_equal_the_lines(db: Db, dice: &Dice, money: &[Came], offset: &str) {
    let (shop, filter) = (till(&db, dice, money).await, filter(offset));
    let mut tx = db.snapshot().await.unwrap();
    let lines = all(&mut tx, shop, &filter).await;
    assert_eq!(lines.len(), money.len());
    assert!(lines.windows(2).all(|two| two[0].at >= two[1].at));
    let mut expected: BTreeMap<(i64, bool), Sum> = BTreeMap::new();
    let mut whole: BTreeMap<bool, Sum> = BTreeMap::new();
    for line in &lines {
        let units = |amount: Amount| u128::from(amount.units());
        let one = Sum {
            count: 1,
            units: units(line.amount),
            worth: line.worth.map_or(0, |worth| units(worth.value.minor)),
            fees: line.fee.map_or(0, units),
        };
        let day = (line.at.millis() + filter.span.offset.millis()).div_euclid(DAY);
        for sum in [
            expected.entry((day, line.worth.is_some())).or_default(),
            whole.entry(line.worth.is_some()).or_default(),
        ] {
            *sum = sum.and(one);
        }
    }
    let Summary { days, totals } = summary(&mut tx, shop, &filter).await.unwrap();
    let found = days.iter().map(|(group, sum)| (group.day, group.currency.is_some(), *sum));
    let expected = expected.into_iter().map(|((day, valued), sum)| (Day::new(day), valued, sum));
    assert_eq!(found.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    let totals = totals.into_iter().map(|(group, sum)| (group.currency.is_some(), sum));
    assert_eq!(totals.collect::<BTreeMap<_, _>>(), whole);
}

fn money() -> impl Strategy<Value = Vec<Came>> {
    let units = prop_oneof![1..1_000_000_000_000i64, Just(i64::MAX)];
    let some = proptest::option::of(prop_oneof![0..1_000_000i64, Just(i64::MAX)]);
    let came = (units, 0..200i64, some.clone(), some);
    prop::collection::vec(came, 0..24)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn sums_equal_the_lines_on_sqlite(money in money(), offset in "[+-](0[0-9]|1[0-3]):[03]0") {
        let run = async {
            let dice = Dice::seeded([7; 32]);
            sums_equal_the_lines(memory().await, &dice, &money, &offset).await;
        };
        tokio::runtime::Runtime::new().unwrap().block_on(run);
    }
}

/// Runs where `TEST_DATABASE_URL` names a Postgres.
#[tokio::test(flavor = "multi_thread")]
async fn sums_equal_the_lines_on_postgres() {
    let Ok(url) = std::env::var("TEST_DATABASE_URL") else { return };
    let db = Db::open(&url).await.unwrap();
    let most = (i64::MAX, 1, Some(i64::MAX), None);
    let money = [most, most, most, (5, 30, None, Some(3)), (7, 31, Some(1), Some(i64::MAX)), most];
    sums_equal_the_lines(db, &Dice::system(), &money, "-09:30").await;
}

#[tokio::test]
async fn what_is_looked_for_means_nothing_to_sql() {
    let (db, dice) = (memory().await, Dice::seeded([8; 32]));
    let shop = till(&db, &dice, &[(5, 0, None, None)]).await;
    let mut tx = db.snapshot().await.unwrap();
    for (text, found) in
        [("100% WOOL_", 1), ("wool_socks!", 1), ("1%0", 0), ("wool%", 0), ("_ool", 0), ("'--", 0)]
    {
        let filter = Filter { text: Some(text.to_owned()), ..filter("Z") };
        assert_eq!(all(&mut tx, shop, &filter).await.len(), found, "{text}");
    }
}
