//! The geometry fields of a NIfTI header, kept as stored, so that a label map has exactly the
//! geometry of its image.

use crate::geometry::{Affine, GeometryError, Grid, Spacing};

use super::error::Flaw;
use super::qform::{Rotation, rotation};

/// The largest difference between the length of an s-form's column and `pixdim`, as a share or in
/// mm. Some headers round to three digits; 1 % of each side is 3 % of a volume.
const SPACING_SHARE: f64 = 0.01;
const SPACING_MM: f64 = 0.01;
/// The largest distance (mm) between the positions of a voxel by an s-form and by a q-form with the
/// same code: above the rounding of a quaternion over a field of view, and below the size of a
/// voxel.
const FORMS_MM: f64 = 1.0;
/// `NIFTI_XFORM_SCANNER_ANAT`: world coordinates are those of the scanner.
const SCANNER: i16 = 1;

/// The geometry fields of a NIfTI header, in the unit and precision of the file.
///
/// The s-form is used if its code is above 0, else the q-form if its code is, else the spacing
/// alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placement {
    /// The number of axes of the file: 2 for a single slice, else 3.
    pub(super) axes: u8,
    pub(super) unit: Unit,
    pub(super) qform_code: i16,
    pub(super) sform_code: i16,
    /// `pixdim[0]`: -1 if the q-form's third axis is mirrored, else 1.
    pub(super) qfac: f32,
    /// `pixdim[1..4]`.
    pub(super) spacing: [f32; 3],
    pub(super) quaternion: [f32; 3],
    pub(super) qoffset: [f32; 3],
    pub(super) srow: [[f32; 4]; 3],
}

/// The unit of length of a NIfTI header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Metre,
    Millimetre,
    Micrometre,
}

impl Unit {
    /// The unit in `xyzt_units`, whose upper bits are the unit of time; an unknown unit counts as
    /// mm.
    pub(super) fn of_code(xyzt_units: u8) -> Self {
        match xyzt_units & 0b111 {
            1 => Self::Metre,
            3 => Self::Micrometre,
            _ => Self::Millimetre,
        }
    }

    pub(super) fn code(self) -> u8 {
        match self {
            Self::Metre => 1,
            Self::Millimetre => 2,
            Self::Micrometre => 3,
        }
    }

    fn mm(self) -> f64 {
        match self {
            Self::Metre => 1e3,
            Self::Millimetre => 1.0,
            Self::Micrometre => 1e-3,
        }
    }
}

impl Placement {
    /// The placement of a grid that comes from no file: its s-form, and a q-form if the axes are
    /// orthogonal. Coordinates are rounded to `f32`.
    pub fn of_grid(grid: &Grid) -> Self {
        let affine = grid.world_from_voxel();
        let spacing = affine.spacing().mm();
        let rotation = Rotation::of(affine);
        let (quaternion, qfac) = rotation
            .as_ref()
            .map_or(([0.0; 3], 1.0), Rotation::quaternion);
        Self {
            axes: 3,
            unit: Unit::Millimetre,
            qform_code: if rotation.is_some() { SCANNER } else { 0 },
            sform_code: SCANNER,
            qfac,
            spacing: spacing.map(|d| d as f32),
            quaternion,
            qoffset: affine.rows().map(|r| r[3] as f32),
            srow: affine.rows().map(|r| r.map(|v| v as f32)),
        }
    }

    /// The affine in mm, from the form that is used.
    pub(super) fn world_from_voxel(&self) -> Result<Affine, Flaw> {
        let mm = self.unit.mm();
        let rows = if self.sform_code > 0 {
            self.srow.map(|r| r.map(f64::from))
        } else {
            Spacing::new_mm(self.spacing.map(|d| mm * f64::from(d))).map_err(Flaw::Geometry)?;
            if self.qform_code > 0 {
                self.qform_rows()?
            } else {
                self.spacing_rows()
            }
        };
        Affine::new(rows.map(|r| r.map(|v| v * mm))).map_err(Flaw::Geometry)
    }

    /// Checks that an s-form that is used agrees with the spacing, and with a q-form of the same
    /// code. A q-form of another code may differ, as after a registration.
    ///
    /// # Errors
    /// [`Flaw::Spacings`] or [`Flaw::Forms`] if they disagree.
    pub(super) fn check_forms(&self, grid: &Grid) -> Result<(), Flaw> {
        // Sheared columns are longer than the distance of slices. Such an image is refused later,
        // because of the shear.
        let sheared = matches!(
            grid.world_from_voxel().check_scanner(),
            Err(GeometryError::Sheared(_))
        );
        if self.sform_code <= 0 || sheared {
            return Ok(());
        }
        let mm = self.unit.mm();
        let sform = grid.spacing().mm();
        let pixdim = self.spacing.map(|d| mm * f64::from(d).abs());
        // A spacing of 0 or NaN means that there is none.
        let there = |axis: usize| {
            pixdim[axis].is_finite() && pixdim[axis] > 0.0 && axis < usize::from(self.axes)
        };
        let apart = |axis: usize| {
            (sform[axis] - pixdim[axis]).abs()
                > (SPACING_SHARE * pixdim[axis].min(sform[axis])).max(SPACING_MM)
        };
        if (0..3).any(|axis| there(axis) && apart(axis)) {
            let shown = |mm: f64| (mm * 1e3).round() / 1e3;
            return Err(Flaw::Spacings {
                sform: sform.map(shown),
                pixdim: pixdim.map(shown),
            });
        }
        // A q-form cannot represent an s-form without right angles.
        let same_space =
            self.qform_code == self.sform_code && Rotation::of(grid.world_from_voxel()).is_some();
        if same_space {
            // The q-form is compared with the s-form's spacing, since `pixdim` may be rounded or
            // missing; label maps are written with it too. An invalid q-form is ignored.
            let spacing = sform.map(|d| (d / mm) as f32);
            let Ok(qform) = Self {
                sform_code: 0,
                spacing,
                ..*self
            }
            .world_from_voxel() else {
                return Ok(());
            };
            let distance_mm = Grid::new(grid.shape(), qform)
                .map_err(Flaw::Geometry)?
                .displacement_mm(grid);
            if distance_mm > FORMS_MM {
                return Err(Flaw::Forms {
                    code: self.sform_code,
                    distance_mm,
                    bound_mm: FORMS_MM,
                });
            }
        }
        Ok(())
    }

    /// Replaces each invalid spacing (an s-form needs none) by that of the affine.
    pub(super) fn with_spacing_of(mut self, world_from_voxel: &Affine) -> Self {
        for (d, mm) in self.spacing.iter_mut().zip(world_from_voxel.spacing().mm()) {
            if !d.is_finite() || *d <= 0.0 {
                *d = (mm / self.unit.mm()) as f32;
            }
        }
        self
    }

    fn spacing_rows(&self) -> [[f64; 4]; 3] {
        let [x, y, z] = self.spacing.map(f64::from);
        [[x, 0.0, 0.0, 0.0], [0.0, y, 0.0, 0.0], [0.0, 0.0, z, 0.0]]
    }

    /// The rows of the q-form: rotation by the quaternion, then spacing, then offset.
    fn qform_rows(&self) -> Result<[[f64; 4]; 3], Flaw> {
        let rotation = rotation(self.quaternion)?;
        let [x, y, z] = self.spacing.map(f64::from);
        let z = z * f64::from(self.qfac);
        Ok(std::array::from_fn(|r| {
            let [i, j, k] = rotation[r];
            [i * x, j * y, k * z, f64::from(self.qoffset[r])]
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn qform(quaternion: [f32; 3], qfac: f32) -> Placement {
        Placement {
            axes: 3,
            unit: Unit::Millimetre,
            qform_code: 1,
            sform_code: 0,
            qfac,
            spacing: [0.5, 2.0, 12.0],
            quaternion,
            qoffset: [10.0, 20.0, 30.0],
            srow: [[0.0; 4]; 3],
        }
    }

    #[test]
    fn a_half_turn_about_z_points_left_and_posterior() {
        let rows = qform([0.0, 0.0, 1.0], -1.0)
            .world_from_voxel()
            .unwrap()
            .rows();
        assert_eq!(
            rows,
            [
                [-0.5, 0.0, 0.0, 10.0],
                [0.0, -2.0, 0.0, 20.0],
                [0.0, 0.0, -12.0, 30.0]
            ]
        );
    }

    #[test]
    fn metres_become_millimetres() {
        let placement = Placement {
            unit: Unit::Metre,
            ..qform([0.0; 3], 1.0)
        };
        assert_eq!(
            placement.world_from_voxel().unwrap().spacing().mm(),
            [500.0, 2000.0, 12000.0]
        );
    }

    #[test]
    fn a_quaternion_may_be_too_long_by_rounding_only() {
        assert!(qform([0.0, 0.000_01, 1.0], 1.0).world_from_voxel().is_ok());
        assert_eq!(
            qform([1.0, 1.0, 0.0], 1.0).world_from_voxel(),
            Err(Flaw::Quaternion([1.0, 1.0, 0.0]))
        );
        assert!(qform([f32::NAN, 0.0, 0.0], 1.0).world_from_voxel().is_err());
    }

    #[test]
    fn the_s_form_counts_before_the_q_form_and_that_before_the_spacing() {
        let srow = [
            [3.0, 0.0, 0.0, 0.0],
            [0.0, 3.0, 0.0, 0.0],
            [0.0, 0.0, 3.0, 0.0],
        ];
        let both = Placement {
            sform_code: 2,
            srow,
            ..qform([0.0; 3], 1.0)
        };
        assert_eq!(both.world_from_voxel().unwrap().spacing().mm(), [3.0; 3]);
        let neither = Placement {
            qform_code: 0,
            ..qform([0.0; 3], 1.0)
        };
        assert_eq!(
            neither.world_from_voxel().unwrap().rows()[0],
            [0.5, 0.0, 0.0, 0.0]
        );
    }

    #[test]
    fn the_q_form_of_a_grid_is_its_s_form() {
        // Each of the 48 orientations along the world axes, and an oblique one.
        let oblique = qform([0.1, -0.7, 0.3], -1.0).world_from_voxel().unwrap();
        let mut affines = vec![oblique];
        for order in [
            [0, 1, 2],
            [0, 2, 1],
            [1, 0, 2],
            [1, 2, 0],
            [2, 0, 1],
            [2, 1, 0],
        ] {
            for signs in 0..8 {
                let mut rows = [[0.0, 0.0, 0.0, 7.0]; 3];
                for axis in 0..3 {
                    rows[order[axis]][axis] =
                        [0.75, 1.5, 12.0][axis] * if signs >> axis & 1 == 1 { -1.0 } else { 1.0 };
                }
                affines.push(Affine::new(rows).unwrap());
            }
        }
        for affine in affines {
            let grid = Grid::new([100, 100, 10], affine).unwrap();
            let placement = Placement::of_grid(&grid);
            assert_eq!(placement.qform_code, 1);
            let by_qform = Placement {
                sform_code: 0,
                ..placement
            }
            .world_from_voxel()
            .unwrap();
            let apart = grid.displacement_mm(&Grid::new([100, 100, 10], by_qform).unwrap());
            assert!(apart < 1e-3, "{apart} mm for {affine:?}");
        }
    }

    #[test]
    fn a_sheared_grid_has_no_q_form() {
        let sheared = Affine::new([
            [1.0, 0.5, 0.0, 0.0],
            [0.0, 1.0, 0.0, 0.0],
            [0.0, 0.0, 1.0, 0.0],
        ])
        .unwrap();
        assert_eq!(
            Placement::of_grid(&Grid::new([2; 3], sheared).unwrap()).qform_code,
            0
        );
    }
}
