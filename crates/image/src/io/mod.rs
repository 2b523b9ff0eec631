//! Reading and writing files: cases in a folder, NIfTI images and label maps.
//!
//! [`find_cases`] lists the cases of a folder, [`CaseFiles::load`] reads one as an
//! [`Exam`](crate::exam::Exam) and makes a [`Study`](crate::study::Study) of it, with its
//! [`Placement`], and [`write_labels`] writes labels with the same geometry. All files are written by [`write_whole`], atomically.
//!
//! ```
//! use myops_image::geometry::{Affine, Grid, Spacing};
//! use myops_image::{io, label::Label, volume::Volume};
//!
//! let affine = Affine::from_spacing(Spacing::new_mm([0.75, 0.75, 12.0])?);
//! let map = Volume::filled(Grid::new([20, 20, 2], affine)?, Label::Scar);
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("p1.nii.gz");
//! io::write_labels(&path, &map, &io::Placement::of_grid(map.grid()))?;
//! assert_eq!(io::read_label_map(&path)?.0.volume, map);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod atomic;
mod cases;
mod cine;
mod described;
mod element;
mod error;
mod fill;
mod find;
mod folder;
mod grouped;
mod gzip;
mod header;
mod hint;
mod image_file;
mod label_map;
mod label_names;
mod label_numbers;
mod limits;
mod loaded;
mod names;
mod nnunet;
mod nnunet_folder;
mod order;
mod passed_over;
mod placement;
mod qform;
mod read;
mod seen;
mod sidecar;
mod small;
mod table;
mod table_flaw;
mod write;

pub use atomic::{WholeFile, remove_unfinished, write_whole};
pub use cases::CaseFiles;
pub use cine::{Surveyed, choose_phase, read_cine, survey};
pub use error::{Flaw, IoError, listed};
pub use fill::Fill;
pub use find::{find_cases, find_cases_among, search, search_among};
pub use folder::Found;
pub use label_map::{Numbering, read_label_map, read_numbered};
pub use label_names::{known_label_names, label_of_name};
pub use label_numbers::LabelNumbers;
pub use limits::{
    MAX_AXIS, MAX_CINE_VOXELS, MAX_DEPTH, MAX_FOLDERS, MAX_PHASES, MAX_SLICES, MAX_VOXELS,
};
pub use loaded::LoadedCase;
pub use names::{check_id, ends_in, is_image_name, name_of_case, stem, text_of};
pub use nnunet::decode_dataset;
pub use passed_over::PassedOver;
pub use placement::Placement;
pub use read::{Placed, decode_image, decode_labels, read_image, read_labels};
pub use small::{leads_to, open_regular, read_bounded, read_small};
pub use table::read_cases;
pub use table_flaw::TableFlaw;
pub use write::{Voxel, encode_image, encode_labels, write_image, write_labels};
