//! Coded concepts, each as it stands in DICOM's dictionaries (PS3.16).

/// A coded concept: its value in a coding scheme, and its meaning in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// The value, at most 16 characters.
    pub value: &'static str,
    /// `DCM` (DICOM), `SCT` (SNOMED CT), `UCUM` (units), `RFC5646` (languages) or [`PRIVATE`].
    pub scheme: &'static str,
    /// The meaning, at most 64 characters.
    pub meaning: &'static str,
}

/// The scheme of the concepts for which no public scheme that DICOM uses has a code.
pub const PRIVATE: &str = "99MYOPS";

const fn dcm(value: &'static str, meaning: &'static str) -> Code {
    Code {
        value,
        scheme: "DCM",
        meaning,
    }
}

const fn sct(value: &'static str, meaning: &'static str) -> Code {
    Code {
        value,
        scheme: "SCT",
        meaning,
    }
}

const fn ucum(value: &'static str, meaning: &'static str) -> Code {
    Code {
        value,
        scheme: "UCUM",
        meaning,
    }
}

const fn private(value: &'static str, meaning: &'static str) -> Code {
    Code {
        value,
        scheme: PRIVATE,
        meaning,
    }
}

// What is segmented and measured.
pub const ANATOMICAL_STRUCTURE: Code = sct("91723000", "Anatomical Structure");
pub const ABNORMAL_STRUCTURE: Code = sct("49755003", "Morphologically Abnormal Structure");
pub const TISSUE: Code = sct("85756007", "Tissue");
pub const BLOOD: Code = sct("87612001", "Blood");
pub const NORMAL_MYOCARDIUM: Code = dcm("122112", "Normal Myocardium");
pub const EDEMA: Code = sct("79654002", "Edema");
pub const SCAR_TISSUE: Code = sct("12402003", "Scar tissue");
pub const AREA_AT_RISK: Code = private("AREA_AT_RISK", "Area at risk: edema and scar together");
pub const LEFT_VENTRICLE: Code = sct("87878005", "Left ventricle");
pub const RIGHT_VENTRICLE: Code = sct("53085002", "Right ventricle");
pub const LV_MYOCARDIUM: Code = sct("49848007", "Left Ventricle Myocardium");

// Quantities and units.
pub const VOLUME: Code = sct("118565006", "Volume");
pub const MASS: Code = sct("118538004", "Mass");
pub const PERCENT_OF_WALL: Code = private(
    "PERCENT_OF_WALL",
    "Share of the volume of the left ventricular myocardium",
);
pub const MILLILITER: Code = ucum("ml", "milliliter");
pub const GRAM: Code = ucum("g", "gram");
pub const PERCENT: Code = ucum("%", "Percent");

// How it was made.
pub const ARTIFICIAL_INTELLIGENCE: Code = dcm("123110", "Artificial Intelligence");
pub const SEGMENTATION: Code = dcm("113076", "Segmentation");
pub const SOURCE_IMAGE: Code = dcm("121322", "Source image for image processing operation");

// The concept names of TID 1500 and of the templates within it.
pub const MEASUREMENT_REPORT: Code = dcm("126000", "Imaging Measurement Report");
pub const LANGUAGE: Code = dcm("121049", "Language of Content Item and Descendants");
pub const ENGLISH: Code = Code {
    value: "en",
    scheme: "RFC5646",
    meaning: "English",
};
pub const OBSERVER_TYPE: Code = dcm("121005", "Observer Type");
pub const DEVICE: Code = dcm("121007", "Device");
pub const OBSERVER_UID: Code = dcm("121012", "Device Observer UID");
pub const OBSERVER_NAME: Code = dcm("121013", "Device Observer Name");
pub const OBSERVER_MANUFACTURER: Code = dcm("121014", "Device Observer Manufacturer");
pub const OBSERVER_MODEL: Code = dcm("121015", "Device Observer Model Name");
pub const OBSERVER_SERIAL: Code = dcm("121016", "Device Observer Serial Number");
pub const PROCEDURE_REPORTED: Code = dcm("121058", "Procedure reported");
pub const CARDIAC_MRI: Code = sct("241620005", "Cardiac MRI");
pub const IMAGE_LIBRARY: Code = dcm("111028", "Image Library");
pub const IMAGE_LIBRARY_GROUP: Code = dcm("126200", "Image Library Group");
pub const MODALITY: Code = dcm("121139", "Modality");
pub const MAGNETIC_RESONANCE: Code = dcm("MR", "Magnetic Resonance");
pub const FRAME_OF_REFERENCE: Code = dcm("112227", "Frame of Reference UID");
pub const IMAGING_MEASUREMENTS: Code = dcm("126010", "Imaging Measurements");
pub const MEASUREMENT_GROUP: Code = dcm("125007", "Measurement Group");
pub const TRACKING_ID: Code = dcm("112039", "Tracking Identifier");
pub const TRACKING_UID: Code = dcm("112040", "Tracking Unique Identifier");
pub const FINDING: Code = dcm("121071", "Finding");
pub const FINDING_SITE: Code = sct("363698007", "Finding Site");
pub const ALGORITHM_NAME: Code = dcm("111001", "Algorithm Name");
pub const ALGORITHM_VERSION: Code = dcm("111003", "Algorithm Version");
pub const ALGORITHM_PARAMETERS: Code = dcm("111002", "Algorithm Parameters");
pub const REFERENCED_SEGMENT: Code = dcm("121191", "Referenced Segment");
pub const SOURCE_SERIES: Code = dcm("121232", "Source series for segmentation");
pub const SOURCE_IMAGES: Code = dcm("121233", "Source image for segmentation");
pub const COMMENT: Code = dcm("121106", "Comment");
