//! What the tests of exams share.

#![allow(dead_code, reason = "each file of tests uses some of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

use dicom_core::VR;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use myops_dicom::DicomError;
use myops_dicom::load::{LoadedExam, PhaseChoice};
use myops_dicom::role::{Row, Rules, SeriesChoice, Table};
use myops_dicom::scan::Scan;
use myops_dicom::synthetic::{one_series_a_slice, put, small_exam, small_volume, uid, write};
use myops_image::geometry::Grid;
use myops_image::sequence::{PerSequence, Sequence};
use myops_image::volume::Volume;

pub fn series_number(object: &InMemDicomObject) -> i64 {
    object
        .element(tags::SERIES_NUMBER)
        .unwrap()
        .to_int()
        .unwrap()
}

/// The images of one series of the small exam.
pub fn series(number: i64) -> Vec<InMemDicomObject> {
    small_exam()
        .into_iter()
        .filter(|object| series_number(object) == number)
        .collect()
}

/// A series as another: with its own UIDs and number.
pub fn again(
    objects: &[InMemDicomObject],
    number: i64,
    description: &str,
) -> Vec<InMemDicomObject> {
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

/// A series with each slice as a series: 901, 902 and so on.
pub fn exploded(number: i64) -> Vec<InMemDicomObject> {
    one_series_a_slice(&series(number))
}

/// Images as another series with the same description; `name` makes their UIDs.
pub fn as_series(images: &[InMemDicomObject], number: i64, name: &str) -> Vec<InMemDicomObject> {
    let mut images = images.to_vec();
    for (n, image) in images.iter_mut().enumerate() {
        let instance = uid(&format!("{name} {n}"));
        put(image, tags::SERIES_NUMBER, VR::IS, number.to_string());
        put(image, tags::SERIES_INSTANCE_UID, VR::UI, uid(name));
        put(image, tags::SOP_INSTANCE_UID, VR::UI, instance);
    }
    images
}

/// The series of each row, and its slices.
pub fn stacks(table: &Table) -> Vec<(String, usize)> {
    let rows = table.rows.iter();
    rows.map(|row| (row.numbers(), row.slices)).collect()
}

pub fn scan(objects: &[InMemDicomObject]) -> (tempfile::TempDir, Scan) {
    let folder = tempfile::tempdir().unwrap();
    write(objects, folder.path()).unwrap();
    let scan = Scan::of(&[folder.path()]).unwrap();
    (folder, scan)
}

pub fn table_of(scan: &Scan) -> Table {
    let [exam] = scan.exams() else {
        panic!("{} exams", scan.exams().len());
    };
    exam.table(&Rules::default(), &SeriesChoice::default())
        .unwrap()
}

pub fn load(objects: &[InMemDicomObject], phase: PhaseChoice) -> Result<LoadedExam, DicomError> {
    let (_folder, scan) = scan(objects);
    scan.exams()[0].load(&table_of(&scan), phase)
}

pub fn decide(
    objects: &[InMemDicomObject],
    rules: &str,
    choice: &[&str],
) -> Result<Table, DicomError> {
    let folder = tempfile::tempdir().unwrap();
    write(objects, folder.path()).unwrap();
    let scan = Scan::of(&[folder.path()]).unwrap();
    let choice = SeriesChoice::parse(choice.iter().copied()).unwrap();
    scan.exams()[0].table(&Rules::parse(rules).unwrap(), &choice)
}

pub fn table(objects: &[InMemDicomObject]) -> Table {
    decide(objects, "", &[]).unwrap()
}

/// The series number of each sequence.
pub fn numbers(table: &Table) -> PerSequence<Option<i64>> {
    let rows = table.chosen().unwrap();
    rows.map(|row| table.rows[row?].series[0].number)
}

pub fn reason(table: &Table, number: i64) -> &str {
    &row(table, number).reason
}

/// The row of the series with a number.
pub fn row(table: &Table, number: i64) -> &Row {
    let has = |row: &&Row| row.series.iter().any(|id| id.number == Some(number));
    table.rows.iter().find(has).unwrap()
}

/// The volumes that the small exam was made of; the cine's darkens.
pub fn truth() -> PerSequence<Volume<f32>> {
    PerSequence {
        bssfp: small_volume([14, 12, 6], [1.6, 1.5, 8.0], 0.0).unwrap(),
        lge: small_volume([16, 13, 5], [1.3, 1.4, 10.0], 0.05).unwrap(),
        t2: small_volume([12, 15, 4], [1.8, 1.7, 12.5], 0.1).unwrap(),
    }
}

/// The value of a volume at the place of a voxel of another grid; the two have the same voxels in any order.
pub fn at_place(volume: &Volume<f32>, grid: &Grid, voxel: [usize; 3]) -> f32 {
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
pub fn assert_equal(loaded: &LoadedExam, sequence: Sequence, factor: f32) {
    let truth = &truth()[sequence];
    let read = loaded.exam.images[sequence].as_ref().unwrap().volume();
    let [ni, nj, nk] = read.shape();
    assert_eq!(read.data().len(), truth.data().len());
    for voxel in (0..nk).flat_map(|k| (0..nj).flat_map(move |j| (0..ni).map(move |i| [i, j, k]))) {
        let expected = (at_place(truth, read.grid(), voxel) * factor).round();
        assert_eq!(read[voxel], expected, "{sequence} {voxel:?}");
    }
}

/// Moves an image along the normal of the small exam's LGE, mm.
pub fn move_by(object: &mut InMemDicomObject, direction: [f64; 3], mm: f64) {
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
pub fn directions(object: &InMemDicomObject) -> [[f64; 3]; 3] {
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
