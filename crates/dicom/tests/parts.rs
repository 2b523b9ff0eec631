//! Which series are parts of one stack, and which are not.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

mod common;

use common::*;
use dicom_core::VR;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use myops_dicom::load::PhaseChoice;
use myops_dicom::synthetic::*;
use myops_image::sequence::Sequence;

#[test]
fn gaps_and_shifts_between_series_are_told_with_numbers() {
    let lge = exploded(9);
    let problem = |objects: &[InMemDicomObject]| {
        let table = table(objects);
        assert_eq!(table.rows.len(), 1, "{:?}", stacks(&table));
        let reason = table.rows[0].reason.clone();
        assert!(decide(objects, "", &["lge=901"]).is_err());
        reason.split_once("; ").unwrap().1.to_owned()
    };
    let mut missing = lge.clone();
    missing.remove(2);
    assert_eq!(
        problem(&missing),
        "1 missing after slice 2: a gap of 20.00 mm where slices are 10.00 mm apart"
    );
    let [row, _, normal] = directions(&lge[0]);
    let mut moved = lge.clone();
    move_by(&mut moved[2], normal, 1.0);
    assert_eq!(
        problem(&moved),
        "its slices are 9.00 to 11.00 mm apart (bound: 1 % or 0.05 mm)"
    );
    let mut shifted = lge.clone();
    move_by(&mut shifted[2], row, 2.0);
    assert_eq!(
        problem(&shifted),
        "slice 3 is shifted by 2.00 mm within its plane (bound 0.5 mm)"
    );
    // Turned about its first pixel, within the plane.
    let mut turned = lge.clone();
    turn(&mut turned[3], 0.6);
    assert_eq!(
        problem(&turned),
        "slice 4 is turned by 0.60 degrees from the first one (bound 0.3)"
    );
    turn(&mut turned[3], 0.6);
    let apart = table(&turned);
    let slices: Vec<_> = apart.rows.iter().map(|row| row.slices).collect();
    assert_eq!(slices, [4, 1]);
}

/// Turns an image about its first pixel within its plane, degrees.
fn turn(image: &mut InMemDicomObject, degrees: f64) {
    let [row, column, _] = directions(image);
    let (s, c) = degrees.to_radians().sin_cos();
    let row_turned = [0, 1, 2].map(|n| c * row[n] + s * column[n]);
    let column_turned = [0, 1, 2].map(|n| c * column[n] - s * row[n]);
    let text: Vec<String> = [row_turned, column_turned]
        .concat()
        .iter()
        .map(|v| format!("{v:.8}"))
        .collect();
    put(
        image,
        tags::IMAGE_ORIENTATION_PATIENT,
        VR::DS,
        text.join("\\"),
    );
}

#[test]
fn series_of_another_kind_stay_apart() {
    let lge = exploded(9);
    let changes: [(dicom_core::Tag, VR, &str); 8] = [
        (tags::SLICE_THICKNESS, VR::DS, "10"),
        (tags::FRAME_OF_REFERENCE_UID, VR::UI, "1.2.3"),
        (tags::IMAGE_TYPE, VR::CS, "ORIGINAL\\PRIMARY\\M\\NORM"),
        (tags::ECHO_TIME, VR::DS, "1.5"),
        (tags::PIXEL_SPACING, VR::DS, "1.41\\1.3"),
        (
            tags::SERIES_DESCRIPTION,
            VR::LO,
            "de_overview_tfi_psir_MAG_late",
        ),
        (tags::SCANNING_SEQUENCE, VR::CS, "SE"),
        (tags::SEQUENCE_NAME, VR::SH, "*fl2d1"),
    ];
    for (tag, vr, value) in changes {
        let mut objects = lge.clone();
        put(&mut objects[4], tag, vr, value);
        let table = table(&objects);
        let rows = stacks(&table);
        assert_eq!(
            rows,
            [("901-904".to_owned(), 4), ("905".to_owned(), 1)],
            "{value}"
        );
        assert_eq!(reason(&table, 905), "one slice");
    }
    // Other inversion times belong together: they are set anew as the contrast agent washes out.
    let mut objects = lge;
    put(&mut objects[4], tags::INVERSION_TIME, VR::DS, "320");
    assert_eq!(table(&objects).rows.len(), 1);
    // A cine with fewer phases.
    let mut cine = exploded(5);
    cine.pop();
    let rows: Vec<_> = table(&cine)
        .rows
        .iter()
        .map(|row| (row.slices, row.phases))
        .collect();
    assert_eq!(rows, [(5, 25), (1, 24)]);
}

/// The cine in two series: the slices for which `lies_in_first` holds, and the others.
fn in_two(lies_in_first: fn(usize) -> bool) -> Vec<InMemDicomObject> {
    let cine = series(5);
    let half = |first: bool| -> Vec<InMemDicomObject> {
        let slices = cine.chunks(25).enumerate();
        let of_half = slices.filter(|(n, _)| lies_in_first(*n) == first);
        of_half.flat_map(|(_, phases)| phases.to_vec()).collect()
    };
    [
        as_series(&half(true), 51, "one"),
        as_series(&half(false), 52, "two"),
    ]
    .concat()
}

#[test]
fn a_series_in_halves_is_one_stack() {
    // One half above the other, and every other slice.
    for objects in [in_two(|slice| slice < 3), in_two(|slice| slice % 2 == 0)] {
        let (_folder, scan) = scan(&objects);
        let table = table_of(&scan);
        assert_eq!(stacks(&table), [("51-52".to_owned(), 6)]);
        assert_eq!(table.rows[0].phases, 25);
        assert!(reason(&table, 51).starts_with("2 series are one stack; 25 phases"));
        let loaded = scan.exams()[0]
            .load(&table, PhaseChoice::Number(1))
            .unwrap();
        assert_equal(&loaded, Sequence::Bssfp, 1.0);
    }
}

#[test]
fn series_that_could_be_complete_stay_apart() {
    // Slices that would overlap, and series of different size.
    let mut overlapping = in_two(|slice| slice % 2 == 0);
    for object in &mut overlapping {
        put(object, tags::SLICE_THICKNESS, VR::DS, "12");
    }
    for objects in [overlapping, in_two(|slice| slice < 2)] {
        let apart = table(&objects);
        assert_eq!(apart.rows.len(), 2);
        assert!(
            apart
                .rows
                .iter()
                .all(|row| !row.reason.contains("one stack"))
        );
    }
    // A half is not joined with single slices.
    let halves = in_two(|slice| slice < 3);
    let singles = one_series_a_slice(&halves[75..]);
    let mixed = table(&[&halves[..75], &singles].concat());
    assert_eq!(
        stacks(&mixed),
        [("51".to_owned(), 3), ("5201-5203".to_owned(), 3)]
    );
}

#[test]
fn few_slices_a_series_are_one_stack() {
    let cine = series(5);
    let part = |slices: std::ops::Range<usize>, n: i64| {
        as_series(
            &cine[25 * slices.start..25 * slices.end],
            n,
            &format!("part {n}"),
        )
    };
    let objects = [part(0..2, 51), part(2..4, 52), part(4..6, 53)].concat();
    assert_eq!(stacks(&table(&objects)), [("51-53".to_owned(), 6)]);
    let uneven = [part(0..2, 51), part(2..4, 52), part(4..5, 53)].concat();
    assert_eq!(table(&uneven).rows[0].slices, 5);
    // One block again.
    let again = [objects, part(2..4, 54)].concat();
    let again = table(&again);
    let rows = stacks(&again);
    assert_eq!(rows, [("51, 53-54".to_owned(), 6), ("52".to_owned(), 2)]);
    assert!(reason(&again, 51).contains("slices of series 52 were acquired again"));
}

#[test]
fn a_complete_series_is_not_mixed_with_single_slices() {
    let description = |mut objects: Vec<InMemDicomObject>| {
        for object in &mut objects {
            put(
                object,
                tags::SERIES_DESCRIPTION,
                VR::LO,
                "de_overview_tfi_psir_MAG",
            );
        }
        objects
    };
    let complete = series(9);
    // Two slices of it again, and one beyond its end.
    let some = description(exploded(9)[..2].to_vec());
    let some: Vec<InMemDicomObject> = (921..)
        .zip(some)
        .flat_map(|(n, image)| as_series(&[image], n, &format!("single {n}")))
        .collect();
    let table = table(&[complete.clone(), some.clone()].concat());
    let rows = stacks(&table);
    assert_eq!(rows, [("9".to_owned(), 5), ("921-922".to_owned(), 2)]);
    assert_eq!(numbers(&table).lge, Some(9));
    assert_eq!(
        reason(&table, 921),
        "2 series are one stack; could be LGE, but series 9 \"de_overview_tfi_psir_MAG\" alone has more slices (5)"
    );
    let mut beyond = some[..1].to_vec();
    let [_, _, normal] = directions(&beyond[0]);
    move_by(&mut beyond[0], normal, -10.0);
    let mixed = [complete.clone(), beyond].concat();
    let table = common::table(&mixed);
    assert_eq!((row(&table, 9).slices, row(&table, 921).slices), (5, 1));
    // As many slices one by one: nothing tells which is better.
    let tied = common::table(&[complete, exploded(9)].concat());
    assert!(
        tied.chosen()
            .unwrap_err()
            .to_string()
            .starts_with("2 series could be LGE: 9 \"de")
    );
}

#[test]
fn magnitude_and_phase_sensitive_series_in_turn_stay_apart() {
    let renumbered = |number: i64, first: i64| -> Vec<InMemDicomObject> {
        let parts = exploded(number);
        let parts = parts.iter().enumerate();
        parts
            .flat_map(|(n, image)| {
                as_series(
                    std::slice::from_ref(image),
                    first + 2 * n as i64,
                    &format!("{number} {n}"),
                )
            })
            .collect()
    };
    let mut objects = [renumbered(9, 21), renumbered(10, 22)].concat();
    for object in &mut objects {
        put(object, tags::SERIES_DESCRIPTION, VR::LO, "de_psir");
    }
    let table = table(&objects);
    let rows = stacks(&table);
    assert_eq!(
        rows,
        [
            ("21, 23, ..., 29".to_owned(), 5),
            ("22, 24, ..., 30".to_owned(), 5)
        ]
    );
    assert_eq!(numbers(&table).lge, Some(21));
    assert!(reason(&table, 22).contains("whose magnitude image is preferred"));
}
