//! A merchant's own API keys: `/v1/keys`.

use std::{collections::BTreeSet, net::IpAddr, time::Duration};

use axum::{Json, extract::State, http::StatusCode};
use ipnet::IpNet;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    super::{
        Error, Key, KeyFormat,
        changes::{self, Matter},
        grant::{Grant, Scope},
        keys::{announce, announce_revoked},
        mint_with, owners, revoke as revoke_key, store,
        view::{KeyView, NewKeyView},
    },
    acting::Acting,
};
use crate::{
    base::{
        app::App,
        db::Tx,
        events::{Audience, Now, kind},
        web::{
            extract::{Body, Path},
            problem::{Kind, Problem, Refusals, Result},
        },
    },
    words::{id::KeyId, page::Page, time::Time},
};

/// In characters.
const NAME: usize = 100;
const NETWORKS: usize = 50;
/// Keys of one merchant that work.
const MOST: usize = 100;
/// How long a replaced key goes on working, in seconds, and at most.
const OVERLAP: u64 = 3600;
const LONGEST_OVERLAP: u64 = 7 * 24 * 3600;
/// Ten years.
const LONGEST: u64 = 315_360_000;

pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(rotate))
        .routes(routes!(revoke))
}

/// A key to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewKey {
    /// What it is for: at most 100 characters on one line.
    #[schema(example = "Till 2")]
    name: Option<String>,
    /// Such as `invoices:write` (which includes reading) or `events:read`. Left out: everything that
    /// the calling key may do.
    #[schema(value_type = Option<Vec<Scope>>, example = json!(["invoices:write", "events:read"]))]
    scopes: Option<Vec<String>>,
    /// Addresses and networks it may be used from, such as `203.0.113.0/24`; at most 50.
    #[serde(default)]
    allowed_ips: Vec<String>,
    /// `remit`, or `cryptobot` for a library of CryptoBot's that looks at the token itself: the key is then
    /// written `123456:` and 35 letters and digits. It may do the same everywhere.
    #[serde(default)]
    format: KeyFormat,
    /// Seconds until it ends, 60 to ten years. Left out: as long as the calling key.
    expires_in: Option<u64>,
}

/// How a key is replaced.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Rotation {
    /// Seconds the old key goes on working, 0 to 604800. Default 3600.
    overlap: Option<u64>,
}

fn bad(detail: impl std::fmt::Display) -> Problem {
    Problem::new(Kind::BadRequest, format!("{detail} No key was made."))
}

impl NewKey {
    fn grant(&self, own: &Grant, now: Time) -> Result<Grant> {
        let scopes = match &self.scopes {
            None => own.scopes.clone(),
            Some(scopes) => Some(parsed(scopes)?),
        };
        if self.allowed_ips.len() > NETWORKS {
            return Err(bad(format_args!("allowed_ips has {NETWORKS} entries at most.")));
        }
        let network = |text: &String| {
            let one = || text.parse::<IpAddr>().ok().map(IpNet::from);
            text.parse().ok().or_else(one).ok_or_else(|| {
                bad(format_args!(
                    "{text:?} in allowed_ips is neither an address nor a network such as \
                     203.0.113.0/24."
                ))
            })
        };
        let allowed_ips = if self.allowed_ips.is_empty() {
            own.allowed_ips.clone()
        } else {
            self.allowed_ips.iter().map(network).collect::<Result<_>>()?
        };
        let expires_at = match self.expires_in {
            None => own.expires_at,
            Some(seconds @ 60..=LONGEST) => Some(now.after(Duration::from_secs(seconds))),
            Some(_) => return Err(bad(format_args!("expires_in is 60 to {LONGEST} seconds."))),
        };
        let grant = Grant { scopes, allowed_ips, expires_at };
        if own.covers(&grant) {
            Ok(grant)
        } else {
            Err(Problem::new(
                Kind::KeyScope,
                "A key cannot give more than it may do itself. No key was made; use a key with more rights.",
            ))
        }
    }
}

fn parsed(scopes: &[String]) -> Result<BTreeSet<Scope>> {
    if scopes.is_empty() {
        return Err(bad("scopes is empty: such a key could do nothing."));
    }
    let scope = |text: &String| {
        text.parse().map_err(|()| {
            let all: Vec<_> = Scope::all().map(|scope| scope.to_string()).collect();
            bad(format_args!("There is no scope {text:?}. There are: {}.", all.join(", ")))
        })
    };
    scopes.iter().map(scope).collect()
}

fn name(name: Option<String>) -> Result<Option<String>> {
    match name {
        Some(name)
            if name.trim().is_empty()
                || name.chars().count() > NAME
                || name.chars().any(char::is_control) =>
        {
            Err(bad(format_args!("name has 1 to {NAME} characters on one line.")))
        }
        name => Ok(name),
    }
}

/// List your API keys, the oldest first
///
/// At most the last 200, with those that have ended.
#[utoipa::path(
    get, path = "/v1/keys", tag = "Merchants", security(("key" = [])),
    responses((status = 200, body = Page<KeyView>), Refusals)
)]
async fn list(State(app): State<App>, acting: Acting) -> Result<Json<Page<KeyView>>> {
    let mut tx = app.db.snapshot().await?;
    let keys = store::keys_of(&mut tx, acting.merchant.id).await?;
    let view = |key: &Key| KeyView { last_used_at: app.key_uses.last(key), ..KeyView::from(key) };
    Ok(Json(Page { data: keys.iter().map(view).collect(), has_more: false }))
}

/// Make an API key
///
/// It can do at most what the calling key can. The answer shows the key, once; a key that was lost is
/// revoked and made anew. Power over keys and people waits until `effective_at`: every owner is told, and
/// any of them can stop the key. Everything else it may do at once.
#[utoipa::path(
    post, path = "/v1/keys", tag = "Merchants", security(("key" = [])),
    request_body = NewKey,
    responses((status = 201, body = NewKeyView), Refusals)
)]
async fn create(
    State(app): State<App>,
    acting: Acting,
    Body(new): Body<NewKey>,
) -> Result<(StatusCode, Json<NewKeyView>)> {
    let now = acting.now(&app);
    let grant = new.grant(&acting.grant, now.at)?;
    let name = name(new.name)?;
    let mut tx = app.db.begin().await?;
    let keys = store::keys_of(&mut tx, acting.merchant.id).await?;
    if keys.iter().filter(|key| key.works(now.at)).count() >= MOST {
        return Err(bad(format_args!("{MOST} keys work already: revoke one first.")));
    }
    let (key, plain) = make(&mut tx, &app, &acting, new.format, name, grant, now).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(NewKeyView { key: plain, about: KeyView::from(&key) })))
}

/// A key, whose power over keys and people waits if it has any.
async fn make(
    tx: &mut Tx,
    app: &App,
    acting: &Acting,
    format: KeyFormat,
    name: Option<String>,
    grant: Grant,
    now: Now<'_>,
) -> Result<(Key, String)> {
    let guarded = grant.is_guarded();
    let (mut key, plain) = mint_with(tx, &acting.merchant, format, name, grant, now).await?;
    if guarded {
        let matter = Matter::Key { key: key.id, hint: key.hint.clone() };
        let (by, wait) = (acting.hand.to_string(), app.settings.payout_delay);
        let change = changes::begin(tx, &acting.merchant, matter, &by, wait, now).await?;
        key.waits_until = Some(change.due_at);
    }
    // Every owner hears of it in the chat: where power waits, by the change that waits.
    let merchant = &acting.merchant;
    let audience = match guarded {
        true => Audience::quiet(merchant.id),
        false => {
            let told = owners(tx, merchant).await?;
            changes::alarm(tx, merchant, told).await?
        }
    };
    announce(tx, &audience, kind::KEY_CREATED, (merchant, &key), now);
    Ok((key, plain))
}

/// Replace an API key
///
/// Makes a key with the same rights; the old one goes on working for the overlap, so that nothing
/// stands still while you change it over. Power over keys and people waits as with any new key.
#[utoipa::path(
    post, path = "/v1/keys/{id}/rotate", tag = "Merchants", security(("key" = [])),
    params(("id" = String, Path)), request_body = Rotation,
    responses((status = 201, body = NewKeyView), Refusals)
)]
async fn rotate(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<KeyId>,
    Body(rotation): Body<Rotation>,
) -> Result<(StatusCode, Json<NewKeyView>)> {
    let overlap = rotation.overlap.unwrap_or(OVERLAP);
    if overlap > LONGEST_OVERLAP {
        return Err(bad(format_args!("overlap is 0 to {LONGEST_OVERLAP} seconds.")));
    }
    let now = acting.now(&app);
    let mut tx = app.db.begin().await?;
    let keys = store::keys_of(&mut tx, acting.merchant.id).await?;
    let old = keys.into_iter().find(|key| key.id == id && key.works(now.at));
    let old = old.ok_or_else(|| missing(id))?;
    acting.covers(&old.grant, "the key to be replaced")?;
    let (format, name) = (KeyFormat::of(&old.hint), old.name.clone());
    let (key, plain) = make(&mut tx, &app, &acting, format, name, old.grant.clone(), now).await?;
    let end = now.at.after(Duration::from_secs(overlap));
    let end = old.grant.expires_at.map_or(end, |known| known.min(end));
    store::end_key(&mut tx, acting.merchant.id, id, end).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(NewKeyView { key: plain, about: KeyView::from(&key) })))
}

/// Revoke an API key
///
/// It ends at once. A key revokes no key that may do more than itself; an owner revokes any. The key you
/// call with cannot revoke itself: that would be one slip away from locking yourself out. Replace it
/// instead.
#[utoipa::path(
    delete, path = "/v1/keys/{id}", tag = "Merchants", security(("key" = [])),
    params(("id" = String, Path)),
    responses((status = 204), Refusals)
)]
async fn revoke(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<KeyId>,
) -> Result<StatusCode> {
    if acting.hand.key() == Some(id) {
        return Err(Problem::new(
            Kind::KeyInUse,
            "You are calling with this very key. Nothing was changed; revoke it with another one, or replace it.",
        ));
    }
    let now = acting.now(&app);
    let mut tx = app.db.begin().await?;
    let keys = store::keys_of(&mut tx, acting.merchant.id).await?;
    let key = keys.into_iter().find(|key| key.id == id).ok_or_else(|| missing(id))?;
    acting.covers(&key.grant, "the key to be revoked")?;
    if key.revoked_at.is_none() {
        revoke_key(&mut tx, acting.merchant.id, id, now).await.map_err(|error| match error {
            Error::NoKey(id) => missing(id),
            Error::Db(error) => error.into(),
            error => Problem::internal(error),
        })?;
        let its = |matter: &Matter| matches!(matter, Matter::Key { key, .. } if *key == id);
        changes::withdraw(&mut tx, &acting.merchant, its, now).await?;
        announce_revoked(&mut tx, &acting.merchant, key, now);
        tx.commit().await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

fn missing(id: KeyId) -> Problem {
    Problem::not_found(format_args!("working key {id}"))
}
