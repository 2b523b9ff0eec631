//! Comma-separated values.

use std::borrow::Cow;

/// What the formulas of spreadsheets begin with.
const FORMULA: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\n'];

/// A table in the making: RFC 4180 with line feeds. Text that a spreadsheet would take for a formula has an apostrophe
/// before it.
#[derive(Debug, Clone, Default)]
pub struct Csv(String);

impl Csv {
    /// Adds a row.
    pub fn row<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.0 += &csv_line(cells);
    }

    /// The text of the file.
    pub fn into_text(self) -> String {
        self.0
    }
}

/// A row of a [`Csv`], for tables that are written as they grow.
pub fn csv_line<S: AsRef<str>>(cells: impl IntoIterator<Item = S>) -> String {
    let mut line = String::new();
    for (at, value) in cells.into_iter().enumerate() {
        if at > 0 {
            line.push(',');
        }
        line += &quoted(&inert(value.as_ref()));
    }
    line + "\n"
}

/// The text of a cell that no spreadsheet computes: `'` goes before what begins like a formula and is no number.
fn inert(value: &str) -> Cow<'_, str> {
    if value.starts_with(FORMULA) && value.parse::<f64>().is_err() {
        format!("'{value}").into()
    } else {
        value.into()
    }
}

/// A name as it was before [`Csv::row`] wrote it, from a cell without its quotes.
pub fn name_in_cell(cell: &str) -> &str {
    cell.strip_prefix('\'')
        .filter(|name| name.starts_with(FORMULA))
        .unwrap_or(cell)
}

/// The cells of a table's text, row by row, as RFC 4180 quotes them; empty lines are left out.
pub fn rows_of(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.chars().chain(['\n']).peekable();
    while let Some(letter) = letters.next() {
        match (letter, quoted) {
            ('"', true) if letters.next_if_eq(&'"').is_some() => cell.push('"'),
            ('"', true) => quoted = false,
            ('"', false) if cell.is_empty() => quoted = true,
            (',', false) => row.push(std::mem::take(&mut cell)),
            ('\r', false) => {}
            ('\n', false) => {
                row.push(std::mem::take(&mut cell));
                let row: Vec<String> = std::mem::take(&mut row);
                if row.iter().any(|cell| !cell.is_empty()) {
                    rows.push(row);
                }
            }
            (letter, _) => cell.push(letter),
        }
    }
    rows
}

fn quoted(value: &str) -> String {
    if value.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_and_quotes_are_kept() {
        let mut csv = Csv::default();
        csv.row(["a,b", "say \"x\"", ""]);
        csv.row(["", "2"]);
        assert_eq!(csv.into_text(), "\"a,b\",\"say \"\"x\"\"\",\n,2\n");
    }

    #[test]
    fn a_table_is_read_as_it_was_written() {
        let rows = [
            ["case", "patient"],
            ["a,1", "say \"x\""],
            ["two\nlines", ""],
        ];
        let mut csv = Csv::default();
        rows.iter().for_each(|row| csv.row(row));
        assert_eq!(rows_of(&csv.into_text()), rows);
        assert_eq!(
            rows_of("a,b\r\n\r\n1,\"2\"\r\n3"),
            [vec!["a", "b"], vec!["1", "2"], vec!["3"]]
        );
    }

    #[test]
    fn nothing_is_a_formula_and_numbers_stay_numbers() {
        let mut csv = Csv::default();
        csv.row([
            "=1+1",
            "+cmd|' /C calc'!A0",
            "-x",
            "@SUM(A1)",
            "\t=1",
            "-3.5",
            "+2",
            "a=b",
            "'x",
        ]);
        let text = csv.into_text();
        assert_eq!(
            text,
            "'=1+1,'+cmd|' /C calc'!A0,'-x,'@SUM(A1),'\t=1,-3.5,+2,a=b,'x\n"
        );
        for name in ["=1+1", "-x", "-3.5", "'x", "a"] {
            let mut csv = Csv::default();
            csv.row([name]);
            assert_eq!(name_in_cell(csv.into_text().trim_end()), name);
        }
    }
}
