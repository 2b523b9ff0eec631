//! Slices that show nothing: blank ones, and those whose values were cut off at the largest that the file could hold, so that
//! tissue has one value there.

use crate::volume::Volume;

/// A slice is saturated if this share of its pixels has the largest value of the image. In images of 8 bits, whose brightest
/// blood and fat are cut off on purpose, it is .025 at most.
const SATURATED_SHARE: f64 = 0.25;
/// Values that differ by less than this share count as one, since interpolation rounds.
const ROUNDING: f32 = 1e-4;

/// Whether an image has one value in a slice.
pub fn is_blank(image: &Volume<f32>, k: usize) -> bool {
    image.slice(k).windows(2).all(|pair| pair[0] == pair[1])
}

/// Whether each slice of an image is saturated. A slice that has one value throughout is blank, not saturated, and 0 means that
/// there is no signal, also where all others are negative.
pub fn saturated_slices(image: &Volume<f32>) -> Vec<bool> {
    let largest = image.data().iter().copied().fold(f32::MIN, f32::max);
    let is_largest = |v: &&f32| **v != 0.0 && **v >= largest - ROUNDING * largest.abs();
    let is_saturated = |k| {
        let slice = image.slice(k);
        let cut_off = slice.iter().filter(is_largest).count();
        cut_off < slice.len() && cut_off as f64 >= SATURATED_SHARE * slice.len() as f64
    };
    (0..image.shape()[2]).map(is_saturated).collect()
}
