//! What a caller is told when an invoice does not do what it was asked for.

use super::super::{Declined, Error, Refused};
use crate::{
    base::web::problem::{Kind, Problem},
    money::rates,
};

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(id) => missing(id),
            Error::Refused(Refused::Paid) => paid(),
            Error::Refused(Refused::Expired) => expired(),
            Error::Refused(Refused::NothingCame) => Self::new(
                Kind::NothingCame,
                "There is nothing to accept yet. Nothing was changed; money that comes is recorded.",
            ),
            Error::ExternalIdTaken(id) => Self::new(
                Kind::ExternalIdTaken,
                format!("{id} has it, with other terms. Nothing was created."),
            ),
            Error::NoWebhookSecret => Self::new(
                Kind::WebhookSecretMissing,
                "Nothing was created. Make one with POST /v1/webhook_secret, keep it, and try again.",
            ),
            Error::Raced => {
                Self::new(Kind::Busy, "Nothing was changed. Read the invoice again, then decide.")
            }
            Error::TooLarge => Self::new(
                Kind::AmountInvalid,
                "The price comes to more of an accepted asset than can be counted. Nothing was created.",
            ),
            Error::Rate(error) => error.into(),
            Error::NotRenewed(doubt) => rates::http::unavailable(doubt, NOT_RENEWED),
            Error::Merchant(error) => Self::internal(error),
            Error::Db(error) => error.into(),
        }
    }
}

/// For whoever comes to pay a price in fiat.
const NOT_RENEWED: &str = "The price's own rate is over, so nobody can say how much to pay. Nothing was \
    changed and no money has moved. Do not pay the sum of before; try again in a minute.";

pub fn missing(id: impl std::fmt::Display) -> Problem {
    Problem::not_found(format_args!("invoice {id}"))
}

pub fn paid() -> Problem {
    Problem::new(Kind::InvoicePaid, "Everything due has come, so nothing more is to be done.")
}

pub fn expired() -> Problem {
    Problem::new(
        Kind::InvoiceExpired,
        "Its time is over. Ask the shop for a new invoice, and do not pay this one.",
    )
}

pub fn withdrawn() -> Problem {
    Problem::new(
        Kind::InvoiceVoid,
        "The shop has taken it back. Ask the shop for a new invoice, and do not pay this one.",
    )
}

impl From<Declined> for Problem {
    fn from(declined: Declined) -> Self {
        match declined {
            Declined::Unknown => Self::not_found("invoice of this name"),
            Declined::Off => stars_off(),
            Declined::NotOffered => Self::new(
                Kind::StarsNotOffered,
                "The shop takes no Stars for it. Open its pay page in a browser outside Telegram.",
            ),
            Declined::OtherSum => {
                Self::new(Kind::AmountInvalid, "Another sum than the price in Stars was named.")
            }
            Declined::Paid => paid(),
            Declined::OnItsWay => Self::new(
                Kind::PaymentStarted,
                "Somebody is paying it just now. Wait a minute and look again, so that it is not paid twice.",
            ),
            Declined::Begun => Self::new(
                Kind::PaymentStarted,
                "Part of it was paid from a wallet. Pay the rest the same way: Stars would pay all of it once more.",
            ),
            Declined::Expired => expired(),
            Declined::Void => withdrawn(),
        }
    }
}

/// The operator has not said that Stars are taken.
pub fn stars_off() -> Problem {
    Problem::new(
        Kind::StarsOff,
        "Telegram credits Stars to the bot, so they come to its operator and not to the shop. The operator of this service has not switched them on (REMIT_STARS=on).",
    )
}

/// A wallet is asked for inside Telegram, for goods that only Stars may pay there.
pub fn stars_only() -> Problem {
    Problem::new(
        Kind::StarsOnly,
        "By Telegram's rules digital goods are paid in Stars here. Nothing was prepared. Pay in Stars, or open the pay page in a browser outside Telegram.",
    )
}
