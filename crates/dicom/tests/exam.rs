//! A synthetic exam in a folder: roles, geometry and values, however it is stored.

use std::fs;
use std::io::Write;
use std::path::Path;

use dicom_core::{DataElement, VR};
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use myops_dicom::load::{LoadedExam, PhaseChoice};
use myops_dicom::role::{Rules, SeriesChoice, Table};
use myops_dicom::scan::Scan;
use myops_dicom::synthetic::{
    BIG_ENDIAN, EXPLICIT, IMPLICIT, encode, enhanced, put, small_exam, small_volume, uid, write,
};
use myops_dicom::{DicomError, Flaw, Place};
use myops_image::geometry::Grid;
use myops_image::sequence::{PerSequence, Sequence};
use myops_image::volume::Volume;

fn series_number(object: &InMemDicomObject) -> i64 {
    object
        .element(tags::SERIES_NUMBER)
        .unwrap()
        .to_int()
        .unwrap()
}

/// The images of one series of the small exam.
fn series(number: i64) -> Vec<InMemDicomObject> {
    small_exam()
        .into_iter()
        .filter(|object| series_number(object) == number)
        .collect()
}

fn scan(objects: &[InMemDicomObject]) -> (tempfile::TempDir, Scan) {
    let folder = tempfile::tempdir().unwrap();
    write(objects, folder.path()).unwrap();
    let scan = Scan::of(&[folder.path()]).unwrap();
    (folder, scan)
}

fn table_of(scan: &Scan) -> Table {
    let [exam] = scan.exams() else {
        panic!("{} exams", scan.exams().len());
    };
    exam.table(&Rules::default(), &SeriesChoice::default())
        .unwrap()
}

fn load(objects: &[InMemDicomObject], phase: PhaseChoice) -> Result<LoadedExam, DicomError> {
    let (_folder, scan) = scan(objects);
    scan.exams()[0].load(&table_of(&scan), phase)
}

/// The series number of each sequence.
fn numbers(table: &Table) -> PerSequence<Option<i64>> {
    let rows = table.chosen().unwrap();
    rows.map(|row| table.rows[row?].number)
}

fn reason(table: &Table, number: i64) -> &str {
    let row = table.rows.iter().find(|row| row.number == Some(number));
    &row.unwrap().reason
}

/// The volumes that the small exam was made of; the cine's darkens.
fn truth() -> PerSequence<Volume<f32>> {
    PerSequence {
        bssfp: small_volume([14, 12, 6], [1.6, 1.5, 8.0], 0.0).unwrap(),
        lge: small_volume([16, 13, 5], [1.3, 1.4, 10.0], 0.05).unwrap(),
        t2: small_volume([12, 15, 4], [1.8, 1.7, 12.5], 0.1).unwrap(),
    }
}

/// The value of a volume at the place of a voxel of another grid; the two have the same voxels in any order.
fn at_place(volume: &Volume<f32>, grid: &Grid, voxel: [usize; 3]) -> f32 {
    let place = grid.world_from_voxel().apply(voxel.map(|n| n as f64));
    let affine = volume.grid().world_from_voxel();
    let origin = affine.apply([0.0; 3]);
    let index = [0, 1, 2].map(|axis| {
        let step = affine.column(axis);
        let dot = |a: [f64; 3], b: [f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        let offset = [0, 1, 2].map(|n| place[n] - origin[n]);
        let n = dot(offset, step) / dot(step, step);
        assert!(
            (n - n.round()).abs() < 1e-3,
            "a voxel lies between others: {n}"
        );
        n.round() as usize
    });
    volume[index]
}

/// Whether what was read has the values of the truth at the same places in the patient.
fn assert_equal(loaded: &LoadedExam, sequence: Sequence, factor: f32) {
    let truth = &truth()[sequence];
    let read = loaded.exam.images[sequence].as_ref().unwrap().volume();
    let [ni, nj, nk] = read.shape();
    assert_eq!(read.data().len(), truth.data().len());
    for voxel in (0..nk).flat_map(|k| (0..nj).flat_map(move |j| (0..ni).map(move |i| [i, j, k]))) {
        let expected = (at_place(truth, read.grid(), voxel) * factor).round();
        assert_eq!(read[voxel], expected, "{sequence} {voxel:?}");
    }
}

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
    assert!(reason(&table, 10).contains("magnitude image is series 9"));
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
fn neither_names_nor_order_nor_archives_nor_encodings_matter() {
    let folder = tempfile::tempdir().unwrap();
    let mut objects = small_exam();
    // A fixed mixture: 241 is prime to the number of images.
    let n = objects.len();
    objects = (0..n).map(|i| objects[i * 241 % n].clone()).collect();
    let archive = fs::File::create(folder.path().join("rest.zip")).unwrap();
    let mut archive = zip::ZipWriter::new(archive);
    let deep = folder.path().join("a/b.nii/c");
    fs::create_dir_all(&deep).unwrap();
    for (i, object) in objects.iter().enumerate() {
        let syntax = [IMPLICIT, EXPLICIT, BIG_ENDIAN][i % 3];
        let mut bytes = encode(object, syntax).unwrap();
        let name = format!("{}.txt", n - i);
        if i % 5 == 4 {
            archive
                .start_file(
                    format!("../../{name}"),
                    zip::write::SimpleFileOptions::default(),
                )
                .unwrap();
            archive.write_all(&bytes).unwrap();
            continue;
        }
        if i % 7 == 0 {
            // Without preamble and prefix.
            bytes.drain(..132);
        }
        fs::write(deep.join(name), bytes).unwrap();
    }
    archive.finish().unwrap();
    fs::write(folder.path().join("readme.txt"), "no image").unwrap();
    let mut structured = encode(&objects[0], EXPLICIT).unwrap();
    structured.truncate(200);
    fs::write(folder.path().join("broken"), structured).unwrap();

    let scan = Scan::of(&[folder.path()]).unwrap();
    let flaws: Vec<&Flaw> = scan
        .passed_over()
        .iter()
        .map(|passed| &passed.flaw)
        .collect();
    assert!(
        matches!(
            flaws[..],
            [
                Flaw::Truncated { .. } | Flaw::Damaged | Flaw::Missing(_) | Flaw::NotMr { .. },
                Flaw::NotDicom
            ]
        ),
        "{flaws:?}"
    );
    assert_eq!(
        scan.passed_over()[1].place,
        Place::File(folder.path().join("readme.txt"))
    );
    let loaded = scan.exams()[0]
        .load(&table_of(&scan), PhaseChoice::Number(1))
        .unwrap();
    for sequence in Sequence::ALL {
        assert_equal(&loaded, sequence, 1.0);
    }
}

#[test]
fn enhanced_images_are_read_as_classic_ones() {
    let mut objects: Vec<InMemDicomObject> = [1, 5, 9, 10, 12, 14]
        .map(|number| enhanced(&series(number)))
        .into();
    let (_folder, scan) = scan(&objects);
    let table = table_of(&scan);
    assert_eq!(
        numbers(&table).map(Option::unwrap),
        PerSequence {
            bssfp: 5,
            lge: 9,
            t2: 12
        }
    );
    let loaded = scan.exams()[0]
        .load(&table, PhaseChoice::Number(1))
        .unwrap();
    for sequence in Sequence::ALL {
        assert_equal(&loaded, sequence, 1.0);
    }
    let slices = &loaded.sources.bssfp.as_ref().unwrap().slices;
    assert_eq!(
        slices
            .iter()
            .map(|slice| slice.frame.unwrap())
            .collect::<Vec<_>>(),
        [1, 26, 51, 76, 101, 126]
    );
    // Several frames and nothing that says where they lie.
    objects[1].remove_element(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE);
    let (_folder, scan) = self::scan(&objects);
    assert_eq!(scan.passed_over()[0].flaw, Flaw::NoGroups(150));
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
    assert_eq!(patient.name.as_deref(), Some("Petra Phantom"));
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

#[test]
fn a_file_that_changed_after_the_search_is_refused() {
    let (folder, scan) = scan(&series(9));
    let table = table_of(&scan);
    let path = folder.path().join("IM0003");
    fs::write(&path, encode(&series(10)[2], EXPLICIT).unwrap()).unwrap();
    let error = scan.exams()[0]
        .load(&table, PhaseChoice::Automatic)
        .unwrap_err();
    let file = path.display().to_string();
    assert_eq!(
        error,
        DicomError::File {
            file,
            flaw: Flaw::Changed
        }
    );
    fs::remove_file(&path).unwrap();
    assert!(
        scan.exams()[0]
            .load(&table, PhaseChoice::Automatic)
            .is_err()
    );
}

#[test]
fn folders_without_images_say_what_they_hold() {
    let folder = tempfile::tempdir().unwrap();
    let empty = Scan::of(&[folder.path()]).err().unwrap();
    assert_eq!(
        empty.to_string(),
        "no MR image in DICOM format among 0 files"
    );
    fs::write(folder.path().join("note"), "x").unwrap();
    let mut ct = series(9).remove(0);
    put(
        &mut ct,
        tags::SOP_CLASS_UID,
        VR::UI,
        "1.2.840.10008.5.1.4.1.1.2",
    );
    put(&mut ct, tags::MODALITY, VR::CS, "CT");
    fs::write(folder.path().join("ct"), encode(&ct, EXPLICIT).unwrap()).unwrap();
    let error = Scan::of(&[folder.path()]).err().unwrap().to_string();
    assert!(error.contains("among 2 files; the first:"), "{error}");
    assert!(
        error.ends_with("no MR image (modality CT, SOP class 1.2.840.10008.5.1.4.1.1.2)"),
        "{error}"
    );
    let error = Scan::of(&[Path::new("/no/such/place")]).err().unwrap();
    assert!(matches!(error, DicomError::Search { .. }));
}

#[test]
fn sequences_nested_without_end_are_refused() {
    let mut object = series(9).remove(0);
    for _ in 0..40 {
        let inner = std::mem::replace(&mut object, InMemDicomObject::new_empty());
        let items = dicom_core::value::DataSetSequence::from(vec![inner]);
        object.put(DataElement::new(
            tags::REFERENCED_SERIES_SEQUENCE,
            VR::SQ,
            items,
        ));
    }
    put(
        &mut object,
        tags::SOP_CLASS_UID,
        VR::UI,
        "1.2.840.10008.5.1.4.1.1.4",
    );
    put(&mut object, tags::SOP_INSTANCE_UID, VR::UI, "1.2.3");
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("deep"),
        encode(&object, EXPLICIT).unwrap(),
    )
    .unwrap();
    let error = Scan::of(&[folder.path()]).err().unwrap().to_string();
    assert!(
        error.ends_with("sequences nested more than 16 deep"),
        "{error}"
    );
}
