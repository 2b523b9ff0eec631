//! Offences, and the allowances for those that were there before a check was introduced.

use std::collections::BTreeMap;
use std::fmt;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A dependency that does not go down, a module without a floor, or a source file that is not checked.
    Floor,
    /// Files of one crate that use each other; the count is the number of files.
    Circle,
    /// A file with too many lines.
    LongFile,
    /// A function with too many lines.
    LongFunction,
    /// A `bool` parameter of a public function.
    BoolParameter,
}

impl Kind {
    const ALL: [Self; 5] = [
        Self::Floor,
        Self::Circle,
        Self::LongFile,
        Self::LongFunction,
        Self::BoolParameter,
    ];
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// One offence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offence {
    /// What is wrong.
    pub kind: Kind,
    /// The file, or for a circle the crate, that allowances count by.
    pub at: String,
    /// How much it counts.
    pub count: usize,
    /// The offence in words, with its place.
    pub text: String,
}

/// So many offences of a kind in a file or crate are accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// What is wrong.
    pub kind: Kind,
    /// The file or crate.
    pub at: String,
    /// The number of offences.
    pub count: usize,
}

/// Reads a table of allowances: a kind, a file or crate, and a number in each line; lines that begin with `#` are comments.
///
/// # Errors
/// The first line that is none of these.
pub fn allowances(table: &str) -> Result<Vec<Allowance>, String> {
    let rows = table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    rows.map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [kind, at, count] = words.as_slice() else {
            return Err(format!(
                "allowances: {line:?}: need a kind, a path and a number"
            ));
        };
        let known = Kind::ALL.into_iter().find(|k| k.to_string() == *kind);
        Ok(Allowance {
            kind: known.ok_or_else(|| format!("allowances: {line:?}: unknown kind {kind}"))?,
            at: (*at).to_owned(),
            count: count
                .parse()
                .map_err(|e| format!("allowances: {line:?}: {e}"))?,
        })
    })
    .collect()
}

/// Accepts offences up to the allowances; gives a note for each allowance that is larger than needed.
///
/// # Errors
/// The text of every offence of a kind and place that has more of them than allowed, a line each.
pub fn judge(offences: &[Offence], allowances: &[Allowance]) -> Result<Vec<String>, String> {
    let mut counts: BTreeMap<(Kind, &str), usize> = BTreeMap::new();
    for offence in offences {
        *counts.entry((offence.kind, &offence.at)).or_default() += offence.count;
    }
    let allowed = |kind: Kind, at: &str| -> usize {
        let rows = allowances
            .iter()
            .filter(|row| row.kind == kind && row.at == at);
        rows.map(|row| row.count).sum()
    };
    let refused: Vec<String> = offences
        .iter()
        .filter(|o| counts[&(o.kind, o.at.as_str())] > allowed(o.kind, &o.at))
        .map(|o| match allowed(o.kind, &o.at) {
            0 => o.text.clone(),
            n => format!("{} (allowance {} {}: {n})", o.text, o.kind, o.at),
        })
        .collect();
    if !refused.is_empty() {
        return Err(refused.join("\n"));
    }
    let unused = allowances.iter().filter_map(|row| {
        let Allowance { kind, at, count } = row;
        let found = counts
            .get(&(*kind, at.as_str()))
            .copied()
            .unwrap_or_default();
        let advice = if found == 0 {
            "delete it".to_owned()
        } else {
            format!("reduce it to {found}")
        };
        (found < *count).then(|| format!("allowance {kind} {at} {count} is unused, {advice}"))
    });
    Ok(unused.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offence(kind: Kind, at: &str, count: usize) -> Offence {
        let text = format!("{at} offends");
        Offence {
            kind,
            at: at.into(),
            count,
            text,
        }
    }

    #[test]
    fn offences_are_counted_by_kind_and_place() {
        let found = [
            offence(Kind::LongFunction, "a.rs", 1),
            offence(Kind::LongFunction, "a.rs", 1),
            offence(Kind::Circle, "crates/x", 3),
        ];
        let judged = |table: &str| judge(&found, &allowances(table).unwrap());
        assert_eq!(judged("LongFunction a.rs 2\nCircle crates/x 3"), Ok(vec![]));
        let refused = "a.rs offends (allowance LongFunction a.rs: 1)\n".repeat(2);
        assert_eq!(
            judged("LongFunction a.rs 1\nCircle crates/x 3"),
            Err(refused.trim_end().into())
        );
        assert_eq!(
            judged("LongFile a.rs 2\nCircle crates/x 3"),
            Err("a.rs offends\na.rs offends".into())
        );
        assert_eq!(
            judged("LongFunction a.rs 2\nCircle crates/x 2"),
            Err("crates/x offends (allowance Circle crates/x: 2)".into())
        );
    }

    #[test]
    fn unused_allowances_are_named() {
        let table = "# Comment.\n\nLongFile a.rs 1\nLongFunction a.rs 3";
        let found = [offence(Kind::LongFunction, "a.rs", 2)];
        assert_eq!(
            judge(&found, &allowances(table).unwrap()).unwrap(),
            [
                "allowance LongFile a.rs 1 is unused, delete it",
                "allowance LongFunction a.rs 3 is unused, reduce it to 2"
            ]
        );
    }

    #[test]
    fn a_table_that_cannot_be_read_is_refused() {
        for (table, words) in [
            (
                "LongFile a.rs",
                r#"allowances: "LongFile a.rs": need a kind, a path and a number"#,
            ),
            (
                "Ugly a.rs 1",
                r#"allowances: "Ugly a.rs 1": unknown kind Ugly"#,
            ),
        ] {
            assert_eq!(allowances(table), Err(words.into()));
        }
        assert!(allowances("LongFile a.rs x").is_err());
    }
}
