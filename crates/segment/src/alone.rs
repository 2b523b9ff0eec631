//! What a network sees in each sequence alone, to tell whether the sequences lie on one another.

use myops_image::label::Region;
use myops_image::preprocess::{HeartCentre, Prepared, Restore};
use myops_image::sequence::{PerSequence, Sequence};
use myops_image::study::Study;

use super::decision::region_probabilities;
use super::flips::Flips;
use super::forward::Predictor;
use super::probabilities::NotANumber;

/// What has to lie on one another: a ring and what it encloses. T2 alone shows too little of the right ventricle.
const REGIONS: [Region; 2] = [Region::WALL, Region::LV_POOL];

/// The side of the square about the heart in which the anatomy is looked for, mm: room for a left ventricle that lies elsewhere by as
/// much as is searched.
const SIDE_MM: f64 = 112.0;

/// The anatomy that a network sees in each sequence alone.
#[derive(Debug)]
pub struct SeenAlone {
    /// The probability of each region, `[slice][row][column]`; none where a sequence is not there.
    maps: PerSequence<Vec<Vec<f32>>>,
    size: usize,
    pixel_mm: [f64; 2],
}

impl SeenAlone {
    /// Runs a network that does with one sequence over each of a study; about the heart, if the input is.
    ///
    /// # Errors
    /// Where the network's output is not a number.
    pub fn by(
        network: &Predictor,
        prepared: &Prepared,
        study: &Study,
        restore: &Restore,
        heart: Option<HeartCentre>,
    ) -> Result<Self, NotANumber> {
        let [row_mm, column_mm, _] = restore.spacing_mm();
        let about_heart = (SIDE_MM / row_mm.min(column_mm)).ceil() as usize;
        let about_heart = about_heart.next_multiple_of(network.side_multiple());
        let side = heart.map_or(prepared.size, |_| about_heart.min(prepared.size));
        let prepared = prepared.centre(side);
        let mut maps = PerSequence::default();
        for sequence in Sequence::ALL
            .into_iter()
            .filter(|s| study.image(*s).is_some())
        {
            let p = network.probabilities(&prepared.alone(sequence), Flips::None.mirrors(0, 1))?;
            let of_region = |region| {
                let mut map = region_probabilities(region, p.values());
                // In a slice that it does not show, a network draws the heart where it mostly is.
                let slices = map.chunks_exact_mut(prepared.size * prepared.size);
                for (slice, _) in slices
                    .zip(study.imaged(sequence))
                    .filter(|(_, seen)| !**seen)
                {
                    slice.fill(0.0);
                }
                map
            };
            maps[sequence] = REGIONS.map(of_region).into();
        }
        Ok(Self {
            maps,
            size: prepared.size,
            pixel_mm: [row_mm, column_mm],
        })
    }

    /// For each slice, the sum of the products of probabilities, a second sequence taken `shift_mm` (row, column; to whole
    /// pixels) away from a first.
    pub fn overlap(&self, first: Sequence, second: Sequence, shift_mm: [f64; 2]) -> Vec<f64> {
        let shift = [0, 1].map(|axis| (shift_mm[axis] / self.pixel_mm[axis]).round() as isize);
        let pixels = self.size * self.size;
        let slices = |sequence: Sequence, region: usize| {
            let map = self.maps[sequence].get(region);
            map.map_or(&[][..], Vec::as_slice).chunks_exact(pixels)
        };
        let of_region = |region: usize| {
            let pairs = slices(first, region).zip(slices(second, region));
            pairs.map(|(a, b)| products(a, b, self.size, shift))
        };
        let [wall, pool] = [0, 1].map(of_region);
        wall.zip(pool).map(|(wall, pool)| wall + pool).collect()
    }
}

/// The sum of the products of pixels of a first slice with those of a second a shift away, both `[row][column]`.
fn products(first: &[f32], second: &[f32], size: usize, [rows, columns]: [isize; 2]) -> f64 {
    let reach = columns.unsigned_abs().min(size);
    let [from, to] = if columns < 0 { [reach, 0] } else { [0, reach] };
    let mut sum = 0.0;
    for (row, a) in first.chunks_exact(size).enumerate() {
        let Some(row) = row.checked_add_signed(rows).filter(|row| *row < size) else {
            continue;
        };
        let b = &second[row * size..(row + 1) * size];
        sum += f64::from(dot(&a[from..size - to], &b[to..size - from]));
    }
    sum
}

/// The scalar product of two rows, as eight sums side by side, which a processor adds at once.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a, b) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest = a.remainder().iter().zip(b.remainder());
    let rest: f32 = rest.map(|(a, b)| a * b).sum();
    let mut sums = [0.0; 8];
    for (a, b) in a.zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pixel_that_lies_elsewhere_is_met_under_its_shift_alone() {
        let map = |row: usize, column: usize| {
            let pixel = |n: usize| if n == row * 4 + column { 0.5 } else { 0.0 };
            vec![(0..16).map(pixel).collect::<Vec<f32>>(), vec![0.0; 16]]
        };
        let maps = PerSequence {
            bssfp: map(2, 0),
            lge: map(1, 2),
            t2: Vec::new(),
        };
        let seen = SeenAlone {
            maps,
            size: 4,
            pixel_mm: [2.0, 1.0],
        };
        for (row, column) in (-3..=3).flat_map(|r| (-5..=5).map(move |c| (r, c))) {
            let shift_mm = [2.0 * f64::from(row), f64::from(column)];
            let expected = if (row, column) == (1, -2) { 0.25 } else { 0.0 };
            assert_eq!(
                seen.overlap(Sequence::Lge, Sequence::Bssfp, shift_mm),
                [expected],
                "{row} {column}"
            );
            assert_eq!(
                seen.overlap(Sequence::Lge, Sequence::T2, shift_mm),
                [0.0; 0]
            );
        }
    }
}
