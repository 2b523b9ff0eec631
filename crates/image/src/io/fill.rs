//! Fill values outside the acquired part of an image.
//!
//! Padding, the default of a resampling and a circular field of view leave one exact value from the
//! border of the slices inwards. It says nothing about the patient, but it would enter means,
//! percentiles and interpolation like tissue. Scanners fill with 0, which all later steps treat as
//! "no data"; other fill values become 0 when a case is read.

use crate::sequence::Sequence;
use crate::volume::Volume;

/// A corner of a slice is filled if one value continues from it along an edge for one part in
/// `RUN_SHARE` of the edge and at least `RUN_PIXELS`: noise and tissue do not repeat a value so
/// often.
const RUN_SHARE: usize = 16;
const RUN_PIXELS: usize = 8;
/// The number of filled corners that identify a fill value far below all other values; one may
/// occur by chance. Other values need half of all corners, because smooth air in 8 bits (at most a
/// quarter of the corners in EMIDEC) and saturated bright tissue also continue along edges.
const CORNERS: usize = 2;
/// A value is far from others if its distance is at least this share of their range.
const FAR_SHARE: f32 = 0.05;
/// Resampling blends a fill value with adjacent tissue, and cubic interpolation overshoots: pixels
/// within this distance also count as filled if their values are far from all tissue.
const RIM_PIXELS: usize = 3;

/// A fill value other than 0 at the border of an image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fill {
    /// The image.
    pub sequence: Sequence,
    /// The value, which was replaced by 0.
    pub value: f32,
    /// The share of the voxels that had it, 0 to 1.
    pub share: f64,
}

/// Replaces fill values at the border of an image by 0, and returns them.
pub(super) fn remove_fills(sequence: Sequence, image: &mut Volume<f32>) -> Vec<Fill> {
    let plane = Plane::of(image);
    let mut fills = Vec::new();
    for (value, corners) in plane.corner_values(image.data()) {
        let Some(others) = Others::than(value, image.data()) else {
            continue;
        };
        let far_below = others.least - value > FAR_SHARE * (others.largest - others.least);
        if corners >= if far_below { CORNERS } else { 2 * plane.slices } {
            let mut filled = plane.filled(value, &others, image.data());
            plane.add_rim(&mut filled, image.data());
            let mut replaced = 0_usize;
            for (v, _) in image
                .data_mut()
                .iter_mut()
                .zip(&filled)
                .filter(|(_, filled)| **filled)
            {
                *v = 0.0;
                replaced += 1;
            }
            fills.push(Fill {
                sequence,
                value,
                share: replaced as f64 / filled.len() as f64,
            });
        }
    }
    fills
}

/// The range of all values of an image other than the fill value.
struct Others {
    least: f32,
    largest: f32,
}

impl Others {
    /// `None` if the other voxels have fewer than two different values.
    #[expect(clippy::float_cmp, reason = "a fill is the very same value everywhere")]
    fn than(value: f32, data: &[f32]) -> Option<Self> {
        let others = data.iter().copied().filter(|v| *v != value);
        let (least, largest) = others.fold((f32::MAX, f32::MIN), |(a, b), v| (a.min(v), b.max(v)));
        (least < largest).then_some(Self { least, largest })
    }
}

/// The memory layout of the slices of an image: sizes and steps along both axes of a slice, number
/// and step of slices.
struct Plane {
    sides: [usize; 2],
    steps: [usize; 2],
    slices: usize,
    slice_step: usize,
}

impl Plane {
    fn of(image: &Volume<f32>) -> Self {
        let shape = image.shape();
        let steps = [1, shape[0], shape[0] * shape[1]];
        let (slice, a, b) = match image.grid().slice_axis() {
            0 => (0, 1, 2),
            1 => (1, 0, 2),
            _ => (2, 0, 1),
        };
        let (sides, in_plane) = ([shape[a], shape[b]], [steps[a], steps[b]]);
        Self {
            sides,
            steps: in_plane,
            slices: shape[slice],
            slice_step: steps[slice],
        }
    }

    /// The position in memory of pixel `[u, v]` of a slice.
    fn at(&self, slice: usize, [u, v]: [usize; 2]) -> usize {
        slice * self.slice_step + u * self.steps[0] + v * self.steps[1]
    }

    /// The values other than 0 that continue from a corner of a slice along an edge, with the
    /// number of such corners.
    #[expect(clippy::float_cmp, reason = "a fill is the very same value everywhere")]
    fn corner_values(&self, data: &[f32]) -> Vec<(f32, usize)> {
        let mut found: Vec<(f32, usize)> = Vec::new();
        let mut add = |value: f32, corners: usize| match found.iter_mut().find(|(v, _)| *v == value)
        {
            Some((_, sum)) => *sum += corners,
            None => found.push((value, corners)),
        };
        for corner in 0..4 * self.slices {
            let slice = corner / 4;
            let end = [
                (corner & 1) * (self.sides[0] - 1),
                (corner >> 1 & 1) * (self.sides[1] - 1),
            ];
            let value = data[self.at(slice, end)];
            let runs = |axis: usize| {
                let pixel = |n: usize| {
                    let mut pixel = end;
                    pixel[axis] = pixel[axis].abs_diff(n);
                    data[self.at(slice, pixel)]
                };
                let side = self.sides[axis];
                let needed = (side / RUN_SHARE).max(RUN_PIXELS);
                needed <= side && (0..needed).all(|n| pixel(n) == value)
            };
            if value != 0.0 && (runs(0) || runs(1)) {
                // A slice of one value has no other content, so it counts as half of all corners.
                let blank = self
                    .pixels()
                    .all(|pixel| data[self.at(slice, pixel)] == value);
                add(value, if blank { 2 * self.slices } else { 1 });
            }
        }
        found
    }

    /// Every pixel `[u, v]` of a slice.
    fn pixels(&self) -> impl Iterator<Item = [usize; 2]> {
        let [columns, rows] = self.sides;
        (0..rows).flat_map(move |v| (0..columns).map(move |u| [u, v]))
    }

    /// The four neighbours of a pixel within the slice.
    fn beside(&self, [u, v]: [usize; 2]) -> impl Iterator<Item = [usize; 2]> {
        let [columns, rows] = self.sides;
        let beside = [
            [u + 1, v],
            [u.wrapping_sub(1), v],
            [u, v + 1],
            [u, v.wrapping_sub(1)],
        ];
        beside
            .into_iter()
            .filter(move |[u, v]| *u < columns && *v < rows)
    }

    /// The mask of a fill value: pixels with the value that are connected to the border of their
    /// slice, or all pixels with the value if it is outside the range of all other values.
    #[expect(clippy::float_cmp, reason = "a fill is the very same value everywhere")]
    fn filled(&self, value: f32, others: &Others, data: &[f32]) -> Vec<bool> {
        if value < others.least || value > others.largest {
            return data.iter().map(|v| *v == value).collect();
        }
        let mut filled = vec![false; data.len()];
        let [columns, rows] = self.sides;
        for slice in 0..self.slices {
            let mut open: Vec<[usize; 2]> =
                (0..columns).flat_map(|u| [[u, 0], [u, rows - 1]]).collect();
            open.extend((0..rows).flat_map(|v| [[0, v], [columns - 1, v]]));
            while let Some(pixel) = open.pop() {
                let at = self.at(slice, pixel);
                if data[at] == value && !filled[at] {
                    filled[at] = true;
                    open.extend(self.beside(pixel));
                }
            }
        }
        filled
    }

    /// Adds pixels near the filled ones whose values are far from those of all pixels that are not
    /// near.
    fn add_rim(&self, filled: &mut [bool], data: &[f32]) {
        let mut near = filled.to_vec();
        let reach =
            |n: usize, side: usize| n.saturating_sub(RIM_PIXELS)..(n + RIM_PIXELS + 1).min(side);
        for slice in 0..self.slices {
            let edge = |pixel: &[usize; 2]| {
                filled[self.at(slice, *pixel)]
                    && self.beside(*pixel).any(|p| !filled[self.at(slice, p)])
            };
            for [u, v] in self.pixels().filter(edge) {
                for around in reach(v, self.sides[1]) {
                    reach(u, self.sides[0]).for_each(|u| near[self.at(slice, [u, around])] = true);
                }
            }
        }
        let tissue = data.iter().zip(&near).filter(|(_, near)| !**near);
        let (least, largest) = tissue.fold((f32::MAX, f32::MIN), |(a, b), (v, _)| {
            (a.min(*v), b.max(*v))
        });
        if least >= largest {
            return;
        }
        let margin = FAR_SHARE * (largest - least);
        for ((filled, near), v) in filled.iter_mut().zip(near).zip(data) {
            *filled |= near && (*v < least - margin || *v > largest + margin);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Affine, Grid, Spacing};

    /// 40 x 32 pixels in three slices: tissue of 100 to 199 without two equal neighbours, and
    /// `fill` where `filled` is true.
    fn image(axis: usize, fill: f32, filled: impl Fn([usize; 3]) -> bool) -> Volume<f32> {
        let (mut shape, mut mm) = ([40, 32, 3], [1.0, 1.0, 10.0]);
        shape.swap(axis, 2);
        mm.swap(axis, 2);
        let grid = Grid::new(shape, Affine::from_spacing(Spacing::new_mm(mm).unwrap())).unwrap();
        Volume::from_fn(grid, |mut voxel| {
            voxel.swap(axis, 2);
            let [i, j, k] = voxel;
            if filled(voxel) {
                fill
            } else {
                (100 + (37 * i + 53 * j + 29 * k) % 100) as f32
            }
        })
    }

    fn fills(image: &Volume<f32>) -> (Vec<f32>, usize) {
        let mut cleared = image.clone();
        let found = remove_fills(Sequence::T2, &mut cleared);
        let changed = image
            .data()
            .iter()
            .zip(cleared.data())
            .filter(|(a, b)| a != b);
        assert!(changed.clone().all(|(_, b)| *b == 0.0));
        (
            found.iter().map(|fill| fill.value).collect(),
            changed.count(),
        )
    }

    #[test]
    fn frames_of_any_value_become_zero_whatever_the_slice_axis() {
        for axis in 0..3 {
            for value in [-1024.0, -1.0, -32768.0, 32767.0] {
                let frame = image(axis, value, |[i, j, _]| i < 6 || j >= 30);
                let pixels = 3 * (6 * 32 + 34 * 2);
                assert_eq!(
                    fills(&frame),
                    (vec![value], pixels),
                    "fill {value}, slice axis {axis}"
                );
            }
        }
    }

    #[test]
    fn a_circular_field_of_view_a_thin_frame_and_a_blank_slice_are_filled() {
        let circle =
            |[i, j, _]: [usize; 3]| (i as i64 - 20).pow(2) + (j as i64 - 16).pow(2) > 15 * 15;
        assert_eq!(fills(&image(2, -7.0, circle)).0, [-7.0]);
        assert_eq!(fills(&image(2, -7.0, |[i, ..]| i == 39)), (vec![-7.0], 96));
        assert_eq!(fills(&image(2, -7.0, |[.., k]| k == 0)), (vec![-7.0], 1280));
        assert_eq!(fills(&image(2, 98.0, |[.., k]| k == 0)), (vec![98.0], 1280));
    }

    #[test]
    fn tissue_blended_with_a_fill_goes_with_it() {
        let mut image = image(2, -1024.0, |[i, ..]| i < 6);
        for k in 0..3 {
            for j in 0..32 {
                image[[6, j, k]] = -460.0;
                image[[7, j, k]] = 130.0;
            }
        }
        assert_eq!(fills(&image), (vec![-1024.0], 3 * 7 * 32));
    }

    #[test]
    fn tissue_of_the_value_of_a_fill_stays() {
        // Tissue has the fill value too: only pixels connected to the border are replaced.
        let image = image(2, 150.0, |[i, ..]| i < 5);
        assert!(image.data().iter().filter(|v| **v == 150.0).count() > 3 * 5 * 32);
        let (found, cleared) = fills(&image);
        assert_eq!(found, [150.0]);
        assert!((480..500).contains(&cleared), "{cleared}");
    }

    #[test]
    fn what_is_no_fill_stays() {
        assert_eq!(
            fills(&image(2, 0.0, |[i, ..]| i < 5)),
            (vec![], 0),
            "a fill of 0 is what others become"
        );
        assert_eq!(
            fills(&image(2, 9.0, |[i, j, _]| i < 4 && j < 4)),
            (vec![], 0),
            "too small to be one"
        );
        let saturated = |[i, j, _]: [usize; 3]| i < 15 && j < 12;
        assert_eq!(
            fills(&image(2, 255.0, saturated)),
            (vec![], 0),
            "bright tissue at one corner of each slice"
        );
        assert_eq!(fills(&image(2, 9.0, |_| false)), (vec![], 0));
        let air = |[i, j, k]: [usize; 3]| k < 2 && i < 15 && j > 20;
        assert_eq!(
            fills(&image(2, 99.0, air)),
            (vec![], 0),
            "smooth air just below the rest"
        );
        assert_eq!(
            fills(&image(2, -99.0, air)).0,
            [-99.0],
            "a corner that a resampler filled"
        );
        let mut mask = image(2, 1.0, |[i, ..]| i < 20);
        mask.data_mut()
            .iter_mut()
            .filter(|v| **v > 1.0)
            .for_each(|v| *v = 0.0);
        assert_eq!(fills(&mask), (vec![], 0), "nothing would be left");
    }
}
