//! Quantities of synthetic patients are those they were drawn with.

use myops_image::label::{Label, LabelMap, Region};
use myops_image::phantom::{Phantom, PhantomSettings, Truth};
use myops_image::study::Study;
use myops_measure::quantify::quantify;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn patient(seed: u64) -> (Study, Truth) {
    Phantom::draw(
        &PhantomSettings::default(),
        &mut ChaCha8Rng::seed_from_u64(seed),
    )
    .render("P")
}

/// The volume (ml) of the voxels of a region that touch another in their slice: one voxel layer's worth.
fn layer_ml(labels: &LabelMap, region: Region) -> f64 {
    let [ni, nj, nk] = labels.shape();
    let inside = |i: usize, j: usize, k: usize| region.contains(labels[[i, j, k]]);
    let mut layer = 0;
    for k in 0..nk {
        for (i, j) in (1..nj - 1).flat_map(|j| (1..ni - 1).map(move |i| (i, j))) {
            let edge = [(i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)]
                .iter()
                .any(|(i, j)| !inside(*i, *j, k));
            layer += usize::from(inside(i, j, k) && edge);
        }
    }
    layer as f64 * labels.spacing().voxel_ml()
}

#[test]
fn volumes_and_percent_are_those_of_the_geometry() {
    for seed in 0..6 {
        let (study, truth) = patient(seed);
        let labels = study.reference().unwrap();
        let volumes = quantify(labels, None).volumes;
        for (found_ml, true_ml, region) in [
            (volumes.scar_ml, truth.volume_ml(Label::Scar), Region::SCAR),
            (
                volumes.edema_without_scar_ml,
                truth.volume_ml(Label::Edema),
                Region::EDEMA,
            ),
            (volumes.wall_ml, truth.wall_ml(), Region::WALL),
            (
                volumes.lv_pool_ml,
                truth.volume_ml(Label::LvPool),
                Region::LV_POOL,
            ),
            (
                volumes.rv_pool_ml,
                truth.volume_ml(Label::RvPool),
                Region::RV_POOL,
            ),
        ] {
            let bound = layer_ml(labels, region).max(0.1);
            assert!(
                (found_ml - true_ml).abs() < bound,
                "{seed} {}: {found_ml} ml, not {true_ml}",
                region.name()
            );
        }
        assert!(
            (volumes.scar_percent.unwrap() - truth.scar_percent_of_wall).abs() < 1.0,
            "{seed}"
        );
        assert!(
            (volumes.edema_without_scar_percent.unwrap() - truth.edema_percent_of_wall).abs() < 1.0,
            "{seed}"
        );
    }
}

/// Scar around the circumference, whatever the level: anterior, septal, inferior and lateral.
fn around(percent: impl Fn(usize) -> f64) -> [f64; 4] {
    let sum = |segments: &[usize]| segments.iter().map(|s| percent(*s)).sum::<f64>();
    [
        sum(&[1, 7, 13]),
        sum(&[2, 3, 8, 9, 14]),
        sum(&[4, 10, 15]),
        sum(&[5, 6, 11, 12, 16]),
    ]
}

#[test]
fn scars_lie_on_the_side_of_the_ventricle_that_they_were_drawn_on() {
    let mut right = 0;
    let mut scarred = 0;
    for seed in 0..16 {
        let (study, truth) = patient(seed);
        if truth.scar_percent_of_wall < 3.0 {
            continue;
        }
        let found = quantify(study.reference().unwrap(), None);
        let truth = around(|s| truth.scar_percent_of_segment[s - 1].unwrap_or(0.0));
        let found = around(|s| found.segments[s - 1].scar_percent.unwrap_or(0.0));
        let product = |a: [f64; 4], b: [f64; 4]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let cosine = product(truth, found) / (product(truth, truth) * product(found, found)).sqrt();
        scarred += 1;
        right += usize::from(cosine > 0.8);
        assert!(cosine > 0.5, "{seed}: drawn {truth:.0?}, found {found:.0?}");
    }
    assert!(10 * right >= 9 * scarred, "{right} of {scarred}");
}
