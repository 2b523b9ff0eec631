//! One label map, in a file of its own or in an archive of results.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use myops_image::io::{IoError, LabelNumbers, Numbering, decode_labels, read_numbered};
use myops_image::label::LabelMap;
use myops_image::scheme::LabelScheme;

use super::error::CasesError;
use crate::app::files::Fingerprint;
use crate::app::files::archive::Archive;

/// A label map that has not been read yet.
#[derive(Debug, Clone)]
pub struct LabelFile {
    /// The case.
    pub id: String,
    path: PathBuf,
    packed: Option<Packed>,
    /// The numbers of its labels, where they are given.
    numbers: Option<LabelNumbers>,
    /// Which tissues it tells apart.
    pub scheme: LabelScheme,
}

/// A file in an archive.
#[derive(Debug, Clone)]
struct Packed {
    archive: Arc<Archive>,
    name: String,
}

impl LabelFile {
    /// A file of its own.
    pub fn at(id: &str, path: &Path) -> Self {
        Self {
            id: id.to_owned(),
            path: path.into(),
            packed: None,
            numbers: None,
            scheme: LabelScheme::ALL,
        }
    }

    /// The same file, whose labels have these numbers, where they are given, and tell these tissues apart.
    pub fn drawn(self, numbers: Option<LabelNumbers>, scheme: LabelScheme) -> Self {
        Self {
            numbers,
            scheme,
            ..self
        }
    }

    /// The label map of a case in an archive of results; `None` where it has none.
    pub fn packed(archive: &Arc<Archive>, case: &str) -> Option<Self> {
        let name = format!("{case}_labels.nii.gz");
        archive.holds_file(case, &name).then(|| Self {
            id: case.to_owned(),
            path: archive.place(case, &name),
            packed: Some(Packed {
                archive: Arc::clone(archive),
                name,
            }),
            numbers: None,
            scheme: LabelScheme::ALL,
        })
    }

    /// Reads the label map, as [`read_numbered`] does, and how its numbers were understood; one in an archive was written in
    /// codes.
    ///
    /// # Errors
    /// Where the file cannot be read or holds other numbers.
    pub fn read(&self) -> Result<(LabelMap, Numbering), CasesError> {
        let (labels, numbering) = match &self.packed {
            None => read_numbered(&self.path, self.numbers.as_ref())?,
            Some(Packed { archive, name }) => {
                let bytes = archive.read(&self.id, name)?;
                let labels = decode_labels(&bytes, &self.path, &[LabelNumbers::codes()])?;
                (labels, Numbering::Codes)
            }
        };
        labels
            .volume
            .grid()
            .world_from_voxel()
            .check_scanner()
            .map_err(|cause| CasesError::Geometry {
                path: self.path.clone(),
                cause,
            })?;
        Ok((labels.volume, numbering))
    }

    /// The fingerprint of the file.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn fingerprint(&self) -> Result<Fingerprint, IoError> {
        match &self.packed {
            None => Fingerprint::of_file(&self.path),
            Some(Packed { archive, name }) => archive.fingerprint(&self.id, name),
        }
    }

    /// The file; one in an archive as if that were a folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where it lies, for messages.
    pub fn place(&self) -> String {
        self.path.display().to_string()
    }
}
