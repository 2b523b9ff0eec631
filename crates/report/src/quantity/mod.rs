//! The table of quantities: what is told of a case, what it means, and how it is taken from what was measured.
//!
//! JSON, its schema, the cohort's CSV and page, the terminal's table, the report's page and the list in
//! `docs/measures.md` are made from it. A new quantity of a case is a row of [`MEASURED`]; one of each segment, territory
//! or threshold is a field of that struct in `myops-measure` and a row of `parts`.
//!
//! ```
//! use myops_report::quantity::{MEASURED, Quantity};
//!
//! let infarct = Quantity::SCAR_PERCENT;
//! assert!(MEASURED.iter().any(|quantity| quantity.name == infarct.name));
//! assert_eq!(infarct.with_unit(Some(12.34)), "12.3 %");
//! ```

/// Makes a constant of each row, and the table of all: `NAME = [key, label, unit], decimals, meaning, value` and, where
/// further tables have a column for it, `heading in` [`Tables`].
macro_rules! table {
    (
        $(#[$doc:meta])* $table:ident of $source:ty:
        $($name:ident = $words:expr, $decimals:literal, $meaning:expr, $of:expr $(, $heading:literal in $tables:ident)?;)*
    ) => {
        impl Quantity<$source> {
            $(
                #[doc = $meaning]
                pub const $name: Self =
                    Self::new($words, $decimals, $meaning, $of)$(.column($heading, Tables::$tables))?;
            )*
        }

        $(#[$doc])*
        pub const $table: &[Quantity<$source>] = &[$(Quantity::<$source>::$name),*];
    };
}

mod confidence;
mod indexed;
mod measured;
mod parts;
mod values;

pub use confidence::{CONFIDENCE, Confidence};
pub use indexed::{INDEXED, Indexed};
pub use measured::MEASURED;
pub use parts::{SEGMENT, TERRITORY, THRESHOLD};
pub use values::Values;

use crate::number::{NONE, fixed};

/// The tables with a row for each case that have a column for a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tables {
    /// The cohort's CSV alone.
    Csv,
    /// The cohort's page too.
    Page,
    /// The cohort's page and the terminal's table too.
    All,
}

/// One quantity of a `T`: of a case, of one segment, of one threshold.
#[derive(Debug, Clone, Copy)]
pub struct Quantity<T: 'static> {
    /// The key in JSON; for a quantity of a case the column of CSV too. It ends in the unit.
    pub name: &'static str,
    /// The name for people.
    pub label: &'static str,
    /// The short name above a column of a page, with the unit.
    pub heading: &'static str,
    /// `ml`, `g`, `mm`, `%`, `m²`, one of these over another, or nothing.
    pub unit: &'static str,
    /// Digits after the point on pages.
    pub decimals: usize,
    /// The definition, in one sentence.
    pub meaning: &'static str,
    /// Where it is a column.
    pub tables: Tables,
    /// The column of CSV of a quantity of many things, with `{}` where the thing is named; `None` where CSV leaves it out.
    pub column_of_each: Option<&'static str>,
    /// The value; `None` where it could not be assessed.
    pub of: fn(&T) -> Option<f64>,
}

impl<T> Quantity<T> {
    /// A quantity that CSV, JSON and the list on a case's page hold.
    const fn new(
        [name, label, unit]: [&'static str; 3],
        decimals: usize,
        meaning: &'static str,
        of: fn(&T) -> Option<f64>,
    ) -> Self {
        Self {
            name,
            label,
            heading: label,
            unit,
            decimals,
            meaning,
            tables: Tables::Csv,
            column_of_each: None,
            of,
        }
    }

    /// The same as a column of further tables under a short name.
    const fn column(self, heading: &'static str, tables: Tables) -> Self {
        Self {
            heading,
            tables,
            ..self
        }
    }

    /// The same under a short name, and as a column of CSV for each thing.
    const fn each(self, heading: &'static str, column_of_each: Option<&'static str>) -> Self {
        Self {
            heading,
            column_of_each,
            ..self
        }
    }

    /// A value as pages write it, without its unit; a dash for none.
    pub fn text(&self, value: Option<f64>) -> String {
        fixed(value, self.decimals)
    }

    /// A value as pages write it, with its unit; a dash for none.
    pub fn with_unit(&self, value: Option<f64>) -> String {
        match value {
            None => NONE.into(),
            Some(_) => format!("{} {}", self.text(value), self.unit)
                .trim_end()
                .to_owned(),
        }
    }
}
