//! What is pending: it moves a progress bar, and nothing else.
//!
//! A pending transfer may vanish. Then the payment goes back a step, and says so calmly.

use std::{collections::HashMap, time::Duration};

use ton::{address::Address, toncenter::Finality};

use super::{
    Error, account,
    rota::{Place, Rota, Share},
};
use crate::{
    base::{app::App, follow::Watched},
    money::payments::{self, Input, Intent, Stage, TO_SIGN, custody},
    subjects::{self, Subject},
    words::{id::PaymentId, time::Time},
};

/// A transfer that was pending and is neither pending nor final for so long has vanished.
const PATIENCE: Duration = Duration::from_secs(20);
/// Payments are looked after for as long as a wallet may sign, and a little longer.
const AFTER_SIGNING: Duration = Duration::from_secs(120);

/// When each hinted payment was last seen pending.
#[derive(Default)]
pub(super) struct Memory {
    seen: HashMap<PaymentId, Time>,
}

/// Looks at the pending transactions of whoever is about to be paid.
pub(super) async fn look(app: &App, memory: &mut Memory, rota: &mut Rota) -> Result<(), Error> {
    let now = app.time();
    let mut tx = app.db.snapshot().await?;
    let live = payments::store::live(&mut tx, now.before(TO_SIGN + AFTER_SIGNING)).await?;
    drop(tx);
    memory.seen.retain(|id, _| live.iter().any(|intent| intent.id == *id));
    if live.is_empty() {
        return Ok(());
    }
    let accounts = accounts(app, rota, &live).await?;
    let addresses: Vec<Address> = accounts.iter().filter_map(|w| w.account).collect();
    let pending = app.chain.pending_transactions(&addresses).await?;

    let mut news = Vec::new();
    for transaction in &pending {
        let Some(watched) = accounts.iter().find(|w| w.account == Some(transaction.account)) else {
            continue;
        };
        let Some(received) = account::received(watched, transaction) else { continue };
        let arrival = account::arrived(watched, received, 0);
        let named = live.iter().find(|intent| {
            intent.payee_address == watched.owner
                && intent.assets().any(|asset| asset == watched.asset)
                && Some(intent.reference) == arrival.reference()
        });
        let hinted = named.or_else(|| custody::memo::meant(&arrival, &live));
        if let Some(intent) = hinted {
            let confirmed = transaction.finality.is_some_and(|f| f >= Finality::Confirmed);
            memory.seen.insert(intent.id, now);
            news.push((intent, if confirmed { Stage::Confirmed } else { Stage::Seen }));
        }
    }
    let vanished = live.iter().filter(|intent| {
        matches!(intent.stage, Stage::Seen | Stage::Confirmed)
            && memory.seen.get(&intent.id).is_none_or(|at| now.since(*at) > PATIENCE)
            && intent.marks.seen.is_none_or(|at| now.since(at) > PATIENCE)
    });
    news.extend(vanished.map(|intent| (intent, Stage::Submitted)));
    news.retain(|(intent, stage)| intent.stage != *stage);
    apply(app, &news, now).await
}

/// The accounts on which these payments would arrive.
async fn accounts(app: &App, rota: &mut Rota, live: &[Intent]) -> Result<Vec<Watched>, Error> {
    let mut accounts: Vec<Watched> = Vec::new();
    let mut budget = Share::of(app.chain.pace()).names();
    let each = live.iter().flat_map(|intent| intent.assets().map(move |asset| (intent, asset)));
    for (intent, asset) in each {
        let known = |w: &Watched| w.owner == intent.payee_address && w.asset == asset;
        if accounts.iter().any(known) || accounts.len() >= super::BATCH {
            continue;
        }
        let account = match rota.place(app, (intent.payee_address, asset), &mut budget).await? {
            Place::At(account) => Some(account),
            Place::Nowhere | Place::Later => None,
        };
        accounts.push(Watched {
            owner: intent.payee_address,
            asset,
            account,
            cursor: None,
            since: intent.created_at,
            behind: false,
            compared: intent.created_at,
        });
    }
    Ok(accounts)
}

async fn apply(app: &App, news: &[(&Intent, Stage)], now: Time) -> Result<(), Error> {
    if news.is_empty() {
        return Ok(());
    }
    let mut tx = app.db.begin().await?;
    for (intent, stage) in news {
        let input = match stage {
            Stage::Confirmed => Input::Confirmed { at: now },
            Stage::Seen => Input::Seen { at: now },
            _ => Input::Vanished,
        };
        match payments::advance(&mut tx, intent.id, input).await {
            // Whatever is paid shows that money is on its way.
            Ok(_) => match Subject::of(&intent.purpose) {
                Ok(subject) => subject.notice(&mut tx, app, *stage, app.now()).await?,
                Err(error) => tracing::warn!(%error, "nobody can be shown that it is on its way"),
            },
            Err(payments::Error::Refused(_)) => {}
            Err(error) => return Err(subjects::Error::from(error).into()),
        }
    }
    tx.commit().await?;
    Ok(())
}
