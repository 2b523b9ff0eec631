//! The table of a cohort.

use myops_measure::finding::Finding;
use myops_measure::quantify::{Threshold, common_absence};

use crate::case::{Case, Measured};
use crate::identity::{FIELDS, Field, PatientData};
use crate::number::cell;
use crate::quantity::{
    CONFIDENCE, INDEXED, MEASURED, Quantity, SEGMENT, TERRITORY, THRESHOLD, Values,
};

/// The table of a cohort, a row a case, for CSV. Units are in the names of the columns; an empty cell could not be assessed.
///
/// Rows are made one at a time and not kept, so that a cohort may have any number of cases.
#[derive(Debug, Clone)]
pub struct CohortTable {
    patients: PatientData,
    columns: Vec<Column>,
}

/// A column of a [`CohortTable`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name, unique in the table.
    pub name: String,
    /// What stands in it.
    pub kind: Kind,
}

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// Numbers.
    Number,
}

/// A case whose results have other columns than those of the cases before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherColumns;

impl std::fmt::Display for OtherColumns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("other segments, territories or thresholds than those of the cases before")
    }
}

impl CohortTable {
    /// A table without rows; `patients` says whether it has columns about patients.
    pub fn new(patients: PatientData) -> Self {
        Self {
            patients,
            columns: Vec::new(),
        }
    }

    /// The columns: none before the first row.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The cells of a case as text, one for each column; numbers with six digits after the point at most.
    ///
    /// # Errors
    /// Where the case has other columns than the first.
    pub fn row(&mut self, case: &Case) -> Result<Vec<String>, OtherColumns> {
        let mut cells = vec![text("case", case.id())];
        if self.patients == PatientData::Shown {
            cells.extend(of_patient(case));
        }
        cells.extend(of_results(case));
        let (columns, row): (Vec<Column>, Vec<String>) = cells.into_iter().unzip();
        if self.columns.is_empty() {
            self.columns = columns;
        } else if self.columns != columns {
            return Err(OtherColumns);
        }
        Ok(row)
    }
}

/// A column and what stands in it.
type Cell = (Column, String);

fn text(name: &str, value: &str) -> Cell {
    let (name, kind) = (name.to_owned(), Kind::Text);
    (Column { name, kind }, value.to_owned())
}

fn number(name: impl Into<String>, value: Option<f64>) -> Cell {
    let (name, kind) = (name.into(), Kind::Number);
    (Column { name, kind }, cell(value))
}

/// What is told of the patient, and volumes and mass per body surface area.
fn of_patient(case: &Case) -> impl Iterator<Item = Cell> {
    let unknown = Values::default();
    let told = |field: &Field| {
        let column = Column {
            name: field.column(),
            kind: kind_of(field),
        };
        (
            column,
            case.patient().and_then(field.of).unwrap_or_default(),
        )
    };
    let indexed: Vec<Cell> = of_case(INDEXED, case.indexed.as_ref().unwrap_or(&unknown)).collect();
    FIELDS.iter().map(told).chain(indexed)
}

/// What has a unit is a number.
fn kind_of(field: &Field) -> Kind {
    match field.unit {
        "" => Kind::Text,
        _ => Kind::Number,
    }
}

/// The columns of a case's results, the same for every case.
fn of_results(case: &Case) -> Vec<Cell> {
    let model = case.model.clone().unwrap_or_default();
    let unknown = Values::default();
    let list = |of: fn(&Finding) -> String, between: &str| {
        let told: Vec<String> = case.findings.iter().map(of).collect();
        told.join(between)
    };
    let mut row = vec![
        text("program_version", &case.program.version),
        text("model", &model.name),
        text("model_fingerprint", &model.fingerprint),
        number("slices", Some(case.case.shape_voxels[2] as f64)),
    ];
    row.extend(of_case(MEASURED, &case.quantities.values));
    row.extend(of_parts(&case.quantities));
    let absences = absences(&case.quantities.thresholds);
    row.push(text("thresholds_absent_because", &absences));
    row.extend(of_case(
        CONFIDENCE,
        case.confidence.as_ref().unwrap_or(&unknown),
    ));
    row.push(number("findings", Some(case.findings.len() as f64)));
    row.push(text(
        "finding_codes",
        &list(|finding| finding.code().into(), " "),
    ));
    row.push(text("finding_texts", &list(Finding::to_string, "; ")));
    row
}

fn of_case<T>(table: &[Quantity<T>], values: &Values) -> impl Iterator<Item = Cell> {
    table
        .iter()
        .map(|quantity| number(quantity.name, values.get(quantity)))
}

/// The columns of every segment, territory and threshold.
fn of_parts(measured: &Measured) -> impl Iterator<Item = Cell> {
    let segments = of_each(SEGMENT, &measured.segments, |s| s.number.to_string());
    let territories = of_each(TERRITORY, &measured.territories, |t| {
        t.territory.name().to_owned()
    });
    let thresholds = of_each(THRESHOLD, &measured.thresholds, |t| {
        t.method.name().replace(' ', "_").to_lowercase()
    });
    segments.chain(territories).chain(thresholds)
}

fn of_each<T>(
    table: &'static [Quantity<T>],
    parts: &[T],
    name: impl Fn(&T) -> String,
) -> impl Iterator<Item = Cell> {
    table.iter().flat_map(move |quantity| {
        let cell = |part: &T| {
            let column = quantity.column_of_each?.replace("{}", &name(part));
            Some(number(column, (quantity.of)(part)))
        };
        parts.iter().filter_map(cell).collect::<Vec<_>>()
    })
}

/// Which thresholds are not there and why: one reason for all of them, or one each.
fn absences(thresholds: &[Threshold]) -> String {
    if let Some(reason) = common_absence(thresholds) {
        return reason.to_owned();
    }
    let absent = thresholds
        .iter()
        .filter_map(|t| Some((t.method.name(), t.absent_because.as_ref()?)));
    absent
        .map(|(method, reason)| format!("{method}: {reason}"))
        .collect::<Vec<_>>()
        .join("; ")
}
