//! Stacks that a scanner stores as a series for each slice.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

mod common;

use common::*;
use dicom_core::VR;
use dicom_dictionary_std::tags;
use myops_dicom::DicomError;
use myops_dicom::load::PhaseChoice;
use myops_dicom::role::{Rules, SeriesChoice};
use myops_dicom::scan::ExamFiles;
use myops_dicom::source::Source;
use myops_dicom::synthetic::*;
use myops_image::sequence::Sequence;

#[test]
fn the_table_tells_what_the_series_of_a_slice_each_are() {
    let parts = one_series_a_slice(&small_exam());
    let table = table(&parts);
    let rows: Vec<_> = table
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
    let expected = expected.map(|(name, slices, phases)| (name.to_owned(), slices, phases));
    assert_eq!(rows, expected);
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
}

#[test]
fn an_exam_of_one_series_a_slice_is_the_same_exam() {
    let whole = small_exam();
    let loaded = load(&one_series_a_slice(&whole), PhaseChoice::Automatic).unwrap();
    let expected = load(&whole, PhaseChoice::Automatic).unwrap();
    assert_eq!(loaded.exam, expected.exam);
    assert_eq!(loaded.phase, expected.phase);
    for (sequence, source) in loaded.sources.iter() {
        let (source, expected) = (
            source.as_ref().unwrap(),
            expected.sources[sequence].as_ref().unwrap(),
        );
        assert_eq!(source.grid, expected.grid);
        let instances = |source: &Source| -> Vec<String> {
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
    let expected = [("901, 903-905, 907".to_owned(), 5), ("902".to_owned(), 1)];
    assert_eq!(stacks(&table), expected);
    let start = "5 series are one stack, slices of series 902 were acquired again; TE";
    assert!(reason(&table, 901).starts_with(start));
    assert_eq!(reason(&table, 902), lost);
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
            std::slice::from_ref(image),
            921 + n as i64,
            &format!("late {n}"),
        ));
    }
    let tied = table(&objects);
    let rows = stacks(&tied);
    assert_eq!(rows, [("901-905".to_owned(), 5), ("921-925".to_owned(), 5)]);
    let error = tied.chosen().unwrap_err().to_string();
    assert!(
        error.starts_with("2 series could be LGE: 901-905 \"de_"),
        "{error}"
    );
    let late = decide(&objects, "", &["lge=923"]).unwrap();
    assert_eq!(numbers(&late).lge, Some(921));
}

#[test]
fn two_patients_and_two_studies_are_not_joined() {
    let mut objects = one_series_a_slice(&small_exam());
    let last = objects
        .iter()
        .position(|object| series_number(object) == 905)
        .unwrap();
    put(&mut objects[last], tags::PATIENT_ID, VR::LO, "PH-4712");
    let (_folder, scan) = scan(&objects);
    let error = scan.exams()[0].table(&Rules::default(), &SeriesChoice::default());
    let text = error.unwrap_err().to_string();
    assert!(text.contains("two patients in one study"), "{text}");
    assert!(text.contains(" 1 as in series 905 "), "{text}");
    let study = tags::STUDY_INSTANCE_UID;
    put(&mut objects[last], study, VR::UI, "1.2.3");
    let (_folder, scan) = self::scan(&objects);
    let slices = |exam: &ExamFiles| -> Vec<usize> {
        let table = exam.table(&Rules::default(), &SeriesChoice::default());
        let rows = table.unwrap().rows.into_iter();
        let lge = rows.filter(|row| row.description.contains("_MAG"));
        lge.map(|row| row.slices).collect()
    };
    let mut slices: Vec<_> = scan.exams().iter().map(slices).collect();
    slices.sort();
    assert_eq!(slices, [[1], [4]]);
}

#[test]
fn many_series_are_joined_or_not_in_time() {
    // Half of them at one place, half each turned otherwise.
    let begun = std::time::Instant::now();
    let image = &series(9)[0];
    let mut objects = Vec::new();
    for n in 0..2000 {
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
        Err(DicomError::NoSequence { series: 2000 })
    ));
    assert!(begun.elapsed().as_secs() < 60);
}
