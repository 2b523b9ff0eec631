//! The outputs of a few cases.

use myops_report::{Case, CasePaths, CohortPage, CohortTable, PatientData, csv_line};
use serde_json::Value;

/// The table as CSV, with columns about patients where one is told.
pub fn csv(cases: &[Case]) -> String {
    let mut table = CohortTable::new(patients(cases));
    let rows: Vec<String> = cases
        .iter()
        .map(|case| csv_line(table.row(case).unwrap()))
        .collect();
    csv_line(table.columns().iter().map(|column| &column.name)) + &rows.concat()
}

/// The page, without links and thumbnails.
pub fn page(cases: &[Case]) -> String {
    let mut page = CohortPage::new(patients(cases));
    for case in cases {
        page.add(case, &CasePaths::default());
    }
    page.into_html().unwrap()
}

/// The cases as the script of a page reads them.
pub fn data(page: &str) -> Value {
    let (_, rest) = page.split_once(" id=\"data\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

fn patients(cases: &[Case]) -> PatientData {
    match cases.iter().find_map(Case::patient) {
        Some(_) => PatientData::Shown,
        None => PatientData::Withheld,
    }
}
