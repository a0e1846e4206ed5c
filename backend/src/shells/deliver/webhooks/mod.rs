//! The outbox, told to merchants' servers: one visible loop.
//!
//! ```text
//! due ──▶ leased ──▶ sent ──▶ delivered
//!  ▲         │ ├── not taken: later, by the schedule ──▶ due
//!  │         │ └── gone, or tried ten times ──▶ dead
//!  └─────────┘ a crash: the lease runs out
//! ```
//!
//! Each round writes down what has come of earlier requests, looks which lanes wait, and begins as many
//! requests as [`lanes`] has room for. Requests go on while the database is asked. Only a crash between
//! an answer and its record sends an event twice; its `webhook-id` is the same.

mod lanes;
mod post;

use std::{collections::HashMap, future::Future, pin::pin, time::Duration};

use futures_util::{
    FutureExt, StreamExt, TryStreamExt,
    future::BoxFuture,
    stream::{self, FuturesUnordered},
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{
    base::{app::App, db::Tx, events::store::Event, tasks::Heartbeat},
    selling::{
        cryptobot, merchants,
        webhooks::{
            self, Made,
            guard::Reach,
            keys::{Keys, signature},
            outbox::{self, InHand, Waiting},
            state::{Fate, Outcome},
            store,
        },
    },
    words::{id::WebhookId, time::Time},
};
use lanes::{Lanes, Place, Trip};
use post::{Letter, Post};

/// How long a delivery may be in one process's hands: a request's time and a margin.
pub const LEASE: Duration = Duration::from_secs(20);
/// Lanes taken up in one round.
const AT_ONCE: usize = 128;
/// Lanes taken up, and attempts recorded, in one transaction; and transactions side by side, where the
/// database has more than one writer.
const CHUNK: usize = 32;
const ABREAST: usize = 4;
/// Schedules come round, and other processes write too: look again this often anyway.
const ANYWAY: Duration = Duration::from_secs(1);
/// Between two looks there is as much time as a look takes, but no more than this.
const LONGEST_BREATH: Duration = Duration::from_millis(20);
/// What is on its way when the service stops is waited for this long; the rest is sent again.
const FAREWELL: Duration = Duration::from_secs(3);

const NO_KEY: &str = "the API key that signs it is revoked, or has come to its end";

/// A request that has ended.
struct Back {
    made: Made,
    place: Place,
}

type InFlight = FuturesUnordered<BoxFuture<'static, Back>>;

pub async fn run(app: App, stop: CancellationToken, beat: Heartbeat) -> anyhow::Result<()> {
    let post = Post::new(Reach::on(app.network))?;
    let mut news = app.db.watch();
    let (mut lanes, mut in_flight, mut back) = (Lanes::default(), InFlight::new(), Vec::new());
    while !stop.is_cancelled() {
        let recorded = record(&app, std::mem::take(&mut back), &mut lanes);
        meanwhile(recorded, &mut in_flight, &mut back).await?;
        news.mark_unchanged();
        let looked = Instant::now();
        let begun = meanwhile(begin(&app, &post, &mut lanes), &mut in_flight, &mut back).await?;
        let (breath, more) = (looked.elapsed().min(LONGEST_BREATH), begun.len() >= AT_ONCE);
        in_flight.extend(begun);
        beat.beat();
        // The more there is to look at, the more comes back before the next look.
        meanwhile(tokio::time::sleep(breath), &mut in_flight, &mut back).await;
        if !more && back.is_empty() {
            tokio::select! {
                Some(one) = in_flight.next() => back.push(one),
                _ = news.changed() => {}
                () = tokio::time::sleep(ANYWAY) => {}
                () = stop.cancelled() => {}
            }
        }
    }
    let end = Instant::now() + FAREWELL;
    while let Ok(Some(one)) = tokio::time::timeout_at(end, in_flight.next()).await {
        back.push(one);
    }
    record(&app, back, &mut lanes).await
}

/// Waits for `work` while what is in flight goes on.
async fn meanwhile<T>(
    work: impl Future<Output = T>,
    in_flight: &mut InFlight,
    back: &mut Vec<Back>,
) -> T {
    let mut work = pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            Some(one) = in_flight.next() => back.push(one),
        }
    }
}

/// Writes down what has come of requests.
async fn record(app: &App, mut back: Vec<Back>, lanes: &mut Lanes) -> anyhow::Result<()> {
    let now = app.now();
    for Back { made, place } in &back {
        let trip = Trip {
            good: made.outcome.is_success(),
            busy: made.outcome.is_busy().then(|| asked(&made.outcome)),
            took: made.took,
        };
        lanes.done(&made.delivery.lane, *place, trip, now.at);
    }
    // In the order of webhooks, so that two transactions cannot wait for each other in a ring.
    back.sort_by_key(|one| one.made.delivery.webhook_id);
    let parts: Vec<_> = back.chunks(CHUNK).map(|some| record_some(app, some)).collect();
    stream::iter(parts).buffer_unordered(ABREAST).try_collect().await
}

async fn record_some(app: &App, some: &[Back]) -> anyhow::Result<()> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut fates = Vec::with_capacity(some.len());
    for Back { made, .. } in some {
        fates.push(webhooks::record(&mut tx, made, now).await?);
    }
    tx.commit().await?;
    for (Back { made, .. }, fate) in some.iter().zip(fates) {
        report(made, fate, now.at);
    }
    Ok(())
}

fn asked(outcome: &Outcome) -> Duration {
    match outcome {
        Outcome::Answered { retry_after: Some(asked), .. } => *asked,
        _ => Duration::ZERO,
    }
}

fn report(made: &Made, fate: Fate, now: Time) {
    let outcome = match fate {
        Fate::Delivered => "delivered",
        Fate::Later { .. } => "put off",
        Fate::Dead => "dead",
    };
    metrics::counter!("deliveries_total", "channel" => "webhook", "outcome" => outcome)
        .increment(1);
    match made.outcome.note() {
        None => {
            let age = now.since(made.delivery.created_at);
            metrics::histogram!("webhook_seconds").record(age);
        }
        // The address stays out of the log: it may hold a secret of the merchant's.
        Some(note) => tracing::info!(
            delivery = %made.delivery.id, webhook = %made.delivery.webhook_id, note, outcome,
            "a webhook did not take an event"
        ),
    }
}

/// Takes what is due into hand, as far as there is room, and begins to send it.
async fn begin(
    app: &App,
    post: &Post,
    lanes: &mut Lanes,
) -> anyhow::Result<Vec<BoxFuture<'static, Back>>> {
    let now = app.time();
    let mut tx = app.db.snapshot().await?;
    let waiting = outbox::waiting(&mut tx, now).await?;
    drop(tx);
    let late = waiting.first().map_or(Duration::ZERO, |lane| now.since(lane.due_at));
    metrics::gauge!("webhooks_late_seconds").set(late.as_secs_f64());
    let mut chosen = choose(waiting, lanes, now);
    // Everybody takes lanes in the same order: nobody waits for each other in a ring.
    chosen.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    if chosen.is_empty() {
        return Ok(Vec::new());
    }
    let parts: Vec<_> = chosen.chunks(CHUNK).map(|some| lease(app, some, now)).collect();
    let leased: Vec<Vec<Leased>> =
        stream::iter(parts).buffer_unordered(ABREAST).try_collect().await?;
    let mut begun = Vec::new();
    for Leased { delivery, letter, lease, place } in leased.into_iter().flatten() {
        lanes.take(&delivery.lane, place, now);
        begun.push(send(app.clone(), post.clone(), delivery, letter, lease, place).boxed());
    }
    Ok(begun)
}

/// Something in hand, ready to be sent.
struct Leased {
    delivery: InHand,
    letter: Letter,
    lease: String,
    place: Place,
}

/// Takes what some lanes have due into hand.
async fn lease(
    app: &App,
    chosen: &[(String, usize, Place)],
    now: Time,
) -> anyhow::Result<Vec<Leased>> {
    let lease = app.dice.secret();
    let mut tx = app.db.begin().await?;
    for (lane, count, _) in chosen {
        let count = i64::try_from(*count).unwrap_or(1);
        outbox::lease(&mut tx, lane, &lease, now, now.after(LEASE), count).await?;
    }
    let mut keys: HashMap<WebhookId, Vec<Keys>> = HashMap::new();
    for generation in store::keys_for(&mut tx, &lease, now).await? {
        keys.entry(generation.webhook).or_default().push(generation.keys);
    }
    let places: HashMap<&str, Place> =
        chosen.iter().map(|(lane, _, place)| (lane.as_str(), *place)).collect();
    let mut leased = Vec::new();
    for delivery in outbox::in_hand(&mut tx, &lease).await? {
        let place = places.get(delivery.lane.as_str());
        let keys = keys.get(&delivery.webhook_id);
        let (Some("enabled"), Some(place), Some(keys)) =
            (delivery.webhook_status.as_deref(), place, keys)
        else {
            webhooks::put_aside(&mut tx, &delivery, &lease, webhooks::DISABLED, now).await?;
            continue;
        };
        let Some(letter) = write(&mut tx, app, &delivery, keys, now).await? else {
            webhooks::lost_its_key(&mut tx, &delivery, &lease, NO_KEY, app.now()).await?;
            continue;
        };
        leased.push(Leased { delivery, letter, lease: lease.clone(), place: *place });
    }
    tx.commit().await?;
    Ok(leased)
}

/// Which lanes send, and how much.
fn choose(waiting: Vec<Waiting>, lanes: &Lanes, now: Time) -> Vec<(String, usize, Place)> {
    let mut chosen = Vec::new();
    let mut free = lanes.budget();
    for Waiting { lane, step, .. } in waiting {
        let (room, place) = lanes.room(&lane, step > 0, now);
        let room = free.grant(room, place);
        if room > 0 {
            chosen.push((lane, room, place));
        }
        if chosen.len() == AT_ONCE {
            break;
        }
    }
    chosen
}

/// What goes out, signed for this moment. `None`: the key that is to sign it does not work any more.
async fn write(
    tx: &mut Tx,
    app: &App,
    delivery: &InHand,
    keys: &[Keys],
    now: Time,
) -> anyhow::Result<Option<Letter>> {
    let (body, cryptobot) = match delivery.webhook_key {
        None => (event(delivery, app.livemode())?, None),
        Some(key) => {
            let Some(hash) = merchants::store::hash_of(tx, key, now).await? else {
                return Ok(None);
            };
            let body = cryptobot::update(tx, app, delivery.seq, &delivery.data).await?;
            let signature = cryptobot::signature(&hash, &body);
            (body, Some(signature))
        }
    };
    let (id, timestamp) = (delivery.event_id.to_string(), now.seconds());
    let signature = signature(keys, &id, timestamp, &body);
    let url = delivery.url.clone().or_else(|| delivery.webhook_url.clone()).unwrap_or_default();
    Ok(Some(Letter { url, id, timestamp, signature, cryptobot, body }))
}

/// The event as the feed shows it.
fn event(delivery: &InHand, livemode: bool) -> serde_json::Result<String> {
    let event = Event {
        account_id: String::new(),
        seq: delivery.seq,
        id: delivery.event_id,
        kind: delivery.kind.clone(),
        data: delivery.data.clone(),
        created_at: delivery.created_at,
        hand: None,
    };
    serde_json::to_string(&event.view(livemode))
}

async fn send(
    app: App,
    post: Post,
    delivery: InHand,
    letter: Letter,
    lease: String,
    place: Place,
) -> Back {
    let (at, begun) = (app.time(), Instant::now());
    let outcome = post.send(&letter, at).await;
    Back { made: Made { delivery, lease, outcome, at, took: begun.elapsed() }, place }
}
