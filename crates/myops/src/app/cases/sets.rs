//! A table of data sets (TOML): where the cases of each are, what its labels tell apart, and how much an epoch sees of it.
//!
//! ```toml
//! [[set]]
//! cases = "myops2020/train"        # a folder of labelled cases, or a table of cases (CSV), relative to this file
//!
//! [[set]]
//! cases = "emidec.csv"
//! prefix = "emidec-"               # put before the names of its cases
//! share = 0.25                     # an epoch sees a quarter of its slices, others each time
//! numbers = { 1 = "LV pool", 2 = "myocardium", 3 = "infarct", 4 = "no-reflow" }
//! not_drawn = { "RV pool" = "background", edema = "myocardium" }
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use myops_image::io::{LabelNumbers, ends_in, label_of_name, read_small};
use myops_image::label::Label;
use myops_image::scheme::LabelScheme;
use serde::Deserialize;

use super::error::CasesError;
use super::sets_flaw::{MOST, SetsFlaw};

/// Data sets to learn from together.
#[derive(Debug, Clone, PartialEq)]
pub struct DataSet {
    /// The folder of its cases, or the table of them.
    pub cases: PathBuf,
    /// What is put before the names of its cases.
    pub prefix: String,
    /// The share of its slices that an epoch sees.
    pub share: f64,
    /// The numbers of its labels, where they are given.
    pub numbers: Option<LabelNumbers>,
    /// Which tissues its labels tell apart.
    pub scheme: LabelScheme,
}

impl DataSet {
    /// A data set whose labels draw every tissue, of which an epoch sees every slice once.
    pub fn of(cases: impl Into<PathBuf>) -> Self {
        Self {
            cases: cases.into(),
            prefix: String::new(),
            share: 1.0,
            numbers: None,
            scheme: LabelScheme::ALL,
        }
    }
}

/// The data sets that a path leads to: those of a table (`.toml`), or one that is the path itself.
///
/// # Errors
/// Where the table cannot be read, or something in it is wrong.
pub fn read(path: &Path) -> Result<Vec<DataSet>, CasesError> {
    if !ends_in(path, "toml") || path.is_dir() {
        return Ok(vec![DataSet::of(path)]);
    }
    let text = String::from_utf8_lossy(&read_small(path)?).into_owned();
    parse(&text, path.parent().unwrap_or(Path::new(""))).map_err(|flaw| CasesError::Sets {
        path: path.into(),
        flaw,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    set: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    cases: PathBuf,
    #[serde(default)]
    prefix: String,
    #[serde(default = "all")]
    share: f64,
    #[serde(default)]
    numbers: BTreeMap<String, String>,
    #[serde(default)]
    not_drawn: BTreeMap<String, String>,
}

fn all() -> f64 {
    1.0
}

fn parse(text: &str, folder: &Path) -> Result<Vec<DataSet>, SetsFlaw> {
    let table: Table = toml::from_str(text).map_err(|error| {
        let before = error.span().map_or(0, |span| span.start);
        SetsFlaw::Toml {
            line: 1 + text[..before].matches('\n').count(),
            problem: error.message().trim().replace('\n', "; "),
        }
    })?;
    if table.set.is_empty() {
        return Err(SetsFlaw::NoSet);
    }
    let rows = table.set.into_iter().enumerate();
    rows.map(|(n, row)| row.read(n + 1, folder)).collect()
}

impl Row {
    fn read(self, set: usize, folder: &Path) -> Result<DataSet, SetsFlaw> {
        if !(self.share > 0.0 && self.share <= MOST) {
            let share = self.share;
            return Err(SetsFlaw::Share { set, share });
        }
        let label = |name: &String| {
            let name = name.clone();
            label_of_name(&name).ok_or(SetsFlaw::Label { set, name })
        };
        let left: Vec<(Label, Label)> = self
            .not_drawn
            .iter()
            .map(|(tissue, carried)| Ok((label(tissue)?, label(carried)?)))
            .collect::<Result<_, SetsFlaw>>()?;
        Ok(DataSet {
            cases: folder.join(&self.cases),
            prefix: self.prefix.clone(),
            share: self.share,
            numbers: self.numbers(set)?,
            scheme: LabelScheme::leaving(left).map_err(|cause| SetsFlaw::Scheme { set, cause })?,
        })
    }

    fn numbers(&self, set: usize) -> Result<Option<LabelNumbers>, SetsFlaw> {
        let number = |(number, name): (&String, &String)| match number.parse() {
            Ok(parsed) => Ok((parsed, name.clone())),
            Err(_) => Err(SetsFlaw::Number {
                set,
                number: number.clone(),
            }),
        };
        let numbers: Vec<(i64, String)> =
            self.numbers.iter().map(number).collect::<Result<_, _>>()?;
        if numbers.is_empty() {
            return Ok(None);
        }
        let named = numbers
            .iter()
            .map(|(number, name)| (*number, name.as_str()));
        let named = LabelNumbers::named(named).map_err(|name| SetsFlaw::Label {
            set,
            name: name.into(),
        })?;
        Ok(Some(named))
    }
}

#[cfg(test)]
mod tests {
    use myops_image::label::Region;

    use super::*;

    fn flaw(text: &str) -> String {
        parse(text, Path::new("")).unwrap_err().to_string()
    }

    #[test]
    fn a_table_says_where_cases_are_and_what_is_drawn() {
        let text = r#"
            [[set]]
            cases = "train"
            [[set]]
            cases = "/data/emidec.csv"
            prefix = "emidec-"
            share = 0.25
            numbers = { 1 = "LV pool", 2 = "myocardium", 3 = "infarct", 4 = "no-reflow" }
            not_drawn = { "RV pool" = "background", edema = "myocardium" }
        "#;
        let sets = parse(text, Path::new("/home")).unwrap();
        assert_eq!(sets[0], DataSet::of("/home/train"));
        let emidec = &sets[1];
        assert_eq!(emidec.cases, Path::new("/data/emidec.csv"));
        assert_eq!((emidec.prefix.as_str(), emidec.share), ("emidec-", 0.25));
        let tells = |region| emidec.scheme.tells(region);
        assert!(tells(Region::SCAR) && tells(Region::WALL) && !tells(Region::RV_POOL));
        let named = [
            (1, "LVC"),
            (2, "MYO"),
            (3, "scar"),
            (4, "scar"),
            (0, "background"),
        ];
        assert_eq!(emidec.numbers, LabelNumbers::named(named).ok());
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        assert_eq!(flaw(""), "no [[set]]");
        assert!(flaw("[[set]]\ncases = 'a'\nweight = 2").starts_with("line 3: unknown field"));
        assert_eq!(
            flaw("[[set]]\ncases = 'a'\nshare = 0"),
            "set 1: share = 0: need above 0 and at most 100"
        );
        assert!(
            flaw("[[set]]\ncases = 'a'\nnot_drawn = { fat = 'myocardium' }")
                .starts_with("set 1: unknown label \"fat\"; known names:")
        );
        assert_eq!(
            flaw("[[set]]\ncases = 'a'\nnot_drawn = { scar = 'edema', edema = 'myocardium' }"),
            "set 1: not_drawn: scar is left in edema, which is not drawn itself"
        );
        assert_eq!(
            flaw("[[set]]\ncases = 'a'\nnumbers = { one = 'scar' }"),
            "set 1: numbers: \"one\" is no whole number"
        );
    }
}
