//! Which series is taken for which sequence, and what is wrong with stacks.

use dicom_core::VR;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use myops_dicom::DicomError;
use myops_dicom::role::{Rules, SeriesChoice, Table};
use myops_dicom::scan::Scan;
use myops_dicom::synthetic::{PATIENT, Series, put, small_exam, small_volume, uid, write};
use myops_image::geometry::{Affine, Grid};
use myops_image::sequence::{PerSequence, Sequence};
use myops_image::volume::Volume;

fn number(object: &InMemDicomObject) -> i64 {
    object
        .element(tags::SERIES_NUMBER)
        .unwrap()
        .to_int()
        .unwrap()
}

fn series(number: i64) -> Vec<InMemDicomObject> {
    let of = |object: &InMemDicomObject| self::number(object) == number;
    small_exam().into_iter().filter(of).collect()
}

/// A series as another: with its own UIDs and number.
fn again(objects: &[InMemDicomObject], number: i64, description: &str) -> Vec<InMemDicomObject> {
    let mut objects = objects.to_vec();
    for (n, object) in objects.iter_mut().enumerate() {
        put(object, tags::SERIES_NUMBER, VR::IS, number.to_string());
        put(object, tags::SERIES_DESCRIPTION, VR::LO, description);
        put(
            object,
            tags::SERIES_INSTANCE_UID,
            VR::UI,
            uid(&format!("series {number}")),
        );
        put(
            object,
            tags::SOP_INSTANCE_UID,
            VR::UI,
            uid(&format!("image {number} {n}")),
        );
    }
    objects
}

fn decide(objects: &[InMemDicomObject], rules: &str, choice: &[&str]) -> Result<Table, DicomError> {
    let folder = tempfile::tempdir().unwrap();
    write(objects, folder.path()).unwrap();
    let scan = Scan::of(&[folder.path()]).unwrap();
    let choice = SeriesChoice::parse(choice.iter().copied()).unwrap();
    scan.exams()[0].table(&Rules::parse(rules).unwrap(), &choice)
}

fn table(objects: &[InMemDicomObject]) -> Table {
    decide(objects, "", &[]).unwrap()
}

fn reason(table: &Table, number: i64) -> &str {
    &table
        .rows
        .iter()
        .find(|row| row.number == Some(number))
        .unwrap()
        .reason
}

fn numbers(table: &Table) -> PerSequence<Option<i64>> {
    table.chosen().unwrap().map(|row| table.rows[row?].number)
}

/// Moves an image along the normal of the small exam's LGE, mm.
fn move_by(object: &mut InMemDicomObject, direction: [f64; 3], mm: f64) {
    let position = object
        .element(tags::IMAGE_POSITION_PATIENT)
        .unwrap()
        .to_multi_float64()
        .unwrap();
    let moved: Vec<String> = position
        .iter()
        .zip(direction)
        .map(|(p, d)| format!("{:.6}", p + mm * d))
        .collect();
    put(
        object,
        tags::IMAGE_POSITION_PATIENT,
        VR::DS,
        moved.join("\\"),
    );
}

/// The directions of a row and of a column of an image, and its normal.
fn directions(object: &InMemDicomObject) -> [[f64; 3]; 3] {
    let o = object
        .element(tags::IMAGE_ORIENTATION_PATIENT)
        .unwrap()
        .to_multi_float64()
        .unwrap();
    let (r, c) = ([o[0], o[1], o[2]], [o[3], o[4], o[5]]);
    let normal = [
        r[1] * c[2] - r[2] * c[1],
        r[2] * c[0] - r[0] * c[2],
        r[0] * c[1] - r[1] * c[0],
    ];
    [r, c, normal]
}

#[test]
fn a_tie_names_both_and_a_choice_or_a_rule_decides_it() {
    let mut objects = small_exam();
    objects.extend(again(&series(12), 13, "t2_stir_sax_repeat"));
    let tied = table(&objects);
    let error = tied.chosen().unwrap_err();
    let text = error.to_string();
    let uid_12 = &tied
        .rows
        .iter()
        .find(|row| row.number == Some(12))
        .unwrap()
        .uid;
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
        let name = match number(object) {
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

#[test]
fn missing_duplicate_and_uneven_slices_are_named() {
    let lge = series(9);
    let [row, _, normal] = directions(&lge[0]);
    let problem = |objects: &[InMemDicomObject]| {
        let error = decide(objects, "", &["lge=9"]).unwrap_err();
        let text = error.to_string();
        text.strip_prefix("series 9 \"de_overview_tfi_psir_MAG\": ")
            .unwrap()
            .to_owned()
    };
    let without = |n: usize| {
        let mut objects = lge.clone();
        objects.remove(n);
        objects
    };
    let gap = "1 missing after slice 2: a gap of 20.00 mm where slices are 10.00 mm apart";
    assert_eq!(problem(&without(2)), gap);
    // The last slice cannot be missed.
    assert_eq!(numbers(&table(&without(4))).lge, Some(9));

    let mut twice = lge.clone();
    twice.push(lge[3].clone());
    let copied = table(&twice);
    assert_eq!(copied.rows[0].slices, 5);
    assert_eq!(numbers(&copied).lge, Some(9));
    let last = twice.last_mut().unwrap();
    put(last, tags::SOP_INSTANCE_UID, VR::UI, "1.2.3");
    let duplicate = problem(&twice);
    assert!(
        duplicate.ends_with("is there 2 times, at one position and with one time"),
        "{duplicate}"
    );
    put(
        twice.last_mut().unwrap(),
        tags::ACQUISITION_NUMBER,
        VR::IS,
        "2",
    );
    let uneven = problem(&twice);
    assert!(
        uneven.contains("is there 2 times, others 1 times"),
        "{uneven}"
    );

    let mut moved = lge.clone();
    move_by(&mut moved[2], normal, 0.08);
    assert_eq!(numbers(&table(&moved)).lge, Some(9));
    move_by(&mut moved[2], normal, 0.92);
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
    let mut sizes = lge.clone();
    put(&mut sizes[1], tags::ROWS, VR::US, 12_u16);
    assert!(problem(&sizes).starts_with("its slices have [16, 13] and [16, 12] columns and rows"));
    let mut nowhere = lge;
    nowhere
        .iter_mut()
        .for_each(|object| assert!(object.remove_element(tags::IMAGE_POSITION_PATIENT)));
    assert_eq!(
        problem(&nowhere),
        "its images have no position, orientation or pixel size"
    );
}

#[test]
fn phases_of_one_slice_may_lie_a_little_apart() {
    let mut cine = series(5);
    let [_, _, normal] = directions(&cine[0]);
    for (n, object) in cine.iter_mut().enumerate() {
        move_by(object, normal, 0.01 * (n % 5) as f64);
    }
    let table = table(&cine);
    assert_eq!(numbers(&table).bssfp, Some(5));
    assert_eq!((table.rows[0].slices, table.rows[0].phases), (6, 25));
}

#[test]
fn radial_slices_are_no_stack() {
    let mut lge = series(9);
    for (n, object) in lge.iter_mut().enumerate() {
        let angle = 0.6 * n as f64;
        let orientation = format!("{:.6}\\{:.6}\\0\\0\\0\\-1", angle.cos(), angle.sin());
        put(object, tags::IMAGE_ORIENTATION_PATIENT, VR::DS, orientation);
    }
    let table = table(&lge);
    assert_eq!(table.rows.len(), 5);
    assert!(
        table
            .rows
            .iter()
            .all(|row| row.slices == 1 && row.reason == "one slice")
    );
    assert!(table.rows.iter().all(|row| row.role != Some(Sequence::Lge)));
}
