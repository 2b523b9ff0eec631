//! A synthetic exam in a folder: roles, geometry, values, phases and the patient.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

mod common;

use common::*;
use dicom_core::VR;
use dicom_dictionary_std::tags;
use myops_dicom::load::PhaseChoice;
use myops_dicom::role::{Rules, SeriesChoice};
use myops_dicom::synthetic::*;
use myops_image::sequence::{PerSequence, Sequence};

#[test]
fn the_series_of_an_exam_are_told_apart_and_lie_where_they_did() {
    let (_folder, scan) = scan(&small_exam());
    let table = table_of(&scan);
    let expected = PerSequence {
        bssfp: Some(5),
        lge: Some(9),
        t2: Some(12),
    };
    assert_eq!(numbers(&table), expected);
    let shapes: Vec<_> = table
        .rows
        .iter()
        .map(|row| [row.slices, row.phases, row.rows, row.columns])
        .collect();
    let cine = [6, 25, 12, 14];
    let lge = [5, 1, 13, 16];
    assert_eq!(
        shapes,
        [[6, 1, 12, 14], cine, lge, lge, [4, 1, 15, 12], lge]
    );
    assert!(reason(&table, 1).starts_with("localizer by its description"));
    assert!(reason(&table, 5).starts_with("25 phases, TE 1.1 ms, TR 38 ms"));
    assert!(reason(&table, 10).contains("of the acquisition of series 9"));
    assert!(reason(&table, 14).starts_with("map"));
    let row = &table.rows[1];
    assert!((row.distance_mm.unwrap() - 8.0).abs() < 1e-4);
    assert!((row.pixel_mm.unwrap()[0] - 1.6).abs() < 1e-4);

    let loaded = scan.exams()[0]
        .load(&table, PhaseChoice::Number(1))
        .unwrap();
    for sequence in Sequence::ALL {
        assert_equal(&loaded, sequence, 1.0);
    }
    let source = loaded.sources.lge.as_ref().unwrap();
    assert_eq!(source.slices.len(), 5);
    let stored = loaded.exam.images.lge.as_ref().unwrap().storage();
    assert_eq!(source.grid, *stored.grid());
    assert!(source.header.get(tags::PIXEL_DATA).is_none());
    let uid = source
        .header
        .element(tags::SOP_INSTANCE_UID)
        .unwrap()
        .to_str()
        .unwrap();
    assert_eq!(source.slices[0].sop_instance_uid, uid);
}

#[test]
fn the_phase_is_that_of_the_lge_unless_another_is_chosen() {
    let taken = |phase| load(&small_exam(), phase).unwrap().phase.unwrap();
    // LGE at 700 ms; phases every 36 ms: the 20th at 684 ms.
    let automatic = taken(PhaseChoice::Automatic);
    assert_eq!((automatic.number, automatic.lge_ms), (20, Some(700.0)));
    assert_eq!(automatic.times_ms.len(), 25);
    assert_eq!(taken(PhaseChoice::AtMs(70.0)).number, 3);
    assert_eq!(taken(PhaseChoice::Number(25)).number, 25);
    let error = load(&small_exam(), PhaseChoice::Number(26)).unwrap_err();
    let text = "series 5 \"cine_tfi_sax_retro\": no phase 26: slice 1 has 25";
    assert_eq!(error.to_string(), text);
    // Systole is 20 % darker.
    let systole = load(&small_exam(), PhaseChoice::Number(13)).unwrap();
    assert_equal(&systole, Sequence::Bssfp, 0.8);
    // Without an LGE that has a time: the first after the R wave.
    let mut objects = small_exam();
    objects.retain(|object| ![9, 10].contains(&series_number(object)));
    let first = load(&objects, PhaseChoice::Automatic)
        .unwrap()
        .phase
        .unwrap();
    assert_eq!((first.number, first.lge_ms), (1, None));
}

#[test]
fn values_are_rescaled_frame_by_frame() {
    let mut objects = series(9);
    for (k, object) in objects.iter_mut().enumerate() {
        put(
            object,
            tags::RESCALE_SLOPE,
            VR::DS,
            ["1", "2", "3", "4", "5"][k],
        );
        put(object, tags::RESCALE_INTERCEPT, VR::DS, "-10");
    }
    for objects in [objects.clone(), vec![enhanced(&objects)]] {
        let loaded = load(&objects, PhaseChoice::Automatic).unwrap();
        let image = loaded.exam.images.lge.as_ref().unwrap();
        let stored = image.storage().stored(image.volume());
        let truth = &truth().lge;
        // The objects lie along the normal, or against it.
        for k in 0..5 {
            let slope = [k + 1, 5 - k].map(|slope| slope as f32);
            let scaled = |slope: f32, k: usize| -> Vec<f32> {
                truth.slice(k).iter().map(|v| slope * v - 10.0).collect()
            };
            let along = stored.slice(k) == scaled(slope[0], k);
            assert!(
                along || stored.slice(k) == scaled(slope[1], 4 - k),
                "slice {k}"
            );
        }
    }
    put(&mut objects[2], tags::RESCALE_SLOPE, VR::DS, "0");
    let error = load(&objects, PhaseChoice::Automatic)
        .unwrap_err()
        .to_string();
    assert!(
        error.ends_with("RescaleSlope = 0: need another number"),
        "{error}"
    );
}

#[test]
fn the_phase_sensitive_image_is_taken_where_it_is_alone_and_has_values_below_zero() {
    let mut objects = small_exam();
    objects.retain(|object| series_number(object) != 9);
    let (_folder, scan) = scan(&objects);
    let table = table_of(&scan);
    assert_eq!(numbers(&table).lge, Some(10));
    assert!(
        reason(&table, 10).ends_with("phase-sensitive image, no magnitude image of it was found")
    );
    let loaded = scan.exams()[0]
        .load(&table, PhaseChoice::Automatic)
        .unwrap();
    let data = loaded.exam.images.lge.as_ref().unwrap().volume().data();
    let least = data.iter().copied().fold(f32::INFINITY, f32::min);
    assert_eq!(least, 100.0 - 300.0);
}

#[test]
fn two_studies_are_two_exams_and_two_patients_in_one_are_refused() {
    let mut objects = series(9);
    for object in &mut objects[..2] {
        put(object, tags::PATIENT_ID, VR::LO, "PH-4712");
    }
    let (_folder, scan) = scan(&objects);
    let error = scan.exams()[0]
        .table(&Rules::default(), &SeriesChoice::default())
        .unwrap_err();
    let text = error.to_string();
    assert!(text.contains("two patients in one study"), "{text}");
    assert!(
        text.contains("2 images as in series 9") || text.contains("3 images as in series 9"),
        "{text}"
    );

    let mut objects = small_exam();
    for object in objects
        .iter_mut()
        .filter(|object| series_number(object) == 12)
    {
        put(
            object,
            tags::STUDY_INSTANCE_UID,
            VR::UI,
            uid("another study"),
        );
        put(object, tags::STUDY_DATE, VR::DA, "20260101");
        put(object, tags::PATIENT_ID, VR::LO, "PH-4712");
    }
    let (_folder, scan) = self::scan(&objects);
    let [first, second] = scan.exams() else {
        panic!("two exams");
    };
    assert_eq!([first.files(), second.files()], [6 + 150 + 15, 4]);
    for exam in [first, second] {
        let digits = exam.id().strip_prefix("exam-").unwrap();
        assert!(digits.len() == 8 && digits.chars().all(|c| c.is_ascii_hexdigit()));
    }
    let table = second
        .table(&Rules::default(), &SeriesChoice::default())
        .unwrap();
    let loaded = second.load(&table, PhaseChoice::Automatic).unwrap();
    assert_eq!(loaded.exam.id, second.id());
    assert!(loaded.exam.images.bssfp.is_none() && loaded.phase.is_none());
}

#[test]
fn the_patient_is_read_and_told_to_nobody() {
    let (folder, scan) = scan(&small_exam());
    let table = table_of(&scan);
    let loaded = scan.exams()[0]
        .load(&table, PhaseChoice::Automatic)
        .unwrap();
    let patient = loaded.exam.patient.unwrap();
    assert_eq!(patient.name.as_deref(), Some("Petronella Zweig"));
    assert_eq!(patient.id.as_deref(), Some("PH-4711"));
    assert_eq!(patient.birth_date.as_deref(), Some("1960-02-03"));
    assert_eq!(patient.exam_date.as_deref(), Some("2025-12-31"));
    assert_eq!(
        (patient.sex.as_deref(), patient.age_years),
        (Some("F"), Some(65.0))
    );
    assert_eq!(
        (patient.height_m, patient.weight_kg),
        (Some(1.78), Some(82.0))
    );
    let said = format!("{table:?} {} {:?}", loaded.exam.id, scan.passed_over());
    for secret in [
        "Petra", "Phantom", "PH-4711", "1960", "20251231", "2025-12", "ACC-0815",
    ] {
        assert!(!said.contains(secret), "{secret}");
    }
    drop(folder);
}
