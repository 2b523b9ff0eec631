//! The similarity of the edges of two images as a function of the shift between them.

use rayon::prelude::*;

/// The share of pixels whose edges count as noise.
const NOISE_SHARE: f64 = 0.7;

/// The normalised gradient in each pixel of a square image: a vector of length 0 (flat) to nearly 1
/// (clear edge).
#[derive(Debug, Clone)]
pub struct Edges {
    size: usize,
    directions: Vec<[f32; 2]>,
}

impl Edges {
    /// Computes the normalised gradients of an image `[size][size]`.
    pub fn of(values: &[f32], size: usize) -> Self {
        let at =
            |row: usize, column: usize| values[row.min(size - 1) * size + column.min(size - 1)];
        let slope = |pixel: usize| {
            let (r, c) = (pixel / size, pixel % size);
            [
                at(r + 1, c) - at(r.saturating_sub(1), c),
                at(r, c + 1) - at(r, c.saturating_sub(1)),
            ]
        };
        let mut directions: Vec<[f32; 2]> = (0..size * size).map(slope).collect();
        let mut lengths: Vec<f32> = directions.iter().map(|[dr, dc]| dr.hypot(*dc)).collect();
        let rank = ((lengths.len() - 1) as f64 * NOISE_SHARE) as usize;
        let noise = *lengths.select_nth_unstable_by(rank, f32::total_cmp).1;
        for [dr, dc] in &mut directions {
            let length = dr.hypot(*dc).hypot(noise);
            if length > 0.0 {
                (*dr, *dc) = (*dr / length, *dc / length);
            }
        }
        Self { size, directions }
    }

    /// The sum of the squared lengths of the gradients over the square that is `reach` pixels from the border: the largest
    /// agreement there can be.
    pub fn strength(&self, reach: usize) -> f64 {
        let inner = reach..self.size - reach;
        let rows = self.directions.chunks_exact(self.size);
        let rows = rows.skip(reach).take(inner.len());
        let line = |row: &[[f32; 2]]| {
            row[inner.clone()]
                .iter()
                .map(|[a, b]| a * a + b * b)
                .sum::<f32>()
        };
        rows.map(|row| f64::from(line(row))).sum()
    }

    /// The sum of the squared cosines between the gradients of both images, over the square that is
    /// `reach` pixels from the border, with the other image shifted by `shift` (row, column; whole
    /// pixels). The sign of a gradient is ignored, since the contrasts of sequences differ.
    pub fn agreement(&self, moving: &Self, shift: [i32; 2], reach: usize) -> f64 {
        let inner = reach..self.size - reach;
        let mut sum = 0.0;
        for row in inner.clone() {
            let other = (row as i32 + shift[0]) as usize * self.size;
            let start = ((other + inner.start) as i32 + shift[1]) as usize;
            let fixed =
                &self.directions[row * self.size + inner.start..row * self.size + inner.end];
            let line = fixed
                .iter()
                .zip(&moving.directions[start..start + inner.len()]);
            sum += f64::from(
                line.map(|(a, b)| (a[0] * b[0] + a[1] * b[1]).powi(2))
                    .sum::<f32>(),
            );
        }
        sum
    }
}

/// A score for every whole shift up to a reach along both axes.
#[derive(Debug, Clone)]
pub struct Scores {
    reach: i32,
    /// `[row][column]` from `-reach` to `reach`.
    values: Vec<f64>,
}

impl Scores {
    /// Computes each score.
    pub fn of(reach: usize, score: impl Fn([i32; 2]) -> f64 + Sync) -> Self {
        let (reach, side) = (reach as i32, 2 * reach as i32 + 1);
        let shift = |n: i32| [n / side - reach, n % side - reach];
        Self {
            reach,
            values: (0..side * side)
                .into_par_iter()
                .map(|n| score(shift(n)))
                .collect(),
        }
    }

    /// Computes the scores of several slices at once.
    pub fn of_slices(reach: usize, scores: impl Fn([i32; 2]) -> Vec<f64> + Sync) -> Vec<Self> {
        let (reach, side) = (reach as i32, 2 * reach as i32 + 1);
        let shift = |n: i32| [n / side - reach, n % side - reach];
        let all: Vec<Vec<f64>> = (0..side * side)
            .into_par_iter()
            .map(|n| scores(shift(n)))
            .collect();
        let slices = all.first().map_or(0, Vec::len);
        let of_slice = |k: usize| Self {
            reach,
            values: all.iter().map(|scores| scores[k]).collect(),
        };
        (0..slices).map(of_slice).collect()
    }

    /// The scores divided by the score of no shift, if that is above 0.
    pub fn relative(self) -> Option<Self> {
        self.relative_to([0, 0])
    }

    /// The scores divided by the score of a whole shift, if that is above 0.
    pub fn relative_to(mut self, shift: [i32; 2]) -> Option<Self> {
        let rest = self.at(shift);
        self.values.iter_mut().for_each(|v| *v /= rest);
        (rest > 0.0).then_some(self)
    }

    /// The sum of several.
    pub fn sum(mut self, other: &Self) -> Self {
        self.values
            .iter_mut()
            .zip(&other.values)
            .for_each(|(a, b)| *a += b);
        self
    }

    /// The score of a whole shift, clamped to the reach.
    pub fn at(&self, shift: [i32; 2]) -> f64 {
        let [row, column] = shift.map(|s| (s.clamp(-self.reach, self.reach) + self.reach) as usize);
        self.values[row * (2 * self.reach as usize + 1) + column]
    }

    /// The shift with the largest score, refined by parabolas between whole shifts, with the score
    /// of the whole shift. At the end of an axis there is no refinement.
    pub fn best(&self) -> ([f64; 2], f64) {
        let side = 2 * self.reach + 1;
        let (index, &top) = self
            .values
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(b.1))
            .unwrap_or((0, &0.0));
        let best = [
            index as i32 / side - self.reach,
            index as i32 % side - self.reach,
        ];
        let place = [0, 1].map(|axis| {
            if best[axis].abs() == self.reach {
                return f64::from(best[axis]);
            }
            let beside = |step: i32| {
                let mut shift = best;
                shift[axis] += step;
                self.at(shift)
            };
            f64::from(best[axis]) + peak(beside(-1), top, beside(1))
        });
        (place, top)
    }
}

/// The position of the maximum of a parabola through three values at -1, 0 and 1.
fn peak(before: f64, at: f64, after: f64) -> f64 {
    let curvature = before - 2.0 * at + after;
    if curvature < 0.0 {
        (0.5 * (before - after) / curvature).clamp(-0.5, 0.5)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_of_a_parabola_by_hand() {
        // -(x - 0.25)^2 at -1, 0, 1.
        assert!((peak(-1.5625, -0.0625, -0.5625) - 0.25).abs() < 1e-12);
        assert_eq!(peak(1.0, 1.0, 1.0), 0.0);
        let scores = Scores::of(3, |[row, column]| {
            -f64::from((row - 2).pow(2) + (column + 1).pow(2))
        });
        assert_eq!(scores.best(), ([2.0, -1.0], 0.0));
    }

    #[test]
    fn a_square_turned_dark_is_found_where_it_went() {
        let square = |top: usize, left: usize, inside: f32| {
            let pixel = |p: usize| {
                (top..top + 6).contains(&(p / 24)) && (left..left + 6).contains(&(p % 24))
            };
            Edges::of(
                &(0..24 * 24)
                    .map(|p| if pixel(p) { inside } else { 1.0 })
                    .collect::<Vec<_>>(),
                24,
            )
        };
        let (fixed, moved) = (square(9, 9, 2.0), square(7, 12, 0.5));
        let (place, _) = Scores::of(4, |shift| fixed.agreement(&moved, shift, 4)).best();
        assert!(
            (place[0] + 2.0).abs() < 0.1 && (place[1] - 3.0).abs() < 0.1,
            "{place:?}"
        );
    }
}
