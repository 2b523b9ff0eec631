//! Writing one NIfTI-1 file with the geometry of its image.

use std::io::{self, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::geometry::Grid;
use crate::label::LabelMap;
use crate::study::{SAME_PLACE_MM, StudyError};
use crate::volume::Volume;

use super::atomic::write_whole;
use super::error::{Flaw, IoError};
use super::header::NIFTI1_BYTES;
use super::names::ends_in;
use super::placement::Placement;

/// The offset of the voxels: the header, and four bytes that mean "no extensions".
const VOXELS_AT: usize = NIFTI1_BYTES + 4;
/// `NIFTI_INTENT_LABEL`: each voxel is an index into a list of names.
const INTENT_LABEL: i16 = 1002;
/// The largest number of voxels along an axis in NIfTI-1.
const MAX_AXIS: usize = i16::MAX as usize;
/// The number of voxels encoded at a time.
const CHUNK_VOXELS: usize = 1 << 16;

/// A voxel type of written files: `u8`, `i16` or `f32`.
pub trait Voxel: Copy + sealed::Sealed {
    /// NIfTI's code of the type.
    const DATA_TYPE: i16;
    /// Appends the value's bytes in little-endian order.
    fn put(self, bytes: &mut Vec<u8>);
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! voxel {
    ($t:ty, $code:literal) => {
        impl sealed::Sealed for $t {}
        impl Voxel for $t {
            const DATA_TYPE: i16 = $code;
            fn put(self, bytes: &mut Vec<u8>) {
                bytes.extend(self.to_le_bytes());
            }
        }
    };
}
voxel!(u8, 2);
voxel!(i16, 4);
voxel!(f32, 16);

/// Writes a label map as `int16` codes 0, 200, 500, 600, 1220, 2221, with the geometry of its
/// image's header.
///
/// The file is compressed if its name ends in `.gz`, and written atomically.
///
/// # Errors
/// [`IoError::Write`]; [`IoError::Misplaced`] if the map's grid differs from `placement`.
pub fn write_labels(
    path: impl AsRef<Path>,
    labels: &LabelMap,
    placement: &Placement,
) -> Result<(), IoError> {
    write_volume(path.as_ref(), &codes(labels), placement, &Content::LABELS)
}

/// Writes an image (or a map of probabilities) without scaling, with the geometry of a file read
/// before or of [`Placement::of_grid`]. The file is compressed if its name ends in `.gz`, and
/// written atomically.
///
/// # Errors
/// [`IoError::Write`]; [`IoError::Misplaced`] if the image's grid differs from `placement`.
pub fn write_image<T: Voxel>(
    path: impl AsRef<Path>,
    image: &Volume<T>,
    placement: &Placement,
) -> Result<(), IoError> {
    write_volume(path.as_ref(), image, placement, &Content::IMAGE)
}

/// The bytes of a `.nii.gz` label map, as [`write_labels`] writes them; errors call it `name`.
///
/// # Errors
/// As for [`write_labels`].
pub fn encode_labels(
    labels: &LabelMap,
    placement: &Placement,
    name: &Path,
) -> Result<Vec<u8>, IoError> {
    encode(&codes(labels), placement, &Content::LABELS, name)
}

/// The bytes of a `.nii.gz` image, as [`write_image`] writes them; errors call it `name`.
///
/// # Errors
/// As for [`write_image`].
pub fn encode_image<T: Voxel>(
    image: &Volume<T>,
    placement: &Placement,
    name: &Path,
) -> Result<Vec<u8>, IoError> {
    encode(image, placement, &Content::IMAGE, name)
}

fn codes(labels: &LabelMap) -> Volume<i16> {
    labels.map(|label| label.code() as i16)
}

fn encode<T: Voxel>(
    volume: &Volume<T>,
    placement: &Placement,
    content: &Content,
    name: &Path,
) -> Result<Vec<u8>, IoError> {
    let header = header::<T>(volume.grid(), placement, content, name)?;
    let mut packed = Vec::new();
    pack(&mut packed, &header, volume).map_err(|cause| IoError::Write {
        path: name.into(),
        cause,
    })?;
    Ok(packed)
}

fn write_volume<T: Voxel>(
    path: &Path,
    volume: &Volume<T>,
    placement: &Placement,
    content: &Content,
) -> Result<(), IoError> {
    let header = header::<T>(volume.grid(), placement, content, path)?;
    let packed = ends_in(path, "gz");
    write_whole(path, |w| {
        if packed {
            pack(w, &header, volume)
        } else {
            put(w, &header, volume)
        }
    })
}

fn pack<T: Voxel>(w: &mut dyn Write, header: &[u8], volume: &Volume<T>) -> io::Result<()> {
    let mut gzip = GzEncoder::new(w, Compression::default());
    put(&mut gzip, header, volume)?;
    gzip.finish()?;
    Ok(())
}

fn put<T: Voxel>(w: &mut dyn Write, header: &[u8], volume: &Volume<T>) -> io::Result<()> {
    w.write_all(header)?;
    let mut bytes = Vec::with_capacity(CHUNK_VOXELS * size_of::<T>());
    for voxels in volume.data().chunks(CHUNK_VOXELS) {
        bytes.clear();
        for voxel in voxels {
            voxel.put(&mut bytes);
        }
        w.write_all(&bytes)?;
    }
    Ok(())
}

/// The fields of a header that depend on the kind of content.
struct Content {
    intent: i16,
    /// The display range for viewers; 0 and 0 mean none.
    cal_min_max: [f32; 2],
}

impl Content {
    const IMAGE: Self = Self {
        intent: 0,
        cal_min_max: [0.0, 0.0],
    };
    const LABELS: Self = Self {
        intent: INTENT_LABEL,
        cal_min_max: [0.0, 2221.0],
    };
}

/// A NIfTI-1 header for voxels of type `T`, with every field not named here 0.
fn header<T: Voxel>(
    grid: &Grid,
    place: &Placement,
    content: &Content,
    path: &Path,
) -> Result<Vec<u8>, IoError> {
    check_placed(grid, place, path)?;
    let [ni, nj, nk] = grid.shape();
    if ni.max(nj).max(nk) > MAX_AXIS {
        let cause = io::Error::other(format!(
            "{:?} voxels out of range: NIfTI-1 allows at most {MAX_AXIS} along an axis",
            grid.shape()
        ));
        return Err(IoError::Write {
            path: path.into(),
            cause,
        });
    }
    let axes = if nk == 1 { i16::from(place.axes) } else { 3 };
    let mut fields = Fields(vec![0; VOXELS_AT]);
    fields.put(0, (NIFTI1_BYTES as i32).to_le_bytes());
    fields.put(38, *b"r"); // `regular`, which ANALYZE readers want
    fields.list(
        40,
        [axes, ni as i16, nj as i16, nk as i16, 1, 1, 1, 1].map(i16::to_le_bytes),
    );
    fields.put(68, content.intent.to_le_bytes());
    fields.put(70, T::DATA_TYPE.to_le_bytes());
    fields.put(72, (8 * size_of::<T>() as i16).to_le_bytes());
    let [x, y, z] = place.spacing;
    fields.list(
        76,
        [place.qfac, x, y, z, 1.0, 1.0, 1.0, 1.0].map(f32::to_le_bytes),
    );
    fields.put(108, (VOXELS_AT as f32).to_le_bytes());
    fields.list(112, [1.0, 0.0].map(f32::to_le_bytes)); // slope and intercept
    fields.put(123, [place.unit.code()]);
    let [cal_min, cal_max] = content.cal_min_max;
    fields.list(124, [cal_max, cal_min].map(f32::to_le_bytes));
    fields.text(148, 80, concat!("myops ", env!("CARGO_PKG_VERSION")));
    fields.list(
        252,
        [place.qform_code, place.sform_code].map(i16::to_le_bytes),
    );
    fields.list(256, place.quaternion.map(f32::to_le_bytes));
    fields.list(268, place.qoffset.map(f32::to_le_bytes));
    fields.list(
        280,
        place
            .srow
            .map(|row| row.map(f32::to_le_bytes))
            .as_flattened()
            .iter()
            .copied(),
    );
    fields.put(344, *b"n+1\0");
    Ok(fields.0)
}

/// Checks that a volume's grid agrees with the placement.
fn check_placed(grid: &Grid, place: &Placement, path: &Path) -> Result<(), IoError> {
    let affine = place
        .world_from_voxel()
        .map_err(|flaw| IoError::file(path, flaw))?;
    let placed =
        Grid::new(grid.shape(), affine).map_err(|e| IoError::file(path, Flaw::Geometry(e)))?;
    let distance_mm = grid.displacement_mm(&placed);
    if distance_mm > SAME_PLACE_MM {
        let (what, first) = ("the volume".into(), "the given placement".into());
        return Err(IoError::Misplaced {
            path: path.into(),
            problem: StudyError::Place {
                what,
                first,
                distance_mm,
            },
        });
    }
    Ok(())
}

/// The bytes of a header, filled field by field.
struct Fields(Vec<u8>);

impl Fields {
    fn put<const N: usize>(&mut self, at: usize, bytes: [u8; N]) {
        self.0[at..at + N].copy_from_slice(&bytes);
    }

    fn list<const N: usize>(&mut self, at: usize, values: impl IntoIterator<Item = [u8; N]>) {
        for (n, bytes) in values.into_iter().enumerate() {
            self.put(at + n * N, bytes);
        }
    }

    /// Text of at most `length - 1` bytes, with zeros after it.
    fn text(&mut self, at: usize, length: usize, text: &str) {
        let n = text.len().min(length - 1);
        self.0[at..at + n].copy_from_slice(&text.as_bytes()[..n]);
    }
}
