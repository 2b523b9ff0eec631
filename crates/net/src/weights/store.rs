//! Weights as safetensors bytes, with the settings they belong to in the header.

use std::collections::HashMap;

use half::f16;
use half::slice::HalfFloatSliceExt;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Serialize, de::DeserializeOwned};

use super::{Weight, Weights};
use crate::model::ModelSettingsError;

/// The key of the settings in the header.
const SETTINGS_KEY: &str = "myops";

/// Weights and the settings that say what they are weights of.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored<S> {
    /// What the weights belong to.
    pub settings: S,
    /// The weights.
    pub weights: Weights,
}

/// How exactly weights are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// 32-bit floats.
    Full,
    /// 16-bit floats, but for vectors (biases and statistics), which take no room.
    Half,
}

/// Why bytes are not stored weights.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Not the safetensors format, or cut short.
    #[error("not a whole safetensors file: {0}")]
    Format(#[from] safetensors::SafeTensorError),
    /// The header does not say what the weights belong to.
    #[error("the safetensors header has no \"{SETTINGS_KEY}\" entry: these weights are not from this program")]
    NoSettings,
    /// The settings in the header cannot be read.
    #[error("the settings in the safetensors header cannot be read: {0}")]
    Settings(#[from] serde_json::Error),
    /// The header names a network that there cannot be.
    #[error("the safetensors header: {0}")]
    Model(#[from] ModelSettingsError),
    /// The header counts no networks, or too many.
    #[error("the safetensors header: members = {0}: need 1 to 64")]
    Members(usize),
    /// A tensor belongs to another network.
    #[error("tensor {0} is of another network")]
    Stray(String),
    /// A tensor is not of 32- or 16-bit floats.
    #[error("tensor {path} holds {dtype:?}: F32 and F16 can be read")]
    Type {
        /// The tensor.
        path: String,
        /// What it holds.
        dtype: Dtype,
    },
}

impl<S: Serialize + DeserializeOwned> Stored<S> {
    /// Writes settings and weights as safetensors, values as 32-bit floats.
    ///
    /// # Errors
    /// Where the settings cannot be written as JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>, StoreError> {
        self.to_bytes_in(Precision::Full)
    }

    /// Writes settings and weights as safetensors.
    ///
    /// # Errors
    /// Where the settings cannot be written as JSON.
    pub fn to_bytes_in(&self, precision: Precision) -> Result<Vec<u8>, StoreError> {
        let order: Vec<&str> = self.weights.iter().map(|(path, _)| path).collect();
        let header = HashMap::from([
            (SETTINGS_KEY.to_owned(), serde_json::to_string(&self.settings)?),
            ("order".to_owned(), serde_json::to_string(&order)?),
        ]);
        let encoded: Vec<_> = self.weights.iter().map(|(path, w)| (path, encode(w, precision))).collect();
        let views = encoded
            .iter()
            .zip(self.weights.iter())
            .map(|((path, (dtype, bytes)), (_, w))| Ok((*path, TensorView::new(*dtype, w.shape.clone(), bytes)?)))
            .collect::<Result<Vec<_>, safetensors::SafeTensorError>>()?;
        with_sorted_header(safetensors::serialize(views, Some(header))?)
    }

    /// Reads what [`Self::to_bytes`] wrote; 16-bit floats are widened.
    ///
    /// # Errors
    /// Where the bytes are no safetensors, have no settings, or hold another type.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoreError> {
        let (_, metadata) = SafeTensors::read_metadata(bytes)?;
        let header = metadata.metadata().as_ref().ok_or(StoreError::NoSettings)?;
        let settings = serde_json::from_str(header.get(SETTINGS_KEY).ok_or(StoreError::NoSettings)?)?;
        let tensors = SafeTensors::deserialize(bytes)?;
        let order: Vec<String> = match header.get("order") {
            Some(order) => serde_json::from_str(order)?,
            None => tensors.names().into_iter().map(str::to_owned).collect(),
        };
        let mut weights = Weights::default();
        for path in order {
            let tensor = tensors.tensor(&path)?;
            let values = match tensor.dtype() {
                Dtype::F32 => tensor.data().as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
                Dtype::F16 => {
                    let halves = tensor.data().as_chunks().0.iter().map(|b| f16::from_le_bytes(*b));
                    halves.collect::<Vec<_>>().to_f32_vec()
                }
                dtype => return Err(StoreError::Type { path, dtype }),
            };
            weights.insert(path, Weight { shape: tensor.shape().to_vec(), values });
        }
        Ok(Self { settings, weights })
    }
}

fn encode(weight: &Weight, precision: Precision) -> (Dtype, Vec<u8>) {
    let values = weight.values.iter();
    if precision == Precision::Half && weight.shape.len() > 1 {
        (Dtype::F16, values.flat_map(|v| f16::from_f32(*v).to_le_bytes()).collect())
    } else {
        (Dtype::F32, values.flat_map(|v| v.to_le_bytes()).collect())
    }
}

/// The same file with the keys of its header in the order of the alphabet: the format's crate leaves that of the settings
/// to chance, and equal weights are to be equal files.
fn with_sorted_header(file: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    let Some((length, rest)) = file.split_first_chunk::<8>() else { return Ok(file) };
    let Some((header, data)) = rest.split_at_checked(u64::from_le_bytes(*length) as usize) else { return Ok(file) };
    let mut header = serde_json::to_vec(&serde_json::from_slice::<serde_json::Value>(header)?)?;
    header.resize(header.len().next_multiple_of(8), b' ');
    Ok([&(header.len() as u64).to_le_bytes(), header.as_slice(), data].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored() -> Stored<u32> {
        let mut weights = Weights::default();
        weights.insert("b", Weight { shape: vec![2, 1], values: vec![1.5, -2.0] });
        weights.insert("a", Weight { shape: vec![1], values: vec![0.25] });
        Stored { settings: 7, weights }
    }

    #[test]
    fn bytes_read_back_are_the_same_weights_in_the_same_order() {
        let read = Stored::<u32>::from_bytes(&stored().to_bytes().unwrap()).unwrap();
        assert_eq!(read, stored());
    }

    #[test]
    fn equal_weights_are_equal_files() {
        let first = stored().to_bytes().unwrap();
        for _ in 0..20 {
            assert_eq!(stored().to_bytes().unwrap(), first);
        }
    }

    #[test]
    fn bytes_cut_short_are_refused() {
        let bytes = stored().to_bytes().unwrap();
        for length in [0, 7, 20, bytes.len() - 1] {
            assert!(Stored::<u32>::from_bytes(&bytes[..length]).is_err(), "{length} bytes");
        }
    }
}
