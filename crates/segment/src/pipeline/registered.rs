//! Second stage: the sequences on one another, as the input of the networks.

use std::borrow::Cow;

use myops_image::preprocess::{
    Align, HeartCentre, Misalignment, Missing, Moves, Prepared, Registration, Restore, WrongSize,
    registration, wrong_sizes,
};
use myops_image::sequence::{PerSequence, Sequence};
use myops_image::study::Study;
use myops_measure::finding::Finding;

use super::Located;
use crate::alone::SeenAlone;
use crate::forward::Predictor;
use crate::probabilities::NotANumber;
use crate::recipe::Recipe;
use crate::segmentation::SegmentError;

/// The input of the networks, made of sequences that lie on one another, and the way back to the study's grid.
#[derive(Debug)]
pub struct Registered<'a> {
    pub(super) study: &'a Study,
    pub(super) input: Prepared,
    pub(super) restore: Restore,
    /// The shift of each sequence relative to those before it, where it was measured.
    pub(super) misalignment: PerSequence<Option<Misalignment>>,
    /// How the sequences were moved.
    pub(super) moves: Moves,
    pub(super) findings: Vec<Finding>,
}

impl<'a> Located<'a> {
    /// Measures how far the sequences lie from one another, moves those that clearly lie elsewhere where the recipe says
    /// so, and makes the input.
    ///
    /// Beside edges, the anatomy that `network` sees in each sequence alone tells where a sequence lies, if the network
    /// has learned to do with one.
    ///
    /// # Errors
    /// Where a sequence that is needed is missing, or the network's output is not a number.
    pub fn register(
        self,
        recipe: &Recipe,
        network: &Predictor,
    ) -> Result<Registered<'a>, SegmentError> {
        let Self {
            study,
            frame,
            mut findings,
        } = self;
        let mut measured = PerSequence::default();
        let mut moves = Moves::default();
        let corrects = recipe.align == Align::Correct;
        if corrects {
            let wrong = wrong_sizes(study, frame.heart);
            findings.extend(wrong.iter().filter_map(|(sequence, wrong)| {
                let WrongSize { header_mm, true_mm } = (*wrong)?;
                Some(Finding::PixelSize {
                    sequence,
                    header_mm,
                    true_mm,
                })
            }));
            moves = Moves::of_sizes(study, frame.heart, &wrong);
        }
        let sized = moves.applied(study);
        let (mut input, mut restore) = recipe.preprocess.apply_in(&sized, frame)?;
        if recipe.align != Align::Off {
            let overlap = Overlap {
                recipe,
                network,
                input: &input,
                restore: &restore,
            };
            measured = overlap
                .registration(&sized, frame.heart)
                .map_err(SegmentError::of(study))?;
        }
        if corrects {
            let shifts = Moves::of_shifts(&sized, &measured);
            if let Cow::Owned(moved) = shifts.applied(&sized) {
                (input, restore) = recipe.preprocess.apply_in(&moved, frame)?;
            }
            moves = moves.then(&shifts);
        }
        for (sequence, found) in measured.iter() {
            let found = found.as_ref().map(|found| told(sequence, found, corrects));
            findings.extend(found.into_iter().flatten());
        }
        Ok(Registered {
            study,
            input,
            restore,
            misalignment: measured.map(|found| found.map(|found| found.whole)),
            moves,
            findings,
        })
    }
}

/// What is told of a sequence that lies elsewhere, or of which slices do.
fn told(
    sequence: Sequence,
    found: &Registration,
    corrected: bool,
) -> impl Iterator<Item = Finding> {
    let whole = found.whole.clear.then(|| Finding::Misaligned {
        sequence,
        shift_mm: found.whole.distance_mm(),
        corrected,
    });
    let slices = found.slices.iter();
    let largest = slices.clone().map(|own| own.apart_mm).reduce(f64::max);
    let slices = largest.map(|largest_mm| Finding::MisalignedSlices {
        sequence,
        slices: slices.map(|own| own.slice).collect(),
        largest_mm,
        corrected,
    });
    whole.into_iter().chain(slices)
}

/// What the misalignment of a study is measured by, beside its edges.
struct Overlap<'a> {
    recipe: &'a Recipe,
    network: &'a Predictor,
    input: &'a Prepared,
    restore: &'a Restore,
}

impl Overlap<'_> {
    fn registration(
        &self,
        study: &Study,
        heart: Option<HeartCentre>,
    ) -> Result<PerSequence<Option<Registration>>, NotANumber> {
        let needs_all = self.recipe.preprocess.missing == Missing::Refuse;
        if needs_all || study.missing().len() > 1 {
            return Ok(registration(study.images(), study.stack(), heart, None));
        }
        let seen = SeenAlone::by(self.network, self.input, study, self.restore, heart)?;
        Ok(registration(
            study.images(),
            study.stack(),
            heart,
            Some(&|a, b, shift_mm| seen.overlap(a, b, shift_mm)),
        ))
    }
}
