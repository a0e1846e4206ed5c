//! How far the chain has been heard and read, for whoever asks: health, metrics, the operator. What it
//! answers is reckoned when it is asked, so it moves while the chain is away.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::words::time::Time;

#[derive(Debug, Default)]
pub struct Progress(Mutex<Signs>);

#[derive(Debug, Clone, Default)]
struct Signs {
    block: u32,
    time: Option<Time>,
    heard: Option<Instant>,
    trouble: Option<String>,
}

/// What is known of the chain's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadSeen {
    pub block: u32,
    pub time: Time,
    /// How long ago a new block was heard of.
    pub silent: Duration,
}

impl Progress {
    /// The newest block, as heard just now.
    pub fn hears(&self, block: u32, time: Time) {
        let mut signs = self.signs();
        if block > signs.block || signs.heard.is_none() {
            (signs.block, signs.time, signs.heard) = (block, Some(time), Some(Instant::now()));
        }
        signs.trouble = None;
    }

    /// Why nothing is heard.
    pub fn misses(&self, trouble: String) {
        self.signs().trouble = Some(trouble);
    }

    pub fn head(&self) -> Option<HeadSeen> {
        let signs = self.signs();
        let (time, heard) = (signs.time?, signs.heard?);
        Some(HeadSeen { block: signs.block, time, silent: heard.elapsed() })
    }

    pub fn trouble(&self) -> Option<String> {
        self.signs().trouble.clone()
    }

    fn signs(&self) -> std::sync::MutexGuard<'_, Signs> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
