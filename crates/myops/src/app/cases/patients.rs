//! Which case is of which patient, so that no patient is in two folds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use myops_image::io::write_whole;
use myops_train::{Member, patient_of};

use super::error::{CasesError, TableFlaw};
use super::labelled::LabelledCase;
use crate::app::note::Note;
use crate::app::progress::Progress;
use crate::report::{Csv, name_in_cell, rows_of};

/// The table's name in a folder of cases.
pub const TABLE: &str = "patients.csv";

/// The patient of each case: by a table, or by the case's name.
#[derive(Debug, Clone, Default)]
pub struct Patients(Option<(PathBuf, BTreeMap<String, String>)>);

impl Patients {
    /// Reads the table that is given, or else `patients.csv` in the folder of the cases or in that around it, where there
    /// is one.
    ///
    /// # Errors
    /// Where it cannot be read, lacks a column `case` or `patient`, or gives a case two patients.
    pub fn open(given: Option<&Path>, data: &Path) -> Result<Self, CasesError> {
        let around = data.parent().map(|parent| parent.join(TABLE));
        let near = [Some(data.join(TABLE)), around].into_iter().flatten();
        let table = given
            .map(Path::to_path_buf)
            .or_else(|| near.into_iter().find(|file| file.is_file()));
        let Some(file) = table else {
            return Ok(Self::default());
        };
        let patients = read(&file)?;
        Ok(Self(Some((file, patients))))
    }

    /// The patients of these cases, in their order. Cases of one name in several data sets are of one patient.
    ///
    /// # Errors
    /// Where a table does not name one of them.
    pub fn of(&self, cases: &[LabelledCase]) -> Result<Vec<Member>, CasesError> {
        let patient = |name: &str| match &self.0 {
            None => Some(patient_of(name).to_owned()),
            Some((_, table)) => table.get(name).cloned(),
        };
        let (mut members, mut missing) = (Vec::new(), Vec::new());
        for case in cases {
            match patient(&case.name) {
                Some(patient) => members.push(Member {
                    id: case.id().into(),
                    patient,
                }),
                None => missing.push(case.name.clone()),
            }
        }
        match &self.0 {
            Some((path, _)) if !missing.is_empty() => Err(CasesError::NoPatient {
                path: path.clone(),
                cases: missing,
            }),
            _ => Ok(members),
        }
    }

    /// Tells which cases count as one patient because of their names alone.
    pub fn tell(&self, members: &[Member], progress: &dyn Progress) {
        if self.0.is_some() {
            return;
        }
        let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for Member { id, patient } in members {
            groups.entry(patient.clone()).or_default().push(id.clone());
        }
        groups.retain(|_, ids| ids.len() > 1);
        if !groups.is_empty() {
            progress.message(&Note::OnePatient(groups.into_iter().collect()));
        }
    }
}

/// Writes a table, with the rows of an earlier one for other cases.
///
/// # Errors
/// Where the earlier one cannot be read, or this one cannot be written.
pub fn write_table(folder: &Path, members: &[Member]) -> Result<(), CasesError> {
    let file = folder.join(TABLE);
    let mut rows = if file.is_file() {
        read(&file)?
    } else {
        BTreeMap::new()
    };
    rows.extend(members.iter().map(|m| (m.id.clone(), m.patient.clone())));
    let mut csv = Csv::default();
    csv.row(["case", "patient"]);
    rows.iter()
        .for_each(|(case, patient)| csv.row([case, patient]));
    let text = csv.into_text();
    Ok(write_whole(file, |w| w.write_all(text.as_bytes()))?)
}

fn read(file: &Path) -> Result<BTreeMap<String, String>, CasesError> {
    let text = std::fs::read_to_string(file).map_err(TableFlaw::Unreadable);
    let rows = text.and_then(|text| parse(&text));
    rows.map_err(|flaw| CasesError::PatientTable {
        path: file.into(),
        flaw,
    })
}

fn parse(text: &str) -> Result<BTreeMap<String, String>, TableFlaw> {
    let mut rows = rows_of(text.trim_start_matches('\u{feff}')).into_iter();
    let header = rows.next().unwrap_or_default();
    let column = |name| {
        let named = |cell: &String| cell.trim().eq_ignore_ascii_case(name);
        header
            .iter()
            .position(named)
            .ok_or(TableFlaw::NoColumn(name))
    };
    let (case, patient) = (column("case")?, column("patient")?);
    let mut patients = BTreeMap::new();
    for (n, row) in rows.enumerate() {
        let cell = |column: usize| {
            row.get(column)
                .map(|cell| name_in_cell(cell.trim()).to_owned())
                .unwrap_or_default()
        };
        let (case, patient) = (cell(case), cell(patient));
        if case.is_empty() || patient.is_empty() {
            return Err(TableFlaw::IncompleteRow(n + 1));
        }
        let other = patients.insert(case.clone(), patient.clone());
        if let Some(first) = other.filter(|other| *other != patient) {
            return Err(TableFlaw::TwoPatients {
                case,
                first,
                second: patient,
            });
        }
    }
    Ok(patients)
}
