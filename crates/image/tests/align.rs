//! Sequences moved by known amounts are measured, and moved back.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use std::borrow::Cow;
use std::path::Path;

use myops_image::io::find_cases;
use myops_image::phantom::{Phantom, PhantomSettings};
use myops_image::preprocess::{HeartCentre, Moves, Registration, misalignment, registration};
use myops_image::sequence::{PerSequence, Sequence};
use myops_image::study::Study;
use myops_image::volume::Volume;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn phantom(seed: u64) -> Study {
    Phantom::draw(
        &PhantomSettings::default(),
        &mut ChaCha8Rng::seed_from_u64(seed),
    )
    .render("phantom")
    .0
}

/// The study with what is certainly misaligned moved back; `None` if nothing is.
fn aligned(study: &Study, found: &PerSequence<Option<Registration>>) -> Option<Study> {
    match Moves::of_shifts(study, found).applied(study) {
        Cow::Borrowed(_) => None,
        Cow::Owned(moved) => Some(moved),
    }
}

/// The study with one sequence moved by whole pixels along rows and columns; the border stands for what is outside.
fn moved(study: &Study, sequence: Sequence, [rows, columns]: [i64; 2]) -> Study {
    let mut images = study.images().clone();
    images[sequence] = study.image(sequence).map(|image| {
        let [ni, nj, _] = image.shape();
        let from =
            |v: usize, shift: i64, n: usize| (v as i64 - shift).clamp(0, n as i64 - 1) as usize;
        Volume::from_fn(*image.grid(), |[i, j, k]| {
            image[[from(i, columns, ni), from(j, rows, nj), k]]
        })
    });
    Study::new(study.id(), images, study.reference().cloned()).unwrap()
}

fn heart(study: &Study) -> Option<HeartCentre> {
    HeartCentre::of_labels(study.reference()?)
}

/// How far the change of the measured shift is from what the sequence was moved by, mm; endless where another sequence is
/// said to lie elsewhere.
fn error_mm(study: &Study, sequence: Sequence, pixels: [i64; 2]) -> f64 {
    let of = |study: &Study| {
        misalignment(study.images(), Sequence::Lge, heart(study), None)[sequence]
            .map_or([f64::INFINITY; 2], |m| m.shift_mm)
    };
    let (before, after) = (of(study), of(&moved(study, sequence, pixels)));
    let [column_mm, row_mm, _] = study.grid().spacing().mm();
    let error = |axis: usize, mm: f64| after[axis] - before[axis] - pixels[axis] as f64 * mm;
    error(0, row_mm).hypot(error(1, column_mm))
}

#[test]
fn a_phantom_moved_by_known_amounts_is_measured_within_a_millimetre_and_moved_back() {
    for seed in [1, 2] {
        let study = phantom(seed);
        assert_eq!(
            misalignment(study.images(), Sequence::Lge, heart(&study), None)[Sequence::Lge],
            None
        );
        for (sequence, pixels) in [(Sequence::Bssfp, [8, -5]), (Sequence::T2, [-7, 9])] {
            let error = error_mm(&study, sequence, pixels);
            assert!(error < 1.0, "seed {seed}, {sequence}: {error} mm");
            let moved = moved(&study, sequence, pixels);
            let back = aligned(
                &moved,
                &registration(moved.images(), Sequence::Lge, heart(&moved), None),
            )
            .unwrap();
            let rest =
                misalignment(back.images(), Sequence::Lge, heart(&back), None)[sequence].unwrap();
            assert!(
                rest.distance_mm() < 1.0,
                "seed {seed}, {sequence}: {rest:?}"
            );
        }
    }
}

#[test]
fn what_lies_well_stays_as_it_is() {
    let study = phantom(3);
    let found = misalignment(study.images(), Sequence::Lge, heart(&study), None);
    assert!(
        found
            .iter()
            .all(|(_, m)| m.is_none_or(|m| m.distance_mm() < 1.0)),
        "{found:?}"
    );
    let found = registration(study.images(), Sequence::Lge, heart(&study), None);
    assert_eq!(aligned(&study, &found), None);
    let alone = Study::new(
        "alone",
        PerSequence {
            lge: study.images().lge.clone(),
            ..Default::default()
        },
        None,
    );
    assert_eq!(
        misalignment(alone.unwrap().images(), Sequence::Lge, None, None),
        PerSequence::default()
    );
}

#[test]
fn the_sequence_on_whose_slices_labels_are_drawn_stays_in_place() {
    let whole = phantom(1);
    let mut images = whole.images().clone();
    images.lge = None;
    let study = Study::new("without LGE", images, whole.reference().cloned()).unwrap();
    let moved = moved(&study, Sequence::T2, [-7, 9]);
    let found = |stack| misalignment(moved.images(), stack, heart(&moved), None);
    // Labels are drawn on T2 without LGE, unless another stack is chosen.
    assert_eq!(moved.stack(), Sequence::T2);
    let (on_t2, on_bssfp) = (found(moved.stack()), found(Sequence::Bssfp));
    assert_eq!((on_t2.t2, on_bssfp.bssfp), (None, None));
    let (bssfp, t2) = (on_t2.bssfp.unwrap(), on_bssfp.t2.unwrap());
    assert!(bssfp.clear && t2.clear, "{bssfp:?} {t2:?}");
    for axis in [0, 1] {
        let apart = bssfp.shift_mm[axis] + t2.shift_mm[axis];
        assert!(apart.abs() < 1.0, "{bssfp:?} {t2:?}");
    }
}

#[test]
fn where_two_lie_together_it_is_the_third_that_lies_elsewhere() {
    let study = phantom(4);
    let [column_mm, row_mm, _] = study.grid().spacing().mm();
    let moved = moved(&study, Sequence::Lge, [6, -5]);
    let registered = registration(moved.images(), Sequence::Lge, heart(&moved), None);
    let found = registered.as_ref().map(|r| r.as_ref().map(|r| r.whole));
    let PerSequence {
        bssfp: None,
        lge: Some(lge),
        t2: None,
    } = found
    else {
        panic!("{found:?}")
    };
    let error = (lge.shift_mm[0] - 6.0 * row_mm).hypot(lge.shift_mm[1] + 5.0 * column_mm);
    assert!(lge.clear && error < 1.0, "{error} mm: {lge:?}");
    let back = aligned(&moved, &registered).unwrap();
    assert_eq!(
        (&back.images().bssfp, &back.images().t2),
        (&study.images().bssfp, &study.images().t2)
    );
    assert_eq!(
        aligned(
            &back,
            &registration(back.images(), Sequence::Lge, heart(&back), None)
        ),
        None
    );
}

#[test]
fn what_edges_leave_in_doubt_anatomy_may_settle() {
    let study = phantom(2);
    let [column_mm, row_mm, _] = study.grid().spacing().mm();
    let shift_mm = [2.0 * row_mm, -column_mm];
    let moved = moved(&study, Sequence::T2, [2, -1]);
    // Hearts whose overlap falls by a tenth a millimetre, from where the images lie in truth.
    let overlap = |first: Sequence, second: Sequence, [row, column]: [f64; 2]| {
        assert_eq!(first, Sequence::Lge);
        let truth = if second == Sequence::T2 {
            shift_mm
        } else {
            [0.0; 2]
        };
        vec![(1.0 - 0.1 * (row - truth[0]).hypot(column - truth[1])).max(0.0)]
    };
    let t2 = |overlap| {
        misalignment(moved.images(), Sequence::Lge, heart(&moved), overlap)[Sequence::T2].unwrap()
    };
    let (edges, both) = (t2(None), t2(Some(&overlap)));
    assert!(!edges.clear && both.clear, "{edges:?} {both:?}");
    let error = (both.shift_mm[0] - shift_mm[0]).hypot(both.shift_mm[1] - shift_mm[1]);
    assert!(error < 1.0, "{error} mm: {both:?}");
}

#[test]
fn a_slice_of_another_breath_hold_is_moved_by_itself() {
    let study = phantom(5);
    let [column_mm, row_mm, _] = study.grid().spacing().mm();
    let whole = moved(&study, Sequence::T2, [-6, 7])
        .images()
        .t2
        .clone()
        .unwrap();
    let mut images = study.images().clone();
    let slice = images.t2.as_mut().unwrap().slice_mut(1);
    slice.copy_from_slice(whole.slice(1));
    let shifted = Study::new("shifted", images, study.reference().cloned()).unwrap();
    // Hearts whose overlap falls by a twentieth a millimetre, from where each slice lies in truth.
    let overlap = |_: Sequence, second: Sequence, [row, column]: [f64; 2]| {
        let truth = |k: usize| match (second, k) {
            (Sequence::T2, 1) => [-6.0 * row_mm, 7.0 * column_mm],
            _ => [0.0; 2],
        };
        let apart = |[r, c]: [f64; 2]| (row - r).hypot(column - c);
        let slices = 0..study.grid().shape()[2];
        slices
            .map(|k| (1.0 - 0.05 * apart(truth(k))).max(0.0))
            .collect()
    };
    let found = registration(
        shifted.images(),
        Sequence::Lge,
        heart(&shifted),
        Some(&overlap),
    );
    let [bssfp, t2] = [&found.bssfp, &found.t2].map(|found| found.as_ref().unwrap());
    assert!(bssfp.slices.is_empty() && !t2.whole.clear, "{found:?}");
    let [own] = t2.slices.as_slice() else {
        panic!("{t2:?}")
    };
    let error = (own.shift_mm[0] + 6.0 * row_mm).hypot(own.shift_mm[1] - 7.0 * column_mm);
    assert!(own.slice == 1 && error < 1.0, "{error} mm: {own:?}");
    let back = aligned(&shifted, &found).unwrap();
    let [back, t2] = [&back, &study].map(|study| study.image(Sequence::T2).unwrap());
    assert!([0, 2].into_iter().all(|k| back.slice(k) == t2.slice(k)));
    assert_ne!(back.slice(1), shifted.image(Sequence::T2).unwrap().slice(1));

    // Without the anatomy, edges alone move no single slice.
    let found = registration(shifted.images(), Sequence::Lge, heart(&shifted), None);
    assert!(found.t2.unwrap().slices.is_empty());
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
        assert_eq!(
            aligned(
                &study,
                &registration(study.images(), Sequence::Lge, heart(&study), None)
            ),
            None,
            "{}",
            study.id()
        );
        for (sequence, pixels) in [(Sequence::Bssfp, [7, -5]), (Sequence::T2, [-7, 4])] {
            errors_mm.push(error_mm(&study, sequence, pixels));
        }
    }
    errors_mm.sort_unstable_by(f64::total_cmp);
    let within = errors_mm.iter().filter(|e| **e < 1.0).count();
    assert!(
        within * 10 >= errors_mm.len() * 9,
        "{within} of {} within 1 mm: {errors_mm:?}",
        errors_mm.len()
    );
}
