//! Why results cannot be written as DICOM.

use myops_image::label::Label;

/// Why results cannot be written as DICOM.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The labels lie on other voxels than the series that they are to refer to.
    #[error(
        "the labels lie on {labels}, the source series on {source_grid}, up to {displacement_mm:.1} mm apart (bound \
         {bound_mm} mm): a segmentation needs the voxels of its source"
    )]
    OtherGrid {
        /// Shape and first voxel of the labels.
        labels: String,
        /// Shape and first voxel of the source series.
        source_grid: String,
        /// The largest distance of the same corner in both grids, mm.
        displacement_mm: f64,
        /// The largest distance that is allowed, mm.
        bound_mm: f64,
    },
    /// The source series does not name one image for each slice.
    #[error(
        "the source series names {images} images for {slices} slices: each slice needs its own"
    )]
    Images {
        /// Images named.
        images: usize,
        /// Slices of the grid.
        slices: usize,
    },
    /// The header of the source series lacks what results have to repeat.
    #[error("the source series has no {attribute}, without which results belong to no exam")]
    Missing {
        /// The keyword of the attribute in the dictionary.
        attribute: String,
    },
    /// An identifier of the source series is none.
    #[error(
        "{attribute} of the source series is {value:?}: identifiers are 1 to 64 digits and dots"
    )]
    Uid {
        /// The keyword of the attribute in the dictionary.
        attribute: String,
        /// Its value.
        value: String,
    },
    /// The rows and columns of the source series do not stand at right angles.
    #[error(
        "rows and columns of the source series meet at {degrees:.2} degrees (bound 89.9 to 90.1): DICOM has only right angles"
    )]
    Skewed {
        /// The angle between them.
        degrees: f64,
    },
    /// Something exceeds what DICOM can hold.
    #[error("{what}: {value}, but DICOM holds at most {bound}")]
    TooMuch {
        /// What there is too much of.
        what: &'static str,
        /// How much there is.
        value: u64,
        /// The bound.
        bound: u64,
    },
    /// A voxel has a label that was not looked for.
    #[error("{voxels} voxels are labelled {}, which was not looked for", label.name())]
    NotLookedFor {
        /// The label.
        label: Label,
        /// The number of its voxels.
        voxels: usize,
    },
    /// No label was looked for, or nothing was measured.
    #[error("nothing was looked for or measured: there is nothing to write")]
    NothingToWrite,
    /// A value of a measurement is not a number.
    #[error("{quantity} of {region} is {value}: a report holds finite numbers only")]
    NotFinite {
        /// The region that was measured.
        region: &'static str,
        /// The quantity.
        quantity: &'static str,
        /// Its value.
        value: f64,
    },
    /// A text of the producer does not fit.
    #[error("{what} {value:?}: it must have 1 to 64 printable characters and no backslash")]
    Text {
        /// What the text says.
        what: &'static str,
        /// The text.
        value: String,
    },
    /// The time of the results cannot be written.
    #[error("the clock is before 1970 or after 9999")]
    Clock,
    /// The instance could not be encoded.
    #[error("the data set cannot be encoded: {0}")]
    Encode(String),
}
