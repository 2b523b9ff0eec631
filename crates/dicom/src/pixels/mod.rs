//! The pixels of a file as numbers: uncompressed, run lengths, JPEG, JPEG-LS and JPEG 2000.

mod codec;
mod format;
mod fragments;
mod rle;

use crate::image::Rescale;
use crate::read::{Flaw, PixelElement, Whole, guarded};

pub use format::Format;

/// The pixels of one file.
///
/// ```no_run
/// use myops_dicom::pixels::Pixels;
///
/// let pixels = Pixels::decode(std::fs::read("IM0001")?)?;
/// let [columns, rows] = pixels.size();
/// assert_eq!(pixels.frame(0)?.len(), columns * rows);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Pixels {
    file: Whole,
    format: Format,
}

impl Pixels {
    /// Takes a DICOM file apart, and checks the size of its image against the bounds and the length of its pixel data.
    ///
    /// # Errors
    /// [`Flaw`] if it is damaged, too large or has no pixels of one sample each.
    pub fn decode(bytes: Vec<u8>) -> Result<Self, Flaw> {
        Self::of(Whole::decode(bytes)?)
    }

    /// The pixels of a file that was taken apart.
    ///
    /// # Errors
    /// As for [`Self::decode`].
    pub(crate) fn of(file: Whole) -> Result<Self, Flaw> {
        let format = Format::of(&file.data_set.header)?;
        let expected = format.frame_bytes() as u64 * u64::from(format.frames);
        match &file.data_set.pixels {
            None => return Err(Flaw::NoPixels),
            Some(PixelElement::Native(range)) if (range.len() as u64) < expected => {
                let found = range.len() as u64;
                return Err(Flaw::ShortPixels { found, expected });
            }
            _ => {}
        }
        Ok(Self { file, format })
    }

    /// The number of columns and of rows.
    pub fn size(&self) -> [usize; 2] {
        [self.format.columns, self.format.rows]
    }

    /// The number of frames.
    pub fn frames(&self) -> u32 {
        self.format.frames
    }

    /// The values of a frame, counted from 0, row after row, after the rescale slope and intercept that belong to it.
    ///
    /// # Errors
    /// [`Flaw`] if there is no such frame or it cannot be decoded.
    pub fn frame(&self, frame: u32) -> Result<Vec<f32>, Flaw> {
        if frame >= self.format.frames {
            return Err(Flaw::NoFrame(frame, self.format.frames));
        }
        let rescale = Rescale::of(&self.file.data_set.header, frame)?;
        let value =
            |word| (rescale.slope * self.format.value(word) as f64 + rescale.intercept) as f32;
        let values: Vec<f32> = self.words(frame)?.into_iter().map(value).collect();
        if values.iter().all(|value| value.is_finite()) {
            return Ok(values);
        }
        Err(Flaw::Value {
            attribute: "RescaleSlope",
            value: rescale.slope.to_string(),
            need: "values have to be finite",
        })
    }

    /// The attributes of the file, but its pixels.
    pub(crate) fn header(&self) -> &dicom_object::InMemDicomObject {
        &self.file.data_set.header
    }

    /// The stored words of a frame, as wide as they were allocated.
    fn words(&self, frame: u32) -> Result<Vec<u32>, Flaw> {
        let bytes = &self.file.bytes;
        match self.file.data_set.pixels.as_ref().ok_or(Flaw::NoPixels)? {
            PixelElement::Native(range) => {
                let length = self.format.frame_bytes();
                let from = range.start + frame as usize * length;
                let frame = bytes.get(from..from + length).ok_or(Flaw::NoPixels)?;
                Ok(self.format.native(frame, self.file.syntax))
            }
            PixelElement::Encapsulated(fragments) => {
                let frame = fragments::frame(bytes, fragments, frame, self.format.frames)?;
                let decode = || codec::decode(&frame, self.file.syntax, &self.format);
                guarded(decode).unwrap_or_else(|| {
                    Err(Flaw::Pixels {
                        codec: codec::name(self.file.syntax),
                        problem: "its decoder gave up".into(),
                    })
                })
            }
        }
    }
}
