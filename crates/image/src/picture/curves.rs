//! Line charts, such as loss and Dice over epochs.

use super::{BACKDROP, BRIGHT, DIM, EMPTY, Picture, Rgb, font};

/// One line of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// The name in the legend.
    pub name: String,
    /// Points `(x, y)` in drawing order; one that is not finite interrupts the line.
    pub points: Vec<(f32, f32)>,
}

const WIDTH: usize = 960;
const HEIGHT: usize = 560;
/// The plot's left, top, right and bottom in pixels.
const PLOT: [f32; 4] = [90.0, 64.0, 936.0, 470.0];
/// The top of the legend's first line; it has room for two.
const LEGEND_TOP: usize = 505;
/// Colours that are distinguishable with any colour vision, in order of use.
const COLOURS: [Rgb; 9] = [
    [0x56, 0xB4, 0xE9],
    [0xE6, 0x9F, 0x00],
    [0x00, 0x9E, 0x73],
    [0xCC, 0x79, 0xA7],
    [0xF0, 0xE4, 0x42],
    [0xD5, 0x5E, 0x00],
    [0xF5, 0xF5, 0xF5],
    [0x99, 0x99, 0x99],
    [0x40, 0x82, 0xD2],
];

/// A PNG file of 960 by 560 pixels with all series in one chart, the axes fitted to the points.
pub fn curves(series: &[Series], title: &str) -> Vec<u8> {
    let mut picture = Picture::new(WIDTH, HEIGHT, BACKDROP);
    picture.text(24, 16, &font::fitting(title, 3, WIDTH - 48), 3, BRIGHT);
    let x = Axis::fitted(
        series.iter().flat_map(finite).map(|p| p.0),
        [PLOT[0], PLOT[2]],
    );
    let y = Axis::fitted(
        series.iter().flat_map(finite).map(|p| p.1),
        [PLOT[3], PLOT[1]],
    );
    for tick in x.ticks() {
        let (at, name) = (x.pixel(tick), x.name(tick));
        picture.line((at, PLOT[1]), (at, PLOT[3]), 1.0, EMPTY);
        picture.text(
            (at as usize).saturating_sub(font::width(&name, 2) / 2),
            PLOT[3] as usize + 8,
            &name,
            2,
            DIM,
        );
    }
    for tick in y.ticks() {
        let (at, name) = (y.pixel(tick), y.name(tick));
        picture.line((PLOT[0], at), (PLOT[2], at), 1.0, EMPTY);
        let left = (PLOT[0] as usize).saturating_sub(font::width(&name, 2) + 8);
        picture.text(left, at as usize - 7, &name, 2, DIM);
    }
    picture.line((PLOT[0], PLOT[3]), (PLOT[2], PLOT[3]), 1.5, DIM);
    picture.line((PLOT[0], PLOT[1]), (PLOT[0], PLOT[3]), 1.5, DIM);
    let (mut left, mut top) = (PLOT[0] as usize, LEGEND_TOP);
    for (one, colour) in series.iter().zip(COLOURS.iter().cycle()) {
        draw(&mut picture, one, *colour, &x, &y);
        let width = 26 + font::width(&one.name, 2);
        if left + width > PLOT[2] as usize {
            (left, top) = (PLOT[0] as usize, top + 24);
        }
        picture.fill(left, top + 6, 18, 4, *colour);
        picture.text(left + 26, top, &one.name, 2, BRIGHT);
        left += width + 28;
    }
    picture.to_png()
}

fn finite(series: &Series) -> impl Iterator<Item = &(f32, f32)> {
    series
        .points
        .iter()
        .filter(|p| p.0.is_finite() && p.1.is_finite())
}

fn draw(picture: &mut Picture, series: &Series, colour: Rgb, x: &Axis, y: &Axis) {
    let place =
        |p: &(f32, f32)| (p.0.is_finite() && p.1.is_finite()).then(|| (x.pixel(p.0), y.pixel(p.1)));
    let places: Vec<_> = series.points.iter().map(place).collect();
    for pair in places.windows(2) {
        if let [Some(from), Some(to)] = pair {
            picture.line(*from, *to, 2.0, colour);
        }
    }
    if places.len() <= 40 {
        for at in places.into_iter().flatten() {
            picture.line(at, at, 5.0, colour);
        }
    }
}

/// The values of the first and the last tick, and their pixels.
struct Axis {
    step: f32,
    first: i32,
    last: i32,
    pixels: [f32; 2],
}

impl Axis {
    /// Round ticks (1, 2 or 5 times a power of ten apart), about five of them, around all values.
    fn fitted(values: impl Iterator<Item = f32>, pixels: [f32; 2]) -> Self {
        let (mut low, mut high) =
            values.fold((f32::MAX, f32::MIN), |(a, b), v| (a.min(v), b.max(v)));
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        if high - low <= 1e-5 * low.abs().max(high.abs()) {
            let half = (0.1 * high.abs()).max(0.5);
            (low, high) = (low - half, high + half);
        }
        let rough = (high - low) / 5.0;
        let power = 10_f32.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0]
            .map(|m| m * power)
            .into_iter()
            .find(|s| *s >= 0.999 * rough)
            .unwrap_or(rough);
        let (first, last) = (
            (low / step + 1e-3).floor() as i32,
            (high / step - 1e-3).ceil() as i32,
        );
        Self {
            step,
            first,
            last: last.max(first.saturating_add(1)),
            pixels,
        }
    }

    fn ticks(&self) -> impl Iterator<Item = f32> {
        (self.first..=self.last).map(|n| n as f32 * self.step)
    }

    fn pixel(&self, value: f32) -> f32 {
        let share = (value / self.step - self.first as f32) / (self.last - self.first) as f32;
        self.pixels[0] + share * (self.pixels[1] - self.pixels[0])
    }

    /// The tick's number with no more digits than the step has.
    fn name(&self, tick: f32) -> String {
        let digits = (-self.step.log10() - 1e-3).ceil().clamp(0.0, 6.0) as usize;
        format!("{tick:.digits$}")
    }
}

#[cfg(test)]
mod tests {
    use super::super::canvas::tests::decode;
    use super::*;

    #[test]
    fn ticks_are_round_and_hold_all_values() {
        let axis = Axis::fitted([0.03, 0.87].into_iter(), [0.0, 100.0]);
        let names: Vec<_> = axis.ticks().map(|t| axis.name(t)).collect();
        assert_eq!(names, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert!((axis.pixel(0.5) - 50.0).abs() < 1e-3);
        let epochs = Axis::fitted([0.0, 200.0].into_iter(), [0.0, 1.0]);
        assert_eq!(
            epochs.ticks().map(|t| epochs.name(t)).collect::<Vec<_>>(),
            ["0", "50", "100", "150", "200"]
        );
        let few = Axis::fitted([1.0, 6.0].into_iter(), [0.0, 1.0]);
        assert_eq!(
            few.ticks().map(|t| few.name(t)).collect::<Vec<_>>(),
            ["1", "2", "3", "4", "5", "6"]
        );
    }

    #[test]
    fn a_curve_has_its_colour_and_odd_values_do_no_harm() {
        let flat = Series {
            name: "loss".into(),
            points: vec![(0.0, 2.0), (50.0, 2.0)],
        };
        let picture = decode(&curves(&[flat], "a title"));
        assert_eq!((picture.width(), picture.height()), (WIDTH, HEIGHT));
        let middle = f32::midpoint(PLOT[0], PLOT[2]) as usize;
        assert!(
            (PLOT[1] as usize..PLOT[3] as usize)
                .any(|y| picture.get(middle, y) == Some(COLOURS[0]))
        );
        let odd = Series {
            name: "x".into(),
            points: vec![(f32::NAN, 1.0), (1.0, f32::INFINITY), (3.0, 1e30)],
        };
        assert!(!curves(&[odd], "").is_empty() && !curves(&[], "").is_empty());
    }
}
