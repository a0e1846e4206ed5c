//! What happens in the world, as one numbered stream: blocks, transactions, chats, wallets.
//! A short tail is kept, so that a page which reconnects misses nothing recent.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::{Map, Value};
use tokio::sync::broadcast;

const TAIL: usize = 1_000;

/// Cheap to clone; every clone is the same feed.
#[derive(Clone)]
pub struct Feed {
    inner: Arc<Inner>,
}

struct Inner {
    log: Mutex<Log>,
    live: broadcast::Sender<Happening>,
}

struct Log {
    next: u64,
    tail: VecDeque<Happening>,
}

/// One thing that happened; `detail` is specific to `kind`.
#[derive(Clone, Debug, Serialize)]
pub struct Happening {
    pub n: u64,
    pub kind: &'static str,
    #[serde(flatten)]
    pub detail: Map<String, Value>,
}

impl Feed {
    /// A feed whose first event has the number `first`.
    pub fn starting_at(first: u64) -> Self {
        let (live, _) = broadcast::channel(TAIL);
        let log = Mutex::new(Log { next: first, tail: VecDeque::new() });
        Self { inner: Arc::new(Inner { log, live }) }
    }

    /// Appends and tells whoever listens. `detail` must be a JSON object.
    pub fn publish(&self, kind: &'static str, detail: Value) {
        let Value::Object(detail) = detail else { unreachable!("a happening is an object") };
        let mut log = self.log();
        let happening = Happening { n: log.next, kind, detail };
        log.next += 1;
        log.tail.push_back(happening.clone());
        if log.tail.len() > TAIL {
            log.tail.pop_front();
        }
        // Sent under the lock, so that no subscriber sees a number twice or out of order.
        let _ = self.inner.live.send(happening);
    }

    /// What came after `after` and is still kept, and everything from now on.
    pub fn follow(&self, after: Option<u64>) -> (Vec<Happening>, broadcast::Receiver<Happening>) {
        let log = self.log();
        let missed = match after {
            Some(after) => log.tail.iter().filter(|event| event.n > after).cloned().collect(),
            None => Vec::new(),
        };
        (missed, self.inner.live.subscribe())
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.inner.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[tokio::test]
    async fn a_follower_gets_the_tail_and_then_the_rest_without_a_gap() {
        let feed = Feed::starting_at(1);
        feed.publish("block", json!({ "seqno": 1 }));
        feed.publish("block", json!({ "seqno": 2 }));

        let (missed, mut live) = feed.follow(Some(1));
        feed.publish("chat", json!({ "person": "bob" }));

        assert_eq!(missed.iter().map(|event| event.n).collect::<Vec<_>>(), [2]);
        let next = live.recv().await.unwrap();
        assert_eq!(
            serde_json::to_value(next).unwrap(),
            json!({ "n": 3, "kind": "chat", "person": "bob" })
        );
    }
}
