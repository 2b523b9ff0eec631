//! What is known of one image.

use super::plane::Plane;

/// What is known of one image without its pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// SOP Class UID.
    pub sop_class: String,
    /// SOP Instance UID.
    pub sop_instance: String,
    /// The number of the frame, counted from 1, in a multi-frame instance.
    pub number: Option<u32>,
    /// Columns and rows.
    pub size: [usize; 2],
    /// Where it lies, if that is said.
    pub plane: Option<Plane>,
    /// When and how it was acquired.
    pub timing: Timing,
    /// Image Type, in upper case.
    pub image_type: Vec<String>,
}

/// When and how an image was acquired, ms.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Timing {
    /// Echo time.
    pub echo_ms: Option<f64>,
    /// Repetition time.
    pub repetition_ms: Option<f64>,
    /// Inversion time, if it is not 0.
    pub inversion_ms: Option<f64>,
    /// The time after the R wave.
    pub trigger_ms: Option<f64>,
    /// The temporal position.
    pub repetition: Option<i64>,
    /// The number of the acquisition.
    pub acquisition: Option<i64>,
}

/// What of the complex signal an image shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Component {
    /// Its size.
    Magnitude,
    /// Its size with the sign that the phase gives: phase-sensitive inversion recovery, values below 0 where signal is inverted.
    PhaseSensitive,
    /// Its angle, its real or its imaginary part.
    Other,
}

impl Frame {
    /// Whether the image type has one of these words.
    pub fn is_type(&self, words: &[&str]) -> bool {
        self.image_type
            .iter()
            .any(|word| words.contains(&word.as_str()))
    }

    /// What of the complex signal it shows, by its image type. A scanner that calls the phase-sensitive image a phase image says
    /// so in `description`, and only an inversion recovery has one.
    pub fn component(&self, description: &str) -> Component {
        let named = description.to_lowercase().contains("psir");
        if self.is_type(&["PSIR", "CR", "R_IR"])
            || self.image_type.iter().any(|word| word.contains("PSIR"))
        {
            Component::PhaseSensitive
        } else if self.is_type(&["P", "R", "PHASE", "REAL", "PHASE MAP"]) {
            if named && self.timing.inversion_ms.is_some() {
                Component::PhaseSensitive
            } else {
                Component::Other
            }
        } else if self.is_type(&["I", "IMAGINARY", "VELOCITY", "VELOCITY MAP"]) {
            Component::Other
        } else {
            Component::Magnitude
        }
    }
}
