//! The shape of the heart: both ventricles, the wall between and around them, and the papillary muscles.

use std::f32::consts::{PI, TAU};

use rand::{Rng, RngExt};

use super::noise::{noise, rough_noise};
use super::outline::{Outline, Shape};
use super::random::between;

/// The least thickness (mm) of the left ventricle's wall.
const THINNEST_WALL_MM: f32 = 4.5;

/// The shape of one heart.
#[derive(Debug, Clone, PartialEq)]
pub struct Heart {
    /// The intersection of the left ventricle's axis with the slice at `middle_mm`, in mm from the
    /// centre of the slice.
    position: [f32; 2],
    /// The height that `position` belongs to.
    middle_mm: f32,
    /// Length from apex to base.
    length_mm: f32,
    /// Radius of the left ventricle's outer surface at the base.
    radius_mm: f32,
    wall_mm: f32,
    /// The in-plane displacement of the axis per mm of height.
    tilt: [f32; 2],
    outer: Shape,
    inner: Shape,
    /// The direction from the left ventricle to the middle of the septum, radians.
    septum: f32,
    /// The right ventricle's size and the height of its apex as a share of the length.
    right_size: f32,
    right_apex: f32,
    right: Shape,
    /// Angle from the septum, distance from the axis as a share of the pool's radius, and radius in mm.
    papillary: [(f32, f32, f32); 2],
    seed: u32,
}

/// The structure at a point in or near the heart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Place {
    /// The left ventricle's wall.
    Wall {
        /// 0 at the pool, 1 at the outer surface.
        depth: f32,
        /// Radians from the middle of the septum: anterior at a quarter turn, lateral at half a turn.
        angle: f32,
    },
    /// The left ventricle's pool.
    LeftPool {
        /// Whether muscle (papillary or a trabecula) fills it here.
        muscle: bool,
        /// Distance from the wall, mm.
        gap_mm: f32,
    },
    /// The right ventricle's pool.
    RightPool {
        /// Whether a trabecula fills it here.
        muscle: bool,
    },
    /// The right ventricle's thin wall.
    RightWall,
    /// Outside, at this distance (mm) from the heart.
    Outside(f32),
}

/// The cross-section of a heart at one height.
pub struct Section<'h> {
    heart: &'h Heart,
    height: f32,
    axis: [f32; 2],
    outer: Outline,
    inner: Outline,
    right_axis: [f32; 2],
    right: Outline,
    /// Centre and radius, mm.
    papillary: [([f32; 2], f32); 2],
    reach: f32,
}

impl Heart {
    /// Draws a heart at the centre of the slice.
    pub fn draw(rng: &mut impl Rng) -> Self {
        let radius_mm = between(rng, [31.0, 39.0]);
        Self {
            position: [0.0; 2],
            middle_mm: 0.0,
            length_mm: between(rng, [80.0, 98.0]),
            radius_mm,
            wall_mm: between(rng, [8.0, 14.0]).min(radius_mm - 19.0),
            tilt: [between(rng, [-0.12, 0.12]), between(rng, [-0.12, 0.12])],
            outer: Shape::draw([0.05, 0.025, 0.015, 0.01], rng),
            inner: Shape::draw([0.06, 0.04, 0.03, 0.02], rng),
            septum: PI + between(rng, [-0.61, 0.61]),
            right_size: between(rng, [0.82, 1.15]),
            right_apex: between(rng, [0.08, 0.3]),
            right: Shape::draw([0.05, 0.06, 0.03, 0.02], rng),
            papillary: [2.5, 4.1].map(|angle| {
                (
                    angle + between(rng, [-0.25, 0.25]),
                    between(rng, [0.55, 0.72]),
                    between(rng, [3.0, 5.5]),
                )
            }),
            seed: rng.random(),
        }
    }

    /// The length from apex to base, mm.
    pub fn length_mm(&self) -> f32 {
        self.length_mm
    }

    /// The left ventricle's outer radius at the base, in mm.
    pub fn radius_mm(&self) -> f32 {
        self.radius_mm
    }

    /// The intersection of the left ventricle's axis with the middle slice, in mm from the centre
    /// of the slice.
    pub fn position(&self) -> [f32; 2] {
        self.position
    }

    /// Sets the position of the heart, mm.
    pub fn set_position(&mut self, position: [f32; 2]) {
        self.position = position;
    }

    /// Sets the height at which the axis passes through the position.
    pub fn set_middle(&mut self, height: f32) {
        self.middle_mm = height;
    }

    /// The corners of the bounding box of ventricles and wall in all slices, in mm from the centre
    /// of the slice.
    pub fn bounds(&self, heights_mm: &[f32]) -> ([f32; 2], [f32; 2]) {
        let (mut low, mut high) = ([f32::MAX; 2], [f32::MIN; 2]);
        for height in heights_mm {
            let section = self.section(*height);
            for angle in (0..128).map(|n| n as f32 / 128.0 * TAU) {
                for (middle, radius) in [
                    (section.axis, section.outer.at(angle)),
                    (section.right_axis, section.right.at(angle)),
                ] {
                    let at = [
                        middle[0] + radius * angle.cos(),
                        middle[1] + radius * angle.sin(),
                    ];
                    low = [low[0].min(at[0]), low[1].min(at[1])];
                    high = [high[0].max(at[0]), high[1].max(at[1])];
                }
            }
        }
        (low, high)
    }

    /// The cross-section at a height in mm.
    pub fn section(&self, height: f32) -> Section<'_> {
        let above = (1.0 - height / self.length_mm).clamp(0.0, 1.0);
        let radius = self.radius_mm * (1.0 - above * above).sqrt();
        let wall = self.wall_mm * (0.85 + 0.15 * (radius / self.radius_mm));
        let pool = (radius - wall).max(0.28 * radius);
        let axis = [0, 1].map(|a| self.position[a] + self.tilt[a] * (height - self.middle_mm));
        let outer = Outline::from_fn(|a| radius * self.outer.at(a));
        let inner = Outline::from_fn(|a| {
            (pool * self.inner.at(a))
                .min(radius * self.outer.at(a) - THINNEST_WALL_MM)
                .max(0.0)
        });
        let rise = ((height / self.length_mm - self.right_apex) / (1.0 - self.right_apex))
            .clamp(0.0, 1.1)
            .sqrt();
        let distance = 0.74 * radius;
        let right_axis = [
            axis[0] + distance * self.septum.cos(),
            axis[1] + distance * self.septum.sin(),
        ];
        let size = self.radius_mm * self.right_size * rise;
        let right = Outline::from_fn(|a| {
            let (along, across) = (
                (a - self.septum).cos() / 0.86,
                (a - self.septum).sin() / 1.06,
            );
            size / along.hypot(across) * self.right.at(a)
        });
        let in_middle = (height / self.length_mm - 0.55).abs() < 0.3;
        let papillary = self.papillary.map(|(angle, distance, radius)| {
            let way = self.septum - angle;
            let from_axis = distance * inner.at(way);
            let middle = [
                axis[0] + from_axis * way.cos(),
                axis[1] + from_axis * way.sin(),
            ];
            (
                middle,
                if in_middle {
                    radius.min(0.3 * pool)
                } else {
                    0.0
                },
            )
        });
        let reach = outer.reach().max(distance + right.reach()) + 12.0;
        Section {
            heart: self,
            height,
            axis,
            outer,
            inner,
            right_axis,
            right,
            papillary,
            reach,
        }
    }
}

impl Section<'_> {
    /// The radius (mm) around the axis beyond which every point is outside the heart by 12 mm or
    /// more.
    pub fn reach(&self) -> f32 {
        self.reach
    }

    /// The height of the cut above the apex, in mm.
    pub fn height(&self) -> f32 {
        self.height
    }

    /// The position of the left ventricle's axis, in mm from the centre of the slice.
    pub fn axis(&self) -> [f32; 2] {
        self.axis
    }

    /// The structure at a point, in mm from the centre of the slice.
    pub fn at(&self, point: [f32; 2]) -> Place {
        let (x, y) = (point[0] - self.axis[0], point[1] - self.axis[1]);
        let (radius, way) = (x.hypot(y), y.atan2(x));
        let outer = self.outer.at(way);
        if radius < outer {
            let inner = self.inner.at(way);
            if radius < inner {
                return self.in_left_pool(point, inner - radius);
            }
            let angle = (self.heart.septum - way).rem_euclid(TAU);
            return Place::Wall {
                depth: (radius - inner) / (outer - inner),
                angle,
            };
        }
        let (x, y) = (point[0] - self.right_axis[0], point[1] - self.right_axis[1]);
        let beyond = x.hypot(y) - self.right.at(y.atan2(x));
        if beyond < 0.0 {
            let trabecula = rough_noise(self.heart.seed ^ 3, point[0] / 5.0, point[1] / 5.0) > 0.42;
            Place::RightPool {
                muscle: trabecula && beyond > -9.0,
            }
        } else if beyond < 2.6 && self.right.reach() > 0.3 * self.heart.radius_mm {
            Place::RightWall
        } else {
            Place::Outside((radius - outer).min(beyond.max(2.6) - 2.6))
        }
    }

    fn in_left_pool(&self, point: [f32; 2], gap_mm: f32) -> Place {
        let seed = self.heart.seed;
        let ragged = 1.0 + 0.35 * noise(seed ^ 1, point[0] / 3.0, point[1] / 3.0);
        let papillary = self.papillary.iter().any(|(middle, radius)| {
            (point[0] - middle[0]).hypot(point[1] - middle[1]) < radius * ragged
        });
        let trabecula = gap_mm
            < 3.5 * rough_noise(seed ^ 2, point[0] / 4.0, point[1] / 4.0 + 0.1 * self.height);
        Place::LeftPool {
            muscle: papillary || trabecula,
            gap_mm,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn going_outward_a_ray_meets_pool_wall_and_outside() {
        for seed in 0..20 {
            let heart = Heart::draw(&mut ChaCha8Rng::seed_from_u64(seed));
            let section = heart.section(60.0);
            assert!(
                matches!(section.at(section.axis()), Place::LeftPool { .. }),
                "{seed}"
            );
            // Opposite the septum there is no right ventricle.
            let way = heart.septum + PI;
            let rank = |n: u16| {
                let r = 0.25 * f32::from(n);
                match section.at([
                    section.axis[0] + r * way.cos(),
                    section.axis[1] + r * way.sin(),
                ]) {
                    Place::LeftPool { .. } => 0,
                    Place::Wall { .. } => 1,
                    Place::Outside(_) => 2,
                    other => panic!("{other:?}"),
                }
            };
            let ranks: Vec<u16> = (0..200).map(rank).collect();
            assert!(ranks.is_sorted(), "{seed}");
            let wall_mm = 0.25 * ranks.iter().filter(|r| **r == 1).count() as f32;
            assert!((4.0..18.0).contains(&wall_mm), "{seed}: {wall_mm}");
        }
    }

    #[test]
    fn the_middle_of_the_septum_has_angle_0_and_the_right_ventricle_behind_it() {
        let heart = Heart::draw(&mut ChaCha8Rng::seed_from_u64(3));
        let section = heart.section(75.0);
        let toward = |r: f32| {
            section.at([
                r * heart.septum.cos() + section.axis[0],
                r * heart.septum.sin() + section.axis[1],
            ])
        };
        let outer = section.outer.at(heart.septum);
        let Place::Wall { depth, angle } = toward(outer - 0.5) else {
            panic!("the septum is wall")
        };
        assert!(depth > 0.9 && !(0.01..TAU - 0.01).contains(&angle));
        assert!(matches!(toward(outer + 6.0), Place::RightPool { .. }));
    }
}
