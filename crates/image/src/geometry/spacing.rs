//! The distance between neighbouring voxel centres along each axis.

use super::GeometryError;

/// Distance between neighbouring voxel centres along `i`, `j`, `k` in mm; finite and greater than 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spacing([f64; 3]);

impl Spacing {
    /// Takes the three spacings in mm.
    ///
    /// # Errors
    /// [`GeometryError::Spacing`] if one is not finite or not greater than 0.
    pub fn new_mm(mm: [f64; 3]) -> Result<Self, GeometryError> {
        if mm.iter().all(|d| d.is_finite() && *d > 0.0) {
            Ok(Self(mm))
        } else {
            Err(GeometryError::Spacing(mm))
        }
    }

    /// The spacings along `i`, `j`, `k` in mm.
    pub fn mm(self) -> [f64; 3] {
        self.0
    }

    /// The spacings in mm, rounded to tenths of a micrometre. Headers hold 32-bit numbers, so the
    /// spacing of the same voxels differs in the seventh digit between an s-form and a q-form;
    /// labels must not depend on that.
    pub fn rounded_mm(self) -> [f64; 3] {
        const STEP_MM: f64 = 1e-4;
        self.0.map(|mm| {
            if mm < STEP_MM {
                mm
            } else {
                (mm / STEP_MM).round() * STEP_MM
            }
        })
    }

    /// The volume of one voxel in ml.
    pub fn voxel_ml(self) -> f64 {
        self.0.iter().product::<f64>() / 1000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_cubic_millimetres_are_a_millilitre() {
        let spacing = Spacing::new_mm([0.5, 2.0, 12.0]).unwrap();
        assert!((spacing.voxel_ml() - 0.012).abs() < 1e-12);
    }

    #[test]
    fn the_rounding_of_a_header_is_rounded_away() {
        let [a, b] =
            [0.729_166_66, 0.729_166_71].map(|mm| Spacing::new_mm([mm, 1.0, 12.0]).unwrap());
        assert_eq!(a.rounded_mm(), b.rounded_mm());
        assert!((a.rounded_mm()[0] - 0.7292).abs() < 1e-12);
        assert_eq!(Spacing::new_mm([1e-6; 3]).unwrap().rounded_mm(), [1e-6; 3]);
    }

    #[test]
    fn zero_negative_and_nan_are_refused() {
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Spacing::new_mm([1.0, bad, 1.0]).is_err(), "{bad}");
        }
    }
}
