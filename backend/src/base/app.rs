//! What every part of the service works with: its settings and its handles on the world.

use std::{
    ops::Deref,
    sync::{Arc, OnceLock},
};

use teloxide::Bot;
use tokio_util::sync::CancellationToken;
use ton::{address::Address, network::Network, toncenter};

use crate::{
    base::{
        config::Service, db::Db, events::Now, follow::Progress, questions::Questions,
        tasks::Supervisor, vouched::Vouched, web::wait::Places,
    },
    money::rates::Breakers,
    people::identity::uses::Uses as SessionUses,
    selling::merchants::uses::Uses as KeyUses,
    words::{
        dice::Dice,
        money::{Asset, Assets},
        time::{Clock, Time},
    },
};

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
    pub questions: Questions,
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
    /// When API keys were used last.
    pub key_uses: KeyUses,
    /// Which sessions have been used, until that is written down.
    pub session_uses: SessionUses,
    /// Which sources of rates are left in peace for now.
    pub rates: Breakers,
    /// What the chain has said of the listed jettons.
    pub vouched: Vouched,
    /// How far the chain has been heard and read.
    pub progress: Progress,
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
            questions: Questions::new(chain.clone(), clock.clone()),
            chain,
            http,
            clock,
            dice,
            stop: tasks.soft.clone(),
            tasks,
            bot_username: OnceLock::new(),
            places: Places::default(),
            key_uses: KeyUses::default(),
            session_uses: SessionUses::default(),
            rates: Breakers::default(),
            vouched: Vouched::default(),
            progress: Progress::default(),
        }))
    }

    /// For what nobody does: the clock, or the chain. Whoever was recognised in a call has a `now` of their
    /// own, which says whose hand it is.
    pub fn now(&self) -> Now<'_> {
        Now { at: self.clock.now(), dice: &self.dice, hand: None }
    }

    pub fn time(&self) -> Time {
        self.clock.now()
    }

    /// Only the real coin is real: everything else says so in every event and key.
    pub fn livemode(&self) -> bool {
        self.network == Network::MAINNET
    }

    /// Our bot at whatever Telegram the settings name.
    pub fn telegram(&self) -> Bot {
        let bot = Bot::with_client(self.settings.bot_token.reveal(), self.http.clone());
        match self.settings.telegram_url.parse() {
            Ok(url) => bot.set_api_url(url),
            // The settings were examined; what is left is Telegram's own address.
            Err(_) => bot,
        }
    }

    /// A link that opens the Mini App at an object: `https://t.me/<bot>?startapp=<id>`.
    pub fn deep_link(&self, id: impl std::fmt::Display) -> String {
        let bot = self.bot_username.get().map_or("", String::as_str);
        format!("https://t.me/{bot}?startapp={id}")
    }

    /// Where an owner's money of an asset lives, as far as that is known. The answer of an allow-listed
    /// master never changes.
    pub fn known_account(&self, owner: Address, asset: Asset) -> Option<Address> {
        match asset {
            Asset::Gram => Some(owner),
            Asset::Jetton(master) => self.questions.known_account(master, owner),
        }
    }

    /// The same, asked for anew by the watcher.
    pub async fn account_of(
        &self,
        owner: Address,
        asset: Asset,
    ) -> Result<Address, toncenter::Error> {
        let Asset::Jetton(master) = asset else { return Ok(owner) };
        self.questions.account_by(&self.chain, master, owner).await
    }
}
