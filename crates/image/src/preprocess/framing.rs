//! The part of the slices that a network sees.

use serde::{Deserialize, Serialize};

use crate::label::LabelMap;

/// The centre of the square that a network sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Framing {
    /// The centre of the image.
    #[default]
    Central,
    /// The heart's centre, the same in all slices of a case.
    Heart,
}

/// The position and margin of the input within a study.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Frame {
    /// The heart's centre; without it, [`Framing::Heart`] uses the centre of the image.
    pub heart: Option<HeartCentre>,
    /// Pixels that are added on every side for augmentation; the normalisation of intensities
    /// ignores them.
    pub margin: usize,
}

/// The centre of the heart, `[row, column]` in pixels of the slices of a study.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeartCentre(pub [f64; 2]);

impl HeartCentre {
    /// The centre of the bounding box of all labelled voxels over all slices; `None` if there are
    /// none. The labels are on the grid of a study.
    pub fn of_labels(labels: &LabelMap) -> Option<Self> {
        let [columns, rows, _] = labels.labelled_box()?;
        Some(Self(
            [rows, columns].map(|range| (range.start + range.end - 1) as f64 / 2.0),
        ))
    }

    /// The centre of the bounding box of pixels `[row, column]` of an image; `None` if there are
    /// none.
    pub fn of_pixels(
        pixels: impl Iterator<Item = [usize; 2]>,
        [rows, columns]: [usize; 2],
    ) -> Option<Self> {
        let nothing = [[rows, 0], [columns, 0]];
        let found = pixels.fold(nothing, |[[top, bottom], [left, right]], [row, column]| {
            [
                [top.min(row), bottom.max(row)],
                [left.min(column), right.max(column)],
            ]
        });
        (found[0][0] <= found[0][1]).then(|| Self(found.map(|[from, to]| (from + to) as f64 / 2.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Affine, Grid, Spacing};
    use crate::label::Label;
    use crate::volume::Volume;

    fn grid() -> Grid {
        Grid::new(
            [20, 30, 3],
            Affine::from_spacing(Spacing::new_mm([1.0, 1.0, 10.0]).unwrap()),
        )
        .unwrap()
    }

    #[test]
    fn the_centre_is_that_of_the_box_over_all_slices() {
        let labels = Volume::from_fn(grid(), |voxel| match voxel {
            [4, 7, 0] => Label::RvPool,
            [10, 9, 2] => Label::Scar,
            _ => Label::Background,
        });
        assert_eq!(
            HeartCentre::of_labels(&labels),
            Some(HeartCentre([8.0, 7.0]))
        );
    }

    #[test]
    fn one_pixel_is_its_own_centre_and_nothing_has_none() {
        let one = Volume::from_fn(grid(), |v| {
            if v == [0, 0, 1] {
                Label::LvPool
            } else {
                Label::Background
            }
        });
        assert_eq!(HeartCentre::of_labels(&one), Some(HeartCentre([0.0, 0.0])));
        assert_eq!(
            HeartCentre::of_labels(&Volume::filled(grid(), Label::Background)),
            None
        );
    }
}
