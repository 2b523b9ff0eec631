//! A data set, put together from the parser's tokens.

use std::io::Cursor;
use std::ops::Range;

use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom_core::value::DataSetSequence;
use dicom_core::{DataElement, Length, VR};
use dicom_dictionary_std::tags;
use dicom_object::mem::InMemElement;
use dicom_object::{InMemDicomObject, StandardDataDictionary, Tag};
use dicom_parser::StatefulDecode;
use dicom_parser::dataset::LazyDataToken;
use dicom_parser::dataset::lazy_read::LazyDataSetReader;

use super::{Flaw, Syntax};

/// The longest value that is kept, bytes. Longer ones (private protocols, overlays, palettes) are left out.
const MAX_VALUE_BYTES: u64 = 1 << 16;
/// The most elements of a file: those of an enhanced image with 10,000 frames.
const MAX_ELEMENTS: usize = 1 << 20;
/// The deepest nesting of sequences.
const MAX_DEPTH: usize = 16;

/// The attributes of a file, and where its pixels lie.
pub struct DataSet {
    /// All attributes before the pixels, but very long ones.
    pub header: InMemDicomObject,
    /// The pixels, if there are any.
    pub pixels: Option<PixelElement>,
}

/// Where the pixels lie among the bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PixelElement {
    /// One after another.
    Native(Range<usize>),
    /// In fragments; the first is the table of offsets, which may be empty.
    Encapsulated(Vec<Range<usize>>),
}

/// A part of the data set that has begun.
enum Open {
    Item(InMemDicomObject),
    Sequence(Tag, Vec<InMemDicomObject>),
    Fragments(Vec<Range<usize>>),
}

impl DataSet {
    /// Reads the data set that begins at byte `start`, up to its pixels.
    ///
    /// # Errors
    /// [`Flaw`] if it is damaged, truncated or out of bounds.
    pub fn read(bytes: &[u8], start: usize, syntax: Syntax) -> Result<Self, Flaw> {
        let mut cursor = Cursor::new(bytes);
        cursor.set_position(start as u64);
        let mut tokens = LazyDataSetReader::new_with_ts(cursor, &syntax.elements())
            .map_err(|_| Flaw::Damaged)?;
        let mut building = Building {
            length: bytes.len() as u64,
            open: vec![Open::Item(InMemDicomObject::new_empty())],
            elements: 0,
            pixels: None,
        };
        while let Some(token) = tokens.advance() {
            if building.add(token.map_err(|_| Flaw::Damaged)?)? == Next::Stop {
                break;
            }
        }
        building.end()
    }
}

/// The value representation of an element; the dictionary's where a file calls it unknown, as archives do that once did not know
/// the attribute (DICOM PS3.5, section 6.2.2).
fn known(tag: Tag, vr: VR) -> VR {
    let entry = (vr == VR::UN).then(|| StandardDataDictionary.by_tag(tag));
    let named = entry.flatten().map(|entry| entry.vr().relaxed());
    named.filter(|&vr| vr != VR::SQ).unwrap_or(vr)
}

/// The bytes of one number of a value representation; 1 for text.
fn width(vr: VR) -> u64 {
    match vr {
        VR::US | VR::SS | VR::OW => 2,
        VR::UL | VR::SL | VR::FL | VR::AT | VR::OF | VR::OL => 4,
        VR::FD | VR::SV | VR::UV | VR::OD | VR::OV => 8,
        _ => 1,
    }
}

#[derive(PartialEq, Eq)]
enum Next {
    Go,
    Stop,
}

struct Building {
    /// The bytes that there are.
    length: u64,
    open: Vec<Open>,
    elements: usize,
    pixels: Option<PixelElement>,
}

impl Building {
    fn add<D: StatefulDecode>(&mut self, token: LazyDataToken<D>) -> Result<Next, Flaw> {
        match token {
            LazyDataToken::ElementHeader(header) => {
                // Pixels that are numbers of 32 or 64 bits come before them in the same group; nothing after them is needed.
                if self.open.len() == 1 && header.tag > tags::PIXEL_DATA {
                    return Ok(Next::Stop);
                }
            }
            LazyDataToken::LazyValue {
                mut header,
                decoder,
            } => {
                let from = decoder.position();
                header.vr = known(header.tag, header.vr);
                let value = LazyDataToken::LazyValue { header, decoder };
                return self.value(header.tag, header.vr, from, u64::from(header.len.0), value);
            }
            LazyDataToken::SequenceStart { tag, .. } => {
                self.begin(Open::Sequence(tag, Vec::new()))?;
            }
            LazyDataToken::PixelSequenceStart => self.begin(Open::Fragments(Vec::new()))?,
            LazyDataToken::ItemStart { .. } => match self.open.last_mut() {
                Some(Open::Fragments(fragments)) => {
                    fragments.push(0..0);
                    self.count()?;
                }
                Some(Open::Sequence(..)) => {
                    self.begin(Open::Item(InMemDicomObject::new_empty()))?;
                }
                _ => return Err(Flaw::Damaged),
            },
            LazyDataToken::LazyItemValue { len, decoder } => {
                let from = decoder.position();
                let range = self.range(tags::PIXEL_DATA, from, u64::from(len))?;
                if let Some(Open::Fragments(fragments)) = self.open.last_mut()
                    && let Some(last) = fragments.last_mut()
                {
                    *last = range;
                }
                let value = LazyDataToken::LazyItemValue { len, decoder };
                value.skip().map_err(|_| Flaw::Damaged)?;
            }
            LazyDataToken::ItemEnd => self.end_item()?,
            LazyDataToken::SequenceEnd => return self.end_sequence(),
            _ => return Err(Flaw::Damaged),
        }
        Ok(Next::Go)
    }

    fn count(&mut self) -> Result<(), Flaw> {
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            return Err(Flaw::ManyElements(MAX_ELEMENTS));
        }
        Ok(())
    }

    fn begin(&mut self, part: Open) -> Result<(), Flaw> {
        self.count()?;
        // A sequence and its item are two parts.
        if self.open.len() > 2 * MAX_DEPTH {
            return Err(Flaw::Nested(MAX_DEPTH));
        }
        self.open.push(part);
        Ok(())
    }

    fn range(&self, tag: Tag, from: u64, length: u64) -> Result<Range<usize>, Flaw> {
        let left = self.length.saturating_sub(from);
        if length > left {
            return Err(Flaw::Truncated { tag, length, left });
        }
        Ok(from as usize..(from + length) as usize)
    }

    fn value<D: StatefulDecode>(
        &mut self,
        tag: Tag,
        vr: VR,
        from: u64,
        length: u64,
        value: LazyDataToken<D>,
    ) -> Result<Next, Flaw> {
        let is_pixels = tag == tags::PIXEL_DATA && self.open.len() == 1;
        if is_pixels {
            // What is missing of them is told by whoever needs them.
            let end = (from + length).min(self.length);
            self.pixels = Some(PixelElement::Native(from.min(end) as usize..end as usize));
            return Ok(Next::Stop);
        }
        self.count()?;
        self.range(tag, from, length)?;
        // The parser would lose its place.
        if !length.is_multiple_of(width(vr)) {
            return Err(Flaw::Damaged);
        }
        if length > MAX_VALUE_BYTES {
            value.skip().map_err(|_| Flaw::Damaged)?;
            return Ok(Next::Go);
        }
        let value = value.into_value().map_err(|_| Flaw::Damaged)?;
        self.put(DataElement::new(tag, vr, value))?;
        Ok(Next::Go)
    }

    fn put(&mut self, element: InMemElement) -> Result<(), Flaw> {
        let Some(Open::Item(item)) = self.open.last_mut() else {
            return Err(Flaw::Damaged);
        };
        item.put(element);
        Ok(())
    }

    fn end_item(&mut self) -> Result<(), Flaw> {
        if let Some(Open::Fragments(_)) = self.open.last() {
            return Ok(());
        }
        let Some(Open::Item(item)) = self.open.pop() else {
            return Err(Flaw::Damaged);
        };
        let Some(Open::Sequence(_, items)) = self.open.last_mut() else {
            return Err(Flaw::Damaged);
        };
        items.push(item);
        Ok(())
    }

    fn end_sequence(&mut self) -> Result<Next, Flaw> {
        match self.open.pop() {
            Some(Open::Sequence(tag, items)) => {
                let sequence = DataSetSequence::new(items, Length::UNDEFINED);
                self.put(DataElement::new(tag, VR::SQ, sequence))?;
                Ok(Next::Go)
            }
            Some(Open::Fragments(fragments)) if self.open.len() == 1 => {
                self.pixels = Some(PixelElement::Encapsulated(fragments));
                Ok(Next::Stop)
            }
            // Those of an icon.
            Some(Open::Fragments(_)) => Ok(Next::Go),
            _ => Err(Flaw::Damaged),
        }
    }

    fn end(mut self) -> Result<DataSet, Flaw> {
        let first = self.open.drain(..).collect::<Vec<_>>();
        let Ok([Open::Item(header)]) = <[Open; 1]>::try_from(first) else {
            return Err(Flaw::OpenSequence);
        };
        Ok(DataSet {
            header,
            pixels: self.pixels,
        })
    }
}
