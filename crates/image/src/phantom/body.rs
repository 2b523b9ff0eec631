//! The surroundings of the heart: chest wall, lungs, diaphragm and abdominal organs.

use std::f32::consts::TAU;

use rand::{Rng, RngExt};

use super::contrast::Tissue;
use super::noise::{noise, rough_noise};
use super::outline::{Ellipse, Outline, Shape};
use super::random::between;

/// The body of one patient in the plane of the slices.
#[derive(Debug, Clone, PartialEq)]
pub struct Body {
    heart: [f32; 2],
    heart_radius_mm: f32,
    middle: [f32; 2],
    surface: Outline,
    /// Thickness (mm) of the fat under the skin, and of the muscle below.
    fat: Outline,
    muscle: Outline,
    /// The diaphragm: its distance (mm) above the heart's centre in the picture, its slope, and its
    /// curvature per 100 mm.
    diaphragm: [f32; 3],
    organs: Organs,
    stomach_content: Tissue,
    /// Largest thickness (mm) of the fat around the heart.
    pad_mm: f32,
    seed: u32,
}

/// Organs and vessels behind and below the heart.
#[derive(Debug, Clone, PartialEq)]
struct Organs {
    liver: Ellipse,
    stomach: Ellipse,
    kidney: Ellipse,
    spleen: Ellipse,
    aorta: Ellipse,
    spine: Ellipse,
}

impl Organs {
    /// Draws the organs; `near` returns the point (mm) at a distance from the heart along both
    /// axes.
    fn draw(near: impl Fn(f32, f32) -> [f32; 2], heart_radius_mm: f32, rng: &mut impl Rng) -> Self {
        let mut ellipse = |x: [f32; 2], y: [f32; 2], a: [f32; 2], b: [f32; 2], turn: [f32; 2]| {
            let middle = near(between(rng, x), between(rng, y) - heart_radius_mm);
            Ellipse::new(
                middle,
                [between(rng, a), between(rng, b)],
                between(rng, turn),
            )
        };
        let liver = ellipse(
            [-60.0, -25.0],
            [-46.0, -30.0],
            [70.0, 95.0],
            [32.0, 46.0],
            [0.05, 0.5],
        );
        let stomach = ellipse(
            [22.0, 55.0],
            [-34.0, -14.0],
            [22.0, 36.0],
            [18.0, 28.0],
            [-0.5, 0.9],
        );
        let kidney = ellipse(
            [55.0, 85.0],
            [-100.0, -70.0],
            [20.0, 26.0],
            [13.0, 18.0],
            [0.3, 2.0],
        );
        let spleen = ellipse(
            [75.0, 100.0],
            [-52.0, -20.0],
            [26.0, 40.0],
            [13.0, 19.0],
            [0.7, 2.0],
        );
        let aorta = ellipse(
            [72.0, 95.0],
            [20.0, 62.0],
            [9.0, 12.5],
            [9.0, 12.5],
            [0.0, 1.0],
        );
        let spine = ellipse(
            [98.0, 125.0],
            [30.0, 75.0],
            [15.0, 20.0],
            [17.0, 24.0],
            [0.0, 1.0],
        );
        Self {
            liver,
            stomach,
            kidney,
            spleen,
            aorta,
            spine,
        }
    }
}

impl Body {
    /// Draws a body around a heart.
    pub fn draw(heart: [f32; 2], heart_radius_mm: f32, rng: &mut impl Rng) -> Self {
        let near = |dx: f32, dy: f32| [heart[0] + dx, heart[1] + dy];
        let organs = Organs::draw(near, heart_radius_mm, rng);
        let half = [between(rng, [108.0, 135.0]), between(rng, [135.0, 180.0])];
        let turn = between(rng, [-0.5, 0.05]);
        let oval = Ellipse::new([0.0; 2], half, turn);
        let shape = Shape::draw([0.03, 0.03, 0.02, 0.012], rng);
        let surface = Outline::from_fn(|a| shape.at(a) / oval.distance([a.cos(), a.sin()]));
        let (fat_mm, muscle_mm) = (between(rng, [5.0, 15.0]), between(rng, [9.0, 16.0]));
        let (fat, muscle) = (
            Shape::draw([0.35, 0.2, 0.1, 0.1], rng),
            Shape::draw([0.3, 0.25, 0.15, 0.12], rng),
        );
        // Anteriorly (left in the picture) the heart is close to the chest wall.
        let from_heart = [between(rng, [12.0, 48.0]), between(rng, [-48.0, -12.0])];
        Self {
            heart,
            heart_radius_mm,
            middle: near(from_heart[0], from_heart[1]),
            surface,
            fat: Outline::from_fn(|a| fat_mm * fat.at(a)),
            muscle: Outline::from_fn(|a| muscle_mm * muscle.at(a)),
            diaphragm: [
                heart_radius_mm + between(rng, [2.0, 8.0]),
                between(rng, [-0.15, 0.3]),
                between(rng, [5.0, 18.0]),
            ],
            organs,
            stomach_content: if rng.random() {
                Tissue::BrightContent
            } else {
                Tissue::DarkContent
            },
            pad_mm: between(rng, [2.0, 7.0]),
            seed: rng.random(),
        }
    }

    /// The tissue at a point, in mm from the centre of the slice, at a height in mm, without the
    /// heart.
    pub fn at(&self, [x, y]: [f32; 2], height: f32) -> Tissue {
        let (dx, dy) = (x - self.middle[0], y - self.middle[1]);
        let way = dy.atan2(dx);
        let mut depth = self.surface.at(way) - dx.hypot(dy);
        if depth < 0.0 {
            return Tissue::Air;
        }
        if depth < 1.8 {
            return Tissue::Skin;
        }
        depth -= self.fat.at(way) * (1.0 + 0.3 * noise(self.seed, x / 25.0, y / 25.0));
        if depth < 0.0 {
            return Tissue::Fat;
        }
        let muscle = self.muscle.at(way);
        if depth < muscle {
            return self.chest_wall(depth / muscle, way, x, y);
        }
        self.inside([x, y], depth - muscle, height)
    }

    /// Muscle with layers of fat, and ribs.
    fn chest_wall(&self, depth: f32, way: f32, x: f32, y: f32) -> Tissue {
        let sheet = noise(self.seed ^ 1, way * 7.0, depth * 3.2);
        let rib = noise(self.seed ^ 2, way * 9.0, 0.5);
        if rib > 0.35 && (0.35..0.8).contains(&depth) {
            return if (0.45..0.7).contains(&depth) {
                Tissue::Bone
            } else {
                Tissue::Rim
            };
        }
        if sheet > 0.42 || depth > 0.9 && noise(self.seed ^ 3, x / 15.0, y / 15.0) > -0.1 {
            Tissue::Fat
        } else {
            Tissue::Muscle
        }
    }

    fn inside(&self, [x, y]: [f32; 2], depth: f32, height: f32) -> Tissue {
        let point = [x, y];
        let [above, slope, curve] = self.diaphragm;
        let aside = x - self.heart[0];
        let wave = 3.0 * noise(self.seed ^ 4, x / 30.0, 0.02 * height);
        let diaphragm =
            self.heart[1] - above + slope * aside + curve * (aside / 100.0).powi(2) + wave;
        if self.organs.spine.distance(point) < 1.0 {
            return if self.organs.spine.distance(point) > 0.88 {
                Tissue::Rim
            } else {
                Tissue::Bone
            };
        }
        match self.organs.aorta.distance(point) {
            d if d < 1.0 => return Tissue::Blood,
            d if d < 1.25 => return Tissue::Muscle,
            _ => {}
        }
        if y > diaphragm {
            return self.thorax(point, depth);
        }
        if y > diaphragm - 2.5 {
            Tissue::Muscle
        } else {
            self.abdomen(point, height)
        }
    }

    fn thorax(&self, [x, y]: [f32; 2], depth: f32) -> Tissue {
        let (aside, below) = (self.heart[0] - x, y - self.heart[1]);
        let from_heart = aside.hypot(below);
        let ragged = rough_noise(self.seed ^ 5, x / 18.0, y / 18.0);
        // Fat of the mediastinum between the heart and the anterior chest wall: thickest in front
        // (left in the picture, and up), none behind.
        let ahead = (0.9 * aside - 0.45 * below) / from_heart.max(1.0);
        if from_heart - self.heart_radius_mm < (34.0 + 30.0 * ragged) * (1.6 * ahead - 0.3).min(1.0)
        {
            return if ragged > -0.25 {
                Tissue::Fat
            } else {
                Tissue::Muscle
            };
        }
        let vessel = noise(self.seed ^ 6, x / 6.0, y / 6.0) > 0.72 && depth > 6.0;
        if vessel {
            Tissue::LungVessel
        } else {
            Tissue::Lung
        }
    }

    fn abdomen(&self, point: [f32; 2], height: f32) -> Tissue {
        let [x, y] = point;
        let ragged = 0.08 * rough_noise(self.seed ^ 7, x / 22.0, y / 22.0 + 0.01 * height);
        match self.organs.stomach.distance(point) + ragged {
            d if d < 0.84 => {
                let fold = rough_noise(self.seed ^ 8, x / 9.0, y / 9.0) > 0.3;
                return if fold {
                    Tissue::Bowel
                } else {
                    self.stomach_content
                };
            }
            d if d < 1.0 => return Tissue::Muscle,
            _ => {}
        }
        if self.organs.liver.distance(point) + ragged < 1.0 {
            // Veins are segments of level lines of the noise: complete lines would be loops.
            let line = noise(self.seed ^ 9, x / 24.0, y / 13.0).abs();
            let vein = line < 0.12 * noise(self.seed ^ 0xD, x / 11.0, y / 11.0) - 0.02;
            return if vein { Tissue::Vein } else { Tissue::Liver };
        }
        match self.organs.kidney.distance(point) {
            d if d < 0.42 => return Tissue::Fat,
            d if d < 1.0 => return Tissue::Kidney,
            d if d < 1.3 => return Tissue::Fat,
            _ => {}
        }
        if self.organs.spleen.distance(point) + ragged < 1.0 {
            return Tissue::Spleen;
        }
        match rough_noise(self.seed ^ 0xA, x / 17.0, y / 17.0) {
            n if n < -0.12 => Tissue::DimFat,
            n if n < 0.16 => Tissue::Bowel,
            _ if noise(self.seed ^ 0xB, x / 30.0, y / 30.0) > 0.15 => Tissue::BrightContent,
            _ => Tissue::DarkContent,
        }
    }

    /// The tissue at a distance `gap_mm` from the heart's surface if it differs from that of the
    /// body.
    pub fn around_heart(&self, [x, y]: [f32; 2], gap_mm: f32) -> Option<Tissue> {
        let pad = self.pad_mm * (0.35 + 1.9 * noise(self.seed ^ 0xC, x / 26.0, y / 26.0));
        if gap_mm < 0.9 {
            Some(Tissue::Rim)
        } else {
            (gap_mm < pad).then_some(Tissue::Fat)
        }
    }
}

/// The part of the plane that the scanner covers; outside it, voxels are 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    middle: [f32; 2],
    way: [f32; 2],
    half: [f32; 2],
}

impl Coverage {
    /// Draws a rotated rectangle around a point in mm.
    pub fn draw(around: [f32; 2], rng: &mut impl Rng) -> Self {
        let turn = between(rng, [-0.6, 0.6]) + if rng.random() { TAU / 4.0 } else { 0.0 };
        Self {
            middle: around.map(|m| m + between(rng, [-20.0, 20.0])),
            way: [turn.cos(), turn.sin()],
            half: [between(rng, [125.0, 165.0]), between(rng, [135.0, 175.0])],
        }
    }

    /// Whether a point in mm is covered.
    pub fn contains(&self, [x, y]: [f32; 2]) -> bool {
        let (x, y) = (x - self.middle[0], y - self.middle[1]);
        let (u, v) = (
            x * self.way[0] + y * self.way[1],
            y * self.way[0] - x * self.way[1],
        );
        u.abs() < self.half[0] && v.abs() < self.half[1]
    }
}
