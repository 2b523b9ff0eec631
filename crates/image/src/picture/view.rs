//! A square of a slice, resampled to a tile.

use super::{Picture, Rgb, TILE, colour};
use crate::label::Label;

/// What a tile shows of a slice of `columns` by `rows` pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// Pixels of the slice along a row, and rows.
    pub size: [usize; 2],
    /// The upper left corner of the tile in pixels of the slice, whose first pixel reaches from 0 to 1.
    pub corner: [f32; 2],
    /// Pixels of the slice for one pixel of the tile, along a row and down a column.
    pub step: [f32; 2],
}

impl View {
    /// The square around a box of the slice, both in pixels; `mm` are the sides of a pixel, `margin_mm` is added on
    /// every side.
    pub fn around(size: [usize; 2], mm: [f32; 2], low: [usize; 2], high: [usize; 2], margin_mm: f32) -> Self {
        let extent = |a: usize| (high[a] + 1 - low[a]) as f32 * mm[a];
        let side_mm = extent(0).max(extent(1)) + 2.0 * margin_mm;
        let middle = |a: usize| (low[a] + high[a] + 1) as f32 / 2.0;
        let corner = [0, 1].map(|a| middle(a) - side_mm / 2.0 / mm[a]);
        Self { size, corner, step: mm.map(|d| side_mm / d / TILE as f32) }
    }

    /// The whole slice, its middle in the middle of the tile.
    pub fn whole(size: [usize; 2], mm: [f32; 2]) -> Self {
        Self::around(size, mm, [0, 0], size.map(|n| n.max(1) - 1), 0.0)
    }

    /// Calls `with` with each of the four pixels around a pixel of the tile that lie in the slice, and its weight.
    fn neighbours(&self, [u, v]: [usize; 2], mut with: impl FnMut(usize, f32)) {
        let x = self.corner[0] + (u as f32 + 0.5) * self.step[0] - 0.5;
        let y = self.corner[1] + (v as f32 + 0.5) * self.step[1] - 0.5;
        let (fx, fy) = (x - x.floor(), y - y.floor());
        for (dx, dy, weight) in [
            (0.0, 0.0, (1.0 - fx) * (1.0 - fy)),
            (1.0, 0.0, fx * (1.0 - fy)),
            (0.0, 1.0, (1.0 - fx) * fy),
            (1.0, 1.0, fx * fy),
        ] {
            let (px, py) = (x.floor() + dx, y.floor() + dy);
            if px >= 0.0 && py >= 0.0 && (px as usize) < self.size[0] && (py as usize) < self.size[1] {
                with(px as usize + self.size[0] * py as usize, weight);
            }
        }
    }

    /// The brightness of each pixel of the tile; 0 outside the slice.
    pub fn resample(&self, slice: &[f32]) -> Vec<f32> {
        each_pixel(|at| {
            let mut sum = 0.0;
            self.neighbours(at, |n, weight| sum += weight * slice[n]);
            sum
        })
    }

    /// The label with the greatest share around each pixel of the tile.
    pub fn resample_labels(&self, slice: &[Label]) -> Vec<Label> {
        each_pixel(|at| {
            let mut shares = [0.0; 6];
            self.neighbours(at, |n, weight| shares[slice[n].class()] += weight);
            let best = (0..6).max_by(|a, b| shares[*a].total_cmp(&shares[*b])).unwrap_or(0);
            if shares[best] > 0.0 { Label::ALL[best] } else { Label::Background }
        })
    }
}

fn each_pixel<T>(mut value: impl FnMut([usize; 2]) -> T) -> Vec<T> {
    (0..TILE * TILE).map(|n| value([n % TILE, n / TILE])).collect()
}

/// The 1st and 99th percentile of what a tile shows, of values that are finite.
pub fn window(tile: &[f32]) -> [f32; 2] {
    let mut values: Vec<f32> = tile.iter().copied().filter(|v| v.is_finite()).collect();
    if values.is_empty() {
        return [0.0, 1.0];
    }
    values.sort_unstable_by(f32::total_cmp);
    [0.01, 0.99].map(|q| values[(q * (values.len() - 1) as f32).round() as usize])
}

/// Draws a tile in greys at `(x, y)`, black at `low` and white at `high`.
pub fn draw_greys(picture: &mut Picture, x: usize, y: usize, tile: &[f32], [low, high]: [f32; 2]) {
    let range = (high - low).max(f32::MIN_POSITIVE);
    for (n, value) in tile.iter().enumerate() {
        let grey = (255.0 * ((value - low) / range).clamp(0.0, 1.0)).round() as u8;
        picture.set(x + n % TILE, y + n / TILE, [grey; 3]);
    }
}

/// Draws the outline of each label at `(x, y)`: those of its pixels that touch another label, in its colour.
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

/// Draws a tile without an image, with a remark in its middle.
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
        assert!((view.step[0] * TILE as f32 - 30.0).abs() < 1e-4 && (view.step[1] * TILE as f32 - 15.0).abs() < 1e-4);
    }

    #[test]
    fn outside_the_slice_is_black_and_background() {
        let view = View::around([2, 2], [1.0, 1.0], [0, 0], [1, 1], 10.0);
        assert_eq!(view.resample(&[5.0; 4])[0], 0.0);
        assert_eq!(view.resample_labels(&[Label::Scar; 4])[0], Label::Background);
        assert_eq!(view.resample_labels(&[Label::Scar; 4])[TILE / 2 * TILE + TILE / 2], Label::Scar);
    }

    #[test]
    fn the_window_leaves_out_the_extremes() {
        let mut values: Vec<f32> = (0..=100_u8).map(f32::from).collect();
        values[100] = 1e9;
        values.push(f32::NAN);
        assert_eq!(window(&values), [1.0, 99.0]);
        assert_eq!(window(&[]), [0.0, 1.0]);
    }
}
