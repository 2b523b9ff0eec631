//! Numbers as pages and tables write them.

/// What stands for a number that could not be assessed.
pub const NONE: &str = "–";

/// With so many digits after the point; a dash for none.
pub fn fixed(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(
        || NONE.to_owned(),
        |v| format!("{:.digits$}", unsigned_zero(v, digits)),
    )
}

/// With a sign, as differences are written.
pub fn signed(value: f64, digits: usize) -> String {
    format!("{:+.digits$}", unsigned_zero(value, digits))
}

/// As a CSV cell: six digits at most, nothing for none.
pub fn cell(value: Option<f64>) -> String {
    value.map_or_else(String::new, |v| {
        let text = format!("{:.6}", unsigned_zero(v, 6));
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    })
}

/// A count with a comma between thousands.
pub fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// What would be written as -0 is 0.
fn unsigned_zero(value: f64, digits: usize) -> f64 {
    if value.abs() < 0.5 * 10_f64.powi(-(digits as i32)) {
        0.0
    } else {
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        assert_eq!(
            [0, 999, 1000, 1_234_567].map(grouped),
            ["0", "999", "1,000", "1,234,567"]
        );
    }

    #[test]
    fn zero_has_no_sign_and_none_is_a_dash() {
        assert_eq!(
            (fixed(Some(-0.04), 1), fixed(None, 1), fixed(Some(12.25), 1)),
            ("0.0".into(), "–".into(), "12.2".into())
        );
        assert_eq!(
            (signed(-0.001, 2), signed(1.5, 1)),
            ("+0.00".into(), "+1.5".into())
        );
        assert_eq!(
            (
                cell(Some(0.25)),
                cell(Some(3.0)),
                cell(Some(20.0)),
                cell(None)
            ),
            ("0.25".into(), "3".into(), "20".into(), String::new())
        );
    }
}
