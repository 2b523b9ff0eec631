//! What a job tells a user while it runs.

use std::path::{Path, PathBuf};
use std::time::Duration;

use myops_dicom::role::Row;
use myops_image::io::{CaseFiles, PassedOver, listed};
use myops_image::label::Label;
use myops_image::sequence::Sequence;
use myops_train::EpochRecord;

use super::files::Owner;
use super::input::ExamCase;

/// Something that a user should read while a job runs. Its text is one or several whole lines.
#[derive(Debug, Clone, PartialEq)]
pub enum Note {
    /// Files of images and labels that belong to no case.
    PassedOver(Vec<PassedOver>),
    /// What was taken for what in a case whose files have names of their own.
    Taken {
        /// The case.
        case: String,
        /// The file of each sequence, and why it was taken.
        files: Vec<(Sequence, PathBuf, String)>,
    },
    /// What was taken for what in an exam that came as DICOM.
    TakenSeries {
        /// The case.
        case: String,
        /// The series of each sequence, and why it was taken.
        series: Vec<String>,
    },
    /// Files among those of DICOM exams that are no images of one.
    NoDicom(Vec<String>),
    /// A case has labels and no image under a known name.
    LabelsWithoutImages {
        /// The case.
        case: String,
        /// Its labels.
        labels: PathBuf,
    },
    /// Cases lack sequences, and are learned from without them.
    LearnsWithout {
        /// The missing sequences.
        sequences: Vec<Sequence>,
        /// The cases.
        cases: Vec<String>,
    },
    /// Reference labels hold nothing but background.
    EmptyReferences(Vec<String>),
    /// The device is worse than its name promises.
    Device(&'static str),
    /// Cases that have current results and are skipped.
    FinishedBefore(usize),
    /// A process of another machine may work on the same shard of a plan.
    MayBeAlive {
        /// The process.
        owner: Owner,
        /// How long it may give no sign of life.
        patience: Duration,
    },
    /// Cases whose results are outdated.
    SegmentedAgain {
        /// Why they are.
        reason: String,
        /// The cases.
        cases: Vec<String>,
    },
    /// Reference labels of a case that cannot be shown.
    ReferenceLeftOut {
        /// The case.
        case: String,
        /// Why not.
        error: String,
    },
    /// A finding of a case, in words that name the case.
    Finding(String),
    /// A case whose results cannot be read.
    LeftOutOfCohort {
        /// The case.
        case: String,
        /// Why not.
        error: String,
    },
    /// Cases counted as one patient because of their names alone: the patient, and its cases.
    OnePatient(Vec<(String, Vec<String>)>),
    /// Something of a training.
    Training(TrainingNote),
    /// Cases that have only a prediction or only a reference, where that is allowed.
    Unmatched(Unmatched),
    /// Cases whose two label maps are numbered differently, neither of them by the challenge's codes.
    NumberedDifferently {
        /// How many there are.
        cases: usize,
        /// The first of them.
        first: String,
    },
}

impl Note {
    /// What was taken for what in an exam.
    pub(crate) fn of_exam(exam: &ExamCase) -> Self {
        let rows = exam.rows();
        let series = rows.iter().filter_map(|(sequence, row)| {
            let row = (*row)?;
            Some(format!("{sequence} {} ({})", series_of(row), row.reason))
        });
        Self::TakenSeries {
            case: exam.id().into(),
            series: series.collect(),
        }
    }

    /// What was taken for what in a case; `None` in the known layouts, whose names say so.
    pub(crate) fn taken(case: &CaseFiles) -> Option<Self> {
        let file = |sequence| {
            let (path, reason) = (case.image(sequence)?, case.reason(sequence));
            Some((
                sequence,
                path.to_path_buf(),
                reason.unwrap_or_default().to_owned(),
            ))
        };
        let files: Vec<_> = Sequence::ALL.into_iter().filter_map(file).collect();
        let is_told = files.iter().any(|(.., reason)| !reason.is_empty());
        is_told.then(|| Self::Taken {
            case: case.id().into(),
            files,
        })
    }
}

/// Something that a user should read while a network is trained.
#[derive(Debug, Clone, PartialEq)]
pub enum TrainingNote {
    /// It starts.
    Starts {
        /// The name of the network.
        architecture: &'static str,
        /// Cases learned from.
        cases: usize,
        /// Synthetic patients learned from.
        phantoms: usize,
        /// Cases held out.
        held_out: usize,
    },
    /// It was to be resumed in a folder that holds none, so a new one starts.
    NothingToResume(PathBuf),
    /// Its folder does not say what its cases were.
    CasesUnknown(PathBuf),
    /// The locator is trained.
    LocatorTrained {
        /// Its epochs.
        epochs: usize,
    },
    /// An epoch is done.
    Epoch {
        /// The fold that is held out, where one is.
        fold: Option<usize>,
        /// What the epoch gave.
        record: EpochRecord,
        /// Whether its network is the best so far.
        rank: Rank,
    },
}

/// Cases that have only a prediction or only a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmatched {
    /// Those without a prediction.
    pub missing: Vec<String>,
    /// The number of reference label maps.
    pub references: usize,
    /// Those without a reference.
    pub extra: Vec<String>,
}

impl Unmatched {
    fn sentences(&self) -> Vec<String> {
        let missing = || {
            let (count, cases) = (self.missing.len(), self.missing.join(", "));
            let of = self.references;
            format!("{count} of {of} cases have no prediction: {cases}")
        };
        let extra = || {
            let (count, cases) = (self.extra.len(), self.extra.join(", "));
            format!("{count} predictions have no reference: {cases}")
        };
        let missing = (!self.missing.is_empty()).then(missing);
        let extra = (!self.extra.is_empty()).then(extra);
        missing.into_iter().chain(extra).collect()
    }
}

impl std::fmt::Display for Unmatched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.sentences().join("; "))
    }
}

/// Whether a network is the best so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rank {
    /// It is.
    Best,
    /// An earlier one was as good or better, or nothing tells.
    Other,
}

/// Patients that are told one by one.
const TOLD: usize = 3;

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::PassedOver(files) => {
                let what = count(files.len(), "file");
                write!(f, "{what} passed over: {}", listed(files))
            }
            Self::Taken { case, files } => {
                let told: Vec<String> = files.iter().map(taken).collect();
                write!(f, "case {case}: {}", told.join(", "))
            }
            Self::TakenSeries { case, series } => {
                write!(f, "case {case}: {}", series.join("; "))
            }
            Self::NoDicom(files) => f.write_str(&no_dicom(files)),
            Self::LabelsWithoutImages { case, labels } => write!(
                f,
                "case {case} has labels ({}) and no image under a known name",
                labels.display()
            ),
            Self::LearnsWithout { sequences, cases } => {
                let missing: Vec<&str> = sequences.iter().map(|s| s.name()).collect();
                let missing = missing.join(" and ");
                let (number, cases) = (count(cases.len(), "case"), first_of(cases));
                write!(f, "no {missing} in {number}: {cases}")
            }
            Self::EmptyReferences(cases) => write!(
                f,
                "reference labels are all background in {}",
                cases.join(", ")
            ),
            Self::Device(shortcoming) => f.write_str(shortcoming),
            Self::FinishedBefore(n) => write!(f, "{} finished before", count(*n, "case")),
            Self::MayBeAlive { owner, patience } => write!(
                f,
                "another myops ({owner}) may still work on this shard: waiting {} s for a sign of life",
                patience.as_secs()
            ),
            Self::SegmentedAgain { reason, cases } => write!(
                f,
                "{} segmented again, {reason}: {}",
                count(cases.len(), "case"),
                some(cases)
            ),
            Self::ReferenceLeftOut { case, error } => {
                write!(f, "case {case}: reference labels are left out: {error}")
            }
            Self::Finding(line) => f.write_str(line),
            Self::Unmatched(cases) => f.write_str(&cases.sentences().join("\n")),
            Self::LeftOutOfCohort { case, error } => {
                write!(f, "case {case} is left out of cohort.html: {error}")
            }
            Self::OnePatient(patients) => f.write_str(&one_patient(patients)),
            Self::NumberedDifferently { cases, first } => write!(
                f,
                "in {}, {first} the first, prediction and reference are numbered differently: one by its dataset.json",
                count(*cases, "case")
            ),
            Self::Training(note) => note.fmt(f),
        }
    }
}

impl std::fmt::Display for TrainingNote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Starts {
                architecture,
                cases,
                phantoms,
                held_out,
            } => {
                write!(f, "training {architecture} on {}", count(*cases, "case"))?;
                if *phantoms > 0 {
                    write!(f, " and {phantoms} phantoms")?;
                }
                write!(f, ", {held_out} held out")
            }
            Self::NothingToResume(folder) => write!(
                f,
                "{} holds no training to resume, so a new one starts",
                folder.display()
            ),
            Self::CasesUnknown(folder) => write!(
                f,
                "{} does not tell what its cases were: only their names are compared",
                folder.display()
            ),
            Self::LocatorTrained { epochs } => {
                write!(f, "the locator is trained ({epochs} epochs)")
            }
            Self::Epoch { fold, record, rank } => f.write_str(&epoch(*fold, record, *rank)),
        }
    }
}

fn epoch(fold: Option<usize>, record: &EpochRecord, rank: Rank) -> String {
    let mut line = fold.map_or_else(String::new, |fold| format!("fold {fold}  "));
    line += &format!("epoch {:>4}  loss {:.4}", record.epoch + 1, record.loss);
    if let Some(validation) = &record.validation {
        line += &format!("  held out {:.4}", validation.loss);
        let dice = validation.dice.iter();
        line.extend(dice.map(|(region, dice)| format!("  {region} {dice:.3}")));
    } else {
        let labels = Label::ALL.iter().zip(&record.soft_dice).skip(1);
        line.extend(labels.map(|(label, dice)| format!("  {} {dice:.3}", label.name())));
    }
    line + if rank == Rank::Best { "  *" } else { "" }
}

fn taken((sequence, path, reason): &(Sequence, PathBuf, String)) -> String {
    let name = path.file_name().map_or(path.as_path(), Path::new);
    let reason = if reason.is_empty() {
        "its name"
    } else {
        reason
    };
    format!("{sequence} {} ({reason})", name.display())
}

/// The series of a row by their numbers and description.
pub(crate) fn series_of(row: &Row) -> String {
    format!("series {} \"{}\"", row.numbers(), row.description)
}

/// Files that are no images of an exam.
fn no_dicom(files: &[String]) -> String {
    let told: Vec<&str> = files.iter().take(TOLD).map(String::as_str).collect();
    let mut text = format!(
        "{} passed over: {}",
        count(files.len(), "file"),
        told.join("; ")
    );
    if files.len() > TOLD {
        text += &format!("; and {} more", files.len() - TOLD);
    }
    text
}

/// The first of some names, and how many others there are.
pub(crate) fn first_of(names: &[String]) -> String {
    let told: Vec<&str> = names.iter().take(TOLD).map(String::as_str).collect();
    match names.len() - told.len() {
        0 => told.join(", "),
        more => format!("{} and {more} more", told.join(", ")),
    }
}

fn one_patient(patients: &[(String, Vec<String>)]) -> String {
    let line = |(patient, cases): &(String, Vec<String>)| {
        let cases = cases.join(", ");
        format!("taken for one patient by their names: {cases} ({patient})")
    };
    let mut lines: Vec<String> = patients.iter().take(TOLD).map(line).collect();
    if patients.len() > TOLD {
        lines.push(format!(
            "and so on for {} more patients",
            patients.len() - TOLD
        ));
    }
    lines.join("\n")
}

/// Names, but no more of them than a screen holds.
fn some(names: &[String]) -> String {
    const MOST: usize = 20;
    match names.len().checked_sub(MOST) {
        None | Some(0) => names.join(", "),
        Some(more) => format!("{} and {more} more", names[..MOST].join(", ")),
    }
}

/// A number of things in words.
pub(crate) fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
