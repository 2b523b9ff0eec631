//! Comma-separated values, and a cohort's table in them.

use std::borrow::Cow;

use myops_measure::finding::Finding;
use myops_measure::quantify::{Method, ScarPiece, Thresholds};

use super::number::cell;
use super::sheet::CaseSheet;

/// What the formulas of spreadsheets begin with.
const FORMULA: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\n'];

/// A table in the making: RFC 4180 with line feeds. Text that a spreadsheet would take for a formula has an apostrophe
/// before it.
#[derive(Debug, Clone, Default)]
pub struct Csv(String);

impl Csv {
    /// Adds a row.
    pub fn row<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) {
        for (at, value) in cells.into_iter().enumerate() {
            if at > 0 {
                self.0.push(',');
            }
            self.0 += &quoted(&inert(value.as_ref()));
        }
        self.0.push('\n');
    }

    /// The text of the file.
    pub fn into_text(self) -> String {
        self.0
    }
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

/// One row a case. Units are in the names of the columns; an empty cell could not be assessed.
pub fn cohort_csv(sheets: &[CaseSheet]) -> String {
    let mut csv = Csv::default();
    let rows: Vec<Vec<(String, String)>> = sheets.iter().map(columns).collect();
    if let Some(first) = rows.first() {
        csv.row(first.iter().map(|(name, _)| name));
    }
    for row in &rows {
        csv.row(row.iter().map(|(_, value)| value));
    }
    csv.into_text()
}

/// The columns of a case, the same for every case.
fn columns(sheet: &CaseSheet) -> Vec<(String, String)> {
    let q = &sheet.quantities;
    let text = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let number = |name: &str, value: Option<f64>| (name.to_owned(), cell(value));
    let mut columns = vec![
        text("case", &sheet.case),
        text("program_version", &sheet.program_version),
        text("model", sheet.model.as_ref().map_or("", |m| &m.name)),
        text(
            "model_fingerprint",
            sheet.model.as_ref().map_or("", |m| &m.fingerprint),
        ),
        text("slices", &sheet.shape_voxels[2].to_string()),
        text("ring_slices", &q.rings.len().to_string()),
    ];
    columns.extend(volumes(sheet).map(|(name, value)| number(name, value)));
    let t = q.transmurality.as_ref();
    columns.extend([
        number(
            "mean_wall_thickness_mm",
            t.map(|t| t.mean_wall_thickness_mm),
        ),
        number("chords_without_scar_percent", t.map(|t| t.none_percent)),
        number("chords_to_25_percent", t.map(|t| t.to_25_percent)),
        number("chords_to_50_percent", t.map(|t| t.to_50_percent)),
        number("chords_to_75_percent", t.map(|t| t.to_75_percent)),
        number("chords_to_100_percent", t.map(|t| t.to_100_percent)),
        text("scars", &q.scars.len().to_string()),
        number(
            "largest_scar_g",
            q.scars.first().map(|s: &ScarPiece| s.mass_g),
        ),
    ]);
    columns.extend(q.segments.iter().map(|s| {
        number(
            &format!("segment_{}_scar_percent", s.number),
            s.scar_percent,
        )
    }));
    columns.extend(q.segments.iter().map(|s| {
        number(
            &format!("segment_{}_mean_transmurality_percent", s.number),
            s.mean_transmurality_percent,
        )
    }));
    columns.extend(q.territories.iter().map(|t| {
        number(
            &format!("{}_scar_percent", t.territory.name()),
            t.scar_percent,
        )
    }));
    let remote = q.thresholds.remote.as_ref();
    columns.extend([
        number("remote_ml", remote.map(|r| r.volume_ml)),
        text(
            "remote_voxels",
            &remote.map_or_else(String::new, |r| r.voxels.to_string()),
        ),
        text(
            "remote_slices",
            &remote.map_or_else(String::new, |r| r.slices.len().to_string()),
        ),
        number("remote_mean", remote.map(|r| r.mean)),
        number("remote_sd", remote.map(|r| r.sd)),
    ]);
    for method in Method::ALL {
        let threshold = q.thresholds.methods.iter().find(|t| t.method == method);
        let name = method.name().replace(' ', "_").to_lowercase();
        columns.push(number(
            &format!("above_{name}_percent"),
            threshold.and_then(|t| t.above_percent),
        ));
    }
    columns.push(text("thresholds_absent_because", &absences(&q.thresholds)));
    columns.push(number("expected_dice", sheet.expected_dice));
    columns.push(number("expected_dice_of_scar", sheet.expected_dice_of_scar));
    columns.push(text("flags", &q.flags.len().to_string()));
    columns.push(text(
        "flag_kinds",
        &q.flags
            .iter()
            .map(Finding::kind)
            .collect::<Vec<_>>()
            .join(" "),
    ));
    columns.push(text("notes", &sheet.notes.join("; ")));
    columns
}

/// Which thresholds are not there and why: one reason for all of them, or one each.
fn absences(thresholds: &Thresholds) -> String {
    if let Some(reason) = thresholds.absent_because() {
        return reason.to_owned();
    }
    let absent = thresholds
        .methods
        .iter()
        .filter_map(|t| Some((t.method.name(), t.absent_because.as_ref()?)));
    absent
        .map(|(method, reason)| format!("{method}: {reason}"))
        .collect::<Vec<_>>()
        .join("; ")
}

fn volumes(sheet: &CaseSheet) -> [(&'static str, Option<f64>); 15] {
    let v = &sheet.quantities.volumes;
    [
        ("lv_pool_ml", Some(v.lv_pool_ml)),
        ("rv_pool_ml", Some(v.rv_pool_ml)),
        ("wall_ml", Some(v.wall_ml)),
        ("wall_g", Some(v.wall_g)),
        ("healthy_myocardium_ml", Some(v.healthy_myocardium_ml)),
        ("scar_ml", Some(v.scar_ml)),
        ("scar_g", Some(v.scar_g)),
        ("scar_percent", v.scar_percent),
        ("edema_without_scar_ml", Some(v.edema_without_scar_ml)),
        ("edema_without_scar_g", Some(v.edema_without_scar_g)),
        ("edema_without_scar_percent", v.edema_without_scar_percent),
        ("area_at_risk_ml", Some(v.area_at_risk_ml)),
        ("area_at_risk_g", Some(v.area_at_risk_g)),
        ("area_at_risk_percent", v.area_at_risk_percent),
        ("salvage_index_exploratory", v.salvage_index),
    ]
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
