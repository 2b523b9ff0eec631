//! Models: those inside the program, those of a training's folder, and files of weights.
//!
//! ```
//! use myops::app::model::{BUILT_IN, Model};
//! use myops::device::DeviceChoice;
//!
//! let model = Model::open(BUILT_IN[0].name, DeviceChoice::Cpu)?;
//! assert_eq!(model.name, "nested");
//! assert!(model.unfinished.is_none());
//! # Ok::<_, myops::app::Error>(())
//! ```

mod built_in;
mod error;
mod fingerprint;
pub(crate) mod trained;
mod unfinished;

use myops_image::study::Study;
use myops_segment::{SegmentError, Segmentation, Segmenter};

use crate::device::DeviceChoice;

pub use built_in::{BUILT_IN, BuiltIn, TERMS};
pub use error::ModelError;
pub use trained::Trained;
pub use unfinished::Unfinished;

/// A model ready to segment.
#[derive(Debug)]
pub struct Model {
    /// The name that it was opened by.
    pub name: String,
    /// The first 16 hexadecimal digits of the weights' SHA-256.
    pub fingerprint: String,
    /// Where it computes.
    pub device: DeviceChoice,
    /// The networks, with what comes before and after them.
    pub segmenter: Segmenter,
    /// The training, where it is not finished.
    pub unfinished: Option<Unfinished>,
}

impl Model {
    /// Opens a built-in model, the folder of a training, or a file of weights.
    ///
    /// # Errors
    /// Where there is no such model, its weights cannot be used, or the machine lacks the device.
    pub fn open(name: &str, device: DeviceChoice) -> Result<Self, ModelError> {
        let opened = device.open()?;
        let Trained {
            path,
            fingerprint,
            file,
            unfinished,
        } = Trained::read(name)?;
        let segmenter =
            Segmenter::new(file, &opened).map_err(|cause| ModelError::Network { path, cause })?;
        Ok(Self {
            name: name.into(),
            fingerprint,
            device,
            segmenter,
            unfinished,
        })
    }

    /// Labels one case on the grid of its study, with all that is known of the labels; writes nothing.
    /// [`Study::stored`] puts the labels into the order of the case's files.
    ///
    /// # Errors
    /// Where the model needs a sequence that the case does not have, or its output is not a number.
    pub fn segment(&self, study: &Study) -> Result<Segmentation, SegmentError> {
        self.segmenter.segment(study)
    }
}
