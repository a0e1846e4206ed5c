//! Routes for people who ask, `/v1/requests`, and for whoever has the link, `/v1/public/requests`.

use std::time::Duration;

use axum::{Json, extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Error, MOST, NewRequest, RequestStatus, store,
    view::{self, RequestView},
};
use crate::{
    base::{
        app::App,
        idempotency::http::IdempotencyKey,
        web::{
            extract::{Body, Path, Query},
            problem::{Failures, Kind, Problem, Refusals, Result},
        },
    },
    money::payments::{
        Side,
        http::{Start, again, start},
        new::{accepted, clean_note, positive},
        view::PaymentView,
    },
    people::identity::http::{Caller, MaybeCaller},
    words::{
        id::RequestId,
        page::{Page, PageQuery},
        time::Time,
    },
};

/// A request lives for a year at most, if it has an end at all.
const LONGEST: u64 = 365 * 24 * 3600;
const SHORTEST: u64 = 60;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(close))
        .routes(routes!(pay))
        .routes(routes!(read_public))
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(id) => missing(id),
            Error::TooMany => Self::new(
                Kind::TooManyOpenRequests,
                format!(
                    "{MOST} requests of yours are open. Nothing was created, and money for the open \
                     ones still comes. Close one that you no longer need, then ask again."
                ),
            ),
            Error::NoWallet => Self::new(
                Kind::WalletMissing,
                "Link a wallet first: that is where the money will go.",
            ),
            Error::Db(error) => error.into(),
        }
    }
}

fn missing(id: impl std::fmt::Display) -> Problem {
    Problem::not_found(format_args!("request {id}"))
}

/// What to ask for.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRequestBody {
    /// Decimal, exact, above zero. Left out, the payer decides.
    #[schema(example = "12.5")]
    amount: Option<String>,
    #[schema(example = "GRAM")]
    asset: String,
    /// What it is for. At most 200 characters.
    note: Option<String>,
    /// Seconds until it closes by itself, 60 to 31536000. Left out, it stays open.
    expires_in: Option<u64>,
}

/// Ask for money
///
/// The money will go to your default wallet. Share the link with whoever shall pay.
#[utoipa::path(
    post, path = "/v1/requests", tag = "Requests", security(("session" = [])),
    params((
        "Idempotency-Key" = Option<String>, Header,
        description = "Up to 255 characters. The same key and body give the first answer again."
    )),
    request_body = NewRequestBody,
    responses((status = 201, body = RequestView), Refusals)
)]
async fn create(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    Body(body): Body<NewRequestBody>,
) -> Result<Response> {
    let call = key.call(caller.person.id, "POST /v1/requests", &body);
    let now = caller.now(&app);
    let listed = accepted(&app.assets, &body.asset)?;
    let amount = body.amount.as_deref().map(|text| positive(text, listed)).transpose()?;
    let new = NewRequest {
        asset: listed.asset,
        amount,
        note: clean_note(body.note.as_deref())?,
        expires_at: body.expires_in.map(|seconds| end(now.at, seconds)).transpose()?,
    };
    call.once(&app.db, now.at, async |tx| {
        let link = |id| app.deep_link(id);
        let request = super::create(tx, &caller.person, new, link, now).await?;
        let view =
            view::request(&app.assets, &request, &caller.person, Some(caller.person.id), now.at);
        Ok((StatusCode::CREATED, view))
    })
    .await
}

fn end(now: Time, seconds: u64) -> Result<Time> {
    if (SHORTEST..=LONGEST).contains(&seconds) {
        return Ok(now.after(Duration::from_secs(seconds)));
    }
    let detail = format!("expires_in is {SHORTEST} to {LONGEST} seconds. Nothing was created.");
    Err(Problem::new(Kind::BadRequest, detail))
}

/// List your requests, newest first
#[utoipa::path(
    get, path = "/v1/requests", tag = "Requests", security(("session" = [])), params(PageQuery),
    responses((status = 200, body = Page<RequestView>), Refusals)
)]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<RequestView>>> {
    let (person, now) = (&caller.person, app.time());
    let mut list = page.open(&app.db, |id| missing(id)).await?;
    let found = store::list(&mut list.tx, person.id, list.after, list.probe).await?;
    Ok(Json(
        list.page(found)
            .map(|request| view::request(&app.assets, &request, person, Some(person.id), now)),
    ))
}

/// Close a request
///
/// It takes no new payments. One that was signed already still arrives.
#[utoipa::path(
    post, path = "/v1/requests/{id}/close", tag = "Requests", security(("session" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = RequestView), Refusals)
)]
async fn close(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<RequestId>,
) -> Result<Json<RequestView>> {
    let (person, now) = (&caller.person, app.time());
    let mut tx = app.db.begin().await?;
    let request = super::close(&mut tx, person.id, id, now).await?;
    tx.commit().await?;
    Ok(Json(view::request(&app.assets, &request, person, Some(person.id), now)))
}

/// Read a request
#[utoipa::path(
    get, path = "/v1/public/requests/{id}", tag = "Requests", security((), ("session" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = RequestView), Refusals)
)]
async fn read_public(
    State(app): State<App>,
    MaybeCaller(caller): MaybeCaller,
    Path(id): Path<RequestId>,
) -> Result<Json<RequestView>> {
    let mut tx = app.db.snapshot().await?;
    let (request, owner) = super::find(&mut tx, id).await?;
    let viewer = caller.map(|caller| caller.person.id);
    Ok(Json(view::request(&app.assets, &request, &owner, viewer, app.time())))
}

/// How much to pay.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PayRequestBody {
    /// Needed when the request leaves the amount open.
    amount: Option<String>,
    /// Which of your linked wallets pays; your default one if left out.
    from: Option<String>,
}

/// Pay a request
///
/// Nothing moves until a wallet signs `transaction`. Pass it to TON Connect as it is.
#[utoipa::path(
    post, path = "/v1/requests/{id}/pay", tag = "Requests", security(("session" = [])),
    params(
        ("id" = String, Path),
        (
            "Idempotency-Key" = Option<String>, Header,
            description = "Up to 255 characters. The same key and body give the same payment."
        )
    ),
    request_body = PayRequestBody,
    responses((status = 201, body = PaymentView), Failures)
)]
async fn pay(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    Path(id): Path<RequestId>,
    Body(body): Body<PayRequestBody>,
) -> Result<Response> {
    let call = key.call(caller.person.id, &format!("POST /v1/requests/{id}/pay"), &body);
    if let Some(again) = again(&app, &caller.person, &call).await? {
        return Ok(again);
    }
    let mut tx = app.db.snapshot().await?;
    let (request, owner) = super::find(&mut tx, id).await?;
    let wallets = crate::people::wallets::store::of(&mut tx, owner.id).await?;
    drop(tx);
    // Whoever has unlinked the wallet may have lost it: nothing more may go there by an old link.
    let gone = !wallets.iter().any(|wallet| wallet.address == request.address);
    if gone || request.status(app.time()) == RequestStatus::Closed {
        return Err(Problem::new(
            Kind::RequestClosed,
            "It was closed, or its time is over. No money has moved. Ask for a new link.",
        ));
    }
    let listed = app.assets.get(request.asset).ok_or_else(|| {
        Problem::new(
            Kind::AssetUnknown,
            "This service does not accept the request's asset any more.",
        )
    })?;
    let offered = body.amount.as_deref().map(|text| positive(text, listed)).transpose()?;
    let amount = request
        .amount_for(offered)
        .map_err(|unfit| Problem::new(Kind::AmountInvalid, format!("{unfit}.")))?;
    let payment = Start {
        purpose: super::purpose(id),
        to: Side::from(&owner),
        address: request.address,
        asset: request.asset,
        amount,
        note: None,
        memo: None,
        description: request.note,
        good_until: None,
    };
    start(&app, &caller.person, body.from.as_deref(), payment, &call).await
}

#[cfg(test)]
mod tests;
