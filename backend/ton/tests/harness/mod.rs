//! Feeds a parser with broken variants of honest input, for a moment or for `FUZZ_SECONDS`. The sequence
//! is always the same, so what was found once is found again.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    time::{Duration, Instant},
};

/// Generous, because the machine may be busy; an endless loop is still found.
const TOO_LONG: Duration = Duration::from_secs(5);

/// Feeds `target` with mutations of `corpus`.
pub fn fuzz(corpus: &[Vec<u8>], target: impl Fn(&[u8])) {
    let seconds = std::env::var("FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    let time = seconds.map_or(Duration::from_millis(400), Duration::from_secs);
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let start = Instant::now();
    for input in corpus {
        target(input);
    }
    let mut tried = 0_u64;
    while start.elapsed() < time {
        let input = dice.mutate(corpus);
        let began = Instant::now();
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| target(&input))) {
            eprintln!("after {tried} inputs: {}", String::from_utf8_lossy(&input));
            eprintln!("in hex: {}", hex::encode(&input));
            resume_unwind(panic);
        }
        assert!(began.elapsed() < TOO_LONG, "slow: {}", hex::encode(&input));
        tried += 1;
    }
    assert!(tried > 100, "only {tried} inputs were tried");
    println!("{tried} inputs");
}

/// xorshift64: small, and the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides.max(1) as u64).unwrap()
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.roll(256)).unwrap()
    }

    fn mutate(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut input = corpus[self.roll(corpus.len())].clone();
        for _ in 0..=self.roll(4) {
            let at = self.roll(input.len() + 1);
            let end = at + self.roll(input.len() + 1 - at);
            let end = if self.roll(3) == 0 { end } else { end.min(at + 4) };
            match self.roll(7) {
                0 => input.truncate(at),
                1 => drop(input.drain(at..end)),
                2 => input.insert(at, self.byte()),
                3 => {
                    let copy = input[at..end].to_vec();
                    let to = self.roll(input.len() + 1);
                    input.splice(to..to, copy);
                }
                4 => {
                    let other = &corpus[self.roll(corpus.len())];
                    let from = self.roll(other.len() + 1);
                    input.splice(at..end, other[from..].iter().copied());
                }
                _ => {
                    if let Some(byte) = input.get_mut(at) {
                        let odd = [0, 1, 0x7f, 0x80, 0xff, b'"', b'-', b'9', *byte ^ 1 << (at % 8)];
                        *byte = odd[self.roll(odd.len())];
                    }
                }
            }
        }
        input
    }
}
