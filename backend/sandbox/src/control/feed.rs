//! Everything that happens, as a stream of server-sent events for the stage.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::response::sse::{Event as Frame, KeepAlive, Sse};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use utoipa::IntoParams;

use super::Query;
use crate::cast::Person;
use crate::chain::{Event, Status};
use crate::feed::Happening;
use crate::tasks::Tasks;
use crate::world::World;

/// Transactions shown to who comes after a restart.
const RECENT: usize = 60;
const HEARTBEAT: Duration = Duration::from_secs(15);

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FeedQuery {
    /// The number of the last event one has seen.
    after: Option<u64>,
}

/// Blocks, transactions, and changes of chats and wallets, each a named event with its number.
/// A transaction is told three times: pending, confirmed, final. It keeps the hash it had first.
#[utoipa::path(
    get, path = "/sandbox/feed", tag = "sandbox", params(FeedQuery),
    responses((status = 200, content_type = "text/event-stream", body = String)),
)]
pub(super) async fn feed(
    State(world): State<World>,
    Query(query): Query<FeedQuery>,
    headers: HeaderMap,
) -> impl IntoResponse {
    let resumed = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let (missed, live) = world.feed.follow(resumed.or(query.after));
    let stream = Stream { missed: missed.into_iter(), live, tasks: world.tasks().clone() };
    let frames = futures_util::stream::unfold(stream, |mut stream| async move {
        let happening = stream.next().await?;
        let frame = Frame::default()
            .event(happening.kind)
            .id(happening.n.to_string())
            .json_data(&happening)
            .expect("a happening is JSON");
        Some((Ok::<_, Infallible>(frame), stream))
    });
    Sse::new(frames).keep_alive(KeepAlive::new().interval(HEARTBEAT))
}

struct Stream {
    missed: std::vec::IntoIter<Happening>,
    live: broadcast::Receiver<Happening>,
    tasks: Tasks,
}

impl Stream {
    /// Whoever lags too far behind is cut off, and comes back with the last number it saw.
    async fn next(&mut self) -> Option<Happening> {
        if let Some(happening) = self.missed.next() {
            return Some(happening);
        }
        tokio::select! {
            happening = self.live.recv() => happening.ok(),
            () = self.tasks.stopping() => None,
        }
    }
}

/// Carries what the chain announces into the feed and to the wallets it concerns.
pub async fn pump(world: World, mut events: broadcast::Receiver<Event>) {
    let recent = world.chain.read(|ledger| {
        let all = ledger.finalized();
        let recent = all[all.len().saturating_sub(RECENT)..].iter();
        recent.map(|found| (found.clone(), ledger.status(found))).collect::<Vec<_>>()
    });
    for (transaction, status) in recent {
        let told = world.movements.tell(&transaction, status, &world.chain, &world.wallets);
        world.feed.publish("transaction", told);
    }
    loop {
        match events.recv().await {
            Ok(Event::Block { head, transactions }) => world.feed.publish(
                "block",
                json!({ "seqno": head.seqno, "time": head.utime, "transactions": transactions }),
            ),
            Ok(Event::Transaction { transaction, status }) => {
                let told = world.movements.tell(&transaction, status, &world.chain, &world.wallets);
                world.feed.publish("transaction", told);
                if status != Status::Pending
                    && let Some(owner) = world.wallets.owner_of(&transaction.account)
                {
                    world.wallets.touch(owner);
                }
            }
            Err(RecvError::Lagged(missed)) => {
                tracing::warn!(missed, "the feed could not follow the chain");
                Person::ALL.into_iter().for_each(|person| world.wallets.touch(person));
            }
            Err(RecvError::Closed) => return,
        }
    }
}
