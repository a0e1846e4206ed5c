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
use super::held::{Counted, Counting, Held};
use super::share::{Share, Tender, sum};
use crate::{
    money::{
        rates::{Currency, Fiat, Fixed},
        stars::Stars,
    },
    words::{
        id::{InvoiceId, MerchantId, PaymentId},
        money::{Amount, Asset},
        text::text_enum,
        time::Time,
    },
};

/// What a merchant asks a customer for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    pub id: InvoiceId,
    pub merchant: MerchantId,
    /// The intent whose reference stands on the pay page. A person who pays in the app has one more.
    pub intent: PaymentId,
    pub terms: Terms,
    /// What is to be paid: of a price in fiat by the present rate, otherwise once and for all. Of an open
    /// amount: what shares are measured by.
    pub due: Amount,
    /// The rate that a price in fiat, or in another asset, was reckoned with.
    pub rate: Option<Fixed>,
    /// When the present rate of a price in fiat is held. `None`: as long as the invoice lives.
    pub held: Option<Held>,
    /// What came and counts by another rate than the present one.
    pub earlier: Vec<Counted>,
    /// What all its rates are in.
    pub currency: Option<Currency>,
    pub links: Links,
    pub status: Status,
    /// Money of `terms.asset` that came before the end.
    pub in_time: Amount,
    /// Money that came after it: never counted towards the due amount, never lost.
    pub late: Amount,
    /// The other assets it accepts, each with what came in it.
    pub others: Vec<Tender>,
    pub starred: Starred,
    /// Telegram's link for paying it in Stars, once it was asked for.
    pub stars_link: Option<String>,
    pub created_at: Time,
    pub expires_at: Time,
}

/// What the merchant has said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The one it is made out in.
    pub asset: Asset,
    /// Others that are accepted as well.
    pub also: Vec<Asset>,
    pub price: Price,
    /// With a price in fiat: how long a rate is held, in seconds, if the merchant has said so.
    pub rate_life: Option<u32>,
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
    /// Shown to whoever has paid, and to nobody before.
    pub paid_message: Option<String>,
    /// Told of this invoice's events, beside the merchant's webhook endpoints.
    pub webhook_url: Option<String>,
}

/// What the merchant wants for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Price {
    /// So much of the asset.
    Asset(Amount),
    /// As much of the asset as this is worth while the present rate is held.
    Fiat(Fiat),
    /// Whoever pays decides how much: at least so much of the asset, if there is a minimum.
    Open { least: Option<Amount> },
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
    Arrived { asset: Asset, amount: Amount, at: Time, by: Counting },
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
    /// More money came for an open amount that was paid.
    More,
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
            (_, Input::Arrived { asset, amount, at, by }) => self.take((asset, amount), at, by),
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
                if self.is_untouched() && self.starred.is_none() {
                    return Err(Refused::NothingCame);
                }
                self.status = Paid { at, by_hand: true };
                Some(Change::Accepted)
            }
        };
        Ok((self, change))
    }

    /// `None`: the asset is none of those it accepts.
    fn take(&mut self, (asset, amount): (Asset, Amount), at: Time, by: Counting) -> Option<Change> {
        let over = at > self.expires_at || matches!(self.status, Status::Void { .. });
        let late = over || by == Counting::Unpriced;
        let present = self.tender(asset)?.due;
        let other = self.others.iter_mut().find(|other| other.asset == asset);
        let (in_time, after) = match other {
            Some(other) => (&mut other.in_time, &mut other.late),
            None if asset == self.terms.asset => (&mut self.in_time, &mut self.late),
            None => return None,
        };
        let kind = if late { after } else { in_time };
        *kind = sum(*kind, amount);
        if let Counting::Due(due) = by
            && due != present
        {
            let (in_time, after) =
                if late { (Amount::ZERO, amount) } else { (amount, Amount::ZERO) };
            self.count_earlier(Counted { asset, due, in_time, late: after });
        }
        Some(match self.status {
            Status::Void { .. } => Change::PaidLate,
            Status::Paid { .. } if self.is_open_amount() => Change::More,
            Status::Paid { .. } => Change::Overpaid,
            Status::Open | Status::Processing | Status::Expired if late => Change::PaidLate,
            Status::Open | Status::Processing | Status::Expired if self.is_enough() => {
                self.status = Status::Paid { at, by_hand: false };
                if self.is_over() { Change::PaidAndOverpaid } else { Change::Paid }
            }
            Status::Open | Status::Processing => {
                self.status = Status::Open;
                Change::PartiallyPaid
            }
            Status::Expired => Change::PartiallyPaid,
        })
    }

    /// Everything it accepts, the asset it is made out in first.
    pub fn tenders(&self) -> Vec<Tender> {
        let own = Tender {
            asset: self.terms.asset,
            due: self.due,
            rate: self.rate.clone(),
            in_time: self.in_time,
            late: self.late,
        };
        std::iter::once(own).chain(self.others.iter().cloned()).collect()
    }

    /// One of the assets it accepts.
    pub fn tender(&self, asset: Asset) -> Option<Tender> {
        self.tenders().into_iter().find(|tender| tender.asset == asset)
    }

    /// Everything that came, as a share of what is due.
    pub fn share(&self) -> Share {
        self.share_of(sum, |_| true)
    }

    fn is_enough(&self) -> bool {
        let tenders = self.tenders();
        if let Price::Open { least: None } = self.terms.price {
            return tenders.iter().any(|tender| !tender.in_time.is_zero());
        }
        self.share_of(|in_time, _| in_time, |_| true).is_all_but(self.terms.tolerance.bps())
    }

    /// Whether nothing has come on the chain.
    pub fn is_untouched(&self) -> bool {
        self.tenders().iter().all(|tender| tender.received().is_zero())
    }

    /// Whether more came on the chain than is due.
    pub(super) fn is_over_on_chain(&self) -> bool {
        !self.is_open_amount() && self.share().is_over(self.dues())
    }

    pub const fn is_open_amount(&self) -> bool {
        matches!(self.terms.price, Price::Open { .. })
    }

    /// Everything that came, by its worth in the asset it is made out in.
    pub fn received(&self) -> Amount {
        if self.earlier.is_empty() {
            return self.share().in_units(self.due);
        }
        let own = self.terms.asset;
        let others = self.share_of(sum, |asset| asset != own).in_units(self.due);
        sum(sum(self.in_time, self.late), others)
    }

    /// What is still to be paid: nothing once it counts as paid.
    pub fn remaining(&self) -> Amount {
        self.rest_in(self.due)
    }

    /// What is still to be paid if it is paid in an asset of which `due` is all of it.
    pub fn rest_in(&self, due: Amount) -> Amount {
        let any_will_do = matches!(self.terms.price, Price::Open { least: None });
        if any_will_do || matches!(self.status, Status::Paid { .. }) || !self.starred.is_none() {
            return Amount::ZERO;
        }
        // Money that no rate could be trusted for is the merchant's to decide about: it makes nothing whole.
        let live = matches!(self.status, Status::Open | Status::Processing);
        let share = match live && self.held.is_some() {
            true => self.share_of(|in_time, _| in_time, |_| true),
            false => self.share(),
        };
        share.rest(due)
    }

    pub fn exception(&self) -> InvoiceException {
        let came = |of: fn(&Tender) -> Amount| self.tenders().iter().any(|t| !of(t).is_zero());
        let any_will_do = matches!(self.terms.price, Price::Open { least: None });
        let short = !any_will_do && self.starred.is_none() && self.share().is_less_than_all();
        let late = came(|tender| tender.late) || !self.starred.late.is_zero();
        match self.status {
            Status::Paid { .. } if self.is_over() => InvoiceException::Overpaid,
            Status::Paid { by_hand: true, .. } if late => InvoiceException::Late,
            Status::Paid { .. } if short => InvoiceException::Underpaid,
            Status::Paid { .. } => InvoiceException::None,
            _ if late => InvoiceException::Late,
            _ if came(|tender| tender.in_time) => InvoiceException::Underpaid,
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

#[cfg(test)]
pub mod tests;
