//! The life of an invoice, with no clock, no database and no network in it.
//!
//! ```text
//! open ◀──hint──▶ processing ──money in time──▶ paid
//!   ├── deadline ─▶ expired ── money in time, found later ─▶ paid
//!   └── void ─────▶ void
//!        open, expired or void, with some money ── accepted by hand ─▶ paid
//! ```
//!
//! Time is the chain's: money is in time when its block is not later than the deadline, whenever we
//! come to read that block. Stars pay the whole at once, in time by Telegram's clock. So the end does not depend on the order in which transfers are found.

use super::goods::{Goods, Starred};
use crate::{
    db::text_enum,
    id::{InvoiceId, MerchantId, PaymentId},
    money::{Amount, Asset},
    rates::{Fiat, Fixed},
    stars::Stars,
    time::Time,
};

/// What a merchant asks a customer for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    pub id: InvoiceId,
    pub merchant: MerchantId,
    /// The intent whose reference stands on the pay page. A person who pays in the app has one more.
    pub intent: PaymentId,
    pub terms: Terms,
    /// What is to be paid, once and for all.
    pub due: Amount,
    /// The rate that a price in fiat was reckoned with; it is never reckoned again.
    pub rate: Option<Fixed>,
    pub links: Links,
    pub status: Status,
    /// Money that came before the end.
    pub in_time: Amount,
    /// Money that came after it: never counted towards the due amount, never lost.
    pub late: Amount,
    pub starred: Starred,
    /// Telegram's link for paying it in Stars, once it was asked for.
    pub stars_link: Option<String>,
    pub created_at: Time,
    pub expires_at: Time,
}

/// What the merchant has said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    pub asset: Asset,
    pub price: Price,
    pub goods: Goods,
    /// The price in Stars, for digital goods that can be paid inside Telegram.
    pub stars: Option<Stars>,
    /// How much of it may be missing.
    pub tolerance: Tolerance,
    pub description: Option<String>,
    /// The merchant's own name for it; one invoice each.
    pub external_id: Option<String>,
    /// A JSON object, kept and given back.
    pub metadata: String,
    /// Where the pay page leads when all is done.
    pub return_url: Option<String>,
    /// Told of this invoice's events, beside the merchant's webhook endpoints.
    pub webhook_url: Option<String>,
}

/// What the merchant wants for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Price {
    /// So much of the asset.
    Asset(Amount),
    /// As much of the asset as this is worth when the invoice is made.
    Fiat(Fiat),
}

/// A share of what is due that may be missing, in basis points (hundredths of a percent).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tolerance(u16);

impl Tolerance {
    /// Five percent: more would be another price.
    pub const MOST: u16 = 500;

    pub fn new(bps: u16) -> Option<Self> {
        (bps <= Self::MOST).then_some(Self(bps))
    }

    pub const fn bps(self) -> u16 {
        self.0
    }

    /// The least that counts as everything. Rounded up, in favour of the merchant, and never nothing.
    pub fn least(self, due: Amount) -> Amount {
        let missing = u128::from(due.units()) * u128::from(self.0) / 10_000;
        let least = u128::from(due.units()).saturating_sub(missing);
        Amount::new(least).unwrap_or(due)
    }
}

/// Where it can be paid, as it was given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links {
    pub pay_url: String,
    pub app_url: String,
}

/// Each variant carries what is true only in that state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Open,
    /// A transfer is on its way. Only a hint: it may be taken back.
    Processing,
    /// Everything due came in time, and `at` is the block time of the money that completed it. Or the
    /// merchant took what had come as enough, by hand, and `at` is when.
    Paid {
        at: Time,
        by_hand: bool,
    },
    Expired,
    Void {
        at: Time,
    },
}

text_enum! {
    /// How far an invoice has come.
    pub enum InvoiceStatus {
        Open = "open",
        /// A transfer is on its way, but not yet money.
        Processing = "processing",
        Paid = "paid",
        /// Not enough came before the deadline.
        Expired = "expired",
        /// The merchant took it back.
        Void = "void",
    }
}

text_enum! {
    /// What is unusual about the money, beside the status.
    pub enum InvoiceException {
        None = "none",
        /// Some money came, but less than is due.
        Underpaid = "underpaid",
        /// More money came than is due.
        Overpaid = "overpaid",
        /// Money came after the end. It is with the merchant, who decides: deliver, or pay it back.
        Late = "late",
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Final money; `at` is its block's time.
    Arrived { amount: Amount, at: Time },
    /// Stars, always the whole price; `at` is Telegram's time.
    Starred { amount: Amount, at: Time },
    /// A transfer is pending in the network, or has gone away again.
    Hint { pending: bool },
    /// Every block up to this moment of the chain's clock has been read.
    Deadline { at: Time },
    /// The merchant takes it back.
    Void { at: Time },
    /// The merchant takes what has come as enough.
    Accept { at: Time },
}

/// What the world must be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Processing,
    PartiallyPaid,
    Paid,
    /// The transfer that completed it was larger than what was missing.
    PaidAndOverpaid,
    /// Money came although everything was paid already: the same payment once more, or another payer.
    Overpaid,
    /// Money came after the end.
    PaidLate,
    Expired,
    Voided,
    /// Too little, or too late, was taken as enough.
    Accepted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the invoice is paid")]
    Paid,
    #[error("the invoice has expired")]
    Expired,
    #[error("nothing has come that could be accepted")]
    NothingCame,
}

impl Invoice {
    /// The next state, and what the world must be told of it.
    pub fn apply(mut self, input: Input) -> Result<(Self, Option<Change>), Refused> {
        use Status::{Expired, Open, Paid, Processing, Void};
        let change = match (self.status, input) {
            (_, Input::Arrived { amount, at }) => Some(self.take(amount, at)),
            (_, Input::Starred { amount, at }) => Some(self.take_stars(amount, at)),
            (Open, Input::Hint { pending: true }) => {
                self.status = Processing;
                Some(Change::Processing)
            }
            (Processing, Input::Hint { pending: false }) => {
                self.status = Open;
                None
            }
            (Open, Input::Hint { pending: false })
            | (Processing, Input::Hint { pending: true })
            | (Paid { .. } | Expired | Void { .. }, Input::Hint { .. }) => None,
            (Open | Processing, Input::Deadline { at }) if at > self.expires_at => {
                self.status = Expired;
                Some(Change::Expired)
            }
            (_, Input::Deadline { .. }) | (Void { .. }, Input::Void { .. }) => None,
            (Open | Processing, Input::Void { at }) => {
                self.status = Void { at };
                Some(Change::Voided)
            }
            (Paid { .. }, Input::Void { .. }) => return Err(Refused::Paid),
            (Expired, Input::Void { .. }) => return Err(Refused::Expired),
            (Paid { .. }, Input::Accept { .. }) => None,
            (Open | Processing | Expired | Void { .. }, Input::Accept { at }) => {
                if self.received().is_zero() && self.starred.is_none() {
                    return Err(Refused::NothingCame);
                }
                self.status = Paid { at, by_hand: true };
                Some(Change::Accepted)
            }
        };
        Ok((self, change))
    }

    fn take(&mut self, amount: Amount, at: Time) -> Change {
        let late = at > self.expires_at || matches!(self.status, Status::Void { .. });
        let kind = if late { &mut self.late } else { &mut self.in_time };
        *kind = sum(*kind, amount);
        match self.status {
            Status::Void { .. } => Change::PaidLate,
            Status::Paid { .. } => Change::Overpaid,
            Status::Open | Status::Processing | Status::Expired if late => Change::PaidLate,
            Status::Open | Status::Processing | Status::Expired
                if self.in_time >= self.terms.tolerance.least(self.due) =>
            {
                self.status = Status::Paid { at, by_hand: false };
                if self.is_over() { Change::PaidAndOverpaid } else { Change::Paid }
            }
            Status::Open | Status::Processing => {
                self.status = Status::Open;
                Change::PartiallyPaid
            }
            Status::Expired => Change::PartiallyPaid,
        }
    }

    /// Everything that came on the chain.
    pub fn received(&self) -> Amount {
        sum(self.in_time, self.late)
    }

    /// What is still to be paid: nothing once it counts as paid.
    pub fn remaining(&self) -> Amount {
        if matches!(self.status, Status::Paid { .. }) || !self.starred.is_none() {
            return Amount::ZERO;
        }
        self.due.checked_sub(self.received()).unwrap_or(Amount::ZERO)
    }

    pub fn exception(&self) -> InvoiceException {
        let late = !self.late.is_zero() || !self.starred.late.is_zero();
        match self.status {
            Status::Paid { .. } if self.is_over() => InvoiceException::Overpaid,
            Status::Paid { by_hand: true, .. } if late => InvoiceException::Late,
            Status::Paid { .. } if self.received() < self.due && self.starred.is_none() => {
                InvoiceException::Underpaid
            }
            Status::Paid { .. } => InvoiceException::None,
            _ if late => InvoiceException::Late,
            _ if !self.in_time.is_zero() => InvoiceException::Underpaid,
            _ => InvoiceException::None,
        }
    }

    /// Whether money of that block came after the end.
    pub fn is_late(&self, at: Time) -> bool {
        at > self.expires_at || matches!(self.status, Status::Void { at: end } if at > end)
    }
}

impl Status {
    pub const fn word(self) -> InvoiceStatus {
        match self {
            Self::Open => InvoiceStatus::Open,
            Self::Processing => InvoiceStatus::Processing,
            Self::Paid { .. } => InvoiceStatus::Paid,
            Self::Expired => InvoiceStatus::Expired,
            Self::Void { .. } => InvoiceStatus::Void,
        }
    }
}

/// Stops counting before 2⁶³. The transfers themselves are on record, and a sum that no honest asset
/// can reach must not be able to stop the watcher.
pub(super) fn sum(a: Amount, b: Amount) -> Amount {
    a.checked_add(b).unwrap_or(a.max(b))
}

#[cfg(test)]
pub mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dice::Dice;

    pub const DEADLINE: i64 = 100;

    pub fn units(units: u64) -> Amount {
        Amount::new(u128::from(units)).unwrap()
    }

    pub fn invoice() -> Invoice {
        let (now, dice) = (Time::from_millis(1), Dice::seeded([0; 32]));
        Invoice {
            id: InvoiceId::new(now, &dice),
            merchant: MerchantId::new(now, &dice),
            intent: PaymentId::new(now, &dice),
            terms: Terms {
                asset: Asset::Gram,
                price: Price::Asset(units(10)),
                goods: Goods::Physical,
                stars: None,
                tolerance: Tolerance::default(),
                description: None,
                external_id: None,
                metadata: "{}".into(),
                return_url: None,
                webhook_url: None,
            },
            due: units(10),
            rate: None,
            links: Links { pay_url: String::new(), app_url: String::new() },
            status: Status::Open,
            in_time: Amount::ZERO,
            late: Amount::ZERO,
            starred: Starred::NONE,
            stars_link: None,
            created_at: now,
            expires_at: Time::from_millis(DEADLINE),
        }
    }

    fn arrived(amount: u64, at: i64) -> Input {
        Input::Arrived { amount: units(amount), at: Time::from_millis(at) }
    }

    fn after(inputs: &[Input]) -> Invoice {
        let step = |invoice: Invoice, input: &Input| invoice.apply(*input).unwrap().0;
        inputs.iter().fold(invoice(), step)
    }

    const PENDING: Input = Input::Hint { pending: true };
    const GONE: Input = Input::Hint { pending: false };
    const TOO_EARLY: Input = Input::Deadline { at: Time::from_millis(DEADLINE) };
    const OVER: Input = Input::Deadline { at: Time::from_millis(DEADLINE + 1) };
    const VOID: Input = Input::Void { at: Time::from_millis(50) };
    const ACCEPT: Input = Input::Accept { at: Time::from_millis(500) };

    /// Every status against every input: due 10, deadline 100. Read the table, not the code.
    const MATRIX: &str = "\
open       + 4 in time    → open       received 4  underpaid  (PartiallyPaid)
open       + 10 in time   → paid       received 10 none       (Paid)
open       + 11 in time   → paid       received 11 overpaid   (PaidAndOverpaid)
open       + 10 late      → open       received 10 late       (PaidLate)
open       + pending      → processing received 0  none       (Processing)
open       + gone         → open       received 0  none       -
open       + at deadline  → open       received 0  none       -
open       + past it      → expired    received 0  none       (Expired)
open       + void         → void       received 0  none       (Voided)
open       + accepted     → refused: nothing has come that could be accepted
processing + 4 in time    → open       received 4  underpaid  (PartiallyPaid)
processing + 10 in time   → paid       received 10 none       (Paid)
processing + 11 in time   → paid       received 11 overpaid   (PaidAndOverpaid)
processing + 10 late      → processing received 10 late       (PaidLate)
processing + pending      → processing received 0  none       -
processing + gone         → open       received 0  none       -
processing + at deadline  → processing received 0  none       -
processing + past it      → expired    received 0  none       (Expired)
processing + void         → void       received 0  none       (Voided)
processing + accepted     → refused: nothing has come that could be accepted
paid       + 4 in time    → paid       received 14 overpaid   (Overpaid)
paid       + 10 in time   → paid       received 20 overpaid   (Overpaid)
paid       + 11 in time   → paid       received 21 overpaid   (Overpaid)
paid       + 10 late      → paid       received 20 overpaid   (Overpaid)
paid       + pending      → paid       received 10 none       -
paid       + gone         → paid       received 10 none       -
paid       + at deadline  → paid       received 10 none       -
paid       + past it      → paid       received 10 none       -
paid       + void         → refused: the invoice is paid
paid       + accepted     → paid       received 10 none       -
expired    + 4 in time    → expired    received 4  underpaid  (PartiallyPaid)
expired    + 10 in time   → paid       received 10 none       (Paid)
expired    + 11 in time   → paid       received 11 overpaid   (PaidAndOverpaid)
expired    + 10 late      → expired    received 10 late       (PaidLate)
expired    + pending      → expired    received 0  none       -
expired    + gone         → expired    received 0  none       -
expired    + at deadline  → expired    received 0  none       -
expired    + past it      → expired    received 0  none       -
expired    + void         → refused: the invoice has expired
expired    + accepted     → refused: nothing has come that could be accepted
void       + 4 in time    → void       received 4  late       (PaidLate)
void       + 10 in time   → void       received 10 late       (PaidLate)
void       + 11 in time   → void       received 11 late       (PaidLate)
void       + 10 late      → void       received 10 late       (PaidLate)
void       + pending      → void       received 0  none       -
void       + gone         → void       received 0  none       -
void       + at deadline  → void       received 0  none       -
void       + past it      → void       received 0  none       -
void       + void         → void       received 0  none       -
void       + accepted     → refused: nothing has come that could be accepted
";

    #[test]
    fn every_status_meets_every_input() {
        let starts: [&[Input]; 5] = [&[], &[PENDING], &[arrived(10, 1)], &[OVER], &[VOID]];
        let inputs = [
            ("4 in time", arrived(4, 60)),
            ("10 in time", arrived(10, 60)),
            ("11 in time", arrived(11, DEADLINE)),
            ("10 late", arrived(10, DEADLINE + 1)),
            ("pending", PENDING),
            ("gone", GONE),
            ("at deadline", TOO_EARLY),
            ("past it", OVER),
            ("void", VOID),
            ("accepted", ACCEPT),
        ];
        let mut table = String::new();
        for start in starts {
            for (name, input) in inputs {
                let before = after(start);
                let head = format!("{:<10} + {name:<12} → ", before.status.word().as_str());
                table += &head;
                table += &match before.apply(input) {
                    Ok((invoice, change)) => line(&invoice, change),
                    Err(refused) => format!("refused: {refused}\n"),
                };
            }
        }
        assert_eq!(table, MATRIX, "\n{table}");
    }

    fn line(invoice: &Invoice, change: Option<Change>) -> String {
        let change = change.map_or("-".to_owned(), |change| format!("({change:?})"));
        format!(
            "{:<10} received {:<2} {:<10} {change}\n",
            invoice.status.word().as_str(),
            invoice.received().units(),
            invoice.exception().as_str()
        )
    }

    #[test]
    fn two_halves_make_a_payment() {
        let half = after(&[arrived(4, 1)]);
        assert_eq!(half.remaining(), units(6));
        let (whole, change) = half.apply(arrived(6, 2)).unwrap();
        assert_eq!(change, Some(Change::Paid));
        assert_eq!(whole.status, Status::Paid { at: Time::from_millis(2), by_hand: false });
        assert_eq!(whole.remaining(), Amount::ZERO);
    }

    #[test]
    fn what_came_can_be_taken_as_enough() {
        for (start, exception) in [
            (vec![arrived(4, 1)], InvoiceException::Underpaid),
            (vec![arrived(4, 1), OVER], InvoiceException::Underpaid),
            (vec![OVER, arrived(10, DEADLINE + 1)], InvoiceException::Late),
            (vec![VOID, arrived(10, 60)], InvoiceException::Late),
        ] {
            let (accepted, change) = after(&start).apply(ACCEPT).unwrap();
            assert_eq!(change, Some(Change::Accepted));
            assert_eq!(accepted.status, Status::Paid { at: Time::from_millis(500), by_hand: true });
            assert_eq!((accepted.exception(), accepted.remaining()), (exception, Amount::ZERO));
            assert_eq!(accepted.apply(arrived(1, 1)).unwrap().1, Some(Change::Overpaid));
        }
    }

    #[test]
    fn a_little_may_be_missing_where_the_merchant_says_so() {
        let tolerant = |bps| {
            let mut invoice = invoice();
            invoice.due = units(1_000);
            invoice.terms.tolerance = Tolerance::new(bps).unwrap();
            invoice
        };
        let (paid, change) = tolerant(100).apply(arrived(990, 1)).unwrap();
        assert_eq!(change, Some(Change::Paid));
        assert_eq!(paid.exception(), InvoiceException::Underpaid);
        let (open, change) = tolerant(100).apply(arrived(989, 1)).unwrap();
        assert_eq!((open.status, change), (Status::Open, Some(Change::PartiallyPaid)));
        assert_eq!(open.remaining(), units(11), "what is asked for is the whole");
        assert!(Tolerance::new(Tolerance::MOST + 1).is_none());
    }

    #[test]
    fn late_money_does_not_complete_an_invoice() {
        let invoice = after(&[arrived(9, 1), arrived(9, DEADLINE + 1), OVER]);
        assert_eq!(invoice.status, Status::Expired);
        assert_eq!((invoice.received(), invoice.in_time), (units(18), units(9)));
        assert_eq!(invoice.exception(), InvoiceException::Late);
    }

    #[test]
    fn more_than_can_be_counted_stops_nobody() {
        let most = u64::try_from(i64::MAX).unwrap();
        let invoice = after(&[arrived(most, 1), arrived(most, 2), arrived(most, DEADLINE + 1)]);
        assert_eq!(invoice.received(), units(most));
        assert_eq!(invoice.exception(), InvoiceException::Overpaid);
    }

    /// Amounts, and when they came.
    type Transfers = Vec<(u64, i64)>;

    /// Some transfers, the same in another order, and where among them the deadline is noticed.
    fn transfers() -> impl Strategy<Value = (Transfers, Transfers, usize)> {
        let transfer = (1u64..8, DEADLINE - 3..DEADLINE + 3);
        proptest::collection::vec(transfer, 0..6).prop_flat_map(|transfers| {
            let deadline = 0..=transfers.len();
            (Just(transfers.clone()), Just(transfers).prop_shuffle(), deadline)
        })
    }

    proptest! {
        #[test]
        fn a_tolerance_takes_its_share_and_no_more(due in 1u64..1 << 62, bps in 0u16..=500) {
            let least = Tolerance::new(bps).unwrap().least(units(due)).units();
            let (least, due, bps) = (u128::from(least), u128::from(due), u128::from(bps));
            prop_assert!(least > 0 && least <= due);
            prop_assert!((due - least) * 10_000 <= due * bps);
            prop_assert!((due - least + 1) * 10_000 > due * bps);
        }

        #[test]
        fn the_order_in_which_money_is_found_changes_nothing(
            (transfers, shuffled, deadline) in transfers()
        ) {
            let inputs = |transfers: &[(u64, i64)]| -> Vec<Input> {
                transfers.iter().map(|(amount, at)| arrived(*amount, *at)).collect()
            };
            let mut expected = inputs(&transfers);
            expected.push(OVER);
            let mut found = inputs(&shuffled);
            found.insert(deadline, OVER);

            let (expected, found) = (after(&expected), after(&found));
            prop_assert_eq!(found.status.word(), expected.status.word());
            prop_assert_eq!(found.received(), expected.received());
            prop_assert_eq!(found.exception(), expected.exception());
        }

        #[test]
        fn an_invoice_is_paid_exactly_when_enough_came_in_time((transfers, ..) in transfers()) {
            let mut inputs: Vec<_> = transfers.iter().map(|(n, at)| arrived(*n, *at)).collect();
            inputs.push(OVER);
            let total: u64 = transfers.iter().filter(|(_, at)| *at <= DEADLINE).map(|(n, _)| n).sum();
            let paid = after(&inputs).status.word() == InvoiceStatus::Paid;
            prop_assert_eq!(paid, total >= 10);
        }
    }
}
