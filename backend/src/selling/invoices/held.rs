//! How long a price in fiat is held at a rate, and what money is worth that came under earlier ones.
//!
//! ```text
//! held ── its time is over ──▶ open to whoever asks ── somebody comes to pay ──▶ held, at the rate of now
//! ```
//!
//! A price is the same price under every rate, so money is a share of it: of what was due when it came.
//! Shares add up exactly, and only what is still missing is reckoned anew. Money counts by the rate that
//! was held in its block's time, a little more besides, the better one where two were; otherwise by the
//! rate that was trusted at that time.

use std::time::Duration;

use super::{
    Dues, Error, Invoice, Price, Status,
    share::{Share, Tender, sum},
    store,
};
use crate::{
    base::db::Tx,
    money::{
        payments::TO_SIGN,
        rates::{self, Setup},
    },
    words::{
        money::{Amount, Asset, Assets},
        time::Time,
    },
};

/// How long a rate is held if nobody says, in seconds.
const USUAL: u32 = 900;
/// Five minutes is what a wallet is given to sign.
pub const SHORTEST: u32 = 300;
/// A day: whoever holds a rate for longer gives the payer a choice for nothing.
pub const LONGEST: u32 = 86_400;

/// A rate with less time left than this is over for whoever comes now: they have yet to sign.
const TO_ACT: Duration = Duration::from_secs(60);
/// A signed message may be under way as long after the rate's end; as far may clocks be apart.
pub const GRACE: Duration = Duration::from_secs(120);

/// When the present rate is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    pub from: Time,
    pub until: Time,
}

/// Money that counts by what was due under another rate than the present one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub asset: Asset,
    /// What was due in this asset then.
    pub due: Amount,
    pub in_time: Amount,
    pub late: Amount,
}

impl Counted {
    fn received(&self) -> Amount {
        sum(self.in_time, self.late)
    }
}

/// What an arrival counts by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    /// What is due.
    Present,
    /// What was due in its asset at its time.
    Due(Amount),
    /// No rate was held at its time and none could be trusted: the merchant decides.
    Unpriced,
}

/// Which of what came is meant, in time and late.
type Which = fn(Amount, Amount) -> Amount;

impl Held {
    /// From now on, for as long as the merchant has said; never past the invoice's end.
    pub fn begin(life: Option<u32>, now: Time, end: Time) -> Self {
        let life = Duration::from_secs(u64::from(life.unwrap_or(USUAL)));
        Self { from: now, until: now.after(life).min(end) }
    }

    /// A rate that money was counted by when it came, and that is held for nobody else.
    const fn moment(at: Time) -> Self {
        Self { from: at, until: at }
    }
}

impl Invoice {
    /// Whether whoever comes to pay now needs a new rate.
    pub fn wants_rate(&self, now: Time) -> bool {
        let Some(Held { until, .. }) = self.held else { return false };
        matches!(self.status, Status::Open | Status::Processing)
            && now < self.expires_at
            && until < self.expires_at
            && now.after(TO_ACT) > until
    }

    /// Until when what is asked for now may be signed.
    pub fn asked_until(&self) -> Time {
        self.held.map_or(self.expires_at, |held| held.until.min(self.expires_at))
    }

    /// The same price at another rate. What came keeps its share of it.
    #[must_use]
    pub fn renewed(mut self, dues: Dues, held: Held) -> Self {
        let new = |asset| match dues.others.iter().find(|tender| tender.asset == asset) {
            Some(tender) => (tender.due, tender.rate.clone()),
            None => (dues.due, dues.rate.clone()),
        };
        for tender in self.tenders() {
            let (in_time, late) = self.under_present(&tender);
            if tender.due != new(tender.asset).0 {
                self.count_earlier(Counted { asset: tender.asset, due: tender.due, in_time, late });
            }
        }
        for other in &mut self.others {
            (other.due, other.rate) = new(other.asset);
        }
        (self.due, self.rate) = (dues.due, dues.rate.clone());
        self.held = Some(held);
        self
    }

    /// Notes money that counts by an earlier rate. It is part of what came in its asset as well.
    pub(super) fn count_earlier(&mut self, more: Counted) {
        if more.received().is_zero() {
            return;
        }
        let same = |known: &&mut Counted| (known.asset, known.due) == (more.asset, more.due);
        match self.earlier.iter_mut().find(same) {
            Some(known) => {
                known.in_time = sum(known.in_time, more.in_time);
                known.late = sum(known.late, more.late);
            }
            None => self.earlier.push(more),
        }
    }

    /// What of an asset counts by what is due now, in time and late.
    fn under_present(&self, tender: &Tender) -> (Amount, Amount) {
        let less = |all: Amount, part: Amount| all.checked_sub(part).unwrap_or(Amount::ZERO);
        let earlier = self.earlier.iter().filter(|part| part.asset == tender.asset);
        earlier.fold((tender.in_time, tender.late), |(in_time, late), part| {
            (less(in_time, part.in_time), less(late, part.late))
        })
    }

    /// What came, as a share of the price: each sum by what was due when it counts.
    pub(super) fn share_of(&self, which: Which, of: impl Fn(Asset) -> bool) -> Share {
        let earlier = self.earlier.iter().filter(|part| of(part.asset));
        let earlier = earlier.map(|part| (which(part.in_time, part.late), part.due));
        let tenders = self.tenders();
        let now = tenders.iter().filter(|tender| of(tender.asset)).map(|tender| {
            let (in_time, late) = self.under_present(tender);
            (which(in_time, late), tender.due)
        });
        Share::of(earlier.chain(now))
    }

    /// What is and was due in each asset, wherever money may count by it.
    pub(super) fn dues(&self) -> Vec<Amount> {
        let earlier = self.earlier.iter().map(|part| part.due);
        self.tenders().into_iter().map(|tender| tender.due).chain(earlier).collect()
    }

    /// All of it in one asset: what came in it under earlier rates, and the rest by the present one.
    pub fn all_in(&self, tender: &Tender) -> Amount {
        let own = || self.earlier.iter().filter(|part| part.asset == tender.asset);
        if own().next().is_none() {
            return tender.due;
        }
        let share = Share::of(own().map(|part| (part.received(), part.due)));
        own().map(Counted::received).fold(share.rest(tender.due), sum)
    }
}

/// What an arrival counts by, looked up by its block's time. Where no rate was held then, it is counted by
/// the one that was trusted.
pub(super) async fn counting(
    tx: &mut Tx,
    (assets, setup): (&Assets, &Setup),
    invoice: &Invoice,
    (asset, at): (Asset, Time),
) -> Result<(Counting, Option<(Dues, Held)>), Error> {
    let over = at > invoice.expires_at || matches!(invoice.status, Status::Void { .. });
    if invoice.held.is_none() || over || invoice.tender(asset).is_none() {
        return Ok((Counting::Present, None));
    }
    let (first, last) = (at.before(GRACE), at.after(GRACE));
    let held = store::rates::between(tx, invoice.id, first, last).await?;
    let due = held.iter().flatten().filter(|tender| tender.asset == asset).map(|t| t.due).min();
    if let Some(due) = due {
        return Ok((Counting::Due(due), None));
    }
    if matches!(invoice.status, Status::Paid { .. }) {
        return Ok((Counting::Present, None));
    }
    match super::due::reckon(tx, assets, setup, &invoice.terms, at).await {
        Ok(dues) => {
            let other = dues.others.iter().find(|tender| tender.asset == asset);
            let due = other.map_or(dues.due, |tender| tender.due);
            Ok((Counting::Due(due), Some((dues, Held::moment(at)))))
        }
        Err(Error::Rate(rates::Error::Doubt(_)) | Error::TooLarge) => {
            Ok((Counting::Unpriced, None))
        }
        Err(error) => Err(error),
    }
}

/// When a new invoice's rate is held: only a price in fiat has one.
pub(super) fn first(price: Price, life: Option<u32>, now: Time, end: Time) -> Option<Held> {
    matches!(price, Price::Fiat(_)).then(|| Held::begin(life, now, end))
}

const _: () = assert!(TO_SIGN.as_secs() <= SHORTEST as u64);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        money::rates::Fiat,
        selling::invoices::{
            Input,
            state::tests::{invoice, units},
        },
    };

    const END: i64 = 1_000_000_000;

    fn priced(due: u64) -> Invoice {
        let mut invoice = invoice();
        let price = Fiat { currency: "USD".parse().unwrap(), minor: units(10_000) };
        invoice.terms.price = Price::Fiat(price);
        invoice.due = units(due);
        invoice.expires_at = Time::from_millis(END);
        invoice.held = Some(Held { from: Time::from_millis(1), until: Time::from_millis(900_001) });
        invoice
    }

    fn dues(due: u64) -> Dues {
        Dues { due: units(due), rate: None, currency: None, others: Vec::new() }
    }

    fn arrives(invoice: Invoice, amount: u64, by: Counting) -> Invoice {
        let at = Time::from_millis(2);
        let input = Input::Arrived { asset: Asset::Gram, amount: units(amount), at, by };
        invoice.apply(input).unwrap().0
    }

    fn held(at: i64) -> Held {
        Held { from: Time::from_millis(at), until: Time::from_millis(at + 900_000) }
    }

    #[test]
    fn a_rate_is_over_when_nobody_could_sign_in_time_any_more() {
        let invoice = priced(40);
        let at = |ms: i64| invoice.wants_rate(Time::from_millis(ms));
        assert!(!at(1) && !at(840_001) && at(840_002) && at(END - 1) && !at(END));
        let ends_with_it = Invoice { expires_at: Time::from_millis(900_001), ..invoice.clone() };
        assert!(!ends_with_it.wants_rate(Time::from_millis(900_000)));
        let before_there_were_any = Invoice { held: None, ..invoice.clone() };
        assert!(!before_there_were_any.wants_rate(Time::from_millis(900_000_000)));
        let paid = arrives(invoice, 40, Counting::Present);
        assert!(!paid.wants_rate(Time::from_millis(900_000)));
    }

    #[test]
    fn what_came_keeps_its_worth() {
        let half = arrives(priced(40), 20, Counting::Present);
        let renewed = half.renewed(dues(80), held(1_000_000));
        assert_eq!((renewed.remaining(), renewed.received()), (units(40), units(20)));
        assert_eq!(renewed.all_in(&renewed.tenders()[0]), units(60));
        let late = arrives(renewed.clone(), 10, Counting::Due(units(40)));
        assert_eq!(late.remaining(), units(20), "a quarter, by the rate it was sent under");
        assert_eq!(late, arrives(renewed, 10, Counting::Due(units(40))));
        let paid = arrives(late, 20, Counting::Due(units(80)));
        assert!(matches!(paid.status, Status::Paid { .. }) && paid.remaining().is_zero());
        assert_eq!((paid.exception().as_str(), paid.received()), ("none", units(50)));
    }

    #[test]
    fn money_without_a_rate_completes_nothing_by_itself() {
        let open = arrives(priced(40), 40, Counting::Unpriced);
        assert_eq!((open.status, open.remaining()), (Status::Open, units(40)));
        assert_eq!((open.received(), open.exception().as_str()), (units(40), "late"));
        let accepted = open.apply(Input::Accept { at: Time::from_millis(9) }).unwrap().0;
        assert!(matches!(accepted.status, Status::Paid { by_hand: true, .. }));
    }

    /// Payments of a part of a thousand of what is missing, and renewals in between.
    #[derive(Debug, Clone)]
    enum Step {
        Pay(u64),
        /// By the rate before this one, as what was signed in time is.
        PayAsBefore(u64),
        Renew(u64),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let due = prop_oneof![1u64..30, 1u64..1 << 40];
        let step = prop_oneof![
            (0u64..1000).prop_map(Step::Pay),
            (0u64..1000).prop_map(Step::PayAsBefore),
            due.prop_map(Step::Renew),
        ];
        proptest::collection::vec(step, 0..12)
    }

    proptest! {
        /// Whatever is paid and reckoned anew: worth and rest are the price, and whoever pays the rest has
        /// paid all of it, at most one smallest unit more; one unit less is not enough.
        #[test]
        fn worth_and_rest_are_the_price(first in 1u64..1 << 40, steps in steps()) {
            let (mut invoice, mut before) = (priced(first), first);
            let mut paid = Vec::new();
            for (n, step) in steps.into_iter().enumerate() {
                let due = invoice.due.units();
                match step {
                    Step::Renew(to) => {
                        before = due;
                        let rest = invoice.share();
                        let at = 1_000_000 * i64::try_from(n + 1).unwrap();
                        invoice = invoice.renewed(dues(to), held(at));
                        prop_assert!(!rest.is_less_than_all() || rest.rest(units(to)) == invoice.remaining());
                    }
                    Step::Pay(part) => {
                        let amount = invoice.remaining().units() * part / 1000;
                        if amount == 0 { continue; }
                        invoice = arrives(invoice, amount, Counting::Due(units(due)));
                        paid.push((units(amount), units(due)));
                    }
                    Step::PayAsBefore(part) => {
                        let rest = invoice.share_of(sum, |_| true).rest(units(before)).units();
                        let amount = rest * part / 1000;
                        if amount == 0 { continue; }
                        invoice = arrives(invoice, amount, Counting::Due(units(before)));
                        paid.push((units(amount), units(before)));
                    }
                }
                prop_assert!(!matches!(invoice.status, Status::Paid { .. }), "never by rounding");
                let worth = Share::of(paid.clone());
                prop_assert_eq!(invoice.share().rest(Amount::MAX), worth.rest(Amount::MAX));
            }
            let all: u64 = paid.iter().map(|(amount, _)| amount.units()).sum();
            prop_assert_eq!(invoice.received().units(), all, "every coin is on record as it came");
            let rest = invoice.remaining();
            prop_assert!(!rest.is_zero());
            let total = invoice.all_in(&invoice.tenders()[0]).units();
            prop_assert_eq!(total, all + rest.units());
            if rest.units() > 1 {
                let short = arrives(invoice.clone(), rest.units() - 1, Counting::Present);
                prop_assert!(matches!(short.status, Status::Open));
            }
            let whole = arrives(invoice, rest.units(), Counting::Present);
            let paid = matches!(whole.status, Status::Paid { .. });
            prop_assert!(paid && whole.exception().as_str() == "none", "{:?}", whole.exception());
        }
    }
}
