//! From stored numbers to values (DICOM PS3.3, sections C.11.1 and C.7.6.16.2.9).

use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use super::attribute::{has, number};
use super::groups::Groups;
use crate::read::Flaw;

/// `value = slope * stored + intercept`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rescale {
    /// The factor.
    pub slope: f64,
    /// What is added.
    pub intercept: f64,
}

impl Rescale {
    /// The rescaling of a frame, counted from 0: of its functional groups, else of the whole file, else none.
    ///
    /// # Errors
    /// [`Flaw`] if it is there and no number, or the slope is 0.
    pub fn of(header: &InMemDicomObject, frame: u32) -> Result<Self, Flaw> {
        let group = Groups::of(header, frame)
            .and_then(|groups| groups.item(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE));
        let from = group.unwrap_or(header);
        let value = |tag, name, default| match number(from, tag) {
            Some(value) => Ok(value),
            None if has(from, tag) => Err(Flaw::Missing(name)),
            None => Ok(default),
        };
        let slope = value(tags::RESCALE_SLOPE, "RescaleSlope", 1.0)?;
        if slope == 0.0 {
            return Err(Flaw::Value {
                attribute: "RescaleSlope",
                value: "0".into(),
                need: "need another number",
            });
        }
        Ok(Self {
            slope,
            intercept: value(tags::RESCALE_INTERCEPT, "RescaleIntercept", 0.0)?,
        })
    }
}
