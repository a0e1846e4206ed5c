//! The transaction a wallet is asked to sign. We prepare it; the wallet signs; the chain decides.
//!
//! The chain is asked first, for a [`Payer`]; then a payment and its transaction are written in one go.

use ton::{
    address::Address,
    message::{
        ConnectTransaction, JETTON_ATTACHED_UNITS, JETTON_FORWARD_UNITS, JettonTransfer,
        gram_transfer, jetton_transfer,
    },
    reference::compose,
};

use super::{Draft, Intent, TO_SIGN, store};
use crate::{
    app::App,
    db::Tx,
    events::Now,
    id::PersonId,
    identity,
    money::{Amount, Asset},
    problem::{Kind, Problem, Result},
    questions::Asker,
    time::Time,
    vouched,
};

/// Payments of one person that may wait for a signature at the same time.
const MOST: i64 = 50;

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

/// Opens a person's payment, complete with its transaction, unless too many wait already.
pub async fn open(
    tx: &mut Tx,
    app: &App,
    person: PersonId,
    payer: Payer,
    draft: Draft,
    now: Now<'_>,
) -> Result<Intent> {
    identity::store::hold(tx, person).await?;
    if store::unsigned(tx, person, now.at).await? >= MOST {
        return Err(Problem::new(
            Kind::TooManyPayments,
            format!(
                "{MOST} payments of yours wait for a signature. No money has moved. Sign or cancel \
                 one of them, or wait: each ends by itself within {} minutes.",
                TO_SIGN.as_secs() / 60
            ),
        ));
    }
    let amount = draft.amount.ok_or_else(|| Problem::internal("a payment of no amount"))?;
    let mut intent = super::open(tx, &app.assets, draft, now).await?;
    let request = transaction(app, &intent, payer, amount, now.at)?;
    let request = serde_json::to_string(&request).map_err(Problem::internal)?;
    store::set_request(tx, intent.id, &request).await?;
    intent.request = Some(request);
    Ok(intent)
}

/// What the payer signs to pay an intent: non-bounceable to the payee's wallet, the reference first in
/// the comment, pinned to this network and this sender, for five minutes at most.
pub fn transaction(
    app: &App,
    intent: &Intent,
    payer: Payer,
    amount: Amount,
    now: Time,
) -> Result<ConnectTransaction> {
    let comment = compose(intent.reference, intent.note.as_deref());
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
            query_id: u64::from_be_bytes(app.dice.bytes()),
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
