//! Keeping to the pace the service allows, over all tasks that share a client.
//!
//! Turns are evenly spaced. Where both wait, the patient (who read the chain for money) and everybody
//! else get every other turn, so that no crowd can take more than half of them. Within the crowd it
//! goes round by name, and its line has an end: whoever has the most in it makes room for others.

use std::{
    collections::VecDeque,
    net::IpAddr,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use reqwest::Url;
use tokio::{
    sync::oneshot,
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

/// Who waits for a turn.
#[derive(Debug, Clone)]
pub(super) enum Manner {
    /// However long it takes.
    Patient,
    /// Whoever would rather be refused than wait longer than this; all under one name share alike.
    Impatient { patience: Duration, name: Arc<str> },
}

/// Hands out turns, evenly spaced.
#[derive(Clone)]
pub(super) struct Pacer {
    gap: Duration,
    lines: Arc<Mutex<Lines>>,
}

struct Lines {
    /// No turn before this.
    next: Instant,
    patient: VecDeque<Ticket>,
    /// By name; the first name in it is served next.
    crowd: VecDeque<(Arc<str>, VecDeque<Ticket>)>,
    /// Whether the last turn was the crowd's.
    crowd_was_last: bool,
}

/// Answers with the turn, or with how long it would have taken. Whoever has given up hears nothing.
type Ticket = oneshot::Sender<Result<(), Duration>>;

impl Pacer {
    pub(super) fn new(pace: Pace) -> Self {
        let gap = match pace {
            Pace::PerSecond(times) => Duration::from_secs(1) / times.get(),
            Pace::Unlimited => Duration::ZERO,
        };
        let lines = Lines {
            next: Instant::now(),
            patient: VecDeque::new(),
            crowd: VecDeque::new(),
            crowd_was_last: false,
        };
        Self { gap, lines: Arc::new(Mutex::new(lines)) }
    }

    /// Waits for a turn; how long it would have been is the error. Whoever stops waiting loses theirs;
    /// the others keep their order.
    pub(super) async fn turn(&self, manner: &Manner) -> Result<(), Duration> {
        let (ticket, mut turn) = oneshot::channel();
        let mut end = None;
        match manner {
            Manner::Patient => self.lines().patient.push_back(ticket),
            Manner::Impatient { patience, name } => {
                self.lines().join(ticket, name, self.gap, *patience)?;
                end = Some(Instant::now() + *patience);
            }
        }
        loop {
            let next = self.lines().serve(self.gap);
            if end.is_some_and(|end| next > end) {
                // The one who is served now may be this one.
                return turn.try_recv().unwrap_or(Err(next - Instant::now()));
            }
            tokio::select! {
                biased;
                answer = &mut turn => return answer.unwrap_or(Err(self.gap)),
                () = sleep_until(next) => {}
            }
        }
    }

    /// Nobody's turn comes before `pause` is over.
    pub(super) async fn hold(&self, pause: Duration) {
        let mut lines = self.lines();
        lines.next = lines.next.max(Instant::now() + pause.min(Duration::from_secs(60)));
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lines {
    /// Puts somebody into the crowd, if their turn can come in time. Where the line is full, whoever has
    /// more in it than the newcomer loses the last one.
    fn join(
        &mut self,
        ticket: Ticket,
        name: &Arc<str>,
        gap: Duration,
        patience: Duration,
    ) -> Result<(), Duration> {
        for (_, line) in &mut self.crowd {
            line.retain(|ticket| !ticket.is_closed());
        }
        self.crowd.retain(|(_, line)| !line.is_empty());
        let waiting: usize = self.crowd.iter().map(|(_, line)| line.len()).sum();
        let ahead = gap.saturating_mul(u32::try_from(waiting).unwrap_or(u32::MAX));
        let wait = self.next.saturating_duration_since(Instant::now()).saturating_add(ahead);
        if wait > patience {
            let own = self.crowd.iter().find(|(other, _)| other == name);
            let own = own.map_or(0, |(_, line)| line.len());
            let longest = self.crowd.iter_mut().max_by_key(|(_, line)| line.len());
            let longest = longest.filter(|(_, line)| ahead > gap && line.len() > own + 1);
            let Some((_, line)) = longest else { return Err(wait) };
            if let Some(last) = line.pop_back() {
                // Whoever has given up meanwhile does not hear it.
                let _ = last.send(Err(wait));
            }
        }
        match self.crowd.iter_mut().find(|(other, _)| other == name) {
            Some((_, line)) => line.push_back(ticket),
            None => self.crowd.push_back((name.clone(), VecDeque::from([ticket]))),
        }
        Ok(())
    }

    /// Gives everybody a turn whose time has come. Says when the next one is.
    fn serve(&mut self, gap: Duration) -> Instant {
        loop {
            let now = Instant::now();
            if now < self.next {
                return self.next;
            }
            let Some(ticket) = self.first() else { return now + gap };
            if ticket.send(Ok(())).is_ok() {
                self.next = now + gap;
            }
        }
    }

    fn first(&mut self) -> Option<Ticket> {
        let patient_first = self.crowd_was_last || self.crowd.is_empty();
        self.crowd_was_last = self.patient.is_empty() || !patient_first;
        if !self.crowd_was_last {
            return self.patient.pop_front();
        }
        let (name, mut line) = self.crowd.pop_front()?;
        let ticket = line.pop_front();
        if !line.is_empty() {
            self.crowd.push_back((name, line));
        }
        ticket
    }
}

#[cfg(test)]
mod tests {
    use std::{future::Future, pin::pin};

    use tokio::time::sleep;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(3);

    fn pacer(per_second: u32) -> Pacer {
        Pacer::new(Pace::PerSecond(NonZeroU32::new(per_second).unwrap()))
    }

    fn person(name: &str) -> Manner {
        Manner::Impatient { patience: PATIENCE, name: name.into() }
    }

    async fn asks_for_ever(pacer: &Pacer, manner: &Manner) {
        loop {
            if pacer.turn(manner).await.is_err() {
                sleep(Duration::from_millis(10)).await;
            }
        }
    }

    /// Lets as many ask at once, again and again, for as long as something else takes.
    async fn amid<T>(crowd: &[(&Pacer, Manner)], of: impl Future<Output = T>) -> T {
        let mut of = pin!(of);
        let asking = crowd.iter().map(|(pacer, manner)| Box::pin(asks_for_ever(pacer, manner)));
        let mut asking: Vec<_> = asking.collect();
        std::future::poll_fn(|context| {
            for one in &mut asking {
                assert!(one.as_mut().poll(context).is_pending());
            }
            of.as_mut().poll(context)
        })
        .await
    }

    #[tokio::test(start_paused = true)]
    async fn turns_are_evenly_spaced() {
        let pacer = pacer(4);
        let (began, quarter) = (Instant::now(), Duration::from_millis(250));
        for turn in 0..4 {
            pacer.clone().turn(&Manner::Patient).await.unwrap();
            assert!(
                began.elapsed().abs_diff(turn * quarter) < quarter / 10,
                "clones share the pace"
            );
        }
        // Unused turns are not saved up.
        sleep(Duration::from_secs(10)).await;
        let began = Instant::now();
        for _ in 0..2 {
            pacer.turn(&person("alice")).await.unwrap();
        }
        assert!(began.elapsed() >= quarter);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_is_for_everybody() {
        let pacer = Pacer::new(Pace::Unlimited);
        pacer.hold(Duration::from_secs(5)).await;
        assert!(pacer.turn(&person("alice")).await.unwrap_err() > Duration::from_secs(4));
        let began = Instant::now();
        pacer.turn(&Manner::Patient).await.unwrap();
        assert!(began.elapsed() >= Duration::from_secs(5));
    }

    #[tokio::test(start_paused = true)]
    async fn a_crowd_takes_no_more_than_every_other_turn() {
        let pacer = pacer(10);
        let crowd: Vec<_> = (0..40).map(|n| (&pacer, person(&n.to_string()))).collect();
        let began = Instant::now();
        let reading = async {
            for _ in 0..20 {
                pacer.turn(&Manner::Patient).await.unwrap();
                sleep(Duration::from_millis(30)).await;
            }
        };
        amid(&crowd, reading).await;
        assert!(began.elapsed() < Duration::from_millis(4_500), "{:?}", began.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_asks_most_does_not_crowd_out_the_others() {
        let pacer = pacer(10);
        let flood: Vec<_> = (0..100).map(|_| (&pacer, person("flood"))).collect();
        let honest = async {
            sleep(Duration::from_secs(5)).await;
            let began = Instant::now();
            for _ in 0..5 {
                pacer.turn(&person("honest")).await.unwrap();
            }
            began.elapsed()
        };
        let waited = amid(&flood, honest).await;
        assert!(waited < Duration::from_millis(1_500), "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_impatient_are_refused_and_the_patient_are_served() {
        let pacer = pacer(1);
        let alice = person("alice");
        let turns: Vec<_> = (0..100).map(|_| pacer.turn(&alice)).collect();
        let mut turns: Vec<_> = turns.into_iter().map(Box::pin).collect();
        let (mut served, mut refused) = (0, 0);
        let began = Instant::now();
        while !turns.is_empty() {
            let gone = std::future::poll_fn(|context| {
                let at = turns.iter_mut().position(|turn| match turn.as_mut().poll(context) {
                    std::task::Poll::Ready(Ok(())) => {
                        served += 1;
                        true
                    }
                    std::task::Poll::Ready(Err(_)) => {
                        refused += 1;
                        true
                    }
                    std::task::Poll::Pending => false,
                });
                at.map_or(std::task::Poll::Pending, std::task::Poll::Ready)
            });
            let gone = gone.await;
            drop(turns.remove(gone));
        }
        assert!(began.elapsed() <= PATIENCE, "nobody waits longer");
        assert!((3..=4).contains(&served), "{served} served, {refused} refused");
        pacer.turn(&Manner::Patient).await.unwrap();
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
