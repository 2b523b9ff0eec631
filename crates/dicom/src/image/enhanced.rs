//! Frames of enhanced multi-frame images: what their functional groups say (DICOM PS3.3, sections C.7.6.16 and C.8.13).

use dicom_dictionary_std::tags;
use dicom_object::{InMemDicomObject, Tag};

use super::attribute::{integer, items, number, texts, upper};
use super::frame::{Frame, Timing};
use super::groups::Groups;
use super::plane::Plane;

impl Groups<'_> {
    fn number(&self, group: Tag, tag: Tag) -> Option<f64> {
        number(self.item(group)?, tag)
    }

    fn plane(&self) -> Option<Plane> {
        Plane::of(
            self.item(tags::PLANE_POSITION_SEQUENCE)?,
            self.item(tags::PLANE_ORIENTATION_SEQUENCE)?,
            self.item(tags::PIXEL_MEASURES_SEQUENCE)?,
        )
    }

    fn timing(&self) -> Timing {
        let cardiac = |tag| self.number(tags::CARDIAC_SYNCHRONIZATION_SEQUENCE, tag);
        let content = |tag| integer(self.item(tags::FRAME_CONTENT_SEQUENCE)?, tag);
        Timing {
            echo_ms: self.number(tags::MR_ECHO_SEQUENCE, tags::EFFECTIVE_ECHO_TIME),
            repetition_ms: self.number(
                tags::MR_TIMING_AND_RELATED_PARAMETERS_SEQUENCE,
                tags::REPETITION_TIME,
            ),
            inversion_ms: self.number(tags::MR_MODIFIER_SEQUENCE, tags::INVERSION_TIMES),
            trigger_ms: cardiac(tags::NOMINAL_CARDIAC_TRIGGER_DELAY_TIME)
                .or_else(|| cardiac(tags::ACTUAL_CARDIAC_TRIGGER_DELAY_TIME)),
            repetition: content(tags::TEMPORAL_POSITION_INDEX),
            acquisition: content(tags::FRAME_ACQUISITION_NUMBER),
        }
    }

    /// The image type of the frame, and its complex component where that is said apart.
    fn image_type(&self) -> Vec<String> {
        let Some(kind) = self.item(tags::MR_IMAGE_FRAME_TYPE_SEQUENCE) else {
            return Vec::new();
        };
        let mut words = texts(kind, tags::FRAME_TYPE);
        words.extend(texts(kind, tags::COMPLEX_IMAGE_COMPONENT));
        upper(words)
    }
}

/// Each frame of an enhanced image; `whole` is what its header says of all.
pub fn frames(header: &InMemDicomObject, whole: &Frame) -> Vec<Frame> {
    let count = items(header, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE).len();
    let frame = |n: u32| {
        let groups = Groups::of(header, n)?;
        let image_type = groups.image_type();
        Some(Frame {
            number: Some(n + 1),
            plane: groups.plane(),
            timing: groups.timing(),
            image_type: if image_type.is_empty() {
                whole.image_type.clone()
            } else {
                image_type
            },
            ..whole.clone()
        })
    };
    (0..count as u32).filter_map(frame).collect()
}
