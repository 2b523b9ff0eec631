//! The quantities of a report.

use myops_image::label::{Label, Region};
use myops_measure::quantify::Volumes;

use super::code::{self, Code};
use super::error::WriteError;

/// What is measured of a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// The volume, ml.
    Volume,
    /// The mass, g.
    Mass,
    /// The volume as a percentage of the volume of the left ventricle's wall.
    PercentOfWall,
}

impl Quantity {
    /// Every quantity.
    pub const ALL: [Self; 3] = [Self::Volume, Self::Mass, Self::PercentOfWall];

    /// The concept.
    pub fn code(self) -> Code {
        match self {
            Self::Volume => code::VOLUME,
            Self::Mass => code::MASS,
            Self::PercentOfWall => code::PERCENT_OF_WALL,
        }
    }

    /// The unit.
    pub fn unit(self) -> Code {
        match self {
            Self::Volume => code::MILLILITER,
            Self::Mass => code::GRAM,
            Self::PercentOfWall => code::PERCENT,
        }
    }
}

/// One number of a report.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measurement {
    /// What was measured.
    pub region: Region,
    /// What of it.
    pub quantity: Quantity,
    /// The value, in the unit of the quantity.
    pub value: f64,
}

impl Measurement {
    /// Checks that the value is a number.
    pub(super) fn check(&self) -> Result<(), WriteError> {
        if self.value.is_finite() {
            return Ok(());
        }
        Err(WriteError::NotFinite {
            region: self.region.name(),
            quantity: self.quantity.code().meaning,
            value: self.value,
        })
    }
}

/// The volumes and masses of a case as measurements. A region of labels that were not looked for is left out, as is a
/// percentage of a wall that was not found.
pub fn measurements(volumes: &Volumes, looked_for: &[Label]) -> Vec<Measurement> {
    let of = |region, volume, mass, percent| {
        [
            (Quantity::Volume, Some(volume)),
            (Quantity::Mass, mass),
            (Quantity::PercentOfWall, percent),
        ]
        .map(|(quantity, value): (_, Option<f64>)| (region, quantity, value))
    };
    let v = volumes;
    let rows = [
        of(Region::LV_POOL, v.lv_pool_ml, None, None),
        of(Region::RV_POOL, v.rv_pool_ml, None, None),
        of(
            Region::HEALTHY_MYOCARDIUM,
            v.healthy_myocardium_ml,
            None,
            None,
        ),
        of(
            Region::EDEMA,
            v.edema_without_scar_ml,
            Some(v.edema_without_scar_g),
            v.edema_without_scar_percent,
        ),
        of(Region::SCAR, v.scar_ml, Some(v.scar_g), v.scar_percent),
        of(
            Region::EDEMA_OR_SCAR,
            v.area_at_risk_ml,
            Some(v.area_at_risk_g),
            v.area_at_risk_percent,
        ),
        of(Region::WALL, v.wall_ml, Some(v.wall_g), None),
    ];
    let known = |region: Region| looked_for.iter().any(|label| region.contains(*label));
    let rows = rows.into_iter().flatten();
    rows.filter(|(region, ..)| known(*region))
        .filter_map(|(region, quantity, value)| {
            Some(Measurement {
                region,
                quantity,
                value: value?,
            })
        })
        .collect()
}
