//! Smooth noise in the plane: textures, and a deformation of the tissue.

use std::f32::consts::TAU;

use rand::{Rng, RngExt};

use super::random::between;

/// A value from -1 to 1 that varies smoothly with the position and changes about once per unit.
pub fn noise(seed: u32, x: f32, y: f32) -> f32 {
    let (left, top) = (x.floor(), y.floor());
    let smooth = |f: f32| f * f * (3.0 - 2.0 * f);
    let (u, v) = (smooth(x - left), smooth(y - top));
    let (i, j) = (left as i32, top as i32);
    let upper = lattice(seed, i, j) * (1.0 - u) + lattice(seed, i + 1, j) * u;
    let lower = lattice(seed, i, j + 1) * (1.0 - u) + lattice(seed, i + 1, j + 1) * u;
    upper * (1.0 - v) + lower * v
}

/// Noise of two scales, from -1 to 1.
pub fn rough_noise(seed: u32, x: f32, y: f32) -> f32 {
    0.65 * noise(seed, x, y) + 0.35 * noise(seed ^ 0x5bd1_e995, 2.1 * x, 2.1 * y)
}

/// A value from -1 to 1 for each point of the lattice.
fn lattice(seed: u32, i: i32, j: i32) -> f32 {
    let mut h = seed ^ (i as u32).wrapping_mul(0x9e37_79b1) ^ (j as u32).wrapping_mul(0x85eb_ca77);
    h = (h ^ (h >> 15)).wrapping_mul(0x2c1b_3c6d);
    h = (h ^ (h >> 12)).wrapping_mul(0x297a_2d39);
    h ^= h >> 15;
    h as f32 / (u32::MAX as f32) * 2.0 - 1.0
}

/// A smooth deformation of the plane.
#[derive(Debug, Clone, PartialEq)]
pub struct Warp {
    waves: [Wave; 5],
}

#[derive(Debug, Clone, PartialEq)]
struct Wave {
    /// Radians per mm along `x` and `y`.
    turn: [f32; 2],
    /// Radians per mm of height, so that neighbouring slices differ.
    turn_height: f32,
    phase: f32,
    /// The largest displacement, mm.
    reach: [f32; 2],
}

impl Warp {
    /// Draws a deformation that displaces no point by more than `limit_mm`.
    pub fn draw(limit_mm: f32, rng: &mut impl Rng) -> Self {
        let waves = std::array::from_fn(|_| {
            let (angle, length) = (between(rng, [0.0, TAU]), between(rng, [45.0, 110.0]));
            let (way, reach) = (
                between(rng, [0.0, TAU]),
                between(rng, [0.3, 1.0]) * limit_mm / 5.0,
            );
            Wave {
                turn: [angle.cos() * TAU / length, angle.sin() * TAU / length],
                turn_height: between(rng, [-0.03, 0.03]),
                phase: rng.random::<f32>() * TAU,
                reach: [way.cos() * reach, way.sin() * reach],
            }
        });
        Self { waves }
    }

    /// The position in the undeformed body of the tissue at `(x, y)` of the slice at `height`, mm.
    pub fn source(&self, [x, y]: [f32; 2], height: f32) -> [f32; 2] {
        let mut at = [x, y];
        for wave in &self.waves {
            let s = (wave.turn[0] * x + wave.turn[1] * y + wave.turn_height * height + wave.phase)
                .sin();
            at[0] += wave.reach[0] * s;
            at[1] += wave.reach[1] * s;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn noise_is_bounded_smooth_and_not_flat() {
        let row: Vec<f32> = (0_u8..200)
            .map(|n| rough_noise(7, f32::from(n) * 0.05, 3.3))
            .collect();
        assert!(row.iter().all(|v| v.abs() <= 1.0));
        assert!(row.windows(2).all(|w| (w[0] - w[1]).abs() < 0.35));
        assert!(row.iter().any(|v| *v > 0.2) && row.iter().any(|v| *v < -0.2));
    }

    #[test]
    fn a_warp_stays_within_its_limit() {
        let warp = Warp::draw(4.0, &mut ChaCha8Rng::seed_from_u64(1));
        let moved = |x: f32, y: f32| {
            let [a, b] = warp.source([x, y], 20.0);
            (a - x).hypot(b - y)
        };
        let far = (0_u8..100)
            .map(|n| moved(f32::from(n), 200.0 - 3.0 * f32::from(n)))
            .fold(0.0, f32::max);
        assert!((0.3..=4.0).contains(&far), "{far}");
    }
}
