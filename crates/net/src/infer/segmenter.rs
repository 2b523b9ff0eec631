//! A trained network ready to segment studies.

use burn::tensor::{Device, Tensor, TensorData};
use myops_image::label::LabelMap;
use myops_image::preprocess::{Prepared, PreprocessError};
use myops_image::study::Study;

use super::header::ModelHeader;
use crate::model::Network;
use crate::weights::{StoreError, Stored, WeightsError};

/// Slices that pass through the network at once.
const BATCH: usize = 8;

/// A trained network with what comes before and after it.
#[derive(Debug)]
pub struct Segmenter {
    header: ModelHeader,
    network: Network,
    device: Device,
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
    /// Where the bytes are not whole, or the weights do not fit the network that they claim.
    pub fn from_bytes(bytes: &[u8], device: &Device) -> Result<Self, SegmenterError> {
        let Stored { settings, weights } = Stored::<ModelHeader>::from_bytes(bytes)?;
        let network = weights.load_into(settings.model.init(0, device))?;
        Ok(Self { header: settings, network, device: device.clone() })
    }

    /// What the weights say of themselves.
    pub fn header(&self) -> &ModelHeader {
        &self.header
    }

    /// Labels on the study's own grid.
    ///
    /// # Errors
    /// Where the network needs a sequence that the study does not have.
    pub fn segment(&self, study: &Study) -> Result<LabelMap, PreprocessError> {
        let (prepared, restore) = self.header.recipe.preprocess.apply(study)?;
        let probabilities = self.probabilities(&prepared);
        Ok(self.header.recipe.labels(&probabilities, self.header.model.classes, &restore))
    }

    /// The probability of each label in each pixel, `[slice][row][column][class]`.
    pub fn probabilities(&self, prepared: &Prepared) -> Vec<f32> {
        let Prepared { size, channels, .. } = *prepared;
        let batches = prepared.data.chunks(BATCH * size * size * channels);
        batches
            .flat_map(|batch| {
                let shape = [batch.len() / (size * size * channels), size, size, channels];
                let x = Tensor::<4>::from_data(TensorData::new(batch.to_vec(), shape), &self.device);
                let p = self.network.forward(x).probabilities(self.header.model.architecture);
                p.into_tensor().into_data().try_into_vec::<f32>().unwrap_or_default()
            })
            .collect()
    }
}
