//! Milliseconds since the Unix epoch, UTC. A `bigint` in SQL, RFC 3339 in JSON.
//!
//! Only a [`Clock`] knows what time it is; everything else is told.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::{OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub struct Time(i64);

impl Time {
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From the chain's clock, which counts seconds.
    pub fn from_seconds(seconds: u32) -> Self {
        Self(i64::from(seconds) * 1000)
    }

    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds, never negative.
    pub fn seconds(self) -> u64 {
        u64::try_from(self.0 / 1000).unwrap_or_default()
    }

    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)))
    }

    #[must_use]
    pub fn before(self, wait: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How long from `earlier` until now; zero if it lies ahead.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or_default())
    }
}

impl Time {
    /// As HTTP writes it, RFC 9110: `Wed, 18 Nov 2026 11:06:40 GMT`.
    pub fn http(self) -> Option<String> {
        let form = format_description!(
            "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
        );
        OffsetDateTime::from_unix_timestamp(self.0.div_euclid(1000)).ok()?.format(form).ok()
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = format_description!(
            "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z"
        );
        let text = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .ok()
            .and_then(|at| at.format(form).ok())
            .ok_or(fmt::Error)?;
        f.write_str(&text)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let at = OffsetDateTime::parse(&text, &Rfc3339).map_err(serde::de::Error::custom)?;
        i64::try_from(at.unix_timestamp_nanos() / 1_000_000)
            .map(Self)
            .map_err(serde::de::Error::custom)
    }
}

/// Further apart than this, our clock and the chain's cannot both be right.
pub const CLOCKS_APART: Duration = Duration::from_secs(30);
/// A clock that is ahead of the chain's may be right, and the chain service late. It is wrong for sure
/// when the chain has gone on for so long without coming nearer.
const CERTAIN: Duration = Duration::from_secs(10);
/// By how much one block may come later than another.
const LATE: Duration = Duration::from_secs(5);

/// Where the time comes from: the system, or a sandbox that can be moved.
#[derive(Clone)]
pub struct Clock {
    read: Arc<dyn Fn() -> Time + Send + Sync>,
    /// What holds it to the chain's clock, if anything does.
    steering: Option<Arc<Mutex<Steering>>>,
}

impl Clock {
    pub fn new(read: impl Fn() -> Time + Send + Sync + 'static) -> Self {
        Self { read: Arc::new(read), steering: None }
    }

    pub fn system() -> Self {
        Self::new(|| {
            #[expect(clippy::disallowed_methods, reason = "this is the clock")]
            let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            let millis = since_epoch.map(|d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX));
            Time(millis.unwrap_or_default())
        })
    }

    /// The same clock, held to the chain's: where the two are too far apart, it shows the chain's time,
    /// carried on by a clock that only counts. A machine whose clock jumps then changes no deadline.
    #[must_use]
    pub fn steered(self) -> Self {
        Self { steering: Some(Arc::default()), ..self }
    }

    pub fn now(&self) -> Time {
        let own = (self.read)();
        match self.steering() {
            Some(steering) => steering.correct(own, Instant::now()),
            None => own,
        }
    }

    /// Takes the time of a block that was the newest just now.
    pub fn hears(&self, chain: Time) {
        let own = (self.read)();
        if let Some(mut steering) = self.steering() {
            steering.hears(chain, own, Instant::now());
        }
    }

    /// By how many milliseconds the machine's clock is ahead of the chain's, or behind it if negative.
    /// `None`: it is not held to the chain's, or that has not been heard yet.
    pub fn ahead(&self) -> Option<i64> {
        let own = (self.read)();
        let chain = self.steering()?.chain(Instant::now())?;
        Some(own.0.saturating_sub(chain.0))
    }

    fn steering(&self) -> Option<std::sync::MutexGuard<'_, Steering>> {
        let steering = self.steering.as_ref()?;
        Some(steering.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What the chain's clock shows, by the blocks heard so far. A block is always late and never early, so
/// the one that puts the chain's clock furthest ahead is the best.
#[derive(Debug, Default)]
struct Steering {
    best: Option<(Time, Instant)>,
    /// Since when the chain's clock has gone on steadily while it was far from ours, and until when.
    steady: Option<(Time, Instant, Time)>,
}

impl Steering {
    fn hears(&mut self, block: Time, own: Time, now: Instant) {
        if self.chain(now).is_none_or(|chain| block > chain) {
            self.best = Some((block, now));
        }
        let (first, since, last) = self.steady.unwrap_or((block, now, block));
        let last = last.max(block);
        // A service that catches up goes faster than time does.
        let steady = last.since(first) <= now.saturating_duration_since(since) + LATE;
        let agrees = self.chain(now).is_some_and(|chain| apart(own, chain) <= CLOCKS_APART);
        // Whoever said that it was much later has said it alone.
        let goes_on = steady && !agrees && last.since(block) <= CLOCKS_APART;
        let from = if goes_on { (first, since, last) } else { (block, now, block) };
        self.steady = Some(from);
        // One block that said it was of another time does not count for ever.
        let (first, _, last) = from;
        let astray = self.chain(now).is_some_and(|chain| chain.since(last) > CLOCKS_APART);
        if astray && last.since(first) >= CERTAIN {
            self.best = Some((last, now));
        }
    }

    fn chain(&self, now: Instant) -> Option<Time> {
        let (block, heard) = self.best?;
        Some(block.after(now.saturating_duration_since(heard)))
    }

    fn correct(&self, own: Time, now: Instant) -> Time {
        let Some(chain) = self.chain(now) else { return own };
        if apart(own, chain) <= CLOCKS_APART {
            return own;
        }
        // The chain's clock is never ahead of the time, so whoever is behind it is slow.
        let certain =
            own < chain || self.steady.is_some_and(|(first, _, last)| last.since(first) >= CERTAIN);
        if certain { chain } else { own }
    }
}

fn apart(one: Time, other: Time) -> Duration {
    one.since(other).max(other.since(one))
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);
    const NOON: Time = Time(1_795_000_000_000);

    /// The chain goes on for some seconds, heard a second late, while our clock shows another time.
    fn heard(seconds: u64, own: impl Fn(Time) -> Time) -> (Steering, Instant) {
        let (mut steering, start) = (Steering::default(), Instant::now());
        for second in 0..seconds {
            let passed = Duration::from_secs(second);
            let real = NOON.after(passed);
            steering.hears(real.before(Duration::from_secs(1)), own(real), start + passed);
        }
        (steering, start)
    }

    #[test]
    fn a_clock_near_the_chains_is_left_alone() {
        let (steering, start) = heard(60, |real| real);
        let later = NOON.after(HOUR);
        assert_eq!(steering.correct(later, start + HOUR), later);
    }

    #[test]
    fn a_clock_an_hour_off_shows_the_chains_time() {
        for wrong in [NOON.after(HOUR), NOON.before(HOUR)] {
            let (steering, start) = heard(15, |real| wrong.after(real.since(NOON)));
            let shown = steering
                .correct(wrong.after(Duration::from_secs(60)), start + Duration::from_secs(60));
            assert!(
                apart(shown, NOON.after(Duration::from_secs(60))) <= Duration::from_secs(2),
                "{shown}"
            );
        }
    }

    #[test]
    fn a_clock_that_jumps_in_the_middle_changes_nothing() {
        let (steering, start) = heard(60, |real| real);
        let second = Duration::from_secs(61);
        let real = NOON.after(second);
        assert!(
            apart(steering.correct(real.before(HOUR), start + second), real)
                <= Duration::from_secs(2)
        );
        // Forward it takes a few blocks to be sure; until then nobody can tell it from a late chain.
        let mut steering = steering;
        for more in 61..75 {
            let passed = Duration::from_secs(more);
            let real = NOON.after(passed);
            steering.hears(real, real.after(HOUR), start + passed);
        }
        let shown = steering.correct(NOON.after(HOUR), start + Duration::from_secs(75));
        assert!(
            apart(shown, NOON.after(Duration::from_secs(75))) <= Duration::from_secs(2),
            "{shown}"
        );
    }

    #[test]
    fn a_chain_service_that_catches_up_moves_no_clock() {
        let (mut steering, start) = (Steering::default(), Instant::now());
        for second in 0..100 {
            let passed = Duration::from_secs(second);
            let own = NOON.after(passed);
            steering.hears(NOON.before(HOUR).after(20 * passed), own, start + passed);
            assert_eq!(steering.correct(own, start + passed), own);
        }
    }

    #[test]
    fn one_block_of_another_time_moves_no_clock_for_long() {
        let (mut steering, start) = heard(60, |real| real);
        let lie = Duration::from_secs(60);
        steering.hears(NOON.after(lie + HOUR), NOON.after(lie), start + lie);
        for second in 61..80 {
            let passed = Duration::from_secs(second);
            let real = NOON.after(passed);
            steering.hears(real.before(Duration::from_secs(1)), real, start + passed);
        }
        let (real, now) = (NOON.after(Duration::from_secs(80)), start + Duration::from_secs(80));
        assert_eq!(steering.correct(real, now), real);
    }

    #[test]
    fn a_chain_service_that_has_stopped_moves_no_clock() {
        let (mut steering, start) = (Steering::default(), Instant::now());
        for second in 0..600 {
            let passed = Duration::from_secs(second);
            steering.hears(NOON.before(HOUR), NOON.after(passed), start + passed);
        }
        let now = NOON.after(Duration::from_secs(600));
        assert_eq!(steering.correct(now, start + Duration::from_secs(600)), now);
    }

    #[test]
    fn times_are_written_and_read_as_rfc_3339() {
        let time = Time::from_millis(1_795_000_000_123);
        let json = serde_json::to_string(&time).unwrap();
        assert_eq!(json, "\"2026-11-18T11:06:40.123Z\"");
        assert_eq!(serde_json::from_str::<Time>(&json).unwrap(), time);
        assert_eq!(time.http().as_deref(), Some("Wed, 18 Nov 2026 11:06:40 GMT"));
    }
}
