//! Slices that lie elsewhere than their sequence: each may have been imaged in a breath-hold of its own.

use super::edges::Scores;
use super::field::PIXEL_MM;
use super::shift::Misalignment;

/// The shift of a slice relative to the other sequences.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SliceShift {
    /// The slice, from 0.
    pub slice: usize,
    /// The shift from the others to it, `[row, column]`, mm.
    pub shift_mm: [f64; 2],
    /// How far it lies from where its sequence lies, mm.
    pub apart_mm: f64,
    /// The relative increase of the agreement over that with the shift of the sequence.
    pub gain: f64,
}

/// The least distance from the place of the sequence, mm.
const LEAST_MM: f64 = 3.0;

/// The least gain. Of the 204 slices of bSSFP and T2 of the 25 pre-aligned cases, one exceeds it. With slices shifted by 3 to 9
/// mm, every second at random, 67 are moved, 66 of them nearer to their place and none farther from it.
const LEAST_GAIN: f64 = 0.1;

/// The slices of a sequence that certainly lie elsewhere than the sequence, by the scores of each slice.
pub fn apart(whole: &Misalignment, edges: &[Scores], anatomy: &[Scores]) -> Vec<SliceShift> {
    let own = |(slice, (edges, anatomy)): (usize, (&Scores, &Scores))| {
        let found = own_shift(whole, edges, anatomy)?;
        Some(SliceShift { slice, ..found })
    };
    edges
        .iter()
        .zip(anatomy)
        .enumerate()
        .filter_map(own)
        .collect()
}

fn own_shift(whole: &Misalignment, edges: &Scores, anatomy: &Scores) -> Option<SliceShift> {
    let from = whole.certain_mm();
    let place = from.map(|mm| (mm / PIXEL_MM).round() as i32);
    let edges = edges.clone().relative_to(place)?;
    let anatomy = anatomy.clone().relative_to(place)?;
    let (to, score) = edges.clone().sum(&anatomy).best();
    let whole_to = to.map(|s| s.round() as i32);
    let shift_mm = to.map(|s| s * PIXEL_MM);
    let found = SliceShift {
        slice: 0,
        shift_mm,
        apart_mm: (shift_mm[0] - from[0]).hypot(shift_mm[1] - from[1]),
        gain: score / 2.0 - 1.0,
    };
    let sure = found.apart_mm >= LEAST_MM
        && found.gain >= LEAST_GAIN
        && edges.at(whole_to) > 1.0
        && anatomy.at(whole_to) > 1.0;
    sure.then_some(found)
}
