//! The 17 segments of the left ventricle as rings seen from the apex (Cerqueira et al., Circulation 2002;105:539).

use std::f64::consts::TAU;

use super::{FAINT, INK, drawing, text};

const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 292.0;
const CENTRE: [f64; 2] = [150.0, 134.0];
/// Radii between apex, apical, mid and basal ring.
const RADII: [f64; 5] = [0.0, 26.0, 54.0, 82.0, 112.0];
/// Colours from no scar to all scar: of one hue, darker and darker, so that grey prints keep the order.
const RAMP: [[f64; 3]; 4] = [
    [255.0, 255.0, 255.0],
    [247.0, 190.0, 140.0],
    [213.0, 94.0, 0.0],
    [92.0, 36.0, 0.0],
];

/// How percentages become colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Gradually.
    Continuous,
    /// In the classes of transmurality: 0, 1 to 25, 26 to 50, 51 to 75, 76 to 100 %.
    Quarters,
}

impl Scale {
    fn share(self, percent: f64) -> f64 {
        match self {
            Self::Continuous => percent / 100.0,
            Self::Quarters => (percent / 25.0).ceil() / 4.0,
        }
    }
}

/// A bull's-eye of percentages, segment 1 first; `None` is hatched as not assessed.
pub fn bullseye(title: &str, percent: &[Option<f64>; 17], scale: Scale) -> String {
    let hatch = format!("h{}", title.bytes().map(u64::from).sum::<u64>());
    let mut inside = format!(
        "<defs><pattern id=\"{hatch}\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" \
         patternTransform=\"rotate(45)\"><rect width=\"6\" height=\"6\" fill=\"#F1F3F5\"/>\
         <line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\" stroke=\"#B4BBC4\" stroke-width=\"2\"/></pattern></defs>\n"
    );
    for (at, value) in percent.iter().enumerate() {
        inside += &segment(at + 1, *value, scale, &hatch);
    }
    let [x, y] = CENTRE;
    for (dx, dy, anchor, words) in [
        (0.0, -118.0, "middle", "anterior"),
        (0.0, 128.0, "middle", "inferior"),
        (-118.0, 4.0, "end", "septal"),
        (118.0, 4.0, "start", "lateral"),
    ] {
        inside += &text(x + dx, y + dy, 10.0, anchor, FAINT, words);
    }
    inside += &legend(scale, &hatch);
    let assessed = (1..=17)
        .zip(percent)
        .filter_map(|(n, p)| p.map(|p| format!("segment {n}: {p:.0} %")));
    let words: Vec<String> = assessed.collect();
    let told = if words.is_empty() {
        "no segment assessed".to_owned()
    } else {
        words.join(", ")
    };
    drawing([WIDTH, HEIGHT], &format!("{title}: {told}"), &inside)
}

/// The ring (0 the apex) and the angles (turns, from lateral over anterior) of a segment.
fn place(number: usize) -> (usize, f64, f64) {
    let sixth = |n: usize| ((n as f64 + 1.0) / 6.0, (n as f64 + 2.0) / 6.0);
    let quarter = |n: usize| (n as f64 / 4.0 + 0.125, n as f64 / 4.0 + 0.375);
    let (ring, (from, to)) = match number {
        1..=6 => (3, sixth(number - 1)),
        7..=12 => (2, sixth(number - 7)),
        13..=16 => (1, quarter(number - 13)),
        _ => (0, (0.0, 1.0)),
    };
    (ring, from, to)
}

fn segment(number: usize, percent: Option<f64>, scale: Scale, hatch: &str) -> String {
    let (ring, from, to) = place(number);
    let (inner, outer) = (RADII[ring], RADII[ring + 1]);
    let point = |turn: f64, radius: f64| {
        [
            CENTRE[0] + radius * (turn * TAU).cos(),
            CENTRE[1] - radius * (turn * TAU).sin(),
        ]
    };
    let fill = percent.map_or_else(|| format!("url(#{hatch})"), |p| css(colour(scale.share(p))));
    let stroke = format!("fill=\"{fill}\" stroke=\"{INK}\" stroke-width=\"1\"");
    let shape = if ring == 0 {
        format!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{outer}\" {stroke}/>\n",
            CENTRE[0], CENTRE[1]
        )
    } else {
        let [[a, b], [c, d], [e, f], [g, h]] = [
            point(from, inner),
            point(from, outer),
            point(to, outer),
            point(to, inner),
        ];
        format!(
            "<path d=\"M{a:.1} {b:.1}L{c:.1} {d:.1}A{outer} {outer} 0 0 0 {e:.1} {f:.1}L{g:.1} {h:.1}\
             A{inner} {inner} 0 0 1 {a:.1} {b:.1}Z\" {stroke}/>\n"
        )
    };
    let [x, y] = if ring == 0 {
        CENTRE
    } else {
        point(f64::midpoint(from, to), f64::midpoint(inner, outer))
    };
    // White is the clearer one below the luminance at which both stand out alike.
    let dark = percent.is_some_and(|p| luminance(colour(scale.share(p))) < 0.21);
    let ink = if dark { "#FFFFFF" } else { INK };
    let value = percent.map_or_else(|| "n/a".to_owned(), |p| format!("{p:.0}"));
    let number = text(x, y - 4.0, 7.5, "middle", ink, &number.to_string());
    let behind = if percent.is_none() {
        format!(
            "<circle cx=\"{x:.1}\" cy=\"{:.1}\" r=\"11\" fill=\"#F1F3F5\"/>\n",
            y - 1.0
        )
    } else {
        String::new()
    };
    format!(
        "{shape}{behind}{number}{}",
        text(x, y + 8.0, 12.0, "middle", ink, &value)
    )
}

fn legend(scale: Scale, hatch: &str) -> String {
    let y = HEIGHT - 22.0;
    let mut inside = String::new();
    let boxes: Vec<(f64, &str)> = match scale {
        Scale::Continuous => vec![
            (0.0, "0"),
            (0.25, "25"),
            (0.5, "50"),
            (0.75, "75"),
            (1.0, "100 %"),
        ],
        Scale::Quarters => vec![
            (0.0, "0"),
            (0.25, "1–25"),
            (0.5, "26–50"),
            (0.75, "51–75"),
            (1.0, "76–100 %"),
        ],
    };
    for (n, (share, words)) in boxes.into_iter().enumerate() {
        let x = 10.0 + 42.0 * n as f64;
        let fill = css(colour(share));
        inside += &format!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"42\" height=\"9\" fill=\"{fill}\" stroke=\"{INK}\" stroke-width=\"0.6\"/>\n"
        );
        inside += &text(x + 21.0, y + 19.0, 9.0, "middle", FAINT, words);
    }
    let x = 228.0;
    inside += &format!(
        "<rect x=\"{x}\" y=\"{y}\" width=\"62\" height=\"9\" fill=\"url(#{hatch})\" stroke=\"{INK}\" stroke-width=\"0.6\"/>\n"
    );
    inside + &text(x + 31.0, y + 19.0, 9.0, "middle", FAINT, "not assessed")
}

/// The colour of a share, 0 to 1.
fn colour(share: f64) -> [f64; 3] {
    let place = share.clamp(0.0, 1.0) * (RAMP.len() - 1) as f64;
    let below = (place as usize).min(RAMP.len() - 2);
    let part = place - below as f64;
    [0, 1, 2].map(|c| RAMP[below][c] + part * (RAMP[below + 1][c] - RAMP[below][c]))
}

fn css(rgb: [f64; 3]) -> String {
    let [r, g, b] = rgb.map(|c| c.round() as u8);
    format!("#{r:02X}{g:02X}{b:02X}")
}

/// Relative luminance (WCAG 2), 0 to 1.
fn luminance(rgb: [f64; 3]) -> f64 {
    let linear = |c: f64| {
        let c = c / 255.0;
        if c <= 0.04045 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(rgb[0]) + 0.7152 * linear(rgb[1]) + 0.0722 * linear(rgb[2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_lie_where_the_heart_association_draws_them() {
        // Middle angles in degrees, counter-clockwise from lateral: anterior 90, septal 180, inferior 270.
        let middle = |n: usize| {
            let (ring, from, to) = place(n);
            (
                ring,
                (f64::midpoint(from, to).rem_euclid(1.0) * 360.0).round() as i32,
            )
        };
        assert_eq!(
            [1, 2, 3, 4, 5, 6].map(middle),
            [(3, 90), (3, 150), (3, 210), (3, 270), (3, 330), (3, 30)]
        );
        assert_eq!([7, 10, 12].map(middle), [(2, 90), (2, 270), (2, 30)]);
        assert_eq!(
            [13, 14, 15, 16].map(middle),
            [(1, 90), (1, 180), (1, 270), (1, 0)]
        );
    }

    #[test]
    fn more_scar_is_darker_in_grey_too() {
        let greys: Vec<f64> = (0..=20)
            .map(|n| luminance(colour(f64::from(n) / 20.0)))
            .collect();
        assert!(greys.windows(2).all(|pair| pair[0] > pair[1]), "{greys:?}");
        assert_eq!(
            [0.0, 0.4, 25.0, 25.1, 100.0].map(|p| Scale::Quarters.share(p)),
            [0.0, 0.25, 0.25, 0.5, 1.0]
        );
    }

    #[test]
    fn what_was_not_assessed_is_said() {
        let mut percent = [None; 17];
        percent[0] = Some(40.0);
        let drawn = bullseye("Scar", &percent, Scale::Continuous);
        assert!(
            drawn.contains("aria-label=\"Scar: segment 1: 40 %\"")
                && drawn.matches(">n/a<").count() == 16
        );
        assert!(bullseye("Scar", &[None; 17], Scale::Continuous).contains("no segment assessed"));
    }
}
