//! Objects as bytes and files.

use std::path::Path;

use dicom_dictionary_std::uids;
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};

/// Implicit VR, little endian.
pub const IMPLICIT: &str = uids::IMPLICIT_VR_LITTLE_ENDIAN;
/// Explicit VR, little endian.
pub const EXPLICIT: &str = uids::EXPLICIT_VR_LITTLE_ENDIAN;
/// Explicit VR, big endian.
pub const BIG_ENDIAN: &str = "1.2.840.10008.1.2.2";

/// Why an object cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// It cannot be encoded.
    #[error("a synthetic image cannot be encoded: {0}")]
    Encode(String),
    /// It cannot be written.
    #[error("a synthetic image cannot be written: {0}")]
    Write(#[from] std::io::Error),
}

/// The bytes of a file in a transfer syntax.
///
/// # Errors
/// [`WriteError::Encode`].
pub fn encode(object: &InMemDicomObject, syntax: &str) -> Result<Vec<u8>, WriteError> {
    let failed = |error: &dyn std::fmt::Display| WriteError::Encode(error.to_string());
    let meta = FileMetaTableBuilder::new().transfer_syntax(syntax);
    let file = object
        .clone()
        .with_meta(meta)
        .map_err(|error| failed(&error))?;
    let mut bytes = Vec::new();
    file.write_all(&mut bytes).map_err(|error| failed(&error))?;
    Ok(bytes)
}

/// Writes objects into a folder, in files without suffix: `IM0001` and so on.
///
/// # Errors
/// [`WriteError`].
pub fn write(objects: &[InMemDicomObject], folder: &Path) -> Result<(), WriteError> {
    for (n, object) in objects.iter().enumerate() {
        std::fs::write(
            folder.join(format!("IM{:04}", n + 1)),
            encode(object, EXPLICIT)?,
        )?;
    }
    Ok(())
}
