//! Which fragments of compressed pixels make up a frame (DICOM PS3.5, section A.4).

use std::borrow::Cow;
use std::ops::Range;

use crate::read::Flaw;

/// The compressed bytes of a frame, counted from 0. The first fragment is the table of offsets.
///
/// # Errors
/// [`Flaw`] if it is not clear which fragments belong to the frame.
pub fn frame<'a>(
    bytes: &'a [u8],
    fragments: &[Range<usize>],
    frame: u32,
    frames: u32,
) -> Result<Cow<'a, [u8]>, Flaw> {
    let (table, data) = fragments.split_first().ok_or(Flaw::NoPixels)?;
    let part = |range: &Range<usize>| bytes.get(range.clone()).unwrap_or_default();
    let own: &[Range<usize>] = if frames == 1 {
        data
    } else if data.len() == frames as usize {
        data.get(frame as usize..=frame as usize)
            .unwrap_or_default()
    } else {
        let unclear = Flaw::Fragments {
            fragments: data.len(),
            frames,
        };
        by_offset(part(table), data, frame as usize, frames as usize).ok_or(unclear)?
    };
    match own {
        [] => Err(Flaw::NoPixels),
        [one] => Ok(Cow::Borrowed(part(one))),
        several => Ok(Cow::Owned(several.iter().flat_map(part).copied().collect())),
    }
}

/// The fragments from a frame's offset up to the next frame's.
fn by_offset<'a>(
    table: &[u8],
    data: &'a [Range<usize>],
    frame: usize,
    frames: usize,
) -> Option<&'a [Range<usize>]> {
    let (offsets, []) = table.as_chunks::<4>() else {
        return None;
    };
    if offsets.len() != frames {
        return None;
    }
    // Offsets count from the header of the first fragment, and every fragment has one: their lengths cancel out.
    let first = data.first()?.start;
    let index = |frame: usize| {
        let offset = u32::from_le_bytes(*offsets.get(frame)?) as usize;
        data.iter()
            .position(|range| range.start.checked_sub(first) == Some(offset))
    };
    let end = if frame + 1 == frames {
        data.len()
    } else {
        index(frame + 1)?
    };
    data.get(index(frame)?..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes of the header of a fragment.
    const ITEM_HEADER: usize = 8;

    /// A table, and fragments of 2, 2 and 3 bytes.
    fn pieces(table: &[u32]) -> (Vec<u8>, Vec<Range<usize>>) {
        let mut bytes = vec![0; ITEM_HEADER];
        bytes.extend(table.iter().flat_map(|offset| offset.to_le_bytes()));
        let mut ranges = Vec::new();
        ranges.push(ITEM_HEADER..bytes.len());
        for part in [&[1, 2][..], &[3, 4], &[5, 6, 7]] {
            bytes.extend([0; ITEM_HEADER]);
            ranges.push(bytes.len()..bytes.len() + part.len());
            bytes.extend(part);
        }
        (bytes, ranges)
    }

    #[test]
    fn frames_are_found_by_their_number_or_by_the_table() {
        let (bytes, ranges) = pieces(&[]);
        let get = |n, of| frame(&bytes, &ranges, n, of).map(Cow::into_owned);
        assert_eq!(get(0, 1).unwrap(), [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(get(2, 3).unwrap(), [5, 6, 7]);
        let unclear = Flaw::Fragments {
            fragments: 3,
            frames: 2,
        };
        assert_eq!(get(0, 2), Err(unclear.clone()));
        let (bytes, ranges) = pieces(&[0, 20]);
        let get = |n| frame(&bytes, &ranges, n, 2).map(Cow::into_owned);
        assert_eq!(get(0).unwrap(), [1, 2, 3, 4]);
        assert_eq!(get(1).unwrap(), [5, 6, 7]);
        let (bytes, ranges) = pieces(&[0, 19]);
        assert_eq!(frame(&bytes, &ranges, 0, 2), Err(unclear));
    }
}
