//! Merchants, their keys and their log, as the API and the feed show them.

use ipnet::IpNet;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Key, Merchant,
    grant::Scope,
    role::{Right, Role},
};
use crate::{base::events::view::EventView, money::payments::view::friendly, words::time::Time};

/// A merchant's account.
#[derive(Debug, Serialize, ToSchema)]
pub struct MerchantView {
    #[schema(example = "acc_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    pub id: String,
    pub name: String,
    /// The wallet that is paid.
    pub address: String,
    /// Since when it is that wallet.
    #[schema(value_type = String, format = DateTime)]
    pub payout_since: Time,
    /// Whether the money is real.
    pub livemode: bool,
    /// The number of the newest event in your feed; 0 before the first one.
    pub last_seq: i64,
}

/// A store, and what you are to it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Store)]
pub struct StoreView {
    #[schema(example = "acc_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    pub id: String,
    pub name: String,
    /// The wallet that is paid.
    pub address: String,
    pub role: Role,
    /// What your role lets you do. Where you may write, reading is listed as well.
    pub may: Vec<Right>,
    /// From when you are an owner, if that waits.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub owner_from: Option<Time>,
    /// Whether the money is real.
    pub livemode: bool,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
}

impl StoreView {
    pub fn new(merchant: &Merchant, role: Role) -> Self {
        Self {
            id: merchant.id.to_string(),
            name: merchant.name.clone(),
            address: friendly(merchant.payout),
            role,
            may: role.may(),
            owner_from: None,
            livemode: merchant.livemode,
            created_at: merchant.created_at,
        }
    }
}

/// An API key. The key itself was shown once, when it was made.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub struct KeyView {
    #[schema(example = "key_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    pub id: String,
    pub name: Option<String>,
    /// Its first characters, to recognise it by.
    #[schema(example = "sk_test_4f9a10")]
    pub hint: String,
    /// What it may do, such as `invoices:write`; `null`: everything.
    pub scopes: Option<Vec<Scope>>,
    /// Addresses and networks it may be used from; empty: anywhere.
    pub allowed_ips: Vec<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Time>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_at: Option<Time>,
    /// To the minute.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used_at: Option<Time>,
    /// From when it may also change keys and people; until then it does everything else, and any owner
    /// can stop it. `null`: it does all that its scopes say.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub effective_at: Option<Time>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
}

impl From<&Key> for KeyView {
    fn from(key: &Key) -> Self {
        let scopes = key.grant.scopes.as_ref();
        Self {
            id: key.id.to_string(),
            name: key.name.clone(),
            hint: key.hint.clone(),
            scopes: scopes.map(|scopes| scopes.iter().copied().collect()),
            allowed_ips: key.grant.allowed_ips.iter().map(IpNet::to_string).collect(),
            expires_at: key.grant.expires_at,
            revoked_at: key.revoked_at,
            last_used_at: key.last_used_at,
            effective_at: key.waits_until,
            created_at: key.created_at,
        }
    }
}

/// A new key, this once with the key itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewKeyView {
    /// Keep it safe: it is kept nowhere here, and cannot be shown again.
    #[schema(example = "sk_test_…")]
    pub key: String,
    #[serde(flatten)]
    pub about: KeyView,
}

/// A key as an event tells of it.
#[derive(Serialize)]
pub struct KeyTold<'a> {
    #[serde(flatten)]
    pub key: KeyView,
    pub merchant: KeysStore<'a>,
}

#[derive(Serialize)]
pub struct KeysStore<'a> {
    pub id: String,
    pub name: &'a str,
}

/// Something that somebody did.
#[derive(Debug, Serialize, ToSchema)]
pub struct Deed {
    /// The key's id, `key_…`, or the person's, `usr_…`; `operator` is whoever runs this service. What took
    /// place after a wait is whose who asked for it.
    #[schema(example = "usr_01m7q5cqg0fzzvzzzzzzzzzzzz")]
    pub by: String,
    /// The person's name or the key's, while they are known.
    pub by_name: Option<String>,
    #[serde(flatten)]
    pub event: EventView,
}
