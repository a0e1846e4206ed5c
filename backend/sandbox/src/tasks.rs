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

    /// Runs `work` to its end even if whoever waits for it goes away: a phone that hangs up drops
    /// only the waiting.
    pub async fn finish<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> T {
        let work = self.tracker.spawn(work);
        work.await.unwrap_or_else(|crash| std::panic::resume_unwind(crash.into_panic()))
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

    /// Waits until `enough` holds, looking whenever the watched number changes; gives up after
    /// `limit` or when the world stops.
    ///
    /// `enough` is called with no lock held, so it may take the one under which the number is
    /// changed. (`watch::Receiver::wait_for` would call it under a lock of its own.)
    pub async fn wait_until(
        &self,
        mut number: watch::Receiver<u64>,
        enough: impl Fn() -> bool,
        limit: Duration,
    ) {
        let holds = async {
            loop {
                number.mark_unchanged();
                if enough() || number.changed().await.is_err() {
                    return;
                }
            }
        };
        tokio::select! {
            () = holds => {}
            () = tokio::time::sleep(limit.min(LONGEST_WAIT)) => {}
            () = self.stopping() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// A phone once waited for a chat while the bot wrote to it: the phone held the number and
    /// wanted the chat, the bot held the chat and wanted the number.
    #[tokio::test]
    async fn a_condition_may_lock_what_is_locked_while_the_number_changes() {
        let (number, seen) = watch::channel(0);
        let state = Mutex::new(0);
        let change = || {
            let mut state = state.lock().unwrap();
            *state += 1;
            number.send_replace(*state);
        };
        let enough = || {
            change();
            *state.lock().unwrap() >= 3
        };
        Tasks::default().wait_until(seen, enough, LONGEST_WAIT).await;
        assert_eq!(*state.lock().unwrap(), 3);
    }

    #[tokio::test]
    async fn work_is_finished_though_nobody_waits_for_it() {
        let (start, started) = tokio::sync::oneshot::channel();
        let (done, end) = tokio::sync::oneshot::channel();
        let tasks = Tasks::default();
        let mut work = Box::pin(tasks.finish(async move {
            started.await.unwrap();
            done.send(()).unwrap();
        }));
        assert!(futures_util::poll!(&mut work).is_pending());
        drop(work);
        start.send(()).unwrap();
        end.await.unwrap();
    }

    #[tokio::test]
    async fn a_wait_ends_when_the_world_stops() {
        let (_number, seen) = watch::channel(0);
        let tasks = Tasks::default();
        tasks.stop().await;
        tasks.wait_until(seen, || false, LONGEST_WAIT).await;
    }
}
