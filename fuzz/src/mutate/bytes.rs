//! Changes to bytes of which nothing is known but that numbers lie near the start.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{changes, pick};

/// Integers at the ends of their types and of the program's own bounds.
#[rustfmt::skip]
const INTEGERS: [i64; 24] = [
    0, 1, 2, 3, 4, 7, 8, 16, 64, 127, 128, 255, 256, 348, 540, 1024, 32_767, 32_768, 65_535, 65_536, 0x7FFF_FFFF,
    0xFFFF_FFFF, i64::MAX, -1,
];
const FLOATS: [f64; 12] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    1e-30,
    1e30,
    3.5e38,
    f64::MAX,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];
/// Bytes that one change adds, and that an input has, at most.
const MOST_ADDED: usize = 1 << 12;
const MOST: usize = 1 << 18;

/// The file with some bytes changed, left out, doubled or taken from another.
pub fn changed(file: &[u8], other: &[u8], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = file.to_vec();
    for _ in 0..changes(rng) {
        let at = place(bytes.len(), rng);
        let end = (at + 1 + place(MOST_ADDED, rng)).min(bytes.len());
        match rng.random_range(0..12) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 if bytes.len() < MOST => {
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
            3 => bytes
                .splice(at.., other[place(other.len(), rng)..].iter().copied())
                .for_each(drop),
            4 => bytes
                .iter_mut()
                .zip(other)
                .skip(at)
                .take(end - at)
                .for_each(|(byte, new)| *byte = *new),
            _ => poke(&mut bytes, rng),
        }
    }
    bytes
}

/// Changes a bit, a byte or a number and leaves the length.
pub fn poke(bytes: &mut [u8], rng: &mut ChaCha8Rng) {
    let mut at = place(bytes.len(), rng);
    let width = *pick(&[1, 2, 4, 8], rng);
    if rng.random_bool(0.75) {
        at -= at % width;
    }
    let Some(old) = bytes.get_mut(at..).and_then(|rest| rest.get_mut(..width)) else {
        return;
    };
    let mut number = match rng.random_range(0..4) {
        0 => old
            .iter()
            .copied()
            .map(|byte| byte ^ (1 << rng.random_range(0..8)))
            .collect(),
        1 if width == 4 => (*pick(&FLOATS, rng) as f32).to_le_bytes().to_vec(),
        1 => pick(&FLOATS, rng).to_le_bytes().to_vec(),
        2 => {
            let step = rng.random_range(-16..=16_i64);
            let mut bytes = [0; 8];
            bytes[..width].copy_from_slice(old);
            i64::from_le_bytes(bytes)
                .wrapping_add(step)
                .to_le_bytes()
                .to_vec()
        }
        _ => pick(&INTEGERS, rng).to_le_bytes().to_vec(),
    };
    number.truncate(width);
    if rng.random_bool(0.3) {
        number.reverse();
    }
    old.copy_from_slice(&number);
}

/// A place in `len` bytes (0 where there are none): anywhere, or in the first 64, 128, 256 and so on, all as likely.
fn place(len: usize, rng: &mut ChaCha8Rng) -> usize {
    let near = 64_usize << rng.random_range(0..8_u32);
    rng.random_range(0..len.min(near).max(1)).min(len)
}
