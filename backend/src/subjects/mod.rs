//! Everything that can be paid, in one list: the only place that knows it whole.
//!
//! A payment keeps what it is for as a word and an id ([`Purpose`]); here they become a [`Subject`] again,
//! and every question that is asked of it is a match without a rest. Whoever adds a variant is led by the
//! compiler through this file, and through no other.

pub mod settle;

use std::str::FromStr;

use ton::address::Address;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    asking::requests,
    base::{
        app::{App, Handles},
        db::{self, Tx},
        events::Now,
    },
    money::payments::{self, Paid, Purpose, Stage, Stray, card::Card},
    selling::{invoices, refunds},
    words::{
        id::{InvoiceId, PersonId, RefundId, RequestId},
        time::Time,
    },
};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Payments(#[from] payments::Error),
    #[error(transparent)]
    Invoices(#[from] invoices::Error),
    #[error(transparent)]
    Requests(#[from] requests::Error),
    #[error(transparent)]
    Refunds(#[from] refunds::Error),
    /// A newer version of this service has written it.
    #[error("a payment is for {kind:?}, of which this version knows nothing")]
    Unknown { kind: String },
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

impl Error {
    /// The database, if that is what has failed.
    pub fn database(&self) -> Option<&sqlx::Error> {
        match self {
            Self::Db(error)
            | Self::Payments(payments::Error::Db(error))
            | Self::Invoices(invoices::Error::Db(error))
            | Self::Requests(requests::Error::Db(error))
            | Self::Refunds(refunds::Error::Db(error)) => Some(error),
            Self::Payments(_)
            | Self::Invoices(_)
            | Self::Requests(_)
            | Self::Refunds(_)
            | Self::Unknown { .. } => None,
        }
    }
}

/// Writes the kinds, the list of them all, and one thing of a kind: so that none can be left out of any.
macro_rules! kinds {
    ($($kind:ident $(($id:ty))?,)+) => {
        /// A kind of thing that is paid for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind {
            $($kind,)+
        }

        impl Kind {
            pub const ALL: &[Self] = &[$(Self::$kind,)+];
        }

        /// One thing that is paid for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Subject {
            $($kind $(($id))?,)+
        }
    };
}

kinds! {
    Send,
    Invoice(InvoiceId),
    Request(RequestId),
    Refund(RefundId),
}

impl Kind {
    /// How payments and the API call it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Send => payments::SEND,
            Self::Invoice => invoices::KIND,
            Self::Request => requests::KIND,
            Self::Refund => refunds::KIND,
        }
    }

    /// The one of this kind that has an id, if it can be one's.
    fn named(self, id: &str) -> Option<Subject> {
        fn read<T: FromStr>(id: &str) -> Option<T> {
            id.parse().ok()
        }
        match self {
            Self::Send => None,
            Self::Invoice => read(id).map(Subject::Invoice),
            Self::Request => read(id).map(Subject::Request),
            Self::Refund => read(id).map(Subject::Refund),
        }
    }

    /// Its part of the API.
    fn routes(self) -> OpenApiRouter<App> {
        match self {
            Self::Send => payments::http::router(),
            Self::Invoice => invoices::http::router(),
            Self::Request => requests::http::router(),
            Self::Refund => refunds::http::router(),
        }
    }

    /// Whose accounts are to be compared before a moment of the chain's clock counts as past for it.
    async fn due_payees(self, tx: &mut Tx, passed: Time) -> Result<Vec<Address>, Error> {
        Ok(match self {
            Self::Send => payments::store::due_payees(tx, passed).await?,
            Self::Invoice => invoices::store::due_payees(tx, passed).await?,
            Self::Refund => refunds::store::due_payees(tx, passed).await?,
            Self::Request => Vec::new(),
        })
    }

    /// Ends what nobody paid in time, at most so many; says how many those were.
    async fn pass(
        self,
        tx: &mut Tx,
        app: &Handles,
        (passed, limit): (Time, i64),
        now: Now<'_>,
    ) -> Result<usize, Error> {
        Ok(match self {
            Self::Send => payments::expire_due(tx, passed, limit).await?,
            Self::Invoice => invoices::expire_due(tx, &app.assets, passed, limit, now).await?,
            Self::Refund => refunds::lapse_due(tx, &app.assets, passed, limit, now).await?,
            // Its end stops new payments, and is nothing that happens.
            Self::Request => 0,
        })
    }

    /// Takes somebody out of what this kind remembers.
    async fn forget(self, tx: &mut Tx, person: PersonId) -> db::Result<()> {
        match self {
            Self::Send => payments::store::activity::forget(tx, person).await?,
            Self::Request => requests::store::forget(tx, person).await?,
            // They are the store's.
            Self::Invoice | Self::Refund => {}
        }
        Ok(())
    }
}

impl Subject {
    /// What payments keep of it.
    pub fn purpose(self) -> Purpose {
        match self {
            Self::Send => Purpose::send(),
            Self::Invoice(id) => invoices::purpose(id),
            Self::Request(id) => requests::purpose(id),
            Self::Refund(id) => refunds::purpose(id),
        }
    }

    pub fn of(purpose: &Purpose) -> Result<Self, Error> {
        let id = purpose.id.as_deref().unwrap_or_default();
        let kind = Kind::ALL.iter().find(|kind| kind.word() == purpose.kind);
        let found = kind.and_then(|kind| match kind {
            Kind::Send => Some(Self::Send),
            kind => kind.named(id),
        });
        found.ok_or_else(|| Error::Unknown { kind: purpose.kind.to_string() })
    }

    /// Counts final money towards it.
    pub async fn credit(
        self,
        tx: &mut Tx,
        app: &Handles,
        paid: &Paid,
        now: Now<'_>,
    ) -> Result<(), Error> {
        match self {
            Self::Send => Ok(()),
            Self::Invoice(id) => {
                let (assets, setup) = (&app.assets, &app.settings.rates);
                Ok(invoices::credit(tx, assets, setup, id, paid, now).await?)
            }
            Self::Request(id) => Ok(requests::credit(tx, &app.assets, id, paid, now).await?),
            Self::Refund(id) => Ok(refunds::credit(tx, &app.assets, id, paid, now).await?),
        }
    }

    /// Notes money that was meant for it and cannot pay it.
    async fn misdirected(self, tx: &mut Tx, stray: &Stray, now: Now<'_>) -> Result<(), Error> {
        match self {
            Self::Invoice(id) => Ok(invoices::misdirected(tx, id, stray, now).await?),
            Self::Send | Self::Request(_) | Self::Refund(_) => Ok(()),
        }
    }

    /// Shows that money is on its way to it, or is not any more.
    pub async fn notice(
        self,
        tx: &mut Tx,
        app: &Handles,
        stage: Stage,
        now: Now<'_>,
    ) -> Result<(), Error> {
        match self {
            Self::Invoice(id) => Ok(invoices::notice(tx, &app.assets, id, stage, now).await?),
            Self::Refund(id) => Ok(refunds::notice(tx, &app.assets, id, stage, now).await?),
            Self::Send | Self::Request(_) => Ok(()),
        }
    }

    /// What a message shows of it to whoever has its link.
    async fn card(self, tx: &mut Tx, app: &Handles, now: Time) -> Result<Option<Card>, Error> {
        match self {
            Self::Invoice(id) => Ok(invoices::card(tx, &app.assets, id).await?),
            Self::Request(id) => Ok(requests::card(tx, &app.assets, id, now).await?),
            Self::Send | Self::Refund(_) => Ok(None),
        }
    }
}

/// What a message shows of the thing that a link names. `None`: it names none.
pub async fn card(
    tx: &mut Tx,
    app: &Handles,
    link: &str,
    now: Time,
) -> Result<Option<Card>, Error> {
    match Kind::ALL.iter().find_map(|kind| kind.named(link)) {
        Some(subject) => subject.card(tx, app, now).await,
        None => Ok(None),
    }
}

/// Every word that a payment's purpose can be in the API.
pub fn words() -> impl Iterator<Item = String> {
    let kinds = Kind::ALL.iter().map(|kind| kind.word().to_owned());
    kinds.chain([payments::view::INCOME.0.into_owned()])
}

/// The routes of everything that can be paid.
pub fn routes() -> OpenApiRouter<App> {
    Kind::ALL.iter().fold(OpenApiRouter::new(), |all, kind| all.merge(kind.routes()))
}

/// Whose accounts are to be compared before a moment of the chain's clock counts as past for anything.
pub async fn due_payees(tx: &mut Tx, passed: Time) -> Result<Vec<Address>, Error> {
    let mut owners = Vec::new();
    for kind in Kind::ALL {
        owners.extend(kind.due_payees(tx, passed).await?);
    }
    owners.sort_unstable();
    owners.dedup();
    Ok(owners)
}

/// Ends what nobody paid in time, at most so many of each kind; `true`: there may be more. `passed` is the
/// chain's clock; every block up to it must have been read.
pub async fn pass(
    tx: &mut Tx,
    app: &Handles,
    passed: Time,
    limit: i64,
    now: Now<'_>,
) -> Result<bool, Error> {
    let mut most = 0;
    for kind in Kind::ALL {
        most = kind.pass(tx, app, (passed, limit), now).await?.max(most);
    }
    Ok(i64::try_from(most).is_ok_and(|most| most >= limit))
}

/// Takes somebody out of everything that was paid or asked for.
pub async fn forget(tx: &mut Tx, person: PersonId) -> db::Result<()> {
    for kind in Kind::ALL {
        kind.forget(tx, person).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
