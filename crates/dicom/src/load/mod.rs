//! The pixels of the chosen series as an exam.

mod patient;
mod phase;
mod stack;

use myops_image::exam::Exam;
use myops_image::sequence::{PerSequence, Sequence};

use crate::error::DicomError;
use crate::role::Table;
use crate::scan::ExamFiles;
use crate::source::Source;
use crate::stack::Phases;

pub use phase::{PhaseChoice, TakenPhase};

/// An exam that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedExam {
    /// The images, each on the grid of its series, and what their headers say of the patient.
    pub exam: Exam,
    /// Where each image is from.
    pub sources: PerSequence<Option<Source>>,
    /// The phase of the cine that was taken.
    pub phase: Option<TakenPhase>,
}

impl ExamFiles {
    /// Reads the series that a table chose.
    ///
    /// # Errors
    /// [`DicomError`] if several series are as good for a sequence, there is none at all, or one cannot be read.
    pub fn load(&self, table: &Table, phase: PhaseChoice) -> Result<LoadedExam, DicomError> {
        let rows = table.chosen()?;
        let stacks = rows.map(|row| self.stack(row?));
        let lge_ms = stacks[Sequence::Lge].and_then(phase::usual_trigger_ms);
        let mut taken_phase = None;
        let mut volumes = PerSequence::default();
        let mut sources = PerSequence::default();
        for (sequence, stack) in stacks.iter() {
            let Some(stack) = *stack else {
                continue;
            };
            let series = stack.name();
            let images = match stack.phases {
                Phases::Cine => {
                    let (images, taken) = phase::take(stack, phase, lge_ms, &series)?;
                    taken_phase = Some(taken);
                    images
                }
                Phases::One | Phases::Repeats => phase::only(stack, &series)?,
            };
            let (volume, source) = stack::load(self, stack, &images, &series)?;
            volumes[sequence] = Some(volume);
            sources[sequence] = Some(source);
        }
        let series = sources.iter().find_map(|(_, source)| source.as_ref());
        let patient = series.map(|source| patient::patient(&source.header));
        let exam =
            Exam::new(self.id(), volumes, None).map_err(|geometry| DicomError::Geometry {
                series: self.id().into(),
                geometry,
            })?;
        // Slices are thinner than their distance where there are gaps between them.
        let thickness_mm = |sequence: Sequence| stacks[sequence]?.thickness_mm();
        let mut images = exam.images;
        let with_thickness = |sequence: Sequence| {
            let image = images[sequence].take()?;
            Some(match thickness_mm(sequence) {
                Some(mm) => image.with_thickness(mm),
                None => image,
            })
        };
        let images = PerSequence::from_fn(with_thickness);
        Ok(LoadedExam {
            exam: Exam {
                patient,
                images,
                ..exam
            },
            sources,
            phase: taken_phase,
        })
    }
}
