//! Models by name: those inside the program, the folder of a training, or a file of weights.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use burn::tensor::Device;
use myops_net::infer::Segmenter;
use sha2::{Digest, Sha256};

use crate::failure::WithHint;

/// A model inside the program.
#[derive(Debug, Clone, Copy)]
pub struct BuiltIn {
    /// What it is asked for by.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    bytes: &'static [u8],
}

/// Every model inside the program; the first is the default. A constant's bytes would be there once for every file that
/// names it.
pub static BUILT_IN: &[BuiltIn] = &[
    BuiltIn {
        name: "nested",
        about: "finds the heart, then labels it at full resolution; five networks, trained on MyoPS 2020",
        bytes: include_bytes!("../weights/nested.safetensors"),
    },
    BuiltIn {
        name: "runet",
        about: "the Residual U-Net of MyoPS 2020 as published, trained on its 25 cases and 15 phantoms",
        bytes: include_bytes!("../weights/runet.safetensors"),
    },
];

/// A model ready to segment.
#[derive(Debug)]
pub struct Model {
    /// What it was asked for by.
    pub name: String,
    /// The first 16 hexadecimal digits of the weights' SHA-256.
    pub fingerprint: String,
    /// The network.
    pub segmenter: Segmenter,
}

impl Model {
    /// Opens a built-in model, the folder of a training, or a file of weights.
    ///
    /// # Errors
    /// Where there is no such model, or its weights cannot be used.
    pub fn open(name: &str, device: &Device) -> Result<Self> {
        let (file, bytes) = read(name)?;
        Self::from_bytes(name, &bytes, device).with_context(|| file.display().to_string())
    }

    fn from_bytes(name: &str, bytes: &[u8], device: &Device) -> Result<Self> {
        let hash = Sha256::digest(bytes);
        let first = hash.iter().take(8).fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        let fingerprint = format!("{first:016x}");
        Ok(Self { name: name.into(), fingerprint, segmenter: Segmenter::from_bytes(bytes, device)? })
    }
}

/// The file of the network trained in a folder, or of the best so far.
fn trained_in(folder: &Path) -> Option<PathBuf> {
    ["model.safetensors", "best.safetensors"].into_iter().map(|f| folder.join(f)).find(|f| f.is_file())
}

/// The bytes of a built-in model or of a trained network, from its file or the folder of its training, with the file
/// they are from.
///
/// # Errors
/// Where there is no such file.
pub fn read(name: &str) -> Result<(PathBuf, Cow<'static, [u8]>)> {
    if let Some(model) = BUILT_IN.iter().find(|m| m.name == name) {
        return Ok((name.into(), model.bytes.into()));
    }
    let path = Path::new(name);
    let file = if path.is_dir() { trained_in(path) } else { path.is_file().then(|| path.into()) };
    let Some(file) = file else {
        let known = BUILT_IN.iter().map(|m| m.name).collect::<Vec<_>>().join(", ");
        let error = anyhow::anyhow!("model {name}: neither a built-in model nor a trained one");
        return Err(error).hint(|| format!("built in: {known}; or give the folder that myops train wrote"));
    };
    let bytes = std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok((file, bytes.into()))
}
