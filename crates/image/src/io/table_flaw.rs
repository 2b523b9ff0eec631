//! What is wrong with a table of cases.

/// What is wrong with a table of cases. Lines count from 1, with the header.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableFlaw {
    /// It is no text, or a quote is not closed.
    #[error("line {line}: {cause}")]
    Unreadable {
        /// The line.
        line: u64,
        /// What the reader said.
        cause: String,
    },
    /// It has no row below its header.
    #[error("no case: need a header (case,bssfp,lge,t2,labels) and a row for each case")]
    NoRow,
    /// A column has another name than those that are known.
    #[error("unknown column \"{name}\": known are case, bssfp, lge, t2 and labels{}", suggestion(*.nearest))]
    UnknownColumn {
        /// Its name.
        name: String,
        /// The known name that is most like it, if one is.
        nearest: Option<&'static str>,
    },
    /// Two columns have the same name.
    #[error("two columns are called {0}")]
    TwoColumns(&'static str),
    /// A column that is needed is missing.
    #[error("no column {0}")]
    NoColumn(&'static str),
    /// A row has more fields than the header, or fewer.
    #[error("line {line}: {found} fields where the header has {expected}")]
    Fields {
        /// The line.
        line: u64,
        /// The number of its fields.
        found: u64,
        /// The number of columns.
        expected: u64,
    },
    /// A field cannot be used.
    #[error("line {line}, column {column}: {problem}")]
    Field {
        /// The line.
        line: u64,
        /// The column.
        column: &'static str,
        /// What is wrong, in words.
        problem: String,
    },
    /// A row has no image.
    #[error("line {line}: case {case} has no image: need at least one of bssfp, lge and t2")]
    NoImage {
        /// The line.
        line: u64,
        /// The case.
        case: String,
    },
    /// Two rows have the same case.
    #[error("line {second}, column case: {case} stands in line {first} too")]
    TwoRows {
        /// The case.
        case: String,
        /// The line of the first.
        first: u64,
        /// The line of the other.
        second: u64,
    },
}

impl TableFlaw {
    /// Advice on how to correct it, if there is any.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::UnknownColumn { .. } | Self::NoColumn(_) | Self::NoRow => {
                "the first line names the columns: case,bssfp,lge,t2 and, where there are any, labels"
            }
            Self::Field { column, .. } if *column != "case" => {
                "paths are relative to the table; leave the field empty where the sequence is missing"
            }
            Self::NoImage { .. } => "remove the row, or name an image",
            Self::TwoRows { .. } => {
                "give each case a name of its own: results go into a folder of this name"
            }
            Self::Fields { .. } => "put fields that contain the separator into double quotes",
            _ => return None,
        };
        Some(hint.into())
    }
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; is {name} meant?"))
}
