//! The table of all series of an exam.

use myops_image::sequence::{PerSequence, Sequence};

use super::decide::{Candidate, Decision, decide};
use super::tie::Tie;
use super::{Rules, SeriesChoice};
use crate::error::DicomError;

/// All stacks of an exam, with what each was taken for.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The stacks, by series number.
    pub rows: Vec<Row>,
    /// The row of each sequence.
    chosen: PerSequence<Option<usize>>,
    /// Sequences for which several stacks are as good.
    ties: Vec<Tie>,
}

/// One stack of an exam.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The number of its series.
    pub number: Option<i64>,
    /// The description of its series.
    pub description: String,
    /// Series Instance UID.
    pub uid: String,
    /// Slices.
    pub slices: usize,
    /// Images of each slice: phases or repetitions.
    pub phases: usize,
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
    /// The distance between columns, then between rows, mm.
    pub pixel_mm: Option<[f64; 2]>,
    /// The distance of the slices, mm.
    pub distance_mm: Option<f64>,
    /// The sequence that it was taken for.
    pub role: Option<Sequence>,
    /// Why.
    pub reason: String,
}

impl Table {
    /// Judges the stacks of an exam.
    ///
    /// # Errors
    /// [`DicomError`] if a chosen series is not there or cannot be used.
    pub(crate) fn of(
        candidates: &[Candidate],
        rules: &Rules,
        choice: &SeriesChoice,
    ) -> Result<Self, DicomError> {
        let Decision {
            roles,
            reasons,
            ties,
        } = decide(candidates, rules, choice)?;
        let mut rows: Vec<Row> = candidates
            .iter()
            .zip(reasons)
            .map(|(candidate, reason)| row(candidate, reason))
            .collect();
        for (sequence, stack) in roles.iter() {
            if let Some(row) = stack.and_then(|stack| rows.get_mut(stack)) {
                row.role = Some(sequence);
            }
        }
        Ok(Self {
            rows,
            chosen: roles,
            ties,
        })
    }

    /// The number of the row of each sequence.
    ///
    /// # Errors
    /// [`DicomError::Tie`] if several series are as good for a sequence, [`DicomError::NoSequence`] if there is none at all.
    pub fn chosen(&self) -> Result<PerSequence<Option<usize>>, DicomError> {
        if let Some(tie) = self.ties.first() {
            return Err(DicomError::Tie(tie.clone()));
        }
        if self.chosen.iter().all(|(_, row)| row.is_none()) {
            return Err(DicomError::NoSequence {
                series: self.rows.len(),
            });
        }
        Ok(self.chosen)
    }

    /// The sequences for which several series are as good.
    pub fn ties(&self) -> &[Tie] {
        &self.ties
    }
}

fn row(candidate: &Candidate, reason: String) -> Row {
    let (series, stack) = (candidate.series, candidate.stack);
    let [columns, rows] = stack.first().map_or([0; 2], |frame| frame.size);
    Row {
        number: series.number,
        description: series.description.clone(),
        uid: series.uid.clone(),
        slices: stack.slices.len(),
        phases: stack.images_per_slice(),
        rows,
        columns,
        pixel_mm: stack.plane().map(|plane| plane.spacing),
        distance_mm: stack.distance_mm.filter(|_| stack.slices.len() > 1),
        role: None,
        reason,
    }
}
