//! How fast Telegram may be written to: about thirty messages a second in all, one a second to the
//! same chat with a short burst allowed. Both are kept a little below what Telegram says.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use tokio::time::Instant;

/// 28 a second.
const EVERYONE: Rate = Rate { gap: Duration::from_micros(35_714), burst: 8 };
const ONE_CHAT: Rate = Rate { gap: Duration::from_secs(1), burst: 4 };
/// More chats than this are not remembered once they are at rest.
const REMEMBERED: usize = 10_000;

/// One message each `gap`, and up to `burst` at once after a rest.
#[derive(Debug, Clone, Copy)]
struct Rate {
    gap: Duration,
    burst: u32,
}

/// A token bucket, kept as the moment at which it will be full again.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    full_at: Instant,
}

impl Bucket {
    fn new(now: Instant) -> Self {
        Self { full_at: now }
    }

    /// When the next message may go.
    fn opens(&self, rate: Rate) -> Instant {
        let ahead = rate.gap * (rate.burst - 1);
        self.full_at.checked_sub(ahead).unwrap_or(self.full_at)
    }

    fn take(&mut self, rate: Rate, now: Instant) {
        self.full_at = self.full_at.max(now) + rate.gap;
    }
}

/// Everything on its way to Telegram.
#[derive(Default)]
pub struct Lane {
    everyone: Option<Bucket>,
    chats: HashMap<String, Bucket>,
    in_hand: HashSet<String>,
    closed_until: Option<Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    Now,
    Later(Instant),
    /// A message to this chat is on its way: its end will wake us.
    InHand,
}

impl Lane {
    /// Whether this chat may be told something now. If so it counts as told.
    pub fn admit(&mut self, chat: &str, now: Instant) -> Admission {
        if self.in_hand.contains(chat) {
            return Admission::InHand;
        }
        let everyone = self.everyone.get_or_insert_with(|| Bucket::new(now));
        let own = self.chats.get(chat).copied().unwrap_or_else(|| Bucket::new(now));
        let opens =
            everyone.opens(EVERYONE).max(own.opens(ONE_CHAT)).max(self.closed_until.unwrap_or(now));
        if opens > now {
            return Admission::Later(opens);
        }
        everyone.take(EVERYONE, now);
        if self.chats.len() >= REMEMBERED {
            self.chats.retain(|_, bucket| bucket.full_at > now);
        }
        self.chats.entry(chat.to_owned()).or_insert(own).take(ONE_CHAT, now);
        self.in_hand.insert(chat.to_owned());
        Admission::Now
    }

    pub fn done(&mut self, chat: &str) {
        self.in_hand.remove(chat);
    }

    /// Sends nothing to anybody until then.
    pub fn close_until(&mut self, at: Instant) {
        self.closed_until = self.closed_until.max(Some(at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of `count` messages to `chat` may go at this moment.
    fn sent(lane: &mut Lane, chat: &str, count: usize, now: Instant) -> usize {
        (0..count)
            .filter(|_| {
                let admitted = lane.admit(chat, now) == Admission::Now;
                lane.done(chat);
                admitted
            })
            .count()
    }

    #[test]
    fn a_chat_gets_a_burst_and_then_one_a_second() {
        let (mut lane, now) = (Lane::default(), Instant::now());
        assert_eq!(sent(&mut lane, "alice", 10, now), 4);
        assert_eq!(sent(&mut lane, "alice", 10, now + Duration::from_millis(900)), 0);
        assert_eq!(sent(&mut lane, "alice", 10, now + Duration::from_millis(1000)), 1);
        assert_eq!(sent(&mut lane, "alice", 10, now + Duration::from_secs(3)), 2);
    }

    #[test]
    fn a_busy_chat_holds_up_nobody_else() {
        let (mut lane, now) = (Lane::default(), Instant::now());
        sent(&mut lane, "shop", 100, now);
        assert_eq!(sent(&mut lane, "alice", 1, now), 1);
    }

    #[test]
    fn all_chats_together_stay_below_thirty_a_second() {
        let (mut lane, start) = (Lane::default(), Instant::now());
        let mut total = 0;
        for step in 0..1000 {
            let now = start + Duration::from_millis(10 * step);
            total += (0..5).map(|n| sent(&mut lane, &format!("{step} {n}"), 1, now)).sum::<usize>();
        }
        assert!((275..=295).contains(&total), "{total} in ten seconds");
    }

    #[test]
    fn one_chat_is_never_told_twice_at_once() {
        let (mut lane, now) = (Lane::default(), Instant::now());
        assert_eq!(lane.admit("alice", now), Admission::Now);
        assert_eq!(lane.admit("alice", now), Admission::InHand);
    }

    #[test]
    fn a_closed_lane_says_when_it_opens() {
        let (mut lane, now) = (Lane::default(), Instant::now());
        let later = now + Duration::from_secs(7);
        lane.close_until(later);
        lane.close_until(now);
        assert_eq!(lane.admit("alice", now), Admission::Later(later));
        assert_eq!(lane.admit("alice", later), Admission::Now);
    }
}
