//! The table of floors.

/// The floors from the ground up: a module uses only modules of lower floors, and those of one floor do not use each other.
///
/// A row names a module as `crate::module`, after the folder under `crates/`; the modules within it belong to it, unless
/// they have a row of their own. A crate in a row stands for all of its modules.
pub const FLOORS: &[&[&str]] = &[
    &["settings", "image::geometry"],
    &["image::volume", "image::sequence", "image::patient"],
    &["image::resample"],
    &[
        "image::label",
        "image::orientation",
        "image::role",
        "image::phase",
    ],
    &["image::exam", "image::scheme"],
    &[
        "image::study",
        "measure::distance",
        "measure::percentile",
        "measure::finding",
        "measure::confidence",
    ],
    &[
        "image::io",
        "image::preprocess",
        "image::augment",
        "image::phantom",
        "image::picture",
        "measure::evaluate",
        "measure::quantify",
        "kernels",
    ],
    &["net::graph", "report", "dicom"],
    &["net::model"],
    &["net::weights"],
    &["net::rewrite", "net::onnx"],
    &["net::engine"],
    &["segment", "gpu"],
    &["train"],
    &["myops::device"],
    &["myops::app"],
    &["myops::cli"],
];
