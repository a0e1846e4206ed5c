//! What keeps the service running: named tasks that are started again when they fail, a pulse for
//! each, and a stop in two stages. Nothing else in the crate may start a task.
//!
//! ```text
//! running ── SIGTERM, ctrl-c, a task beyond help ──▶ soft: finish what is in hand
//!         ── 20 s later, or a second signal ───────▶ hard: drop everything
//! ```

use std::{
    any::Any,
    fmt,
    future::Future,
    panic::AssertUnwindSafe,
    process::ExitCode,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use futures_util::FutureExt;
use serde::Serialize;
use tokio::time::Instant;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use utoipa::ToSchema;

/// How long a task may take to finish what it has in hand.
const GRACE: Duration = Duration::from_secs(20);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// So many failures before the first beat, and the whole service stops: it is set up wrongly.
const BEYOND_HELP: u32 = 5;
/// A task that has worked before is started again for so long. Then the whole service stops with a
/// failure, for whoever supervises it to start it afresh: what only a new process mends is mended, and
/// what is not is seen. A task that waits for the outside world does not fail meanwhile.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(300);

/// Cheap to clone; every clone watches over the same tasks.
#[derive(Clone, Default)]
pub struct Supervisor {
    /// Cancelled when the service is asked to stop. Tasks get it as their `stop`.
    pub soft: CancellationToken,
    /// Cancelled when there is no more time.
    pub hard: CancellationToken,
    pub tracker: TaskTracker,
    pulses: Arc<Mutex<Vec<Arc<Pulse>>>>,
    failed: Arc<AtomicBool>,
}

/// One task's sign of life.
struct Pulse {
    name: &'static str,
    budget: Duration,
    state: Mutex<Signs>,
    /// Failures since the last beat.
    failures: AtomicU32,
    beaten: AtomicBool,
}

struct Signs {
    last_beat: Instant,
    error: Option<String>,
}

/// With it a task says that it has come round once more.
#[derive(Clone)]
pub struct Heartbeat(Arc<Pulse>);

impl Heartbeat {
    pub fn beat(&self) {
        self.0.failures.store(0, Ordering::Relaxed);
        self.0.beaten.store(true, Ordering::Relaxed);
        let mut signs = self.0.signs();
        signs.last_beat = Instant::now();
        signs.error = None;
    }

    /// It has come round before: what is in its way now was not always there.
    pub fn has_worked(&self) -> bool {
        self.0.beaten.load(Ordering::Relaxed)
    }

    /// Says why there is no beat, although the task goes on: something outside is away.
    pub fn missed(&self, cause: impl fmt::Display) {
        self.0.signs().error = Some(cause.to_string());
    }
}

impl Pulse {
    fn is_beyond_help(&self, failures: u32) -> bool {
        if self.beaten.load(Ordering::Relaxed) {
            self.signs().last_beat.elapsed() >= GIVEN_UP_AFTER
        } else {
            failures >= BEYOND_HELP
        }
    }

    fn signs(&self) -> std::sync::MutexGuard<'_, Signs> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a task is doing, for `/health/ready`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TaskHealth {
    pub name: &'static str,
    /// It has beaten within its budget.
    pub ok: bool,
    /// Milliseconds since it last did.
    pub last_beat_ms: u64,
    /// What was in its way, if it has not beaten since.
    pub error: Option<String>,
}

impl Supervisor {
    /// Starts a task and keeps it running until the service stops. It must beat within `budget`, again
    /// and again; it may end by itself, with `Ok`, when its work is done or it was told to stop.
    pub fn run<F, Fut>(&self, name: &'static str, budget: Duration, work: F)
    where
        F: Fn(CancellationToken, Heartbeat) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = anyhow::Result<()>> + Send,
    {
        let state = Mutex::new(Signs { last_beat: Instant::now(), error: None });
        let pulse = Arc::new(Pulse {
            name,
            budget,
            state,
            failures: AtomicU32::new(0),
            beaten: AtomicBool::new(false),
        });
        self.pulses().push(pulse.clone());
        let supervisor = self.clone();
        self.tracker.spawn(async move {
            tokio::select! {
                () = supervisor.hard.cancelled() => tracing::warn!(task = name, "dropped"),
                () = supervisor.keep_alive(&pulse, work) => {}
            }
            supervisor.pulses().retain(|known| !Arc::ptr_eq(known, &pulse));
        });
    }

    async fn keep_alive<F, Fut>(&self, pulse: &Arc<Pulse>, work: F)
    where
        F: Fn(CancellationToken, Heartbeat) -> Fut,
        Fut: Future<Output = anyhow::Result<()>>,
    {
        let name = pulse.name;
        while !self.soft.is_cancelled() {
            // A task may panic before its first await, too.
            let attempt =
                AssertUnwindSafe(async { work(self.soft.clone(), Heartbeat(pulse.clone())).await });
            let cause = match attempt.catch_unwind().await {
                Ok(Ok(())) => return,
                Ok(Err(error)) => format!("{error:#}"),
                Err(panic) => format!("panicked: {}", panic_text(panic.as_ref())),
            };
            let failures = pulse.failures.fetch_add(1, Ordering::Relaxed) + 1;
            metrics::counter!("task_failures_total", "task" => name).increment(1);
            tracing::error!(task = name, failures, cause, "a task failed");
            pulse.signs().error = Some(cause);
            if pulse.is_beyond_help(failures) {
                tracing::error!(
                    task = name,
                    failures,
                    "the service stops: this task does not work"
                );
                self.failed.store(true, Ordering::Relaxed);
                self.soft.cancel();
            }
            tokio::select! {
                () = self.soft.cancelled() => {}
                () = tokio::time::sleep(pause(failures)) => {}
            }
        }
    }

    /// Every running task, in the order of starting.
    pub fn health(&self) -> Vec<TaskHealth> {
        self.pulses().iter().map(|pulse| pulse.health()).collect()
    }

    /// Waits until the service has stopped, by signal or by failure, and says how that went.
    pub async fn finish(&self) -> ExitCode {
        let mut signals = Signals::listen();
        tokio::select! {
            () = self.soft.cancelled() => {}
            () = signals.next() => tracing::info!("stopping"),
        }
        self.soft.cancel();
        self.tracker.close();
        tokio::select! {
            () = self.tracker.wait() => {}
            () = tokio::time::sleep(GRACE) => tracing::warn!("some tasks did not stop in time"),
            () = signals.next() => tracing::warn!("stopping at once"),
        }
        self.hard.cancel();
        self.tracker.wait().await;
        if self.failed.load(Ordering::Relaxed) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }

    fn pulses(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Pulse>>> {
        self.pulses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pulse {
    fn health(&self) -> TaskHealth {
        let signs = self.signs();
        let silent = signs.last_beat.elapsed();
        TaskHealth {
            name: self.name,
            ok: silent <= self.budget,
            last_beat_ms: u64::try_from(silent.as_millis()).unwrap_or(u64::MAX),
            error: signs.error.clone(),
        }
    }
}

/// Twice as long after each failure.
fn pause(failures: u32) -> Duration {
    let factor = 1u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
    FIRST_PAUSE.saturating_mul(factor).min(LONGEST_PAUSE)
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason given")
}

/// SIGTERM and ctrl-c.
struct Signals {
    #[cfg(unix)]
    terminate: Option<tokio::signal::unix::Signal>,
}

impl Signals {
    fn listen() -> Self {
        #[cfg(unix)]
        let terminate =
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).ok();
        Self {
            #[cfg(unix)]
            terminate,
        }
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(terminate) = &mut self.terminate {
            tokio::select! {
                _ = terminate.recv() => return,
                _ = tokio::signal::ctrl_c() => return,
            }
        }
        // Without a handler for signals nothing is left to wait for.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUDGET: Duration = Duration::from_secs(10);

    async fn ended(supervisor: &Supervisor) {
        supervisor.tracker.close();
        supervisor.tracker.wait().await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_failing_task_is_started_again() {
        let supervisor = Supervisor::default();
        let runs = Arc::new(AtomicU32::new(0));
        let counted = runs.clone();
        supervisor.run("flaky", BUDGET, move |_, _| {
            let run = counted.fetch_add(1, Ordering::Relaxed);
            async move {
                match run {
                    0 => anyhow::bail!("not yet"),
                    1 => panic!("still not"),
                    _ => Ok(()),
                }
            }
        });
        ended(&supervisor).await;
        assert_eq!(runs.load(Ordering::Relaxed), 3);
        assert!(!supervisor.soft.is_cancelled());
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_never_works_stops_the_service() {
        let supervisor = Supervisor::default();
        supervisor.run("broken", BUDGET, |_, _| async { anyhow::bail!("no") });
        supervisor.run("healthy", BUDGET, |stop, _| async move {
            stop.cancelled().await;
            Ok(())
        });
        assert_eq!(supervisor.finish().await, ExitCode::FAILURE);
        assert!(supervisor.health().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_fails_for_minutes_ends_the_service_with_a_failure() {
        let supervisor = Supervisor::default();
        supervisor.run("stuck", BUDGET, |_, beat| async move {
            if beat.0.failures.load(Ordering::Relaxed) == 0 {
                beat.beat();
            }
            anyhow::bail!("again")
        });
        let started = Instant::now();
        assert_eq!(supervisor.finish().await, ExitCode::FAILURE);
        let took = started.elapsed();
        assert!(took >= GIVEN_UP_AFTER && took < GIVEN_UP_AFTER + LONGEST_PAUSE * 2, "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_only_waits_is_not_given_up() {
        let supervisor = Supervisor::default();
        supervisor.run("patient", BUDGET, |stop, beat| async move {
            beat.beat();
            beat.missed("nobody answers");
            stop.cancelled().await;
            Ok(())
        });
        tokio::time::sleep(GIVEN_UP_AFTER * 10).await;
        assert!(!supervisor.soft.is_cancelled());
        supervisor.soft.cancel();
        assert_eq!(supervisor.finish().await, ExitCode::SUCCESS);
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_comes_round_now_and_then_is_not_given_up() {
        let supervisor = Supervisor::default();
        let runs = Arc::new(AtomicU32::new(0));
        let counted = runs.clone();
        supervisor.run("uneasy", BUDGET, move |_, beat| {
            let run = counted.fetch_add(1, Ordering::Relaxed);
            async move {
                if run.is_multiple_of(4) {
                    beat.beat();
                }
                if run < 200 { anyhow::bail!("again") } else { Ok(()) }
            }
        });
        ended(&supervisor).await;
        assert!(!supervisor.soft.is_cancelled());
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_task_is_not_well() {
        let supervisor = Supervisor::default();
        supervisor.run("silent", BUDGET, |stop, _| async move {
            stop.cancelled().await;
            Ok(())
        });
        assert!(supervisor.health()[0].ok);
        tokio::time::advance(BUDGET + Duration::from_millis(1)).await;
        assert!(!supervisor.health()[0].ok);
        supervisor.soft.cancel();
        assert_eq!(supervisor.finish().await, ExitCode::SUCCESS);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_does_not_stop_in_time_is_dropped() {
        let supervisor = Supervisor::default();
        supervisor.run("stubborn", BUDGET, |_, _| std::future::pending());
        supervisor.soft.cancel();
        assert_eq!(supervisor.finish().await, ExitCode::SUCCESS);
        assert!(supervisor.hard.is_cancelled());
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_in_the_way_is_told_until_the_next_beat() {
        let supervisor = Supervisor::default();
        let (asked, mut ask) = tokio::sync::mpsc::unbounded_channel();
        supervisor.run("waiting", BUDGET, move |stop, beat| {
            asked.send(beat).unwrap();
            async move {
                stop.cancelled().await;
                Ok(())
            }
        });
        let beat = ask.recv().await.unwrap();
        beat.missed("no answer");
        assert_eq!(supervisor.health()[0].error.as_deref(), Some("no answer"));
        beat.beat();
        assert_eq!(supervisor.health()[0].error, None);
    }

    #[test]
    fn pauses_grow_and_end_at_a_minute() {
        let pauses: Vec<_> = [1, 2, 3, 9, 99].map(pause).map(|p| p.as_millis()).to_vec();
        assert_eq!(pauses, [250, 500, 1000, 60_000, 60_000]);
    }
}
