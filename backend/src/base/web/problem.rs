//! Everything that can go wrong for a caller, in one list. RFC 9457 on the wire.
//!
//! A problem says what happened, what is safe and what to do. Causes that are ours alone are logged
//! once, here, under the request's id; the caller sees only that id.

use std::collections::BTreeMap;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use ton::toncenter;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{Content, Ref, RefOr, Response as Described, ResponseBuilder},
};

use crate::base::db::Outage;

const MEDIA_TYPE: &str = "application/problem+json";

macro_rules! problems {
    ($($kind:ident $status:literal $slug:literal $title:literal)*) => {
        /// The kinds of problem. Slugs are stable: programs may match on them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind { $(#[doc = $title] $kind,)* }

        impl Kind {
            pub const ALL: &'static [Self] = &[$(Self::$kind),*];
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$kind => $slug,)* }
            }
            pub const fn title(self) -> &'static str {
                match self { $(Self::$kind => $title,)* }
            }
            pub const fn status(self) -> u16 {
                match self { $(Self::$kind => $status,)* }
            }
        }
    };
}

problems! {
    BadRequest          400 "bad-request"            "The request is not well formed"
    AddressInvalid      400 "address-invalid"        "This is not a TON address"
    AmountInvalid       400 "amount-invalid"         "This amount cannot be used"
    AssetUnknown        400 "asset-unknown"          "This asset is not accepted here"
    Unsupported         400 "unsupported"            "This service cannot do that"
    LoginInvalid        401 "login-invalid"          "Telegram's signature does not fit"
    LoginStale          401 "login-stale"            "The login data from Telegram is too old"
    SessionInvalid      401 "session-invalid"        "The session is unknown or has ended"
    SessionEnded        401 "session-ended"          "This sign-in was ended"
    KeyInvalid          401 "key-invalid"            "The API key is unknown or was revoked"
    KeyScope            403 "key-scope"              "This key may not do that"
    KeyWaits            403 "key-waits"              "This right of the key still waits"
    KeyAddress          403 "key-address"            "This key may not be used from here"
    AccountMissing      400 "account-missing"        "It is not said for which store"
    MemberUnknown       403 "member-unknown"         "You do not belong to this store"
    RoleMissing         403 "role-missing"           "Your role may not do that"
    LastOwner           409 "last-owner"             "A store needs an owner"
    StillOwner          409 "still-owner"            "You still own a store"
    MemberAlready       409 "member-already"         "This person belongs to the store already"
    InvitationOver      409 "invitation-over"        "This invitation is used, taken back or too old"
    TooManyMembers      409 "too-many-members"       "There are too many members or invitations"
    TooManyMerchants    409 "too-many-merchants"     "No more stores can be opened"
    MerchantsClosed     403 "merchants-closed"       "The operator opens the stores here"
    PersonNeeded        403 "person-needed"          "Only a person may do this, not a key"
    PayoutPending       409 "payout-pending"         "Another wallet is waiting already"
    PayoutOver          409 "payout-over"            "This change has ended"
    ChangePending       409 "change-pending"         "Another change of this is waiting already"
    NeedsCustody        403 "needs-custody"          "This service holds nobody's money"
    KeyInUse            409 "key-in-use"             "A key cannot revoke itself"
    ProofInvalid        400 "proof-invalid"          "The wallet's proof does not hold"
    ChallengeSpent      409 "challenge-spent"        "This challenge is unknown, used or too old"
    WalletMissing       409 "wallet-missing"         "Link a wallet first"
    TooManyWallets      409 "too-many-wallets"       "No more wallets can be linked"
    NotFound            404 "not-found"              "There is nothing here"
    LinkExpired         409 "link-expired"           "The time of this link is over"
    NameMoved           409 "name-moved"             "This name has gone to somebody else"
    PaymentTwin         409 "payment-twin"           "A payment just like this one is under way"
    PersonUnknown       404 "person-unknown"         "Nobody of that name uses this service yet"
    PersonHasNoWallet   404 "person-has-no-wallet"   "This person has not linked a wallet yet"
    MethodNotAllowed    405 "method-not-allowed"     "This method is not allowed here"
    ToSelf              409 "to-self"                "Payer and payee are the same wallet"
    InvoiceExpired      409 "invoice-expired"        "The invoice has expired"
    InvoicePaid         409 "invoice-paid"           "The invoice is already paid"
    InvoiceVoid         409 "invoice-void"           "The invoice was voided"
    StarsOnly           409 "stars-only"             "Inside Telegram this is paid in Stars only"
    StarsOff            409 "stars-off"              "This service does not take Stars"
    StarsNotOffered     409 "stars-not-offered"      "This invoice has no price in Stars"
    NothingCame         409 "nothing-came"           "No money has come yet"
    RequestClosed       409 "request-closed"         "This request takes no more money"
    TooManyOpenRequests 409 "too-many-open-requests" "Too many requests of yours are open"
    TooManyPayments     409 "too-many-payments"      "Too many payments wait for a signature"
    PaymentStarted      409 "payment-started"        "The payment is already on its way"
    PaymentMatched      409 "payment-matched"        "This money pays something already"
    PaymentAmbiguous    409 "payment-ambiguous"      "Several payments may be meant"
    AssetMismatch       409 "asset-mismatch"         "This money is of another asset"
    NotCountable        409 "not-countable"          "This money cannot be handled here"
    UnmatchedBusy       409 "unmatched-busy"         "This money is being paid back"
    SenderUnknown       409 "sender-unknown"         "The chain names no sender"
    AddressUnconfirmed  409 "address-unconfirmed"    "The money would go to somebody else"
    RefundTooLarge      409 "refund-too-large"       "More than is left to pay back"
    RefundWhole         409 "refund-whole"           "Stars go back as a whole"
    RefundStarted       409 "refund-started"         "The refund is already on its way"
    RefundOver          409 "refund-over"            "The refund has ended"
    ExternalIdTaken     409 "external-id-taken"      "Another invoice has this external_id"
    WebhookUrlInvalid   400 "webhook-url-invalid"    "This address cannot take webhooks"
    EventTypeUnknown    400 "event-type-unknown"     "There is no event of this type"
    WebhookLimit        409 "webhook-limit"          "There are too many webhook endpoints"
    WebhookDisabled     409 "webhook-disabled"       "The webhook endpoint is disabled"
    WebhookSecretMissing 409 "webhook-secret-missing" "There is no secret yet to sign invoice webhooks with"
    Busy                409 "busy"                   "Somebody changed this at the same moment"
    UnknownPosition     409 "unknown-position"       "Your feed has no event of this number"
    IdempotencyRunning  409 "idempotency-running"    "The first request with this key is still running"
    IdempotencyMismatch 422 "idempotency-mismatch"   "This key was used with another request"
    BodyTooLarge        413 "body-too-large"         "The body is too large"
    BodySlow            408 "body-slow"              "The body took too long to arrive"
    MediaType           415 "media-type"             "The body must be application/json"
    TooManyRequests     429 "too-many-requests"      "Too many requests"
    ChainUnreachable    503 "chain-unreachable"      "The chain cannot be reached just now"
    AssetDenied         503 "asset-denied"           "The chain knows this asset otherwise"
    TelegramUnreachable 503 "telegram-unreachable"   "Telegram cannot be reached just now"
    RateUnavailable     503 "rate-unavailable"       "No rate can be trusted just now"
    DatabaseUnavailable 503 "database-unavailable"   "The database cannot be used just now"
    TimedOut            503 "timed-out"              "This took too long"
    Internal            500 "internal"               "Something went wrong on our side"
}

/// A problem on its way to a caller.
#[derive(Debug)]
pub struct Problem {
    pub kind: Kind,
    /// For a person: what happened, what is safe, what to do.
    pub detail: String,
    /// Seconds to wait before another try.
    pub retry_after: Option<u64>,
    /// Where a feed may be read on instead.
    pub gap: Option<Gap>,
}

/// A place in a feed where a number is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The last number before it.
    pub last_seq: i64,
    /// The first one after it, if there is any yet.
    pub next_seq: Option<i64>,
}

/// The body of a problem, RFC 9457.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemBody {
    /// A stable reference, such as `/problems/invoice-expired`; it can be opened in a browser.
    #[serde(rename = "type")]
    #[schema(example = "/problems/invoice-expired")]
    pub kind: String,
    #[schema(example = "The invoice has expired")]
    pub title: String,
    #[schema(example = 409)]
    pub status: u16,
    pub detail: String,
    /// Quote it when you ask for help.
    #[schema(example = "cal_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    pub request_id: String,
    /// With `unknown-position`: the newest number of your feed below the one you sent. Read on after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 31, nullable = false)]
    pub last_seq: Option<i64>,
    /// With `unknown-position`: the first number above it, once there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 1_795_000_000_001_i64, nullable = false)]
    pub next_seq: Option<i64>,
}

/// What a response says went wrong, for those who spell it in another dialect.
#[derive(Debug, Clone)]
pub struct Said {
    pub kind: Kind,
    pub detail: String,
}

pub type Result<T, E = Problem> = std::result::Result<T, E>;

impl Problem {
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), retry_after: None, gap: None }
    }

    pub fn not_found(what: impl std::fmt::Display) -> Self {
        Self::new(Kind::NotFound, format!("There is no {what}, or it is not yours."))
    }

    /// For causes the caller cannot help: logged here, once, and told without detail.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed for a reason of ours");
        Self::new(
            Kind::Internal,
            "Nothing was changed by this request. Try again; if it stays, tell the operator the request_id.",
        )
    }

    pub fn chain(cause: toncenter::Error) -> Self {
        tracing::warn!(%cause, "the chain did not answer a request");
        let wait = match cause {
            toncenter::Error::RateLimited { retry_after: Some(wait) } => wait.as_secs() + 1,
            _ => 2,
        };
        Self {
            retry_after: Some(wait),
            ..Self::new(Kind::ChainUnreachable, "No money has moved. Try again in a few seconds.")
        }
    }
}

/// How long to leave a database in peace that could not be used, in seconds.
const DATABASE_AGAIN: u64 = 2;

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        let Some(outage) = Outage::of(&error) else { return Self::internal(error) };
        tracing::warn!(%error, "the database was in the way of a request");
        // A commit may get through although its answer does not, so nothing is promised.
        let detail = format!(
            "Just now {outage}. What was committed is safe, and no money has moved by this request. If \
             it was to change something, send it again with the same Idempotency-Key: it happens once, \
             even if this one has got through."
        );
        Self { retry_after: Some(DATABASE_AGAIN), ..Self::new(Kind::DatabaseUnavailable, detail) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let request_id = crate::base::web::call::current();
        let said = Said { kind: self.kind, detail: self.detail.clone() };
        metrics::counter!("problems_total", "type" => self.kind.slug()).increment(1);
        let body = ProblemBody {
            kind: format!("/problems/{}", self.kind.slug()),
            title: self.kind.title().to_owned(),
            status: self.kind.status(),
            detail: self.detail,
            request_id,
            last_seq: self.gap.map(|gap| gap.last_seq),
            next_seq: self.gap.and_then(|gap| gap.next_seq),
        };
        let status =
            StatusCode::from_u16(self.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(body)).into_response();
        response.extensions_mut().insert(said);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// How a route may refuse, for its description: all that the caller can mend, and a database that is
/// away.
pub struct Refusals;

/// How a route that asks the chain may fail: it may refuse, or the chain may be away.
pub struct Failures;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        described(&["4XX", "503"])
    }
}

impl IntoResponses for Failures {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        described(&["4XX", "5XX"])
    }
}

fn described(statuses: &[&str]) -> BTreeMap<String, RefOr<Described>> {
    let body = Content::new(Some(Ref::from_schema_name(ProblemBody::name())));
    let response = ResponseBuilder::new().content(MEDIA_TYPE, body).build();
    statuses.iter().map(|status| ((*status).to_owned(), response.clone().into())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_is_away_is_no_fault_of_ours_and_says_when_to_come_again() {
        let away = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        for error in [sqlx::Error::PoolTimedOut, sqlx::Error::Io(away), sqlx::Error::WorkerCrashed]
        {
            let problem = Problem::from(error);
            assert_eq!(problem.kind, Kind::DatabaseUnavailable);
            assert_eq!(problem.into_response().headers()[header::RETRY_AFTER], "2");
        }
        assert_eq!(Problem::from(sqlx::Error::RowNotFound).kind, Kind::Internal);
    }

    #[test]
    fn slugs_are_words_and_each_stands_once() {
        let mut slugs: Vec<_> = Kind::ALL.iter().map(|kind| kind.slug()).collect();
        assert!(slugs.iter().all(|s| s.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
        slugs.sort_unstable();
        slugs.dedup();
        assert_eq!(slugs.len(), Kind::ALL.len());
    }
}
