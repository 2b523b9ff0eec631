//! Whether a sequence shows the heart in another size than the stack, because its header gives a wrong pixel size.
//!
//! Programs that crop or enlarge images may leave the pixel size of the scanner in the header. Such images are on the pixels
//! of another sequence of the study, to which they were brought. The edges of the heart then agree better if the header's pixel
//! size is ignored.

use super::edges::{Edges, Scores};
use super::field::Field;
use crate::preprocess::framing::HeartCentre;
use crate::sequence::{PerSequence, Sequence};
use crate::study::Study;

/// The largest shift that is searched, pixels of 2 mm: 16 mm.
const REACH: usize = 8;
/// Pixel sizes that differ by less than this factor are not told apart.
const LEAST_FACTOR: f64 = 1.25;
/// Sizes of the heart that differ between sequences, since they show other phases of its beat.
const BEAT: [f64; 3] = [0.91, 1.0, 1.1];
/// How much better the edges have to agree if the header's pixel size is ignored. In 22 patients whose bSSFP has a wrong one it
/// is 1.01 times or more but for one, and at most 0.965 for 50 images of 25 patients with a right one.
const LEAST_GAIN: f64 = 1.0;

/// A sequence whose header gives a wrong pixel size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WrongSize {
    /// The pixel size that the header gives, mm.
    pub header_mm: f64,
    /// The pixel size with which the heart is as large as in the stack, mm.
    pub true_mm: f64,
}

/// The sequences whose header gives a wrong pixel size. Only those with other pixels than the stack are tried, and no other
/// size than that of the stack's pixels.
pub fn wrong_sizes(study: &Study, heart: Option<HeartCentre>) -> PerSequence<Option<WrongSize>> {
    let pixel_mm = |sequence| {
        let storage = study.storage_of(sequence)?;
        let [i_mm, j_mm, _] = storage.turn().grid(storage.grid()).spacing().mm();
        Some((i_mm * j_mm).sqrt())
    };
    let factor = |sequence| Some(pixel_mm(sequence)? / pixel_mm(study.stack())?);
    let is_alike = |factor: f64| (1.0 / LEAST_FACTOR..=LEAST_FACTOR).contains(&factor);
    let field = Field::about(study.grid(), heart);
    let fixed: Vec<Vec<Edges>> = Sequence::ALL
        .into_iter()
        .filter(|s| factor(*s).is_some_and(is_alike))
        .filter_map(|s| Some(field.edges(study.image(s)?, [0.0; 2], 1.0, REACH)))
        .collect();
    PerSequence::from_fn(|sequence| {
        let factor = factor(sequence).filter(|factor| !is_alike(*factor))?;
        let (header_mm, true_mm) = pixel_mm(sequence).zip(pixel_mm(study.stack()))?;
        let moving = study.image(sequence)?;
        let agreement = |scale| {
            let moving = field.edges(moving, [0.0; 2], scale, REACH);
            fixed
                .iter()
                .map(|fixed| agreement(fixed, &moving))
                .sum::<f64>()
        };
        let as_told = BEAT.into_iter().map(agreement).fold(0.0, f64::max);
        let ignored = BEAT
            .into_iter()
            .map(|beat| agreement(beat * factor))
            .fold(0.0, f64::max);
        (ignored > LEAST_GAIN * as_told).then_some(WrongSize { header_mm, true_mm })
    })
}

/// The largest agreement of two stacks of edges under one shift, as a share of the edges of the second.
fn agreement(fixed: &[Edges], moving: &[Edges]) -> f64 {
    let of_slice = |(fixed, moving): (&Edges, &Edges)| {
        Scores::of(REACH, |shift| fixed.agreement(moving, shift, REACH))
    };
    let scores = fixed.iter().zip(moving).map(of_slice);
    let best = scores
        .reduce(|sum, scores| sum.sum(&scores))
        .map_or(0.0, |sum| sum.best().1);
    let edges: f64 = moving.iter().map(|edges| edges.strength(REACH)).sum();
    if edges > 0.0 { best / edges } else { 0.0 }
}
