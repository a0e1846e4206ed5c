//! Routes for linking wallets: `/v1/wallets` and `/v1/balances`.

use axum::{Json, extract::State, http::StatusCode};
use ton::proof::{self, Expected, NeedsChainKey, ProofError, Submission, Verified};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Error, MOST, Proven, store,
    view::{BalancesView, ChallengeView, WalletBalances, WalletProof, WalletView},
};
use crate::{
    base::{
        app::App,
        web::{
            extract::{Body, Path},
            problem::{Failures, Kind, Problem, Refusals, Result},
        },
    },
    people::identity::http::Caller,
    words::{id::WalletId, money::Amount, page::Page},
};

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(challenge))
        .routes(routes!(link, list))
        .routes(routes!(choose))
        .routes(routes!(unlink))
        .routes(routes!(balances))
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(id) => Self::not_found(format_args!("wallet {id}")),
            Error::ChallengeSpent => Self::new(
                Kind::ChallengeSpent,
                "Ask for a new challenge and connect the wallet once more. Nothing was linked.",
            ),
            Error::TooMany => Self::new(
                Kind::TooManyWallets,
                format!(
                    "{MOST} wallets are linked to you already. Nothing was linked; unlink one that \
                     you no longer use, then connect this one once more."
                ),
            ),
            Error::Db(error) => error.into(),
        }
    }
}

/// Ask for a challenge
///
/// It belongs to this session, can be used once, and lives for fifteen minutes.
#[utoipa::path(
    post, path = "/v1/wallets/challenge", tag = "Wallets", security(("session" = [])),
    responses((status = 201, body = ChallengeView), Refusals)
)]
async fn challenge(
    State(app): State<App>,
    caller: Caller,
) -> Result<(StatusCode, Json<ChallengeView>)> {
    let mut tx = app.db.begin().await?;
    let (payload, expires_at) =
        super::challenge(&mut tx, &caller.session_hash, caller.person.id, caller.now(&app)).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(ChallengeView { payload, expires_at })))
}

/// Link a wallet
///
/// The body is what TON Connect gives on connecting: `account`, and `proof` from the `ton_proof` item.
#[utoipa::path(
    post, path = "/v1/wallets", tag = "Wallets", security(("session" = [])),
    request_body(content = WalletProof, description = "`{ account, proof }` as the TON Connect SDK gives them"),
    responses((status = 201, body = WalletView), Failures)
)]
async fn link(
    State(app): State<App>,
    caller: Caller,
    Body(submission): Body<Submission>,
) -> Result<(StatusCode, Json<WalletView>)> {
    let now = caller.now(&app);
    let payload = submission.proof.payload.clone();
    let mut tx = app.db.begin().await?;
    super::spend(&mut tx, &payload, &caller.session_hash, caller.person.id, now.at).await?;
    tx.commit().await?;

    let proven = prove(&app, &caller, &submission, &payload).await?;
    let mut tx = app.db.begin().await?;
    let wallet = super::link(&mut tx, &app.assets, &caller.person, proven, now).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(WalletView::from(&wallet))))
}

/// Checks the proof; asks the chain for the key where the wallet's own state does not say it.
async fn prove(
    app: &App,
    caller: &Caller,
    submission: &Submission,
    payload: &str,
) -> Result<Proven> {
    let expected = Expected {
        network: app.network,
        domains: &app.settings.proof_domains(),
        payload,
        now_seconds: app.time().seconds(),
    };
    let outcome = proof::verify(submission, &expected).map_err(refused)?;
    let verified = match outcome {
        proof::Outcome::Verified(verified) => verified,
        proof::Outcome::NeedsChainKey(pending) => on_chain(app, caller, pending).await?,
    };
    Ok(Proven {
        address: verified.address,
        version: verified.wallet.name().to_owned(),
        public_key: verified.public_key,
    })
}

/// The key is asked of the chain: the wallet's code is unknown to us, or it can change its key. A
/// wallet that is not deployed has only the key it begins with.
async fn on_chain(app: &App, caller: &Caller, pending: NeedsChainKey) -> Result<Verified> {
    let (address, asker) = (pending.address, (&caller.person).into());
    let states = app.questions.account_states(&asker, &[address]).await?.found;
    let deployed = states.iter().any(|state| state.address == address && state.status == "active");
    if !deployed {
        return pending.finish_undeployed().map_err(refused);
    }
    let key = app.questions.public_key(&asker, address).await?;
    pending.finish(key).map_err(refused)
}

fn refused(error: ProofError) -> Problem {
    Problem::new(
        Kind::ProofInvalid,
        format!("{error}. Nothing was linked; connect the wallet once more."),
    )
}

/// Your wallets, the default one first
#[utoipa::path(
    get, path = "/v1/wallets", tag = "Wallets", security(("session" = [])),
    responses((status = 200, body = Page<WalletView>), Refusals)
)]
async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Page<WalletView>>> {
    let mut tx = app.db.snapshot().await?;
    let wallets = store::of(&mut tx, caller.person.id).await?;
    Ok(Json(Page { data: wallets.iter().map(WalletView::from).collect(), has_more: false }))
}

/// Let others pay to this wallet
#[utoipa::path(
    post, path = "/v1/wallets/{id}/default", tag = "Wallets", security(("session" = [])),
    params(("id" = String, Path)),
    responses((status = 200, body = WalletView), Refusals)
)]
async fn choose(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<WalletId>,
) -> Result<Json<WalletView>> {
    let mut tx = app.db.begin().await?;
    let wallet = super::choose(&mut tx, &caller.person, id, caller.now(&app)).await?;
    tx.commit().await?;
    Ok(Json(WalletView::from(&wallet)))
}

/// Unlink a wallet
#[utoipa::path(
    delete, path = "/v1/wallets/{id}", tag = "Wallets", security(("session" = [])),
    params(("id" = String, Path)),
    responses((status = 204), Refusals)
)]
async fn unlink(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<WalletId>,
) -> Result<StatusCode> {
    let mut tx = app.db.begin().await?;
    super::unlink(&mut tx, &caller.person, id, caller.now(&app)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What your wallets hold
///
/// Read from the chain, as of its newest block.
#[utoipa::path(
    get, path = "/v1/balances", tag = "Wallets", security(("session" = [])),
    responses((status = 200, body = BalancesView), Failures)
)]
async fn balances(State(app): State<App>, caller: Caller) -> Result<Json<BalancesView>> {
    let mut tx = app.db.snapshot().await?;
    let wallets = store::of(&mut tx, caller.person.id).await?;
    drop(tx);
    let (mut data, mut as_of) = (Vec::with_capacity(wallets.len()), app.time());
    if !wallets.is_empty() {
        let addresses: Vec<_> = wallets.iter().map(|wallet| wallet.address).collect();
        let masters: Vec<_> = app.assets.masters().collect();
        let asker = (&caller.person).into();
        let states = app.questions.account_states(&asker, &addresses).await?;
        let jettons = app.questions.jetton_wallets(&asker, &addresses, &masters).await?;
        as_of = states.at.min(jettons.at);
        let (states, jettons) = (states.found, jettons.found);
        for wallet in &wallets {
            let grams = states
                .iter()
                .find(|state| state.address == wallet.address)
                .and_then(|state| state.balance)
                .unwrap_or_default();
            let balances = app.assets.iter().map(|listed| {
                let units = match listed.asset {
                    crate::words::money::Asset::Gram => grams,
                    crate::words::money::Asset::Jetton(master) => jettons
                        .iter()
                        .find(|held| held.owner == wallet.address && held.jetton == master)
                        .and_then(|held| held.balance)
                        .unwrap_or_default(),
                };
                app.assets.money(listed.asset, Amount::new(units).unwrap_or(Amount::MAX))
            });
            data.push(WalletBalances {
                wallet: wallet.id.to_string(),
                address: wallet.address.friendly(false),
                balances: balances.collect(),
            });
        }
    }
    Ok(Json(BalancesView { data, as_of }))
}
