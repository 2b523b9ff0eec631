//! Many cases as the terminal's table.

use myops_measure::quantify::Quantities;

use crate::case::Case;
use crate::quantity::{MEASURED, Quantity, Tables, Values};

/// What the terminal's table holds of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct TerminalRow {
    /// The name of the case.
    pub case: String,
    /// The quantities that have a column, by their names.
    pub values: Values,
    /// The number of findings.
    pub findings: usize,
}

impl TerminalRow {
    /// The row of a case.
    pub fn of(case: &Case) -> Self {
        Self {
            case: case.id().into(),
            values: case.quantities.values.only(shown()),
            findings: case.findings.len(),
        }
    }
}

/// The quantities that have a column.
fn shown() -> impl Iterator<Item = &'static Quantity<Quantities>> {
    MEASURED.iter().filter(|q| q.tables == Tables::All)
}

/// One line a case: what the terminal shows.
pub fn terminal_table(rows: &[TerminalRow]) -> String {
    let width = rows.iter().map(|row| row.case.chars().count());
    let width = width.max().unwrap_or(0).max(4);
    let mut table = format!("{:<width$}", "case");
    for quantity in shown() {
        table += &format!(" {:>9}", quantity.heading);
    }
    table += " findings\n";
    for row in rows {
        table += &format!("{:<width$}", row.case);
        for quantity in shown() {
            table += &format!(" {:>9}", quantity.text(row.values.get(quantity)));
        }
        table += &format!(" {:>8}\n", row.findings);
    }
    table
}
