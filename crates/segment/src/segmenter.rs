//! Trained networks ready to segment studies.

use myops_image::sequence::Sequence;
use myops_image::study::Study;
use myops_net::engine::Device;
use myops_net::weights::{StoreError, WeightsError};
use rayon::prelude::*;

use super::file::ModelFile;
use super::forward::Predictor;
use super::header::ModelHeader;
use super::locator::Locator;
use super::pipeline::Located;
use super::segmentation::{SegmentError, Segmentation};

/// Trained networks with what comes before and after them.
#[derive(Debug)]
pub struct Segmenter {
    header: ModelHeader,
    locator: Option<Locator>,
    members: Vec<Predictor>,
    /// What segments cases of which LGE alone was imaged, where that is not these networks.
    lge_alone: Option<Box<Self>>,
}

/// Why weights cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SegmenterError {
    /// The bytes are not weights of this program.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The weights do not fit the network that they claim.
    #[error(transparent)]
    Weights(#[from] WeightsError),
}

impl Segmenter {
    /// Reads a safetensors file's bytes.
    ///
    /// # Errors
    /// Where the bytes are not whole, or the weights do not fit the networks that they claim.
    pub fn from_bytes(bytes: &[u8], device: &Device) -> Result<Self, SegmenterError> {
        Ok(Self::new(ModelFile::from_bytes(bytes)?, device)?)
    }

    /// Puts weights into the networks that the header names.
    ///
    /// # Errors
    /// Where they do not fit.
    pub fn new(file: ModelFile, device: &Device) -> Result<Self, WeightsError> {
        let ModelFile {
            header,
            locator,
            members,
            lge_alone,
        } = file;
        let locator = match (header.locator, locator) {
            (Some(header), Some(weights)) => Some(Locator::new(header, &weights, device)?),
            _ => None,
        };
        let members = members
            .into_par_iter()
            .enumerate()
            .map(|(n, weights)| Predictor::new(header.member(n), &weights, device))
            .collect::<Result<_, _>>()?;
        let lge_alone = lge_alone.map(|file| Self::new(*file, device)).transpose()?;
        Ok(Self {
            header,
            locator,
            members,
            lge_alone: lge_alone.map(Box::new),
        })
    }

    /// What the weights say of themselves.
    pub fn header(&self) -> &ModelHeader {
        &self.header
    }

    /// Labels on the study's grid, with all that is known of them.
    ///
    /// # Errors
    /// Where the network needs a sequence that the study does not have, or its output is not a number.
    pub fn segment(&self, study: &Study) -> Result<Segmentation, SegmentError> {
        let shows_lge_alone = study.missing() == [Sequence::Bssfp, Sequence::T2];
        if let Some(model) = self.lge_alone.as_ref().filter(|_| shows_lge_alone) {
            return model.segment(study);
        }
        // A thread of the pool begins each layer itself; any other would hand it over and be woken at its end.
        rayon::scope(|_| {
            let ModelHeader { model, recipe, .. } = &self.header;
            let activation = model.architecture.activation();
            let case = Located::find(study, self.locator.as_ref())?
                .register(recipe, &self.members[0])?
                .predict(recipe, &self.members)?
                .calibrate(recipe, activation)?
                .decide(recipe);
            Ok(case.label())
        })
    }
}
