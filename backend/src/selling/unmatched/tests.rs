//! The inbox on a database, with money as the watcher finds it.

use ton::{address::Address, comment::Comment};

use super::*;
use crate::{
    base::db::{Db, tests::memory},
    money::{
        payments::{Arrival, Nature},
        rates::Setup,
    },
    selling::{
        invoices::{Created, Goods, Links, NewInvoice, Price, Terms, Tolerance},
        merchants::tests::{olgas_shop, wallet},
    },
    words::{
        dice::Dice,
        money::{Amount, Asset},
        time::Time,
    },
};

const NOW: Time = Time::from_millis(1_795_000_000_000);

/// Two shops that are paid at one wallet.
struct Till {
    db: Db,
    dice: Dice,
    assets: Assets,
    shop: Merchant,
    other: Merchant,
}

fn arrival(sender: Address, units: u128) -> Arrival {
    Arrival {
        account: wallet(7),
        lt: 1,
        hash: [1; 32],
        owner: wallet(7),
        sender: Some(sender),
        asset: Asset::Gram,
        units,
        comment: Comment::None,
        sent: Default::default(),
        nature: Nature::Plain,
        block: 7,
        at: NOW,
    }
}

impl Till {
    async fn open() -> Self {
        let (db, dice, assets) = (memory().await, Dice::seeded([7; 32]), Assets::new([]));
        let mut tx = db.begin().await.unwrap();
        let now = Now { at: NOW, dice: &dice, hand: None };
        let shop = merchants::create(&mut tx, &assets, olgas_shop(), now).await.unwrap();
        let other = merchants::create(&mut tx, &assets, olgas_shop(), now).await.unwrap();
        tx.commit().await.unwrap();
        Self { db, dice, assets, shop, other }
    }

    fn now(&self) -> Now<'_> {
        Now { at: NOW, dice: &self.dice, hand: None }
    }

    fn by(&self) -> Decision {
        Decision { note: None, by: "key_1".into(), at: NOW }
    }

    async fn finds(&self, money: Arrival) -> Option<TransferId> {
        let mut tx = self.db.begin().await.unwrap();
        let recorded = payments::record(&mut tx, money, self.now()).await.unwrap();
        tx.commit().await.unwrap();
        recorded.map(|recorded| recorded.transfer().id)
    }

    async fn invoices(&self, merchant: &Merchant) -> InvoiceId {
        let terms = Terms {
            asset: Asset::Gram,
            also: Vec::new(),
            price: Price::Asset(Amount::new(100).unwrap()),
            rate_life: None,
            goods: Goods::Physical,
            stars: None,
            tolerance: Tolerance::default(),
            description: None,
            external_id: None,
            metadata: "{}".into(),
            return_url: None,
            paid_message: None,
            webhook_url: None,
        };
        let new = NewInvoice { terms, expires_at: NOW.after(Duration::from_secs(900)) };
        let links = |_| Links { pay_url: String::new(), app_url: String::new() };
        let mut tx = self.db.begin().await.unwrap();
        let now = self.now();
        let made =
            invoices::create(&mut tx, &self.assets, &Setup::default(), merchant, new, links, now)
                .await;
        tx.commit().await.unwrap();
        match made.unwrap() {
            Created::New(id) | Created::Known(id) => id,
        }
    }

    async fn attaches(
        &self,
        merchant: &Merchant,
        id: TransferId,
        to: InvoiceId,
    ) -> Result<Whole, Error> {
        let mut tx = self.db.begin().await.unwrap();
        let (by, now) = (self.by(), self.now());
        let whole =
            attach(&mut tx, (&self.assets, &Setup::default()), merchant, id, to, by, now).await?;
        tx.commit().await.unwrap();
        Ok(whole)
    }
}

#[tokio::test]
async fn what_one_shop_attaches_leaves_the_others_inbox() {
    let till = Till::open().await;
    let id = till.finds(arrival(wallet(1), 100)).await.unwrap();
    let (mine, theirs) = (till.invoices(&till.shop).await, till.invoices(&till.other).await);
    let foreign = till.attaches(&till.shop, id, theirs).await;
    assert!(matches!(foreign, Err(Error::NoInvoice(id)) if id == theirs));

    till.attaches(&till.shop, id, mine).await.unwrap();
    let late = till.attaches(&till.other, id, theirs).await;
    assert!(matches!(late, Err(Error::NotFound(_))));
    let mut tx = till.db.begin().await.unwrap();
    assert_eq!(
        whole(&mut tx, &till.shop, id).await.unwrap().entry.standing,
        Standing::Attached(mine)
    );
    let refund = refunds::NewRefund {
        transfer: id,
        amount: None,
        reason: None,
        to: None,
        warnings: Vec::new(),
    };
    let foreign = refunds::create(&mut tx, &till.assets, &till.other, refund, till.now()).await;
    assert!(matches!(foreign, Err(refunds::Error::NoSuchPayment(_))));
}

#[tokio::test]
async fn what_one_shop_sends_back_the_other_cannot_attach() {
    let till = Till::open().await;
    let id = till.finds(arrival(wallet(1), 100)).await.unwrap();
    let invoice = till.invoices(&till.other).await;
    let mut tx = till.db.begin().await.unwrap();
    let refund = refunds::NewRefund {
        transfer: id,
        amount: Some(Amount::new(1).unwrap()),
        reason: None,
        to: None,
        warnings: Vec::new(),
    };
    refunds::create(&mut tx, &till.assets, &till.shop, refund, till.now()).await.unwrap();
    tx.commit().await.unwrap();
    let refused = till.attaches(&till.other, id, invoice).await;
    assert!(matches!(refused, Err(Error::Refused(Refused::GoesBack))));
}

#[tokio::test]
async fn money_that_is_found_again_after_it_was_attached_counts_once() {
    let till = Till::open().await;
    let id = till.finds(arrival(wallet(1), 60)).await.unwrap();
    let invoice = till.invoices(&till.shop).await;
    for _ in 0..2 {
        till.attaches(&till.shop, id, invoice).await.unwrap();
        assert_eq!(till.finds(arrival(wallet(1), 60)).await, None);
    }
    let mut tx = till.db.begin().await.unwrap();
    let whole = invoices::whole(&mut tx, invoice).await.unwrap();
    assert_eq!(whole.invoice.received().units(), 60);
    assert_eq!(whole.transfers.len(), 1);
}

#[tokio::test]
async fn what_is_no_payment_cannot_be_attached() {
    let till = Till::open().await;
    let invoice = till.invoices(&till.shop).await;
    let huge = till.finds(arrival(wallet(1), u128::MAX >> 9)).await.unwrap();
    let refused = till.attaches(&till.shop, huge, invoice).await;
    assert!(matches!(refused, Err(Error::NotCountable(Reason::NoReference))));
}
