//! The cases of a cohort's page as columns of JSON, which its script draws rows from.

use serde_json::{Value, json};

use super::distinct::Distinct;
use super::pattern::Patterns;
use crate::number::fixed;

/// A JSON array in the making, kept as its text.
#[derive(Debug, Default)]
pub struct Array(String);

impl Array {
    /// Adds a number with so many digits after the point, or `null`.
    pub fn number(&mut self, value: Option<f64>, decimals: usize) {
        let finite = value.filter(|value| value.is_finite());
        self.add(&finite.map_or_else(|| "null".into(), |_| fixed(finite, decimals)));
    }

    /// Adds a text, or `null`.
    pub fn text(&mut self, value: Option<&str>) {
        self.add(&value.map_or(Value::Null, Value::from).to_string());
    }

    fn add(&mut self, json: &str) {
        if !self.0.is_empty() {
            self.0.push(',');
        }
        self.0 += json;
    }
}

/// A link of each case as the number of a template in which `*` stands for the case, so that it takes no more than that number.
#[derive(Debug, Default)]
pub struct Links {
    templates: Distinct,
    numbers: Array,
}

impl Links {
    /// Adds the link of a case; `escaped` is the case as links hold it.
    pub fn add(&mut self, link: Option<&str>, escaped: &str) {
        let template = link.map(|link| self.templates.number(link.replace(escaped, "*")));
        self.numbers.number(template.map(|number| number as f64), 0);
    }

    /// Whether any case has a link.
    pub fn is_empty(&self) -> bool {
        self.templates.texts().is_empty()
    }
}

/// All cases as columns.
#[derive(Debug, Default)]
pub struct Data {
    pub cases: Array,
    pub reports: Links,
    pub thumbnails: Links,
    /// What is told of patients, a column a fact.
    pub texts: Vec<Array>,
    /// Numbers with their digits after the point.
    pub numbers: Vec<(usize, Array)>,
    /// The findings of each case, as the page's script reads them.
    pub findings: Array,
    pub patterns: Patterns,
}

impl Data {
    /// The JSON, safe within a `script` element; `kinds` are the codes of findings in the order of the page.
    pub fn into_json(self, kinds: &[&str]) -> String {
        let list = |arrays: Vec<String>| format!("[{}]", arrays.join(","));
        let array = |array: Array| format!("[{}]", array.0);
        let numbers = self.numbers.into_iter().map(|(decimals, values)| {
            format!("{{\"decimals\":{decimals},\"values\":{}}}", array(values))
        });
        let fields = [
            ("cases", array(self.cases)),
            ("report", array(self.reports.numbers)),
            ("reports", json!(self.reports.templates.texts()).to_string()),
            ("thumbnail", array(self.thumbnails.numbers)),
            (
                "thumbnails",
                json!(self.thumbnails.templates.texts()).to_string(),
            ),
            ("texts", list(self.texts.into_iter().map(array).collect())),
            ("numbers", list(numbers.collect())),
            ("findings", array(self.findings)),
            ("patterns", self.patterns.json(kinds).to_string()),
        ];
        let fields = fields.map(|(name, json)| format!("\"{name}\":{json}"));
        // The parser of HTML must not find an end tag or a comment in a text.
        format!("{{{}}}", fields.join(",\n")).replace('<', "\\u003c")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_valid_json_and_safe_in_html() {
        let mut data = Data::default();
        for case in ["a", "</script><img src=x onerror=alert(1)>", "\"\\\u{2028}"] {
            data.cases.text(Some(case));
            let escaped = case.replace('<', "%3C");
            data.reports
                .add(Some(&format!("s/{escaped}/{escaped}.html")), &escaped);
            data.thumbnails.add(None, &escaped);
        }
        let json = data.into_json(&[]);
        assert!(!json.contains('<'), "{json}");
        let read: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(read["cases"][1], "</script><img src=x onerror=alert(1)>");
        assert_eq!(read["cases"][2], "\"\\\u{2028}");
        assert_eq!(read["reports"], json!(["s/*/*.html"]));
        assert_eq!(read["report"], json!([0, 0, 0]));
        assert_eq!(read["thumbnail"], json!([null, null, null]));
    }
}
