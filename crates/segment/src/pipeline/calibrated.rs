//! Fourth stage: probabilities that come true as often as they say.

use myops_image::label::Label;
use myops_net::graph::Activation;

use super::{Predicted, Registered};
use crate::probabilities::{Probabilities, RawProbabilities};
use crate::recipe::Recipe;
use crate::segmentation::SegmentError;

/// A case with the calibrated mean of its networks' probabilities.
#[derive(Debug)]
pub struct Calibrated<'a> {
    pub(super) case: Registered<'a>,
    pub(super) mean: Probabilities,
    /// The labels that each of several networks gives alone, `[slice][row][column]`; none for a single network.
    pub(super) members: Vec<Vec<Label>>,
}

impl<'a> Predicted<'a> {
    /// Averages the networks and calibrates the mean, and each network for itself where there are several.
    ///
    /// # Errors
    /// Where a calibrated value is not a number.
    pub fn calibrate(
        self,
        recipe: &Recipe,
        activation: Activation,
    ) -> Result<Calibrated<'a>, SegmentError> {
        let Self { case, members } = self;
        let calibrate = |raw| {
            recipe
                .calibrate(activation, &case.input, raw)
                .map_err(SegmentError::of(case.study))
        };
        let mean = calibrate(RawProbabilities::mean(&members))?;
        // A single network agrees with itself, which says nothing.
        let several = if members.len() > 1 {
            members
        } else {
            Vec::new()
        };
        let members = several
            .into_iter()
            .map(|raw| Ok(recipe.pixel_labels(&calibrate(raw)?)))
            .collect::<Result<_, SegmentError>>()?;
        Ok(Calibrated {
            case,
            mean,
            members,
        })
    }
}
