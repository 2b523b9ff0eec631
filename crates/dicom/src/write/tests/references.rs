//! What results refer to.

use std::collections::BTreeSet;

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use myops_measure::quantify::Volumes;

use super::{BY, TISSUES, all_items, grid, items, labels, read, source};
use crate::write::element::Item;
use crate::write::header::value_of;
use crate::write::{measurements, report, segmentation};

#[test]
fn every_reference_is_to_the_source_or_the_segmentation() {
    let (grid, mut source) = (grid([5, 7, 3]), source(grid([5, 7, 3])));
    let sources: BTreeSet<String> = (0..3).map(|k| format!("1.2.3.4.{k}")).collect();
    let seg = segmentation(&labels(grid), &TISSUES, &source, &BY).unwrap();
    let measured = measurements(&Volumes::of(&labels(grid)), &TISSUES);
    let sr = report(&measured, &[], &seg, &source, &BY).unwrap();
    let named = |bytes: &[u8]| -> BTreeSet<String> {
        let items = all_items(&read(bytes)).into_iter();
        items
            .filter_map(|i| value_of(&i, tags::REFERENCED_SOP_INSTANCE_UID))
            .collect()
    };
    assert_eq!(named(&seg.bytes), sources);
    let mut both = sources;
    both.insert(seg.sop_instance_uid.clone());
    assert_eq!(named(&sr), both);
    // Slices that are frames of one instance: it is listed once, and each frame is named.
    for (k, slice) in source.slices.iter_mut().enumerate() {
        slice.sop_instance_uid = "1.2.3.4".into();
        slice.frame = Some(10 + k as u32);
    }
    let seg = read(
        &segmentation(&labels(grid), &TISSUES, &source, &BY)
            .unwrap()
            .bytes,
    );
    let series = &items(&seg, tags::REFERENCED_SERIES_SEQUENCE)[0];
    assert_eq!(items(series, tags::REFERENCED_INSTANCE_SEQUENCE).len(), 1);
    let frames: Vec<String> = all_items(&seg)
        .iter()
        .filter_map(|i| value_of(i, tags::REFERENCED_FRAME_NUMBER))
        .collect();
    assert_eq!(frames, ["10", "11", "12"].repeat(5));
}

#[test]
fn slices_of_several_series_are_listed_series_by_series() {
    let (grid, mut source) = (grid([5, 7, 3]), source(grid([5, 7, 3])));
    source.slices[1].series.uid = String::new();
    let refused = segmentation(&labels(grid), &TISSUES, &source, &BY).unwrap_err();
    let text = "SeriesInstanceUID of the source series is \"\"";
    assert!(refused.to_string().starts_with(text), "{refused}");
    source.slices[1].series.uid = "1.2.3.5".into();
    let seg = segmentation(&labels(grid), &TISSUES, &source, &BY).unwrap();
    let measured = measurements(&Volumes::of(&labels(grid)), &TISSUES);
    let sr = read(&report(&measured, &[], &seg, &source, &BY).unwrap());
    let seg = read(&seg.bytes);
    let listed = |of: &Item, named: Tag| -> Vec<(String, Vec<String>)> {
        let series = items(of, tags::REFERENCED_SERIES_SEQUENCE).into_iter();
        let instances = |series: &Item| {
            let instances = items(series, named).into_iter();
            instances.map(|i| value_of(&i, tags::REFERENCED_SOP_INSTANCE_UID).unwrap())
        };
        series
            .map(|s| {
                (
                    value_of(&s, tags::SERIES_INSTANCE_UID).unwrap(),
                    instances(&s).collect(),
                )
            })
            .collect()
    };
    let expected = [
        (
            "1.2.3.2".to_owned(),
            vec!["1.2.3.4.0".to_owned(), "1.2.3.4.2".into()],
        ),
        ("1.2.3.5".into(), vec!["1.2.3.4.1".into()]),
    ];
    assert_eq!(listed(&seg, tags::REFERENCED_INSTANCE_SEQUENCE), expected);
    let evidence = &items(&sr, tags::CURRENT_REQUESTED_PROCEDURE_EVIDENCE_SEQUENCE)[0];
    let listed = listed(evidence, tags::REFERENCED_SOP_SEQUENCE);
    assert_eq!((listed.len(), &listed[..2]), (3, &expected[..]));
    // A group names its source series if it is one, else its images: one of the two (PS3.16, TID 1411).
    let named = |code: &str| {
        let all = all_items(&sr).into_iter();
        let names = all.flat_map(|i| items(&i, tags::CONCEPT_NAME_CODE_SEQUENCE));
        let values = names.filter_map(|n| value_of(&n, tags::CODE_VALUE));
        values.filter(|value| value == code).count()
    };
    assert_eq!((named("121232"), named("121233")), (0, 3 * 5));
}
