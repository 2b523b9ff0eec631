//! Quantities as a structured report after TID 1500.

use dicom_core::VR;
use dicom_dictionary_std::{tags, uids};
use dicom_object::mem::InMemElement;

use super::code;
use super::content::{
    ACQUISITION_CONTEXT, CONCEPT_MODIFIER, CONTAINS, OBSERVATION_CONTEXT, concept, container,
    identifier, image, number, root, segment, words,
};
use super::element::{Item, item, sequence, text};
use super::error::WriteError;
use super::header::uid_of;
use super::instance::{Kind, begin, finish};
use super::measurement::Measurement;
use super::producer::Producer;
use super::reference;
use super::region::{CODED, Coded};
use super::segment::tracking_uid;
use super::segmentation::Segmentation;
use super::uid::derived;
use crate::source::Source;

const KIND: Kind = Kind {
    sop_class_uid: uids::COMPREHENSIVE3_DSR_STORAGE,
    modality: "SR",
    series_number: "9002",
    holds: "measurements",
};

/// Writes measurements as a file: a Comprehensive 3D SR after TID 1500, Measurement Report (PS3.16).
///
/// Each region with measurements has a group: after TID 1411 with a reference to its segment where the segmentation has one,
/// else after TID 1501. `notes` are what a reader of the report has to know, a comment each.
///
/// # Errors
/// [`WriteError`] if the source's header does not say which study, series and frame of reference it belongs to, if nothing
/// was measured, or if a value is not a number.
pub fn report(
    measurements: &[Measurement],
    notes: &[String],
    segmentation: &Segmentation,
    source: &Source,
    by: &Producer,
) -> Result<Vec<u8>, WriteError> {
    reference::check_images(source)?;
    measurements.iter().try_for_each(Measurement::check)?;
    if measurements.is_empty() {
        return Err(WriteError::NothingToWrite);
    }
    let mut data = begin(&KIND, source, by)?;
    let groups = CODED.iter().filter_map(|coded| {
        let of_region = measurements.iter().filter(|m| m.region == coded.region);
        let of_region: Vec<&Measurement> = of_region.collect();
        (!of_region.is_empty()).then(|| group(coded, &of_region, segmentation, source, by))
    });
    let mut children = vec![concept(CONCEPT_MODIFIER, code::LANGUAGE, code::ENGLISH)];
    children.extend(observer(by));
    children.push(concept(
        CONCEPT_MODIFIER,
        code::PROCEDURE_REPORTED,
        code::CARDIAC_MRI,
    ));
    children.push(library(source)?);
    children.push(container(
        code::IMAGING_MEASUREMENTS,
        None,
        groups.collect(),
    ));
    children.extend(
        notes
            .iter()
            .map(|note| words(CONTAINS, code::COMMENT, note)),
    );
    let document = document(source, segmentation)?;
    let content = root(code::MEASUREMENT_REPORT, "1500", children);
    for element in document.into_iter().chain(content) {
        data.put(element);
    }
    Ok(finish(data)?.bytes)
}

/// The module SR Document General (PS3.3, C.17.2), and that of the series (C.17.1).
fn document(source: &Source, segmentation: &Segmentation) -> Result<[InMemElement; 7], WriteError> {
    let made = item(reference::instance(
        uids::SEGMENTATION_STORAGE,
        &segmentation.sop_instance_uid,
    ));
    let named = tags::REFERENCED_SOP_SEQUENCE;
    let mut series = reference::source_series(source, named);
    series.push(reference::series(
        &segmentation.series_instance_uid,
        sequence(named, vec![made]),
    ));
    let evidence = item([
        text(
            tags::STUDY_INSTANCE_UID,
            VR::UI,
            uid_of(&source.header, tags::STUDY_INSTANCE_UID)?,
        ),
        sequence(tags::REFERENCED_SERIES_SEQUENCE, series),
    ]);
    let scheme = item([
        text(tags::CODING_SCHEME_DESIGNATOR, VR::SH, code::PRIVATE),
        text(
            tags::CODING_SCHEME_NAME,
            VR::ST,
            "Concepts of myops without a public code",
        ),
    ]);
    Ok([
        sequence(tags::CODING_SCHEME_IDENTIFICATION_SEQUENCE, vec![scheme]),
        text(tags::COMPLETION_FLAG, VR::CS, "COMPLETE"),
        text(tags::VERIFICATION_FLAG, VR::CS, "UNVERIFIED"),
        text(tags::PRELIMINARY_FLAG, VR::CS, "PRELIMINARY"),
        sequence(tags::PERFORMED_PROCEDURE_CODE_SEQUENCE, Vec::new()),
        sequence(
            tags::CURRENT_REQUESTED_PROCEDURE_EVIDENCE_SEQUENCE,
            vec![evidence],
        ),
        sequence(
            tags::REFERENCED_PERFORMED_PROCEDURE_STEP_SEQUENCE,
            Vec::new(),
        ),
    ])
}

/// Who observed: the program with its model, as a device (TID 1001 and 1004).
fn observer(by: &Producer) -> [Item; 6] {
    let parts = [by.name, by.version, by.model].map(str::as_bytes);
    let said = |name, value: &str| words(OBSERVATION_CONTEXT, name, value);
    [
        concept(OBSERVATION_CONTEXT, code::OBSERVER_TYPE, code::DEVICE),
        identifier(
            OBSERVATION_CONTEXT,
            code::OBSERVER_UID,
            derived("device", &parts),
        ),
        said(code::OBSERVER_NAME, by.name),
        said(code::OBSERVER_MANUFACTURER, by.name),
        said(code::OBSERVER_MODEL, &format!("{} {}", by.name, by.version)),
        said(code::OBSERVER_SERIAL, by.model),
    ]
}

/// The images that were measured (TID 1600).
fn library(source: &Source) -> Result<Item, WriteError> {
    let frame = uid_of(&source.header, tags::FRAME_OF_REFERENCE_UID)?;
    let mut children = vec![
        concept(
            ACQUISITION_CONTEXT,
            code::MODALITY,
            code::MAGNETIC_RESONANCE,
        ),
        identifier(ACQUISITION_CONTEXT, code::FRAME_OF_REFERENCE, frame),
    ];
    let images = reference::instances(source).into_iter();
    children.extend(images.map(|slice| image(None, slice)));
    let group = container(code::IMAGE_LIBRARY_GROUP, None, children);
    Ok(container(code::IMAGE_LIBRARY, None, vec![group]))
}

/// What was segmented: the series, or where there are several, the images (TID 1411, of which a group has one or the other).
fn segmented(source: &Source) -> Vec<Item> {
    let first = reference::first_series(source);
    if source.slices.iter().all(|slice| slice.series.uid == first) {
        return vec![identifier(CONTAINS, code::SOURCE_SERIES, first)];
    }
    let images = reference::instances(source).into_iter();
    images
        .map(|slice| image(Some(code::SOURCE_IMAGES), slice))
        .collect()
}

/// The measurements of a region (TID 1411 or 1501).
fn group(
    coded: &Coded,
    measurements: &[&Measurement],
    segmentation: &Segmentation,
    source: &Source,
    by: &Producer,
) -> Item {
    let algorithm = |name, value: &str| words(CONCEPT_MODIFIER, name, value);
    let mut children = vec![
        words(OBSERVATION_CONTEXT, code::TRACKING_ID, coded.name),
        identifier(
            OBSERVATION_CONTEXT,
            code::TRACKING_UID,
            tracking_uid(reference::first_series(source), coded),
        ),
        concept(CONTAINS, code::FINDING, coded.kind),
    ];
    let number_of_segment = coded.label.and_then(|label| segmentation.segment_of(label));
    if let Some(at) = number_of_segment {
        children.push(segment(
            code::REFERENCED_SEGMENT,
            uids::SEGMENTATION_STORAGE,
            &segmentation.sop_instance_uid,
            at,
        ));
        children.extend(segmented(source));
    }
    children.push(concept(CONCEPT_MODIFIER, code::FINDING_SITE, coded.site));
    children.push(algorithm(code::ALGORITHM_NAME, by.name));
    children.push(algorithm(code::ALGORITHM_VERSION, by.version));
    children.push(algorithm(
        code::ALGORITHM_PARAMETERS,
        &format!("model {}", by.model),
    ));
    children.extend(
        measurements
            .iter()
            .map(|m| number(m.quantity.code(), m.value, m.quantity.unit())),
    );
    let template = if number_of_segment.is_some() {
        "1411"
    } else {
        "1501"
    };
    container(code::MEASUREMENT_GROUP, Some(template), children)
}
