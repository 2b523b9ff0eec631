//! Sentences of findings as patterns: cases share their words and differ in their numbers.

use myops_measure::finding::{Finding, Severity};
use serde_json::{Value, json};

use super::distinct::Distinct;

/// The sentences of findings without their numbers.
#[derive(Debug, Default)]
pub struct Patterns {
    pieces: Distinct,
    /// The code and the severity of the findings of each pattern.
    kinds: Vec<(&'static str, Severity)>,
}

/// Stands for a number among the words of a pattern; no sentence has it.
const NUMBER: char = '\u{0}';

impl Patterns {
    /// The number of a finding's pattern and the numbers in its sentence, separated by spaces.
    pub fn encode(&mut self, finding: &Finding) -> String {
        let (pieces, numbers) = split(&finding.to_string());
        // Two kinds with the same words are two patterns.
        let number = self.pieces.number(finding.code().to_owned() + &pieces);
        if number == self.kinds.len() {
            self.kinds.push((finding.code(), finding.severity()));
        }
        let mut code = number.to_string();
        for number in numbers {
            code = code + " " + &number;
        }
        code
    }

    /// The patterns: the words before, between and after the numbers, the place of the kind of finding among `kinds`, and
    /// whether it is a warning.
    pub fn json(&self, kinds: &[&str]) -> Value {
        let pattern = |((code, severity), text): (&(&str, Severity), &String)| {
            let pieces: Vec<&str> = text[code.len()..].split(NUMBER).collect();
            let kind = kinds.iter().position(|kind| kind == code);
            json!({ "kind": kind, "warning": *severity == Severity::Warning, "pieces": pieces })
        };
        let patterns = self.kinds.iter().zip(self.pieces.texts());
        patterns.map(pattern).collect()
    }
}

/// A sentence with [`NUMBER`] for each of its numbers, and the numbers as they are written.
fn split(sentence: &str) -> (String, Vec<String>) {
    let (mut words, mut numbers) = (String::new(), Vec::<String>::new());
    let mut letters = sentence.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == NUMBER {
            continue;
        }
        if !letter.is_ascii_digit() {
            words.push(letter);
            continue;
        }
        let mut number = String::from(letter);
        while let Some(digit) = letters.next_if(char::is_ascii_digit) {
            number.push(digit);
        }
        words.push(NUMBER);
        numbers.push(number);
    }
    (words, numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sentence as the page's script puts it together.
    fn decoded(code: &str, patterns: &Value) -> String {
        let mut parts = code.split(' ');
        let number: usize = parts.next().unwrap().parse().unwrap();
        let pieces = patterns[number]["pieces"].as_array().unwrap();
        let mut text = pieces[0].as_str().unwrap().to_owned();
        for (number, piece) in parts.zip(&pieces[1..]) {
            text = text + number + piece.as_str().unwrap();
        }
        text
    }

    #[test]
    fn every_sentence_comes_back_and_alike_ones_share_a_pattern() {
        let mut patterns = Patterns::default();
        let examples = Finding::examples();
        let codes: Vec<String> = examples.iter().map(|f| patterns.encode(f)).collect();
        let again = patterns.encode(&Finding::LowConfidence {
            expected_dice: 0.25,
        });
        let json = patterns.json(&["low_confidence"]);
        for (example, code) in examples.iter().zip(&codes) {
            assert_eq!(decoded(code, &json), example.to_string());
        }
        assert_eq!(json.as_array().unwrap().len(), examples.len());
        let last = json.as_array().unwrap().last().unwrap();
        assert_eq!((&last["kind"], &last["warning"]), (&0.into(), &true.into()));
        assert_eq!(again, format!("{} 0 25", examples.len() - 1));
    }
}
