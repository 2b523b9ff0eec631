//! The list of a shard's cases, in a file of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use myops_image::io::{CaseFiles, read_small, survey};
use myops_image::sequence::{PerSequence, Sequence};
use serde::{Deserialize, Serialize};

use super::error::PlanError;
use super::head::Plan;
use super::may_pass::may_pass;
use super::place::PlanFolder;
use crate::app::error::{Error, FailedCase};
use crate::app::files::{Fingerprint, Fingerprints};
use crate::app::input::{CaseInput, ExamCase, Input, Kind};

/// The name of the layout of a list.
const SCHEMA: &str = "myops-shard-1";

/// The cases of a shard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShardList {
    schema: String,
    /// The number of the shard.
    pub shard: usize,
    /// Its cases, in the order in which they were found.
    pub cases: Vec<PlannedCase>,
}

/// A case of a plan. Paths are absolute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedCase {
    /// Its name.
    pub case: String,
    /// Voxels of its images, one phase of a cine counted.
    pub voxels: u64,
    /// The files of its images.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub images: BTreeMap<Sequence, PathBuf>,
    /// The files of its reference labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<PathBuf>,
    /// The folders and zip archives of an exam that comes as DICOM.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exam: Vec<PathBuf>,
    /// What the files are known by: see [`CaseInput::ends`].
    #[serde(default)]
    pub fingerprints: Fingerprints,
    /// Why it cannot be segmented, where that is known without its voxels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// The cases of a shard, ready to be read, and those that are not.
pub type Inputs = (Vec<CaseInput>, Vec<FailedCase>);

impl ShardList {
    /// A list.
    pub fn new(shard: usize, cases: Vec<PlannedCase>) -> Self {
        let schema = SCHEMA.into();
        Self {
            schema,
            shard,
            cases,
        }
    }

    /// The bytes of its file: a line a case.
    ///
    /// # Errors
    /// Where it cannot be encoded.
    pub fn encoded(&self) -> Result<Vec<u8>, Error> {
        let failed = Error::encode("the list of a shard");
        let mut bytes = format!(
            "{{\"schema\":\"{}\",\"shard\":{},\"cases\":[\n",
            self.schema, self.shard
        )
        .into_bytes();
        for (at, case) in self.cases.iter().enumerate() {
            if at > 0 {
                bytes.extend(b",\n");
            }
            serde_json::to_writer(&mut bytes, case).map_err(&failed)?;
        }
        bytes.extend(b"\n]}\n");
        Ok(bytes)
    }

    /// Reads the list of a shard, which has to be the one that was planned.
    ///
    /// # Errors
    /// Where there is no shard of this number, or its list cannot be read or is not the one that was planned.
    pub fn read(folder: &PlanFolder, plan: &Plan, shard: usize) -> Result<Self, Error> {
        let planned = &plan.shard(shard)?.sha256;
        let path = folder.list(shard);
        let bytes = read_small(&path)?;
        let found = Fingerprint::of_bytes(&bytes).sha256;
        if found != *planned {
            let planned = planned.clone();
            return Err(PlanError::Edited {
                path,
                found,
                planned,
            }
            .into());
        }
        let parsed = serde_json::from_slice(&bytes);
        parsed.map_err(|cause| {
            let cause = cause.to_string();
            PlanError::Unreadable { path, cause }.into()
        })
    }

    /// The cases, to be read as `input` says, and those that cannot be.
    pub fn inputs(&self, input: &Input) -> Inputs {
        let (mut inputs, mut failed) = (Vec::new(), Vec::new());
        let mut exams = Exams::of(&self.cases, input);
        for planned in &self.cases {
            let kind = if let Some(problem) = &planned.problem {
                Err(PlanError::Unusable(problem.clone()).into())
            } else if planned.exam.is_empty() {
                planned
                    .files()
                    .map(|files| files.with_phase(input.phase))
                    .map(Kind::Files)
            } else {
                exams.take(&planned.case).map(Kind::Exam)
            };
            match kind {
                Ok(kind) => inputs
                    .push(CaseInput::new(kind, input.stack).planned(planned.fingerprints.clone())),
                Err(error) => failed.push(FailedCase {
                    case: planned.case.clone(),
                    error,
                }),
            }
        }
        (inputs, failed)
    }
}

impl PlannedCase {
    /// Plans a case; only headers of its files are read.
    ///
    /// # Errors
    /// Where a path is no text, or a file cannot be read now and could be later.
    pub fn of(input: &CaseInput) -> Result<Self, Error> {
        let mut case = Self {
            case: input.id().into(),
            voxels: 0,
            images: BTreeMap::new(),
            labels: Vec::new(),
            exam: Vec::new(),
            fingerprints: Fingerprints::new(),
            problem: None,
        };
        match input.kind() {
            Kind::Files(files) => {
                let of = |s| Some((s, files.image(s)?));
                for (sequence, path) in Sequence::ALL.into_iter().filter_map(of) {
                    case.images.insert(sequence, absolute(path)?);
                }
                case.labels = all_absolute(files.references().iter().map(PathBuf::as_path))?;
            }
            Kind::Exam(exam) => case.exam = all_absolute(exam.sources())?,
        }
        match case.survey(input) {
            Err(error) if may_pass(&error) => return Err(error),
            surveyed => case.problem = surveyed.err().map(|error| error.to_string()),
        }
        Ok(case)
    }

    /// Counts voxels and takes fingerprints.
    fn survey(&mut self, input: &CaseInput) -> Result<(), Error> {
        self.fingerprints = input.ends()?;
        self.voxels = match input.kind() {
            Kind::Files(files) => {
                files.check_images()?;
                let voxels = self
                    .images
                    .values()
                    .map(|path| Ok(survey(path)?.grid.voxels() as u64));
                voxels.sum::<Result<u64, Error>>()?
            }
            Kind::Exam(exam) => {
                let rows = exam.rows();
                let rows = rows.iter().filter_map(|(_, row)| *row);
                rows.map(|row| (row.columns * row.rows * row.slices) as u64)
                    .sum()
            }
        };
        Ok(())
    }

    /// What it weighs when cases are dealt: its voxels, and a little where these are not known.
    pub fn weight(&self) -> u64 {
        self.voxels.max(1)
    }

    fn files(&self) -> Result<CaseFiles, Error> {
        let images = PerSequence::from_fn(|sequence| self.images.get(&sequence).cloned());
        Ok(CaseFiles::named(&self.case, images, self.labels.clone())?)
    }
}

/// The exams of a shard, found again in one search.
struct Exams {
    found: BTreeMap<String, ExamCase>,
    error: Option<myops_dicom::DicomError>,
}

impl Exams {
    fn of(cases: &[PlannedCase], input: &Input) -> Self {
        let mut paths: Vec<PathBuf> = cases.iter().flat_map(|case| case.exam.clone()).collect();
        paths.sort();
        paths.dedup();
        let found = if paths.is_empty() {
            Ok(Vec::new())
        } else {
            input.exams_among(&paths)
        };
        let (found, error) = match found {
            Ok(found) => (found, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        let found = found.into_iter().map(|exam| (exam.id().to_owned(), exam));
        Self {
            found: found.collect(),
            error,
        }
    }

    fn take(&mut self, id: &str) -> Result<ExamCase, Error> {
        match (self.found.remove(id), &self.error) {
            (Some(exam), _) => Ok(exam),
            (None, Some(error)) => Err(error.clone().into()),
            (None, None) => Err(Error::InputChanged {
                case: id.into(),
                what: "the exam is not there".into(),
            }),
        }
    }
}

/// A path that holds in every folder.
///
/// # Errors
/// Where it is no text.
pub fn absolute(path: &Path) -> Result<PathBuf, PlanError> {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.into());
    match absolute.to_str() {
        Some(_) => Ok(absolute),
        None => Err(PlanError::NotText(absolute)),
    }
}

fn all_absolute<'a>(paths: impl Iterator<Item = &'a Path>) -> Result<Vec<PathBuf>, PlanError> {
    paths.map(absolute).collect()
}
