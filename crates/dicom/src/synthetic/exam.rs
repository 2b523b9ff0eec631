//! A synthetic exam: the series of one study.

use std::collections::BTreeMap;

use dicom_core::VR;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use myops_image::geometry::{Affine, GeometryError, Grid};
use myops_image::sequence::PerSequence;
use myops_image::volume::Volume;

use super::series::{Series, put, uid};

/// What the headers of a synthetic exam say of the patient. No output may hold any of it that was not asked for it.
pub const PATIENT: [(dicom_object::Tag, VR, &str); 10] = [
    (tags::PATIENT_NAME, VR::PN, "Zweig^Petronella"),
    (tags::PATIENT_ID, VR::LO, "PH-4711"),
    (tags::PATIENT_BIRTH_DATE, VR::DA, "19600203"),
    (tags::PATIENT_SEX, VR::CS, "F"),
    (tags::PATIENT_SIZE, VR::DS, "1.78"),
    (tags::PATIENT_WEIGHT, VR::DS, "82"),
    (tags::STUDY_DATE, VR::DA, "20251231"),
    (tags::STUDY_TIME, VR::TM, "101112"),
    (tags::ACCESSION_NUMBER, VR::SH, "ACC-0815"),
    (tags::STUDY_ID, VR::SH, "STUDY-77"),
];

/// Texts by which an output could tell of [`PATIENT`], in lower case: names in parts, identifiers, and dates as they are
/// written in several countries. Sex, height and weight are too short to be searched for.
pub fn traces() -> Vec<String> {
    let of = |(_, vr, value): (_, VR, &str)| match vr {
        VR::PN => value.split('^').map(str::to_lowercase).collect(),
        VR::DA => dates(value),
        VR::CS | VR::DS => Vec::new(),
        _ => vec![value.to_lowercase()],
    };
    PATIENT.into_iter().flat_map(of).collect()
}

/// `YYYYMMDD` in other orders and with other separators.
fn dates(value: &str) -> Vec<String> {
    let [year, month, day] = [0..4, 4..6, 6..8].map(|part| value.get(part).unwrap_or_default());
    let mut dates = vec![value.to_owned()];
    for separator in ["-", ".", "/", "_"] {
        for order in [[year, month, day], [day, month, year], [month, day, year]] {
            dates.push(order.join(separator));
        }
    }
    dates
}

/// The least value of the phase-sensitive image.
const BELOW_ZERO: f32 = -300.0;

/// An exam of three volumes, each on its own grid: localizer, cine of 25 phases, LGE as magnitude and phase-sensitive image, T2 and
/// a T1 map.
pub fn exam(images: PerSequence<Volume<f32>>) -> Vec<InMemDicomObject> {
    let mut objects: Vec<InMemDicomObject> =
        series(images).iter().flat_map(Series::objects).collect();
    for object in &mut objects {
        for (tag, vr, value) in PATIENT {
            put(object, tag, vr, value);
        }
        put(object, tags::STUDY_INSTANCE_UID, VR::UI, uid("study"));
    }
    objects
}

#[rustfmt::skip]
fn series(images: PerSequence<Volume<f32>>) -> [Series; 6] {
    let PerSequence { bssfp, lge, t2 } = images;
    let sensitive = lge.map(|value| value + BELOW_ZERO);
    let cine_ms = (0..25).map(|phase| 36.0 * f64::from(phase)).collect();
    let original = "ORIGINAL\\PRIMARY\\M\\ND";
    let make = |number, description, image_type, sequence: [&'static str; 2], [echo_ms, repetition_ms]: [f64; 2], inversion_ms, volume| {
        let [scanning_sequence, sequence_name] = sequence;
        let trigger_ms = vec![700.0];
        Series { number, description, image_type, scanning_sequence, sequence_name, echo_ms, repetition_ms, inversion_ms, trigger_ms, volume }
    };
    [
        make(1, "localizer", original, ["GR", "*fi2d1"], [1.5, 400.0], None, bssfp.clone()),
        Series {
            trigger_ms: cine_ms,
            ..make(5, "cine_tfi_sax_retro", original, ["GR", "*tfi2d1_15"], [1.1, 38.0], None, bssfp)
        },
        make(9, "de_overview_tfi_psir_MAG", original, ["GR", "*tfi2d1_45"], [1.2, 700.0], Some(300.0), lge.clone()),
        make(10, "de_overview_tfi_psir_PSIR", "ORIGINAL\\PRIMARY\\P\\ND\\PSIR", ["GR", "*tfi2d1_45"], [1.2, 700.0], Some(300.0), sensitive),
        make(12, "t2_stir_sax", original, ["SE", "*tir2d1_15"], [61.0, 1800.0], Some(170.0), t2),
        make(14, "T1Map_MOLLI_T1MAP", "DERIVED\\PRIMARY\\T1 MAP", ["GR", "*tfi2d1"], [1.1, 280.0], None, lge),
    ]
}

/// Images as a scanner stores them that makes a series of each slice: those of series 9 in series 901, 902 and so on in the order of
/// their first images, whose descriptions end with the number of the slice.
pub fn one_series_a_slice(objects: &[InMemDicomObject]) -> Vec<InMemDicomObject> {
    let mut slices: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    let text = |object: &InMemDicomObject, tag| {
        let text = object.get(tag).and_then(|element| element.to_str().ok());
        text.unwrap_or_default().into_owned()
    };
    let split = |object: &InMemDicomObject| {
        let number = text(object, tags::SERIES_NUMBER).parse().unwrap_or(0);
        let position = text(object, tags::IMAGE_POSITION_PATIENT);
        let known = slices.entry(number).or_default();
        let slice = known.iter().position(|other| *other == position);
        let slice = slice.unwrap_or_else(|| {
            known.push(position);
            known.len() - 1
        });
        let mut object = object.clone();
        let number = 100 * number + slice as i64 + 1;
        let description = text(&object, tags::SERIES_DESCRIPTION);
        let description = format!("{description}_slice{}", slice + 1);
        put(&mut object, tags::SERIES_NUMBER, VR::IS, number.to_string());
        put(&mut object, tags::SERIES_DESCRIPTION, VR::LO, description);
        let series = uid(&format!("series {number}"));
        put(&mut object, tags::SERIES_INSTANCE_UID, VR::UI, series);
        object
    };
    objects.iter().map(split).collect()
}

/// An exam of a few pixels: three oblique stacks of 4 to 6 slices on different grids.
pub fn small_exam() -> Vec<InMemDicomObject> {
    let volume = |shape, mm, tilt| {
        small_volume(shape, mm, tilt).unwrap_or_else(|_| unreachable!("a valid grid"))
    };
    exam(PerSequence {
        bssfp: volume([14, 12, 6], [1.6, 1.5, 8.0], 0.0),
        lge: volume([16, 13, 5], [1.3, 1.4, 10.0], 0.05),
        t2: volume([12, 15, 4], [1.8, 1.7, 12.5], 0.1),
    })
}

/// A volume of few voxels with a different value in each, whose slices are tilted by 0.5 and `tilt` (radians).
///
/// # Errors
/// [`GeometryError`] if the numbers are no grid.
pub fn small_volume(
    shape: [usize; 3],
    spacing_mm: [f64; 3],
    tilt: f64,
) -> Result<Volume<f32>, GeometryError> {
    let ([s, c], [t, d]) = ([0.5_f64.sin(), 0.5_f64.cos()], [tilt.sin(), tilt.cos()]);
    // Two turns, one after the other: columns of an orthogonal matrix.
    let turn = [[c, -s * d, s * t], [s, c * d, -c * t], [0.0, t, d]];
    let row = |r: usize| {
        let [x, y, z] = turn[r];
        [
            x * spacing_mm[0],
            y * spacing_mm[1],
            z * spacing_mm[2],
            7.0 * r as f64 - 20.0,
        ]
    };
    let affine = Affine::new([row(0), row(1), row(2)])?;
    let value = |[i, j, k]: [usize; 3]| (100 + 150 * k + 9 * j + i * (1 + (i + j) % 3)) as f32;
    Ok(Volume::from_fn(Grid::new(shape, affine)?, value))
}
