//! Where randomness comes from: the operating system, or a seed that a test chose.

use std::sync::{Arc, Mutex, PoisonError};

use rand::{
    RngCore, SeedableRng,
    distr::{Alphanumeric, SampleString},
    rngs::StdRng,
};

#[derive(Clone)]
pub struct Dice(Arc<Mutex<StdRng>>);

impl Dice {
    /// Seeded once by the operating system; `StdRng` is a cryptographic generator.
    pub fn system() -> Self {
        Self(Arc::new(Mutex::new(StdRng::from_os_rng())))
    }

    pub fn seeded(seed: [u8; 32]) -> Self {
        Self(Arc::new(Mutex::new(StdRng::from_seed(seed))))
    }

    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        bytes
    }

    /// As many letters and digits: almost six bits each.
    pub fn alphanumeric(&self, length: usize) -> String {
        let mut dice = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Alphanumeric.sample_string(&mut *dice, length)
    }

    /// A secret for a token: 256 bits as 64 hex digits.
    pub fn secret(&self) -> String {
        hex::encode(self.bytes::<32>())
    }
}

impl std::fmt::Debug for Dice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dice")
    }
}
