//! People ask each other for money by a link.
//!
//! ```text
//! create ──▶ open ──paid──▶ open (paid_count + 1)
//!              └── close, or its end ──▶ closed
//! ```
//!
//! Whoever pays a request makes a payment of their own. Closing stops new payments; one that was
//! already signed still arrives, and still counts.

pub mod http;
pub mod state;
pub mod store;
pub mod view;

use crate::{
    base::{
        db::Tx,
        events::{self, Audience, Now, kind},
    },
    money::payments::{
        Manner, Paid, Purpose,
        card::{Card, Standing, Sum},
    },
    people::{
        identity::{self, Person},
        wallets,
    },
    words::{
        id::{PersonId, RequestId},
        money::{Amount, Asset, Assets},
        time::Time,
    },
};

pub use state::{Request, RequestStatus, Unfit};

/// Requests of one person that may be open at the same time.
pub const MOST: i64 = 200;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no request {0}")]
    NotFound(RequestId),
    #[error("a wallet has to be linked before money can be asked for")]
    NoWallet,
    #[error("too many requests are open")]
    TooMany,
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

/// How payments know what they are for.
pub const KIND: &str = "request";

pub fn purpose(id: RequestId) -> Purpose {
    Purpose::of(KIND, id, Manner::default())
}

/// What somebody asks for.
#[derive(Debug, Clone)]
pub struct NewRequest {
    pub asset: Asset,
    /// `None`: the payer decides.
    pub amount: Option<Amount>,
    pub note: Option<String>,
    pub expires_at: Option<Time>,
}

/// Asks for money to the person's default wallet. `link` tells what to share, once there is an id.
pub async fn create(
    tx: &mut Tx,
    owner: &Person,
    new: NewRequest,
    link: impl FnOnce(RequestId) -> String,
    now: Now<'_>,
) -> Result<Request, Error> {
    let wallet = wallets::default_of(tx, owner.id).await?.ok_or(Error::NoWallet)?;
    identity::store::hold(tx, owner.id).await?;
    if store::open(tx, owner.id, now.at).await? >= MOST {
        return Err(Error::TooMany);
    }
    let id = RequestId::new(now.at, now.dice);
    let request = Request {
        id,
        owner: owner.id,
        address: wallet.address,
        asset: new.asset,
        amount: new.amount,
        note: new.note,
        link: link(id),
        closed_at: None,
        paid_count: 0,
        created_at: now.at,
        expires_at: new.expires_at,
    };
    store::insert(tx, &request).await?;
    Ok(request)
}

/// Takes no more payments.
pub async fn close(
    tx: &mut Tx,
    owner: PersonId,
    id: RequestId,
    now: Time,
) -> Result<Request, Error> {
    store::close(tx, owner, id, now).await?.ok_or(Error::NotFound(id))
}

/// A request with the person who asks.
pub async fn find(tx: &mut Tx, id: RequestId) -> Result<(Request, Person), Error> {
    let request = store::find(tx, id).await?.ok_or(Error::NotFound(id))?;
    let owner = identity::store::find(tx, request.owner).await?.ok_or(Error::NotFound(id))?;
    Ok((request, owner))
}

/// A request as a message shows it to whoever has its link. `None`: there is no such request.
pub async fn card(
    tx: &mut Tx,
    assets: &Assets,
    id: RequestId,
    now: Time,
) -> Result<Option<Card>, Error> {
    let (request, owner) = match find(tx, id).await {
        Ok(found) => found,
        Err(Error::NotFound(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let asks = |amount| Sum::OneOf(vec![assets.money(request.asset, amount)]);
    Ok(Some(Card {
        id: id.to_string(),
        who: owner.first_name,
        sum: request.amount.map_or(Sum::Any, asks),
        least: None,
        standing: match request.status(now) {
            RequestStatus::Open => Standing::Open,
            RequestStatus::Closed => Standing::Over,
        },
        note: request.note,
    }))
}

/// Counts a payment of the request. The chat is told of the payment itself, so this enters the feed
/// only.
pub async fn credit(
    tx: &mut Tx,
    assets: &Assets,
    id: RequestId,
    paid: &Paid,
    now: Now<'_>,
) -> Result<(), Error> {
    let Some(request) = store::count(tx, id).await? else { return Ok(()) };
    let Some(owner) = identity::store::find(tx, request.owner).await? else { return Ok(()) };
    let view = view::paid(assets, &request, &owner, paid, now.at);
    let audience = Audience::quiet(owner.id);
    events::append(tx, &audience, kind::REQUEST_PAID, &view, now);
    Ok(())
}

#[cfg(test)]
mod tests;
