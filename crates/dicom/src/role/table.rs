//! The table of all series of an exam.

use myops_image::sequence::{PerSequence, Sequence};

use super::decide::{Decision, decide};
use super::tie::Tie;
use super::{Rules, SeriesChoice};
use crate::error::DicomError;
use crate::image::{SeriesId, numbers};
use crate::stack::{Stack, series_of};

/// All stacks of an exam, with what each was taken for.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The stacks, by series number.
    pub rows: Vec<Row>,
    /// The row of each sequence.
    chosen: PerSequence<Option<usize>>,
    /// Sequences for which several stacks are as good.
    ties: Vec<Tie>,
    /// How many series there are.
    series: usize,
}

/// One stack of an exam.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its series, in the order of their numbers: one, or several that hold a part of the stack each. Never empty.
    pub series: Vec<SeriesId>,
    /// The description of its series; what they share, with a `*` where they differ.
    pub description: String,
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
        stacks: &[Stack],
        rules: &Rules,
        choice: &SeriesChoice,
    ) -> Result<Self, DicomError> {
        let Decision {
            roles,
            reasons,
            ties,
        } = decide(stacks, rules, choice)?;
        let rows = stacks.iter().zip(reasons);
        let mut rows: Vec<Row> = rows.map(|(stack, reason)| row(stack, &reason)).collect();
        for (sequence, stack) in roles.iter() {
            if let Some(row) = stack.and_then(|stack| rows.get_mut(stack)) {
                row.role = Some(sequence);
            }
        }
        Ok(Self {
            rows,
            chosen: roles,
            ties,
            series: series_of(stacks).len(),
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
                series: self.series,
            });
        }
        Ok(self.chosen)
    }

    /// The sequences for which several series are as good.
    pub fn ties(&self) -> &[Tie] {
        &self.ties
    }
}

impl Row {
    /// The numbers of its series in words: `9`, `21-32`, `21-25, 27`.
    pub fn numbers(&self) -> String {
        numbers(&self.series)
    }
}

fn row(stack: &Stack, reason: &str) -> Row {
    let [columns, rows] = stack.first().map_or([0; 2], |frame| frame.size);
    Row {
        series: stack
            .series
            .iter()
            .map(|series| series.id.clone())
            .collect(),
        description: stack.shared_description(),
        slices: stack.slices.len(),
        phases: stack.images_per_slice(),
        rows,
        columns,
        pixel_mm: stack.plane().map(|plane| plane.spacing),
        distance_mm: stack.distance_mm.filter(|_| stack.slices.len() > 1),
        role: None,
        reason: told(stack) + reason,
    }
}

/// What is told of a stack of several series in front of the reason.
fn told(stack: &Stack) -> String {
    if stack.series.len() == 1 {
        return String::new();
    }
    let mut told = format!("{} series are one stack", stack.series.len());
    if !stack.replaced.is_empty() {
        let replaced = numbers(stack.replaced.iter().map(|series| &series.id));
        told += &format!(", slices of series {replaced} were acquired again");
    }
    told + "; "
}
