//! The switchboard: a transfer that has become money → whoever owns what it pays.
//!
//! It stands above the domains, so that `payments` imports none of them. A new payable thing does not
//! compile until the match in [`settle`] knows it.

use crate::{
    app::Handles,
    db::Tx,
    events::{self, Audience, Now, kind},
    identity::{self, Person},
    invoices, merchants,
    payments::{
        self, Arrival, Intent, Outcome, Purpose, Recorded,
        view::{self, Direction, Viewer},
    },
    rates, refunds, requests,
    stars::{self, Paid, StarPayment},
    wallets,
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
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

/// Records a final transfer and lets everybody whom it concerns know, in this one transaction.
pub async fn settle(
    tx: &mut Tx,
    app: &Handles,
    arrival: Arrival,
    now: Now<'_>,
) -> Result<(), Error> {
    let Some(mut recorded) = payments::record(tx, arrival, now).await? else { return Ok(()) };
    value(tx, app, &mut recorded).await?;
    metrics::counter!("transfers_total", "outcome" => word(&recorded.transfer.outcome))
        .increment(1);
    match (&recorded.intent, recorded.transfer.outcome) {
        (_, Outcome::Unmatched(reason, _)) if reason.is_silent() => Ok(()),
        (Some(intent), Outcome::Matched(_)) => {
            match intent.purpose {
                Purpose::Send => {}
                Purpose::Invoice(id) => {
                    let (assets, setup) = (&app.assets, &app.settings.rates);
                    invoices::credit(tx, assets, setup, id, &recorded, now).await?;
                }
                Purpose::Request(id) => {
                    requests::credit(tx, &app.assets, id, &recorded, now).await?
                }
                Purpose::Refund(id) => {
                    refunds::credit(tx, &app.assets, id, &recorded, now).await?;
                }
            }
            tell_payer(tx, app, intent, &recorded, now).await?;
            tell_payees(tx, app, Some(intent), &recorded, now).await
        }
        (meant, Outcome::Unmatched(..) | Outcome::Matched(_)) => {
            let outcome = recorded.transfer.outcome;
            if let (Some(Purpose::Invoice(id)), Outcome::Unmatched(reason, _)) =
                (meant.as_ref().map(|intent| intent.purpose), outcome)
            {
                invoices::misdirected(tx, id, &recorded, reason, now).await?;
            }
            let view = view::unmatched(&app.assets, &recorded.transfer, meant.as_ref());
            let owner = recorded.transfer.arrival.owner;
            for merchant in merchants::of_address(tx, owner).await? {
                events::append(tx, &merchant, kind::PAYMENT_UNMATCHED, &view, now);
            }
            tell_payees(tx, app, None, &recorded, now).await
        }
    }
}

/// Records Stars that Telegram has taken and counts them towards their invoice, in this one transaction.
/// `None`: this charge was known already.
pub async fn stars(
    tx: &mut Tx,
    app: &Handles,
    paid: &Paid,
    now: Now<'_>,
) -> Result<Option<StarPayment>, Error> {
    let invoice = invoices::stars::paid_by(tx, paid).await?;
    let Some(payment) = stars::record(tx, paid, invoice, now).await? else { return Ok(None) };
    let outcome = if invoice.is_some() { "matched" } else { "unmatched" };
    metrics::counter!("star_payments_total", "outcome" => outcome).increment(1);
    match invoice {
        Some(id) => invoices::stars::credit(tx, &app.assets, id, &payment, now).await?,
        None => tracing::error!(id = %payment.id, "Stars came that pay nothing we know"),
    }
    Ok(Some(payment))
}

/// Keeps what a merchant's money was worth at the moment it came, if a rate can be trusted for then.
async fn value(tx: &mut Tx, app: &Handles, recorded: &mut Recorded) -> Result<(), Error> {
    let purpose = recorded.intent.as_ref().map(|intent| intent.purpose);
    let Recorded { transfer, .. } = recorded;
    let arrival = &transfer.arrival;
    let silent = matches!(transfer.outcome, Outcome::Unmatched(reason, _) if reason.is_silent());
    let Some(amount) = arrival.amount().filter(|_| !silent) else { return Ok(()) };
    let is_a_merchants = matches!(purpose, Some(Purpose::Invoice(_)))
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
async fn tell_payer(
    tx: &mut Tx,
    app: &Handles,
    intent: &Intent,
    recorded: &Recorded,
    now: Now<'_>,
) -> Result<(), Error> {
    let Some(id) = intent.payer.person else { return Ok(()) };
    let Some(payer) = identity::store::find(tx, id).await? else { return Ok(()) };
    let viewer = Viewer { person: Some(id), direction: Direction::Out };
    let view = view::intent(&app.assets, intent, Some(&recorded.transfer), viewer);
    let kind = if recorded.again { kind::PAYMENT_DUPLICATE } else { kind::PAYMENT_SENT };
    events::append(tx, &payer.audience(), kind, &view, now);
    Ok(())
}

/// Everybody who has proven the receiving wallet sees the money. A shop's owner hears of it as the
/// shop's owner, so not twice.
async fn tell_payees(
    tx: &mut Tx,
    app: &Handles,
    intent: Option<&Intent>,
    recorded: &Recorded,
    now: Now<'_>,
) -> Result<(), Error> {
    let arrival = &recorded.transfer.arrival;
    let shops = merchants::of_address(tx, arrival.owner).await?;
    let mut people = wallets::store::people_of(tx, arrival.owner).await?;
    // Whoever is paid back hears of it, also after they have unlinked that wallet.
    if let Some(intent) = intent.filter(|i| matches!(i.purpose, Purpose::Refund(_)))
        && let Some(id) = intent.payee.person
        && !people.iter().any(|person| person.id == id)
    {
        people.extend(identity::store::find(tx, id).await?);
    }
    for person in people {
        let (subject, view) = match intent {
            Some(intent) if !recorded.again => {
                let viewer = Viewer { person: Some(person.id), direction: Direction::In };
                let view = view::intent(&app.assets, intent, Some(&recorded.transfer), viewer);
                (intent.id.to_string(), view)
            }
            _ => {
                let id = recorded.transfer.id.to_string();
                (id, view::income(&app.assets, &recorded.transfer))
            }
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
