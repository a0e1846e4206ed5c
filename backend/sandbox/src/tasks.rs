//! Background work of the world: started here, stopped together.

use std::future::Future;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Longest a client may ask a long poll to wait.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Cheap to clone; every clone starts and stops the same set.
#[derive(Clone, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
}

impl Tasks {
    /// Runs `work` until it ends by itself or the world stops.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        self.tracker.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = work => {}
            }
        });
    }

    /// Runs `work` to its end; it watches [`Tasks::stopping`] itself.
    pub fn spawn_to_end(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.tracker.spawn(work);
    }

    /// Resolves when the world stops. Long polls and streams race against it.
    pub async fn stopping(&self) {
        self.stop.cancelled().await;
    }

    pub fn token(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Asks everything to stop and waits until it has.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }

    /// Waits until `enough` holds for the watched number, `limit` passes or the world stops.
    pub async fn wait_until(
        &self,
        mut number: watch::Receiver<u64>,
        enough: impl Fn(u64) -> bool,
        limit: Duration,
    ) {
        // Not `wait_for`, which asks under the number's own lock: who changes the number may hold the
        // very lock that `enough` wants.
        let changed = async {
            loop {
                let now = *number.borrow_and_update();
                if enough(now) || number.changed().await.is_err() {
                    return;
                }
            }
        };
        tokio::select! {
            () = changed => {}
            () = tokio::time::sleep(limit.min(LONGEST_WAIT)) => {}
            () = self.stopping() => {}
        }
    }
}
