//! Colours of segments: from sRGB to the `L*a*b*` values of DICOM.

/// The white of D65 as XYZ. DICOM refers to the profile connection space of the ICC, whose white is D50, but the programs that
/// write and show segmentations (DCMTK, dcmqi, highdicom, OHIF) all convert under D65: so colours come out as they are here.
const WHITE: [f64; 3] = [0.9505, 1.0, 1.0889];

/// From linear sRGB to XYZ under D65 (IEC 61966-2-1).
const XYZ_FROM_RGB: [[f64; 3]; 3] = [
    [0.4124, 0.3576, 0.1805],
    [0.2126, 0.7152, 0.0722],
    [0.0193, 0.1192, 0.9505],
];

/// The three values of `RecommendedDisplayCIELabValue` (0062,000D) of an sRGB colour: `L*` of 0 to 100 and `a*` and `b*` of
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
        let value = row.iter().zip(linear).map(|(m, v)| m * v).sum::<f64>() / WHITE[axis];
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
    fn colours_are_those_that_another_program_writes() {
        // highdicom 0.28.2: CIELabColor.from_rgb(0x56, 0xB4, 0xE9).value, and of 0xD5, 0x5E, 0x00.
        let near = |a: [u16; 3], b: [u16; 3]| a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= 4);
        let pool = cielab([0x56, 0xb4, 0xe9]);
        assert!(near(pool, [45761, 29808, 23959]), "{pool:?}");
        let scar = cielab([0xd5, 0x5e, 0x00]);
        assert!(near(scar, [35512, 44018, 49160]), "{scar:?}");
    }
}
