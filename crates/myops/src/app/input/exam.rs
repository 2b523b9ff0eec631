//! Exams that come as DICOM.

use std::path::{Path, PathBuf};

use myops_dicom::DicomError;
use myops_dicom::load::{LoadedExam, PhaseChoice};
use myops_dicom::role::{Row, Rules, SeriesChoice, Table};
use myops_dicom::scan::{ExamFiles, Scan};
use myops_image::phase::{Chosen, Phase, TakenPhase};
use myops_image::sequence::{PerSequence, Sequence};

/// How the three sequences are found among the series of an exam.
#[derive(Debug, Clone, Default)]
pub struct SeriesRules {
    /// What the user's rules say of series.
    pub rules: Rules,
    /// The series that the user chose.
    pub choice: SeriesChoice,
}

/// One exam that came as DICOM, before its pixels are read.
pub struct ExamCase {
    files: ExamFiles,
    table: Table,
    phase: Phase,
}

impl std::fmt::Debug for ExamCase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ExamCase({})", self.id())
    }
}

/// The exams among some paths, and the files that are no images of one.
pub fn find(
    paths: &[PathBuf],
    series: &SeriesRules,
    phase: Phase,
) -> Result<(Vec<ExamCase>, Vec<String>), DicomError> {
    let scan = Scan::of(paths)?;
    let passed_over = scan.passed_over().iter();
    let passed_over = passed_over.map(|passed| format!("{}: {}", passed.place, passed.flaw));
    let passed_over = passed_over.collect();
    let case = |files: ExamFiles| {
        let table = files.table(&series.rules, &series.choice)?;
        Ok(ExamCase {
            files,
            table,
            phase,
        })
    };
    let cases = scan.into_exams().into_iter().map(case);
    Ok((cases.collect::<Result<_, DicomError>>()?, passed_over))
}

impl ExamCase {
    /// A name that does not tell who was examined.
    pub fn id(&self) -> &str {
        self.files.id()
    }

    /// The folders and zip archives that hold its files.
    pub fn sources(&self) -> impl Iterator<Item = &Path> {
        self.files.sources().into_iter()
    }

    /// All series, and what each is taken for.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// The files of the exam, for rows of its table.
    pub fn files(&self) -> &ExamFiles {
        &self.files
    }

    /// The row of each sequence.
    pub fn rows(&self) -> PerSequence<Option<&Row>> {
        let row = |sequence| {
            self.table
                .rows
                .iter()
                .find(|row| row.role == Some(sequence))
        };
        PerSequence::from_fn(row)
    }

    /// Reads the chosen series; gives with them the phase of the cine that was taken.
    ///
    /// # Errors
    /// Where the sequences are not certain, or a series cannot be read.
    pub fn load(&self) -> Result<(LoadedExam, Option<TakenPhase>), DicomError> {
        let choice = match self.phase {
            Phase::MostLike => PhaseChoice::Automatic,
            Phase::Number(number) => PhaseChoice::Number(number),
        };
        let loaded = self.files.load(&self.table, choice)?;
        let taken = loaded.phase.as_ref().map(|taken| TakenPhase {
            phase: taken.number,
            phases: taken.times_ms.len(),
            chosen: match (self.phase, taken.lge_ms) {
                (Phase::Number(_), _) => Chosen::Asked,
                (Phase::MostLike, Some(_)) => Chosen::LgeTime,
                (Phase::MostLike, None) => Chosen::First,
            },
        });
        Ok((loaded, taken))
    }

    /// What identifies the images of each sequence: the UIDs of their instances, and the phase that was asked for.
    ///
    /// # Errors
    /// Where the sequences are not certain.
    pub fn identity(&self) -> Result<Vec<(Sequence, String)>, DicomError> {
        let instances = self.files.instances(&self.table)?;
        let phase = match self.phase {
            Phase::Number(phase) => format!("phase {phase}"),
            Phase::MostLike => String::new(),
        };
        let lines = |uids: &Vec<String>| format!("{phase}\n{}", uids.join("\n"));
        let all = instances.iter();
        Ok(all
            .filter_map(|(sequence, uids)| Some((sequence, lines(uids.as_ref()?))))
            .collect())
    }
}
