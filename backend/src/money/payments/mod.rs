//! The one door for money.
//!
//! Everything payable owns a *payment intent*: a payee's address, an asset, an amount or none, a
//! reference. The watcher knows intents only. [`record`] takes a transfer off the chain and says which
//! intent it pays; what that means for whoever owns the intent is decided above, in `subjects`.

pub mod card;
pub mod custody;
pub mod http;
pub mod link;
pub mod many;
pub mod new;
pub mod prepare;
pub mod recipient;
pub mod state;
pub mod store;
pub mod view;

use std::time::Duration;

use ton::{address::Address, reference::Reference};

use crate::{
    base::{
        db::{self, Tx},
        events::Now,
        follow,
    },
    words::{
        id::{PaymentId, TransferId},
        money::{Amount, Asset, Assets},
        time::Time,
    },
};

pub use state::{
    Arrival, End, Input, Intent, Manner, Marks, Memo, Nature, Outcome, Purpose, Reason, Refused,
    SEND, Side, Stage, Transfer,
};

/// How long a wallet may take to sign; TON Connect wants five minutes at most.
pub const TO_SIGN: Duration = Duration::from_secs(5 * 60);

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no payment {0}")]
    NotFound(PaymentId),
    /// A transfer pays one thing only.
    #[error("{0} pays something already")]
    Matched(TransferId),
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

/// An intent before it has an id and a reference.
#[derive(Debug, Clone)]
pub struct Draft {
    pub purpose: Purpose,
    pub payer: Side,
    pub payer_address: Option<Address>,
    pub payee: Side,
    pub payee_address: Address,
    pub asset: Asset,
    /// Other assets that pay it as well.
    pub also: Vec<Asset>,
    pub amount: Option<Amount>,
    pub note: Option<String>,
    pub description: Option<String>,
    pub expires_at: Time,
}

/// Opens an intent, follows the payee's accounts, and puts it into the payer's activity.
pub async fn open(tx: &mut Tx, assets: &Assets, draft: Draft, now: Now<'_>) -> db::Result<Intent> {
    let intent = Intent {
        id: PaymentId::new(now.at, now.dice),
        purpose: draft.purpose,
        payer: draft.payer,
        payer_address: draft.payer_address,
        payee: draft.payee,
        payee_address: draft.payee_address,
        asset: draft.asset,
        also: draft.also,
        amount: draft.amount,
        reference: Reference::new(now.dice.bytes()),
        note: draft.note,
        memo: None,
        description: draft.description,
        request: None,
        message_hash: None,
        stage: Stage::Created,
        marks: Marks::default(),
        created_at: now.at,
        expires_at: draft.expires_at,
    };
    store::insert(tx, &intent).await?;
    let until = intent.expires_at.after(follow::AFTERWARDS);
    follow::follow(tx, assets, intent.payee_address, now.at, Some(until)).await?;
    if let Some(payer) = intent.payer.person {
        store::activity::insert(tx, payer, &intent.id.to_string(), "out", now.at).await?;
    }
    tx.nudge();
    Ok(intent)
}

/// Applies an input to an intent and stores it. Where somebody else has moved the intent since we read
/// it, the input is applied to what they made of it.
pub async fn advance(tx: &mut Tx, id: PaymentId, input: Input) -> Result<Intent, Error> {
    loop {
        let before = store::find(tx, id).await?.ok_or(Error::NotFound(id))?;
        let after = before.clone().apply(input)?;
        if after == before {
            return Ok(after);
        }
        if store::save(tx, &before, &after).await? {
            tx.nudge();
            return Ok(after);
        }
    }
}

/// Ends what nobody paid in time, at most so many. `passed` is the chain's clock; every block up to it must
/// have been read. Says how many those were: there may be more.
pub async fn expire_due(tx: &mut Tx, passed: Time, limit: i64) -> Result<usize, Error> {
    let due = store::due(tx, passed, limit).await?;
    for intent in &due {
        match advance(tx, intent.id, Input::Deadline).await {
            Ok(_) | Err(Error::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(due.len())
}

/// What has become of a transfer that was not known before.
#[derive(Debug, Clone)]
pub enum Recorded {
    Paid(Paid),
    Stray(Stray),
}

/// Money that pays an intent, which is settled now.
#[derive(Debug, Clone)]
pub struct Paid {
    pub transfer: Transfer,
    pub intent: Intent,
    /// The intent was settled by an earlier transfer: this is the same reference once more.
    pub again: bool,
}

/// Money that pays nothing we know of.
#[derive(Debug, Clone)]
pub struct Stray {
    pub transfer: Transfer,
    pub reason: Reason,
    /// The intent it seems to have been meant for.
    pub meant: Option<Intent>,
}

impl Recorded {
    pub fn transfer(&self) -> &Transfer {
        match self {
            Self::Paid(paid) => &paid.transfer,
            Self::Stray(stray) => &stray.transfer,
        }
    }
}

/// Takes a final transfer off the chain. `None` if it is known already.
pub async fn record(
    tx: &mut Tx,
    arrival: Arrival,
    now: Now<'_>,
) -> Result<Option<Recorded>, Error> {
    let intent = match arrival.reference() {
        Some(reference) => store::by_reference(tx, arrival.owner, reference).await?,
        None => custody::paid_by(tx, &arrival).await?,
    };
    let outcome = state::judge(&arrival, intent.as_ref());
    let id = TransferId::new(now.at, now.dice);
    let transfer = Transfer { id, arrival, outcome, fee: None, worth: None };
    if !store::insert_transfer(tx, &transfer, now.at).await? {
        return Ok(None);
    }
    tx.nudge();
    Ok(Some(match outcome {
        Outcome::Matched(id) => {
            let again = intent.is_some_and(|intent| intent.stage == Stage::Final);
            let intent = advance(tx, id, Input::Settled { at: now.at }).await?;
            Recorded::Paid(Paid { transfer, intent, again })
        }
        Outcome::Unmatched(reason, _) => Recorded::Stray(Stray { transfer, reason, meant: intent }),
    }))
}

/// Lets an unmatched transfer pay an intent of its payee, as if it had come with its reference. Its row
/// stays the only one, so it is counted once however often this is asked for.
pub async fn attach(
    tx: &mut Tx,
    transfer: TransferId,
    to: PaymentId,
    now: Now<'_>,
) -> Result<Paid, Error> {
    let before = store::find(tx, to).await?.ok_or(Error::NotFound(to))?;
    if !store::match_transfer(tx, transfer, to).await? {
        return Err(Error::Matched(transfer));
    }
    let intent = advance(tx, to, Input::Settled { at: now.at }).await?;
    let found = store::find_transfer(tx, transfer).await?;
    let transfer = found.ok_or(Error::Matched(transfer))?;
    tx.nudge();
    Ok(Paid { transfer, intent, again: before.stage == Stage::Final })
}
