//! Volumes and mass: blood pools, wall, infarct and area at risk.

use myops_image::label::{LabelMap, Region};
use serde::{Deserialize, Serialize};

/// Density of myocardium in g/ml.
pub const MYOCARDIUM_G_PER_ML: f64 = 1.05;

/// How much there is of each region. Percentages are of the wall's volume, `None` where there is no wall.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Volumes {
    /// Blood in the left ventricle, in ml.
    pub lv_pool_ml: f64,
    /// Blood in the right ventricle, in ml.
    pub rv_pool_ml: f64,
    /// The wall of the left ventricle (healthy, edematous and scarred myocardium), in ml.
    pub wall_ml: f64,
    /// Mass of the wall in g, at 1.05 g/ml.
    pub wall_g: f64,
    /// Healthy myocardium, in ml.
    pub healthy_myocardium_ml: f64,
    /// Scar (infarct), in ml.
    pub scar_ml: f64,
    /// Mass of the scar in g, at 1.05 g/ml.
    pub scar_g: f64,
    /// Scar as a percentage of the wall: the infarct size.
    pub scar_percent: Option<f64>,
    /// Edema without scar, in ml.
    pub edema_without_scar_ml: f64,
    /// Mass of the edema without scar in g, at 1.05 g/ml.
    pub edema_without_scar_g: f64,
    /// Edema without scar as a percentage of the wall.
    pub edema_without_scar_percent: Option<f64>,
    /// Edema and scar together, the area at risk, in ml.
    pub area_at_risk_ml: f64,
    /// Mass of the area at risk in g, at 1.05 g/ml.
    pub area_at_risk_g: f64,
    /// The area at risk as a percentage of the wall.
    pub area_at_risk_percent: Option<f64>,
    /// Exploratory: (area at risk - scar) / area at risk, 0 to 1; `None` without area at risk.
    pub salvage_index: Option<f64>,
}

impl Volumes {
    /// Measures a label map.
    pub fn of(labels: &LabelMap) -> Self {
        let voxel_ml = labels.spacing().voxel_ml();
        let ml = |region: Region| {
            labels
                .data()
                .iter()
                .filter(|l| region.contains(**l))
                .count() as f64
                * voxel_ml
        };
        let (wall_ml, scar_ml) = (ml(Region::WALL), ml(Region::SCAR));
        let (edema_ml, area_at_risk_ml) = (ml(Region::EDEMA), ml(Region::EDEMA_OR_SCAR));
        Self {
            lv_pool_ml: ml(Region::LV_POOL),
            rv_pool_ml: ml(Region::RV_POOL),
            wall_ml,
            wall_g: wall_ml * MYOCARDIUM_G_PER_ML,
            healthy_myocardium_ml: ml(Region::HEALTHY_MYOCARDIUM),
            scar_ml,
            scar_g: scar_ml * MYOCARDIUM_G_PER_ML,
            scar_percent: percent(scar_ml, wall_ml),
            edema_without_scar_ml: edema_ml,
            edema_without_scar_g: edema_ml * MYOCARDIUM_G_PER_ML,
            edema_without_scar_percent: percent(edema_ml, wall_ml),
            area_at_risk_ml,
            area_at_risk_g: area_at_risk_ml * MYOCARDIUM_G_PER_ML,
            area_at_risk_percent: percent(area_at_risk_ml, wall_ml),
            salvage_index: (area_at_risk_ml > 0.0)
                .then(|| (area_at_risk_ml - scar_ml) / area_at_risk_ml),
        }
    }
}

/// The percentage that a part is of a whole; `None` where there is no whole.
pub fn percent(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| 100.0 * part / whole)
}

#[cfg(test)]
mod tests {
    use myops_image::geometry::{Affine, Grid, Spacing};
    use myops_image::label::Label;
    use myops_image::volume::Volume;

    use super::*;

    #[test]
    fn volumes_are_counted_voxels() {
        let spacing = Spacing::new_mm([1.0, 2.0, 10.0]).unwrap();
        let grid = Grid::new([100, 1, 1], Affine::from_spacing(spacing)).unwrap();
        let labels = Volume::from_fn(grid, |[i, ..]| match i {
            0..20 => Label::LvPool,
            20..30 => Label::RvPool,
            30..60 => Label::Myocardium,
            60..70 => Label::Edema,
            70..80 => Label::Scar,
            _ => Label::Background,
        });
        let v = Volumes::of(&labels);
        assert_eq!(
            (v.lv_pool_ml, v.rv_pool_ml, v.wall_ml, v.wall_g),
            (0.4, 0.2, 1.0, 1.05)
        );
        assert_eq!(
            (v.scar_ml, v.scar_g, v.scar_percent),
            (0.2, 0.2 * 1.05, Some(20.0))
        );
        assert_eq!(
            (v.area_at_risk_percent, v.salvage_index),
            (Some(40.0), Some(0.5))
        );
        let none = Volumes::of(&Volume::filled(grid, Label::Background));
        assert_eq!(
            (none.wall_ml, none.scar_percent, none.salvage_index),
            (0.0, None, None)
        );
    }
}
