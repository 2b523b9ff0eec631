//! What is read, and how: types, byte orders, scaling, shapes and orientations.

use std::path::Path;

use myops_image::io::{Flaw, LabelNumbers, Placed, decode_image, decode_labels, read_image};
use myops_image::label::Label;
use proptest::prelude::*;

use super::handmade::{Handmade, Order, TYPES, gzip};

fn read(bytes: &[u8]) -> Placed<f32> {
    decode_image(bytes, Path::new("hand.nii")).unwrap()
}

fn counted() -> Vec<f32> {
    (0..24_u8).map(f32::from).collect()
}

#[test]
fn every_type_is_read_in_either_byte_order_and_version() {
    for data_type in TYPES {
        for order in [Order::Little, Order::Big] {
            let file = Handmade {
                order,
                data_type,
                ..Handmade::default()
            };
            for file in [file.clone(), file.version_2()] {
                let image = read(&file.bytes());
                assert_eq!(
                    image.volume.data(),
                    counted(),
                    "type {data_type}, {order:?}, {:?}",
                    file.version
                );
                assert_eq!(image.volume.shape(), [4, 3, 2]);
                let rows = [
                    [0.75, 0.0, 0.0, 1.0],
                    [0.0, 0.75, 0.0, 2.0],
                    [0.0, 0.0, 12.0, 3.0],
                ];
                assert_eq!(image.volume.grid().world_from_voxel().rows(), rows);
            }
        }
    }
}

#[test]
fn gzip_is_told_by_content_and_not_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = Handmade::default();
    for (name, bytes) in [("packed.nii", file.gzip()), ("plain.nii.gz", file.bytes())] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(
            read_image(&path).unwrap().volume.data(),
            counted(),
            "{name}"
        );
    }
}

#[test]
fn gzip_of_several_members_is_read_as_one() {
    let bytes = Handmade::default().bytes();
    let members = [
        gzip(&bytes[..100]),
        gzip(&bytes[100..390]),
        gzip(&bytes[390..]),
    ]
    .concat();
    assert_eq!(read(&members).volume.data(), counted());
}

#[test]
fn zeros_after_a_gzip_stream_and_between_members_are_padding() {
    let bytes = Handmade::default().bytes();
    for zeros in [1, 511, 3 << 20] {
        let padded = [gzip(&bytes), vec![0; zeros]].concat();
        assert_eq!(read(&padded).volume.data(), counted(), "{zeros} zeros");
        let members = [
            gzip(&bytes[..360]),
            vec![0; zeros],
            gzip(&bytes[360..]),
            vec![0; zeros],
        ]
        .concat();
        assert_eq!(
            read(&members).volume.data(),
            counted(),
            "{zeros} zeros between members"
        );
    }
}

#[test]
fn scaling_is_applied_unless_its_slope_is_zero_or_not_a_number() {
    let first = |scaling| {
        read(
            &Handmade {
                scaling,
                ..Handmade::default()
            }
            .bytes(),
        )
        .volume
        .data()[3]
    };
    assert_eq!(first([2.0, -1.0]), 5.0);
    assert_eq!(first([0.0, 7.0]), 3.0);
    assert_eq!(first([f32::NAN, 7.0]), 3.0);
    assert_eq!(first([2.0, f32::NAN]), 6.0);
}

#[test]
fn a_file_of_two_axes_is_one_slice() {
    let file = Handmade {
        dim: vec![6, 4],
        ..Handmade::default()
    };
    let image = read(&file.bytes());
    assert_eq!(image.volume.shape(), [6, 4, 1]);
    assert_eq!(image.volume.spacing().mm(), [0.75, 0.75, 12.0]);
}

#[test]
fn axes_of_length_one_after_the_third_are_passed_over() {
    let file = Handmade {
        dim: vec![4, 3, 2, 1, 1],
        ..Handmade::default()
    };
    assert_eq!(read(&file.bytes()).volume.shape(), [4, 3, 2]);
}

#[test]
fn extensions_before_the_voxels_are_passed_over() {
    let file = Handmade {
        offset: 352.0 + 4000.0,
        ..Handmade::default()
    };
    let mut bytes = file.bytes();
    bytes.splice(352..352, vec![7; 4000]);
    assert_eq!(read(&bytes).volume.data(), counted());
    let unset = Handmade {
        offset: 0.0,
        ..Handmade::default()
    };
    assert_eq!(read(&unset.bytes()).volume.data(), counted());
}

#[test]
fn the_sign_of_pixdim_0_mirrors_the_third_axis_of_a_q_form() {
    for (qfac, step) in [
        (-1.0, -12.0),
        (1.0, 12.0),
        (0.0, 12.0),
        (-3.0, -12.0),
        (f32::NAN, 12.0),
    ] {
        let file = Handmade {
            pixdim: [qfac, 0.75, 0.75, 12.0],
            ..Handmade::default()
        };
        assert_eq!(
            read(&file.bytes())
                .volume
                .grid()
                .world_from_voxel()
                .column(2),
            [0.0, 0.0, step],
            "{qfac}"
        );
    }
}

#[test]
fn lengths_in_metres_and_micrometres_become_millimetres() {
    for (units, pixdim) in [
        (1, [1.0, 0.000_75, 0.000_75, 0.012]),
        (3, [1.0, 750.0, 750.0, 12_000.0]),
    ] {
        let spacing = read(
            &Handmade {
                pixdim,
                units,
                ..Handmade::default()
            }
            .bytes(),
        )
        .volume
        .spacing()
        .mm();
        for (mm, expected) in spacing.into_iter().zip([0.75, 0.75, 12.0]) {
            assert!((mm - expected).abs() < 1e-6, "unit {units}: {mm}");
        }
    }
}

#[test]
fn labels_are_read_from_codes_of_any_type_and_from_class_numbers() {
    let codes = [0.0, 500.0, 600.0, 200.0, 1220.0, 2221.0];
    let classes = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
    let numbers = [LabelNumbers::classes(), LabelNumbers::codes()];
    for (stored, data_type) in [
        (codes, 4),
        (codes, 16),
        (codes, 1024),
        (classes, 2),
        (classes, 64),
    ] {
        let file = Handmade {
            data_type,
            ..Handmade::labels(&stored)
        };
        let labels = decode_labels(&file.gzip(), Path::new("gd.nii.gz"), &numbers)
            .unwrap()
            .volume;
        assert_eq!(labels.data()[..6], Label::ALL);
    }
    let myocardium = decode_labels(
        &Handmade::labels(&[200.0; 24]).bytes(),
        Path::new("gd.nii"),
        &numbers,
    );
    assert!(myocardium.is_ok(), "a map of one label is no error");
}

#[test]
fn labels_scaled_by_a_float_slope_are_the_whole_numbers_they_were() {
    let read = |stored: &[f64], slope: f32, data_type| {
        let file = Handmade {
            scaling: [slope, 0.0],
            data_type,
            ..Handmade::labels(stored)
        };
        let numbers = [LabelNumbers::classes(), LabelNumbers::codes()];
        decode_labels(&file.bytes(), Path::new("gd.nii"), &numbers)
            .map(|labels| labels.volume.data()[..3].to_vec())
    };
    // nibabel stores 0, 3 and 5 as `int16` of one `float32` slope: 2.999999999301508 and 5.
    assert_eq!(
        read(&[0.0, 19661.0, 32768.0], 5.0 / 32768.0, 4).unwrap()[1],
        Label::Myocardium
    );
    // Codes up to 2221 on 65535 steps: 200 comes out as 199.9866, less than half a step away.
    let codes = read(&[0.0, 5901.0, 65535.0], 2221.0 / 65535.0, 512).unwrap();
    assert_eq!(codes, [Label::Background, Label::Myocardium, Label::Scar]);
    // Between two labels, or more than half a step from one, nothing is guessed.
    for (stored, slope, data_type) in [(5.0, 0.5, 4), (296.0, 0.01, 4), (2.99, 1.0, 16)] {
        assert!(
            read(&[0.0, stored, 0.0], slope, data_type).is_err(),
            "{stored} of slope {slope}"
        );
    }
}

#[test]
fn an_s_form_may_round_its_spacing_and_lie_elsewhere_than_a_q_form_of_another_code() {
    let moved = [
        [0.752, 0.0, 0.0, 40.0],
        [0.0, 0.748, 0.0, -7.0],
        [0.0, 0.0, 12.1, 3.0],
    ];
    let read = |codes| {
        decode_image(
            &Handmade {
                srow: moved,
                codes,
                ..Handmade::default()
            }
            .bytes(),
            Path::new("a.nii"),
        )
    };
    assert_eq!(
        read([1, 2])
            .unwrap()
            .volume
            .grid()
            .world_from_voxel()
            .column(2)[2] as f32,
        12.1,
        "as registration does"
    );
    assert!(read([0, 1]).is_ok());
    assert!(read([1, 1]).is_err(), "both claim the scanner's space");
}

proptest! {
    #[test]
    fn any_rotation_gives_axes_at_right_angles_of_the_spacing_given(
        quaternion in prop::array::uniform3(-0.57_f32..0.57), qfac in prop::sample::select(&[-1.0_f32, 1.0][..]),
    ) {
        let file = Handmade { quaternion, pixdim: [qfac, 0.75, 1.5, 12.0], ..Handmade::default() };
        let affine = *read(&file.bytes()).volume.grid().world_from_voxel();
        for (mm, expected) in affine.spacing().mm().into_iter().zip([0.75, 1.5, 12.0]) {
            prop_assert!((mm - expected).abs() < 1e-9);
        }
        let [i, j, k] = [0, 1, 2].map(|axis| affine.column(axis));
        let dot = |a: [f64; 3], b: [f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        prop_assert!(dot(i, j).abs() < 1e-9 && dot(i, k).abs() < 1e-9 && dot(j, k).abs() < 1e-9);
    }

    #[test]
    fn an_s_form_is_taken_as_it_stands(srow in prop::array::uniform3(prop::array::uniform4(-9.0_f32..9.0))) {
        // Without a spacing that could contradict it.
        let file = Handmade { srow, codes: [1, 2], pixdim: [1.0, 0.0, 0.0, 0.0], ..Handmade::default() };
        match decode_image(&file.bytes(), Path::new("hand.nii")) {
            Ok(image) => {
                let rows = image.volume.grid().world_from_voxel().rows();
                prop_assert_eq!(rows, srow.map(|r| r.map(f64::from)));
            }
            Err(myops_image::io::IoError::File { flaw, .. }) => prop_assert!(matches!(*flaw, Flaw::Geometry(_))),
            Err(other) => prop_assert!(false, "{}", other),
        }
    }
}
