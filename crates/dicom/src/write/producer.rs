//! The program that made the results.

use std::time::{SystemTime, UNIX_EPOCH};

use dicom_core::chrono::{DateTime, FixedOffset};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use dicom_object::mem::InMemElement;

use super::element::{Item, text};
use super::error::WriteError;
use super::header::value_of;

/// The program that made the results, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Producer<'a> {
    /// The name of the program.
    pub name: &'a str,
    /// Its version.
    pub version: &'a str,
    /// What identifies the model: a fingerprint of its weights. It stands for the serial number of the device.
    pub model: &'a str,
    /// When the results were made.
    pub made: SystemTime,
}

impl Producer<'_> {
    /// Checks that the texts fit their elements (VR LO).
    pub(super) fn check(&self) -> Result<(), WriteError> {
        let texts = [
            ("the program's name", self.name),
            ("the program's version", self.version),
            ("the model's fingerprint", self.model),
        ];
        texts.into_iter().try_for_each(|(what, value)| {
            let printable = value.chars().all(|c| c != '\\' && !c.is_control());
            if printable && (1..=64).contains(&value.trim().chars().count()) {
                Ok(())
            } else {
                Err(WriteError::Text {
                    what,
                    value: value.into(),
                })
            }
        })
    }

    /// The elements of the module Enhanced General Equipment (PS3.3, C.7.5.2).
    pub(super) fn equipment(&self) -> [InMemElement; 4] {
        [
            text(tags::MANUFACTURER, VR::LO, self.name),
            text(tags::MANUFACTURER_MODEL_NAME, VR::LO, self.name),
            text(tags::DEVICE_SERIAL_NUMBER, VR::LO, self.model),
            text(tags::SOFTWARE_VERSIONS, VR::LO, self.version),
        ]
    }

    /// The date and time of content and of creation; in the time zone of the source's header, else in UTC, which no
    /// element then says, since it would hold for the exam's times too.
    pub(super) fn times(&self, header: &Item) -> Result<Vec<InMemElement>, WriteError> {
        /// A day before the year 10000, so that no time zone reaches it.
        const LAST_SECOND: u64 = 253_402_214_400;
        let since = self.made.duration_since(UNIX_EPOCH).ok();
        let since = since
            .filter(|t| t.as_secs() < LAST_SECOND)
            .ok_or(WriteError::Clock)?;
        let utc = DateTime::from_timestamp(since.as_secs() as i64, 0).ok_or(WriteError::Clock)?;
        let said = value_of(header, tags::TIMEZONE_OFFSET_FROM_UTC);
        let zone = said.as_deref().and_then(offset);
        let local =
            utc.with_timezone(&zone.unwrap_or(FixedOffset::east_opt(0).ok_or(WriteError::Clock)?));
        let written = |tag: Tag, vr, format| text(tag, vr, local.format(format).to_string());
        let mut elements = vec![
            written(tags::INSTANCE_CREATION_DATE, VR::DA, "%Y%m%d"),
            written(tags::INSTANCE_CREATION_TIME, VR::TM, "%H%M%S"),
            written(tags::CONTENT_DATE, VR::DA, "%Y%m%d"),
            written(tags::CONTENT_TIME, VR::TM, "%H%M%S"),
        ];
        if zone.is_some() {
            elements.push(written(tags::TIMEZONE_OFFSET_FROM_UTC, VR::SH, "%z"));
        }
        Ok(elements)
    }
}

/// Reads `+HHMM` or `-HHMM`.
fn offset(text: &str) -> Option<FixedOffset> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i32 = digits.parse().ok()?;
    let (hours, minutes) = (number / 100, number % 100);
    (hours <= 14 && minutes < 60)
        .then(|| FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60)))
        .flatten()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::element::item;
    use super::*;

    fn at(seconds: u64, zone: &str) -> Vec<String> {
        let header = item([text(tags::TIMEZONE_OFFSET_FROM_UTC, VR::SH, zone)]);
        let producer = Producer {
            name: "myops",
            version: "1",
            model: "m",
            made: UNIX_EPOCH + Duration::from_secs(seconds),
        };
        let elements = producer.times(&header).unwrap();
        let texts = elements.iter().map(|e| e.to_str().unwrap().into_owned());
        texts.skip(2).collect()
    }

    #[test]
    fn times_are_in_the_exams_zone() {
        // 2026-01-01 23:30:05 UTC.
        let clock = 1_767_310_205;
        assert_eq!(at(clock, ""), ["20260101", "233005"]);
        assert_eq!(at(clock, "+0100"), ["20260102", "003005", "+0100"]);
        assert_eq!(at(clock, "-0330"), ["20260101", "200005", "-0330"]);
        for bad in ["+9900", "0100", "+1", "ä", "+01a0"] {
            assert_eq!(at(clock, bad), ["20260101", "233005"], "{bad}");
        }
    }

    #[test]
    fn texts_that_do_not_fit_are_refused() {
        for bad in ["", " ", "a\\b", "a\nb", &"x".repeat(65)] {
            let producer = Producer {
                name: "myops",
                version: bad,
                model: "m",
                made: UNIX_EPOCH,
            };
            assert!(
                matches!(producer.check(), Err(WriteError::Text { .. })),
                "{bad:?}"
            );
        }
    }
}
