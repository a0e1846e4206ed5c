//! Paying an invoice: the transaction for a wallet, and a person's own payment if there is a person.

use std::time::Duration;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use ton::address::Address;

use super::{
    super::{Goods, Invoice, Status, Whole, claims, priced, view::PayAnswer},
    refusals::{expired, paid, stars_only, withdrawn},
};
use crate::{
    base::{
        app::App,
        db::Tx,
        idempotency::{Answer, Begun, Call},
        questions::Asker,
        web::{
            client::Client,
            problem::{Kind, Problem, Result},
        },
    },
    money::payments::{
        self, Draft, Intent, Side, Stage, TO_SIGN,
        new::positive,
        prepare,
        view::{self, Direction, Viewer},
    },
    people::{
        identity::{self, Person},
        wallets,
    },
    words::{
        id::{InvoiceId, PaymentId},
        money::{Amount, Asset, Money},
        time::Time,
    },
};

/// A payment prepared before is offered again while there is this much time left to sign it.
const STILL_SIGNABLE: Duration = Duration::from_secs(60);

/// Who wants to pay.
#[derive(Debug, Clone, Copy)]
pub(super) struct Payer<'a> {
    pub person: Option<&'a Person>,
    /// The hash of a browser's secret.
    pub secret: Option<&'a str>,
    pub client: &'a Client,
}

/// How somebody wants to pay.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    /// The wallet that will sign.
    pub from: Address,
    /// The code of an accepted asset; the invoice's own if there is none.
    pub asset: Option<String>,
    /// Of an open amount.
    pub amount: Option<String>,
}

/// What the wallet has to sign for whatever is still due, or for what somebody gives. A person who pays from a wallet of their own
/// gets a payment with a reference of its own; anybody else pays by the invoice's reference.
pub(super) async fn prepare(
    app: &App,
    id: InvoiceId,
    who: Payer<'_>,
    wish: Wish,
    call: &Call,
) -> Result<Response> {
    let person = who.person;
    let (now, from) = (app.now(), wish.from);
    let mut tx = app.db.snapshot().await?;
    let whole = super::super::whole(&mut tx, id).await?;
    // Whoever has a session is inside Telegram.
    if person.is_some() && whole.invoice.terms.goods == Goods::Digital {
        return Err(stars_only());
    }
    let person = linked(&mut tx, person, from).await?;
    let known = call.known(&mut tx).await?;
    drop(tx);
    payable(&whole, from, now.at)?;
    if let Some(answer) = known
        && is_good(app, &whole, &wish, (&answer, person)).await?
    {
        return Ok(answer.replayed());
    }
    let whole = priced(app, whole).await?;
    let (asset, _) = chosen(app, &whole.invoice, &wish)?;
    let asker: Asker = who.person.map_or_else(|| who.client.into(), Into::into);
    let payer = prepare::payer(app, &asker, from, asset).await?;
    let own = match (person, who.secret) {
        (None, Some(secret)) => claims::by_secret(app, &whole, secret).await?,
        _ => None,
    };
    // Not `once`: what can no longer be signed is made anew, in the place of the first answer.
    let mut tx = match call.begin(&app.db, now.at).await? {
        Begun::First(tx) => tx,
        Begun::Again(answer) if is_good(app, &whole, &wish, (&answer, person)).await? => {
            return Ok(answer.replayed());
        }
        Begun::Again(_) => app.db.begin().await?,
    };
    // While the chain was asked, much may have come about: somebody else's answer as well.
    if let Some(person) = person {
        identity::store::hold(&mut tx, person.id).await?;
    }
    let whole = super::super::whole(&mut tx, id).await?;
    payable(&whole, from, now.at)?;
    let (asset, amount) = chosen(app, &whole.invoice, &wish)?;
    let money = app.assets.money(asset, amount);
    let answer = match person {
        None => {
            let intent = own.unwrap_or_else(|| whole.intent.clone());
            let ends = intent.expires_at.min(whole.invoice.asked_until());
            let intent = Intent { expires_at: ends, ..intent };
            let transaction = prepare::transaction(app, &intent, payer, amount, now.at)?;
            PayAnswer { transaction, money, payment: None }
        }
        Some(person) => match prepared(&whole, person, from, (asset, amount), now.at) {
            Some(prepared) => payment(app, prepared, person, money)?,
            None => {
                let draft = draft(&whole, person, from, (asset, amount), now.at);
                let intent = prepare::open(&mut tx, app, person.id, payer, draft, now).await?;
                payment(app, &intent, person, money)?
            }
        },
    };
    let answer = Answer::new(StatusCode::OK, &answer)?;
    call.remember(&mut tx, &answer).await?;
    tx.commit().await?;
    Ok(answer.into_response())
}

/// Whether what was answered before may be signed now: there is time left, and as much is due. Otherwise it
/// is made anew. What has been signed since is refused: that would pay twice.
async fn is_good(
    app: &App,
    whole: &Whole,
    wish: &Wish,
    (answer, person): (&Answer, Option<&Person>),
) -> Result<bool> {
    #[derive(Deserialize)]
    struct Made {
        id: PaymentId,
    }
    #[derive(Deserialize)]
    struct Signable {
        #[serde(rename = "validUntil")]
        valid_until: u64,
    }
    #[derive(Deserialize)]
    struct Answered {
        transaction: Signable,
        money: Option<Money>,
        payment: Option<Made>,
    }
    let answered: Answered = serde_json::from_str(&answer.body).map_err(Problem::internal)?;
    // A wallet may have been linked or unlinked since.
    if answered.payment.is_some() != person.is_some() {
        return Ok(false);
    }
    if let Some(made) = answered.payment {
        let mut tx = app.db.snapshot().await?;
        let intent = payments::store::find(&mut tx, made.id).await?;
        match intent.map(|intent| intent.stage) {
            Some(Stage::Created) => {}
            None | Some(Stage::Expired | Stage::Cancelled) => return Ok(false),
            Some(Stage::Submitted | Stage::Seen | Stage::Confirmed | Stage::Final) => {
                return Err(payments::Error::Refused(payments::Refused::Started).into());
            }
        }
    }
    let now = app.time();
    let ends = answered.transaction.valid_until;
    if whole.invoice.wants_rate(now) || ends < now.after(STILL_SIGNABLE).seconds() {
        return Ok(false);
    }
    let (asset, amount) = chosen(app, &whole.invoice, wish)?;
    Ok(answered.money == Some(app.assets.money(asset, amount)))
}

/// The person, if the wallet is one of theirs: nobody else's money enters somebody's activity.
async fn linked<'a>(
    tx: &mut Tx,
    person: Option<&'a Person>,
    from: Address,
) -> Result<Option<&'a Person>> {
    let Some(person) = person else { return Ok(None) };
    let wallets = wallets::store::of(tx, person.id).await?;
    Ok(wallets.iter().any(|wallet| wallet.address == from).then_some(person))
}

/// Refuses what would only send money after the end. The chain's clock decides about money; ours is
/// good enough to advise.
fn payable(whole: &Whole, from: Address, now: Time) -> Result<()> {
    match whole.invoice.status {
        Status::Paid { .. } => Err(paid()),
        Status::Expired => Err(expired()),
        Status::Void { .. } => Err(withdrawn()),
        Status::Open | Status::Processing if now >= whole.invoice.expires_at => Err(expired()),
        Status::Open | Status::Processing if from == whole.intent.payee_address => {
            Err(Problem::new(
                Kind::ToSelf,
                "This is the wallet that is to be paid. Pay from another one.",
            ))
        }
        Status::Open | Status::Processing => Ok(()),
    }
}

/// What is paid, and in which asset: the rest of what is due, or what the payer names.
fn chosen(app: &App, invoice: &Invoice, wish: &Wish) -> Result<(Asset, Amount)> {
    let tenders = invoice.tenders();
    let refused = || {
        let codes = tenders.iter().filter_map(|tender| app.assets.get(tender.asset));
        let codes: Vec<_> = codes.map(|listed| listed.code.as_str()).collect();
        Problem::new(Kind::AssetUnknown, format!("This invoice takes: {}.", codes.join(", ")))
    };
    let asset = match &wish.asset {
        Some(code) => app.assets.by_code(code).ok_or_else(refused)?.asset,
        None => invoice.terms.asset,
    };
    let tender = tenders.iter().find(|tender| tender.asset == asset).ok_or_else(refused)?;
    let rest = invoice.rest_in(tender.due);
    let amount = match (&wish.amount, invoice.is_open_amount()) {
        (None, false) => rest,
        (Some(_), false) => {
            return Err(Problem::new(
                Kind::BadRequest,
                "This invoice says how much is due; leave `amount` out. Nothing was changed.",
            ));
        }
        (None, true) => {
            return Err(Problem::new(
                Kind::BadRequest,
                "How much is yours to say: give `amount`. Nothing was changed.",
            ));
        }
        (Some(text), true) => {
            let listed = app.assets.get(asset).ok_or_else(refused)?;
            positive(text, listed)?
        }
    };
    if amount < rest {
        let least = app.assets.money(asset, rest);
        let detail = format!("amount is at least {least}. Nothing was changed.");
        return Err(Problem::new(Kind::AmountInvalid, detail));
    }
    Ok((asset, amount))
}

/// The same payment from an earlier tap: signing two would pay twice.
fn prepared<'a>(
    whole: &'a Whole,
    person: &Person,
    from: Address,
    (asset, amount): (Asset, Amount),
    now: Time,
) -> Option<&'a Intent> {
    whole.intents.iter().find(|intent| {
        intent.payer.person == Some(person.id)
            && intent.payer_address == Some(from)
            && (intent.asset, intent.amount) == (asset, Some(amount))
            && intent.stage == Stage::Created
            && intent.request.is_some()
            && intent.expires_at.min(whole.invoice.expires_at) >= now.after(STILL_SIGNABLE)
    })
}

/// A payment in one asset, whose reference takes the others as well, as the invoice's own does.
fn draft(
    whole: &Whole,
    person: &Person,
    from: Address,
    (asset, amount): (Asset, Amount),
    now: Time,
) -> Draft {
    let own = &whole.intent;
    Draft {
        purpose: own.purpose.clone(),
        payer: Side::from(person),
        payer_address: Some(from),
        payee: own.payee.clone(),
        payee_address: own.payee_address,
        asset,
        also: own.assets().filter(|other| *other != asset).collect(),
        amount: Some(amount),
        note: None,
        description: own.description.clone(),
        expires_at: whole.invoice.asked_until().min(now.after(TO_SIGN)),
    }
}

fn payment(app: &App, intent: &Intent, person: &Person, money: Money) -> Result<PayAnswer> {
    let viewer = Viewer { person: Some(person.id), direction: Direction::Out };
    let view = view::intent(&app.assets, intent, None, viewer);
    let request = view.transaction.clone();
    let transaction =
        request.ok_or_else(|| Problem::internal("a payment without its transaction"))?;
    Ok(PayAnswer { transaction, money, payment: Some(view) })
}
