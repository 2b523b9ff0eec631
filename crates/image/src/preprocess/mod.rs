//! From a study to the input of a network, and from its output back to the study's own grid.
//!
//! Orientation first, so that pictures of every scanner lie alike; then a square window of each slice; then
//! intensities on one scale. The way back is kept with the result.

mod align;
mod framing;
mod neighbours;
mod normalise;
mod window;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use align::{Align, Misalignment, Overlap, aligned, misalignment};
pub use framing::{Frame, Framing, HeartCentre};
pub use normalise::Normalise;
pub use window::Window;

use self::neighbours::with_neighbours;
use crate::geometry::Grid;
use crate::label::{Label, LabelMap};
use crate::orientation::Orientation;
use crate::sequence::Sequence;
use crate::study::Study;
use crate::volume::Volume;

/// How a study becomes the input of a network.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preprocess {
    /// Which axes of the image are the rows and the columns of the input.
    #[serde(default)]
    pub axes: Axes,
    /// Height and width of the input, pixels.
    pub size: usize,
    /// In-plane size of a pixel of the input, mm; without it, the image's own.
    pub spacing_mm: Option<f64>,
    /// What the input is centred on.
    #[serde(default)]
    pub framing: Framing,
    /// How intensities are brought on one scale.
    pub normalise: Normalise,
    /// What a missing sequence means.
    pub missing: Missing,
    /// Slices on either side that are seen beside each slice.
    #[serde(default)]
    pub neighbours: usize,
}

/// Which axes of the image are the rows and the columns of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Axes {
    /// Turned by the affine, so that hearts of every scanner lie alike: [`Orientation::canonical`].
    #[default]
    Anatomical,
    /// As the file's array lies, whatever its affine says: rows are its first axis, columns its second. The published
    /// system feeds `NIfTI` arrays so (Altunok & Oksuz, MyoPS 2020).
    Stored,
}

impl std::fmt::Display for Axes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Anatomical => "anatomical",
            Self::Stored => "stored",
        })
    }
}

/// What a missing sequence means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// The study is refused.
    Refuse,
    /// Its channel is all zeros, as in training with sequence drop-out.
    Zero,
}

/// Why a study cannot become an input.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PreprocessError {
    /// A sequence that the network needs is not there.
    #[error("case {id}: {sequence} is missing, and this model needs bSSFP, LGE and T2")]
    Missing {
        /// The case.
        id: String,
        /// The sequence.
        sequence: Sequence,
    },
    /// Neither sequence that shows scar or edema is there.
    #[error("case {0}: neither LGE nor T2 is there, and bSSFP alone shows no scar or edema")]
    NoPathology(String),
}

/// The input of a network: slices of pixels of channels, channels running fastest.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// Slices.
    pub slices: usize,
    /// Rows and columns of a slice.
    pub size: usize,
    /// Channels: one for each sequence of a slice, then those of the slices beside it.
    pub channels: usize,
    /// `[slice][row][column][channel]`.
    pub data: Vec<f32>,
}

impl Prepared {
    /// The same as if a sequence were the only one: the channels of the others at 0.
    #[must_use]
    pub fn alone(&self, sequence: Sequence) -> Self {
        let mut alone = self.clone();
        for pixel in alone.data.chunks_exact_mut(Sequence::ALL.len()) {
            let value = pixel[sequence as usize];
            pixel.fill(0.0);
            pixel[sequence as usize] = value;
        }
        alone
    }

    /// The pixels of a slice, each a value for every channel, without the outermost `margin` on every side.
    fn inner(&self, slice: usize, margin: usize) -> impl Iterator<Item = &[f32]> {
        let rows = (slice * self.size + margin)..((slice + 1) * self.size - margin);
        rows.flat_map(move |row| {
            let (from, to) = (row * self.size + margin, (row + 1) * self.size - margin);
            self.data[from * self.channels..to * self.channels].chunks_exact(self.channels)
        })
    }
}

/// The way back from the network's grid to the study's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Restore {
    orientation: Orientation,
    original: Grid,
    oriented: Grid,
    window: Window,
}

impl Preprocess {
    /// The published preparation (Altunok & Oksuz, MyoPS 2020): the central 256 x 256 pixels, each slice divided by
    /// the largest value of its three channels.
    pub const PUBLISHED: Self = Self {
        axes: Axes::Anatomical,
        size: 256,
        spacing_mm: None,
        framing: Framing::Central,
        normalise: Normalise::JointMaximum,
        missing: Missing::Refuse,
        neighbours: 0,
    };

    /// Channels of the input: one for each sequence of a slice and of those beside it.
    pub const fn channels(&self) -> usize {
        Sequence::ALL.len() * (1 + 2 * self.neighbours)
    }

    /// Makes the input about the middle of the image, and the way back.
    ///
    /// # Errors
    /// Where a sequence that is needed is missing.
    pub fn apply(&self, study: &Study) -> Result<(Prepared, Restore), PreprocessError> {
        self.apply_in(study, Frame::default())
    }

    /// Makes the input, and the way back; with a margin, both are wider by it on every side.
    ///
    /// # Errors
    /// Where a sequence that is needed is missing, or both LGE and T2 are.
    pub fn apply_in(
        &self,
        study: &Study,
        frame: Frame,
    ) -> Result<(Prepared, Restore), PreprocessError> {
        if self.missing == Missing::Refuse
            && let Some(&sequence) = study.missing().first()
        {
            return Err(PreprocessError::Missing {
                id: study.id().into(),
                sequence,
            });
        }
        if study.image(Sequence::Lge).is_none() && study.image(Sequence::T2).is_none() {
            return Err(PreprocessError::NoPathology(study.id().into()));
        }
        let restore = self.restore(study.grid(), frame);
        let shape = restore.oriented.shape();
        let (size, channels) = (restore.window.size(), Sequence::ALL.len());
        let mut data = vec![0.0; shape[2] * size * size * channels];
        for (channel, (_, image)) in study.images().iter().enumerate() {
            let Some(image) = image else { continue };
            let image = restore.orientation.apply(image);
            data.par_chunks_exact_mut(size * size * channels)
                .enumerate()
                .for_each(|(k, slice)| {
                    restore
                        .window
                        .sample(image.slice(k), [shape[1], shape[0]], |pixel, value| {
                            slice[pixel * channels + channel] = value;
                        });
                });
        }
        let mut prepared = Prepared {
            slices: shape[2],
            size,
            channels,
            data,
        };
        self.normalise.apply(&mut prepared, frame.margin);
        if self.neighbours > 0 {
            prepared = with_neighbours(&prepared, self.neighbours);
        }
        Ok((prepared, restore))
    }

    fn restore(&self, original: &Grid, frame: Frame) -> Restore {
        let orientation = match self.axes {
            Axes::Anatomical => Orientation::canonical(original),
            Axes::Stored => Orientation::FIRST_AXIS_AS_ROWS,
        };
        let oriented = orientation.grid(original);
        let size = self.size + 2 * frame.margin;
        let window = match frame.heart.filter(|_| self.framing == Framing::Heart) {
            None => Window::central(&oriented, size, self.spacing_mm),
            Some(HeartCentre(centre)) => {
                let [i_mm, j_mm, _] = oriented.spacing().rounded_mm();
                Window::about(
                    centre,
                    size,
                    self.spacing_mm
                        .map_or([1.0; 2], |mm| [mm / j_mm, mm / i_mm]),
                )
            }
        };
        Restore {
            orientation,
            original: *original,
            oriented,
            window,
        }
    }
}

impl Restore {
    /// Labels on the study's own grid; background outside the window.
    ///
    /// `values` is `[slice][row][column][class]` with `classes` numbers a pixel, interpolated where the grids differ;
    /// `decide` makes one label of a pixel's numbers.
    pub fn labels(
        &self,
        values: &[f32],
        classes: usize,
        decide: impl Fn(&[f32]) -> Label + Sync,
    ) -> LabelMap {
        self.values(values, classes, Label::Background, decide)
    }

    /// As [`Self::labels`], for any value of a pixel's numbers.
    pub fn values<T: Copy + Send>(
        &self,
        values: &[f32],
        classes: usize,
        outside: T,
        value: impl Fn(&[f32]) -> T + Sync,
    ) -> Volume<T> {
        let [ni, nj, _] = self.oriented.shape();
        let mut volume = Volume::filled(self.oriented, outside);
        let slices = values.par_chunks_exact(self.window.pixels() * classes);
        volume
            .data_mut()
            .par_chunks_exact_mut(ni * nj)
            .zip(slices)
            .for_each(|(out, slice)| {
                let mut pixel = vec![0.0; classes];
                for (n, out) in out.iter_mut().enumerate() {
                    if self.window.interpolate(slice, [n / ni, n % ni], &mut pixel) {
                        *out = value(&pixel);
                    }
                }
            });
        self.orientation.undo(&volume, &self.original)
    }

    /// Reference labels on the network's grid, `[slice][row][column]`: those of the nearest voxel.
    pub fn prepare_labels(&self, labels: &LabelMap) -> Vec<Label> {
        let labels = self.orientation.apply(labels);
        let [ni, nj, nk] = labels.shape();
        (0..nk)
            .flat_map(|k| self.window.nearest(labels.slice(k), [nj, ni]))
            .collect()
    }

    /// The place in the image of a pixel `[row, column]` of the network's grid.
    pub fn place(&self, pixel: [f64; 2]) -> HeartCentre {
        HeartCentre(self.window.place(pixel))
    }

    /// The spacing of the network's pixels and slices, mm, as `[row, column, slice]`.
    pub fn spacing_mm(&self) -> [f64; 3] {
        let [i, j, k] = self.oriented.spacing().mm();
        let [row, column] = self.window.step();
        [j * row, i * column, k]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Affine, Spacing};
    use crate::sequence::PerSequence;

    fn study(shape: [usize; 3], spacing_mm: [f64; 3]) -> (Study, LabelMap) {
        let grid = Grid::new(
            shape,
            Affine::from_spacing(Spacing::new_mm(spacing_mm).unwrap()),
        )
        .unwrap();
        let labels = Volume::from_fn(grid, |[i, j, k]| Label::ALL[(i / 3 + j / 4 + k) % 6]);
        let image = |s: Sequence| {
            Some(labels.map(|l| (l.class() + 1) as f32 * [1.0, 2.0, 0.5][s as usize]))
        };
        (
            Study::new("x", PerSequence::from_fn(image), Some(labels.clone())).unwrap(),
            labels,
        )
    }

    fn one_hot(labels: &[Label]) -> Vec<f32> {
        labels
            .iter()
            .flat_map(|l| (0..6).map(|c| f32::from(c == l.class())))
            .collect()
    }

    fn largest_of(p: &[f32]) -> Label {
        Label::ALL[(0..6).max_by(|a, b| p[*a].total_cmp(&p[*b])).unwrap()]
    }

    #[test]
    fn labels_there_and_back_are_the_same_inside_the_window() {
        let preprocess = Preprocess {
            size: 32,
            ..Preprocess::PUBLISHED
        };
        for shape in [[20, 25, 2], [32, 32, 1], [48, 37, 3]] {
            let (study, labels) = study(shape, [0.75, 0.75, 12.0]);
            let (prepared, restore) = preprocess.apply(&study).unwrap();
            assert_eq!(
                (prepared.slices, prepared.data.len()),
                (shape[2], shape[2] * 32 * 32 * 3)
            );
            let back = restore.labels(&one_hot(&restore.prepare_labels(&labels)), 6, largest_of);
            let [i0, j0] = [shape[0], shape[1]].map(|n| n.saturating_sub(32) / 2);
            let inside = Volume::from_fn(*labels.grid(), |[i, j, k]| {
                let seen = (i0..i0 + 32).contains(&i) && (j0..j0 + 32).contains(&j);
                if seen {
                    labels[[i, j, k]]
                } else {
                    Label::Background
                }
            });
            assert_eq!(back, inside, "{shape:?}");
        }
    }

    #[test]
    fn a_slice_is_divided_by_its_one_maximum() {
        let (study, _) = study([16, 16, 2], [0.75, 0.75, 12.0]);
        let (prepared, _) = Preprocess {
            size: 16,
            ..Preprocess::PUBLISHED
        }
        .apply(&study)
        .unwrap();
        let largest = prepared.data.iter().copied().fold(0.0, f32::max);
        assert_eq!(largest, 1.0);
        // Channel 1 is twice channel 0 and four times channel 2.
        assert!(
            prepared
                .data
                .as_chunks::<3>()
                .0
                .iter()
                .all(|p| p[1] == 2.0 * p[0] && p[0] == 2.0 * p[2])
        );
    }

    #[test]
    fn rows_are_the_first_axis_of_the_array_where_axes_are_as_stored() {
        let (study, labels) = study([20, 25, 2], [0.75, 0.75, 12.0]);
        let preprocess = Preprocess {
            axes: Axes::Stored,
            size: 32,
            ..Preprocess::PUBLISHED
        };
        let (prepared, restore) = preprocess.apply(&study).unwrap();
        // 6 pixels are added before the first of 20 rows, 4 (the half of 7, rounded up) before the first of 25 columns.
        let lge = study.image(Sequence::Lge).unwrap();
        let (own, largest) = (lge[[3, 11, 1]], 12.0);
        assert_eq!(
            prepared.data[(((32 + 6 + 3) * 32) + 4 + 11) * 3 + 1],
            own / largest
        );
        let back = restore.labels(&one_hot(&restore.prepare_labels(&labels)), 6, largest_of);
        assert_eq!(back, labels);
    }

    #[test]
    fn resampled_labels_come_back_within_a_pixel_of_their_borders() {
        let (study, labels) = study([60, 64, 1], [1.2, 1.2, 10.0]);
        let preprocess = Preprocess {
            size: 96,
            spacing_mm: Some(1.0),
            ..Preprocess::PUBLISHED
        };
        let (_, restore) = preprocess.apply(&study).unwrap();
        let back = restore.labels(&one_hot(&restore.prepare_labels(&labels)), 6, largest_of);
        let same = back
            .data()
            .iter()
            .zip(labels.data())
            .filter(|(a, b)| a == b)
            .count();
        assert!(
            same * 10 > labels.data().len() * 8,
            "{same} of {}",
            labels.data().len()
        );
        assert_eq!(
            restore.spacing_mm().map(|mm| (mm * 1e6).round()),
            [1e6, 1e6, 1e7]
        );
    }

    #[test]
    fn a_window_about_the_heart_holds_it_in_its_middle_and_a_margin_adds_to_it() {
        let (square, _) = study([40, 50, 2], [0.8, 0.8, 12.0]);
        let labels = Volume::from_fn(*square.grid(), |[i, j, _]| {
            if (28..34).contains(&i) && (5..15).contains(&j) {
                Label::LvPool
            } else {
                Label::Background
            }
        });
        let preprocess = Preprocess {
            axes: Axes::Anatomical,
            size: 16,
            spacing_mm: Some(1.0),
            framing: Framing::Heart,
            normalise: Normalise::ZScore,
            missing: Missing::Zero,
            neighbours: 0,
        };
        let frame = Frame {
            heart: HeartCentre::of_labels(&labels),
            margin: 0,
        };
        let (narrow, restore) = preprocess.apply_in(&square, frame).unwrap();
        let seen = restore.prepare_labels(&labels);
        let found = HeartCentre::of_pixels(
            (0..256)
                .filter(|p| seen[*p] == Label::LvPool)
                .map(|p| [p / 16, p % 16]),
            [16, 16],
        );
        let HeartCentre([row, column]) = found.unwrap();
        assert!(
            (row - 7.5).abs() <= 0.5 && (column - 7.5).abs() <= 0.5,
            "{row} {column}"
        );
        let HeartCentre(place) = restore.place([7.5, 7.5]);
        assert!(
            (place[0] - 9.5).abs() < 1e-9 && (place[1] - 30.5).abs() < 1e-9,
            "{place:?}"
        );

        let (wide, _) = preprocess
            .apply_in(&square, Frame { margin: 3, ..frame })
            .unwrap();
        assert_eq!(wide.size, 22);
        for (row, line) in narrow.data[..16 * 48].chunks_exact(48).enumerate() {
            let from = ((row + 3) * 22 + 3) * 3;
            assert!(
                line.iter()
                    .zip(&wide.data[from..])
                    .all(|(a, b)| (a - b).abs() < 1e-6),
                "row {row}"
            );
        }
    }

    #[test]
    fn a_missing_sequence_is_refused_or_left_at_zero() {
        let (full, _) = study([16, 16, 1], [1.0, 1.0, 10.0]);
        let images = PerSequence {
            t2: None,
            ..full.images().clone()
        };
        let study = Study::new("p7", images, None).unwrap();
        let error = Preprocess::PUBLISHED.apply(&study).unwrap_err().to_string();
        assert_eq!(
            error,
            "case p7: T2 is missing, and this model needs bSSFP, LGE and T2"
        );
        let zero = Preprocess {
            size: 16,
            missing: Missing::Zero,
            ..Preprocess::PUBLISHED
        };
        let (prepared, _) = zero.apply(&study).unwrap();
        assert!(
            prepared
                .data
                .as_chunks::<3>()
                .0
                .iter()
                .all(|p| p[2] == 0.0 && p[1] > 0.0)
        );
        let images = PerSequence {
            lge: None,
            t2: None,
            ..full.images().clone()
        };
        let error = zero
            .apply(&Study::new("p8", images, None).unwrap())
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "case p8: neither LGE nor T2 is there, and bSSFP alone shows no scar or edema"
        );
    }
}
