//! Who acts for a merchant: whoever holds one of its keys, or one of its people with a session who says
//! for which merchant in `Remit-Account`.

use std::fmt;

use axum::{
    extract::FromRequestParts,
    http::{HeaderName, Method, request::Parts},
};

use super::super::{
    Key, Merchant,
    grant::{self, Denied, Grant, Need},
    members,
    role::Role,
};
use crate::{
    base::{
        app::App,
        db::Tx,
        events::{self, Now},
        web::{
            call::Bearer,
            client::Client,
            problem::{Kind, Problem, Result},
            wait::Waiter,
        },
    },
    people::{
        identity::{
            Person,
            http::{Caller, credential},
        },
        wallets,
    },
    words::id::{KeyId, MerchantId, PersonId},
};

/// For which merchant a person acts.
pub const ACCOUNT: HeaderName = HeaderName::from_static("remit-account");

/// Whose hand it is.
#[derive(Debug, Clone)]
pub enum Hand {
    Key(Box<Key>),
    Member(Box<Person>, Role),
}

/// By the id.
impl fmt::Display for Hand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => key.id.fmt(f),
            Self::Member(person, _) => person.id.fmt(f),
        }
    }
}

impl Hand {
    /// The key that is used, if it is one.
    pub fn key(&self) -> Option<KeyId> {
        match self {
            Self::Key(key) => Some(key.id),
            Self::Member(..) => None,
        }
    }

    /// The person who acts, if it is one.
    pub fn person(&self) -> Option<PersonId> {
        match self {
            Self::Key(_) => None,
            Self::Member(person, _) => Some(person.id),
        }
    }
}

/// Somebody who may do for a merchant what is being asked.
#[derive(Debug, Clone)]
pub struct Acting {
    pub merchant: Merchant,
    pub hand: Hand,
    pub grant: Grant,
    acts: events::Hand,
}

impl FromRequestParts<App> for Acting {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let acting = match credential(&parts.headers, "Bearer") {
            Some(token) if is_session(token) => of_session(parts, app).await?,
            token => of_key(parts, app, token.unwrap_or_default()).await?,
        };
        acting.admitted(parts, app).await
    }
}

impl Acting {
    fn new(merchant: Merchant, hand: Hand, grant: Grant) -> Self {
        let acts = events::Hand::new(merchant.id, &hand);
        Self { merchant, hand, grant, acts }
    }

    /// This moment, in the hand of whoever acts for this merchant.
    pub fn now<'a>(&'a self, app: &'a App) -> Now<'a> {
        app.now().by(&self.acts)
    }

    /// The one rule of giving, replacing and taking back: nobody does it with more than they have.
    pub fn covers(&self, other: &Grant, what: &str) -> Result<()> {
        if self.grant.covers(other) {
            return Ok(());
        }
        let (kind, whose) = match self.hand {
            Hand::Key(_) => (Kind::KeyScope, "This key"),
            Hand::Member(..) => (Kind::RoleMissing, "Your role"),
        };
        let detail = format!("{whose} may do less than {what}. Nothing was changed.");
        Err(Problem::new(kind, detail))
    }

    /// Whoever acts, if it is a person who has proven a wallet. No key decides who owns a store: a key
    /// can be copied and tells nobody.
    pub async fn in_person(&self, tx: &mut Tx) -> Result<&Person> {
        let Hand::Member(person, _) = &self.hand else {
            let detail = "No key decides who owns a store or where it is paid. Nothing was changed; an \
                          owner does this in the app.";
            return Err(Problem::new(Kind::PersonNeeded, detail));
        };
        if wallets::store::of(tx, person.id).await?.is_empty() {
            let detail = "Whoever decides about a store's owners has proven a wallet. Nothing was \
                          changed; link yours in the app first.";
            return Err(Problem::new(Kind::WalletMissing, detail));
        }
        Ok(person)
    }

    /// Whoever shows this key, if the key may do what is being asked.
    pub async fn by_key(parts: &Parts, app: &App, key: &str) -> Result<Self> {
        of_key(parts, app, key).await?.admitted(parts, app).await
    }

    async fn admitted(self, parts: &Parts, app: &App) -> Result<Self> {
        let reads = matches!(parts.method, Method::GET | Method::HEAD);
        let need = grant::need(parts.uri.path(), reads);
        let from = Client::of(&parts.extensions, &parts.headers, &app.settings.trusted_proxies);
        self.grant
            .allows(need, from.ip, app.time())
            .map_err(|no| waits(no, need, &self.hand).unwrap_or_else(|| denied(no, &self.hand)))?;
        if let Hand::Key(key) = &self.hand {
            app.key_uses.note(key, app.time());
        }
        Ok(self)
    }
}

async fn of_key(parts: &Parts, app: &App, plain: &str) -> Result<Acting> {
    if plain.is_empty() {
        let detail = "Send `Authorization: Bearer sk_…` with your API key.";
        return Err(Problem::new(Kind::KeyInvalid, detail));
    }
    let mut tx = app.db.snapshot().await?;
    let (merchant, key) = super::super::by_key(&mut tx, plain, app.livemode())
        .await?
        .ok_or_else(|| Problem::new(Kind::KeyInvalid, unknown(plain, app)))?;
    Bearer::is(&parts.extensions, merchant.id);
    let grant = key.grant_now();
    Ok(Acting::new(merchant, Hand::Key(Box::new(key)), grant))
}

async fn of_session(parts: &mut Parts, app: &App) -> Result<Acting> {
    let caller = Caller::from_request_parts(parts, app).await?;
    let named = parts.headers.get(ACCOUNT).ok_or_else(|| {
        Problem::new(
            Kind::AccountMissing,
            "Send `Remit-Account: acc_…` to say for which of your stores; GET /v1/merchants lists them.",
        )
    })?;
    let id: Option<MerchantId> = named.to_str().ok().and_then(|id| id.parse().ok());
    let mut tx = app.db.snapshot().await?;
    let found = match id {
        Some(id) => members::store::role_of(&mut tx, id, caller.person.id).await?,
        None => None,
    };
    // Whether there is such a store is nobody's business who does not belong to it.
    let (merchant, role) =
        found.filter(|(merchant, _)| merchant.livemode == app.livemode()).ok_or_else(|| {
            let detail = "You do not belong to this store, or no longer. Nothing was changed.";
            Problem::new(Kind::MemberUnknown, detail)
        })?;
    let hand = Hand::Member(Box::new(caller.person), role);
    Ok(Acting::new(merchant, hand, role.grant()))
}

fn denied(denied: Denied, hand: &Hand) -> Problem {
    match (denied, hand) {
        (Denied::Scope(_), Hand::Member(_, role)) => Problem::new(
            Kind::RoleMissing,
            format!(
                "You are this store's {role}, and that is for others. Nothing was changed; ask an owner."
            ),
        ),
        (Denied::Expired, _) => Problem::new(
            Kind::KeyInvalid,
            "This key has come to its end. Make a new one at POST /v1/keys, or ask the operator.",
        ),
        (Denied::Address, _) => Problem::new(
            Kind::KeyAddress,
            "This key may be used only from the addresses it was made for. Nothing was changed.",
        ),
        (Denied::Scope(Some(scope)), _) => Problem::new(
            Kind::KeyScope,
            format!("It would need the scope {scope}. Nothing was changed."),
        ),
        (Denied::Scope(None), _) => Problem::new(
            Kind::KeyScope,
            "Only a key without limits may do this. Nothing was changed.",
        ),
    }
}

/// A key that will be able to do this, and is not yet.
fn waits(denied: Denied, need: Need, hand: &Hand) -> Option<Problem> {
    let (Denied::Scope(_), Hand::Key(key)) = (denied, hand) else { return None };
    let until = key.waits_until.filter(|_| key.grant.opens(need))?;
    let detail = format!(
        "This key is new: from {until} on it may do this too, unless an owner stops it. Nothing was \
         changed; use an older key, or do it in the app."
    );
    Some(Problem::new(Kind::KeyWaits, detail))
}

/// A key may be spelled in several ways.
fn is_session(token: &str) -> bool {
    token.starts_with("ses_")
}

/// Most wrong keys are right keys in the wrong place.
fn unknown(key: &str, app: &App) -> &'static str {
    match (key.starts_with("sk_live_"), key.starts_with("sk_test_"), app.livemode()) {
        (true, _, false) => "This is a live key, and this service runs on a test network.",
        (_, true, true) => "This is a test key, and this service runs on the real network.",
        _ => "Check the key, or ask the operator of this service for a new one.",
    }
}

/// A handler that takes a `Merchant` answers whoever may act for it. One that changes something takes
/// [`Acting`], which says whose hand it is.
impl FromRequestParts<App> for Merchant {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        Ok(Acting::from_request_parts(parts, app).await?.merchant)
    }
}

/// Whoever has a feed: a merchant, or a person by the session alone.
#[derive(Debug, Clone)]
pub struct Account {
    pub id: String,
    pub waiter: Waiter,
}

impl FromRequestParts<App> for Account {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let is_key = credential(&parts.headers, "Bearer").is_some_and(|token| !is_session(token));
        if is_key || parts.headers.contains_key(ACCOUNT) {
            let merchant = Merchant::from_request_parts(parts, app).await?;
            let waiter = self::waiter(app, &merchant).await?;
            return Ok(Self { id: merchant.id.to_string(), waiter });
        }
        let person = Caller::from_request_parts(parts, app).await?.person;
        Ok(Self { id: person.id.to_string(), waiter: (&person).into() })
    }
}
/// A store waits in the name of its first owner: whoever opens ten has not ten times the places.
pub async fn waiter(app: &App, merchant: &Merchant) -> Result<Waiter> {
    let mut tx = app.db.snapshot().await?;
    let owners = members::store::owners(&mut tx, merchant.id).await?;
    let account = merchant.id.to_string();
    let keeper = owners.first().map_or_else(|| account.clone(), |owner| owner.id.to_string());
    Ok(Waiter::Known { account, keeper })
}
