//! The table and the page of all finished cases, from one folder of results or several.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::io::Write;
use std::path::{Path, PathBuf};

use myops_image::io::{IoError, WholeFile, write_whole};
use rayon::prelude::*;

use super::error::Error;
use super::files::{FolderError, guard};
use super::note::Note;
use super::progress::Progress;
use super::record::{CaseFolder, Record};
use super::stored::{Results, Stored};
use crate::report::{
    Case, CasePaths, CohortPage, CohortTable, OtherColumns, ParquetTable, PatientData, csv_line,
};

/// Records that are read at once, and held at most.
const CHUNK: usize = 64;

/// All finished cases of some folders of results, such as those of the shards of one run.
///
/// A case belongs to it where a record of it can be read, in a folder of its own or in an archive. Records are read in the order of the cases' names,
/// told, and forgotten: what is kept of a case is what the page shows of it.
#[derive(Debug, Clone, Default)]
pub struct Cohort {
    /// The folders of results, which hold a folder for each case. No two may hold results of one case.
    pub folders: Vec<PathBuf>,
    /// Names of cases that are left out because they failed: what their folders hold is of an earlier run.
    pub failed: BTreeSet<String>,
    /// Whether it tells who was examined, as far as the records do.
    pub patient_data: PatientData,
}

/// A case that may be finished: its name, which sorts it, and the number of the folder of results that holds it.
type Place = (String, usize);

/// A finished case.
struct Finished {
    record: Result<Record, Error>,
    /// Whether its files lie in a folder of its own, where a page can lead to them.
    has_folder: bool,
}

impl Finished {
    /// Reads the record of a case; `None` where it is not finished, or another file has this name.
    fn read(results: &Results, case: &str) -> Option<Self> {
        let stored = results.case(case)?;
        Some(Self {
            record: stored.record(),
            has_folder: matches!(stored, Stored::Folder(_)),
        })
    }
}

impl Cohort {
    /// All finished cases of some folders of results, none of which failed; it does not tell who was examined.
    pub fn of<P: Into<PathBuf>>(folders: impl IntoIterator<Item = P>) -> Self {
        Self {
            folders: folders.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }

    /// Writes `cohort.csv`, `cohort.parquet` and `cohort.html` into a folder that is there, and gives the number of cases. Without a case
    /// nothing is written. The page leads to the cases' own pages, wherever these lie.
    ///
    /// # Errors
    /// Where a folder of results cannot be listed, two of them hold results of one case, or a file cannot be written. A
    /// record that cannot be read is told as [`Note::LeftOutOfCohort`].
    pub fn write(&self, out: &Path, progress: &dyn Progress) -> Result<usize, Error> {
        for name in [CSV, PARQUET, PAGE] {
            guard::stays_inside(out, &out.join(name))?;
        }
        let folders = self.folders.iter().map(|folder| Results::of(folder));
        let folders: Vec<Results> = folders.collect::<Result<_, _>>()?;
        let places = self.places(&folders)?;
        let read = |(case, number): &Place| Finished::read(&folders[*number], case);
        let mut files = Files::new(out, self.patients(&places, read));
        let ways = self.folders.iter();
        let ways: Vec<PathBuf> = ways.map(|folder| guard::relative(out, folder)).collect();
        let mut last: Option<Place> = None;
        for chunk in places.chunks(CHUNK) {
            let found: Vec<_> = chunk.par_iter().map(read).collect();
            for (place, found) in chunk.iter().zip(found) {
                let left_out = |error: &dyn Display| {
                    let (case, error) = (place.0.clone(), error.to_string());
                    progress.message(&Note::LeftOutOfCohort { case, error });
                };
                let Some(found) = found else { continue };
                match found.record {
                    Ok(record) => {
                        self.check_once(place, last.replace(place.clone()))?;
                        let paths = found.has_folder.then(|| {
                            let way = CaseFolder::of(&ways[place.1], &place.0);
                            paths(&way, &record)
                        });
                        let told = self.told(record);
                        if let Err(error) = files.add(&told, &paths.unwrap_or_default())? {
                            left_out(&error);
                        }
                    }
                    Err(error) => left_out(&error),
                }
            }
        }
        files.finish()
    }

    /// The cases that may be finished, sorted by their names.
    fn places(&self, folders: &[Results]) -> Result<Vec<Place>, FolderError> {
        let mut places = Vec::new();
        for (number, folder) in folders.iter().enumerate() {
            let names = folder.names()?.into_iter();
            let names = names.filter(|name| !self.failed.contains(name));
            places.extend(names.map(|name| (name, number)));
        }
        places.sort_unstable();
        Ok(places)
    }

    /// What is told of a case.
    fn told(&self, record: Record) -> Case {
        match self.patient_data {
            PatientData::Shown => record.told,
            PatientData::Withheld => record.told.without_patient(),
        }
    }

    /// Whether any case tells who was examined.
    fn patients(&self, places: &[Place], read: impl Fn(&Place) -> Option<Finished>) -> PatientData {
        let tells = |place: &Place| {
            let record = read(place).and_then(|found| found.record.ok());
            record.is_some_and(|record| record.told.patient().is_some())
        };
        if self.patient_data == PatientData::Shown && places.iter().any(tells) {
            PatientData::Shown
        } else {
            PatientData::Withheld
        }
    }

    /// Refuses a case that another folder holds too: nothing tells which of the results are meant.
    fn check_once(&self, place: &Place, last: Option<Place>) -> Result<(), FolderError> {
        match last.filter(|last| last.0 == place.0) {
            None => Ok(()),
            Some(last) => Err(FolderError::TwoResults {
                case: place.0.clone(),
                first: self.folders[last.1].clone(),
                second: self.folders[place.1].clone(),
            }),
        }
    }
}

/// The names of the files.
const CSV: &str = "cohort.csv";
const PARQUET: &str = "cohort.parquet";
const PAGE: &str = "cohort.html";

/// The files of a cohort while they grow.
struct Files<'a> {
    out: &'a Path,
    cases: usize,
    table: CohortTable,
    page: CohortPage,
    /// CSV and Parquet, from the first case on, which gives their columns.
    open: Option<(WholeFile, ParquetTable<WholeFile>)>,
}

impl<'a> Files<'a> {
    fn new(out: &'a Path, patients: PatientData) -> Self {
        Self {
            out,
            cases: 0,
            table: CohortTable::new(patients),
            page: CohortPage::new(patients),
            open: None,
        }
    }

    /// Adds a case with the paths to its files; gives back why it does not belong to the others.
    fn add(&mut self, case: &Case, paths: &CasePaths) -> Result<Result<(), OtherColumns>, IoError> {
        let row = match self.table.row(case) {
            Ok(row) => row,
            Err(error) => return Ok(Err(error)),
        };
        if self.open.is_none() {
            self.open = Some(self.create()?);
        }
        if let Some((csv, parquet)) = &mut self.open {
            let written = csv.write_all(csv_line(&row).as_bytes());
            written.map_err(|cause| not_written(self.out, CSV, cause))?;
            let written = parquet.add(&row);
            written.map_err(|cause| not_written(self.out, PARQUET, cause))?;
        }
        self.page.add(case, paths);
        self.cases += 1;
        Ok(Ok(()))
    }

    /// Both tables with the names of their columns.
    fn create(&self) -> Result<(WholeFile, ParquetTable<WholeFile>), IoError> {
        let columns = self.table.columns();
        let mut csv = WholeFile::create(self.out.join(CSV))?;
        let names = csv_line(columns.iter().map(|column| &column.name));
        let written = csv.write_all(names.as_bytes());
        written.map_err(|cause| not_written(self.out, CSV, cause))?;
        let parquet = ParquetTable::new(WholeFile::create(self.out.join(PARQUET))?, columns);
        let parquet = parquet.map_err(|cause| not_written(self.out, PARQUET, cause))?;
        Ok((csv, parquet))
    }

    /// Puts all files in their places.
    fn finish(self) -> Result<usize, Error> {
        let Some((csv, parquet)) = self.open else {
            return Ok(0);
        };
        let html = self.page.into_html();
        let html = html.map_err(|e| Error::Page(e.to_string()))?;
        let parquet = parquet.finish();
        let parquet = parquet.map_err(|cause| not_written(self.out, PARQUET, cause))?;
        csv.finish()?;
        parquet.finish()?;
        write_whole(self.out.join(PAGE), |w| w.write_all(html.as_bytes()))?;
        Ok(self.cases)
    }
}

fn not_written(out: &Path, name: &str, cause: std::io::Error) -> IoError {
    let path = out.join(name);
    IoError::Write { path, cause }
}

/// The paths to those files of a case that its row leads to, where they were written.
fn paths(folder: &CaseFolder, record: &Record) -> CasePaths {
    let path = |file: PathBuf| {
        let path = || file.to_string_lossy().replace('\\', "/");
        record.has_output(&file).then(path)
    };
    CasePaths {
        report: path(folder.report()),
        thumbnail: path(folder.thumbnail()),
    }
}
