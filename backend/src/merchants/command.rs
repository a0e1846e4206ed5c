//! `remit merchant …`: an operator opens accounts and hands out keys.

use anyhow::Context;

use super::{NewMerchant, create, find, mint, revoke, store};
use crate::{app::App, config::MerchantVerb, id::MerchantId};

/// Carries out the command and prints what came of it. A new key is shown here and nowhere else.
pub async fn run(app: &App, verb: MerchantVerb) -> anyhow::Result<()> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    match verb {
        MerchantVerb::Add { name, address, owner_telegram } => {
            let payout = address.parse().context("--address is not a TON address")?;
            let new = NewMerchant { name, payout, owner_telegram, livemode: app.livemode() };
            let merchant = create(&mut tx, &app.assets, new, now).await?;
            let (key, plain) = mint(&mut tx, &merchant, now).await?;
            println!(
                "{} {}\n{} {plain}\nThe key is shown only now.",
                merchant.id, merchant.name, key.id
            );
        }
        MerchantVerb::Key { merchant, revoke: None } => {
            let merchant = find(&mut tx, id(&merchant)?).await?;
            let (key, plain) = mint(&mut tx, &merchant, now).await?;
            println!("{} {plain}\nThe key is shown only now.", key.id);
        }
        MerchantVerb::Key { merchant, revoke: Some(key) } => {
            let key = key.parse().context("--revoke wants a key's id, key_…")?;
            revoke(&mut tx, id(&merchant)?, key, now).await?;
            println!("{key} is revoked.");
        }
        MerchantVerb::List => {
            for merchant in store::all(&mut tx).await? {
                let wallet = merchant.payout.friendly(false);
                println!("{} {} paid to {wallet}", merchant.id, merchant.name);
                for key in store::keys_of(&mut tx, merchant.id).await? {
                    let state = if key.revoked_at.is_some() { "revoked" } else { "active" };
                    println!("  {} {}… {state}", key.id, key.hint);
                }
            }
        }
    }
    tx.commit().await?;
    Ok(())
}

fn id(text: &str) -> anyhow::Result<MerchantId> {
    text.parse().context("a merchant's id is acc_…; see `remit merchant list`")
}
