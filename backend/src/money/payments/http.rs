//! Routes for people who pay: `/v1/payments` and `/v1/recipients`.

mod lookup;

use std::str::FromStr;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use ton::address::Address;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Draft, Error, Input, Intent, Memo, Purpose, Side, TO_SIGN,
    custody::{self, memo},
    many,
    new::{Unclear, accepted, clean_note, positive},
    prepare,
    recipient::{self, Recipient},
    store::{
        self,
        activity::{self, Line},
    },
    view::{self, Direction, PaymentView, Viewer},
};
use crate::{
    base::{
        app::App,
        db::Tx,
        idempotency::{
            Answer, Call,
            http::{Done, IdempotencyKey},
        },
        web::{
            extract::{Body, Path, Query},
            problem::{Failures, Kind, Problem, Refusals, Result},
            wait::{self, Look, WaitQuery},
        },
    },
    people::{
        identity::{Person, http::Caller},
        wallets::{self, Wallet},
    },
    words::{
        id::{PaymentId, TransferId},
        money::{Amount, Asset},
        page::{Page, PageQuery},
        time::Time,
    },
};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(read))
        .routes(routes!(submitted))
        .routes(routes!(cancel))
        .merge(lookup::router())
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(id) => Self::not_found(format_args!("payment {id}")),
            Error::Refused(_) => Self::new(
                Kind::PaymentStarted,
                "The wallet has signed already, so this payment cannot be taken back. Wait for its result.",
            ),
            Error::Matched(id) => Self::new(
                Kind::PaymentMatched,
                format!("{id} pays something already, and money counts once. Nothing was changed."),
            ),
            Error::Db(error) => error.into(),
        }
    }
}

impl From<Unclear> for Problem {
    fn from(unclear: Unclear) -> Self {
        match unclear {
            Unclear::Asset(codes) => {
                Self::new(Kind::AssetUnknown, format!("Use one of: {}.", codes.join(", ")))
            }
            Unclear::Amount(_) | Unclear::Nothing => {
                Self::new(Kind::AmountInvalid, format!("{unclear}. Nothing was changed."))
            }
            Unclear::Note => Self::new(Kind::BadRequest, format!("{unclear}.")),
        }
    }
}

/// What to pay, and to whom.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPayment {
    /// `@username` of somebody who has linked a wallet here, an address in any form, or a payment link.
    #[schema(example = "@bob")]
    pub to: String,
    /// Decimal, exact, above zero.
    #[schema(example = "5")]
    pub amount: String,
    #[schema(example = "GRAM")]
    pub asset: String,
    /// For the payee. It is written on the chain, where everybody can read it.
    pub note: Option<String>,
    /// What an exchange or a service knows its customer by. It is the whole comment on the chain, exactly as
    /// it is given, with no reference of ours; so only for an address that is nobody's here, and without
    /// a note. 500 bytes at most, on one line.
    #[schema(example = "4000111222")]
    pub memo: Option<String>,
    /// Which of your linked wallets pays; your default one if left out.
    pub from: Option<String>,
}

/// Prepare a payment
///
/// Nothing moves until a wallet signs `transaction`. Pass it to TON Connect as it is.
///
/// With an `Idempotency-Key` a request that is sent twice makes one payment; the second answer shows it
/// as it stands by then. Of coins with the same memo, sum and sides one payment waits at a time: the chain
/// could not tell two apart. While the first can still be signed it is given again; after that the second
/// is refused until the first has ended.
#[utoipa::path(
    post, path = "/v1/payments", tag = "Payments", security(("session" = [])),
    params((
        "Idempotency-Key" = Option<String>, Header,
        description = "Up to 255 characters. The same key and body give the same payment."
    )),
    request_body = NewPayment,
    responses((status = 201, body = PaymentView), Failures)
)]
async fn create(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    Body(new): Body<NewPayment>,
) -> Result<Response> {
    let call = key.call(caller.person.id, "POST /v1/payments", &new);
    if let Some(again) = again(&app, &caller.person, &call).await? {
        return Ok(again);
    }
    let listed = accepted(&app.assets, &new.asset)?;
    let amount = positive(&new.amount, listed)?;
    let note = clean_note(new.note.as_deref())?;
    let to = recipient::resolve(&app, &new.to).await?;
    if to
        .asked
        .asset
        .is_some_and(|asked| matches!(asked, Asset::Jetton(_)) && asked != listed.asset)
    {
        return Err(Problem::new(
            Kind::BadRequest,
            "The link in `to` asks for another asset. No money has moved; name the same, or give the address alone.",
        ));
    }
    let memo = memo_for(&app, &to, new.memo.as_deref(), note.is_some()).await?;
    let payment = Start {
        purpose: Purpose::send(),
        to: to.side,
        address: to.address,
        asset: listed.asset,
        amount,
        note,
        memo,
        description: None,
        good_until: to.asked.good_until,
    };
    start(&app, &caller.person, new.from.as_deref(), payment, &call).await
}

/// The memo of a payment, from the request or from the link it names.
async fn memo_for(
    app: &App,
    to: &Recipient,
    given: Option<&str>,
    has_note: bool,
) -> Result<Option<String>> {
    let bad = |why: &dyn std::fmt::Display| {
        Problem::new(Kind::BadRequest, format!("{why}. No money has moved."))
    };
    let given = given.map(memo::read).transpose().map_err(|why| bad(&why))?;
    let asked = to.asked.memo.as_deref().map(memo::read).transpose().map_err(|why| bad(&why))?;
    if given.is_some() && asked.is_some() && given != asked {
        return Err(bad(&"memo is not the one that the link in `to` asks for"));
    }
    let Some(memo) = given.or(asked) else { return Ok(None) };
    if has_note {
        return Err(bad(&"A memo is the whole comment, so there is no room for a note beside it"));
    }
    let mut tx = app.db.snapshot().await?;
    if to.side.person.is_some() || custody::store::is_ours(&mut tx, to.address).await? {
        return Err(bad(
            &"Whoever is paid here is known to this service and needs no memo; write a note instead",
        ));
    }
    Ok(Some(memo))
}

/// A payment a person has decided to make.
pub struct Start {
    pub purpose: Purpose,
    pub to: Side,
    pub address: Address,
    pub asset: Asset,
    pub amount: Amount,
    pub note: Option<String>,
    /// The whole comment, where the payee wants one of its own.
    pub memo: Option<String>,
    pub description: Option<String>,
    /// It must not be signed later than this.
    pub good_until: Option<Time>,
}

/// Opens the intent and prepares the transaction for the payer's wallet, once for each Idempotency-Key.
/// What is asked for by a link uses it too when a person pays it.
pub async fn start(
    app: &App,
    payer: &Person,
    from: Option<&str>,
    start: Start,
    call: &Call,
) -> Result<Response> {
    let mut tx = app.db.snapshot().await?;
    let wallet = paying_wallet(&mut tx, payer, from).await?;
    drop(tx);
    if wallet.address == start.address {
        return Err(Problem::new(
            Kind::ToSelf,
            "This is the wallet you pay from. Choose somebody else, or another wallet of yours.",
        ));
    }
    let from = prepare::payer(app, &payer.into(), wallet.address, start.asset).await?;
    let memo = match start.memo {
        Some(text) => {
            let after = prepare::acted_up_to(app, &payer.into(), wallet.address).await?;
            Some(Memo { text, after })
        }
        None => None,
    };
    let now = app.now();
    let end = now.at.after(TO_SIGN);
    let draft = Draft {
        purpose: start.purpose,
        payer: Side::from(payer),
        payer_address: Some(wallet.address),
        payee: start.to,
        payee_address: start.address,
        asset: start.asset,
        also: Vec::new(),
        amount: Some(start.amount),
        note: start.note,
        description: start.description,
        expires_at: start.good_until.map_or(end, |until| until.min(end)),
    };
    let done = call.done(&app.db, now.at, async |tx| {
        let intent = match memo {
            Some(memo) => {
                prepare::open_with_memo(tx, app, payer.id, from, draft, memo, now).await?
            }
            None => prepare::open(tx, app, payer.id, from, draft, now).await?,
        };
        let viewer = Viewer { person: Some(payer.id), direction: Direction::Out };
        Ok((StatusCode::CREATED, view::intent(&app.assets, &intent, None, viewer)))
    });
    match done.await? {
        Done::Now(answer) => Ok(answer.into_response()),
        Done::Before(answer) => as_it_stands(app, payer, answer).await,
    }
}

/// The payment that this very request has made before.
pub async fn again(app: &App, payer: &Person, call: &Call) -> Result<Option<Response>> {
    let mut tx = app.db.snapshot().await?;
    let known = call.known(&mut tx).await?;
    drop(tx);
    match known {
        Some(answer) => as_it_stands(app, payer, answer).await.map(Some),
        None => Ok(None),
    }
}

/// A payment that was answered before, as it stands by now: what has been signed since must not be given
/// out to be signed twice.
async fn as_it_stands(app: &App, payer: &Person, answer: Answer) -> Result<Response> {
    #[derive(Deserialize)]
    struct Made {
        id: PaymentId,
    }
    let made: Made = serde_json::from_str(&answer.body).map_err(Problem::internal)?;
    let mut tx = app.db.snapshot().await?;
    let Some(intent) = store::find(&mut tx, made.id).await? else { return Ok(answer.replayed()) };
    let transfer = store::first_transfer_of(&mut tx, made.id).await?;
    let viewer = Viewer { person: Some(payer.id), direction: Direction::Out };
    let view = view::intent(&app.assets, &intent, transfer.as_ref(), viewer);
    let body = serde_json::to_string(&view).map_err(Problem::internal)?;
    Ok(Answer { body, ..answer }.replayed())
}

async fn paying_wallet(tx: &mut Tx, payer: &Person, from: Option<&str>) -> Result<Wallet> {
    let missing = || {
        Problem::new(
            Kind::WalletMissing,
            "Connect a wallet first; then this payment can be signed.",
        )
    };
    let Some(from) = from else {
        return wallets::default_of(tx, payer.id).await?.ok_or_else(missing);
    };
    let address =
        Address::read(from).map_err(|e| Problem::new(Kind::AddressInvalid, e.to_string()))?.address;
    let mine = wallets::store::of(tx, payer.id).await?;
    mine.into_iter().find(|wallet| wallet.address == address).ok_or_else(missing)
}

/// Which activity.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DirectionQuery {
    /// `in` or `out`; both if left out.
    direction: Option<Direction>,
}

/// Your activity, newest first
#[utoipa::path(
    get, path = "/v1/payments", tag = "Payments", security(("session" = [])),
    params(PageQuery, DirectionQuery),
    responses((status = 200, body = Page<PaymentView>), Refusals)
)]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageQuery>,
    Query(filter): Query<DirectionQuery>,
) -> Result<Json<Page<PaymentView>>> {
    let mut tx = app.db.snapshot().await?;
    Ok(Json(activity(&mut tx, &app, caller.person.id, filter.direction, &page).await?))
}

/// A page of somebody's activity, as they see it.
pub async fn activity(
    tx: &mut Tx,
    app: &App,
    person: crate::words::id::PersonId,
    direction: Option<Direction>,
    page: &PageQuery,
) -> Result<Page<PaymentView>> {
    let before = match &page.starting_after {
        Some(id) => Some(line(tx, person, id).await?),
        None => None,
    };
    let probe = i64::from(page.size()) + 1;
    let direction = direction.map(Direction::as_str);
    let lines = activity::page(tx, person, direction, before.as_ref(), probe).await?;
    let lines = Page::from_probe(lines, page.size());
    let data = look(tx, app, person, &lines.data).await?;
    Ok(Page { data, has_more: lines.has_more })
}

async fn line(tx: &mut Tx, person: crate::words::id::PersonId, id: &str) -> Result<Line> {
    let lines = activity::lines(tx, person, id).await?;
    lines.into_iter().next().ok_or_else(|| Problem::not_found(format_args!("payment {id}")))
}

/// What these lines mean, in as many statements for many as for one.
async fn look(
    tx: &mut Tx,
    app: &App,
    person: crate::words::id::PersonId,
    lines: &[Line],
) -> Result<Vec<PaymentView>> {
    let subjects = || lines.iter().map(|line| line.subject_id.as_str());
    let payments: Vec<_> = subjects().filter_map(|id| PaymentId::from_str(id).ok()).collect();
    let incomes: Vec<_> = subjects().filter_map(|id| TransferId::from_str(id).ok()).collect();
    let intents = many::of_ids(tx, &payments).await?;
    let paid = many::first_transfers_of(tx, &payments).await?;
    let incomes = many::transfers_of_ids(tx, &incomes).await?;
    let view = |line: &Line| {
        let direction = if line.direction == "in" { Direction::In } else { Direction::Out };
        if let Ok(id) = PaymentId::from_str(&line.subject_id) {
            let viewer = Viewer { person: Some(person), direction };
            return Some(view::intent(&app.assets, intents.get(&id)?, paid.get(&id), viewer));
        }
        let id = TransferId::from_str(&line.subject_id).ok()?;
        Some(view::income(&app.assets, incomes.get(&id)?))
    };
    Ok(lines.iter().filter_map(view).collect())
}

/// Read a payment, or wait for it to move on
#[utoipa::path(
    get, path = "/v1/payments/{id}", tag = "Payments", security(("session" = [])),
    params(("id" = String, Path), WaitQuery),
    responses((status = 200, body = PaymentView), Refusals)
)]
async fn read(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<WaitQuery>,
) -> Result<Json<PaymentView>> {
    let waiter = (&caller.person).into();
    let found = wait::until(&app, waiter, query.wait, || async {
        let mut tx = app.db.snapshot().await?;
        let line = line(&mut tx, caller.person.id, &id).await?;
        let found = look(&mut tx, &app, caller.person.id, &[line])
            .await?
            .pop()
            .ok_or_else(|| Problem::not_found(format_args!("payment {id}")))?;
        let news = query.after.as_deref().is_some_and(|known| known != found.status.as_str());
        Ok(Look { found, news })
    })
    .await?;
    Ok(Json(found))
}

/// What the wallet handed back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Submitted {
    /// The signed external message, a bag of cells in base64.
    boc: String,
}

/// Tell that the wallet has signed
///
/// Only a hint for the progress: payments are recognised by what arrives at the payee.
#[utoipa::path(
    post, path = "/v1/payments/{id}/submitted", tag = "Payments", security(("session" = [])),
    params(("id" = String, Path)), request_body = Submitted,
    responses((status = 200, body = PaymentView), Refusals)
)]
async fn submitted(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PaymentId>,
    Body(body): Body<Submitted>,
) -> Result<Json<PaymentView>> {
    ton::boc::gate_base64(&body.boc, &ton::boc::Limits::CHAIN).map_err(|e| {
        Problem::new(
            Kind::BadRequest,
            format!("boc {e}. The payment itself is not affected: we watch the chain."),
        )
    })?;
    advance(&app, &caller, id, Input::Submitted { at: app.time() }).await
}

/// Give up a payment that was not signed
#[utoipa::path(
    post, path = "/v1/payments/{id}/cancel", tag = "Payments", security(("session" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = PaymentView), Refusals)
)]
async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PaymentId>,
) -> Result<Json<PaymentView>> {
    advance(&app, &caller, id, Input::Cancelled).await
}

async fn advance(
    app: &App,
    caller: &Caller,
    id: PaymentId,
    input: Input,
) -> Result<Json<PaymentView>> {
    let mut tx = app.db.begin().await?;
    let person = caller.person.id;
    let mine = |intent: &Intent| intent.payer.person == Some(person);
    store::find(&mut tx, id)
        .await?
        .filter(mine)
        .ok_or_else(|| Problem::not_found(format_args!("payment {id}")))?;
    let intent = super::advance(&mut tx, id, input).await?;
    let transfer = store::first_transfer_of(&mut tx, id).await?;
    tx.commit().await?;
    let viewer = Viewer { person: Some(person), direction: Direction::Out };
    Ok(Json(view::intent(&app.assets, &intent, transfer.as_ref(), viewer)))
}
