//! One synthetic patient, drawn at random.

use rand::{Rng, RngExt};

use super::body::{Body, Coverage};
use super::contrast::Contrast;
use super::heart::Heart;
use super::injury::Injury;
use super::noise::Warp;
use super::random::between;
use super::settings::PhantomSettings;

/// All parameters of one synthetic patient.
#[derive(Debug, Clone, PartialEq)]
pub struct Phantom {
    /// Voxels along `i`, `j`, `k`.
    pub(super) shape: [usize; 3],
    /// Spacing along `i` and `j` (the same), and along `k`, in mm.
    pub(super) spacing_mm: [f32; 2],
    /// The height of each slice's centre above the apex, mm, apical slice first.
    pub(super) heights_mm: Vec<f32>,
    /// The thickness of the slices, mm.
    pub(super) thickness_mm: f32,
    /// Whether `[i, j, k]` point to left, superior, posterior; else to posterior, superior, right.
    pub(super) runs_lsp: bool,
    pub(super) heart: Heart,
    pub(super) injury: Injury,
    pub(super) body: Body,
    pub(super) contrast: Contrast,
    pub(super) warp: Warp,
    pub(super) coverage: Coverage,
    /// The width of the layer of slow blood at the wall, mm.
    pub(super) slow_blood_mm: f32,
    /// The random seed of the noise of the images.
    pub(super) seed: u64,
}

/// Half the side (pixels) of the central square that contains every heart.
const HEART_WITHIN_PX: f32 = 122.0;

impl Phantom {
    /// Draws a patient.
    pub fn draw(settings: &PhantomSettings, rng: &mut impl Rng) -> Self {
        let whole = |rng: &mut _, [low, high]: [usize; 2]| {
            between(rng, [low as f32, high as f32 + 0.999]) as usize
        };
        let slices = whole(rng, settings.slices).max(1);
        let side = whole(rng, settings.side_px).max(2);
        let shape = [
            side,
            (side + whole(rng, [0, 12])).saturating_sub(6).max(2),
            slices,
        ];
        let pixel_mm = between(rng, settings.spacing_mm);
        let mut heart = Heart::draw(rng);
        let (step_mm, heights_mm) = draw_heights(settings, slices, heart.length_mm(), rng);
        let middle = heights_mm[slices / 2];
        heart.set_middle(middle);
        place(&mut heart, settings, &heights_mm, pixel_mm, rng);
        let at = (rng.random::<f32>() * slices as f32) as usize;
        let injury = Injury::draw(settings, heights_mm[at.min(slices - 1)], rng);
        Self {
            shape,
            spacing_mm: [pixel_mm, step_mm],
            thickness_mm: between(rng, [6.0, 8.0]),
            runs_lsp: rng.random(),
            injury,
            body: Body::draw(heart.position(), heart.radius_mm(), rng),
            contrast: Contrast::draw(rng),
            warp: Warp::draw(settings.warp_mm, rng),
            coverage: Coverage::draw(heart.position(), rng),
            slow_blood_mm: between(rng, [0.0, 2.5]),
            seed: rng.random(),
            heights_mm,
            heart,
        }
    }
}

/// The distance of the slices, and the height of each; the slices begin near the base and end above
/// the apex.
fn draw_heights(
    settings: &PhantomSettings,
    slices: usize,
    length_mm: f32,
    rng: &mut impl Rng,
) -> (f32, Vec<f32>) {
    let [low, high] = settings.slice_spacing_mm;
    let between_ends = (slices.max(2) - 1) as f32;
    let step = between(rng, [low, high.min(64.0 / between_ends).max(low)]);
    let first = length_mm * between(rng, [0.82, 1.02]) - step * (slices - 1) as f32;
    let first = first.max(between(rng, [14.0, 20.0]));
    (step, (0..slices).map(|k| first + step * k as f32).collect())
}

/// Displaces the heart from the centre of the slice, within the central square.
fn place(
    heart: &mut Heart,
    settings: &PhantomSettings,
    heights_mm: &[f32],
    pixel_mm: f32,
    rng: &mut impl Rng,
) {
    let (low, high) = heart.bounds(heights_mm);
    let position = [0, 1].map(|a| {
        let room =
            (HEART_WITHIN_PX * pixel_mm - settings.warp_mm - (high[a] - low[a]) / 2.0).max(0.0);
        let reach = room.min(settings.heart_offset_px * pixel_mm);
        between(rng, [-reach, reach]) - f32::midpoint(low[a], high[a])
    });
    heart.set_position(position);
}
