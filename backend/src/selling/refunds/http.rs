//! Routes for merchants, `/v1/refunds`.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use ton::address::Address;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Error, NewRefund, RefundStatus, Refundable, Refused, Whole, message, stars,
    store::{self, Filter},
    view::{self, MessageView, RefundView},
    warn,
};
use crate::{
    base::{
        app::App,
        db::Tx,
        idempotency::{Call, http::IdempotencyKey},
        web::{
            extract::{Body, Path, Query},
            problem::{Failures, Kind, Problem, Refusals, Result},
            wait::{self, Look, WaitQuery},
        },
    },
    money::payments::{self, Input, Stage, new::positive},
    selling::merchants::{self, Merchant, http::acting::Acting},
    words::{
        id::{InvoiceId, RefundId, StarPaymentId, TransferId},
        money::Amount,
        page::{Page, PageQuery},
    },
};

/// The longest reason, in characters.
const REASON: usize = 200;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(read))
        .routes(routes!(transaction))
        .routes(routes!(submitted))
        .routes(routes!(cancel))
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(id) => missing(id),
            Error::NoSuchPayment(id) => no_payment(id),
            Error::NoSuchStars(id) => no_payment(id),
            Error::StarsGone(id) => Self::new(
                Kind::RefundTooLarge,
                format!("The Stars of {id} have gone back, or are about to. Nothing was changed."),
            ),
            Error::StarsWhole => Self::new(
                Kind::RefundWhole,
                "Telegram gives a payment in Stars back as a whole, to whoever has paid it. Leave `amount` and `to` out. Nothing was changed.",
            ),
            Error::NothingToSign => Self::new(
                Kind::RefundStarted,
                "Telegram gives Stars back without a signature, so this refund cannot be signed or canceled. Wait for its result.",
            ),
            Error::Refused(Refused::Started) => Self::new(
                Kind::RefundStarted,
                "The wallet has signed already, so this refund cannot be changed. Wait for its result; signing once more would pay twice.",
            ),
            Error::Refused(Refused::Over) => Self::new(
                Kind::RefundOver,
                "Nothing was changed and nothing more is to be signed. Open a new refund if more has to go back.",
            ),
            Error::TooLarge { left, of } => Self::new(
                Kind::RefundTooLarge,
                format!(
                    "{} smallest units of {of} are left to pay back; what other refunds have taken counts. Nothing was changed.",
                    left.units()
                ),
            ),
            Error::NoSender => Self::new(
                Kind::SenderUnknown,
                "This money came from no wallet, so there is none to send it back to. Name an address in `to`, and confirm it.",
            ),
            Error::OtherAddress { sender } => Self::new(
                Kind::AddressUnconfirmed,
                match sender {
                    Some(sender) => format!(
                        "This money came from {}. Leave `to` out to send it back there. If you have asked the customer and mean another address, repeat the request with `confirm_other_address: true`.",
                        payments::view::friendly(sender)
                    ),
                    None => "The chain names no sender, so check the address with your customer, then repeat the request with `confirm_other_address: true`.".to_owned(),
                },
            ),
            Error::ToSelf => Self::new(
                Kind::ToSelf,
                "The money would go from your wallet to your wallet. Nothing was changed.",
            ),
            Error::NotCountable => Self::new(
                Kind::NotCountable,
                "It is larger than this service can count, or of an asset that is no longer accepted. It is safe in your wallet; send it back from there.",
            ),
            Error::Payments(error) => error.into(),
            Error::Merchant(error) => Self::internal(error),
            Error::Db(error) => error.into(),
        }
    }
}

fn missing(id: impl std::fmt::Display) -> Problem {
    Problem::not_found(format_args!("refund {id}"))
}

fn no_payment(id: impl std::fmt::Display) -> Problem {
    Problem::not_found(format_args!("payment {id}"))
}

/// A refund to be opened: of a payment, or of an invoice that one payment has paid.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RefundRequest {
    /// What goes back: the `id` of one of an invoice's `payments` or `star_payments`, or of unmatched
    /// money.
    #[schema(example = "trf_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    payment: Option<String>,
    /// Instead of `payment`: an invoice of which only one payment has money left to pay back.
    invoice: Option<String>,
    /// Decimal, exact, above zero. Left out: everything that is left.
    #[schema(example = "0.5")]
    amount: Option<String>,
    /// Why; the customer reads it, so at most 200 characters. It is not written on the chain.
    #[schema(example = "One latte was cold")]
    reason: Option<String>,
    /// Where the money goes. Left out: to the wallet that has sent it, which is nearly always right.
    to: Option<String>,
    /// Says that `to` is meant although it has not sent the money.
    confirm_other_address: Option<bool>,
}

/// How much goes back, and where.
#[derive(Debug, Clone, Default)]
pub struct RefundTerms {
    pub amount: Option<String>,
    pub reason: Option<String>,
    pub to: Option<String>,
    pub confirm_other_address: bool,
}

/// Open a refund
///
/// The money goes from your wallet back to the one that sent it; nothing moves until your wallet
/// signs. All refunds of a payment together never exceed what it brought. Read the `warnings`.
///
/// Stars go back as a whole and without a signature: the refund is `submitted` at once, and Telegram
/// makes it `succeeded` or `failed`.
#[utoipa::path(
    post, path = "/v1/refunds", tag = "Refunds", security(("key" = [])),
    params((
        "Idempotency-Key" = Option<String>, Header,
        description = "Up to 255 characters. The same key and body give the first answer again."
    )),
    request_body = RefundRequest,
    responses((status = 201, body = RefundView), Refusals)
)]
async fn create(
    State(app): State<App>,
    acting: Acting,
    key: IdempotencyKey,
    Body(request): Body<RefundRequest>,
) -> Result<Response> {
    let merchant = &acting.merchant;
    let call = key.call(merchant.id, "POST /v1/refunds", &request);
    let mut tx = app.db.snapshot().await?;
    // By now more may have been paid, or gone back: the first answer stands all the same.
    if let Some(answer) = call.known(&mut tx).await? {
        return Ok(answer.replayed());
    }
    let payment = match (&request.payment, &request.invoice) {
        (Some(id), None) => Payment::read(id).ok_or_else(|| no_payment(id))?,
        (None, Some(id)) => {
            let id = id.parse().map_err(|_| no_invoice(id))?;
            of_invoice(&mut tx, &app, merchant, id).await?
        }
        _ => {
            return Err(Problem::new(
                Kind::BadRequest,
                "Name either `payment` or `invoice`. Nothing was changed.",
            ));
        }
    };
    drop(tx);
    let terms = RefundTerms {
        amount: request.amount,
        reason: request.reason,
        to: request.to,
        confirm_other_address: request.confirm_other_address == Some(true),
    };
    match payment {
        Payment::Transfer(id) => open(&app, &acting, &call, id, terms).await,
        Payment::Stars(id) => open_stars(&app, &acting, &call, id, terms).await,
    }
}

/// What can go back.
#[derive(Debug, Clone, Copy)]
enum Payment {
    Transfer(TransferId),
    Stars(StarPaymentId),
}

impl Payment {
    fn read(id: &str) -> Option<Self> {
        let transfer = id.parse().map(Self::Transfer).ok();
        transfer.or_else(|| id.parse().map(Self::Stars).ok())
    }
}

impl std::fmt::Display for Payment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Transfer(id) => id.fmt(f),
            Self::Stars(id) => id.fmt(f),
        }
    }
}

fn no_invoice(id: impl std::fmt::Display) -> Problem {
    Problem::not_found(format_args!("invoice {id}"))
}

/// The one payment of an invoice that has money left; the newest one when nothing is left of any.
async fn of_invoice(tx: &mut Tx, app: &App, merchant: &Merchant, id: InvoiceId) -> Result<Payment> {
    if !store::owns_invoice(tx, merchant.id, id).await? {
        return Err(no_invoice(id));
    }
    let (mut all, mut left) = (Vec::new(), Vec::new());
    for transfer in payments::store::transfers_for(tx, &id.to_string()).await? {
        let of = super::refundable(tx, &app.assets, merchant, transfer).await?;
        let payment = Payment::Transfer(of.transfer.id);
        all.push(payment);
        left.extend((!of.left.is_zero()).then_some(payment));
    }
    for paid in crate::money::stars::store::of_invoice(tx, id).await? {
        let refund = stars::store::newest_of(tx, paid.id).await?;
        let is_left = refund.is_none_or(|refund| refund.status == RefundStatus::Failed);
        let payment = Payment::Stars(paid.id);
        all.push(payment);
        left.extend(is_left.then_some(payment));
    }
    match (&left[..], all.last()) {
        ([one], _) => Ok(*one),
        ([], Some(newest)) => Ok(*newest),
        ([], None) => Err(Problem::new(
            Kind::RefundTooLarge,
            format!("Nothing has paid {id} yet, so nothing can go back."),
        )),
        (several, _) => {
            let ids: Vec<String> = several.iter().map(ToString::to_string).collect();
            Err(Problem::new(
                Kind::PaymentAmbiguous,
                format!("Name one of them as `payment`: {}. Nothing was changed.", ids.join(", ")),
            ))
        }
    }
}

/// Opens a refund of a payment in Stars, once for each Idempotency-Key.
async fn open_stars(
    app: &App,
    acting: &Acting,
    call: &Call,
    payment: StarPaymentId,
    terms: RefundTerms,
) -> Result<Response> {
    if terms.amount.is_some() || terms.to.is_some() {
        return Err(Error::StarsWhole.into());
    }
    let reason = terms.reason.map(clean_reason).transpose()?;
    let now = acting.now(app);
    call.once(&app.db, now.at, async |tx| {
        let whole = stars::create(tx, &acting.merchant, payment, reason, now).await?;
        Ok((StatusCode::CREATED, view::stars(&whole)))
    })
    .await
}

/// Opens a refund of a transfer, once for each Idempotency-Key.
pub async fn open(
    app: &App,
    acting: &Acting,
    call: &Call,
    transfer: TransferId,
    terms: RefundTerms,
) -> Result<Response> {
    let merchant = &acting.merchant;
    let mut tx = app.db.snapshot().await?;
    let found = payments::store::find_transfer(&mut tx, transfer).await?;
    let found = found.ok_or_else(|| no_payment(transfer))?;
    let of = super::refundable(&mut tx, &app.assets, merchant, found).await?;
    drop(tx);
    let new = accept(app, merchant, &of, terms).await?;

    let now = acting.now(app);
    call.once(&app.db, now.at, async |tx| {
        let whole = super::create(tx, &app.assets, merchant, new, now).await?;
        Ok((StatusCode::CREATED, view::refund(&app.assets, &whole, now.at)))
    })
    .await
}

/// Checks what was said, and asks the chain about the address.
async fn accept(
    app: &App,
    merchant: &Merchant,
    of: &Refundable,
    terms: RefundTerms,
) -> Result<NewRefund> {
    let arrival = &of.transfer.arrival;
    let listed = app.assets.get(arrival.asset).ok_or(Error::NotCountable)?;
    let amount: Option<Amount> =
        terms.amount.as_deref().map(|text| positive(text, listed)).transpose()?;
    let reason = terms.reason.map(clean_reason).transpose()?;
    let to = terms.to.as_deref().map(address).transpose()?;
    let other = to.filter(|to| arrival.sender != Some(*to));
    if other.is_some() && !terms.confirm_other_address {
        return Err(Error::OtherAddress { sender: arrival.sender }.into());
    }
    let target = other.or(arrival.sender).ok_or(Error::NoSender)?;
    let warnings = warn::about(app, merchant, target, arrival.sender).await?;
    Ok(NewRefund { transfer: of.transfer.id, amount, reason, to: other, warnings })
}

fn address(text: &str) -> Result<Address> {
    Address::read(text).map(|parsed| parsed.address).map_err(|e| {
        Problem::new(
            Kind::AddressInvalid,
            format!("to: {e}. Check it letter by letter; nothing was changed."),
        )
    })
}

fn clean_reason(text: String) -> Result<String> {
    let fits = (1..=REASON).contains(&text.chars().count());
    if text.trim().is_empty() || !fits || text.chars().any(char::is_control) {
        return Err(Problem::new(
            Kind::BadRequest,
            format!("reason has 1 to {REASON} characters on one line. Nothing was changed."),
        ));
    }
    Ok(text)
}

/// Which refunds.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    status: Option<RefundStatus>,
    /// Only those of what has paid this invoice.
    invoice: Option<String>,
    /// Only those of this transfer.
    payment: Option<String>,
}

/// List your refunds, newest first
#[utoipa::path(
    get, path = "/v1/refunds", tag = "Refunds", security(("key" = [])),
    params(PageQuery, ListQuery),
    responses((status = 200, body = Page<RefundView>), Refusals)
)]
async fn list(
    State(app): State<App>,
    merchant: Merchant,
    Query(page): Query<PageQuery>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<RefundView>>> {
    let mut list = page.open(&app.db, |id| missing(id)).await?;
    let filter = Filter {
        status: query.status,
        invoice: query.invoice,
        payment: query.payment,
        before: list.after,
    };
    // Ids sort by birth, so the newest of both kinds together are among the newest of each.
    let found = store::list(&mut list.tx, merchant.id, &filter, list.probe).await?;
    let found = super::complete_each(&mut list.tx, &merchant, found).await?;
    let signed = found.iter().map(|whole| view::refund(&app.assets, whole, app.time()));
    let mut views: Vec<_> = signed.collect();
    for refund in stars::store::list(&mut list.tx, merchant.id, &filter, list.probe).await? {
        views.push(view::stars(&stars::Whole { refund, merchant: merchant.clone() }));
    }
    views.sort_unstable_by(|one, other| other.brief.id.cmp(&one.brief.id));
    Ok(Json(list.page(views)))
}

/// Read a refund, or wait for its status to change
#[utoipa::path(
    get, path = "/v1/refunds/{id}", tag = "Refunds", security(("key" = [])),
    params(("id" = String, Path), WaitQuery),
    responses((status = 200, body = RefundView), Refusals)
)]
async fn read(
    State(app): State<App>,
    merchant: Merchant,
    Path(id): Path<RefundId>,
    Query(query): Query<WaitQuery>,
) -> Result<Json<RefundView>> {
    let waiter = merchants::http::acting::waiter(&app, &merchant).await?;
    let found = wait::until(&app, waiter, query.wait, || async {
        let mut tx = app.db.snapshot().await?;
        let found = match stars::store::own(&mut tx, merchant.id, id).await? {
            Some(refund) => view::stars(&stars::complete(&mut tx, refund).await?),
            None => view::refund(&app.assets, &own(&mut tx, &merchant, id).await?, app.time()),
        };
        let status = found.brief.status.as_str();
        Ok(Look { news: query.after.as_deref().is_some_and(|known| known != status), found })
    })
    .await?;
    Ok(Json(found))
}

/// The refund, if it is one that a wallet signs.
async fn own(tx: &mut Tx, merchant: &Merchant, id: RefundId) -> Result<Whole> {
    if let Some(refund) = store::own(tx, merchant.id, id).await? {
        return Ok(super::complete(tx, refund).await?);
    }
    match stars::store::own(tx, merchant.id, id).await? {
        Some(_) => Err(Error::NothingToSign.into()),
        None => Err(missing(id)),
    }
}

/// Get the message to sign
///
/// It can be signed by your payout wallet alone, for five minutes. Until then the same message is
/// given again; after that you get a fresh one.
#[utoipa::path(
    post, path = "/v1/refunds/{id}/transaction", tag = "Refunds", security(("key" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = MessageView), Failures)
)]
async fn transaction(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<RefundId>,
) -> Result<Json<MessageView>> {
    own(&mut app.db.snapshot().await?, &acting.merchant, id).await?;
    let (transaction, whole) = message::offer(&app, &acting.merchant, id, acting.now(&app)).await?;
    let refund = view::refund(&app.assets, &whole, app.time());
    Ok(Json(MessageView { transaction, refund }))
}

/// What the wallet handed back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignedRefund {
    /// The signed external message, a bag of cells in base64.
    boc: String,
}

/// Tell that your wallet has signed
///
/// Only a hint: a refund succeeds when its money has arrived. If nothing has come when the message's
/// time is over, the refund has failed.
#[utoipa::path(
    post, path = "/v1/refunds/{id}/submitted", tag = "Refunds", security(("key" = [])),
    params(("id" = String, Path)), request_body = SignedRefund,
    responses((status = 200, body = RefundView), Refusals)
)]
async fn submitted(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<RefundId>,
    Body(body): Body<SignedRefund>,
) -> Result<Json<RefundView>> {
    ton::boc::gate_base64(&body.boc, &ton::boc::Limits::CHAIN).map_err(|e| {
        Problem::new(
            Kind::BadRequest,
            format!("boc {e}. The refund itself is not affected: we watch the chain."),
        )
    })?;
    let now = acting.now(&app);
    let mut tx = app.db.begin().await?;
    let whole = own(&mut tx, &acting.merchant, id).await?;
    if let Some(intent) = message::newest(&whole) {
        payments::advance(&mut tx, intent.id, Input::Submitted { at: now.at }).await?;
    }
    super::notice(&mut tx, &app.assets, id, Stage::Submitted, now).await?;
    answer(tx, &app, &acting.merchant, id).await
}

/// Take a refund back that was not signed
///
/// Money that is sent all the same makes it succeed after all; as long as its message can be signed,
/// the amount stays set aside.
#[utoipa::path(
    post, path = "/v1/refunds/{id}/cancel", tag = "Refunds", security(("key" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = RefundView), Refusals)
)]
async fn cancel(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<RefundId>,
) -> Result<Json<RefundView>> {
    let mut tx = app.db.begin().await?;
    own(&mut tx, &acting.merchant, id).await?;
    super::cancel(&mut tx, &app.assets, id, acting.now(&app)).await?;
    answer(tx, &app, &acting.merchant, id).await
}

async fn answer(
    mut tx: Tx,
    app: &App,
    merchant: &Merchant,
    id: RefundId,
) -> Result<Json<RefundView>> {
    let whole = own(&mut tx, merchant, id).await?;
    tx.commit().await?;
    Ok(Json(view::refund(&app.assets, &whole, app.time())))
}
