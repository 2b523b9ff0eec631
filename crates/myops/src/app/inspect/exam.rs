//! What would be taken for what in an exam that came as DICOM.

use myops_dicom::role::Row as Series;
use myops_image::sequence::Sequence;

use super::inspection::{InspectedCase, PassedOverFile};
use super::row::{Role, Row, Stack};
use crate::app::input::ExamCase;
use crate::app::note::series_of;

/// The rows of an exam, and the series that are passed over.
pub fn inspected(exam: &ExamCase) -> (InspectedCase, Vec<PassedOverFile>) {
    let series = exam.table().rows.iter().enumerate();
    let mut images: Vec<Row> = series
        .clone()
        .filter_map(|(at, row)| Some(image(exam, at, row, row.role?)))
        .collect();
    images.sort_by_key(|row| match row.role {
        Role::Sequence(sequence) => sequence as usize,
        Role::Labels => Sequence::ALL.len(),
    });
    let passed_over = series.filter(|(_, row)| row.role.is_none());
    let passed_over = passed_over.map(|(_, row)| PassedOverFile {
        source: format!("{} of case {}", series_of(row), exam.id()),
        reason: Some(row.reason.clone()),
    });
    let tie = exam.table().chosen().err().map(|error| error.to_string());
    let case = InspectedCase::new(exam.id(), images, tie);
    (case, passed_over.collect())
}

fn image(exam: &ExamCase, at: usize, row: &Series, sequence: Sequence) -> Row {
    let grid = exam.files().grid(at);
    Row {
        role: Role::Sequence(sequence),
        source: series_of(row),
        stack: grid.map(|grid| Stack::of(grid, row.phases)),
        to_reference: None,
        shift_mm: None,
        reason: row.reason.clone(),
        problem: grid
            .is_none()
            .then(|| "its slices do not lie in the patient as a stack".into()),
    }
}
