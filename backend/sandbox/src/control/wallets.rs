//! Wallets: what their owners see and decide, and shortcuts for tests.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{Done, Json, Path, Problem, Query, Refused, Wait};
use crate::cast::Person;
use crate::mishap::{Bill, Paid};
use crate::wallet::transfer::TransactionRequest;
use crate::wallet::{Payment, Proven, Signed, WalletView};
use crate::world::World;

type Answer<T> = Result<axum::Json<T>, Refused>;

/// A person's wallet.
#[utoipa::path(
    get, path = "/sandbox/wallets/{person}", tag = "sandbox",
    params(("person" = Person, Path), Wait),
    responses((status = 200, body = WalletView), (status = "4XX", body = Problem)),
)]
pub(super) async fn wallet(
    State(world): State<World>,
    Path(person): Path<Person>,
    Query(query): Query<Wait>,
) -> axum::Json<WalletView> {
    axum::Json(match query.asked() {
        Some((after, wait)) => world.wallets.view_after(person, after, wait).await,
        None => world.wallets.view(person),
    })
}

/// A TON Connect link; one of the two.
#[derive(Deserialize, ToSchema)]
pub(super) struct OpenBody {
    /// The whole link, or the `startapp` of a Telegram link.
    link: Option<String>,
    /// Only its query.
    query: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Opened {
    /// The request that now waits in the wallet; none if the link only wakes it.
    request: Option<String>,
}

/// Opens a TON Connect link, as if the person had tapped it.
#[utoipa::path(
    post, path = "/sandbox/wallets/{person}/open", tag = "sandbox",
    params(("person" = Person, Path)), request_body = OpenBody,
    responses((status = 200, body = Opened), (status = "4XX", body = Problem)),
)]
pub(super) async fn open(
    State(world): State<World>,
    Path(person): Path<Person>,
    Json(body): Json<OpenBody>,
) -> Answer<Opened> {
    let text = body.link.or(body.query);
    let text = text.ok_or_else(|| Refused::bad_request("a link or a query is needed"))?;
    let request = world.wallets.open_link(person, &text).await?;
    Ok(axum::Json(Opened { request }))
}

#[derive(Serialize, ToSchema)]
pub(super) struct Approved {
    ok: bool,
    /// What the app was told: its answer to `connect`, or the signed message in base64.
    #[schema(value_type = Object)]
    result: Value,
}

/// Agrees to a request: connects, or signs and sends.
#[utoipa::path(
    post, path = "/sandbox/wallets/{person}/requests/{id}/approve", tag = "sandbox",
    params(("person" = Person, Path), ("id" = String, Path)),
    responses((status = 200, body = Approved), (status = "4XX", body = Problem)),
)]
pub(super) async fn approve(
    State(world): State<World>,
    Path((person, id)): Path<(Person, String)>,
) -> Answer<Approved> {
    let result = world.wallets.approve(person, &id).await?;
    Ok(axum::Json(Approved { ok: true, result }))
}

/// Declines a request; the app is told so.
#[utoipa::path(
    post, path = "/sandbox/wallets/{person}/requests/{id}/decline", tag = "sandbox",
    params(("person" = Person, Path), ("id" = String, Path)),
    responses((status = 200, body = Done), (status = "4XX", body = Problem)),
)]
pub(super) async fn decline(
    State(world): State<World>,
    Path((person, id)): Path<(Person, String)>,
) -> Answer<Done> {
    world.wallets.decline(person, &id).await?;
    Ok(super::DONE)
}

/// Ends all connections to apps.
#[utoipa::path(
    post, path = "/sandbox/wallets/{person}/disconnect", tag = "sandbox",
    params(("person" = Person, Path)),
    responses((status = 200, body = Done), (status = "4XX", body = Problem)),
)]
pub(super) async fn disconnect(
    State(world): State<World>,
    Path(person): Path<Person>,
) -> Answer<Done> {
    world.wallets.disconnect(person).await?;
    Ok(super::DONE)
}

#[derive(Deserialize, ToSchema)]
pub(super) struct ProveBody {
    /// Host, and port if there is one.
    domain: String,
    payload: String,
    /// Unix seconds; by default now.
    timestamp: Option<u64>,
}

/// A `ton_proof` without any app: exactly the body of `POST /v1/wallets`.
#[utoipa::path(
    post, path = "/sandbox/wallets/{person}/prove", tag = "sandbox",
    params(("person" = Person, Path)), request_body = ProveBody,
    responses((status = 200, body = Proven), (status = "4XX", body = Problem)),
)]
pub(super) async fn prove(
    State(world): State<World>,
    Path(person): Path<Person>,
    Json(body): Json<ProveBody>,
) -> axum::Json<Proven> {
    let ProveBody { domain, payload, timestamp } = body;
    axum::Json(world.wallets.prove(person, &domain, &payload, timestamp))
}

#[derive(Deserialize, ToSchema)]
pub(super) struct SignBody {
    #[serde(flatten)]
    request: TransactionRequest,
    /// Whether to put it on the chain too; by default yes.
    broadcast: Option<bool>,
}

/// Signs a transaction without any app and without asking.
#[utoipa::path(
    post, path = "/sandbox/wallets/{person}/sign", tag = "sandbox",
    params(("person" = Person, Path)), request_body = SignBody,
    responses((status = 200, body = Signed), (status = "4XX", body = Problem)),
)]
pub(super) async fn sign(
    State(world): State<World>,
    Path(person): Path<Person>,
    Json(body): Json<SignBody>,
) -> Answer<Signed> {
    let broadcast = body.broadcast.unwrap_or(true);
    Ok(axum::Json(world.wallets.sign(person, &body.request, broadcast).await?))
}

/// Pays from the person's wallet without asking.
#[utoipa::path(
    post, path = "/sandbox/wallets/{person}/send", tag = "sandbox",
    params(("person" = Person, Path)), request_body = Payment,
    responses((status = 200, body = Signed), (status = "4XX", body = Problem)),
)]
pub(super) async fn send(
    State(world): State<World>,
    Path(person): Path<Person>,
    Json(payment): Json<Payment>,
) -> Answer<Signed> {
    Ok(axum::Json(world.wallets.send(person, &payment).await?))
}

/// Pays an invoice from the person's wallet: as it should be, or with one of the mishaps.
///
/// Comes back when the money is final; where blocks are made only on demand, it makes them.
#[utoipa::path(
    post, path = "/sandbox/wallets/{person}/pay", tag = "sandbox",
    params(("person" = Person, Path)), request_body = Bill,
    responses((status = 200, body = Paid), (status = "4XX", body = Problem)),
)]
pub(super) async fn pay(
    State(world): State<World>,
    Path(person): Path<Person>,
    Json(bill): Json<Bill>,
) -> Answer<Paid> {
    Ok(axum::Json(world.pay(person, &bill).await?))
}
