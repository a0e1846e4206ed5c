//! Who may send now. A lane is one webhook, or one host of invoices' own addresses; what one lane does
//! never holds up another.
//!
//! A lane begins with one request at a time and gets more while it answers quickly. One that is slow,
//! or does not answer, loses its turn among the quick ones: it shares a smaller number of places with
//! its like, so however many of them there are, the quick ones keep theirs. One that asks for patience
//! rests.

use std::{collections::HashMap, time::Duration};

use crate::words::time::Time;

/// Requests on their way at once.
const QUICK: usize = 256;
const SLOW: usize = 64;
/// To one lane.
const WIDEST: usize = 8;
/// An answer that takes longer is slow.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a lane rests that asks for it, at first and at most.
const REST: Duration = Duration::from_secs(5);
const LONGEST_REST: Duration = Duration::from_secs(300);
/// More lanes than this are not remembered once they are idle.
const REMEMBERED: usize = 10_000;

/// Everything on its way to webhooks.
#[derive(Debug, Default)]
pub struct Lanes {
    lanes: HashMap<String, Lane>,
    quick: usize,
    slow: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    Quick,
    Slow,
}

#[derive(Debug, Clone, Copy)]
struct Lane {
    in_hand: usize,
    window: usize,
    pace: Pace,
    rest: Duration,
    rests_until: Option<Time>,
}

/// How one attempt went, as far as the lane cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trip {
    pub good: bool,
    /// It was asked to slow down, and perhaps for how long.
    pub busy: Option<Duration>,
    pub took: Duration,
}

/// A place that was given. It is given back with [`Lanes::done`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place(Pace);

/// Places that are still free while a round is planned.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    quick: usize,
    slow: usize,
}

impl Budget {
    /// As many of the places that a lane wants as there are.
    pub fn grant(&mut self, wanted: usize, place: Place) -> usize {
        let free = match place.0 {
            Pace::Quick => &mut self.quick,
            Pace::Slow => &mut self.slow,
        };
        let granted = wanted.min(*free);
        *free -= granted;
        granted
    }
}

impl Lanes {
    /// How many requests a lane may begin now by itself, and in which places. `troubled`: its next
    /// delivery has failed before.
    pub fn room(&self, lane: &str, troubled: bool, now: Time) -> (usize, Place) {
        let known = self.lanes.get(lane);
        let guess = if troubled { Pace::Slow } else { Pace::Quick };
        let pace = known.map_or(guess, |lane| lane.pace);
        let own = match known {
            Some(lane) if lane.rests_until.is_some_and(|until| until > now) => 0,
            Some(lane) => lane.window.saturating_sub(lane.in_hand),
            None => 1,
        };
        (own, Place(pace))
    }

    /// The places that are free now, to be promised before they are taken.
    pub fn budget(&self) -> Budget {
        Budget { quick: QUICK.saturating_sub(self.quick), slow: SLOW.saturating_sub(self.slow) }
    }

    /// A lane has begun one request.
    pub fn take(&mut self, lane: &str, place: Place, now: Time) {
        if self.lanes.len() >= REMEMBERED {
            self.lanes.retain(|_, lane| {
                lane.in_hand > 0 || lane.rests_until.is_some_and(|until| until > now)
            });
        }
        *self.count(place) += 1;
        let new = Lane { in_hand: 0, window: 1, pace: place.0, rest: REST, rests_until: None };
        self.lanes.entry(lane.to_owned()).or_insert(new).in_hand += 1;
    }

    /// A request has come to its end.
    pub fn done(&mut self, lane: &str, place: Place, trip: Trip, now: Time) {
        let count = self.count(place);
        *count = count.saturating_sub(1);
        let Some(lane) = self.lanes.get_mut(lane) else { return };
        lane.in_hand = lane.in_hand.saturating_sub(1);
        if let Some(asked) = trip.busy {
            lane.rests_until = Some(now.after(asked.clamp(lane.rest, LONGEST_REST)));
            lane.rest = (lane.rest * 2).min(LONGEST_REST);
        }
        if trip.good && trip.took <= PATIENCE {
            lane.pace = Pace::Quick;
            lane.window = (lane.window * 2).min(WIDEST);
            lane.rest = REST;
        } else {
            lane.pace = Pace::Slow;
            lane.window = 1;
        }
    }

    fn count(&mut self, place: Place) -> &mut usize {
        match place.0 {
            Pace::Quick => &mut self.quick,
            Pace::Slow => &mut self.slow,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_millis(1_795_000_000_000);
    const GOOD: Trip = Trip { good: true, busy: None, took: Duration::from_millis(50) };
    const DEAD: Trip = Trip { good: false, busy: None, took: Duration::from_secs(15) };

    /// Begins as many requests as it may.
    fn begin(lanes: &mut Lanes, lane: &str) -> Vec<Place> {
        let (room, place) = lanes.room(lane, false, NOW);
        let room = lanes.budget().grant(room, place);
        (0..room).for_each(|_| lanes.take(lane, place, NOW));
        vec![place; room]
    }

    fn end(lanes: &mut Lanes, lane: &str, places: Vec<Place>, trip: Trip) {
        places.into_iter().for_each(|place| lanes.done(lane, place, trip, NOW));
    }

    #[test]
    fn a_lane_that_answers_gets_wider_to_a_bound() {
        let mut lanes = Lanes::default();
        let mut widths = Vec::new();
        for _ in 0..5 {
            let places = begin(&mut lanes, "shop");
            widths.push(places.len());
            assert!(begin(&mut lanes, "shop").is_empty(), "no more than its window");
            end(&mut lanes, "shop", places, GOOD);
        }
        assert_eq!(widths, [1, 2, 8, 8, 8]);
        let places = begin(&mut lanes, "shop");
        end(&mut lanes, "shop", places, DEAD);
        assert_eq!(begin(&mut lanes, "shop").len(), 1);
    }

    #[test]
    fn however_many_are_dead_the_living_have_room() {
        let mut lanes = Lanes::default();
        let names: Vec<_> = (0..1000).map(|n| format!("dead {n}")).collect();
        // At first they look like any other; then they are known.
        for chunk in names.chunks(QUICK) {
            let begun: Vec<_> = chunk.iter().map(|lane| (lane, begin(&mut lanes, lane))).collect();
            begun.into_iter().for_each(|(lane, places)| end(&mut lanes, lane, places, DEAD));
        }
        let begun: usize = names.iter().map(|lane| begin(&mut lanes, lane).len()).sum();
        assert_eq!(begun, SLOW);
        assert_eq!(begin(&mut lanes, "living").len(), 1);
        let quick =
            (0..1000).map(|n| begin(&mut lanes, &format!("other {n}")).len()).sum::<usize>();
        assert_eq!(quick, QUICK - 1);
    }

    #[test]
    fn what_has_failed_before_waits_among_the_slow() {
        let mut lanes = Lanes::default();
        let (room, place) = lanes.room("after a restart", true, NOW);
        assert_eq!((room, place), (1, Place(Pace::Slow)));
        lanes.take("after a restart", place, NOW);
        lanes.done("after a restart", place, GOOD, NOW);
        assert_eq!(lanes.room("after a restart", true, NOW), (2, Place(Pace::Quick)));
    }

    #[test]
    fn who_asks_for_patience_rests_longer_each_time() {
        let mut lanes = Lanes::default();
        let busy = |asked| Trip { busy: Some(Duration::from_secs(asked)), ..DEAD };
        let mut now = NOW;
        for (asked, rests) in [(0, 5), (0, 10), (60, 60), (0, 40), (9999, 300)] {
            let (_, place) = lanes.room("shop", false, now);
            lanes.take("shop", place, now);
            lanes.done("shop", place, busy(asked), now);
            let end = now.after(Duration::from_secs(rests));
            assert_eq!(lanes.room("shop", false, end.before(Duration::from_millis(1))).0, 0);
            assert_eq!(lanes.room("shop", false, end).0, 1, "{asked}");
            now = end;
        }
    }
}
