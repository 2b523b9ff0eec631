//! Random numbers of phantoms.

use rand::{Rng, RngExt};

/// A uniformly distributed number between two bounds.
pub fn between(rng: &mut impl Rng, [low, high]: [f32; 2]) -> f32 {
    low + (high - low) * rng.random::<f32>()
}
