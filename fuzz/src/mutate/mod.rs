//! Damaged files: what a file is tells how it is changed.

mod bytes;
mod container;
mod text;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub use container::Tensors;

/// A factor that spreads seeds over all bits (Knuth's multiplicative hash).
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// Input `n` of a run: the whole seeds come first, then changed ones, each drawn from `seed` and `n` alone.
///
/// `inside` is the share of changes that are made to what a container (gzip, safetensors, text) holds, with the container
/// put right again; the others damage the container.
pub fn input(seeds: &[Vec<u8>], inside: f64, seed: u64, n: u64) -> Vec<u8> {
    if let Some(whole) = usize::try_from(n).ok().and_then(|n| seeds.get(n)) {
        return whole.clone();
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed.wrapping_mul(SPREAD).wrapping_add(n));
    let [file, other] = [(); 2].map(|()| pick(seeds, &mut rng));
    changed(file, other, inside, &mut rng)
}

/// A file with some changes, some of them taken from another.
fn changed(file: &[u8], other: &[u8], inside: f64, rng: &mut ChaCha8Rng) -> Vec<u8> {
    if !rng.random_bool(inside) {
        return bytes::changed(file, other, rng);
    }
    if let Some(inner) = container::unpacked(file) {
        let other = container::unpacked(other).unwrap_or_default();
        return container::packed(&changed(&inner, &other, inside, rng), rng);
    }
    if let Some(tensors) = Tensors::parse(file) {
        return tensors.changed(inside, rng);
    }
    match (str::from_utf8(file), str::from_utf8(other)) {
        (Ok(text), Ok(other)) if !text.contains('\0') => {
            text::changed(text, other, rng).into_bytes()
        }
        _ => bytes::changed(file, other, rng),
    }
}

/// How many changes an input has: one in half of all, rarely more than five.
fn changes(rng: &mut ChaCha8Rng) -> u32 {
    1 + rng.random::<u32>().trailing_zeros().min(6)
}

fn pick<'a, T>(among: &'a [T], rng: &mut ChaCha8Rng) -> &'a T {
    &among[rng.random_range(0..among.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seeds() -> Vec<Vec<u8>> {
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        vec![
            vec![7; 400],
            container::packed(&[5; 300], &mut rng),
            br#"{"a": [1, 2.5, "b"], "c": null}"#.to_vec(),
        ]
    }

    #[test]
    fn inputs_repeat_and_begin_with_the_seeds() {
        let all = |seed| {
            (0..200)
                .map(|n| input(&seeds(), 0.75, seed, n))
                .collect::<Vec<_>>()
        };
        let (once, other) = (all(3), all(4));
        assert_eq!(once, all(3));
        assert_eq!(once[..3], seeds());
        assert_ne!(once[3..], other[3..]);
        assert!(
            once[3..]
                .iter()
                .filter(|input| !seeds().contains(input))
                .count()
                > 150
        );
    }

    #[test]
    fn what_gzip_holds_is_changed_and_packed_again() {
        let packed = &seeds()[1..2];
        let inner = (1..100).filter_map(|n| container::unpacked(&input(packed, 1.0, 1, n)));
        assert!(inner.filter(|inner| *inner != [5; 300]).count() > 60);
    }
}
