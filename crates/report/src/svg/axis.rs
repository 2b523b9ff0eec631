//! A scale of values with round ticks.

/// Values from the first to the last tick, and where they are drawn.
#[derive(Debug, Clone, Copy)]
pub struct Axis {
    step: f64,
    first: f64,
    last: f64,
    ends: [f64; 2],
}

impl Axis {
    /// Round ticks (1, 2 or 5 times a power of ten apart), about five of them, around all values.
    pub fn around(values: impl IntoIterator<Item = f64>, ends: [f64; 2]) -> Self {
        let finite = values.into_iter().filter(|v| v.is_finite());
        let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| {
            (l.min(v), h.max(v))
        });
        let (low, high) = match high - low {
            range if range > 1e-9 => (low, high),
            range if range >= 0.0 => (low - 1.0, high + 1.0),
            _ => (0.0, 1.0),
        };
        let rough = (high - low) / 5.0;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0]
            .map(|m| m * power)
            .into_iter()
            .find(|s| *s >= 0.999 * rough)
            .unwrap_or(rough);
        let first = (low / step + 1e-9).floor();
        let last = (high / step - 1e-9).ceil().max(first + 1.0);
        Self {
            step,
            first,
            last,
            ends,
        }
    }

    /// Where a value is drawn.
    pub fn at(&self, value: f64) -> f64 {
        let share = (value / self.step - self.first) / (self.last - self.first);
        self.ends[0] + share * (self.ends[1] - self.ends[0])
    }

    /// The first and the last tick.
    pub fn range(&self) -> [f64; 2] {
        [self.first * self.step, self.last * self.step]
    }

    /// Into how many bins of a round width the scale is cut, about so many.
    pub fn bins(&self, about: usize) -> usize {
        let steps = (self.last - self.first).round() as usize;
        let finer = [10, 5, 4, 2, 1].into_iter();
        steps * finer.into_iter().find(|n| steps * n <= about).unwrap_or(1)
    }

    /// Every tick with its name.
    pub fn ticks(&self) -> impl Iterator<Item = (f64, String)> {
        let digits = (-self.step.log10() - 1e-9).ceil().clamp(0.0, 6.0) as usize;
        let count = (self.last - self.first).round() as usize;
        (0..=count).map(move |n| {
            let value = (self.first + n as f64) * self.step;
            (value, format!("{value:.digits$}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_hold_all_values() {
        let names = |values: &[f64]| {
            let axis = Axis::around(values.iter().copied(), [0.0, 100.0]);
            axis.ticks().map(|t| t.1).collect::<Vec<_>>()
        };
        assert_eq!(
            names(&[0.0, 1.0]),
            ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        assert_eq!(names(&[-3.0, 14.0]), ["-5", "0", "5", "10", "15"]);
        assert_eq!(names(&[7.0]), ["6.0", "6.5", "7.0", "7.5", "8.0"]);
        assert_eq!(names(&[]).len(), 6);
        assert!((Axis::around([0.0, 1.0], [100.0, 0.0]).at(0.25) - 75.0).abs() < 1e-9);
    }
}
