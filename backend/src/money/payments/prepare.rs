//! The transaction a wallet is asked to sign. We prepare it; the wallet signs; the chain decides.
//!
//! The chain is asked first, for a [`Payer`]; then a payment and its transaction are written in one go.

use std::time::Duration;

use ton::{
    address::Address,
    message::{
        ConnectTransaction, JETTON_ATTACHED_UNITS, JETTON_FORWARD_UNITS, JettonTransfer,
        gram_transfer, jetton_transfer,
    },
    reference::compose,
};

use super::{
    Draft, Intent, Memo, Stage, TO_SIGN,
    custody::{self, memo},
    store,
};
use crate::{
    base::{
        app::App,
        db::Tx,
        events::Now,
        questions::Asker,
        vouched,
        web::problem::{Kind, Problem, Result},
    },
    people::identity,
    words::{
        id::PersonId,
        money::{Amount, Asset},
        time::Time,
    },
};

/// Payments of one person that may wait for a signature at the same time.
const MOST: i64 = 50;

/// A transaction sends so many messages at most, each a step of logical time after the one before.
const MESSAGES: u64 = 256;
/// A payment made before is given again while there is this much time left to sign it.
const STILL_SIGNABLE: Duration = Duration::from_secs(60);

/// Who will sign.
#[derive(Debug, Clone, Copy)]
pub struct Payer {
    pub wallet: Address,
    /// In which it pays.
    asset: Asset,
    /// Where the wallet's money of the asset lies: for a jetton, an account of its own.
    account: Address,
}

/// Asks the chain for the payer's account: if it is away, nothing has been written yet.
pub async fn payer(app: &App, asker: &Asker, wallet: Address, asset: Asset) -> Result<Payer> {
    vouched::confirm(app, asker, asset).await?;
    let account = match asset {
        Asset::Gram => wallet,
        Asset::Jetton(master) => app.questions.jetton_account(asker, master, wallet).await?,
    };
    Ok(Payer { wallet, asset, account })
}

/// The logical time up to which a wallet has acted, with all that it sent in its last transaction.
pub async fn acted_up_to(app: &App, asker: &Asker, wallet: Address) -> Result<u64> {
    Ok(app.questions.last_transaction(asker, wallet).await? + MESSAGES)
}

/// Opens a person's payment, complete with its transaction, unless too many wait already.
pub async fn open(
    tx: &mut Tx,
    app: &App,
    person: PersonId,
    payer: Payer,
    draft: Draft,
    now: Now<'_>,
) -> Result<Intent> {
    room(tx, person, now.at).await?;
    let intent = super::open(tx, &app.assets, draft, now).await?;
    complete(tx, app, intent, payer, now.at).await
}

/// The same for a payment whose comment is a memo. Of coins with the same memo, sum and sides only one
/// may wait at a time, or nobody could say which of them a transfer is: while the first can still be
/// signed it is given again, for signing two would pay twice.
pub async fn open_with_memo(
    tx: &mut Tx,
    app: &App,
    person: PersonId,
    payer: Payer,
    draft: Draft,
    memo: Memo,
    now: Now<'_>,
) -> Result<Intent> {
    room(tx, person, now.at).await?;
    if payer.asset == Asset::Gram
        && let Some(twin) = twin(tx, payer.wallet, &draft, &memo, now.at).await?
    {
        let is_mine = twin.payer.person == Some(person) && twin.request.is_some();
        let fits = draft.expires_at.min(twin.expires_at) >= now.at.after(STILL_SIGNABLE);
        if is_mine && fits && twin.stage == Stage::Created {
            return Ok(twin);
        }
        return Err(Problem::new(
            Kind::PaymentTwin,
            format!(
                "The same sum is on its way from this wallet to the same address with the same memo, and \
                 the chain could not tell two such payments apart. No money has moved by this request. \
                 Wait for the other one's result, cancel it, or try again after {}.",
                twin.expires_at
            ),
        ));
    }
    let mut intent = super::open(tx, &app.assets, draft, now).await?;
    custody::store::set_memo(tx, intent.id, &memo).await?;
    intent.memo = Some(memo);
    complete(tx, app, intent, payer, now.at).await
}

/// A payment that is not over and could be taken for this one.
async fn twin(
    tx: &mut Tx,
    wallet: Address,
    draft: &Draft,
    memo: &Memo,
    now: Time,
) -> Result<Option<Intent>> {
    let known = custody::store::with_memo(tx, wallet, draft.payee_address).await?;
    let is_twin = |intent: &Intent| {
        (intent.asset, intent.amount) == (draft.asset, draft.amount)
            && intent.memo.as_ref().is_some_and(|other| other.text == memo.text)
            && memo::is_open(intent, now)
    };
    Ok(known.into_iter().find(is_twin))
}

/// Refuses one more payment of somebody who leaves too many unsigned.
async fn room(tx: &mut Tx, person: PersonId, now: Time) -> Result<()> {
    identity::store::hold(tx, person).await?;
    if store::unsigned(tx, person, now).await? >= MOST {
        return Err(Problem::new(
            Kind::TooManyPayments,
            format!(
                "{MOST} payments of yours wait for a signature. No money has moved. Sign or cancel \
                 one of them, or wait: each ends by itself within {} minutes.",
                TO_SIGN.as_secs() / 60
            ),
        ));
    }
    Ok(())
}

async fn complete(
    tx: &mut Tx,
    app: &App,
    mut intent: Intent,
    payer: Payer,
    now: Time,
) -> Result<Intent> {
    let amount = intent.amount.ok_or_else(|| Problem::internal("a payment of no amount"))?;
    let request = transaction(app, &intent, payer, amount, now)?;
    let request = serde_json::to_string(&request).map_err(Problem::internal)?;
    store::set_request(tx, intent.id, &request).await?;
    intent.request = Some(request);
    Ok(intent)
}

/// What the payer signs to pay an intent: non-bounceable to the payee's wallet, the reference first in
/// the comment or a memo alone, pinned to this network and this sender, for five minutes at most.
pub fn transaction(
    app: &App,
    intent: &Intent,
    payer: Payer,
    amount: Amount,
    now: Time,
) -> Result<ConnectTransaction> {
    let comment = match &intent.memo {
        Some(memo) => memo.text.clone(),
        None => compose(intent.reference, intent.note.as_deref()),
    };
    let query_id = match &intent.memo {
        Some(_) => intent.reference.query_id(),
        None => u64::from_be_bytes(app.dice.bytes()),
    };
    let to = intent.payee_address;
    let message = match payer.asset {
        Asset::Gram => gram_transfer(to, amount.units(), Some(&comment), false),
        Asset::Jetton(_) => jetton_transfer(JettonTransfer {
            sender_jetton_wallet: payer.account,
            to,
            units: u128::from(amount.units()),
            response_to: payer.wallet,
            comment: Some(&comment),
            forward_units: JETTON_FORWARD_UNITS,
            attached_units: JETTON_ATTACHED_UNITS,
            query_id,
        })
        .map_err(Problem::internal)?,
    };
    let until = intent.expires_at.min(now.after(TO_SIGN));
    Ok(ConnectTransaction {
        valid_until: until.seconds(),
        network: app.network.to_string(),
        from: payer.wallet.to_string(),
        messages: vec![message],
    })
}
