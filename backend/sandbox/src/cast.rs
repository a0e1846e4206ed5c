//! The cast: three people and a shopkeeper, each with a Telegram account and a wallet.

use std::fmt;
use std::str::FromStr;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::assets::Asset;
use crate::chain::Chain;
use crate::wallet::Wallets;
use crate::{cells, faucet};

/// Somebody in the sandbox.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Person {
    Alice,
    Bob,
    Carol,
    Olga,
}

/// Which wallet contract somebody uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WalletVersion {
    V4r2,
    V5r1,
}

/// What everybody begins with.
const PURSE: [(Asset, &str); 2] = [(Asset::Gram, "1000"), (Asset::Usdt, "1000")];

/// The shop that Olga owns.
pub const SHOP: (&str, Person) = ("Coffee Lab", Person::Olga);

impl Person {
    pub const ALL: [Self; 4] = [Self::Alice, Self::Bob, Self::Carol, Self::Olga];

    /// The handle used in paths, in lower case.
    pub fn handle(self) -> &'static str {
        match self {
            Self::Alice => "alice",
            Self::Bob => "bob",
            Self::Carol => "carol",
            Self::Olga => "olga",
        }
    }

    pub fn first_name(self) -> &'static str {
        match self {
            Self::Alice => "Alice",
            Self::Bob => "Bob",
            Self::Carol => "Carol",
            Self::Olga => "Olga",
        }
    }

    /// The Telegram username, without `@`.
    pub fn username(self) -> &'static str {
        self.handle()
    }

    /// The Telegram id, which is also the id of the private chat with the bot.
    pub fn telegram_id(self) -> i64 {
        match self {
            Self::Alice => 700_000_001,
            Self::Bob => 700_000_002,
            Self::Carol => 700_000_003,
            Self::Olga => 700_000_004,
        }
    }

    /// The colour of the avatar.
    pub fn color(self) -> &'static str {
        match self {
            Self::Alice => "#e17076",
            Self::Bob => "#65aadd",
            Self::Carol => "#a695e7",
            Self::Olga => "#ee7aae",
        }
    }

    pub fn wallet_version(self) -> WalletVersion {
        match self {
            Self::Carol => WalletVersion::V4r2,
            Self::Alice | Self::Bob | Self::Olga => WalletVersion::V5r1,
        }
    }

    pub fn by_telegram_id(id: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|person| person.telegram_id() == id)
    }
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.handle())
    }
}

#[derive(Debug, thiserror::Error)]
#[error("nobody here is called {0}; the cast is alice, bob, carol and olga")]
pub struct NotInTheCast(String);

impl FromStr for Person {
    type Err = NotInTheCast;

    /// Takes a handle or an @username.
    fn from_str(text: &str) -> Result<Self, NotInTheCast> {
        let name = text.strip_prefix('@').unwrap_or(text);
        Self::ALL
            .into_iter()
            .find(|person| person.handle() == name)
            .ok_or_else(|| NotInTheCast(text.to_owned()))
    }
}

/// Fills the purses of a new world. Carol is new to TON: her wallet is funded and not deployed,
/// the others' are ready.
pub(crate) async fn endow(chain: &Chain, wallets: &Wallets) -> anyhow::Result<()> {
    let is_poor = |person: Person| wallets.balance(person, Asset::Gram) == 0;
    if !Person::ALL.into_iter().all(is_poor) {
        return Ok(());
    }
    for person in Person::ALL {
        let account = wallets.account(person);
        for (asset, amount) in PURSE {
            let units = asset.units(amount).context("an amount of the purse")?;
            let init = (person != Person::Carol && asset == Asset::Gram)
                .then(|| cells::readable(&account.state_init()));
            faucet::give(chain, &account.address, units, asset, init)?;
        }
    }
    // One block takes the messages, one finishes what they set off, one makes all of it final.
    chain.produce(3).await.context("the first blocks")?;
    Ok(())
}
