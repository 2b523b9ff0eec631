//! A synthetic series: one object for each slice and phase.

use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::InMemDicomObject;
use myops_image::volume::Volume;
use sha2::{Digest, Sha256};

/// How the images of a series were acquired.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Series Number.
    pub number: u32,
    /// Series Description.
    pub description: &'static str,
    /// Image Type, its values separated by backslashes.
    pub image_type: &'static str,
    /// Scanning Sequence.
    pub scanning_sequence: &'static str,
    /// Sequence Name.
    pub sequence_name: &'static str,
    /// Echo time, ms.
    pub echo_ms: f64,
    /// Repetition time, ms.
    pub repetition_ms: f64,
    /// Inversion time, ms.
    pub inversion_ms: Option<f64>,
    /// The trigger time of each phase, ms.
    pub trigger_ms: Vec<f64>,
    /// The voxels; rounded to whole numbers from -32,768 to 32,767 if one is below 0, else from 0 to 4,095.
    pub volume: Volume<f32>,
}

impl Series {
    /// Its images, slice after slice, phase after phase. Later phases are up to 20 % darker.
    pub fn objects(&self) -> Vec<InMemDicomObject> {
        let phases = self.trigger_ms.len();
        let slices = self.volume.shape()[2];
        let places = (0..slices).flat_map(|k| (0..phases).map(move |phase| (k, phase)));
        places.map(|(k, phase)| self.object(k, phase)).collect()
    }

    fn object(&self, k: usize, phase: usize) -> InMemDicomObject {
        let mut object = InMemDicomObject::new_empty();
        let name = format!("{} {} {k} {phase}", self.number, self.description);
        for (tag, vr, value) in [
            (
                tags::SOP_CLASS_UID,
                VR::UI,
                uids::MR_IMAGE_STORAGE.to_owned(),
            ),
            (tags::SOP_INSTANCE_UID, VR::UI, uid(&name)),
            (
                tags::SERIES_INSTANCE_UID,
                VR::UI,
                uid(&format!("series {} {}", self.number, self.description)),
            ),
            (tags::MODALITY, VR::CS, "MR".into()),
            (tags::MANUFACTURER, VR::LO, "synthetic".into()),
            (tags::SERIES_NUMBER, VR::IS, self.number.to_string()),
            (tags::SERIES_DESCRIPTION, VR::LO, self.description.into()),
            (tags::IMAGE_TYPE, VR::CS, self.image_type.into()),
            (
                tags::SCANNING_SEQUENCE,
                VR::CS,
                self.scanning_sequence.into(),
            ),
            (tags::SEQUENCE_NAME, VR::SH, self.sequence_name.into()),
            (tags::MR_ACQUISITION_TYPE, VR::CS, "2D".into()),
            (tags::ECHO_TIME, VR::DS, self.echo_ms.to_string()),
            (
                tags::REPETITION_TIME,
                VR::DS,
                self.repetition_ms.to_string(),
            ),
            (
                tags::INSTANCE_NUMBER,
                VR::IS,
                (k * self.trigger_ms.len() + phase + 1).to_string(),
            ),
            (
                tags::FRAME_OF_REFERENCE_UID,
                VR::UI,
                uid("frame of reference"),
            ),
        ] {
            put(&mut object, tag, vr, value);
        }
        if let Some(ms) = self.inversion_ms {
            put(&mut object, tags::INVERSION_TIME, VR::DS, ms.to_string());
        }
        if let Some(ms) = self.trigger_ms.get(phase) {
            put(&mut object, tags::TRIGGER_TIME, VR::DS, ms.to_string());
        }
        self.put_place(&mut object, k);
        self.put_pixels(&mut object, k, phase);
        object
    }

    fn put_place(&self, object: &mut InMemDicomObject, k: usize) {
        let affine = self.volume.grid().world_from_voxel();
        let spacing = self.volume.spacing().mm();
        let patient = |[x, y, z]: [f64; 3]| [-x, -y, z];
        let position = patient(affine.apply([0.0, 0.0, k as f64]));
        let direction = |axis: usize| patient(affine.column(axis).map(|step| step / spacing[axis]));
        let orientation = [direction(0), direction(1)].concat();
        let rows_then_columns = [spacing[1], spacing[0]];
        for (tag, numbers) in [
            (tags::IMAGE_POSITION_PATIENT, &position[..]),
            (tags::IMAGE_ORIENTATION_PATIENT, &orientation),
            (tags::PIXEL_SPACING, &rows_then_columns),
            (tags::SPACING_BETWEEN_SLICES, &spacing[2..]),
            (tags::SLICE_THICKNESS, &[8.0]),
        ] {
            let numbers: Vec<String> = numbers
                .iter()
                .map(|number| format!("{number:.6}"))
                .collect();
            put(object, tag, VR::DS, numbers.join("\\"));
        }
    }

    fn put_pixels(&self, object: &mut InMemDicomObject, k: usize, phase: usize) {
        let [columns, rows, _] = self.volume.shape();
        let signed = self.volume.data().iter().any(|&value| value < 0.0);
        let last = self.trigger_ms.len().saturating_sub(1).max(1);
        let systole = (std::f32::consts::PI * phase as f32 / last as f32).sin();
        let factor = if self.trigger_ms.len() > 1 {
            1.0 - 0.2 * systole
        } else {
            1.0
        };
        let word = |&value: &f32| {
            let value = (value * factor).round();
            if signed {
                value.clamp(-32_768.0, 32_767.0) as i16 as u16
            } else {
                value.clamp(0.0, 4095.0) as u16
            }
        };
        let stored: u16 = if signed { 16 } else { 12 };
        for (tag, value) in [
            (tags::SAMPLES_PER_PIXEL, 1),
            (tags::ROWS, rows as u16),
            (tags::COLUMNS, columns as u16),
            (tags::BITS_ALLOCATED, 16),
            (tags::BITS_STORED, stored),
            (tags::HIGH_BIT, stored - 1),
            (tags::PIXEL_REPRESENTATION, signed.into()),
        ] {
            put(object, tag, VR::US, value);
        }
        put(
            object,
            tags::PHOTOMETRIC_INTERPRETATION,
            VR::CS,
            "MONOCHROME2",
        );
        let words: Vec<u16> = self.volume.slice(k).iter().map(word).collect();
        put(
            object,
            tags::PIXEL_DATA,
            VR::OW,
            PrimitiveValue::U16(words.into()),
        );
    }
}

/// Sets an attribute; backslashes separate several values of text.
pub fn put(object: &mut InMemDicomObject, tag: Tag, vr: VR, value: impl Into<PrimitiveValue>) {
    let value = match value.into() {
        PrimitiveValue::Str(text) if text.contains('\\') => {
            PrimitiveValue::Strs(text.split('\\').map(str::to_owned).collect())
        }
        value => value,
    };
    object.put(DataElement::new(tag, vr, value));
}

/// A UID made of a name, always the same (`2.25.` and a number of 128 bits, DICOM PS3.5, section B.2).
pub fn uid(name: &str) -> String {
    let digest = Sha256::digest(name.as_bytes());
    let number = digest
        .iter()
        .take(16)
        .fold(0_u128, |all, &byte| all << 8 | u128::from(byte));
    format!("2.25.{number}")
}
