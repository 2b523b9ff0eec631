//! Closed curves around a point.

use std::f32::consts::TAU;

use rand::{Rng, RngExt};

use super::random::between;

const STEPS: usize = 256;

/// A closed curve around a point: its distance from that point (mm) in each direction.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline([f32; STEPS]);

impl Outline {
    /// Computes the distance in each direction from its angle in radians.
    pub fn from_fn(mut radius: impl FnMut(f32) -> f32) -> Self {
        Self(std::array::from_fn(|n| {
            radius(n as f32 / STEPS as f32 * TAU)
        }))
    }

    /// The distance (mm) at an angle in radians.
    pub fn at(&self, angle: f32) -> f32 {
        let position = (angle / TAU).rem_euclid(1.0) * STEPS as f32;
        let (n, share) = (position as usize, position.fract());
        self.0[n % STEPS] * (1.0 - share) + self.0[(n + 1) % STEPS] * share
    }

    /// The largest distance, mm.
    pub fn reach(&self) -> f32 {
        self.0.iter().copied().fold(0.0, f32::max)
    }
}

/// The deviation of a curve from a circle: a factor near 1 for each direction.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// Amplitude and phase of the waves with two, three, four and five crests.
    waves: [(f32, f32); 4],
}

impl Shape {
    /// Draws a shape from the largest amplitudes of its waves.
    pub fn draw(strengths: [f32; 4], rng: &mut impl Rng) -> Self {
        Self {
            waves: strengths.map(|s| (between(rng, [0.2 * s, s]), rng.random::<f32>() * TAU)),
        }
    }

    /// The factor at an angle in radians.
    pub fn at(&self, angle: f32) -> f32 {
        let waves = self.waves.iter().zip([2.0, 3.0, 4.0, 5.0]);
        1.0 + waves
            .map(|((strength, phase), crests)| strength * (crests * angle + phase).cos())
            .sum::<f32>()
    }
}

/// An ellipse in the plane, in mm.
#[derive(Debug, Clone, PartialEq)]
pub struct Ellipse {
    middle: [f32; 2],
    /// The matrix that maps the ellipse to the unit circle.
    to_unit: [[f32; 2]; 2],
}

impl Ellipse {
    /// An ellipse with two half axes, the first rotated by `angle` radians from `x`.
    pub fn new(middle: [f32; 2], half: [f32; 2], angle: f32) -> Self {
        let (sin, cos) = angle.sin_cos();
        Self {
            middle,
            to_unit: [
                [cos / half[0], sin / half[0]],
                [-sin / half[1], cos / half[1]],
            ],
        }
    }

    /// The relative distance from the centre: 0 at the centre, 1 on the ellipse.
    pub fn distance(&self, [x, y]: [f32; 2]) -> f32 {
        let (x, y) = (x - self.middle[0], y - self.middle[1]);
        let [a, b] = self.to_unit.map(|row| row[0] * x + row[1] * y);
        a.hypot(b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outline_interpolates_around_the_circle() {
        let outline = Outline::from_fn(|a| 10.0 + a.cos());
        for angle in [-7.0, -0.01, 0.0, 1.234, 6.25, 9.0_f32] {
            assert!(
                (outline.at(angle) - 10.0 - angle.cos()).abs() < 1e-3,
                "{angle}"
            );
        }
        assert!((outline.reach() - 11.0).abs() < 1e-3);
    }

    #[test]
    fn an_ellipse_is_at_distance_1() {
        let ellipse = Ellipse::new([5.0, 1.0], [3.0, 2.0], std::f32::consts::FRAC_PI_2);
        assert!((ellipse.distance([5.0, 4.0]) - 1.0).abs() < 1e-6);
        assert!((ellipse.distance([7.0, 1.0]) - 1.0).abs() < 1e-6);
    }
}
