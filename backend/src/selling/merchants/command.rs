//! `remit merchant …`: an operator opens accounts and hands out keys.

use anyhow::Context;
use ton::address::Address;

use super::{
    KeyFormat, Merchant, NewMerchant,
    changes::{self, Matter},
    create, find,
    grant::Grant,
    keys,
    members::{self, OPERATOR},
    mint, mint_with, owners, revoke, store,
};
use crate::{
    base::{
        app::App,
        config::MerchantVerb,
        db::{self, Tx},
        events::{Hand, Now, kind},
    },
    words::id::{KeyId, MerchantId},
};

/// Carries out the command and prints what came of it. A new key is shown here and nowhere else.
pub async fn run(app: &App, verb: MerchantVerb) -> anyhow::Result<()> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    match verb {
        MerchantVerb::Add { name, address, owner_telegram } => {
            own_network(&mut tx, app).await?;
            let payout = Address::read(&address).context("--address is not a TON address")?.address;
            let new = NewMerchant { name, payout, owner_telegram, livemode: app.livemode() };
            let merchant = create(&mut tx, &app.assets, new, now).await?;
            let (key, plain) = mint(&mut tx, &merchant, now).await?;
            println!(
                "{} {}\n{} {plain}\nThe key is shown only now.",
                merchant.id, merchant.name, key.id
            );
        }
        MerchantVerb::Key { merchant, cryptobot, revoke: None } => {
            own_network(&mut tx, app).await?;
            let merchant = find(&mut tx, id(&merchant)?).await?;
            let format = if cryptobot { KeyFormat::Cryptobot } else { KeyFormat::Remit };
            let (key, plain) =
                mint_with(&mut tx, &merchant, format, None, Grant::default(), now).await?;
            let told = owners(&mut tx, &merchant).await?;
            let audience = changes::alarm(&mut tx, &merchant, told).await?;
            let (told, hand) = ((&merchant, &key), Hand::new(merchant.id, OPERATOR));
            keys::announce(&mut tx, &audience, kind::KEY_CREATED, told, now.by(&hand));
            println!("{} {plain}\nThe key is shown only now. The owners are told.", key.id);
        }
        MerchantVerb::Key { merchant, revoke: Some(key), .. } => {
            let key = key.parse().context("--revoke wants a key's id, key_…")?;
            let merchant = find(&mut tx, id(&merchant)?).await?;
            end(&mut tx, &merchant, key, now).await?;
            println!("{key} is revoked.");
        }
        MerchantVerb::Owner { merchant, telegram_id, remove } => {
            let merchant = find(&mut tx, id(&merchant)?).await?;
            let said = if remove {
                dismiss(&mut tx, &merchant, telegram_id, now).await?
            } else {
                appoint(&mut tx, &merchant, telegram_id, now).await?
            };
            println!("{said}");
        }
        MerchantVerb::List => {
            for merchant in store::all(&mut tx).await? {
                let wallet = merchant.payout.friendly(false);
                println!("{} {} paid to {wallet}", merchant.id, merchant.name);
                for owner in owners(&mut tx, &merchant).await? {
                    println!("  owned by Telegram id {owner}");
                }
                for key in store::keys_of(&mut tx, merchant.id).await? {
                    let state = match (key.revoked_at, key.works(now.at)) {
                        (Some(_), _) => "revoked",
                        (None, false) => "ended",
                        (None, true) => "active",
                    };
                    println!("  {} {}… {state}", key.id, key.hint);
                }
            }
        }
    }
    tx.commit().await?;
    Ok(())
}

/// Revokes a key. What it still waited for is over.
async fn end(tx: &mut Tx, merchant: &Merchant, id: KeyId, now: Now<'_>) -> anyhow::Result<()> {
    let hand = Hand::new(merchant.id, OPERATOR);
    let now = now.by(&hand);
    let key = store::own_key(tx, merchant.id, id).await?;
    revoke(tx, merchant.id, id, now).await?;
    let its = |matter: &Matter| matches!(matter, Matter::Key { key, .. } if *key == id);
    changes::withdraw(tx, merchant, its, now).await?;
    if let Some(key) = key {
        keys::announce_revoked(tx, merchant, key, now);
    }
    Ok(())
}

/// It does not wait: whoever runs the service owns its database.
async fn appoint(
    tx: &mut Tx,
    merchant: &Merchant,
    telegram_id: i64,
    now: Now<'_>,
) -> anyhow::Result<String> {
    let named = merchant.owner_telegram.filter(|named| *named != telegram_id);
    let person = members::appoint(tx, merchant, telegram_id, now).await?;
    tracing::warn!(merchant = %merchant.id, person = ?person.map(|id| id.to_string()),
        "the operator has made somebody an owner");
    let (name, told) = (&merchant.name, "Whoever owns it, or ever did, is told.");
    Ok(match (person, named) {
        (Some(id), _) => format!("{id} owns {name} from now on. {told}"),
        (None, None) => format!(
            "Nobody of Telegram id {telegram_id} has come yet: they own {name} when they open the app. {told}"
        ),
        (None, Some(named)) => format!(
            "Nobody of Telegram id {telegram_id} has come yet: they own {name} when they open the app, and \
             not {named}, who was named before. {told}"
        ),
    })
}

async fn dismiss(
    tx: &mut Tx,
    merchant: &Merchant,
    telegram_id: i64,
    now: Now<'_>,
) -> anyhow::Result<String> {
    members::dismiss(tx, merchant, telegram_id, now).await.map_err(|error| match error {
        members::Error::LastOwner => anyhow::anyhow!(
            "this is the only owner of {}. Nothing was changed. Make another one first, without --remove.",
            merchant.name
        ),
        error => error.into(),
    })?;
    tracing::warn!(merchant = %merchant.id, "the operator has taken somebody's ownership away");
    Ok(format!("They own {} no longer. Its owners are told, and so are they.", merchant.name))
}

/// A key says whether money is real, so none is made with the settings of another network. A new
/// database belongs to this one from now on.
async fn own_network(tx: &mut Tx, app: &App) -> anyhow::Result<()> {
    let (own, given) = (db::remember_network(tx, app.network).await?, app.network);
    anyhow::ensure!(
        own == given,
        "this database belongs to network {own}, and these settings are for network {given}. \
         Nothing was changed. Set REMIT_NETWORK={own}, or DATABASE_URL to another database."
    );
    Ok(())
}

fn id(text: &str) -> anyhow::Result<MerchantId> {
    text.parse().context("a merchant's id is acc_…; see `remit merchant list`")
}

#[cfg(test)]
mod tests {
    use ton::network::Network;

    use super::*;
    use crate::selling::merchants::harness::Api;

    fn add() -> MerchantVerb {
        let (name, owner_telegram) = ("Kiosk".to_owned(), None);
        MerchantVerb::Add { name, address: format!("0:{}", "7".repeat(64)), owner_telegram }
    }

    #[tokio::test]
    async fn no_key_is_made_with_the_settings_of_another_network() {
        let api = Api::open().await;
        let mut tx = api.app.db.begin().await.unwrap();
        db::remember_network(&mut tx, Network::MAINNET).await.unwrap();
        tx.commit().await.unwrap();
        let (id, _) = api.merchant().await;
        let key = MerchantVerb::Key { merchant: id.to_string(), cryptobot: false, revoke: None };
        for verb in [add(), key] {
            let refused = run(&api.app, verb).await.unwrap_err().to_string();
            assert!(refused.contains("REMIT_NETWORK=-239"), "{refused}");
        }
        let mut tx = api.app.db.begin().await.unwrap();
        assert_eq!(store::all(&mut tx).await.unwrap().len(), 1);
        assert_eq!(store::keys_of(&mut tx, id).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_new_database_belongs_to_the_network_of_its_first_merchant() {
        let api = Api::open().await;
        run(&api.app, add()).await.unwrap();
        let mut tx = api.app.db.begin().await.unwrap();
        let own = db::remember_network(&mut tx, Network::MAINNET).await.unwrap();
        assert_eq!(own, Network::SANDBOX);
    }
}
