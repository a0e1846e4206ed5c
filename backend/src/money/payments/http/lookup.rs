//! `GET /v1/recipients`: whom a name, an address or a link means, and what to know before paying them.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::super::{
    custody,
    recipient::{self, Asked, Recipient, Warning},
    store,
    view::{self, PartyKind},
};
use crate::{
    base::{
        app::App,
        web::{
            extract::Query,
            problem::{Refusals, Result},
        },
    },
    people::{
        identity::{Person, http::Caller},
        wallets,
    },
    words::{
        money::{Assets, Money},
        time::Time,
    },
};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(recipients))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct RecipientQuery {
    /// `@username` or the name alone, `https://t.me/username`, an address in any form, or a payment link
    /// such as `ton://transfer/…`. A link is understood as a whole or refused.
    q: String,
}

/// Somebody who can be paid.
#[derive(Debug, Serialize, ToSchema)]
struct RecipientView {
    kind: PartyKind,
    name: String,
    username: Option<String>,
    /// When Telegram last said that this is the person's name; nothing if no name was looked up.
    #[schema(value_type = Option<String>, format = DateTime)]
    named_at: Option<Time>,
    /// Where the money will go.
    address: String,
    raw: String,
    /// Whether a payment to it may carry a `memo`: it is nobody's here.
    takes_memo: bool,
    /// Whose deposit address it is, if the operator of this service knows.
    exchange: Option<String>,
    /// What the link asks for, if it was one that asks for something.
    asks: Option<AskedView>,
    warnings: Vec<Warning>,
}

/// What a payment link asks for.
#[derive(Debug, Serialize, ToSchema)]
struct AskedView {
    money: Option<Money>,
    #[schema(example = "USDT")]
    asset: Option<String>,
    memo: Option<String>,
    /// Refused from then on.
    #[schema(value_type = Option<String>, format = DateTime)]
    good_until: Option<Time>,
}

impl AskedView {
    fn of(asked: &Asked, assets: &Assets) -> Option<Self> {
        let says = asked.asset.is_some() || asked.memo.is_some() || asked.good_until.is_some();
        says.then(|| Self {
            money: asked.asset.zip(asked.amount).map(|(asset, amount)| assets.money(asset, amount)),
            asset: asked.asset.and_then(|asset| assets.get(asset)).map(|l| l.code.clone()),
            memo: asked.memo.clone(),
            good_until: asked.good_until,
        })
    }
}

/// Find out whom a name or an address means
///
/// A name is asked of Telegram again when it was last heard of a day ago or longer.
#[utoipa::path(
    get, path = "/v1/recipients", tag = "Payments", security(("session" = [])),
    params(RecipientQuery),
    responses((status = 200, body = RecipientView), Refusals)
)]
async fn recipients(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<RecipientQuery>,
) -> Result<Json<RecipientView>> {
    let found = recipient::resolve(&app, &query.q).await?;
    let exchange = app.settings.deposit(found.address).map(|deposit| deposit.name.clone());
    let mut warnings = by_our_books(&app, &caller.person, &found).await?;
    if exchange.is_some() {
        warnings.push(Warning::MaybeExchange);
    }
    warnings.extend(by_the_chain(&app, &caller.person, &found).await);
    warnings.dedup();
    let mut tx = app.db.snapshot().await?;
    let takes_memo =
        found.side.person.is_none() && !custody::store::is_ours(&mut tx, found.address).await?;
    drop(tx);
    let named = found.side.name.is_some();
    Ok(Json(RecipientView {
        kind: if named { PartyKind::Person } else { PartyKind::Address },
        name: found.side.name.unwrap_or_else(|| view::short(found.address)),
        username: found.side.username,
        named_at: found.named.map(|named| named.at),
        address: view::friendly(found.address),
        raw: found.address.to_string(),
        takes_memo,
        exchange,
        asks: AskedView::of(&found.asked, &app.assets),
        warnings,
    }))
}

async fn by_our_books(app: &App, payer: &Person, to: &Recipient) -> Result<Vec<Warning>> {
    let mut warnings = Vec::new();
    let mut tx = app.db.snapshot().await?;
    let mine = wallets::store::of(&mut tx, payer.id).await?;
    if mine.iter().any(|wallet| wallet.address == to.address) {
        warnings.push(Warning::OwnAddress);
    } else if !store::has_paid(&mut tx, payer.id, to.address).await? {
        warnings.push(Warning::FirstPayment);
    }
    if let Some(named) = &to.named {
        let (bearer, name) = (named.person.id, named.person.username.as_deref());
        if let Some(name) = name
            && store::has_paid_another(&mut tx, payer.id, name, bearer).await?
        {
            warnings.push(Warning::NameMoved);
        }
        if named.is_old {
            warnings.push(Warning::NameOld);
        }
    } else if custody::is_shared(&mut tx, to.address).await? {
        warnings.push(Warning::MaybeExchange);
    }
    Ok(warnings)
}

/// Advice only: when the chain is away, the payment itself will say so.
async fn by_the_chain(app: &App, payer: &Person, to: &Recipient) -> Option<Warning> {
    let state = app.questions.wallet_state(&payer.into(), to.address).await.ok()?;
    match state {
        None => Some(Warning::NotDeployed),
        Some(state) if state.status != "active" => Some(Warning::NotDeployed),
        Some(state) if state.wallet_type.as_deref().is_some_and(custody::is_for_crowds) => {
            Some(Warning::MaybeExchange)
        }
        Some(state) if !state.is_wallet => Some(Warning::Contract),
        Some(_) => None,
    }
}
