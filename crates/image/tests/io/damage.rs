//! Bytes that no writer gave: refused or read, without a panic and without memory for what is not there.

use std::path::Path;

use myops_image::io::{LabelNumbers, decode_image, decode_labels, encode_image};
use proptest::prelude::*;

use super::handmade::{Handmade, Order, gzip};

const NAME: &str = "damaged.nii";

/// Reads the bytes both ways; what is accepted as an image must be whole and can be written again.
fn survive(bytes: &[u8]) {
    let numbers = [LabelNumbers::classes(), LabelNumbers::codes()];
    let _ = decode_labels(bytes, Path::new(NAME), &numbers);
    match decode_image(bytes, Path::new(NAME)) {
        Ok(image) => {
            assert!(image.volume.data().iter().all(|v| v.is_finite()));
            let again = encode_image(&image.volume, &image.placement, Path::new(NAME)).unwrap();
            let again = decode_image(&again, Path::new(NAME)).unwrap();
            assert_eq!(again.volume, image.volume);
        }
        Err(error) => assert!(!error.to_string().contains('\n'), "{error}"),
    }
}

fn samples() -> Vec<Handmade> {
    let srow = [
        [0.0, -0.75, 0.0, 1.0],
        [0.75, 0.0, 0.0, 2.0],
        [0.0, 0.0, 12.0, 3.0],
    ];
    let one = Handmade::default();
    let by_sform = Handmade {
        srow,
        codes: [0, 1],
        order: Order::Big,
        data_type: 16,
        ..one.clone()
    };
    vec![
        one.clone(),
        by_sform.clone(),
        one.version_2(),
        by_sform.version_2(),
    ]
}

#[test]
fn any_byte_of_a_header_may_be_any_of_the_worst() {
    for sample in samples() {
        let bytes = sample.bytes();
        let header = bytes.len() - 24 * if sample.data_type == 16 { 4 } else { 2 };
        for at in 0..header {
            for value in [
                0,
                1,
                2,
                0x3F,
                0x40,
                0x7F,
                0x80,
                0xBF,
                0xC0,
                0xFE,
                0xFF,
                bytes[at] ^ 0x80,
                bytes[at] ^ 1,
            ] {
                let mut bytes = bytes.clone();
                bytes[at] = value;
                survive(&bytes);
            }
        }
    }
}

#[test]
fn any_four_neighbouring_bytes_may_be_the_worst_number() {
    for sample in samples() {
        let bytes = sample.bytes();
        for at in 0..bytes.len() - 4 {
            for word in [
                [0xFF; 4],
                [0x7F, 0xFF, 0xFF, 0xFF],
                [0xFF, 0xFF, 0xFF, 0x7F],
                [0x80, 0, 0, 0],
                [0, 0, 0x80, 0x7F],
            ] {
                let mut bytes = bytes.clone();
                bytes[at..at + 4].copy_from_slice(&word);
                survive(&bytes);
            }
        }
    }
}

#[test]
fn a_file_may_end_anywhere() {
    for sample in samples() {
        for bytes in [sample.bytes(), sample.gzip()] {
            for end in 0..bytes.len() {
                survive(&bytes[..end]);
                assert!(
                    decode_image(&bytes[..end], Path::new(NAME)).is_err(),
                    "cut at {end} of {}",
                    bytes.len()
                );
            }
        }
    }
}

#[test]
fn any_byte_of_a_packed_file_may_be_wrong() {
    let bytes = Handmade::default().gzip();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut bytes = bytes.clone();
            bytes[at] ^= 1 << bit;
            survive(&bytes);
        }
    }
}

#[test]
fn a_packed_file_that_goes_on_for_ever_is_read_as_far_as_its_header_says() {
    let mut bytes = Handmade::default().bytes();
    bytes.resize(64 << 20, 0);
    let packed = gzip(&bytes);
    // Its second half is not even looked at.
    let half = &packed[..packed.len() / 2];
    assert_eq!(
        decode_image(half, Path::new(NAME)).unwrap().volume.shape(),
        [4, 3, 2]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn random_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..700)) {
        survive(&bytes);
        survive(&[&[0x1F, 0x8B, 8, 0][..], &bytes].concat());
        survive(&gzip(&bytes));
    }

    #[test]
    fn valid_files_with_random_changes_are_survived(
        sample in 0_usize..4,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        packed in any::<bool>(),
    ) {
        let mut bytes = samples()[sample].bytes();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        survive(&if packed { gzip(&bytes) } else { bytes });
    }

    #[test]
    fn headers_of_random_numbers_are_survived(
        dim in prop::collection::vec(-2_i64..70_000, 1..8),
        pixdim in prop::array::uniform4(prop::num::f32::ANY),
        quaternion in prop::array::uniform3(prop::num::f32::ANY),
        srow in prop::array::uniform3(prop::array::uniform4(prop::num::f32::ANY)),
        scaling in prop::array::uniform2(prop::num::f32::ANY),
        offset in prop::num::f32::ANY,
        codes in prop::array::uniform2(any::<i16>()),
        units in any::<u8>(),
        two in any::<bool>(),
    ) {
        let file = Handmade { pixdim, scaling, units, codes, quaternion, srow, ..Handmade::default() };
        survive(&if two { file.clone().version_2() } else { file.clone() }.bytes());
        let file = Handmade { dim, offset, ..file };
        survive(&if two { file.version_2() } else { file }.gzip());
    }
}
