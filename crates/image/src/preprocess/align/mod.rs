//! How far the sequences of a study lie from one another in the plane of the slices, and the way back.
//!
//! Sequences are acquired in different breath-holds, so that the heart of one may lie a few millimetres beside that of
//! another. What is bright in one may be dark in another, but edges are where they are: the shift that lays most edges
//! on one another is the misalignment (normalised gradient fields; Haber & Modersitzki, MICCAI 2006).

mod edges;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use edges::{Edges, Scores};

use super::framing::HeartCentre;
use super::orientation::Orientation;
use super::window::Window;
use crate::geometry::Grid;
use crate::sequence::{PerSequence, Sequence};
use crate::study::Study;
use crate::volume::Volume;

/// The pixel that images are compared in, mm: fine enough for the wall, coarse enough for its noise.
const PIXEL_MM: f64 = 2.0;

/// The farthest shift that is looked for along each axis, pixels: 12 mm. A breath-hold moves the heart by up to 10 mm.
const REACH: usize = 6;

/// Side of the square about the heart in which images are compared, pixels.
const SIDE: usize = 48;

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

/// How far a sequence lies from the others.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Misalignment {
    /// From the place of the others to that of this one, `[row, column]` of turned slices, mm.
    pub shift_mm: [f64; 2],
    /// How much better the edges of all slices lie on one another after moving this one back, as a share of how they
    /// lie as they are.
    pub gain: f64,
}

/// A sequence that lies at least this far from the others, with at least this gain, is taken for misaligned: none of the
/// 25 pre-aligned training cases does, wherever within 4 mm the heart's centre is taken to be.
const CLEAR_MM: f64 = 2.75;
const CLEAR_GAIN: f64 = 0.05;

impl Misalignment {
    /// The length of the shift, mm.
    pub fn distance_mm(&self) -> f64 {
        self.shift_mm[0].hypot(self.shift_mm[1])
    }

    /// Whether the sequence lies elsewhere beyond doubt.
    pub fn is_clear(&self) -> bool {
        self.distance_mm() >= CLEAR_MM && self.gain >= CLEAR_GAIN
    }
}

/// How far each sequence lies from those before it in the order LGE, bSSFP, T2, about the heart; `None` for the first
/// and for those that are not there. Images share one grid.
pub fn misalignment(
    images: &PerSequence<Option<Volume<f32>>>,
    heart: Option<HeartCentre>,
) -> PerSequence<Option<Misalignment>> {
    let mut found = PerSequence::default();
    let Some(grid) = images.iter().find_map(|(_, image)| Some(image.as_ref()?.grid())) else { return found };
    let field = Field::about(grid, heart);
    let mut fixed: Vec<Vec<Edges>> = Vec::new();
    for sequence in [Sequence::Lge, Sequence::Bssfp, Sequence::T2] {
        let Some(image) = &images[sequence] else { continue };
        let edges = field.edges(image, [0.0; 2]);
        found[sequence] = compare(&fixed, &edges);
        let back = found[sequence].map_or([0.0; 2], |m: Misalignment| m.shift_mm);
        fixed.push(field.edges(image, back));
    }
    found
}

/// How far a sequence's slices lie from those of all others.
fn compare(fixed: &[Vec<Edges>], moving: &[Edges]) -> Option<Misalignment> {
    let of_slice = |(k, moving): (usize, &Edges)| {
        let scores = |fixed: &Vec<Edges>| Scores::of(REACH, |shift| fixed[k].agreement(moving, shift, REACH));
        fixed.iter().map(scores).reduce(|sum, scores| sum.sum(&scores))
    };
    let slices: Vec<Scores> = moving.par_iter().enumerate().map(of_slice).collect::<Option<_>>()?;
    let pooled = slices.into_iter().reduce(|sum, scores| sum.sum(&scores))?;
    let (shift, moved) = pooled.best();
    let rest = pooled.at([0, 0]);
    (rest > 0.0).then(|| Misalignment { shift_mm: shift.map(|s| s * PIXEL_MM), gain: moved / rest - 1.0 })
}

/// The study with the sequences that clearly lie elsewhere moved back; `None` where there is none.
///
/// # Panics
/// Never: moved images keep their grid.
#[expect(clippy::expect_used, reason = "moved images keep their grid")]
pub fn aligned(study: &Study, found: &PerSequence<Option<Misalignment>>) -> Option<Study> {
    found.iter().find(|(_, m)| m.is_some_and(|m| m.is_clear()))?;
    let images = PerSequence::from_fn(|sequence| {
        let image = study.image(sequence)?;
        Some(match found[sequence].filter(Misalignment::is_clear) {
            None => image.clone(),
            Some(m) => moved_back(image, m.shift_mm),
        })
    });
    Some(Study::new(study.id(), images, study.reference().cloned()).expect("moved images keep their grid"))
}

/// The image with every slice moved by the opposite of a shift; what comes in from outside is 0.
fn moved_back(image: &Volume<f32>, [rows_mm, columns_mm]: [f64; 2]) -> Volume<f32> {
    let orientation = Orientation::canonical(image.grid());
    let mut turned = orientation.apply(image);
    let ([columns, rows, slices], [i_mm, j_mm, _]) = (turned.shape(), turned.spacing().mm());
    let size = rows.max(columns);
    let middle = (size as f64 - 1.0) / 2.0;
    let window = Window::about([middle + rows_mm / j_mm, middle + columns_mm / i_mm], size, [1.0; 2]);
    for k in 0..slices {
        let slice = turned.slice(k).to_vec();
        let out = turned.slice_mut(k);
        window.sample(&slice, [rows, columns], |pixel, value| {
            let (row, column) = (pixel / size, pixel % size);
            if row < rows && column < columns {
                out[row * columns + column] = value;
            }
        });
    }
    orientation.undo(&turned, image.grid())
}

/// The square of every slice that is compared, with room for every shift about it.
struct Field {
    orientation: Orientation,
    centre: [f64; 2],
    pixel: [f64; 2],
}

impl Field {
    fn about(grid: &Grid, heart: Option<HeartCentre>) -> Self {
        let orientation = Orientation::canonical(grid);
        let grid = orientation.grid(grid);
        let ([ni, nj, _], [i_mm, j_mm, _]) = (grid.shape(), grid.spacing().mm());
        let middle = [nj, ni].map(|n| (n as f64 - 1.0) / 2.0);
        let centre = heart.map_or(middle, |HeartCentre(centre)| centre);
        Self { orientation, centre, pixel: [PIXEL_MM / j_mm, PIXEL_MM / i_mm] }
    }

    /// The edges of each slice, of an image that lies `shift_mm` away.
    fn edges(&self, image: &Volume<f32>, shift_mm: [f64; 2]) -> Vec<Edges> {
        let image = self.orientation.apply(image);
        let [columns, rows, slices] = image.shape();
        let centre = [0, 1].map(|axis| self.centre[axis] + shift_mm[axis] / PIXEL_MM * self.pixel[axis]);
        let window = Window::about(centre, SIDE + 2 * REACH, self.pixel);
        let slice = |k| {
            let mut values = vec![0.0; window.pixels()];
            window.sample(image.slice(k), [rows, columns], |pixel, value| values[pixel] = value);
            Edges::of(&values, window.size())
        };
        (0..slices).into_par_iter().map(slice).collect()
    }
}
