//! Colours of segments: from sRGB to the CIELab values of DICOM.

/// The white of D50, the reference of the profile connection space, as XYZ.
const D50: [f64; 3] = [0.9642, 1.0, 0.8249];

/// From linear sRGB to XYZ under D50 (the matrix of the sRGB profile of the ICC, adapted by Bradford's method).
const XYZ_FROM_RGB: [[f64; 3]; 3] = [
    [0.436_07, 0.385_15, 0.143_07],
    [0.222_49, 0.716_87, 0.060_61],
    [0.013_92, 0.097_08, 0.714_10],
];

/// The three values of Recommended Display CIELab Value (0062,000D) of an sRGB colour: `L*` of 0 to 100 and `a*` and `b*` of
/// -128 to 127, each spread over 0 to 65535 (PS3.3, C.10.7.1.1).
pub fn cielab([red, green, blue]: [u8; 3]) -> [u16; 3] {
    let linear = [red, green, blue].map(|channel| {
        let v = f64::from(channel) / 255.0;
        if v <= 0.040_45 {
            v / 12.92
        } else {
            ((v + 0.055) / 1.055).powf(2.4)
        }
    });
    let [x, y, z] = [0, 1, 2].map(|axis| {
        let row = XYZ_FROM_RGB[axis];
        let value = row.iter().zip(linear).map(|(m, v)| m * v).sum::<f64>() / D50[axis];
        if value > (6.0_f64 / 29.0).powi(3) {
            value.cbrt()
        } else {
            value / (3.0 * (6.0_f64 / 29.0).powi(2)) + 4.0 / 29.0
        }
    });
    let spread = |value: f64, low: f64, width: f64| {
        ((value - low) / width * 65535.0)
            .round()
            .clamp(0.0, 65535.0) as u16
    };
    [
        spread(116.0 * y - 16.0, 0.0, 100.0),
        spread(500.0 * (x - y), -128.0, 255.0),
        spread(200.0 * (y - z), -128.0, 255.0),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_and_black_are_the_ends_of_lightness_without_colour() {
        let grey = (128.0_f64 / 255.0 * 65535.0).round() as u16;
        let near = |a: u16, b: u16| a.abs_diff(b) <= 20;
        let [l, a, b] = cielab([255, 255, 255]);
        assert!(
            near(l, 65535) && near(a, grey) && near(b, grey),
            "{l} {a} {b}"
        );
        assert_eq!(cielab([0, 0, 0]), [0, grey, grey]);
    }

    #[test]
    fn red_is_where_tables_of_cielab_under_d50_have_it() {
        // L* 54.29, a* 80.81, b* 69.89 (B. Lindbloom, CIE colour calculator, sRGB, D50).
        let [l, a, b] = cielab([255, 0, 0]).map(f64::from);
        assert!((l / 655.35 - 54.29).abs() < 0.05, "{l}");
        assert!((a * 255.0 / 65535.0 - 128.0 - 80.81).abs() < 0.1, "{a}");
        assert!((b * 255.0 / 65535.0 - 128.0 - 69.89).abs() < 0.1, "{b}");
    }
}
