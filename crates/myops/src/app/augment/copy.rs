//! One copy of a case, augmented and written as a case of its own.

use std::path::Path;

use myops_image::augment::{AugmentRanges, sample_rng};
use myops_image::geometry::{Affine, Grid, Spacing};
use myops_image::io::{Placement, write_image, write_labels};
use myops_image::label::LabelMap;
use myops_image::preprocess::{Normalise, Preprocess};
use myops_image::sequence::Sequence;
use myops_image::study::Study;
use myops_image::volume::Volume;
use myops_train::CaseError;

use crate::app::error::{Error, TrainingError};
use crate::app::files::folder;

/// Intensities stay as they are, so that the written cases are read like any other.
const PREPROCESS: Preprocess = Preprocess {
    normalise: Normalise::AsStored,
    ..Preprocess::PUBLISHED
};

/// Writes copy `time` of a case; copy 0 is the case itself, cropped.
///
/// # Errors
/// Where the case has no reference labels or lacks a sequence, or a file cannot be written.
pub fn write(study: &Study, time: usize, seed: u64, out: &Path) -> Result<(), Error> {
    let (prepared, restore) = PREPROCESS.apply(study)?;
    let reference = reference(study)?;
    let (mut image, mut labels) = (prepared.data, restore.prepare_labels(reference));
    let size = PREPROCESS.size;
    let pixels = size * size;
    let ranges = if time == 0 {
        AugmentRanges::NONE
    } else {
        AugmentRanges::PUBLISHED
    };
    for slice in 0..prepared.slices {
        let mut rng = sample_rng(seed, 0, time, study.id(), slice);
        let (from, to) = (slice * pixels, (slice + 1) * pixels);
        let (mut x, mut y) = (image[from * 3..to * 3].to_vec(), labels[from..to].to_vec());
        ranges
            .draw(&mut rng, Sequence::ALL.len())
            .apply(&mut x, &mut y, size);
        image[from * 3..to * 3].copy_from_slice(&x);
        labels[from..to].copy_from_slice(&y);
    }
    let id = copy_id(study.id(), time);
    let place = out.join(&id);
    folder::make_inside(out, &place)?;
    let [row, column, slice] = restore.spacing_mm();
    let spacing = Spacing::new_mm([column, row, slice])?;
    let grid = Grid::new([size, size, prepared.slices], Affine::from_spacing(spacing))?;
    let placement = Placement::of_grid(&grid);
    for (channel, name) in ["C0", "LGE", "T2"].into_iter().enumerate() {
        let values = image.iter().skip(channel).step_by(3).copied().collect();
        let file = place.join(format!("{id}_{name}.nii.gz"));
        write_image(file, &Volume::new(grid, values)?, &placement)?;
    }
    let file = place.join(format!("{id}_gd.nii.gz"));
    Ok(write_labels(file, &Volume::new(grid, labels)?, &placement)?)
}

/// The reference labels of a case.
///
/// # Errors
/// Where there are none.
pub fn reference(study: &Study) -> Result<&LabelMap, Error> {
    let unlabelled = || CaseError::Unlabelled(study.id().into());
    let reference = study.reference().ok_or_else(unlabelled);
    Ok(reference.map_err(TrainingError::from)?)
}

/// The name of copy `time` of a case.
pub fn copy_id(id: &str, time: usize) -> String {
    format!("{id}x{time:02}")
}
