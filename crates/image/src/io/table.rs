//! A table of cases: which file is which sequence of which case.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};

use crate::sequence::{PerSequence, Sequence};

use super::cases::CaseFiles;
use super::error::IoError;
use super::names::check_id;
use super::small::{open_regular, read_small};
use super::table_flaw::TableFlaw;

/// The columns of a table.
const COLUMNS: [&str; 5] = ["case", "bssfp", "lge", "t2", "labels"];
/// How alike a name has to be to a known one to be taken for a slip, 0 to 1.
const ALIKE: f64 = 0.6;

/// Reads a table of cases.
///
/// The first line names the columns, in any order and in upper or lower case: `case`, at least one of `bssfp`, `lge` and `t2`,
/// and `labels` where there are reference labels. Fields are separated by commas, semicolons or tabs, whichever the first line
/// has, and may be quoted. Paths are relative to the folder of the table; an empty field means that there is no such file.
///
/// ```
/// use myops_image::io::read_cases;
/// use myops_image::sequence::Sequence;
///
/// let folder = tempfile::tempdir()?;
/// for name in ["a b.nii.gz", "c.nii.gz"] {
///     std::fs::write(folder.path().join(name), "")?;
/// }
/// let table = folder.path().join("cases.csv");
/// std::fs::write(&table, "case,lge,t2\np1,\"a b.nii.gz\",\np2,,c.nii.gz\n")?;
/// let cases = read_cases(&table)?;
/// assert_eq!(cases[0].image(Sequence::Lge), Some(folder.path().join("a b.nii.gz").as_path()));
/// assert_eq!(cases[1].missing(), [Sequence::Bssfp, Sequence::Lge]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`IoError::Read`] if the table cannot be read; [`IoError::Table`], with line and column, for whatever is wrong in it: an
/// unknown column, a file that is not there, a case that stands twice.
pub fn read_cases(path: impl AsRef<Path>) -> Result<Vec<CaseFiles>, IoError> {
    let path = path.as_ref();
    let bytes = read_small(path)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    parse(&bytes, folder).map_err(|flaw| IoError::Table {
        path: path.into(),
        flaw,
    })
}

fn parse(bytes: &[u8], folder: &Path) -> Result<Vec<CaseFiles>, TableFlaw> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter(bytes))
        .trim(Trim::All)
        .from_reader(bytes);
    let columns = Columns::of(
        &reader
            .headers()
            .map_err(|error| unreadable(&error))?
            .clone(),
    )?;
    let (mut cases, mut lines) = (Vec::new(), HashMap::new());
    for row in reader.records() {
        let row = row.map_err(|error| unreadable(&error))?;
        let line = row.position().map_or(0, csv::Position::line);
        if row.iter().all(str::is_empty) {
            continue;
        }
        let case = columns.case(&row, line, folder)?;
        if let Some(first) = lines.insert(case.id().to_owned(), line) {
            return Err(TableFlaw::TwoRows {
                case: case.id().into(),
                first,
                second: line,
            });
        }
        cases.push(case);
    }
    if cases.is_empty() {
        return Err(TableFlaw::NoRow);
    }
    Ok(cases)
}

/// The separator of fields: the one that the first line has.
fn delimiter(bytes: &[u8]) -> u8 {
    let first = bytes.split(|byte| *byte == b'\n').next();
    let first = String::from_utf8_lossy(first.unwrap_or_default());
    let separators = ['\t', ';', ','].into_iter();
    let most = separators.max_by_key(|separator| first.matches(*separator).count());
    most.map_or(b',', |separator| separator as u8)
}

/// The place of each column.
struct Columns([Option<usize>; COLUMNS.len()]);

impl Columns {
    fn of(header: &StringRecord) -> Result<Self, TableFlaw> {
        let mut places = [None; COLUMNS.len()];
        for (place, name) in header.iter().enumerate() {
            let known = COLUMNS.iter().position(|c| c.eq_ignore_ascii_case(name));
            let Some(column) = known else {
                return Err(TableFlaw::UnknownColumn {
                    name: name.escape_debug().to_string(),
                    nearest: nearest(name),
                });
            };
            if places[column].replace(place).is_some() {
                return Err(TableFlaw::TwoColumns(COLUMNS[column]));
            }
        }
        match places {
            [None, ..] => Err(TableFlaw::NoColumn("case")),
            [_, None, None, None, _] => Err(TableFlaw::NoColumn("bssfp, lge or t2")),
            _ => Ok(Self(places)),
        }
    }

    fn case(&self, row: &StringRecord, line: u64, folder: &Path) -> Result<CaseFiles, TableFlaw> {
        let field = |column: usize| {
            let text = self.0[column].and_then(|place| row.get(place));
            text.filter(|text| !text.is_empty())
        };
        let flaw = |column: usize| {
            move |problem: IoError| TableFlaw::Field {
                line,
                column: COLUMNS[column],
                problem: problem.to_string(),
            }
        };
        let id = field(0).unwrap_or_default();
        check_id(id).map_err(flaw(0))?;
        let mut files: [Option<PathBuf>; COLUMNS.len()] = Default::default();
        for (column, file) in files.iter_mut().enumerate().skip(1) {
            let Some(name) = field(column) else { continue };
            if name.chars().any(char::is_control) {
                return Err(TableFlaw::Field {
                    line,
                    column: COLUMNS[column],
                    problem: "the name of the file contains a control character".into(),
                });
            }
            let path = folder.join(name);
            open_regular(&path).map_err(flaw(column))?;
            *file = Some(path);
        }
        let [_, bssfp, lge, t2, labels] = files;
        let images = PerSequence { bssfp, lge, t2 };
        if Sequence::ALL.into_iter().all(|s| images[s].is_none()) {
            return Err(TableFlaw::NoImage {
                line,
                case: id.into(),
            });
        }
        CaseFiles::named(id, images, labels).map_err(|error| TableFlaw::Unreadable {
            line,
            cause: error.to_string(),
        })
    }
}

/// The known column whose name is most like another name.
fn nearest(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    let alike = |known: &str| match known {
        "bssfp" if matches!(name.as_str(), "cine" | "c0" | "ssfp") => 1.0,
        "lge" if matches!(name.as_str(), "de" | "psir") => 1.0,
        "labels" if matches!(name.as_str(), "gd" | "reference") => 1.0,
        "case" if matches!(name.as_str(), "id" | "patient" | "subject") => 1.0,
        _ => strsim::jaro_winkler(known, &name),
    };
    COLUMNS
        .into_iter()
        .map(|known| (known, alike(known)))
        .filter(|(_, alike)| *alike >= ALIKE)
        .max_by(|(_, a), (_, b)| a.total_cmp(b))
        .map(|(known, _)| known)
}

fn unreadable(error: &csv::Error) -> TableFlaw {
    let line = error.position().map_or(1, csv::Position::line);
    match error.kind() {
        ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => TableFlaw::Fields {
            line,
            found: *len,
            expected: *expected_len,
        },
        ErrorKind::Utf8 { .. } => TableFlaw::Unreadable {
            line,
            cause: "not UTF-8 text".into(),
        },
        _ => TableFlaw::Unreadable {
            line,
            cause: error.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(table: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        ["a.nii", "b;c.nii"]
            .iter()
            .for_each(|name| std::fs::write(folder.path().join(name), "").unwrap());
        let file = |case: &CaseFiles, sequence| {
            let path = case.image(sequence)?;
            Some(path.file_name()?.to_string_lossy().into_owned())
        };
        match parse(table.as_bytes(), folder.path()) {
            Ok(cases) => cases
                .iter()
                .map(|case| {
                    let files = Sequence::ALL.map(|s| file(case, s).unwrap_or("-".into()));
                    format!("{} {}", case.id(), files.join(" "))
                })
                .collect::<Vec<_>>()
                .join(", "),
            Err(flaw) => flaw
                .to_string()
                .replace(&folder.path().display().to_string(), "HERE"),
        }
    }

    #[test]
    fn separators_quotes_orders_and_empty_fields() {
        assert_eq!(
            told("case,lge\np1,a.nii\n\np2,a.nii"),
            "p1 - a.nii -, p2 - a.nii -"
        );
        assert_eq!(
            told("\u{feff}T2;case;lge\n\"b;c.nii\"; p1 ;a.nii\r\n"),
            "p1 - a.nii b;c.nii"
        );
        assert_eq!(told("case\tbssfp\tlge\np 1\ta.nii\t\n"), "p 1 a.nii - -");
    }

    #[test]
    fn whatever_is_wrong_is_named_with_its_place() {
        for (table, words) in [
            ("", "no column case"),
            (
                "case,lge\n",
                "no case: need a header (case,bssfp,lge,t2,labels) and a row for each case",
            ),
            (
                "case,lgee\n",
                "unknown column \"lgee\": known are case, bssfp, lge, t2 and labels; is lge meant?",
            ),
            (
                "case,cine\n",
                "unknown column \"cine\": known are case, bssfp, lge, t2 and labels; is bssfp meant?",
            ),
            (
                "case,zzz,lge\n",
                "unknown column \"zzz\": known are case, bssfp, lge, t2 and labels",
            ),
            ("case,lge,LGE\n", "two columns are called lge"),
            ("lge,t2\n", "no column case"),
            ("case,labels\n", "no column bssfp, lge or t2"),
            ("case,lge\np1\n", "line 2: 1 fields where the header has 2"),
            (
                "case,lge,t2\np1,,\n",
                "line 2: case p1 has no image: need at least one of bssfp, lge and t2",
            ),
            (
                "case,lge\np1,a.nii\np1,a.nii\n",
                "line 3, column case: p1 stands in line 2 too",
            ),
            (
                "case,lge\n,a.nii\n",
                "line 2, column case: case name \"\" cannot be used: it is empty",
            ),
            (
                "case,lge\na/b,a.nii\n",
                "line 2, column case: case name \"a/b\" cannot be used: it contains a path separator",
            ),
            (
                "case,lge\np1,no.nii\n",
                "line 2, column lge: HERE/no.nii: cannot be read: No such file or directory (os error 2)",
            ),
            (
                "case,lge\np1,.\n",
                "line 2, column lge: HERE/.: cannot be read: is a directory",
            ),
            (
                "case,lge,t2\np1,a.nii,a.nii\n",
                "line 2: HERE/a.nii: given for LGE and for T2",
            ),
        ] {
            assert_eq!(told(table), words, "{table:?}");
        }
        let broken = parse(b"case,lge\np\xff,a.nii\n", Path::new("")).unwrap_err();
        assert_eq!(broken.to_string(), "line 2: not UTF-8 text");
    }

    #[test]
    fn a_table_with_any_byte_changed_is_read_or_refused_in_one_line() {
        let table = b"case,lge,t2\np1,\"a.nii\",\np2,,a.nii\n";
        for at in 0..table.len() {
            for byte in [0, b'"', b',', b'\n', b'\r', b';', b'\t', b'/', 0xff] {
                let mut changed = table.to_vec();
                changed[at] = byte;
                if let Err(flaw) = parse(&changed, Path::new("/nowhere")) {
                    assert_eq!(flaw.to_string().lines().count(), 1, "{flaw}");
                }
            }
        }
    }
}
