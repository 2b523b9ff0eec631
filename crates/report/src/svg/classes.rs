//! Shares of a whole as bars below one another.

use super::{FAINT, GRID, INK, drawing, text};

/// One bar for each class with its percentage; `colour` fills them all.
pub fn classes(title: &str, shares: &[(&str, f64)], colour: &str) -> String {
    let (left, right, row) = (66.0, 300.0, 20.0);
    let height = row * shares.len() as f64 + 4.0;
    let mut inside = String::new();
    for (n, (name, percent)) in shares.iter().enumerate() {
        let y = row * n as f64 + 3.0;
        let width = (right - left - 46.0) * percent / 100.0;
        inside += &text(left - 6.0, y + 12.0, 11.0, "end", FAINT, name);
        inside += &format!(
            "<rect x=\"{left}\" y=\"{y}\" width=\"{:.1}\" height=\"15\" fill=\"{GRID}\" fill-opacity=\"0.35\"/>\n\
             <rect x=\"{left}\" y=\"{y}\" width=\"{width:.1}\" height=\"15\" fill=\"{colour}\"/>\n",
            right - left - 46.0
        );
        inside += &text(
            right,
            y + 12.0,
            11.0,
            "end",
            INK,
            &format!("{percent:.1} %"),
        );
    }
    let told: Vec<String> = shares
        .iter()
        .map(|(name, percent)| format!("{name}: {percent:.1} %"))
        .collect();
    drawing(
        [300.0, height],
        &format!("{title}: {}", told.join(", ")),
        &inside,
    )
}
