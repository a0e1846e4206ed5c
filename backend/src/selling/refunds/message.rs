//! What the merchant's wallet is asked to sign.

use std::time::Duration;

use ton::message::ConnectTransaction;

use super::{Error, Input, Refund, RefundStatus, Refused, Whole, store};
use crate::{
    base::{
        app::App,
        db::Tx,
        events::Now,
        web::problem::{Problem, Result},
    },
    money::payments::{self, Draft, Intent, Outcome, Side, Stage, TO_SIGN, prepare},
    selling::merchants::Merchant,
    words::{id::RefundId, time::Time},
};

/// A message handed out before is given again while there is this much time left to sign it: signing
/// two would pay twice.
const STILL_SIGNABLE: Duration = Duration::from_secs(60);
/// How long after a message's end its money may still be under way from contract to contract.
const UNDER_WAY: Duration = Duration::from_secs(120);

/// The transaction that pays the refund, from the merchant's payout wallet.
pub(super) async fn offer(
    app: &App,
    merchant: &Merchant,
    id: RefundId,
    now: Now<'_>,
) -> Result<(ConnectTransaction, Whole)> {
    let mut tx = app.db.snapshot().await?;
    let refund = store::own(&mut tx, merchant.id, id).await?.ok_or(Error::NotFound(id))?;
    drop(tx);
    signable(&refund)?;
    let payer = prepare::payer(app, &merchant.into(), merchant.payout, refund.asset).await?;

    let mut tx = app.db.begin().await?;
    let held = store::hold(&mut tx, merchant.id, id).await?.ok_or(Error::NotFound(id))?;
    signable(&held)?;
    let whole = super::complete(&mut tx, held).await?;
    if let Some(request) = prepared(&whole, now.at) {
        return Ok((request, whole));
    }
    let draft = draft(&mut tx, &whole, now.at).await?;
    let until = draft.expires_at.after(UNDER_WAY);
    let intent = payments::open(&mut tx, &app.assets, draft, now).await?;
    let due = whole.refund.remaining();
    let request = prepare::transaction(app, &intent, payer, due, now.at)?;
    let json = serde_json::to_string(&request).map_err(Problem::internal)?;
    payments::store::set_request(&mut tx, intent.id, &json).await?;
    super::advance(&mut tx, &app.assets, id, Input::Offered { until }, now).await?;
    let refund = store::find(&mut tx, id).await?.ok_or(Error::NotFound(id))?;
    let whole = super::complete(&mut tx, refund).await?;
    tx.commit().await?;
    Ok((request, whole))
}

fn signable(refund: &Refund) -> Result<(), Error> {
    match refund.status {
        RefundStatus::RequiresSignature => Ok(()),
        RefundStatus::Submitted => Err(Refused::Started.into()),
        RefundStatus::Succeeded | RefundStatus::Failed | RefundStatus::Canceled => {
            Err(Refused::Over.into())
        }
    }
}

/// The message from an earlier call, if it is still worth signing.
fn prepared(whole: &Whole, now: Time) -> Option<ConnectTransaction> {
    let intent = newest(whole)?;
    let fits = intent.amount == Some(whole.refund.remaining())
        && intent.payer_address == Some(whole.merchant.payout)
        && intent.expires_at >= now.after(STILL_SIGNABLE);
    let json = intent.request.as_deref().filter(|_| fits)?;
    serde_json::from_str(json).ok()
}

/// The message that waits for its signature.
pub(super) fn newest(whole: &Whole) -> Option<&Intent> {
    whole.intents.first().filter(|intent| intent.stage == Stage::Created)
}

async fn draft(tx: &mut Tx, whole: &Whole, now: Time) -> Result<Draft, Error> {
    let Whole { refund, merchant, .. } = whole;
    Ok(Draft {
        purpose: super::purpose(refund.id),
        payer: Side { name: Some(merchant.name.clone()), ..Side::default() },
        payer_address: Some(merchant.payout),
        payee: payer_of(tx, refund).await?,
        payee_address: refund.to,
        asset: refund.asset,
        also: Vec::new(),
        amount: Some(refund.remaining()),
        // A comment is public for ever; why money goes back is not.
        note: None,
        description: refund.reason.clone(),
        expires_at: now.after(TO_SIGN),
    })
}

/// Whoever had paid through this service, from the very wallet that now gets the money back.
async fn payer_of(tx: &mut Tx, refund: &Refund) -> Result<Side, Error> {
    let transfer = payments::store::find_transfer(tx, refund.transfer).await?;
    let Some(Outcome::Matched(intent)) = transfer.map(|transfer| transfer.outcome) else {
        return Ok(Side::default());
    };
    let intent = payments::store::find(tx, intent).await?;
    let own = intent.filter(|intent| intent.payer_address == Some(refund.to));
    Ok(own.map(|intent| intent.payer).unwrap_or_default())
}
