//! What is told of who was examined.

use myops_image::patient::Patient;
use serde::{Deserialize, Serialize};

use crate::number::cell;
use crate::quantity::Tables;

/// Whether results tell who was examined and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PatientData {
    /// They do not.
    #[default]
    Withheld,
    /// They do, where the images say it.
    Shown,
}

/// What is told of a patient of whom the images say something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "data", rename_all = "lowercase")]
pub enum Identity {
    /// Nothing.
    Withheld,
    /// All that the images say.
    Shown(Patient),
}

impl Identity {
    /// Tells of a patient what is asked for.
    pub fn of(patient: &Patient, asked: PatientData) -> Self {
        match asked {
            PatientData::Withheld => Self::Withheld,
            PatientData::Shown => Self::Shown(patient.clone()),
        }
    }

    /// What was asked for.
    pub fn asked(&self) -> PatientData {
        match self {
            Self::Withheld => PatientData::Withheld,
            Self::Shown(_) => PatientData::Shown,
        }
    }

    /// The patient, where told.
    pub fn shown(&self) -> Option<&Patient> {
        match self {
            Self::Withheld => None,
            Self::Shown(patient) => Some(patient),
        }
    }
}

/// One fact about a patient.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The key in JSON; after `patient_`, the column of CSV.
    pub name: &'static str,
    /// The name for people.
    pub label: &'static str,
    /// `years`, `m`, `kg`, or nothing.
    pub unit: &'static str,
    /// What it is, in one sentence.
    pub meaning: &'static str,
    /// Where it is a column.
    pub tables: Tables,
    /// The value; `None` where the images do not say it.
    pub of: fn(&Patient) -> Option<String>,
}

impl Field {
    /// The column of CSV.
    pub fn column(&self) -> String {
        format!("patient_{}", self.name)
    }

    /// The value with its unit.
    pub fn with_unit(&self, patient: &Patient) -> Option<String> {
        let value = (self.of)(patient)?;
        Some(format!("{value} {}", self.unit).trim_end().to_owned())
    }
}

/// All that is told of a patient, in the order of files and pages.
pub const FIELDS: &[Field] = &[
    Field {
        name: "name",
        label: "Patient",
        unit: "",
        meaning: "Name, given name first",
        tables: Tables::Page,
        of: |p| p.name.clone(),
    },
    Field {
        name: "id",
        label: "Patient ID",
        unit: "",
        meaning: "Identifier in the hospital",
        tables: Tables::Page,
        of: |p| p.id.clone(),
    },
    Field {
        name: "birth_date",
        label: "Born",
        unit: "",
        meaning: "Date of birth, YYYY-MM-DD",
        tables: Tables::Csv,
        of: |p| p.birth_date.clone(),
    },
    Field {
        name: "exam_date",
        label: "Exam date",
        unit: "",
        meaning: "Date of the exam, YYYY-MM-DD",
        tables: Tables::Page,
        of: |p| p.exam_date.clone(),
    },
    Field {
        name: "sex",
        label: "Sex",
        unit: "",
        meaning: "M, F or O",
        tables: Tables::Page,
        of: |p| p.sex.clone(),
    },
    Field {
        name: "age_years",
        label: "Age",
        unit: "years",
        meaning: "Age at the exam",
        tables: Tables::Page,
        of: |p| p.age_years.map(hundredths),
    },
    Field {
        name: "height_m",
        label: "Height",
        unit: "m",
        meaning: "Height",
        tables: Tables::Csv,
        of: |p| p.height_m.map(hundredths),
    },
    Field {
        name: "weight_kg",
        label: "Weight",
        unit: "kg",
        meaning: "Weight",
        tables: Tables::Csv,
        of: |p| p.weight_kg.map(hundredths),
    },
];

fn hundredths(value: f64) -> String {
    cell(Some((100.0 * value).round() / 100.0))
}
