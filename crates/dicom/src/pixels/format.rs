//! How pixels are stored: Rows, Columns, bits and signs (DICOM PS3.3, section C.7.6.3, and PS3.5, section 8).

use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use myops_image::io::{MAX_AXIS, MAX_VOXELS};

use crate::image::attribute::{has, integer, text};
use crate::read::{Flaw, Syntax};

/// The most frames of a file.
const MAX_FRAMES: u64 = 1 << 16;

/// How pixels are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format {
    /// Columns.
    pub columns: usize,
    /// Rows.
    pub rows: usize,
    /// Frames.
    pub frames: u32,
    /// The bits of a word: 8, 16 or 32.
    pub allocated: u32,
    /// The bits of a pixel.
    pub stored: u32,
    /// The number of the highest bit of a pixel, counted from 0.
    high: u32,
    signed: bool,
}

impl Format {
    /// Reads and checks how the pixels of a file are stored.
    ///
    /// # Errors
    /// [`Flaw`] if an attribute is missing, not supported or out of bounds.
    pub fn of(header: &InMemDicomObject) -> Result<Self, Flaw> {
        let need = |tag, name| {
            let value = integer(header, tag).and_then(|value| u64::try_from(value).ok());
            value.ok_or(Flaw::Missing(name))
        };
        let columns = need(tags::COLUMNS, "Columns")?;
        let rows = need(tags::ROWS, "Rows")?;
        let frames = match integer(header, tags::NUMBER_OF_FRAMES) {
            None => 1,
            Some(frames) => u64::try_from(frames).unwrap_or(0),
        };
        let axis = 1..=MAX_AXIS;
        let fits = columns.saturating_mul(rows) <= MAX_VOXELS && (1..=MAX_FRAMES).contains(&frames);
        if !(axis.contains(&columns) && axis.contains(&rows) && fits) {
            return Err(Flaw::Size {
                columns,
                rows,
                frames,
            });
        }
        one_grey_sample(header)?;
        let allocated = need(tags::BITS_ALLOCATED, "BitsAllocated")?;
        let stored = integer(header, tags::BITS_STORED).map_or(allocated, |bits| bits as u64);
        let high = integer(header, tags::HIGH_BIT).map_or(stored.wrapping_sub(1), |bit| bit as u64);
        let value = |attribute, value: u64, need| Flaw::Value {
            attribute,
            value: value.to_string(),
            need,
        };
        if ![8, 16, 32].contains(&allocated) {
            return Err(value(
                "BitsAllocated",
                allocated,
                "8, 16 or 32 is supported",
            ));
        }
        if !(1..=allocated).contains(&stored) {
            return Err(value("BitsStored", stored, "need 1 to BitsAllocated"));
        }
        if !(stored - 1..allocated).contains(&high) {
            return Err(value(
                "HighBit",
                high,
                "need BitsStored - 1 to BitsAllocated - 1",
            ));
        }
        let representation = integer(header, tags::PIXEL_REPRESENTATION).unwrap_or(0);
        Ok(Self {
            columns: columns as usize,
            rows: rows as usize,
            frames: frames as u32,
            allocated: allocated as u32,
            stored: stored as u32,
            high: high as u32,
            signed: representation == 1,
        })
    }

    /// The pixels of a frame.
    pub fn pixels(&self) -> usize {
        self.columns * self.rows
    }

    /// The bytes of a frame that is not compressed.
    pub fn frame_bytes(&self) -> usize {
        self.pixels() * self.allocated as usize / 8
    }

    /// The words of a frame that is not compressed.
    pub fn native(&self, bytes: &[u8], syntax: Syntax) -> Vec<u32> {
        let join = |word: &[u8]| match syntax {
            Syntax::BigEndian => word.iter().fold(0, |all, &byte| all << 8 | u32::from(byte)),
            _ => word
                .iter()
                .rev()
                .fold(0, |all, &byte| all << 8 | u32::from(byte)),
        };
        bytes
            .chunks_exact(self.allocated as usize / 8)
            .map(join)
            .collect()
    }

    /// The number that a word stores: bits beside those of the pixel are ignored.
    pub fn value(&self, word: u32) -> i64 {
        let bits = u64::from(word) >> (self.high + 1 - self.stored);
        let value = (bits & ((1_u64 << self.stored) - 1)) as i64;
        if self.signed && value >> (self.stored - 1) == 1 {
            value - (1_i64 << self.stored)
        } else {
            value
        }
    }
}

/// Refuses colours, inverted greys and tables of values.
fn one_grey_sample(header: &InMemDicomObject) -> Result<(), Flaw> {
    let value = |attribute, value, need| {
        Err(Flaw::Value {
            attribute,
            value,
            need,
        })
    };
    let samples = integer(header, tags::SAMPLES_PER_PIXEL).unwrap_or(1);
    if samples != 1 {
        return value("SamplesPerPixel", samples.to_string(), "1 is supported");
    }
    let shown = text(header, tags::PHOTOMETRIC_INTERPRETATION);
    if let Some(shown) = shown.filter(|shown| shown != "MONOCHROME2") {
        let need = "MONOCHROME2 is supported, where larger values are brighter";
        return value("PhotometricInterpretation", shown, need);
    }
    if has(header, tags::MODALITY_LUT_SEQUENCE) {
        let need = "a table of values is not supported";
        return value("ModalityLUTSequence", "present".into(), need);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(allocated: u32, stored: u32, high: u32, signed: bool) -> Format {
        Format {
            columns: 2,
            rows: 1,
            frames: 1,
            allocated,
            stored,
            high,
            signed,
        }
    }

    #[test]
    fn numbers_are_cut_out_of_words_and_have_their_sign() {
        // 12 of 16 bits; the four above them are an overlay's.
        let twelve = format(16, 12, 11, false);
        assert_eq!(twelve.native(&[0x34, 0xF2], Syntax::Explicit), [0xF234]);
        assert_eq!(twelve.value(0xF234), 0x234);
        assert_eq!(format(16, 12, 11, true).value(0x0FFF), -1);
        assert_eq!(format(16, 12, 11, true).value(0x07FF), 2047);
        assert_eq!(format(16, 12, 15, false).value(0x1230), 0x123);
        assert_eq!(format(16, 16, 15, true).value(0x8000), -32768);
        assert_eq!(format(32, 32, 31, true).value(u32::MAX), -1);
        assert_eq!(
            format(16, 16, 15, false).native(&[1, 2], Syntax::BigEndian),
            [0x0102]
        );
    }
}
