//! Decimal strings (VR DS): numbers in at most 16 characters.

/// The most characters of a decimal string (PS3.5, 6.2).
const LENGTH: usize = 16;

/// A finite number with as many digits as 16 characters hold.
pub fn decimal(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let digits = || (0..LENGTH).rev();
    let fits = |text: &String| text.len() <= LENGTH;
    let plain = digits().map(|n| trimmed(format!("{value:.n$}"))).find(fits);
    let scientific = || digits().map(|n| format!("{value:.n$e}")).find(fits);
    plain
        .filter(|_| value.abs() >= 1e-4)
        .or_else(scientific)
        .unwrap_or_default()
}

/// Coordinates and directions, without the noise of arithmetic: rounded to a millionth of a micrometre.
pub fn decimals(values: &[f64]) -> String {
    let texts: Vec<String> = values
        .iter()
        .map(|value| decimal((value * 1e9).round() / 1e9))
        .collect();
    texts.join("\\")
}

fn trimmed(text: String) -> String {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_the_digits_that_fit() {
        assert_eq!(decimal(0.1 + 0.2), "0.3");
        assert_eq!(decimal(-0.0), "0");
        assert_eq!(decimal(12.5), "12.5");
        assert_eq!(decimal(100.0), "100");
        assert_eq!(decimal(1.0 / 3.0), "0.33333333333333");
        assert_eq!(decimal(-100.0 / 3.0), "-33.333333333333");
        assert_eq!(decimal(1e-7), "1.00000000000e-7");
        assert_eq!(decimals(&[1.0, -6e-17, 12.000_000_000_1]), "1\\0\\12");
    }

    #[test]
    fn every_number_fits_and_comes_back() {
        for value in [
            1e300,
            -1e-300,
            1e16,
            -1e15,
            123_456_789.123_456_79,
            9.999_999_999_999_999e-5,
            -1.5e308,
            f64::MIN_POSITIVE,
            0.000_123_456_789_012_345,
            1e-4,
        ] {
            let text = decimal(value);
            assert!(text.len() <= LENGTH, "{text}");
            let back: f64 = text.parse().unwrap();
            assert!((back / value - 1.0).abs() < 1e-8, "{value} {text}");
        }
    }
}
