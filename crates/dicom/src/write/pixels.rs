//! One bit a voxel.

/// Packs bits into bytes, the first bit lowest. Frames follow each other without a gap, also where a frame is no whole
/// number of bytes; a byte of zeros makes the length even (PS3.5, 8.1.1 and 8.2).
pub fn pack(bits: impl Iterator<Item = bool>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(bits.size_hint().0 / 8 + 2);
    for (at, bit) in bits.enumerate() {
        if at % 8 == 0 {
            bytes.push(0);
        }
        if let Some(last) = bytes.last_mut() {
            *last |= u8::from(bit) << (at % 8);
        }
    }
    if bytes.len() % 2 == 1 {
        bytes.push(0);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_five_pixels_follow_each_other_bit_by_bit() {
        // Three frames of 5 x 1 pixels: 10000, 01100, 11111. The first byte holds the first frame and three pixels of the
        // second, 10000|011, the lowest bit first; the second byte the rest: 00|11111 and an unused bit.
        let frames = ["10000", "01100", "11111"].concat();
        assert_eq!(
            pack(frames.bytes().map(|b| b == b'1')),
            [0b1100_0001, 0b0111_1100]
        );
    }

    #[test]
    fn the_length_is_even() {
        assert_eq!(pack(std::iter::repeat_n(true, 8)), [0xff, 0]);
        assert_eq!(pack(std::iter::repeat_n(true, 9)), [0xff, 1]);
        assert_eq!(pack(std::iter::empty()), [0; 0]);
    }
}
