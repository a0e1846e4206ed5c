//! Putting the service together and keeping it running: handles, then tasks, then a stop in order.

use std::{net::TcpListener, time::Duration};

use anyhow::Context;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use ton::toncenter;

use crate::{
    base::{
        app::{App, Parts},
        config::Service,
        db::Db,
        idempotency,
        tasks::Supervisor,
    },
    money::{rates, stars},
    people::identity,
    run::backup,
    selling::{merchants, receipts, webhooks},
    shells::{bot, deliver, http, watch},
    words::{dice::Dice, time::Clock},
};

/// How long a database is waited for that does not open.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// How long the database may take to let go when the service has stopped.
const FAREWELL: Duration = Duration::from_secs(5);
/// How often what is no longer needed is taken out.
const TIDY: Duration = Duration::from_secs(600);

/// Opens the database and makes the handles; nothing runs yet.
pub async fn assemble(settings: Service, clock: Clock, dice: Dice) -> anyhow::Result<App> {
    let mut db = Db::open_patiently(&settings.database_url, PATIENCE)
        .await
        .context("cannot open the database")?;
    db.keep_note_in(&settings.data);
    backup::notice(&db, clock.now(), &dice).await?;
    let http = client()?;
    let key = settings.chain_key.as_ref().map(|key| key.reveal().to_owned());
    let (url, pace) = (&settings.chain_url, settings.chain_pace);
    let chain = toncenter::Client::new(http.clone(), url, key.as_deref(), pace)?;
    let tasks = Supervisor::default();
    let app = App::new(Parts { settings, db, chain, http, clock, dice, tasks });
    // Whoever reads a receipt must not be the one who makes its key.
    receipts::make_ready(&app).await.context("cannot make the key that signs receipts")?;
    Ok(app)
}

/// The client for everything outside. It follows no redirect, which could carry a key elsewhere.
pub fn client() -> anyhow::Result<reqwest::Client> {
    reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(75))
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("remit/", env!("CARGO_PKG_VERSION")))
        .build()
        .context("cannot make an HTTP client")
}

/// Binds the service's listener, with a word on what to do if that fails.
pub fn listen(settings: &Service) -> anyhow::Result<TcpListener> {
    let address = settings.listen;
    TcpListener::bind(address).with_context(|| {
        format!("REMIT_LISTEN: cannot listen on {address}; is another Remit running?")
    })
}

/// Starts every task of the service on a listener that is already bound.
pub fn start(app: &App, listener: TcpListener) -> anyhow::Result<()> {
    listener.set_nonblocking(true)?;
    let minute = Duration::from_secs(60);
    let for_task = |app: &App| app.clone();

    let (own, listener) = (for_task(app), std::sync::Arc::new(listener));
    app.tasks.run("http", Duration::MAX, move |stop, beat| {
        let (app, listener) = (own.clone(), listener.clone());
        async move {
            let listener = tokio::net::TcpListener::from_std(listener.try_clone()?)?;
            beat.beat();
            let bounds = http::listen::Bounds::default();
            let proxies = app.settings.trusted_proxies.clone();
            let trusts = move |ip| proxies.trust(ip);
            http::listen::serve(listener, http::router(app), bounds, trusts, stop)
                .await
                .context("the listener failed")
        }
    });
    let own = for_task(app);
    app.tasks.run("watch", minute, move |stop, beat| watch::run(own.clone(), stop, beat));
    let own = for_task(app);
    app.tasks.run("deliver", minute, move |stop, beat| deliver::run(own.clone(), stop, beat));
    let own = for_task(app);
    app.tasks
        .run("webhooks", minute, move |stop, beat| deliver::webhooks::run(own.clone(), stop, beat));
    let own = for_task(app);
    app.tasks.run("keys", minute, move |stop, beat| merchants::uses::run(own.clone(), stop, beat));
    bot::start(app);
    rates::jobs::start(app);
    identity::jobs::start(app);
    let own = for_task(app);
    app.tasks.run("tidy", TIDY * 2, move |stop, beat| {
        let app = own.clone();
        async move {
            while !stop.is_cancelled() {
                tidy(&app).await?;
                beat.beat();
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = tokio::time::sleep(TIDY) => {}
                }
            }
            Ok(())
        }
    });
    Ok(())
}

async fn tidy(app: &App) -> anyhow::Result<()> {
    let mut tx = app.db.begin().await?;
    idempotency::purge(&mut tx, app.time()).await?;
    webhooks::jobs::purge(&mut tx, app.time()).await?;
    rates::purge(&mut tx, app.time()).await?;
    stars::store::purge_checkouts(&mut tx, app.time().before(TIDY)).await?;
    tx.commit().await?;
    Ok(())
}

/// Metrics, on a listener of their own: they are nobody's business outside.
pub async fn metrics(app: &App, recorder: PrometheusHandle) -> anyhow::Result<()> {
    let Some(address) = app.settings.metrics_listen else { return Ok(()) };
    let listener = tokio::net::TcpListener::bind(address).await;
    let listener = listener.with_context(|| {
        format!("REMIT_METRICS_LISTEN: cannot listen on {address}; choose another address or `off`")
    })?;
    let (own, listener) = (app.clone(), std::sync::Arc::new(listener.into_std()?));
    app.tasks.run("metrics", Duration::MAX, move |stop, beat| {
        let (app, recorder, listener) = (own.clone(), recorder.clone(), listener.clone());
        async move {
            let listener = tokio::net::TcpListener::from_std(listener.try_clone()?)?;
            beat.beat();
            let page = axum::routing::get(move || async move {
                watch::report::gauges(&app).await;
                recorder.render()
            });
            axum::serve(listener, axum::Router::new().route("/metrics", page))
                .with_graceful_shutdown(stop.cancelled_owned())
                .await
                .context("the listener failed")
        }
    });
    Ok(())
}

/// Lets go of the database. One that has fallen silent is not waited for.
pub async fn let_go(app: &App) {
    if tokio::time::timeout(FAREWELL, app.db.close()).await.is_err() {
        tracing::warn!("the database did not close in time");
    }
}

/// Installs the recorder that `metrics!` writes to; once per process.
pub fn recorder() -> anyhow::Result<PrometheusHandle> {
    PrometheusBuilder::new().install_recorder().context("cannot record metrics")
}
