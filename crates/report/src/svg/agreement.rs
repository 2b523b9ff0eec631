//! Two measurements of one volume: their difference over their mean (Bland and Altman, Lancet 1986;327:307).

use myops_measure::evaluate::Agreement;

use super::axis::Axis;
use super::quantiles::spread;
use super::{FAINT, GRID, INK, drawing, line, text};

const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 380.0;
/// Left, top, right and bottom of the plot.
const PLOT: [f64; 4] = [64.0, 44.0, 486.0, 328.0];

/// The most dots: more cannot be told apart.
const DOTS: usize = 2000;

/// Draws pairs `(prediction, reference)` in ml, with bias and limits of agreement where there are any.
pub fn agreement(
    title: &str,
    pairs_ml: &[(f64, f64)],
    limits: Option<&Agreement>,
    colour: &str,
) -> String {
    let [left, top, right, bottom] = PLOT;
    let points: Vec<(f64, f64)> = pairs_ml
        .iter()
        .map(|(p, r)| (f64::midpoint(*p, *r), p - r))
        .collect();
    let lines: Vec<(f64, &str)> = limits.map_or_else(Vec::new, |a| {
        vec![
            (a.upper_limit_ml, "bias + 1.96 SD"),
            (a.bias_ml, "bias"),
            (a.lower_limit_ml, "bias − 1.96 SD"),
        ]
    });
    let x = Axis::around(points.iter().map(|p| p.0).chain([0.0]), [left, right]);
    let y = Axis::around(
        points
            .iter()
            .map(|p| p.1)
            .chain(lines.iter().map(|l| l.0))
            .chain([0.0]),
        [bottom, top],
    );
    let mut inside = frame([title, &quantity(points.len())], &x, &y);
    inside += &limit_lines(&lines, &y);
    inside += &names(&lines, &y);
    for (mean, difference) in spread(&points, DOTS, |point| point.1) {
        inside += &format!(
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\" fill=\"{colour}\" fill-opacity=\"0.85\" stroke=\"{INK}\" \
             stroke-width=\"0.6\"/>\n",
            x.at(mean),
            y.at(difference)
        );
    }
    let told = limits.map_or_else(
        || "no limits of agreement".to_owned(),
        |a| {
            format!(
                "bias {:.2} ml, limits of agreement {:.2} to {:.2} ml",
                a.bias_ml, a.lower_limit_ml, a.upper_limit_ml
            )
        },
    );
    drawing(
        [WIDTH, HEIGHT],
        &format!("{title}, {} cases: {told}", points.len()),
        &inside,
    )
}

/// What the differences are, and how many of the cases are dots where not all are.
fn quantity(cases: usize) -> String {
    let quantity = "prediction − reference, ml".to_owned();
    if cases > DOTS {
        quantity + &format!("; {DOTS} dots for {cases} cases")
    } else {
        quantity
    }
}

/// Title, axes and the line of no difference.
fn frame([title, quantity]: [&str; 2], x: &Axis, y: &Axis) -> String {
    let [left, _, right, bottom] = PLOT;
    let mut inside = format!("<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#FFFFFF\"/>\n");
    inside += &text(left, 18.0, 14.0, "start", INK, title);
    inside += &text(left, 34.0, 10.5, "start", FAINT, quantity);
    for (value, name) in y.ticks() {
        inside += &line([left, y.at(value)], [right, y.at(value)], GRID, 1.0);
        inside += &text(left - 7.0, y.at(value) + 4.0, 11.0, "end", FAINT, &name);
    }
    for (value, name) in x.ticks() {
        inside += &text(x.at(value), bottom + 17.0, 11.0, "middle", FAINT, &name);
    }
    inside += &text(
        f64::midpoint(left, right),
        bottom + 36.0,
        11.0,
        "middle",
        FAINT,
        "mean of prediction and reference, ml",
    );
    inside + &line([left, y.at(0.0)], [right, y.at(0.0)], FAINT, 1.0)
}

/// The bias and the limits of agreement; the limits are dashed.
fn limit_lines(lines: &[(f64, &str)], y: &Axis) -> String {
    let [left, _, right, _] = PLOT;
    let mut inside = String::new();
    for (value, name) in lines {
        let dashes = if *name == "bias" {
            ""
        } else {
            " stroke-dasharray=\"6 4\""
        };
        inside += &format!(
            "<line x1=\"{left}\" y1=\"{0:.1}\" x2=\"{right}\" y2=\"{0:.1}\" stroke=\"{INK}\" stroke-width=\"1.6\"{dashes}/>\n",
            y.at(*value)
        );
    }
    inside
}

/// The names of the lines at the right, moved apart where they would touch.
fn names(lines: &[(f64, &str)], y: &Axis) -> String {
    let mut below = f64::NEG_INFINITY;
    let mut inside = String::new();
    for (value, name) in lines {
        let at = y.at(*value).max(below + 28.0);
        below = at;
        inside += &text(
            PLOT[2] + 8.0,
            at - 1.0,
            11.0,
            "start",
            INK,
            &format!("{value:+.2} ml"),
        );
        inside += &text(PLOT[2] + 8.0, at + 11.0, 10.0, "start", FAINT, name);
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_is_a_dot_and_the_limits_are_told() {
        let pairs = [(3.0, 2.0), (5.0, 2.0), (1.0, 1.0)];
        let limits = Agreement::of(&[1.0, 3.0, 0.0]);
        let drawn = agreement("Scar volume", &pairs, limits.as_ref(), "#D55E00");
        assert_eq!(drawn.matches("<circle").count(), 3);
        assert!(drawn.contains("bias 1.33 ml") && drawn.contains("+1.33 ml"));
        assert!(agreement("Scar volume", &[], None, "#D55E00").contains("0 cases: no limits"));
    }
}
