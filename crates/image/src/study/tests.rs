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

#[test]
fn images_that_do_not_share_a_grid_are_refused_with_numbers() {
    let shapes = PerSequence {
        bssfp: image([4, 4, 2], 0.0),
        lge: image([4, 5, 2], 0.0),
        t2: None,
    };
    let error = Study::new("x", shapes, None).unwrap_err().to_string();
    assert!(
        error.starts_with("LGE has [4, 5, 2] voxels where bSSFP has [4, 4, 2]"),
        "{error}"
    );
    let places = PerSequence {
        bssfp: None,
        lge: image([4, 4, 2], 0.0),
        t2: image([4, 4, 2], 3.0),
    };
    let error = Study::new("x", places, None).unwrap_err().to_string();
    assert!(
        error.starts_with("T2 is displaced by 3.0 mm relative to LGE"),
        "{error}"
    );
    assert!(Study::new("x", PerSequence::default(), None).is_err());
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
