//! Invoices from the first request to the last late coin, on a database, with transfers as the watcher
//! finds them.

use std::time::Duration;

use proptest::prelude::*;
use ton::{comment::Comment, reference::Reference};

use super::{held::Counting, *};
use crate::{
    base::{
        db::{Db, tests::memory},
        events::store::Event,
    },
    money::{
        payments::{Arrival, Recorded},
        rates::{Fiat, Quote, Sources},
    },
    selling::merchants::tests::{olgas_shop, wallet},
    words::{
        dice::Dice,
        money::{Amount, Asset},
    },
};

const NOW: Time = Time::from_millis(1_795_000_000_000);
const LIFETIME: Duration = Duration::from_secs(900);
const DUE: u64 = 1_500_000_000;

/// A shop with a database of its own.
struct Till {
    db: Db,
    dice: Dice,
    assets: Assets,
    setup: Setup,
    shop: Merchant,
}

impl Till {
    async fn open() -> Self {
        let (db, dice, assets) = (memory().await, Dice::seeded([7; 32]), Assets::new([]));
        let Sources(sources) = "a=https://a.test/{asset} b=https://b.test/{asset}".parse().unwrap();
        let setup = Setup { sources, ..Setup::default() };
        let mut tx = db.begin().await.unwrap();
        let now = Now { at: NOW, dice: &dice, hand: None };
        let shop = merchants::create(&mut tx, &assets, olgas_shop(), now).await.unwrap();
        tx.commit().await.unwrap();
        Self { db, dice, assets, setup, shop }
    }

    fn now(&self) -> Now<'_> {
        Now { at: NOW, dice: &self.dice, hand: None }
    }

    fn terms(&self, external_id: Option<&str>) -> NewInvoice {
        let terms = Terms {
            asset: Asset::Gram,
            also: Vec::new(),
            price: Price::Asset(units(DUE)),
            rate_life: None,
            goods: Goods::Physical,
            stars: None,
            tolerance: super::Tolerance::default(),
            description: Some("Two books".into()),
            external_id: external_id.map(str::to_owned),
            metadata: r#"{"order":1042}"#.into(),
            return_url: None,
            paid_message: None,
            webhook_url: None,
        };
        NewInvoice { terms, expires_at: NOW.after(LIFETIME) }
    }

    async fn asks(&self, new: NewInvoice) -> Result<Created, Error> {
        let mut tx = self.db.begin().await.unwrap();
        let links =
            |id| Links { pay_url: format!("https://pay.test/{id}"), app_url: "t.me".into() };
        let created =
            super::create(&mut tx, &self.assets, &self.setup, &self.shop, new, links, self.now())
                .await?;
        tx.commit().await.unwrap();
        Ok(created)
    }

    async fn invoices(&self) -> InvoiceId {
        match self.asks(self.terms(None)).await.unwrap() {
            Created::New(id) => id,
            Created::Known(id) => panic!("{id} was there already"),
        }
    }

    async fn whole(&self, id: InvoiceId) -> Whole {
        super::whole(&mut self.db.snapshot().await.unwrap(), id).await.unwrap()
    }

    /// What the watcher does with a final transfer.
    async fn finds(&self, arrival: Arrival) {
        let mut tx = self.db.begin().await.unwrap();
        if let Some(recorded) = payments::record(&mut tx, arrival, self.now()).await.unwrap() {
            let Recorded::Paid(paid) = recorded else { panic!("it pays nothing") };
            let id = paid.intent.purpose.id.as_deref().unwrap().parse().unwrap();
            credit(&mut tx, &self.assets, &self.setup, id, &paid, self.now()).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    async fn passes(&self, at: Time) -> usize {
        let mut tx = self.db.begin().await.unwrap();
        crate::base::follow::store::compare_all(&mut tx, at).await;
        let count = expire_due(&mut tx, &self.assets, at, 200, self.now()).await.unwrap();
        tx.commit().await.unwrap();
        count
    }

    async fn feed(&self) -> Vec<Event> {
        let mut tx = self.db.snapshot().await.unwrap();
        events::after(&mut tx, &self.shop.id.to_string(), 0, &[], 100).await.unwrap()
    }

    async fn polls(&self) -> Vec<String> {
        self.feed().await.into_iter().map(|event| event.kind).collect()
    }

    /// The kinds of event whose telling in the chat is due.
    async fn chat(&self) -> Vec<String> {
        let mut tx = self.db.snapshot().await.unwrap();
        let rows = crate::base::db::rows!(
            &mut tx,
            all(String,),
            "select e.type from deliveries d
               join events e on e.account_id = d.account_id and e.seq = d.seq
              where d.target = '4242' order by d.seq"
        );
        rows.unwrap().into_iter().map(|(kind,)| kind).collect()
    }
}

fn units(units: u64) -> Amount {
    Amount::new(u128::from(units)).unwrap()
}

/// Coins that arrive at the shop's wallet; `lt` tells one transfer from another.
fn arrival(reference: Reference, amount: u64, at: Time, lt: u64) -> Arrival {
    Arrival {
        account: wallet(7),
        lt,
        hash: [u8::try_from(lt).unwrap(); 32],
        owner: wallet(7),
        sender: Some(wallet(1)),
        asset: Asset::Gram,
        units: u128::from(amount),
        comment: Comment::Text(reference.to_string()),
        sent: Default::default(),
        nature: payments::Nature::Plain,
        block: 9,
        at,
    }
}

#[tokio::test]
async fn a_payment_is_told_once_in_the_feed_and_once_in_the_chat() {
    let till = Till::open().await;
    let id = till.invoices().await;
    let reference = till.whole(id).await.intent.reference;
    till.finds(arrival(reference, DUE, NOW, 1)).await;
    till.finds(arrival(reference, DUE, NOW, 1)).await;

    assert_eq!(till.polls().await, ["invoice.created", "invoice.paid"]);
    assert_eq!(till.chat().await, ["invoice.paid"]);
    let paid: serde_json::Value = serde_json::from_str(&till.feed().await[1].data).unwrap();
    assert_eq!(paid["id"], id.to_string());
    assert_eq!(paid["status"], "paid");
    assert_eq!(paid["metadata"]["order"], 1042);
    assert_eq!(paid["received"]["amount"], "1.5");
    assert_eq!(paid["payments"][0]["hash"], "01".repeat(32));
    assert_eq!(paid["pay_url"], format!("https://pay.test/{id}"));
    assert_eq!(paid["progress"][0]["state"], "final");
    assert_eq!(paid["progress"][0]["block"], 9);
}

#[tokio::test]
async fn partial_money_keeps_it_open_and_too_much_is_told_apart() {
    let till = Till::open().await;
    let id = till.invoices().await;
    let reference = till.whole(id).await.intent.reference;
    till.finds(arrival(reference, DUE - 1, NOW, 1)).await;
    let half = till.whole(id).await.invoice;
    assert_eq!((half.status, half.remaining()), (Status::Open, units(1)));

    till.finds(arrival(reference, 2, NOW, 2)).await;
    till.finds(arrival(reference, 5, NOW, 3)).await;
    let whole = till.whole(id).await;
    assert_eq!(whole.invoice.received(), units(DUE + 6));
    assert_eq!(whole.transfers.len(), 3);
    let told = ["invoice.partially_paid", "invoice.paid", "invoice.overpaid", "invoice.overpaid"];
    assert_eq!(till.polls().await[1..], told);
    let aloud = ["invoice.partially_paid", "invoice.paid", "invoice.overpaid"];
    assert_eq!(till.chat().await, aloud);
}

#[tokio::test]
async fn an_invoice_expires_only_past_its_deadline_and_late_money_is_kept() {
    let till = Till::open().await;
    let id = till.invoices().await;
    let reference = till.whole(id).await.intent.reference;
    let end = NOW.after(LIFETIME);
    assert_eq!(till.passes(end).await, 0);
    assert_eq!(till.passes(end.after(Duration::from_millis(1))).await, 1);
    assert_eq!(till.passes(end.after(LIFETIME)).await, 0);

    till.finds(arrival(reference, DUE, end.after(Duration::from_secs(1)), 1)).await;
    let whole = till.whole(id).await;
    assert_eq!(whole.invoice.status, Status::Expired);
    assert_eq!(whole.invoice.exception(), InvoiceException::Late);
    assert!(view::invoice(&till.assets, &whole).payments[0].late);
    assert_eq!(till.polls().await[1..], ["invoice.expired", "invoice.paid_late"]);
    assert_eq!(till.chat().await, ["invoice.paid_late"]);
}

#[tokio::test]
async fn money_in_time_pays_even_when_it_is_found_after_the_deadline() {
    let till = Till::open().await;
    let id = till.invoices().await;
    let reference = till.whole(id).await.intent.reference;
    let end = NOW.after(LIFETIME);
    till.passes(end.after(LIFETIME)).await;
    till.finds(arrival(reference, DUE, end, 1)).await;
    assert_eq!(till.whole(id).await.invoice.status, Status::Paid { at: end, by_hand: false });
}

#[tokio::test]
async fn a_pending_transfer_shows_and_may_go_away_again() {
    let till = Till::open().await;
    let id = till.invoices().await;
    for (stage, status) in [
        (Stage::Seen, Status::Processing),
        (Stage::Confirmed, Status::Processing),
        (Stage::Submitted, Status::Open),
    ] {
        let mut tx = till.db.begin().await.unwrap();
        notice(&mut tx, &till.assets, id, stage, till.now()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(till.whole(id).await.invoice.status, status, "{stage}");
    }
    assert_eq!(till.polls().await, ["invoice.created", "invoice.processing"]);
    assert!(till.chat().await.is_empty());
}

#[tokio::test]
async fn a_voided_invoice_stays_void_and_keeps_the_money() {
    let till = Till::open().await;
    let id = till.invoices().await;
    let reference = till.whole(id).await.intent.reference;
    let mut tx = till.db.begin().await.unwrap();
    void(&mut tx, &till.assets, id, till.now()).await.unwrap();
    void(&mut tx, &till.assets, id, till.now()).await.unwrap();
    tx.commit().await.unwrap();
    till.finds(arrival(reference, DUE, NOW.after(LIFETIME), 1)).await;

    let invoice = till.whole(id).await.invoice;
    assert_eq!(invoice.status, Status::Void { at: NOW });
    assert_eq!((invoice.received(), invoice.exception()), (units(DUE), InvoiceException::Late));
    assert_eq!(till.polls().await[1..], ["invoice.void", "invoice.paid_late"]);
}

#[tokio::test]
async fn the_same_external_id_with_the_same_terms_is_the_same_invoice() {
    let till = Till::open().await;
    let Created::New(id) = till.asks(till.terms(Some("order-1"))).await.unwrap() else { panic!() };
    let again = till.asks(till.terms(Some("order-1"))).await.unwrap();
    assert!(matches!(again, Created::Known(known) if known == id));
    assert_eq!(till.polls().await, ["invoice.created"]);

    let mut dearer = till.terms(Some("order-1"));
    dearer.terms.price = Price::Asset(units(DUE + 1));
    let longer = NewInvoice { expires_at: NOW.after(LIFETIME * 2), ..till.terms(Some("order-1")) };
    for other in [dearer, longer] {
        let refused = till.asks(other).await;
        assert!(matches!(refused, Err(Error::ExternalIdTaken(taken)) if taken == id));
    }
    assert!(matches!(till.asks(till.terms(Some("order-2"))).await, Ok(Created::New(_))));
}

#[tokio::test]
async fn a_change_from_a_stale_reading_is_refused() {
    let till = Till::open().await;
    let before = till.whole(till.invoices().await).await.invoice;
    let mut tx = till.db.begin().await.unwrap();
    for (amount, saved) in [(1, true), (2, false)] {
        let by = Counting::Present;
        let input = Input::Arrived { asset: Asset::Gram, amount: units(amount), at: NOW, by };
        let (after, _) = before.clone().apply(input).unwrap();
        assert_eq!(store::save(&mut tx, &before, &after).await.unwrap(), saved);
    }
}

#[tokio::test]
async fn a_list_is_the_merchants_own_newest_first_and_narrows() {
    let till = Till::open().await;
    let first = till.invoices().await;
    let later = Now { at: NOW.after(Duration::from_millis(1)), ..till.now() };
    let mut tx = till.db.begin().await.unwrap();
    let new = till.terms(Some("x"));
    let links = |_| Links { pay_url: String::new(), app_url: String::new() };
    let created =
        create(&mut tx, &till.assets, &till.setup, &till.shop, new, links, later).await.unwrap();
    let Created::New(second) = created else { panic!("it was there already") };
    void(&mut tx, &till.assets, first, till.now()).await.unwrap();
    let other = merchants::create(&mut tx, &till.assets, olgas_shop(), till.now()).await.unwrap();

    let all = store::Filter::default();
    let older = store::Filter { before: Some(second), ..all.clone() };
    let named = store::Filter { external_id: Some("x".into()), ..all.clone() };
    let void = store::Filter { status: Some(InvoiceStatus::Void), ..all.clone() };
    for (shop, filter, expected) in [
        (till.shop.id, &all, vec![second, first]),
        (till.shop.id, &older, vec![first]),
        (till.shop.id, &named, vec![second]),
        (till.shop.id, &void, vec![first]),
        (other.id, &all, vec![]),
    ] {
        let found = store::list(&mut tx, shop, filter, 10).await.unwrap();
        let ids: Vec<_> = found.iter().map(|invoice| invoice.id).collect();
        assert_eq!(ids, expected, "{filter:?}");
    }
}

#[tokio::test]
async fn a_ton_link_carries_everything_a_wallet_asks_for() {
    let till = Till::open().await;
    let mut whole = till.whole(till.invoices().await).await;
    let to = payments::view::friendly(wallet(7));
    let (reference, end) = (whole.intent.reference, NOW.after(LIFETIME).seconds());
    let link = view::public(&till.assets, &whole).ton_link.unwrap();
    assert_eq!(link, format!("ton://transfer/{to}?amount={DUE}&text={reference}&exp={end}"));

    whole.invoice.terms.asset = Asset::Jetton(wallet(9));
    whole.invoice.in_time = units(DUE - 5);
    let link = view::public(&till.assets, &whole).ton_link.unwrap();
    let master = wallet(9).friendly(true);
    let rest = format!("?amount=5&text={reference}&jetton={master}&exp={end}");
    assert_eq!(link, format!("ton://transfer/{to}{rest}"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Two references, any order, any repetition: the end is the same, and so is every sum.
    #[test]
    fn however_transfers_are_found_the_end_is_the_same(
        found in proptest::collection::vec(0usize..4, 0..8).prop_flat_map(|repeats| {
            let all: Vec<usize> = (0..4).chain(repeats).collect();
            Just(all).prop_shuffle()
        })
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let till = Till::open().await;
            let id = till.invoices().await;
            let own = till.whole(id).await.intent;
            let mut tx = till.db.begin().await.unwrap();
            let dues = Dues { due: units(DUE), rate: None, currency: None, others: Vec::new() };
            let second = draft(id, &till.shop, &till.terms(None), &dues);
            let second = payments::open(&mut tx, &till.assets, second, till.now()).await.unwrap();
            tx.commit().await.unwrap();
            let end = NOW.after(LIFETIME);
            let transfers = [
                arrival(own.reference, DUE / 2, NOW, 1),
                arrival(second.reference, DUE / 2, end, 2),
                arrival(own.reference, 7, end, 3),
                arrival(second.reference, 3, end.after(Duration::from_secs(1)), 4),
            ];
            for which in &found {
                till.finds(transfers[*which].clone()).await;
            }
            till.passes(end.after(LIFETIME)).await;

            let invoice = till.whole(id).await.invoice;
            assert_eq!(invoice.status.word(), InvoiceStatus::Paid);
            assert_eq!((invoice.received(), invoice.late), (units(DUE + 10), units(3)));
            let paid = till.polls().await.iter().filter(|kind| *kind == "invoice.paid").count();
            assert_eq!(paid, 1, "an invoice is paid once");
        });
    }
}

impl Till {
    /// Both sources say that one GRAM is worth so much.
    async fn rates_are(&self, rate: &str) {
        let mut tx = self.db.begin().await.unwrap();
        for source in ["a", "b"] {
            let quote = Quote { source: source.into(), rate: rate.parse().unwrap(), at: NOW };
            let currency = self.setup.currencies[0];
            rates::store::note(&mut tx, Asset::Gram, currency, &quote).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    fn priced(&self, price: &str, external_id: Option<&str>) -> NewInvoice {
        let mut new = self.terms(external_id);
        new.terms.price = Price::Fiat(Fiat::parse(price, self.setup.currencies[0]).unwrap());
        new
    }
}

#[tokio::test]
async fn a_price_in_fiat_is_reckoned_once() {
    let till = Till::open().await;
    till.rates_are("3").await;
    let Created::New(id) = till.asks(till.priced("5", Some("1042"))).await.unwrap() else {
        panic!()
    };
    let first = till.whole(id).await;
    assert_eq!(first.invoice.due, units(1_666_666_667));
    assert_eq!(first.intent.amount, Some(units(1_666_666_667)));
    assert_eq!(first.invoice.rate.as_ref().unwrap().sources, ["a", "b"]);

    // The same price under the same name is the same invoice, whatever the rate is now.
    till.rates_are("4").await;
    let again = till.asks(till.priced("5.00", Some("1042"))).await.unwrap();
    assert!(matches!(again, Created::Known(known) if known == id));
    assert_eq!(till.whole(id).await.invoice, first.invoice);
    for other in [till.priced("5.01", Some("1042")), till.terms(Some("1042"))] {
        assert!(
            matches!(till.asks(other).await, Err(Error::ExternalIdTaken(known)) if known == id)
        );
    }
}

#[tokio::test]
async fn without_a_trusted_rate_nothing_is_created_but_what_is_known_is_found() {
    let mut till = Till::open().await;
    let refused = till.asks(till.priced("5", Some("1042"))).await;
    assert!(matches!(refused, Err(Error::Rate(rates::Error::Doubt(_)))));
    assert!(till.polls().await.is_empty());

    till.rates_are("3").await;
    till.asks(till.priced("5", Some("1042"))).await.unwrap();
    till.setup.sources.clear();
    assert!(till.asks(till.priced("5", Some("7"))).await.is_err());
    let known = till.asks(till.priced("5", Some("1042"))).await.unwrap();
    assert!(matches!(known, Created::Known(_)));
}

#[tokio::test]
async fn a_price_that_cannot_be_counted_is_refused() {
    let till = Till::open().await;
    till.rates_are("0.000000000000000001").await;
    assert!(matches!(till.asks(till.priced("5", None)).await, Err(Error::TooLarge)));
}
