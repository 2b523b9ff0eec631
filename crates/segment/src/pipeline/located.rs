//! First stage: where the heart is.

use myops_image::preprocess::Frame;
use myops_image::study::Study;
use myops_measure::finding::Finding;

use crate::locator::Locator;
use crate::segmentation::SegmentError;

/// A study, and where its heart is.
#[derive(Debug)]
pub struct Located<'a> {
    pub(super) study: &'a Study,
    /// What the networks' input is centred on.
    pub(super) frame: Frame,
    pub(super) findings: Vec<Finding>,
}

impl<'a> Located<'a> {
    /// Finds the heart, for networks that look at it; others look at the middle of the image.
    ///
    /// # Errors
    /// Where the study cannot be made an input, or the locator's output is not a number.
    pub fn find(study: &'a Study, locator: Option<&Locator>) -> Result<Self, SegmentError> {
        let mut located = Self {
            study,
            frame: Frame::default(),
            findings: Vec::new(),
        };
        if let Some(locator) = locator {
            located.frame.heart = locator.find(study)?;
            let lost = located.frame.heart.is_none();
            located
                .findings
                .extend(lost.then_some(Finding::HeartNotFound));
        }
        Ok(located)
    }
}
