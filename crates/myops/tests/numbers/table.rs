//! A CSV file read back.

use std::path::Path;

/// Rows by the names of their columns.
pub struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Reads a file without line breaks in its cells.
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let mut rows = text.lines().map(cells);
        let header = rows.next().unwrap();
        let rows: Vec<_> = rows.collect();
        assert!(
            rows.iter().all(|row| row.len() == header.len()),
            "{}: every row has every column",
            path.display()
        );
        Self { header, rows }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The rows in which all of the given columns have the given values.
    pub fn where_all<'a>(&'a self, given: &'a [(&str, &str)]) -> impl Iterator<Item = usize> + 'a {
        (0..self.rows.len()).filter(move |row| {
            given
                .iter()
                .all(|(column, value)| self.text(*row, column) == *value)
        })
    }

    /// A cell.
    pub fn text(&self, row: usize, column: &str) -> &str {
        let at = self.header.iter().position(|name| name == column);
        &self.rows[row][at.unwrap_or_else(|| panic!("no column {column} in {:?}", self.header))]
    }

    /// A cell as a number; `None` where it is empty.
    pub fn number(&self, row: usize, column: &str) -> Option<f64> {
        let text = self.text(row, column);
        (!text.is_empty()).then(|| text.parse().unwrap())
    }
}

/// The cells of a line, some of them quoted.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            other => cells.last_mut().unwrap().push(other),
        }
    }
    cells
}
