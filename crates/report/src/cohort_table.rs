//! Many cases as CSV and as the terminal's table.

use myops_measure::finding::Finding;
use myops_measure::quantify::{Threshold, common_absence};

use crate::case::{Case, Measured};
use crate::csv::Csv;
use crate::identity::{FIELDS, Field};
use crate::number::cell;
use crate::quantity::{
    CONFIDENCE, INDEXED, MEASURED, Quantity, SEGMENT, TERRITORY, THRESHOLD, Tables, Values,
};

/// One row a case. Units are in the names of the columns; an empty cell could not be assessed. There are columns about
/// patients where one is told.
pub fn cohort_csv(cases: &[Case]) -> String {
    let mut csv = Csv::default();
    let identified = cases.iter().any(|case| case.patient().is_some());
    let row = |case: &Case| {
        let patient = identified.then(|| of_patient(case));
        let mut row = vec![("case".to_owned(), case.id().to_owned())];
        row.extend(patient.into_iter().flatten());
        row.extend(of_results(case));
        row
    };
    let rows: Vec<Vec<Cell>> = cases.iter().map(row).collect();
    if let Some(first) = rows.first() {
        csv.row(first.iter().map(|(column, _)| column));
    }
    for row in &rows {
        csv.row(row.iter().map(|(_, value)| value));
    }
    csv.into_text()
}

/// The name of a column and what stands in it.
type Cell = (String, String);

/// What is told of the patient, and volumes and mass per body surface area.
fn of_patient(case: &Case) -> impl Iterator<Item = Cell> {
    let unknown = Values::default();
    let told = |field: &Field| {
        let value = case.patient().and_then(field.of);
        (field.column(), value.unwrap_or_default())
    };
    let indexed: Vec<Cell> = of_case(INDEXED, case.indexed.as_ref().unwrap_or(&unknown)).collect();
    FIELDS.iter().map(told).chain(indexed)
}

/// The columns of a case's results, the same for every case.
fn of_results(case: &Case) -> Vec<Cell> {
    let text = |column: &str, value: &str| (column.to_owned(), value.to_owned());
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
        text("slices", &case.case.shape_voxels[2].to_string()),
    ];
    row.extend(of_case(MEASURED, &case.quantities.values));
    row.extend(of_parts(&case.quantities));
    let absences = absences(&case.quantities.thresholds);
    row.push(text("thresholds_absent_because", &absences));
    row.extend(of_case(
        CONFIDENCE,
        case.confidence.as_ref().unwrap_or(&unknown),
    ));
    row.push(text("findings", &case.findings.len().to_string()));
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
        .map(|quantity| (quantity.name.to_owned(), cell(values.get(quantity))))
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
            Some((column, cell((quantity.of)(part))))
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

/// One line a case: what the terminal shows.
pub fn terminal_table(cases: &[Case]) -> String {
    let width = cases.iter().map(|case| case.id().chars().count());
    let width = width.max().unwrap_or(0).max(4);
    let shown = || MEASURED.iter().filter(|q| q.tables == Tables::All);
    let mut table = format!("{:<width$}", "case");
    for quantity in shown() {
        table += &format!(" {:>9}", quantity.heading);
    }
    table += " findings\n";
    for case in cases {
        table += &format!("{:<width$}", case.id());
        for quantity in shown() {
            let value = case.quantities.values.get(quantity);
            table += &format!(" {:>9}", quantity.text(value));
        }
        table += &format!(" {:>8}\n", case.findings.len());
    }
    table
}
