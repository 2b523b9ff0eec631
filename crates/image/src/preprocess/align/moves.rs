//! What is done to the images of a study so that they lie on one another, and where labels lie in them as they were.

use std::borrow::Cow;

use super::field::Field;
use super::registration::Registration;
use super::size::WrongSize;
use crate::geometry::Grid;
use crate::label::{Label, LabelMap};
use crate::preprocess::framing::HeartCentre;
use crate::preprocess::window::Window;
use crate::sequence::{PerSequence, Sequence};
use crate::study::Study;
use crate::volume::Volume;

/// How each image of a study is moved.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Moves(
    /// For each slice of a sequence; empty where it stays as it is.
    PerSequence<Vec<Move>>,
);

/// A slice shows what lies `scale` times as far from its middle and `shift` pixels (row, column) away.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Move {
    shift: [f64; 2],
    scale: f64,
}

impl Moves {
    /// Shifts certainly misaligned sequences and slices back.
    pub fn of_shifts(study: &Study, found: &PerSequence<Option<Registration>>) -> Self {
        let [i_mm, j_mm, _] = study.grid().spacing().rounded_mm();
        Self(PerSequence::from_fn(|sequence| {
            let moving = found[sequence].as_ref().filter(|found| found.moves());
            let of_slice = |found: &Registration, k| {
                let [rows_mm, columns_mm] = found.shift_mm(k);
                Move {
                    shift: [rows_mm / j_mm, columns_mm / i_mm],
                    ..Move::NONE
                }
            };
            let slices = 0..study.grid().shape()[2];
            moving.map_or_else(Vec::new, |found| {
                slices.map(|k| of_slice(found, k)).collect()
            })
        }))
    }

    /// Enlarges or reduces images of wrong size about the heart.
    pub fn of_sizes(
        study: &Study,
        heart: Option<HeartCentre>,
        wrong: &PerSequence<Option<WrongSize>>,
    ) -> Self {
        let slices = study.grid().shape()[2];
        Self(PerSequence::from_fn(|sequence| {
            let wrong = wrong[sequence].as_ref();
            wrong.map_or_else(Vec::new, |wrong| {
                vec![about_heart(study.grid(), heart, wrong); slices]
            })
        }))
    }

    /// The study with its images moved; as it is where none is.
    pub fn applied<'a>(&self, study: &'a Study) -> Cow<'a, Study> {
        let mut moved = Cow::Borrowed(study);
        for (sequence, slices) in self.0.iter().filter(|(_, slices)| !slices.is_empty()) {
            if let Some(image) = moved.to_mut().image_mut(sequence) {
                slices
                    .iter()
                    .enumerate()
                    .for_each(|(k, of)| of.read(image, k));
            }
        }
        moved
    }

    /// These moves, and then others.
    #[must_use]
    pub fn then(self, next: &Self) -> Self {
        Self(PerSequence::from_fn(|sequence| {
            match (&self.0[sequence][..], &next.0[sequence][..]) {
                (first, []) => first.to_vec(),
                ([], next) => next.to_vec(),
                (first, next) => first.iter().zip(next).map(|(a, b)| a.then(*b)).collect(),
            }
        }))
    }

    /// The labels of the moved images where a sequence showed them before it was moved, on the study's grid.
    ///
    /// # Panics
    /// If the labels have another shape than the study.
    pub fn undone<'a>(&self, sequence: Sequence, labels: &'a LabelMap) -> Cow<'a, LabelMap> {
        let mut undone = Cow::Borrowed(labels);
        let slices = self.0[sequence].iter().enumerate();
        for (k, of) in slices.filter(|(_, of)| **of != Move::NONE) {
            let there = of.undone(labels, k);
            undone.to_mut().slice_mut(k).copy_from_slice(&there);
        }
        undone
    }
}

impl Move {
    const NONE: Self = Self {
        shift: [0.0; 2],
        scale: 1.0,
    };

    /// Replaces a slice of an image by what is to be shown; pixels from outside are 0.
    fn read(self, image: &mut Volume<f32>, k: usize) {
        if self == Self::NONE {
            return;
        }
        let [columns, rows, _] = image.shape();
        let window = self.window([rows, columns]);
        let slice = image.slice(k).to_vec();
        let out = image.slice_mut(k);
        window.sample(&slice, [rows, columns], |pixel, value| {
            let (row, column) = (pixel / window.size(), pixel % window.size());
            if row < rows && column < columns {
                out[row * columns + column] = value;
            }
        });
    }

    /// The labels of a slice where they lie before the move; background where there are none.
    fn undone(self, labels: &LabelMap, k: usize) -> Vec<Label> {
        let [columns, rows, _] = labels.shape();
        let window = self.inverse().window([rows, columns]);
        let found = window.nearest(labels.slice(k), [rows, columns]);
        let lines = found.chunks_exact(window.size()).take(rows);
        lines.flat_map(|line| &line[..columns]).copied().collect()
    }

    /// The square of the pixels to be shown, over a slice.
    fn window(self, [rows, columns]: [usize; 2]) -> Window {
        let size = rows.max(columns);
        let middle = (size as f64 - 1.0) / 2.0;
        let centre = self.shift.map(|shift| middle + shift);
        Window::about(centre, size, [self.scale; 2])
    }

    fn then(self, next: Self) -> Self {
        Self {
            shift: [0, 1].map(|axis| self.shift[axis] + self.scale * next.shift[axis]),
            scale: self.scale * next.scale,
        }
    }

    fn inverse(self) -> Self {
        Self {
            shift: self.shift.map(|shift| -shift / self.scale),
            scale: self.scale.recip(),
        }
    }
}

/// What gives an image of wrong size the size of the stack: what lies at the heart stays there.
fn about_heart(grid: &Grid, heart: Option<HeartCentre>, wrong: &WrongSize) -> Move {
    let scale = wrong.header_mm / wrong.true_mm;
    let [columns, rows, _] = grid.shape();
    let middle = (columns.max(rows) as f64 - 1.0) / 2.0;
    let centre = Field::about(grid, heart).centre;
    Move {
        shift: centre.map(|centre| (1.0 - scale) * (centre - middle)),
        scale,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Affine, Spacing};

    fn grid() -> Grid {
        let spacing = Spacing::new_mm([1.0, 1.0, 10.0]).unwrap();
        Grid::new([64, 48, 2], Affine::from_spacing(spacing)).unwrap()
    }

    fn block(at: [usize; 3]) -> bool {
        (20..40).contains(&at[0]) && (12..30).contains(&at[1])
    }

    /// A block in an image that is moved, then the block's labels drawn there and put back.
    #[test]
    fn labels_drawn_on_a_moved_image_lie_on_it_as_it_was() {
        let image = Volume::from_fn(grid(), |at| if block(at) { 1.0 } else { 0.0 });
        let images = PerSequence {
            t2: Some(image),
            ..PerSequence::default()
        };
        let study = Study::new("p1", images, None).unwrap();
        let shift = |shift, scale| Move { shift, scale };
        for (first, then) in [
            (shift([3.0, -5.0], 1.0), Move::NONE),
            (shift([0.5, 2.0], 1.25), Move::NONE),
            (shift([-1.0, 4.0], 0.8), shift([2.0, 3.0], 1.0)),
        ] {
            let of = |slice| {
                let slices = vec![slice, Move::NONE];
                Moves(PerSequence {
                    t2: slices,
                    ..PerSequence::default()
                })
            };
            let step = of(first).applied(&study).into_owned();
            let moved = of(then).applied(&step).into_owned();
            let moves = of(first).then(&of(then));
            let drawn = moved.image(Sequence::T2).unwrap().map(|v| {
                if *v >= 0.5 {
                    Label::Scar
                } else {
                    Label::Background
                }
            });
            let back = moves.undone(Sequence::T2, &drawn);
            let right = Volume::from_fn(grid(), |at| {
                if block(at) {
                    Label::Scar
                } else {
                    Label::Background
                }
            });
            let wrong = |labels: &LabelMap| {
                let pairs = labels.data().iter().zip(right.data());
                pairs.filter(|(a, b)| a != b).count()
            };
            // A pixel along the border of 18 x 20 may round to either side.
            assert!(
                wrong(&back) <= 76,
                "{first:?} {then:?}: {} pixels",
                wrong(&back)
            );
            assert!(
                wrong(&drawn) > 100,
                "{first:?} {then:?}: {} pixels",
                wrong(&drawn)
            );
            assert_eq!(moves.undone(Sequence::Lge, &drawn).as_ref(), &drawn);
            assert_eq!(back.slice(1), right.slice(1), "a slice that stays as it is");
        }
    }
}
