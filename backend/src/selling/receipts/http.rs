//! Routes of receipts: signed JSON for programs, a page for people, and the public keys.

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Error, Topic, page,
    receipt::SignedReceipt,
    view::{ReceiptKeyView, ReceiptKeys},
};
use crate::{
    base::{
        app::App,
        web::{
            extract::{Path, Query},
            problem::{Kind, Problem, Refusals, Result},
        },
    },
    selling::invoices,
    words::time::Time,
};

/// The page is text and its own style: nothing else may run on it.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
);

pub fn router() -> OpenApiRouter<App> {
    let page = Router::new().route("/receipt/{id}", get(page));
    OpenApiRouter::new().routes(routes!(read)).routes(routes!(keys)).merge(page.into())
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(what) => missing(what),
            Error::Invoice(invoices::Error::NotFound(id)) => missing(format_args!("invoice {id}")),
            Error::NothingCame(subject) => Self::new(
                Kind::NothingCame,
                format!(
                    "So far nothing final has come for {subject}, so there is nothing to show a \
                     receipt of. It will be here as soon as the money is."
                ),
            ),
            Error::Invoice(error) => error.into(),
            Error::Canonical(error) => Self::internal(error),
            Error::Db(error) => error.into(),
        }
    }
}

fn missing(what: impl std::fmt::Display) -> Problem {
    Problem::new(Kind::NotFound, format!("There is no {what}. Is the id complete?"))
}

/// Which receipt.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ReceiptQuery {
    /// Of what was paid in several assets: the money of this one. Default: the asset that was asked for.
    asset: Option<String>,
}

/// Read the receipt of an invoice or a payment
///
/// For whoever has the id: payer, payee, and everybody they show it to. It says what the chain says of
/// each transfer, and what stands on the pay page; no person is named. `signature` is over the canonical
/// form (RFC 8785) of `receipt`. Check it with `remit verify-receipt`, or by hand: see the guide.
#[utoipa::path(
    get, path = "/v1/receipts/{id}", tag = "Receipts",
    params(("id" = String, Path, description = "`inv_…` or `pay_…`"), ReceiptQuery),
    responses((status = 200, body = SignedReceipt), Refusals)
)]
async fn read(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(query): Query<ReceiptQuery>,
) -> Result<Response> {
    let receipt = super::issue(&app, id.parse::<Topic>()?, query.asset.as_deref()).await?;
    let name = format!("inline; filename=\"receipt-{}.json\"", receipt.receipt.id);
    Ok(([(header::CONTENT_DISPOSITION, name)], Json(receipt)).into_response())
}

/// The keys that receipts are signed with
///
/// They sign receipts and nothing else; no money hangs on them.
#[utoipa::path(
    get, path = "/.well-known/remit-receipts.json", tag = "Receipts",
    responses((status = 200, body = ReceiptKeys), Refusals)
)]
async fn keys(State(app): State<App>) -> Result<Response> {
    let keys = super::all_keys(&app).await?;
    let view = |(key, created_at): (super::ReceiptKey, Time)| ReceiptKeyView {
        id: key.public().id(),
        algorithm: "ed25519".to_owned(),
        public_key: key.public().to_string(),
        created_at,
    };
    let service = app.settings.public_url.clone();
    let any = [(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    let keys = ReceiptKeys { service, keys: keys.into_iter().map(view).collect() };
    Ok((any, Json(keys)).into_response())
}

/// The same for people: it needs no script, and can be printed.
async fn page(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(query): Query<ReceiptQuery>,
) -> Response {
    let issued = match id.parse::<Topic>() {
        Ok(subject) => super::issue(&app, subject, query.asset.as_deref()).await,
        Err(error) => Err(error),
    };
    let (status, html) = match issued {
        Ok(signed) => (StatusCode::OK, page::receipt(&signed, &app.settings.chain_url)),
        Err(error) => {
            let problem = Problem::from(error);
            let status = StatusCode::from_u16(problem.kind.status());
            let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, page::none(problem.kind.title(), &problem.detail))
        }
    };
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, Html(html)).into_response()
}
