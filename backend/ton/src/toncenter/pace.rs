//! Keeping to the pace the service allows, over all tasks that share a client.

use std::{net::IpAddr, num::NonZeroU32, sync::Arc, time::Duration};

use reqwest::Url;
use tokio::{
    sync::Mutex,
    time::{Instant, sleep_until},
};

/// How often the service may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    PerSecond(NonZeroU32),
    Unlimited,
}

impl Pace {
    /// What toncenter grants: one request a second to anybody, ten with a free key. A service on
    /// this machine is our own.
    pub fn usual(base: &str, has_key: bool) -> Self {
        let url = base.parse::<Url>().ok();
        let local = url.as_ref().and_then(Url::host_str).is_some_and(|host| {
            let ip = host.trim_matches(['[', ']']).parse::<IpAddr>();
            host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
        });
        match (local, has_key) {
            (true, _) => Self::Unlimited,
            (false, true) => Self::PerSecond(NonZeroU32::MIN.saturating_add(9)),
            (false, false) => Self::PerSecond(NonZeroU32::MIN),
        }
    }
}

/// Hands out turns, evenly spaced.
#[derive(Clone)]
pub(super) struct Pacer {
    gap: Duration,
    next: Arc<Mutex<Instant>>,
}

impl Pacer {
    pub(super) fn new(pace: Pace) -> Self {
        let gap = match pace {
            Pace::PerSecond(times) => Duration::from_secs(1) / times.get(),
            Pace::Unlimited => Duration::ZERO,
        };
        Self { gap, next: Arc::new(Mutex::new(Instant::now())) }
    }

    /// Waits for a turn, but takes none that is further away than `patience`: that long it would be,
    /// is the error. Whoever gives up waiting loses theirs; the others keep their order.
    pub(super) async fn turn(&self, patience: Option<Duration>) -> Result<(), Duration> {
        let mine = self.reserve(Instant::now(), patience).await?;
        sleep_until(mine).await;
        Ok(())
    }

    /// Nobody's turn comes before `pause` is over.
    pub(super) async fn hold(&self, pause: Duration) {
        let mut next = self.next.lock().await;
        *next = (*next).max(Instant::now() + pause.min(Duration::from_secs(60)));
    }

    async fn reserve(&self, now: Instant, patience: Option<Duration>) -> Result<Instant, Duration> {
        let mut next = self.next.lock().await;
        let mine = (*next).max(now);
        if patience.is_some_and(|patience| mine - now > patience) {
            return Err(mine - now);
        }
        *next = mine + self.gap;
        Ok(mine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn turns_are_evenly_spaced() {
        let pacer = Pacer::new(Pace::PerSecond(NonZeroU32::new(4).unwrap()));
        let now = Instant::now() + Duration::from_secs(1);
        let quarter = Duration::from_millis(250);
        assert_eq!(pacer.reserve(now, None).await, Ok(now));
        assert_eq!(pacer.reserve(now, None).await, Ok(now + quarter));
        let third = pacer.clone().reserve(now, None).await;
        assert_eq!(third, Ok(now + 2 * quarter), "clones share the pace");
        // Unused turns are not saved up.
        let later = now + Duration::from_secs(10);
        assert_eq!(pacer.reserve(later, None).await, Ok(later));
        assert_eq!(pacer.reserve(later, None).await, Ok(later + quarter));
    }

    #[tokio::test]
    async fn a_pause_is_for_everybody() {
        let pacer = Pacer::new(Pace::Unlimited);
        pacer.hold(Duration::from_secs(5)).await;
        let now = Instant::now();
        assert!(pacer.reserve(now, None).await.unwrap() > now + Duration::from_secs(4));
    }

    #[tokio::test]
    async fn the_impatient_do_not_lengthen_a_long_queue() {
        let pacer = Pacer::new(Pace::PerSecond(NonZeroU32::MIN));
        let (now, second) = (Instant::now() + Duration::from_secs(1), Duration::from_secs(1));
        let patience = Some(3 * second);
        for turn in 0..4 {
            assert_eq!(pacer.reserve(now, patience).await, Ok(now + turn * second));
        }
        for _ in 0..100 {
            assert_eq!(pacer.reserve(now, patience).await, Err(4 * second));
        }
        assert_eq!(pacer.reserve(now, None).await, Ok(now + 4 * second), "the patient are served");
    }

    #[test]
    fn the_public_service_is_asked_slowly_and_ours_at_will() {
        let public = "https://toncenter.com/api/v3";
        assert_eq!(Pace::usual(public, false), Pace::PerSecond(NonZeroU32::new(1).unwrap()));
        assert_eq!(Pace::usual(public, true), Pace::PerSecond(NonZeroU32::new(10).unwrap()));
        for local in ["http://127.0.0.1:8081/api/v3", "http://localhost:1/", "http://[::1]:80/"] {
            assert_eq!(Pace::usual(local, false), Pace::Unlimited, "{local}");
        }
        assert_ne!(Pace::usual("https://127.evil.example/", false), Pace::Unlimited);
    }
}
