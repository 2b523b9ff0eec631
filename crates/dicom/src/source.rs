//! The DICOM series that an image came from, which results refer to.

use dicom_object::InMemDicomObject;
use myops_image::geometry::Grid;

use crate::image::SeriesId;

/// A stack of slices: of one series, or of several that hold a part each.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The attributes of the instance of the first slice, but its pixels: patient, study, equipment and frame of reference.
    pub header: InMemDicomObject,
    /// The voxels as the images store them, in RAS+ coordinates: `i` counts columns, `j` rows, and `k` slices along the
    /// normal (the cross product of the directions of a row and of a column).
    pub grid: Grid,
    /// The image of each slice, in the order of `k`.
    pub slices: Vec<SourceSlice>,
}

/// The image of one slice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSlice {
    /// Its series.
    pub series: SeriesId,
    /// SOP Class UID.
    pub sop_class_uid: String,
    /// SOP Instance UID.
    pub sop_instance_uid: String,
    /// The number of the frame, counted from 1, in a multi-frame instance.
    pub frame: Option<u32>,
}
