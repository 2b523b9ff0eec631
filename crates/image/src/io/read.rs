//! Reading one NIfTI file: `.nii` or `.nii.gz`, distinguished by content and decompressed while it
//! is read.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::Path;

use crate::label::{Label, LabelMap};
use crate::volume::Volume;

use super::error::{Flaw, IoError};
use super::gzip::{MAGIC, Members};
use super::header::{Header, NIFTI1_BYTES, NIFTI2_BYTES, Version};
use super::label_numbers::LabelNumbers;
use super::limits::MAX_CINE_VOXELS;
use super::placement::Placement;

/// The longest file that is read: the largest number of voxels of a cine, of 8 bytes each, and 64 KiB
/// of header and extensions.
const MAX_FILE_BYTES: u64 = MAX_CINE_VOXELS * 8 + (1 << 16);
/// The number of bytes decompressed at a time: a whole number of voxels of every type, small enough
/// for the cache.
const CHUNK_BYTES: usize = 1 << 18;
/// The number of bytes read at a time where only the header is needed: it fits into them, compressed or not.
const HEADER_BYTES: usize = 1 << 12;
/// The largest compression ratio of deflate. It bounds the memory that a header can request for the
/// length of its file.
const MAX_DEFLATE_RATIO: u64 = 1032;

/// A volume with the geometry fields of its file.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed<T> {
    /// The voxels, on a grid in mm.
    pub volume: Volume<T>,
    /// The geometry fields of the header.
    pub placement: Placement,
}

/// Reads an image, with the scaling of its header.
///
/// Any integer or floating-point type in either byte order is read; a 2-D file becomes one slice.
///
/// # Errors
/// [`IoError::Read`]; [`IoError::File`] if the file is no NIfTI, is truncated, has no valid
/// geometry, has NaN or infinite voxels, or is constant.
pub fn read_image(path: impl AsRef<Path>) -> Result<Placed<f32>, IoError> {
    let path = path.as_ref();
    image(open(path)?).map_err(|flaw| IoError::file(path, flaw))
}

/// Reads a label map whose voxels hold the codes 0, 200, 500, 600, 1220 and 2221.
///
/// # Errors
/// As for [`read_image`], and [`Flaw::LabelCode`] for a number that is no code. A constant map is
/// no error.
pub fn read_labels(path: impl AsRef<Path>) -> Result<Placed<Label>, IoError> {
    read_labels_by(path.as_ref(), &[LabelNumbers::codes()]).map(|(labels, _)| labels)
}

/// Reads a label map with the numbering of `numbers` that has all of its values, and returns the
/// position of that numbering.
pub(super) fn read_labels_by(
    path: &Path,
    numbers: &[LabelNumbers],
) -> Result<(Placed<Label>, usize), IoError> {
    labels(open(path)?, numbers).map_err(|flaw| IoError::file(path, flaw))
}

/// Reads an image from the bytes of a file; errors call it `name`.
///
/// # Errors
/// As for [`read_image`], except [`IoError::Read`].
pub fn decode_image(bytes: &[u8], name: &Path) -> Result<Placed<f32>, IoError> {
    in_memory(bytes)
        .and_then(image)
        .map_err(|flaw| IoError::file(name, flaw))
}

/// Reads a label map from the bytes of a file; errors call it `name`. The numbering is the one of
/// `numbers` that has all values.
///
/// # Errors
/// As for [`read_labels`], except [`IoError::Read`].
pub fn decode_labels(
    bytes: &[u8],
    name: &Path,
    numbers: &[LabelNumbers],
) -> Result<Placed<Label>, IoError> {
    let decoded = in_memory(bytes).and_then(|source| labels(source, numbers));
    decoded
        .map(|(labels, _)| labels)
        .map_err(|flaw| IoError::file(name, flaw))
}

/// Opens a regular file that is not longer than the longest image, to read all of it.
pub(super) fn open(path: &Path) -> Result<Source<'static>, IoError> {
    open_in_parts(path, CHUNK_BYTES)
}

/// Opens a file as [`open`] does, to read its header.
pub(super) fn open_header(path: &Path) -> Result<Source<'static>, IoError> {
    open_in_parts(path, HEADER_BYTES)
}

fn open_in_parts(path: &Path, part_bytes: usize) -> Result<Source<'static>, IoError> {
    let read = |cause| IoError::Read {
        path: path.into(),
        cause,
    };
    let metadata = fs::metadata(path).map_err(read)?;
    if !metadata.is_file() {
        return Err(read(io::Error::other("it is no regular file")));
    }
    let bytes = metadata.len();
    if bytes > MAX_FILE_BYTES {
        return Err(IoError::file(
            path,
            Flaw::FileTooLarge(bytes, MAX_FILE_BYTES),
        ));
    }
    Source::of(
        BufReader::with_capacity(part_bytes, File::open(path).map_err(read)?),
        bytes,
    )
    .map_err(read)
}

/// A file from bytes in memory.
fn in_memory(bytes: &[u8]) -> Result<Source<'_>, Flaw> {
    Source::of(bytes, bytes.len() as u64).map_err(|_| Flaw::NotNifti)
}

fn image(source: Source) -> Result<Placed<f32>, Flaw> {
    let (header, data) = voxels(source, |_, v| v as f32)?;
    placed_image(&header, data)
}

/// An image from its voxels, which have to differ and to be finite.
pub(super) fn placed_image(header: &Header, data: Vec<f32>) -> Result<Placed<f32>, Flaw> {
    let volume = on_grid(header, data)?;
    check_contrast(&volume)?;
    Ok(Placed {
        volume,
        placement: header.placement,
    })
}

fn labels(source: Source, numbers: &[LabelNumbers]) -> Result<(Placed<Label>, usize), Flaw> {
    let (header, data) = voxels(source, Header::label_number)?;
    let place = |index| voxel(header.grid.shape(), index);
    let (labels, which) = LabelNumbers::read(numbers, &data)
        .map_err(|unread| unread.flaw(numbers, &data, header.scaling.slope, place))?;
    let volume: LabelMap = on_grid(&header, labels)?;
    Ok((
        Placed {
            volume,
            placement: header.placement,
        },
        which,
    ))
}

pub(super) fn on_grid<T>(header: &Header, data: Vec<T>) -> Result<Volume<T>, Flaw> {
    let found = header.offset + data.len() as u64;
    Volume::new(header.grid, data).map_err(|_| Flaw::Truncated {
        expected: header.file_bytes(),
        found,
    })
}

/// Reads the header and all voxels of a file of one volume; `value` converts each scaled voxel.
fn voxels<T>(source: Source, value: impl Fn(&Header, f64) -> T) -> Result<(Header, Vec<T>), Flaw> {
    let mut opened = Opened::of(source)?;
    opened.header.check_one_volume()?;
    let data = opened.next_volume(value)?;
    Ok((opened.finish()?, data))
}

/// A file whose header was read.
pub(super) struct Opened<'a> {
    pub(super) header: Header,
    source: Source<'a>,
}

impl<'a> Opened<'a> {
    /// Reads the header; the first volume is next.
    pub(super) fn of(mut source: Source<'a>) -> Result<Self, Flaw> {
        let mut start = [0; NIFTI2_BYTES];
        let (version, start) = source.header(&mut start)?;
        let header = Header::parse(version, start)?;
        source.expected = header.file_bytes();
        source.skip(header.offset)?;
        Ok(Self { header, source })
    }

    /// Reads the voxels of the next volume; `value` converts each scaled voxel.
    pub(super) fn next_volume<T>(
        &mut self,
        value: impl Fn(&Header, f64) -> T,
    ) -> Result<Vec<T>, Flaw> {
        let Self { header, source } = self;
        let (scaling, size) = (header.scaling, header.data_type.bytes() as u64);
        let total = header.grid.voxels() as u64;
        let mut data = Vec::with_capacity(total.min(source.most / size) as usize);
        let mut chunk = vec![0; CHUNK_BYTES.min((total * size) as usize)];
        let mut left = (total * size) as usize;
        while left > 0 {
            let chunk = &mut chunk[..left.min(CHUNK_BYTES)];
            source.fill(chunk)?;
            left -= chunk.len();
            header
                .data_type
                .decode(header.order, chunk, &mut data, |v| {
                    value(header, v * scaling.slope + scaling.intercept)
                });
        }
        Ok(data)
    }

    /// Passes over volumes.
    pub(super) fn skip_volumes(&mut self, count: usize) -> Result<(), Flaw> {
        let volume = self.header.grid.voxels() as u64 * self.header.data_type.bytes() as u64;
        self.source.skip(self.source.found + count as u64 * volume)
    }

    /// Checks what follows the last volume.
    pub(super) fn finish(mut self) -> Result<Header, Flaw> {
        self.source.finish()?;
        Ok(self.header)
    }
}

/// The decompressed bytes of a file, with their count.
pub(super) struct Source<'a> {
    reader: Box<dyn Read + 'a>,
    packed: bool,
    /// The number of bytes read so far.
    found: u64,
    /// The number of bytes according to the header, when it is known.
    expected: u64,
    /// The largest possible number of bytes.
    most: u64,
}

impl<'a> Source<'a> {
    /// The bytes of a file of `length` bytes.
    fn of(mut file: impl BufRead + 'a, length: u64) -> io::Result<Self> {
        let packed = file.fill_buf()?.starts_with(&MAGIC);
        let most = if packed {
            length * MAX_DEFLATE_RATIO
        } else {
            length
        };
        let reader: Box<dyn Read> = if packed {
            Box::new(Members::of(file))
        } else {
            Box::new(file)
        };
        Ok(Self {
            reader,
            packed,
            found: 0,
            expected: NIFTI1_BYTES as u64,
            most,
        })
    }

    /// Reads the header, whose first four bytes are its length.
    fn header<'b>(
        &mut self,
        start: &'b mut [u8; NIFTI2_BYTES],
    ) -> Result<(Version, &'b [u8]), Flaw> {
        let (length, rest) = start.split_at_mut(4);
        match self.fill(length) {
            Err(Flaw::Truncated { .. }) => return Err(Flaw::NotNifti),
            other => other?,
        }
        let version =
            Version::of([length[0], length[1], length[2], length[3]]).ok_or(Flaw::NotNifti)?;
        self.expected = version.bytes() as u64;
        self.fill(&mut rest[..version.bytes() - 4])?;
        Ok((version, &start[..version.bytes()]))
    }

    /// Skips the bytes up to `offset`.
    fn skip(&mut self, offset: u64) -> Result<(), Flaw> {
        let mut passed = vec![0; CHUNK_BYTES.min(offset.saturating_sub(self.found) as usize)];
        while self.found < offset {
            let n = (offset - self.found).min(passed.len() as u64) as usize;
            self.fill(&mut passed[..n])?;
        }
        Ok(())
    }

    /// Fills the whole buffer, or returns why the file ends too early.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), Flaw> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.reader.read(&mut buffer[filled..]) {
                Ok(0) => return Err(self.short()),
                Ok(n) => {
                    filled += n;
                    self.found += n as u64;
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(self.damage(&e)),
            }
        }
        Ok(())
    }

    /// Reads to the end of the file, so that the checksum of gzip and the bytes after it are
    /// checked.
    fn finish(&mut self) -> Result<(), Flaw> {
        let after = io::copy(
            &mut (&mut self.reader).take(CHUNK_BYTES as u64),
            &mut io::sink(),
        );
        after.map(drop).map_err(|e| self.damage(&e))
    }

    fn short(&self) -> Flaw {
        let Self {
            found, expected, ..
        } = *self;
        if self.packed {
            Flaw::TruncatedGzip { expected, found }
        } else {
            Flaw::Truncated { expected, found }
        }
    }

    fn damage(&self, error: &io::Error) -> Flaw {
        match error.kind() {
            _ if error.raw_os_error().is_some() => Flaw::Unreadable(error.to_string()),
            ErrorKind::UnexpectedEof => self.short(),
            _ => Flaw::Gzip(error.to_string()),
        }
    }
}

/// Refuses NaN, infinity and constant images.
fn check_contrast(image: &Volume<f32>) -> Result<(), Flaw> {
    let data = image.data();
    let count = data.iter().filter(|v| !v.is_finite()).count();
    if let Some(first) = (count > 0)
        .then(|| data.iter().position(|v| !v.is_finite()))
        .flatten()
    {
        return Err(Flaw::NotFinite {
            count,
            first: voxel(image.shape(), first),
        });
    }
    #[expect(clippy::float_cmp, reason = "constant means the very same value")]
    match data.split_first() {
        Some((first, rest)) if rest.iter().all(|v| v == first) => Err(Flaw::Constant(*first)),
        _ => Ok(()),
    }
}

/// The index `[i, j, k]` of the voxel at a position in memory.
fn voxel([ni, nj, _]: [usize; 3], index: usize) -> [usize; 3] {
    [index % ni, index / ni % nj, index / (ni * nj)]
}
