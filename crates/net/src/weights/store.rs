//! Weights as safetensors bytes, with the settings they belong to in the header.

use std::collections::BTreeMap;

use half::f16;
use half::slice::HalfFloatSliceExt;
use myops_settings::SettingsError;
use safetensors::SafeTensorError;
use safetensors::tensor::{Dtype, Metadata, SafeTensors, TensorView};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::error::WeightsError;
use super::tensors::{Weight, Weights, counted};

/// The key of the settings in the header.
const SETTINGS_KEY: &str = "myops";
/// The key of the order of the tensors.
const ORDER_KEY: &str = "order";
/// The key of the checksum over settings, order and values.
const CHECKSUM_KEY: &str = "sha256";
/// Bytes before the header, which give its length.
const LENGTH_BYTES: usize = 8;
/// The longest header that is read: some ten times that of 64 networks.
const MAX_HEADER_BYTES: u64 = 1 << 24;

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

/// Why bytes are not stored weights, or weights cannot be stored.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Not the safetensors format, or cut short.
    #[error("not a whole safetensors file: {0}")]
    Format(#[from] SafeTensorError),
    /// The header does not say what the weights belong to.
    #[error(
        "the safetensors header has no \"{SETTINGS_KEY}\" entry: these weights are not from this program"
    )]
    NoSettings,
    /// The settings in the header cannot be read.
    #[error("the settings in the safetensors header cannot be read: {0}")]
    Settings(#[from] serde_json::Error),
    /// The header names a network or a recipe that there cannot be.
    #[error("the safetensors header: {0}")]
    Header(#[from] SettingsError),
    /// The tensors are not those of the network that the header names.
    #[error(transparent)]
    Weights(#[from] WeightsError),
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
    /// Values are not finite, do not fit the precision, or are not what such a tensor holds.
    #[error("tensor {path}: {flaw}")]
    Values {
        /// The tensor.
        path: String,
        /// How many values, and what is wrong with them.
        flaw: String,
    },
    /// The bytes are not those that were written.
    #[error("damaged: the contents do not match their checksum")]
    Damaged,
}

impl StoreError {
    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<String> {
        matches!(self, Self::Damaged).then(|| "restore the file from a copy".into())
    }
}

/// What the start of a file says of the rest.
#[derive(Debug)]
pub struct Head<S> {
    /// What the weights belong to.
    pub settings: S,
    /// The shape of every tensor.
    pub shapes: BTreeMap<String, Vec<usize>>,
    order: Vec<String>,
    /// The settings and the order as they are written, and the checksum where there is one.
    texts: [String; 2],
    checksum: Option<String>,
    /// Where values begin.
    data_at: usize,
}

/// How many bytes the start of a file of weights has, told by its first eight.
///
/// # Errors
/// Where there are fewer, or it is longer than any.
pub fn start_bytes(first: &[u8]) -> Result<u64, StoreError> {
    let length = first
        .first_chunk::<LENGTH_BYTES>()
        .ok_or(SafeTensorError::HeaderTooSmall)?;
    match u64::from_le_bytes(*length) {
        header @ 1..=MAX_HEADER_BYTES => Ok(LENGTH_BYTES as u64 + header),
        0 => Err(SafeTensorError::HeaderTooSmall.into()),
        _ => Err(SafeTensorError::HeaderTooLarge.into()),
    }
}

impl<S: DeserializeOwned> Head<S> {
    /// Reads the start of a file of so many bytes.
    ///
    /// # Errors
    /// Where it is none, or the file is not as long as it says.
    pub fn read(start: &[u8], file_bytes: u64) -> Result<Self, StoreError> {
        let data_at = start_bytes(start)? as usize;
        let header = start
            .get(LENGTH_BYTES..data_at)
            .ok_or(SafeTensorError::InvalidHeaderLength)?;
        let metadata: Metadata = serde_json::from_slice(header)
            .map_err(SafeTensorError::InvalidHeaderDeserialization)?;
        if (data_at + metadata.data_len()) as u64 != file_bytes {
            return Err(SafeTensorError::MetadataIncompleteBuffer.into());
        }
        let told = metadata.metadata().as_ref().ok_or(StoreError::NoSettings)?;
        let settings_text = told.get(SETTINGS_KEY).ok_or(StoreError::NoSettings)?;
        let order_text = told.get(ORDER_KEY).cloned().unwrap_or_default();
        let settings = serde_json::from_str(settings_text)?;
        let shapes: BTreeMap<_, _> = metadata
            .tensors()
            .into_iter()
            .map(|(path, info)| (path, info.shape.clone()))
            .collect();
        let order: Vec<String> = if order_text.is_empty() {
            shapes.keys().cloned().collect()
        } else {
            serde_json::from_str(&order_text)?
        };
        // Each tensor is read once; one that the order leaves out is missed where the network is filled.
        if order.len() > shapes.len() {
            return Err(SafeTensorError::TensorNotFound("beyond those of the order".into()).into());
        }
        let texts = [settings_text.clone(), order_text];
        Ok(Self {
            settings,
            shapes,
            order,
            texts,
            checksum: told.get(CHECKSUM_KEY).cloned(),
            data_at,
        })
    }
}

impl<S: Serialize + DeserializeOwned> Stored<S> {
    /// Writes settings and weights as safetensors, values as 32-bit floats.
    ///
    /// # Errors
    /// Where the settings cannot be written as JSON, or a value is not finite.
    pub fn to_bytes(&self) -> Result<Vec<u8>, StoreError> {
        self.to_bytes_in(Precision::Full)
    }

    /// Writes settings and weights as safetensors.
    ///
    /// # Errors
    /// Where the settings cannot be written as JSON, or a value is not finite or too large for the precision.
    pub fn to_bytes_in(&self, precision: Precision) -> Result<Vec<u8>, StoreError> {
        check_values(&self.weights)?;
        let order: Vec<&str> = self.weights.iter().map(|(path, _)| path).collect();
        let texts = [
            serde_json::to_string(&self.settings)?,
            serde_json::to_string(&order)?,
        ];
        let encode = |(path, weight)| Ok((path, encode(path, weight, precision)?));
        let encoded = self
            .weights
            .iter()
            .map(encode)
            .collect::<Result<Vec<_>, StoreError>>()?;
        let views = encoded
            .iter()
            .zip(self.weights.iter())
            .map(|((path, (dtype, bytes)), (_, w))| {
                Ok((*path, TensorView::new(*dtype, w.shape.clone(), bytes)?))
            })
            .collect::<Result<Vec<_>, SafeTensorError>>()?;
        with_header(&safetensors::serialize(views, None)?, texts)
    }

    /// Reads what [`Self::to_bytes`] wrote; 16-bit floats are widened.
    ///
    /// # Errors
    /// Where the bytes are no safetensors, have no settings, hold another type or a value that is not finite, or do not
    /// match their checksum; files of version 0.1.0 have none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoreError> {
        let Head {
            settings,
            order,
            texts,
            checksum,
            data_at,
            ..
        } = Head::read(bytes, bytes.len() as u64)?;
        if checksum.is_some_and(|told| told != checksum_of(&texts, &bytes[data_at..])) {
            return Err(StoreError::Damaged);
        }
        let tensors = SafeTensors::deserialize(bytes)?;
        let mut weights = Weights::default();
        for path in order {
            let tensor = tensors.tensor(&path)?;
            let values = match tensor.dtype() {
                Dtype::F32 => tensor
                    .data()
                    .as_chunks()
                    .0
                    .iter()
                    .map(|b| f32::from_le_bytes(*b))
                    .collect(),
                Dtype::F16 => {
                    let halves = tensor
                        .data()
                        .as_chunks()
                        .0
                        .iter()
                        .map(|b| f16::from_le_bytes(*b));
                    halves.collect::<Vec<_>>().to_f32_vec()
                }
                dtype => return Err(StoreError::Type { path, dtype }),
            };
            weights.insert(
                path,
                Weight {
                    shape: tensor.shape().to_vec(),
                    values,
                },
            );
        }
        check_values(&weights)?;
        Ok(Self { settings, weights })
    }
}

fn check_values(weights: &Weights) -> Result<(), StoreError> {
    match weights.flaw() {
        Some((path, flaw)) => Err(StoreError::Values {
            path: path.into(),
            flaw,
        }),
        None => Ok(()),
    }
}

fn encode(
    path: &str,
    weight: &Weight,
    precision: Precision,
) -> Result<(Dtype, Vec<u8>), StoreError> {
    let values = weight.values.iter();
    if precision == Precision::Full || weight.shape.len() == 1 {
        return Ok((Dtype::F32, values.flat_map(|v| v.to_le_bytes()).collect()));
    }
    let halves: Vec<f16> = values.map(|v| f16::from_f32(*v)).collect();
    match halves.iter().filter(|v| v.is_infinite()).count() {
        0 => Ok((
            Dtype::F16,
            halves.iter().flat_map(|v| v.to_le_bytes()).collect(),
        )),
        n => {
            let flaw = format!(
                "{} too large for 16-bit floats: need -{MAX} to {MAX}",
                counted(n),
                MAX = f16::MAX
            );
            Err(StoreError::Values {
                path: path.into(),
                flaw,
            })
        }
    }
}

/// The checksum of settings, order and values, in hexadecimal digits.
fn checksum_of(texts: &[String; 2], data: &[u8]) -> String {
    let mut hash = Sha256::new();
    texts.iter().for_each(|text| hash.update(text));
    hash.update(data);
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>()
        .concat()
}

/// The same file with settings, order and checksum in its header, whose keys are in the order of the alphabet: the
/// format's crate leaves that of the settings to chance, and equal weights are to be equal files.
fn with_header(file: &[u8], texts: [String; 2]) -> Result<Vec<u8>, StoreError> {
    let data_at = start_bytes(file)? as usize;
    let (start, data) = file
        .split_at_checked(data_at)
        .ok_or(SafeTensorError::InvalidHeaderLength)?;
    let mut header: BTreeMap<String, Value> = serde_json::from_slice(&start[LENGTH_BYTES..])?;
    let checksum = checksum_of(&texts, data);
    let [settings, order] = texts;
    let told = BTreeMap::from([
        (SETTINGS_KEY, settings),
        (ORDER_KEY, order),
        (CHECKSUM_KEY, checksum),
    ]);
    header.insert("__metadata__".into(), serde_json::to_value(told)?);
    let mut header = serde_json::to_vec(&header)?;
    header.resize(header.len().next_multiple_of(LENGTH_BYTES), b' ');
    Ok([
        &(header.len() as u64).to_le_bytes(),
        header.as_slice(),
        data,
    ]
    .concat())
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
