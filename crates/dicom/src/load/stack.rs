//! The pixels of a stack as a volume on its grid.

use std::collections::BTreeMap;

use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use myops_image::volume::Volume;
use rayon::prelude::*;

use crate::error::DicomError;
use crate::image::attribute::text;
use crate::pixels::Pixels;
use crate::read::{Flaw, Place, Whole};
use crate::scan::ExamFiles;
use crate::source::{Source, SourceSlice};
use crate::stack::{Image, Problem, Stack};

/// Reads one image of each slice; errors call the series `series`.
///
/// # Errors
/// [`DicomError`] if a file cannot be read, or the images are too large or of one value.
pub fn load(
    exam: &ExamFiles,
    stack: &Stack,
    images: &[&Image],
    series: &str,
) -> Result<(Volume<f32>, Source), DicomError> {
    let grid = stack.grid(images, series)?;
    let mut data = vec![0.0; grid.voxels()];
    let mut slices: Vec<(&Image, &mut [f32])> = images
        .iter()
        .copied()
        .zip(data.chunks_exact_mut(grid.voxels_per_slice()))
        .collect();
    // Each file is read once, however many of its frames are needed.
    let mut files: BTreeMap<usize, Vec<(&Image, &mut [f32])>> = BTreeMap::new();
    let first = images.first().map(|image| image.file);
    for slice in slices.drain(..) {
        files.entry(slice.0.file).or_default().push(slice);
    }
    let read = |(file, slices): (usize, Vec<(&Image, &mut [f32])>)| {
        let place = exam.place(file).ok_or_else(|| missing(series))?;
        let header = read_file(place, slices).map_err(|flaw| DicomError::File {
            file: place.to_string(),
            flaw,
        })?;
        Ok((Some(file) == first).then_some(header))
    };
    let files: Vec<_> = files.into_iter().collect();
    let headers: Vec<Option<InMemDicomObject>> = files
        .into_par_iter()
        .map(read)
        .collect::<Result<_, DicomError>>()?;
    let header = headers
        .into_iter()
        .flatten()
        .next()
        .ok_or_else(|| missing(series))?;
    check_values(&data, series)?;
    let volume = Volume::new(grid, data).map_err(|_| missing(series))?;
    let slice = |image: &&Image| SourceSlice {
        series: image.series.id.clone(),
        sop_class_uid: image.frame.sop_class.clone(),
        sop_instance_uid: image.frame.sop_instance.clone(),
        frame: image.frame.number,
    };
    let slices = images.iter().map(slice).collect();
    Ok((
        volume,
        Source {
            header,
            grid,
            slices,
        },
    ))
}

fn missing(series: &str) -> DicomError {
    DicomError::Stack {
        series: series.into(),
        problem: Problem::NoPlane,
    }
}

/// Decodes frames of one file; returns its attributes.
fn read_file(place: &Place, slices: Vec<(&Image, &mut [f32])>) -> Result<InMemDicomObject, Flaw> {
    let pixels = Pixels::of(Whole::decode(place.bytes()?)?)?;
    let instance = text(pixels.header(), tags::SOP_INSTANCE_UID);
    for (image, slice) in slices {
        let frame = &image.frame;
        if instance.as_ref() != Some(&frame.sop_instance) || pixels.size() != frame.size {
            return Err(Flaw::Changed);
        }
        let values = pixels.frame(frame.number.map_or(0, |number| number - 1))?;
        if values.len() != slice.len() {
            return Err(Flaw::Changed);
        }
        slice.copy_from_slice(&values);
    }
    Ok(pixels.header().clone())
}

/// Refuses images of one value.
fn check_values(data: &[f32], series: &str) -> Result<(), DicomError> {
    let first = data.first().copied().unwrap_or_default();
    if data.iter().all(|&value| value == first) {
        return Err(DicomError::Constant {
            series: series.into(),
            value: first,
        });
    }
    Ok(())
}
