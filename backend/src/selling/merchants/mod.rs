//! Who sells: a name, the wallet that is paid, the keys that speak for it.
//!
//! ```text
//! create ──▶ merchant ──mint──▶ key ──revoke──▶ nothing
//! ```
//!
//! Who decides about a merchant changes slowly: see [`changes`].
//!
//! A merchant's wallet is followed for ever, so that no money is lost between two invoices. Keys are
//! 256 random bits, shown once and kept as their SHA-256.

pub mod changes;
pub mod command;
pub mod grant;
impl From<&Merchant> for Asker {
    fn from(merchant: &Merchant) -> Self {
        Self::known(merchant.id)
    }
}

#[cfg(test)]
pub mod harness;
pub mod http;
mod keys;
pub mod members;
pub mod role;
pub mod store;
pub mod uses;
pub mod view;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use ton::address::Address;
use utoipa::ToSchema;

use crate::{
    base::{
        db::{self, Tx},
        events::{self, Audience, Now},
        follow,
        questions::Asker,
    },
    people::identity,
    words::{
        dice::Dice,
        id::{KeyId, MerchantId},
        money::Assets,
    },
};

use grant::Grant;
pub use store::{Key, Merchant};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no merchant {0}")]
    NotFound(MerchantId),
    #[error("there is no key {0}, or it is revoked already")]
    NoKey(KeyId),
    #[error("a key of this service is {0} and 64 hex digits")]
    BadKey(&'static str),
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

/// A merchant before it has an id.
#[derive(Debug, Clone)]
pub struct NewMerchant {
    pub name: String,
    /// The wallet that is paid. Nobody but its owner can move what arrives there.
    pub payout: Address,
    /// The Telegram id of whoever is told of payments in the chat.
    pub owner_telegram: Option<i64>,
    pub livemode: bool,
}

/// Opens an account, and follows its wallet for ever.
pub async fn create(
    tx: &mut Tx,
    assets: &Assets,
    new: NewMerchant,
    now: Now<'_>,
) -> db::Result<Merchant> {
    let merchant = Merchant {
        id: MerchantId::new(now.at, now.dice),
        name: new.name,
        owner_telegram: new.owner_telegram,
        payout: new.payout,
        livemode: new.livemode,
        payout_since: now.at,
        created_at: now.at,
    };
    events::store::open_account(tx, &merchant.id.to_string(), "merchant", now.at).await?;
    store::insert(tx, &merchant).await?;
    follow::follow(tx, assets, merchant.payout, now.at, None).await?;
    Ok(merchant)
}

/// The merchant of that name and wallet, made if it is not there yet, with this very key.
pub async fn ensure_shop(
    tx: &mut Tx,
    assets: &Assets,
    new: NewMerchant,
    key: &str,
    now: Now<'_>,
) -> Result<Merchant, Error> {
    let merchant = match store::by_name(tx, &new.name, new.payout).await? {
        Some(merchant) => merchant,
        None => create(tx, assets, new, now).await?,
    };
    ensure_key(tx, &merchant, key, now).await?;
    Ok(merchant)
}

/// How a key is spelled. Whatever it looks like, it opens the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyFormat {
    /// `sk_live_` or `sk_test_`, then 256 random bits in hex.
    #[default]
    Remit,
    /// As CryptoBot's: a number, a colon and 35 letters and digits (208 random bits), for libraries that look
    /// at a token before they send it.
    Cryptobot,
}

/// Letters and digits behind the colon of such a key.
const CRYPTOBOT: usize = 35;

impl KeyFormat {
    /// That of a key of which this is the beginning.
    fn of(hint: &str) -> Self {
        if hint.starts_with("sk_") { Self::Remit } else { Self::Cryptobot }
    }

    fn fits(self, plain: &str, livemode: bool) -> bool {
        match self {
            Self::Remit => plain.starts_with(prefix(livemode)),
            Self::Cryptobot => plain.split_once(':').is_some_and(|(number, secret)| {
                number.bytes().all(|b| b.is_ascii_digit())
                    && secret.len() == CRYPTOBOT
                    && secret.bytes().all(|b| b.is_ascii_alphanumeric())
            }),
        }
    }

    /// A key that nobody has yet.
    fn new_key(self, merchant: &Merchant, dice: &Dice) -> String {
        match self {
            Self::Remit => new_key(merchant.livemode, dice),
            Self::Cryptobot => format!("{}:{}", merchant.number(), dice.alphanumeric(CRYPTOBOT)),
        }
    }
}

impl Merchant {
    /// A number that stays, for whoever expects one: from the account's own id, which nobody can look up
    /// by it. Below 2⁴⁰.
    pub fn number(&self) -> u64 {
        let digest = Sha256::digest(self.id.to_string().as_bytes());
        digest.iter().take(5).fold(0, |number, byte| (number << 8) | u64::from(*byte))
    }
}

/// A key that nobody has yet, in the usual format.
pub fn new_key(livemode: bool, dice: &Dice) -> String {
    format!("{}{}", prefix(livemode), dice.secret())
}

/// Gives a merchant a fresh key without limits. The plain key is kept nowhere.
pub async fn mint(tx: &mut Tx, merchant: &Merchant, now: Now<'_>) -> Result<(Key, String), Error> {
    Ok(mint_with(tx, merchant, KeyFormat::Remit, None, Grant::default(), now).await?)
}

/// Gives a merchant a fresh key that may do this much.
async fn mint_with(
    tx: &mut Tx,
    merchant: &Merchant,
    format: KeyFormat,
    name: Option<String>,
    grant: Grant,
    now: Now<'_>,
) -> db::Result<(Key, String)> {
    let plain = format.new_key(merchant, now.dice);
    let key = Key { name, grant, ..key(merchant, &plain, now) };
    store::insert_key(tx, &key, &identity::hash(&plain)).await?;
    Ok((key, plain))
}

/// Makes sure that a key which its owner knows already opens this account.
pub async fn ensure_key(
    tx: &mut Tx,
    merchant: &Merchant,
    plain: &str,
    now: Now<'_>,
) -> Result<(), Error> {
    let prefix = prefix(merchant.livemode);
    let secret = plain.strip_prefix(prefix).ok_or(Error::BadKey(prefix))?;
    if secret.len() != 64 || hex::decode(secret).is_err() {
        return Err(Error::BadKey(prefix));
    }
    store::insert_key(tx, &key(merchant, plain, now), &identity::hash(plain)).await?;
    Ok(())
}

/// Ends a key at once.
pub async fn revoke(
    tx: &mut Tx,
    merchant: MerchantId,
    id: KeyId,
    now: Now<'_>,
) -> Result<(), Error> {
    if store::revoke(tx, merchant, id, now.at).await? { Ok(()) } else { Err(Error::NoKey(id)) }
}

/// Whom a key speaks for, where the money is as real as the key says; and the key, whose limits are
/// still to be looked at.
pub async fn by_key(
    tx: &mut Tx,
    plain: &str,
    livemode: bool,
) -> db::Result<Option<(Merchant, Key)>> {
    if ![KeyFormat::Remit, KeyFormat::Cryptobot].iter().any(|of| of.fits(plain, livemode)) {
        return Ok(None);
    }
    let Some(key) = store::key(tx, &identity::hash(plain)).await? else { return Ok(None) };
    let merchant = store::find(tx, key.merchant_id).await?;
    Ok(merchant.filter(|merchant| merchant.livemode == livemode).map(|merchant| (merchant, key)))
}

pub async fn find(tx: &mut Tx, id: MerchantId) -> Result<Merchant, Error> {
    store::find(tx, id).await?.ok_or(Error::NotFound(id))
}

/// The merchant as somebody to tell things to: its feed, and its owners' chats.
pub async fn audience(tx: &mut Tx, merchant: &Merchant) -> db::Result<Audience> {
    let mut chats = Vec::new();
    for owner in members::store::owners(tx, merchant.id).await? {
        chats.extend(owner.audience().chats);
    }
    // Whom the operator named may not have come yet, and still have opened a chat with the bot.
    if let Some(telegram_id) = merchant.owner_telegram {
        match identity::store::by_telegram(tx, telegram_id).await? {
            Some(owner) => chats.extend(owner.audience().chats),
            None => chats.push(telegram_id),
        }
    }
    chats.sort_unstable();
    chats.dedup();
    Ok(Audience { account: merchant.id.to_string(), chats })
}

/// Whoever owns the merchant, by Telegram ids; also whom the operator named and who has not come yet.
pub async fn owners(tx: &mut Tx, merchant: &Merchant) -> db::Result<Vec<i64>> {
    let members = members::store::owners(tx, merchant.id).await?;
    let mut owners: Vec<i64> = members.iter().map(|owner| owner.telegram_id).collect();
    owners.extend(merchant.owner_telegram);
    owners.sort_unstable();
    owners.dedup();
    Ok(owners)
}

/// Every merchant who is or was paid at this address.
pub async fn of_address(tx: &mut Tx, payout: Address) -> db::Result<Vec<Audience>> {
    let mut audiences = Vec::new();
    for merchant in store::by_address(tx, payout).await? {
        audiences.push(audience(tx, &merchant).await?);
    }
    Ok(audiences)
}

const fn prefix(livemode: bool) -> &'static str {
    if livemode { "sk_live_" } else { "sk_test_" }
}

fn key(merchant: &Merchant, plain: &str, now: Now<'_>) -> Key {
    let said = plain.find(':').map_or(prefix(merchant.livemode).len(), |colon| colon + 1);
    let shown = said + 6;
    Key {
        id: KeyId::new(now.at, now.dice),
        merchant_id: merchant.id,
        hint: plain.chars().take(shown).collect(),
        name: None,
        grant: Grant::default(),
        created_at: now.at,
        revoked_at: None,
        last_used_at: None,
        waits_until: None,
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::{
        base::db::tests::memory,
        people::identity::{Chat, Seen, meet},
        words::time::Time,
    };

    pub fn wallet(n: u8) -> Address {
        Address::new(0, [n; 32])
    }

    pub fn olgas_shop() -> NewMerchant {
        NewMerchant {
            name: "Olga's Books".into(),
            payout: wallet(7),
            owner_telegram: Some(4242),
            livemode: false,
        }
    }

    pub fn at(millis: i64, dice: &Dice) -> Now<'_> {
        Now { at: Time::from_millis(millis), dice, hand: None }
    }

    #[tokio::test]
    async fn a_key_opens_its_own_account_until_it_is_revoked() {
        let (db, dice) = (memory().await, Dice::seeded([1; 32]));
        let mut tx = db.begin().await.unwrap();
        let shop = create(&mut tx, &Assets::new([]), olgas_shop(), at(1, &dice)).await.unwrap();
        let other = NewMerchant { name: "Other".into(), ..olgas_shop() };
        let other = create(&mut tx, &Assets::new([]), other, at(1, &dice)).await.unwrap();
        let (key, plain) = mint(&mut tx, &shop, at(2, &dice)).await.unwrap();

        assert!(plain.starts_with("sk_test_") && plain.len() == 8 + 64, "{plain}");
        assert!(plain.starts_with(&key.hint) && key.hint.len() == 14, "{}", key.hint);
        assert_eq!(by_key(&mut tx, &plain, false).await.unwrap().unwrap().0.id, shop.id);
        assert_eq!(by_key(&mut tx, &plain.to_uppercase(), false).await.unwrap(), None);

        let theft = revoke(&mut tx, other.id, key.id, at(3, &dice)).await;
        assert!(matches!(theft, Err(Error::NoKey(_))));
        revoke(&mut tx, shop.id, key.id, at(3, &dice)).await.unwrap();
        assert_eq!(by_key(&mut tx, &plain, false).await.unwrap(), None);
        let again = revoke(&mut tx, shop.id, key.id, at(4, &dice)).await;
        assert!(matches!(again, Err(Error::NoKey(_))));
        let keys = store::keys_of(&mut tx, shop.id).await.unwrap();
        assert_eq!(keys[0].revoked_at, Some(Time::from_millis(3)));
    }

    #[tokio::test]
    async fn a_shop_that_is_ensured_twice_is_one_shop_with_one_key() {
        let (db, dice) = (memory().await, Dice::seeded([2; 32]));
        let (assets, plain) = (Assets::new([]), new_key(false, &dice));
        let mut tx = db.begin().await.unwrap();
        let first =
            ensure_shop(&mut tx, &assets, olgas_shop(), &plain, at(1, &dice)).await.unwrap();
        let again =
            ensure_shop(&mut tx, &assets, olgas_shop(), &plain, at(9, &dice)).await.unwrap();

        assert_eq!(first, again);
        assert_eq!(store::keys_of(&mut tx, first.id).await.unwrap().len(), 1);
        let opened = by_key(&mut tx, &plain, false).await.unwrap();
        assert_eq!(opened.map(|(shop, _)| shop), Some(first));
    }

    #[tokio::test]
    async fn a_key_of_the_other_mode_is_refused() {
        let (db, dice) = (memory().await, Dice::seeded([3; 32]));
        let mut tx = db.begin().await.unwrap();
        let shop = create(&mut tx, &Assets::new([]), olgas_shop(), at(1, &dice)).await.unwrap();
        for bad in [new_key(true, &dice), "sk_test_1234".into(), format!("sk_test_{:z>64}", "")] {
            let refused = ensure_key(&mut tx, &shop, &bad, at(2, &dice)).await;
            assert!(matches!(refused, Err(Error::BadKey("sk_test_"))), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_key_opens_nothing_where_the_money_is_another() {
        let (db, dice) = (memory().await, Dice::seeded([6; 32]));
        let mut tx = db.begin().await.unwrap();
        for livemode in [true, false] {
            let new = NewMerchant { livemode, ..olgas_shop() };
            let shop = create(&mut tx, &Assets::new([]), new, at(1, &dice)).await.unwrap();
            let (_, plain) = mint(&mut tx, &shop, at(2, &dice)).await.unwrap();
            assert_eq!(by_key(&mut tx, &plain, !livemode).await.unwrap(), None);
            let opened = by_key(&mut tx, &plain, livemode).await.unwrap();
            assert_eq!(opened.map(|(found, _)| found), Some(shop));
        }
    }

    #[tokio::test]
    async fn an_owner_who_mutes_the_bot_keeps_the_feed_only() {
        let (db, dice) = (memory().await, Dice::seeded([4; 32]));
        let mut tx = db.begin().await.unwrap();
        let shop = create(&mut tx, &Assets::new([]), olgas_shop(), at(1, &dice)).await.unwrap();
        let told = of_address(&mut tx, wallet(7)).await.unwrap();
        assert_eq!(told, [Audience { account: shop.id.to_string(), chats: vec![4242] }]);

        let olga = Seen {
            telegram_id: 4242,
            first_name: "Olga",
            username: None,
            language: None,
            chat: Chat::Blocked,
            at: Time::from_millis(2),
        };
        meet(&mut tx, olga, at(2, &dice)).await.unwrap();
        let told = of_address(&mut tx, wallet(7)).await.unwrap();
        assert_eq!(told, [Audience::quiet(shop.id)]);
        assert_eq!(of_address(&mut tx, wallet(8)).await.unwrap(), []);
    }

    #[tokio::test]
    async fn a_merchants_wallet_is_followed_for_ever() {
        let (db, dice) = (memory().await, Dice::seeded([5; 32]));
        let mut tx = db.begin().await.unwrap();
        create(&mut tx, &Assets::new([]), olgas_shop(), at(1, &dice)).await.unwrap();
        let far = Time::from_millis(i64::MAX);
        let watched = follow::store::watched(&mut tx, far).await.unwrap();
        assert_eq!(watched.len(), 1);
        assert_eq!(watched[0].owner, wallet(7));
    }
}
