//! One DICOM file: its bytes, its header and where its pixels lie, all within bounds.
//!
//! The tokens come from `dicom-parser`. They are put together here, because `dicom-object` trusts the lengths that a file
//! names (it reserves up to 4 GiB for one element) and calls itself for each nested sequence.

mod data_set;
mod flaw;
mod guard;
mod head;
mod place;

pub use data_set::{DataSet, PixelElement};
pub use flaw::Flaw;
pub use guard::guarded;
pub use head::{Head, Syntax};
pub use place::{Archive, MAX_FILE_BYTES, Place, open_archive};

use dicom_object::InMemDicomObject;

/// A file that was read to its end.
pub struct Whole {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How its data set is encoded.
    pub syntax: Syntax,
    /// Its attributes, and where its pixels lie among the bytes.
    pub data_set: DataSet,
}

impl Whole {
    /// Takes the bytes of a DICOM file apart.
    ///
    /// # Errors
    /// [`Flaw`] if it is no DICOM file, is encoded in an unknown way or is damaged.
    pub fn decode(bytes: Vec<u8>) -> Result<Self, Flaw> {
        let head = Head::of(&bytes)?;
        let read = || DataSet::read(&bytes, head.data_set, head.syntax);
        let data_set = guarded(read).ok_or(Flaw::Damaged)??;
        Ok(Self {
            syntax: head.syntax,
            data_set,
            bytes,
        })
    }
}

/// The first bytes that are read of a file whose header alone is wanted. Headers with the private protocols of some scanners
/// are longer; then the whole file is read.
const FIRST_BYTES: u64 = 1 << 18;

/// The attributes of a file up to its pixels.
///
/// # Errors
/// [`Flaw`] as for [`Whole::decode`], or if the file cannot be read.
pub fn header(place: &Place, mut archive: Option<&mut Archive>) -> Result<InMemDicomObject, Flaw> {
    let (first, complete) = place.first_bytes(FIRST_BYTES, archive.as_deref_mut())?;
    match Whole::decode(first) {
        Ok(file) if complete || file.data_set.pixels.is_some() => Ok(file.data_set.header),
        Err(flaw @ (Flaw::NotDicom | Flaw::Directory | Flaw::Syntax(_))) => Err(flaw),
        Err(flaw) if complete => Err(flaw),
        _ => {
            let (bytes, _) = place.first_bytes(MAX_FILE_BYTES, archive)?;
            Ok(Whole::decode(bytes)?.data_set.header)
        }
    }
}
