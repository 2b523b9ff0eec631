//! Run lengths: a segment of `PackBits` for each byte of the words, the highest byte first (DICOM PS3.5, annex G).
//!
//! The decoder of `dicom-transfer-syntax-registry` 0.10.1 panics on damaged segments and refuses frames of one grey.

/// The bytes of the header: the number of segments, and the offsets of 15.
const HEADER: usize = 64;

/// The words of a frame of `pixels` words with `width` bytes each.
///
/// # Errors
/// In words, if a segment is missing or too short.
pub fn decode(frame: &[u8], pixels: usize, width: usize) -> Result<Vec<u32>, String> {
    let (numbers, _) = frame
        .get(..HEADER)
        .ok_or("no header of segments")?
        .as_chunks::<4>();
    let number = |n: usize| {
        numbers
            .get(n)
            .map_or(0, |bytes| u32::from_le_bytes(*bytes) as usize)
    };
    let segments = number(0);
    if segments != width {
        return Err(format!("{segments} segments where {width} are needed"));
    }
    let mut words = vec![0; pixels];
    for segment in 1..=segments {
        let end = if segment == segments {
            frame.len()
        } else {
            number(segment + 1)
        };
        let packed = frame.get(number(segment)..end);
        let packed = packed.ok_or_else(|| format!("segment {segment} lies outside"))?;
        let unpacked = unpack(packed, pixels);
        if unpacked.len() < pixels {
            let found = unpacked.len();
            return Err(format!("segment {segment} has {found} of {pixels} bytes"));
        }
        for (word, byte) in words.iter_mut().zip(unpacked) {
            *word = *word << 8 | u32::from(byte);
        }
    }
    Ok(words)
}

/// Up to `most` bytes of `PackBits`.
fn unpack(mut packed: &[u8], most: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(most);
    while bytes.len() < most
        && let Some((&control, rest)) = packed.split_first()
    {
        let left = most - bytes.len();
        packed = match control {
            0..=127 => {
                let (run, rest) = rest.split_at(rest.len().min(usize::from(control) + 1));
                bytes.extend(run.iter().take(left));
                rest
            }
            128 => rest,
            129.. => {
                let Some((&byte, rest)) = rest.split_first() else {
                    break;
                };
                let run = (257 - usize::from(control)).min(left);
                bytes.resize(bytes.len() + run, byte);
                rest
            }
        };
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(segments: &[&[u8]]) -> Vec<u8> {
        let mut offset = HEADER;
        let mut numbers = vec![segments.len() as u32];
        for segment in segments {
            numbers.push(offset as u32);
            offset += segment.len();
        }
        numbers.resize(HEADER / 4, 0);
        let header = numbers.iter().flat_map(|n| n.to_le_bytes());
        header.chain(segments.concat()).collect()
    }

    #[test]
    fn segments_are_the_bytes_of_words() {
        // High bytes: four times 1. Low bytes: 5, 6, a no-op, twice 7.
        let whole = frame(&[&[253, 1], &[1, 5, 6, 128, 255, 7]]);
        let words = [0x105, 0x106, 0x107, 0x107];
        assert_eq!(decode(&whole, 4, 2).unwrap(), words);
        assert_eq!(
            decode(&whole, 5, 2).unwrap_err(),
            "segment 1 has 4 of 5 bytes"
        );
        assert_eq!(
            decode(&whole, 4, 1).unwrap_err(),
            "2 segments where 1 are needed"
        );
        assert_eq!(
            decode(&whole[..60], 4, 2).unwrap_err(),
            "no header of segments"
        );
        // Runs of 128: a frame of one grey.
        assert_eq!(
            decode(&frame(&[&[129, 9].repeat(8)]), 1024, 1).unwrap(),
            [9; 1024]
        );
    }
}
