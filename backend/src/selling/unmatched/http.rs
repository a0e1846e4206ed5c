//! Routes for merchants, `/v1/unmatched`.

use axum::{Json, extract::State, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Decision, Error, Refused, UnmatchedStatus,
    store::{self, Filter},
    view::{self, UnmatchedDetail, UnmatchedMoney},
};
use crate::{
    base::{
        app::App,
        idempotency::http::IdempotencyKey,
        web::{
            extract::{Body, Path, Query},
            problem::{Kind, Problem, Refusals, Result},
        },
    },
    selling::{
        merchants::{Merchant, http::acting::Acting},
        refunds::{
            http::{RefundTerms, open},
            view::RefundView,
        },
    },
    words::{
        id::{InvoiceId, TransferId},
        page::{Page, PageQuery},
    },
};

/// The longest note, in characters.
const NOTE: usize = 500;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(read))
        .routes(routes!(attach))
        .routes(routes!(ignore))
        .routes(routes!(reopen))
        .routes(routes!(refund))
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(id) => missing(id),
            Error::NoInvoice(id) => Self::not_found(format_args!("invoice {id}")),
            Error::Refused(Refused::Attached(invoice)) => Self::new(
                Kind::PaymentMatched,
                format!(
                    "It was counted towards {invoice}, and money counts once. Nothing was changed. If it has to go back, open a refund."
                ),
            ),
            Error::Refused(Refused::GoesBack) => Self::new(
                Kind::UnmatchedBusy,
                "A refund has taken of it, or may still do so. Nothing was changed. Cancel that refund first, and wait until its message has ended.",
            ),
            Error::OtherAsset => Self::new(
                Kind::AssetMismatch,
                "The invoice asks for another asset, and nothing is exchanged here. Nothing was changed. Choose another invoice, or send the money back.",
            ),
            Error::NotCountable(_) => Self::new(
                Kind::NotCountable,
                "It came from the very wallet it went to, or is larger than this service can count. Nothing was changed; the money is safe in your wallet.",
            ),
            Error::Raced => {
                Self::new(Kind::Busy, "Nothing was changed. Read it again, then decide.")
            }
            Error::Invoices(error) => error.into(),
            Error::Refunds(error) => error.into(),
            Error::Payments(error) => error.into(),
            Error::Db(error) => error.into(),
        }
    }
}

fn missing(id: impl std::fmt::Display) -> Problem {
    Problem::not_found(format_args!("unmatched money {id}"))
}

/// Who decides, and why.
fn decides(app: &App, acting: &Acting, note: Option<String>) -> Decision {
    Decision { note, by: acting.hand.to_string(), at: app.time() }
}

/// Which money.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    status: Option<UnmatchedStatus>,
    /// Also change that contracts gave back, and what came before this service followed your wallet.
    silent: Option<bool>,
}

/// List money that pays nothing we know of, newest first
#[utoipa::path(
    get, path = "/v1/unmatched", tag = "Unmatched", security(("key" = [])),
    params(PageQuery, ListQuery),
    responses((status = 200, body = Page<UnmatchedMoney>), Refusals)
)]
async fn list(
    State(app): State<App>,
    merchant: Merchant,
    Query(page): Query<PageQuery>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<UnmatchedMoney>>> {
    let mut list = page.open(&app.db, |id| missing(id)).await?;
    let filter =
        Filter { status: query.status, silent: query.silent == Some(true), before: list.after };
    let found = super::list(&mut list.tx, &merchant, &filter, list.probe).await?;
    let Page { data, has_more } = list.page(found);
    let wholes = super::wholes(&mut list.tx, &merchant, &data).await?;
    let data = wholes.iter().map(|whole| view::unmatched(&app.assets, whole)).collect();
    Ok(Json(Page { data, has_more }))
}

/// Read unmatched money, with the invoices it may have been meant for
#[utoipa::path(
    get, path = "/v1/unmatched/{id}", tag = "Unmatched", security(("key" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = UnmatchedDetail), Refusals)
)]
async fn read(
    State(app): State<App>,
    merchant: Merchant,
    Path(id): Path<TransferId>,
) -> Result<Json<UnmatchedDetail>> {
    let mut tx = app.db.snapshot().await?;
    let whole = super::whole(&mut tx, &merchant, id).await?;
    let open =
        matches!(whole.entry.standing.word(), UnmatchedStatus::Open | UnmatchedStatus::Ignored);
    let found =
        if open { super::suggest(&mut tx, &merchant, &whole.transfer).await? } else { Vec::new() };
    Ok(Json(UnmatchedDetail {
        unmatched: view::unmatched(&app.assets, &whole),
        suggestions: found.iter().map(|one| view::suggestion(&app.assets, one)).collect(),
    }))
}

/// What the money was for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AttachRequest {
    #[schema(example = "inv_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    invoice: String,
    /// For your own records, at most 500 characters.
    note: Option<String>,
}

/// Count unmatched money towards an invoice
///
/// As if it had come with the invoice's reference: in time or late by its block's time. It is counted
/// once, however often you ask; it cannot be undone, but it can be paid back.
#[utoipa::path(
    post, path = "/v1/unmatched/{id}/attach", tag = "Unmatched", security(("key" = [])),
    params(("id" = String, Path)), request_body = AttachRequest,
    responses((status = 200, body = UnmatchedMoney), Refusals)
)]
async fn attach(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<TransferId>,
    Body(body): Body<AttachRequest>,
) -> Result<Json<UnmatchedMoney>> {
    let invoice: InvoiceId = body
        .invoice
        .parse()
        .map_err(|_| Problem::not_found(format_args!("invoice {}", body.invoice)))?;
    let by = decides(&app, &acting, clean_note(body.note)?);
    let mut tx = app.db.begin().await?;
    let (with, merchant) = ((&app.assets, &app.settings.rates), &acting.merchant);
    let whole = super::attach(&mut tx, with, merchant, id, invoice, by, acting.now(&app)).await?;
    tx.commit().await?;
    Ok(Json(view::unmatched(&app.assets, &whole)))
}

/// Why nothing is to be done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct IgnoreRequest {
    /// For your own records, at most 500 characters.
    #[schema(example = "My own top-up")]
    note: Option<String>,
}

/// Put unmatched money aside
#[utoipa::path(
    post, path = "/v1/unmatched/{id}/ignore", tag = "Unmatched", security(("key" = [])),
    params(("id" = String, Path)), request_body = IgnoreRequest,
    responses((status = 200, body = UnmatchedMoney), Refusals)
)]
async fn ignore(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<TransferId>,
    Body(body): Body<IgnoreRequest>,
) -> Result<Json<UnmatchedMoney>> {
    let by = decides(&app, &acting, clean_note(body.note)?);
    let mut tx = app.db.begin().await?;
    let (merchant, now) = (&acting.merchant, acting.now(&app));
    let whole = super::ignore(&mut tx, &app.assets, merchant, id, by, now).await?;
    tx.commit().await?;
    Ok(Json(view::unmatched(&app.assets, &whole)))
}

/// Take money up again that was put aside
#[utoipa::path(
    post, path = "/v1/unmatched/{id}/reopen", tag = "Unmatched", security(("key" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = UnmatchedMoney), Refusals)
)]
async fn reopen(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<TransferId>,
) -> Result<Json<UnmatchedMoney>> {
    let by = decides(&app, &acting, None);
    let mut tx = app.db.begin().await?;
    let whole = super::reopen(&mut tx, &acting.merchant, id, by).await?;
    tx.commit().await?;
    Ok(Json(view::unmatched(&app.assets, &whole)))
}

/// How much goes back, and where.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UnmatchedRefund {
    /// Decimal, exact, above zero. Left out: everything that is left.
    #[schema(example = "0.5")]
    amount: Option<String>,
    /// Why; whoever had sent it reads it, so at most 200 characters. It is not written on the chain.
    reason: Option<String>,
    /// Where the money goes. Left out: to the wallet that has sent it, which is nearly always right.
    to: Option<String>,
    /// Says that `to` is meant although it has not sent the money.
    confirm_other_address: Option<bool>,
}

/// Send unmatched money back
///
/// Opens a refund, as `POST /v1/refunds` does.
#[utoipa::path(
    post, path = "/v1/unmatched/{id}/refund", tag = "Unmatched", security(("key" = [])),
    params(
        ("id" = String, Path),
        (
            "Idempotency-Key" = Option<String>, Header,
            description = "Up to 255 characters. The same key and body give the first answer again."
        )
    ),
    request_body = UnmatchedRefund,
    responses((status = 201, body = RefundView), Refusals)
)]
async fn refund(
    State(app): State<App>,
    acting: Acting,
    key: IdempotencyKey,
    Path(id): Path<TransferId>,
    Body(body): Body<UnmatchedRefund>,
) -> Result<Response> {
    let route = format!("POST /v1/unmatched/{id}/refund");
    let call = key.call(acting.merchant.id, &route, &body);
    let mut tx = app.db.snapshot().await?;
    store::find(&mut tx, acting.merchant.id, id).await?.ok_or_else(|| missing(id))?;
    drop(tx);
    let terms = RefundTerms {
        amount: body.amount,
        reason: body.reason,
        to: body.to,
        confirm_other_address: body.confirm_other_address == Some(true),
    };
    open(&app, &acting, &call, id, terms).await
}

fn clean_note(note: Option<String>) -> Result<Option<String>> {
    let note = note.filter(|note| !note.trim().is_empty());
    if note.as_ref().is_some_and(|note| note.chars().count() > NOTE) {
        return Err(Problem::new(
            Kind::BadRequest,
            format!("note has {NOTE} characters at most. Nothing was changed."),
        ));
    }
    Ok(note)
}
