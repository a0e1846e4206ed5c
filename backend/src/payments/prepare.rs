//! The transaction a wallet is asked to sign. We prepare it; the wallet signs; the chain decides.

use ton::{
    address::Address,
    message::{
        ConnectTransaction, JETTON_ATTACHED_UNITS, JETTON_FORWARD_UNITS, JettonTransfer,
        gram_transfer, jetton_transfer,
    },
    reference::compose,
};

use super::{Intent, TO_SIGN};
use crate::{
    app::App,
    money::{Amount, Asset},
    problem::{Problem, Result},
    time::Time,
};

/// What `from` signs to pay an intent: non-bounceable to the payee's wallet, the reference first in
/// the comment, pinned to this network and this sender, for five minutes at most. Asks the chain for
/// the payer's jetton wallet, so no transaction may be held.
pub async fn transaction(
    app: &App,
    intent: &Intent,
    from: Address,
    amount: Amount,
    now: Time,
) -> Result<ConnectTransaction> {
    let comment = compose(intent.reference, intent.note.as_deref());
    let to = intent.payee_address;
    let message = match intent.asset {
        Asset::Gram => gram_transfer(to, amount.units(), Some(&comment), false),
        asset @ Asset::Jetton(_) => {
            let wallet =
                app.account_of(&app.chain_now, from, asset).await.map_err(Problem::chain)?;
            jetton_transfer(JettonTransfer {
                sender_jetton_wallet: wallet,
                to,
                units: u128::from(amount.units()),
                response_to: from,
                comment: Some(&comment),
                forward_units: JETTON_FORWARD_UNITS,
                attached_units: JETTON_ATTACHED_UNITS,
                query_id: u64::from_be_bytes(app.dice.bytes()),
            })
            .map_err(Problem::internal)?
        }
    };
    let until = intent.expires_at.min(now.after(TO_SIGN));
    Ok(ConnectTransaction {
        valid_until: until.seconds(),
        network: app.network.to_string(),
        from: from.to_string(),
        messages: vec![message],
    })
}
