//! A rules file: which series are which sequence in one hospital.
//!
//! ```
//! use myops_dicom::role::Rules;
//!
//! let rules = Rules::parse(
//!     r#"
//!     [[rule]]
//!     description = "*overview*"
//!     manufacturer = "siemens*"
//!     role = "lge"
//!
//!     [[rule]]
//!     description = "*heart_freq*"
//!     role = "ignore"
//!     "#,
//! )?;
//! assert!(Rules::parse("[[rule]]\nrole = \"t3\"").is_err());
//! # Ok::<(), myops_dicom::role::RulesError>(())
//! ```

use myops_image::sequence::Sequence;
use serde::{Deserialize, Serialize};

use crate::image::{Frame, Series};
use crate::stack::Stack;

/// The most rules of a file.
const MAX_RULES: usize = 1000;

/// Why a rules file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RulesError {
    /// It is no TOML, or has other keys.
    #[error("line {line}: {problem}")]
    Toml {
        /// The line, counted from 1.
        line: usize,
        /// The parser's message.
        problem: String,
    },
    /// A rule has no pattern.
    #[error(
        "rule {0} has no pattern: need description, sequence_name, image_type or manufacturer, or it would hold for every series"
    )]
    NoPattern(usize),
    /// There are too many.
    #[error("{0} rules: at most {MAX_RULES}")]
    Many(usize),
}

/// Rules in the order of their file; the first that fits a series decides.
///
/// Each `[[rule]]` has a `role` (`bssfp`, `lge`, `t2` or `ignore`) and one or more patterns: `description` (Series Description),
/// `sequence_name`, `image_type` (one of its values) and `manufacturer`. All patterns of a rule have to fit the whole value,
/// without regard to case; `*` stands for any text. A stack of several series needs a rule that fits each of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    #[serde(default, rename = "rule")]
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    manufacturer: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Role {
    Bssfp,
    Lge,
    T2,
    Ignore,
}

/// What a rule says of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ruled {
    /// The rule, counted from 1.
    pub rule: usize,
    /// The sequence; `None` if the series is to be ignored.
    pub role: Option<Sequence>,
}

impl Rules {
    /// Reads the text of a rules file.
    ///
    /// # Errors
    /// [`RulesError`] with the line.
    pub fn parse(text: &str) -> Result<Self, RulesError> {
        let rules: Self = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            RulesError::Toml {
                line: 1 + before.unwrap_or_default().matches('\n').count(),
                problem: error.message().replace('\n', " "),
            }
        })?;
        if rules.rules.len() > MAX_RULES {
            return Err(RulesError::Many(rules.rules.len()));
        }
        match rules
            .rules
            .iter()
            .position(|rule| rule.patterns().is_empty())
        {
            Some(rule) => Err(RulesError::NoPattern(rule + 1)),
            None => Ok(rules),
        }
    }

    /// What the first rule that fits all series of a stack says.
    pub(super) fn of(&self, stack: &Stack) -> Option<Ruled> {
        let frame = stack.first()?;
        let fits = |rule: &Rule| stack.series.iter().all(|series| rule.fits(series, frame));
        let rule = self.rules.iter().position(fits)?;
        let role = match self.rules.get(rule)?.role {
            Role::Bssfp => Some(Sequence::Bssfp),
            Role::Lge => Some(Sequence::Lge),
            Role::T2 => Some(Sequence::T2),
            Role::Ignore => None,
        };
        Some(Ruled {
            rule: rule + 1,
            role,
        })
    }
}

impl Rule {
    fn patterns(&self) -> Vec<&String> {
        let all = [
            &self.description,
            &self.sequence_name,
            &self.image_type,
            &self.manufacturer,
        ];
        all.into_iter().flatten().collect()
    }

    fn fits(&self, series: &Series, frame: &Frame) -> bool {
        let fits = |pattern: &Option<String>, value: &str| {
            pattern.as_ref().is_none_or(|pattern| fits(pattern, value))
        };
        fits(&self.description, &series.description)
            && fits(&self.sequence_name, &series.sequence_name)
            && fits(&self.manufacturer, &series.manufacturer)
            && (self.image_type.is_none()
                || frame
                    .image_type
                    .iter()
                    .any(|word| fits(&self.image_type, word)))
    }
}

/// Whether a pattern fits a whole value.
fn fits(pattern: &str, value: &str) -> bool {
    let (pattern, value) = (pattern.to_lowercase(), value.to_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = value.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, value) in [
            ("*sax*", "cine_SAX_1"),
            ("de", "DE"),
            ("*", ""),
            ("a*b*c", "aXbYc"),
            ("**", "x"),
        ] {
            assert!(fits(pattern, value), "{pattern} {value}");
        }
        for (pattern, value) in [
            ("sax", "cine_sax"),
            ("a*b", "acd"),
            ("ab*ba", "aba"),
            ("a*b*c", "acb"),
        ] {
            assert!(!fits(pattern, value), "{pattern} {value}");
        }
    }

    #[test]
    fn errors_name_the_line_and_the_rule() {
        let error = |text| Rules::parse(text).unwrap_err().to_string();
        let unknown = error("[[rule]]\ndescription = \"a\"\nrole = \"t3\"");
        assert!(
            unknown.starts_with("line 3: unknown variant `t3`"),
            "{unknown}"
        );
        let key = error("[[rule]]\nrole = \"lge\"\ndescriptoin = \"a\"");
        assert!(
            key.starts_with("line 3: unknown field `descriptoin`"),
            "{key}"
        );
        assert!(error("[[rule]]\nrole = \"lge\"").starts_with("rule 1 has no pattern"));
        assert_eq!(Rules::parse("").unwrap(), Rules::default());
    }
}
