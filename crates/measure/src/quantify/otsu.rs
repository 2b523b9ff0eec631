//! Otsu's threshold.

/// Bins of the histogram that the threshold is found on.
const BINS: usize = 256;

/// The threshold between two classes with the largest variance between them (Otsu, IEEE SMC 1979;9:62), half way between
/// the classes; `None` where all values are one.
pub fn otsu(values: &[f64]) -> Option<f64> {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let width = (values.iter().copied().fold(f64::NEG_INFINITY, f64::max) - low) / BINS as f64;
    if width.partial_cmp(&0.0) != Some(std::cmp::Ordering::Greater) {
        return None;
    }
    let mut bins = [(0.0, 0.0); BINS];
    for value in values {
        let bin = &mut bins[(((value - low) / width) as usize).min(BINS - 1)];
        *bin = (bin.0 + 1.0, bin.1 + value);
    }
    let total = bins.iter().fold((0.0, 0.0), |t, b| (t.0 + b.0, t.1 + b.1));
    let (mut below, mut best) = ((0.0, 0.0), (0.0, None::<[usize; 2]>));
    for (n, bin) in bins[..BINS - 1].iter().enumerate() {
        below = (below.0 + bin.0, below.1 + bin.1);
        let above = (total.0 - below.0, total.1 - below.1);
        let between = below.0 * above.0 * (below.1 / below.0 - above.1 / above.0).powi(2);
        match &mut best {
            (most, _) if between > *most => best = (between, Some([n, n])),
            // The bins between two classes are empty and part them equally well.
            (most, Some([_, last])) if between == *most => *last = n,
            _ => {}
        }
    }
    best.1
        .map(|[first, last]| low + width * ((first + last) as f64 / 2.0 + 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_classes_are_parted_and_one_value_is_not() {
        let signal = otsu(&[1.0, 2.0, 3.0, 21.0, 22.0]).unwrap();
        assert!((signal - 12.0).abs() < 0.1, "{signal}");
        assert_eq!(otsu(&[3.0, 3.0]), None);
        assert_eq!(otsu(&[]), None);
    }
}
