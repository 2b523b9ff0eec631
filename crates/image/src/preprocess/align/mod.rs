//! How far the sequences of a study lie from one another in the plane of the slices, and the way back.
//!
//! Sequences are acquired in different breath-holds, so that the heart of one may lie a few millimetres beside that of
//! another. Where two images lie on one another, the brightness of one tells most of the brightness of the other: the
//! shift of the largest mutual information (Maes et al., IEEE TMI 1997) is the misalignment.

mod information;

use serde::{Deserialize, Serialize};

use information::{Levels, best_shift, information};

use super::framing::HeartCentre;
use super::orientation::Orientation;
use super::window::Window;
use crate::sequence::{PerSequence, Sequence};
use crate::study::Study;
use crate::volume::Volume;

/// The farthest shift that is looked for along each axis, mm: the bound of what a breath-hold moves the heart.
pub const REACH_MM: usize = 10;

/// Side of the square about the heart in which sequences are compared, mm.
const SIDE_MM: usize = 112;

/// What is done about sequences that do not lie on one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Align {
    /// Nothing.
    #[default]
    Off,
    /// They are measured.
    Measure,
    /// They are measured, and those that clearly lie elsewhere are moved.
    Correct,
}

/// How far a sequence lies from the one it is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Misalignment {
    /// From the place of the other to that of this one, `[row, column]` of turned slices, mm; the median over slices.
    pub shift_mm: [f64; 2],
    /// How much more the two tell of each other after moving this one back, as a share of what they tell as they are.
    pub gain: f64,
}

impl Misalignment {
    /// The length of the shift, mm.
    pub fn distance_mm(&self) -> f64 {
        self.shift_mm[0].hypot(self.shift_mm[1])
    }
}

/// How far each sequence lies from LGE, or without LGE from bSSFP, about the heart; `None` for that one and for those
/// that are not there.
pub fn misalignment(study: &Study, heart: Option<HeartCentre>) -> PerSequence<Option<Misalignment>> {
    let fixed = if study.image(Sequence::Lge).is_some() { Sequence::Lge } else { Sequence::Bssfp };
    let field = Field::about(study, heart);
    let Some(reference) = study.image(fixed).map(|image| field.levels(image)) else { return PerSequence::default() };
    PerSequence::from_fn(|sequence| {
        let image = study.image(sequence).filter(|_| sequence != fixed)?;
        compare(&reference, &field.levels(image))
    })
}

/// The square of every slice that is compared, in pixels of 1 mm, with room for every shift about it.
struct Field {
    orientation: Orientation,
    window: Window,
}

impl Field {
    fn about(study: &Study, heart: Option<HeartCentre>) -> Self {
        let orientation = Orientation::canonical(study.grid());
        let grid = orientation.grid(study.grid());
        let ([ni, nj, _], [i_mm, j_mm, _]) = (grid.shape(), grid.spacing().mm());
        let middle = [nj, ni].map(|n| (n as f64 - 1.0) / 2.0);
        let centre = heart.map_or(middle, |HeartCentre(centre)| centre);
        let size = SIDE_MM + 2 * REACH_MM;
        Self { orientation, window: Window::about(centre, size, [1.0 / j_mm, 1.0 / i_mm]) }
    }

    /// The brightness of each slice in steps.
    fn levels(&self, image: &Volume<f32>) -> Vec<Levels> {
        let image = self.orientation.apply(image);
        let [columns, rows, slices] = image.shape();
        let slice = |k| {
            let mut values = vec![0.0; self.window.pixels()];
            self.window.sample(image.slice(k), [rows, columns], |pixel, value| values[pixel] = value);
            Levels::of(&values, self.window.size())
        };
        (0..slices).map(slice).collect()
    }
}

fn compare(fixed: &[Levels], moving: &[Levels]) -> Option<Misalignment> {
    let slices: Vec<_> = fixed.iter().zip(moving).collect();
    let shifts: Vec<[f64; 2]> = slices.iter().map(|(fixed, moving)| best_shift(fixed, moving, REACH_MM)).collect();
    let shift_mm = [0, 1].map(|axis| median(shifts.iter().map(|shift| shift[axis])));
    let told = |shift: [f64; 2]| slices.iter().map(|(f, m)| information(f, m, shift, REACH_MM)).sum::<f64>();
    let (rest, moved) = (told([0.0; 2]), told(shift_mm));
    (rest > 0.0).then(|| Misalignment { shift_mm, gain: moved / rest - 1.0 })
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    match values.as_slice() {
        [] => 0.0,
        values => f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2]),
    }
}
