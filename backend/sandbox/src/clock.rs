//! The world's clock. Everything in the sandbox asks it for the time, so a test (or a person at
//! the controls) can move a year ahead and see storage fees, expiries and reminders at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// A handle: clones show and move the same time.
#[derive(Debug, Clone)]
pub struct Clock {
    follows_wall: bool,
    /// Milliseconds past the wall clock, or past 1970 for a manual clock.
    offset_ms: Arc<AtomicI64>,
}

impl Clock {
    /// Runs with the machine, plus whatever it has been advanced.
    #[must_use]
    pub fn system() -> Self {
        Self { follows_wall: true, offset_ms: Arc::default() }
    }

    /// Stands still at `start_ms` (Unix milliseconds) until advanced.
    #[must_use]
    pub fn manual(start_ms: i64) -> Self {
        Self { follows_wall: false, offset_ms: Arc::new(AtomicI64::new(start_ms)) }
    }

    /// Unix time in milliseconds.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        let offset = self.offset_ms.load(Ordering::SeqCst);
        if self.follows_wall { wall_ms().saturating_add(offset) } else { offset }
    }

    /// Unix time in whole seconds, as blocks carry it. It stops at their last, in 2106.
    #[must_use]
    pub fn now(&self) -> u32 {
        u32::try_from((self.now_ms() / 1000).max(0)).unwrap_or(u32::MAX)
    }

    /// Moves forward. Time on a chain never runs back, so neither does this: a negative step is
    /// ignored.
    pub fn advance(&self, ms: i64) {
        self.offset_ms.fetch_add(ms.max(0), Ordering::SeqCst);
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place where the wall clock enters")]
fn wall_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_one_time() {
        let clock = Clock::manual(1_000);
        let other = clock.clone();
        other.advance(500);
        assert_eq!(clock.now_ms(), 1_500);
        assert_eq!(clock.now(), 1);
    }

    #[test]
    fn time_never_runs_back() {
        let clock = Clock::manual(1_000);
        clock.advance(-400);
        assert_eq!(clock.now_ms(), 1_000);
    }

    #[test]
    fn blocks_know_no_time_after_2106() {
        let clock = Clock::manual(0);
        clock.advance(i64::MAX);
        assert_eq!(clock.now(), u32::MAX);
    }

    #[test]
    fn a_system_clock_can_be_a_year_ahead() {
        let (here, ahead) = (Clock::system(), Clock::system());
        ahead.advance(31_536_000_000);
        let gap = ahead.now_ms() - here.now_ms();
        assert!((31_535_990_000..=31_536_010_000).contains(&gap), "{gap}");
    }
}
