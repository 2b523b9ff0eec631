//! The exact Euclidean distance from some points of a box to the nearest of others, on anisotropic voxels.
//!
//! Squared distances separate along the axes (Felzenszwalb and Huttenlocher 2012): a sweep along `k` first, then the
//! lower envelope of parabolas along `j`, then along `i` in those rows alone that are asked for.

/// The distance (mm) of each point of `from` to the nearest of `to`; both are positions in a box of `shape`, `i`
/// fastest. Infinite where `to` is empty.
pub fn distances_to(
    to: &[usize],
    from: &[usize],
    shape: [usize; 3],
    spacing_mm: [f64; 3],
) -> Vec<f64> {
    let mut squared = vec![f64::INFINITY; shape.iter().product()];
    for &at in to {
        squared[at] = 0.0;
    }
    sweep_slices(&mut squared, shape[0] * shape[1], spacing_mm[2]);
    envelope_columns(&mut squared, shape, spacing_mm[1]);
    query_rows(&squared, from, shape[0], spacing_mm[0])
}

/// Turns marks (0 where a point lies, else infinite) into squared distances along `k`.
fn sweep_slices(squared: &mut [f64], per_slice: usize, step_mm: f64) {
    if per_slice == 0 {
        return;
    }
    let slices = squared.len() / per_slice;
    for k in 1..slices {
        let (before, after) = squared.split_at_mut(k * per_slice);
        step(
            &before[(k - 1) * per_slice..],
            &mut after[..per_slice],
            step_mm,
        );
    }
    for k in (1..slices).rev() {
        let (before, after) = squared.split_at_mut(k * per_slice);
        step(
            &after[..per_slice],
            &mut before[(k - 1) * per_slice..],
            step_mm,
        );
    }
    for mm in squared {
        *mm *= *mm;
    }
}

fn step(from: &[f64], to: &mut [f64], step_mm: f64) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = to.min(from + step_mm);
    }
}

fn envelope_columns(squared: &mut [f64], [ni, nj, _]: [usize; 3], step_mm: f64) {
    let mut envelope = Envelope::default();
    for slice in squared.chunks_exact_mut((ni * nj).max(1)) {
        for i in 0..ni {
            envelope.build(slice[i..].iter().step_by(ni).copied(), step_mm);
            let mut reader = envelope.reader();
            for j in 0..nj {
                slice[i + ni * j] = reader.at(j as f64 * step_mm);
            }
        }
    }
}

fn query_rows(squared: &[f64], from: &[usize], ni: usize, step_mm: f64) -> Vec<f64> {
    let mut envelope = Envelope::default();
    let mut distances = Vec::with_capacity(from.len());
    for points in from.chunk_by(|a, b| a / ni == b / ni) {
        let row = points[0] / ni;
        envelope.build(squared[row * ni..(row + 1) * ni].iter().copied(), step_mm);
        let mut reader = envelope.reader();
        distances.extend(
            points
                .iter()
                .map(|at| reader.at((at % ni) as f64 * step_mm).sqrt()),
        );
    }
    distances
}

/// The lower envelope of parabolas `(x - position)² + height`, as its pieces from left to right.
#[derive(Debug, Default)]
struct Envelope {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, Copy)]
struct Piece {
    /// Where this parabola becomes the lowest.
    from: f64,
    position: f64,
    height: f64,
}

impl Envelope {
    /// Builds the envelope of parabolas at multiples of `step_mm`; infinite heights have none.
    fn build(&mut self, heights: impl Iterator<Item = f64>, step_mm: f64) {
        self.pieces.clear();
        for (n, height) in heights.enumerate() {
            if height == f64::INFINITY {
                continue;
            }
            let position = n as f64 * step_mm;
            let mut from = f64::NEG_INFINITY;
            while let Some(last) = self.pieces.last() {
                let rise =
                    (height + position * position) - (last.height + last.position * last.position);
                from = rise / (2.0 * (position - last.position));
                if from > last.from {
                    break;
                }
                self.pieces.pop();
                from = f64::NEG_INFINITY;
            }
            self.pieces.push(Piece {
                from,
                position,
                height,
            });
        }
    }

    fn reader(&self) -> Reader<'_> {
        Reader {
            pieces: &self.pieces,
        }
    }
}

/// Reads an envelope from left to right.
struct Reader<'a> {
    pieces: &'a [Piece],
}

impl Reader<'_> {
    /// The envelope at `x`, which must not lie left of an earlier one.
    fn at(&mut self, x: f64) -> f64 {
        while let [_, next, ..] = self.pieces
            && next.from <= x
        {
            self.pieces = &self.pieces[1..];
        }
        self.pieces.first().map_or(f64::INFINITY, |piece| {
            (x - piece.position).powi(2) + piece.height
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn brute_force(
        to: &[usize],
        from: &[usize],
        [ni, nj, _]: [usize; 3],
        mm: [f64; 3],
    ) -> Vec<f64> {
        let place = |at: usize| {
            [
                (at % ni) as f64 * mm[0],
                (at / ni % nj) as f64 * mm[1],
                (at / ni / nj) as f64 * mm[2],
            ]
        };
        let distance = |a: usize, b: usize| {
            place(a)
                .iter()
                .zip(place(b))
                .map(|(a, b)| (a - b).powi(2))
                .sum::<f64>()
                .sqrt()
        };
        from.iter()
            .map(|&a| {
                to.iter()
                    .map(|&b| distance(a, b))
                    .fold(f64::INFINITY, f64::min)
            })
            .collect()
    }

    proptest! {
        #[test]
        fn distances_are_those_of_every_pair(
            shape in prop::array::uniform3(1_usize..7),
            spacing_mm in prop::array::uniform3(0.3_f64..12.0),
            marks in prop::collection::vec(0_u8..8, 216),
        ) {
            let voxels = shape.iter().product();
            let with = |bit: u8| (0..voxels).filter(|&v| marks[v] & bit == bit).collect::<Vec<_>>();
            let (to, from) = (with(6), with(1));
            let found = distances_to(&to, &from, shape, spacing_mm);
            for (found, expected) in found.iter().zip(brute_force(&to, &from, shape, spacing_mm)) {
                prop_assert!(*found == expected || (found - expected).abs() < 1e-9, "{found} {expected}");
            }
        }
    }
}
