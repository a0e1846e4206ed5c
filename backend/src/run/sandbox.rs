//! The sandbox: the world and the service on it, in one process, with nothing configured.

use std::{net::TcpListener, path::Path, sync::Arc, time::Duration};

use anyhow::Context;
use sandbox::{
    World,
    cast::SHOP,
    world::{Ended, Options},
};

use crate::{
    base::{
        app::App,
        config::{Secret, Service, Settings},
        tasks::Supervisor,
    },
    money::rates::{self, Sources},
    run::serve,
    selling::merchants::{self, NewMerchant},
    shells::http,
    words::{
        dice::Dice,
        money::{Asset, Assets, Listed},
        time::{Clock, Time},
    },
};

/// As on TON.
const BLOCK_TIME: Duration = Duration::from_millis(400);

/// A world on its own listener, remembering under `data`.
pub async fn world(settings: &Settings, service_url: &str, fresh: bool) -> anyhow::Result<World> {
    let address = settings.world_listen;
    let listener = TcpListener::bind(address).with_context(|| {
        format!("REMIT_WORLD_LISTEN: cannot listen on {address}; is another sandbox running?")
    })?;
    World::start(Options {
        listener,
        data: Some(settings.data.join("world")),
        fresh,
        clock: sandbox::clock::Clock::system(),
        block_time: Some(BLOCK_TIME),
        seed: None,
        bot_token: None,
        service_url: service_url.to_owned(),
        assets: Some(Arc::new(|path: &str| {
            http::embedded(path).map(|(bytes, mime)| (bytes.into(), mime.into()))
        })),
    })
    .await
}

/// The settings of a service that lives in this world.
pub fn settle_in(mut settings: Service, world: &World) -> anyhow::Result<Service> {
    settings.bot_token = Secret::new(world.bot_token());
    settings.assets = assets(&world.usdt_master())?;
    if settings.rates.sources.is_empty() {
        settings.rates.sources = rate_sources(world)?;
    }
    Ok(settings)
}

/// The world's own sources of rates.
pub fn rate_sources(world: &World) -> anyhow::Result<Vec<rates::Source>> {
    let Sources(sources) = rates_setting(world)
        .parse()
        .map_err(|error: String| anyhow::anyhow!(error))
        .context("the sandbox's own sources of rates")?;
    Ok(sources)
}

/// As they would stand in `REMIT_RATES`.
fn rates_setting(world: &World) -> String {
    let sources = sandbox::rates::Source::ALL.map(|name| {
        format!("{name}={}/sandbox/rates/{name}/{{asset}}/{{fiat}}#/price", world.url())
    });
    sources.join(" ")
}

/// GRAM and the sandbox's own USDT.
pub fn assets(usdt_master: &str) -> anyhow::Result<Assets> {
    let master = usdt_master.parse().context("the sandbox's USDT has an address")?;
    Ok(Assets::new([Listed {
        asset: Asset::Jetton(master),
        code: "USDT".to_owned(),
        name: "Test USDT".to_owned(),
        decimals: 6,
    }]))
}

/// A clock that moves with the world's.
pub fn clock(world: &World) -> Clock {
    let clock = world.clock.clone();
    Clock::new(move || Time::from_millis(clock.now_ms()))
}

/// Makes sure that the cast's shop has an account here and the world knows its key.
pub async fn open_shop(app: &App, world: &World, key: &str) -> anyhow::Result<()> {
    let (name, owner) = SHOP;
    let new = NewMerchant {
        name: name.to_owned(),
        payout: world
            .wallets
            .account(owner)
            .raw()
            .parse()
            .context("the cast's wallets have addresses")?,
        owner_telegram: Some(owner.telegram_id()),
        livemode: app.livemode(),
    };
    let mut tx = app.db.begin().await?;
    merchants::ensure_shop(&mut tx, &app.assets, new, key, app.now()).await?;
    tx.commit().await?;
    world.set_shop(name, key);
    Ok(())
}

/// The shop's key, kept beside the sandbox's data so that it stays the same.
pub fn shop_key(data: &Path, dice: &Dice) -> anyhow::Result<String> {
    let path = data.join("shop.key");
    if let Ok(key) = std::fs::read_to_string(&path) {
        return Ok(key.trim().to_owned());
    }
    let key = merchants::new_key(false, dice);
    std::fs::write(&path, &key).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(key)
}

/// Runs the sandbox until it is stopped. A reset begins it again, empty.
pub async fn run(settings: &Settings, service: Service) -> anyhow::Result<std::process::ExitCode> {
    let recorder = serve::recorder()?;
    let mut fresh = settings.fresh;
    loop {
        if fresh {
            forget(&service.data)?;
        }
        std::fs::create_dir_all(&service.data)
            .with_context(|| format!("REMIT_DATA: cannot make {}", service.data.display()))?;
        let listener = serve::listen(&service)?;
        let world = world(settings, &service.public_url, fresh).await?;
        let dice = Dice::system();
        let key = shop_key(&service.data, &dice)?;
        let service = settle_in(service.clone(), &world)?;
        let app = serve::assemble(service, clock(&world), dice).await?;
        open_shop(&app, &world, &key).await?;
        serve::start(&app, listener)?;
        serve::metrics(&app, recorder.clone()).await?;
        greet(&app, &key);

        let end = app.tasks.soft.clone();
        let ended = tokio::join!(
            async {
                // The service goes first: it must not find its world gone.
                let ended = world.wait(end.clone()).await;
                end.cancel();
                ended
            },
            async {
                let code = app.tasks.finish().await;
                app.db.close().await;
                world.stop().await;
                code
            }
        );
        match ended {
            (Ended::Reset, _) => fresh = true,
            (Ended::Stopped, code) => return Ok(code),
        }
    }
}

/// Runs only the world, for a service that runs elsewhere. The shop comes with that service.
pub async fn run_world(
    settings: &Settings,
    service: &Service,
) -> anyhow::Result<std::process::ExitCode> {
    let mut fresh = settings.fresh;
    loop {
        let stop = Supervisor::default();
        std::fs::create_dir_all(&service.data)
            .with_context(|| format!("REMIT_DATA: cannot make {}", service.data.display()))?;
        let world = world(settings, &service.public_url, fresh).await?;
        println!(
            "\n  The simulated world is at {url}. Point a service at it:\n\n      \
             REMIT_NETWORK=-217 REMIT_TELEGRAM_URL={url} REMIT_CHAIN_URL={url}/api/v3 \\\n      \
             REMIT_BOT_TOKEN={token} \\\n      \
             REMIT_JETTONS=USDT={usdt}:6:'Test USDT' REMIT_PUBLIC_URL={service} \\\n      \
             REMIT_RATES='{rates}' remit serve\n",
            url = world.url(),
            token = world.bot_token(),
            usdt = world.usdt_master(),
            service = service.public_url,
            rates = rates_setting(&world),
        );
        let (ended, code) = tokio::join!(
            async {
                let ended = world.run(stop.soft.clone()).await;
                stop.soft.cancel();
                ended
            },
            stop.finish()
        );
        match ended {
            Ended::Stopped => return Ok(code),
            Ended::Reset => fresh = true,
        }
    }
}

/// Removes what an earlier sandbox has left: only files we know to be ours.
fn forget(data: &Path) -> anyhow::Result<()> {
    let ours = [
        "remit.sqlite",
        "remit.sqlite-wal",
        "remit.sqlite-shm",
        "remit.sqlite.newest",
        "postgres.newest",
        "shop.key",
    ];
    for name in ours {
        match std::fs::remove_file(data.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot remove {name}"));
            }
            _ => {}
        }
    }
    Ok(())
}

fn greet(app: &App, key: &str) {
    let stage = app.settings.world_url.as_deref().unwrap_or_default();
    let service = &app.settings.public_url;
    println!(
        "\n  Remit sandbox is ready. Open\n\n      {stage}\n\n  \
         The API is at {service}/docs, and {shop}'s key is\n\n      {key}\n\n  \
         Stop with Ctrl-C; everything is kept in {}.\n",
        app.settings.data.display(),
        shop = SHOP.0,
    );
}
