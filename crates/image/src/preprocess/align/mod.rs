//! How far the sequences of a study lie from one another in the plane of the slices, and the way back.
//!
//! Sequences are acquired in different breath-holds, so that the heart of one may lie a few millimetres beside that of
//! another. What is bright in one may be dark in another, but edges are where they are: the shift that lays most edges
//! on one another is the misalignment (normalised gradient fields; Haber & Modersitzki, MICCAI 2006). Edges are sharp, but
//! there are others than the heart's; where a network has seen the heart in each sequence alone, the shift that lays the
//! hearts on one another has an equal say.

mod edges;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use edges::{Edges, Scores};

use super::framing::HeartCentre;
use super::window::Window;
use crate::geometry::Grid;
use crate::orientation::Orientation;
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
    /// How much better the sequences lie on one another after moving this one back, as a share of how they lie as they
    /// are.
    pub gain: f64,
    /// Whether it lies elsewhere beyond doubt.
    pub clear: bool,
}

/// The least shift, mm, and the least gain that are beyond doubt.
#[derive(Clone, Copy)]
struct Doubt {
    shift_mm: f64,
    gain: f64,
}

/// Of edges alone: none of the 25 pre-aligned training cases goes beyond it, wherever within 4 mm the heart's centre is taken
/// to be.
const EDGES: Doubt = Doubt {
    shift_mm: 2.75,
    gain: 0.05,
};

/// Of edges and anatomy together.
const BOTH: Doubt = Doubt {
    shift_mm: 1.5,
    gain: 0.015,
};

/// Of LGE, where others lie elsewhere beyond doubt: moving it blurs what scar is read from, so that it has to gain twice
/// as much. Moved by 3 mm, the LGE of the 25 cases gains .031 to .1; two of them gain .032 as they are.
const LGE: Doubt = Doubt {
    gain: 2.0 * BOTH.gain,
    ..BOTH
};

impl Doubt {
    fn judge(self, shift_mm: [f64; 2], gain: f64) -> Misalignment {
        let found = Misalignment {
            shift_mm,
            gain,
            clear: false,
        };
        Misalignment {
            clear: found.distance_mm() >= self.shift_mm && gain >= self.gain,
            ..found
        }
    }
}

impl Misalignment {
    /// The length of the shift, mm.
    pub fn distance_mm(&self) -> f64 {
        self.shift_mm[0].hypot(self.shift_mm[1])
    }
}

/// How much of the anatomy seen in a second sequence lies on that of a first, when the second is taken so many mm,
/// `[row, column]`, away.
pub type Overlap<'a> = &'a (dyn Fn(Sequence, Sequence, [f64; 2]) -> f64 + Sync);

/// How far each sequence lies from those before it in the order LGE, bSSFP, T2, about the heart, by its edges and, where it
/// is known, by its anatomy; `None` for the first and for those that are not there. Images share one grid.
///
/// Where bSSFP and T2 lie nearer to one another than either to LGE, it is LGE that lies elsewhere.
pub fn misalignment(
    images: &PerSequence<Option<Volume<f32>>>,
    heart: Option<HeartCentre>,
    overlap: Option<Overlap>,
) -> PerSequence<Option<Misalignment>> {
    let mut found = PerSequence::default();
    let Some(grid) = images
        .iter()
        .find_map(|(_, image)| Some(image.as_ref()?.grid()))
    else {
        return found;
    };
    let field = Field::about(grid, heart);
    let (mut first, mut fixed) = (None, Vec::new());
    for sequence in [Sequence::Lge, Sequence::Bssfp, Sequence::T2] {
        let Some(image) = &images[sequence] else {
            continue;
        };
        let first = *first.get_or_insert(sequence);
        let anatomy = |overlap: Overlap| {
            Scores::of(REACH, |shift| {
                overlap(first, sequence, shift.map(|s| f64::from(s) * PIXEL_MM))
            })
            .relative()
        };
        let edges = compare(&fixed, &field.edges(image, [0.0; 2]));
        found[sequence] = edges.map(|edges| misaligned(edges, overlap.and_then(anatomy)));
        fixed.push(field.edges(
            image,
            found[sequence].map_or([0.0; 2], |m: Misalignment| m.shift_mm),
        ));
    }
    odd_one_out(found)
}

/// How the edges of a sequence's slices lie on those of all others under each shift.
fn compare(fixed: &[Vec<Edges>], moving: &[Edges]) -> Option<Scores> {
    let of_slice = |(k, moving): (usize, &Edges)| {
        let scores = |fixed: &Vec<Edges>| {
            Scores::of(REACH, |shift| fixed[k].agreement(moving, shift, REACH))
        };
        fixed
            .iter()
            .map(scores)
            .reduce(|sum, scores| sum.sum(&scores))
    };
    let slices: Vec<Scores> = moving
        .par_iter()
        .enumerate()
        .map(of_slice)
        .collect::<Option<_>>()?;
    slices
        .into_iter()
        .reduce(|sum, scores| sum.sum(&scores))?
        .relative()
}

/// The shift of the best score.
fn misaligned(edges: Scores, anatomy: Option<Scores>) -> Misalignment {
    let (doubt, scores, rest) = match anatomy {
        None => (EDGES, edges, 1.0),
        Some(anatomy) => (BOTH, edges.sum(&anatomy), 2.0),
    };
    let (shift, moved) = scores.best();
    doubt.judge(shift.map(|s| s * PIXEL_MM), moved / rest - 1.0)
}

/// The same, said of LGE where one of the others clearly lies elsewhere, but both lie nearer to one another than to it.
fn odd_one_out(found: PerSequence<Option<Misalignment>>) -> PerSequence<Option<Misalignment>> {
    let PerSequence {
        bssfp: Some(bssfp),
        lge: None,
        t2: Some(t2),
    } = found
    else {
        return found;
    };
    let apart = (bssfp.shift_mm[0] - t2.shift_mm[0]).hypot(bssfp.shift_mm[1] - t2.shift_mm[1]);
    if !(bssfp.clear || t2.clear) || apart >= bssfp.distance_mm().min(t2.distance_mm()) {
        return found;
    }
    let shift_mm = [0, 1].map(|axis| -(bssfp.shift_mm[axis] + t2.shift_mm[axis]) / 2.0);
    PerSequence {
        bssfp: None,
        lge: Some(LGE.judge(shift_mm, bssfp.gain.max(t2.gain))),
        t2: None,
    }
}

/// The study with the sequences that clearly lie elsewhere moved back; `None` where there is none.
///
/// # Panics
/// Never: moved images keep their grid.
#[expect(clippy::expect_used, reason = "moved images keep their grid")]
pub fn aligned(study: &Study, found: &PerSequence<Option<Misalignment>>) -> Option<Study> {
    found.iter().find(|(_, m)| m.is_some_and(|m| m.clear))?;
    let images = PerSequence::from_fn(|sequence| {
        let image = study.image(sequence)?;
        Some(match found[sequence].filter(|m| m.clear) {
            None => image.clone(),
            Some(m) => moved_back(image, m.shift_mm),
        })
    });
    Some(
        Study::new(study.id(), images, study.reference().cloned())
            .expect("moved images keep their grid"),
    )
}

/// The image with every slice moved by the opposite of a shift; what comes in from outside is 0.
fn moved_back(image: &Volume<f32>, [rows_mm, columns_mm]: [f64; 2]) -> Volume<f32> {
    let orientation = Orientation::canonical(image.grid());
    let mut turned = orientation.apply(image);
    let ([columns, rows, slices], [i_mm, j_mm, _]) =
        (turned.shape(), turned.spacing().rounded_mm());
    let size = rows.max(columns);
    let middle = (size as f64 - 1.0) / 2.0;
    let window = Window::about(
        [middle + rows_mm / j_mm, middle + columns_mm / i_mm],
        size,
        [1.0; 2],
    );
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
        let ([ni, nj, _], [i_mm, j_mm, _]) = (grid.shape(), grid.spacing().rounded_mm());
        let middle = [nj, ni].map(|n| (n as f64 - 1.0) / 2.0);
        let centre = heart.map_or(middle, |HeartCentre(centre)| centre);
        Self {
            orientation,
            centre,
            pixel: [PIXEL_MM / j_mm, PIXEL_MM / i_mm],
        }
    }

    /// The edges of each slice, of an image that lies `shift_mm` away.
    fn edges(&self, image: &Volume<f32>, shift_mm: [f64; 2]) -> Vec<Edges> {
        let image = self.orientation.apply(image);
        let [columns, rows, slices] = image.shape();
        let centre =
            [0, 1].map(|axis| self.centre[axis] + shift_mm[axis] / PIXEL_MM * self.pixel[axis]);
        let window = Window::about(centre, SIDE + 2 * REACH, self.pixel);
        let slice = |k| {
            let mut values = vec![0.0; window.pixels()];
            window.sample(image.slice(k), [rows, columns], |pixel, value| {
                values[pixel] = value
            });
            Edges::of(&values, window.size())
        };
        (0..slices).into_par_iter().map(slice).collect()
    }
}
