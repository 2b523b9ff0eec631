//! What is written, read again.

mod references;

use std::time::{Duration, UNIX_EPOCH};

use dicom_core::{Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{DefaultDicomObject, from_reader};
use myops_image::geometry::{Affine, Grid, Spacing};
use myops_image::label::{Label, LabelMap, Region};
use myops_image::volume::Volume;
use myops_measure::quantify::Volumes;

use super::element::{Item, item, text};
use super::header::value_of;
use super::uid::is_uid;
use super::{Measurement, Producer, Quantity, WriteError, measurements, report, segmentation};
use crate::image::SeriesId;
use crate::source::{Source, SourceSlice};

const BY: Producer = Producer {
    name: "myops",
    version: "1.2.3",
    model: "0123456789abcdef",
    made: UNIX_EPOCH,
};
const TISSUES: [Label; 5] = [
    Label::LvPool,
    Label::RvPool,
    Label::Myocardium,
    Label::Edema,
    Label::Scar,
];

fn grid(shape: [usize; 3]) -> Grid {
    let rows = [
        [0.0, -1.5, 0.0, 10.0],
        [1.25, 0.0, 0.0, -20.0],
        [0.0, 0.0, 8.0, 30.0],
    ];
    Grid::new(shape, Affine::new(rows).unwrap()).unwrap()
}

fn source(grid: Grid) -> Source {
    let header = item([
        text(tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 100"),
        text(tags::PATIENT_NAME, VR::PN, "Müller^Zoë"),
        text(tags::PATIENT_ID, VR::LO, "P1"),
        text(tags::STUDY_INSTANCE_UID, VR::UI, "1.2.3.1"),
        text(tags::FRAME_OF_REFERENCE_UID, VR::UI, "1.2.3.3"),
        text(tags::SLICE_THICKNESS, VR::DS, "6.5 "),
    ]);
    let slices = (0..grid.shape()[2]).map(|k| SourceSlice {
        series: SeriesId {
            number: Some(9),
            uid: "1.2.3.2".into(),
        },
        sop_class_uid: uids::MR_IMAGE_STORAGE.into(),
        sop_instance_uid: format!("1.2.3.4.{k}"),
        frame: None,
    });
    Source {
        header,
        grid,
        slices: slices.collect(),
    }
}

/// Every label in turn, so that each slice holds all of them.
fn labels(grid: Grid) -> LabelMap {
    let [ni, nj, _] = grid.shape();
    Volume::from_fn(grid, |[i, j, k]| {
        Label::ALL[(i + ni * (j + nj * k)) * 7 % 6]
    })
}

fn read(bytes: &[u8]) -> DefaultDicomObject {
    from_reader(bytes).unwrap()
}

fn number(of: &Item, tag: Tag) -> usize {
    of.get(tag).unwrap().to_int().unwrap()
}

/// The items of a sequence.
fn items(of: &Item, tag: Tag) -> Vec<Item> {
    of.get(tag).and_then(|e| e.items()).unwrap_or(&[]).to_vec()
}

/// All items of a data set, at any depth.
fn all_items(of: &Item) -> Vec<Item> {
    let children = of.iter().filter_map(|e| e.items()).flatten();
    children
        .flat_map(|child| std::iter::once(child.clone()).chain(all_items(child)))
        .collect()
}

/// The label map that the frames of a segmentation hold, with the segment numbers' labels.
fn read_labels(seg: &DefaultDicomObject, segments: &[Label], grid: Grid) -> LabelMap {
    let bytes = seg.get(tags::PIXEL_DATA).unwrap().to_bytes().unwrap();
    let (rows, columns) = (number(seg, tags::ROWS), number(seg, tags::COLUMNS));
    let mut found = Volume::filled(grid, Label::Background);
    let frames = items(seg, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE);
    for (at, frame) in frames.iter().enumerate() {
        let identified = &items(frame, tags::SEGMENT_IDENTIFICATION_SEQUENCE)[0];
        let label = segments[number(identified, tags::REFERENCED_SEGMENT_NUMBER) - 1];
        let position = &items(frame, tags::PLANE_POSITION_SEQUENCE)[0];
        let z = position.get(tags::IMAGE_POSITION_PATIENT).unwrap();
        let k = ((z.to_multi_float64().unwrap()[2] - 30.0) / 8.0).round() as usize;
        for (pixel, place) in (0..rows * columns).zip(at * rows * columns..) {
            if bytes[place / 8] >> (place % 8) & 1 == 1 {
                found[[pixel % columns, pixel / columns, k]] = label;
            }
        }
    }
    found
}

#[test]
fn labels_come_back_from_frames_that_are_no_whole_number_of_bytes() {
    for shape in [[5, 7, 3], [8, 2, 1], [1, 1, 2], [13, 11, 4]] {
        let (grid, map) = (grid(shape), labels(grid(shape)));
        let written = segmentation(&map, &TISSUES, &source(grid), &BY).unwrap();
        let seg = read(&written.bytes);
        assert_eq!(written.segments, TISSUES);
        assert_eq!(read_labels(&seg, &TISSUES, grid), map, "{shape:?}");
        assert_eq!(number(&seg, tags::NUMBER_OF_FRAMES), 5 * shape[2]);
        assert_eq!(
            [number(&seg, tags::COLUMNS), number(&seg, tags::ROWS)],
            shape[..2]
        );
    }
}

#[test]
fn a_large_stack_is_not_much_more_than_its_bits() {
    let grid = grid([512, 512, 20]);
    let map = labels(grid);
    let seg = segmentation(&map, &TISSUES, &source(grid), &BY).unwrap();
    let pixels = 512 * 512 * 20 * 5 / 8;
    assert!((pixels..pixels + 100_000).contains(&seg.bytes.len()));
}

#[test]
fn places_are_those_of_the_grid_in_the_coordinates_of_dicom() {
    let grid = grid([5, 7, 3]);
    let seg = read(
        &segmentation(&labels(grid), &TISSUES, &source(grid), &BY)
            .unwrap()
            .bytes,
    );
    let shared = &items(&seg, tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE)[0];
    let plane = &items(shared, tags::PLANE_ORIENTATION_SEQUENCE)[0];
    let measures = &items(shared, tags::PIXEL_MEASURES_SEQUENCE)[0];
    let said = |of: &Item, tag| value_of(of, tag).unwrap();
    assert_eq!(
        said(plane, tags::IMAGE_ORIENTATION_PATIENT),
        "0\\-1\\0\\1\\0\\0"
    );
    assert_eq!(said(measures, tags::PIXEL_SPACING), "1.5\\1.25");
    assert_eq!(said(measures, tags::SPACING_BETWEEN_SLICES), "8");
    assert_eq!(said(measures, tags::SLICE_THICKNESS), "6.5");
    let last = items(&seg, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE)[14].clone();
    let position = &items(&last, tags::PLANE_POSITION_SEQUENCE)[0];
    assert_eq!(said(position, tags::IMAGE_POSITION_PATIENT), "-10\\20\\46");
}

#[test]
fn the_same_input_gives_the_same_bytes_and_other_input_other_identifiers() {
    let (grid, source) = (grid([5, 7, 3]), source(grid([5, 7, 3])));
    let made = |labels: &LabelMap, by| segmentation(labels, &TISSUES, &source, by).unwrap();
    let first = made(&labels(grid), &BY);
    assert_eq!(first, made(&labels(grid), &BY));
    let later = Producer {
        made: UNIX_EPOCH + Duration::from_secs(1),
        ..BY
    };
    let others = [
        made(&labels(grid), &later),
        made(&labels(grid).map(|_| Label::Scar), &BY),
    ];
    for other in &others {
        assert_ne!(first.sop_instance_uid, other.sop_instance_uid);
        assert_ne!(first.series_instance_uid, other.series_instance_uid);
    }
    // What is tracked over several runs is the same.
    let tracked = |bytes| -> Vec<_> {
        let segments = items(&read(bytes), tags::SEGMENT_SEQUENCE).into_iter();
        segments
            .map(|s| value_of(&s, tags::TRACKING_UID).unwrap())
            .collect()
    };
    assert_eq!(tracked(&first.bytes), tracked(&others[0].bytes));
    let file = read(&first.bytes);
    assert_eq!(
        file.meta().media_storage_sop_instance_uid(),
        first.sop_instance_uid
    );
    for uid in [&first.sop_instance_uid, &first.series_instance_uid] {
        assert!(is_uid(uid), "{uid}");
    }
}

#[test]
fn the_patient_is_the_sources_whatever_its_character_set() {
    let grid = grid([5, 7, 3]);
    let seg = segmentation(&labels(grid), &TISSUES, &source(grid), &BY).unwrap();
    let seg = read(&seg.bytes);
    let said = |tag| value_of(&seg, tag);
    assert_eq!(said(tags::PATIENT_NAME).as_deref(), Some("Müller^Zoë"));
    assert_eq!(
        said(tags::SPECIFIC_CHARACTER_SET).as_deref(),
        Some("ISO_IR 192")
    );
    assert_eq!(said(tags::STUDY_INSTANCE_UID).as_deref(), Some("1.2.3.1"));
    // Unknown, but elements that have to be there.
    assert!(seg.get(tags::PATIENT_SEX).is_some() && said(tags::PATIENT_SEX).is_none());
    assert!(seg.get(tags::PATIENT_AGE).is_none());
}

#[test]
fn a_label_that_was_not_looked_for_is_no_finding() {
    let grid = grid([5, 7, 3]);
    let map = labels(grid).map(|label| match label {
        Label::Scar => Label::Edema,
        other => *other,
    });
    let (looked_for, source) = (&TISSUES[..4], source(grid));
    let seg = segmentation(&map, looked_for, &source, &BY).unwrap();
    assert_eq!((seg.segments.len(), seg.segment_of(Label::Scar)), (4, None));
    let measured = measurements(&Volumes::of(&map), looked_for);
    assert!(measured.iter().all(|m| m.region != Region::SCAR));
    assert!(measured.iter().any(|m| m.region == Region::WALL));
    let error = segmentation(&labels(grid), looked_for, &source, &BY).unwrap_err();
    assert!(matches!(error, WriteError::NotLookedFor { label: Label::Scar, voxels } if voxels > 0));
    let error = segmentation(&map, &[], &source, &BY).unwrap_err();
    assert!(matches!(error, WriteError::NothingToWrite));
}

#[test]
fn nothing_found_is_written_as_empty_segments() {
    let (grid, source) = (grid([5, 7, 3]), source(grid([5, 7, 3])));
    let empty = Volume::filled(grid, Label::Background);
    let seg = segmentation(&empty, &TISSUES, &source, &BY).unwrap();
    assert_eq!(read_labels(&read(&seg.bytes), &TISSUES, grid), empty);
    // Volumes are 0 ml; without a wall there are no percentages of it.
    let measured = measurements(&Volumes::of(&empty), &TISSUES);
    assert!(
        measured
            .iter()
            .all(|m| m.value == 0.0 && m.quantity != Quantity::PercentOfWall)
    );
    assert_eq!(
        measured
            .iter()
            .filter(|m| m.quantity == Quantity::Volume)
            .count(),
        7
    );
    assert!(report(&measured, &[], &seg, &source, &BY).is_ok());
}

#[test]
fn the_report_holds_each_value_with_its_unit_and_each_note() {
    let (grid, source) = (grid([5, 7, 3]), source(grid([5, 7, 3])));
    let seg = segmentation(&labels(grid), &TISSUES, &source, &BY).unwrap();
    let measured = measurements(&Volumes::of(&labels(grid)), &TISSUES);
    let notes = ["LGE ist verrauscht — prüfen".to_owned()];
    let sr = read(&report(&measured, &notes, &seg, &source, &BY).unwrap());
    let all = all_items(&sr);
    let mut values: Vec<(f64, String)> = Vec::new();
    for value in all.iter().filter(|i| i.get(tags::NUMERIC_VALUE).is_some()) {
        let unit = &items(value, tags::MEASUREMENT_UNITS_CODE_SEQUENCE)[0];
        let number = value_of(value, tags::NUMERIC_VALUE).unwrap();
        values.push((
            number.parse().unwrap(),
            value_of(unit, tags::CODE_VALUE).unwrap(),
        ));
    }
    assert_eq!((values.len(), measured.len()), (14, 14));
    for m in &measured {
        let unit = m.quantity.unit().value;
        let close = |(value, of): &(f64, String)| of == unit && (value - m.value).abs() < 1e-9;
        assert!(values.iter().any(close), "{m:?}");
    }
    let texts: Vec<String> = all
        .iter()
        .filter_map(|i| value_of(i, tags::TEXT_VALUE))
        .collect();
    assert!(texts.contains(&notes[0]));
}

#[test]
fn what_cannot_be_written_is_refused_with_its_cause() {
    let (grid, good) = (grid([5, 7, 3]), source(grid([5, 7, 3])));
    let map = labels(grid);
    let error = |map: &LabelMap, source: &Source| {
        segmentation(map, &TISSUES, source, &BY)
            .unwrap_err()
            .to_string()
    };
    let spacing = Spacing::new_mm([1.0, 1.0, 8.0]).unwrap();
    let other = Grid::new([5, 7, 3], Affine::from_spacing(spacing)).unwrap();
    assert_eq!(
        error(&labels(other), &good),
        "the labels lie on 5 x 7 x 3 voxels of 1.000 x 1.000 x 8.000 mm from (0.0, 0.0, 0.0) mm, the source series on \
         5 x 7 x 3 voxels of 1.250 x 1.500 x 8.000 mm from (10.0, -20.0, 30.0) mm, up to 39.7 mm apart (bound 0.1 mm): a \
         segmentation needs the voxels of its source"
    );
    let without = |tag: Tag| {
        let mut source = good.clone();
        source.header.remove_element(tag);
        source
    };
    for (tag, name) in [
        (tags::STUDY_INSTANCE_UID, "StudyInstanceUID"),
        (tags::FRAME_OF_REFERENCE_UID, "FrameOfReferenceUID"),
    ] {
        let said = error(&map, &without(tag));
        assert!(
            said.starts_with(&format!("the source series has no {name},")),
            "{said}"
        );
    }
    let mut source = good.clone();
    source.slices[1].sop_instance_uid = "PH-7".into();
    assert!(error(&map, &source).starts_with("SOPInstanceUID of the source series is \"PH-7\""));
    source.slices.pop();
    assert!(error(&map, &source).starts_with("the source series names 2 images for 3 slices"));
    let leaning = Affine::new([
        [1.0, 0.1, 0.0, 0.0],
        [0.0, 1.0, 0.0, 0.0],
        [0.0, 0.0, 8.0, 0.0],
    ]);
    let leaning = Grid::new([5, 7, 3], leaning.unwrap()).unwrap();
    let mut source = good.clone();
    source.grid = leaning;
    assert!(error(&labels(leaning), &source).contains("meet at 84.29 degrees"));
    let seg = segmentation(&map, &TISSUES, &good, &BY).unwrap();
    let refused = report(&[], &[], &seg, &good, &BY).unwrap_err();
    assert!(matches!(refused, WriteError::NothingToWrite));
    let nan = Measurement {
        region: Region::SCAR,
        quantity: Quantity::Mass,
        value: f64::NAN,
    };
    let refused = report(&[nan], &[], &seg, &good, &BY).unwrap_err();
    assert!(
        refused.to_string().starts_with("Mass of scar is NaN"),
        "{refused}"
    );
}
