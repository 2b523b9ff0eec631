//! Which case is of which patient, so that no patient is in two folds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use myops_image::io::{CaseFiles, write_whole};
use myops_net::train::{Member, patient_of};

use super::talk::Talk;
use crate::failure::WithHint;
use crate::report::{Csv, name_in_cell, rows_of};

/// The table's name in a folder of cases.
pub const TABLE: &str = "patients.csv";
/// Groups of cases that are named one by one.
const TOLD: usize = 3;

/// The patient of each case: by a table, or by the case's name.
#[derive(Debug, Clone, Default)]
pub struct Patients(Option<(PathBuf, BTreeMap<String, String>)>);

impl Patients {
    /// Reads the table that is given, or else `patients.csv` in the folder of the cases or in that around it, where there
    /// is one.
    ///
    /// # Errors
    /// Where it cannot be read, lacks a column `case` or `patient`, or gives a case two patients.
    pub fn open(given: Option<&Path>, data: &Path) -> Result<Self> {
        let around = data.parent().map(|parent| parent.join(TABLE));
        let near = [Some(data.join(TABLE)), around].into_iter().flatten();
        let table = given
            .map(Path::to_path_buf)
            .or_else(|| near.into_iter().find(|file| file.is_file()));
        let Some(file) = table else {
            return Ok(Self::default());
        };
        let patients = read(&file).with_context(|| file.display().to_string())?;
        Ok(Self(Some((file, patients))))
    }

    /// The patients of these cases, in their order.
    ///
    /// # Errors
    /// Where a table does not name one of them.
    pub fn of(&self, ids: &[&str]) -> Result<Vec<Member>> {
        let member = |id: &str, patient: &str| Member {
            id: id.into(),
            patient: patient.into(),
        };
        let Some((file, table)) = &self.0 else {
            return Ok(ids.iter().map(|id| member(id, patient_of(id))).collect());
        };
        let missing: Vec<&str> = ids
            .iter()
            .copied()
            .filter(|id| !table.contains_key(*id))
            .collect();
        if !missing.is_empty() {
            let error = anyhow::anyhow!("{}: no patient of {}", file.display(), missing.join(", "));
            return Err(error).hint(|| "add a row for each case: case,patient".into());
        }
        Ok(ids.iter().map(|id| member(id, &table[*id])).collect())
    }

    /// Says which cases count as one patient by their names alone.
    pub fn tell(&self, members: &[Member], talk: Talk) {
        if self.0.is_some() {
            return;
        }
        let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        members
            .iter()
            .for_each(|m| groups.entry(&m.patient).or_default().push(&m.id));
        let groups: Vec<_> = groups
            .into_iter()
            .filter(|(_, ids)| ids.len() > 1)
            .collect();
        for (patient, ids) in groups.iter().take(TOLD) {
            talk.say(format_args!(
                "taken for one patient by their names: {} ({patient})",
                ids.join(", ")
            ));
        }
        if groups.len() > TOLD {
            talk.say(format_args!(
                "and so on for {} more patients",
                groups.len() - TOLD
            ));
        }
        if !groups.is_empty() {
            talk.say(format_args!(
                "a table {TABLE} (case,patient) beside the cases, or --patients FILE, says otherwise"
            ));
        }
    }
}

/// Writes a table, with the rows of an earlier one for other cases.
///
/// # Errors
/// Where the earlier one cannot be read, or this one cannot be written.
pub fn write(folder: &Path, members: &[Member]) -> Result<()> {
    let file = folder.join(TABLE);
    let mut rows = if file.is_file() {
        read(&file).with_context(|| file.display().to_string())?
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

/// The names of cases.
pub fn ids(cases: &[CaseFiles]) -> Vec<&str> {
    cases.iter().map(CaseFiles::id).collect()
}

fn read(file: &Path) -> Result<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(file)?;
    let mut rows = rows_of(text.trim_start_matches('\u{feff}')).into_iter();
    let header = rows.next().unwrap_or_default();
    let column = |name: &str| {
        let named = |cell: &String| cell.trim().eq_ignore_ascii_case(name);
        header
            .iter()
            .position(named)
            .with_context(|| format!("no column {name}: need case,patient"))
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
            bail!("row {}: need a case and a patient", n + 1);
        }
        if let Some(other) = patients
            .insert(case.clone(), patient.clone())
            .filter(|other| *other != patient)
        {
            bail!("case {case} has two patients: {other} and {patient}");
        }
    }
    Ok(patients)
}
