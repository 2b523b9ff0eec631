//! All that is needed to resume an interrupted training with a bit-identical result, as bytes.

use std::collections::HashMap;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::schedule::LrState;
use myops_net::weights::StoreError;

/// How far a training has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The epoch that comes next, from 0.
    pub next_epoch: usize,
    /// Learning rate and best loss.
    pub schedule: LrState,
    /// Whether the training has come to its end.
    pub finished: bool,
    /// What each epoch gave.
    pub history: Vec<EpochRecord>,
}

/// What one epoch gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// The epoch, from 0.
    pub epoch: usize,
    /// The learning rate it ran with.
    pub learning_rate: f64,
    /// The mean training loss over its batches.
    pub loss: f64,
    /// The mean soft Dice of each label over its batches, in channel order.
    pub soft_dice: Vec<f64>,
    /// What the held-out cases gave, where there are any.
    pub validation: Option<Validation>,
}

/// What the held-out cases gave after an epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Validation {
    /// The mean loss.
    pub loss: f64,
    /// The mean Dice over cases of each scored region, by its name; the challenge's rule for empty masks.
    pub dice: Vec<(String, f64)>,
}

/// A training stopped between two epochs.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// How far it has come.
    pub progress: Progress,
    /// The network with its settings, as [`myops_net::weights::Stored`] writes it.
    pub model: Vec<u8>,
    /// Its moving average in the same form, where there is one.
    pub average: Option<Vec<u8>>,
    /// The optimiser's state, as [`super::Optimizer`] writes it.
    pub optimizer: Vec<u8>,
}

const PROGRESS: &str = "progress";

/// Bytes of the checksum at the end.
const CHECKSUM_BYTES: usize = 32;

impl Checkpoint {
    /// One safetensors file of byte strings, the progress in its header, and after it the SHA-256 of all its bytes.
    ///
    /// # Errors
    /// Where the progress cannot be written as JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>, StoreError> {
        let header = HashMap::from([(PROGRESS.to_owned(), serde_json::to_string(&self.progress)?)]);
        let view = |bytes| TensorView::new(Dtype::U8, vec![<[u8]>::len(bytes)], bytes);
        let mut views = vec![
            ("model", view(&self.model)?),
            ("optimizer", view(&self.optimizer)?),
        ];
        if let Some(average) = &self.average {
            views.push(("average", view(average)?));
        }
        let mut bytes = safetensors::serialize(views, Some(header))?;
        let checksum = Sha256::digest(&bytes);
        bytes.extend_from_slice(&checksum);
        Ok(bytes)
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// Where the bytes are not a whole checkpoint, or not those that were written; checkpoints of version 0.1.0 have no
    /// checksum and count as damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoreError> {
        let (bytes, checksum) = bytes
            .split_last_chunk::<CHECKSUM_BYTES>()
            .ok_or(StoreError::Damaged)?;
        if Sha256::digest(bytes)[..] != checksum[..] {
            return Err(StoreError::Damaged);
        }
        let (_, metadata) = SafeTensors::read_metadata(bytes)?;
        let header = metadata
            .metadata()
            .as_ref()
            .and_then(|m| m.get(PROGRESS))
            .ok_or(StoreError::NoSettings)?;
        let tensors = SafeTensors::deserialize(bytes)?;
        let take = |name| Ok::<_, StoreError>(tensors.tensor(name)?.data().to_vec());
        let average = tensors
            .names()
            .contains(&"average")
            .then(|| take("average"))
            .transpose()?;
        let progress = serde_json::from_str(header)?;
        Ok(Self {
            progress,
            model: take("model")?,
            average,
            optimizer: take("optimizer")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_read_back_is_the_same_and_any_other_bit_is_noticed() {
        let record = EpochRecord {
            epoch: 0,
            learning_rate: 1e-3,
            loss: 0.1 + 0.2,
            soft_dice: vec![0.5; 6],
            validation: Some(Validation {
                loss: 0.25,
                dice: vec![("scar".into(), 1.0 / 3.0)],
            }),
        };
        let progress = Progress {
            next_epoch: 1,
            schedule: LrState::new(1e-3),
            finished: false,
            history: vec![record],
        };
        for average in [None, Some(vec![7; 9])] {
            let checkpoint = Checkpoint {
                progress: progress.clone(),
                model: vec![1, 2, 3],
                average,
                optimizer: vec![],
            };
            let bytes = checkpoint.to_bytes().unwrap();
            assert_eq!(Checkpoint::from_bytes(&bytes).unwrap(), checkpoint);
            for bit in 0..bytes.len() * 8 {
                let mut flipped = bytes.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                assert!(
                    matches!(Checkpoint::from_bytes(&flipped), Err(StoreError::Damaged)),
                    "bit {bit}"
                );
            }
            assert!(Checkpoint::from_bytes(&bytes[..bytes.len() - 1]).is_err());
        }
    }
}
