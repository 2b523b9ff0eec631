//! What a file says of its images: one of a classic instance, or each frame of an enhanced one.

use dicom_dictionary_std::{tags, uids};
use dicom_object::InMemDicomObject;

use super::attribute::{integer, items, number, text, texts, upper};
use super::enhanced::frames;
use super::frame::{Frame, Timing};
use super::plane::Plane;
use super::series::Series;
use crate::read::Flaw;

/// The SOP classes of images of magnetic resonance.
const MR: [&str; 3] = [
    uids::MR_IMAGE_STORAGE,
    uids::ENHANCED_MR_IMAGE_STORAGE,
    uids::LEGACY_CONVERTED_ENHANCED_MR_IMAGE_STORAGE,
];

/// What a file says: its series, and each of its images.
pub struct Instance {
    /// The series.
    pub series: Series,
    /// The images.
    pub frames: Vec<Frame>,
}

impl Instance {
    /// Reads a header.
    ///
    /// # Errors
    /// [`Flaw`] if it is no MR image, or lacks what every image has.
    pub fn of(header: &InMemDicomObject) -> Result<Self, Flaw> {
        let class = text(header, tags::SOP_CLASS_UID).unwrap_or_else(|| "unknown".into());
        if !MR.contains(&class.as_str()) {
            let modality = text(header, tags::MODALITY).unwrap_or_else(|| "unknown".into());
            let clipped = |text: String, most| text.chars().take(most).collect();
            return Err(Flaw::NotMr {
                modality: clipped(modality, 16),
                class: clipped(class, 64),
            });
        }
        let series = Series::of(header)?;
        let whole = whole(header, class)?;
        let frames = if items(header, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE).is_empty() {
            match integer(header, tags::NUMBER_OF_FRAMES) {
                None | Some(1) => vec![whole],
                Some(frames) => return Err(Flaw::NoGroups(frames.max(0) as u64)),
            }
        } else {
            frames(header, &whole)
        };
        Ok(Self { series, frames })
    }
}

/// What the header says of the whole file.
fn whole(header: &InMemDicomObject, sop_class: String) -> Result<Frame, Flaw> {
    let size = |tag, name| {
        let value = integer(header, tag).and_then(|value| usize::try_from(value).ok());
        value.filter(|&value| value > 0).ok_or(Flaw::Missing(name))
    };
    let instance = text(header, tags::SOP_INSTANCE_UID);
    Ok(Frame {
        sop_class,
        sop_instance: instance.ok_or(Flaw::Missing("SOPInstanceUID"))?,
        number: None,
        size: [size(tags::COLUMNS, "Columns")?, size(tags::ROWS, "Rows")?],
        plane: Plane::of(header, header, header),
        timing: Timing {
            echo_ms: number(header, tags::ECHO_TIME),
            repetition_ms: number(header, tags::REPETITION_TIME),
            inversion_ms: number(header, tags::INVERSION_TIME).filter(|&ms| ms > 0.0),
            trigger_ms: number(header, tags::TRIGGER_TIME),
            repetition: integer(header, tags::TEMPORAL_POSITION_IDENTIFIER),
            acquisition: integer(header, tags::ACQUISITION_NUMBER),
        },
        image_type: upper(texts(header, tags::IMAGE_TYPE)),
    })
}
