//! Drop-out whose mask is a function of a seed and of each value's place, so that the backward pass needs no copy of it
//! and the number of threads changes nothing.

use rayon::prelude::*;

/// Values that one piece of work handles.
const PIECE: usize = 1 << 15;

/// Sets a share `rate` of the values to 0 and divides the others by what is left.
pub fn dropout(values: &mut [f32], rate: f32, seed: u64) {
    let factor = 1.0 / (1.0 - rate);
    let pieces = values.par_chunks_mut(PIECE).enumerate();
    pieces.for_each(|(piece, values)| {
        for (n, value) in values.iter_mut().enumerate() {
            let kept = uniform(seed, (piece * PIECE + n) as u64) >= rate;
            *value = if kept { *value * factor } else { 0.0 };
        }
    });
}

/// A number in [0, 1) for each seed and place (`SplitMix64`; Steele et al., OOPSLA 2014).
fn uniform(seed: u64, place: u64) -> f32 {
    let mut z = seed.wrapping_add(place.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 40) as f32 / (1 << 24) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_that_is_asked_for_is_dropped_and_the_mean_stays() {
        let mut values = vec![1.0; 100_000];
        dropout(&mut values, 0.2, 7);
        let dropped = values.iter().filter(|v| **v == 0.0).count();
        assert!(dropped.abs_diff(20_000) < 600, "{dropped}");
        assert!(values.iter().all(|v| *v == 0.0 || *v == 1.25));
        let mut again = vec![1.0; 100_000];
        dropout(&mut again, 0.2, 7);
        assert_eq!(again, values);
        dropout(&mut again, 0.2, 8);
        assert!(again.contains(&1.5625), "another seed keeps others");
    }
}
