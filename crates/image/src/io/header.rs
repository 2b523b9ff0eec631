//! Parsing and validation of NIfTI-1 and NIfTI-2 headers.

use crate::geometry::Grid;

use super::element::{ByteOrder, DataType};
use super::error::Flaw;
use super::limits::{MAX_AXIS, MAX_CINE_VOXELS, MAX_PHASES, MAX_SLICES, MAX_VOXELS};
use super::placement::{Placement, Unit};

/// The largest distance of a scaled label from a whole number: the rounding of an `f32` slope at
/// the largest code.
const LABEL_ROUNDING: f64 = 1e-3;
/// The largest step of scaled integers at which whole numbers can be distinguished.
const LABEL_STEP: f64 = 0.1;

/// The length of a NIfTI-1 header, bytes.
pub(super) const NIFTI1_BYTES: usize = 348;
/// The length of a NIfTI-2 header, bytes.
pub(super) const NIFTI2_BYTES: usize = 540;

/// The validated fields that are needed to read the voxels and to place them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Header {
    /// The grid of one volume.
    pub(super) grid: Grid,
    /// The length of each axis, of which the fourth counts volumes.
    dims: Vec<i64>,
    pub(super) placement: Placement,
    pub(super) data_type: DataType,
    pub(super) order: ByteOrder,
    /// The offset of the first voxel, bytes.
    pub(super) offset: u64,
    pub(super) scaling: Scaling,
}

/// The scaling of stored numbers: `slope * stored + intercept`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scaling {
    pub(super) slope: f64,
    pub(super) intercept: f64,
}

/// The fields that are used, of either version, as stored.
struct Fields {
    dim: [i64; 8],
    data_type: i16,
    pixdim: [f32; 8],
    offset: f64,
    slope: f64,
    intercept: f64,
    units: u8,
    qform_code: i16,
    sform_code: i16,
    quaternion: [f32; 3],
    qoffset: [f32; 3],
    srow: [[f32; 4]; 3],
}

/// The version of a file, and its byte order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    Nifti1(ByteOrder),
    Nifti2(ByteOrder),
}

impl Version {
    /// Determines the version from the first four bytes, which hold the header's length.
    pub(super) fn of(start: [u8; 4]) -> Option<Self> {
        const LENGTH1: u32 = NIFTI1_BYTES as u32;
        const LENGTH2: u32 = NIFTI2_BYTES as u32;
        match (u32::from_le_bytes(start), u32::from_be_bytes(start)) {
            (LENGTH1, _) => Some(Self::Nifti1(ByteOrder::Little)),
            (_, LENGTH1) => Some(Self::Nifti1(ByteOrder::Big)),
            (LENGTH2, _) => Some(Self::Nifti2(ByteOrder::Little)),
            (_, LENGTH2) => Some(Self::Nifti2(ByteOrder::Big)),
            _ => None,
        }
    }

    /// The length of the header, bytes.
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::Nifti1(_) => NIFTI1_BYTES,
            Self::Nifti2(_) => NIFTI2_BYTES,
        }
    }
}

impl Header {
    /// Reads and checks a header of `version.bytes()` bytes.
    ///
    /// # Errors
    /// The [`Flaw`] of the first invalid field.
    pub(super) fn parse(version: Version, bytes: &[u8]) -> Result<Self, Flaw> {
        let (order, fields) = match version {
            Version::Nifti1(order) => (order, Fields::nifti1(&Bytes { bytes, order })?),
            Version::Nifti2(order) => (order, Fields::nifti2(&Bytes { bytes, order })?),
        };
        let data_type =
            DataType::from_code(fields.data_type).ok_or(Flaw::DataType(fields.data_type))?;
        let (shape, axes) = fields.shape()?;
        let offset = fields.offset(version.bytes() as u64)?;
        let placement = fields.placement(axes);
        let world_from_voxel = placement.world_from_voxel()?;
        let grid = Grid::new(shape, world_from_voxel).map_err(Flaw::Geometry)?;
        placement.check_forms(&grid)?;
        let slices = shape[grid.slice_axis()];
        if slices > MAX_SLICES {
            return Err(Flaw::ManySlices(slices, MAX_SLICES));
        }
        let placement = placement.with_spacing_of(&world_from_voxel);
        Ok(Self {
            grid,
            dims: fields.dims().unwrap_or_default().to_vec(),
            placement,
            data_type,
            order,
            offset,
            scaling: fields.scaling(),
        })
    }

    /// The number of a label from a scaled voxel: the nearest whole number, if the voxel is within
    /// rounding of it; else the voxel as it is.
    ///
    /// Scaled integers that store floating-point numbers (as nibabel writes them) differ from these
    /// by up to half a step.
    pub(super) fn label_number(&self, value: f64) -> f64 {
        let step = self.scaling.slope.abs();
        let half_step = if self.data_type.is_integer() && step <= LABEL_STEP {
            0.501 * step
        } else {
            0.0
        };
        let whole = value.round();
        if (value - whole).abs() <= half_step.max(LABEL_ROUNDING) {
            whole
        } else {
            value
        }
    }

    /// The number of volumes.
    pub(super) fn volumes(&self) -> usize {
        self.dims.get(3).map_or(1, |n| n.unsigned_abs() as usize)
    }

    /// Checks that there is one volume.
    ///
    /// # Errors
    /// [`Flaw::ManyVolumes`] if there are more.
    pub(super) fn check_one_volume(&self) -> Result<(), Flaw> {
        match self.volumes() {
            1 => Ok(()),
            _ => Err(Flaw::ManyVolumes(self.dims.clone())),
        }
    }

    /// The length of the whole uncompressed file, bytes: header, extensions and voxels.
    pub(super) fn file_bytes(&self) -> u64 {
        let voxels = self.grid.voxels() as u64 * self.volumes() as u64;
        self.offset
            .saturating_add(voxels * self.data_type.bytes() as u64)
    }
}

impl Fields {
    fn nifti1(header: &Bytes) -> Result<Self, Flaw> {
        match &header.array::<4>(344) {
            b"n+1\0" => {}
            b"ni1\0" => return Err(Flaw::Pair),
            _ => return Err(Flaw::NotNifti),
        }
        Ok(Self {
            dim: list(40, 2, |at| header.i16(at).into()),
            data_type: header.i16(70),
            pixdim: list(76, 4, |at| header.f32(at)),
            offset: header.f32(108).into(),
            slope: header.f32(112).into(),
            intercept: header.f32(116).into(),
            units: header.bytes[123],
            qform_code: header.i16(252),
            sform_code: header.i16(254),
            quaternion: list(256, 4, |at| header.f32(at)),
            qoffset: list(268, 4, |at| header.f32(at)),
            srow: list(280, 16, |row| list(row, 4, |at| header.f32(at))),
        })
    }

    /// Geometry is rounded to `f32`, the precision of written label maps.
    fn nifti2(header: &Bytes) -> Result<Self, Flaw> {
        match &header.array::<8>(4) {
            b"n+2\0\r\n\x1a\n" => {}
            b"ni2\0\r\n\x1a\n" => return Err(Flaw::Pair),
            _ => return Err(Flaw::NotNifti),
        }
        let code = |at| i16::try_from(header.i32(at)).unwrap_or(0);
        Ok(Self {
            dim: list(16, 8, |at| header.i64(at)),
            data_type: header.i16(12),
            pixdim: list(104, 8, |at| header.f64(at) as f32),
            offset: header.i64(168) as f64,
            slope: header.f64(176),
            intercept: header.f64(184),
            units: header.i32(500).to_le_bytes()[0],
            qform_code: code(344),
            sform_code: code(348),
            quaternion: list(352, 8, |at| header.f64(at) as f32),
            qoffset: list(376, 8, |at| header.f64(at) as f32),
            srow: list(400, 32, |row| list(row, 8, |at| header.f64(at) as f32)),
        })
    }

    /// The length of each axis.
    fn dims(&self) -> Result<&[i64], Flaw> {
        let axes = usize::try_from(self.dim[0])
            .ok()
            .filter(|n| (2..=7).contains(n));
        let dims = axes
            .map(|n| &self.dim[1..=n])
            .filter(|dims| dims.iter().all(|n| *n > 0));
        dims.ok_or_else(|| Flaw::Dimensions(self.dim.into()))
    }

    /// The number of voxels along each axis of a volume, and the number of axes (2 or 3).
    fn shape(&self) -> Result<([usize; 3], u8), Flaw> {
        let dims = self.dims()?;
        if dims.iter().skip(4).any(|n| *n > 1) {
            return Err(Flaw::ManyVolumes(dims.into()));
        }
        let shape = [0, 1, 2].map(|axis| dims.get(axis).map_or(1, |n| n.unsigned_abs()));
        let voxels = shape
            .iter()
            .try_fold(1_u64, |product, n| product.checked_mul(*n));
        if voxels.is_none_or(|n| n > MAX_VOXELS) || shape.iter().any(|n| *n > MAX_AXIS) {
            return Err(Flaw::TooLarge(shape));
        }
        let volumes = dims.get(3).map_or(1, |n| n.unsigned_abs());
        let total = voxels.unwrap_or(0).saturating_mul(volumes);
        if volumes > 1 && (volumes > MAX_PHASES || total > MAX_CINE_VOXELS) {
            return Err(Flaw::LongCine(volumes, total));
        }
        Ok((
            shape.map(|n| n as usize),
            if dims.len() == 2 { 2 } else { 3 },
        ))
    }

    /// The offset of the voxels; 0 means the least that the format allows (the header and four
    /// bytes).
    fn offset(&self, header_bytes: u64) -> Result<u64, Flaw> {
        if self.offset == 0.0 {
            Ok(header_bytes + 4)
        } else if self.offset >= header_bytes as f64 {
            Ok(self.offset as u64)
        } else {
            Err(Flaw::Offset(self.offset, header_bytes))
        }
    }

    fn placement(&self, axes: u8) -> Placement {
        let finite = |v: f32| if v.is_finite() { v } else { 0.0 };
        let mut placement = Placement {
            axes,
            unit: Unit::of_code(self.units),
            qform_code: self.qform_code,
            sform_code: self.sform_code,
            qfac: if self.pixdim[0] < 0.0 { -1.0 } else { 1.0 },
            spacing: [1, 2, 3].map(|axis| self.pixdim[axis]),
            quaternion: self.quaternion,
            qoffset: self.qoffset,
            srow: self.srow,
        };
        // A form that is not used may hold invalid numbers, which must not enter a written header.
        if self.qform_code <= 0 || self.sform_code > 0 {
            placement.quaternion = self.quaternion.map(finite);
            placement.qoffset = self.qoffset.map(finite);
        }
        if self.sform_code <= 0 {
            placement.srow = self.srow.map(|row| row.map(finite));
        }
        placement
    }

    /// A slope of 0 or NaN means that there is no scaling.
    fn scaling(&self) -> Scaling {
        if self.slope == 0.0 || !self.slope.is_finite() {
            return Scaling {
                slope: 1.0,
                intercept: 0.0,
            };
        }
        Scaling {
            slope: self.slope,
            intercept: if self.intercept.is_finite() {
                self.intercept
            } else {
                0.0
            },
        }
    }
}

/// The numbers of a header by their offsets.
struct Bytes<'a> {
    bytes: &'a [u8],
    order: ByteOrder,
}

impl Bytes<'_> {
    fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        std::array::from_fn(|n| self.bytes[at + n])
    }

    /// The bytes at offset `at` in little-endian order.
    fn lowest_first<const N: usize>(&self, at: usize) -> [u8; N] {
        let mut bytes = self.array(at);
        if self.order == ByteOrder::Big {
            bytes.reverse();
        }
        bytes
    }

    fn i16(&self, at: usize) -> i16 {
        i16::from_le_bytes(self.lowest_first(at))
    }

    fn i32(&self, at: usize) -> i32 {
        i32::from_le_bytes(self.lowest_first(at))
    }

    fn i64(&self, at: usize) -> i64 {
        i64::from_le_bytes(self.lowest_first(at))
    }

    fn f32(&self, at: usize) -> f32 {
        f32::from_le_bytes(self.lowest_first(at))
    }

    fn f64(&self, at: usize) -> f64 {
        f64::from_le_bytes(self.lowest_first(at))
    }
}

/// `N` values, `stride` bytes apart.
fn list<T, const N: usize>(at: usize, stride: usize, read: impl Fn(usize) -> T) -> [T; N] {
    std::array::from_fn(|n| read(at + n * stride))
}
