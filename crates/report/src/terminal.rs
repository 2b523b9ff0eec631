//! Many cases as the terminal's table.

use crate::case::Case;
use crate::quantity::{MEASURED, Tables};

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
