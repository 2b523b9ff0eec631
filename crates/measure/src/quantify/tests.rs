//! Quantities of a phantom are those it was built with, however it is viewed.

use myops_image::geometry::{Affine, Grid, Spacing};
use myops_image::label::Label;

use super::phantom::{PIXEL_MM, SHAPE, SLICE_MM, Site, View, draw, segment};
use super::*;

fn scar_where(scarred: impl Fn(Site) -> bool) -> impl Fn(Site) -> Label {
    move |site| {
        if scarred(site) {
            Label::Scar
        } else {
            Label::Myocardium
        }
    }
}

fn views() -> Vec<View> {
    let mut views = Vec::new();
    for turn in [0.0, 37.0, 90.0, 215.0] {
        for mirrored in [false, true] {
            views.extend([false, true].map(|from_apex| View {
                turn,
                mirrored,
                from_apex,
            }));
        }
    }
    views
}

#[test]
fn scar_is_found_in_its_segment_in_every_view() {
    for view in views() {
        for number in 1..=16 {
            let found = quantify(
                &draw(view, scar_where(|site| segment(site) == number)),
                None,
            );
            assert_eq!(found.findings, [], "{view:?}");
            for s in &found.segments[..16] {
                let percent = s.scar_percent.unwrap();
                let right = if s.number == number {
                    percent > 90.0
                } else {
                    percent < 8.0
                };
                assert!(
                    right && s.assessed,
                    "{view:?}: scar of {number} fills {percent} % of {}",
                    s.number
                );
            }
            assert_eq!(
                (found.segments[16].assessed, found.segments[16].scar_percent),
                (false, None)
            );
            let most = found
                .territories
                .iter()
                .max_by(|a, b| a.scar_percent.partial_cmp(&b.scar_percent).unwrap());
            assert_eq!(most.unwrap().territory, Territory::of(number));
        }
    }
}

#[test]
fn volumes_are_those_of_the_phantom() {
    let found = quantify(
        &draw(View::default(), scar_where(|site| site.degrees < 90.0)),
        None,
    );
    let ml = |radius: fn(f64) -> f64| {
        (0..6).map(|k| radius(f64::from(k)).powi(2)).sum::<f64>() * std::f64::consts::PI / 100.0
    };
    let (outer, inner) = (ml(|k| 32.0 - 1.5 * k), ml(|k| 22.0 - 1.5 * k));
    let v = &found.volumes;
    assert!(
        (v.lv_pool_ml / inner - 1.0).abs() < 0.02,
        "{} {inner}",
        v.lv_pool_ml
    );
    assert!((v.wall_ml / (outer - inner) - 1.0).abs() < 0.02);
    assert!((v.scar_percent.unwrap() - 25.0).abs() < 0.5);
    let segments_ml: f64 = found.segments.iter().map(|s| s.wall_ml).sum();
    assert!((segments_ml - v.wall_ml).abs() < 1e-9);
    assert_eq!(
        found.rings.iter().map(|r| r.slice).collect::<Vec<_>>(),
        [0, 1, 2, 3, 4, 5]
    );
    assert!(serde_json::to_string(&found).is_ok());
}

#[test]
fn transmurality_and_layer_follow_the_depth() {
    for (from, to, transmurality, distribution) in [
        (0.0, 0.4, 40.0, Distribution::Subendocardial),
        (0.35, 0.65, 30.0, Distribution::MidWall),
        (0.7, 1.0, 30.0, Distribution::Subepicardial),
        (0.0, 1.0, 100.0, Distribution::Transmural),
    ] {
        let scarred =
            |s: Site| s.level == Level::Mid && s.degrees < 120.0 && (from..to).contains(&s.depth);
        let found = quantify(&draw(View::default(), scar_where(scarred)), None);
        let scar = &found.scars[0];
        assert_eq!(
            (found.scars.len(), scar.distribution),
            (1, Some(distribution))
        );
        assert_eq!(scar.slices, [2, 3]);
        assert!(scar.segments.contains(&8) && scar.segments.contains(&9));
        assert!(
            (scar.transmurality_percent.unwrap() - transmurality).abs() < 6.0,
            "{scar:?}"
        );
        assert!(
            (scar.circumference_percent.unwrap() - 33.3).abs() < 3.0,
            "{scar:?}"
        );
        assert!(
            (found.segments[7].mean_transmurality_percent.unwrap() - transmurality).abs() < 4.0
        );
        let t = found.transmurality.unwrap();
        assert!(
            (t.none_percent - 100.0 * 8.0 / 9.0).abs() < 2.0
                && (t.mean_wall_thickness_mm - 10.0).abs() < 0.3
        );
        let classes = [
            t.none_percent,
            t.to_25_percent,
            t.to_50_percent,
            t.to_75_percent,
            t.to_100_percent,
        ];
        assert!((classes.iter().sum::<f64>() - 100.0).abs() < 1e-9 && t.chords == 600);
    }
}

#[test]
fn bare_spacings_are_read_as_pictures_seen_from_the_apex() {
    // With this turn, i points away from the septum and j up; a picture's j points down.
    let view = View {
        turn: -90.0,
        mirrored: false,
        from_apex: false,
    };
    let spacing = Spacing::new_mm([PIXEL_MM, PIXEL_MM, SLICE_MM]).unwrap();
    let plain = Affine::from_spacing(spacing).rows();
    let drawn = draw(view, scar_where(|site| segment(site) == 10));
    for mirrored in [false, true] {
        let mut rows = plain;
        rows[0][0] *= if mirrored { -1.0 } else { 1.0 };
        let grid = Grid::new(SHAPE, Affine::new(rows).unwrap()).unwrap();
        let labels = Volume::from_fn(grid, |[i, j, k]| {
            let i = if mirrored { SHAPE[0] - 1 - i } else { i };
            drawn[[i, SHAPE[1] - 1 - j, k]]
        });
        let found = quantify(&labels, None);
        assert!(
            found.segments[9].scar_percent.unwrap() > 90.0,
            "{:?}",
            found.segments
        );
        assert_eq!(found.findings, [Finding::AnteriorAssumed]);
    }
}

#[test]
fn what_is_missing_is_flagged() {
    let map = |keep: fn(Label) -> bool| {
        draw(View::default(), scar_where(|s| s.degrees > 300.0))
            .map(|l| if keep(*l) { *l } else { Label::Background })
    };
    let no_rv = quantify(&map(|l| l != Label::RvPool), None);
    assert_eq!(no_rv.findings, [Finding::NoRvPool]);
    assert!(
        no_rv
            .segments
            .iter()
            .all(|s| !s.assessed && s.mean_transmurality_percent.is_none())
    );
    assert!(no_rv.volumes.scar_ml > 0.0 && no_rv.transmurality.is_some());
    let no_lv = quantify(&map(|l| l != Label::LvPool), None);
    assert_eq!(
        (no_lv.findings, no_lv.rings.len(), no_lv.transmurality),
        (vec![Finding::NoLvPool], 0, None)
    );
    assert_eq!((no_lv.scars.len(), no_lv.scars[0].distribution), (1, None));
    let open = quantify(&map(|l| l != Label::Scar), None);
    assert_eq!(
        open.findings,
        [Finding::RingOpen {
            slices: vec![0, 1, 2, 3, 4, 5]
        }]
    );
    let empty = quantify(&map(|_| false), None);
    assert_eq!(
        empty.findings,
        [Finding::NoWall, Finding::NoLvPool, Finding::NoRvPool]
    );
    assert!(empty.scars.is_empty() && empty.volumes.scar_percent.is_none());
}

#[test]
fn one_full_voxel_and_a_full_volume_are_measured() {
    let grid = |shape| {
        let spacing = Spacing::new_mm([2.0, 2.0, 10.0]).unwrap();
        Grid::new(shape, Affine::from_spacing(spacing)).unwrap()
    };
    let one = quantify(&Volume::filled(grid([1, 1, 1]), Label::Scar), None);
    assert_eq!((one.volumes.scar_ml, one.scars.len()), (0.04, 1));
    assert!(
        one.findings
            .contains(&Finding::LeftVentricleAtBorder { slices: vec![0] })
    );
    let row = Volume::from_fn(grid([3, 1, 40]), |[i, ..]| {
        [Label::Scar, Label::LvPool, Label::RvPool][i]
    });
    let row = quantify(&row, Some(&Volume::filled(grid([3, 1, 40]), 1.0)));
    assert!(
        row.findings.contains(&Finding::ManySlices { slices: 40 })
            && row.findings.contains(&Finding::NoRemoteMyocardium {
                largest_mm2: 0.0,
                needed_mm2: 50.0
            })
    );
    let other = quantify(
        &Volume::filled(grid([4, 4, 1]), Label::Scar),
        Some(&Volume::filled(grid([4, 5, 1]), 1.0)),
    );
    assert!(other.findings.contains(&Finding::LgeOnOtherVoxels));
}
