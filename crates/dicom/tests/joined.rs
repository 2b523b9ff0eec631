//! Stacks that a scanner stores as several series.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

mod common;

use common::*;
use dicom_core::VR;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use myops_dicom::DicomError;
use myops_dicom::load::PhaseChoice;
use myops_dicom::role::{Rules, SeriesChoice, Table};
use myops_dicom::synthetic::*;
use myops_image::sequence::Sequence;

/// A series with each slice as a series: 901, 902 and so on.
fn exploded(number: i64) -> Vec<InMemDicomObject> {
    one_series_a_slice(&series(number))
}

/// Images as another series with the same description; `name` makes their UIDs.
fn as_series(images: &[InMemDicomObject], number: i64, name: &str) -> Vec<InMemDicomObject> {
    let mut images = images.to_vec();
    for (n, image) in images.iter_mut().enumerate() {
        put(image, tags::SERIES_NUMBER, VR::IS, number.to_string());
        put(image, tags::SERIES_INSTANCE_UID, VR::UI, uid(name));
        put(
            image,
            tags::SOP_INSTANCE_UID,
            VR::UI,
            uid(&format!("{name} {n}")),
        );
    }
    images
}

/// The series and slices of each row, and why.
fn told(table: &Table) -> Vec<(String, usize, &str)> {
    let row = |row: &'_ myops_dicom::role::Row| (row.numbers(), row.slices);
    let rows = table.rows.iter();
    rows.map(|r| (row(r).0, row(r).1, r.reason.as_str()))
        .collect()
}

#[test]
fn an_exam_of_one_series_a_slice_is_the_same_exam() {
    let whole = small_exam();
    let parts = one_series_a_slice(&whole);
    let (_folder, scan) = scan(&parts);
    let table = table_of(&scan);
    let numbers: Vec<_> = table
        .rows
        .iter()
        .map(|row| (row.numbers(), row.slices, row.phases))
        .collect();
    let expected = [
        ("101-106", 6, 1),
        ("501-506", 6, 25),
        ("901-905", 5, 1),
        ("1001-1005", 5, 1),
        ("1201-1204", 4, 1),
        ("1401-1405", 5, 1),
    ];
    assert_eq!(
        numbers,
        expected.map(|(name, slices, phases)| (name.to_owned(), slices, phases))
    );
    assert_eq!(
        row(&table, 903).description,
        "de_overview_tfi_psir_MAG_slice*"
    );
    assert_eq!(
        reason(&table, 903),
        "5 series are one stack; TE 1.2 ms, TR 700 ms, TI 300 ms; its description says \"de\"; magnitude image, preferred to the \
         phase-sensitive one"
    );
    assert!(reason(&table, 1001).contains("of the acquisition of series 901-905 \"de_overview"));
    let loaded = scan.exams()[0]
        .load(&table, PhaseChoice::Automatic)
        .unwrap();
    let expected = load(&whole, PhaseChoice::Automatic).unwrap();
    assert_eq!(loaded.exam, expected.exam);
    assert_eq!(loaded.phase, expected.phase);
    for (sequence, source) in loaded.sources.iter() {
        let (source, expected) = (
            source.as_ref().unwrap(),
            expected.sources[sequence].as_ref().unwrap(),
        );
        assert_eq!(source.grid, expected.grid);
        let instances = |source: &myops_dicom::source::Source| -> Vec<String> {
            source
                .slices
                .iter()
                .map(|slice| slice.sop_instance_uid.clone())
                .collect()
        };
        assert_eq!(instances(source), instances(expected));
        // Each slice is in its own series.
        let mut series: Vec<_> = source
            .slices
            .iter()
            .map(|slice| slice.series.clone())
            .collect();
        series.sort();
        let first = series[0].number.unwrap();
        for (n, id) in series.iter().enumerate() {
            assert_eq!(id.number, Some(first + n as i64));
            assert_eq!(id.uid, uid(&format!("series {}", first + n as i64)));
        }
    }
}

#[test]
fn any_series_of_a_stack_chooses_all_of_it() {
    let parts = one_series_a_slice(&small_exam());
    let psir = uid("series 1004");
    for choice in [
        "lge=1001".to_owned(),
        "lge=1005".into(),
        format!("lge={psir}"),
    ] {
        let table = decide(&parts, "", &[&choice]).unwrap();
        let chosen = table.chosen().unwrap()[Sequence::Lge].unwrap();
        assert_eq!(table.rows[chosen].numbers(), "1001-1005");
        assert_eq!(
            table.rows[chosen].reason,
            "5 series are one stack; chosen; phase-sensitive image, no magnitude image of it was found"
        );
    }
    let error = decide(&parts, "", &["lge=77"]).unwrap_err().to_string();
    assert_eq!(error, "no series 77 for LGE among the 31 of the exam");
    let error = decide(&parts, "", &["lge=901", "t2=902"])
        .unwrap_err()
        .to_string();
    assert_eq!(error, "series 902 is chosen for LGE and for T2");
    // A rule has to fit every series of a stack.
    let rule = |pattern: &str| format!("[[rule]]\ndescription = \"{pattern}\"\nrole = \"ignore\"");
    let ignored = decide(&parts, &rule("*MAG_slice*"), &[]).unwrap();
    assert_eq!(numbers(&ignored).lge, Some(1001));
    let other = decide(&parts, &rule("*MAG_slice3"), &[]).unwrap();
    assert_eq!(numbers(&other).lge, Some(901));
}

#[test]
fn a_slice_that_was_acquired_again_replaces_the_earlier_one() {
    let mut objects = exploded(9);
    let mut again = as_series(&objects[1..2], 907, "again");
    put(&mut again[0], tags::RESCALE_SLOPE, VR::DS, "2");
    objects.extend(again);
    let (_folder, scan) = scan(&objects);
    let table = table_of(&scan);
    let name = "907 \"de_overview_tfi_psir_MAG_slice2\"";
    let lost = format!("its slices were acquired again in series {name}");
    let rows = told(&table);
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[0].0.as_str(), rows[0].1), ("901, 903-905, 907", 5));
    assert!(
        rows[0]
            .2
            .starts_with("5 series are one stack, slices of series 902 were acquired again; TE")
    );
    assert_eq!(rows[1], ("902".into(), 1, lost.as_str()));
    let loaded = scan.exams()[0]
        .load(&table, PhaseChoice::Automatic)
        .unwrap();
    let source = loaded.sources.lge.as_ref().unwrap();
    let slice = source
        .slices
        .iter()
        .position(|slice| slice.series.number == Some(907))
        .unwrap();
    let stored = loaded.exam.images.lge.as_ref().unwrap();
    let stored = stored.storage().stored(stored.volume());
    let doubled: Vec<f32> = truth()
        .lge
        .slice(1)
        .iter()
        .map(|value| 2.0 * value)
        .collect();
    assert_eq!(stored.slice(slice), doubled);

    // The earlier one cannot be chosen while the later one is there.
    let error = decide(&objects, "", &["lge=902"]).unwrap_err();
    assert!(error.to_string().ends_with(&lost), "{error}");
    assert_eq!(
        error.hint().unwrap(),
        "choose that series, or remove its files from the folder"
    );
}

#[test]
fn a_stack_that_was_acquired_twice_is_two_stacks() {
    let mut objects = exploded(9);
    for (n, image) in exploded(9).iter().enumerate() {
        objects.extend(as_series(
            &[image.clone()],
            921 + n as i64,
            &format!("late {n}"),
        ));
    }
    let tied = table(&objects);
    let rows: Vec<_> = tied
        .rows
        .iter()
        .map(|row| (row.numbers(), row.slices))
        .collect();
    assert_eq!(rows, [("901-905".into(), 5), ("921-925".into(), 5)]);
    let error = tied.chosen().unwrap_err().to_string();
    assert!(
        error.starts_with("2 series could be LGE: 901-905 \"de_"),
        "{error}"
    );
    let late = decide(&objects, "", &["lge=923"]).unwrap();
    assert_eq!(numbers(&late).lge, Some(921));
}

#[test]
fn gaps_and_shifts_between_series_are_told_with_numbers() {
    let lge = exploded(9);
    let problem = |objects: &[InMemDicomObject]| {
        let table = table(objects);
        assert_eq!(table.rows.len(), 1, "{:?}", told(&table));
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
    let changes: [(dicom_core::Tag, VR, &str); 7] = [
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
        let rows: Vec<_> = table
            .rows
            .iter()
            .map(|row| (row.numbers(), row.slices))
            .collect();
        assert_eq!(rows, [("901-904".into(), 4), ("905".into(), 1)], "{value}");
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

#[test]
fn a_series_in_halves_is_one_stack() {
    let cine = series(5);
    let objects = |lies_in_first: fn(usize) -> bool| {
        let slice = |n: usize| n / 25;
        let halves = [true, false].map(|first| -> Vec<InMemDicomObject> {
            let of_half = cine
                .iter()
                .enumerate()
                .filter(|(n, _)| lies_in_first(slice(*n)) == first);
            of_half.map(|(_, image)| image.clone()).collect()
        });
        [
            as_series(&halves[0], 51, "one"),
            as_series(&halves[1], 52, "two"),
        ]
        .concat()
    };
    // One half above the other, and every other slice.
    let thin = |mut objects: Vec<InMemDicomObject>, mm| {
        objects
            .iter_mut()
            .for_each(|object| put(object, tags::SLICE_THICKNESS, VR::DS, mm));
        objects
    };
    let (halves, thirds) = (objects(|slice| slice < 3), objects(|slice| slice < 2));
    for objects in [halves.clone(), objects(|slice| slice % 2 == 0)] {
        let (_folder, scan) = scan(&objects);
        let table = table_of(&scan);
        let row = &table.rows[0];
        assert_eq!(
            (row.numbers().as_str(), row.slices, row.phases),
            ("51-52", 6, 25)
        );
        assert!(row.reason.starts_with("2 series are one stack; 25 phases"));
        let loaded = scan.exams()[0]
            .load(&table, PhaseChoice::Number(1))
            .unwrap();
        assert_equal(&loaded, Sequence::Bssfp, 1.0);
    }
    // Slices that would overlap, and parts of different size, are stacks of their own.
    let overlapping = thin(objects(|slice| slice % 2 == 0), "12");
    for objects in [overlapping, thirds] {
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
    let singles: Vec<InMemDicomObject> = one_series_a_slice(&halves[75..]);
    let mixed = table(&[&halves[..75], &singles].concat());
    let rows: Vec<_> = mixed
        .rows
        .iter()
        .map(|row| (row.numbers(), row.slices))
        .collect();
    assert_eq!(rows, [("51".into(), 3), ("5201-5203".into(), 3)]);
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
    assert_eq!(told(&table(&objects))[0].0, "51-53");
    let uneven = [part(0..2, 51), part(2..4, 52), part(4..5, 53)].concat();
    assert_eq!(table(&uneven).rows[0].slices, 5);
    // One block again.
    let again = [objects, part(2..4, 54)].concat();
    let again = table(&again);
    let rows: Vec<_> = again
        .rows
        .iter()
        .map(|row| (row.numbers(), row.slices))
        .collect();
    assert_eq!(rows, [("51, 53-54".into(), 6), ("52".into(), 2)]);
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
    let rows: Vec<_> = table
        .rows
        .iter()
        .map(|row| (row.numbers(), row.slices))
        .collect();
    assert_eq!(rows, [("9".into(), 5), ("921-922".into(), 2)]);
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
                    &[image.clone()],
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
    let rows: Vec<_> = table
        .rows
        .iter()
        .map(|row| (row.numbers(), row.slices))
        .collect();
    assert_eq!(
        rows,
        [("21, 23, ..., 29".into(), 5), ("22, 24, ..., 30".into(), 5)]
    );
    assert_eq!(numbers(&table).lge, Some(21));
    assert!(reason(&table, 22).contains("whose magnitude image is preferred"));
}

#[test]
fn two_patients_and_two_studies_are_not_joined() {
    let mut objects = one_series_a_slice(&small_exam());
    let (_folder, scan) = scan(&objects);
    assert_eq!(scan.exams().len(), 1);
    let last = objects
        .iter()
        .position(|object| series_number(object) == 905)
        .unwrap();
    put(&mut objects[last], tags::PATIENT_ID, VR::LO, "PH-4712");
    let (_folder, scan) = common::scan(&objects);
    let error = scan.exams()[0]
        .table(&Rules::default(), &SeriesChoice::default())
        .unwrap_err();
    assert!(
        error.to_string().contains("two patients in one study"),
        "{error}"
    );
    assert!(
        error.to_string().contains(" 1 as in series 905 ")
            || error.to_string().contains(" 1 images as in series 905 ")
    );
    put(
        &mut objects[last],
        tags::STUDY_INSTANCE_UID,
        VR::UI,
        "1.2.3",
    );
    let (_folder, scan) = common::scan(&objects);
    let slices = scan.exams().iter().map(|exam| {
        let table = exam
            .table(&Rules::default(), &SeriesChoice::default())
            .unwrap();
        let lge = table
            .rows
            .iter()
            .filter(|row| row.description.contains("_MAG"));
        lge.map(|row| row.slices).collect::<Vec<_>>()
    });
    let mut slices: Vec<_> = slices.collect();
    slices.sort();
    assert_eq!(slices, [[1], [4]]);
}

#[test]
fn many_series_are_joined_or_not_in_time() {
    // Half of them at one place, half each turned otherwise.
    let begun = std::time::Instant::now();
    let image = &series(9)[0];
    let mut objects = Vec::new();
    for n in 0..6000 {
        let mut one = as_series(std::slice::from_ref(image), n, &format!("many {n}"));
        if n % 2 == 0 {
            let angle = f64::from(n as i32) * 1e-3;
            let turned = format!("{:.6}\\{:.6}\\0\\0\\0\\-1", angle.cos(), angle.sin());
            put(&mut one[0], tags::IMAGE_ORIENTATION_PATIENT, VR::DS, turned);
        }
        objects.extend(one);
    }
    let table = table(&objects);
    assert!(matches!(
        table.chosen(),
        Err(DicomError::NoSequence { series: 6000 })
    ));
    assert!(begun.elapsed().as_secs() < 60);
}
