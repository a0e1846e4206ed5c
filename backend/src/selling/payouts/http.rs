//! Routes for a store's wallet: `/v1/payout_changes`.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Error;
use crate::{
    base::{
        app::App,
        idempotency::http::IdempotencyKey,
        web::{
            extract::{Body, Path},
            problem::{Kind, Problem, Refusals, Result},
        },
    },
    selling::merchants::{
        Merchant,
        changes::{self, ChangeKind, http::Stopping, view::PayoutView},
        http::{acting::Acting, own_wallet},
    },
    words::{id::ChangeId, page::Page},
};

/// How many of the last ones are shown.
const SHOWN: i64 = 100;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, ask)).routes(routes!(cancel))
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::SameWallet => Self::new(
                Kind::BadRequest,
                "The store is paid at this wallet already. Nothing was changed.",
            ),
            Error::Change(changes::Error::Pending) => Self::new(
                Kind::PayoutPending,
                "Nothing was changed. Cancel the other change first, or wait for it.",
            ),
            Error::Change(error) => error.into(),
        }
    }
}

/// List the moves of your store to other wallets, newest first
#[utoipa::path(
    get, path = "/v1/payout_changes", tag = "Members", security(("key" = [])),
    responses((status = 200, body = Page<PayoutView>), Refusals)
)]
async fn list(State(app): State<App>, merchant: Merchant) -> Result<Json<Page<PayoutView>>> {
    let mut tx = app.db.snapshot().await?;
    let moves = changes::store::of_kind(&mut tx, merchant.id, ChangeKind::Payout, SHOWN).await?;
    let data = moves.iter().filter_map(|change| PayoutView::new(&merchant, change)).collect();
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
    responses((status = 201, body = PayoutView), Refusals)
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
    let now = acting.now(&app);
    call.once(&app.db, now.at, async |tx| {
        let wallet = own_wallet(tx, person, &new.wallet).await?;
        let delay = app.settings.payout_delay;
        let change = super::ask(tx, &acting.merchant, wallet.address, person, delay, now).await?;
        let view = PayoutView::new(&acting.merchant, &change);
        Ok((StatusCode::CREATED, view))
    })
    .await
}

/// Stop a move to another wallet
///
/// Any owner can, and whoever was one when it was asked for: with a session, or with a key without limits.
#[utoipa::path(
    post, path = "/v1/payout_changes/{id}/cancel", tag = "Members",
    security(("key" = []), ("session" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = PayoutView), Refusals)
)]
async fn cancel(
    State(app): State<App>,
    stopping: Stopping,
    Path(id): Path<ChangeId>,
) -> Result<Json<PayoutView>> {
    let (merchant, change) = stopping.stop(&app, id, |kind| kind == ChangeKind::Payout).await?;
    let view = PayoutView::new(&merchant, &change);
    view.map(Json).ok_or_else(|| Problem::not_found(format_args!("payout change {id}")))
}
