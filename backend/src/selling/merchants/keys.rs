//! What is told of a merchant's keys.

use super::{
    Key, Merchant,
    view::{KeyTold, KeyView, KeysStore},
};
use crate::base::{
    db::Tx,
    events::{self, Audience, Now, kind},
};

/// What happens to keys stands in the merchant's feed, where nobody can take it out again.
pub fn announce(
    tx: &mut Tx,
    audience: &Audience,
    kind: &'static str,
    (merchant, key): (&Merchant, &Key),
    now: Now<'_>,
) {
    let merchant = KeysStore { id: merchant.id.to_string(), name: &merchant.name };
    let data = KeyTold { key: KeyView::from(key), merchant };
    events::append(tx, audience, kind, &data, now);
}

pub fn announce_revoked(tx: &mut Tx, merchant: &Merchant, key: Key, now: Now<'_>) {
    let key = Key { revoked_at: Some(now.at), waits_until: None, ..key };
    announce(tx, &Audience::quiet(merchant.id), kind::KEY_REVOKED, (merchant, &key), now);
}
