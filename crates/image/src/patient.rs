//! Who was examined and when: known where the images say so, shown only where it is asked for.

use serde::{Deserialize, Serialize};

/// What the images of an exam say about the patient. What they do not say is left out where it is written.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Patient {
    /// The name, given name first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The patient's identifier in the hospital.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The date of birth, as `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<String>,
    /// `M`, `F` or `O`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex: Option<String>,
    /// The age at the exam, years.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_years: Option<f64>,
    /// The date of the exam, as `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exam_date: Option<String>,
    /// The height, m.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height_m: Option<f64>,
    /// The weight, kg.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_kg: Option<f64>,
}

impl Patient {
    /// The body surface area in m², by Du Bois and Du Bois (Archives of Internal Medicine 1916;17:863):
    /// `0.007184 w^0.425 h^0.725` with the weight in kg and the height in cm.
    ///
    /// ```
    /// use myops_image::patient::Patient;
    ///
    /// let patient = Patient { height_m: Some(1.78), weight_kg: Some(82.0), ..Patient::default() };
    /// assert!((patient.body_surface_m2().unwrap() - 2.00).abs() < 0.005);
    /// ```
    pub fn body_surface_m2(&self) -> Option<f64> {
        let (height_m, weight_kg) = self.height_m.zip(self.weight_kg)?;
        Some(0.007_184 * weight_kg.powf(0.425) * (100.0 * height_m).powf(0.725))
    }
}
