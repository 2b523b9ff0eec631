//! Decoders of compressed frames. Each compares the size that the compressed image names with Rows and Columns first.

use std::borrow::Cow;

use jpeg2k::{DecodeParameters, Image};
use oxiarc_jpeg::{DecodeLimits, DecodeOptions, Decoder};

use super::{Format, rle};
use crate::read::{Flaw, Syntax};

/// The most tiles of a JPEG 2000 image.
const MAX_TILES: u64 = 4096;

/// What errors call a compression.
pub fn name(syntax: Syntax) -> &'static str {
    match syntax {
        Syntax::Rle => "RLE",
        Syntax::Jpeg => "JPEG",
        Syntax::JpegLs => "JPEG-LS",
        Syntax::Jpeg2000 => "JPEG 2000",
        Syntax::Implicit | Syntax::Explicit | Syntax::BigEndian => "uncompressed",
    }
}

/// The words of a compressed frame.
///
/// # Errors
/// [`Flaw::Pixels`].
pub fn decode(frame: &[u8], syntax: Syntax, format: &Format) -> Result<Vec<u32>, Flaw> {
    let words = match syntax {
        Syntax::Rle => rle::decode(frame, format.pixels(), format.allocated as usize / 8),
        Syntax::Jpeg => jpeg(frame, format),
        Syntax::JpegLs => jpeg_ls(frame, format),
        Syntax::Jpeg2000 => jpeg_2000(frame, format),
        Syntax::Implicit | Syntax::Explicit | Syntax::BigEndian => {
            Err("its transfer syntax says that it is not compressed".into())
        }
    };
    let words = words.and_then(|words| match words.len() {
        length if length == format.pixels() => Ok(words),
        length => Err(format!("{length} of {} pixels", format.pixels())),
    });
    words.map_err(|problem| Flaw::Pixels {
        codec: name(syntax),
        problem: one_line(&problem),
    })
}

/// A decoder's message as the end of a line.
fn one_line(text: &str) -> String {
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().take(200).map(clean).collect()
}

fn check_size(found: [u64; 2], format: &Format) -> Result<(), String> {
    let need = [format.columns as u64, format.rows as u64];
    if found == need {
        return Ok(());
    }
    let [[columns, rows], [need_columns, need_rows]] = [found, need];
    Err(format!(
        "{columns} x {rows} pixels, where Columns and Rows say {need_columns} x {need_rows}"
    ))
}

fn jpeg(frame: &[u8], format: &Format) -> Result<Vec<u32>, String> {
    let options = DecodeOptions {
        limits: DecodeLimits {
            max_input_bytes: frame.len() as u64,
            ..DecodeLimits::strict()
        },
        ..DecodeOptions::raw()
    };
    let mut decoder = Decoder::with_options(frame, options);
    let info = decoder.read_info().map_err(|error| error.to_string())?;
    check_size([u64::from(info.width), u64::from(info.height)], format)?;
    if info.num_components != 1 {
        return Err("more than one sample a pixel".into());
    }
    let words = decoder.decode_u16().map_err(|error| error.to_string())?;
    Ok(words.into_iter().map(u32::from).collect())
}

fn jpeg_ls(frame: &[u8], format: &Format) -> Result<Vec<u32>, String> {
    let frame = without_fill(frame);
    let [columns, rows] = [format.columns as u32, format.rows as u32];
    let decoded = jpegls::decode(&frame, columns, rows).map_err(|error| error.to_string())?;
    let (words, columns, rows) = decoded;
    check_size([u64::from(columns), u64::from(rows)], format)?;
    Ok(words.into_iter().map(u32::from).collect())
}

/// A JPEG-LS image without the bytes FF that may stand before its last marker (ITU-T T.81, section B.1.1.2), by which some encoders
/// make lengths even and which the decoder does not know.
fn without_fill(frame: &[u8]) -> Cow<'_, [u8]> {
    const END: [u8; 2] = [0xFF, 0xD9];
    let end = frame.windows(2).rposition(|bytes| bytes == END);
    let data = end.and_then(|end| frame.get(..end)).unwrap_or_default();
    match data.iter().rposition(|&byte| byte != 0xFF) {
        Some(last) if last + 1 < data.len() => {
            let data = data.get(..=last).unwrap_or_default();
            Cow::Owned([data, &END].concat())
        }
        _ => Cow::Borrowed(frame),
    }
}

fn jpeg_2000(frame: &[u8], format: &Format) -> Result<Vec<u32>, String> {
    check_codestream(frame, format)?;
    let strict = DecodeParameters::new().strict(true);
    let image = Image::from_bytes_with(frame, strict).map_err(|error| error.to_string())?;
    let [component] = image.components() else {
        return Err("more than one sample a pixel".into());
    };
    check_size(
        [u64::from(component.width()), u64::from(component.height())],
        format,
    )?;
    Ok(component.data().iter().map(|&value| value as u32).collect())
}

/// Checks the size, the tiles and the components that a codestream names (ISO/IEC 15444-1, section A.5.1), before its decoder
/// takes memory for them.
fn check_codestream(frame: &[u8], format: &Format) -> Result<(), String> {
    let start = frame
        .windows(4)
        .position(|bytes| bytes == [0xFF, 0x4F, 0xFF, 0x51]);
    // After the markers: the length and the capabilities.
    let size = start.and_then(|start| frame.get(start + 8..start + 42));
    let size = size.ok_or("no size")?;
    let (numbers, components) = size.as_chunks::<4>();
    let number = |n: usize| {
        numbers
            .get(n)
            .map_or(0, |bytes| u64::from(u32::from_be_bytes(*bytes)))
    };
    let [x, y, left, top] = [0, 1, 2, 3].map(number);
    check_size([x.saturating_sub(left), y.saturating_sub(top)], format)?;
    let tiles = x
        .div_ceil(number(4).max(1))
        .saturating_mul(y.div_ceil(number(5).max(1)));
    if tiles > MAX_TILES {
        return Err(format!("{tiles} tiles, at most {MAX_TILES} are read"));
    }
    if components != [0, 1] {
        return Err("more than one sample a pixel".into());
    }
    Ok(())
}
