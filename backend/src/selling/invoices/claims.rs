//! Who has paid an invoice, as far as that is for them alone: the shop's word to whoever has paid.
//!
//! A link can be forwarded, so whoever has it is not yet the payer. A person is, if money came by a
//! payment of theirs, from a wallet they have proven, or as their Stars. A browser without a person makes
//! up a secret, and gets a reference of its own for it: what comes with that reference was paid there.

use super::{Invoice, Status, Whole, share::Share, store};
use crate::{
    base::{
        app::App,
        db::{self, Tx},
        events::Now,
    },
    money::payments::{self, Draft, Intent, Side},
    people::identity::Person,
    words::{
        id::{InvoiceId, PaymentId},
        money::{Amount, Asset, Assets},
    },
};

/// Browsers that may have a reference of their own for one invoice; the others pay by the invoice's.
const MOST: i64 = 200;

/// Who reads an invoice, as far as we know.
#[derive(Debug, Clone, Default)]
pub struct Reader {
    pub person: Option<Person>,
    /// The payment whose reference belongs to the secret that was shown.
    pub claim: Option<PaymentId>,
}

/// What the shop says to whoever has paid, if this reader has.
pub async fn message(tx: &mut Tx, whole: &Whole, reader: &Reader) -> db::Result<Option<String>> {
    let invoice = &whole.invoice;
    let Some(message) = invoice.terms.paid_message.as_ref() else { return Ok(None) };
    let is_paid = matches!(invoice.status, Status::Paid { .. });
    if is_paid && has_paid(tx, whole, reader).await? { Ok(Some(message.clone())) } else { Ok(None) }
}

async fn has_paid(tx: &mut Tx, whole: &Whole, reader: &Reader) -> db::Result<bool> {
    let Reader { person, claim } = reader;
    let starred =
        |person: &Person| whole.stars.iter().any(|paid| paid.telegram_id == person.telegram_id);
    if person.as_ref().is_some_and(starred) {
        return Ok(true);
    }
    if person.is_none() && claim.is_none() {
        return Ok(false);
    }
    let person = person.as_ref().map(|person| person.id);
    let came = store::paid_by(tx, whole.invoice.id, *claim, person).await?;
    Ok(is_enough(&whole.invoice, &came))
}

/// Dust with the right reference must not buy a word that was meant for the customer: whoever reads it
/// has paid all that is due, or half at least of what came.
fn is_enough(invoice: &Invoice, came: &[(Asset, Amount)]) -> bool {
    let tenders = invoice.tenders();
    let of = |asset: Asset| {
        let own = came.iter().find(|(other, _)| *other == asset);
        own.map_or(Amount::ZERO, |(_, amount)| *amount)
    };
    let own = Share::of(tenders.iter().map(|tender| (of(tender.asset), tender.due)));
    let all = Share::of(tenders.iter().map(|tender| (tender.received(), tender.due)));
    let whole = !invoice.is_open_amount() && own.is_all_but(invoice.terms.tolerance.bps());
    own.is_something() && (whole || own.is_half_of(&all))
}

/// The payment of this secret's own reference, if it has one.
pub async fn find(tx: &mut Tx, id: InvoiceId, secret: &str) -> db::Result<Option<Intent>> {
    match store::claim(tx, id, secret).await? {
        Some(intent) => payments::store::find(tx, intent).await,
        None => Ok(None),
    }
}

/// Gives a browser a reference of its own. `None`: too many have one already.
pub async fn open(
    tx: &mut Tx,
    assets: &Assets,
    whole: &Whole,
    secret: &str,
    now: Now<'_>,
) -> db::Result<Option<Intent>> {
    let id = whole.invoice.id;
    store::hold(tx, id).await?;
    if let Some(known) = find(tx, id, secret).await? {
        return Ok(Some(known));
    }
    if store::claims(tx, id).await? >= MOST {
        return Ok(None);
    }
    let own = &whole.intent;
    let draft = Draft {
        purpose: own.purpose.clone(),
        payer: Side::default(),
        payer_address: None,
        payee: own.payee.clone(),
        payee_address: own.payee_address,
        asset: own.asset,
        also: own.also.clone(),
        amount: own.amount,
        note: None,
        description: own.description.clone(),
        expires_at: own.expires_at,
    };
    let intent = payments::open(tx, assets, draft, now).await?;
    store::insert_claim(tx, id, secret, intent.id, now.at).await?;
    Ok(Some(intent))
}

/// What this secret pays by: a reference of its own, where the shop has a word for whoever pays.
pub(super) async fn by_secret(
    app: &App,
    whole: &Whole,
    secret: &str,
) -> db::Result<Option<Intent>> {
    if whole.invoice.terms.paid_message.is_none() {
        return Ok(None);
    }
    let known = find(&mut app.db.snapshot().await?, whole.invoice.id, secret).await?;
    if known.is_some() {
        return Ok(known);
    }
    let mut tx = app.db.begin().await?;
    let opened = open(&mut tx, &app.assets, whole, secret, app.now()).await?;
    tx.commit().await?;
    Ok(opened)
}
