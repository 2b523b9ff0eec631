//! The functional groups of a frame (DICOM PS3.3, section C.7.6.16).

use dicom_dictionary_std::tags;
use dicom_object::{InMemDicomObject, Tag};

use super::attribute::items;

/// The functional groups of one frame.
#[derive(Clone, Copy)]
pub struct Groups<'a> {
    shared: Option<&'a InMemDicomObject>,
    own: &'a InMemDicomObject,
}

impl<'a> Groups<'a> {
    /// Those of a frame, counted from 0; `None` if the image has none for it.
    pub fn of(header: &'a InMemDicomObject, frame: u32) -> Option<Self> {
        let per_frame = items(header, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE);
        Some(Self {
            shared: items(header, tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE).first(),
            own: per_frame.get(frame as usize)?,
        })
    }

    /// The item of a group: the frame's own, else the one that all frames share.
    pub fn item(&self, group: Tag) -> Option<&'a InMemDicomObject> {
        let first = |groups: &'a InMemDicomObject| items(groups, group).first();
        first(self.own).or_else(|| self.shared.and_then(first))
    }
}
