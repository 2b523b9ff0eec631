//! The beginning of a file: its preamble, and the elements that say how the rest is encoded (DICOM PS3.10, section 7).

use dicom_dictionary_std::uids;
use dicom_transfer_syntax_registry::entries::{
    EXPLICIT_VR_BIG_ENDIAN, EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN,
};

use super::Flaw;

/// The bytes before the prefix.
const PREAMBLE: usize = 128;
/// The bytes after the preamble.
const PREFIX: &[u8] = b"DICM";
/// The most elements of the file meta information that are read.
const MAX_META: usize = 64;

/// How a data set and its pixels are encoded (DICOM PS3.5, section 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// Implicit VR, little endian.
    Implicit,
    /// Explicit VR, little endian.
    Explicit,
    /// Explicit VR, big endian.
    BigEndian,
    /// Run lengths.
    Rle,
    /// JPEG: baseline, extended or lossless.
    Jpeg,
    /// JPEG-LS, lossless or near-lossless.
    JpegLs,
    /// JPEG 2000.
    Jpeg2000,
}

impl Syntax {
    fn of(uid: &str) -> Result<Self, Flaw> {
        Ok(match uid {
            uids::IMPLICIT_VR_LITTLE_ENDIAN => Self::Implicit,
            uids::EXPLICIT_VR_LITTLE_ENDIAN => Self::Explicit,
            "1.2.840.10008.1.2.2" => Self::BigEndian,
            uids::RLE_LOSSLESS => Self::Rle,
            uids::JPEG_BASELINE8_BIT
            | uids::JPEG_EXTENDED12_BIT
            | uids::JPEG_LOSSLESS
            | uids::JPEG_LOSSLESS_SV1 => Self::Jpeg,
            uids::JPEGLS_LOSSLESS | uids::JPEGLS_NEAR_LOSSLESS => Self::JpegLs,
            uids::JPEG2000_LOSSLESS | uids::JPEG2000 => Self::Jpeg2000,
            _ => return Err(Flaw::Syntax(known(uid))),
        })
    }

    /// How the elements are encoded.
    pub fn elements(self) -> dicom_transfer_syntax_registry::TransferSyntax {
        match self {
            Self::Implicit => IMPLICIT_VR_LITTLE_ENDIAN.erased(),
            Self::BigEndian => EXPLICIT_VR_BIG_ENDIAN.erased(),
            _ => EXPLICIT_VR_LITTLE_ENDIAN.erased(),
        }
    }
}

/// A UID as it may be printed: digits and dots.
fn known(uid: &str) -> String {
    let mut text: String = uid.chars().take(64).collect();
    text.retain(|c| c.is_ascii_digit() || c == '.');
    text
}

/// What the beginning of a file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Where the data set begins, bytes.
    pub data_set: usize,
    /// How it is encoded.
    pub syntax: Syntax,
}

impl Head {
    /// Reads the beginning of a file: with preamble and prefix, or only with file meta information, or of a bare data set.
    ///
    /// # Errors
    /// [`Flaw::NotDicom`], [`Flaw::Directory`] or [`Flaw::Syntax`].
    pub fn of(bytes: &[u8]) -> Result<Self, Flaw> {
        let prefixed = bytes.get(PREAMBLE..PREAMBLE + PREFIX.len()) == Some(PREFIX);
        let start = if prefixed { PREAMBLE + PREFIX.len() } else { 0 };
        let rest = bytes.get(start..).unwrap_or_default();
        if rest.starts_with(&[2, 0]) {
            let (length, syntax) = meta(rest).map_err(|flaw| match flaw {
                Flaw::NotDicom if prefixed => Flaw::Damaged,
                flaw => flaw,
            })?;
            let data_set = start + length;
            let syntax = match syntax {
                Some(syntax) => syntax,
                None => bare(bytes.get(data_set..).unwrap_or_default())?,
            };
            Ok(Self { data_set, syntax })
        } else {
            Ok(Self {
                data_set: start,
                syntax: bare(rest)?,
            })
        }
    }
}

/// The length of the file meta information, and the transfer syntax that it names. It is always in explicit VR, little endian.
fn meta(bytes: &[u8]) -> Result<(usize, Option<Syntax>), Flaw> {
    let (mut at, mut syntax) = (0, None);
    for _ in 0..MAX_META {
        let Some(&[g0, g1, e0, e1, v0, v1, l0, l1]) = chunk::<8>(bytes, at) else {
            break;
        };
        if [g0, g1] != [2, 0] {
            break;
        }
        let long = matches!(&[v0, v1], b"OB" | b"OW" | b"UN" | b"UT" | b"SQ");
        let (length, value) = if long {
            let length = chunk::<4>(bytes, at + 8).ok_or(Flaw::NotDicom)?;
            (u32::from_le_bytes(*length) as usize, at + 12)
        } else {
            (usize::from(u16::from_le_bytes([l0, l1])), at + 8)
        };
        let end = value.checked_add(length).filter(|&end| end <= bytes.len());
        let end = end.ok_or(Flaw::NotDicom)?;
        let value = bytes.get(value..end).unwrap_or_default();
        let text = || {
            let text = String::from_utf8_lossy(value);
            text.trim_matches(|c: char| c == '\0' || c.is_whitespace())
                .to_owned()
        };
        match u16::from_le_bytes([e0, e1]) {
            0x0002 if text() == uids::MEDIA_STORAGE_DIRECTORY_STORAGE => {
                return Err(Flaw::Directory);
            }
            0x0010 => syntax = Some(Syntax::of(&text())?),
            _ => {}
        }
        at = end;
    }
    Ok((at, syntax))
}

/// The encoding of a data set that nothing else tells, by its first element: a group from 0008 on that is not too high, and a
/// value representation in letters or a short length.
fn bare(bytes: &[u8]) -> Result<Syntax, Flaw> {
    let Some(&[g0, g1, _, e1, v0, v1, l0, l1]) = chunk::<8>(bytes, 0) else {
        return Err(Flaw::NotDicom);
    };
    let letters = v0.is_ascii_uppercase() && v1.is_ascii_uppercase();
    match [g0, g1] {
        [8, 0] if letters => Ok(Syntax::Explicit),
        [0, 8] if letters => Ok(Syntax::BigEndian),
        [8, 0] if e1 == 0 && [v1, l0, l1] == [0; 3] => Ok(Syntax::Implicit),
        _ => Err(Flaw::NotDicom),
    }
}

fn chunk<const N: usize>(bytes: &[u8], at: usize) -> Option<&[u8; N]> {
    bytes.get(at..)?.first_chunk()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// File meta information that names a transfer syntax.
    fn file(uid: &str, preamble: usize) -> Vec<u8> {
        let mut bytes = vec![0; preamble];
        if preamble > 0 {
            bytes.extend(PREFIX);
        }
        bytes.extend([2, 0, 0x10, 0, b'U', b'I', uid.len() as u8, 0]);
        bytes.extend(uid.as_bytes());
        bytes
    }

    #[test]
    fn the_encoding_is_read_with_and_without_a_preamble() {
        for preamble in [128, 0] {
            let bytes = file("1.2.840.10008.1.2.5\0", preamble);
            let expected = Head {
                data_set: bytes.len(),
                syntax: Syntax::Rle,
            };
            assert_eq!(Head::of(&bytes), Ok(expected));
        }
        let explicit = [8, 0, 5, 0, b'C', b'S', 10, 0];
        let implicit = [8, 0, 5, 0, 10, 0, 0, 0];
        let big = [0, 8, 0, 5, b'C', b'S', 0, 10];
        let found = [&explicit, &implicit, &big].map(|bytes| Head::of(bytes).unwrap().syntax);
        assert_eq!(
            found,
            [Syntax::Explicit, Syntax::Implicit, Syntax::BigEndian]
        );
    }

    #[test]
    fn other_files_are_no_dicom() {
        for bytes in [
            &b""[..],
            b"PK\x03\x04",
            b"{\"a\": 1, \"b\": 2}",
            &[0; 300],
            &[2; 300],
        ] {
            assert_eq!(Head::of(bytes), Err(Flaw::NotDicom));
        }
        // Deflated, and a video.
        for uid in ["1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.4.102"] {
            assert_eq!(
                Head::of(&file(uid, 128)),
                Err(Flaw::Syntax(uid.to_string()))
            );
        }
    }
}
