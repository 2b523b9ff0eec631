//! Computes voxels, labels and exact volumes from a phantom's parameters.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use super::contrast::Tissue;
use super::heart::{Place, Section};
use super::injury::WallTissue;
use super::patient::Phantom;
use super::truth::{Tally, Truth, segment};
use crate::geometry::{Affine, Grid};
use crate::label::Label;
use crate::sequence::PerSequence;
use crate::study::Study;
use crate::volume::Volume;

/// One slice: three images, the labels, and the counts of sample points.
struct Slice {
    images: [Vec<f32>; 3],
    labels: Vec<Label>,
    tally: Tally,
}

/// The centres of the thirds of a voxel, relative to its centre and side.
const THIRDS: [f32; 3] = [-1.0 / 3.0, 0.0, 1.0 / 3.0];

impl Phantom {
    /// Computes the images of all three sequences with reference labels, and the exact sizes of the
    /// regions. Voxels are whole numbers from 0 to 32767, as in files of 16 bits.
    ///
    /// # Panics
    /// Never: the parameters were drawn so that the grid is valid.
    #[expect(
        clippy::expect_used,
        reason = "shape, spacing and orientation come from `draw`"
    )]
    pub fn render(&self, id: &str) -> (Study, Truth) {
        let grid = Grid::new(self.shape, self.affine()).expect("no axis is empty");
        let slices: Vec<Slice> = (0..self.shape[2])
            .into_par_iter()
            .map(|k| self.slice(k))
            .collect();
        let tally = slices
            .iter()
            .fold(Tally::default(), |sum, s| sum.add(&s.tally));
        let truth = tally.truth(self.injury.kind(), grid.spacing().voxel_ml() / 9.0);
        let labels = slices
            .iter()
            .flat_map(|s| s.labels.iter().copied())
            .collect();
        let labels = Volume::new(grid, labels).expect("each slice is whole");
        let image = |n: usize| {
            let values = slices
                .iter()
                .flat_map(|s| s.images[n].iter().copied())
                .collect();
            Some(Volume::new(grid, values).expect("each slice is whole"))
        };
        let images = PerSequence {
            bssfp: image(0),
            lge: image(1),
            t2: image(2),
        };
        (
            Study::new(id, images, Some(labels)).expect("all volumes share the grid"),
            truth,
        )
    }

    /// The affine: `j` points to superior; `i` and `k` point to left and posterior, or to posterior
    /// and right. The origin is the centre of the volume.
    #[expect(clippy::expect_used, reason = "the axes are orthogonal")]
    fn affine(&self) -> Affine {
        let [pixel, step] = self.spacing_mm.map(f64::from);
        let from_middle = |axis: usize, mm: f64| mm * (self.shape[axis] - 1) as f64 / 2.0;
        let superior = [0.0, pixel, 0.0, -from_middle(1, pixel)];
        let rows = if self.runs_lsp {
            [
                [-pixel, 0.0, 0.0, from_middle(0, pixel)],
                [0.0, 0.0, -step, from_middle(2, step)],
                superior,
            ]
        } else {
            [
                [0.0, 0.0, step, -from_middle(2, step)],
                [-pixel, 0.0, 0.0, from_middle(0, pixel)],
                superior,
            ]
        };
        Affine::new(rows).expect("orthogonal axes are invertible")
    }

    fn slice(&self, k: usize) -> Slice {
        let [ni, nj, _] = self.shape;
        let height = self.heights_mm[k];
        let pixel_mm = self.spacing_mm[0];
        let sections = THIRDS.map(|share| self.heart.section(height + share * self.thickness_mm));
        let mut slice = Slice {
            images: [(); 3].map(|()| vec![0.0; ni * nj]),
            labels: vec![Label::Background; ni * nj],
            tally: Tally::default(),
        };
        for n in 0..ni * nj {
            let [x, y] = self.position_mm(n);
            if !self.coverage.contains([x, y]) {
                continue;
            }
            let source = self.warp.source([x, y], height);
            let axis = sections[1].axis();
            let mut signal = self.around(source, pixel_mm, height);
            if (source[0] - axis[0]).hypot(source[1] - axis[1]) < sections[1].reach() {
                signal = self.near_heart(source, pixel_mm, &sections, signal, &mut slice.tally);
                slice.labels[n] = self.tissue(sections[1].at(source), source, height).0;
            }
            let heart = self.heart.position();
            let gain = self.contrast.gain([x - heart[0], y - heart[1]], height);
            for s in 0..3 {
                slice.images[s][n] = signal[s] * gain[s];
            }
        }
        for s in 0..3 {
            self.receive(&mut slice.images[s], k, s);
        }
        slice
    }

    /// The centre of a pixel in mm from the centre of the slice.
    fn position_mm(&self, n: usize) -> [f32; 2] {
        let [ni, nj, _] = self.shape;
        let (i, j) = ((n % ni) as f32, (n / ni) as f32);
        [
            (i - (ni - 1) as f32 / 2.0) * self.spacing_mm[0],
            (j - (nj - 1) as f32 / 2.0) * self.spacing_mm[0],
        ]
    }

    /// The signal of a pixel of the body without the heart, from four sample points.
    fn around(&self, [x, y]: [f32; 2], pixel_mm: f32, height: f32) -> [f32; 3] {
        let mut sum = [0.0; 3];
        for (dx, dy) in [(-0.25, -0.25), (0.25, -0.25), (-0.25, 0.25), (0.25, 0.25)] {
            let tissue = self.body.at([x + dx * pixel_mm, y + dy * pixel_mm], height);
            add(&mut sum, self.contrast.of(tissue), 0.25);
        }
        sum
    }

    /// The signal of a pixel in or near the heart, from nine sample points at each of three
    /// heights; `outside` is the signal of points outside the heart.
    fn near_heart(
        &self,
        [x, y]: [f32; 2],
        pixel_mm: f32,
        sections: &[Section<'_>; 3],
        outside: [f32; 3],
        tally: &mut Tally,
    ) -> [f32; 3] {
        let mut sum = [0.0; 3];
        for (n, section) in sections.iter().enumerate() {
            for point in
                (0..9).map(|p| [x + THIRDS[p % 3] * pixel_mm, y + THIRDS[p / 3] * pixel_mm])
            {
                let place = section.at(point);
                let (label, tissue) = self.tissue(place, point, section.height());
                let signal = tissue.map_or(outside, |t| self.contrast.of(t));
                add(&mut sum, signal, 1.0 / 27.0);
                if n == 1 {
                    let share = section.height() / self.heart.length_mm();
                    count(tally, place, share, label, tissue);
                }
            }
        }
        sum
    }

    /// The label of a point, and its tissue; `None` for the tissue of the body.
    fn tissue(&self, place: Place, point: [f32; 2], height: f32) -> (Label, Option<Tissue>) {
        match place {
            Place::Wall { depth, angle } => match self.injury.at(depth, angle, height, point) {
                WallTissue::Healthy => (Label::Myocardium, Some(Tissue::Myocardium)),
                WallTissue::Edema => (Label::Edema, Some(Tissue::Edema)),
                WallTissue::Scar => (Label::Scar, Some(Tissue::Scar)),
                WallTissue::NoReflow => (Label::Scar, Some(Tissue::NoReflow)),
            },
            Place::LeftPool { muscle: true, .. } => (Label::LvPool, Some(Tissue::Myocardium)),
            Place::LeftPool { gap_mm, .. } if gap_mm < self.slow_blood_mm => {
                (Label::LvPool, Some(Tissue::SlowBlood))
            }
            Place::LeftPool { .. } => (Label::LvPool, Some(Tissue::Blood)),
            Place::RightPool { muscle: true } => (Label::RvPool, Some(Tissue::Myocardium)),
            Place::RightPool { muscle: false } => (Label::RvPool, Some(Tissue::RightBlood)),
            Place::RightWall => (Label::Background, Some(Tissue::Myocardium)),
            Place::Outside(gap_mm) => (Label::Background, self.body.around_heart(point, gap_mm)),
        }
    }

    /// Adds noise to the real and the imaginary channel, blurs both like a coarser acquisition, and
    /// stores the magnitude.
    fn receive(&self, image: &mut [f32], k: usize, sequence: usize) {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream((3 * k + sequence) as u64);
        let sigma = self.contrast.noise[sequence];
        let mut normal =
            || sigma * <StandardNormal as Distribution<f32>>::sample(&StandardNormal, &mut rng);
        let mut imaginary: Vec<f32> = image.iter().map(|_| normal()).collect();
        for value in image.iter_mut() {
            *value += normal();
        }
        let columns = self.shape[0];
        blur(image, columns);
        blur(&mut imaginary, columns);
        for (n, (real, imaginary)) in image.iter_mut().zip(imaginary).enumerate() {
            let magnitude = real.hypot(imaginary);
            let covered = self.coverage.contains(self.position_mm(n));
            *real = if covered {
                self.contrast.stored(sequence, magnitude)
            } else {
                0.0
            };
        }
    }
}

/// Counts a sample point; `share` is its height as a share of the left ventricle's length.
fn count(tally: &mut Tally, place: Place, share: f32, label: Label, tissue: Option<Tissue>) {
    match (label, place) {
        (Label::Background, _) => {}
        (_, Place::Wall { angle, .. }) => {
            tally.wall(label, segment(angle, share));
            if tissue == Some(Tissue::NoReflow) {
                tally.no_reflow();
            }
        }
        _ => tally.pool(label),
    }
}

fn add(sum: &mut [f32; 3], values: [f32; 3], weight: f32) {
    for (sum, value) in sum.iter_mut().zip(values) {
        *sum += weight * value;
    }
}

/// Blurs with weights 1, 2, 1 along rows and columns; border pixels are not blurred across the
/// border.
fn blur(image: &mut [f32], columns: usize) {
    for row in image.chunks_exact_mut(columns) {
        let mut before = row[0];
        for n in 1..columns.saturating_sub(1) {
            let here = row[n];
            row[n] = 0.25 * before + 0.5 * here + 0.25 * row[n + 1];
            before = here;
        }
    }
    let mut before = image[..columns].to_vec();
    for start in (columns..image.len().saturating_sub(columns)).step_by(columns) {
        for (n, before) in before.iter_mut().enumerate() {
            let here = image[start + n];
            image[start + n] = 0.25 * *before + 0.5 * here + 0.25 * image[start + n + columns];
            *before = here;
        }
    }
}
