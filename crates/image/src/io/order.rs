//! Natural order of names: `case2` before `case10`.

use std::cmp::Ordering;

/// Compares names with digits as numbers; numbers that differ only in leading zeros are compared
/// last.
pub(super) fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a, b);
    loop {
        match (Piece::next(&mut left), Piece::next(&mut right)) {
            (None, None) => return a.cmp(b),
            (l, r) if l == r => {}
            // The end of a name comes first.
            (l, r) => return l.cmp(&r),
        }
    }
}

/// A number (by its length without leading zeros, then its digits), or one character.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Piece<'a> {
    Number(usize, &'a str),
    Character(char),
}

impl<'a> Piece<'a> {
    fn next(rest: &mut &'a str) -> Option<Self> {
        let first = rest.chars().next()?;
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (piece, after) = rest.split_at(if digits > 0 { digits } else { first.len_utf8() });
        *rest = after;
        let number = piece.trim_start_matches('0');
        Some(if digits > 0 {
            Self::Number(number.len(), number)
        } else {
            Self::Character(first)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_inside_names_count_as_numbers() {
        let mut names = ["case10", "case2", "Case1", "case02", "case", "case2b", "ä1"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(
            names,
            ["Case1", "case", "case02", "case2", "case2b", "case10", "ä1"]
        );
    }
}
