//! The world: everything the service talks to, put together and served on one port.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use rand::TryRngCore;
use rand::rngs::OsRng;
use sha2::{Digest, Sha256};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::SANDBOX_NETWORK;
use crate::assets::Asset;
use crate::bridge::Bridge;
use crate::cast::Person;
use crate::chain::{self, Chain, Injected};
use crate::clock::Clock;
use crate::feed::Feed;
use crate::keep::Keep;
use crate::movement::Movements;
use crate::rates::Rates;
use crate::stage::{self, Assets};
use crate::tasks::Tasks;
use crate::telegram::{self, BOT_ID, Telegram};
use crate::wallet::transfer::parse_address;
use crate::wallet::{self, Wallets};
use crate::{bridge, cast, cells, control, faucet, toncenter, usdt};

/// Files in the data directory, each with its SQLite companions.
const CHAIN_FILE: &str = "chain.sqlite";
const MEMORY_FILE: &str = "world.sqlite";

/// How to begin a world.
pub struct Options {
    /// Already bound, so that its address is known before anything starts.
    pub listener: TcpListener,
    /// Where to remember; `None` forgets everything at the end.
    pub data: Option<PathBuf>,
    /// Forget what was remembered.
    pub fresh: bool,
    pub clock: Clock,
    /// `None` makes blocks only when asked.
    pub block_time: Option<Duration>,
    /// All keys and the bot's token follow from it. `None` takes the remembered one, or a new one.
    pub seed: Option<[u8; 32]>,
    pub bot_token: Option<String>,
    /// Where the service is, such as `http://localhost:8080`.
    pub service_url: String,
    /// The built frontend.
    pub assets: Option<Assets>,
}

/// Why [`World::run`] came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Stopped,
    /// Somebody asked to start over: the caller begins a new world with `fresh`.
    Reset,
}

/// The shop in the world, as the service knows it.
#[derive(Clone, Debug)]
pub struct Shop {
    pub name: String,
    /// Its API key.
    pub key: String,
}

/// A handle; clones are the same world.
#[derive(Clone)]
pub struct World {
    pub chain: Chain,
    pub telegram: Telegram,
    pub bridge: Bridge,
    pub wallets: Wallets,
    pub clock: Clock,
    pub feed: Feed,
    /// Troubles of the chain's indexer.
    pub indexer_faults: toncenter::Faults,
    /// What the play money is said to be worth.
    pub rates: Rates,
    pub(crate) movements: Movements,
    inner: Arc<Inner>,
}

struct Inner {
    url: String,
    service_url: String,
    shop: Mutex<Option<Shop>>,
    reset: watch::Sender<bool>,
    tasks: Tasks,
    /// Stops last, when nobody has anything more to remember.
    writer: Tasks,
}

/// What everything in the world shares.
struct Parts {
    seed: [u8; 32],
    chain: Chain,
    clock: Clock,
    keep: Keep,
    tasks: Tasks,
}

impl Parts {
    async fn assemble(self, token: Option<String>, inner: Arc<Inner>) -> anyhow::Result<World> {
        let Self { seed, chain, clock, keep, tasks } = self;
        // Numbers go on over a restart, so that a page which stayed open notices what is new.
        let feed = Feed::starting_at(u64::try_from(clock.now_ms()).unwrap_or(1));
        let telegram = Telegram::open(telegram::Setup {
            token: token.unwrap_or_else(|| bot_token(&seed)),
            signer: SigningKey::from_bytes(&derive(&seed, "telegram's own key")),
            clock: clock.clone(),
            keep: keep.clone(),
            feed: feed.clone(),
            tasks: tasks.clone(),
        })
        .await?;
        let bridge = Bridge::open(clock.clone(), keep.clone(), tasks.clone()).await?;
        let rates = Rates::open(keep.clone()).await?;
        let wallets = Wallets::open(wallet::Setup {
            seed: &seed,
            chain: chain.clone(),
            bridge: bridge.clone(),
            keep,
            feed: feed.clone(),
            tasks,
        })
        .await?;
        cast::endow(&chain, &wallets).await?;
        Ok(World {
            chain,
            telegram,
            bridge,
            wallets,
            clock,
            feed,
            indexer_faults: toncenter::Faults::default(),
            rates,
            movements: Movements::default(),
            inner,
        })
    }
}

impl World {
    /// Begins, or goes on where the last one ended. Answers once it is being served.
    pub async fn start(options: Options) -> anyhow::Result<Self> {
        let Options { listener, data, fresh, clock, block_time, seed, bot_token, .. } = options;
        let (tasks, writer) = (Tasks::default(), Tasks::default());
        if let Some(data) = &data {
            prepare(data, fresh)?;
        }
        let keep = match &data {
            Some(data) => Keep::open(&data.join(MEMORY_FILE), &writer).await?,
            None => Keep::nothing(),
        };
        let seed = self::seed(seed, &keep).await?;
        let chain = Chain::open(chain::Options {
            network: SANDBOX_NETWORK,
            store: data.map(|data| data.join(CHAIN_FILE)),
            clock: clock.clone(),
            block_time,
        })
        .await?;
        let inner = Arc::new(Inner {
            url: format!("http://{}", listener.local_addr()?),
            service_url: options.service_url,
            shop: Mutex::default(),
            reset: watch::channel(false).0,
            tasks: tasks.clone(),
            writer,
        });
        let parts = Parts { seed, chain, clock, keep, tasks };
        let world = parts.assemble(bot_token, inner).await?;
        let events = world.chain.subscribe();
        world.tasks().spawn(control::pump(world.clone(), events));
        world.make_blocks();
        world.serve(listener, options.assets)?;
        Ok(world)
    }

    /// `http://127.0.0.1:port`: the base of the Bot API, of toncenter and of the bridge.
    pub fn url(&self) -> &str {
        &self.inner.url
    }

    pub fn service_url(&self) -> &str {
        &self.inner.service_url
    }

    pub fn bot_token(&self) -> &str {
        self.telegram.token()
    }

    pub fn network(&self) -> i32 {
        self.chain.network()
    }

    /// The raw address of the test stablecoin's master contract.
    pub fn usdt_master(&self) -> String {
        cells::ton_address(&usdt::master()).to_hex()
    }

    /// Tells the world how Olga's shop is known to the service.
    pub fn set_shop(&self, name: impl Into<String>, key: impl Into<String>) {
        let shop = Shop { name: name.into(), key: key.into() };
        *self.inner.shop.lock().unwrap_or_else(PoisonError::into_inner) = Some(shop);
    }

    pub fn shop(&self) -> Option<Shop> {
        self.inner.shop.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The address of somebody's wallet, user-friendly.
    pub fn address(&self, person: Person) -> String {
        self.wallets.account(person).friendly()
    }

    /// Gives money to an address, or to somebody of the cast, in one of the next blocks.
    pub fn give(&self, to: &str, amount: &str, asset: Asset) -> anyhow::Result<Injected> {
        let address = match to.parse::<Person>() {
            Ok(person) => self.wallets.account(person).address.clone(),
            Err(_) => parse_address(to)?.0,
        };
        Ok(faucet::give(&self.chain, &address, asset.units(amount)?, asset, None)?)
    }

    /// Asks whoever runs the world to start over.
    pub fn request_reset(&self) {
        self.inner.reset.send_replace(true);
    }

    /// Waits for `stop` or for a reset, then ends everything in order.
    pub async fn run(&self, stop: CancellationToken) -> Ended {
        let ended = self.wait(stop).await;
        self.stop().await;
        ended
    }

    /// Waits for `stop` or for a reset; the world goes on, so that others can leave it first.
    pub async fn wait(&self, stop: CancellationToken) -> Ended {
        let mut reset = self.inner.reset.subscribe();
        tokio::select! {
            () = stop.cancelled() => Ended::Stopped,
            _ = reset.wait_for(|wanted| *wanted) => Ended::Reset,
        }
    }

    /// Ends everything and waits until it is on disk.
    pub async fn stop(&self) {
        self.inner.tasks.stop().await;
        self.inner.writer.stop().await;
    }

    pub(crate) fn tasks(&self) -> &Tasks {
        &self.inner.tasks
    }

    fn make_blocks(&self) {
        let (chain, stop) = (self.chain.clone(), self.tasks().token());
        self.tasks().spawn_to_end(async move {
            if let Err(error) = chain.run(stop).await {
                tracing::error!(%error, "the chain has stopped");
            }
        });
    }

    fn serve(&self, listener: TcpListener, assets: Option<Assets>) -> anyhow::Result<()> {
        let mut router = Router::new()
            .merge(telegram::api::router(self.telegram.clone()))
            .merge(bridge::router(self.bridge.clone()))
            .merge(control::router(self.clone()))
            .nest("/api/v3", toncenter::router(self.chain.clone(), self.indexer_faults.clone()));
        if let Some(assets) = assets {
            let here = Url::parse(self.url())?;
            let service = Url::parse(self.service_url()).context("the service's address")?;
            router = router.merge(stage::router(assets, &here, &service));
        }
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let tasks = self.tasks().clone();
        self.tasks().spawn_to_end(async move {
            let stopping = tasks.token().cancelled_owned();
            let served = axum::serve(listener, router).with_graceful_shutdown(stopping).await;
            if let Err(error) = served {
                tracing::error!(%error, "the world is no longer served");
            }
        });
        Ok(())
    }
}

/// Makes the directory, and with `fresh` removes what an earlier world left in it.
fn prepare(data: &Path, fresh: bool) -> anyhow::Result<()> {
    std::fs::create_dir_all(data).with_context(|| format!("cannot create {}", data.display()))?;
    if !fresh {
        return Ok(());
    }
    for file in [CHAIN_FILE, MEMORY_FILE] {
        for companion in ["", "-wal", "-shm"] {
            let path = data.join(format!("{file}{companion}"));
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("cannot remove {}", path.display()));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

async fn seed(given: Option<[u8; 32]>, keep: &Keep) -> anyhow::Result<[u8; 32]> {
    let seed = match (given, keep.one::<[u8; 32]>("world", "seed").await?) {
        (Some(seed), _) | (None, Some(seed)) => seed,
        (None, None) => {
            let mut seed = [0; 32];
            OsRng.try_fill_bytes(&mut seed).context("the system gives no randomness")?;
            seed
        }
    };
    keep.put("world", "seed", &seed);
    Ok(seed)
}

/// A secret for one purpose; nobody can go back from it to the seed.
pub(crate) fn derive(seed: &[u8; 32], purpose: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"remit sandbox: ");
    hash.update(purpose.as_bytes());
    hash.update(seed);
    hash.finalize().into()
}

/// Shaped like Telegram's: the bot's id, a colon, 35 characters.
fn bot_token(seed: &[u8; 32]) -> String {
    let secret = BASE64_URL_SAFE_NO_PAD.encode(derive(seed, "bot token"));
    format!("{BOT_ID}:{}", &secret[..35])
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn begin(data: &Path, fresh: bool) -> World {
        World::start(Options {
            listener: TcpListener::bind("127.0.0.1:0").unwrap(),
            data: Some(data.to_owned()),
            fresh,
            clock: Clock::manual(1_790_000_000_000),
            block_time: None,
            seed: None,
            bot_token: None,
            service_url: String::new(),
            assets: None,
        })
        .await
        .unwrap()
    }

    #[tokio::test]
    async fn a_world_goes_on_where_it_ended_unless_it_is_to_be_fresh() {
        let dir = tempfile::tempdir().unwrap();
        let world = begin(dir.path(), false).await;
        world.give("bob", "5", Asset::Usdt).unwrap();
        world.chain.produce(3).await.unwrap();
        world.telegram.start(Person::Bob, None);
        let (address, token) = (world.address(Person::Bob), world.bot_token().to_owned());
        world.stop().await;

        let world = begin(dir.path(), false).await;
        assert_eq!((world.address(Person::Bob), world.bot_token()), (address.clone(), &*token));
        assert_eq!(world.wallets.balance(Person::Bob, Asset::Usdt), 1_005_000_000);
        assert_eq!(world.telegram.chat(Person::Bob).messages.len(), 1);
        world.stop().await;

        let world = begin(dir.path(), true).await;
        assert_ne!(world.address(Person::Bob), address);
        assert_eq!(world.wallets.balance(Person::Bob, Asset::Usdt), 1_000_000_000);
        assert!(world.telegram.chat(Person::Bob).messages.is_empty());
        world.stop().await;
    }

    #[test]
    fn a_bot_token_looks_like_telegrams() {
        let token = bot_token(&[1; 32]);
        let (id, secret) = token.split_once(':').unwrap();
        assert_eq!(id, "8000000001");
        assert_eq!(secret.len(), 35);
        assert_ne!(token, bot_token(&[2; 32]));
    }
}
