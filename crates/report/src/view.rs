//! A case as readers are used to see it.

use std::ops::Range;

use myops_image::label::LabelMap;
use myops_image::orientation::Orientation;
use myops_image::preprocess::{HeartCentre, Misalignment, misalignment};
use myops_image::sequence::{PerSequence, Sequence};
use myops_image::volume::Volume;

/// Around the labelled heart, in mm.
const AROUND_HEART_MM: f64 = 15.0;
/// A square has at most this many times the columns and rows of the slice: about a slice far longer than it is wide, most
/// of a square would be empty.
const MOST_OF_SLICE: usize = 4;

/// Labels and images on canonical axes, and the same with the head on top, where the header tells it.
#[derive(Debug, Clone)]
pub struct CaseView<'a> {
    canonical: (&'a LabelMap, &'a PerSequence<Option<Volume<f32>>>),
    labels: LabelMap,
    images: PerSequence<Option<Volume<f32>>>,
}

/// A square (in mm) of every slice, as voxels; of a slice far longer than it is wide, a part of the square.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Square {
    /// The first column and row; they may lie outside the slice.
    pub corner: [i64; 2],
    /// Columns and rows.
    pub size: [usize; 2],
}

impl<'a> CaseView<'a> {
    /// Turns a case upright. Labels and images must be on one grid of canonical axes, as those of a
    /// [`Study`](myops_image::study::Study) are; there may be no images.
    pub fn of(labels: &'a LabelMap, images: &'a PerSequence<Option<Volume<f32>>>) -> Self {
        let shown = Orientation::display(labels.grid());
        let upright = |image: &Option<Volume<f32>>| {
            let image = image.as_ref()?;
            Some(shown.apply(image).into_owned())
        };
        Self {
            canonical: (labels, images),
            labels: shown.apply(labels).into_owned(),
            images: images.as_ref().map(upright),
        }
    }

    /// How far the sequences lie from one another, by their edges about the labelled heart.
    pub fn misalignment(&self) -> PerSequence<Option<Misalignment>> {
        let (labels, images) = self.canonical;
        misalignment(images, Sequence::Lge, HeartCentre::of_labels(labels), None)
    }

    /// The label map.
    pub fn labels(&self) -> &LabelMap {
        &self.labels
    }

    /// The images, each where there is one.
    pub fn images(&self) -> &PerSequence<Option<Volume<f32>>> {
        &self.images
    }

    /// The image of a sequence, where there is one.
    pub fn image(&self, sequence: Sequence) -> Option<&Volume<f32>> {
        self.images[sequence].as_ref()
    }

    /// The square about the heart, or the whole slice where nothing is labelled.
    pub fn square(&self) -> Square {
        let [ni, nj, _] = self.labels.shape();
        let [x, y, _] = self.labels.spacing().mm();
        let (columns, rows, margin_mm) = match self.labels.labelled_box() {
            Some([i, j, _]) => (i, j, AROUND_HEART_MM),
            None => (0..ni, 0..nj, 0.0),
        };
        let side_mm = (columns.len() as f64 * x).max(rows.len() as f64 * y) + 2.0 * margin_mm;
        let size = [(x, ni), (y, nj)]
            .map(|(mm, n)| ((side_mm / mm).round() as usize).clamp(1, MOST_OF_SLICE * n));
        let corner =
            |range: Range<usize>, size: usize| ((range.start + range.end) as i64 - size as i64) / 2;
        let corner = [corner(columns, size[0]), corner(rows, size[1])];
        Square { corner, size }
    }
}

impl Square {
    /// What a slice shows of the square, row after row; `outside` where the slice ends.
    pub fn cut<T: Copy>(self, slice: &[T], columns: usize, outside: T) -> Vec<T> {
        let rows = slice.len() / columns;
        let at = |u: usize, v: usize| {
            let (i, j) = (self.corner[0] + u as i64, self.corner[1] + v as i64);
            let inside = i >= 0 && j >= 0 && (i as usize) < columns && (j as usize) < rows;
            if inside {
                slice[i as usize + columns * j as usize]
            } else {
                outside
            }
        };
        (0..self.size[1])
            .flat_map(|v| (0..self.size[0]).map(move |u| (u, v)))
            .map(|(u, v)| at(u, v))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use myops_image::geometry::{Affine, Grid, Spacing};
    use myops_image::label::Label;

    use super::*;

    #[test]
    fn the_square_holds_the_heart_with_its_margin() {
        let grid = Grid::new(
            [100, 60, 1],
            Affine::from_spacing(Spacing::new_mm([1.0, 2.0, 8.0]).unwrap()),
        )
        .unwrap();
        let heart = |[i, j, _]: [usize; 3]| (40..60).contains(&i) && (20..25).contains(&j);
        let labels = Volume::from_fn(grid, |v| {
            if heart(v) {
                Label::Scar
            } else {
                Label::Background
            }
        });
        let none = PerSequence::default();
        let view = CaseView::of(&labels, &none);
        // 20 mm by 10 mm and 15 mm around: 50 mm, which are 50 columns and 25 rows.
        assert_eq!(
            view.square(),
            Square {
                corner: [25, 10],
                size: [50, 25]
            }
        );
        let cut = view
            .square()
            .cut(view.labels().slice(0), 100, Label::Background);
        assert_eq!(
            (cut.len(), cut.iter().filter(|l| **l == Label::Scar).count()),
            (1250, 100)
        );
        let background = labels.map(|_| Label::Background);
        let empty = CaseView::of(&background, &none);
        // A slice of 100 mm by 120 mm is shown in a square of 120 mm.
        assert_eq!(
            empty.square(),
            Square {
                corner: [-10, 0],
                size: [120, 60]
            }
        );
    }

    #[test]
    fn a_strip_takes_no_square_of_its_length() {
        let grid = Grid::new(
            [2000, 2, 1],
            Affine::from_spacing(Spacing::new_mm([1.0, 0.01, 8.0]).unwrap()),
        )
        .unwrap();
        let (labels, none) = (
            LabelMap::filled(grid, Label::Background),
            PerSequence::default(),
        );
        let view = CaseView::of(&labels, &none);
        assert_eq!(view.square().size, [2000, 8]);
    }

    #[test]
    fn a_square_past_the_edge_is_filled() {
        let square = Square {
            corner: [-1, 0],
            size: [3, 2],
        };
        assert_eq!(square.cut(&[1, 2, 3, 4], 2, 0), [0, 1, 2, 0, 3, 4]);
    }
}
