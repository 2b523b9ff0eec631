//! A square of a slice, resampled to a tile.

use super::{Picture, Rgb, TILE, colour};
use crate::label::Label;

/// The part of a slice of `columns` by `rows` pixels that a tile shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// The number of columns and rows of the slice.
    pub size: [usize; 2],
    /// The upper left corner of the tile in pixels of the slice; the first pixel extends from 0 to
    /// 1.
    pub corner: [f32; 2],
    /// The size of a pixel of the tile in pixels of the slice, along rows and columns.
    pub step: [f32; 2],
}

impl View {
    /// The square around a box of the slice, in pixels; `mm` is the size of a pixel, and
    /// `margin_mm` is added on every side.
    pub fn around(
        size: [usize; 2],
        mm: [f32; 2],
        low: [usize; 2],
        high: [usize; 2],
        margin_mm: f32,
    ) -> Self {
        let extent = |a: usize| (high[a] + 1 - low[a]) as f32 * mm[a];
        let side_mm = extent(0).max(extent(1)) + 2.0 * margin_mm;
        let middle = |a: usize| (low[a] + high[a] + 1) as f32 / 2.0;
        let corner = [0, 1].map(|a| middle(a) - side_mm / 2.0 / mm[a]);
        Self {
            size,
            corner,
            step: mm.map(|d| side_mm / d / TILE as f32),
        }
    }

    /// The whole slice, centred in the tile.
    pub fn whole(size: [usize; 2], mm: [f32; 2]) -> Self {
        Self::around(size, mm, [0, 0], size.map(|n| n.max(1) - 1), 0.0)
    }

    /// The brightness of each pixel of the tile, interpolated; 0 outside the slice.
    pub fn resample(&self, slice: &[f32]) -> Vec<f32> {
        let columns = self.beside(0);
        let mut tile = Vec::with_capacity(TILE * TILE);
        for row in self.beside(1) {
            let mut line = vec![0.0; self.size[0]];
            for (j, share) in row.into_iter().flatten() {
                let pairs = line.iter_mut().zip(&slice[j * self.size[0]..]);
                pairs.for_each(|(sum, v)| *sum += share * v);
            }
            tile.extend(columns.iter().map(|column| {
                let taps = column.iter().flatten();
                taps.map(|(i, share)| share * line[*i]).sum::<f32>()
            }));
        }
        tile
    }

    /// The label with the largest share in each pixel of the tile.
    pub fn resample_labels(&self, slice: &[Label]) -> Vec<Label> {
        let (columns, rows) = (self.beside(0), self.beside(1));
        let mut tile = Vec::with_capacity(TILE * TILE);
        for row in &rows {
            for column in &columns {
                let (mut around, mut count) = ([(Label::Background, 0.0); 4], 0);
                for (j, down) in row.iter().flatten() {
                    for (i, across) in column.iter().flatten() {
                        around[count] = (slice[i + self.size[0] * j], across * down);
                        count += 1;
                    }
                }
                tile.push(largest_share(&around[..count]));
            }
        }
        tile
    }

    /// The two nearest columns (axis 0) or rows (axis 1) of the slice for each pixel of the tile,
    /// with their weights; fewer at the border.
    fn beside(&self, axis: usize) -> [[Option<(usize, f32)>; 2]; TILE] {
        std::array::from_fn(|n| {
            let at = self.corner[axis] + (n as f32 + 0.5) * self.step[axis] - 0.5;
            let (floor, share) = (at.floor(), at - at.floor());
            let there = |at: f32, share: f32| {
                (share > 0.0 && at >= 0.0 && at < self.size[axis] as f32)
                    .then_some((at as usize, share))
            };
            [there(floor, 1.0 - share), there(floor + 1.0, share)]
        })
    }
}

/// The label with the largest share; background if there are none.
fn largest_share(around: &[(Label, f32)]) -> Label {
    let Some(((first, _), others)) = around.split_first() else {
        return Label::Background;
    };
    if others.iter().all(|(label, _)| label == first) {
        return *first;
    }
    let mut shares = [0.0; 6];
    for (label, share) in around {
        shares[label.class()] += share;
    }
    let best = (0..6).max_by(|a, b| shares[*a].total_cmp(&shares[*b]));
    Label::ALL[best.unwrap_or(0)]
}

/// Draws the grey values of a tile at `(x, y)`.
pub fn draw_greys(picture: &mut Picture, x: usize, y: usize, tile: &[u8]) {
    for (n, grey) in tile.iter().enumerate() {
        picture.set(x + n % TILE, y + n / TILE, [*grey; 3]);
    }
}

/// Draws the outline of each label at `(x, y)`: its pixels that touch another label, in its colour.
pub fn draw_outlines(picture: &mut Picture, x: usize, y: usize, tile: &[Label]) {
    for (n, label) in tile.iter().enumerate() {
        let (u, v) = (n % TILE, n / TILE);
        let differs = |at: usize| tile[at] != *label;
        let edge = u > 0 && differs(n - 1)
            || u + 1 < TILE && differs(n + 1)
            || v > 0 && differs(n - TILE)
            || v + 1 < TILE && differs(n + TILE);
        if let (true, Some(colour)) = (edge, colour(*label)) {
            picture.set(x + u, y + v, colour);
        }
    }
}

/// Draws a tile without an image, with a note in its centre.
pub fn draw_empty(picture: &mut Picture, x: usize, y: usize, remark: &str, colour: Rgb) {
    picture.fill(x, y, TILE, TILE, super::EMPTY);
    let left = x + (TILE.saturating_sub(super::font::width(remark, 2))) / 2;
    picture.text(left, y + TILE / 2 - 8, remark, 2, colour);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_square_in_millimetres_and_centred_on_its_box() {
        let view = View::around([100, 100], [1.0, 2.0], [40, 40], [59, 44], 5.0);
        // 20 mm by 10 mm, so a square of 30 mm: 30 columns and 15 rows.
        assert_eq!(view.corner, [35.0, 35.0]);
        assert!(
            (view.step[0] * TILE as f32 - 30.0).abs() < 1e-4
                && (view.step[1] * TILE as f32 - 15.0).abs() < 1e-4
        );
    }

    #[test]
    fn outside_the_slice_is_black_and_background() {
        let view = View::around([2, 2], [1.0, 1.0], [0, 0], [1, 1], 10.0);
        assert_eq!(view.resample(&[5.0; 4])[0], 0.0);
        assert_eq!(
            view.resample_labels(&[Label::Scar; 4])[0],
            Label::Background
        );
        assert_eq!(
            view.resample_labels(&[Label::Scar; 4])[TILE / 2 * TILE + TILE / 2],
            Label::Scar
        );
    }
}
