//! What every part of the service works with: its settings and its handles on the world.

use std::{
    collections::HashMap,
    ops::Deref,
    sync::{Arc, OnceLock},
    time::Duration,
};

use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use ton::{address::Address, network::Network, toncenter};

use crate::{
    config::Service,
    db::Db,
    dice::Dice,
    events::Now,
    money::{Asset, Assets},
    rates::Breakers,
    tasks::Supervisor,
    time::{Clock, Time},
    vouched::Vouched,
    wait::Places,
};

/// Jetton wallets whose addresses are remembered; at 200 bytes each.
const REMEMBERED: usize = 20_000;

/// How long somebody who waits for an answer waits for a turn at the chain service.
const PATIENCE: Duration = Duration::from_secs(3);

/// Cheap to clone; every clone is the same service.
#[derive(Clone)]
pub struct App(Arc<Handles>);

pub struct Handles {
    pub settings: Service,
    pub network: Network,
    pub assets: Assets,
    pub db: Db,
    /// For the watcher: it waits for its turn, however long.
    pub chain: toncenter::Client,
    /// The same service, for people: they are refused when too many ask, and the watcher goes on.
    pub chain_now: toncenter::Client,
    /// For everything that is not the chain.
    pub http: reqwest::Client,
    pub clock: Clock,
    pub dice: Dice,
    /// Cancelled when the service is asked to stop.
    pub stop: CancellationToken,
    /// Who keeps the service running, and knows how it fares.
    pub tasks: Supervisor,
    /// Telegram's name for our bot, once it has told us.
    pub bot_username: OnceLock<String>,
    /// Where callers wait for news.
    pub places: Places,
    /// Which sources of rates are left in peace for now.
    pub rates: Breakers,
    /// What the chain has said of the listed jettons.
    pub vouched: Vouched,
    jetton_wallets: Mutex<HashMap<(Address, Address), Address>>,
}

impl Deref for App {
    type Target = Handles;

    fn deref(&self) -> &Handles {
        &self.0
    }
}

/// The handles an [`App`] is made of.
pub struct Parts {
    pub settings: Service,
    pub db: Db,
    pub chain: toncenter::Client,
    pub http: reqwest::Client,
    pub clock: Clock,
    pub dice: Dice,
    pub tasks: Supervisor,
}

impl App {
    pub fn new(parts: Parts) -> Self {
        let Parts { settings, db, chain, http, clock, dice, tasks } = parts;
        Self(Arc::new(Handles {
            network: settings.network,
            assets: settings.assets.clone(),
            settings,
            db,
            chain_now: chain.impatient(PATIENCE),
            chain,
            http,
            clock,
            dice,
            stop: tasks.soft.clone(),
            tasks,
            bot_username: OnceLock::new(),
            places: Places::default(),
            rates: Breakers::default(),
            vouched: Vouched::default(),
            jetton_wallets: Mutex::default(),
        }))
    }

    pub fn now(&self) -> Now<'_> {
        Now { at: self.clock.now(), dice: &self.dice }
    }

    pub fn time(&self) -> Time {
        self.clock.now()
    }

    /// Only the real coin is real: everything else says so in every event and key.
    pub fn livemode(&self) -> bool {
        self.network == Network::MAINNET
    }

    /// A link that opens the Mini App at an object: `https://t.me/<bot>?startapp=<id>`.
    pub fn deep_link(&self, id: impl std::fmt::Display) -> String {
        let bot = self.bot_username.get().map_or("", String::as_str);
        format!("https://t.me/{bot}?startapp={id}")
    }

    /// Where an owner's money of an asset lives. The answer of an allow-listed master never changes,
    /// so it is asked for once.
    pub async fn account_of(
        &self,
        chain: &toncenter::Client,
        owner: Address,
        asset: Asset,
    ) -> Result<Address, toncenter::Error> {
        let Asset::Jetton(master) = asset else { return Ok(owner) };
        if let Some(known) = self.jetton_wallets.lock().await.get(&(master, owner)) {
            return Ok(*known);
        }
        let account = chain.jetton_wallet_address(&master, &owner).await?;
        let mut known = self.jetton_wallets.lock().await;
        // Anybody may ask for any owner: what is remembered must have an end.
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert((master, owner), account);
        Ok(account)
    }
}
