//! Texts that many cases share, by numbers.

use std::collections::HashMap;

/// Distinct texts in the order in which they first came.
#[derive(Debug, Default)]
pub struct Distinct {
    texts: Vec<String>,
    numbers: HashMap<String, usize>,
}

impl Distinct {
    /// The number of a text.
    pub fn number(&mut self, text: String) -> usize {
        *self.numbers.entry(text).or_insert_with_key(|text| {
            self.texts.push(text.clone());
            self.texts.len() - 1
        })
    }

    /// All texts by their numbers.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }
}
