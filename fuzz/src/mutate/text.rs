//! Changes to the words of JSON and TOML.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{changes, pick};

/// Numbers at the ends of their types and of the program's own bounds.
#[rustfmt::skip]
const NUMBERS: [&str; 30] = [
    "0", "-0.0", "1", "-1", "2", "0.5", "0.01", "1.01", "3", "4", "6", "16", "64", "65", "512", "513", "2048", "2049",
    "100001", "1e9", "1e-9", "1e30", "1e308", "-1e308", "1e400", "1e-320", "4294967296", "9223372036854775807",
    "9223372036854775808", "18446744073709551615",
];
/// Other words that the formats know, or do not.
#[rustfmt::skip]
const WORDS: [&str; 20] = [
    "nan", "inf", "null", "true", "false", "\"\"", "\"a\"", "\"\\u0000\"", "\"\\ud83d\"", "\"../é\"", "{}", "[]",
    "[[a]]", "=", ":", ",", "\n", "#", "é", "\u{FEFF}",
];
/// Brackets that one change opens at most: a reader that calls itself for each runs out of stack.
const MOST_BRACKETS: u32 = 14;
const MOST_WORDS: usize = 1 << 16;

/// The text with some words exchanged, left out, doubled or wrapped.
pub fn changed(text: &str, other: &str, rng: &mut ChaCha8Rng) -> String {
    let (mut words, others) = (words(text), words(other));
    for _ in 0..changes(rng) {
        let at = place(&words, rng);
        let end = (at + rng.random_range(1..12)).min(words.len());
        match rng.random_range(0..10) {
            0 => drop(words.drain(at..end)),
            1 if words.len() < MOST_WORDS => {
                let copy = words[at..end].to_vec();
                words.splice(at..at, copy);
            }
            2 if !words.is_empty() => {
                let with = place(&words, rng);
                words.swap(at, with);
            }
            3 => {
                let bracket = *pick(&["[", "{\"a\":", "[[", "\""], rng);
                let brackets = 1_usize << rng.random_range(0..=MOST_BRACKETS);
                words.splice(at..at, std::iter::repeat_n(bracket, brackets));
            }
            4 if !others.is_empty() => {
                let from = place(&others, rng);
                words.splice(at..end, others[from..].iter().take(end - at).copied());
            }
            5 => drop(words.splice(at..words.len().min(at + 1), [*pick(&WORDS, rng)])),
            _ => {
                // A number for a number, so that the text stays well-formed.
                let number =
                    |word: &&str| word.starts_with(|c: char| c.is_ascii_digit() || c == '-');
                match words[at..].iter().position(number) {
                    Some(next) => words[at + next] = *pick(&NUMBERS, rng),
                    None => words.push(*pick(&WORDS, rng)),
                }
            }
        }
    }
    words.concat()
}

/// The place of a word, most often of one that is more than punctuation; 0 where there is none.
fn place(words: &[&str], rng: &mut ChaCha8Rng) -> usize {
    let mut at = 0;
    for _ in 0..4 {
        at = rng.random_range(0..words.len().max(1));
        if words.get(at).is_some_and(|word| {
            word.starts_with(|c: char| c.is_alphanumeric() || "\"-".contains(c))
        }) {
            break;
        }
    }
    at
}

/// The text in pieces: quoted strings, names and numbers, spaces, and every other character by itself.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let name = |c: char| c.is_alphanumeric() || "_.+-".contains(c);
        let end = match first {
            '"' => rest[1..].find('"').map(|end| end + 2),
            c if name(c) => rest.find(|c| !name(c)),
            c if c.is_whitespace() => rest.find(|c: char| !c.is_whitespace()),
            c => Some(c.len_utf8()),
        };
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        words.push(word);
        rest = after;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole_names_numbers_and_strings() {
        assert_eq!(words("a_b = -1.5e3"), ["a_b", " ", "=", " ", "-1.5e3"]);
        assert_eq!(
            words(r#"{"é x":[1]}"#),
            ["{", "\"é x\"", ":", "[", "1", "]", "}"]
        );
        assert_eq!(words("\"open"), ["\"open"]);
    }
}
