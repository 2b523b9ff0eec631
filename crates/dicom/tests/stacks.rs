//! What is wrong with stacks of slices.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

mod common;

use common::*;
use dicom_core::VR;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use myops_dicom::synthetic::*;
use myops_image::sequence::Sequence;

/// What is wrong with a stack that was chosen for LGE.
fn problem(objects: &[InMemDicomObject]) -> String {
    let error = decide(objects, "", &["lge=9"]).unwrap_err();
    let text = error.to_string();
    let name = "series 9 \"de_overview_tfi_psir_MAG\": ";
    text.strip_prefix(name).unwrap().to_owned()
}

#[test]
fn missing_and_duplicate_slices_are_named() {
    let lge = series(9);
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
}

#[test]
fn slices_that_do_not_lie_evenly_behind_one_another_are_named() {
    let lge = series(9);
    let [row, _, normal] = directions(&lge[0]);
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
