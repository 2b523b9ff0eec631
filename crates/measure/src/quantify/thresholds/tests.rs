//! Thresholds of drawn hearts with known signals.

use super::super::phantom::{View, draw};
use super::*;

/// A quarter of the wall is scar of 300, the rest has 90 and 110 in turn: mean 100, SD 10.
fn quarter() -> (LabelMap, Volume<f32>) {
    let labels = draw(View::default(), |s| {
        if s.degrees < 90.0 {
            Label::Scar
        } else {
            Label::Myocardium
        }
    });
    let lge = Volume::from_fn(*labels.grid(), |v| match labels[v] {
        Label::Scar => 300.0,
        Label::LvPool | Label::RvPool => 280.0,
        _ => 90.0 + 20.0 * ((v[0] + v[1]) % 2) as f32,
    });
    (labels, lge)
}

fn of(labels: &LabelMap, lge: &Volume<f32>) -> Vec<Threshold> {
    Thresholds::of(labels, lge).0.methods
}

fn scar_ml(labels: &LabelMap) -> f64 {
    labels.data().iter().filter(|l| **l == Label::Scar).count() as f64 * labels.spacing().voxel_ml()
}

#[test]
fn every_method_finds_the_scar_whatever_the_scale_and_sign() {
    let (labels, lge) = quarter();
    // As stored, as a phase-sensitive image with negative signal, and scaled.
    for change in [|v: f32| v, |v: f32| v - 200.0, |v: f32| 0.01 * v - 3.0] {
        for threshold in of(&labels, &lge.map(|v| change(*v))) {
            let ml = threshold.above_ml.unwrap();
            assert!((ml - scar_ml(&labels)).abs() < 1e-9, "{threshold:?}");
            assert_eq!(threshold.absent_because, None);
        }
    }
    let signals: Vec<f64> = of(&labels, &lge)
        .iter()
        .map(|t| t.signal.unwrap())
        .collect();
    let expected = [120.0, 130.0, 150.0, 160.0, 200.0];
    assert!(
        signals
            .iter()
            .zip(expected)
            .all(|(found, e)| (found - e).abs() < 0.5),
        "{signals:?}"
    );
}

#[test]
fn bright_wall_beside_blood_counts_only_beside_deeper_bright_wall() {
    let (labels, lge) = quarter();
    // The innermost voxels of all of the wall are as bright as blood.
    let wall = wall_voxels(&labels, &lge);
    let mut rimmed = lge.clone();
    let rim: Vec<&WallVoxel> = wall
        .iter()
        .filter(|v| v.endocardium_mm < BLOOD_RIM_MM)
        .collect();
    rim.iter().for_each(|v| rimmed.data_mut()[v.at] = 280.0);
    let five = of(&labels, &rimmed)[2].above_ml.unwrap();
    let rim_ml = rim.len() as f64 * labels.spacing().voxel_ml();
    // Scar keeps its own rim, and a little of that at its two edges.
    assert!(
        (five - scar_ml(&labels)) / rim_ml < 0.05,
        "{five} {} {rim_ml}",
        scar_ml(&labels)
    );
    assert!(five >= scar_ml(&labels) - 1e-9);
}

#[test]
fn absence_has_a_reason() {
    let (labels, lge) = quarter();
    let healthy = labels.map(|l| {
        if *l == Label::Scar {
            Label::Myocardium
        } else {
            *l
        }
    });
    let flat = Volume::from_fn(*lge.grid(), |v| 90.0 + 20.0 * ((v[0] + v[1]) % 2) as f32);
    let reasons = |labels: &LabelMap, lge: &Volume<f32>| -> Vec<String> {
        of(labels, lge)
            .into_iter()
            .filter_map(|t| t.absent_because)
            .collect()
    };
    let none = "no scar is labelled and less than 0.5 ml of the wall lies above 5 SD";
    let one = "the threshold lies within 2 SD of the remote mean: no part of the wall stands out";
    assert_eq!(reasons(&healthy, &flat), [none, one]);
    assert_eq!(
        reasons(&labels, &flat),
        [
            "half of the scar's maximum lies within 2 SD of the remote mean",
            one
        ]
    );
    let constant = Volume::filled(*lge.grid(), 7.0);
    assert_eq!(
        reasons(&labels, &constant),
        ["the signal of remote myocardium does not vary"; 6]
    );
    let all = labels.map(|l| {
        if *l == Label::Myocardium {
            Label::Scar
        } else {
            *l
        }
    });
    let small = "remote myocardium is too small: 0 mm² in the best slice and 50 mm² are needed";
    assert_eq!(reasons(&all, &lge), [small; 6]);
    let (thresholds, findings) = Thresholds::of(&all, &lge);
    assert_eq!(
        (
            thresholds.remote.is_none(),
            common_absence(&thresholds.methods)
        ),
        (true, Some(small))
    );
    assert_eq!(
        findings,
        [Finding::NoRemoteMyocardium {
            largest_mm2: 0.0,
            needed_mm2: 50.0
        }]
    );
    assert_eq!(
        common_absence(&Thresholds::without_lge().methods),
        Some("there is no LGE image")
    );
}

#[test]
fn labels_that_the_signal_contradicts_are_flagged() {
    let (labels, lge) = quarter();
    assert_eq!(Thresholds::of(&labels, &lge).1, []);
    let missed = labels.map(|l| if *l == Label::Scar { Label::Edema } else { *l });
    let found = Thresholds::of(&missed, &lge).1;
    assert_eq!(
        found,
        [Finding::ThresholdContradictsLabels {
            threshold_ml: scar_ml(&labels),
            scar_ml: 0.0
        }]
    );
    let dark = lge.map(|v| if *v == 300.0 { 95.0 } else { *v });
    let invented = Thresholds::of(&labels, &dark).1;
    assert_eq!(
        invented,
        [Finding::ThresholdContradictsLabels {
            threshold_ml: 0.0,
            scar_ml: scar_ml(&labels)
        }]
    );
}
