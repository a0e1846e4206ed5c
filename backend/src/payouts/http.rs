//! Routes for a store's wallet: `/v1/payout_changes`.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Change, ChangeStatus, Error, Refused, store};
use crate::{
    app::App,
    extract::{Body, Path},
    id::PayoutChangeId,
    idempotency::{Answer, Begun, http::IdempotencyKey},
    merchants::{Merchant, acting::Acting, http::own_wallet},
    page::Page,
    payments::view::friendly,
    problem::{Kind, Problem, Refusals, Result},
    time::Time,
};

/// How many of the last ones are shown.
const SHOWN: i64 = 100;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, ask)).routes(routes!(cancel))
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(id) => Self::not_found(format_args!("payout change {id}")),
            Error::SameWallet => Self::new(
                Kind::BadRequest,
                "The store is paid at this wallet already. Nothing was changed.",
            ),
            Error::Pending => Self::new(
                Kind::PayoutPending,
                "Nothing was changed. Cancel the other change first, or wait for it.",
            ),
            Error::Refused(Refused::Over | Refused::TooEarly) => Self::new(
                Kind::PayoutOver,
                "It was canceled before, or has taken place. To go back to the old wallet, ask for it anew.",
            ),
            Error::Merchant(error) => Self::internal(error),
            Error::Db(error) => error.into(),
        }
    }
}

/// A store's move to another wallet.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PayoutChange)]
pub struct ChangeView {
    #[schema(example = "pch_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    id: String,
    status: ChangeStatus,
    /// The store, `acc_…`.
    merchant: String,
    /// Its name.
    shop: String,
    /// The wallet that is paid until then.
    from: String,
    /// The wallet that is paid from then on.
    to: String,
    /// The person who has asked, `usr_…`.
    asked_by: String,
    /// When it takes place, unless an owner cancels it.
    #[schema(value_type = String, format = DateTime)]
    due_at: Time,
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// When it took place, or was canceled.
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Time>,
}

impl ChangeView {
    pub fn new(merchant: &Merchant, change: &Change) -> Self {
        Self {
            id: change.id.to_string(),
            status: change.status,
            merchant: merchant.id.to_string(),
            shop: merchant.name.clone(),
            from: friendly(change.from),
            to: friendly(change.to),
            asked_by: change.asked_by.to_string(),
            due_at: change.due_at,
            created_at: change.created_at,
            ended_at: change.ended_at,
        }
    }
}

/// List the moves of your store to other wallets, newest first
#[utoipa::path(
    get, path = "/v1/payout_changes", tag = "Members", security(("key" = [])),
    responses((status = 200, body = Page<ChangeView>), Refusals)
)]
async fn list(State(app): State<App>, merchant: Merchant) -> Result<Json<Page<ChangeView>>> {
    let mut tx = app.db.snapshot().await?;
    let changes = store::of(&mut tx, merchant.id, SHOWN).await?;
    let data = changes.iter().map(|change| ChangeView::new(&merchant, change)).collect();
    Ok(Json(Page { data, has_more: false }))
}

/// Where the store is to be paid.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPayout {
    /// A wallet that you have linked, and thereby proven.
    #[schema(example = "wal_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    wallet: String,
}

/// Ask for another payout wallet
///
/// Only an owner can, as a person with a session, because only a person can prove a wallet. Every owner
/// is told, and until `due_at` any of them can cancel it. Open invoices keep the wallet they were made
/// with; money that still comes there is found as before.
#[utoipa::path(
    post, path = "/v1/payout_changes", tag = "Members", security(("key" = [])),
    params((
        "Idempotency-Key" = Option<String>, Header,
        description = "Up to 255 characters. The same key and body give the first answer again."
    )),
    request_body = NewPayout,
    responses((status = 201, body = ChangeView), Refusals)
)]
async fn ask(
    State(app): State<App>,
    acting: Acting,
    key: IdempotencyKey,
    Body(new): Body<NewPayout>,
) -> Result<Response> {
    let Some(person) = acting.hand.person() else {
        return Err(Problem::new(
            Kind::PersonNeeded,
            "A key cannot prove a wallet. Nothing was changed; an owner does this in the app.",
        ));
    };
    let call = key.call(acting.merchant.id, "POST /v1/payout_changes", &new);
    let now = app.now();
    let mut tx = match call.begin(&app.db, now.at).await? {
        Begun::Again(answer) => return Ok(answer.replayed()),
        Begun::First(tx) => tx,
    };
    let wallet = own_wallet(&mut tx, person, &new.wallet).await?;
    let delay = app.settings.payout_delay;
    let change = super::ask(&mut tx, &acting.merchant, wallet.address, person, delay, now).await?;
    let view = ChangeView::new(&acting.merchant, &change);
    let answer = Answer::new(StatusCode::CREATED, &view)?;
    call.remember(&mut tx, &answer).await?;
    tx.commit().await?;
    Ok(answer.into_response())
}

/// Stop a move to another wallet
#[utoipa::path(
    post, path = "/v1/payout_changes/{id}/cancel", tag = "Members", security(("key" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = ChangeView), Refusals)
)]
async fn cancel(
    State(app): State<App>,
    merchant: Merchant,
    Path(id): Path<PayoutChangeId>,
) -> Result<Json<ChangeView>> {
    let mut tx = app.db.begin().await?;
    let change = super::cancel(&mut tx, &merchant, id, app.now()).await?;
    tx.commit().await?;
    Ok(Json(ChangeView::new(&merchant, &change)))
}
