//! A transfer that has become money → whoever owns what it pays, and everybody whom it concerns.

use super::{Error, Subject};
use crate::{
    base::{
        app::Handles,
        db::Tx,
        events::{self, Audience, Now, kind},
    },
    money::{
        payments::{
            self, Arrival, End, Intent, Outcome, Paid, Recorded, Stray, Transfer,
            view::{self, Direction, Viewer},
        },
        rates,
    },
    people::{
        identity::{self, Person},
        wallets,
    },
    selling::merchants,
};

/// Records a final transfer and lets everybody whom it concerns know, in this one transaction.
pub async fn settle(
    tx: &mut Tx,
    app: &Handles,
    arrival: Arrival,
    now: Now<'_>,
) -> Result<(), Error> {
    let Some(mut recorded) = payments::record(tx, arrival, now).await? else { return Ok(()) };
    metrics::counter!("transfers_total", "outcome" => word(&recorded.transfer().outcome))
        .increment(1);
    match &mut recorded {
        Recorded::Stray(stray) if stray.reason.is_silent() => Ok(()),
        Recorded::Paid(paid) => {
            value(tx, app, &mut paid.transfer, Some(&paid.intent)).await?;
            Subject::of(&paid.intent.purpose)?.credit(tx, app, paid, now).await?;
            tell_payer(tx, app, paid, now).await?;
            tell_payees(tx, app, &paid.transfer, Some(paid), now).await
        }
        Recorded::Stray(stray) => {
            value(tx, app, &mut stray.transfer, stray.meant.as_ref()).await?;
            let Stray { transfer, meant, .. } = &*stray;
            if let Some(intent) = meant {
                Subject::of(&intent.purpose)?.misdirected(tx, stray, now).await?;
            }
            let view = view::unmatched(&app.assets, transfer, meant.as_ref());
            for merchant in merchants::of_address(tx, transfer.arrival.owner).await? {
                events::append(tx, &merchant, kind::PAYMENT_UNMATCHED, &view, now);
            }
            tell_payees(tx, app, transfer, None, now).await
        }
    }
}

/// Keeps what a merchant's money was worth at the moment it came, if a rate can be trusted for then.
async fn value(
    tx: &mut Tx,
    app: &Handles,
    transfer: &mut Transfer,
    intent: Option<&Intent>,
) -> Result<(), Error> {
    let arrival = &transfer.arrival;
    let Some(amount) = arrival.amount() else { return Ok(()) };
    let is_a_merchants = intent.is_some_and(|intent| intent.purpose.manner.keeps_worth)
        || !merchants::of_address(tx, arrival.owner).await?.is_empty();
    if is_a_merchants {
        let (setup, money) = (&app.settings.rates, (arrival.asset, amount));
        transfer.worth = rates::worth(tx, setup, &app.assets, money, arrival.at).await?;
    }
    match transfer.worth {
        Some(worth) => Ok(payments::store::set_worth(tx, transfer.id, worth).await?),
        None => Ok(()),
    }
}

fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Matched(_) => "matched",
        Outcome::Unmatched(reason, _) => reason.as_str(),
    }
}

/// Whoever meant to pay learns that it is done, or that the same payment went out again.
async fn tell_payer(tx: &mut Tx, app: &Handles, paid: &Paid, now: Now<'_>) -> Result<(), Error> {
    let Some(id) = paid.intent.payer.person else { return Ok(()) };
    let Some(payer) = identity::store::find(tx, id).await? else { return Ok(()) };
    let viewer = Viewer { person: Some(id), direction: Direction::Out };
    let view = view::intent(&app.assets, &paid.intent, Some(&paid.transfer), viewer);
    let kind = if paid.again { kind::PAYMENT_DUPLICATE } else { kind::PAYMENT_SENT };
    events::append(tx, &payer.audience(), kind, &view, now);
    Ok(())
}

/// Everybody who has proven the receiving wallet sees the money. A shop's owner hears of it as the
/// shop's owner, so not twice.
async fn tell_payees(
    tx: &mut Tx,
    app: &Handles,
    transfer: &Transfer,
    paid: Option<&Paid>,
    now: Now<'_>,
) -> Result<(), Error> {
    let arrival = &transfer.arrival;
    let shops = merchants::of_address(tx, arrival.owner).await?;
    let mut people = wallets::store::people_of(tx, arrival.owner).await?;
    // Whoever is paid by a shop hears of it, also after they have unlinked that wallet.
    let from_shop = paid.filter(|paid| paid.intent.purpose.manner.shop == Some(End::Payer));
    if let Some(id) = from_shop.and_then(|paid| paid.intent.payee.person)
        && !people.iter().any(|person| person.id == id)
    {
        people.extend(identity::store::find(tx, id).await?);
    }
    for person in people {
        let (subject, view) = match paid.filter(|paid| !paid.again) {
            Some(Paid { intent, .. }) => {
                let viewer = Viewer { person: Some(person.id), direction: Direction::In };
                (intent.id.to_string(), view::intent(&app.assets, intent, Some(transfer), viewer))
            }
            None => (transfer.id.to_string(), view::income(&app.assets, transfer)),
        };
        payments::store::activity::insert(tx, person.id, &subject, "in", arrival.at).await?;
        let audience = quiet_if_told(&person, &shops);
        events::append(tx, &audience, kind::PAYMENT_RECEIVED, &view, now);
    }
    Ok(())
}

fn quiet_if_told(person: &Person, shops: &[Audience]) -> Audience {
    let audience = person.audience();
    let told = shops.iter().any(|shop| shop.chats.iter().any(|chat| audience.chats.contains(chat)));
    if told { Audience::quiet(audience.account) } else { audience }
}
