//! Third stage: what each network says of each pixel.

use super::Registered;
use crate::forward::Predictor;
use crate::probabilities::RawProbabilities;
use crate::recipe::Recipe;
use crate::segmentation::SegmentError;

/// A case with the probabilities that each network gives.
#[derive(Debug)]
pub struct Predicted<'a> {
    pub(super) case: Registered<'a>,
    /// One entry a network.
    pub(super) members: Vec<RawProbabilities>,
}

impl<'a> Registered<'a> {
    /// Runs every network over the input and its mirrored images.
    ///
    /// # Errors
    /// Where a network's output is not a number.
    pub fn predict(
        self,
        recipe: &Recipe,
        networks: &[Predictor],
    ) -> Result<Predicted<'a>, SegmentError> {
        let run = |(n, network): (usize, &Predictor)| {
            network.probabilities(&self.input, recipe.flips.mirrors(n, networks.len()))
        };
        let members = networks.iter().enumerate().map(run);
        let members = members
            .collect::<Result<_, _>>()
            .map_err(SegmentError::of(self.study))?;
        Ok(Predicted {
            case: self,
            members,
        })
    }
}
