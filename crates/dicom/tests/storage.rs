//! However an exam is stored: names, archives, encodings, multi-frame images, files that are no image.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

mod common;

use std::fs;
use std::io::Write;
use std::path::Path;

use common::*;
use dicom_core::{DataElement, VR};
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use myops_dicom::load::PhaseChoice;
use myops_dicom::scan::Scan;
use myops_dicom::synthetic::*;
use myops_dicom::{DicomError, Flaw, Place};
use myops_image::sequence::{PerSequence, Sequence};

/// The small exam in files without order, suffixes and preambles, in several encodings, partly in an archive.
fn mixed() -> tempfile::TempDir {
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
    folder
}

#[test]
fn neither_names_nor_order_nor_archives_nor_encodings_matter() {
    let folder = mixed();
    let objects = small_exam();
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
