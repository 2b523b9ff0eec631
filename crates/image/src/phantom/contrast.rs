//! The brightness of each tissue in each sequence, and effects of the scanner.

use rand::{Rng, RngExt};

use super::noise::noise;
use super::random::between;

/// The tissues that the sequences distinguish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tissue {
    Air,
    Skin,
    Fat,
    DimFat,
    Muscle,
    Bone,
    /// The dark line between fat and other tissue.
    Rim,
    Lung,
    LungVessel,
    Liver,
    /// Veins of the liver.
    Vein,
    Spleen,
    Kidney,
    Bowel,
    BrightContent,
    DarkContent,
    /// Blood of the left ventricle and the great vessels.
    Blood,
    RightBlood,
    /// Slow blood between trabeculae.
    SlowBlood,
    Myocardium,
    Edema,
    Scar,
    NoReflow,
}

/// Brightness in bSSFP, LGE and T2; blood in bSSFP, scar in LGE and edema in T2 are 1. The order is that of [`Tissue`].
const BRIGHTNESS: [[f32; 3]; 23] = [
    [0.0, 0.0, 0.0],
    [0.45, 0.4, 0.4],
    [1.15, 1.1, 1.25],
    [0.65, 0.55, 0.75],
    [0.28, 0.26, 0.28],
    [0.55, 0.5, 0.5],
    [0.12, 0.14, 0.16],
    [0.05, 0.07, 0.05],
    [0.3, 0.3, 0.18],
    [0.36, 0.42, 0.26],
    [0.62, 0.52, 0.2],
    [0.45, 0.4, 0.6],
    [0.6, 0.85, 0.85],
    [0.38, 0.38, 0.42],
    [0.9, 0.5, 0.9],
    [0.15, 0.12, 0.14],
    [1.0, 0.72, 0.16],
    [0.74, 0.6, 0.17],
    [0.98, 0.7, 0.75],
    [0.35, 0.2, 0.56],
    [0.44, 0.33, 1.0],
    [0.45, 1.0, 0.9],
    [0.38, 0.22, 0.6],
];

/// The contrast of one patient's scans; each array has one value for bSSFP, LGE and T2.
#[derive(Debug, Clone, PartialEq)]
pub struct Contrast {
    brightness: [[f32; 3]; 23],
    /// The stored number for brightness 1.
    scale: [f32; 3],
    /// Standard deviation of the noise in the real and the imaginary channel, in units of
    /// brightness.
    pub noise: [f32; 3],
    /// The variation within one tissue, as a share of its brightness.
    texture: [f32; 3],
    /// The logarithm of the coils' sensitivity: slopes along `x` and `y` and curvature, per 100 mm.
    coil: [[f32; 3]; 3],
    seed: u32,
}

impl Contrast {
    /// Draws a contrast.
    pub fn draw(rng: &mut impl Rng) -> Self {
        let mut brightness = BRIGHTNESS;
        for value in brightness.iter_mut().flatten() {
            *value *= between(rng, [0.87, 1.15]);
        }
        // Blood may be as bright as scar in LGE; fat may be suppressed in T2.
        let blood = between(rng, [0.75, 1.35]);
        let fat = if rng.random::<f32>() < 0.25 {
            between(rng, [0.25, 0.5])
        } else {
            1.0
        };
        for tissue in [Tissue::Blood, Tissue::RightBlood, Tissue::SlowBlood] {
            brightness[tissue as usize][1] *= blood;
        }
        for tissue in [Tissue::Fat, Tissue::DimFat] {
            brightness[tissue as usize][2] *= fat;
        }
        Self {
            brightness,
            scale: [
                between(rng, [450.0, 1250.0]),
                between(rng, [330.0, 640.0]),
                between(rng, [240.0, 640.0]),
            ],
            noise: [
                between(rng, [0.015, 0.045]),
                between(rng, [0.03, 0.09]),
                between(rng, [0.02, 0.06]),
            ],
            texture: [
                between(rng, [0.06, 0.13]),
                between(rng, [0.08, 0.2]),
                between(rng, [0.06, 0.15]),
            ],
            coil: [(); 3].map(|()| {
                [
                    between(rng, [-0.75, -0.1]),
                    between(rng, [0.0, 0.5]),
                    between(rng, [-0.15, 0.25]),
                ]
            }),
            seed: rng.random(),
        }
    }

    /// The brightness of a tissue in the three sequences.
    pub fn of(&self, tissue: Tissue) -> [f32; 3] {
        self.brightness[tissue as usize]
    }

    /// The coils' sensitivity and the tissue's texture at a point, both as factors, for each sequence; `from_heart` is
    /// in mm.
    pub fn gain(&self, from_heart: [f32; 2], height: f32) -> [f32; 3] {
        let [x, y] = from_heart;
        let (u, v) = (x / 100.0, y / 100.0);
        [0, 1, 2].map(|s| {
            let [slope_x, slope_y, curve] = self.coil[s];
            let coil = (slope_x * u + slope_y * v + curve * (u * u + v * v))
                .clamp(-1.6, 1.2)
                .exp();
            let seed = self.seed ^ s as u32;
            let coarse = noise(seed, x / 13.0, y / 13.0 + 0.05 * height);
            let fine = noise(seed ^ 64, x / 3.1 + 0.2 * height, y / 3.1);
            coil * (1.0 + self.texture[s] * (0.9 * coarse + fine))
        })
    }

    /// The stored number for a brightness.
    pub fn stored(&self, sequence: usize, brightness: f32) -> f32 {
        (brightness * self.scale[sequence])
            .round()
            .clamp(0.0, f32::from(i16::MAX))
    }
}
