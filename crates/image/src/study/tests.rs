//! Tests of studies: images on one grid and on grids of their own.

use super::*;
use crate::geometry::{Affine, Spacing};

#[expect(
    clippy::unnecessary_wraps,
    reason = "a study takes images that may be missing"
)]
fn image(shape: [usize; 3], shift_mm: f64) -> Option<Volume<f32>> {
    let mut rows = Affine::from_spacing(Spacing::new_mm([1.0, 1.0, 10.0]).unwrap()).rows();
    rows[1][3] = shift_mm;
    Some(Volume::filled(
        Grid::new(shape, Affine::new(rows).unwrap()).unwrap(),
        1.0,
    ))
}

/// A stack whose values are the heights of its slices (mm).
fn heights(slices: usize, distance_mm: f64, first_mm: f64) -> Volume<f32> {
    let mut rows = Affine::from_spacing(Spacing::new_mm([1.0, 1.0, distance_mm]).unwrap()).rows();
    rows[2][3] = first_mm;
    let grid = Grid::new([6, 6, slices], Affine::new(rows).unwrap()).unwrap();
    Volume::from_fn(grid, |[_, _, k]| (first_mm + distance_mm * k as f64) as f32)
}

#[test]
fn sequences_come_onto_the_slices_of_lge_then_of_t2_and_what_they_did_not_image_is_missing() {
    let images = |lge: Option<Volume<f32>>| PerSequence {
        bssfp: Some(heights(3, 10.0, 6.0)),
        lge,
        t2: Some(heights(2, 20.0, 0.0)),
    };
    // LGE every 5 mm from 0 to 30 mm; bSSFP at 6, 16 and 26 mm; T2 at 0 and 20 mm.
    let study = Study::new("x", images(Some(heights(7, 5.0, 0.0))), None).unwrap();
    assert_eq!(
        (study.stack(), study.grid().shape()),
        (Sequence::Lge, [6, 6, 7])
    );
    let values = |sequence| {
        let image = study.image(sequence).unwrap();
        [0, 1, 2, 3, 4, 5, 6].map(|k| image[[3, 3, k]])
    };
    // bSSFP shows 8 mm of each slice: 2 to 10, 12 to 20 and 22 to 30 mm. LGE's slice at 0 mm (-2.5 to 2.5) is imaged by less
    // than half; that at 10 mm lies in two slices.
    assert_eq!(
        study.imaged(Sequence::Bssfp),
        [false, true, true, true, true, true, true]
    );
    assert_eq!(values(Sequence::Bssfp)[..2], [0.0, 6.0]);
    assert!((values(Sequence::Bssfp)[2] - (6.0 * 2.5 + 16.0 * 0.5) / 3.0).abs() < 1e-4);
    assert_eq!(values(Sequence::Bssfp)[3], 16.0);
    // T2 shows -4 to 4 and 16 to 24 mm.
    assert_eq!(
        study.imaged(Sequence::T2),
        [true, false, false, false, true, false, false]
    );
    assert_eq!(values(Sequence::T2)[4], 20.0);

    let study = Study::new("x", images(None), None).unwrap();
    assert_eq!(
        (study.stack(), study.grid().shape()),
        (Sequence::T2, [6, 6, 2])
    );
    assert_eq!(study.imaged(Sequence::Bssfp), [false, true]);
    assert!(study.imaged(Sequence::Lge).is_empty());
}

#[test]
fn a_thickness_that_is_known_counts_whatever_the_distance_of_slices() {
    let mut exam = Exam::new(
        "x",
        PerSequence {
            lge: Some(heights(7, 5.0, 0.0)),
            t2: Some(heights(2, 20.0, 0.0)),
            ..PerSequence::default()
        },
        None,
    )
    .unwrap();
    exam.images.t2 = exam.images.t2.map(|t2| t2.with_thickness(12.0));
    let study = Study::of(exam).unwrap();
    // T2 shows -6 to 6 and 14 to 26 mm.
    assert_eq!(
        study.imaged(Sequence::T2),
        [true, true, false, true, true, true, false]
    );
}

#[test]
fn labels_choose_the_slices_that_they_were_drawn_on_and_go_onto_every_sequence() {
    let (bssfp, lge) = (heights(3, 10.0, 0.0), heights(7, 5.0, 0.0));
    let drawn = Volume::from_fn(*bssfp.grid(), |[_, _, k]| Label::ALL[k + 1]);
    let images = PerSequence {
        bssfp: Some(bssfp),
        lge: Some(lge),
        t2: None,
    };
    let study = Study::new("x", images.clone(), Some(drawn.clone())).unwrap();
    assert_eq!(study.stack(), Sequence::Bssfp);
    assert_eq!(study.reference(), Some(&drawn));
    assert_eq!(
        study.stored_on(Sequence::Bssfp, &drawn),
        Some(drawn.clone())
    );
    let on_lge = study.stored_on(Sequence::Lge, &drawn).unwrap();
    let labels = [0, 2, 4, 6].map(|k| on_lge[[2, 2, k]]);
    // The last slab of bSSFP ends at 25 mm.
    let [_, first, second, third, ..] = Label::ALL;
    assert_eq!(labels, [first, second, third, Label::Background]);
    assert_eq!(study.stored_on(Sequence::T2, &drawn), None);

    let exam = Exam::new("x", images, None).unwrap();
    let error = Study::on_stack(Some(Sequence::T2), exam).unwrap_err();
    assert_eq!(
        error.to_string(),
        "case x has no T2, on whose slices it should be labelled"
    );
}

#[test]
fn what_cannot_be_brought_together_is_refused_with_numbers() {
    let places = |t2: Volume<f32>| {
        let lge = Some(heights(3, 10.0, 0.0));
        let images = PerSequence {
            bssfp: None,
            lge,
            t2: Some(t2),
        };
        Study::new("x", images, None).unwrap_err().to_string()
    };
    assert_eq!(
        places(heights(2, 10.0, 45.0)),
        "T2 shows nothing of LGE: the nearest slices are 25.0 mm apart"
    );
    let (s, c) = 40_f64.to_radians().sin_cos();
    let tilted = Affine::new([
        [1.0, 0.0, 0.0, 0.0],
        [0.0, c, -10.0 * s, 0.0],
        [0.0, s, 10.0 * c, 0.0],
    ]);
    let tilted = Volume::filled(Grid::new([6, 6, 3], tilted.unwrap()).unwrap(), 1.0);
    assert_eq!(
        places(tilted),
        "the slices of T2 are tilted by 40 degrees to those of LGE (bound 30): both have to be short-axis stacks"
    );
    assert!(Study::new("x", PerSequence::default(), None).is_err());

    // Slices through the long axis: the direction through them is at right angles to it.
    let along = |c: [f64; 3], a: [f64; 3]| {
        let b = [
            c[1] * a[2] - c[2] * a[1],
            c[2] * a[0] - c[0] * a[2],
            c[0] * a[1] - c[1] * a[0],
        ];
        let rows = [0, 1, 2].map(|r| [a[r], b[r], 8.0 * c[r], 0.0]);
        let grid = Grid::new([6, 6, 3], Affine::new(rows).unwrap()).unwrap();
        let images = PerSequence {
            lge: Some(Volume::filled(grid, 1.0)),
            ..PerSequence::default()
        };
        Study::new("x", images, None).map(|study| study.stack())
    };
    let (third, half) = (1.0 / 3_f64.sqrt(), 0.5_f64.sqrt());
    let error = along([half, half, 0.0], [third, -third, third]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "LGE is a long-axis stack: the direction through its slices is 90 degrees from the long axis of most hearts (bound 60)"
    );
    let short_axis = along([third, -third, third], [half, half, 0.0]);
    assert_eq!(short_axis, Ok(Sequence::Lge));
}

#[test]
fn voxels_that_are_no_boxes_of_a_scanner_are_refused() {
    let refused = |rows| {
        let grid = Grid::new([4, 4, 2], Affine::new(rows).unwrap()).unwrap();
        let images = PerSequence {
            bssfp: None,
            lge: Some(Volume::filled(grid, 1.0)),
            t2: None,
        };
        Study::new("x", images, None).unwrap_err().to_string()
    };
    // A shear by half a voxel leaves 1 / sqrt(1.25) of a box of the same sides.
    let sheared = refused([
        [1.0, 0.5, 0.0, 0.0],
        [0.0, 1.0, 0.0, 0.0],
        [0.0, 0.0, 10.0, 0.0],
    ]);
    assert!(
        sheared.starts_with(
            "case x: sheared affine: voxels have 0.894 of the volume of a box with the same sides"
        ),
        "{sheared}"
    );
    let large = refused([
        [500.0, 0.0, 0.0, 0.0],
        [0.0, 1.0, 0.0, 0.0],
        [0.0, 0.0, 10.0, 0.0],
    ]);
    assert_eq!(
        large,
        "case x: voxel size [500.0, 1.0, 10.0] mm out of range: each side must be 0.01 to 100 mm"
    );
}

#[test]
fn an_image_stored_in_another_order_is_laid_on_the_first() {
    let bssfp = Volume::from_fn(*image([4, 5, 2], 0.0).unwrap().grid(), |[i, j, k]| {
        (100 * i + 10 * j + k) as f32
    });
    let mirrored = Affine::new([
        [-1.0, 0.0, 0.0, 3.0],
        [0.0, 1.0, 0.0, 0.0],
        [0.0, 0.0, 10.0, 0.0],
    ])
    .unwrap();
    let lge = Volume::from_fn(Grid::new([4, 5, 2], mirrored).unwrap(), |[i, j, k]| {
        bssfp[[3 - i, j, k]]
    });
    let first_last = Affine::new([
        [0.0, 0.0, 1.0, 0.0],
        [0.0, 1.0, 0.0, 0.0],
        [10.0, 0.0, 0.0, 0.0],
    ])
    .unwrap();
    let t2 = Volume::from_fn(Grid::new([2, 5, 4], first_last).unwrap(), |[k, j, i]| {
        bssfp[[i, j, k]]
    });
    let images = PerSequence {
        bssfp: Some(bssfp.clone()),
        lge: Some(lge),
        t2: Some(t2),
    };
    let study = Study::new("x", images, None).unwrap();
    assert!(
        study
            .images()
            .iter()
            .all(|(_, image)| image.as_ref() == Some(&bssfp))
    );
}

#[test]
fn a_slice_is_blank_where_no_image_varies() {
    // Slice 0 varies in LGE alone, slice 1 in neither, slice 2 in T2 alone.
    let affine = Affine::from_spacing(Spacing::new_mm([1.0, 1.0, 10.0]).unwrap());
    let grid = Grid::new([2, 4, 3], affine).unwrap();
    let image = |slice| {
        Some(Volume::from_fn(grid, |[i, _, k]| {
            if (i, k) == (1, slice) { 7.0 } else { k as f32 }
        }))
    };
    let images = PerSequence {
        bssfp: None,
        lge: image(0),
        t2: image(2),
    };
    assert_eq!(blank_slices(&images), [false, true, false]);
    assert!(blank_slices(&PerSequence::default()).is_empty());
}

#[test]
fn a_missing_sequence_is_known() {
    let images = PerSequence {
        bssfp: None,
        lge: image([4, 4, 2], 0.0),
        t2: None,
    };
    assert_eq!(
        Study::new("x", images, None).unwrap().missing(),
        [Sequence::Bssfp, Sequence::T2]
    );
}

/// An image of three slices with a value for each pixel and slice.
fn slices(value: impl Fn(usize, usize) -> f32) -> Volume<f32> {
    let affine = Affine::from_spacing(Spacing::new_mm([1.0, 1.0, 10.0]).unwrap());
    let grid = Grid::new([10, 10, 3], affine).unwrap();
    Volume::from_fn(grid, |[i, j, k]| value(10 * j + i, k))
}

#[test]
fn saturated_and_blank_slices_count_as_not_imaged() {
    // Of 100 pixels, 25 are cut off at 32767 in the middle slice, and 24 in the one above.
    let cut_off = |pixel: usize, k: usize| {
        let most = [0, 25, 24][k];
        if pixel < most { 32767.0 } else { pixel as f32 }
    };
    let images = PerSequence {
        bssfp: Some(slices(|pixel, k| if k == 2 { 7.0 } else { pixel as f32 })),
        lge: Some(slices(cut_off)),
        t2: Some(slices(|pixel, _| if pixel < 60 { 255.0 } else { 0.0 })),
    };
    let study = Study::new("x", images, None).unwrap();
    assert_eq!(study.imaged(Sequence::Lge), [true, false, true]);
    assert_eq!(study.saturated(Sequence::Lge), [false, true, false]);
    let lge = study.image(Sequence::Lge).unwrap();
    assert!(lge.slice(1).iter().all(|v| *v == 0.0));
    assert_eq!(lge[[3, 9, 2]], 93.0);
    assert_eq!(study.imaged(Sequence::Bssfp), [true, true, false]);
    assert_eq!(study.saturated(Sequence::Bssfp), [false; 3]);
    assert_eq!(study.missing(), [Sequence::T2]);
    assert_eq!(study.saturated(Sequence::T2), [true; 3]);
    // Negative values about a border without signal.
    let negative = slices(|pixel, _| if pixel < 60 { 0.0 } else { -(pixel as f32) });
    let lge = PerSequence {
        lge: Some(negative),
        ..PerSequence::default()
    };
    let study = Study::new("x", lge, None).unwrap();
    assert_eq!(study.imaged(Sequence::Lge), [true; 3]);
}

#[test]
fn a_case_of_saturated_images_alone_is_refused_and_beside_others_they_give_the_stack() {
    let saturated = || slices(|pixel, _| if pixel < 60 { 255.0 } else { 0.0 });
    let alone = PerSequence {
        lge: Some(saturated()),
        ..PerSequence::default()
    };
    assert_eq!(
        Study::new("x", alone, None).unwrap_err(),
        StudyError::Saturated { what: "LGE".into() }
    );
    let with_t2 = PerSequence {
        lge: Some(saturated()),
        t2: Some(slices(|pixel, _| pixel as f32)),
        ..PerSequence::default()
    };
    let study = Study::new("x", with_t2, None).unwrap();
    assert_eq!(study.stack(), Sequence::Lge);
    assert_eq!(study.missing(), [Sequence::Bssfp, Sequence::Lge]);
}
