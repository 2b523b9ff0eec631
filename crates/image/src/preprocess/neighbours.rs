//! Adjacent slices as additional channels.

use super::prepared::Prepared;

/// Appends to the channels of each slice those of adjacent slices: one below (towards the apex),
/// one above, two below, and so on. Beyond either end, the last slice is repeated.
pub fn with_neighbours(prepared: &Prepared, neighbours: usize) -> Prepared {
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
        let beside =
            (1..=neighbours).flat_map(|n| [slice.saturating_sub(n), (slice + n).min(slices - 1)]);
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
        assert_eq!(with_neighbours(&prepared, 0), prepared);
        let wide = with_neighbours(&prepared, 1);
        assert_eq!((wide.slices, wide.channels), (3, 6));
        assert_eq!(wide.data[..6], [1.0, 10.0, 1.0, 10.0, 2.0, 20.0]);
        assert_eq!(wide.data[6..12], [2.0, 20.0, 1.0, 10.0, 3.0, 30.0]);
        assert_eq!(wide.data[12..], [3.0, 30.0, 2.0, 20.0, 3.0, 30.0]);
        let wider = with_neighbours(&prepared, 2);
        assert_eq!(
            wider.data[..10],
            [1.0, 10.0, 1.0, 10.0, 2.0, 20.0, 1.0, 10.0, 3.0, 30.0]
        );
    }
}
