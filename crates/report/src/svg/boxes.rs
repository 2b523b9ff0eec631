//! Box and strip plots: values as dots, and their quartiles as a box.

use super::axis::Axis;
use super::quantiles::{QUARTILES, quantiles, spread};
use super::{FAINT, GRID, INK, drawing, line, text};

/// Values that share a box.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// What stands below it.
    pub name: String,
    /// A second line, such as the number of cases.
    pub note: String,
    /// The colour of its dots.
    pub colour: String,
    /// Its values.
    pub values: Vec<f64>,
}

/// What a plot shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Boxes {
    /// What stands above it.
    pub title: String,
    /// What the values are, with their unit.
    pub quantity: String,
    /// Values that the scale has to hold besides all others, such as 0 and 1.
    pub hold: Vec<f64>,
    /// The boxes from left to right.
    pub groups: Vec<Group>,
}

const TOP: f64 = 46.0;
const LEFT: f64 = 58.0;
const PLOT: f64 = 260.0;
const GROUP: f64 = 104.0;

/// Draws the plot. Boxes reach from the first to the third quartile with the median as a line; whiskers reach to the last
/// value within 1.5 box lengths (Tukey 1977).
pub fn boxes(plot: &Boxes) -> String {
    let width = LEFT + GROUP * plot.groups.len() as f64 + 14.0;
    let width = width.max(LEFT + 7.6 * plot.title.chars().count() as f64);
    let height = TOP + PLOT + 44.0;
    let all = plot
        .groups
        .iter()
        .flat_map(|g| g.values.iter().copied())
        .chain(plot.hold.iter().copied());
    let axis = Axis::around(all, [TOP + PLOT, TOP]);
    let mut inside = format!("<rect width=\"{width}\" height=\"{height}\" fill=\"#FFFFFF\"/>\n");
    inside += &text(LEFT, 18.0, 14.0, "start", INK, &plot.title);
    let mut quantity = plot.quantity.clone();
    if plot.groups.iter().any(|group| group.values.len() > DOTS) {
        quantity += &format!("; {DOTS} dots a box at most");
    }
    inside += &text(LEFT, 33.0, 10.5, "start", FAINT, &quantity);
    for (value, name) in axis.ticks() {
        let y = axis.at(value);
        inside += &line([LEFT, y], [width - 10.0, y], GRID, 1.0);
        inside += &text(LEFT - 7.0, y + 4.0, 11.0, "end", FAINT, &name);
    }
    for (n, group) in plot.groups.iter().enumerate() {
        let middle = LEFT + GROUP * (n as f64 + 0.5);
        inside += &one_box(group, middle, &axis);
        inside += &text(middle, TOP + PLOT + 18.0, 11.5, "middle", INK, &group.name);
        inside += &text(
            middle,
            TOP + PLOT + 33.0,
            10.0,
            "middle",
            FAINT,
            &group.note,
        );
    }
    let told = plot
        .groups
        .iter()
        .map(|group| match quantiles(&group.values, QUARTILES) {
            Some([_, median, _]) => format!("{} median {median:.2} ({})", group.name, group.note),
            None => format!("{} without values", group.name),
        });
    let told: Vec<String> = told.collect();
    drawing(
        [width, height],
        &format!("{}, {}: {}", plot.title, plot.quantity, told.join("; ")),
        &inside,
    )
}

fn one_box(group: &Group, middle: f64, axis: &Axis) -> String {
    let dots = dots(group, middle, axis);
    let (Some([first, median, third]), 2..) =
        (quantiles(&group.values, QUARTILES), group.values.len())
    else {
        return dots;
    };
    let reach = 1.5 * (third - first);
    let within = group
        .values
        .iter()
        .copied()
        .filter(|v| *v >= first - reach && *v <= third + reach);
    let (low, high) = within.fold((first, third), |(low, high), v| (low.min(v), high.max(v)));
    let (x, half) = (middle - 17.0, 15.0);
    let [low, first, median, third, high] = [low, first, median, third, high].map(|v| axis.at(v));
    let mut inside = line([x, low], [x, first], INK, 1.2);
    inside += &line([x, third], [x, high], INK, 1.2);
    inside += &format!(
        "<rect x=\"{:.1}\" y=\"{third:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"#FFFFFF\" stroke=\"{INK}\" \
         stroke-width=\"1.2\"/>\n",
        x - half,
        2.0 * half,
        (first - third).max(0.0)
    );
    inside + &line([x - half, median], [x + half, median], INK, 2.4) + &dots
}

/// The most dots of a box: more cannot be told apart.
const DOTS: usize = 500;

/// Every value as a dot, or as many of them as can be told apart; one value alone has no box.
fn dots(group: &Group, middle: f64, axis: &Axis) -> String {
    let mut inside = String::new();
    for (n, value) in spread(&group.values, DOTS, |v| *v).into_iter().enumerate() {
        // The golden ratio spreads any number of dots evenly.
        let aside = (n as f64 * 0.618_034).fract() - 0.5;
        inside += &format!(
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"{}\" fill-opacity=\"0.85\" stroke=\"{INK}\" \
             stroke-width=\"0.5\"/>\n",
            middle + 22.0 + 26.0 * aside,
            axis.at(value),
            group.colour
        );
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_a_dot_and_groups_without_values_are_told() {
        let group = |values: &[f64]| Group {
            name: "scar".into(),
            note: "n = 3".into(),
            colour: "#D55E00".into(),
            values: values.to_vec(),
        };
        let groups = vec![group(&[0.2, 0.5, 0.9]), group(&[])];
        let drawn = boxes(&Boxes {
            title: "Dice".into(),
            quantity: "0 to 1".into(),
            hold: vec![0.0, 1.0],
            groups,
        });
        assert_eq!(drawn.matches("<circle").count(), 3);
        assert!(drawn.contains("scar median 0.50 (n = 3); scar without values"));
        let many: Vec<f64> = (0..5000).map(f64::from).collect();
        let drawn = boxes(&Boxes {
            title: "Many".into(),
            quantity: String::new(),
            hold: vec![0.0],
            groups: vec![group(&many)],
        });
        assert_eq!(drawn.matches("<circle").count(), DOTS);
    }
}
