//! Distances known by hand, and those that the libraries named in the fixture compute.

use myops_image::geometry::{Affine, Grid, Spacing};
use myops_image::label::{Label, LabelMap, Region};
use myops_image::volume::Volume;
use serde::Deserialize;

use super::*;

fn scar(
    shape: [usize; 3],
    spacing_mm: [f64; 3],
    mut inside: impl FnMut([usize; 3]) -> bool,
) -> LabelMap {
    let grid = Grid::new(
        shape,
        Affine::from_spacing(Spacing::new_mm(spacing_mm).unwrap()),
    )
    .unwrap();
    Volume::from_fn(grid, |v| {
        if inside(v) {
            Label::Scar
        } else {
            Label::Background
        }
    })
}

fn between(p: &LabelMap, r: &LabelMap) -> SurfaceDistances {
    SurfaceDistances::between(p, r, Region::SCAR)
        .value()
        .unwrap()
}

#[test]
fn two_voxels_are_as_far_apart_as_their_centres() {
    let at = |voxel| scar([6, 5, 3], [1.0, 2.0, 12.0], |v| v == voxel);
    let d = between(&at([1, 1, 0]), &at([4, 3, 1]));
    assert_eq!(d.hd_mm(), 13.0);
    for mm in [d.hd95_pooled_mm(), d.hd95_larger_mm(), d.assd_mm()] {
        assert_eq!(mm, 13.0);
    }
}

#[test]
fn equal_masks_have_no_distance_even_where_they_fill_the_volume() {
    for fill in [2, 4] {
        let map = scar([4, 4, 4], [1.0; 3], |v| v.iter().all(|x| *x < fill));
        let d = between(&map, &map);
        assert_eq!(
            [d.hd_mm(), d.hd95_pooled_mm(), d.hd95_area_mm(), d.assd_mm()],
            [0.0; 4]
        );
    }
}

#[test]
fn both_directions_are_pooled_in_the_average() {
    // One voxel against the row of five that it begins: 0 mm one way; 0, 1, 2, 3 and 4 mm the other.
    let row = |n| scar([5, 1, 1], [1.0; 3], move |[i, ..]| i < n);
    let d = between(&row(1), &row(5));
    assert_eq!((d.hd_mm(), d.assd_mm()), (4.0, 10.0 / 6.0));
    assert!((d.hd95_larger_mm() - 3.8).abs() < 1e-12 && (d.hd95_pooled_mm() - 3.75).abs() < 1e-12);
}

#[test]
fn empty_masks_have_no_distances() {
    let (empty, full) = (
        scar([3, 3, 3], [1.0; 3], |_| false),
        scar([3, 3, 3], [1.0; 3], |_| true),
    );
    assert_eq!(
        SurfaceDistances::between(&empty, &empty, Region::SCAR),
        Score::BothEmpty
    );
    assert_eq!(
        SurfaceDistances::between(&empty, &full, Region::SCAR),
        Score::Missed
    );
    assert_eq!(
        SurfaceDistances::between(&full, &empty, Region::SCAR),
        Score::Invented
    );
}

#[derive(Deserialize)]
struct Fixture {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    shape: [usize; 3],
    spacing_mm: [f64; 3],
    boxes: usize,
    flip: u64,
    prediction_seed: u64,
    reference_seed: u64,
    hd_mm: f64,
    hd95_pooled_mm: f64,
    hd95_larger_mm: f64,
    hd95_area_mm: f64,
    assd_mm: f64,
    reference_area_mm2: f64,
}

impl Case {
    fn mask(&self, seed: u64) -> LabelMap {
        let mut state = seed;
        let mut next = |n: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % n
        };
        let boxes: Vec<[[u64; 2]; 3]> = (0..self.boxes)
            .map(|_| {
                self.shape.map(|n| {
                    let (a, b) = (next(n as u64), next(n as u64));
                    [a.min(b), a.max(b)]
                })
            })
            .collect();
        scar(self.shape, self.spacing_mm, |v| {
            let within =
                |b: &[[u64; 2]; 3]| (0..3).all(|x| (b[x][0]..=b[x][1]).contains(&(v[x] as u64)));
            boxes.iter().any(within) ^ (self.flip > 0 && next(self.flip) == 0)
        })
    }
}

#[test]
fn distances_are_those_of_the_libraries() {
    let fixture: Fixture =
        serde_json::from_str(include_str!("../../../tests/fixtures/distances.json")).unwrap();
    assert_eq!(fixture.cases.len(), 8);
    for case in fixture.cases {
        let d = between(
            &case.mask(case.prediction_seed),
            &case.mask(case.reference_seed),
        );
        let area: f64 = d.reference_surfels.iter().map(|s| s.area_mm2).sum();
        for (name, found, expected) in [
            ("hd", d.hd_mm(), case.hd_mm),
            ("pooled", d.hd95_pooled_mm(), case.hd95_pooled_mm),
            ("larger", d.hd95_larger_mm(), case.hd95_larger_mm),
            ("area-weighted", d.hd95_area_mm(), case.hd95_area_mm),
            ("assd", d.assd_mm(), case.assd_mm),
            ("area", area, case.reference_area_mm2),
        ] {
            let tolerance = 1e-5 * expected.max(1.0);
            assert!(
                (found - expected).abs() < tolerance,
                "{:?} {name}: {found}, not {expected}",
                case.shape
            );
        }
    }
}
