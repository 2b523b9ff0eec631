//! Images in exams, series and stacks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use myops_image::geometry::Grid;
use myops_image::sequence::PerSequence;
use sha2::{Digest, Sha256};

use crate::error::DicomError;
use crate::image::{Instance, Series, SeriesId};
use crate::read::Place;
use crate::role::{Rules, SeriesChoice, Table};
use crate::stack::{Image, Stack, join, stacks, without_copies};

/// The files of one exam (study).
pub struct ExamFiles {
    id: String,
    taken: String,
    places: Vec<Place>,
    stacks: Vec<Stack>,
    copies: usize,
    two_patients: Option<DicomError>,
}

/// Sorts images into exams.
pub fn exams(instances: Vec<(Place, Instance)>) -> Vec<ExamFiles> {
    let mut studies: BTreeMap<String, Vec<(Place, Instance)>> = BTreeMap::new();
    for (place, instance) in instances {
        studies
            .entry(instance.series.study.clone())
            .or_default()
            .push((place, instance));
    }
    let mut exams: Vec<ExamFiles> = studies
        .into_iter()
        .map(|(study, instances)| exam(&study, instances))
        .collect();
    exams.sort_by(|a, b| (&a.taken, &a.id).cmp(&(&b.taken, &b.id)));
    exams
}

fn exam(study: &str, instances: Vec<(Place, Instance)>) -> ExamFiles {
    let id = exam_id(study);
    let two_patients = two_patients(&id, &instances);
    let mut places = Vec::new();
    let mut taken = None;
    let mut by_series: BTreeMap<String, (Arc<Series>, Vec<Image>)> = BTreeMap::new();
    for (place, instance) in instances {
        let file = places.len();
        places.push(place);
        taken.get_or_insert_with(|| instance.series.taken.clone());
        let (series, images) = by_series
            .entry(instance.series.id.uid.clone())
            .or_insert_with(|| (Arc::new(instance.series), Vec::new()));
        images.extend(instance.frames.into_iter().map(|frame| Image {
            file,
            series: series.clone(),
            frame,
        }));
    }
    let mut copies = 0;
    let mut parts = Vec::new();
    for (_, images) in by_series.into_values() {
        let total = images.len();
        let images = without_copies(images);
        copies += total - images.len();
        parts.extend(stacks(images));
    }
    let mut stacks = join(parts);
    stacks.sort_by_cached_key(order);
    ExamFiles {
        id,
        taken: taken.unwrap_or_default(),
        places,
        stacks,
        copies,
        two_patients,
    }
}

/// By series, then in the order in which the first images were found.
fn order(stack: &Stack) -> (Option<SeriesId>, Option<(usize, Option<u32>)>) {
    let images = stack.slices.iter().flat_map(|slice| &slice.images);
    let first = images.map(|image| (image.file, image.frame.number)).min();
    let id = stack.series.first().map(|series| series.id.clone());
    (id, first)
}

/// `exam-` and the first eight hexadecimal digits of the SHA-256 of the Study Instance UID: the same for the same exam wherever
/// it is, and nothing that tells who was examined or when.
fn exam_id(study: &str) -> String {
    let digest = Sha256::digest(study.as_bytes());
    let number = digest
        .iter()
        .take(4)
        .fold(0_u32, |all, &byte| all << 8 | u32::from(byte));
    format!("exam-{number:08x}")
}

/// Images of one exam that name another patient than the first one.
fn two_patients(exam: &str, instances: &[(Place, Instance)]) -> Option<DicomError> {
    let series = || instances.iter().map(|(_, instance)| &instance.series);
    let patient = |series: &&Series| series.patient_id.is_some();
    let first = series().find(patient)?;
    let is_other = |series: &&Series| patient(series) && series.patient_id != first.patient_id;
    let second = series().find(is_other)?;
    let others = series().filter(is_other).count();
    Some(DicomError::TwoPatients {
        exam: exam.into(),
        first: first.name(),
        second: second.name(),
        images: [instances.len() - others, others],
    })
}

impl ExamFiles {
    /// A name for the exam that tells neither who was examined nor when: `exam-` and eight hexadecimal digits, the first of the
    /// SHA-256 of its Study Instance UID.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// How many files hold its images.
    pub fn files(&self) -> usize {
        self.places.len()
    }

    /// The folders that hold its files, and the zip archives, sorted.
    pub fn sources(&self) -> BTreeSet<&Path> {
        let sources = self.places.iter().map(|place| match place {
            Place::File(path) => path.parent().unwrap_or(path),
            Place::Entry { archive, .. } => archive,
        });
        sources.collect()
    }

    /// How many images were left out because another has the same SOP Instance UID.
    pub fn copies(&self) -> usize {
        self.copies
    }

    /// All series of the exam, and what each is taken for.
    ///
    /// # Errors
    /// [`DicomError`] if the images are of two patients, or a chosen series is not there or cannot be used.
    pub fn table(&self, rules: &Rules, choice: &SeriesChoice) -> Result<Table, DicomError> {
        if let Some(error) = &self.two_patients {
            return Err(error.clone());
        }
        Table::of(&self.stacks, rules, choice)
    }

    /// The SOP Instance UID of every image of the chosen series, with the number of its frame, by sequence. DICOM gives images
    /// that differ different ones.
    ///
    /// # Errors
    /// As for [`Table::chosen`].
    pub fn instances(&self, table: &Table) -> Result<PerSequence<Option<Vec<String>>>, DicomError> {
        let rows = table.chosen()?;
        Ok(rows.map(|row| {
            let slices = self.stack(row?)?.slices.iter();
            let images = slices.flat_map(|slice| &slice.images);
            let name = |frame: Option<u32>| frame.map_or_else(String::new, |n| format!(" {n}"));
            Some(
                images
                    .map(|i| i.frame.sop_instance.clone() + &name(i.frame.number))
                    .collect(),
            )
        }))
    }

    /// The grid of a row of the table, where its slices have one, in RAS+ coordinates.
    pub fn grid(&self, row: usize) -> Option<Grid> {
        let stack = self.stack(row)?;
        let first = stack.slices.iter().map(|slice| slice.images.first());
        let images = first.collect::<Option<Vec<_>>>()?;
        stack.grid(&images, &stack.name()).ok()
    }

    /// The stack of a row of the table.
    pub(crate) fn stack(&self, row: usize) -> Option<&Stack> {
        self.stacks.get(row)
    }

    /// Where a file is.
    pub(crate) fn place(&self, file: usize) -> Option<&Place> {
        self.places.get(file)
    }
}
