//! Which series is taken for which sequence.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

mod common;

use common::*;
use dicom_core::VR;
use dicom_dictionary_std::tags;
use myops_dicom::DicomError;
use myops_dicom::synthetic::*;
use myops_image::geometry::{Affine, Grid};
use myops_image::sequence::PerSequence;
use myops_image::volume::Volume;

#[test]
fn a_tie_names_both_and_a_choice_or_a_rule_decides_it() {
    let mut objects = small_exam();
    objects.extend(again(&series(12), 13, "t2_stir_sax_repeat"));
    let tied = table(&objects);
    let error = tied.chosen().unwrap_err();
    let text = error.to_string();
    let uid_12 = &row(&tied, 12).series[0].uid;
    let expected = format!(
        "2 series could be T2: 12 \"t2_stir_sax\" ({uid_12}) and 13 \"t2_stir_sax_repeat\" ({})",
        uid("series 13")
    );
    assert_eq!(text, expected);
    assert_eq!(
        error.hint().unwrap(),
        format!("choose one, for example with --series t2={uid_12}")
    );
    assert!(reason(&tied, 13).starts_with("could be T2, as others could"));

    let by_number = decide(&objects, "", &["t2=13"]).unwrap();
    assert_eq!(numbers(&by_number).t2, Some(13));
    assert_eq!(reason(&by_number, 13), "chosen");
    assert_eq!(
        reason(&by_number, 12),
        "series 13 \"t2_stir_sax_repeat\" was chosen for T2"
    );
    let by_uid = decide(&objects, "", &[&format!("t2={uid_12}")]).unwrap();
    assert_eq!(numbers(&by_uid).t2, Some(12));
    let ignored = "[[rule]]\ndescription = \"*repeat\"\nrole = \"ignore\"";
    assert_eq!(
        numbers(&decide(&objects, ignored, &[]).unwrap()).t2,
        Some(12)
    );
    let ruled = "[[rule]]\ndescription = \"*REPEAT\"\nmanufacturer = \"synth*\"\nrole = \"t2\"";
    let by_rule = decide(&objects, ruled, &[]).unwrap();
    assert_eq!(numbers(&by_rule).t2, Some(13));
    assert_eq!(reason(&by_rule, 13), "by rule 1 of the rules file");
    // A choice goes before a rule.
    assert_eq!(
        numbers(&decide(&objects, ruled, &["t2=12"]).unwrap()).t2,
        Some(12)
    );
}

#[test]
fn choices_that_cannot_be_are_refused() {
    let objects = small_exam();
    let error = decide(&objects, "", &["lge=77"]).unwrap_err().to_string();
    assert_eq!(error, "no series 77 for LGE among the 6 of the exam");
    let error = decide(&objects, "", &["lge=9", "t2=9"])
        .unwrap_err()
        .to_string();
    assert_eq!(error, "series 9 is chosen for LGE and for T2");
    // What would be dropped may be chosen.
    let psir = decide(&objects, "", &["lge=10"]).unwrap();
    assert_eq!(numbers(&psir).lge, Some(10));
    assert!(reason(&psir, 10).starts_with("chosen; phase-sensitive image"));
    assert_eq!(
        numbers(&decide(&objects, "", &["lge=14"]).unwrap()).lge,
        Some(14)
    );
}

#[test]
fn times_tell_what_a_series_is_where_its_name_does_not() {
    let mut objects = Vec::new();
    for (from, to) in [(5, 105), (9, 109), (12, 112)] {
        objects.extend(again(&series(from), to, "series"));
    }
    let found = numbers(&table(&objects));
    assert_eq!(
        found,
        PerSequence {
            bssfp: Some(105),
            lge: Some(109),
            t2: Some(112)
        }
    );
    // And a name where times do not.
    for object in &mut objects {
        object.remove_element(tags::INVERSION_TIME);
        object.remove_element(tags::ECHO_TIME);
    }
    let nothing = table(&objects);
    assert!(matches!(
        nothing.chosen(),
        Err(DicomError::NoSequence { series: 3 })
    ));
    for object in &mut objects {
        let name = match series_number(object) {
            105 => "CINE SA",
            109 => "PSIR-SAX",
            _ => "T2w SAX",
        };
        put(object, tags::SERIES_DESCRIPTION, VR::LO, name);
    }
    let named = table(&objects);
    assert_eq!(numbers(&named), found);
    assert!(reason(&named, 112).starts_with("its description says \"t2w\""));
}

#[test]
fn other_series_of_the_heart_are_dropped_with_their_reason() {
    let lge = series(9);
    let with = |tag, vr, value: &'static str, number, name| {
        let mut objects = again(&lge, number, name);
        objects
            .iter_mut()
            .for_each(|object| put(object, tag, vr, value));
        objects
    };
    let mut objects = small_exam();
    objects.extend(with(
        tags::IMAGE_TYPE,
        VR::CS,
        "DERIVED\\SECONDARY\\MPR",
        20,
        "de_sax",
    ));
    objects.extend(with(
        tags::IMAGE_TYPE,
        VR::CS,
        "ORIGINAL\\PRIMARY\\P\\ND",
        21,
        "fl2d_v150",
    ));
    objects.extend(with(tags::TRIGGER_TIME, VR::DS, "10", 22, "dynamic_sax"));
    objects.extend(again(&lge[..1], 23, "de_single"));
    let table = table(&objects);
    assert_eq!(
        numbers(&table),
        PerSequence {
            bssfp: Some(5),
            lge: Some(9),
            t2: Some(12)
        }
    );
    assert_eq!(
        reason(&table, 20),
        "derived from other images by its image type"
    );
    assert_eq!(
        reason(&table, 21),
        "phase, real or imaginary part of the signal"
    );
    assert_eq!(
        reason(&table, 22),
        "perfusion by its description (\"dynamic\")"
    );
    assert_eq!(reason(&table, 23), "one slice");
}

#[test]
fn a_long_axis_alone_is_not_taken_for_the_short_axis() {
    let alone = table(&again(&series(9), 31, "de_psir_4ch"));
    let expected = "another view than the short axis by its description (\"4ch\")";
    assert_eq!(reason(&alone, 31), expected);
    let chosen = decide(&again(&series(9), 31, "de_psir_4ch"), "", &["lge=31"]).unwrap();
    assert_eq!(numbers(&chosen).lge, Some(31));
}

#[test]
fn images_of_a_slice_one_after_another_are_no_cine() {
    let lge = series(9);
    let mut objects = small_exam();
    // Twenty images of each slice at one time of the beat.
    for repetition in 0..20 {
        let mut images = again(&lge, 24, "tfl_sr_sax");
        for (n, image) in images.iter_mut().enumerate() {
            put(
                image,
                tags::ACQUISITION_NUMBER,
                VR::IS,
                repetition.to_string(),
            );
            put(
                image,
                tags::SOP_INSTANCE_UID,
                VR::UI,
                uid(&format!("dynamic {repetition} {n}")),
            );
        }
        objects.extend(images);
    }
    let table = table(&objects);
    assert_eq!(numbers(&table).lge, Some(9));
    assert_eq!(
        reason(&table, 24),
        "each slice is there 20 times, and not as phases of one beat"
    );
}

#[test]
fn long_axis_stacks_are_dropped_by_their_planes() {
    // The LGE stack turned by 90 degrees about its columns: what is called a four-chamber view, or nothing at all.
    let lge = small_volume([16, 13, 5], [1.3, 1.4, 10.0], 0.05).unwrap();
    let affine = lge.grid().world_from_voxel();
    let [i, j, k] = [0, 1, 2].map(|axis| affine.column(axis));
    let rows = [0, 1, 2].map(|r| [k[r] / 10.0 * 1.3, j[r], -i[r] / 1.3 * 10.0, 3.0]);
    let grid = Grid::new([16, 13, 5], Affine::new(rows).unwrap()).unwrap();
    let across = Series {
        number: 30,
        description: "view",
        image_type: "ORIGINAL\\PRIMARY\\M",
        scanning_sequence: "GR",
        sequence_name: "x",
        echo_ms: 1.2,
        repetition_ms: 700.0,
        inversion_ms: Some(300.0),
        trigger_ms: vec![700.0],
        volume: Volume::new(grid, lge.data().to_vec()).unwrap(),
    };
    let mut objects = small_exam();
    objects.extend(across.objects().into_iter().map(|mut object| {
        for (tag, vr, value) in PATIENT {
            put(&mut object, tag, vr, value);
        }
        put(&mut object, tags::STUDY_INSTANCE_UID, VR::UI, uid("study"));
        object
    }));
    let table = table(&objects);
    assert_eq!(numbers(&table).lge, Some(9));
    assert!(
        reason(&table, 30).ends_with("degrees from the short axis (bound 30)"),
        "{}",
        reason(&table, 30)
    );
    let angle: f64 = reason(&table, 30)
        .split(' ')
        .nth(3)
        .unwrap()
        .parse()
        .unwrap();
    assert!((85.0..=90.0).contains(&angle));
}
