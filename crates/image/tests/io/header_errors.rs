//! The exact words with which headers are refused.

use std::path::Path;

use myops_image::io::decode_image;

use super::errors::{NAME, hint, refusal};
use super::handmade::{Handmade, Order};

#[test]
fn several_volumes_and_impossible_axes() {
    let cine = Handmade {
        dim: vec![4, 3, 1, 2],
        ..Handmade::default()
    };
    assert_eq!(
        refusal(&cine.bytes()),
        "2 volumes, need one: header field dim = [4, 3, 1, 2], need length 1 on all axes after the third"
    );
    let empty = Handmade {
        dim: vec![4, 0, 2],
        ..Handmade::default()
    };
    assert_eq!(
        refusal(&empty.bytes()),
        "header field dim = [3, 4, 0, 2, 1, 1, 1, 1]: need 2 to 7 axes with at least one voxel each"
    );
    let huge = Handmade {
        dim: vec![30_000, 30_000, 30_000],
        ..Handmade::default()
    };
    let bound = "at most 2048 along an axis and 33554432 in total";
    assert_eq!(
        refusal(&huge.bytes()),
        format!("[30000, 30000, 30000] voxels out of range: {bound}")
    );
    let strip = Handmade {
        dim: vec![32767, 2, 1],
        ..Handmade::default()
    };
    assert_eq!(
        refusal(&strip.bytes()),
        format!("[32767, 2, 1] voxels out of range: {bound}")
    );
    let deep = Handmade {
        dim: vec![2, 2, 257],
        ..Handmade::default()
    };
    assert_eq!(
        refusal(&deep.bytes()),
        "257 slices out of range: at most 256"
    );
    let overflow = Handmade {
        dim: vec![i64::MAX, i64::MAX, 4],
        ..Handmade::default()
    }
    .version_2();
    assert!(refusal(&overflow.bytes()).ends_with(bound));
}

#[test]
fn voxels_that_begin_inside_the_header() {
    let inside = Handmade {
        offset: 100.0,
        ..Handmade::default()
    };
    let words = "header field vox_offset = 100 out of range: need 0, or at least the length of the header (348)";
    assert_eq!(refusal(&inside.bytes()), words);
    assert!(
        refusal(
            &Handmade {
                offset: f32::NAN,
                ..inside
            }
            .bytes()
        )
        .starts_with("header field vox_offset = NaN")
    );
}

#[test]
fn zero_and_negative_spacing() {
    for codes in [[1, 0], [0, 0]] {
        let zero = Handmade {
            pixdim: [1.0, 0.75, 0.0, 12.0],
            codes,
            ..Handmade::default()
        };
        let words = "voxel spacing [0.75, 0.0, 12.0] mm: each of the three must be finite and greater than 0";
        assert_eq!(refusal(&zero.bytes()), words);
        let negative = Handmade {
            pixdim: [1.0, 0.75, 0.75, -12.0],
            codes,
            ..Handmade::default()
        };
        let words = "voxel spacing [0.75, 0.75, -12.0] mm: each of the three must be finite and greater than 0";
        assert_eq!(refusal(&negative.bytes()), words);
    }
}

#[test]
fn singular_affine_and_impossible_quaternion() {
    let flat = Handmade {
        codes: [1, 1],
        ..Handmade::default()
    };
    let words = "singular affine: its determinant is 0, so that voxels would coincide";
    assert_eq!(refusal(&flat.bytes()), words);
    let long = Handmade {
        quaternion: [0.5, 0.5, 1.0],
        order: Order::Big,
        ..Handmade::default()
    };
    let words = "q-form quaternion (b, c, d) = [0.5, 0.5, 1.0]: its length must not exceed 1";
    assert_eq!(refusal(&long.bytes()), words);
}

#[test]
fn a_header_that_contradicts_itself() {
    let identity = [
        [1.0, 0.0, 0.0, 0.0],
        [0.0, 1.0, 0.0, 0.0],
        [0.0, 0.0, 1.0, 0.0],
    ];
    let words = "voxel size is [1.0, 1.0, 1.0] mm by the s-form and [0.75, 0.75, 12.0] mm by pixdim (bound: 1 % or 0.01 mm for each side)";
    for codes in [[0, 1], [1, 1], [1, 2]] {
        assert_eq!(
            refusal(
                &Handmade {
                    srow: identity,
                    codes,
                    ..Handmade::default()
                }
                .bytes()
            ),
            words
        );
    }
    let mirrored = [
        [-0.75, 0.0, 0.0, 1.0],
        [0.0, 0.75, 0.0, 2.0],
        [0.0, 0.0, 12.0, 3.0],
    ];
    let mirrored = Handmade {
        srow: mirrored,
        codes: [1, 1],
        ..Handmade::default()
    };
    let words = "s-form and q-form, both with code 1, differ by 4.5 mm in the position of a voxel (bound 1 mm)";
    assert_eq!(refusal(&mirrored.bytes()), words);
    let hint_of = |file: &Handmade| hint(decode_image(&file.bytes(), Path::new(NAME)).map(drop));
    assert!(hint_of(&mirrored).starts_with("set the code of the wrong form to 0"));
}
