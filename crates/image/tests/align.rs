//! Sequences moved by known amounts are measured, and moved back.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use std::path::Path;

use myops_image::io::find_cases;
use myops_image::phantom::{Phantom, PhantomSettings};
use myops_image::preprocess::{HeartCentre, aligned, misalignment};
use myops_image::sequence::{PerSequence, Sequence};
use myops_image::study::Study;
use myops_image::volume::Volume;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn phantom(seed: u64) -> Study {
    Phantom::draw(&PhantomSettings::default(), &mut ChaCha8Rng::seed_from_u64(seed)).render("phantom").0
}

/// The study with one sequence moved by whole pixels along rows and columns; the border stands for what is outside.
fn moved(study: &Study, sequence: Sequence, [rows, columns]: [i64; 2]) -> Study {
    let mut images = study.images().clone();
    images[sequence] = study.image(sequence).map(|image| {
        let [ni, nj, _] = image.shape();
        let from = |v: usize, shift: i64, n: usize| (v as i64 - shift).clamp(0, n as i64 - 1) as usize;
        Volume::from_fn(*image.grid(), |[i, j, k]| image[[from(i, columns, ni), from(j, rows, nj), k]])
    });
    Study::new(study.id(), images, study.reference().cloned()).unwrap()
}

fn heart(study: &Study) -> Option<HeartCentre> {
    HeartCentre::of_labels(study.reference()?)
}

/// How far the change of the measured shift is from what the sequence was moved by, mm.
fn error_mm(study: &Study, sequence: Sequence, pixels: [i64; 2]) -> f64 {
    let of = |study: &Study| misalignment(study.images(), heart(study))[sequence].unwrap().shift_mm;
    let (before, after) = (of(study), of(&moved(study, sequence, pixels)));
    let [column_mm, row_mm, _] = study.grid().spacing().mm();
    let error = |axis: usize, mm: f64| after[axis] - before[axis] - pixels[axis] as f64 * mm;
    error(0, row_mm).hypot(error(1, column_mm))
}

#[test]
fn a_phantom_moved_by_known_amounts_is_measured_within_a_millimetre_and_moved_back() {
    for seed in [1, 2] {
        let study = phantom(seed);
        assert_eq!(misalignment(study.images(), heart(&study))[Sequence::Lge], None);
        for (sequence, pixels) in [(Sequence::Bssfp, [8, -5]), (Sequence::T2, [-7, 9])] {
            let error = error_mm(&study, sequence, pixels);
            assert!(error < 1.0, "seed {seed}, {sequence}: {error} mm");
            let moved = moved(&study, sequence, pixels);
            let back = aligned(&moved, &misalignment(moved.images(), heart(&moved))).unwrap();
            let rest = misalignment(back.images(), heart(&back))[sequence].unwrap();
            assert!(rest.distance_mm() < 1.0, "seed {seed}, {sequence}: {rest:?}");
        }
    }
}

#[test]
fn what_lies_well_stays_as_it_is() {
    let study = phantom(3);
    let found = misalignment(study.images(), heart(&study));
    assert!(found.iter().all(|(_, m)| m.is_none_or(|m| m.distance_mm() < 1.0)), "{found:?}");
    assert_eq!(aligned(&study, &found), None);
    let alone = Study::new("alone", PerSequence { lge: study.images().lge.clone(), ..Default::default() }, None);
    assert_eq!(misalignment(alone.unwrap().images(), None), PerSequence::default());
}

/// Runs where `MYOPS_DATA` names the folder of the MyoPS 2020 data, and says so where it does not.
#[test]
fn the_training_cases_lie_well_and_moved_by_known_amounts_they_are_measured() {
    let Some(folder) = std::env::var_os("MYOPS_DATA") else {
        return eprintln!("skipped: MYOPS_DATA is not set");
    };
    let mut errors_mm = Vec::new();
    for case in find_cases(Path::new(&folder).join("myops2020/train")).unwrap() {
        let study = case.load().unwrap().study;
        assert_eq!(aligned(&study, &misalignment(study.images(), heart(&study))), None, "{}", study.id());
        for (sequence, pixels) in [(Sequence::Bssfp, [7, -5]), (Sequence::T2, [-7, 4])] {
            errors_mm.push(error_mm(&study, sequence, pixels));
        }
    }
    errors_mm.sort_unstable_by(f64::total_cmp);
    let within = errors_mm.iter().filter(|e| **e < 1.0).count();
    assert!(within * 10 >= errors_mm.len() * 9, "{within} of {} within 1 mm: {errors_mm:?}", errors_mm.len());
}
