//! Volumes and mass per body surface area.

use myops_image::patient::Patient;
use myops_measure::quantify::Volumes;

use super::{Quantity, Tables};

/// Volumes and mass of a patient whose body surface area is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Indexed {
    volumes: Volumes,
    body_surface_m2: f64,
}

impl Indexed {
    /// Relates volumes and mass to the patient; `None` without height or weight.
    pub fn of(volumes: &Volumes, patient: &Patient) -> Option<Self> {
        let body_surface_m2 = patient.body_surface_m2()?;
        (body_surface_m2 > 0.0).then(|| Self {
            volumes: volumes.clone(),
            body_surface_m2,
        })
    }
}

table! {
    /// What is told of each patient whose height and weight are told.
    INDEXED of Indexed:

    BODY_SURFACE_M2 = ["body_surface_m2", "Body surface area", "m²"], 2,
        "0.007184 w^0.425 h^0.725 with the weight w in kg and the height h in cm (Du Bois and Du Bois, Arch Intern Med 1916;17:863)",
        |i| Some(i.body_surface_m2);

    LV_POOL_ML_PER_M2 = ["lv_pool_ml_per_m2", "LV blood pool index", "ml/m²"], 1,
        "Blood in the left ventricle, within the slab, over body surface area",
        |i| Some(i.volumes.lv_pool_ml / i.body_surface_m2),
        "LV ml/m²" in Page;

    RV_POOL_ML_PER_M2 = ["rv_pool_ml_per_m2", "RV blood pool index", "ml/m²"], 1,
        "Blood in the right ventricle, within the slab, over body surface area",
        |i| Some(i.volumes.rv_pool_ml / i.body_surface_m2),
        "RV ml/m²" in Page;

    WALL_G_PER_M2 = ["wall_g_per_m2", "LV wall index", "g/m²"], 1,
        "Mass of the wall, within the slab, over body surface area",
        |i| Some(i.volumes.wall_g / i.body_surface_m2),
        "Wall g/m²" in Page;
}
