//! Adjacent slices as additional channels.

use super::prepared::Prepared;

/// The distance at which networks are shown the slices beside a slice, mm: that of a usual stack of slices of 8 mm with gaps.
/// Networks learned neighbours at least so far apart, in which the wall lies elsewhere.
const BESIDE_MM: f64 = 12.0;

/// The number of slices to the next one that counts as a neighbour: 1, unless slices follow on one another so closely that
/// others are nearer to [`BESIDE_MM`].
pub fn stride(distance_mm: f64) -> usize {
    (BESIDE_MM / distance_mm).round().max(1.0) as usize
}

/// Appends to the channels of each slice those of the slices `stride` and its multiples away: one below (towards the apex),
/// one above, two below, and so on. Beyond either end, the last slice is repeated.
pub fn with_neighbours(prepared: &Prepared, neighbours: usize, stride: usize) -> Prepared {
    let Prepared {
        slices,
        size,
        channels,
        ref data,
    } = *prepared;
    let own = size * size * channels;
    let wide = channels * (1 + 2 * neighbours);
    let mut out = vec![0.0; slices * size * size * wide];
    for (slice, out) in out.chunks_exact_mut(size * size * wide).enumerate() {
        let beside = (1..=neighbours)
            .map(|n| n * stride)
            .flat_map(|n| [slice.saturating_sub(n), (slice + n).min(slices - 1)]);
        for (place, from) in std::iter::once(slice).chain(beside).enumerate() {
            let pixels = data[from * own..(from + 1) * own].chunks_exact(channels);
            for (out, pixel) in out.chunks_exact_mut(wide).zip(pixels) {
                out[place * channels..(place + 1) * channels].copy_from_slice(pixel);
            }
        }
    }
    Prepared {
        slices,
        size,
        channels: wide,
        data: out,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_stand_below_and_above_and_the_last_for_those_beyond() {
        let prepared = Prepared {
            slices: 3,
            size: 1,
            channels: 2,
            data: vec![1.0, 10.0, 2.0, 20.0, 3.0, 30.0],
        };
        assert_eq!(with_neighbours(&prepared, 0, 1), prepared);
        let wide = with_neighbours(&prepared, 1, 1);
        assert_eq!((wide.slices, wide.channels), (3, 6));
        assert_eq!(wide.data[..6], [1.0, 10.0, 1.0, 10.0, 2.0, 20.0]);
        assert_eq!(wide.data[6..12], [2.0, 20.0, 1.0, 10.0, 3.0, 30.0]);
        assert_eq!(wide.data[12..], [3.0, 30.0, 2.0, 20.0, 3.0, 30.0]);
        let wider = with_neighbours(&prepared, 2, 1);
        assert_eq!(
            wider.data[..10],
            [1.0, 10.0, 1.0, 10.0, 2.0, 20.0, 1.0, 10.0, 3.0, 30.0]
        );
    }

    #[test]
    fn neighbours_lie_about_as_far_apart_as_in_training() {
        let strides = [23.0, 12.0, 10.0, 8.0, 5.0, 2.5, 1.0].map(stride);
        assert_eq!(strides, [1, 1, 1, 2, 2, 5, 12]);
        let prepared = Prepared {
            slices: 4,
            size: 1,
            channels: 1,
            data: vec![1.0, 2.0, 3.0, 4.0],
        };
        let beside = with_neighbours(&prepared, 1, 2).data;
        assert_eq!(beside[..6], [1.0, 1.0, 3.0, 2.0, 1.0, 4.0]);
        assert_eq!(beside[6..], [3.0, 1.0, 4.0, 4.0, 2.0, 4.0]);
    }
}
