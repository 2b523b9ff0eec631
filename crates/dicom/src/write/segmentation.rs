//! Labels as a DICOM Segmentation.

use dicom_core::{DataElement, PrimitiveValue, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::mem::InMemElement;
use myops_image::label::{Label, LabelMap};

use super::code;
use super::element::{Item, code as coded_concept, item, longs, pointer, sequence, shorts, text};
use super::error::WriteError;
use super::header::{uid_of, value_of};
use super::instance::{Kind, begin, finish};
use super::pixels::pack;
use super::place;
use super::producer::Producer;
use super::reference;
use super::region::{Coded, segments_of};
use super::segment::segment;
use super::uid::derived;
use crate::source::Source;

const KIND: Kind = Kind {
    sop_class_uid: uids::SEGMENTATION_STORAGE,
    modality: "SEG",
    series_number: "9001",
    holds: "segmentation",
};

/// A segmentation as a file, with what a report needs to refer to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segmentation {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its SOP Instance UID.
    pub sop_instance_uid: String,
    /// The Series Instance UID of its new series.
    pub series_instance_uid: String,
    /// The label of each segment; segments are numbered from 1.
    pub segments: Vec<Label>,
}

impl Segmentation {
    /// The number of the segment of a label.
    pub fn segment_of(&self, label: Label) -> Option<u16> {
        let at = self.segments.iter().position(|other| *other == label)?;
        u16::try_from(at + 1).ok()
    }
}

/// Writes labels as a Segmentation of the type BINARY that refers to the images of `source`.
///
/// `looked_for` are the labels that could be found in this case: each has a segment, an empty one where nothing was found.
/// A label that was not looked for (scar without LGE) has none, so that its absence is not told for a finding. Each segment
/// has a frame for every slice, in the order of the slices.
///
/// # Errors
/// [`WriteError`] if the labels lie on other voxels than the source, if the source's header does not say which study, series
/// and frame of reference it belongs to, or if the size of the image exceeds what DICOM can hold.
pub fn segmentation(
    labels: &LabelMap,
    looked_for: &[Label],
    source: &Source,
    by: &Producer,
) -> Result<Segmentation, WriteError> {
    let segments = segments_of(looked_for);
    check(labels, &segments, source)?;
    let series = reference::first_series(source);
    let mut data = begin(&KIND, source, by)?;
    let elements = frame_of_reference(&source.header)?.into_iter();
    let elements = elements
        .chain(image(labels.shape(), segments.len()))
        .chain(lossy(&source.header))
        .chain(dimensions(series))
        .chain(groups(source, segments.len())?);
    for element in elements {
        data.put(element);
    }
    let described = (1..)
        .zip(&segments)
        .map(|(number, (label, coded))| segment(number, (*label, coded), series, by));
    data.put(sequence(tags::SEGMENT_SEQUENCE, described.collect()));
    data.put(reference::referenced_series(source));
    let bits = segments
        .iter()
        .flat_map(|(label, _)| labels.data().iter().map(move |voxel| voxel == label));
    let pixels = PrimitiveValue::from(pack(bits));
    data.put(DataElement::new(tags::PIXEL_DATA, VR::OB, pixels));
    let encoded = finish(data)?;
    Ok(Segmentation {
        bytes: encoded.bytes,
        sop_instance_uid: encoded.sop_instance_uid,
        series_instance_uid: encoded.series_instance_uid,
        segments: segments.iter().map(|(label, _)| *label).collect(),
    })
}

fn check(
    labels: &LabelMap,
    segments: &[(Label, &Coded)],
    source: &Source,
) -> Result<(), WriteError> {
    place::check_grid(labels, source)?;
    reference::check_images(source)?;
    if segments.is_empty() {
        return Err(WriteError::NothingToWrite);
    }
    for label in Label::ALL {
        let known = label == Label::Background || segments.iter().any(|(s, _)| *s == label);
        let voxels = labels
            .data()
            .iter()
            .filter(|l| !known && **l == label)
            .count();
        if voxels > 0 {
            return Err(WriteError::NotLookedFor { label, voxels });
        }
    }
    let [columns, rows, slices] = labels.shape().map(|n| n as u64);
    let frames = slices * segments.len() as u64;
    let bounds = [
        ("columns of the image", columns, u64::from(u16::MAX)),
        ("rows of the image", rows, u64::from(u16::MAX)),
        ("frames", frames, i32::MAX as u64),
        (
            "bytes of pixels",
            (frames * rows * columns).div_ceil(8),
            u64::from(u32::MAX) - 1,
        ),
    ];
    bounds.into_iter().try_for_each(|(what, value, bound)| {
        if value <= bound {
            Ok(())
        } else {
            Err(WriteError::TooMuch { what, value, bound })
        }
    })
}

fn frame_of_reference(header: &Item) -> Result<[InMemElement; 2], WriteError> {
    let indicator = value_of(header, tags::POSITION_REFERENCE_INDICATOR).unwrap_or_default();
    Ok([
        text(
            tags::FRAME_OF_REFERENCE_UID,
            VR::UI,
            uid_of(header, tags::FRAME_OF_REFERENCE_UID)?,
        ),
        text(tags::POSITION_REFERENCE_INDICATOR, VR::LO, indicator),
    ])
}

/// The module Segmentation Image (PS3.3, C.8.20.2) without its segments.
fn image([columns, rows, slices]: [usize; 3], segments: usize) -> Vec<InMemElement> {
    vec![
        text(tags::IMAGE_TYPE, VR::CS, "DERIVED\\PRIMARY"),
        text(tags::CONTENT_LABEL, VR::CS, "SEGMENTATION"),
        text(
            tags::CONTENT_DESCRIPTION,
            VR::LO,
            "Labels of the heart; segments do not overlap",
        ),
        text(tags::CONTENT_CREATOR_NAME, VR::PN, ""),
        text(tags::BODY_PART_EXAMINED, VR::CS, "HEART"),
        text(tags::SEGMENTATION_TYPE, VR::CS, "BINARY"),
        text(tags::SEGMENTS_OVERLAP, VR::CS, "NO"),
        text(
            tags::NUMBER_OF_FRAMES,
            VR::IS,
            (slices * segments).to_string(),
        ),
        text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2"),
        shorts(tags::SAMPLES_PER_PIXEL, &[1]),
        shorts(tags::ROWS, &[rows as u16]),
        shorts(tags::COLUMNS, &[columns as u16]),
        shorts(tags::BITS_ALLOCATED, &[1]),
        shorts(tags::BITS_STORED, &[1]),
        shorts(tags::HIGH_BIT, &[0]),
        shorts(tags::PIXEL_REPRESENTATION, &[0]),
    ]
}

/// Whether the images were compressed with a loss, which holds for what is derived from them.
fn lossy(header: &Item) -> Vec<InMemElement> {
    match value_of(header, tags::LOSSY_IMAGE_COMPRESSION).as_deref() {
        Some("01") => {
            let how = [
                tags::LOSSY_IMAGE_COMPRESSION,
                tags::LOSSY_IMAGE_COMPRESSION_RATIO,
                tags::LOSSY_IMAGE_COMPRESSION_METHOD,
            ];
            how.iter()
                .filter_map(|tag| header.get(*tag).cloned())
                .collect()
        }
        _ => vec![text(tags::LOSSY_IMAGE_COMPRESSION, VR::CS, "00")],
    }
}

/// The module Multi-frame Dimension (PS3.3, C.7.6.17): frames are told apart by segment, then by position.
fn dimensions(series_instance_uid: &str) -> [InMemElement; 2] {
    let organization = derived("dimensions", &[series_instance_uid.as_bytes()]);
    let named = || text(tags::DIMENSION_ORGANIZATION_UID, VR::UI, &organization);
    let index = |tag, group, label| {
        item([
            named(),
            pointer(tags::DIMENSION_INDEX_POINTER, tag),
            pointer(tags::FUNCTIONAL_GROUP_POINTER, group),
            text(tags::DIMENSION_DESCRIPTION_LABEL, VR::LO, label),
        ])
    };
    [
        sequence(tags::DIMENSION_ORGANIZATION_SEQUENCE, vec![item([named()])]),
        sequence(
            tags::DIMENSION_INDEX_SEQUENCE,
            vec![
                index(
                    tags::REFERENCED_SEGMENT_NUMBER,
                    tags::SEGMENT_IDENTIFICATION_SEQUENCE,
                    "Segment",
                ),
                index(
                    tags::IMAGE_POSITION_PATIENT,
                    tags::PLANE_POSITION_SEQUENCE,
                    "Position of the slice",
                ),
            ],
        ),
    ]
}

/// The module Multi-frame Functional Groups (PS3.3, C.7.6.16).
fn groups(source: &Source, segments: usize) -> Result<[InMemElement; 2], WriteError> {
    let frames = (1..=segments).flat_map(|number| {
        let slices = source.slices.iter().enumerate();
        slices.map(move |(k, slice)| {
            let derivation = item([
                coded_concept(tags::DERIVATION_CODE_SEQUENCE, code::SEGMENTATION),
                sequence(
                    tags::SOURCE_IMAGE_SEQUENCE,
                    vec![reference::source_image(slice)],
                ),
            ]);
            let at = longs(tags::DIMENSION_INDEX_VALUES, &[number as u32, k as u32 + 1]);
            let segment = shorts(tags::REFERENCED_SEGMENT_NUMBER, &[number as u16]);
            item([
                sequence(tags::FRAME_CONTENT_SEQUENCE, vec![item([at])]),
                sequence(tags::SEGMENT_IDENTIFICATION_SEQUENCE, vec![item([segment])]),
                sequence(tags::DERIVATION_IMAGE_SEQUENCE, vec![derivation]),
                place::position(source, k),
            ])
        })
    });
    Ok([
        sequence(
            tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE,
            vec![item(place::shared(source)?)],
        ),
        sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, frames.collect()),
    ])
}
