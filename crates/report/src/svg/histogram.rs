//! Histograms: how often a quantity has which value, with its quartiles below.

use super::axis::Axis;
use super::quantiles::{QUARTILES, quantiles};
use super::{FAINT, GRID, INK, drawing, line, text};
use crate::number::{fixed, grouped};

/// What a histogram shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram<'a> {
    /// What stands above it.
    pub title: &'a str,
    /// What the values are, with their unit.
    pub quantity: &'a str,
    /// Digits after the point of the median.
    pub decimals: usize,
    /// The colour of its bars.
    pub colour: &'a str,
    /// Its values.
    pub values: Vec<f64>,
}

const WIDTH: f64 = 188.0;
const HEIGHT: f64 = 222.0;
const LEFT: f64 = 40.0;
const RIGHT: f64 = WIDTH - 10.0;
const TOP: f64 = 46.0;
const BOTTOM: f64 = 146.0;
/// The middle of the box of the quartiles.
const BOX: f64 = 176.0;
/// Shares of the values between which the scale has to reach: one in a thousand may lie beyond on each side.
const INNER: [f64; 2] = [0.001, 0.999];
/// From so many values on the scale may leave out some.
const MANY: usize = 1000;

/// Draws the histogram from 0 on. Below it a box reaches from the first to the third quartile with the median as a line, and
/// whiskers to the last value within 1.5 box lengths (Tukey 1977). It says how many values lie off the scale.
pub fn histogram(plot: &Histogram) -> String {
    let values = &plot.values;
    let axis = scale(values);
    let [low, high] = axis.range();
    let mut counts = vec![0_usize; axis.bins(bins(values.len()))];
    let width = (high - low) / counts.len() as f64;
    let mut off = 0;
    for value in values {
        let bin = ((value - low) / width).floor();
        // The last bin holds its upper end too.
        let bin = if *value == high { bin - 1.0 } else { bin };
        match counts.get_mut(bin as usize).filter(|_| bin >= 0.0) {
            Some(count) => *count += 1,
            None => off += 1,
        }
    }
    let most = counts.iter().copied().max().unwrap_or(0);
    let heights = Axis::around([0.0, most.max(1) as f64], [BOTTOM, TOP]);
    let mut inside = format!("<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#FFFFFF\"/>\n");
    inside += &text(LEFT, 18.0, 14.0, "start", INK, plot.title);
    inside += &text(LEFT, 33.0, 10.5, "start", FAINT, plot.quantity);
    inside += &scales(&axis, &heights);
    for (bin, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let [from, to] = [bin, bin + 1].map(|bin| axis.at(low + width * bin as f64));
        let top = heights.at(*count as f64);
        inside += &format!(
            "<rect x=\"{from:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{}\" stroke=\"{INK}\" \
             stroke-width=\"0.5\"/>\n",
            to - from,
            BOTTOM - top,
            plot.colour
        );
    }
    inside += &line([LEFT, BOTTOM], [RIGHT, BOTTOM], INK, 1.0);
    inside += &quartile_box(values, &axis);
    let told = told(plot, off);
    for (words, y) in told.iter().zip([BOX + 22.0, BOX + 36.0]) {
        inside += &text(LEFT, y, 10.5, "start", FAINT, words);
    }
    let title = format!("{}, {}: {}", plot.title, plot.quantity, told.join(", "));
    drawing([WIDTH, HEIGHT], &title, &inside)
}

/// The scale of the values.
fn scale(values: &[f64]) -> Axis {
    let shares = if values.len() < MANY {
        [0.0, 1.0]
    } else {
        INNER
    };
    let ends = quantiles(values, shares).into_iter().flatten();
    Axis::around(ends.chain([0.0]), [LEFT, RIGHT])
}

/// About how many bins tell most of so many values (Rice's rule), and are wide enough to be seen.
fn bins(values: usize) -> usize {
    (2.0 * (values as f64).cbrt()).clamp(12.0, 30.0) as usize
}

/// The ticks of both scales: values below the bars, counts beside them.
fn scales(axis: &Axis, heights: &Axis) -> String {
    let mut inside = String::new();
    for (count, _) in heights.ticks().filter(|(count, _)| count.fract() == 0.0) {
        let y = heights.at(count);
        inside += &line([LEFT, y], [RIGHT, y], GRID, 1.0);
        let name = grouped(count as usize);
        inside += &text(LEFT - 5.0, y + 3.5, 10.0, "end", FAINT, &name);
    }
    for (value, name) in axis.ticks() {
        let x = axis.at(value);
        inside += &line([x, BOTTOM], [x, BOTTOM + 4.0], INK, 1.0);
        inside += &text(x, BOTTOM + 15.0, 10.0, "middle", FAINT, &name);
    }
    inside
}

/// The quartiles of two values or more, as far as the scale reaches.
fn quartile_box(values: &[f64], axis: &Axis) -> String {
    let (Some([first, median, third]), 2..) = (quantiles(values, QUARTILES), values.len()) else {
        return String::new();
    };
    let reach = 1.5 * (third - first);
    let within = values
        .iter()
        .filter(|v| **v >= first - reach && **v <= third + reach);
    let (low, high) = within.fold((first, third), |(low, high), v| (low.min(*v), high.max(*v)));
    let [least, most] = axis.range();
    let [low, first, median, third, high] =
        [low, first, median, third, high].map(|v| axis.at(v.clamp(least, most)));
    let mut inside = line([low, BOX], [first, BOX], INK, 1.2);
    inside += &line([third, BOX], [high, BOX], INK, 1.2);
    inside += &format!(
        "<rect x=\"{first:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"10\" fill=\"#FFFFFF\" stroke=\"{INK}\" \
         stroke-width=\"1.2\"/>\n",
        BOX - 5.0,
        third - first
    );
    inside + &line([median, BOX - 5.0], [median, BOX + 5.0], INK, 2.4)
}

/// The median, and how many values there are, in words.
fn told(plot: &Histogram, off: usize) -> Vec<String> {
    let count = format!("n = {}", grouped(plot.values.len()));
    let count = match off {
        0 => count,
        off => format!("{count}, {} off scale", grouped(off)),
    };
    match quantiles(&plot.values, [0.5]) {
        None => vec![count],
        Some([median]) => {
            let median = fixed(Some(median), plot.decimals);
            vec![format!("median {median}"), count]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(values: Vec<f64>) -> String {
        histogram(&Histogram {
            title: "Infarct size",
            quantity: "% of wall",
            decimals: 1,
            colour: "#D55E00",
            values,
        })
    }

    /// The bars and the box of the quartiles.
    fn bars(drawn: &str) -> usize {
        drawn.matches("fill=\"#D55E00\"").count()
    }

    #[test]
    fn every_value_is_in_a_bin() {
        // 0 to 5 in bins of 0.5; the last holds the end of the scale.
        let few = drawn(vec![0.0, 0.25, 2.75, 5.0]);
        assert_eq!(bars(&few), 3);
        assert!(
            few.contains("Infarct size, % of wall: median 1.5, n = 4\""),
            "{few}"
        );
        assert_eq!(bars(&drawn(vec![3.0])), 1);
        assert!(drawn(vec![]).contains("% of wall: n = 0\""));
    }

    #[test]
    fn one_wild_value_among_many_does_not_flatten_the_others() {
        let mut values: Vec<f64> = (0..5000).map(|n| f64::from(n % 100)).collect();
        values.push(1e6);
        let many = drawn(values);
        assert_eq!(bars(&many), 25, "bins of 4 up to 100");
        assert!(many.contains("n = 5,001, 1 off scale"), "{many}");
    }
}
